#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Our client on its way to a server, through real proxies and by every kind of server, and what it
says when it does not get there. Reports as TAP.

    connect.py --build DIR --certificates DIR [--only TEXT] ECHO-SERVER

What is not installed is left out, with the reason.
"""

import argparse
import configparser
import contextlib
import io
import os
import resource
import socket
import sys
import tempfile
import time
import traceback
import urllib.parse

import connect_servers as servers
import peers

TEXT = "Grüße, 世界, 🦊"
BINARY = bytes(range(256)) * 300
AT = "{}:{}@".format(servers.USER, urllib.parse.quote(servers.PASSWORD))
AT_TINY = AT.replace("%20", "")
AT_WRONG = f"{servers.USER}:swordfish@"
SECRETS = (servers.PASSWORD, urllib.parse.quote(servers.PASSWORD), "swordfish", "wonderland")
REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
OBSERVED, MOST_CPU, RECOVERY = 2.0, 0.05, 1.0  # s, share, s
UNASKED = (b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"trap\"\r\n"
           b"Content-Length: 0\r\nConnection: close\r\n\r\n")
PROXY_VARIABLES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy",
                   "gio_use_proxy_resolver"}


def clean_environment(**more):
    """Without what the tests' own environment says of proxies."""
    kept = {name: value for name, value in os.environ.items()
            if name.lower() not in PROXY_VARIABLES}
    return {**kept, **more}


class World:
    """The servers, each started when it is first needed, and the clients."""

    def __init__(self, options, stack):
        self.options = options
        self._stack = stack
        self._running = {}
        self._last = 0
        self.dead = servers.free_ports(1)[0]

    def certificate(self, name):
        return os.path.join(self.options.certificates, name)

    @property
    def ca(self):
        return self.certificate("ca.pem")

    def get(self, name, *arguments, **keywords):
        """The running server; one that does not start is not started again."""
        key = (name, arguments, tuple(keywords.items()))
        if key not in self._running:
            try:
                made = getattr(self, "_make_" + name)(*arguments, **keywords)
                self._running[key] = self._stack.enter_context(made)
            except (servers.Missing, RuntimeError) as reason:
                self._running[key] = reason
        if isinstance(self._running[key], Exception):
            raise self._running[key]
        return self._running[key]

    def _make_echo(self, *flags, certificate=None):
        path = self.certificate(certificate) if certificate else None
        return servers.EchoServer(self.options.echo_server, *flags, certificate=path)

    def _make_nginx(self):
        return servers.Nginx(self.certificate("server"), self.ca, self.get("echo").port)

    def _make_tinyproxy(self, password=False):
        return servers.Tinyproxy(password)

    def _make_squid(self):
        return servers.Squid(self.certificate("server"), self.dead)

    def _make_microsocks(self, password=False):
        return servers.Microsocks(password)

    def _make_socks4(self):
        return servers.Socks4()

    def _make_silent(self):
        return servers.Silent()

    def _make_strict(self):
        return servers.Strict(self.certificate("server"), self.ca)

    def _make_clients(self, leaks=False):
        env = clean_environment(ASAN_OPTIONS="detect_leaks=0") if leaks else clean_environment()
        return Clients(self.options.build, env=env)

    def dial(self, clients=None, **settings):
        """A connection that begins."""
        self._last += 1
        # GIO leaks what it reads of each answer of SOCKS4.
        leaks = "socks4" in settings.get("proxy", "")
        return Connection(clients or self.get("clients", leaks=leaks), self._last, settings)

    def finish(self):
        """Ends the clients in good order."""
        for made in self._running.values():
            if isinstance(made, Clients):
                made.finish()


class Clients(peers.Peer):
    """A process with clients."""

    def __init__(self, build, **options):
        super().__init__("connect", "client", build, **options)

    def first_failed(self, connections):
        """One of them, as soon as one has failed: which it is, is up to the order of threads."""
        return self._wait(lambda: [
            connection for connection in connections
            if any(event[0] == "error" for event in self.events[connection.number])], "error")[0]

    def finish(self):
        equal(self.stop(), 0)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.kill()


class Connection:
    """One client."""

    def __init__(self, clients, number, settings):
        self.clients = clients
        self.number = number
        self.phases = []
        config = configparser.ConfigParser(interpolation=None)
        config["client"] = {key.replace("_", "-"): str(value) for key, value in settings.items()}
        with io.StringIO() as text:
            config.write(text)
            self.tell("open", text.getvalue())

    def tell(self, command, *values):
        self.clients.command(self.number, command, *values)

    def expect(self, name):
        """What the event brings, which must be the next but for phases."""
        while True:
            event, *values = self.clients.next(self.number, name)
            if event == "progress":
                self.phases.append(values[0].decode())
            elif event == name:
                return values
            else:
                raise peers.Unexpected(f"{event} {values}, not {name}")

    def report(self, name):
        [text] = self.expect(name)
        config = configparser.ConfigParser(interpolation=None)
        config.read_string(text.decode())
        return config["client"]

    def exchange(self):
        """A text and a binary message, there and back; what was known at the start."""
        report = self.report("open")
        self.tell("text", TEXT)
        self.tell("binary", BINARY)
        equal(self.expect("text"), [TEXT.encode()])
        equal(self.expect("binary"), [BINARY])
        self.tell("close")
        equal(self.expect("closed")[0], 1000)
        return report

    def fail(self):
        report = self.report("error")
        equal(self.expect("closed")[0], 1006)
        message = report["message"]
        found = [secret for secret in SECRETS if secret in message]
        equal((message, found), (message, []))
        return report


def equal(got, want):
    if got != want:
        raise peers.Unexpected(f"{got!r}, not {want!r}")


def contains(text, part, wanted=True):
    if (part in text) is not wanted:
        raise peers.Unexpected(f"{part!r} {'is not' if wanted else 'is'} in {text!r}")


# Ways: what a client is told to get past a proxy, and as what it comes to it.

def through(server, name, scheme, at="", **settings):
    port = getattr(server, name)
    return {"proxy": f"{scheme}://{at}localhost:{port}", **settings}


WAYS = {
    "directly": lambda w: {},
    "tinyproxy": lambda w: through(w.get("tinyproxy"), "port", "http"),
    "tinyproxy, Basic": lambda w: through(w.get("tinyproxy", password=True), "port", "http",
                                          AT_TINY),
    "squid": lambda w: through(w.get("squid"), "http", "http"),
    "squid, Basic": lambda w: through(w.get("squid"), "http_user", "http", AT),
    "squid in TLS": lambda w: through(w.get("squid"), "https", "https", proxy_ca=w.ca),
    "squid in TLS, Basic": lambda w: through(w.get("squid"), "https_user", "https", AT,
                                             proxy_ca=w.ca),
    "SOCKS5": lambda w: through(w.get("microsocks"), "port", "socks5"),
    "SOCKS5, password": lambda w: through(w.get("microsocks", password=True), "port", "socks5",
                                          AT),
    "SOCKS4": lambda w: through(w.get("socks4"), "port", "socks4", servers.USER + "@"),
    "SOCKS4a": lambda w: through(w.get("socks4"), "port", "socks4a", servers.USER + "@"),
}


def url(scheme, port, path="/", at="", host="localhost"):
    return f"{scheme}://{at}{host}:{port}{path}"


def with_certificate(world, port, path="/"):
    return {"url": url("wss", port, path), "ca": world.ca,
            "cert": world.certificate("client.pem"), "key": world.certificate("client.key")}


ORIGINS = {
    "ws": lambda w: {"url": url("ws", w.get("echo").port)},
    "wss": lambda w: {"url": url("wss", w.get("echo", certificate="server").port), "ca": w.ca},
    "wss on a raw stream": lambda w: {
        "url": url("wss", w.get("echo", "--raw", certificate="server").port), "ca": w.ca},
    "ws, Basic": lambda w: {"url": url("ws", w.get("nginx").http, "/user/", AT)},
    "wss, Basic": lambda w: {"url": url("wss", w.get("nginx").https, "/user/", AT), "ca": w.ca},
    "wss, client certificate": lambda w: with_certificate(w, w.get("nginx").https, "/certificate/"),
}


def check_way(world, way, origin):
    settings = {**WAYS[way](world), **ORIGINS[origin](world)}
    if "socks5" in settings.get("proxy", ""):
        # It tries the first of a name's addresses and no other.
        settings["url"] = settings["url"].replace("localhost", servers.HOST)
    report = world.dial(**settings).exchange()
    equal(report["status"], "101")
    equal(report["phase"], "done")
    equal(report["proxy-status"], "200" if settings.get("proxy", "").startswith("http") else "0")
    equal(report["has-certificate"], "true" if origin.startswith("wss") else "false")


def way_cases():
    for way in WAYS:
        for origin in ORIGINS:
            yield f"{origin}: {way}", lambda w, way=way, origin=origin: check_way(w, way, origin)


# Refusals: where a client is sent, and what it says of it.

def refusal(code, phase, *parts, status=0, proxy_status=0):
    return {"code": code, "phase": phase, "status": str(status),
            "proxy-status": str(proxy_status)}, parts


def bad_certificate(world, name):
    server = world.get("echo", certificate=name)
    return {"url": url("wss", server.port), "ca": world.ca}


def at_nginx(world, path, at="", scheme="ws", **settings):
    port = world.get("nginx").https if scheme == "wss" else world.get("nginx").http
    return {"url": url(scheme, port, path, at), "ca": world.ca, **settings}


def by(way):
    """To the echo server."""
    return lambda w: {"url": url("ws", w.get("echo").port), **way(w)}


def to_dead(way):
    """Where nobody listens."""
    return lambda w: {**WAYS[way](w), "url": url("ws", w.dead)}


def to_nowhere(way):
    return lambda w: {**WAYS[way](w), "url": "ws://nowhere.invalid/"}


def silent(scheme, way=""):
    """A server, or a proxy, that says nothing."""
    def settings(world):
        port = world.get("silent").port
        if way:
            return {"url": "ws://localhost:1/", "proxy": f"{way}://localhost:{port}",
                    "timeout": 0.4}
        return {"url": url(scheme, port), "timeout": 0.4}
    return settings


REFUSALS = {
    "no password for squid": (
        by(lambda w: through(w.get("squid"), "http_user", "http")),
        refusal("proxy-authentication", "proxying", "407", proxy_status=407)),
    "wrong password for squid": (
        by(lambda w: through(w.get("squid"), "http_user", "http", AT_WRONG)),
        refusal("proxy-authentication", "proxying", "407", proxy_status=407)),
    "wrong password for squid in TLS": (
        by(lambda w: through(w.get("squid"), "https_user", "https", AT_WRONG, proxy_ca=w.ca)),
        refusal("proxy-authentication", "proxying", "407", proxy_status=407)),
    "no password for tinyproxy": (
        by(lambda w: through(w.get("tinyproxy", password=True), "port", "http")),
        refusal("proxy-authentication", "proxying", "407", proxy_status=407)),
    "wrong password for tinyproxy": (
        by(lambda w: through(w.get("tinyproxy", password=True), "port", "http", AT_WRONG)),
        refusal("proxy-authentication", "proxying", "401", proxy_status=401)),
    "no password for SOCKS5": (
        by(lambda w: through(w.get("microsocks", password=True), "port", "socks5")),
        refusal("proxy-authentication", "proxying")),
    "wrong password for SOCKS5": (
        by(lambda w: through(w.get("microsocks", password=True), "port", "socks5", AT_WRONG)),
        refusal("proxy-authentication", "proxying")),
    "another user for SOCKS4a": (
        by(lambda w: through(w.get("socks4"), "port", "socks4a", "bob@")),
        refusal("proxy", "proxying")),
    "a port that squid forbids": (
        to_dead("squid"), refusal("proxy", "proxying", "403", proxy_status=403)),
    "a dead port behind tinyproxy": (
        to_dead("tinyproxy"), refusal("proxy", "proxying", "500", proxy_status=500)),
    "a dead port behind SOCKS5": (to_dead("SOCKS5"), refusal("proxy", "proxying")),
    "no such name behind tinyproxy": (
        to_nowhere("tinyproxy"), refusal("proxy", "proxying", "500", proxy_status=500)),
    "a dead proxy": (
        by(lambda w: {"proxy": f"http://localhost:{w.dead}"}), refusal("proxy", "connecting")),
    "a dead SOCKS proxy": (
        by(lambda w: {"proxy": f"socks5://localhost:{w.dead}"}), refusal("proxy", "connecting")),
    "a proxy of no name": (
        by(lambda w: {"proxy": "http://nowhere.invalid:3128"}),
        refusal("resolve", "resolving", "nowhere.invalid")),
    "A48 a proxy that is not trusted": (
        by(lambda w: through(w.get("squid"), "https", "https")),
        refusal("certificate", "securing", "its issuer is not trusted")),
    "A48 trust in the server is none in its proxy": (
        by(lambda w: through(w.get("squid"), "https", "https", ca=w.ca)),
        refusal("certificate", "securing", "its issuer is not trusted")),
    "A48 trust in the proxy is none in the server": (
        lambda w: {**WAYS["squid in TLS"](w),
                   "url": url("wss", w.get("echo", certificate="server").port)},
        refusal("certificate", "securing", "its issuer is not trusted", proxy_status=200)),
    "an http: proxy taken for https:": (
        by(lambda w: through(w.get("squid"), "http", "https", proxy_ca=w.ca)),
        refusal("tls", "securing")),
    "A48 a server that is not trusted": (
        lambda w: {"url": url("wss", w.get("echo", certificate="server").port)},
        refusal("certificate", "securing", "its issuer is not trusted")),
    "A48 self-signed": (
        lambda w: bad_certificate(w, "self-signed"),
        refusal("certificate", "securing", "its issuer is not trusted")),
    "A48 another name": (
        lambda w: bad_certificate(w, "other-name"),
        refusal("certificate", "securing", "it is not for “localhost”")),
    "A48 another name behind a proxy": (
        lambda w: {**WAYS["squid, Basic"](w), **bad_certificate(w, "other-name")},
        refusal("certificate", "securing", "it is not for “localhost”", proxy_status=200)),
    "A48 another name behind SOCKS": (
        lambda w: {**WAYS["SOCKS4a"](w), **bad_certificate(w, "other-name")},
        refusal("certificate", "securing", "it is not for “localhost”")),
    "A48 expired": (
        lambda w: bad_certificate(w, "expired"),
        refusal("certificate", "securing", "it has expired")),
    "F25 no such authority": (
        lambda w: {"url": url("ws", w.get("echo").port).replace("ws:", "wss:"),
                   "ca": "/nowhere/ca.pem"},
        refusal("tls", "idle", "/nowhere/ca.pem")),
    "no client certificate, at a path": (
        lambda w: at_nginx(w, "/certificate/", scheme="wss"),
        refusal("refused", "handshaking", "403", status=403)),
    "no client certificate, at a port": (
        lambda w: {"url": url("wss", w.get("nginx").strict), "ca": w.ca},
        refusal("refused", "handshaking", "400", status=400)),
    "no client certificate, in TLS": (
        lambda w: {"url": url("wss", w.get("strict").port), "ca": w.ca},
        refusal("tls", "handshaking", "The peer wants a client certificate")),
    "wss: to a port of ws:": (
        lambda w: {"url": url("wss", w.get("nginx").http)}, refusal("tls", "securing")),
    "ws: to a port of wss:": (
        lambda w: {"url": url("ws", w.get("nginx").https)},
        refusal("refused", "handshaking", "400", status=400)),
    "no such name": (
        lambda w: {"url": "ws://nowhere.invalid/"},
        refusal("resolve", "resolving", "nowhere.invalid")),
    "a dead port": (lambda w: {"url": url("ws", w.dead)}, refusal("connect", "connecting")),
    "a server that says nothing": (silent("ws"), refusal("timed-out", "handshaking")),
    "a server that says no TLS": (silent("wss"), refusal("timed-out", "securing")),
    "a proxy that says nothing": (silent("ws", "http"), refusal("timed-out", "proxying")),
    "a proxy that says no TLS": (silent("ws", "https"), refusal("timed-out", "securing")),
    "a SOCKS proxy that says nothing": (silent("ws", "socks5"), refusal("timed-out", "proxying")),
    "403": (lambda w: at_nginx(w, "/denied"),
            refusal("refused", "handshaking", "403", status=403)),
    "401 and no password": (lambda w: at_nginx(w, "/user/"),
                            refusal("refused", "handshaking", "401", status=401)),
    "401 and a wrong password": (lambda w: at_nginx(w, "/user/", AT_WRONG, "wss"),
                                 refusal("refused", "handshaking", "401", status=401)),
    "200, a page to log in": (lambda w: at_nginx(w, "/login"),
                              refusal("refused", "handshaking", "200", status=200)),
    "200 behind a proxy": (lambda w: at_nginx(w, "/login", scheme="wss", **WAYS["squid, Basic"](w)),
                           refusal("refused", "handshaking", "200", status=200,
                                   proxy_status=200)),
}


def check_refusal(world, make, expected):
    values, parts = expected
    report = world.dial(**make(world)).fail()
    got = {key: report[key] for key in values}
    equal((got, report["message"]), (values, report["message"]))
    for part in parts:
        contains(report["message"], part)


def refusal_cases():
    for name, (make, expected) in REFUSALS.items():
        yield f"refused: {name}", lambda w, m=make, e=expected: check_refusal(w, m, e)


# The desktop's settings, which lead to the same proxies.

def check_desktop(world, environment, settings, proxy, status):
    """Whether a client that is told of no proxy goes through it."""
    with Clients(world.options.build, env=clean_environment(**environment)) as clients:
        report = world.dial(clients, **settings).exchange()
        clients.finish()
    port = report["remote"].rpartition(":")[2]
    equal((port, report["proxy-status"]), (str(proxy), str(status)))


GNOME = """
[system/proxy]
mode='manual'
ignore-hosts=@as []

[system/proxy/http]
host='localhost'
port={port}
use-authentication=true
authentication-user='{user}'
authentication-password='{password}'
"""


def check_http_proxy(world):
    squid = world.get("squid")
    check_desktop(world, {"http_proxy": f"http://{AT}localhost:{squid.http_user}",
                          "https_proxy": f"http://localhost:{world.dead}"},
                  ORIGINS["ws"](world), squid.http_user, 200)


def check_https_proxy(world):
    squid = world.get("squid")
    check_desktop(world, {"https_proxy": f"http://{AT}localhost:{squid.http_user}",
                          "http_proxy": f"http://localhost:{world.dead}"},
                  ORIGINS["wss"](world), squid.http_user, 200)


def check_socks_proxy(world):
    proxy = world.get("microsocks", password=True).port
    origin = ORIGINS["wss"](world)
    origin["url"] = origin["url"].replace("localhost", servers.HOST)
    check_desktop(world, {"https_proxy": f"socks5://{AT}localhost:{proxy}"}, origin, proxy, 0)


def check_no_proxy(world):
    origin = ORIGINS["ws"](world)
    port = urllib.parse.urlsplit(origin["url"]).port
    check_desktop(world, {"http_proxy": f"http://localhost:{world.dead}", "no_proxy": "localhost"},
                  origin, port, 0)


def check_gnome(world):
    """The settings of GNOME, as its panel makes them."""
    if not os.path.exists("/usr/share/glib-2.0/schemas/org.gnome.system.proxy.gschema.xml"):
        raise servers.Missing("gsettings-desktop-schemas is not installed")
    squid = world.get("squid")
    with tempfile.TemporaryDirectory(prefix="faye-gnome-") as folder:
        os.makedirs(f"{folder}/glib-2.0/settings")
        servers.write(f"{folder}/glib-2.0/settings", "keyfile", GNOME.format(
            port=squid.http_user, user=servers.USER, password=servers.PASSWORD))
        check_desktop(world, {"XDG_CURRENT_DESKTOP": "GNOME", "GSETTINGS_BACKEND": "keyfile",
                              "XDG_CONFIG_HOME": folder},
                      ORIGINS["ws"](world), squid.http_user, 200)


def check_own_proxy(world):
    """The program's proxy, whatever the desktop says."""
    proxy = world.get("tinyproxy").port
    check_desktop(world, {"http_proxy": f"http://localhost:{world.dead}"},
                  {**WAYS["tinyproxy"](world), **ORIGINS["ws"](world)}, proxy, 200)


DESKTOP = {
    "http_proxy": check_http_proxy,
    "https_proxy": check_https_proxy,
    "https_proxy is SOCKS": check_socks_proxy,
    "no_proxy": check_no_proxy,
    "GNOME": check_gnome,
    "a proxy of the program's": check_own_proxy,
}


# A46: who learns what.

FOR_ORIGIN = "Authorization: Bearer of-origin;Cookie: id=of-origin;X-Origin: of-origin"
FOR_PROXY = "X-Proxy: of-proxy"


def check_secrets(world, way, field=True):
    with servers.Recorder(REFUSAL) as origin:
        report = world.dial(url=url("ws", origin.port), headers=FOR_ORIGIN,
                            proxy_headers=FOR_PROXY, **WAYS[way](world)).fail()
        equal((report["code"], report["status"]), ("refused", "403"))
        [head] = origin.heads
    for line in FOR_ORIGIN.split(";"):
        contains(head, line + "\r\n")
    contains(head.lower(), "proxy", wanted=False)
    contains(head, "Basic ", wanted=False)
    if field:
        check_heads(world.get("squid"), origin.port)


def wait_for(get, what):
    limit = time.monotonic() + servers.DEADLINE
    while not (got := get()):
        if time.monotonic() > limit:
            raise peers.Unexpected(f"no {what}")
        time.sleep(0.02)
    return got


def check_heads(squid, port):
    """What the proxy was told: it writes it down when the tunnel has ended."""
    [head] = wait_for(lambda: squid.heads(f"localhost:{port}"), "head in squid's log")
    contains(head, "of-origin", wanted=False)
    contains(head, FOR_PROXY)
    equal(sorted(line.partition(":")[0] for line in head.split("\r\n") if line),
          ["Host", "Proxy-Authorization", "X-Proxy"])


def check_trap(world):
    """A 401 of a proxy draws no credentials of the origin."""
    with servers.Recorder(UNASKED) as proxy:
        report = world.dial(url=url("ws", 1, at=AT), headers=FOR_ORIGIN,
                            proxy=f"http://localhost:{proxy.port}").fail()
        equal((report["code"], report["proxy-status"], report["status"]), ("proxy-authentication", "401", "0"))
        equal(len(proxy.heads), 1)
        contains(proxy.heads[0], "uthorization", wanted=False)
        contains(proxy.heads[0], "ookie", wanted=False)


SECRECY = {
    "A46 tinyproxy, Basic": lambda w: check_secrets(w, "tinyproxy, Basic", False),
    "A46 squid, Basic": lambda w: check_secrets(w, "squid, Basic"),
    "A46 squid in TLS, Basic": lambda w: check_secrets(w, "squid in TLS, Basic"),
    "A46 401 from a proxy": check_trap,
}


def check_phases(world):
    connection = world.dial(**{**WAYS["squid in TLS, Basic"](world), **ORIGINS["wss"](world)})
    connection.exchange()
    equal(connection.phases, ["resolving", "connecting", "securing", "proxying", "securing",
                              "handshaking", "done"])


def check_challenge(world):
    """What the proxy says of the password it wants is there to be read."""
    report = world.dial(**REFUSALS["no password for squid"][0](world)).fail()
    contains(report["proxy-field-proxy-authenticate"], 'Basic realm="a proxy"')


def check_crowd(world):
    """A server that has no file descriptors left rests, and goes on when it has."""
    few = 32
    with contextlib.ExitStack() as stack:
        path = world.options.echo_server
        server = stack.enter_context(servers.EchoServer(path, "--raw", descriptors=few))
        crowd = [stack.enter_context(socket.create_connection((servers.HOST, server.port)))
                 for _ in range(few + 8)]
        wait_for(lambda: "open files" in server.output(), "word of its want")
        before = server.seconds()
        time.sleep(OBSERVED)
        spent = server.seconds() - before
        if spent > OBSERVED * MOST_CPU:
            raise peers.Unexpected(f"{spent} s of CPU time in {OBSERVED} s")
        for conn in crowd:
            conn.close()
        start = time.monotonic()
        world.dial(url=url("ws", server.port)).exchange()
        if (taken := time.monotonic() - start) > RECOVERY:
            raise peers.Unexpected(f"it took {taken} s to accept again")
        equal(server.output().count("open files"), 1)


def check_no_descriptors(world):
    """A process that has no file descriptors left, and later has."""
    limit = 40
    with Clients(world.options.build, env=clean_environment(), preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (limit, limit))) as clients:
        port = world.get("silent").port
        crowd = [world.dial(clients, url=url("ws", port, host=servers.HOST)) for _ in range(limit)]
        report = clients.first_failed(crowd).fail()
        equal(report["code"], "connect")
        contains(report["message"], "open files")
        for connection in crowd:
            connection.tell("abort")
        world.dial(clients, **ORIGINS["ws"](world)).exchange()
        clients.finish()


OTHERS = {
    "phases of the longest way": check_phases,
    "the proxy's challenge": check_challenge,
    "F22 no file descriptors for a client": check_no_descriptors,
    "F22 no file descriptors for a server on raw streams": check_crowd,
}


def all_cases():
    yield from way_cases()
    yield from refusal_cases()
    for name, function in DESKTOP.items():
        yield f"desktop: {name}", function
    yield from SECRECY.items()
    yield from OTHERS.items()


def run_case(world, function):
    """TAP's words for the outcome, and lines of explanation."""
    try:
        function(world)
        return "ok", "", []
    except servers.Missing as missing:
        return "ok", f" # SKIP {missing}", []
    except peers.Unexpected as error:
        return "not ok", "", [str(error)]
    except Exception:  # the next cases shall have their turn
        return "not ok", "", traceback.format_exc().splitlines()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--certificates", required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("echo_server")
    options = parser.parse_args()

    chosen = [case for case in all_cases() if options.only in case[0]]
    chosen.append(("the clients end with status 0", World.finish))
    print(f"1..{len(chosen)}", flush=True)
    good = True
    with contextlib.ExitStack() as stack:
        world = World(options, stack)
        for number, (name, function) in enumerate(chosen, 1):
            word, note, lines = run_case(world, function)
            good = good and word == "ok"
            print(f"{word} {number} - {name}{note}", *(f"# {line}" for line in lines), sep="\n",
                  flush=True)
    return 0 if good else 1


sys.exit(main())
