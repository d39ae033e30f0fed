#!/usr/bin/env gjs
// SPDX-License-Identifier: MIT
// Connects to a WebSocket server and returns each of its messages.

const {Faye, GLib} = imports.gi;
const {exit} = imports.system;

const deflate = ARGV.includes('--deflate');
const [url] = ARGV.filter(argument => argument !== '--deflate');
if (!url || url === '--help') {
    print('Usage: echo-client.js [--deflate] URL');
    exit(url ? 0 : 2);
}

const loop = new GLib.MainLoop(null, false);
let status = 1; // until the connection opens

const socket = new Faye.WebSocketClient({url});
if (deflate)
    socket.add_extension(new Faye.PermessageDeflate());
socket.connect('open', () => {
    status = 0;
});
socket.connect('message', (_socket, message) => socket.send(message));
socket.connect('error', (_socket, error) => printerr(error.message));
socket.connect('closed', (_socket, code, reason) => {
    if (status === 0)
        print(`closed ${code} ${reason}`);
    loop.quit();
});

GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, 15, () => {
    status = 0;
    socket.close(1000, '');
    return GLib.SOURCE_CONTINUE;
});
loop.run();
exit(status);
