#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measures the echo server beside libsoup's and the raw marks, all in one run.

The servers take turns, round after round; what is printed are medians. The figures are the server's
CPU time a message in µs, unless the case says otherwise.

    faye      echo-server, one handler on the signal     soup   libsoup's own WebSocket
    callback  the same with a plain C callback           gio    bytes sent back through GIO's
    stream    the same on GSocketService                        pollable streams, unparsed
    ws        the npm package (when NODE_PATH has it)    raw    the same on plain epoll
"""

import argparse
import collections
import statistics
import sys

import servers

# An aim: FIELD of SERVER is at most FACTOR times that of OTHER, or FACTOR itself without one.
Aim = collections.namedtuple("Aim", "server factor other")
Case = collections.namedtuple("Case", "name options field aims crowd", defaults=(0,))

CPU = "cpu_us"
CROWD = 5000
BUSY = ["-c", "50", "-d", "16"]
SINGLE = ["-c", "1", "-d", "1", "-s", "64"]
PIPED = ["-c", "1", "-d", "64", "-s", "64"]

SMALL = [Aim("faye", 0.1, "soup")]
LARGE = [Aim("faye", 1.15, "gio")]
LONE = [Aim("faye", 1.0, "gio")]
NOT_BEHIND = [Aim("faye", 1.0, "soup")]

CASES = (
    Case("50x16x20", [*BUSY, "-s", "20"], CPU, [Aim("faye", 0.2, "soup"), *SMALL]),
    Case("50x16x1k", [*BUSY, "-s", "1k"], CPU, SMALL),
    Case("50x16x16k", [*BUSY, "-s", "16k"], CPU, LARGE),
    Case("50x16x16k-text", [*BUSY, "-s", "16k", "-t", "text"], CPU, LARGE),
    Case("50x16x16k-multibyte", [*BUSY, "-s", "16k", "-t", "multibyte"], CPU,
         [Aim("faye", 0.1, "soup")]),
    Case("50x16x16k-8-frames", [*BUSY, "-s", "16k", "-f", "8"], CPU, LARGE),
    Case("1x64x64", PIPED, CPU, SMALL),
    Case("one-p50", SINGLE, "p50_us", LONE),
    Case("one-p99", SINGLE, "p99_us", LONE),
    Case("1x1M", ["-c", "1", "-d", "1", "-s", "1M"], CPU, LARGE),
    Case("1x16M", ["-c", "1", "-d", "1", "-s", "16M"], CPU, LARGE),
    Case("sink-64", ["-m", "sink", "-s", "64"], CPU,
         [Aim("faye", 0.15, None), Aim("callback", 0.03, None)]),
    Case("sink-16k", ["-m", "sink", "-s", "16k"], CPU, NOT_BEHIND),
    Case("flood-64", ["-m", "flood", "-s", "64"], CPU, [Aim("faye", 0.035, None)]),
    Case("flood-16k", ["-m", "flood", "-s", "16k"], CPU, NOT_BEHIND),
    Case("connect", ["-m", "connect"], CPU, NOT_BEHIND),
    Case("idle-kib", ["-m", "idle", "-c", str(CROWD)], "kib_each", [Aim("faye", 1.5, None)]),
    Case("busy-among-idle", PIPED, CPU, [Aim("faye", 1.0, "gio")], CROWD),
)
ECHOES = ("50x16x20", "50x16x16k")


def measurable(case, name):
    return name not in servers.ECHO_ONLY or case.options[:1] != ["-m"] or "idle" in case.options


def start(case, name, options):
    """A server with the case's crowd of idle connections, or None if that fails."""
    server = servers.Server(name, options.build)
    try:
        if case.crowd:
            server.gather(case.crowd)
        return server
    except servers.Failed as error:
        print(f"{case.name}: {error}", file=sys.stderr)
        server.stop()
        return None


def measure_round(case, running, options, figures):
    """One figure of each server; a failure is told and leaves a gap."""
    for server in running:
        try:
            fields = servers.load(server, case.options, options.time)
            figures[server.name].append(float(fields[case.field]))
        except servers.Failed as error:
            print(f"{case.name}: {error}", file=sys.stderr)


def measure(case, options):
    """The median of each server, after some rounds."""
    figures = collections.defaultdict(list)
    running = []
    # Memory is counted from a fresh start: one round tells it.
    rounds = 1 if case.field == "kib_each" else options.rounds
    try:
        for name in options.servers:
            server = start(case, name, options) if measurable(case, name) else None
            running += [server] if server else []
        for _ in range(rounds):
            measure_round(case, running, options, figures)
    finally:
        for server in running:
            server.stop()
    return {name: statistics.median(values) for name, values in figures.items()}


def ratio_text(medians, name):
    ours = medians.get("faye")
    return f"{ours / medians[name]:.3g}x" if ours and medians.get(name) else ""


def judge(aim, medians):
    """Whether the aim is met; None if it cannot be told."""
    if aim.server not in medians or (aim.other and aim.other not in medians):
        return None
    limit = aim.factor * (medians[aim.other] if aim.other else 1)
    return medians[aim.server] <= limit


def aim_text(aim, medians):
    verdict = {True: "met", False: "missed", None: "not measured"}[judge(aim, medians)]
    target = f"{aim.factor:g} x {aim.other}" if aim.other else f"{aim.factor:g}"
    return f"{aim.server} <= {target}: {verdict}"


def print_head(names):
    print(f"{'case':20}", *(f"{name:>9}" for name in names), "  faye/soup  faye/gio  aims")


def print_row(case, names, medians):
    figures = (f"{medians[name]:9.3f}" if name in medians else f"{'-':>9}" for name in names)
    ratios = f"  {ratio_text(medians, 'soup'):>9} {ratio_text(medians, 'gio'):>9}"
    aims = "; ".join(aim_text(aim, medians) for aim in case.aims)
    print(f"{case.name:20}", *figures, ratios, "", aims, flush=True)


def present(names, build):
    """The servers that can be started here; those that cannot are named."""
    here = []
    for name in names:
        try:
            servers.Server(name, build).stop()
            here.append(name)
        except servers.Failed as error:
            print("left out:", error, file=sys.stderr)
    return here


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build", help="where the programs were built")
    parser.add_argument("--time", type=float, default=1.0, metavar="SECONDS",
                        help="a measurement (default 1)")
    parser.add_argument("--rounds", type=int, default=5, help="how many of each (default 5)")
    parser.add_argument("--servers", default="faye,callback,soup,gio,raw",
                        help=f"some of {','.join(servers.NAMES)} (default: %(default)s)")
    parser.add_argument("--check", action="store_true",
                        help="end with status 1 if the first aim of a case is missed")
    parser.add_argument("--list", action="store_true", help="name the cases and end")
    parser.add_argument("cases", nargs="*", metavar="CASE",
                        help=f"`all`, or some of those that --list names (default: {' '.join(ECHOES)})")
    return parser.parse_args()


def choose(wanted):
    names = [case.name for case in CASES]
    if wanted == ["all"]:
        return CASES
    unknown = set(wanted) - set(names)
    if unknown:
        sys.exit(f"unknown case: {' '.join(sorted(unknown))}; there are: {' '.join(names)}")
    return [case for case in CASES if case.name in (wanted or ECHOES)]


def run(options):
    """How many cases missed their first aim."""
    missed = 0
    print_head(options.servers)
    for case in choose(options.cases):
        medians = measure(case, options)
        print_row(case, options.servers, medians)
        missed += any(judge(aim, medians) is False for aim in case.aims[:1])
    return missed


def main():
    options = parse_arguments()
    if options.list:
        print(*(case.name for case in CASES), sep="\n")
        return 0
    options.servers = present(options.servers.split(","), options.build)
    try:
        missed = run(options)
    except servers.Failed as error:
        sys.exit(str(error))
    return 1 if options.check and missed else 0


sys.exit(main())
