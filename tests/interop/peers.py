# SPDX-License-Identifier: MIT
"""Peers: programs that hold one end of a WebSocket and are told what to do, line by line.

A peer is started as a server or as a client and knows nothing of the tests. It reads commands from
its standard input, one a line, and reports on its standard output. Words are separated by single
spaces; DATA, text of any kind and names are base64, with "-" for the empty string.

    commands                                  reports
    N open URL PROTOCOLS HEADER   (client)    listening PORT                        (server, first)
    N text DATA                               N open PATH PROTOCOL HEADER
    N binary DATA                             N refused STATUS HEADER BODY                 (client)
    N fragments KIND COUNT DATA PING          N text DATA
    N ping DATA                               N binary DATA
    N close CODE REASON                       N ping DATA
    N close-empty                             N pong DATA
    0 deflate OPTIONS                         N closed CODE REASON
                                              N error MESSAGE
                                              0 ready

N numbers the connections: a client's as it is told, a server's 1, 2, 3 as they open. HEADER is the
value of the X-Interop header of the other side's handshake. A server speaks the subprotocols alpha
and beta, answers with `X-Interop: answer`, and refuses /refuse with 403, `X-Interop: refused` and a
body. `fragments` sends one message as COUNT frames, with a ping after each but the last if PING is
not empty. A peer ends with status 0 when its standard input does.

`deflate` says what is done about permessage-deflate (RFC 7692) on connections that open after the
answer, `ready`. OPTIONS are joined by commas: `off`, or KEY=NUMBER of level, mem_level, strategy,
threshold, max_window_bits (0: a client does not offer it) and request_max_window_bits, or the flags
no_context_takeover and request_no_context_takeover. The window and the takeover are the peer's own
unless the key begins with "request"; a peer passes over what it has no word for.
"""

import base64
import collections
import os
import subprocess
import threading
import time

DEADLINE = 30.0
HERE = os.path.dirname(os.path.abspath(__file__))
NODE = "node"
PYTHON = "/usr/bin/python3"

BUILT = "{build}"
ROLES = ("server", "client")

Kind = collections.namedtuple("Kind", "command can")

# What a peer cannot be told to do, or does not tell, is no case for it:
#   ping            sends pings with a payload of its own
#   keepalive       sends pings of its own choice, after the command
#   see-ping        reports the pings it answers
#   fragments       sends fragments, text cut between characters
#   cut             sends fragments cut anywhere, with pings between them
#   close-empty     sends a close frame without a code
#   agree-on-none   goes on when subprotocols are offered and none is chosen
#   refuse          can refuse a handshake (server), and tells of a refusal (client)
#   refusal-body    tells what came with the refusal (client)
KINDS = {
    ("faye", "server"): Kind([BUILT + "/faye-peer"], "ping see-ping refuse agree-on-none"),
    ("faye-raw", "server"): Kind([BUILT + "/faye-peer", "--raw"],
                                 "ping see-ping refuse agree-on-none"),
    ("faye", "client"): Kind([BUILT + "/faye-peer"],
                             "ping see-ping refuse refusal-body agree-on-none"),
    ("connect", "client"): Kind([BUILT + "/connect-peer"], ""),
    ("soup", "server"): Kind([BUILT + "/soup-peer"], "keepalive refuse close-empty"),
    ("soup", "client"): Kind([BUILT + "/soup-peer"], "keepalive refuse close-empty agree-on-none"),
    ("ws", "server"): Kind([NODE, HERE + "/ws-peer.js"],
                           "ping see-ping fragments cut close-empty refuse agree-on-none"),
    ("ws", "client"): Kind([NODE, HERE + "/ws-peer.js"],
                           "ping see-ping fragments cut close-empty refuse refusal-body"),
    **{("faye-websocket", role): Kind([NODE, HERE + "/faye-websocket-peer.js"],
                                      "ping see-ping refuse agree-on-none")
       for role in ROLES},
    **{("websockets", role): Kind([PYTHON, HERE + "/websockets-peer.py"],
                                  "ping see-ping fragments refuse agree-on-none")
       for role in ROLES},
}
NEEDS = {
    "ws": [NODE, "-e", "require('ws')"],
    "faye-websocket": [NODE, "-e", "require('faye-websocket'), require('permessage-deflate')"],
    "websockets": [PYTHON, "-c", "import websockets.legacy.client"],
}


class Unexpected(Exception):
    """A peer did something else than it should, or nothing."""


def missing(name):
    """Why the peer cannot run here, or None."""
    if name not in NEEDS:
        return None
    try:
        done = subprocess.run(NEEDS[name], capture_output=True, timeout=DEADLINE, check=False)
    except OSError as error:
        return str(error)
    return f"{name} is not installed" if done.returncode else None


def encode(value):
    data = value.encode() if isinstance(value, str) else value
    return base64.b64encode(data).decode() or "-"


def decode(word):
    return b"" if word == "-" else base64.b64decode(word)


def shorten(event):
    return " ".join(repr(word[:60]) if isinstance(word, bytes) else str(word) for word in event)


def parse(line):
    """The connection's number and the event: its name, then numbers and bytes."""
    number, name, *words = line.split()
    plain = {"closed": 1, "refused": 1}.get(name, 0)
    values = [int(word) for word in words[:plain]] + [decode(word) for word in words[plain:]]
    return int(number), (name, *values)


class Peer:
    """One running peer and what it has reported so far."""

    def __init__(self, name, role, build, **options):
        self.name = name
        self.role = role
        kind = KINDS[name, role]
        self.can = set(kind.can.split())
        self.port = None
        self.opened = 0
        self.events = collections.defaultdict(collections.deque)
        self.news = threading.Condition()
        self.ended = False
        command = [word.format(build=build) for word in kind.command]
        self.process = subprocess.Popen([*command, role], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, **options)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if role == "server":
            self._wait(lambda: self.port, "listening")

    def __str__(self):
        return f"{self.name} {self.role}"

    def _read(self):
        for line in self.process.stdout:
            # One that was killed may leave half a line.
            if line.endswith(b"\n"):
                self._take(line.decode())
        with self.news:
            self.ended = True
            self.news.notify_all()

    def _take(self, line):
        with self.news:
            if line.startswith("listening "):
                self.port = int(line.split()[1])
            else:
                number, event = parse(line)
                self.events[number].append(event)
            self.news.notify_all()

    def _wait(self, ready, what):
        until = time.monotonic() + DEADLINE
        with self.news:
            while not ready():
                left = until - time.monotonic()
                if self.ended:
                    raise Unexpected(f"{self} ended, waiting for {what}")
                if left <= 0:
                    raise Unexpected(f"{self} gave no {what} in {DEADLINE:g} s")
                self.news.wait(left)
            return ready()

    def command(self, number, command, *values):
        words = [str(v) if isinstance(v, int) else encode(v) for v in values]
        self.raw_command(number, command, *words)

    def raw_command(self, *words):
        line = " ".join(str(word) for word in words) + "\n"
        try:
            self.process.stdin.write(line.encode())
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise Unexpected(f"{self} has ended") from error

    def next(self, number, what):
        """The connection's next event; WHAT is waited for, for the message."""
        queue = self.events[number]
        self._wait(lambda: bool(queue), what)
        return queue.popleft()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Ends the peer the gentle way; its exit status, or None when it had to be killed."""
        try:
            self.process.stdin.close()
            return self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.kill()
            return None
        except BrokenPipeError:
            self.kill()
            return self.process.returncode
