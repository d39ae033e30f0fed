#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Connects to a WebSocket server and returns each of its messages."""

import argparse
import signal
import sys

import gi

gi.require_version("Faye", "1.0")
from gi.repository import Faye, GLib

status = 1  # until the connection opens


def on_open(socket):
    global status
    status = 0


def on_message(socket, message):
    socket.send(message)


def on_error(socket, error):
    print(error.message, file=sys.stderr)


def on_closed(socket, code, reason):
    if status == 0:
        print("closed", code, reason, flush=True)
    loop.quit()


def on_terminate():
    global status
    status = 0
    socket.close(1000, "")
    return GLib.SOURCE_CONTINUE


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("url")
parser.add_argument("--deflate", action="store_true", help="compress messages, if the server does")
options = parser.parse_args()

socket = Faye.WebSocketClient(url=options.url)
if options.deflate:
    socket.add_extension(Faye.PermessageDeflate())
socket.connect("open", on_open)
socket.connect("message", on_message)
socket.connect("error", on_error)
socket.connect("closed", on_closed)

loop = GLib.MainLoop()
GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, on_terminate)
loop.run()
sys.exit(status)
