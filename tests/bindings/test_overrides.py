# SPDX-License-Identifier: MIT
"""What the overrides add in Python."""

import sys

from harness import Record, Server, connect, run, test, wait

from gi.repository import Faye, GLib, GObject


@test
def message_properties():
    text = Faye.Message.new_text("Γειά 🙂")
    assert text.kind == Faye.MessageKind.TEXT
    assert text.text == "Γειά 🙂"
    assert text.data == "Γειά 🙂".encode()
    assert text.size == len(text) == len(text.data)
    binary = Faye.Message.new_bytes(b"\0\xff")
    assert binary.kind == Faye.MessageKind.BINARY
    assert binary.text is None
    assert binary.data == b"\0\xff"


@test
def messages_are_true():
    empty = Faye.Message.new_text("")
    assert empty
    assert len(empty) == 0
    assert empty.text == ""
    assert Faye.Message.new_bytes(b"").data == b""


@test
def text_keeps_nul():
    message = Faye.Message.new(Faye.MessageKind.TEXT, GLib.Bytes.new(b"a\0b"))
    assert message.text == "a\0b"


@test
def bytes_like_payloads():
    server = Server()
    client = connect(server.url)
    for payload in [b"bytes", bytearray(b"array"), memoryview(b"view"), GLib.Bytes.new(b"GBytes")]:
        assert client.socket.send_bytes(payload)
    client.wait_messages(4)
    assert client.messages == [b"bytes", b"array", b"view", b"GBytes"]
    pongs = []
    client.socket.connect("pong-received", lambda _socket, data: pongs.append(data.get_data()))
    assert client.socket.ping(b"ping")
    wait(lambda: pongs, "a pong")
    assert pongs == [b"ping"]
    client.socket.close()
    assert client.wait_closed()[0] == 1000


@test
def default_arguments():
    server = Server()
    client = connect(server.url)
    assert client.socket.ping()
    assert client.socket.pong()
    client.socket.close()
    assert client.wait_closed()[0] == 1000
    assert server.records[0].wait_closed() == (1000, "")


@test
def messages_from_signals():
    server = Server(setup=lambda socket: socket.send_text("hello"))
    got = []
    client = Faye.WebSocketClient(url=server.url)
    client.connect("message", lambda _socket, message: got.append((message.text, message.data)))
    record = Record(client)
    record.wait_messages(1)
    assert got == [("hello", b"hello")]
    client.close()
    record.wait_closed()


class ReverseSession(GObject.Object, Faye.ExtensionSession):
    def do_get_offers(self):
        return Faye.extension_offers([{"flag": True, "level": 3, "several": ["a", 1]}, {}])

    def do_get_answer(self):
        return Faye.extension_params({"level": 3, "off": False})

    def do_outgoing(self, task):
        task.return_bytes(task.data[::-1], task.get_rsv() ^ Faye.Rsv.BIT_2)

    do_incoming = do_outgoing


class Reverse(GObject.Object, Faye.Extension):
    def do_get_name(self):
        return "x-reverse"

    def do_get_rsv(self):
        return Faye.Rsv.BIT_2

    def do_create_client_session(self):
        return ReverseSession()

    def do_create_server_session(self, offers):
        self.offers = offers.unpack()
        return ReverseSession()


@test
def extensions():
    theirs = Reverse()
    server = Server(accept=lambda request: Faye.WebSocket(request=request, supported_extensions=[theirs]))
    client = connect(server.url, supported_extensions=(Reverse(), Faye.PermessageDeflate()))
    assert client.socket.get_extensions() == "x-reverse; level=3"
    assert theirs.offers == [{"flag": True, "level": 3, "several": ["a", 1]}, {}]
    client.socket.send_text("hello")
    client.wait_messages(1)
    assert client.messages == ["hello"]
    client.socket.close()
    client.wait_closed()


def serve_toy(session):
    """A server of which each connection has a session of that class."""
    class Toy(GObject.Object, Faye.Extension):
        def do_get_name(self):
            return "x-reverse"

        def do_get_rsv(self):
            return Faye.Rsv.BIT_2

        def do_create_server_session(self, offers):
            return session()

    return Server(accept=lambda request: Faye.WebSocket(request=request, supported_extensions=[Toy()]))


@test
def an_exception_ends_the_connection():
    class Clumsy(GObject.Object, Faye.ExtensionSession):
        def do_incoming(self, task):
            task.return_bytes("no bytes", task.get_rsv())

    raised = []
    sys.excepthook, hook = lambda *exception: raised.append(exception), sys.excepthook
    server = serve_toy(Clumsy)
    client = connect(server.url, supported_extensions=[Reverse()])
    client.socket.send_text("hello")
    assert client.wait_closed() == (1010, "a message was not answered")
    sys.excepthook = hook
    assert [exception[0] for exception in raised] == [TypeError]


@test
def an_exception_after_the_answer():
    class Hasty(GObject.Object, Faye.ExtensionSession):
        def do_incoming(self, task):
            task.return_bytes(task.data[::-1], Faye.Rsv.NONE)
            raise KeyError("too late")

    raised = []
    sys.excepthook, hook = lambda *exception: raised.append(exception), sys.excepthook
    server = serve_toy(Hasty)
    client = connect(server.url, supported_extensions=[Reverse()])
    client.socket.send_text("hello")
    client.wait_messages(1)
    sys.excepthook = hook
    assert [exception[0] for exception in raised] == [KeyError]
    client.socket.close()
    client.wait_closed()


def expect_type_error(make):
    try:
        make()
    except TypeError as error:
        return str(error)
    raise AssertionError("no TypeError")


@test
def classes_name_the_interface():
    def derive(base, *more):
        class Derived(base, *more):
            def do_get_name(self):
                return "x-other"

            def do_outgoing(self, task):
                task.return_unchanged()
        return Derived

    text = expect_type_error(lambda: derive(ReverseSession))
    assert text == "Derived has do_outgoing: add Faye.ExtensionSession to its bases", text
    text = expect_type_error(lambda: derive(Reverse))
    assert text == "Derived has do_get_name: add Faye.Extension to its bases", text
    assert Faye.Extension.get_name(derive(Reverse, Faye.Extension)()) == "x-other"
    assert Faye.Extension.get_name(Reverse()) == "x-reverse"
    derive(ReverseSession, Faye.ExtensionSession)

    class Silent(ReverseSession):
        pass

    assert Silent()


run()
