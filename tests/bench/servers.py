# SPDX-License-Identifier: MIT
"""The servers that are measured beside each other, and the load client."""

import os
import select
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
START_TIMEOUT = 10.0
# The marks send back what they get, masked, and know no paths.
ECHO_ONLY = {"raw", "gio"}


class Failed(Exception):
    """A server did not start, or the load client did not finish."""


def command_of(name, build):
    """How a server is started; None if it is not here."""
    programs = {
        "faye": [f"{build}/examples/c/echo-server", "--port", "0"],
        "callback": [f"{build}/examples/c/echo-server", "--port", "0", "--callback"],
        "stream": [f"{build}/examples/c/echo-server", "--port", "0", "--raw"],
        "soup": [f"{build}/tests/bench/soup-echo"],
        "gio": [f"{build}/tests/bench/gio-echo"],
        "raw": [f"{build}/tests/bench/raw-echo"],
        "ws": ["node", f"{HERE}/ws-echo.js"],
    }
    command = programs[name]
    return command if shutil.which(command[0]) else None


NAMES = ("faye", "callback", "stream", "soup", "gio", "raw", "ws")


class Server:
    """A running server; its first line names its port."""

    def __init__(self, name, build):
        self.name = name
        command = command_of(name, build)
        if command is None:
            raise Failed(f"{name}: the program is missing")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.port = self._read_port()

    def _read_port(self):
        ready, _, _ = select.select([self.process.stdout], [], [], START_TIMEOUT)
        words = self.process.stdout.readline().decode().split() if ready else []
        if words[:2] != ["listening", "on"]:
            self.stop()
            raise Failed(f"{self.name}: does not say where it listens")
        return int(words[2])

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(START_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def load_command(server, build, options, seconds):
    command = [f"{build}/tests/bench/ws-load", "-p", str(server.port), "-P", str(server.pid)]
    if server.name in ECHO_ONLY:
        command.append("--raw")
    return [*command, *options, "-w", str(seconds / 3), "-T", str(seconds)]


def fields_of(line):
    return dict(word.split("=", 1) for word in line.split() if "=" in word)


def load(server, build, options, seconds):
    """Runs the load client once; the fields of its line."""
    command = load_command(server, build, options, seconds)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60 + 4 * seconds,
                          check=False)
    if done.returncode != 0:
        raise Failed(f"{server.name}: {(done.stdout + done.stderr).strip()}")
    return fields_of(done.stdout)


class Crowd:
    """Idle connections, held while something else is measured."""

    def __init__(self, server, build, connections):
        command = load_command(server, build, ["-m", "idle", "-c", str(connections)], 3600)
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        ready, _, _ = select.select([self.process.stdout], [], [], 60)
        line = self.process.stdout.readline().decode() if ready else "no answer"
        if not line.startswith("mode=idle"):
            self.stop()
            raise Failed(f"{server.name}: {connections} connections did not open: {line.strip()}")

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
