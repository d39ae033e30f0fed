# SPDX-License-Identifier: MIT
"""A headless browser that is told what to do.

Speaks the WebDriver protocol (https://www.w3.org/TR/webdriver2/) with ChromeDriver; uses the
standard library only.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

SECONDS = 30
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver, section 12.2

BROWSER_FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--disable-default-apps", "--no-proxy-server",
]


def find(*names):
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    print(f'1..0 # SKIP no {" or ".join(names)} here')
    sys.exit(0)


def until(condition, what):
    """Returns what CONDITION () returns once that is true."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"not in time: {what() if callable(what) else what}")


class Child:
    """A process in a group of its own, which ends with the `with`."""

    def __init__(self, *command, **options):
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                                         start_new_session=True, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
                self._process.wait(10)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self._process.stdout.close()

    def read_port(self, before, after):
        """The number between BEFORE and AFTER in a line of output."""
        for line in self._process.stdout:
            if before in line:
                return int(line.split(before)[1].split(after)[0])
        raise AssertionError(f"no “{before}” from {self._process.args[0]}")


class Browser:
    """One session of a ChromeDriver."""

    def __init__(self, port, chromium, folder):
        self._base = f"http://127.0.0.1:{port}"
        self._session = ""
        until(lambda: self._call("GET", "/status")["ready"], "ChromeDriver")
        capabilities = {"browserName": "chrome", "goog:chromeOptions": {
            "binary": chromium, "args": [*BROWSER_FLAGS, f"--user-data-dir={folder}"]}}
        session = self._call("POST", "/session", capabilities={"alwaysMatch": capabilities})
        self._session = f'/session/{session["sessionId"]}'

    def _call(self, method, path, **data):
        body = json.dumps(data).encode() if method == "POST" else None
        request = urllib.request.Request(self._base + self._session + path, body, method=method,
                                         headers={"Content-Type": "application/json"})
        no_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with no_proxy.open(request, timeout=SECONDS) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            message = json.load(error)["value"]["message"].splitlines()[0]
            raise AssertionError(f"{path}: {message}") from error

    def open(self, url):
        self._call("POST", "/url", url=url)

    def run(self, script, *arguments):
        return self._call("POST", "/execute/sync", script=script, args=arguments)

    def title(self):
        return self._call("GET", "/title")

    def _find(self, selector):
        found = self._call("POST", "/element", using="css selector", value=selector)
        return f"/element/{found[ELEMENT]}"

    def type(self, selector, text):
        self._call("POST", f"{self._find(selector)}/value", text=text)

    def click(self, selector):
        self._call("POST", f"{self._find(selector)}/click")

    def console(self):
        return self._call("POST", "/se/log", type="browser")

    def quit(self):
        self._call("DELETE", "")


@contextlib.contextmanager
def start():
    """A browser; where there is none the test is skipped."""
    chromium = find("chromium", "chromium-browser", "google-chrome")
    chromedriver = find("chromedriver")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, \
            Child(chromedriver, "--port=0", env={**os.environ, "HOME": folder}) as driver:
        browser = Browser(driver.read_port("started successfully on port ", "."), chromium,
                          f"{folder}/profile")
        yield browser
        browser.quit()
