# SPDX-License-Identifier: MIT
"""Frames as bytes, and a socket on which they are exchanged.

Nothing here is shared with the library or with another implementation: a frame is put together and
taken apart by the letter of RFC 6455, section 5.2.
"""

import select
import socket
import time

DEADLINE = 20.0
QUIET = 0.03  # so long nothing may come

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
KNOWN = {CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG}
FIN = 0x80
KEY = bytes.fromhex("9af3005c")


class Wrong(Exception):
    """The other end did something else than it has to."""


def xor(data, key):
    if not any(key):
        return data
    size = len(data)
    mask = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "big") ^ int.from_bytes(mask, "big")).to_bytes(size, "big")


def header(first, length, masked, form=None):
    """FORM is the number of bytes of an extended length; without it the shortest."""
    bit = 0x80 if masked else 0
    if form is None:
        form = 0 if length < 126 else 2 if length < 65536 else 8
    if form == 0:
        return bytes([first, bit | length])
    return bytes([first, bit | (126 if form == 2 else 127)]) + length.to_bytes(form, "big")


class Frame:
    """What is sent. FIRST is the whole first byte; UPTO cuts the payload off where it is not sent
    at all; FLIP masks what must not be masked, and the other way round."""

    def __init__(self, first, payload=b"", upto=None, flip=False, key=KEY, form=None):
        self.first = first
        self.payload = payload
        self.upto = len(payload) if upto is None else upto
        self.flip = flip
        self.key = key
        self.form = form

    def encode(self, from_client):
        masked = from_client != self.flip
        head = header(self.first, len(self.payload), masked, self.form)
        if masked:
            return head + self.key + xor(self.payload, self.key)[:self.upto]
        return head + self.payload[:self.upto]


class Head:
    """A header of any declared LENGTH, of which only the first SIZE bytes are sent."""

    def __init__(self, first, length, form=None, size=None):
        self.fields = first, length
        self.form = form
        self.size = size

    def encode(self, from_client):
        head = header(*self.fields, from_client, self.form) + (KEY if from_client else b"")
        return head[:self.size]


class Raw:
    """Bytes as they are."""

    def __init__(self, data):
        self.data = data

    def encode(self, from_client):
        return self.data


def encode(items, from_client):
    return b"".join(item.encode(from_client) for item in items)


def cut(data, sizes):
    """DATA in pieces, whose sizes are taken in turn."""
    at = turn = 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        yield data[at:at + size]
        at += size
        turn += 1


def shorten(frame):
    first, payload = frame
    text = repr(payload) if len(payload) <= 40 else f"{payload[:32]!r}… of {len(payload)} bytes"
    return f"{first:02x} {text}"


class Wire:
    """One connection. What comes is parsed at once, and judged: only frames that an endpoint which
    cuts no message into pieces and speaks no extension can send."""

    def __init__(self, sock, to_server, rest=b""):
        self.sock = sock
        self.to_server = to_server
        self.frames = []
        self.keys = []
        self.buffer = bytearray(rest)
        self.ended = False
        self.until = time.monotonic() + DEADLINE
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        self._parse()

    def _parse(self):
        while True:
            size = self._parse_one(bytes(self.buffer[:14]))
            if size == 0:
                return
            del self.buffer[:size]

    def _parse_one(self, head):
        """The size of the frame at the beginning of the buffer once it is there whole, or 0."""
        if len(head) < 2:
            return 0
        masked, short = head[1] >> 7, head[1] & 127
        form = {126: 2, 127: 8}.get(short, 0)
        start = 2 + form + 4 * masked
        if len(head) < start:
            return 0
        length = int.from_bytes(head[2:2 + form], "big") if form else short
        self._judge(head, masked, length, form)
        if len(self.buffer) < start + length:
            return 0
        payload = bytes(self.buffer[start:start + length])
        if masked:
            self.keys.append(head[start - 4:start])
            payload = xor(payload, head[start - 4:start])
        self.frames.append((head[0], payload))
        return start + length

    def _judge(self, head, masked, length, form):
        if head[:2 + form] != header(head[0], length, masked):
            raise Wrong(f"length {length} in {form} bytes")
        if masked != (not self.to_server):
            raise Wrong("a masked frame from a server" if masked else "an unmasked frame")
        if head[0] < FIN or head[0] & 0x70 or head[0] & 15 not in KNOWN or head[0] == FIN:
            raise Wrong(f"first byte {head[0]:02x}")
        if head[0] & 8 and form:
            raise Wrong(f"a control frame of {length} bytes")
        if self.frames and self.frames[-1][0] == FIN | CLOSE:
            raise Wrong(f"a frame after the close frame: {head.hex()}")

    def _read(self):
        try:
            data = self.sock.recv(1 << 20)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data:
            self.ended = True
        self.buffer += data
        self._parse()

    def _turn(self, sending):
        """Waits until something can be read or, if SENDING, written."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise Wrong(f"nothing in {DEADLINE:g} s, after {self.describe()}")
        wants = [self.sock] if sending else []
        readable, writable, _ = select.select([] if self.ended else [self.sock], wants, [], left)
        if readable:
            self._read()
        return bool(writable)

    def describe(self):
        return ", ".join(shorten(frame) for frame in self.frames[-3:]) or "no frame"

    def send(self, data, sizes):
        """Sends DATA in pieces, reading all the while. Whoever has been failed may stop reading, so
        a connection that breaks is judged by what has come."""
        try:
            for piece in cut(data, sizes or [len(data) or 1]):
                view = memoryview(piece)
                while view:
                    if self._turn(True):
                        view = view[self.sock.send(view):]
        except ConnectionError:
            self.sock.setblocking(False)

    def expect(self, frames):
        """The next frames are these, byte for byte."""
        while len(self.frames) < len(frames) and not self.ended:
            self._turn(False)
        for got, want in zip(self.frames, frames):
            if got != want:
                raise Wrong(f"{shorten(got)} instead of {shorten(want)}")
        if len(self.frames) < len(frames):
            raise Wrong(f"the end instead of {shorten(frames[len(self.frames)])}")
        del self.frames[:len(frames)]

    def expect_close(self, code):
        while not self.frames and not self.ended:
            self._turn(False)
        if not self.frames:
            raise Wrong(f"the end instead of a close frame with {code}")
        first, body = self.frames[0]
        if first != FIN | CLOSE:
            raise Wrong(f"{shorten(self.frames[0])} instead of a close frame")
        got = int.from_bytes(body[:2], "big") if len(body) >= 2 else 1005
        if got != code or len(body) == 1:
            raise Wrong(f"close code {got}, not {code}: {body[2:]!r}")
        body[2:].decode()

    def expect_end(self):
        """The other end closes first, and sends nothing more."""
        while not self.ended:
            self._turn(False)
        self._check_rest()

    def expect_quiet(self):
        """Nothing comes, and no end."""
        before = len(self.frames)
        if not self.ended and select.select([self.sock], [], [], QUIET)[0]:
            self._read()
        if self.ended:
            raise Wrong("the client closed the connection first")
        if self.buffer or len(self.frames) != before:
            raise Wrong(f"more than was due: {self.describe()} {bytes(self.buffer[:20]).hex()}")

    def _check_rest(self):
        if self.buffer:
            raise Wrong(f"half a frame at the end: {bytes(self.buffer[:20]).hex()}")

    def shut(self):
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass
