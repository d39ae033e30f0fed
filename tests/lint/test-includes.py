#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Includes in faye/ may only point from a room to the rooms below it."""

import re
import sys
import tempfile
from pathlib import Path

from tap import Tap, expect_none

# Which of our rooms a room may include, besides itself. "api" is faye/ itself.
BELOW = {
    "core": set(),
    "io": set(),
    "ext": {"core"},
    "http": {"core", "ext"},
    "api": {"core", "ext", "http", "io"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
LIBC = set(
    "assert ctype errno float inttypes limits math setjmp stdalign stdarg stdatomic stdbool stddef stdint stdio "
    "stdlib stdnoreturn string strings time uchar wchar".split()
)
INTRINSICS = {"immintrin.h", "emmintrin.h", "tmmintrin.h", "smmintrin.h", "nmmintrin.h", "arm_neon.h"}


def room_of(path):
    """The room of a path that begins with faye/."""
    parts = Path(path).parts
    return parts[1] if len(parts) > 2 else "api"


def is_ours(quote, target):
    return quote == '"' or target.startswith("faye/")


def judge_own(room, source, target):
    if not target.startswith("faye/"):
        return f'{source}: "{target}" is not named from the root of the tree'
    other = room_of(target)
    if other != room and other not in BELOW[room]:
        return f"{source}: {room} may not include {target} of {other}"
    return None


def judge_foreign(room, source, target):
    """The core knows GLib's own header and the C library, nothing that does I/O or objects."""
    if room != "core" or target == "glib.h" or target in INTRINSICS:
        return None
    if target.endswith(".h") and target[:-2] in LIBC:
        return None
    return f"{source}: core may not include <{target}>"


def judge_file(root, path):
    source = path.relative_to(root)
    room = room_of(source)
    if room not in BELOW:
        return [f"{source}: nobody knows the room {room}"]

    problems = []
    for quote, target in INCLUDE.findall(path.read_text(encoding="utf-8")):
        judge = judge_own if is_ours(quote, target) else judge_foreign
        problems.append(judge(room, source, target))
    return [problem for problem in problems if problem]


def judge_tree(root):
    files = [path for path in sorted((root / "faye").rglob("*")) if re.search(r"\.(c|h|h\.in)$", path.name)]
    assert files, f"no sources below {root}/faye"
    return [problem for path in files for problem in judge_file(root, path)]


def check_tree(root):
    expect_none(judge_tree(root))


def check_planted(room, line, forbidden):
    """Puts one include into a tree of its own and sees whether it is found out."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        place = root / "faye" if room == "api" else root / "faye" / room
        place.mkdir(parents=True)
        (place / "planted.c").write_text(f"{line}\n", encoding="utf-8")
        problems = judge_tree(root)
    assert len(problems) == (1 if forbidden else 0), f"{line} in {room}: {problems}"


PLANTED = [
    ("core", '#include "faye/ext/faye-x-private.h"', True),
    ("core", '#  include "faye/http/faye-x-private.h"', True),
    ("core", '#include "faye/io/faye-x-private.h"', True),
    ("core", "#include <faye/faye.h>", True),
    ("core", "#include <glib-object.h>", True),
    ("core", "#include <gio/gio.h>", True),
    ("core", "#include <sys/socket.h>", True),
    ("core", "#include <zlib.h>", True),
    ("core", "#include <glib.h>", False),
    ("core", "#include <string.h>", False),
    ("core", '#include "faye/core/faye-x-private.h"', False),
    ("io", '#include "faye/core/faye-x-private.h"', True),
    ("io", '#include "faye/faye-x.h"', True),
    ("io", "#include <gio/gio.h>", False),
    ("ext", '#include "faye/http/faye-x-private.h"', True),
    ("ext", '#include "faye/core/faye-x-private.h"', False),
    ("http", '#include "faye/io/faye-x-private.h"', True),
    ("http", '#include "faye/faye-x-private.h"', True),
    ("http", '#include "faye/ext/faye-x-private.h"', False),
    ("api", '#include "faye/io/faye-x-private.h"', False),
    ("api", '#include "faye-x-private.h"', True),
    ("attic", "#include <glib.h>", True),
]


def main():
    tap = Tap()
    tap.run("/faye/lint/includes/tree", check_tree, Path(sys.argv[1]))
    for room, line, forbidden in PLANTED:
        verdict = "refused" if forbidden else "allowed"
        target = INCLUDE.search(line).group(2)
        tap.run(f"/faye/lint/includes/planted/{room}-{target}-{verdict}", check_planted, room, line, forbidden)
    tap.finish()


main()
