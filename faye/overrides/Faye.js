// SPDX-License-Identifier: MIT

// What JavaScript adds to Faye: default arguments, promises, message.text and .data, and plain arrays and
// objects for what extensions need.

/* exported _init */

const {Gio, GLib} = imports.gi;

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

function extendTask(prototype) {
    addGetters(prototype, {
        data() {
            return this.get_bytes().toArray();
        },
    });
}

function toVariant(value) {
    if (value instanceof GLib.Variant)
        return value;
    if (Array.isArray(value))
        return new GLib.Variant('av', value.map(toVariant));
    switch (typeof value) {
    case 'boolean':
        return GLib.Variant.new_boolean(value);
    case 'number':
        return GLib.Variant.new_int64(value);
    default:
        return GLib.Variant.new_string(value);
    }
}

function toParams(params) {
    return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, toVariant(value)]));
}

// An object as what vfunc_get_answer returns, and an array of them as what vfunc_get_offers does.
function extensionParams(params) {
    return new GLib.Variant('a{sv}', toParams(params));
}

function extensionOffers(offers) {
    return new GLib.Variant('aa{sv}', offers.map(toParams));
}

function toListModel(extensions, type) {
    const store = new Gio.ListStore({item_type: type});
    extensions.forEach(extension => store.append(extension));
    return store;
}

// Lets the constructors take an array of extensions.
function extendConstructor(prototype, type) {
    const {_init} = prototype;

    prototype._init = function (properties = {}, ...rest) {
        const given = {...properties};
        for (const name of ['supportedExtensions', 'supported_extensions', 'supported-extensions']) {
            if (Array.isArray(given[name]))
                given[name] = toListModel(given[name], type);
        }
        return _init.call(this, given, ...rest);
    };
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
    extendTask(this.ExtensionTask.prototype);
    extendWebSocket(this.WebSocket.prototype);
    extendConstructor(this.WebSocket.prototype, this.Extension.$gtype);
    this.extensionParams = extensionParams;
    this.extensionOffers = extensionOffers;
}
