#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Returns every WebSocket message to its sender."""

import argparse
import signal

import gi

gi.require_version("Faye", "1.0")
gi.require_version("Soup", "3.0")
from gi.repository import Faye, GLib, Soup


def on_message(socket, message):
    socket.send(message)


def on_request(server, request, path, query):
    if Faye.WebSocket.is_web_socket(request):
        socket = Faye.WebSocket(request=request)
        if options.deflate:
            socket.add_extension(deflate)
        socket.connect("message", on_message)
    else:
        request.set_status(426, None)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--port", type=int, default=8080, help="0 picks a free one")
parser.add_argument("--deflate", action="store_true", help="compress messages, if the client does")
options = parser.parse_args()
deflate = Faye.PermessageDeflate()

server = Soup.Server()
server.add_handler(None, on_request)
server.listen_local(options.port, Soup.ServerListenOptions(0))
print("listening on", server.get_uris()[0].get_port(), flush=True)

loop = GLib.MainLoop()
GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, loop.quit)
loop.run()
