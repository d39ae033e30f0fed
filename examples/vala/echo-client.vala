// SPDX-License-Identifier: MIT
// Connects to a WebSocket server and returns each of its messages.

int main (string[] args) {
    if (args.length != 2) {
        printerr ("Usage: %s URL\n", args[0]);
        return 2;
    }

    var loop = new MainLoop ();
    var opened = false;

    var socket = new Faye.WebSocketClient (args[1], null);
    socket.open.connect (() => {
        opened = true;
    });
    socket.message.connect ((message) => {
        socket.send (message);
    });
    socket.error.connect ((error) => {
        printerr ("%s\n", error.message);
    });
    socket.closed.connect ((code, reason) => {
        if (opened)
            print ("closed %u %s\n", code, reason);
        loop.quit ();
    });

    loop.run ();
    return opened ? 0 : 1;
}
