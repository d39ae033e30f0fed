# SPDX-License-Identifier: MIT
"""The Python package websockets with permessage-deflate: `[WINDOW MEM_LEVEL TAKEOVER]`."""

import asyncio
import sys

from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.legacy.server import serve


def extensions(window_bits=0, mem_level=8, takeover=1):
    if not window_bits:
        return None
    return [ServerPerMessageDeflateFactory(
        server_no_context_takeover=not takeover, client_no_context_takeover=not takeover,
        server_max_window_bits=window_bits, client_max_window_bits=window_bits,
        compress_settings={"memLevel": mem_level},
    )]


async def echo(socket):
    try:
        async for message in socket:
            await socket.send(message)
    except ConnectionClosed:
        pass


async def main():
    chosen = extensions(*map(int, sys.argv[1:]))
    async with serve(echo, "127.0.0.1", 0, compression=None, extensions=chosen,
                     ping_interval=None) as server:
        print("listening on", server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(main())
