// SPDX-License-Identifier: MIT

// The npm package ws as a peer: `ws-peer.js server|client`.

'use strict';

const { WebSocket, WebSocketServer } = require('ws');
const {
  HEADER, REFUSAL, decode, deflateOptions, listOf, listen, report, slices, write,
} = require('./lines.js');

const SUPPORTED = ['alpha', 'beta'];
const sockets = new Map();
let server;
let clientDeflate = true;
let compress = false;

function attach(number, socket) {
  sockets.set(number, socket);
  socket.on('message', (data, binary) => report(number, binary ? 'binary' : 'text', data));
  socket.on('ping', (data) => report(number, 'ping', data));
  socket.on('pong', (data) => report(number, 'pong', data));
  socket.on('error', (error) => report(number, 'error', error.message));
  socket.on('close', (code, reason) => report(number, 'closed', code, reason));
}

function serve() {
  server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: (offered) => [...offered].find((name) => SUPPORTED.includes(name)) || false,
    verifyClient: ({ req }, answer) =>
      answer(req.url !== '/refuse', 403, REFUSAL, { [HEADER]: 'refused' }),
  });
  let last = 0;

  server.on('headers', (headers) => headers.push(`${HEADER}: answer`));
  server.on('listening', () => write('listening', server.address().port));
  server.on('connection', (socket, request) => {
    attach(++last, socket);
    report(last, 'open', request.url, socket.protocol, request.headers['x-interop'] || '');
  });
}

function reportRefusal(number, response) {
  const chunks = [];

  response.on('data', (chunk) => chunks.push(chunk));
  response.on('end', () => {
    const header = response.headers['x-interop'] || '';

    report(number, 'refused', response.statusCode, header, Buffer.concat(chunks));
  });
}

function open(number, url, protocols, header) {
  const socket = new WebSocket(decode(url).toString(), listOf(protocols), {
    headers: { [HEADER]: decode(header).toString() },
    perMessageDeflate: clientDeflate,
  });
  let answer = '';

  attach(number, socket);
  socket.on('upgrade', (response) => { answer = response.headers['x-interop'] || ''; });
  socket.on('open', () => report(number, 'open', '', socket.protocol, answer));
  socket.on('unexpected-response', (request, response) => reportRefusal(number, response));
}

// The package's names go by the end that compresses.
function deflateOf(options, own, other) {
  if (!options)
    return false;
  return {
    [`${own}NoContextTakeover`]: options.no_context_takeover,
    [`${other}NoContextTakeover`]: options.request_no_context_takeover,
    [`${own}MaxWindowBits`]: options.max_window_bits === 0 ? false : options.max_window_bits,
    [`${other}MaxWindowBits`]: options.request_max_window_bits,
    threshold: options.threshold || 0,
    zlibDeflateOptions: {
      level: options.level, memLevel: options.mem_level, strategy: options.strategy,
    },
  };
}

// A server reads its options at each handshake.
function setDeflate(word) {
  const options = deflateOptions(word);

  if (server)
    server.options.perMessageDeflate = deflateOf(options, 'server', 'client');
  else
    clientDeflate = deflateOf(options, 'client', 'server');
  compress = options !== null;
  write(0, 'ready');
}

function sendFragments(number, kind, count, data, between) {
  const socket = sockets.get(number);
  const parts = slices(decode(data), count);

  parts.forEach((part, i) => {
    socket.send(part, { binary: kind === 'binary', fin: i === count - 1, compress });
    if (between !== '-' && i < count - 1)
      socket.ping(decode(between));
  });
}

if (process.argv[2] === 'server')
  serve();

listen({
  open,
  text: (number, data) => sockets.get(number).send(decode(data), { binary: false }),
  binary: (number, data) => sockets.get(number).send(decode(data), { binary: true }),
  fragments: (number, kind, count, data, between) =>
    sendFragments(number, kind, Number(count), data, between),
  ping: (number, data) => sockets.get(number).ping(decode(data)),
  close: (number, code, reason) => sockets.get(number).close(Number(code), decode(reason)),
  'close-empty': (number) => sockets.get(number).close(),
  deflate: (number, options) => setDeflate(options),
});
