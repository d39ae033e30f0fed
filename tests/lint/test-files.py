#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What every text file of the project keeps to."""

import sys
from pathlib import Path

from tap import Tap, expect_none
from tree import project_files

LICENCE = "SPDX-License-Identifier: MIT"
LICENSED = {".c", ".h", ".js", ".mjs", ".py", ".sh", ".vala"}
SHELL_PROGRAMS = {
    Path("examples/run"),
    Path("tests/coverage"),
    Path("tests/fuzz/run"),
    Path("tests/run"),
    Path(".ci/run"),
}
# What a peer might send, byte for byte.
INPUTS = Path("tests/fuzz/corpus")


def is_licensed(path):
    return path.suffix in LICENSED or path in SHELL_PROGRAMS


def text_files(root):
    for path in project_files(root):
        data = path.read_bytes()
        relative = path.relative_to(root)
        if b"\0" not in data and INPUTS not in relative.parents:
            yield relative, data


def check_lines(root, describe, is_bad):
    problems = []
    for path, data in text_files(root):
        for number, line in enumerate(data.decode().split("\n"), 1):
            if is_bad(path, line):
                problems.append(f"{path}:{number}: {describe}")
    expect_none(problems)


def check_licence(root):
    problems = []
    for path, data in text_files(root):
        head = data.decode().split("\n")[:3]
        if is_licensed(path) and not any(LICENCE in line for line in head):
            problems.append(f"{path}: no licence line at the top")
    expect_none(problems)


def check_ends(root):
    expect_none([f"{path}: does not end with one newline" for path, data in text_files(root)
                 if data and (not data.endswith(b"\n") or data.endswith(b"\n\n"))])


def main():
    root = Path(sys.argv[1])
    tap = Tap()
    tap.run("/faye/lint/files/licence", check_licence, root)
    tap.run("/faye/lint/files/one-newline-at-the-end", check_ends, root)
    tap.run("/faye/lint/files/no-tab", check_lines, root, "tab", lambda path, line: "\t" in line)
    tap.run("/faye/lint/files/no-trailing-blank", check_lines, root, "trailing blank",
            lambda path, line: line != line.rstrip())
    tap.finish()


main()
