#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Counts the cases of one or more meson test logs.

usage: summary.py TESTLOG.JSON...

A program that speaks TAP counts as its cases, any other as one. One that died, hung or fell short
without a failed case counts as a failed case of its own.
"""

import json
import re
import sys
from pathlib import Path

CASE = re.compile(r"^(not )?ok\b\s*\d*\s*-?\s*([^#]*?)\s*(?:#\s*(SKIP|TODO)\b\s*(.*))?$", re.IGNORECASE)
SKIP_ALL = re.compile(r"^1\.\.0\s*#\s*SKIP\b\S*\s*(.*)", re.IGNORECASE)
GOOD = {"OK", "EXPECTEDFAIL", "SKIP"}


class Counts:
    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []

    def add_case(self, test, found):
        broken, case, directive, reason = found.groups()
        name = f"{test['name']}: {case}"
        directive = (directive or "").upper()
        if directive == "SKIP":
            self.skipped.append(f"{name}: {reason or 'no reason given'}")
        elif broken and directive != "TODO":
            self.failed.append(name)
        else:
            self.passed += 1

    def add_whole(self, test):
        if test["result"] == "SKIP":
            found = SKIP_ALL.search(test.get("stdout") or "")
            self.skipped.append(f"{test['name']}: {found.group(1) if found else 'no reason given'}")
        elif test["result"] in GOOD:
            self.passed += 1

    def add_test(self, test):
        failed_before = len(self.failed)
        cases = [CASE.match(line) for line in (test.get("stdout") or "").splitlines()]
        cases = [found for found in cases if found]
        for found in cases:
            self.add_case(test, found)
        if not cases:
            self.add_whole(test)
        if test["result"] not in GOOD and len(self.failed) == failed_before:
            self.failed.append(f"{test['name']} ({test['result']})")


def read_logs(paths):
    """A log that is not there is that of a run in which no test was chosen."""
    for path in map(Path, paths):
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                yield json.loads(line)


def main():
    counts = Counts()
    for test in read_logs(sys.argv[1:]):
        counts.add_test(test)

    print()
    for line in counts.skipped:
        print(f"skipped: {line}")
    for line in counts.failed:
        print(f"failed: {line}")
    print(f"{counts.passed} passed, {len(counts.failed)} failed, {len(counts.skipped)} skipped")
    sys.exit(1 if counts.failed or not counts.passed else 0)


main()
