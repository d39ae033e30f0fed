#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every program printed in README.md runs as it is printed, but for the port, which must be a free one.

usage: test-readme.py SOURCE-ROOT BUILD-ROOT
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lint"))
from tap import Skip, Tap

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TITLE = re.compile(r"^(?:#|//|/\*) ((?:server|client)\.\w+)")
PORT = "8080"
DEADLINE = 60
ECHO = ["received Hello, 🌍!", "closed 1000"]


def read_blocks(readme):
    """The programs by file name, and the shell commands that build the C ones."""
    programs, builds = {}, []
    for language, text in BLOCK.findall(readme.read_text(encoding="utf-8")):
        title = TITLE.match(text)
        if title:
            programs[title.group(1)] = text
        elif language == "sh" and text.startswith("cc "):
            builds += text.splitlines()
    return programs, builds


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def library_environment(build):
    """The library in the build folder, to be found as an installed one would be."""
    faye = build / "faye"
    return {
        **os.environ,
        "PKG_CONFIG_PATH": str(build / "meson-uninstalled"),
        "LD_LIBRARY_PATH": str(faye),
        "GI_TYPELIB_PATH": str(faye),
    }


def write_programs(programs, folder):
    port = free_port()
    for name, text in programs.items():
        (folder / name).write_text(text.replace(PORT, port), encoding="utf-8")
    return int(port)


def wait_for_port(port, server):
    limit = time.monotonic() + DEADLINE
    while time.monotonic() < limit:
        assert server.poll() is None, f"the server ended with status {server.returncode}"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("the server does not listen")


def run_client(command, folder, env):
    done = subprocess.run(command, cwd=folder, env=env, timeout=DEADLINE, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, f"status {done.returncode}\n{done.stdout}"
    assert done.stdout.splitlines() == ECHO, done.stdout


def fetch_handshake(port):
    """The response to a handshake that offers compression."""
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as peer:
        peer.sendall(f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                     "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            more = peer.recv(4096)
            assert more, head
            head += more
        return head.decode()


def check_pair(programs, builds, env, server_command, client_command, extension=None):
    with tempfile.TemporaryDirectory(prefix="readme-", dir=env["README_BUILD"]) as name:
        folder = Path(name)
        port = write_programs(programs, folder)
        for command in builds:
            subprocess.run(command, shell=True, cwd=folder, env=env, check=True)
        with subprocess.Popen(server_command, cwd=folder, env=env) as server:
            try:
                wait_for_port(port, server)
                run_client(client_command, folder, env)
                if extension:
                    assert f"\r\nSec-WebSocket-Extensions: {extension}" in fetch_handshake(port)
            finally:
                server.kill()


def check_none_forgotten(programs):
    assert sorted(programs) == ["client.c", "client.js", "client.py", "server.c", "server.js", "server.py"], programs


def check_script_pair(programs, env, interpreter, suffix, extension=None):
    if not shutil.which(interpreter):
        raise Skip(f"no {interpreter}")
    if not (Path(env["GI_TYPELIB_PATH"]) / "Faye-1.0.typelib").exists():
        raise Skip("built without introspection")
    check_pair(programs, [], env, [interpreter, f"server.{suffix}"], [interpreter, f"client.{suffix}"],
               extension)


def check_extension(readme, programs, env):
    """The line that stands by itself, where the text says."""
    line = next(text for _, text in BLOCK.findall(readme.read_text(encoding="utf-8"))
                if text.startswith("socket.add_extension"))
    made = "    socket = Faye.WebSocket(request=request)\n"
    assert made in programs["server.py"]
    server = programs["server.py"].replace(made, f"{made}    {line}")
    check_script_pair({**programs, "server.py": server}, env, "/usr/bin/python3", "py",
                      "permessage-deflate")


def main():
    source, build = Path(sys.argv[1]), Path(sys.argv[2])
    programs, builds = read_blocks(source / "README.md")
    env = {**library_environment(build), "README_BUILD": str(build)}

    tap = Tap()
    tap.run("/faye/api/readme/programs", check_none_forgotten, programs)
    tap.run("/faye/api/readme/c", check_pair, programs, builds, env, ["./server"], ["./client"])
    tap.run("/faye/api/readme/python", check_script_pair, programs, env, "/usr/bin/python3", "py")
    tap.run("/faye/api/readme/extension", check_extension, source / "README.md", programs, env)
    tap.run("/faye/api/readme/javascript", check_script_pair, programs, env, "gjs", "js")
    tap.finish()


main()
