#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measures permessage-deflate beside npm's ws and Python's websockets, all in one run.

Echo servers with the same window and memory level, which take turns, round after round; what is
printed are medians, and at the end a table in Markdown.

    KiB   memory a connection has taken once it has received and sent one message of 1 KiB of JSON
          (the growth of the server's resident memory over many such connections)
    µs    the server's CPU time a message of 1 KiB of JSON, received and sent back compressed
    B     what it sends for such a message
"""

import argparse
import collections
import shutil
import statistics
import sys

import servers

NAMES = ("faye", "ws", "websockets")
LEVELS = ((15, 8), (12, 5), (10, 3), (9, 1))
BUSY = ["-m", "echo", "-c", "50", "-d", "4"]
JSON = ["-s", "1k", "-t", "json"]

Row = collections.namedtuple("Row", "window mem_level takeover")
Figures = collections.namedtuple("Figures", "kib us bytes")
UNITS = ("KiB", "µs", "B")
NONE = Row(0, 0, True)
ROWS = (NONE, *(Row(*level, takeover) for takeover in (True, False) for level in LEVELS))


def command_of(name, row, build):
    """How a server is started; None if it is not here."""
    plain = [str(int(value)) for value in row]
    ours = ["--window", plain[0], "--mem-level", plain[1]]
    commands = {
        "faye": [f"{build}/tests/bench/deflate-echo", *ours,
                 *([] if row.takeover else ["--no-takeover"])],
        "ws": ["node", f"{servers.HERE}/deflate-echo.js", *plain],
        "websockets": ["/usr/bin/python3", f"{servers.HERE}/deflate-echo.py", *plain],
    }
    command = commands[name]
    return command if shutil.which(command[0]) else None


def start(name, row, build):
    command = command_of(name, row, build)
    if command is None:
        raise servers.Failed(f"{name}: the program is missing")
    return servers.Server(name, build, command)


def client_options(row):
    """A client that offers what the server has."""
    if row == NONE:
        return JSON
    takeover = [] if row.takeover else ["--no-takeover"]
    return [*JSON, "-W", str(row.window), "--mem-level", str(row.mem_level), *takeover]


def measure_memory(name, row, options):
    """KiB a connection, from a fresh start."""
    server = start(name, row, options.build)
    try:
        fields = servers.load(server, ["-m", "idle", "-c", str(options.connections), "--touch",
                                       "-v", *client_options(row)], 0.1)
        return float(fields["kib_each_touched"])
    finally:
        server.stop()


def measure_cpu(running, row, options):
    """µs and bytes a message of each server, in turns."""
    times = collections.defaultdict(list)
    sizes = {}
    for _ in range(options.rounds):
        for server in running:
            fields = servers.load(server, [*BUSY, *client_options(row)], options.time)
            times[server.name].append(float(fields["cpu_us"]))
            sizes[server.name] = (float(fields["mb_per_second"]) * 1e6
                                  / float(fields["per_second"]))
    return {name: (statistics.median(values), sizes[name]) for name, values in times.items()}


def measure(row, names, options):
    """The Figures of each server."""
    memory = {name: measure_memory(name, row, options) for name in names}
    running = []
    try:
        for name in names:
            running.append(start(name, row, options.build))
        cpu = measure_cpu(running, row, options)
    finally:
        for server in running:
            server.stop()
    return {name: Figures(memory[name], *cpu[name]) for name in names}


def row_text(row):
    if row == NONE:
        return "not compressed"
    return f"{row.window}/{row.mem_level}, {'takeover' if row.takeover else 'no takeover'}"


def ratio(figures, name, which):
    ours, other = figures["faye"][which], figures[name][which]
    return f"{ours / other:.2f}x" if other else "-"


def print_row(row, names, figures):
    parts = [f"{name} {figures[name].kib:.1f} KiB {figures[name].us:.2f} µs "
             f"{figures[name].bytes:.0f} B" for name in names]
    others = [name for name in names if name != "faye"] if "faye" in figures else []
    ratios = [f"faye/{name} {ratio(figures, name, 0)} {ratio(figures, name, 1)}" for name in others]
    print(f"{row_text(row):18}", "; ".join([*parts, *ratios]), flush=True)


def print_table(names, table):
    heads = [f"{name} {unit}" for unit in UNITS for name in names]
    print("\n| settings |", " | ".join(heads), "|")
    print("| --- |", " | ".join("--:" for _ in heads), "|")
    for row, figures in table:
        cells = [f"{figures[name][which]:.{int(which < 2)}f}" for which in range(len(UNITS))
                 for name in names]
        print(f"| {row_text(row)} |", " | ".join(cells), "|")


def present(names, build):
    """The servers that can be started here; those that cannot are named."""
    here = []
    for name in names:
        try:
            start(name, ROWS[1], build).stop()
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
    parser.add_argument("--rounds", type=int, default=3, help="how many of each (default 3)")
    parser.add_argument("--connections", type=int, default=1000,
                        help="how many to measure memory with (default 1000)")
    parser.add_argument("--servers", default=",".join(NAMES),
                        help="some of %(default)s (default: all)")
    return parser.parse_args()


def main():
    options = parse_arguments()
    names = present(options.servers.split(","), options.build)
    table = []
    try:
        for row in ROWS:
            table.append((row, measure(row, names, options)))
            print_row(row, names, table[-1][1])
    except servers.Failed as error:
        sys.exit(str(error))
    print_table(names, table)


main()
