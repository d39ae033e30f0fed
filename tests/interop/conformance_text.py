# SPDX-License-Identifier: MIT
"""Texts in UTF-8 and what is not (RFC 3629), by name."""

import codecs


def character(code):
    """As UTF-8, surrogates and all."""
    if code < 0x110000:
        return chr(code).encode("utf-8", "surrogatepass")
    return bytes([0xF4 + (code >> 18) - 4, 0x80 | code >> 12 & 63, 0x80 | code >> 6 & 63,
                  0x80 | code & 63])


VALID = {
    "Greek": "κόσμε".encode(),
    "Latin": "Hello-µ@ßöäüàá-UTF-8!!".encode(),
    "Japanese": "日本国、イロハニホヘト".encode(),
    "emoji with joiners": "👩‍👩‍👧‍👦🏳️‍🌈".encode(),
    "combining marks": "e\u0301\u0323n\u0303".encode(),
    "NUL": b"\0",
    "a byte order mark": "\ufeffx".encode(),
    **{f"U+{code:04X}": character(code)
       for code in (0x7F, 0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xCFFF, 0xD000, 0xD7FF, 0xE000, 0xFDD0,
                    0xFFFD, 0xFFFE, 0xFFFF, 0x10000, 0x1FFFF, 0x3FFFF, 0x40000, 0xFFFFF, 0x100000,
                    0x10FFFE, 0x10FFFF)},
}

OVERLONG = {
    "overlong slash in 2": b"\xc0\xaf", "overlong slash in 3": b"\xe0\x80\xaf",
    "overlong slash in 4": b"\xf0\x80\x80\xaf", "overlong slash in 5": b"\xf8\x80\x80\x80\xaf",
    "overlong slash in 6": b"\xfc\x80\x80\x80\x80\xaf", "overlong NUL in 2": b"\xc0\x80",
    "overlong NUL in 3": b"\xe0\x80\x80", "overlong NUL in 4": b"\xf0\x80\x80\x80",
    "overlong U+007F": b"\xc1\xbf", "overlong U+07FF": b"\xe0\x9f\xbf",
    "overlong U+FFFF": b"\xf0\x8f\xbf\xbf", "overlong in 5": b"\xf8\x87\xbf\xbf\xbf",
    "overlong in 6": b"\xfc\x83\xbf\xbf\xbf\xbf",
}

INVALID_TEXT = {
    **OVERLONG,
    **{f"U+{code:04X}": character(code)
       for code in (0xD800, 0xDB7F, 0xDB80, 0xDBFF, 0xDC00, 0xDF80, 0xDFFF)},
    "a pair of surrogates": character(0xD83D) + character(0xDE00),
    "U+110000": b"\xf4\x90\x80\x80", "U+1FFFFF": b"\xf7\xbf\xbf\xbf",
    "5 bytes": b"\xf8\x88\x80\x80\x80", "6 bytes": b"\xfd\xbf\xbf\xbf\xbf\xbf",
    **{f"continuation {byte:02x}": bytes([byte]) for byte in (0x80, 0x8F, 0x90, 0xBF)},
    "seven continuations": b"\x80\xbf\x80\xbf\x80\xbf\x80",
    **{f"lead {byte:02x} and a space": bytes([byte, 0x20])
       for byte in (0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3,
                    0xF4, 0xF5, 0xF7, 0xF8, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF)},
    "e2 82 and a letter": b"\xe2\x82a", "f0 9f 98 and a letter": b"\xf0\x9f\x98a",
    "fe fe ff ff": b"\xfe\xfe\xff\xff", "Latin-1": "Größe".encode("latin-1"),
}

CUT_SHORT = {
    f"{data.hex()}": data
    for data in (b"\xc2", b"\xdf", b"\xe0", b"\xe0\xa0", b"\xe2\x82", b"\xed\x9f", b"\xef\xbf",
                 b"\xf0", b"\xf0\x90", b"\xf0\x9f\x98", b"\xf4\x8f", b"\xf4\x8f\xbf")
}


def fault_at(data):
    """How many bytes of DATA show that it is no UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for i in range(len(data)):
        try:
            decoder.decode(data[i:i + 1])
        except UnicodeDecodeError:
            return i + 1
    raise ValueError(data)
