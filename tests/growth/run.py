#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Attacks of a size and of ten times that size: what they cost.

usage: run.py PROGRAM

Work is counted in instructions, which no busy machine changes, memory at its peak.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "lint"))
from tap import Skip, Tap  # noqa: E402

MOST_RATIO = 12
SLACK = 64 * 1024
# What these take at the most: 10 ms of a processor that does two thousand million a second.
MOST_INSTRUCTIONS = {"A32": 20_000_000, "A37": 20_000_000}
TIMEOUT = 280
# Blocks are to be the C library's one by one and not filled, symbols found before anything counts.
ENVIRONMENT = {**os.environ, "G_SLICE": "always-malloc", "LD_BIND_NOW": "1"}
ENVIRONMENT.pop("MALLOC_PERTURB_", None)


def run(command):
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=TIMEOUT)
    assert done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n{done.stderr}"
    return [line.split() for line in done.stdout.splitlines()]


def read_cost(path):
    return int(re.search(r"^(?:summary|totals): (\d+)", path.read_text(), re.MULTILINE).group(1))


def count_work(program, names):
    """The instructions at 1, N and 10 N of each."""
    if not shutil.which("valgrind"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        run(["valgrind", "--tool=callgrind", "--collect-atstart=no",
             "--toggle-collect=growth_measured", "--dump-after=growth_measured",
             f"--callgrind-out-file={folder}/cost", program, "count"])
        costs = [read_cost(Path(folder, f"cost.{i + 1}")) for i in range(3 * len(names))]
    return {name: costs[3 * i:3 * i + 3] for i, name in enumerate(names)}


def check_work(costs, name, n):
    if costs is None:
        raise Skip("valgrind is not installed")
    least, few, many = costs[name]
    ratio = (many - least) / max(few - least, 1)
    print(f"# {name}: {few} instructions at {n}, {many} at {10 * n}: x {ratio:.2f}", flush=True)
    assert few > least, f"{n} cost no more than 1"
    assert ratio <= MOST_RATIO, f"ten times the input costs {ratio:.2f} times the work"
    most = MOST_INSTRUCTIONS.get(name[:3], many)
    assert many <= most, f"{many} instructions are more than {most}"


def check_memory(found, name, outcome, most):
    actual, peak = found[name]
    print(f"# {name}: {peak} bytes at the most, of {most}", flush=True)
    assert actual == outcome, f"ended in {actual}, not {outcome}"
    assert peak <= most, f"{peak} bytes are more than {most}"


def check_resident(payload, before, after):
    if not before:
        raise Skip("the kernel does not tell what is resident")
    print(f"# {after - before} bytes resident for {payload}", flush=True)
    assert after - before <= payload + SLACK, f"{after - before} bytes for {payload}"


def main():
    program = sys.argv[1]
    tap = Tap()
    cases = [(name, *map(int, rest)) for name, *rest in run([program, "list"])]
    found = {name: tuple(map(int, rest)) for name, *rest in run([program, "memory"])}
    costs = count_work(program, [name for name, n, *_ in cases if n > 0])
    for name, n, outcome, most in cases:
        if n > 0:
            tap.run(f"/faye/growth/work/{name}", check_work, costs, name, n)
        tap.run(f"/faye/growth/memory/{name}", check_memory, found, name, outcome, most)
    for name, *rest in run([program, "resident"]):
        tap.run(f"/faye/growth/resident/{name}", check_resident, *map(int, rest))
    tap.finish()


if __name__ == "__main__":
    main()
