# SPDX-License-Identifier: MIT
"""FayeWebSocket and FayeWebSocketClient as Python sees them."""

from harness import (Record, Server, close, connect, content, finish, headers, message, run,
                     test, wait)

from gi.repository import Faye, Gio, GLib, Soup

UNICODE = "Γειά σου 世界 𝄞 🙂"
EVERY_BYTE = bytes(range(256))


def expect_error(code, function, *arguments):
    try:
        function(*arguments)
    except GLib.Error as error:
        assert error.matches(Faye.Error.quark(), code), (error.domain, error.code, error.message)
        assert error.message
        return error
    raise AssertionError("no error")


@test
def construct_properties():
    client = Faye.WebSocketClient(url="ws://127.0.0.1:1/path", protocols=["irc", "xmpp"],
                                  ping_interval=15, max_length=1000)
    assert client.props.url == "ws://127.0.0.1:1/path"
    assert client.props.protocols == ["irc", "xmpp"]
    assert client.props.ping_interval == 15
    assert client.props.max_length == 1000
    assert client.props.ready_state == Faye.ReadyState.CONNECTING
    assert client.get_protocol() is None
    record = Record(client)
    client.abort()
    assert record.wait_closed()[0] == 1006
    assert not record.opened


@test
def defaults():
    client = Faye.WebSocketClient.new("ws://127.0.0.1:1/", None)
    assert client.props.max_length == 2**26 - 1
    assert client.props.ping_interval == 0
    record = Record(client)
    client.abort()
    record.wait_closed()


@test
def unlimited():
    assert Faye.UNLIMITED == 2**53 - 1
    client = Faye.WebSocketClient(url="ws://127.0.0.1:1/", max_length=Faye.UNLIMITED)
    assert client.props.max_length == Faye.UNLIMITED
    record = Record(client)
    client.abort()
    record.wait_closed()


@test
def messages():
    text = Faye.Message.new_text(UNICODE)
    assert text.get_kind() == Faye.MessageKind.TEXT
    assert text.get_text() == UNICODE
    assert text.get_size() == len(UNICODE.encode())
    binary = Faye.Message.new_bytes(GLib.Bytes.new(EVERY_BYTE))
    assert binary.get_kind() == Faye.MessageKind.BINARY
    assert binary.get_text() is None
    assert binary.get_bytes().get_data() == EVERY_BYTE
    assert bytes(binary.get_data()) == EVERY_BYTE
    expect_error(Faye.Error.INVALID_DATA, Faye.Message.new, Faye.MessageKind.TEXT,
                 GLib.Bytes.new(b"\xff"))


@test
def echo():
    payloads = ["", "a", UNICODE, "x" * 125, "x" * 126, "é" * 40000,
                b"", b"\0", EVERY_BYTE, bytes(65535), bytes(65536), EVERY_BYTE * 4096]
    server = Server()
    client = connect(server.url)
    for payload in payloads:
        assert client.socket.send(message(payload))
    client.wait_messages(len(payloads))
    assert client.messages == payloads
    assert server.records[0].messages == payloads
    assert close(client) == (1000, "")
    assert server.records[0].wait_closed() == (1000, "")
    assert client.log == ["open"] + ["message"] * len(payloads) + ["closed"]


@test
def send_text_and_bytes():
    server = Server()
    client = connect(server.url)
    assert client.socket.send_text(UNICODE)
    assert client.socket.send_bytes(GLib.Bytes.new(EVERY_BYTE))
    client.wait_messages(2)
    assert client.messages == [UNICODE, EVERY_BYTE]
    close(client)
    assert not client.socket.send_text("too late")
    assert client.socket.props.ready_state == Faye.ReadyState.CLOSED


@test
def send_before_open():
    server = Server(setup=lambda socket: socket.send_text("from the server"))
    client = Record(Faye.WebSocketClient(url=server.url))
    assert client.socket.send_text("from the client")
    client.wait_messages(1)
    server.wait_record().wait_messages(1)
    assert client.messages == ["from the server"]
    assert server.records[0].messages == ["from the client"]
    assert client.log == ["open", "message"]
    close(client)


@test
def close_by_client():
    server = Server()
    client = connect(server.url)
    assert close(client, 3001, "fertig 🙂")[0] == 3001
    assert server.records[0].wait_closed() == (3001, "fertig 🙂")
    assert server.records[0].socket.props.close_code == 3001
    assert server.records[0].socket.props.close_reason == "fertig 🙂"


@test
def close_by_server():
    server = Server()
    client = connect(server.url)
    assert close(server.wait_record(), 4999, "genug")[0] == 4999
    assert client.wait_closed() == (4999, "genug")


@test
def close_refuses_codes():
    server = Server()
    client = connect(server.url)
    for code in [0, 999, 1001, 1005, 1006, 2999, 5000]:
        expect_error(Faye.Error.INVALID_ARGUMENT, client.socket.close, code, None)
    expect_error(Faye.Error.INVALID_ARGUMENT, client.socket.close, 1000, "x" * 124)
    assert client.socket.props.ready_state == Faye.ReadyState.OPEN
    close(client, 1000, "x" * 123)
    assert server.records[0].wait_closed() == (1000, "x" * 123)


@test
def closed_once():
    server = Server()
    client = connect(server.url)
    client.socket.close(1000, "first")
    client.socket.close(1000, "second")
    server.wait_record().socket.close(1000, "theirs")
    client.wait_closed()
    server.records[0].wait_closed()
    client.socket.abort()
    while GLib.MainContext.default().iteration(False):
        pass
    assert len(client.closed) == 1
    assert len(server.records[0].closed) == 1


@test
def abort():
    server = Server()
    client = connect(server.url)
    server.wait_record().socket.abort()
    assert client.wait_closed()[0] == 1006
    assert client.errors[0].matches(Faye.Error.quark(), Faye.Error.DISCONNECTED)
    assert server.records[0].wait_closed()[0] == 1006


@test
def ping():
    server = Server()
    client = connect(server.url)
    pings, pongs = [], []
    server.wait_record().socket.connect("ping-received", lambda _s, data: pings.append(data))
    client.socket.connect("pong-received", lambda _s, data: pongs.append(data))
    assert client.socket.ping(GLib.Bytes.new(b"are you there"))
    wait(lambda: pongs, "a pong")
    assert [data.get_data() for data in pings] == [b"are you there"]
    assert [data.get_data() for data in pongs] == [b"are you there"]
    close(client)


@test
def ping_async():
    server = Server()
    client = connect(server.url)
    time = finish(lambda done: client.socket.ping_async(None, done), client.socket.ping_finish)
    assert 0 < time < 30000000
    assert client.socket.props.latency > 0
    close(client)
    expect_error(Faye.Error.NOT_OPEN, finish,
                 lambda done: client.socket.ping_async(None, done), client.socket.ping_finish)


@test
def send_async():
    server = Server()
    client = connect(server.url)
    payload = bytes(4 << 20)
    assert finish(lambda done: client.socket.send_async(message(payload), None, done),
                  client.socket.send_finish)
    assert client.socket.props.buffered_amount == 0
    client.wait_messages(1)
    assert client.messages == [payload]
    close(client)
    expect_error(Faye.Error.NOT_OPEN, finish,
                 lambda done: client.socket.send_async(message("late"), None, done),
                 client.socket.send_finish)


@test
def open_async():
    server = Server()
    client = Faye.WebSocketClient(url=server.url)
    assert finish(lambda done: client.open_async(None, done), client.open_finish)
    assert client.props.ready_state == Faye.ReadyState.OPEN
    assert client.get_status_code() == 101
    assert client.get_version() == "hybi-13"
    close(Record(client))


@test
def refused():
    def refuse(request):
        request.set_status(Soup.Status.FORBIDDEN, None)
        request.get_response_headers().append("X-Why", "because")
        request.set_response("text/plain", Soup.MemoryUse.COPY, b"not you")

    server = Server(accept=refuse)
    client = Record(Faye.WebSocketClient(url=server.url))
    expect_error(Faye.Error.REFUSED, finish,
                 lambda done: client.socket.open_async(None, done), client.socket.open_finish)
    assert client.wait_closed()[0] == 1006
    assert client.log == ["error", "closed"]
    assert client.errors[0].matches(Faye.Error.quark(), Faye.Error.REFUSED)
    assert client.socket.get_status_code() == 403
    assert client.socket.get_response_headers().get_one("X-Why") == "because"
    assert client.socket.get_response_body().get_data() == b"not you"


@test
def nobody_there():
    listener = Gio.SocketListener()
    port = listener.add_any_inet_port(None)
    listener.close()
    client = Record(Faye.WebSocketClient(url=f"ws://127.0.0.1:{port}/"))
    assert client.wait_closed()[0] == 1006
    assert client.errors[0].matches(Faye.Error.quark(), Faye.Error.CONNECT)
    assert client.log == ["error", "closed"]
    assert client.socket.get_response_headers() is None


@test
def invalid_url():
    client = Record(Faye.WebSocketClient(url="gopher://localhost/"))
    client.wait_closed()
    assert client.errors[0].matches(Faye.Error.quark(), Faye.Error.INVALID_URL)
    assert not client.opened


@test
def subprotocol():
    server = Server(accept=lambda request: Faye.WebSocket.new(request, ["xmpp", "irc"]))
    client = connect(server.url, protocols=["mqtt", "irc", "xmpp"])
    assert client.socket.get_protocol() == "xmpp"
    assert server.wait_record().socket.get_protocol() == "xmpp"
    close(client)


@test
def headers_both_ways():
    server = Server(accept=lambda request: Faye.WebSocket(
        request=request, headers=headers(Soup.MessageHeadersType.RESPONSE, X_Server="two")))
    client = connect(server.url + "path?query=1",
                     headers=headers(Soup.MessageHeadersType.REQUEST, X_Client="one"))
    peer = server.wait_record().socket
    assert peer.get_request_headers().get_one("X-Client") == "one"
    assert client.socket.get_response_headers().get_one("X-Server") == "two"
    assert peer.get_url() == server.url + "path?query=1"
    assert peer.get_method() == "GET"
    close(client)


def server_that_asks(on_handshake):
    def setup(socket):
        socket.connect("handshake", on_handshake)

    return Server(setup=setup)


@test
def handshake_accepted():
    offers = []

    def on_handshake(socket):
        offers.extend(socket.get_offered_protocols())
        fields = headers(Soup.MessageHeadersType.RESPONSE, X_Extra="yes")
        expect_error(Faye.Error.INVALID_ARGUMENT, socket.accept, "not offered", None)
        return socket.accept("two", fields)

    server = server_that_asks(on_handshake)
    client = connect(server.url, protocols=["one", "two"])
    assert offers == ["one", "two"]
    assert client.socket.get_protocol() == "two"
    assert client.socket.get_response_headers().get_one("X-Extra") == "yes"
    close(client)


@test
def handshake_accepted_later():
    waiting = []
    server = server_that_asks(lambda socket: waiting.append(socket) or True)
    client = Record(Faye.WebSocketClient(url=server.url))
    wait(lambda: waiting, "a handshake")
    assert waiting[0].get_request_headers().get_one("Upgrade") == "websocket"
    assert client.log == []
    assert waiting[0].accept(None, None)
    client.wait_open()
    close(client)


@test
def handshake_refused():
    def on_handshake(socket):
        expect_error(Faye.Error.INVALID_ARGUMENT, socket.refuse, 200, None, None)
        return socket.refuse(401, "who are you?", None)

    server = server_that_asks(on_handshake)
    client = Record(Faye.WebSocketClient(url=server.url))
    client.wait_closed()
    assert client.log == ["error", "closed"]
    assert client.socket.get_status_code() == 401
    assert b"who are you?" in client.socket.get_response_body().get_data()
    server.wait_record().wait_closed()
    assert not server.records[0].opened


@test
def stream():
    records = []

    def incoming(_service, connection, _source):
        socket = Faye.WebSocket.new_for_stream(connection, None)
        socket.connect("message", lambda socket, message: socket.send(message))
        records.append(Record(socket))
        return True

    service = Gio.SocketService()
    port = service.add_any_inet_port(None)
    service.connect("incoming", incoming)
    client = connect(f"ws://127.0.0.1:{port}/raw")
    client.socket.send_text(UNICODE)
    client.wait_messages(1)
    assert client.messages == [UNICODE]
    assert records[0].socket.get_url() == f"ws://127.0.0.1:{port}/raw"
    close(client, 3000, "done")
    assert records[0].wait_closed() == (3000, "done")
    service.stop()
    service.close()


@test
def max_length():
    server = Server(accept=lambda request: Faye.WebSocket(request=request, max_length=10))
    client = connect(server.url)
    client.socket.send_text("x" * 10)
    client.wait_messages(1)
    client.socket.send_text("x" * 11)
    assert client.wait_closed()[0] == 1009
    assert server.records[0].wait_closed()[0] == 1009
    assert server.records[0].errors[0].matches(Faye.Error.quark(), Faye.Error.TOO_BIG)
    assert server.records[0].messages == ["x" * 10]


@test
def ready_state_notifies():
    server = Server()
    client = Faye.WebSocketClient(url=server.url)
    states = []
    client.connect("notify::ready-state", lambda *_: states.append(client.props.ready_state))
    record = Record(client)
    record.wait_open()
    close(record)
    assert states == [Faye.ReadyState.OPEN, Faye.ReadyState.CLOSING, Faye.ReadyState.CLOSED]


class Shouter(Faye.WebSocket):
    """An application's own kind of socket."""

    def __init__(self, request):
        super().__init__(request=request)
        self.connect("message", self.on_message)

    def on_message(self, _socket, message):
        self.send_text(content(message).upper())


@test
def subclass():
    server = Server(accept=Shouter, setup=lambda socket: None)
    client = connect(server.url)
    client.socket.send_text("hello")
    client.wait_messages(1)
    assert client.messages == ["HELLO"]
    close(client)


run()
