// SPDX-License-Identifier: MIT

// The line language of the peers (see peers.py), for the peers that run on Node.

'use strict';

const readline = require('readline');

const REFUSAL = 'Not here \u{1F6AB}';
const HEADER = 'X-Interop';

function encode(value) {
  const buffer = Buffer.isBuffer(value) ? value : Buffer.from(String(value));

  return buffer.length ? buffer.toString('base64') : '-';
}

function decode(word) {
  return word === '-' ? Buffer.alloc(0) : Buffer.from(word, 'base64');
}

function write(...words) {
  process.stdout.write(words.join(' ') + '\n');
}

function report(number, event, ...values) {
  const words = values.map((value) => (typeof value === 'number' ? value : encode(value)));

  write(number, event, ...words);
}

// Runs HANDLERS[command] (number, ...words) for each line of the standard input.
function listen(handlers) {
  const input = readline.createInterface({ input: process.stdin, crlfDelay: Infinity });

  input.on('line', (line) => {
    const [number, command, ...words] = line.split(' ');

    handlers[command](Number(number), ...words);
  });
  input.on('close', () => process.exit(0));
}

function listOf(word) {
  const text = decode(word).toString();

  return text ? text.split(',') : [];
}

// What `off` or the list of options says: null, or the keys with their numbers; flags are true.
function deflateOptions(word) {
  const text = decode(word).toString();
  const pairs = text.split(',').filter(Boolean).map((item) => item.split('='));

  if (text === 'off')
    return null;
  return Object.fromEntries(pairs.map(([key, value]) =>
    [key, value === undefined ? true : Number(value)]));
}

function slices(data, count) {
  const size = Math.floor(data.length / count);

  return Array.from({ length: count }, (_, i) =>
    data.subarray(i * size, i === count - 1 ? data.length : (i + 1) * size));
}

module.exports = {
  HEADER, REFUSAL, decode, deflateOptions, listOf, listen, report, slices, write,
};
