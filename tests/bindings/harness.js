// SPDX-License-Identifier: MIT
// What the JavaScript tests share: a TAP runner, waiting with a deadline, a server, and a record of
// what a socket tells.

import Faye from 'gi://Faye?version=1.0';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Soup from 'gi://Soup?version=3.0';
import System from 'system';

const SECONDS = Number(GLib.getenv('FAYE_TEST_SECONDS') ?? 30);

Gio._promisify(Faye.WebSocket.prototype, 'send_async', 'send_finish');
Gio._promisify(Faye.WebSocket.prototype, 'ping_async', 'ping_finish');
Gio._promisify(Faye.WebSocketClient.prototype, 'open_async', 'open_finish');

const tests = [];
const decoder = new TextDecoder();

export function test(name, body) {
    tests.push({name, body});
}

// Settles as PROMISE does, or fails when it takes too long.
function within(promise, what) {
    let source = 0;
    const late = new Promise((_resolve, reject) => {
        source = GLib.timeout_add(GLib.PRIORITY_DEFAULT, SECONDS * 1000, () => {
            source = 0;
            reject(new Error(`not in time: ${what}`));
            return GLib.SOURCE_REMOVE;
        });
    });
    return Promise.race([promise, late]).finally(() => {
        if (source)
            GLib.source_remove(source);
    });
}

async function runOne({name, body}, number) {
    try {
        await within(Promise.resolve(body()), name);
        print(`ok ${number} - ${name}`);
        return true;
    } catch (error) {
        print(`not ok ${number} - ${name}`);
        for (const line of `${error}\n${error.stack ?? ''}`.trim().split('\n'))
            print(`# ${line}`);
        return false;
    }
}

async function runAll() {
    let passed = 0;
    print(`1..${tests.length}`);
    for (const [i, one] of tests.entries())
        passed += await runOne(one, i + 1);
    return passed === tests.length;
}

export function run() {
    const loop = new GLib.MainLoop(null, false);
    let good = false;
    runAll().then(result => {
        good = result;
    }).finally(() => loop.quit());
    loop.run();
    System.exit(good ? 0 : 1);
}

export function assert(condition, text = 'assertion failed') {
    if (!condition)
        throw new Error(text);
}

// Compares what JSON can show: strings, numbers, arrays of them, null.
export function equal(is, should) {
    const [a, b] = [JSON.stringify(is), JSON.stringify(should)];
    assert(a === b, `${a} is not ${b}`);
}

export function isError(error, code) {
    assert(error instanceof GLib.Error, `no GError: ${error}`);
    assert(error.matches(Faye.Error, code), `${error.domain} ${error.code}: ${error.message}`);
}

export function throws(code, body) {
    try {
        body();
    } catch (error) {
        isError(error, code);
        return;
    }
    throw new Error('no error');
}

export async function rejects(code, promise) {
    let value;
    try {
        value = await promise;
    } catch (error) {
        isError(error, code);
        return;
    }
    throw new Error(`no error but ${value}`);
}

// The arguments of the next SIGNAL of OBJECT, without the object.
export function once(object, signal) {
    return within(new Promise(resolve => {
        const id = object.connect(signal, (_object, ...args) => {
            object.disconnect(id);
            resolve(args);
        });
    }), signal);
}

// A message's payload: a string, or bytes as an array of numbers, by its kind.
export function content(message) {
    if (message.get_kind() === Faye.MessageKind.TEXT)
        return message.get_text();
    return Array.from(message.get_bytes().toArray());
}

export function message(payload) {
    if (typeof payload === 'string')
        return Faye.Message.new_text(payload);
    return Faye.Message.new_bytes(new GLib.Bytes(Uint8Array.from(payload)));
}

export function headers(kind, fields) {
    const result = new Soup.MessageHeaders(kind);
    for (const [name, value] of Object.entries(fields))
        result.append(name, value);
    return result;
}

export function bytesToString(bytes) {
    return decoder.decode(bytes.toArray());
}

export function echo(socket) {
    socket.connect('message', (_socket, received) => socket.send(received));
}

// Keeps what a socket emits, and wakes those who wait for some of it.
export class Record {
    constructor(socket) {
        this.socket = socket;
        this.messages = [];
        this.errors = [];
        this.closed = [];
        this.log = [];
        this._waiting = [];
        socket.connect('open', () => this._note('open'));
        socket.connect('message', (_socket, received) => {
            this.messages.push(content(received));
            this._note('message');
        });
        socket.connect('error', (_socket, error) => {
            this.errors.push(error);
            this._note('error');
        });
        socket.connect('closed', (_socket, code, reason) => {
            this.closed.push([code, reason]);
            this._note('closed');
        });
    }

    _note(what) {
        this.log.push(what);
        this._waiting = this._waiting.filter(check => !check());
    }

    until(condition, what) {
        return within(new Promise(resolve => {
            const check = () => {
                if (!condition())
                    return false;
                resolve();
                return true;
            };
            if (!check())
                this._waiting.push(check);
        }), what);
    }

    async untilOpen() {
        await this.until(() => this.log.length > 0, 'open');
        equal(this.log[0], 'open');
    }

    async untilMessages(count) {
        await this.until(() => this.messages.length >= count || this.closed.length > 0, 'messages');
        equal(this.messages.length, count);
    }

    async untilClosed() {
        await this.until(() => this.closed.length > 0, 'closed');
        return this.closed[0];
    }

    close(code = 1000, reason = null) {
        this.socket.close(code, reason);
        return this.untilClosed();
    }
}

// A SoupServer on a free port. ACCEPT (request) makes the socket; every one is recorded.
export class Server {
    constructor({accept = request => new Faye.WebSocket({request}), setup = echo} = {}) {
        this.records = [];
        this._connected = new Promise(resolve => {
            this._onConnected = resolve;
        });
        this._soup = new Soup.Server();
        this._soup.add_handler(null, (_soup, request) => {
            const socket = accept(request);
            if (socket) {
                this.records.push(new Record(socket));
                setup(socket);
                this._onConnected();
            }
        });
        this._soup.listen_local(0, Soup.ServerListenOptions.IPV4_ONLY);
        this.url = `ws://127.0.0.1:${this._soup.get_uris()[0].get_port()}/`;
    }

    untilConnected() {
        return within(this._connected, 'a connection');
    }
}

// A recorded client that is open.
export async function connect(url, properties = {}) {
    const record = new Record(new Faye.WebSocketClient({url, ...properties}));
    await record.untilOpen();
    return record;
}
