# SPDX-License-Identifier: MIT
"""Variables that go away: an open socket lives on without them, a closed one does not."""

import gc

from harness import Server, connect, close, content, echo, run, test, wait

from gi.repository import Faye, GLib

COUNT = 1000


def flood(server, received, closed):
    """A client of which nothing is kept: it sends COUNT messages and closes when all are back."""

    def on_message(socket, message):
        received.append(content(message))
        if len(received) % 100 == 0:
            gc.collect()
        if len(received) == COUNT:
            socket.close(3000, None)

    def on_open(socket):
        for i in range(COUNT):
            assert socket.send_text(f"message {i}")

    socket = Faye.WebSocketClient(url=server.url)
    socket.connect("open", on_open)
    socket.connect("message", on_message)
    socket.connect("closed", lambda _socket, code, reason: closed.append((code, reason)))


class Forgetful(Server):
    """Keeps nothing of its sockets."""

    def _on_request(self, _soup, request, _path, _query):
        echo(Faye.WebSocket(request=request))
        gc.collect()


@test
def dropped_on_both_ends():
    server = Forgetful()
    received, closed = [], []
    flood(server, received, closed)
    gc.collect()
    wait(lambda: closed, "closed")
    assert received == [f"message {i}" for i in range(COUNT)]
    assert closed == [(3000, "")]


@test
def dropped_while_connecting():
    server = Forgetful()
    opened = []
    Faye.WebSocketClient(url=server.url).connect("open", opened.append)
    gc.collect()
    wait(lambda: opened, "open")
    opened.pop().close(1000, None)


@test
def dropped_in_mid_connection():
    server = Server()
    client = connect(server.url)
    messages, closed = client.messages, client.closed
    peer = server.records.pop().socket
    del client
    gc.collect()
    for i in range(COUNT):
        peer.send_text(str(i))
    peer.close(3000, "end")
    del peer
    gc.collect()
    wait(lambda: closed, "closed")
    assert messages == [str(i) for i in range(COUNT)]
    assert closed == [(3000, "end")]


@test
def freed_after_closed():
    server = Server()
    client = connect(server.url)
    ours = client.socket.weak_ref()
    theirs = server.wait_record().socket.weak_ref()
    close(client)
    server.records[0].wait_closed()
    server.records.clear()
    del client
    context = GLib.MainContext.default()
    while context.iteration(False):
        pass
    gc.collect()
    assert ours() is None
    assert theirs() is None


run()
