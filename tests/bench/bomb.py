#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measures what long compressed messages do to a process.

    memory   64 MiB and more of zeros in some KiB: the most memory (VmHWM) that a server has taken
             beyond what it had before, with several limits
    stall    32 MiB that compress as text does: the longest time between two ticks of a timer of
             1 ms on the main loop; the same without the time for which other programs had the
             processors; how much of it that thread was at work itself; and all that without a
             message, to compare with

The other end is written here, with Python's zlib.
"""

import argparse
import base64
import hashlib
import json
import os
import random
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import zlib

MIB = 1 << 20
TAIL = b"\x00\x00\xff\xff"
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TIMEOUT = 60
AIM_MS = 5
IDLE_TICKS = 300
OPCODES = {"text": 1, "binary": 2}
RSV1 = 0x40
FIN = 0x80


class Failed(Exception):
    """Something else came than was to come."""


class End:
    """A running bomb-end."""

    def __init__(self, build, role, max_length=0):
        command = [f"{build}/tests/bench/bomb-end", str(max_length), role]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.port = int(self.read("listening")[0]) if role == "server" else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def tell(self, *words):
        self.process.stdin.write(" ".join(["1", *words]) + "\n")
        self.process.stdin.flush()

    def read(self, *names):
        """The words behind the next report, which must have one of these names."""
        line = self.process.stdout.readline().split()
        words = line if line and line[0] == "listening" else line[1:]
        if not words or words[0] not in names:
            raise Failed(f"{' '.join(line) or 'an end'}, not {' or '.join(names)}")
        return words[1:] if len(names) == 1 else words

    def memory(self, field):
        """KiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(field + ":"))

    def forget_peak(self):
        with open(f"/proc/{self.process.pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")


class Wire:
    """The other end of a connection: frames, as they are told."""

    def __init__(self, stream, is_client):
        self.stream = stream
        self.is_client = is_client
        self.rest = b""

    def frame(self, first, payload):
        """A frame of the client's has a mask of zeros, which changes nothing."""
        bit = 0x80 if self.is_client else 0
        size = len(payload)
        if size < 126:
            head = struct.pack("!BB", first, bit | size)
        elif size < 1 << 16:
            head = struct.pack("!BBH", first, bit | 126, size)
        else:
            head = struct.pack("!BBQ", first, bit | 127, size)
        return head + (bytes(4) if self.is_client else b"") + payload

    def send(self, kind, compressed, frames=1):
        """A message that is compressed already, in so many frames."""
        size = len(compressed) // frames
        parts = [compressed[i * size:(i + 1) * size if i < frames - 1 else None]
                 for i in range(frames)]
        out = b"".join(self.frame((FIN if i == frames - 1 else 0) |
                                  (OPCODES[kind] | RSV1 if i == 0 else 0), part)
                       for i, part in enumerate(parts))
        try:
            self.stream.sendall(out)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def need(self, size):
        while len(self.rest) < size:
            more = self.stream.recv(1 << 20)
            if not more:
                raise Failed("the connection ended")
            self.rest += more
        data, self.rest = self.rest[:size], self.rest[size:]
        return data

    def skip(self, size, parts):
        """As `need`, for much, without holding it up."""
        while size:
            data = self.rest or self.stream.recv(1 << 20)
            self.rest = data[size:]
            parts.append(data[:size])
            size -= len(parts[-1])

    def receive(self):
        """First byte, mask and parts of the payload of the next frame."""
        first, second = self.need(2)
        size = second & 0x7F
        if size > 125:
            extra = 2 if size == 126 else 8
            size = int.from_bytes(self.need(extra), "big")
        mask = self.need(4) if second & 0x80 else bytes(4)
        parts = []
        self.skip(size, parts)
        return first, mask, b"".join(parts)


def accept_of(key):
    return base64.b64encode(hashlib.sha1(key + GUID).digest())


def read_head(stream):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += stream.recv(1)
    return head


def dial(port):
    stream = socket.create_connection(("127.0.0.1", port), TIMEOUT)
    stream.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                   b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                   b"Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\n"
                   b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
    head = read_head(stream)
    if b"permessage-deflate" not in head:
        raise Failed(f"not agreed: {head!r}")
    return Wire(stream, True)


def answer(listener):
    stream, _ = listener.accept()
    stream.settimeout(TIMEOUT)
    head = read_head(stream)
    key = next(line.split(b":")[1].strip() for line in head.split(b"\r\n")
               if line.lower().startswith(b"sec-websocket-key:"))
    stream.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                   b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept_of(key) +
                   b"\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
    return Wire(stream, False)


def connect(end, role):
    """The wire to an end, which plays the role."""
    if role == "server":
        wire = dial(end.port)
    else:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            url = f"ws://127.0.0.1:{listener.getsockname()[1]}/"
            end.tell("open", base64.b64encode(url.encode()).decode())
            wire = answer(listener)
    end.read("open")
    return wire


def compress(stream, data):
    compressed = stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)
    return compressed[:-len(TAIL)]


def text_of(size):
    """JSON of which zlib makes about a sixth."""
    dice = random.Random(7)
    words = ["open", "closed", "held", "sold out", "gr\u00fcn", "\u6f22\u5b57"]
    items = []
    length = 0
    while length < size:
        item = json.dumps({
            "id": dice.randrange(10**6), "name": f"item {dice.randrange(1000)}",
            "state": dice.choice(words), "price": dice.randrange(50000) / 100,
            "tags": ["alpha", dice.choice(words)], "note": " ".join(dice.choices(words, k=4)),
        }, ensure_ascii=False).encode()
        items.append(item)
        length += len(item) + 1
    return b"\n".join(items)[:size].decode(errors="ignore").encode().ljust(size)


def measure_bomb(build, max_length, size, frames, takeover):
    """A row of figures: what became of it, KiB on the wire, KiB that were taken."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    with End(build, "server", max_length) as end:
        wire = connect(end, "server")
        # The window is full of what came before, and the bomb refers to it.
        before = bytes(1 << 16) if takeover else b"hello"
        wire.send("binary", compress(stream, before))
        end.read("message")
        bomb = compress(stream, bytes(size))
        had = end.memory("VmRSS")
        end.forget_peak()
        wire.send("binary", bomb, frames)
        outcome = end.read("message", "closed")
        return " ".join(outcome), len(bomb) / 1024, end.memory("VmHWM") - had


def show_bombs(build):
    print("memory")
    rows = [(limit, size) for limit, size in ((MIB, 64 * MIB), (0, 64 * MIB), (0, 256 * MIB))]
    ways = (("single", 1, False), ("fragmented", 16, False), ("takeover", 1, True))
    for limit, size in rows:
        for name, frames, takeover in ways:
            outcome, wire, taken = measure_bomb(build, limit, size, frames, takeover)
            shown = f"{limit // MIB} MiB" if limit else "64 MiB (default)"
            print(f"  limit {shown:17} zeros {size // MIB:3} MiB {name:10} on the wire "
                  f"{wire:6.1f} KiB: {outcome:16} peak +{taken} KiB", flush=True)


def watched(end, during):
    """The stall while DURING () runs: whole, without waiting for a processor, at work; in ms."""
    end.tell("watch")
    end.read("watching")
    during()
    end.tell("report")
    return [int(word) / 1e6 for word in end.read("stall")[:3]]


def wait_idle(end):
    """Until some ticks have gone by."""
    ticks = 0
    while ticks < IDLE_TICKS:
        end.tell("report")
        ticks = int(end.read("stall")[3])


def measure_receiving(end, wire, kind, data, compressed):
    def during():
        wire.send(kind, compressed)
        size = end.read("message")[0]
        if int(size) != len(data):
            raise Failed(f"a message of {size} bytes")

    stall = watched(end, during)
    end.tell("sum")
    if end.read("sum")[0] != hashlib.sha256(data).hexdigest():
        raise Failed("another message")
    return stall


def unmask(data, mask):
    size = len(data)
    pad = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "big") ^ int.from_bytes(pad, "big")).to_bytes(size, "big")


def measure_sending(end, wire, kind, data, inflater):
    frames = []

    def during():
        end.tell("send", kind)
        frames.append(wire.receive())
        while not frames[-1][0] & FIN:
            frames.append(wire.receive())
        end.read("sent")

    stall = watched(end, during)
    payload = b"".join(unmask(part, mask) for _, mask, part in frames)
    if not frames[0][0] & RSV1 or inflater.decompress(payload + TAIL) != data:
        raise Failed("another message")
    return stall


def print_stalls(name, stalls):
    wall, held, cpu = ((statistics.median(times), max(times)) for times in zip(*stalls))
    verdict = "met" if held[1] < AIM_MS else "missed"
    print(f"  {name:23} median/largest ms: between ticks {wall[0]:6.2f}/{wall[1]:6.2f}, without "
          f"waiting for a processor {held[0]:5.2f}/{held[1]:5.2f} (< {AIM_MS}: {verdict}), "
          f"at work {cpu[0]:5.2f}/{cpu[1]:5.2f}", flush=True)


def show_stalls(build, role, data, rounds, folder):
    deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
    inflater = zlib.decompressobj(-15)
    path = os.path.join(folder, "data")
    with open(path, "wb") as file:
        file.write(data)
    with End(build, role) as end:
        wire = connect(end, role)
        print_stalls(f"{role}, no message", [watched(end, lambda: wait_idle(end))
                                             for _ in range(rounds)])
        for kind in ("text", "binary"):
            print_stalls(f"{role} receives {kind}", [
                measure_receiving(end, wire, kind, data, compress(deflater, data))
                for _ in range(rounds)])
        end.tell("load", base64.b64encode(path.encode()).decode())
        end.read("loaded")
        for kind in ("text", "binary"):
            print_stalls(f"{role} sends {kind}", [
                measure_sending(end, wire, kind, data, inflater) for _ in range(rounds)])


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build", help="where the programs were built")
    parser.add_argument("--rounds", type=int, default=5, help="messages of each kind (default 5)")
    parser.add_argument("--size", type=int, default=32, help="MiB of such a message (default 32)")
    parser.add_argument("what", nargs="*", choices=["memory", "stall", []], help="default: both")
    return parser.parse_args()


def main():
    options = parse_arguments()
    try:
        if "stall" not in options.what or "memory" in options.what:
            show_bombs(options.build)
        if "memory" not in options.what or "stall" in options.what:
            data = text_of(options.size * MIB)
            packed = len(zlib.compress(data[:MIB], 6))
            print(f"stall, {options.size} MiB of text, ratio {MIB / packed:.1f}")
            with tempfile.TemporaryDirectory() as folder:
                for role in ("server", "client"):
                    show_stalls(options.build, role, data, options.rounds, folder)
    except Failed as error:
        sys.exit(f"bomb: {error}")


main()
