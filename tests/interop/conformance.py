#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds an echoing server or client to RFC 6455, byte by byte on the wire, and reports as TAP.

    conformance.py [--only TEXT] [--list] server|client COMMAND…

A server is started once, with `--port 0`, and prints `listening on PORT`. A client is started for
every connection, with a URL, and prints `closed CODE REASON` at the end. Each case is sent whole,
in single bytes and in odd pieces.
"""

import argparse
import collections
import concurrent.futures
import signal
import socket
import subprocess
import sys
import traceback

import conformance_answers
import conformance_cases
import conformance_http
import conformance_requests
from conformance_wire import DEADLINE, Wire, Wrong, encode

WORKERS = 12
SINGLE_BYTES_MAX = 3000
PIECES = {"whole": None, "bytes": [1], "odd": [3, 1, 7, 2, 125, 13, 1400, 5]}


class Report:
    """TAP, in the order of the table, however the cases end."""

    def __init__(self, count):
        self.failed = 0
        self.number = 0
        print(f"1..{count}", flush=True)

    def add(self, name, problem):
        self.number += 1
        self.failed += bool(problem)
        print(f"{'not ok' if problem else 'ok'} {self.number} - {name}", flush=True)
        for line in problem.splitlines():
            print("#", line)


class Server:
    """The program under test is a server."""

    is_server = True

    def __init__(self, command):
        self.process = subprocess.Popen([*command, "--port", "0"], stdout=subprocess.PIPE)
        line = self.process.stdout.readline().split()
        self.port = int(line[-1])
        self.keys = []

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), DEADLINE)

    def converse(self, case, way):
        with self.connect() as sock:
            rest = conformance_http.open_as_client(sock)
            wire = Wire(sock, True, rest)
            play(wire, case, way, True)
            wire.expect_end()

    def finish(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(DEADLINE)
        return f"ended with status {status}" if status else ""


class Client:
    """The program under test is a client: a process a connection."""

    is_server = False

    def __init__(self, command):
        self.command = command
        self.keys = []

    def converse(self, case, way):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(DEADLINE)
            url = f"ws://127.0.0.1:{listener.getsockname()[1]}/case"
            with subprocess.Popen([*self.command, url], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL) as process:
                try:
                    self._serve(listener, process, case, way)
                finally:
                    process.kill()

    def _serve(self, listener, process, case, way):
        sock, _ = listener.accept()
        with sock:
            sock.settimeout(DEADLINE)
            rest = conformance_http.open_as_server(sock)
            wire = Wire(sock, False, rest)
            play(wire, case, way, False)
            if not case.fault:
                wire.expect_quiet()
                wire.shut()
            wire.expect_end()
            self.keys += wire.keys
        output, _ = process.communicate(timeout=DEADLINE)
        code = output.split()[1:2]
        if not output.startswith(b"closed ") or code != [b"%d" % case.code]:
            raise Wrong(f"the client printed {output!r}")
        if process.returncode != 0:
            raise Wrong(f"the client ended with status {process.returncode}")

    def finish(self):
        """RFC 6455, section 5.3: a fresh key a frame, that nobody can foretell."""
        if not self.keys:
            return ""
        commonest, count = collections.Counter(self.keys).most_common(1)[0]
        if count > 3:
            return f"{count} of {len(self.keys)} masking keys are {commonest.hex()}"
        return ""


def play(wire, case, way, to_server):
    for step in case.steps:
        data = encode(step.send, to_server)
        wire.send(data, PIECES.get(way) if isinstance(way, str) else [way])
        wire.expect(step.replies)
    wire.expect_close(case.code)


def size_of(case, to_server):
    return sum(len(encode(step.send, to_server)) for step in case.steps)


def ways_of(case, is_server):
    """Single bytes only where there are not too many; odd pieces besides only where a connection
    costs no process."""
    small = size_of(case, is_server) <= SINGLE_BYTES_MAX
    dropped = "bytes" if not small else None if is_server else "odd"
    return [way for way in case.ways if way != dropped or len(case.ways) == 1]


def attempt(function, *args):
    """What went wrong, or nothing."""
    try:
        function(*args)
        return ""
    except (Wrong, socket.timeout, subprocess.TimeoutExpired) as error:
        return str(error) or type(error).__name__
    except Exception:  # the next cases shall have their turn
        return traceback.format_exc()


def run_case(target, case):
    problems = []
    for way in ways_of(case, target.is_server):
        problem = attempt(target.converse, case, way)
        if problem:
            problems.append(f"{way}: {problem}")
    return "\n".join(problems)


def chosen_cases(options):
    """Names and functions of the target that find what is wrong."""
    for case in conformance_cases.table():
        yield case.name, lambda target, case=case: run_case(target, case)
    if options.role == "server":
        raw = "--raw" in options.command
        for name, check in conformance_requests.server_cases(raw):
            yield name, lambda target, check=check: attempt(check, target.connect)
    else:
        for name, check in conformance_answers.client_cases():
            yield name, lambda target, check=check: attempt(check, target.command)


def run(options, cases):
    report = Report(len(cases) + 1)
    target = (Server if options.role == "server" else Client)(options.command)
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        results = [pool.submit(check, target) for _, check in cases]
        for (name, _), result in zip(cases, results):
            report.add(name, result.result())
    report.add("the program ends well", target.finish())
    return 1 if report.failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="only the cases whose name has this text")
    parser.add_argument("--list", action="store_true", help="name the cases and end")
    parser.add_argument("role", choices=("server", "client"))
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    cases = [(name, check) for name, check in chosen_cases(options) if options.only in name]
    if options.list:
        print(*(name for name, _ in cases), sep="\n")
        return 0
    return run(options, cases)


if __name__ == "__main__":
    sys.exit(main())
