// SPDX-License-Identifier: MIT
// How a client connects, as JavaScript sees it: credentials, sessions, redirects, phases.

import Faye from 'gi://Faye?version=1.0';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Soup from 'gi://Soup?version=3.0';

import {Record, Server, assert, equal, headers, isError, run, test} from './harness.js';

// Hands out a cookie, notes those that come, and redirects.
function makeServer() {
    const cookies = [];
    const server = new Server({
        accept: request => {
            cookies.push(request.get_request_headers().get_one('Cookie'));
            return new Faye.WebSocket({
                request,
                headers: headers(Soup.MessageHeadersType.RESPONSE, {'Set-Cookie': 'seen=1'}),
            });
        },
    });
    server.cookies = cookies;
    server._soup.add_handler('/moved', (_soup, request, path) => {
        const left = Number(path.split('/').pop());
        request.set_redirect(307, left > 1 ? `/moved/${left - 1}` : '/');
    });
    return server;
}

function guard(server, domain) {
    domain.add_path('/');
    server._soup.add_auth_domain(domain);
}

function basic() {
    const domain = new Soup.AuthDomainBasic({realm: 'realm'});
    domain.set_auth_callback((_domain, _request, user, password) =>
        user === 'user' && password === 'secret');
    return domain;
}

function digest() {
    const domain = new Soup.AuthDomainDigest({realm: 'realm'});
    domain.set_auth_callback((_domain, _request, user) =>
        Soup.AuthDomainDigest.encode_password(user, 'realm', 'secret'));
    return domain;
}

// Answers each question in a turn of its own; returns what was asked.
function answerLater(client, answers) {
    const asked = [];
    client.connect('authenticate', (_client, auth, retrying) => {
        const answer = answers[asked.length];
        asked.push([auth.get_scheme_name(), auth.get_realm(), retrying]);
        GLib.timeout_add(GLib.PRIORITY_DEFAULT, 5, () => {
            if (answer)
                auth.authenticate(...answer);
            else
                auth.cancel();
            return GLib.SOURCE_REMOVE;
        });
        return true;
    });
    return asked;
}

for (const [scheme, make] of [['Basic', basic], ['Digest', digest]]) {
    test(`authenticate later: ${scheme}`, async () => {
        const server = makeServer();
        guard(server, make());
        const record = new Record(new Faye.WebSocketClient({url: server.url}));
        const asked = answerLater(record.socket, [['user', 'wrong'], ['user', 'secret']]);
        await record.untilOpen();
        equal(asked, [[scheme, 'realm', false], [scheme, 'realm', true]]);
        await record.close();
    });
}

test('authenticate cancelled', async () => {
    const server = makeServer();
    guard(server, basic());
    const record = new Record(new Faye.WebSocketClient({url: server.url}));
    const asked = answerLater(record.socket, [null]);
    await record.untilClosed();
    equal(asked.length, 1);
    isError(record.errors[0], Faye.Error.REFUSED);
    equal(record.socket.status_code, 401);
});

test('session with cookies', async () => {
    const server = makeServer();
    const session = new Soup.Session({user_agent: 'test/1'});
    const jar = new Soup.CookieJar();
    session.add_feature(jar);
    for (let i = 0; i < 2; i++) {
        const record = new Record(new Faye.WebSocketClient({url: server.url, session}));
        await record.untilOpen();
        await record.close();
    }
    equal(server.cookies, [null, 'seen=1']);
    equal(jar.all_cookies().map(cookie => cookie.get_name()), ['seen']);
    equal(server.records[0].socket.request_headers.get_one('User-Agent'), 'test/1');
});

test('redirects', async () => {
    const server = makeServer();
    const url = `${server.url}moved/3`;
    const record = new Record(new Faye.WebSocketClient({url, max_redirects: 3}));
    await record.untilOpen();
    equal(record.socket.final_url, server.url);
    equal(record.socket.url, url);
    await record.close();
    for (const [limit, code] of [[2, Faye.Error.REDIRECT], [0, Faye.Error.REFUSED]]) {
        const refused = new Record(new Faye.WebSocketClient({url, max_redirects: limit}));
        await refused.untilClosed();
        isError(refused.errors[0], code);
        equal(refused.socket.status_code, 307);
    }
});

test('phases', async () => {
    const server = new Server();
    const client = new Faye.WebSocketClient({url: server.url});
    const seen = [];
    equal(client.phase, Faye.Phase.IDLE);
    client.connect('progress', (_client, phase) => seen.push(phase));
    const record = new Record(client);
    await record.untilOpen();
    equal(seen, [...seen].sort());
    equal(seen.slice(-2), [Faye.Phase.HANDSHAKING, Faye.Phase.DONE]);
    assert(seen.includes(Faye.Phase.CONNECTING) && !seen.includes(Faye.Phase.PROXYING));
    equal(client.phase, Faye.Phase.DONE);
    assert(client.bound_address.get_address().get_is_loopback());
    assert(server.url.includes(`:${client.remote_address.get_port()}/`));
    await record.close();
});

test('connectable', async () => {
    const server = new Server();
    const port = Number(server.url.match(/:(\d+)\//)[1]);
    const connectable = Gio.NetworkAddress.new('127.0.0.1', port);
    const record = new Record(new Faye.WebSocketClient({url: 'ws://example.invalid/', connectable}));
    await record.untilOpen();
    await server.untilConnected();
    equal(server.records[0].socket.request_headers.get_one('Host'), 'example.invalid');
    await record.close();
});

run();
