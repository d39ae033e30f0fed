# SPDX-License-Identifier: MIT
"""What only the C programs offer: services by path, flags, TLS, the page."""

import shutil
import socket
import subprocess
import tempfile

from harness import Record, Server, Skip, connect, close, finish, run, test, wait
from programs import CAT, CLIENTS, SERVERS, Program, ServerProgram, run_program

from gi.repository import Gio, GLib, Soup

SERVER = SERVERS["c"]
RAW = SERVERS["c-raw"]
CLIENT = CLIENTS["c"]


def get(url):
    """Status, type and body of what a plain GET brings."""
    session = Soup.Session()
    request = Soup.Message.new("GET", url)
    body = finish(
        lambda done: session.send_and_read_async(request, GLib.PRIORITY_DEFAULT, None, done),
        session.send_and_read_finish)
    return (request.get_status(), request.get_response_headers().get_content_type()[0],
            body.get_data().decode())


@test
def page():
    with ServerProgram(*SERVER) as server:
        status, kind, body = get(f"http://127.0.0.1:{server.port}/")
        assert status == 200
        assert kind == "text/html"
        assert "<title>Echo</title>" in body
        assert "new WebSocket" in body
        assert get(f"http://127.0.0.1:{server.port}/nothing")[0] == 404


def check_sink(*command):
    with ServerProgram(*command) as server:
        client = connect(server.url + "sink")
        for _ in range(1000):
            client.socket.send_text("x")
        assert finish(lambda done: client.socket.ping_async(None, done),
                      client.socket.ping_finish) > 0
        assert close(client) == (1000, "")
        assert client.messages == []


@test
def sink():
    check_sink(*SERVER)


@test
def sink_callback():
    check_sink(*SERVER, "--callback")


def check_flood(*command):
    with ServerProgram(*command) as server:
        client = connect(server.url + "flood")
        sizes = []
        client.socket.connect("message", lambda _s, message: sizes.append(message.get_size()))
        for request in ["3 0", "0 5", "20000 20", "2 1000000", "1 7"]:
            client.socket.send_text(request)
        wait(lambda: len(sizes) == 20006 or client.closed, "the flood")
        assert sizes == [0] * 3 + [20] * 20000 + [1000000] * 2 + [7]
        assert isinstance(client.messages[0], bytes)
        assert close(client) == (1000, "")


@test
def flood():
    check_flood(*SERVER)


@test
def flood_raw():
    check_flood(*RAW)


@test
def flood_refuses():
    with ServerProgram(*SERVER) as server:
        for request in ["", "a few", "1", "1 2 3", "-1 5", "1 99999999999"]:
            client = connect(server.url + "flood")
            client.socket.send_text(request)
            assert client.wait_closed()[0] == 4000, request


def open_by_hand(server, path):
    """A connection of which nothing is read once it is open."""
    peer = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    peer.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                 "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode())
    assert peer.recv(4096).startswith(b"HTTP/1.1 101 ")
    return peer


def resident_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


@test
def flood_in_bounded_memory():
    request = b"100000000 1000"
    with ServerProgram(*SERVER) as server:
        before = resident_kib(server.pid)
        with open_by_hand(server, "/flood") as peer:
            peer.sendall(bytes([0x81, 0x80 | len(request), 0, 0, 0, 0]) + request)
            assert peer.recv(2) == b"\x82\x7e"
            # An echo elsewhere shows that the server has done what it could.
            client = connect(server.url)
            client.socket.send_text("still there?")
            client.wait_messages(1)
            assert resident_kib(server.pid) - before < 32 * 1024
            close(client)


@test
def subprotocol():
    for command in (SERVER, RAW):
        with ServerProgram(*command, "--protocol", "one", "--protocol", "two") as server:
            client = connect(server.url, protocols=["three", "two", "one"])
            assert client.socket.get_protocol() == "one"
            close(client)


@test
def max_length():
    for command in (SERVER, RAW):
        with ServerProgram(*command, "--max-length", "10") as server:
            client = connect(server.url)
            client.socket.send_text("x" * 11)
            assert client.wait_closed()[0] == 1009


def make_certificate(folder):
    """A certificate and its key, as files."""
    if not shutil.which("certtool"):
        raise Skip("certtool is not installed")
    cert, key, template = (f"{folder}/{name}" for name in ("cert.pem", "key.pem", "template"))
    with open(template, "w", encoding="ascii") as file:
        file.write("cn = localhost\nexpiration_days = 2\ntls_www_server\n")
    for arguments in [["--generate-privkey", "--key-type=ecdsa", "--outfile", key],
                      ["--generate-self-signed", "--load-privkey", key, "--template", template,
                       "--outfile", cert]]:
        subprocess.run(["certtool", *arguments], check=True, capture_output=True, timeout=60)
    return cert, key


def echo_over_tls(port):
    """One echo with libsoup's client, which takes any certificate here."""
    session = Soup.Session()
    request = Soup.Message.new("GET", f"wss://127.0.0.1:{port}/")
    request.connect("accept-certificate", lambda *_: True)
    peer = finish(lambda done: session.websocket_connect_async(
        request, None, None, GLib.PRIORITY_DEFAULT, None, done), session.websocket_connect_finish)
    got = []
    peer.connect("message", lambda _peer, _kind, data: got.append(data.get_data()))
    peer.send_text("hello")
    wait(lambda: got, "the echo")
    closed = []
    peer.connect("closed", closed.append)
    peer.close(1000, None)
    wait(lambda: closed, "closed")
    return got[0]


@test
def tls():
    with tempfile.TemporaryDirectory() as folder:
        cert, key = make_certificate(folder)
        for command in (SERVER, RAW):
            with ServerProgram(*command, "--cert", cert, "--key", key) as server:
                assert echo_over_tls(server.port) == b"hello"


@test
def tls_without_certificate():
    result = run_program(*SERVER, "--port", "0", "--cert", "/nonexistent", "--key", "/nonexistent")
    assert result.status == 1
    assert "/nonexistent" in result.errors


@test
def not_supported_yet():
    for command in [CAT + ["http://127.0.0.1:1/"], CAT + ["https://127.0.0.1:1/"]]:
        result = run_program(*command)
        assert result.status == 2, command
        assert "not supported yet" in result.errors, command
        assert result.output == ""


@test
def wrong_usage():
    url = "ws://127.0.0.1:1/"
    for command in [SERVER + ["--port", "65536"], SERVER + ["--nonsense"], SERVER + ["argument"],
                    SERVER + ["--cert", "only"], CLIENT, CLIENT + [url, url], CAT,
                    CLIENT + [url, "--header", "no colon"], CLIENT + [url, "--key", "only"]]:
        result = run_program(*command)
        assert result.status == 2, command
        assert result.errors, command


@test
def port_in_use():
    with ServerProgram(*SERVER) as server:
        result = run_program(*SERVER, "--port", str(server.port))
        assert result.status == 1
        assert result.errors


@test
def client_flags():
    here = Server()
    with Program(*CLIENT, here.url, "--protocol", "one", "--protocol", "two",
                 "--header", "X-One: 1", "--header", "X-Two:two: three") as program:
        record = here.wait_record()
        record.wait_open()
        fields = record.socket.get_request_headers()
        assert fields.get_list("Sec-WebSocket-Protocol") == "one, two"
        assert fields.get_one("X-One") == "1"
        assert fields.get_one("X-Two") == "two: three"
        close(record)
        assert program.finish() == 0


@test
def cat_many_lines():
    lines = "".join(f"line {i}\n" for i in range(20000))
    with ServerProgram(*SERVER) as server:
        result = run_program(*CAT, server.url, given=lines)
        assert result.status == 0
        assert result.output == lines


@test
def cat_closes_with_1000():
    here = Server()
    result = run_program(*CAT, here.url, given="no newline at the end")
    assert result.status == 0
    assert result.output == "no newline at the end\n"
    assert here.records[0].wait_closed() == (1000, "")


@test
def cat_tells_of_another_end():
    here = Server(setup=lambda socket: socket.send_bytes(GLib.Bytes.new(b"\1\2")))
    with Program(*CAT, here.url) as program:
        record = here.wait_record()
        record.wait_open()
        close(record, 3000, "enough")
        assert program.finish() == 0
        assert program.output.startswith("\1\2\n")
        assert program.errors == "closed 3000 enough\n"


run()
