// SPDX-License-Identifier: MIT

// A Vala program outside the tree: a server and a client in one process.

const string TEXT = "Grüße, 🦊";

int main () {
    var loop = new MainLoop ();
    var server = new Soup.Server ("server-header", "echo");
    uint echoes = 0;

    server.add_handler (null, (server, request, path, query) => {
        var socket = new Faye.WebSocket (request, null);
        socket.message.connect ((socket, message) => {
            socket.send (message);
        });
    });
    try {
        server.listen_local (0, 0);
    } catch (Error error) {
        printerr ("%s\n", error.message);
        return 1;
    }

    var port = server.get_uris ().data.get_port ();
    var client = new Faye.WebSocketClient ("ws://localhost:%d/".printf (port), null);
    client.message.connect ((message) => {
        if (message.get_kind () == Faye.MessageKind.TEXT && message.get_text () == TEXT)
            echoes++;
        if (message.get_kind () == Faye.MessageKind.BINARY && message.get_size () == 3)
            echoes++;
        try {
            if (echoes == 2)
                client.close (1000, "done");
        } catch (Error error) {
            printerr ("%s\n", error.message);
        }
    });
    client.closed.connect ((code, reason) => loop.quit ());
    client.send_text (TEXT);
    client.send_bytes (new Bytes ({ 0x00, 0xff, 0x80 }));
    loop.run ();

    print ("%u echoes, closed %u\n", echoes, client.close_code);
    return echoes == 2 && client.close_code == 1000 ? 0 : 1;
}
