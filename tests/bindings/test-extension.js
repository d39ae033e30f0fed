// SPDX-License-Identifier: MIT
// Extensions written in JavaScript: FayeExtension and FayeExtensionSession, through the typelib.

import Faye from 'gi://Faye?version=1.0';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import System from 'system';

import {assert, content, echo, equal, isError, message, Record, run, Server, test, throws}
    from './harness.js';

const TEXTS = ['Grüße', '', 'abc', 'x'.repeat(70000)];

// Does as little as can be. What a session is to do besides is in METHODS.
const Session = GObject.registerClass({
    GTypeName: 'TestSession',
    Implements: [Faye.ExtensionSession],
}, class Session extends GObject.Object {
    closed = 0;

    vfunc_get_offers() {
        return this.offers ?? new GLib.Variant('aa{sv}', [{}]);
    }

    vfunc_activate(params) {
        return this.activate_ ? this.activate_(params) : true;
    }

    vfunc_get_answer() {
        return this.answer ?? new GLib.Variant('a{sv}', {});
    }

    vfunc_incoming(task) {
        if (this.onIncoming)
            this.onIncoming(task);
        else
            task.return_unchanged();
    }

    vfunc_outgoing(task) {
        if (this.onOutgoing)
            this.onOutgoing(task);
        else
            task.return_unchanged();
    }

    vfunc_close() {
        this.closed++;
    }
});

// Has no functions of its own.
const Bare = GObject.registerClass({
    GTypeName: 'TestBareSession',
    Implements: [Faye.ExtensionSession],
}, class Bare extends GObject.Object {
});

const Extension = GObject.registerClass({
    GTypeName: 'TestExtension',
    Implements: [Faye.Extension],
}, class Extension extends GObject.Object {
    constructor(create, {name = 'x-toy', rsv = Faye.Rsv.BIT_3} = {}) {
        super();
        this.create = create;
        this.name = name;
        this.rsv = rsv;
        this.sessions = [];
    }

    vfunc_get_name() {
        return this.name;
    }

    vfunc_get_rsv() {
        return this.rsv;
    }

    vfunc_create_client_session() {
        return this._remember(this.create(null));
    }

    vfunc_create_server_session(offers) {
        return this._remember(this.create(offers.recursiveUnpack()));
    }

    _remember(session) {
        if (session)
            this.sessions.push(session);
        return session;
    }
});

function make(methods = {}) {
    return () => Object.assign(new Session(), methods);
}

function later(milliseconds, body) {
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, milliseconds, () => {
        body();
        return GLib.SOURCE_REMOVE;
    });
}

// Answers two at a time, the second first, and marks what is sent.
function outOfOrder() {
    const answerPairs = mark => {
        let waiting = null;
        return task => {
            if (!waiting) {
                waiting = task;
                return;
            }
            const first = waiting;
            waiting = null;
            const answer = one => one.return_bytes(one.get_bytes(), mark(one.get_rsv()));
            later(1, () => answer(task));
            later(20, () => answer(first));
        };
    };
    return make({
        onIncoming: answerPairs(rsv => rsv & ~Faye.Rsv.BIT_3),
        onOutgoing: answerPairs(rsv => rsv | Faye.Rsv.BIT_3),
    })();
}

function add(socket, ...extensions) {
    for (const extension of extensions)
        assert(socket.add_extension(extension));
    return socket;
}

function serve(extensions, setup = echo) {
    return new Server({accept: request => add(new Faye.WebSocket({request}), ...extensions), setup});
}

async function dial(server, extensions, properties = {}) {
    const client = new Faye.WebSocketClient({url: server.url, ...properties});
    const record = new Record(add(client, ...extensions));
    await record.untilOpen();
    return record;
}

async function exchange(record, payloads) {
    for (const payload of payloads)
        assert(record.socket.send(message(payload)));
    await record.untilMessages(payloads.length);
    equal(record.messages, payloads);
}

test('answers out of order in both roles', async () => {
    const [ours, theirs] = [new Extension(outOfOrder), new Extension(outOfOrder)];
    const server = serve([theirs]);
    const client = await dial(server, [ours]);
    equal(client.socket.get_extensions(), 'x-toy');
    equal(server.records[0].socket.get_extensions(), 'x-toy');
    await exchange(client, [1, 2, 3, 4, 5, 6, 7, 8].map(i => `message ${i}`));
    equal((await client.close())[0], 1000);
    await server.records[0].untilClosed();
    equal([...ours.sessions, ...theirs.sessions].map(session => session.closed), [1, 1]);
});

test('out of order on a server alone', async () => {
    const seen = [];
    const observe = make({
        onIncoming: task => {
            seen.push([task.get_rsv(), task.get_kind() === Faye.MessageKind.TEXT]);
            task.return_bytes(task.get_bytes(), Faye.Rsv.NONE);
        },
    });
    const server = serve([new Extension(outOfOrder)], socket => {
        socket.send_text('first');
        socket.send_text('second');
    });
    const client = await dial(server, [new Extension(observe)]);
    await client.untilMessages(2);
    equal(client.messages, ['first', 'second']);
    equal(seen, [[Faye.Rsv.BIT_3, true], [Faye.Rsv.BIT_3, true]]);
    await client.close();
});

test('without functions of its own', async () => {
    const server = serve([new Extension(() => new Bare())]);
    const client = await dial(server, [new Extension(() => new Bare())]);
    equal(client.socket.get_extensions(), 'x-toy');
    await exchange(client, TEXTS);
    await client.close();
});

test('parameters', async () => {
    const offers = new GLib.Variant('aa{sv}', [
        {flag: GLib.Variant.new_boolean(true), n: GLib.Variant.new_int32(8)},
        {s: GLib.Variant.new_string('text')},
    ]);
    const answer = new GLib.Variant('a{sv}', {n: GLib.Variant.new_int64(7)});
    const [received, answered] = [[], []];
    const ours = new Extension(make({
        offers,
        activate_: params => {
            answered.push(params.recursiveUnpack());
            return true;
        },
    }));
    const theirs = new Extension(list => {
        received.push(list);
        return make({answer})();
    });
    const server = serve([theirs]);
    const client = await dial(server, [ours]);
    equal(received, [[{flag: true, n: 8}, {s: 'text'}]]);
    equal(answered, [{n: 7}]);
    equal(client.socket.get_extensions(), 'x-toy; n=7');
    await client.close();
});

test('a server declines', async () => {
    const ours = new Extension(make());
    const client = await dial(serve([new Extension(() => null)]), [ours]);
    equal(client.socket.get_extensions(), null);
    equal(ours.sessions[0].closed, 1);
    await exchange(client, TEXTS);
    await client.close();
});

test('a client refuses the answer', async () => {
    const ours = new Extension(make({
        activate_: () => {
            throw new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.FAILED, 'not what I asked for');
        },
    }));
    const server = serve([new Extension(make())]);
    const client = new Record(add(new Faye.WebSocketClient({url: server.url}), ours));
    equal((await client.untilClosed())[0], 1006);
    equal(client.errors.length, 1);
    isError(client.errors[0], Faye.Error.HANDSHAKE);
    assert(client.errors[0].message.includes('not what I asked for'), client.errors[0].message);
    equal(ours.sessions[0].closed, 1);
});

test('of two with one bit the server takes the first', async () => {
    const pair = (...names) => names.map(name => new Extension(outOfOrder, {name}));
    const client = await dial(serve(pair('x-one', 'x-two')), pair('x-two', 'x-one'));
    equal(client.socket.get_extensions(), 'x-one');
    await exchange(client, ['a', 'b']);
    await client.close();
});

test('a task that is collected ends the connection', async () => {
    const server = serve([new Extension(make({onIncoming: () => later(1, () => System.gc())}))]);
    const client = await dial(server, [new Extension(make())]);
    client.socket.send_text('hello');
    const collect = setInterval(() => System.gc(), 5);
    const [code, reason] = await client.untilClosed();
    clearInterval(collect);
    equal(code, 1010);
    assert(reason.includes('was not answered'), reason);
});

test('an error with a code', async () => {
    const ours = new Extension(make({onOutgoing: task => task.return_error(4321, 'no such text')}));
    const server = serve([new Extension(make())]);
    const client = await dial(server, [ours]);
    client.socket.send_text('bad');
    equal(await client.untilClosed(), [4321, 'no such text']);
    equal(client.errors.map(error => error.message), ['The extension x-toy failed: no such text']);
    equal(await server.records[0].untilClosed(), [4321, 'no such text']);
});

test('too late, and not fit', async () => {
    const client = await dial(serve([]), []);
    throws(Faye.Error.NOT_OPEN, () => client.socket.add_extension(new Extension(make())));
    await client.close();

    const other = add(new Faye.WebSocketClient({url: 'ws://127.0.0.1:1/'}), new Extension(make()));
    for (const name of ['x-toy', 'two words']) {
        throws(Faye.Error.INVALID_ARGUMENT,
            () => other.add_extension(new Extension(make(), {name})));
    }
    const record = new Record(other);
    other.abort();
    await record.untilClosed();
});

test('given at construction', async () => {
    const store = (...extensions) => {
        const list = new Gio.ListStore({item_type: Faye.Extension.$gtype});
        extensions.forEach(extension => list.append(extension));
        return list;
    };
    const server = new Server({
        accept: request => new Faye.WebSocket({
            request,
            supported_extensions: store(new Faye.PermessageDeflate({threshold: 0})),
        }),
    });
    const record = new Record(new Faye.WebSocketClient({
        url: server.url,
        supportedExtensions: store(new Faye.PermessageDeflate({level: 9})),
    }));
    await record.untilOpen();
    assert(record.socket.get_extensions().startsWith('permessage-deflate'));
    await exchange(record, TEXTS);
    await record.close();
});

test('survives garbage collection', async () => {
    const frail = make({
        onIncoming: task => later(1, () => {
            System.gc();
            task.return_unchanged();
        }),
    });
    const forget = () => {
        const extension = new Extension(frail);
        extension._remember = session => session;
        return extension;
    };
    const client = await dial(serve([forget()]), [forget()]);
    System.gc();
    await exchange(client, TEXTS);
    await client.close();
});

test('a message that is never compressed', () => {
    const never = message('abc').with_compression(Faye.Compression.NEVER);
    equal(never.get_compression(), Faye.Compression.NEVER);
    equal(content(never), 'abc');
    equal(message('abc').get_compression(), Faye.Compression.DEFAULT);
});

run();
