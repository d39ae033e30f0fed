#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Greets a wss: server of a private authority, which wants a certificate of its clients.

usage: tls_client.py URL CA CERTIFICATE KEY
"""

import sys

import gi

gi.require_version("Faye", "1.0")
from gi.repository import Faye, GLib

if len(sys.argv) != 5:
    sys.exit(__doc__)
url, ca, certificate, key = sys.argv[1:]
tls = Faye.Tls(ca_file=ca, certificate_file=certificate, key_file=key)
client = Faye.WebSocketClient(url=url, tls=tls)
client.send_text("Hello!")
client.connect("message", lambda _, message: print(message.get_text()) or client.close(1000, None))
client.connect("error", lambda _, error: print(error.message, file=sys.stderr))
client.connect("closed", lambda *_: loop.quit())
loop = GLib.MainLoop()
loop.run()
sys.exit(client.get_close_code() != 1000)
