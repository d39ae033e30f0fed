#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The count of passed and failed tests counts what it should.

usage: test-summary.py SOURCE-ROOT
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tap import Tap


def summarize(program, *tests):
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "testlog.json"
        log.write_text("".join(json.dumps(test) + "\n" for test in tests), encoding="utf-8")
        done = subprocess.run([sys.executable, program, log], text=True, capture_output=True, check=False)
    return done.stdout.splitlines()[-1], done.returncode


def check(program, expected, status, *tests):
    assert summarize(program, *tests) == (expected, status), summarize(program, *tests)


def tap_test(result, stdout):
    return {"name": "tap", "result": result, "stdout": stdout}


CASES = {
    "tap-cases": ("2 passed, 0 failed, 0 skipped", 0, tap_test("OK", "1..2\nok 1 /a\nok 2 /b\n")),
    "tap-failure": ("1 passed, 1 failed, 0 skipped", 1, tap_test("FAIL", "ok 1 /a\nnot ok 2 /b\n1..2\n")),
    "tap-skip": ("1 passed, 0 failed, 1 skipped", 0, tap_test("OK", "ok 1 /a # SKIP no b\nok 2 /b\n1..2\n")),
    "tap-crash": ("1 passed, 1 failed, 0 skipped", 1, tap_test("ERROR", "1..2\nok 1 /a\n")),
    "tap-nothing": ("0 passed, 1 failed, 0 skipped", 1, tap_test("TIMEOUT", "")),
    "tap-skip-all": ("0 passed, 0 failed, 1 skipped", 1, tap_test("SKIP", "1..0 # SKIP not here\n")),
    "plain": ("1 passed, 0 failed, 0 skipped", 0, {"name": "plain", "result": "OK"}),
    "plain-failure": ("0 passed, 1 failed, 0 skipped", 1, {"name": "plain", "result": "FAIL"}),
    "none": ("0 passed, 0 failed, 0 skipped", 1),
}


def main():
    program = Path(sys.argv[1]) / "tests" / "summary.py"
    tap = Tap()
    for name, (expected, status, *tests) in CASES.items():
        tap.run(f"/faye/lint/summary/{name}", check, program, expected, status, *tests)
    tap.finish()


main()
