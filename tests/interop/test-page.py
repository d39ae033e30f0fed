#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A real browser opens the echo server's page, whose own WebSocket must get its echoes back."""

import os
import sys

import browser

SERVER = os.environ.get("FAYE_ECHO_SERVER") or f'{os.environ["FAYE_BUILD"]}/examples/c/echo-server'

READ_VERDICT = """
const {echo} = document.documentElement.dataset;
return echo === 'waiting' ? null : echo;
"""
READ_LOG = """
return Array.from(document.querySelectorAll('#log li'), line => [
    line.className, ...Array.from(line.children, part => part.textContent)]).reverse();
"""


def read_log(page, lines):
    """The page's log, oldest line first, once it has that many."""
    log = []

    def read():
        log[:] = page.run(READ_LOG)
        return len(log) >= lines

    browser.until(read, lambda: f"{lines} lines in the log: {log}")
    return log


def check_greeting(page):
    verdict = browser.until(lambda: page.run(READ_VERDICT), "the echoes")
    log = read_log(page, 1)
    assert verdict == "ok", log
    text, binary = log[0][3], log[1][3]
    assert "𝄞" in text and "(256 bytes)" in binary, log
    assert log == [["", "↑", "text", text], ["", "↑", "binary", binary],
                   ["good", "↓", "text", text], ["good", "↓", "binary", binary]], log
    assert page.title() == "Echo: ok"


def check_typed_message(page):
    page.type("#text", "typed by hand: ñ")
    page.click("#send")
    log = read_log(page, 6)
    assert log[4:] == [["", "↑", "text", "typed by hand: ñ"],
                       ["good", "↓", "text", "typed by hand: ñ"]], log
    page.click("#send-binary")
    log = read_log(page, 8)
    assert log[7][:3] == ["good", "↓", "binary"] and log[6][3] == log[7][3], log


def check_close(page):
    page.click("#toggle")
    log = read_log(page, 9)
    assert log[8][:3] == ["", "·", "closed"] and log[8][3].startswith("1000 "), log
    page.click("#toggle")
    log = read_log(page, 13)
    assert [line[0] for line in log[9:]] == ["", "", "good", "good"], log
    assert page.title() == "Echo: ok"


def check_console(page):
    severe = [entry for entry in page.console() if entry["level"] == "SEVERE"]
    assert not severe, severe


CHECKS = [check_greeting, check_typed_message, check_close, check_console]


def run_checks(page):
    """Reports each check in TAP and returns the exit status."""
    print(f"1..{len(CHECKS)}")
    for number, check in enumerate(CHECKS, 1):
        name = check.__name__.removeprefix("check_").replace("_", "-")
        try:
            check(page)
        except AssertionError as error:
            print(f"not ok {number} /faye/page/{name}")
            print("\n".join(f"# {line}" for line in str(error).splitlines()))
            return 1
        print(f"ok {number} /faye/page/{name}", flush=True)
    return 0


def main():
    with browser.start() as page, browser.Child(SERVER, "--port", "0") as server:
        port = server.read_port("listening on ", "\n")
        page.open(f"http://localhost:{port}/")
        status = run_checks(page)
    sys.exit(status)


main()
