// SPDX-License-Identifier: MIT

// The npm package ws, to be measured beside ours: the same paths as soup-echo.

'use strict';

const { WebSocketServer } = require('ws');

function flood(socket, request) {
  const [count, size] = String(request).split(' ').map(Number);
  const data = Buffer.alloc(size);

  for (let i = 0; i < count; i++)
    socket.send(data, { binary: true });
}

const answers = {
  '/sink': () => {},
  '/flood': flood,
  '/echo': (socket, data, binary) => socket.send(data, { binary }),
};
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });

server.on('connection', (socket, request) => {
  const answer = answers[request.url];

  socket.on('message', (data, binary) => answer(socket, data, binary));
  socket.on('error', () => {});
});
server.on('listening', () => console.log(`listening on ${server.address().port}`));
