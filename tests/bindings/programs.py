# SPDX-License-Identifier: MIT
"""The example programs as child processes, by the language they are written in."""

import os
import signal

from gi.repository import Gio, GLib

from harness import wait

BUILD = os.environ["FAYE_BUILD"]
SOURCE = os.environ["FAYE_SOURCE"]
PYTHON = os.environ.get("FAYE_PYTHON", "/usr/bin/python3")
GJS = os.environ.get("FAYE_GJS", "gjs")


def c(name):
    return [f"{BUILD}/examples/c/{name}"]


def python(name):
    return [PYTHON, f"{SOURCE}/examples/python/{name}.py"]


def javascript(name):
    return [GJS, f"{SOURCE}/examples/javascript/{name}.js"]


SERVERS = {
    "c": c("echo-server"),
    "c-callback": c("echo-server") + ["--callback"],
    "c-raw": c("echo-server") + ["--raw"],
    "python": python("echo_server"),
    "javascript": javascript("echo-server"),
}
CLIENTS = {
    "c": c("echo-client"),
    "python": python("echo_client"),
    "javascript": javascript("echo-client"),
}
if os.path.exists(f"{BUILD}/examples/vala/echo-client"):
    CLIENTS["vala"] = [f"{BUILD}/examples/vala/echo-client"]
CAT = c("cat")

_FLAGS = (Gio.SubprocessFlags.STDIN_PIPE | Gio.SubprocessFlags.STDOUT_PIPE |
          Gio.SubprocessFlags.STDERR_PIPE)


class Program:
    """A child process that runs beside the tests' main loop and does not outlive the `with`."""

    def __init__(self, *command):
        self.output = None
        self.errors = None
        self._process = Gio.Subprocess.new(list(command), _FLAGS)
        self.pid = self._process.get_identifier()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._process.force_exit()

    def finish(self, given=""):
        """Gives the program its input, waits for its end and returns its exit status."""
        results = []
        self._process.communicate_utf8_async(given, None, lambda _p, result: results.append(result))
        wait(lambda: results, "the end of a program")
        _done, self.output, self.errors = self._process.communicate_utf8_finish(results[0])
        assert self._process.get_if_exited(), f"signal {self._process.get_term_sig()}"
        return self._process.get_exit_status()

    def terminate(self):
        self._process.send_signal(signal.SIGTERM)
        return self.finish()

    def read_line(self):
        lines = []

        def done(_stream, result):
            lines.append(stream.read_line_finish_utf8(result)[0])

        stream = Gio.DataInputStream.new(self._process.get_stdout_pipe())
        stream.set_close_base_stream(False)
        stream.set_buffer_size(1)
        stream.read_line_async(GLib.PRIORITY_DEFAULT, None, done)
        wait(lambda: lines, "a line of output")
        return lines[0]


class ServerProgram(Program):
    """A server that is ready."""

    def __init__(self, *command):
        super().__init__(*command, "--port", "0")

    def __enter__(self):
        line = self.read_line()
        assert line and line.startswith("listening on "), line
        self.port = int(line.removeprefix("listening on "))
        self.url = f"ws://127.0.0.1:{self.port}/"
        return self


def run_program(*command, given=""):
    """Runs a program to its end."""
    program = Program(*command)
    with program:
        program.status = program.finish(given)
    return program
