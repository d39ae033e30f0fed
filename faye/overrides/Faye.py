# SPDX-License-Identifier: MIT
"""What Python adds to Faye: default arguments, bytes for GLib.Bytes, and message.text and .data."""

from gi.module import get_introspection_module
from gi.overrides import override
from gi.repository import GLib

Faye = get_introspection_module("Faye")

__all__ = ["Message", "WebSocket"]


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


class WebSocket(Faye.WebSocket):
    def send_bytes(self, data):
        return super().send_bytes(_to_bytes(data))

    def ping(self, payload=None):
        return super().ping(_to_bytes(payload))

    def pong(self, payload=None):
        return super().pong(_to_bytes(payload))

    def close(self, code=1000, reason=""):
        return super().close(code, reason)


WebSocket = override(WebSocket)
