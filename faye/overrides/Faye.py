# SPDX-License-Identifier: MIT
"""What Python adds to Faye: default arguments, bytes for GLib.Bytes, message.text and .data, and plain
lists and dictionaries for what extensions need."""

import functools
import traceback

from gi.module import get_introspection_module
from gi.overrides import override
from gi.repository import Gio, GLib

Faye = get_introspection_module("Faye")

__all__ = ["Extension", "ExtensionSession", "ExtensionTask", "Message", "WebSocket",
           "extension_offers", "extension_params"]


def _to_bytes(data):
    if data is None or isinstance(data, GLib.Bytes):
        return data
    return GLib.Bytes.new(bytes(data))


class Message(Faye.Message):
    @classmethod
    def new_bytes(cls, data):
        return Faye.Message.new_bytes(_to_bytes(data))

    @property
    def kind(self):
        return self.get_kind()

    @property
    def size(self):
        return self.get_size()

    @property
    def text(self):
        """The text of a text message, None for a binary one."""
        if self.get_kind() != Faye.MessageKind.TEXT:
            return None
        return self.data.decode()

    @property
    def data(self):
        """The payload of either kind as bytes."""
        return self.get_bytes().get_data() or b""

    def __len__(self):
        return self.get_size()

    def __bool__(self):
        return True


Message = override(Message)


class ExtensionTask(Faye.ExtensionTask):
    @property
    def data(self):
        """The payload as bytes."""
        return self.get_bytes().get_data() or b""

    def return_bytes(self, data, rsv):
        super().return_bytes(_to_bytes(data), rsv)


ExtensionTask = override(ExtensionTask)


def _check_bases(cls, interface):
    """PyGObject would give the functions of CLS to the class above that has the interface as well."""
    own = {f"do_{vfunc.get_name()}" for vfunc in interface.__info__.get_vfuncs()} & set(vars(cls))
    if own and interface not in cls.__bases__:
        raise TypeError(f"{cls.__name__} has {', '.join(sorted(own))}: "
                        f"add Faye.{interface.__name__} to its bases")


class Extension(Faye.Extension):
    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        _check_bases(cls, Extension)


Extension = override(Extension)


def _let_go(function):
    """Python keeps an exception that nobody catches, and with it what the function was given: a task
    would wait for its answer for ever."""
    @functools.wraps(function)
    def call(self, task):
        try:
            return function(self, task)
        except Exception as error:
            del task
            traceback.clear_frames(error.__traceback__)
            raise
    return call


class ExtensionSession(Faye.ExtensionSession):
    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        _check_bases(cls, ExtensionSession)
        for name in ("do_incoming", "do_outgoing"):
            if name in vars(cls):
                setattr(cls, name, _let_go(vars(cls)[name]))


ExtensionSession = override(ExtensionSession)


def _to_variant(value):
    if isinstance(value, GLib.Variant):
        return value
    if isinstance(value, bool):
        return GLib.Variant("b", value)
    if isinstance(value, int):
        return GLib.Variant("x", value)
    if isinstance(value, (list, tuple)):
        return GLib.Variant("av", [_to_variant(item) for item in value])
    return GLib.Variant("s", value)


def _to_params(params):
    return {name: _to_variant(value) for name, value in params.items()}


def extension_params(params):
    """A dictionary as what do_get_answer returns."""
    return GLib.Variant("a{sv}", _to_params(params))


def extension_offers(offers):
    """A list of dictionaries as what do_get_offers returns."""
    return GLib.Variant("aa{sv}", [_to_params(params) for params in offers])


def _to_list_model(extensions):
    if not isinstance(extensions, (list, tuple)):
        return extensions
    store = Gio.ListStore.new(Faye.Extension)
    for extension in extensions:
        store.append(extension)
    return store


class WebSocket(Faye.WebSocket):
    def __init__(self, *args, **properties):
        if "supported_extensions" in properties:
            properties["supported_extensions"] = _to_list_model(properties["supported_extensions"])
        super().__init__(*args, **properties)

    def send_bytes(self, data):
        return super().send_bytes(_to_bytes(data))

    def ping(self, payload=None):
        return super().ping(_to_bytes(payload))

    def pong(self, payload=None):
        return super().pong(_to_bytes(payload))

    def close(self, code=1000, reason=""):
        return super().close(code, reason)


WebSocket = override(WebSocket)
