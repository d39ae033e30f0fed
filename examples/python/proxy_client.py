#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Greets a server through a proxy, whose URL may hold a user and a password.

usage: proxy_client.py URL PROXY
"""

import sys

import gi

gi.require_version("Faye", "1.0")
gi.require_version("Soup", "3.0")
from gi.repository import Faye, GLib, Soup

if len(sys.argv) != 3:
    sys.exit(__doc__)
headers = Soup.MessageHeaders.new(Soup.MessageHeadersType.REQUEST)
headers.append("User-Agent", "proxy_client/1.0")
proxy = Faye.Proxy(url=sys.argv[2], headers=headers)
client = Faye.WebSocketClient(url=sys.argv[1], proxy=proxy)
client.send_text("Hello!")
client.connect("message", lambda _, message: print(message.get_text()) or client.close(1000, None))
client.connect("error", lambda _, error: print(error.message, file=sys.stderr))
client.connect("closed", lambda *_: loop.quit())
loop = GLib.MainLoop()
loop.run()
sys.exit(client.get_close_code() != 1000)
