# SPDX-License-Identifier: MIT
"""HTTP heads as bytes, and what the heads of an opening handshake have to hold."""

import base64
import hashlib
import re

from conformance_wire import Wrong

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
REQUEST_FIELDS = [b"Host: 127.0.0.1", b"Upgrade: websocket", b"Connection: Upgrade",
                  b"Sec-WebSocket-Key: " + KEY, b"Sec-WebSocket-Version: 13"]


def accept_of(key):
    return base64.b64encode(hashlib.sha1(key + GUID).digest())


def read_head(sock):
    """The lines of a head, and what came after it."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            raise Wrong(f"the end instead of a head: {data!r}")
        data += more
    head, rest = data.split(b"\r\n\r\n", 1)
    return head.split(b"\r\n"), rest


def fields_of(lines):
    fields = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not re.fullmatch(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            raise Wrong(f"no header field: {line!r}")
        fields.setdefault(name.lower(), []).append(value.strip(b" \t"))
    return fields


def single(fields, name):
    values = fields.get(name, [])
    if len(values) != 1:
        raise Wrong(f"{name.decode()} stands {len(values)} times")
    return values[0]


def request(fields=None, line=b"GET / HTTP/1.1"):
    return b"\r\n".join([line, *(REQUEST_FIELDS if fields is None else fields), b"", b""])


def check_switch(lines, key=KEY):
    """RFC 6455, section 4.2.2: exactly what a 101 has to have."""
    if not re.match(rb"HTTP/1\.1 101 ", lines[0]):
        raise Wrong(f"{lines[0]!r} instead of 101")
    fields = fields_of(lines[1:])
    if single(fields, b"upgrade").lower() != b"websocket":
        raise Wrong("no Upgrade: websocket")
    if single(fields, b"connection").lower() != b"upgrade":
        raise Wrong("no Connection: Upgrade")
    if single(fields, b"sec-websocket-accept") != accept_of(key):
        raise Wrong("wrong Sec-WebSocket-Accept")
    for name in (b"content-length", b"transfer-encoding", b"sec-websocket-extensions"):
        if name in fields:
            raise Wrong(f"{name.decode()} in a 101")
    return fields


def open_as_client(sock):
    sock.sendall(request())
    lines, rest = read_head(sock)
    check_switch(lines)
    return rest


def check_request(lines):
    """RFC 6455, section 4.1: what a client's request has to have; its key."""
    if not re.fullmatch(rb"GET /\S* HTTP/1\.1", lines[0]):
        raise Wrong(f"request line {lines[0]!r}")
    fields = fields_of(lines[1:])
    if not re.fullmatch(rb"127\.0\.0\.1:\d+", single(fields, b"host")):
        raise Wrong("wrong Host")
    if single(fields, b"upgrade").lower() != b"websocket":
        raise Wrong("no Upgrade: websocket")
    if b"upgrade" not in re.split(rb"[ \t]*,[ \t]*", single(fields, b"connection").lower()):
        raise Wrong("no Connection: Upgrade")
    if single(fields, b"sec-websocket-version") != b"13":
        raise Wrong("wrong Sec-WebSocket-Version")
    key = single(fields, b"sec-websocket-key")
    if len(base64.b64decode(key, validate=True)) != 16:
        raise Wrong(f"Sec-WebSocket-Key {key!r}")
    for name in (b"content-length", b"transfer-encoding", b"sec-websocket-accept"):
        if name in fields:
            raise Wrong(f"{name.decode()} in the request")
    return key


def answer(key, *more):
    return b"\r\n".join([b"HTTP/1.1 101 Switching Protocols", b"Upgrade: websocket",
                         b"Connection: Upgrade", b"Sec-WebSocket-Accept: " + accept_of(key),
                         *more, b"", b""])


def open_as_server(sock):
    lines, rest = read_head(sock)
    if rest:
        raise Wrong(f"bytes after the request: {rest!r}")
    sock.sendall(answer(check_request(lines)))
    return b""
