#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the shared library gives away is what its headers declare.

usage: test-symbols.py SOURCE-ROOT BUILD-ROOT LIBRARY
"""

import re
import subprocess
import sys
from pathlib import Path

from tap import Tap, expect_none

AVAILABLE = re.compile(r"^FAYE_AVAILABLE_IN_\d+_\d+\b\s*(.*?)\n?\)", re.DOTALL | re.MULTILINE)
DECLARED_TYPE = re.compile(r"^G_DECLARE_(?:\w+_TYPE|INTERFACE) \(\s*\w+,\s*(\w+)")
FUNCTION = re.compile(r"\b(faye_\w+) \(")
BARE_FUNCTION = re.compile(r"^(?!FAYE_AVAILABLE|typedef|static|#)[\w ]+[ *]faye_\w+ \(", re.MULTILINE)


def public_headers(source, build):
    paths = [path for root in (source, build) for path in sorted((root / "faye").glob("*.h"))]
    return [path for path in paths if not path.name.endswith("-private.h")]


def declared_symbol(declaration):
    found = DECLARED_TYPE.match(declaration)
    if found:
        return f"{found.group(1)}_get_type"
    return FUNCTION.search(declaration).group(1)


def declared_symbols(headers):
    return {declared_symbol(declaration)
            for header in headers
            for declaration in AVAILABLE.findall(header.read_text(encoding="utf-8"))
            if "faye_" in declaration}


def exported_symbols(library):
    output = subprocess.check_output(["nm", "--dynamic", "--defined-only", "--format=posix", library], text=True)
    return {line.split()[0].split("@")[0] for line in output.splitlines()} - {"_init", "_fini"}


def check_prefix(exported):
    assert exported, "the library exports nothing"
    expect_none([f"{name} does not begin with faye_" for name in sorted(exported) if not name.startswith("faye_")])


def check_declared(exported, declared):
    expect_none([f"{name} is exported and in no header" for name in sorted(exported - declared)])


def check_exported(exported, declared):
    expect_none([f"{name} is declared and not exported" for name in sorted(declared - exported)])


def check_marked(headers):
    """A function without the availability macro would stay hidden."""
    problems = []
    for header in headers:
        lines = header.read_text(encoding="utf-8").split("\n")
        for before, line in zip(lines, lines[1:]):
            if BARE_FUNCTION.match(line) and not before.startswith("FAYE_AVAILABLE_IN_"):
                problems.append(f"{header.name}: no availability macro before: {line}")
    expect_none(problems)


def main():
    headers = public_headers(Path(sys.argv[1]), Path(sys.argv[2]))
    declared = declared_symbols(headers)
    exported = exported_symbols(sys.argv[3])

    tap = Tap()
    tap.run("/faye/lint/symbols/prefix", check_prefix, exported)
    tap.run("/faye/lint/symbols/every-export-is-declared", check_declared, exported, declared)
    tap.run("/faye/lint/symbols/every-declaration-is-exported", check_exported, exported, declared)
    tap.run("/faye/lint/symbols/availability-macro", check_marked, headers)
    tap.finish()


main()
