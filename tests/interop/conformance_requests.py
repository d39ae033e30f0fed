# SPDX-License-Identifier: MIT
"""Requests that a server has to accept or refuse (RFC 6455, section 4.2)."""

import functools
import re
import select
from typing import NamedTuple

from conformance_http import (KEY, REQUEST_FIELDS, accept_of, check_switch, fields_of, read_head,
                              request, single)
from conformance_wire import CLOSE, DEADLINE, FIN, PING, PONG, TEXT, Frame, Wire, Wrong, cut, encode

SWITCHED = 101
ANY = None  # refused, in whatever way


class Request(NamedTuple):
    """STATUS is the answer on a raw stream; SOUP the one behind libsoup's own parser, if that sees
    to it that it differs."""

    name: str
    data: bytes
    status: int
    soup: object = "same"


def without(*names):
    dropped = tuple(name.encode().lower() + b":" for name in names)
    return [field for field in REQUEST_FIELDS if not field.lower().startswith(dropped)]


def with_field(line, *more):
    """The good request with these lines, of one name, in the place of the one that has it."""
    return request([*without(line.partition(b":")[0].strip().decode()), line, *more])


def added(*lines):
    return request([*REQUEST_FIELDS, *lines])


def good_requests():
    yield "as plain as can be", request()
    yield "names in lower case", request([f[:f.index(b":")].lower() + f[f.index(b":"):]
                                          for f in REQUEST_FIELDS])
    yield "names in upper case", request([f[:f.index(b":")].upper() + f[f.index(b":"):]
                                          for f in REQUEST_FIELDS])
    yield "no blanks after the colons", request([f.replace(b": ", b":", 1) for f in REQUEST_FIELDS])
    yield "many blanks around values", request([f.replace(b": ", b": \t  ", 1) + b" \t "
                                                for f in REQUEST_FIELDS])
    for value in (b"WebSocket", b"WEBSOCKET", b"h2c, websocket", b"websocket, h2c"):
        yield f"Upgrade: {value.decode()}", with_field(b"Upgrade: " + value)
    for value in (b"upgrade", b"keep-alive, Upgrade", b"UPGRADE,keep-alive", b", Upgrade ,",
                  b"keep-alive,\t upgrade"):
        yield f"Connection: {value.decode()!r}", with_field(b"Connection: " + value)
    yield "Connection in two lines", with_field(b"Connection: keep-alive", b"Connection: Upgrade")
    for host in (b"localhost", b"127.0.0.1:80", b"[::1]:8080", b"example.com",
                 b"a-b.example:65535"):
        yield f"Host: {host.decode()}", with_field(b"Host: " + host)
    for target in (b"/", b"/chat?x=1&y=%20", b"/a/../b;c=d", b"/*", b"//x",
                   b"/caf%c3%a9/%e4/a%20b%2Fc%23%25"):
        yield f"target {target.decode()}", request(line=b"GET " + target + b" HTTP/1.1")
    yield "Content-Length: 0", added(b"Content-Length: 0")
    yield "an Origin", added(b"Origin: https://example.com")
    yield "subprotocols that nobody speaks", added(b"Sec-WebSocket-Protocol: foo, bar")
    yield "subprotocols in two lines", added(b"Sec-WebSocket-Protocol: foo",
                                             b"Sec-WebSocket-Protocol: bar")
    for value in (b"x-unknown; a=1; b", b"a,b ,\tc;d", b"a; b=\"c\\d\", a; b=2; b=3"):
        yield f"unknown extensions {value.decode()!r}", added(b"Sec-WebSocket-Extensions: " + value)
    yield "a cookie and an agent", added(b"Cookie: a=b; c=d", b"User-Agent: test/1 (x)")
    yield "100 more fields", added(*[b"X-%d: %d" % (i, i) for i in range(100)])
    yield "a field of 8000 bytes", added(b"X-Long: " + b"x" * 7990)
    yield "an empty value", added(b"X-Empty:")
    for key in (b"AAAAAAAAAAAAAAAAAAAAAA==", b"/" * 21 + b"w==", b"+" * 21 + b"A=="):
        yield f"key {key.decode()}", with_field(b"Sec-WebSocket-Key: " + key)


def refused_handshakes():
    """Good heads of HTTP that are no good handshakes."""
    for method in (b"POST", b"PUT", b"OPTIONS", b"get", b"BREW"):
        yield Request(f"method {method.decode()}", request(line=method + b" / HTTP/1.1"), 405, ANY)
    yield Request("method HEAD", request(line=b"HEAD / HTTP/1.1"), 405, ANY)
    yield Request("HTTP/1.0", request(line=b"GET / HTTP/1.0"), 505, ANY)
    yield Request("no Host", request(without("Host")), 400, ANY)
    yield Request("A35 two Hosts", with_field(b"Host: a", b"Host: b"), 400)
    for host in (b"", b"a b", b"user@example.com", b"a?b", b"a#b", b"a, b", b"\xc3\xa4.example"):
        yield Request(f"A36 Host: {host.decode()!r}", with_field(b"Host: " + host), 400)
    for host in (b"[::", b"example.com:99999", b"example.com:x", b"a/b"):
        yield Request(f"A36 Host: {host.decode()!r}", with_field(b"Host: " + host), 400, ANY)
    yield Request("no Upgrade, no Connection", request(without("Upgrade", "Connection")), 426, ANY)
    yield Request("no Upgrade", request(without("Upgrade")), 400, ANY)
    yield Request("no Connection", request(without("Connection")), 400, ANY)
    for value in (b"", b"foo", b"websockets", b"web socket", b"websocket/13"):
        yield Request(f"Upgrade: {value.decode()!r}", with_field(b"Upgrade: " + value), 400, ANY)
    yield Request("A35 two Upgrades", with_field(b"Upgrade: websocket", b"Upgrade: websocket"), 400)
    for value in (b"", b"close", b"keep-alive", b"Upgrades", b"\"Upgrade\""):
        yield Request(f"Connection: {value.decode()!r}", with_field(b"Connection: " + value),
                      400, ANY)
    yield Request("no Sec-WebSocket-Version", request(without("Sec-WebSocket-Version")), 426)
    for value in (b"", b"0", b"1", b"7", b"8", b"12", b"14", b"013", b"+13", b"13.0", b"13, 8",
                  b"999999999999"):
        yield Request(f"A31 version {value.decode()!r}",
                      with_field(b"Sec-WebSocket-Version: " + value), 426)
    yield Request("A35 two versions", with_field(b"Sec-WebSocket-Version: 13",
                                                 b"Sec-WebSocket-Version: 13"), 400)
    yield Request("no Sec-WebSocket-Key", request(without("Sec-WebSocket-Key")), 400)
    for value in (b"", b"x", b"AAAAAAAAAAAAAAAAAAAA", b"AAAAAAAAAAAAAAAAAAAAAAA=", KEY[:-2],
                  KEY[:-1], b"A" * 22 + b"==x", b"A" * 24, b"A" * 21 + b"-==", KEY + KEY,
                  b"A" * 10 + b" " + b"A" * 11 + b"==", b"=" * 24):
        yield Request(f"A38 key {value.decode()!r}", with_field(b"Sec-WebSocket-Key: " + value),
                      400)
    yield Request("A35 two keys", with_field(b"Sec-WebSocket-Key: " + KEY,
                                             b"Sec-WebSocket-Key: " + KEY), 400)
    for value in (b"a, a", b"a b", b"a/b", b"a,,b", b"a,", b"", b"caf\xc3\xa9", b"\"a\""):
        yield Request(f"A37 subprotocols {value.decode()!r}",
                      added(b"Sec-WebSocket-Protocol: " + value), 400)
    for value in (b"caf\xc3\xa9", b"", b"a,", b"a,,b", b"a b", b"a;", b"a; ;b", b"a; b=", b"a; b =c",
                  b"a; b=\"c", b"a; b=\"\"", b"a; b=\"c d\"", b"\"a\"", b"a/b", b"a" + b", a" * 64,
                  b"a; b=\"" + b"\\c" * 3000, b"a" + b" " * 6000 + b"b"):
        yield Request(f"A37 extensions {value[:24].decode()!r}",
                      added(b"Sec-WebSocket-Extensions: " + value), 400)
    for target in (b"*", b"127.0.0.1:80", b"http://elsewhere.example/", b"ftp://127.0.0.1/",
                   b"foo"):
        yield Request(f"A36 target {target.decode()}",
                      request(line=b"GET " + target + b" HTTP/1.1"), 400, ANY)
    yield Request("A36 a fragment in the target", request(line=b"GET /a#b HTTP/1.1"), 400, ANY)
    yield Request("A39 Content-Length: 5", added(b"Content-Length: 5") + b"hello", 400)
    yield Request("A39 chunked", added(b"Transfer-Encoding: chunked") + b"0\r\n\r\n", 400)
    yield Request("A39 both", added(b"Transfer-Encoding: chunked", b"Content-Length: 5")
                  + b"0\r\n\r\n", 400, ANY)
    yield Request("A35 two lengths", added(b"Content-Length: 0", b"Content-Length: 5"), 400, ANY)
    yield Request("A39 a request behind a refused one",
                  with_field(b"Sec-WebSocket-Version: 5") + request(), 426)
    yield Request("A39 frames behind a refused one",
                  with_field(b"Sec-WebSocket-Version: 5") + b"\x81\x80abcd" * 9, 426)


def broken_heads():
    """What is not even HTTP."""
    head = request()
    yield "A34 bare LF everywhere", head.replace(b"\r\n", b"\n"), 400
    yield "A34 one bare LF", head.replace(b"\r\n", b"\n", 1), 400
    yield "A34 a bare CR in a value", added(b"X-A: b\rc"), 400
    yield "A34 a folded line", added(b"X-A: b", b" c"), 400
    yield "A34 a line folded by a tab", added(b"X-A: b", b"\tc"), 400
    for byte in (0x00, 0x01, 0x0B, 0x0C, 0x1C, 0x1D, 0x1E, 0x7F):
        yield f"A34 {byte:02x} in a value", added(b"X-A: b" + bytes([byte]) + b"c"), 400
        yield f"A34 {byte:02x} in a name", added(b"X-A" + bytes([byte]) + b": bc"), 400
    yield "A34 no UTF-8 in a value", added(b"X-A: \xff\xfe"), 400
    yield "A34 a blank before the colon", added(b"X-A : b"), 400
    yield "A34 a blank before the Host's colon", with_field(b"Host : a"), 400
    yield "A34 a blank before the first field", head.replace(b"Host", b" Host", 1), 400
    yield "A34 no colon", added(b"X-A"), 400
    yield "A34 no name", added(b": b"), 400
    for name in (b"X(A)", b"X\xc3\xa4", b"X/A", b"\"X\"", b"X@A"):
        yield f"A34 name {name.decode()}", added(name + b": b"), 400
    for line in (b"GET  / HTTP/1.1", b"GET / HTTP/1.1 ", b" GET / HTTP/1.1", b"GET /", b"GET",
                 b"GET / HTTP/1", b"GET / http/1.1", b"GET / HTTP/11", b"GET / FOO/1.1",
                 b"GET /a b HTTP/1.1", b"G@T / HTTP/1.1", b"GET /\xc3\xa4 HTTP/1.1",
                 b"GET\t/\tHTTP/1.1"):
        yield f"request line {line.decode()!r}", request(line=line), 400
    yield "HTTP/2.0", request(line=b"GET / HTTP/2.0"), 505
    yield "HTTP/1.2", request(line=b"GET / HTTP/1.2"), 505
    yield "two empty lines first", b"\r\n\r\n" + head, 400
    yield "TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40), 400
    yield "HTTP/2 by prior knowledge", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505
    yield "A33 an endless request line", b"GET /" + b"a" * 20000, 414
    yield "A33 an endless field", request([])[:-2] + b"X-A: " + b"b" * 20000, 431
    yield "A33 a field without end or colon", request([])[:-2] + b"X" * 20000, 431
    yield "A33 129 fields", added(*[b"X: y"] * 124), 431
    yield "A33 a head of 33 KiB", added(*[b"X: " + b"y" * 1000] * 40), 431


def response_of(sock, data):
    """The lines of the response to DATA, and what follows them, to the end of the stream."""
    try:
        sock.sendall(data)
    except ConnectionError:
        pass
    lines, rest = read_head(sock)
    while True:
        more = sock.recv(65536)
        if not more:
            return lines, rest
        rest += more


def check_refusal(lines, body, status, to_head=False):
    """A whole response of HTTP/1.1, and the end of the connection right behind it."""
    if not re.match(rb"HTTP/1\.1 %d [\x20-\x7e]+$" % status, lines[0]):
        raise Wrong(f"{lines[0]!r} instead of {status}")
    fields = fields_of(lines[1:])
    options = re.split(rb"[ \t]*,[ \t]*", single(fields, b"connection").lower())
    if b"close" not in options:
        raise Wrong("no Connection: close")
    if to_head and body or not to_head and int(single(fields, b"content-length")) != len(body):
        raise Wrong(f"a body of {len(body)} bytes: {body!r}")
    if status == 426:
        if single(fields, b"sec-websocket-version") != b"13" or b"upgrade" not in options:
            raise Wrong("426 that does not tell what is spoken")
        if single(fields, b"upgrade").lower() != b"websocket":
            raise Wrong("426 without Upgrade: websocket")
    if status == 405 and single(fields, b"allow") != b"GET":
        raise Wrong("405 without Allow: GET")


def refuses(data, status, connect):
    with connect() as sock:
        sock.settimeout(DEADLINE)
        check_refusal(*response_of(sock, data), status, data.startswith(b"HEAD "))


def refuses_somehow(data, connect):
    """Anything but a switch: an answer, or the end. A server that waits for more is told that
    there is none, but no sooner: that alone would be a reason to refuse."""
    with connect() as sock:
        sock.settimeout(DEADLINE)
        try:
            sock.sendall(data)
            if not select.select([sock], [], [], 1)[0]:
                sock.shutdown(1)
            start = sock.recv(65536)
        except ConnectionError:
            return
        if re.match(rb"HTTP/1\.[01] 101", start):
            raise Wrong(f"{start[:80]!r}")


def accepts(data, sizes, connect):
    """The switch, and a connection that works."""
    key = re.search(rb"(?i)sec-websocket-key:\s*(\S+)", data).group(1)
    with connect() as sock:
        sock.settimeout(DEADLINE)
        for piece in cut(data, sizes):
            sock.sendall(piece)
        lines, rest = read_head(sock)
        fields = check_switch(lines, key)
        if b"sec-websocket-protocol" in fields:
            raise Wrong("a subprotocol that the server does not speak")
        wire = Wire(sock, True, rest)
        wire.send(encode([Frame(FIN | TEXT, b"hi"), Frame(FIN | CLOSE, b"\x03\xe8")], True), None)
        wire.expect([(FIN | TEXT, b"hi")])
        wire.expect_close(1000)
        wire.expect_end()


def takes_early_frames(frames, replies, code, connect):
    """Frames in the same segment as the request (a hasty client, not a wrong one)."""
    with connect() as sock:
        sock.settimeout(DEADLINE)
        sock.sendall(request() + encode(frames, True))
        lines, rest = read_head(sock)
        check_switch(lines)
        wire = Wire(sock, True, rest)
        wire.expect(replies)
        wire.expect_close(code)
        wire.expect_end()


def early_frames():
    goodbye = Frame(FIN | CLOSE, b"\x03\xe8")
    yield "Close", [goodbye], [], 1000
    yield "a message and Close", [Frame(FIN | TEXT, b"a"), goodbye], [(FIN | TEXT, b"a")], 1000
    yield ("a ping in a message",
           [Frame(TEXT, b"a"), Frame(FIN | PING, b"p"), Frame(FIN, b"b"), goodbye],
           [(FIN | PONG, b"p"), (FIN | TEXT, b"ab")], 1000)
    yield "a fault", [Frame(FIN | TEXT, b"a"), Frame(FIN | 3)], [(FIN | TEXT, b"a")], 1002
    large = b"z" * 300000
    yield "300 KB", [Frame(FIN | TEXT, large), goodbye], [(FIN | TEXT, large)], 1000


def server_cases(raw):
    """Names, and functions that are given one that connects."""
    assert accept_of(KEY) == b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    for name, data in good_requests():
        yield f"4.2 {name}", functools.partial(accepts, data, [len(data)])
        yield f"4.2 {name}, in pieces", functools.partial(accepts, data, [1, 2, 61, 700])
    for name, *conversation in early_frames():
        yield f"4.2 {name} with the request", functools.partial(takes_early_frames, *conversation)
    # Behind libsoup's parser a head is what libsoup makes of it.
    cases = [*refused_handshakes(), *[Request(*row) for row in broken_heads() if raw]]
    for case in cases:
        if raw or case.soup == "same":
            yield f"4.2 {case.name}", functools.partial(refuses, case.data, case.status)
        else:
            yield f"4.2 {case.name}", functools.partial(refuses_somehow, case.data)
