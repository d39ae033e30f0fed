# SPDX-License-Identifier: MIT
"""The echo in C, Python and JavaScript, each server against each client."""

import urllib.error
import urllib.request

from harness import Faye, Record, Server, close, connect, message, run, test
from programs import CAT, CLIENTS, SERVERS, Program, ServerProgram, run_program

from gi.repository import Gio

PAYLOADS = ["", "hello", "Γειά σου 世界 𝄞 🙂", "x" * 70000,
            b"", bytes(range(256)), bytes(65536)]
LINES = "first\n\nΓειά σου 𝄞\nlast\n"


def each(programs):
    """Registers a test for each of PROGRAMS."""
    def register(function):
        for name, command in programs.items():
            def one(command=command):
                function(command)
            one.__name__ = f"{function.__name__} {name}"
            test(one)
        return function
    return register


@each(SERVERS)
def server(command):
    with ServerProgram(*command) as program:
        client = connect(program.url)
        for payload in PAYLOADS:
            client.socket.send(message(payload))
        client.wait_messages(len(PAYLOADS))
        assert client.messages == PAYLOADS
        assert close(client, 3000, "done")[0] == 3000
        assert program.terminate() == 0


@each(SERVERS)
def server_that_compresses(command):
    with ServerProgram(*command, "--deflate") as program:
        socket = Faye.WebSocketClient(url=program.url)
        socket.add_extension(Faye.PermessageDeflate(threshold=0))
        client = Record(socket)
        for payload in PAYLOADS:
            socket.send(message(payload))
        client.wait_messages(len(PAYLOADS))
        assert client.messages == PAYLOADS
        assert socket.get_extensions().startswith("permessage-deflate"), socket.get_extensions()
        assert close(client)[0] == 1000


@each(CLIENTS)
def client_that_compresses(command):
    def accept(request):
        socket = Faye.WebSocket(request=request)
        assert socket.add_extension(Faye.PermessageDeflate(threshold=0))
        return socket

    here = Server(accept=accept, setup=lambda socket: [socket.send(message(payload)) for payload in PAYLOADS])
    with Program(*command, "--deflate", here.url) as program:
        record = here.wait_record()
        record.wait_messages(len(PAYLOADS))
        assert record.messages == PAYLOADS
        assert record.socket.get_extensions().startswith("permessage-deflate")
        close(record)
        assert program.finish() == 0


@each(SERVERS)
def server_with_cat(command):
    with ServerProgram(*command) as program:
        result = run_program(*CAT, program.url, given=LINES)
        assert result.status == 0, result.errors
        assert result.output == LINES
        assert result.errors == ""


@each({name: SERVERS[name] for name in ("python", "javascript")})
def server_with_plain_request(command):
    with ServerProgram(*command) as program:
        try:
            status = urllib.request.urlopen(program.url.replace("ws:", "http:", 1), timeout=10).status
        except urllib.error.HTTPError as error:
            status = error.code
        assert status == 426, status
        assert program.terminate() == 0


@each(CLIENTS)
def client(command):
    here = Server(setup=lambda socket: [socket.send(message(payload)) for payload in PAYLOADS])
    with Program(*command, here.url) as program:
        record = here.wait_record()
        record.wait_messages(len(PAYLOADS))
        assert record.messages == PAYLOADS
        assert close(record, 3000, "good bye")[0] == 3000
        assert program.finish() == 0
        assert program.output == "closed 3000 good bye\n"
        assert program.errors == ""


@each(CLIENTS)
def client_without_server(command):
    listener = Gio.SocketListener()
    port = listener.add_any_inet_port(None)
    listener.close()
    result = run_program(*command, f"ws://127.0.0.1:{port}/")
    assert result.status == 1
    assert result.output == ""
    assert result.errors


@each({name: command for name, command in CLIENTS.items() if name != "vala"})
def client_terminated(command):
    here = Server()
    with Program(*command, here.url) as program:
        record = here.wait_record()
        record.socket.send_text("hello")
        record.wait_messages(1)
        assert program.terminate() == 0
        assert record.wait_closed()[0] == 1000


@each({"server": SERVERS["c"], "client": CLIENTS["c"], "cat": CAT,
       "python server": SERVERS["python"], "python client": CLIENTS["python"],
       "javascript server": SERVERS["javascript"], "javascript client": CLIENTS["javascript"]})
def help_text(command):
    result = run_program(*command, "--help")
    assert result.status == 0
    assert "usage" in result.output.lower()


run()
