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
import ends
import peers


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
    pair = ends.Pair(options.server, options.client, options.build)
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
