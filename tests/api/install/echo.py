#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A Python program outside the tree: a server and a client in one process."""

import sys

import gi

gi.require_version("Faye", "1.0")
gi.require_version("Soup", "3.0")
from gi.repository import Faye, GLib, Soup

TEXT = "Grüße, 🦊"
OCTETS = bytes([0x00, 0xFF, 0x80])


def on_request(server, request, path, query):
    socket = Faye.WebSocket(request=request)
    socket.connect("message", lambda socket, message: socket.send(message))


def on_message(client, message):
    echoes.append(message.text if message.kind == Faye.MessageKind.TEXT else message.data)
    if len(echoes) == 2:
        client.close()


def on_closed(client, code, reason):
    codes.append(code)
    loop.quit()


echoes, codes = [], []
loop = GLib.MainLoop()
server = Soup.Server()
server.add_handler(None, on_request)
server.listen_local(0, Soup.ServerListenOptions(0))

client = Faye.WebSocketClient(url=f"ws://localhost:{server.get_uris()[0].get_port()}/")
client.connect("message", on_message)
client.connect("closed", on_closed)
client.send_text(TEXT)
client.send_bytes(OCTETS)
loop.run()

print(echoes, codes)
sys.exit(0 if echoes == [TEXT, OCTETS] and codes == [1000] else 1)
