# SPDX-License-Identifier: MIT
"""Proxies and servers for connect.py: the real ones, started on the loopback interface with what
they need in a folder of their own, and a few that play a part. All are context managers."""

import contextlib
import os
import shutil
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time
import urllib.parse

DEADLINE = 20.0
HOST = "127.0.0.1"
USER, PASSWORD = "alice", "wonder land"
SQUID = "/usr/sbin/squid"
SQUID_HELPER = "/usr/lib/squid/basic_ncsa_auth"


class Missing(Exception):
    """A program that is not installed."""


def find(program):
    path = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not path:
        raise Missing(f"{os.path.basename(program)} is not installed")
    return path


def free_ports(count):
    """Ports that nobody listens on, all different."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


class Program:
    """A child process with a folder, which says in a file what it has to say."""

    def __init__(self, name):
        self.name = name
        self.folder = tempfile.mkdtemp(prefix=f"faye-{name}-")
        self.process = None

    def start(self, *command, ports=()):
        with open(os.path.join(self.folder, "output"), "wb") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output)
        try:
            for port in ports:
                self._wait_for(port)
        except RuntimeError:
            self.__exit__()
            raise

    def output(self):
        """All it has written that may tell what is wrong."""
        text = ""
        for name in ("output", "cache.log", "error.log"):
            with contextlib.suppress(FileNotFoundError), \
                    open(os.path.join(self.folder, name), errors="replace") as file:
                text += file.read()
        return text

    def _wait_for(self, port):
        limit = time.monotonic() + DEADLINE
        while True:
            try:
                socket.create_connection((HOST, port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > limit:
                    raise RuntimeError(f"{self.name} does not listen: {self.output()}") from None
            time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(DEADLINE / 4)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class EchoServer(Program):
    """echo-server of the examples: with a certificate for wss, with few file descriptors."""

    def __init__(self, path, *flags, certificate=None, descriptors=None):
        super().__init__("echo-server")
        [self.port] = free_ports(1)
        if certificate:
            flags += ("--cert", certificate + ".pem", "--key", certificate + ".key")
        limit = ["sh", "-c", f'ulimit -n {descriptors} && exec "$0" "$@"'] if descriptors else []
        self.start(*limit, path, "--port", str(self.port), *flags, ports=[self.port])

    def seconds(self):
        """The CPU time it has had."""
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
            times = file.read().rpartition(")")[2].split()[11:13]
        return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


class Tinyproxy(Program):
    """Tunnels, for everybody or with a password."""

    def __init__(self, password=False):
        program = find("tinyproxy")
        super().__init__("tinyproxy")
        [self.port] = free_ports(1)
        lines = [f"Port {self.port}", f"Listen {HOST}", f"Allow {HOST}", "Timeout 60"]
        if password:
            # Its settings take no blanks in passwords.
            lines.append(f"BasicAuth {USER} {PASSWORD.replace(' ', '')}")
        config = write(self.folder, "tinyproxy.conf", "\n".join(lines) + "\n")
        self.start(program, "-d", "-c", config, ports=[self.port])


class Squid(Program):
    """Tunnels on four ports, over TCP and TLS, each for everybody and with a password. Nobody is
    let through to the port FORBIDDEN."""

    CONFIG = """
http_port {host}:{http} name=http-open
http_port {host}:{http_user} name=http-user
https_port {host}:{https} tls-cert={folder}/cert.pem tls-key={folder}/cert.key name=https-open
https_port {host}:{https_user} tls-cert={folder}/cert.pem tls-key={folder}/cert.key name=https-user
auth_param basic program {helper} {folder}/passwords
auth_param basic children 1
auth_param basic realm a proxy
acl open myportname http-open https-open
acl user proxy_auth REQUIRED
acl forbidden port {forbidden}
http_access deny forbidden
http_access allow open
http_access allow user
http_access deny all
logformat heads %ru %>h
access_log stdio:{folder}/access.log heads
cache_log {folder}/cache.log
pid_filename {folder}/squid.pid
coredump_dir {folder}
cache deny all
cache_mem 8 MB
memory_pools off
sslproxy_session_cache_size 0
max_filedescriptors 512
pinger_enable off
netdb_filename none
dns_nameservers 127.0.0.1
shutdown_lifetime 0 seconds
visible_hostname proxy.localhost
"""

    def __init__(self, certificate, forbidden):
        program, openssl = find(SQUID), find("openssl")
        super().__init__("squid")
        ports = free_ports(4)
        self.http, self.http_user, self.https, self.https_user = ports
        shutil.copy(certificate + ".pem", os.path.join(self.folder, "cert.pem"))
        shutil.copy(certificate + ".key", os.path.join(self.folder, "cert.key"))
        crypted = subprocess.run([openssl, "passwd", "-apr1", PASSWORD], check=True,
                                 capture_output=True, text=True).stdout.strip()
        write(self.folder, "passwords", f"{USER}:{crypted}\n")
        config = write(self.folder, "squid.conf", self.CONFIG.format(
            host=HOST, folder=self.folder, helper=SQUID_HELPER, forbidden=forbidden,
            http=self.http, http_user=self.http_user, https=self.https,
            https_user=self.https_user))
        self._give_away()
        # Its shared memory has the name, and is nobody else's.
        self.start(program, "-N", "-n", f"faye{os.getpid()}", "-f", config, ports=ports)

    def _give_away(self):
        """Started by root, it goes on as the user "proxy"."""
        if os.getuid() != 0:
            return
        for path in [self.folder] + [os.path.join(self.folder, name)
                                     for name in os.listdir(self.folder)]:
            shutil.chown(path, "proxy", "proxy")

    def heads(self, target):
        """The fields of the requests it had for TARGET, and that have ended."""
        with open(os.path.join(self.folder, "access.log"), encoding="utf-8") as file:
            lines = [line.split(" ", 1) for line in file.read().splitlines()]
        return [urllib.parse.unquote(fields) for name, fields in lines if name == target]


class Microsocks(Program):
    """A SOCKS5 proxy, for everybody or with a password."""

    def __init__(self, password=False):
        program = find("microsocks")
        super().__init__("microsocks")
        [self.port] = free_ports(1)
        user = ["-u", USER, "-P", PASSWORD] if password else []
        self.start(program, "-i", HOST, "-p", str(self.port), *user, ports=[self.port])


class Nginx(Program):
    """Before an echo server, with TLS and without: open at /, with a password at /user/, for those
    with a client certificate at /certificate/; 403 at /denied, a page at /login. On a port of its
    own it wants a client certificate at every path."""

    CONFIG = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  ssl_certificate {certificate}.pem;
  ssl_certificate_key {certificate}.key;
  ssl_client_certificate {ca};
  proxy_http_version 1.1;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection upgrade;
  server {{
    listen {host}:{http};
    listen {host}:{https} ssl;
    ssl_verify_client optional;
    location / {{ proxy_pass http://{host}:{echo}; }}
    location /user/ {{
      auth_basic "an origin";
      auth_basic_user_file {folder}/passwords;
      proxy_pass http://{host}:{echo};
    }}
    location /certificate/ {{
      if ($ssl_client_verify != SUCCESS) {{ return 403; }}
      proxy_pass http://{host}:{echo};
    }}
    location /denied {{ return 403; }}
    location /login {{ default_type text/html; return 200 "<h1>Log in, please</h1>"; }}
  }}
  server {{
    listen {host}:{strict} ssl;
    ssl_verify_client on;
    location / {{ proxy_pass http://{host}:{echo}; }}
  }}
}}
"""

    def __init__(self, certificate, ca, echo):
        program = find("nginx")
        super().__init__("nginx")
        ports = free_ports(3)
        self.http, self.https, self.strict = ports
        write(self.folder, "passwords", f"{USER}:{{PLAIN}}{PASSWORD}\n")
        config = write(self.folder, "nginx.conf", self.CONFIG.format(
            host=HOST, folder=self.folder, certificate=certificate, ca=ca, echo=echo,
            http=self.http, https=self.https, strict=self.strict))
        self.start(program, "-e", os.path.join(self.folder, "error.log"), "-c", config, ports=ports)


class Listener:
    """A server in here: SERVE is called with each connection, in a thread."""

    def __init__(self, serve=None):
        self._serve = serve or self.serve
        self._socket = socket.create_server((HOST, 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                conn, _ = self._socket.accept()
                conn.settimeout(DEADLINE)
                threading.Thread(target=self._run, args=(conn,), daemon=True).start()

    def _run(self, conn):
        with conn, contextlib.suppress(OSError):
            self._serve(conn)

    def serve(self, conn):
        raise NotImplementedError

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def read_head(conn):
    got = b""
    while b"\r\n\r\n" not in got:
        piece = conn.recv(4096)
        if not piece:
            break
        got += piece
    return got


class Silent(Listener):
    """Says nothing, until the other end goes."""

    def serve(self, conn):
        while conn.recv(4096):
            pass


class Recorder(Listener):
    """Keeps the heads of the requests it had, and answers with ANSWER."""

    def __init__(self, answer):
        self.answer = answer
        self.heads = []
        super().__init__()

    def serve(self, conn):
        self.heads.append(read_head(conn).decode())
        conn.sendall(self.answer)
        conn.shutdown(socket.SHUT_WR)
        while conn.recv(4096):
            pass


class Strict(Listener):
    """TLS that goes no further without a client certificate."""

    def __init__(self, certificate, ca):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate + ".pem", certificate + ".key")
        self._context.load_verify_locations(ca)
        self._context.verify_mode = ssl.CERT_REQUIRED
        super().__init__()

    def serve(self, conn):
        with self._context.wrap_socket(conn, server_side=True) as stream:
            stream.recv(4096)


def pump(source, sink):
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def read_exactly(conn, size):
    got = b""
    while len(got) < size:
        piece = conn.recv(size - len(got))
        if not piece:
            raise ConnectionError("the end")
        got += piece
    return got


def read_text(conn):
    got = b""
    while (byte := read_exactly(conn, 1)) != b"\0":
        got += byte
    return got.decode()


class Socks4(Listener):
    """SOCKS4 and 4a; no packaged server speaks 4a. Only USER is let through."""

    def __init__(self):
        self.hosts = []
        super().__init__()

    def serve(self, conn):
        version, command, port = struct.unpack(">BBH", read_exactly(conn, 4))
        address = read_exactly(conn, 4)
        user = read_text(conn)
        named = address[:3] == b"\0\0\0" and address[3] != 0
        host = read_text(conn) if named else socket.inet_ntoa(address)
        self.hosts.append(host)
        if (version, command) != (4, 1) or user != USER:
            conn.sendall(b"\0\x5d" + bytes(6))
            return
        with socket.create_connection((host, port), DEADLINE) as server:
            conn.sendall(b"\0\x5a" + bytes(6))
            threading.Thread(target=pump, args=(conn, server), daemon=True).start()
            pump(server, conn)
