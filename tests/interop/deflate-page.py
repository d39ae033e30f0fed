#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A real browser sends back what it gets from our server, with permessage-deflate in its variants.

    deflate-page.py BUILD

BUILD is where faye-peer is. What was negotiated, and what our end sent, is held to
deflate_rules.py; what the page calls the connection's extensions to what was answered.
"""

import http.server
import itertools
import sys
import threading

import browser
import cases
import deflate_messages as traffic
import deflate_rules as rules
import ends
import peers
import wiretap

# What a page can see: its own offer is always `client_max_window_bits` without a value.
CELLS = list(itertools.product(traffic.BITS, (8, *traffic.BITS)))
TURNS = list(itertools.product((False, True), (False, True), traffic.THRESHOLDS))

OPEN = """
const [url] = arguments;
return new Promise((resolve, reject) => {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => resolve(socket.extensions);
  socket.onerror = () => reject(new Error('no connection'));
  socket.onmessage = ({data}) => socket.send(data);
});
"""


class Page(http.server.BaseHTTPRequestHandler):
    """An empty page: browsers let one of this machine alone talk to this machine."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!DOCTYPE html><title>Deflate</title>")

    def log_message(self, *_):
        pass


def serve_page():
    """The port it is at."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def connect(page, peer, tap, words):
    """Our end of a connection, its record, and what the page says of its extensions."""
    peer.command(0, "deflate", words)
    peer.next(0, "ready")
    extensions = page.run(OPEN, f"ws://127.0.0.1:{tap.port}/")
    peer.opened += 1
    end = ends.End(peer, peer.opened)
    end.event("open")
    return end, tap.record, extensions


def judge(record, options, messages):
    offers = rules.parse(record.extensions("client"))
    answers = rules.parse(record.extensions("server"))
    rules.check(offers == [{"client_max_window_bits": True}], "offered", offers)
    rules.check(answers == [rules.our_answer(options, offers[0])], "answered", answers)
    agreed = rules.agreed(offers[0], answers[0])
    side = agreed["server"]._replace(bits=min(agreed["server"].bits, options.bits))
    rules.check_sent(record.messages("server")[:len(messages)], messages, side, options)
    reader = rules.Reader(agreed["client"])
    for message, wired in zip(messages, record.messages("client")):
        payload = reader.inflate(wired.payload) if wired.rsv1 else wired.payload
        rules.check(payload == message.data, "the page sent other bytes")
    rules.check(any(wired.rsv1 for wired in record.messages("client")), "the page compressed none")


def try_cell(page, peer, tap, number):
    options = rules.Options(*CELLS[number], *TURNS[number % len(TURNS)])
    messages = traffic.LIGHT + traffic.LONG if number % 5 == 0 else traffic.LIGHT
    end, record, extensions = connect(page, peer, tap, traffic.our_words(options))
    for message in messages:
        end.tell(message.kind, message.data)
    for message in messages:
        end.expect(message.kind, message.data)
    end.tell("close", 1000, "")
    end.event("closed")
    judge(record, options, messages)
    rules.check(extensions == record.extensions("server"), "the page says", extensions)


def without(page, peer, tap):
    """A server that has no extensions: the page has none either."""
    end, record, extensions = connect(page, peer, tap, "off")
    end.tell("text", cases.text_of(2000))
    end.expect("text", cases.text_of(2000))
    rules.check(extensions == "" and record.extensions("server") is None, "agreed:", extensions)


def run(page, peer, tap):
    """Reports each case in TAP; whether all went well."""
    good = True
    todo = [(f"window bits {bits}, requested {request}", lambda i=i: try_cell(page, peer, tap, i))
            for i, (bits, request) in enumerate(CELLS)]
    todo.append(("without extensions", lambda: without(page, peer, tap)))
    print(f"1..{len(todo)}", flush=True)
    for number, (name, function) in enumerate(todo, 1):
        problem = None
        try:
            function()
        except (AssertionError, rules.Broken, peers.Unexpected) as error:
            problem = str(error)
            good = False
        print(f"{'not ok' if problem else 'ok'} {number} - {name}", flush=True)
        if problem:
            print("\n".join(f"# {line}" for line in problem.splitlines()))
    return good


def main():
    with browser.start() as page:
        peer = peers.Peer("faye", "server", sys.argv[1])
        tap = wiretap.Tap(peer.port)
        page.open(f"http://127.0.0.1:{serve_page()}/")
        good = run(page, peer, tap)
        ended = peer.stop()
    sys.exit(0 if good and ended == 0 else 1)


main()
