# SPDX-License-Identifier: MIT
"""Answers that a client has to accept or refuse (RFC 6455, section 4.1), and its own Close."""

import functools
import re
import signal
import socket
import subprocess

from conformance_http import accept_of, answer, check_request, fields_of, read_head, single
from conformance_wire import (CLOSE, DEADLINE, FIN, PING, PONG, TEXT, Frame, Wire, Wrong, cut,
                              encode)

LINE = b"HTTP/1.1 101 Switching Protocols"
UPGRADE = b"Upgrade: websocket"
CONNECTION = b"Connection: Upgrade"
GOODBYE = Frame(FIN | CLOSE, b"\x03\xe8")


def head(*lines):
    return b"\r\n".join([*lines, b"", b""])


def accept(key):
    return b"Sec-WebSocket-Accept: " + accept_of(key)


def good_answers():
    """Names, and functions that make the answer to a key."""
    yield "as plain as can be", answer
    yield "names in lower case", lambda key: head(
        LINE, b"upgrade: websocket", b"connection: upgrade",
        accept(key).replace(b"Sec-WebSocket-A", b"sec-websocket-a"))
    yield "no blanks after the colons", lambda key: answer(key).replace(b": ", b":")
    yield "many blanks around values", lambda key: head(
        LINE, b"Upgrade: \t websocket \t", b"Connection:  Upgrade  ", accept(key) + b" ")
    yield "Upgrade: WebSocket", lambda key: head(
        LINE, b"Upgrade: WebSocket", CONNECTION, accept(key))
    yield "Connection: keep-alive, UPGRADE", lambda key: head(
        LINE, UPGRADE, b"Connection: keep-alive, UPGRADE", accept(key))
    yield "Connection in two lines", lambda key: head(
        LINE, UPGRADE, b"Connection: keep-alive", CONNECTION, accept(key))
    yield "more fields", lambda key: answer(key, b"Server: x/1", b"Date: now", b"Set-Cookie: a=b",
                                            b"Set-Cookie: c=d", b"X-Empty:")
    yield "another reason", lambda key: answer(key).replace(b"Switching Protocols", b"Go on")
    yield "no reason", lambda key: answer(key).replace(b"Switching Protocols", b"")
    yield "103 first", lambda key: head(b"HTTP/1.1 103 Early Hints", b"Link: </x>") + answer(key)


def bad_answers():
    for status in (b"200 OK", b"204 No Content", b"301 Moved", b"400 Bad Request",
                   b"401 Unauthorized", b"403 Forbidden", b"404 Not Found", b"426 Upgrade Required", b"500 Oops",
                   b"102 Processing"):
        yield f"A40 {status.decode()}", lambda key, status=status: answer(
            key, b"Content-Length: 0").replace(b"101 Switching Protocols", status)
    for line in (b"HTTP/1.0 101 Switching Protocols", b"HTTP/2 101 Go", b"HTTP/1.1  101 Go",
                 b"HTTP/1.1 1O1 Go", b"HTTP/1.1 1011 Go", b"HTTP/1.1 10", b"http/1.1 101 Go",
                 b"ICY 101 Go", b" " + LINE):
        yield f"A40 status line {line.decode()!r}", lambda key, line=line: head(
            line, UPGRADE, CONNECTION, accept(key))
    yield "A40 no accept", lambda key: head(LINE, UPGRADE, CONNECTION)
    yield "A40 two accepts", lambda key: answer(key, accept(key))
    yield "A40 an empty accept", lambda key: head(LINE, UPGRADE, CONNECTION,
                                                  b"Sec-WebSocket-Accept:")
    yield "A40 the accept of another key", lambda key: answer(b"dGhlIHNhbXBsZSBub25jZQ==")
    yield "A40 the key itself", lambda key: head(LINE, UPGRADE, CONNECTION,
                                                 b"Sec-WebSocket-Accept: " + key)
    yield "A40 an accept in upper case", lambda key: head(
        LINE, UPGRADE, CONNECTION, b"Sec-WebSocket-Accept: " + accept_of(key).swapcase())
    yield "A40 an accept and more", lambda key: head(LINE, UPGRADE, CONNECTION, accept(key) + b"x")
    yield "no Upgrade", lambda key: head(LINE, CONNECTION, accept(key))
    yield "no Connection", lambda key: head(LINE, UPGRADE, accept(key))
    for value in (b"foo", b"", b"websocket/13", b"h2c", b"websocket, h2c"):
        yield f"Upgrade: {value.decode()!r}", lambda key, value=value: head(
            LINE, b"Upgrade: " + value, CONNECTION, accept(key))
    for value in (b"close", b"", b"Upgraded", b"keep-alive"):
        yield f"Connection: {value.decode()!r}", lambda key, value=value: head(
            LINE, UPGRADE, b"Connection: " + value, accept(key))
    yield "A35 two Upgrades", lambda key: answer(key, UPGRADE)
    yield "A40 a subprotocol that was not offered", lambda key: answer(
        key, b"Sec-WebSocket-Protocol: chat")
    yield "A40 an empty subprotocol", lambda key: answer(key, b"Sec-WebSocket-Protocol:")
    yield "A40 an extension that was not offered", lambda key: answer(
        key, b"Sec-WebSocket-Extensions: permessage-deflate")
    yield "A34 bare LF", lambda key: answer(key).replace(b"\r\n", b"\n")
    yield "A34 one bare LF", lambda key: answer(key).replace(b"\r\n", b"\n", 1)
    yield "A34 folded", lambda key: answer(key, b"X-A: b", b" c")
    yield "A34 NUL", lambda key: answer(key, b"X-A: b\0c")
    yield "A34 a blank before a colon", lambda key: answer(key, b"X-A : b")
    yield "A34 no colon", lambda key: answer(key, b"X-A")
    yield "A34 a bare CR", lambda key: answer(key, b"X-A: b\rc")
    yield "A40 50 interim responses", lambda key: (
        head(b"HTTP/1.1 103 Early Hints") * 50 + answer(key))
    yield "no HTTP at all", lambda key: b"\x81\x05hello\x88\x02\x03\xe8" * 3
    yield "A33 an endless line", lambda key: LINE + b"x" * 40000
    yield "A33 endless fields", lambda key: LINE + b"\r\n" + b"X-A: b\r\n" * 9000
    yield "the end of the stream in the head", lambda key: answer(key)[:-2]


class Meeting:
    """A client that was started, and the connection that it made."""

    def __init__(self, command, *flags):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(DEADLINE)
            url = f"ws://127.0.0.1:{listener.getsockname()[1]}/a?b=c"
            self.process = subprocess.Popen([*command, *flags, url], stdout=subprocess.PIPE,
                                            stderr=subprocess.DEVNULL)
            self.sock, _ = listener.accept()
        self.sock.settimeout(DEADLINE)
        self.lines, _ = read_head(self.sock)
        self.key = check_request(self.lines)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.sock.close()
        self.process.kill()
        self.process.communicate()

    def expect_exit(self, status, output):
        printed, _ = self.process.communicate(timeout=DEADLINE)
        if self.process.returncode != status or not re.fullmatch(output, printed):
            raise Wrong(f"exit {self.process.returncode}, {printed!r}")

    def converse(self, rest=b""):
        """A message, and a Close that the client answers and then waits."""
        wire = Wire(self.sock, False, rest)
        wire.send(encode([Frame(FIN | TEXT, b"hi"), GOODBYE], False), None)
        self.part(wire, [(FIN | TEXT, b"hi")])

    def part(self, wire, replies):
        wire.expect(replies)
        wire.expect_close(1000)
        wire.expect_quiet()
        wire.shut()
        wire.expect_end()
        self.expect_exit(0, rb"closed 1000 .*\n")


def accepts(make, sizes, command):
    with Meeting(command) as meeting:
        meeting.sock.settimeout(DEADLINE)
        meeting.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in cut(make(meeting.key), sizes):
            meeting.sock.sendall(piece)
        meeting.converse()


def takes_early_frames(command):
    """Frames in the segment of the answer."""
    with Meeting(command) as meeting:
        frames = [Frame(TEXT, b"a"), Frame(FIN | PING, b"p"), Frame(FIN, b"b"), GOODBYE]
        meeting.sock.sendall(answer(meeting.key) + encode(frames, False))
        meeting.part(Wire(meeting.sock, False), [(FIN | PONG, b"p"), (FIN | TEXT, b"ab")])


def refuses(make, command):
    """No frame leaves, though one came with the answer; the client hangs up and did not open."""
    with Meeting(command) as meeting:
        try:
            meeting.sock.sendall(make(meeting.key) + encode([Frame(FIN | PING, b"p")], False))
            meeting.sock.shutdown(socket.SHUT_WR)
            sent = meeting.sock.recv(65536)
        except ConnectionError:
            sent = b""
        if sent:
            raise Wrong(f"the client sent {sent!r}")
        meeting.expect_exit(1, rb"")


def offers_subprotocols(chosen, command):
    flags = ["--protocol", "alpha", "--protocol", "beta"]
    with Meeting(command, *flags) as meeting:
        offer = single(fields_of(meeting.lines[1:]), b"sec-websocket-protocol")
        if offer != b"alpha, beta":
            raise Wrong(f"offers {offer!r}")
        meeting.sock.sendall(answer(meeting.key, *chosen))
        meeting.converse()


def refuses_subprotocol(chosen, command):
    def make(key):
        return answer(key, *chosen)
    with_flags = [*command, "--protocol", "alpha", "--protocol", "beta"]
    refuses(make, with_flags)


def opened(command):
    meeting = Meeting(command)
    meeting.sock.sendall(answer(meeting.key))
    wire = Wire(meeting.sock, False)
    wire.send(encode([Frame(FIN | TEXT, b"open?")], False), None)
    wire.expect([(FIN | TEXT, b"open?")])
    return meeting, wire


def closes(frames, code, fault, command):
    """The client closes first; FRAMES, which end with our Close, come after its own."""
    meeting, wire = opened(command)
    with meeting:
        meeting.process.send_signal(signal.SIGTERM)
        wire.expect_close(1000)
        wire.expect_quiet()
        wire.send(encode(frames, False), None)
        if not fault:
            wire.expect_quiet()
            wire.shut()
        wire.expect_end()
        meeting.expect_exit(0, rb"closed %d .*\n" % code)


def is_left(send, command):
    """The stream ends without a Close."""
    meeting, wire = opened(command)
    with meeting:
        wire.send(send, None)
        wire.shut()
        wire.expect_end()
        if wire.frames:
            raise Wrong(f"{wire.describe()} to nobody")
        meeting.expect_exit(0, rb"closed 1006 .*\n")


def own_closes():
    yield "the answer", [GOODBYE], 1000, False
    yield "an answer without a body", [Frame(FIN | CLOSE)], 1005, False
    yield "another code", [Frame(FIN | CLOSE, b"\x0f\xa0bye")], 4000, False
    yield "a message, a ping, the answer", [Frame(FIN | TEXT, b"late"), Frame(FIN | PING, b"late"),
                                            GOODBYE], 1000, False
    yield "half a message, the answer", [Frame(TEXT, b"half"), GOODBYE], 1000, False
    yield "a fault", [Frame(FIN | 3)], 1002, True
    yield "an answer with a bad code", [Frame(FIN | CLOSE, b"\x03\xed")], 1002, True


def client_cases():
    """Names, and functions that are given the client's command."""
    for name, make in good_answers():
        yield f"4.1 {name}", functools.partial(accepts, make, [65536])
        yield f"4.1 {name}, in pieces", functools.partial(accepts, make, [1, 3, 40, 2])
    yield "4.1 frames with the answer", takes_early_frames
    for name, make in bad_answers():
        yield f"4.1 {name}", functools.partial(refuses, make)
    for chosen in ([], [b"Sec-WebSocket-Protocol: alpha"], [b"Sec-WebSocket-Protocol: beta"]):
        yield f"4.1 subprotocols offered, answer {chosen}", functools.partial(offers_subprotocols,
                                                                              chosen)
    for value in (b"gamma", b"alpha, beta", b"Alpha", b"", b"alpha beta"):
        yield f"4.1 subprotocol {value.decode()!r} instead", functools.partial(
            refuses_subprotocol, [b"Sec-WebSocket-Protocol: " + value])
    yield "4.1 two subprotocols in two lines", functools.partial(
        refuses_subprotocol, [b"Sec-WebSocket-Protocol: alpha", b"Sec-WebSocket-Protocol: beta"])
    for name, *rest in own_closes():
        yield f"7.1 after the client's Close: {name}", functools.partial(closes, *rest)
    yield "7.1 the stream ends without a Close", functools.partial(is_left, b"")
    yield "7.1 the stream ends in a frame", functools.partial(is_left, b"\x81\x05hel")
