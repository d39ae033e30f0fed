# SPDX-License-Identifier: MIT
"""The two ends of a connection between peers of peers.py, for the programs that run cases."""

import peers

# Reports that may come between any two others.
ASIDES = {"ping", "pong", "error"}


class End:
    """One end of a connection."""

    def __init__(self, peer, number):
        self.peer = peer
        self.number = number
        self.can = peer.can

    def __str__(self):
        return str(self.peer)

    def tell(self, command, *values):
        self.peer.command(self.number, command, *values)

    def fragments(self, kind, count, data, ping=b""):
        words = kind, count, peers.encode(data), peers.encode(ping)
        self.peer.raw_command(self.number, "fragments", *words)

    def event(self, name):
        """The next event, which must be of this name; asides of other names are passed over."""
        while True:
            event = self.peer.next(self.number, name)
            if event[0] == name:
                return event[1:]
            if event[0] not in ASIDES:
                raise peers.Unexpected(f"{self}: {peers.shorten(event)}, not {name}")

    def expect(self, name, *values):
        got = self.event(name)
        want = tuple(v.encode() if isinstance(v, str) else v for v in values)
        if got != want:
            lengths = [len(v) for v in got if isinstance(v, bytes)]
            raise peers.Unexpected(
                f"{self}: {name} {peers.shorten(got)} {lengths}, not {peers.shorten(want)}")


class Pair:
    """A server and a client, started when first needed and again after a failure."""

    def __init__(self, server_name, client_name, build):
        self.names = {"server": server_name, "client": client_name}
        self.build = build
        self.running = {}
        self.last = 0

    def can(self, role):
        return set(peers.KINDS[self.names[role], role].can.split())

    def peer(self, role):
        if role not in self.running:
            self.running[role] = peers.Peer(self.names[role], role, self.build)
        return self.running[role]

    def port(self):
        """Where the client is to go."""
        return self.peer("server").port

    def dial(self, path="/", protocols=(), header="request"):
        """Tells the client to open a connection; its end."""
        self.last += 1
        url = f"ws://127.0.0.1:{self.port()}{path}"
        client = End(self.peer("client"), self.last)
        client.tell("open", url, ",".join(protocols), header)
        return client

    def connect(self, **options):
        """An open connection: the server's end and the client's."""
        path = options.get("path", "/")
        peer = self.peer("server")
        client = self.dial(**options)
        peer.opened += 1
        server = End(peer, peer.opened)
        asked = server.event("open")
        answered = client.event("open")
        if asked[0] != path.encode():
            raise peers.Unexpected(f"{server}: opened {asked[0]!r}, not {path!r}")
        server.protocol, client.protocol = asked[1], answered[1]
        server.header, client.header = asked[2], answered[2]
        return server, client

    def kill(self, role):
        self.running.pop(role).kill()

    def stop(self):
        """Ends both peers; what was wrong with the way they ended."""
        wrong = []
        for peer in self.running.values():
            status = peer.stop()
            if status != 0:
                wrong.append(f"{peer} ended with status {status}")
        self.running = {}
        return wrong
