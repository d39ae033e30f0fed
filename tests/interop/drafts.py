#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Sends the same bytes of hixie-75, hixie-76 and hybi-8 clients to servers of the reference, the
npm package websocket-driver, and to ours, and compares the bytes that come back. Reports as TAP.

    drafts.py [--build DIR] [--only TEXT] [--through PROXY] soup|raw

PROXY is tinyproxy (a CONNECT tunnel) or "holding" (a relay in here, as proxies were when the drafts
were new: it passes on what follows the request's head only when it has seen a response with status 101).

What is not compared: the text of refusals, of which ours say more; and UTF-8, where the reference
replaces what is invalid and we fail.
"""

import argparse
import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
DEADLINE = 20.0
MAX_LENGTH = 1000
HIXIE = "websocket-driver"
HYBI_8 = "websocket-driver-hybi-8"  # the last release that spoke it

START = (b"GET %s HTTP/1.1\r\nHost: example.com:81\r\n"
         b"Connection: Upgrade\r\nUpgrade: WebSocket\r\n")
ORIGIN = b"Origin: http://example.com\r\n"
KEYS = (b"Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\n"
        b"Sec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n")
CHALLENGE = b"^n:ds[4U"
HEAD_75 = START % b"/demo?x=1" + ORIGIN + b"\r\n"
HEAD_76 = START % b"/demo?x=1" + ORIGIN + KEYS + b"\r\n"
EARLY_76 = START % b"/early" + ORIGIN + KEYS + b"\r\n"
HEAD_8 = (START % b"/demo" + b"Sec-WebSocket-Origin: http://example.com\r\n"
          b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n")
CLOSING = b"\xff\x00"
FRAMES = (b"\x00Hi\xff", b"\x00\xff", "\0gr\u00fc\u00df dich \u20ac \U0001f600".encode() + b"\xff",
          b"\x7fodd\xff", b"\x80\x03\x00\xff\x80", b"\x81\x00", b"\x80\x80\x01A",
          b"\x00a\xff\x00b\xff")
END = "the end of what we send"


def until(mark):
    """A step: what comes back, until it ends in MARK."""
    return (mark,)


HEAD_END = until(b"\r\n\r\n")


def mask(first, payload, key=b"\x37\xfa\x21\x3d"):
    size = len(payload)
    length = (bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
              if size < 65536 else b"\xff" + size.to_bytes(8, "big"))
    body = bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))
    return bytes([first]) + length + key + body


def draw_key(rand):
    """A key as draft 76, section 4.1, has a client make it."""
    spaces = rand.randint(1, 12)
    number = rand.randint(1, 0xffffffff // spaces)
    key = list(str(number * spaces))
    for _ in range(rand.randint(1, 12)):
        junk = rand.choice([chr(c) for c in (*range(0x21, 0x30), *range(0x3a, 0x7f))])
        key.insert(rand.randint(0, len(key)), junk)
    for _ in range(spaces):
        key.insert(rand.randint(1, len(key) - 1), " ")
    return "".join(key).encode()


def draw_frame(rand):
    """A text, or a segment that is to be passed over."""
    if rand.random() < 0.5:
        return b"\x00" + bytes(rand.choices(range(0x80), k=rand.randint(0, 200))) + b"\xff"
    size = rand.randint(0, 300)
    return bytes([rand.randint(0x80, 0xfe), 0x80 | size >> 7, size & 0x7f]) + rand.randbytes(size)


def head_with(*lines):
    return START % b"/" + ORIGIN + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def bytewise(data):
    return [data[i:i + 1] for i in range(len(data))]


def hixie_cases():
    body = b"".join(FRAMES)
    last = b"\x00last\xff"
    rand = random.Random(76)
    yield "76 in one piece", [HEAD_76 + CHALLENGE + body + CLOSING]
    yield "76 in its natural pieces", [HEAD_76 + CHALLENGE, HEAD_END, *FRAMES, CLOSING]
    yield "76 byte by byte", bytewise(HEAD_76 + CHALLENGE + body + CLOSING)
    yield "76 with late bytes", [HEAD_76, HEAD_END, CHALLENGE, body + CLOSING]
    yield "76 with split bytes", [HEAD_76 + b"^n:", HEAD_END, b"d", b"s[4U\x00x\xff", CLOSING]
    yield "76 with messages that wait", [EARLY_76, HEAD_END, CHALLENGE + b"\x00late\xff", CLOSING]
    yield "76 without origin", [START % b"/" + KEYS + b"\r\n" + CHALLENGE + CLOSING]
    yield "76 closed by the server", [HEAD_76 + CHALLENGE + b"\x00a\xff\x00close\xff", CLOSING]
    yield "76 closing with a long zero", [HEAD_76 + CHALLENGE + b"\xff\x80"]
    yield "76 closing after a segment", [HEAD_76 + CHALLENGE + b"\xff\x02ab\x00c\xff\xff\x00"]
    yield "76 text at the limit", [HEAD_76 + CHALLENGE,
                                   b"\0" + b"x" * MAX_LENGTH + b"\xff" + CLOSING]
    yield "76 text over the limit", [HEAD_76 + CHALLENGE + b"\0" + b"x" * (MAX_LENGTH + 1)]
    yield "76 segment over the limit", [HEAD_76 + CHALLENGE + b"\x80\x87\x69"]
    yield "76 segment of the longest", [HEAD_76 + CHALLENGE + b"\x80" + b"\xff" * 8 + b"\x7f"]
    for i in range(20):
        keys = (b"Sec-WebSocket-Key%d: %s" % (n, draw_key(rand)) for n in (1, 2))
        yield f"76 keys {i}", [head_with(*keys), HEAD_END, rand.randbytes(8), CLOSING]
    for i in range(10):
        stream = b"".join(draw_frame(rand) for _ in range(30)) + CLOSING
        cut = rand.randrange(len(stream))
        yield f"76 frames {i}", [HEAD_76 + CHALLENGE, HEAD_END, stream[:cut], stream[cut:]]
    yield "75 in one piece", [HEAD_75 + body + CLOSING + last, until(last), END]
    yield "75 in its natural pieces", [HEAD_75, HEAD_END, *FRAMES, last, until(last), END]
    yield "75 byte by byte", [*bytewise(HEAD_75 + body + last), until(last), END]
    yield "75 without origin", [START % b"/" + b"\r\n", HEAD_END, last, until(last), END]
    # What ends a connection comes after the head: with it, it surprises the reference.
    yield "75 closed by the server", [HEAD_75, HEAD_END, b"\x00a\xff\x00close\xff"]
    yield "75 text over the limit", [HEAD_75, HEAD_END, b"\0" + b"x" * (MAX_LENGTH + 1)]
    yield "75 segment over the limit", [HEAD_75, HEAD_END, b"\x80\x87\x69"]
    yield "75 early message", [START % b"/early" + b"\r\n", until(b"early\xff"), END]


def refusal_cases():
    good = (b"Sec-WebSocket-Key1: 1 8", b"Sec-WebSocket-Key2: 3 6")
    for name, bad in (("no spaces", b"18"), ("no digits", b"a b"), ("zero", b"0 0"),
                      ("not divisible", b"1  3"), ("overflow", b"42949672 96")):
        key = b"Sec-WebSocket-Key%d: " + bad
        yield f"76 first key: {name}", [head_with(key % 1, good[1]) + CHALLENGE]
        yield f"76 second key: {name}", [head_with(good[0], key % 2) + CHALLENGE]
    yield "76 first key missing", [head_with(good[1]) + CHALLENGE]
    yield "76 second key missing", [head_with(good[0]) + CHALLENGE]
    yield "75 without Connection", [b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\n\r\n"]


def hybi_cases():
    close = mask(0x88, b"\x03\xe8")
    yield "hybi-8 messages", [HEAD_8, HEAD_END, mask(0x81, b"Hi"), mask(0x82, b"\x00\xff"),
                              mask(0x81, b""), mask(0x81, b"x" * 500), close]
    yield "hybi-8 frames in one piece", [HEAD_8, HEAD_END, mask(0x81, b"Hi") + close]
    yield "hybi-8 fragments", [HEAD_8, HEAD_END, mask(0x01, b"a") + mask(0x89, b"p"),
                               until(b"\x8a\x01p"), mask(0x80, b"b") + close]
    yield "hybi-8 ping", [HEAD_8, HEAD_END, mask(0x89, b"payload") + close]
    yield "hybi-8 application code", [HEAD_8, HEAD_END, mask(0x88, b"\x0b\xb8")]


class Server:
    """A running server; its port."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        line = self.process.stdout.readline().split()
        if not line:
            raise RuntimeError(f"{command[0]} did not start")
        self.port = int(line[1])

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(DEADLINE)


def dial(port, tunnel):
    """A connection to the port, or by way of the port TUNNEL of a proxy."""
    conn = socket.create_connection(("127.0.0.1", tunnel or port), DEADLINE)
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if tunnel:
        conn.sendall(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % port)
        head = read_until(conn, b"\r\n\r\n")
        if b" 200 " not in head:
            raise RuntimeError(f"the proxy said {head!r}")
    return conn


def read_until(conn, mark):
    got = b""
    while mark not in got:
        piece = conn.recv(1)
        if not piece:
            return got
        got += piece
    return got


def converse(conn, steps):
    """What comes back, to the end."""
    got = b""
    with conn:
        for step in steps:
            if isinstance(step, tuple):
                got += read_until(conn, *step)
            elif step == END:
                conn.shutdown(socket.SHUT_WR)
            else:
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    conn.sendall(step)
        with contextlib.suppress(ConnectionResetError):
            while piece := conn.recv(65536):
                got += piece
    return got


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_for(port):
    until = time.monotonic() + DEADLINE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise


class Tinyproxy:
    """Tunnels through tinyproxy."""

    def __init__(self, folder):
        self.port = free_port()
        path = os.path.join(folder, "tinyproxy.conf")
        with open(path, "w", encoding="utf-8") as config:
            config.write(f"Port {self.port}\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 60\n")
        nowhere = subprocess.DEVNULL
        self.process = subprocess.Popen(["tinyproxy", "-d", "-c", path], stdout=nowhere,
                                        stderr=nowhere)
        wait_for(self.port)

    def dial(self, server):
        return dial(server, self.port)

    def stop(self):
        self.process.terminate()
        self.process.wait(DEADLINE)


def pump(source, sink):
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


class Holding:
    """Relays that hold back what follows the request."""

    def dial(self, server):
        ours, theirs = socket.socketpair()
        ours.settimeout(DEADLINE)
        threading.Thread(target=self._relay, args=(theirs, server), daemon=True).start()
        return ours

    def _relay(self, client, port):
        with client, dial(port, None) as server:
            server.sendall(read_until(client, b"\r\n\r\n"))
            head = read_until(server, b"\r\n\r\n")
            client.sendall(head)
            if not head.startswith(b"HTTP/1.1 101 "):
                return
            upwards = threading.Thread(target=pump, args=(client, server), daemon=True)
            upwards.start()
            pump(server, client)
            upwards.join(DEADLINE)

    def stop(self):
        pass


def judge(theirs, ours, only_status):
    if only_status:
        return theirs.split(b" ")[1:2] == ours.split(b" ")[1:2] == [b"400"]
    return theirs == ours and theirs.startswith(b"HTTP/1.1 101 ")


def plan(through):
    """Name, driver, steps, and whether only the status is compared."""
    for name, steps in hixie_cases():
        yield name, HIXIE, steps, False
    for name, steps in hybi_cases():
        yield name, HYBI_8, steps, False
    if not through:
        for name, steps in refusal_cases():
            yield name, HIXIE, steps, True


def missing(through):
    if not shutil.which("node"):
        return "node is not installed"
    for module in (HIXIE, HYBI_8):
        if subprocess.run(["node", "-e", f"require('{module}')"], capture_output=True,
                          check=False).returncode:
            return f"the npm package {module} is not installed"
    if through == "tinyproxy" and not shutil.which(through):
        return f"{through} is not installed"
    return None


def run(options, folder):
    cases = [case for case in plan(options.through) if options.only in case[0]]
    script = os.path.join(HERE, "drafts-peer.js")
    ours = Server(os.path.join(options.build, "drafts-peer"), options.kind, str(MAX_LENGTH))
    theirs = {m: Server("node", script, m, str(MAX_LENGTH)) for m in (HIXIE, HYBI_8)}
    proxy = {"tinyproxy": lambda: Tinyproxy(folder), "holding": Holding,
             None: lambda: None}[options.through]()
    reach = proxy.dial if proxy else (lambda port: dial(port, None))
    failed = 0
    print(f"1..{len(cases) + 1}")
    for i, (name, driver, steps, only_status) in enumerate(cases, 1):
        answers = [converse(reach(s.port), steps) for s in (theirs[driver], ours)]
        good = judge(*answers, only_status)
        failed += not good
        print(f"{'ok' if good else 'not ok'} {i} {name}", flush=True)
        if not good:
            print(f"# theirs: {answers[0]!r}\n# ours:   {answers[1]!r}", flush=True)
    if proxy:
        proxy.stop()
    for server in theirs.values():
        server.stop()
    status = ours.stop()
    print(f"{'ok' if status == 0 else 'not ok'} {len(cases) + 1} our server ends well")
    return failed + (status != 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=".")
    parser.add_argument("--only", default="")
    parser.add_argument("--through", choices=("tinyproxy", "holding"))
    parser.add_argument("kind", choices=("soup", "raw"))
    options = parser.parse_args()
    reason = missing(options.through)
    if reason:
        print(f"1..0 # SKIP {reason}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return 1 if run(options, folder) else 0


if __name__ == "__main__":
    sys.exit(main())
