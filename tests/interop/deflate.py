#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs permessage-deflate between one server and one client over the grid of their options.

    deflate.py [--build DIR] [--only TEXT] SERVER CLIENT

SERVER and CLIENT are names of peers.py; one or both are this library. Every connection goes through
a relay, whose record is held to deflate_rules.py: what is offered and answered, which messages are
compressed, and that they keep within the window and the takeover that were agreed on. What arrives
at the other end is compared too. Reports in TAP.
"""

import argparse
import itertools
import random
import sys
import traceback

import cases
import deflate_messages as traffic
import deflate_rules as rules
import ends
import peers
import wiretap

OURS = {"faye", "faye-raw"}
FLAGS = (False, True)
# Peers that can be asked for 8: they say 8 and use 9, or say nothing.
EIGHT = {"ws", "faye-websocket", "soup", *OURS}
# Of the connections, one in so many has the long messages as well.
HEAVY = 40


def peer_options(name, role):
    """All that a peer is to be told: own and requested bits, own and requested takeover."""
    if name == "soup":
        return [(None, None, False, False)]
    silent = [0] if role == "client" and name != "faye-websocket" else []
    own = [None, *silent, 9, 12, 15]
    return list(itertools.product(own, (None, 9, 10, 15), FLAGS, FLAGS))


def fit(name, role, options, ours):
    """What ws as a server does not refuse: it takes no offer of less than it would use."""
    own, requested, *takeover = options
    if (name, role) == ("ws", "server"):
        own = min(own, ours.request_bits) if own else own
        requested = min(requested, ours.bits) if requested else requested
    return own, requested, *takeover


def peer_words(options):
    own, requested, no_takeover, request_no_takeover = options
    return traffic.words_of(max_window_bits=None if own is None else own,
                    request_max_window_bits=requested, no_context_takeover=no_takeover,
                    request_no_context_takeover=request_no_takeover)


class TappedPair(ends.Pair):
    """A pair with the relay between its ends."""

    def __init__(self, *names):
        super().__init__(*names)
        self.tap = None

    def port(self):
        target = self.peer("server").port
        if self.tap is None:
            self.tap = wiretap.Tap(target)
        self.tap.target = target
        return self.tap.port

    def tell(self, role, words):
        """Sets what connections to come do about permessage-deflate."""
        peer = self.peer(role)
        peer.command(0, "deflate", words)
        event = peer.next(0, "ready")
        if event != ("ready",):
            raise peers.Unexpected(f"{peer}: {event}, not ready")

    def join(self, server_words, client_words):
        """An open connection with these options, and its record."""
        self.tell("server", server_words)
        self.tell("client", client_words)
        server, client = self.connect()
        return {"server": server, "client": client}, self.tap.record


def exchange(both, messages):
    """Sends MESSAGES each way at the same time, and compares what arrives."""
    for message in messages:
        for end in both.values():
            end.tell(message.kind, message.data)
    for message in messages:
        for end in both.values():
            end.expect(message.kind, message.data)


def exchange_fragments(both, role):
    other = both["client" if role == "server" else "server"]
    if "fragments" not in both[role].can:
        return
    for kind, data in (("text", traffic.LIGHT[-1].data), ("binary", cases.bytes_of(20_000))):
        both[role].fragments(kind, traffic.FRAGMENTS, data)
        other.expect(kind, data)


def close(both):
    both["client"].tell("close", 1000, "")
    both["server"].expect("closed", 1000, "")
    both["client"].event("closed")


def negotiated(record, ours):
    """The offer that was taken and the answer, held to the rules; (None, None) if none was."""
    offers = rules.parse(record.extensions("client"))
    answers = rules.parse(record.extensions("server"))
    if "client" in ours:
        rules.check(offers == [rules.our_offer(ours["client"])], "offered", offers)
    if "server" in ours:
        wanted = [rules.our_answer(ours["server"], offer) for offer in offers]
        wanted = [answer for answer in wanted if answer is not None][:1]
        rules.check(answers == wanted, "offered", offers, "answered", answers, "not", wanted)
    rules.check(len(answers) <= len(offers) <= 1, "offered", offers, "answered", answers)
    if not answers:
        return None, None
    rules.check_answer(offers[0], answers[0])
    return offers[0], answers[0]


def judge_record(record, ours, messages):
    """Holds what our ends did to the rules."""
    offer, answer = negotiated(record, ours)
    for role, options in ours.items():
        wired = record.messages(role)[:len(messages)]
        if answer is None:
            rules.check(not any(message.rsv1 for message in wired), "RSV1 without an agreement")
            continue
        side = rules.agreed(offer, answer)[role]
        side = side._replace(bits=min(side.bits, options.bits))
        sizes = rules.check_sent(wired, messages, side, options)
        judge_takeover(sizes, side, options)


def judge_takeover(sizes, side, options):
    """The same text again is a few bytes, if the first is remembered."""
    first, again = sizes[0], sizes[2]
    if side.bits == 8 or options.threshold > len(traffic.JSON):
        return
    no_takeover = options.no_takeover or not side.takeover
    rules.check(again == first if no_takeover else again < first / 3,
                "again", again, "bytes, first", first)


def run_cell(pair, ours, words, heavy):
    both, record = pair.join(words["server"], words["client"])
    messages = traffic.LIGHT + traffic.LONG if heavy else traffic.LIGHT
    exchange(both, messages)
    if heavy:
        for role in peers.ROLES:
            exchange_fragments(both, role)
    close(both)
    judge_record(record, ours, messages)


class Grid:
    """The options of one pair, numbered."""

    def __init__(self, server, client):
        self.names = {"server": server, "client": client}
        self.our_roles = [role for role in peers.ROLES if self.names[role] in OURS]
        self.number = 0

    def requests(self):
        others = set(self.names.values()) - OURS
        return (8, *traffic.BITS) if others <= EIGHT else traffic.BITS

    def other_ours(self, number):
        """What the other end has, if that is ours as well."""
        bits, requests = traffic.BITS, (8, *traffic.BITS)
        every = itertools.product(bits, requests, FLAGS, FLAGS, traffic.THRESHOLDS)
        return rules.Options(*random.Random(number).choice(list(every)))

    def cell(self, options):
        """Our options by role, and what each end is told."""
        role, *rest = reversed(self.our_roles)
        other = "client" if role == "server" else "server"
        ours = {role: options}
        self.number += 1
        if rest:
            ours[other] = self.other_ours(self.number)
            return ours, {end: traffic.our_words(ours[end]) for end in peers.ROLES}
        theirs = peer_options(self.names[other], other)
        chosen = random.Random(self.number).choice(theirs)
        chosen = fit(self.names[other], other, chosen, options)
        return ours, {role: traffic.our_words(options), other: peer_words(chosen)}


def row(grid, bits, request_bits):
    """A case: all that goes with these windows."""

    def run(pair):
        for values in itertools.product(FLAGS, FLAGS, traffic.THRESHOLDS):
            ours, words = grid.cell(rules.Options(bits, request_bits, *values))
            try:
                run_cell(pair, ours, words, grid.number % HEAVY == 1)
            except (rules.Broken, peers.Unexpected) as error:
                raise peers.Unexpected(f"{words}: {error}") from error

    return cases.Case(f"window bits {bits}, requested {request_bits}", run)


def only_one(grid, role):
    """One end alone has the extension: the messages go as they are."""

    def run(pair):
        words = {"server": "off", "client": "off", role: ""}
        both, record = pair.join(words["server"], words["client"])
        exchange(both, traffic.LIGHT)
        close(both)
        if record.extensions("server"):
            raise peers.Unexpected(f"answered {record.extensions('server')}")
        for end in grid.our_roles:
            if any(message.rsv1 for message in record.messages(end)):
                raise peers.Unexpected(f"{end}: RSV1")

    return cases.Case(f"the {role} alone has it", run)


def told(grid, words):
    """Our other options: whatever they are, the same arrives."""

    def run(pair):
        both, _ = pair.join(*(words if role in grid.our_roles else "" for role in peers.ROLES))
        exchange(both, traffic.LIGHT + traffic.MIDDLE)
        close(both)

    return cases.Case(f"with {words or 'nothing said'}", run)


OTHERS = ("", "level=0", "level=1", "level=9,mem_level=9", "mem_level=1", "keep_larger",
          *(f"strategy={number}" for number in range(1, 5)), "level=0,keep_larger,threshold=0")


def table(grid):
    yield from (row(grid, *bits) for bits in itertools.product(traffic.BITS, grid.requests()))
    yield from (only_one(grid, role) for role in peers.ROLES)
    yield from (told(grid, words) for words in OTHERS)


def run_case(pair, case):
    """None, or what went wrong."""
    try:
        case.function(pair)
        return None
    except peers.Unexpected as error:
        return str(error)
    except Exception:  # the next cases shall have their turn
        return traceback.format_exc()


def run(pair, chosen):
    title = f"{pair.names['client']} to {pair.names['server']}: "
    good = True
    print(f"1..{len(chosen)}", flush=True)
    for number, case in enumerate(chosen, 1):
        problem = run_case(pair, case)
        good = good and not problem
        print(f"{'not ok' if problem else 'ok'} {number} - {title}{case.name}", flush=True)
        lines = [*problem.splitlines(), *pair.stop()] if problem else []
        print("".join(f"# {line}\n" for line in lines), end="")
    wrong = pair.stop()
    print("".join(f"# {line}\n" for line in wrong), end="")
    return 0 if good and not wrong else 1


def parse_arguments():
    parser = argparse.ArgumentParser(description="Tries permessage-deflate between two peers.")
    parser.add_argument("--build", default=".", help="where faye-peer and soup-peer are")
    parser.add_argument("--only", default="", help="only the cases whose name has this text")
    for role in peers.ROLES:
        names = [name for name, has in peers.KINDS if has == role]
        parser.add_argument(role, choices=names)
    return parser.parse_args()


def main():
    options = parse_arguments()
    pair = TappedPair(options.server, options.client, options.build)
    chosen = [case for case in table(Grid(options.server, options.client))
              if options.only in case.name]
    reasons = [reason for reason in map(peers.missing, pair.names.values()) if reason]
    if reasons:
        print("1..0 # SKIP", "; ".join(reasons))
        return 0
    return run(pair, chosen)


sys.exit(main())
