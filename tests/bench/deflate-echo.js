// SPDX-License-Identifier: MIT

// The npm package ws with permessage-deflate, to be measured beside ours: `[WINDOW MEM_LEVEL TAKEOVER]`.

'use strict';

const { WebSocketServer } = require('ws');

const [windowBits, memLevel, takeover] = process.argv.slice(2).map(Number);
const perMessageDeflate = windowBits ? {
  serverMaxWindowBits: windowBits,
  clientMaxWindowBits: windowBits,
  serverNoContextTakeover: !takeover,
  clientNoContextTakeover: !takeover,
  threshold: 0,
  zlibDeflateOptions: { memLevel },
} : false;
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate });

server.on('connection', (socket) => {
  socket.on('message', (data, binary) => socket.send(data, { binary }));
  socket.on('error', () => {});
});
server.on('listening', () => console.log(`listening on ${server.address().port}`));
