// SPDX-License-Identifier: MIT

// What JavaScript adds to Faye: default arguments, promises, and message.text and .data.

/* exported _init */

const {Gio} = imports.gi;

const ASYNC_METHODS = {
    WebSocket: ['send', 'ping'],
    WebSocketClient: ['open'],
};

function addGetters(prototype, getters) {
    for (const [name, get] of Object.entries(getters))
        Object.defineProperty(prototype, name, {get, configurable: true, enumerable: true});
}

function extendMessage(prototype, kinds) {
    addGetters(prototype, {
        kind() {
            return this.get_kind();
        },
        size() {
            return this.get_size();
        },
        text() {
            return this.get_kind() === kinds.TEXT ? new TextDecoder().decode(this.data) : null;
        },
        data() {
            return this.get_bytes().toArray();
        },
    });
}

function extendWebSocket(prototype) {
    const {close, ping, pong} = prototype;

    prototype.close = function (code = 1000, reason = '') {
        return close.call(this, code, reason);
    };
    prototype.ping = function (payload = null) {
        return ping.call(this, payload);
    };
    prototype.pong = function (payload = null) {
        return pong.call(this, payload);
    };
}

function _init() {
    for (const [name, methods] of Object.entries(ASYNC_METHODS)) {
        for (const method of methods)
            Gio._promisify(this[name].prototype, `${method}_async`, `${method}_finish`);
    }
    extendMessage(this.Message.prototype, this.MessageKind);
    extendWebSocket(this.WebSocket.prototype);
}
