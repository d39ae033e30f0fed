// SPDX-License-Identifier: MIT
// What the overrides add in JavaScript.

import Faye from 'gi://Faye?version=1.0';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

import {Server, assert, connect, equal, run, test} from './harness.js';

test('message properties', () => {
    const text = Faye.Message.new_text('Γειά 🙂');
    equal(text.kind, Faye.MessageKind.TEXT);
    equal(text.text, 'Γειά 🙂');
    equal(new TextDecoder().decode(text.data), 'Γειά 🙂');
    equal(text.size, text.data.length);
    const binary = Faye.Message.new_bytes(new GLib.Bytes(Uint8Array.of(0, 255)));
    equal(binary.kind, Faye.MessageKind.BINARY);
    equal(binary.text, null);
    assert(binary.data instanceof Uint8Array);
    equal(Array.from(binary.data), [0, 255]);
});

test('empty messages', () => {
    equal(Faye.Message.new_text('').text, '');
    equal(Faye.Message.new_bytes(new GLib.Bytes([])).data.length, 0);
});

test('text keeps NUL', () => {
    const bytes = new GLib.Bytes(Uint8Array.of(97, 0, 98));
    const message = Faye.Message.new(Faye.MessageKind.TEXT, bytes);
    equal(message.text, 'a\0b');
});

test('default arguments', async () => {
    const server = new Server();
    const client = await connect(server.url);
    assert(client.socket.ping());
    assert(client.socket.pong());
    client.socket.close();
    equal((await client.untilClosed())[0], 1000);
    equal(await server.records[0].untilClosed(), [1000, '']);
});

test('promises', async () => {
    const server = new Server();
    const client = new Faye.WebSocketClient({url: server.url});
    await client.open_async(null);
    assert(await client.send_async(Faye.Message.new_text('hello'), null));
    assert(await client.ping_async(null) > 0);
    client.close();
});

const ReverseSession = GObject.registerClass({
    Implements: [Faye.ExtensionSession],
}, class ReverseSession extends GObject.Object {
    vfunc_get_offers() {
        return Faye.extensionOffers([{flag: true, level: 3, several: ['a', 1]}, {}]);
    }

    vfunc_get_answer() {
        return Faye.extensionParams({level: 3, off: false});
    }

    vfunc_outgoing(task) {
        task.return_bytes(task.data.slice().reverse(), task.get_rsv() ^ Faye.Rsv.BIT_2);
    }

    vfunc_incoming(task) {
        this.vfunc_outgoing(task);
    }
});

const Reverse = GObject.registerClass({
    Implements: [Faye.Extension],
}, class Reverse extends GObject.Object {
    vfunc_get_name() {
        return 'x-reverse';
    }

    vfunc_get_rsv() {
        return Faye.Rsv.BIT_2;
    }

    vfunc_create_client_session() {
        return new ReverseSession();
    }

    vfunc_create_server_session(offers) {
        this.offers = offers.recursiveUnpack();
        return new ReverseSession();
    }
});

test('extensions', async () => {
    const theirs = new Reverse();
    const server = new Server({
        accept: request => new Faye.WebSocket({request, supportedExtensions: [theirs]}),
    });
    const client = await connect(server.url, {
        supported_extensions: [new Reverse(), new Faye.PermessageDeflate()],
    });
    equal(client.socket.get_extensions(), 'x-reverse; level=3');
    equal(theirs.offers, [{flag: true, level: 3, several: ['a', 1]}, {}]);
    client.socket.send_text('hello');
    await client.untilMessages(1);
    equal(client.messages, ['hello']);
    await client.close();
});

run();
