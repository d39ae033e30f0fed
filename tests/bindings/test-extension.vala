// SPDX-License-Identifier: MIT
// Extensions written in Vala: classes that leave out what they do not need.

class ReverseSession : Object, Faye.ExtensionSession {
    private void reverse (Faye.ExtensionTask task) {
        var turned = new uint8[0];
        for (var i = task.get_bytes ().length; i > 0; i--)
            turned += task.get_bytes ()[i - 1];
        task.return_bytes (new Bytes (turned), task.get_rsv () ^ Faye.Rsv.BIT_2);
    }

    public void outgoing (Faye.ExtensionTask task) {
        reverse (task);
    }

    public void incoming (Faye.ExtensionTask task) {
        reverse (task);
    }
}

class PickySession : Object, Faye.ExtensionSession {
    public bool activate (Variant params) throws Error {
        throw new IOError.FAILED ("not what I asked for");
    }
}

class Extension : Object, Faye.Extension {
    private Type session;

    public Extension (Type session) {
        this.session = session;
    }

    public string get_name () {
        return "x-toy";
    }

    public Faye.Rsv get_rsv () {
        return Faye.Rsv.BIT_2;
    }

    public Faye.ExtensionSession? create_client_session () {
        return (Faye.ExtensionSession) Object.new (session);
    }

    public Faye.ExtensionSession? create_server_session (Variant offers) {
        return new ReverseSession ();
    }
}

class Bare : Object, Faye.Extension {
    public string get_name () {
        return "x-bare";
    }
}

void add (Faye.WebSocket socket, Faye.Extension extension) {
    try {
        socket.add_extension (extension);
    } catch (Error e) {
        error ("%s", e.message);
    }
}

// What comes back for "hello" and ends the connection, or the error.
string exchange (Type session) {
    var loop = new MainLoop ();
    var server = (Soup.Server) Object.new (typeof (Soup.Server));
    string? result = null;

    server.add_handler (null, (server, request) => {
        var socket = new Faye.WebSocket (request, null);
        add (socket, new Extension (typeof (ReverseSession)));
        socket.message.connect ((message) => { socket.send (message); });
    });
    try {
        server.listen_local (0, Soup.ServerListenOptions.IPV4_ONLY);
    } catch (Error e) {
        error ("%s", e.message);
    }
    var port = server.get_uris ().nth_data (0).get_port ();
    var client = new Faye.WebSocketClient ("ws://127.0.0.1:%d/".printf (port), null);
    add (client, new Bare ());
    add (client, new Extension (session));
    client.send_text ("hello");
    client.message.connect ((message) => {
        result = "%s %s".printf (client.extensions, message.get_text ());
        client.abort ();
    });
    client.error.connect ((error) => { result = error.message; });
    client.closed.connect (() => loop.quit ());
    loop.run ();
    return result;
}

int main (string[] args) {
    Test.init (ref args);
    Test.add_func ("/vala/extension/reverses-text", () => {
        assert (exchange (typeof (ReverseSession)) == "x-toy hello");
    });
    Test.add_func ("/vala/extension/refuses-the-answer", () => {
        assert (exchange (typeof (PickySession)).has_suffix (": not what I asked for"));
    });
    return Test.run ();
}
