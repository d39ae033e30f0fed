#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The code in docs/connecting.md: C compiles, JavaScript runs, and no way to fail is forgotten.

usage: test-guide.py SOURCE-ROOT BUILD-ROOT
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lint"))
from tap import Skip, Tap

DEADLINE = 60
BLOCK = re.compile(r"^```c\n(.*?)^```$", re.DOTALL | re.MULTILINE)
ROW = re.compile(r"^\| .* \| `([^|]*)` \|$", re.MULTILINE)
REFERENCE = ("## Coming from faye-websocket", "\n\nWhat the package")
CODE = re.compile(r"^\| `(FAYE_ERROR_\w+)` \|", re.MULTILINE)
OPTIONS = {"protocols", "headers", "maxLength", "ping", "extensions", "proxy.origin",
           "proxy.headers", "proxy.tls", "tls.ca", "ca", "net.host"}
# Codes that only an open connection, or one that has ended, can give.
LATER = {"NOT_OPEN", "NOT_SUPPORTED", "PROTOCOL", "INVALID_DATA", "POLICY", "TOO_BIG", "INTERNAL",
         "DISCONNECTED", "EXTENSION"}
PRELUDE = """
imports.gi.versions.Soup = '3.0';
const {Faye, Gio, Soup} = imports.gi;
const url = 'ws://127.0.0.1:1/';
const headers = new Soup.MessageHeaders(Soup.MessageHeadersType.REQUEST);
const tls = new Faye.Tls();
const client = new Faye.WebSocketClient({url});
"""


def check_c(guide, build):
    blocks = BLOCK.findall(guide)
    assert len(blocks) >= 5, blocks
    text = "#include <faye/faye.h>\n"
    for number, block in enumerate(blocks):
        whole = block.startswith("static ")
        text += block if whole else f"static void\nblock_{number} (void)\n{{\n{block}}}\n"
    env = {**os.environ, "PKG_CONFIG_PATH": str(build / "meson-uninstalled")}
    flags = subprocess.run(["pkg-config", "--cflags", "faye-1"], env=env, check=True,
                           capture_output=True, text=True).stdout
    done = subprocess.run(["cc", *shlex.split(flags), "-Wall", "-Werror", "-Wno-unused",
                           "-fsyntax-only", "-x", "c", "-"],
                          input=text, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert done.returncode == 0, done.stderr


def reference_table(guide):
    start, end = (guide.index(mark) for mark in REFERENCE)
    return guide[start:end]


def check_javascript(guide, build):
    if not shutil.which("gjs"):
        raise Skip("no gjs")
    typelibs = build / "faye"
    if not (typelibs / "Faye-1.0.typelib").exists():
        raise Skip("built without introspection")
    table = reference_table(guide)
    lines = ROW.findall(table)
    assert len(lines) == table.count("\n|") - 2, lines
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "guide.js")
        script.write_text(PRELUDE + "".join(f"{line};\n" for line in lines), encoding="utf-8")
        env = {**os.environ, "GI_TYPELIB_PATH": str(typelibs), "LD_LIBRARY_PATH": str(typelibs),
               "G_DEBUG": "fatal-warnings"}
        done = subprocess.run(["gjs", str(script)], env=env, timeout=DEADLINE, capture_output=True,
                              text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def check_options(guide):
    named = set(re.findall(r"`([\w.]+)`", " ".join(
        line.split("|")[1] for line in reference_table(guide).splitlines() if line.startswith("|"))))
    assert OPTIONS <= named, OPTIONS - named


def check_errors(guide, source):
    header = (source / "faye" / "faye-error.h").read_text(encoding="utf-8")
    codes = set(re.findall(r"^  (FAYE_ERROR_\w+),", header, re.MULTILINE))
    told = set(CODE.findall(guide))
    assert told == codes - {f"FAYE_ERROR_{name}" for name in LATER}, told ^ codes


def main():
    source, build = Path(sys.argv[1]), Path(sys.argv[2])
    guide = (source / "docs" / "connecting.md").read_text(encoding="utf-8")
    tap = Tap()
    tap.run("/faye/api/guide/c", check_c, guide, build)
    tap.run("/faye/api/guide/javascript", check_javascript, guide, build)
    tap.run("/faye/api/guide/every-option", check_options, guide)
    tap.run("/faye/api/guide/every-error", check_errors, guide, source)
    tap.finish()


main()
