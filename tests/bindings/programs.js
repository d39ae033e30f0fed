// SPDX-License-Identifier: MIT
// The example programs as child processes, by the language they are written in.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

const BUILD = GLib.getenv('FAYE_BUILD');
const SOURCE = GLib.getenv('FAYE_SOURCE');
const PYTHON = GLib.getenv('FAYE_PYTHON') ?? '/usr/bin/python3';
const GJS = GLib.getenv('FAYE_GJS') ?? 'gjs';

Gio._promisify(Gio.Subprocess.prototype, 'communicate_utf8_async', 'communicate_utf8_finish');
Gio._promisify(Gio.DataInputStream.prototype, 'read_line_async', 'read_line_finish_utf8');

export const SERVERS = {
    c: [`${BUILD}/examples/c/echo-server`],
    'c-raw': [`${BUILD}/examples/c/echo-server`, '--raw'],
    python: [PYTHON, `${SOURCE}/examples/python/echo_server.py`],
    javascript: [GJS, `${SOURCE}/examples/javascript/echo-server.js`],
};

export const CLIENTS = {
    c: [`${BUILD}/examples/c/echo-client`],
    python: [PYTHON, `${SOURCE}/examples/python/echo_client.py`],
    javascript: [GJS, `${SOURCE}/examples/javascript/echo-client.js`],
};

// A child process that runs beside the tests' main loop. Whoever starts it calls stop().
export class Program {
    constructor(...command) {
        this._process = Gio.Subprocess.new(command, Gio.SubprocessFlags.STDIN_PIPE |
            Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_PIPE);
    }

    async readLine() {
        const stream = new Gio.DataInputStream({
            base_stream: this._process.get_stdout_pipe(),
            close_base_stream: false,
            buffer_size: 1,
        });
        const [line] = await stream.read_line_async(GLib.PRIORITY_DEFAULT, null);
        return line;
    }

    // Exit status and output, at its end.
    async finish() {
        const [output, errors] = await this._process.communicate_utf8_async('', null);
        return {status: this._process.get_exit_status(), output, errors};
    }

    terminate() {
        this._process.send_signal(15);
        return this.finish();
    }

    stop() {
        this._process.force_exit();
    }
}
