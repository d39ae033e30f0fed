// SPDX-License-Identifier: MIT
// FayeWebSocket and FayeWebSocketClient as JavaScript sees them.

import Faye from 'gi://Faye?version=1.0';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Soup from 'gi://Soup?version=3.0';

import {
    Record, Server, assert, bytesToString, connect, content, echo, equal, headers, isError, message,
    once, rejects, run, test, throws,
} from './harness.js';

const UNICODE = 'Γειά σου 世界 𝄞 🙂';
const EVERY_BYTE = Array.from({length: 256}, (_, i) => i);

test('construct properties', async () => {
    const client = new Faye.WebSocketClient({
        url: 'ws://127.0.0.1:1/path',
        protocols: ['irc', 'xmpp'],
        ping_interval: 15,
        max_length: 1000,
    });
    equal(client.url, 'ws://127.0.0.1:1/path');
    equal(client.protocols, ['irc', 'xmpp']);
    equal(client.ping_interval, 15);
    equal(client.pingInterval, 15);
    equal(client.max_length, 1000);
    equal(client.ready_state, Faye.ReadyState.CONNECTING);
    equal(client.protocol, null);
    const record = new Record(client);
    client.abort();
    equal((await record.untilClosed())[0], 1006);
    assert(!record.log.includes('open'));
});

test('defaults', async () => {
    const client = Faye.WebSocketClient.new('ws://127.0.0.1:1/', null);
    equal(client.max_length, 2 ** 26 - 1);
    equal(client.ping_interval, 0);
    const closed = once(client, 'closed');
    client.abort();
    await closed;
});

test('unlimited', async () => {
    equal(Faye.UNLIMITED, 2 ** 53 - 1);
    const client = new Faye.WebSocketClient({url: 'ws://127.0.0.1:1/', max_length: Faye.UNLIMITED});
    equal(client.max_length, Faye.UNLIMITED);
    const closed = once(client, 'closed');
    client.abort();
    await closed;
});

test('messages', () => {
    const text = Faye.Message.new_text(UNICODE);
    equal(text.get_kind(), Faye.MessageKind.TEXT);
    equal(text.get_text(), UNICODE);
    const binary = Faye.Message.new_bytes(new GLib.Bytes(Uint8Array.from(EVERY_BYTE)));
    equal(binary.get_kind(), Faye.MessageKind.BINARY);
    equal(binary.get_text(), null);
    equal(binary.get_size(), 256);
    equal(Array.from(binary.get_data()), EVERY_BYTE);
    throws(Faye.Error.INVALID_DATA,
        () => Faye.Message.new(Faye.MessageKind.TEXT, new GLib.Bytes(Uint8Array.of(0xff))));
});

test('echo', async () => {
    const payloads = [
        '', 'a', UNICODE, 'x'.repeat(125), 'x'.repeat(126), 'é'.repeat(40000),
        [], [0], EVERY_BYTE, Array(65535).fill(7), Array(65536).fill(8),
    ];
    const server = new Server();
    const client = await connect(server.url);
    for (const payload of payloads)
        assert(client.socket.send(message(payload)));
    await client.untilMessages(payloads.length);
    equal(client.messages, payloads);
    equal(server.records[0].messages, payloads);
    equal(await client.close(), [1000, '']);
    equal(await server.records[0].untilClosed(), [1000, '']);
    equal(client.log, ['open', ...payloads.map(() => 'message'), 'closed']);
});

test('send text and bytes', async () => {
    const server = new Server();
    const client = await connect(server.url);
    assert(client.socket.send_text(UNICODE));
    assert(client.socket.send_bytes(new GLib.Bytes(Uint8Array.from(EVERY_BYTE))));
    await client.untilMessages(2);
    equal(client.messages, [UNICODE, EVERY_BYTE]);
    await client.close();
    assert(!client.socket.send_text('too late'));
    equal(client.socket.ready_state, Faye.ReadyState.CLOSED);
});

test('send before open', async () => {
    const server = new Server({setup: socket => socket.send_text('from the server')});
    const client = new Record(new Faye.WebSocketClient({url: server.url}));
    assert(client.socket.send_text('from the client'));
    await client.untilMessages(1);
    await server.records[0].untilMessages(1);
    equal(client.messages, ['from the server']);
    equal(server.records[0].messages, ['from the client']);
    equal(client.log, ['open', 'message']);
    await client.close();
});

test('close by client', async () => {
    const server = new Server();
    const client = await connect(server.url);
    equal((await client.close(3001, 'fertig 🙂'))[0], 3001);
    equal(await server.records[0].untilClosed(), [3001, 'fertig 🙂']);
    equal(server.records[0].socket.close_code, 3001);
    equal(server.records[0].socket.close_reason, 'fertig 🙂');
});

test('close by server', async () => {
    const server = new Server();
    const client = await connect(server.url);
    equal((await server.records[0].close(4999, 'genug'))[0], 4999);
    equal(await client.untilClosed(), [4999, 'genug']);
});

test('close refuses codes', async () => {
    const server = new Server();
    const client = await connect(server.url);
    for (const code of [0, 999, 1001, 1005, 1006, 2999, 5000])
        throws(Faye.Error.INVALID_ARGUMENT, () => client.socket.close(code, null));
    throws(Faye.Error.INVALID_ARGUMENT, () => client.socket.close(1000, 'x'.repeat(124)));
    equal(client.socket.ready_state, Faye.ReadyState.OPEN);
    await client.close(1000, 'x'.repeat(123));
    equal(await server.records[0].untilClosed(), [1000, 'x'.repeat(123)]);
});

test('abort', async () => {
    const server = new Server();
    const client = await connect(server.url);
    server.records[0].socket.abort();
    equal((await client.untilClosed())[0], 1006);
    isError(client.errors[0], Faye.Error.DISCONNECTED);
    equal(client.closed.length, 1);
});

test('ping', async () => {
    const server = new Server();
    const client = await connect(server.url);
    const pinged = once(server.records[0].socket, 'ping-received');
    const ponged = once(client.socket, 'pong-received');
    assert(client.socket.ping(new GLib.Bytes('are you there')));
    equal(bytesToString((await pinged)[0]), 'are you there');
    equal(bytesToString((await ponged)[0]), 'are you there');
    await client.close();
});

test('ping_async', async () => {
    const server = new Server();
    const client = await connect(server.url);
    const time = await client.socket.ping_async(null);
    assert(time > 0 && time < 30000000, `${time}`);
    assert(client.socket.latency > 0);
    await client.close();
    await rejects(Faye.Error.NOT_OPEN, client.socket.ping_async(null));
});

test('send_async', async () => {
    const server = new Server();
    const client = await connect(server.url);
    assert(await client.socket.send_async(message('x'.repeat(4 << 20)), null));
    equal(client.socket.buffered_amount, 0);
    await client.untilMessages(1);
    equal(client.messages[0].length, 4 << 20);
    await client.close();
    await rejects(Faye.Error.NOT_OPEN, client.socket.send_async(message('late'), null));
});

test('open_async', async () => {
    const server = new Server();
    const client = new Faye.WebSocketClient({url: server.url});
    assert(await client.open_async(null));
    equal(client.ready_state, Faye.ReadyState.OPEN);
    equal(client.status_code, 101);
    equal(client.version, 'hybi-13');
    await new Record(client).close();
});

test('refused', async () => {
    const server = new Server({
        accept: request => {
            request.set_status(Soup.Status.FORBIDDEN, null);
            request.get_response_headers().append('X-Why', 'because');
            request.set_response('text/plain', Soup.MemoryUse.COPY, 'not you');
        },
    });
    const client = new Record(new Faye.WebSocketClient({url: server.url}));
    await rejects(Faye.Error.REFUSED, client.socket.open_async(null));
    equal((await client.untilClosed())[0], 1006);
    equal(client.log, ['error', 'closed']);
    isError(client.errors[0], Faye.Error.REFUSED);
    equal(client.socket.status_code, 403);
    equal(client.socket.response_headers.get_one('X-Why'), 'because');
    equal(bytesToString(client.socket.response_body), 'not you');
});

test('nobody there', async () => {
    const listener = new Gio.SocketListener();
    const port = listener.add_any_inet_port(null);
    listener.close();
    const client = new Record(new Faye.WebSocketClient({url: `ws://127.0.0.1:${port}/`}));
    equal((await client.untilClosed())[0], 1006);
    isError(client.errors[0], Faye.Error.CONNECT);
    equal(client.log, ['error', 'closed']);
});

test('invalid url', async () => {
    const client = new Record(new Faye.WebSocketClient({url: 'gopher://localhost/'}));
    await client.untilClosed();
    isError(client.errors[0], Faye.Error.INVALID_URL);
    assert(!client.log.includes('open'));
});

test('subprotocol', async () => {
    const server = new Server({accept: request => Faye.WebSocket.new(request, ['xmpp', 'irc'])});
    const client = await connect(server.url, {protocols: ['mqtt', 'irc', 'xmpp']});
    equal(client.socket.protocol, 'xmpp');
    equal(server.records[0].socket.protocol, 'xmpp');
    await client.close();
});

test('headers both ways', async () => {
    const server = new Server({
        accept: request => new Faye.WebSocket({
            request,
            headers: headers(Soup.MessageHeadersType.RESPONSE, {'X-Server': 'two'}),
        }),
    });
    const client = await connect(`${server.url}path?query=1`, {
        headers: headers(Soup.MessageHeadersType.REQUEST, {'X-Client': 'one'}),
    });
    const peer = server.records[0].socket;
    equal(peer.request_headers.get_one('X-Client'), 'one');
    equal(client.socket.response_headers.get_one('X-Server'), 'two');
    equal(peer.url, `${server.url}path?query=1`);
    equal(peer.method, 'GET');
    await client.close();
});

function serverThatAsks(onHandshake) {
    return new Server({setup: socket => socket.connect('handshake', onHandshake)});
}

test('handshake accepted', async () => {
    let offers = null;
    const server = serverThatAsks(socket => {
        const fields = headers(Soup.MessageHeadersType.RESPONSE, {'X-Extra': 'yes'});
        offers = socket.get_offered_protocols();
        throws(Faye.Error.INVALID_ARGUMENT, () => socket.accept('not offered', null));
        return socket.accept('two', fields);
    });
    const client = await connect(server.url, {protocols: ['one', 'two']});
    equal(offers, ['one', 'two']);
    equal(client.socket.protocol, 'two');
    equal(client.socket.response_headers.get_one('X-Extra'), 'yes');
    await client.close();
});

test('handshake accepted later', async () => {
    let ask = null;
    const asked = new Promise(resolve => {
        ask = resolve;
    });
    const server = serverThatAsks(socket => {
        ask(socket);
        return true;
    });
    const client = new Record(new Faye.WebSocketClient({url: server.url}));
    const waiting = await asked;
    equal(client.log, []);
    assert(waiting.accept(null, null));
    await client.untilOpen();
    await client.close();
});

test('handshake refused', async () => {
    const server = serverThatAsks(socket => {
        throws(Faye.Error.INVALID_ARGUMENT, () => socket.refuse(200, null, null));
        return socket.refuse(401, 'who are you?', null);
    });
    const client = new Record(new Faye.WebSocketClient({url: server.url}));
    await client.untilClosed();
    equal(client.log, ['error', 'closed']);
    equal(client.socket.status_code, 401);
    assert(bytesToString(client.socket.response_body).includes('who are you?'));
});

test('stream', async () => {
    const records = [];
    const service = new Gio.SocketService();
    const port = service.add_any_inet_port(null);
    service.connect('incoming', (_service, connection) => {
        const socket = Faye.WebSocket.new_for_stream(connection, null);
        echo(socket);
        records.push(new Record(socket));
        return true;
    });
    const client = await connect(`ws://127.0.0.1:${port}/raw`);
    client.socket.send_text(UNICODE);
    await client.untilMessages(1);
    equal(client.messages, [UNICODE]);
    equal(records[0].socket.url, `ws://127.0.0.1:${port}/raw`);
    equal((await client.close(3000, 'done'))[0], 3000);
    equal(await records[0].untilClosed(), [3000, 'done']);
    service.stop();
    service.close();
});

test('max length', async () => {
    const server = new Server({accept: request => new Faye.WebSocket({request, max_length: 10})});
    const client = await connect(server.url);
    client.socket.send_text('x'.repeat(10));
    await client.untilMessages(1);
    client.socket.send_text('x'.repeat(11));
    equal((await client.untilClosed())[0], 1009);
    equal((await server.records[0].untilClosed())[0], 1009);
    isError(server.records[0].errors[0], Faye.Error.TOO_BIG);
});

const Shouter = GObject.registerClass(class Shouter extends Faye.WebSocket {
    constructor(request) {
        super({request});
        this.connect('message', (_socket, received) => {
            this.send_text(content(received).toUpperCase());
        });
    }
});

test('subclass', async () => {
    const server = new Server({accept: request => new Shouter(request), setup: () => {}});
    const client = await connect(server.url);
    client.socket.send_text('hello');
    await client.untilMessages(1);
    equal(client.messages, ['HELLO']);
    await client.close();
});

run();
