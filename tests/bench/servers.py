# SPDX-License-Identifier: MIT
"""The servers that are measured beside each other, and the load client."""

import os
import select
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
START_TIMEOUT = 10.0
# Thousands of connections take poll (2) long.
CROWD_TIMEOUT = 180.0
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

    def __init__(self, name, build, command=None):
        self.name = name
        self.build = build
        self.crowd = None
        command = command or command_of(name, build)
        if command is None:
            raise Failed(f"{name}: the program is missing")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.port = self._read_port()

    def _read_port(self):
        words = first_line(self.process, START_TIMEOUT).split()
        if words[:2] != ["listening", "on"]:
            self.stop()
            raise Failed(f"{self.name}: does not say where it listens")
        return int(words[2])

    @property
    def pid(self):
        return self.process.pid

    def gather(self, connections):
        """Opens idle connections, which stay as long as the server."""
        command = load_command(self, ["-m", "idle", "-c", str(connections)], 3600)
        self.crowd = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        line = first_line(self.crowd, CROWD_TIMEOUT)
        if not line.startswith("mode=idle"):
            raise Failed(f"{self.name}: {connections} connections did not open: {line.strip()}")

    def stop(self):
        for process in filter(None, (self.crowd, self.process)):
            end(process)


def first_line(process, timeout):
    """What the program says first; nothing if it takes too long."""
    ready, _, _ = select.select([process.stdout], [], [], timeout)
    return process.stdout.readline().decode() if ready else ""


def end(process):
    process.terminate()
    try:
        process.wait(START_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


def load_command(server, options, seconds):
    command = [f"{server.build}/tests/bench/ws-load", "-p", str(server.port), "-P", str(server.pid)]
    if server.name in ECHO_ONLY:
        command.append("--raw")
    return [*command, *options, "-w", str(seconds / 3), "-T", str(seconds)]


def load(server, options, seconds):
    """Runs the load client once; the fields of its line."""
    done = subprocess.run(load_command(server, options, seconds), capture_output=True, text=True,
                          timeout=CROWD_TIMEOUT + 4 * seconds, check=False)
    if done.returncode != 0:
        raise Failed(f"{server.name}: {(done.stdout + done.stderr).strip()}")
    return dict(word.split("=", 1) for word in done.stdout.split() if "=" in word)
