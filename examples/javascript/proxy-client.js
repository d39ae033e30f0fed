#!/usr/bin/env gjs
// SPDX-License-Identifier: MIT
// Greets a server through a proxy, whose URL may hold a user and a password.

imports.gi.versions.Soup = '3.0';
const {Faye, GLib, Soup} = imports.gi;
const {exit} = imports.system;

if (ARGV.length !== 2) {
    printerr('usage: proxy-client.js URL PROXY');
    exit(1);
}
const headers = new Soup.MessageHeaders(Soup.MessageHeadersType.REQUEST);
headers.append('User-Agent', 'proxy-client/1.0');
const proxy = new Faye.Proxy({url: ARGV[1], headers});
const client = new Faye.WebSocketClient({url: ARGV[0], proxy});
client.send_text('Hello!');
client.connect('message', (_, message) => print(message.get_text()) ?? client.close(1000, null));
client.connect('error', (_, error) => printerr(error.message));
const loop = new GLib.MainLoop(null, false);
client.connect('closed', () => loop.quit());
loop.run();
exit(client.get_close_code() === 1000 ? 0 : 1);
