// SPDX-License-Identifier: MIT
// The echo in C, Python and JavaScript, seen from JavaScript.

import {Server, connect, equal, message, run, test} from './harness.js';
import {CLIENTS, Program, SERVERS} from './programs.js';

const PAYLOADS = [
    '', 'hello', 'Γειά σου 世界 𝄞 🙂', 'x'.repeat(70000),
    [], Array.from({length: 256}, (_, i) => i), Array(65536).fill(0),
];

async function withProgram(command, body) {
    const program = new Program(...command);
    try {
        await body(program);
    } finally {
        program.stop();
    }
}

async function checkServer(program) {
    const port = /^listening on (\d+)$/.exec(await program.readLine())[1];
    const client = await connect(`ws://127.0.0.1:${port}/`);
    for (const payload of PAYLOADS)
        client.socket.send(message(payload));
    await client.untilMessages(PAYLOADS.length);
    equal(client.messages, PAYLOADS);
    equal((await client.close(3000, 'done'))[0], 3000);
    equal((await program.terminate()).status, 0);
}

async function checkClient(server, program) {
    await server.untilConnected();
    const [record] = server.records;
    await record.untilMessages(PAYLOADS.length);
    equal(record.messages, PAYLOADS);
    equal((await record.close(3000, 'good bye'))[0], 3000);
    equal(await program.finish(), {status: 0, output: 'closed 3000 good bye\n', errors: ''});
}

for (const [name, command] of Object.entries(SERVERS))
    test(`server ${name}`, () => withProgram([...command, '--port', '0'], checkServer));

for (const [name, command] of Object.entries(CLIENTS)) {
    test(`client ${name}`, () => {
        const server = new Server({
            setup: socket => PAYLOADS.forEach(payload => socket.send(message(payload))),
        });
        return withProgram([...command, server.url], program => checkClient(server, program));
    });
}

run();
