# SPDX-License-Identifier: MIT
"""How a client connects, as Python sees it: credentials, sessions, redirects, phases."""

from harness import Record, Server, close, run, test, wait

from gi.repository import Faye, Gio, GLib, Soup


class Guarded(Server):
    """Lets "user" in with "secret"; also redirects, and hands out a cookie."""

    def __init__(self, domain=None):
        super().__init__(accept=self._accept_all)
        self.cookies = []
        if domain:
            domain.add_path("/")
            self._soup.add_auth_domain(domain)
        self._soup.add_handler("/moved", self._on_moved)

    def _accept_all(self, request):
        self.cookies.append(request.get_request_headers().get_one("Cookie"))
        headers = Soup.MessageHeaders.new(Soup.MessageHeadersType.RESPONSE)
        headers.append("Set-Cookie", "seen=1")
        return Faye.WebSocket(request=request, headers=headers)

    def _on_moved(self, _soup, request, path, _query):
        left = int(path.rsplit("/", 1)[1])
        request.set_redirect(307, f"/moved/{left - 1}" if left > 1 else "/")


def basic():
    domain = Soup.AuthDomainBasic(realm="realm")
    domain.set_auth_callback(lambda _domain, _request, user, password:
                             (user, password) == ("user", "secret"))
    return domain


def digest():
    domain = Soup.AuthDomainDigest(realm="realm")
    domain.set_auth_callback(lambda _domain, _request, user:
                             Soup.AuthDomainDigest.encode_password(user, "realm", "secret"))
    return domain


def answer_later(client, answers):
    """Answers each question in a turn of its own; returns what was asked."""
    asked = []

    def on_authenticate(_client, auth, retrying):
        asked.append((auth.get_scheme_name(), auth.get_realm(), retrying))
        answer = answers[len(asked) - 1]

        def later():
            if answer:
                auth.authenticate(*answer)
            else:
                auth.cancel()
            return GLib.SOURCE_REMOVE

        GLib.timeout_add(5, later)
        return True

    client.connect("authenticate", on_authenticate)
    return asked


@test
def authenticate_later():
    for domain, scheme in ((basic(), "Basic"), (digest(), "Digest")):
        server = Guarded(domain)
        record = Record(Faye.WebSocketClient(url=server.url))
        asked = answer_later(record.socket, [("user", "wrong"), ("user", "secret")])
        record.wait_open()
        assert asked == [(scheme, "realm", False), (scheme, "realm", True)], asked
        close(record)


@test
def authenticate_cancelled():
    server = Guarded(basic())
    record = Record(Faye.WebSocketClient(url=server.url))
    asked = answer_later(record.socket, [None])
    record.wait_closed()
    assert len(asked) == 1
    assert record.errors[0].matches(Faye.Error.quark(), Faye.Error.REFUSED)
    assert record.socket.props.status_code == 401


@test
def authenticate_at_once():
    server = Guarded(basic())
    record = Record(Faye.WebSocketClient(url=server.url))

    def on_authenticate(_client, auth, _retrying):
        auth.authenticate("user", "secret")
        return True

    record.socket.connect("authenticate", on_authenticate)
    record.wait_open()
    close(record)


@test
def session_with_cookies():
    server = Guarded()
    session = Soup.Session(user_agent="test/1")
    jar = Soup.CookieJar()
    session.add_feature(jar)
    for _ in range(2):
        record = Record(Faye.WebSocketClient(url=server.url, session=session))
        record.wait_open()
        close(record)
    assert server.cookies == [None, "seen=1"], server.cookies
    assert [cookie.get_name() for cookie in jar.all_cookies()] == ["seen"]
    headers = server.records[0].socket.props.request_headers
    assert headers.get_one("User-Agent") == "test/1"


@test
def redirects():
    server = Guarded()
    record = Record(Faye.WebSocketClient(url=server.url + "moved/3", max_redirects=3))
    record.wait_open()
    assert record.socket.props.final_url == server.url
    assert record.socket.props.url == server.url + "moved/3"
    close(record)
    for limit, code, status in ((2, Faye.Error.REDIRECT, 307), (0, Faye.Error.REFUSED, 307)):
        record = Record(Faye.WebSocketClient(url=server.url + "moved/3", max_redirects=limit))
        record.wait_closed()
        assert record.errors[0].matches(Faye.Error.quark(), code), record.errors[0].message
        assert record.socket.props.status_code == status


@test
def phases():
    server = Server()
    client = Faye.WebSocketClient(url=server.url)
    assert client.props.phase == Faye.Phase.IDLE
    seen = []
    client.connect("progress", lambda _client, phase: seen.append(phase))
    record = Record(client)
    record.wait_open()
    assert seen == sorted(seen), seen
    assert seen[-2:] == [Faye.Phase.HANDSHAKING, Faye.Phase.DONE], seen
    assert Faye.Phase.CONNECTING in seen and Faye.Phase.PROXYING not in seen
    assert client.props.phase == Faye.Phase.DONE
    assert client.props.remote_address.get_port() == server.port
    assert client.props.bound_address.get_address().get_is_loopback()
    close(record)


@test
def phase_of_a_failure():
    listener = Gio.SocketListener()
    port = listener.add_any_inet_port(None)
    listener.close()
    record = Record(Faye.WebSocketClient(url=f"ws://127.0.0.1:{port}/"))
    record.wait_closed()
    assert record.errors[0].matches(Faye.Error.quark(), Faye.Error.CONNECT)
    assert record.socket.props.phase == Faye.Phase.CONNECTING


@test
def connectable():
    server = Server()
    there = Gio.NetworkAddress.new("127.0.0.1", server.port)
    record = Record(Faye.WebSocketClient(url="ws://example.invalid/", connectable=there))
    record.wait_open()
    headers = server.wait_record().socket.props.request_headers
    assert headers.get_one("Host") == "example.invalid"
    close(record)


@test
def stream():
    server = Server()
    done = []
    client = Gio.SocketClient(enable_proxy=False)
    client.connect_to_host_async("127.0.0.1", server.port, None,
                                 lambda source, result:
                                 done.append(source.connect_to_host_finish(result)))
    wait(lambda: done, "connection")
    record = Record(Faye.WebSocketClient(url="ws://example.invalid/", stream=done[0]))
    record.wait_open()
    record.socket.send_text("through a stream")
    record.wait_messages(1)
    close(record)


run()
