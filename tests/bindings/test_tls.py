# SPDX-License-Identifier: MIT
"""FayeTls, and what TLS tells of a peer, as Python sees them."""

import os

import harness
from gi.repository import Faye, Gio, GObject
from harness import test

FOLDER = os.environ["FAYE_CERTIFICATES"]


def path(name):
    return os.path.join(FOLDER, name)


def certificate(name):
    return Gio.TlsCertificate.new_from_files(path(f"{name}.pem"), path(f"{name}.key"))


class TlsServer:
    """A wss: server on a stream; it asks clients for a certificate."""

    def __init__(self):
        self.records = []
        self._service = Gio.SocketService.new()
        self.port = self._service.add_any_inet_port(None)
        self._service.connect("incoming", self._on_incoming)
        self.url = f"wss://localhost:{self.port}/"

    def _on_incoming(self, _service, connection, _source):
        stream = Gio.TlsServerConnection.new(connection, certificate("server"))
        stream.props.authentication_mode = Gio.TlsAuthenticationMode.REQUESTED
        stream.connect("accept-certificate", lambda *_: True)
        socket = Faye.WebSocket.new_for_stream(stream, None)
        self.records.append(harness.Record(socket))
        harness.echo(socket)
        return True


@test
def defaults():
    tls = Faye.Tls()
    assert tls.props.validation_flags == Gio.TlsCertificateFlags.VALIDATE_ALL
    for name in ("database", "ca_file", "certificate", "certificate_file", "key_file", "pkcs12_file", "pkcs11_uri",
                 "private_key_pkcs11_uri", "server_name", "interaction"):
        assert getattr(tls.props, name) is None, name
    assert not tls.props.pins


@test
def construct_properties():
    pins = ["sha256/YhKJKSzoTt2b5FP18fvpHo7fJYqQCjAa3HWY3tvRMwE="]
    tls = Faye.Tls(ca_file="ca.pem", certificate_file="client.pem", key_file="client.key", server_name="example",
                   pins=pins, validation_flags=Gio.TlsCertificateFlags.BAD_IDENTITY,
                   interaction=Gio.TlsInteraction(), certificate=certificate("client"),
                   database=Gio.TlsFileDatabase.new(path("ca.pem")), pkcs11_uri="pkcs11:a",
                   private_key_pkcs11_uri="pkcs11:b", pkcs12_file="client.p12", password="secret")
    assert tls.props.ca_file == "ca.pem"
    assert tls.props.server_name == "example"
    assert tls.props.pins == pins
    assert tls.props.validation_flags == Gio.TlsCertificateFlags.BAD_IDENTITY
    assert tls.props.certificate.is_same(certificate("client"))
    assert not Faye.Tls.find_property("password").flags & GObject.ParamFlags.READABLE


def ask(handlers):
    """What accept-certificate comes to with these handlers."""
    tls = Faye.Tls()
    asked = []
    for answer in handlers:
        tls.connect("accept-certificate", lambda *args, answer=answer: asked.append(args) or answer)
    flags = Gio.TlsCertificateFlags.EXPIRED | Gio.TlsCertificateFlags.UNKNOWN_CA
    result = tls.emit("accept-certificate", certificate("expired"), flags)
    for args in asked:
        assert args[0] is tls
        assert args[1].is_same(certificate("expired"))
        assert args[2] == flags
    return result, len(asked)


@test
def accept_certificate():
    assert ask([]) == (False, 0)
    assert ask([False]) == (False, 1)
    assert ask([True]) == (True, 1)
    assert ask([False, True]) == (True, 2)
    assert ask([True, False]) == (True, 1)


@test
def peer_certificate():
    Gio.TlsBackend.get_default().set_default_database(Gio.TlsFileDatabase.new(path("ca.pem")))
    server = TlsServer()
    client = harness.connect(server.url)
    socket = client.socket
    assert socket.props.peer_certificate.is_same(certificate("server"))
    assert socket.get_peer_certificate_errors() == 0
    assert socket.get_tls_protocol_version() >= Gio.TlsProtocolVersion.TLS_1_2
    assert socket.get_tls_ciphersuite_name()
    assert server.records[0].socket.get_peer_certificate() is None
    assert server.records[0].socket.props.tls_ciphersuite_name == socket.props.tls_ciphersuite_name
    socket.send_text("hello")
    client.wait_messages(1)
    harness.close(client)
    assert socket.get_peer_certificate()


@test
def no_tls():
    server = harness.Server()
    client = harness.connect(server.url)
    assert client.socket.get_peer_certificate() is None
    assert client.socket.get_tls_protocol_version() == Gio.TlsProtocolVersion.UNKNOWN
    harness.close(client)


harness.run()
