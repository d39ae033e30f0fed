# SPDX-License-Identifier: MIT
"""RFC 7692 once more: what is offered, answered and agreed, and what may then be on the wire.

Written apart from the library, so that a mistake of one is seen by the other.
"""

import collections
import zlib

NAME = "permessage-deflate"
MAX_BITS = 15
# zlib deflates into windows of 9 bits at least, and says 8 of them if it is an old one.
MIN_BITS = 9
TAIL = b"\x00\x00\xff\xff"

# What one end of a connection may do when it compresses.
Side = collections.namedtuple("Side", "bits takeover")
Options = collections.namedtuple(
    "Options", "bits request_bits no_takeover request_no_takeover threshold")


class Broken(Exception):
    """A rule was."""


def check(condition, *words):
    if not condition:
        raise Broken(" ".join(map(str, words)))


def parse(header):
    """The offers, or the answer, as dictionaries; True stands for no value."""
    offers = []
    for item in (header or "").split(","):
        name, *params = [part.strip() for part in item.split(";")]
        if not name:
            continue
        check(name == NAME, "an unknown extension:", name)
        pairs = [param.partition("=") for param in params]
        keys = [key for key, _, _ in pairs]
        check(len(set(keys)) == len(keys), "twice the same parameter:", header)
        offers.append({key: value.strip('"') if sign else True for key, sign, value in pairs})
    return offers


def bits_of(params, key):
    """The number of bits, True for a parameter without one, None for no parameter."""
    value = params.get(key)
    return int(value) if isinstance(value, str) else value


def our_offer(options):
    """What a client of ours says (section 7.1)."""
    offer = {"client_max_window_bits": True if options.bits == MAX_BITS else str(options.bits)}
    if options.no_takeover:
        offer["client_no_context_takeover"] = True
    if options.request_no_takeover:
        offer["server_no_context_takeover"] = True
    if options.request_bits < MAX_BITS:
        offer["server_max_window_bits"] = str(options.request_bits)
    return offer


def our_answer(options, offer):
    """What a server of ours says to an offer, or None: declined."""
    asked = bits_of(offer, "server_max_window_bits")
    hint = bits_of(offer, "client_max_window_bits")
    answer = {}
    if asked == 8:
        return None
    if options.no_takeover or "server_no_context_takeover" in offer:
        answer["server_no_context_takeover"] = True
    if options.request_no_takeover or "client_no_context_takeover" in offer:
        answer["client_no_context_takeover"] = True
    if asked:
        answer["server_max_window_bits"] = str(min(asked, options.bits))
    if hint:
        limit = min(options.request_bits, MAX_BITS if hint is True else hint)
        if limit < MAX_BITS or hint is not True:
            answer["client_max_window_bits"] = str(limit)
    return answer


def check_answer(offer, answer):
    """Whether a server may answer so (sections 7.1.1 and 7.1.2)."""
    known = {"server_no_context_takeover", "client_no_context_takeover",
             "server_max_window_bits", "client_max_window_bits"}
    check(set(answer) <= known, "unknown parameters:", answer)
    for key in ("server_max_window_bits", "client_max_window_bits"):
        bits = bits_of(answer, key)
        check(bits is None or bits is not True and 8 <= bits <= MAX_BITS, "bad value:", answer)
    asked = bits_of(offer, "server_max_window_bits")
    if asked:
        said = bits_of(answer, "server_max_window_bits")
        check(said is not None and said <= asked, "asked for", asked, "bits, not given:", answer)
    if "server_no_context_takeover" in offer:
        check("server_no_context_takeover" in answer, "asked for no takeover:", answer)
    hint = bits_of(offer, "client_max_window_bits")
    said = bits_of(answer, "client_max_window_bits")
    check(said is None or hint is not None, "not offered: client_max_window_bits", answer)
    check(said is None or hint is True or said <= hint, "beyond the hint:", answer)


def agreed(offer, answer):
    """What each end may do: the sides by role."""
    hint = bits_of(offer, "client_max_window_bits")
    client_bits = bits_of(answer, "client_max_window_bits") or (hint if hint is not True else None)
    return {
        "server": Side(bits_of(answer, "server_max_window_bits") or MAX_BITS,
                       "server_no_context_takeover" not in answer),
        "client": Side(client_bits or MAX_BITS, "client_no_context_takeover" not in answer
                       and "client_no_context_takeover" not in offer),
    }


class Reader:
    """Inflates what one end sent with what it may refer to, and nothing more."""

    # As much as is inflated at once is within reach of a distance, whatever the window.
    STEP = 32
    WATCHED = 8192

    def __init__(self, side):
        self.bits = max(side.bits, MIN_BITS)
        self.takeover = side.takeover
        self.stream = None

    def inflate(self, payload):
        if self.stream is None or not self.takeover:
            self.stream = zlib.decompressobj(-self.bits)
        data = payload + TAIL
        out = bytearray()
        while data:
            step = self.STEP if len(out) < self.WATCHED else 0
            out += self.stream.decompress(data, step)
            data = self.stream.unconsumed_tail
        out += self.stream.flush() if not self.takeover else b""
        return bytes(out)


def check_sent(messages, contents, side, options):
    """What an end of ours sent: MESSAGES of the wire for the messages (kind, data, shrinks)."""
    check(len(messages) == len(contents), len(messages), "messages on the wire")
    reader = Reader(side)
    sizes = []
    for message, (kind, data, shrinks) in zip(messages, contents):
        check(message.text == (kind == "text"), "the kind")
        small = len(data) < options.threshold
        may = side.bits > 8 and not small
        check(may or not message.rsv1, len(data), "bytes were compressed")
        check(message.rsv1 or not (may and shrinks), len(data), "bytes were not compressed")
        if message.rsv1:
            check(len(message.payload) <= max(len(data), 1), "grew:", len(data))
            check(reader.inflate(message.payload) == data, "other bytes:", len(data))
        else:
            check(message.payload == data, "other bytes:", len(data))
        sizes.append(len(message.payload))
    return sizes
