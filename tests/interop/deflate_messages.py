# SPDX-License-Identifier: MIT
"""What is sent through permessage-deflate, and how peers are told of their options."""

import collections
import json

import cases

BITS = (9, 10, 12, 15)
THRESHOLDS = (0, 1024)

Sent = collections.namedtuple("Sent", "kind data shrinks")


def json_of(size, seed=0):
    """Like what programs tell each other: keys that come again, values that do not."""
    items = []
    for number in range(seed, seed + size // 64 + 1):
        items.append(json.dumps({
            "id": number * 7919, "name": f"item {number * 31 % 97}", "on": number % 3 == 0,
            "at": number * 1.25, "tags": ["alpha", "beta", str(number % 11)],
        }))
    return "\n".join(items)[:size].encode()


# Short enough to come again within the smallest window, of which zlib uses 250 bytes.
JSON = json_of(200)
LIGHT = (
    Sent("text", JSON, True),
    Sent("text", b"", False),
    Sent("text", JSON, True),
    Sent("text", b"x", False),
    Sent("binary", cases.bytes_of(300), False),
    Sent("text", JSON, True),
    Sent("binary", json_of(3000), True),
    Sent("text", cases.text_of(1500), True),
    Sent("text", json_of(3000), True),
)
LONG = (
    Sent("binary", cases.bytes_of(70_000), False),
    Sent("text", json_of(1 << 20, 5), True),
    Sent("text", JSON, True),
    Sent("binary", json_of(280_000) + cases.bytes_of(100_000), True),
    Sent("text", JSON, True),
)
MIDDLE = (LONG[0], *LONG[3:])
FRAGMENTS = 7


def words_of(**options):
    """OPTIONS as peers read them; what is None or false is not said."""
    pairs = [pair for pair in options.items() if pair[1] is not None and pair[1] is not False]
    return ",".join(key if value is True else f"{key}={value}" for key, value in pairs)


def our_words(options):
    return words_of(max_window_bits=options.bits, request_max_window_bits=options.request_bits,
                    no_context_takeover=options.no_takeover, threshold=options.threshold,
                    request_no_context_takeover=options.request_no_takeover)
