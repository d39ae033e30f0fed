#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs the cases of cases.py between one server and one client and reports them as TAP.

    pair.py [--build DIR] [--only TEXT] [--list] SERVER CLIENT

SERVER and CLIENT are names of peers.py. Node's packages are found through NODE_PATH.
"""

import argparse
import sys
import traceback

import cases
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

    def dial(self, path="/", protocols=(), header="request"):
        """Tells the client to open a connection; its end."""
        self.last += 1
        url = f"ws://127.0.0.1:{self.peer('server').port}{path}"
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


def run_case(pair, case):
    """None, or what went wrong."""
    try:
        case.function(pair)
        return None
    except peers.Unexpected as error:
        return str(error)
    except Exception:  # the next cases shall have their turn
        return traceback.format_exc()


def judge(pair, case, number, title):
    problem = run_case(pair, case)
    print(f"{'not ok' if problem else 'ok'} {number} - {title}", flush=True)
    if problem:
        for line in problem.splitlines():
            print("#", line)
        for line in pair.stop():
            print("#", line)
    return not problem


def finish(pair, number):
    wrong = pair.stop()
    print(f"{'not ok' if wrong else 'ok'} {number} - both peers end with status 0")
    for line in wrong:
        print("#", line)
    return not wrong


def run(pair, chosen):
    title = f"{pair.names['client']} to {pair.names['server']}: "
    print(f"1..{len(chosen) + 1}", flush=True)
    try:
        good = [judge(pair, case, i, title + case.name) for i, case in enumerate(chosen, 1)]
        good.append(finish(pair, len(chosen) + 1))
    finally:
        pair.stop()
    return 0 if all(good) else 1


def parse_arguments():
    parser = argparse.ArgumentParser(description="Runs the cases between two peers.")
    parser.add_argument("--build", default=".", help="where faye-peer and soup-peer are")
    parser.add_argument("--only", default="", help="only the cases whose name has this text")
    parser.add_argument("--list", action="store_true", help="name the cases and end")
    for role in peers.ROLES:
        names = [name for name, has in peers.KINDS if has == role]
        parser.add_argument(role, choices=names)
    return parser.parse_args()


def main():
    options = parse_arguments()
    pair = Pair(options.server, options.client, options.build)
    chosen = [case for case in cases.table(pair) if options.only in case.name]
    if options.list:
        print(*(case.name for case in chosen), sep="\n")
        return 0
    reasons = [reason for reason in map(peers.missing, pair.names.values()) if reason]
    if reasons:
        print("1..0 # SKIP", "; ".join(reasons))
        return 0
    return run(pair, chosen)


sys.exit(main())
