# SPDX-License-Identifier: MIT
"""A relay between two peers that keeps what it passes on, and reads it as RFC 6455 has it."""

import collections
import socket
import threading

CHUNK = 1 << 16
TIMEOUT = 30

# A data message as it was on the wire: unmasked, its frames put together.
Wired = collections.namedtuple("Wired", "text rsv1 payload")


class Record:
    """What went over one connection."""

    def __init__(self):
        self.sent = {"client": bytearray(), "server": bytearray()}

    def _head(self, role):
        head = bytes(self.sent[role]).partition(b"\r\n\r\n")[0].decode("latin-1")
        return [line.partition(":") for line in head.split("\r\n")[1:]]

    def extensions(self, role):
        """The value of Sec-WebSocket-Extensions, or None."""
        values = [value.strip() for name, _, value in self._head(role)
                  if name.lower() == "sec-websocket-extensions"]
        return ", ".join(values) if values else None

    def messages(self, role):
        return list(read_messages(bytes(self.sent[role]).partition(b"\r\n\r\n")[2]))


def unmask(data, mask):
    size = len(data)
    pad = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "big") ^ int.from_bytes(pad, "big")).to_bytes(size, "big")


def read_frames(data):
    """First byte and payload of each frame (RFC 6455, section 5.2)."""
    at = 0
    while at + 2 <= len(data):
        first, second = data[at], data[at + 1]
        extra = {126: 2, 127: 8}.get(second & 0x7F, 0)
        size = int.from_bytes(data[at + 2:at + 2 + extra], "big") if extra else second & 0x7F
        at += 2 + extra
        mask = b""
        if second & 0x80:
            mask = data[at:at + 4]
            at += 4
        payload = data[at:at + size]
        at += size
        yield first, unmask(payload, mask) if mask and size else payload


def read_messages(data):
    parts = []
    for first, payload in read_frames(data):
        if first & 0x08:
            continue
        if first & 0x0F:
            parts, opening = [], first
        parts.append(payload)
        if first & 0x80:
            yield Wired(opening & 0x0F == 1, bool(opening & 0x40), b"".join(parts))


class Tap:
    """Listens on `port`, goes to `target`."""

    def __init__(self, target):
        self.target = target
        self.record = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target), TIMEOUT)
            self.record = record = Record()
            for source, sink, role in ((client, server, "client"), (server, client, "server")):
                source.settimeout(TIMEOUT)
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=relay, args=(source, sink, record.sent[role]),
                                 daemon=True).start()

    def close(self):
        self.listener.close()


def relay(source, sink, kept):
    try:
        while data := source.recv(CHUNK):
            kept += data
            sink.sendall(data)
    except OSError:
        pass
    for end, how in ((sink, socket.SHUT_WR), (source, socket.SHUT_RD)):
        try:
            end.shutdown(how)
        except OSError:
            pass
