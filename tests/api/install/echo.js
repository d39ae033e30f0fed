// SPDX-License-Identifier: MIT

// A JavaScript program outside the tree: a server and a client in one process.

imports.gi.versions.Soup = '3.0';
const {Faye, GLib, Soup} = imports.gi;
const {exit} = imports.system;

const TEXT = 'Grüße, 🦊';
const OCTETS = Uint8Array.of(0x00, 0xff, 0x80);

const echoes = [];
const codes = [];
const loop = new GLib.MainLoop(null, false);
const server = new Soup.Server();
server.add_handler(null, (_server, request) => {
    const socket = new Faye.WebSocket({request});
    socket.connect('message', (_socket, message) => socket.send(message));
});
server.listen_local(0, 0);

const client = new Faye.WebSocketClient({url: `ws://localhost:${server.get_uris()[0].get_port()}/`});
client.connect('message', (_client, message) => {
    echoes.push(message.kind === Faye.MessageKind.TEXT ? message.text : [...message.data]);
    if (echoes.length === 2)
        client.close();
});
client.connect('closed', (_client, code) => {
    codes.push(code);
    loop.quit();
});
client.send_text(TEXT);
client.send_bytes(OCTETS);
loop.run();

print(JSON.stringify([echoes, codes]));
exit(JSON.stringify([echoes, codes]) === JSON.stringify([[TEXT, [...OCTETS]], [1000]]) ? 0 : 1);
