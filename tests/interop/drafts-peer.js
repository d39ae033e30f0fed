// SPDX-License-Identifier: MIT
'use strict';

// A server of the drafts on one of Node's drivers: `node drafts-peer.js MODULE MAX-LENGTH`. It
// echoes each message, closes when it is told "close", and on /early sends a text before it is open. The
// drivers before 0.7.1 speak the drafts without being asked.

const net = require('net');

const [name, maxLength] = process.argv.slice(2);
const Driver = require(name);
const options = { maxLength: Number(maxLength) };

try {
  Driver.validateOptions({ allowDrafts: true }, ['allowDrafts']);
  Driver.server({ ...options, allowDrafts: true });
  options.allowDrafts = true;
} catch (error) {
  // It has no such option.
}

function serve(socket) {
  const driver = Driver.server(options);

  socket.setNoDelay(true);
  driver.on('connect', () => {
    if (driver.url.startsWith('/early')) driver.text('early');
    driver.start();
  });
  driver.on('message', ({ data }) => {
    if (data === 'close') driver.close();
    else if (typeof data === 'string') driver.text(data);
    else driver.binary(data);
  });
  driver.on('close', () => socket.end());
  socket.on('error', () => socket.destroy());
  socket.pipe(driver.io).pipe(socket);
}

const server = net.createServer(serve);
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`));
process.stdin.on('end', () => process.exit(0)).resume();
