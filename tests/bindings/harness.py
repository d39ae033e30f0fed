# SPDX-License-Identifier: MIT
"""What the Python tests share: a TAP runner, waiting with a deadline, a server, and a record of
what a socket tells."""

import os
import sys
import traceback

import gi
import gi.overrides

# The bare bindings, or with what the overrides add.
if "FAYE_OVERRIDES" in os.environ:
    gi.overrides.__path__.insert(0, os.environ["FAYE_OVERRIDES"])

gi.require_version("Faye", "1.0")
gi.require_version("Soup", "3.0")
from gi.repository import Faye, Gio, GLib, Soup

SECONDS = float(os.environ.get("FAYE_TEST_SECONDS", "30"))

_tests = []
_failures = []


class Skip(Exception):
    """Raised by a test that cannot run here; says why."""


def test(function):
    """Registers FUNCTION to be run by run()."""
    _tests.append(function)
    return function


def _note_failure(*exception):
    # Exceptions in a signal handler end here: the bindings print them and go on.
    _failures.append("".join(traceback.format_exception(*exception)))


def _run_one(function):
    """Returns why the test was skipped, or an empty string."""
    _failures.clear()
    try:
        function()
    except Skip as skip:
        return f" # SKIP {skip}"
    except Exception:
        _note_failure(*sys.exc_info())
    return ""


def run():
    sys.excepthook = _note_failure
    print(f"1..{len(_tests)}")
    status = 0
    for number, function in enumerate(_tests, 1):
        skip = _run_one(function)
        if _failures:
            status = 1
        print("not ok" if _failures else "ok", number, "-", function.__name__ + skip, flush=True)
        for line in "\n".join(_failures).splitlines():
            print("#", line, flush=True)
    sys.exit(status)


def wait(condition, what="condition"):
    """Runs the main context until CONDITION () holds."""
    context = GLib.MainContext.default()
    late = []
    source = GLib.timeout_source_new(int(SECONDS * 1000))
    source.set_callback(lambda *_: late.append(True))
    source.attach(context)
    try:
        while not condition():
            assert not late, f"not in time: {what}"
            assert not _failures, "a handler failed"
            context.iteration(True)
    finally:
        source.destroy()


def finish(start, end):
    """Makes an asynchronous call a plain one: START (callback), wait, END (result)."""
    results = []
    start(lambda _source, result: results.append(result))
    wait(lambda: results, "asynchronous call")
    return end(results[0])


def headers(kind, **fields):
    result = Soup.MessageHeaders.new(kind)
    for name, value in fields.items():
        result.append(name.replace("_", "-"), value)
    return result


class Record:
    """Keeps what a socket emits."""

    def __init__(self, socket):
        self.socket = socket
        self.opened = 0
        self.messages = []
        self.errors = []
        self.closed = []
        self.log = []
        socket.connect("open", self._on_open)
        socket.connect("message", self._on_message)
        socket.connect("error", self._on_error)
        socket.connect("closed", self._on_closed)

    def _on_open(self, _socket):
        self.opened += 1
        self.log.append("open")

    def _on_message(self, _socket, message):
        self.messages.append(content(message))
        self.log.append("message")

    def _on_error(self, _socket, error):
        self.errors.append(error)
        self.log.append("error")

    def _on_closed(self, _socket, code, reason):
        self.closed.append((code, reason))
        self.log.append("closed")

    def wait_open(self):
        wait(lambda: self.opened or self.closed, "open")
        assert self.opened, self.errors

    def wait_messages(self, count):
        wait(lambda: len(self.messages) >= count or self.closed, f"{count} messages")
        assert len(self.messages) == count, (len(self.messages), self.closed, self.errors)

    def wait_closed(self):
        wait(lambda: self.closed, "closed")
        return self.closed[0]


def content(message):
    """A message's payload: str or bytes, by its kind."""
    if message.get_kind() == Faye.MessageKind.TEXT:
        return message.get_text()
    return message.get_bytes().get_data() or b""


def message(payload):
    """The message of that payload."""
    if isinstance(payload, str):
        return Faye.Message.new_text(payload)
    return Faye.Message.new_bytes(GLib.Bytes.new(payload))


def echo(socket):
    socket.connect("message", lambda socket, message: socket.send(message))


class Server:
    """A SoupServer on a free port. ACCEPT (request) makes the socket; every one is recorded."""

    def __init__(self, accept=lambda request: Faye.WebSocket(request=request), setup=echo):
        self.records = []
        self._accept = accept
        self._setup = setup
        self._soup = Soup.Server()
        self._soup.add_handler(None, self._on_request)
        self._soup.listen_local(0, Soup.ServerListenOptions.IPV4_ONLY)
        self.port = self._soup.get_uris()[0].get_port()
        self.url = f"ws://127.0.0.1:{self.port}/"

    def _on_request(self, _soup, request, _path, _query):
        socket = self._accept(request)
        if socket:
            self.records.append(Record(socket))
            self._setup(socket)

    def wait_record(self):
        wait(lambda: self.records, "a connection")
        return self.records[0]


def connect(url, **properties):
    """A recorded client that is open."""
    record = Record(Faye.WebSocketClient(url=url, **properties))
    record.wait_open()
    return record


def close(record, code=1000, reason=None):
    record.socket.close(code, reason)
    return record.wait_closed()
