#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Public headers compile by themselves, as strict C99 and as C++.

usage: test-headers.py SOURCE-ROOT BUILD-ROOT CC [CXX]
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from tap import Skip, Tap

PACKAGES = ["glib-2.0", "gobject-2.0", "gio-2.0", "libsoup-3.0"]
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only"]
C99 = ["-x", "c", "-std=c99", *STRICT]
CXX11 = ["-x", "c++", "-std=c++11", *STRICT]


def package_flags():
    output = subprocess.check_output(["pkg-config", "--cflags", *PACKAGES], text=True)
    return shlex.split(output)


def compile_text(command, text):
    done = subprocess.run([*command, "-"], input=text, text=True, capture_output=True, check=False,
                          env={**os.environ, "LC_ALL": "C"})
    return done.returncode, done.stderr


def check_compiles(command, text):
    if not command[0]:
        raise Skip("no compiler for it")
    status, errors = compile_text(command, text)
    assert status == 0, errors


def check_refused(command, text):
    status, errors = compile_text(command, text)
    assert status != 0 and "Only <faye/faye.h> can be included directly" in errors, errors


def main():
    source, build, cc = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    cxx = sys.argv[4] if len(sys.argv) > 4 else ""
    flags = [f"-I{source}", f"-I{build}", *package_flags()]
    compilers = {"c99": [cc, *C99, *flags], "cxx11": [cxx, *CXX11, *flags]}
    headers = sorted({path.name for folder in (source, build) for path in (folder / "faye").glob("*.h")
                      if not path.name.endswith("-private.h")} - {"faye.h"})

    tap = Tap()
    for language, command in compilers.items():
        place = f"/faye/lint/headers/{language}"
        tap.run(f"{place}/faye.h", check_compiles, command, "#include <faye/faye.h>\n")
        for name in headers:
            text = f"#define FAYE_INSIDE\n#include <faye/{name}>\nextern int not_empty;\n"
            tap.run(f"{place}/{name}", check_compiles, command, text)
    for name in headers:
        tap.run(f"/faye/lint/headers/direct/{name}", check_refused, compilers["c99"], f"#include <faye/{name}>\n")
    tap.finish()


main()
