#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The Python package websockets as a peer: `websockets-peer.py server|client`."""

import asyncio
import base64
import sys
import threading
from http import HTTPStatus

from websockets.exceptions import ConnectionClosed, InvalidStatusCode
from websockets.extensions import permessage_deflate
from websockets.legacy.client import WebSocketClientProtocol, connect
from websockets.legacy.server import WebSocketServerProtocol, serve

HEADER = "X-Interop"
REFUSAL = "Not here \U0001f6ab".encode()
LIMITS = {"max_size": None, "ping_interval": None, "close_timeout": 30, "compression": None}
SETTINGS = {"level": "level", "mem_level": "memLevel", "strategy": "strategy"}

sockets = {}
# Offered, or agreed to, unless told otherwise: what the package does by itself.
extensions = []


def encode(value):
    data = value.encode() if isinstance(value, str) else bytes(value)
    return base64.b64encode(data).decode() or "-"


def decode(word):
    return b"" if word == "-" else base64.b64decode(word)


def write(*words):
    print(*words, flush=True)


def report(number, event, *values):
    write(number, event, *(v if isinstance(v, int) else encode(v) for v in values))


class TellsOfPings:
    """Reports the pings that the package answers by itself."""

    number = 0

    async def pong(self, data=b""):
        report(self.number, "ping", data)
        await super().pong(data)


def deflate_options(text):
    """What `off` or the list of options says: None, or the keys with their numbers."""
    pairs = [item.partition("=") for item in text.split(",") if item]
    return None if text == "off" else {key: int(value or 1) for key, _, value in pairs}


def deflate_factory(options, is_server):
    """The package's names go by the end that compresses."""
    own, other = ("server", "client") if is_server else ("client", "server")
    bits = options.get("max_window_bits")
    # Clients say that they know the parameter by offering it without a value.
    if not is_server:
        bits = {None: True, 15: True, 0: None}.get(bits, bits)
    parameters = {
        f"{own}_no_context_takeover": "no_context_takeover" in options,
        f"{other}_no_context_takeover": "request_no_context_takeover" in options,
        f"{own}_max_window_bits": bits,
        f"{other}_max_window_bits": options.get("request_max_window_bits"),
        "compress_settings": {SETTINGS[key]: options[key] for key in SETTINGS if key in options},
    }
    if is_server:
        return permessage_deflate.ServerPerMessageDeflateFactory(**parameters)
    return permessage_deflate.ClientPerMessageDeflateFactory(**parameters)


def set_deflate(word, is_server):
    options = deflate_options(decode(word).decode())
    extensions[:] = [] if options is None else [deflate_factory(options, is_server)]
    report(0, "ready")


class ServerProtocol(TellsOfPings, WebSocketServerProtocol):
    def __init__(self, *args, **settings):
        super().__init__(*args, **{**settings, "extensions": list(extensions)})


class ClientProtocol(TellsOfPings, WebSocketClientProtocol):
    pass


async def pump(number, socket):
    """Reports what arrives until the connection is over."""
    try:
        while True:
            message = await socket.recv()
            report(number, "text" if isinstance(message, str) else "binary", message)
    except ConnectionClosed:
        pass
    await socket.wait_closed()
    report(number, "closed", socket.close_code, socket.close_reason or "")


def attach(number, socket):
    sockets[number] = socket
    socket.number = number


async def serve_one(socket):
    number = len(sockets) + 1
    attach(number, socket)
    asked = socket.request_headers.get(HEADER, "")
    report(number, "open", socket.path, socket.subprotocol or "", asked)
    await pump(number, socket)


async def refuse(path, _headers):
    if path != "/refuse":
        return None
    return HTTPStatus.FORBIDDEN, [(HEADER, "refused")], REFUSAL


async def start_server():
    server = await serve(
        serve_one, "127.0.0.1", 0, create_protocol=ServerProtocol, process_request=refuse,
        subprotocols=["alpha", "beta"], extra_headers={HEADER: "answer"}, **LIMITS,
    )
    write("listening", server.sockets[0].getsockname()[1])
    return server


async def open_socket(number, url, protocols, header):
    offered = [name for name in decode(protocols).decode().split(",") if name]
    headers = {HEADER: decode(header).decode()}
    try:
        socket = await connect(
            decode(url).decode(), create_protocol=ClientProtocol, subprotocols=offered or None,
            extra_headers=headers, extensions=list(extensions) or None, **LIMITS,
        )
    except InvalidStatusCode as error:
        report(number, "refused", error.status_code, error.headers.get(HEADER, ""), b"")
        return
    attach(number, socket)
    report(number, "open", "", socket.subprotocol or "", socket.response_headers.get(HEADER, ""))
    await pump(number, socket)


async def ping(socket, data):
    waiter = await socket.ping(data)
    await waiter
    report(socket.number, "pong", data)


def slices(data, count):
    size = len(data) // count
    return [data[i * size : (i + 1) * size if i < count - 1 else None] for i in range(count)]


async def send_fragments(socket, kind, count, data):
    whole = data.decode() if kind == "text" else data
    await socket.send(slices(whole, int(count)))


async def obey(socket, command, words):
    if command == "text":
        await socket.send(decode(words[0]).decode())
    elif command == "binary":
        await socket.send(decode(words[0]))
    elif command == "fragments":
        await send_fragments(socket, words[0], words[1], decode(words[2]))
    elif command == "close":
        await socket.close(int(words[0]), decode(words[1]).decode())


async def work(queue):
    """One command at a time, in order; a ping and an open connection wait by themselves."""
    while True:
        number, command, *words = (await queue.get()).split()
        socket = sockets.get(int(number))
        if command == "open":
            asyncio.create_task(open_socket(int(number), *words))
        elif command == "ping":
            asyncio.create_task(ping(socket, decode(words[0])))
        elif command == "deflate":
            set_deflate(words[0], sys.argv[1] == "server")
        else:
            await obey(socket, command, words)


def read_commands(loop, queue, done):
    for line in sys.stdin:
        loop.call_soon_threadsafe(queue.put_nowait, line)
    loop.call_soon_threadsafe(done.set)


async def main():
    queue = asyncio.Queue()
    done = asyncio.Event()
    is_server = sys.argv[1] == "server"
    extensions.append(deflate_factory({}, is_server))
    server = await start_server() if is_server else None
    loop = asyncio.get_running_loop()
    threading.Thread(target=read_commands, args=(loop, queue, done), daemon=True).start()
    worker = asyncio.create_task(work(queue))
    stop = asyncio.create_task(done.wait())
    await asyncio.wait([worker, stop], return_when=asyncio.FIRST_COMPLETED)
    if worker.done():
        worker.result()
    if server:
        server.close()


asyncio.run(main())
