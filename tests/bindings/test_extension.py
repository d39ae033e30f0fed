# SPDX-License-Identifier: MIT
"""Extensions written in Python: FayeExtension and FayeExtensionSession, through the typelib."""

import gc
import os
import re

from harness import (Faye, Gio, GLib, Record, Server, close, connect, echo, message, run, test,
                     wait)
from gi.repository import GObject

TEXTS = ["Grüße", "", "abc", "x" * 70000]


class Extension(GObject.Object, Faye.Extension):
    """Makes sessions by MAKE (role, offers); remembers them."""

    def __init__(self, make, name="x-toy", rsv=Faye.Rsv.BIT_2):
        super().__init__()
        self.make = make
        self.name = name
        self.rsv = rsv
        self.sessions = []

    def do_get_name(self):
        return self.name

    def do_get_rsv(self):
        return self.rsv

    def do_create_client_session(self):
        return self._remember(self.make("client", None))

    def do_create_server_session(self, offers):
        return self._remember(self.make("server", offers.unpack()))

    def _remember(self, session):
        if session is not None:
            self.sessions.append(session)
        return session


class Base:
    """What the sessions here have in common, besides the interface. PyGObject shares the functions of
    an interface between a class and those below it, so each class of sessions names it anew."""

    def __init__(self, offers=None):
        super().__init__()
        self.offers = offers
        self.closed = 0

    def note_close(self):
        self.closed += 1


class Session(Base, GObject.Object, Faye.ExtensionSession):
    """Does as little as can be."""

    do_close = Base.note_close


def bytes_of(task):
    return task.get_bytes().get_data() or b""


def reverse(_session, task):
    text = bytes_of(task).decode()[::-1]
    task.return_bytes(GLib.Bytes.new(text.encode()), task.get_rsv() ^ Faye.Rsv.BIT_2)


class Reverse(Base, GObject.Object, Faye.ExtensionSession):
    """Reverses text, character by character."""

    do_close = Base.note_close

    do_outgoing = reverse
    do_incoming = reverse


class Observe(Base, GObject.Object, Faye.ExtensionSession):
    """Sees what goes over the wire, and takes the mark off what came."""

    do_close = Base.note_close

    def __init__(self, offers=None):
        super().__init__(offers)
        self.seen = []

    def do_incoming(self, task):
        self.seen.append((bytes_of(task).decode(), int(task.get_rsv())))
        task.return_bytes(task.get_bytes(), Faye.Rsv.NONE)


class Late(Base, GObject.Object, Faye.ExtensionSession):
    """Answers two at a time, the second first."""

    do_close = Base.note_close

    def __init__(self, offers=None):
        super().__init__(offers)
        self.waiting = []

    def do_incoming(self, task):
        self.waiting.append(task)
        if len(self.waiting) == 2:
            tasks, self.waiting = self.waiting, []
            GLib.timeout_add(1, self.answer, tasks[1])
            GLib.timeout_add(20, self.answer, tasks[0])

    def answer(self, task):
        task.return_unchanged()
        return GLib.SOURCE_REMOVE


def make(kind):
    return lambda role, offers: kind(offers)


def add(socket, *extensions):
    for extension in extensions:
        assert socket.add_extension(extension)
    return socket


def serve(*extensions, setup=echo):
    """A server whose sockets have EXTENSIONS."""
    return Server(accept=lambda request: add(Faye.WebSocket(request=request), *extensions), setup=setup)


def dial(server, *extensions, **properties):
    record = Record(add(Faye.WebSocketClient(url=server.url, **properties), *extensions))
    record.wait_open()
    return record


def expect_error(code, function):
    try:
        function()
    except GLib.Error as error:
        assert error.matches(GLib.quark_from_string("faye-error-quark"), code), error
        return error.message
    raise AssertionError("no error")


def exchange(record, payloads):
    for payload in payloads:
        assert record.socket.send(message(payload))
    record.wait_messages(len(payloads))
    assert record.messages == payloads


@test
def reverses_text_in_both_roles():
    ours, theirs = Extension(make(Reverse)), Extension(make(Reverse))
    server = serve(theirs)
    client = dial(server, ours)
    assert client.socket.get_extensions() == "x-toy"
    assert server.wait_record().socket.get_extensions() == "x-toy"
    exchange(client, TEXTS)
    assert close(client)[0] == 1000
    server.records[0].wait_closed()
    assert [session.closed for session in ours.sessions + theirs.sessions] == [1, 1]


@test
def reversed_on_the_wire_from_a_client():
    theirs = Extension(make(Observe))
    server = serve(theirs, setup=lambda socket: None)
    client = dial(server, Extension(make(Reverse)))
    client.socket.send_text("abc")
    wait(lambda: server.wait_record().messages, "a message")
    assert theirs.sessions[0].seen == [("cba", int(Faye.Rsv.BIT_2))]
    assert server.records[0].messages == ["cba"]
    close(client)


@test
def reversed_on_the_wire_from_a_server():
    ours = Extension(make(Observe))
    server = serve(Extension(make(Reverse)), setup=lambda socket: socket.send_text("abc"))
    client = dial(server, ours)
    client.wait_messages(1)
    assert client.messages == ["cba"]
    assert ours.sessions[0].seen == [("cba", int(Faye.Rsv.BIT_2))]
    close(client)


@test
def parameters():
    class Client(Base, GObject.Object, Faye.ExtensionSession):
        do_close = Base.note_close

        def do_get_offers(self):
            return GLib.Variant("aa{sv}", [{"flag": GLib.Variant("b", True), "n": GLib.Variant("i", 8)},
                                           {"s": GLib.Variant("s", "text")}, {}])

        def do_activate(self, params):
            self.params = params.unpack()
            return True

    class Host(Base, GObject.Object, Faye.ExtensionSession):
        do_close = Base.note_close

        def do_get_answer(self):
            return GLib.Variant("a{sv}", {"twice": GLib.Variant("av", [GLib.Variant("i", 1),
                                                                       GLib.Variant("s", "b")])})

    ours, theirs = Extension(make(Client)), Extension(make(Host))
    server = serve(theirs)
    client = dial(server, ours)
    assert theirs.sessions[0].offers == [{"flag": True, "n": 8}, {"s": "text"}, {}]
    assert ours.sessions[0].params == {"twice": [1, "b"]}
    agreed = "x-toy; twice=1; twice=b"
    assert client.socket.get_extensions() == agreed == server.records[0].socket.get_extensions()
    close(client)


@test
def a_server_declines():
    ours = Extension(make(Reverse))
    server = serve(Extension(lambda role, offers: None))
    client = dial(server, ours)
    assert client.socket.get_extensions() is None
    assert ours.sessions[0].closed == 1
    exchange(client, TEXTS)
    close(client)


@test
def a_client_refuses_the_answer():
    class Picky(Base, GObject.Object, Faye.ExtensionSession):
        do_close = Base.note_close

        def do_activate(self, params):
            raise GLib.Error("not what I asked for", "x-toy", 7)

    ours = Extension(make(Picky))
    server = serve(Extension(make(Session)))
    client = Record(add(Faye.WebSocketClient(url=server.url), ours))
    assert client.wait_closed()[0] == 1006
    assert client.opened == 0 and len(client.errors) == 1
    assert client.errors[0].matches(GLib.quark_from_string("faye-error-quark"), Faye.Error.HANDSHAKE)
    assert "not what I asked for" in client.errors[0].message
    assert ours.sessions[0].closed == 1


@test
def a_server_without_an_answer():
    class Empty(Base, GObject.Object, Faye.ExtensionSession):
        do_close = Base.note_close

        def do_get_answer(self):
            return None

    theirs = Extension(make(Empty))
    server = serve(theirs)
    client = Record(add(Faye.WebSocketClient(url=server.url), Extension(make(Session))))
    assert client.wait_closed()[0] == 1006
    assert client.errors[0].message == "Unexpected status 500 Internal Server Error"
    assert server.records[0].wait_closed()[0] == 1006
    assert server.records[0].errors[0].message == 'Extension "x-toy" gave no answer'
    assert theirs.sessions[0].closed == 1


@test
def of_two_with_one_bit_the_server_takes_the_first():
    def pair(*names):
        return [Extension(make(Reverse), name) for name in names]

    server = serve(*pair("x-one", "x-two"))
    client = dial(server, *pair("x-two", "x-one"))
    assert client.socket.get_extensions() == "x-one"
    exchange(client, TEXTS)
    close(client)


@test
def two_with_a_bit_each():
    def both():
        return [Extension(make(Reverse), "x-one"), Extension(make(Late), "x-two", Faye.Rsv.BIT_3)]

    server = serve(*both())
    client = dial(server, *both())
    exchange(client, ["a", "bc"])
    close(client)


@test
def late_answers_keep_the_order():
    server = serve(Extension(make(Late)))
    client = dial(server, Extension(make(Late)))
    exchange(client, [f"message {i}" for i in range(8)])
    close(client)


@test
def a_dropped_task_ends_the_connection():
    class Lazy(Base, GObject.Object, Faye.ExtensionSession):
        do_close = Base.note_close

        def do_incoming(self, task):
            pass

    server = serve(Extension(make(Lazy)))
    client = dial(server, Extension(make(Session)))
    client.socket.send_text("hello")
    code, reason = client.wait_closed()
    assert code == 1010 and "was not answered" in reason, (code, reason)
    assert server.records[0].wait_closed()[0] == 1010
    assert len(server.records[0].errors) == 1


@test
def an_error_with_a_code():
    class Strict(Base, GObject.Object, Faye.ExtensionSession):
        do_close = Base.note_close

        def do_outgoing(self, task):
            if bytes_of(task) == b"bad":
                task.return_error(4321, "no such text")
            else:
                task.return_unchanged()

    server = serve(Extension(make(Session)))
    client = dial(server, Extension(make(Strict)))
    client.socket.send_text("good")
    client.wait_messages(1)
    client.socket.send_text("bad")
    assert server.records[0].wait_closed() == (4321, "no such text")
    assert client.wait_closed() == (4321, "no such text")
    assert [error.message for error in client.errors] == ["The extension x-toy failed: no such text"]
    assert client.messages == ["good"]


@test
def too_late():
    server = serve()
    client = dial(server)
    expect_error(Faye.Error.NOT_OPEN, lambda: client.socket.add_extension(Extension(make(Session))))
    expect_error(Faye.Error.NOT_OPEN,
                 lambda: server.records[0].socket.add_extension(Extension(make(Session))))
    close(client)


@test
def bad_extensions():
    client = Faye.WebSocketClient(url="ws://127.0.0.1:1/")
    add(client, Extension(make(Session)))
    for bad in (Extension(make(Session)), Extension(make(Session), "two words")):
        expect_error(Faye.Error.INVALID_ARGUMENT, lambda: client.add_extension(bad))
    client.abort()
    Record(client).wait_closed()


@test
def given_at_construction():
    def store(*extensions):
        result = Gio.ListStore.new(Faye.Extension)
        for extension in extensions:
            result.append(extension)
        return result

    server = Server(accept=lambda request: Faye.WebSocket(
        request=request, supported_extensions=store(Extension(make(Reverse)))))
    client = connect(server.url, supported_extensions=store(Extension(make(Reverse)), Faye.PermessageDeflate()))
    assert client.socket.get_extensions() == "x-toy"
    exchange(client, TEXTS)
    close(client)


@test
def added_in_the_handshake_handler():
    def accept(request):
        socket = Faye.WebSocket(request=request)
        socket.connect("handshake", lambda socket: not socket.add_extension(Extension(make(Reverse))))
        return socket

    client = dial(Server(accept=accept), Extension(make(Reverse)))
    assert client.socket.get_extensions() == "x-toy"
    exchange(client, TEXTS)
    close(client)


@test
def wraps_permessage_deflate():
    class Counting(Base, GObject.Object, Faye.ExtensionSession):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner
            self.sizes = []
            self.rsv = 0

        def do_get_offers(self):
            return self.inner.get_offers()

        def do_activate(self, params):
            return self.inner.activate(params)

        def do_get_answer(self):
            return self.inner.get_answer()

        def do_incoming(self, task):
            self.sizes.append(task.get_bytes().get_size())
            self.rsv = int(task.get_rsv())
            self.inner.incoming(task)

        def do_outgoing(self, task):
            self.inner.outgoing(task)

        def do_close(self):
            self.note_close()
            self.inner.close()

    def wrap(deflate):
        def make_inner(role, offers):
            if role == "client":
                return Counting(Faye.Extension.create_client_session(deflate))
            offers = GLib.Variant("aa{sv}", [{name: GLib.Variant("b", True) for name in offer}
                                             for offer in offers])
            return Counting(Faye.Extension.create_server_session(deflate, offers))

        return Extension(make_inner, "permessage-deflate", Faye.Rsv.BIT_1)

    ours, theirs = wrap(Faye.PermessageDeflate()), wrap(Faye.PermessageDeflate())
    server = serve(theirs)
    client = dial(server, ours)
    exchange(client, ["x" * 5000, "Grüße", "y" * 500000])
    for extension in (ours, theirs):
        (session,) = extension.sessions
        assert session.sizes[0] < 200 and session.sizes[1] == 7 and session.sizes[2] < 5000, session.sizes
    close(client)
    server.records[0].wait_closed()
    assert [session.closed for session in ours.sessions + theirs.sessions] == [1, 1]


@test
def survives_garbage_collection():
    class Frail(Base, GObject.Object, Faye.ExtensionSession):
        """Answers from a timeout, while nothing else knows of it or its task."""

        do_outgoing = reverse

        def do_incoming(self, task):
            GLib.timeout_add(1, self.answer, task)

        def answer(self, task):
            gc.collect()
            self.do_outgoing(task)
            return GLib.SOURCE_REMOVE

    def forget(extension):
        extension.sessions = Forget()
        return extension

    class Forget:
        def append(self, session):
            pass

    server = serve(forget(Extension(make(Frail))))
    client = dial(server, forget(Extension(make(Frail))))
    gc.collect()
    exchange(client, TEXTS)
    close(client)


@test
def a_task_outlives_its_connection():
    class Hoard(Base, GObject.Object, Faye.ExtensionSession):
        do_close = Base.note_close

        def do_incoming(self, task):
            self.task = task

    ours = Extension(make(Hoard))
    server = serve(Extension(make(Session)), setup=lambda socket: socket.send_text("hello"))
    client = dial(server, ours)
    wait(lambda: hasattr(ours.sessions[0], "task"), "a task")
    client.socket.abort()
    client.wait_closed()
    task = ours.sessions[0].task
    assert bytes_of(task) == b"hello" and task.get_kind() == Faye.MessageKind.TEXT
    task.return_bytes(GLib.Bytes.new(b"olleh"), Faye.Rsv.NONE)
    assert client.messages == [] and ours.sessions[0].closed == 1


@test
def what_a_task_tells():
    class Curious(Base, GObject.Object, Faye.ExtensionSession):
        do_close = Base.note_close

        def do_incoming(self, task):
            self.limit = task.get_max_length()
            task.return_unchanged()

        def do_outgoing(self, task):
            self.wish = task.get_compression()
            self.kind = task.get_kind()
            task.return_unchanged()

    ours = Extension(make(Curious))
    client = dial(serve(Extension(make(Session))), ours, max_length=1234)
    wish = message(b"x").with_compression(Faye.Compression.ALWAYS)
    assert wish.get_compression() == Faye.Compression.ALWAYS
    client.socket.send(wish)
    client.wait_messages(1)
    (session,) = ours.sessions
    assert (session.wish, session.kind) == (Faye.Compression.ALWAYS, Faye.MessageKind.BINARY)
    assert session.limit == 1234
    close(client)


def queue_with(act):
    """A client with two messages from before the opening; as the first of them leaves, its extension
    does ACT (socket)."""
    class Acting(Base, GObject.Object, Faye.ExtensionSession):
        do_close = Base.note_close

        def do_outgoing(self, task):
            if bytes_of(task) == b"first":
                act(client)
            task.return_unchanged()

    server = serve(Extension(make(Session)))
    client = add(Faye.WebSocketClient(url=server.url), Extension(make(Acting)))
    record = Record(client)
    assert client.send_text("first") and client.send_text("second")
    return server, record


@test
def sends_from_inside_keep_the_order():
    server, client = queue_with(lambda socket: socket.send_text("third"))
    client.wait_messages(3)
    assert client.messages == ["first", "second", "third"]
    close(client)


@test
def closes_from_inside_behind_what_was_sent():
    def act(socket):
        socket.close(3000, "enough")
        assert not socket.send_text("third")

    server, client = queue_with(act)
    assert client.wait_closed() == (3000, "enough")
    assert server.records[0].messages == ["first", "second"]


@test
def ends_in_a_main_loop_inside():
    def act(socket):
        socket.abort()
        wait(lambda: client.closed, "closed")

    server, client = queue_with(act)
    assert client.wait_closed()[0] == 1006
    assert server.wait_record().wait_closed()[0] == 1006


@test
def the_documented_example():
    with open(f"{os.environ['FAYE_SOURCE']}/faye/faye-extension.c", encoding="utf-8") as file:
        lines = re.search(r" \* ```python\n(.*?) \* ```\n", file.read(), re.DOTALL)[1].splitlines()
    names = {"Faye": Faye, "GLib": GLib, "GObject": GObject}
    exec("\n".join(line[3:] for line in lines), names)
    server = serve(names["Reverse"]())
    client = dial(server, names["Reverse"]())
    exchange(client, TEXTS)
    close(client)
    unmarked = dial(server, Extension(make(Session), "x-reverse"))
    unmarked.socket.send_text("abc")
    wait(lambda: len(server.records) == 2 and server.records[1].messages, "a message")
    assert server.records[1].messages == ["abc"]
    unmarked.socket.abort()
    unmarked.wait_closed()


run()
