// SPDX-License-Identifier: MIT

// The npm package faye-websocket as a peer: `faye-websocket-peer.js server|client`.

'use strict';

const http = require('http');
const FayeWebSocket = require('faye-websocket');
const deflate = require('permessage-deflate');
const {
  HEADER, REFUSAL, decode, deflateOptions, listOf, listen, report, write,
} = require('./lines.js');

const SUPPORTED = ['alpha', 'beta'];
const NAMES = {
  level: 'level',
  mem_level: 'memLevel',
  strategy: 'strategy',
  no_context_takeover: 'noContextTakeover',
  max_window_bits: 'maxWindowBits',
  request_no_context_takeover: 'requestNoContextTakeover',
  request_max_window_bits: 'requestMaxWindowBits',
};
const sockets = new Map();
let extensions = [];

function setDeflate(word) {
  const options = deflateOptions(word);
  const known = Object.entries(options || {}).filter(([key]) => key in NAMES);
  const configured = Object.fromEntries(known.map(([key, value]) => [NAMES[key], value]));

  extensions = options ? [deflate.configure(configured)] : [];
  write(0, 'ready');
}

// The package tells of pings and pongs through its driver only.
function attach(number, socket) {
  sockets.set(number, socket);
  socket.on('message', ({ data }) =>
    report(number, typeof data === 'string' ? 'text' : 'binary', data));
  socket._driver.on('ping', ({ data }) => report(number, 'ping', data));
  socket._driver.on('pong', ({ data }) => report(number, 'pong', data));
  socket.on('error', ({ message }) => report(number, 'error', message));
  socket.on('close', ({ code, reason }) => report(number, 'closed', code, reason));
}

function refuse(stream) {
  const body = Buffer.from(REFUSAL);

  stream.write('HTTP/1.1 403 Forbidden\r\n' +
               `${HEADER}: refused\r\n` +
               `Content-Length: ${body.length}\r\n` +
               'Connection: close\r\n\r\n');
  stream.end(body);
}

function serve() {
  const server = http.createServer();
  let last = 0;

  server.on('upgrade', (request, stream, head) => {
    if (request.url === '/refuse') {
      refuse(stream);
      return;
    }
    const socket = new FayeWebSocket(request, stream, head, SUPPORTED,
                                     { headers: { [HEADER]: 'answer' }, extensions });
    const number = ++last;

    attach(number, socket);
    socket.on('open', () =>
      report(number, 'open', request.url, socket.protocol, request.headers['x-interop'] || ''));
  });
  server.listen(0, '127.0.0.1', () => write('listening', server.address().port));
}

function open(number, url, protocols, header) {
  const socket = new FayeWebSocket.Client(decode(url).toString(), listOf(protocols), {
    headers: { [HEADER]: decode(header).toString() },
    extensions,
  });
  const answer = () => (socket.headers || {})['x-interop'] || '';

  socket.on('open', () => report(number, 'open', '', socket.protocol, answer()));
  socket.on('error', () => {
    if (socket.statusCode && socket.statusCode !== 101)
      report(number, 'refused', socket.statusCode, answer(), '');
  });
  attach(number, socket);
}

if (process.argv[2] === 'server')
  serve();

listen({
  open,
  text: (number, data) => sockets.get(number).send(decode(data).toString()),
  binary: (number, data) => sockets.get(number).send(decode(data)),
  ping: (number, data) => sockets.get(number).ping(decode(data).toString()),
  close: (number, code, reason) =>
    sockets.get(number).close(Number(code), decode(reason).toString()),
  deflate: (number, options) => setDeflate(options),
});
