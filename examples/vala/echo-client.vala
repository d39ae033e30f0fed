// SPDX-License-Identifier: MIT
// Connects to a WebSocket server and returns each of its messages.

int main (string[] args) {
    var deflate = args.length > 1 && args[1] == "--deflate";
    if (args.length != (deflate ? 3 : 2)) {
        printerr ("Usage: %s [--deflate] URL\n", args[0]);
        return 2;
    }

    var loop = new MainLoop ();
    var opened = false;

    var socket = new Faye.WebSocketClient (args[deflate ? 2 : 1], null);
    if (deflate) {
        try {
            socket.add_extension (new Faye.PermessageDeflate ());
        } catch (Error error) {
            printerr ("%s\n", error.message);
            return 1;
        }
    }
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
