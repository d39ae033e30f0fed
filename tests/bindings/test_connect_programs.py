# SPDX-License-Identifier: MIT
"""Ways to a server: the scripts in Python and JavaScript, and the flags of the C clients, against
real proxies and servers."""

import contextlib
import os
import subprocess
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.environ["FAYE_SOURCE"], "tests", "interop"))
import connect_servers as servers

from harness import SECONDS, Skip, run, test
from programs import CAT, CLIENTS, SERVERS, javascript, python

CERTIFICATES = os.environ["FAYE_CERTIFICATES"]
CA = os.path.join(CERTIFICATES, "ca.pem")
CERTIFICATE = os.path.join(CERTIFICATES, "client.pem")
KEY = os.path.join(CERTIFICATES, "client.key")
SERVER = os.path.join(CERTIFICATES, "server")
AT = "{}:{}@".format(servers.USER, urllib.parse.quote(servers.PASSWORD))
WARNING = "cat: warning: certificates are not checked\n"


def execute(*command, given=""):
    return subprocess.run(command, input=given, capture_output=True, text=True, timeout=SECONDS,
                          check=False)


def check(done, output, errors="", status=0):
    assert (done.stdout, done.stderr, done.returncode) == (output, errors, status), done


@contextlib.contextmanager
def running(*needed):
    """The servers; without one of the programs the test is skipped."""
    with contextlib.ExitStack() as stack:
        try:
            yield [stack.enter_context(make()) for make in needed]
        except servers.Missing as missing:
            raise Skip(missing) from None


def echo_server(*flags, **options):
    return servers.EchoServer(*SERVERS["c"], *flags, **options)


def each(name):
    """Registers a test for the script of this name in each language."""
    def register(function):
        for language, command in (("python", python(name.replace("-", "_"))),
                                  ("javascript", javascript(name))):
            def one(command=command):
                function(command)
            one.__name__ = f"{name} {language}"
            test(one)
        return function
    return register


@each("tls-client")
def tls_client(command):
    with running(echo_server) as [echo]:
        with running(lambda: servers.Nginx(SERVER, CA, echo.port)) as [nginx]:
            url = f"wss://localhost:{nginx.https}/certificate/"
            check(execute(*command, url, CA, CERTIFICATE, KEY), "Hello!\n")
            other = os.path.join(CERTIFICATES, "other-ca.pem")
            done = execute(*command, url, other, CERTIFICATE, KEY)
            assert (done.stdout, done.returncode) == ("", 1), done
            assert "its issuer is not trusted" in done.stderr, done
            assert execute(*command).returncode == 1


@each("proxy-client")
def proxy_client(command):
    with running(echo_server, lambda: servers.Squid(SERVER, 1)) as [echo, squid]:
        url = f"ws://localhost:{echo.port}/"
        check(execute(*command, url, f"http://{AT}localhost:{squid.http_user}"), "Hello!\n")
        done = execute(*command, url, f"http://localhost:{squid.http_user}")
        assert (done.stdout, done.returncode) == ("", 1), done
        assert "407" in done.stderr, done
        for head in squid.heads(f"localhost:{echo.port}"):
            assert "User-Agent: proxy" in head, head
        assert execute(*command).returncode == 1


@test
def cat_with_authority():
    with running(lambda: echo_server(certificate=SERVER)) as [echo]:
        url = f"wss://localhost:{echo.port}/"
        check(execute(*CAT, url, "--ca", CA, given="hello\n"), "hello\n")
        done = execute(*CAT, url)
        assert (done.stdout, done.returncode) == ("", 1), done
        assert "its issuer is not trusted" in done.stderr, done


@test
def cat_insecure():
    with running(lambda: echo_server(certificate=os.path.join(CERTIFICATES, "self-signed"))) as [echo]:
        url = f"wss://localhost:{echo.port}/"
        check(execute(*CAT, url, "--insecure", given="hello\n"), "hello\n", WARNING)


@test
def cat_with_certificate():
    with running(echo_server) as [echo]:
        with running(lambda: servers.Nginx(SERVER, CA, echo.port)) as [nginx]:
            url = f"wss://localhost:{nginx.https}/certificate/"
            flags = ["--ca", CA, "--cert", CERTIFICATE, "--key", KEY]
            check(execute(*CAT, url, *flags, given="hello\n"), "hello\n")
            done = execute(*CAT, url, "--ca", CA)
            assert (done.stdout, done.returncode) == ("", 1), done
            assert "403" in done.stderr, done


@test
def cat_with_proxy():
    with running(lambda: echo_server(certificate=SERVER),
                 lambda: servers.Squid(SERVER, 1)) as [echo, squid]:
        url = f"wss://localhost:{echo.port}/"
        for flags in (["--proxy", f"http://{AT}localhost:{squid.http_user}", "--ca", CA],
                      ["--proxy", f"https://{AT}localhost:{squid.https_user}", "--ca", CA]):
            check(execute(*CAT, url, *flags, given="hello\n"), "hello\n")
        insecure = ["--proxy", f"https://localhost:{squid.https}", "--insecure"]
        check(execute(*CAT, url, *insecure, given="hello\n"), "hello\n", WARNING)


@test
def echo_client_with_proxy():
    with running(lambda: echo_server("--max-length", "4"),
                 lambda: servers.Squid(SERVER, 1)) as [echo, squid]:
        done = execute(*CLIENTS["c"], f"ws://localhost:{echo.port}/", "--proxy",
                       f"http://localhost:{squid.http_user}")
        assert (done.stdout, done.returncode) == ("", 1), done
        assert "407" in done.stderr, done


run()
