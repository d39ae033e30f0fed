#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Installs the library into an empty prefix, then builds and runs programs that know only that prefix.

usage: test-install.py SOURCE-ROOT BUILD-ROOT
"""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lint"))
from tap import Skip, Tap

HERE = Path(__file__).resolve().parent
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-Wno-unused-parameter"]
LIBRARY_ONLY = ["-Dtests=false", "-Dexamples=false", "-Ddocs=false"]
DEADLINE = 60


def call(*command, env=None, cwd=None, timeout=400):
    """Runs a command; its output is the failure's text."""
    done = subprocess.run([str(word) for word in command], env=env, cwd=cwd, timeout=timeout, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, f"{shlex.join(map(str, command))}: status {done.returncode}\n{done.stdout}"
    return done.stdout


def need(program):
    if not shutil.which(program):
        raise Skip(f"no {program}")
    return program


class Prefix:
    """An installed copy, and the environment of a user who has it."""

    def __init__(self, source, folder):
        self.source = source
        self.folder = folder
        self.path = folder / "prefix"
        self.env = dict(os.environ)

    def install(self):
        build = self.folder / "build"
        call("meson", "setup", build, self.source, f"--prefix={self.path}", *LIBRARY_ONLY)
        call("meson", "install", "-C", build, "--quiet")
        self.learn()

    def find(self, name):
        found = sorted(self.path.rglob(name))
        assert found, f"{name} was not installed"
        return found[0]

    def learn(self):
        overrides = self.find("Faye.py").parent
        self.env |= {
            "PKG_CONFIG_PATH": str(self.find("faye-1.pc").parent),
            "LD_LIBRARY_PATH": str(self.find("libfaye-1.so.0").parent),
            "GI_TYPELIB_PATH": str(self.find("Faye-1.0.typelib").parent),
            "PYTHONPATH": str(overrides.parents[1]),
            "XDG_DATA_DIRS": f"{self.path / 'share'}:/usr/local/share:/usr/share",
        }

    def package_flags(self):
        return shlex.split(call("pkg-config", "--cflags", "--libs", "faye-1", env=self.env))


def check_files(prefix):
    headers = sorted(path.name for path in (prefix.path / "include" / "faye-1" / "faye").iterdir())
    public = {path.name for path in (prefix.source / "faye").glob("*.h") if not path.name.endswith("-private.h")}
    assert set(headers) == public | {"faye-version.h", "faye-enum-types.h"}, headers
    for name in ("Faye-1.0.gir", "faye-1.vapi", "faye-1.deps", "Faye.js", "libfaye-1.so"):
        prefix.find(name)


def check_compiled(prefix, compiler, options, name):
    program = prefix.folder / name
    call(need(compiler), *options, *STRICT, HERE / "echo.c", "-o", program, *prefix.package_flags())
    call(program, env=prefix.env, timeout=DEADLINE)


def check_vala(prefix):
    program = prefix.folder / "echo-vala"
    vapi = prefix.find("faye-1.vapi").parent
    call(need("valac"), f"--vapidir={vapi}", "--pkg", "faye-1", "--pkg", "libsoup-3.0", HERE / "echo.vala", "-X", "-w",
         "-o", program, env=prefix.env)
    call(program, env=prefix.env, timeout=DEADLINE)


def check_vala_by_data_dir(prefix):
    """valac also finds the binding through XDG_DATA_DIRS, as where the prefix is the system's own."""
    call(need("valac"), "-C", "-d", prefix.folder / "vala-c", "--pkg", "faye-1", HERE / "echo.vala", env=prefix.env)


def check_script(prefix, interpreter, name):
    call(need(interpreter), HERE / name, env=prefix.env, timeout=DEADLINE)


def check_subproject(source, folder):
    """A meson project that has this tree in subprojects/ needs no installed copy."""
    project = folder / "project"
    shutil.copytree(HERE / "program", project)
    shutil.copy(HERE / "echo.c", project)
    (project / "subprojects").mkdir()
    (project / "subprojects" / "faye").symlink_to(source)
    env = {**os.environ, "PKG_CONFIG_PATH": ""}
    call("meson", "setup", "build", "-Dfaye:introspection=false", cwd=project, env=env)
    call("ninja", "-C", "build", "program", cwd=project, env=env)
    call(project / "build" / "program", timeout=DEADLINE)


def run_cases(tap, source, folder):
    place = "/faye/api/install"
    prefix = Prefix(source, folder)
    tap.run(f"{place}/install", prefix.install)
    tap.run(f"{place}/files", check_files, prefix)
    tap.run(f"{place}/c", check_compiled, prefix, "cc", ["-std=c99"], "echo-c")
    tap.run(f"{place}/cxx", check_compiled, prefix, "c++", ["-x", "c++", "-std=c++11"], "echo-cxx")
    tap.run(f"{place}/vala", check_vala, prefix)
    tap.run(f"{place}/vala-by-data-dir", check_vala_by_data_dir, prefix)
    tap.run(f"{place}/python", check_script, prefix, "/usr/bin/python3", "echo.py")
    tap.run(f"{place}/javascript", check_script, prefix, "gjs", "echo.js")
    tap.run(f"{place}/subproject", check_subproject, source, folder)


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="install-", dir=sys.argv[2]) as folder:
        run_cases(tap, Path(sys.argv[1]), Path(folder))
    tap.finish()


main()
