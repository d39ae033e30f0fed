// SPDX-License-Identifier: MIT
// FayeTls, and what TLS tells of a peer, as JavaScript sees them.

import Faye from 'gi://Faye?version=1.0';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {Record, Server, assert, connect, echo, equal, run, test} from './harness.js';

const FOLDER = GLib.getenv('FAYE_CERTIFICATES');

function path(name) {
    return GLib.build_filenamev([FOLDER, name]);
}

function certificate(name) {
    return Gio.TlsCertificate.new_from_files(path(`${name}.pem`), path(`${name}.key`));
}

// A wss: server on a stream.
function serve() {
    const records = [];
    const service = Gio.SocketService.new();
    const port = service.add_any_inet_port(null);
    service.connect('incoming', (_service, connection) => {
        const stream = Gio.TlsServerConnection.new(connection, certificate('server'));
        const socket = Faye.WebSocket.new_for_stream(stream, null);
        records.push(new Record(socket));
        echo(socket);
        return true;
    });
    return {service, records, url: `wss://localhost:${port}/`};
}

test('defaults', () => {
    const tls = new Faye.Tls();
    equal(tls.validation_flags, Gio.TlsCertificateFlags.VALIDATE_ALL);
    for (const name of ['database', 'ca_file', 'certificate', 'certificate_file', 'key_file', 'pkcs12_file',
        'pkcs11_uri', 'private_key_pkcs11_uri', 'server_name', 'interaction'])
        equal(tls[name], null);
    equal(tls.pins, []);
});

test('construct properties', () => {
    const pins = ['sha256/YhKJKSzoTt2b5FP18fvpHo7fJYqQCjAa3HWY3tvRMwE='];
    const tls = new Faye.Tls({
        caFile: 'ca.pem',
        pkcs12_file: 'client.p12',
        password: 'secret',
        server_name: 'example',
        certificate: certificate('client'),
        validation_flags: Gio.TlsCertificateFlags.BAD_IDENTITY,
        pins,
    });
    equal(tls.ca_file, 'ca.pem');
    equal(tls.pkcs12_file, 'client.p12');
    equal(tls.server_name, 'example');
    equal(tls.validation_flags, Gio.TlsCertificateFlags.BAD_IDENTITY);
    equal(tls.pins, pins);
    assert(tls.certificate.is_same(certificate('client')));
});

// What accept-certificate comes to with these handlers.
function ask(answers) {
    const tls = new Faye.Tls();
    const flags = Gio.TlsCertificateFlags.EXPIRED | Gio.TlsCertificateFlags.UNKNOWN_CA;
    let asked = 0;
    for (const answer of answers) {
        tls.connect('accept-certificate', (self, shown, errors) => {
            asked++;
            assert(self === tls);
            assert(shown.is_same(certificate('expired')));
            equal(errors, flags);
            return answer;
        });
    }
    return [tls.emit('accept-certificate', certificate('expired'), flags), asked];
}

test('accept certificate', () => {
    equal(ask([]), [false, 0]);
    equal(ask([false]), [false, 1]);
    equal(ask([true]), [true, 1]);
    equal(ask([false, true]), [true, 2]);
    equal(ask([true, false]), [true, 1]);
});

test('peer certificate', async () => {
    Gio.TlsBackend.get_default().set_default_database(Gio.TlsFileDatabase.new(path('ca.pem')));
    const server = serve();
    const client = await connect(server.url);
    const socket = client.socket;
    assert(socket.peer_certificate.is_same(certificate('server')));
    equal(socket.peer_certificate_errors, 0);
    assert(socket.tls_protocol_version >= Gio.TlsProtocolVersion.TLS_1_2);
    assert(socket.tls_ciphersuite_name);
    equal(server.records[0].socket.peer_certificate, null);
    equal(server.records[0].socket.tls_ciphersuite_name, socket.tls_ciphersuite_name);
    socket.send_text('hello');
    await client.untilMessages(1);
    await client.close();
    assert(socket.peer_certificate);
});

test('no TLS', async () => {
    const server = new Server();
    const client = await connect(server.url);
    equal(client.socket.peer_certificate, null);
    equal(client.socket.tls_protocol_version, Gio.TlsProtocolVersion.UNKNOWN);
    await client.close();
});

run();
