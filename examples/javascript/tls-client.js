#!/usr/bin/env gjs
// SPDX-License-Identifier: MIT
// Greets a wss: server of a private authority, which wants a certificate of its clients.

const {Faye, GLib} = imports.gi;
const {exit} = imports.system;

if (ARGV.length !== 4) {
    printerr('usage: tls-client.js URL CA CERTIFICATE KEY');
    exit(1);
}
const [url, ca_file, certificate_file, key_file] = ARGV;
const tls = new Faye.Tls({ca_file, certificate_file, key_file});
const client = new Faye.WebSocketClient({url, tls});
client.send_text('Hello!');
client.connect('message', (_, message) => print(message.get_text()) ?? client.close(1000, null));
client.connect('error', (_, error) => printerr(error.message));
const loop = new GLib.MainLoop(null, false);
client.connect('closed', () => loop.quit());
loop.run();
exit(client.get_close_code() === 1000 ? 0 : 1);
