# SPDX-License-Identifier: MIT
"""What an endpoint that echoes has to do, case by case, numbered by the section of RFC 6455 that
asks for it. The same table serves both roles."""

from typing import NamedTuple

from conformance_text import CUT_SHORT, INVALID_TEXT, OVERLONG, VALID, fault_at
from conformance_wire import (BINARY, CLOSE, CONTINUATION, FIN, PING, PONG, TEXT, Frame, Head, Raw)

NORMAL, PROTOCOL, INVALID, TOO_BIG, NONE = 1000, 1002, 1007, 1009, 1005
ALWAYS = ("whole", "bytes", "odd")


class Step(NamedTuple):
    """What is sent, and the frames that must have come back before more is."""

    send: list
    replies: list = []


class Case(NamedTuple):
    """After the steps the close frame with CODE has come; `fault` tells whether it is the other
    end that found one."""

    name: str
    steps: list
    code: int
    fault: bool
    ways: tuple = ALWAYS


def text(payload):
    return Frame(FIN | TEXT, payload)


def ping(payload=b""):
    return Frame(FIN | PING, payload)


def close(code=NORMAL, reason=b""):
    return Frame(FIN | CLOSE, code.to_bytes(2, "big") + reason)


def echo_text(payload):
    return FIN | TEXT, payload


def echo_binary(payload):
    return FIN | BINARY, payload


def pong(payload=b""):
    return FIN | PONG, payload


def good(name, *steps, ways=ALWAYS):
    """All is lawful, and ends with our Close."""
    return Case(name, [*steps, Step([close()])], NORMAL, False, ways)


def closed(name, code, *steps):
    """The steps have our Close in them, which is answered with CODE."""
    return Case(name, list(steps), code, False)


def bad(name, code, *steps):
    """The last step has a fault."""
    return Case(name, list(steps), code, True)


def pattern(size):
    return (bytes(range(256)) * (size // 256 + 1))[:size]


def letters(size):
    return (b"The quick brown fox jumps over 13 lazy dogs. " * (size // 45 + 1))[:size]


def fragments(opcode, data, size):
    """DATA as frames of SIZE bytes."""
    pieces = [data[i:i + size] for i in range(0, len(data), size)] or [b""]
    last = len(pieces) - 1
    return [Frame((FIN if i == last else 0) | (0 if i else opcode), piece)
            for i, piece in enumerate(pieces)]


def payload_lengths():
    for size in (0, 1, 2, 124, 125, 126, 127, 128, 129, 255, 256, 65534, 65535, 65536, 65537):
        for kind, make, first in (("text", letters, FIN | TEXT), ("binary", pattern, FIN | BINARY)):
            data = make(size)
            yield good(f"5.2 {kind} of {size} bytes",
                       Step([Frame(first, data)], [(first, data)]))
    for first in (FIN | TEXT, FIN | BINARY):
        data = letters(300)
        yield good(f"5.3 three messages with different keys, {first:02x}",
                   Step([Frame(first, data), Frame(first, data, key=b"\0\0\0\0"),
                         Frame(first, data, key=b"\xff\x00\x80\x01")], [(first, data)] * 3))
    for form, length in ((2, 0), (2, 125), (8, 0), (8, 125), (8, 126), (8, 65535)):
        yield bad(f"5.2 length {length} in {form} bytes", PROTOCOL,
                  Step([Head(FIN | BINARY, length, form)]))
    for length in (1 << 63, (1 << 63) + 5, (1 << 64) - 1):
        yield bad(f"5.2 length {length:#x}", PROTOCOL, Step([Head(FIN | BINARY, length, 8)]))
        yield bad(f"5.2 length {length:#x}, judged by its top bit", PROTOCOL,
                  Step([Head(FIN | TEXT, length, 8, size=3)]))
    for length in (1 << 26, (1 << 31) - 1, 1 << 31, 1 << 32, 1 << 62, (1 << 63) - 1):
        yield bad(f"5.2 length {length:#x} is over the limit", TOO_BIG,
                  Step([Head(FIN | BINARY, length)]))
        yield bad(f"5.2 length {length:#x} is over the limit, before the key", TOO_BIG,
                  Step([Head(FIN | TEXT, length, size=10)]))


def masks():
    for frame in (text, ping):
        yield bad(f"5.1 {'text' if frame is text else 'ping'} with the other role's masking",
                  PROTOCOL, Step([Frame(frame(b"").first, b"hello", flip=True)]))
    yield bad("5.1 wrong masking is judged by two bytes", PROTOCOL,
              Step([Frame(FIN | TEXT, b"hello", flip=True, upto=0)]))
    yield bad("5.1 wrong masking after a good message", PROTOCOL,
              Step([text(b"first"), Frame(FIN | TEXT, b"second", flip=True)],
                   [echo_text(b"first")]))
    yield bad("5.1 a close frame with wrong masking", PROTOCOL,
              Step([Frame(FIN | CLOSE, b"\x03\xe8", flip=True)]))


def pings():
    for name, data in (("nothing", b""), ("text", b"Hello, world!"), ("bytes", pattern(4)[::-1]),
                       ("no UTF-8", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"),
                       ("125 bytes", pattern(125)),
                       ("124 bytes", letters(124)), ("one zero", b"\0")):
        yield good(f"5.5.2 ping of {name}", Step([ping(data)], [pong(data)]))
    for first in (PING, PONG, CLOSE):
        for size in (126, 127, 65536):
            yield bad(f"5.5 {first:x} of {size} bytes", PROTOCOL,
                      Step([Frame(FIN | first, pattern(size), upto=0)]))
        yield bad(f"5.5 {first:x} without FIN", PROTOCOL, Step([Frame(first, b"\x03\xe8")]))
        yield bad(f"5.5 {first:x} without FIN, before its length", PROTOCOL,
                  Step([Raw(bytes([first]))]))
    for data in (b"", b"unasked", pattern(125)):
        yield good(f"5.5.3 unasked pong of {len(data)} bytes", Step([Frame(FIN | PONG, data)]))
        yield good(f"5.5.3 unasked pong of {len(data)} bytes, then a ping",
                   Step([Frame(FIN | PONG, data), ping(b"now")], [pong(b"now")]))
    many = [b"payload-%d" % i for i in range(10)]
    yield good("5.5.3 ten pings, ten pongs", Step([ping(data) for data in many],
                                                  [pong(data) for data in many]))
    yield good("5.5.3 ten pings one by one",
               *[Step([ping(data)], [pong(data)]) for data in many])
    yield good("5.5.3 pings between messages are answered in order",
               Step([text(b"a"), ping(b"1"), text(b"b"), ping(b"2"), ping(b"3"), text(b"c")],
                    [echo_text(b"a"), pong(b"1"), echo_text(b"b"), pong(b"2"), pong(b"3"),
                     echo_text(b"c")]))
    yield good("5.5.3 a ping just before the close frame", Step([ping(b"x"), ping(b"y")],
                                                                [pong(b"x"), pong(b"y")]))
    yield closed("5.5.3 a ping and the close frame at once", NORMAL,
                 Step([ping(b"last"), close()], [pong(b"last")]))


def reserved_bits():
    for rsv in range(1, 8):
        bits = rsv << 4
        for first in (FIN | TEXT, FIN | BINARY, TEXT, FIN | PING, FIN | PONG, FIN | CLOSE):
            yield bad(f"5.2 RSV {rsv} on {first:02x}", PROTOCOL, Step([Frame(first | bits, b"ab")]))
        yield bad(f"5.2 RSV {rsv} after a message", PROTOCOL,
                  Step([text(b"good"), Frame(FIN | TEXT | bits, b"bad"), ping()],
                       [echo_text(b"good")]))
        yield bad(f"5.2 RSV {rsv} on a continuation", PROTOCOL,
                  Step([Frame(TEXT, b"good"), Frame(FIN | CONTINUATION | bits, b"bad"), ping()]))
        yield bad(f"5.2 RSV {rsv} is judged by one byte", PROTOCOL,
                  Step([text(b"good"), Raw(bytes([FIN | TEXT | bits]))], [echo_text(b"good")]))


def opcodes():
    for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
        first = FIN | opcode
        yield bad(f"5.2 opcode {opcode}, empty", PROTOCOL, Step([Frame(first)]))
        yield bad(f"5.2 opcode {opcode} with a payload", PROTOCOL, Step([Frame(first, b"xyz")]))
        yield bad(f"5.2 opcode {opcode} after a message, then a ping", PROTOCOL,
                  Step([text(b"good"), Frame(first), ping(b"no")], [echo_text(b"good")]))
        yield bad(f"5.2 opcode {opcode} with 64 KiB", PROTOCOL,
                  Step([text(b"good"), Frame(first, pattern(65536)), ping(b"no")],
                       [echo_text(b"good")]))
        yield bad(f"5.2 opcode {opcode} between fragments", PROTOCOL,
                  Step([Frame(TEXT, b"good"), Frame(first), Frame(FIN, b"more")]))
        yield bad(f"5.2 opcode {opcode} without FIN", PROTOCOL, Step([Raw(bytes([opcode]))]))


def fragmentation():
    whole = echo_text(b"fragment1fragment2")
    first, last = Frame(TEXT, b"fragment1"), Frame(FIN, b"fragment2")
    more = Frame(CONTINUATION, b"fragment2")
    yield good("5.4 text in two", Step([first, last], [whole]))
    yield good("5.4 text in two, the first part alone for a while",
               Step([first]), Step([last], [whole]))
    yield good("5.4 binary in three",
               Step([Frame(BINARY, b"\0\1"), Frame(0, b"\2"), Frame(FIN, b"\3")],
                    [echo_binary(b"\0\1\2\3")]))
    yield good("5.4 a ping between", Step([first, ping(b"p"), last], [pong(b"p"), whole]))
    yield good("5.4 a ping between is answered before the message ends",
               Step([first, ping(b"p")], [pong(b"p")]), Step([last], [whole]))
    yield good("5.4 a pong between", Step([first, Frame(FIN | PONG, b"q"), last], [whole]))
    yield good("5.4 pings between all of five",
               Step([Frame(TEXT, b"f1"), Frame(0, b"f2"), ping(b"1!")], [pong(b"1!")]),
               Step([Frame(0, b"f3"), Frame(0, b"f4"), ping(b"2!"), Frame(FIN, b"f5")],
                    [pong(b"2!"), echo_text(b"f1f2f3f4f5")]))
    yield good("5.4 pings between all of five, at once",
               Step([Frame(TEXT, b"f1"), Frame(0, b"f2"), ping(b"1!"), Frame(0, b"f3"),
                     Frame(0, b"f4"), ping(b"2!"), Frame(FIN, b"f5")],
                    [pong(b"1!"), pong(b"2!"), echo_text(b"f1f2f3f4f5")]))
    for sizes in ((0, 0, 0), (0, 5, 0), (0, 0, 5), (5, 0, 0)):
        parts = [b"x" * size for size in sizes]
        yield good(f"5.4 fragments of {sizes} bytes",
                   Step([Frame(TEXT, parts[0]), Frame(0, parts[1]), Frame(FIN, parts[2])],
                        [echo_text(b"".join(parts))]))
    for name, data in (("text", letters(1000)), ("binary", pattern(1000))):
        opcode = TEXT if name == "text" else BINARY
        yield good(f"5.4 {name} in 1000 fragments",
                   Step(fragments(opcode, data, 1), [(FIN | opcode, data)]), ways=("whole", "odd"))
    yield good("5.4 two fragmented messages in a row",
               Step([first, last, Frame(BINARY, b"x"), Frame(FIN, b"y")],
                    [whole, echo_binary(b"xy")]))
    for name, frame in (("final", last), ("other", more), ("empty final", Frame(FIN)),
                        ("empty", Frame(0))):
        yield bad(f"5.4 a {name} continuation of nothing", PROTOCOL,
                  Step([frame, text(b"no")]))
        yield bad(f"5.4 a {name} continuation of nothing, by one byte", PROTOCOL,
                  Step([Raw(bytes([frame.first]))]))
        yield bad(f"5.4 a {name} continuation after a message", PROTOCOL,
                  Step([text(b"good"), frame, text(b"no")], [echo_text(b"good")]))
        yield bad(f"5.4 a {name} continuation after a fragmented message", PROTOCOL,
                  Step([first, last, frame, text(b"no")], [whole]))
    for name, frame in (("text", text(b"no")), ("binary", Frame(FIN | BINARY, b"no")),
                        ("a first fragment", Frame(TEXT, b"no"))):
        yield bad(f"5.4 {name} inside a message", PROTOCOL, Step([first, frame, last]))
        yield bad(f"5.4 {name} inside a message, by one byte", PROTOCOL,
                  Step([first, ping(b"p"), Raw(bytes([frame.first]))], [pong(b"p")]))


def valid_text():
    for name, data in VALID.items():
        yield good(f"8.1 {name}", Step([text(data)], [echo_text(data)]))
    mixed = b"".join(VALID.values())
    yield good("8.1 all of it, in one", Step([text(mixed)], [echo_text(mixed)]))
    yield good("8.1 all of it, cut between any two bytes",
               Step(fragments(TEXT, mixed, 1), [echo_text(mixed)]))
    yield good("8.1 cut in a character, with a ping between",
               Step([Frame(TEXT, b"\xf0\x9f"), ping(b"p"), Frame(0), Frame(FIN, b"\x98\x80")],
                    [pong(b"p"), echo_text(b"\xf0\x9f\x98\x80")]))
    yield good("8.1 no UTF-8 in binary",
               *[Step([Frame(FIN | BINARY, data)], [echo_binary(data)])
                 for data in (b"\xff", b"\xed\xa0\x80", b"\xc0")])


def invalid_text():
    before, after = "κόσμε".encode(), b"-edited"
    for name, data in INVALID_TEXT.items():
        yield bad(f"8.1 {name}", INVALID, Step([text(data)]))
        where = len(before) + fault_at(data)
        yield bad(f"8.1 {name}, failed at once", INVALID,
                  Step([Frame(FIN | TEXT, before + data + after, upto=where)]))
        if name in OVERLONG or name.startswith("U+"):
            yield bad(f"8.1 {name} over fragments", INVALID,
                      Step([Frame(TEXT, before + data[:1])] if fault_at(data) > 1 else []),
                      Step([Frame(0 if fault_at(data) > 1 else TEXT, data, upto=where)]
                           if fault_at(data) == 1 else
                           [Frame(0, data[1:] + after, upto=fault_at(data) - 1)]))
    for name, data in CUT_SHORT.items():
        yield bad(f"8.1 text that ends in {name}", INVALID, Step([text(before + data)]))
        yield bad(f"8.1 fragments that end in {name}", INVALID,
                  Step([Frame(TEXT, before + data), ping(b"p")], [pong(b"p")]), Step([Frame(FIN)]))
    yield bad("8.1 a bad fragment between good ones", INVALID,
              Step([Frame(TEXT, before), Frame(0, b"\xf4\x90\x80\x80")]))
    yield bad("8.1 a bad byte, deep in a large message", INVALID,
              Step([Frame(FIN | TEXT, letters(200000) + b"\xff" + letters(9), upto=200001)]))
    yield bad("8.1 a good message, then a bad one", INVALID,
              Step([text(b"good"), text(b"\xff"), text(b"no")], [echo_text(b"good")]))


def closing():
    yield closed("7.1 Close without a body", NONE, Step([Frame(FIN | CLOSE)]))
    yield closed("7.1 Close with a code", NORMAL, Step([close()]))
    yield closed("7.1 Close with a reason", NORMAL, Step([close(reason=b"done")]))
    yield closed("7.1 Close with a reason of 123 bytes", NORMAL, Step([close(reason=letters(123))]))
    yield closed("7.1 Close with 123 bytes of two-byte characters", NORMAL,
                 Step([close(reason="ä".encode() * 61 + b"!")]))
    yield bad("7.1 Close with a body of one byte", PROTOCOL, Step([Frame(FIN | CLOSE, b"a")]))
    yield bad("7.1 Close with a reason of 124 bytes", PROTOCOL, Step([close(reason=letters(124))]))
    yield closed("7.1 a message, then Close", NORMAL,
                 Step([text(b"last"), close()], [echo_text(b"last")]))
    yield closed("7.1 two Closes", NORMAL, Step([close(), close(1001)]))
    yield closed("7.1 a ping after Close", NORMAL, Step([close(), ping(b"no")]))
    yield closed("7.1 text after Close", NORMAL, Step([close(), text(b"no")]))
    yield closed("7.1 a fragment, Close, the rest", NORMAL,
                 Step([Frame(TEXT, b"frag"), close(), Frame(FIN, b"ment")]))
    yield closed("7.1 garbage after Close", NORMAL, Step([close(), Raw(b"\xff" * 50)]))
    yield closed("7.1 a bad Close after Close", 1001,
                 Step([close(1001), Frame(FIN | CLOSE, b"\0\0")]))
    yield closed("7.1 256 KiB of text, Close, a ping", NORMAL,
                 Step([text(letters(262144)), close(), ping(b"no")], [echo_text(letters(262144))]))
    yield closed("7.1 a large frame after Close", NORMAL,
                 Step([close(), Frame(FIN | BINARY, pattern(40000))]))
    for code in (*range(1000, 1004), *range(1007, 1015), 3000, 3001, 3999, 4000, 4001, 4999):
        yield closed(f"7.4 code {code}", code, Step([close(code)]))
        yield closed(f"7.4 code {code} with a reason", code, Step([close(code, b"why")]))
    for code in (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 5001, 32768,
                 65535):
        yield bad(f"7.4 code {code}", PROTOCOL, Step([close(code)]))
        yield bad(f"7.4 code {code} with a reason", PROTOCOL, Step([close(code, b"why")]))
    for name in ("U+110000", "overlong slash in 2", "U+D800", "lead ff and a space",
                 "continuation 80"):
        yield bad(f"7.4 a reason with {name}", INVALID,
                  Step([close(reason=b"ab" + INVALID_TEXT[name])]))
    yield bad("7.4 a reason that ends in a character", INVALID, Step([close(reason=b"ok\xe2\x82")]))
    yield bad("7.1 nothing is read after a fault", PROTOCOL,
              Step([Raw(b"\x83"), close(), text(b"no"), ping(b"no")]))
    yield bad("7.1 no echo of a message that a fault cut off", PROTOCOL,
              Step([Frame(TEXT, b"half"), Raw(b"\x83"), Frame(FIN, b"more")]))
    yield bad("7.1 200 KiB after a fault", PROTOCOL,
              Step([text(b"good"), Raw(b"\x83"), *[text(letters(1000))] * 200],
                   [echo_text(b"good")]))


def large():
    mega = 1 << 20
    for name, opcode, make in (("text", TEXT, letters), ("binary", BINARY, pattern)):
        for size in (4 * mega, 16 * mega):
            data = make(size)
            yield good(f"5.2 {name} of {size // mega} MiB",
                       Step([Frame(FIN | opcode, data)], [(FIN | opcode, data)]), ways=("whole",))
        data = make(mega)
        for size in (64, 256, 4096, 65536):
            yield good(f"5.4 1 MiB of {name} in fragments of {size}",
                       Step(fragments(opcode, data, size), [(FIN | opcode, data)]), ways=("whole",))
        for size in (64, 1024):
            yield good(f"5.2 128 KiB of {name} in chops of {size}",
                       Step([Frame(FIN | opcode, data[:131072])], [(FIN | opcode, data[:131072])]),
                       ways=(size,))
        for size in (0, 16, 1024, 4096):
            yield good(f"5.2 500 messages of {size} bytes of {name}, at once",
                       Step([Frame(FIN | opcode, data[:size])] * 500,
                            [(FIN | opcode, data[:size])] * 500), ways=("whole",))
        yield good(f"5.2 200 messages of {name}, one by one",
                   *[Step([Frame(FIN | opcode, data[i:2 * i])], [(FIN | opcode, data[i:2 * i])])
                     for i in range(200)], ways=("whole",))
        yield good(f"5.4 64 KiB of {name} in fragments of 1300",
                   Step(fragments(opcode, data[:65536], 1300), [(FIN | opcode, data[:65536])]),
                   ways=("whole", "odd"))
    limit = (1 << 26) - 1
    yield bad("10.4 fragments that add up to one byte too many", TOO_BIG,
              Step([Frame(BINARY, b"x"), Head(FIN, limit)]))
    yield good("10.4 a thousand pings", Step([ping(b"%d" % i) for i in range(1000)],
                                             [pong(b"%d" % i) for i in range(1000)]),
               ways=("whole",))


def table():
    for group in (payload_lengths, masks, pings, reserved_bits, opcodes, fragmentation, valid_text,
                  invalid_text, closing, large):
        yield from group()
