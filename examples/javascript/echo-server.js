#!/usr/bin/env gjs
// SPDX-License-Identifier: MIT
// Returns every WebSocket message to its sender.

imports.gi.versions.Soup = '3.0';
const {Faye, GLib, Soup} = imports.gi;
const {exit} = imports.system;

if (ARGV.includes('--help')) {
    print('Usage: echo-server.js [--port N] [--deflate]   (port: default: 8080; 0 picks a free one)');
    exit(0);
}
const port = ARGV.includes('--port') ? Number(ARGV[ARGV.indexOf('--port') + 1]) : 8080;
const deflate = ARGV.includes('--deflate') ? new Faye.PermessageDeflate() : null;

const server = new Soup.Server();
server.add_handler(null, (_server, request) => {
    if (Faye.WebSocket.is_web_socket(request)) {
        const socket = new Faye.WebSocket({request});
        if (deflate)
            socket.add_extension(deflate);
        socket.connect('message', (_socket, message) => socket.send(message));
    } else {
        request.set_status(426, null);
    }
});
server.listen_local(port, 0);
print(`listening on ${server.get_uris()[0].get_port()}`);

const loop = new GLib.MainLoop(null, false);
GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, 15, () => loop.quit());
loop.run();
