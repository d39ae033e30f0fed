// SPDX-License-Identifier: MIT
// Variables that go away: an open socket lives on without them.

import Faye from 'gi://Faye?version=1.0';
import GLib from 'gi://GLib';
import Soup from 'gi://Soup?version=3.0';
import System from 'system';

import {content, echo, equal, run, test} from './harness.js';

const COUNT = 1000;

const EXPECTED = Array.from({length: COUNT}, (_, i) => `message ${i}`);

// Collects at the next turn, when nothing on the stack holds on to anything.
function collectSoon(priority = GLib.PRIORITY_DEFAULT) {
    return new Promise(resolve => GLib.idle_add(priority, () => {
        System.gc();
        resolve();
        return GLib.SOURCE_REMOVE;
    }));
}

// The servers' own variables are not what is dropped here.
const servers = [];

function serve(setup) {
    const soup = new Soup.Server();
    servers.push(soup);
    soup.add_handler(null, (_soup, request) => {
        setup(new Faye.WebSocket({request}));
        collectSoon();
    });
    soup.listen_local(0, Soup.ServerListenOptions.IPV4_ONLY);
    return `ws://127.0.0.1:${soup.get_uris()[0].get_port()}/`;
}

// A client of which nothing is kept but what its handlers note.
function start(url, {onOpen = () => {}, onMessage = () => {}}) {
    return new Promise(resolve => {
        const received = [];
        const socket = new Faye.WebSocketClient({url});
        socket.connect('open', onOpen);
        socket.connect('message', (self, message) => {
            received.push(content(message));
            if (received.length % 100 === 0)
                collectSoon();
            onMessage(self, received);
        });
        socket.connect('closed', (_self, code) => resolve({received, code}));
    });
}

function closeWhenAllCame(socket, received) {
    if (received.length === COUNT)
        socket.close(3000, null);
}

test('dropped on both ends', async () => {
    const url = serve(echo);
    const end = start(url, {
        onOpen: socket => EXPECTED.forEach(text => socket.send_text(text)),
        onMessage: closeWhenAllCame,
    });
    await collectSoon();
    const {received, code} = await end;
    equal(received, EXPECTED);
    equal(code, 3000);
});

test('dropped in mid connection', async () => {
    const peers = [];
    const opened = [];
    const url = serve(socket => peers.push(socket));
    const end = start(url, {onOpen: () => opened.push(true), onMessage: closeWhenAllCame});
    while (opened.length === 0)
        await collectSoon(GLib.PRIORITY_LOW);
    await collectSoon();
    for (const text of EXPECTED)
        peers[0].send_text(text);
    peers.pop();
    await collectSoon();
    equal((await end).received, EXPECTED);
});

test('dropped while connecting', async () => {
    const url = serve(() => {});
    const end = start(url, {onOpen: socket => socket.close(1000, null)});
    System.gc();
    equal((await end).code, 1000);
});

run();
