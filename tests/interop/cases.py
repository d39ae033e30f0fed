# SPDX-License-Identifier: MIT
"""The behaviours that every pair of peers is tried with."""

import collections
import random

Case = collections.namedtuple("Case", "name function")

MIB = 1 << 20
SIZES = (0, 1, 125, 126, 127, 65535, 65536, 65537)
# One character of each length in UTF-8: 1 + 2 + 3 + 4 bytes.
LETTERS = "a\u00e9\u6f22\U0001f642"
# 123 bytes, the longest reason that a close frame holds, ending outside the BMP.
LONG_REASON = "x" * 119 + "\U0001f44b"
CLOSINGS = (
    (1000, ""),
    (1000, "bye"),
    (3000, "gr\u00fc\u00dfe"),
    (4999, "\u0434\u043e \u0441\u0432\u0438\u0434\u0430\u043d\u0438\u044f \U0001f44b\U0001f3fd"),
    (4000, LONG_REASON),
)


def text_of(size):
    return (LETTERS * (size // 10) + "x" * (size % 10)).encode()


def bytes_of(size):
    return random.Random(size).randbytes(size)


def payload(kind, size):
    return text_of(size) if kind == "text" else bytes_of(size)


def close(pair, server, client):
    """Ends a connection and waits until both ends say so."""
    client.tell("close", 1000, "")
    client.expect("closed", 1000, "")
    server.expect("closed", 1000, "")


def both_ways(kind, size):
    def run(pair):
        server, client = pair.connect()
        data = payload(kind, size)
        for sender, receiver in ((client, server), (server, client)):
            sender.tell(kind, data)
            receiver.expect(kind, data)
        close(pair, server, client)

    name = f"{size // MIB} MiB" if size >= MIB else f"{size} bytes"
    return Case(f"{kind} of {name}, both ways", run)


def at_once(pair):
    server, client = pair.connect()
    there, back = bytes_of(16 * MIB), text_of(16 * MIB)
    client.tell("binary", there)
    server.tell("text", back)
    server.expect("binary", there)
    client.expect("text", back)
    close(pair, server, client)


def odd_text(pair):
    server, client = pair.connect()
    data = "\x00 \ufeff \u2028 \uffff \U0010ffff \r\n \x7f".encode()
    client.tell("text", data)
    server.expect("text", data)
    server.tell("text", data)
    client.expect("text", data)
    close(pair, server, client)


def thousand(pair):
    """A thousand messages each way at the same time, kinds and sizes mixed, in order."""
    server, client = pair.connect()
    kinds = ["text" if i % 3 else "binary" for i in range(1000)]
    for i, kind in enumerate(kinds):
        client.tell(kind, f"there {i}".encode())
        server.tell(kind, f"back {i}".encode() * (1 + i % 40))
    for i, kind in enumerate(kinds):
        server.expect(kind, f"there {i}")
        client.expect(kind, f"back {i}" * (1 + i % 40))
    close(pair, server, client)


def connections(pair):
    """Twenty connections at a time, each with messages of its own."""
    ends = [pair.connect() for _ in range(20)]
    for i, (server, client) in enumerate(ends):
        client.tell("text", f"from {i}".encode())
        server.tell("text", f"to {i}".encode())
    for i, (server, client) in enumerate(ends):
        server.expect("text", f"from {i}")
        client.expect("text", f"to {i}")
    for server, client in ends:
        close(pair, server, client)


def hundred_fragments(role, kind):
    def run(pair):
        ends = dict(zip(("server", "client"), pair.connect()))
        other = ends["client" if role == "server" else "server"]
        data = payload(kind, 250_000)
        ends[role].fragments(kind, 100, data)
        other.expect(kind, data)
        close(pair, ends["server"], ends["client"])

    return Case(f"{kind} in 100 fragments from the {role}", run)


def pings_between(role, kind):
    def run(pair):
        ends = dict(zip(("server", "client"), pair.connect()))
        sender, other = ends[role], ends["client" if role == "server" else "server"]
        data = payload(kind, 10_001)
        sender.fragments(kind, 5, data, b"between")
        if "see-ping" in other.can:
            for _ in range(4):
                other.expect("ping", "between")
        other.expect(kind, data)
        # A pong may answer for the pings before it (RFC 6455, section 5.5.3).
        sender.expect("pong", "between")
        close(pair, ends["server"], ends["client"])

    return Case(f"{kind} in fragments with pings between them from the {role}", run)


def ping(role):
    def run(pair):
        ends = dict(zip(("server", "client"), pair.connect()))
        sender, other = ends[role], ends["client" if role == "server" else "server"]
        for data in ("there?", "\u00e9\U0001f3d3", "p" * 125):
            sender.tell("ping", data)
            if "see-ping" in other.can:
                other.expect("ping", data)
            sender.expect("pong", data)
        close(pair, ends["server"], ends["client"])

    return Case(f"ping from the {role}, pong with the same payload", run)


def keepalive(role):
    """The peer pings by itself, with a payload of its own choice."""

    def run(pair):
        ends = dict(zip(("server", "client"), pair.connect()))
        sender, other = ends[role], ends["client" if role == "server" else "server"]
        sender.tell("ping", "")
        other.event("ping")
        sender.event("pong")
        close(pair, ends["server"], ends["client"])

    return Case(f"keepalive ping from the {role}, answered", run)


def closing(role, code, reason):
    def run(pair):
        ends = dict(zip(("server", "client"), pair.connect()))
        other = ends["client" if role == "server" else "server"]
        ends[role].tell("close", code, reason)
        other.expect("closed", code, reason)
        got = ends[role].event("closed")
        # The answer carries the code; whether it repeats the reason is the peer's choice.
        assert got[0] == code, got
        assert got[1] in (b"", reason.encode()), got

    shown = f"a reason of {len(reason.encode())} bytes" if reason else "no reason"
    return Case(f"{code} with {shown} from the {role}", run)


def close_empty(role):
    def run(pair):
        ends = dict(zip(("server", "client"), pair.connect()))
        other = ends["client" if role == "server" else "server"]
        ends[role].tell("close-empty")
        # faye-websocket calls it 1000.
        other.expect("closed", 1000 if other.peer.name == "faye-websocket" else 1005, "")
        ends[role].event("closed")

    return Case(f"close without a code from the {role}", run)


def close_after_messages(role):
    """What was sent before the close arrives before it."""

    def run(pair):
        ends = dict(zip(("server", "client"), pair.connect()))
        other = ends["client" if role == "server" else "server"]
        data = bytes_of(100_000)
        for _ in range(10):
            ends[role].tell("binary", data)
        ends[role].tell("close", 1000, "done")
        for _ in range(10):
            other.expect("binary", data)
        other.expect("closed", 1000, "done")
        ends[role].event("closed")

    return Case(f"messages, then close from the {role}", run)


def close_from_both(pair):
    server, client = pair.connect()
    client.tell("close", 3001, "client")
    server.tell("close", 3002, "server")
    assert server.event("closed")[0] in (3001, 3002)
    assert client.event("closed")[0] in (3001, 3002)


def subprotocol(offered, chosen):
    def run(pair):
        server, client = pair.connect(protocols=offered)
        assert server.protocol == client.protocol, (server.protocol, client.protocol)
        assert client.protocol.decode() in chosen, client.protocol
        close(pair, server, client)

    names = ", ".join(offered) or "none"
    return Case(f"subprotocol: offered {names}", run)


def headers(pair):
    server, client = pair.connect(header="a header, with spaces; and=signs", path="/a/b?c=d%20e")
    assert server.header == b"a header, with spaces; and=signs", server.header
    assert client.header == b"answer", client.header
    close(pair, server, client)


def refusal(pair):
    client = pair.dial(path="/refuse")
    status, header, body = client.event("refused")
    assert status == 403, status
    assert header == b"refused", header
    if "refusal-body" in client.can:
        # This library makes a line of the reason.
        assert body.rstrip(b"\n") == "Not here \U0001f6ab".encode(), body
    # The refused one is no burden to the next.
    close(pair, *pair.connect())


def vanish(role):
    def run(pair):
        ends = dict(zip(("server", "client"), pair.connect()))
        other = ends["client" if role == "server" else "server"]
        ends[role].tell("text", "farewell")
        other.expect("text", "farewell")
        pair.kill(role)
        other.expect("closed", 1006, "")

    return Case(f"the {role} vanishes: 1006", run)


def data_cases():
    sizes = [*SIZES, 16 * MIB]
    yield from (both_ways(kind, size) for kind in ("text", "binary") for size in sizes)
    yield Case("16 MiB both ways at once", at_once)
    yield Case("text with NUL, BOM, line ends and U+10FFFF", odd_text)
    yield Case("1000 small messages each way, in order", thousand)
    yield Case("20 connections at a time", connections)


def role_cases(pair, role):
    """Cases in which the peer of this role does something to the other one."""
    can = pair.can(role)
    other_can = pair.can("client" if role == "server" else "server")
    kinds = ("text", "binary")
    if "fragments" in can:
        yield from (hundred_fragments(role, kind) for kind in kinds)
    if "cut" in can:
        yield from (pings_between(role, kind) for kind in kinds)
    if "ping" in can:
        yield ping(role)
    if "keepalive" in can and "see-ping" in other_can:
        yield keepalive(role)
    yield from (closing(role, code, reason) for code, reason in CLOSINGS)
    if "close-empty" in can:
        yield close_empty(role)
    yield close_after_messages(role)
    yield vanish(role)


def handshake_cases(pair):
    yield subprotocol(["none", "beta"], ["beta"])
    yield subprotocol(["beta", "alpha"], ["alpha", "beta"])
    yield subprotocol([], [""])
    if all("agree-on-none" in pair.can(role) for role in ("server", "client")):
        yield subprotocol(["none", "such"], [""])
    yield Case("path, query and headers both ways", headers)
    if all("refuse" in pair.can(role) for role in ("server", "client")):
        yield Case("refused with 403", refusal)


def table(pair):
    yield from handshake_cases(pair)
    yield from data_cases()
    yield Case("both close at once", close_from_both)
    yield from role_cases(pair, "client")
    yield from role_cases(pair, "server")
