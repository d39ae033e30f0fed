/* SPDX-License-Identifier: MIT */

#include "faye/faye-extension.h"

/**
 * FayeExtension:
 *
 * An extension of the protocol, which changes messages on their way (RFC 6455, section 9).
 *
 * The one everybody has is [class@Faye.PermessageDeflate]; programs can have their own. A program
 * gives an extension to any number of sockets by [method@Faye.WebSocket.add_extension], and for
 * each connection it makes a [iface@Faye.ExtensionSession], which does the work.
 *
 * An extension in Python that reverses text, for both ends of a connection:
 *
 * ```python
 * class ReverseSession(GObject.Object, Faye.ExtensionSession):
 *     def do_outgoing(self, task):
 *         data = task.get_bytes().get_data()
 *         task.return_bytes(GLib.Bytes.new(data[::-1]), task.get_rsv() ^ Faye.Rsv.BIT_2)
 *
 *     def do_incoming(self, task):
 *         if task.get_rsv() & Faye.Rsv.BIT_2:
 *             self.do_outgoing(task)
 *         else:
 *             task.return_unchanged()
 *
 * class Reverse(GObject.Object, Faye.Extension):
 *     def do_get_name(self):
 *         return "x-reverse"
 *
 *     def do_get_rsv(self):
 *         return Faye.Rsv.BIT_2
 *
 *     def do_create_client_session(self):
 *         return ReverseSession()
 *
 *     def do_create_server_session(self, offers):
 *         return ReverseSession()
 * ```
 *
 * All functions of an extension and of its sessions are called on the main context of the socket.
 *
 * ## Parameters
 *
 * What the two ends tell each other about an extension is a set of parameters, here a
 * [struct@GLib.Variant] of type `a{sv}`. A parameter without a value is the boolean `TRUE`, a whole
 * number is an `int64`, any other value is a string, and a parameter that came several times is an
 * `av` of these. What is to be sent may hold whole numbers of any type, and `FALSE` for a parameter
 * that is left out. Names and strings must be tokens: letters, digits and some signs, without
 * blanks (RFC 6455, section 9.1).
 *
 * Since: 1.0
 */

G_DEFINE_INTERFACE (FayeExtension, faye_extension, G_TYPE_OBJECT)

static FayeRsv
extension_get_rsv (FayeExtension *self)
{
  return FAYE_RSV_NONE;
}

static FayeExtensionSession *
extension_create_client_session (FayeExtension *self)
{
  return NULL;
}

static FayeExtensionSession *
extension_create_server_session (FayeExtension *self, GVariant *offers)
{
  return NULL;
}

static void
faye_extension_default_init (FayeExtensionInterface *iface)
{
  iface->get_rsv = extension_get_rsv;
  iface->create_client_session = extension_create_client_session;
  iface->create_server_session = extension_create_server_session;
}

/**
 * faye_extension_get_name:
 * @self: an extension
 *
 * Gets the name by which the two ends know the extension, such as `permessage-deflate`.
 *
 * It is a token: letters, digits and some signs, without blanks.
 *
 * Returns: (transfer full): the name
 *
 * Since: 1.0
 */
char *
faye_extension_get_name (FayeExtension *self)
{
  FayeExtensionInterface *iface;

  g_return_val_if_fail (FAYE_IS_EXTENSION (self), NULL);

  iface = FAYE_EXTENSION_GET_IFACE (self);
  g_return_val_if_fail (iface->get_name != NULL, NULL);
  return iface->get_name (self);
}

/**
 * faye_extension_get_rsv:
 * @self: an extension
 *
 * Gets the bits that mark the messages which the extension has changed.
 *
 * Two extensions with a bit in common cannot be used on one connection: of those that both ends
 * have, a server takes the one that was added first.
 *
 * Returns: the bits
 *
 * Since: 1.0
 */
FayeRsv
faye_extension_get_rsv (FayeExtension *self)
{
  g_return_val_if_fail (FAYE_IS_EXTENSION (self), FAYE_RSV_NONE);

  return FAYE_EXTENSION_GET_IFACE (self)->get_rsv (self);
}

/**
 * faye_extension_create_client_session:
 * @self: an extension
 *
 * Makes the session that offers the extension on a client's end.
 *
 * Returns: (transfer full) (nullable): a session, or `NULL` to offer nothing
 *
 * Since: 1.0
 */
FayeExtensionSession *
faye_extension_create_client_session (FayeExtension *self)
{
  g_return_val_if_fail (FAYE_IS_EXTENSION (self), NULL);

  return FAYE_EXTENSION_GET_IFACE (self)->create_client_session (self);
}

/**
 * faye_extension_create_server_session:
 * @self: an extension
 * @offers: what the client offered: an array of sets of parameters (`aa{sv}`), its favourite first
 *
 * Makes the session that answers a client's offers on a server's end.
 *
 * A client may offer an extension several times; the first set of parameters that will do is to be
 * answered.
 *
 * Returns: (transfer full) (nullable): a session, or `NULL` to decline all of them
 *
 * Since: 1.0
 */
FayeExtensionSession *
faye_extension_create_server_session (FayeExtension *self, GVariant *offers)
{
  g_return_val_if_fail (FAYE_IS_EXTENSION (self), NULL);
  g_return_val_if_fail (offers != NULL, NULL);
  g_return_val_if_fail (g_variant_is_of_type (offers, G_VARIANT_TYPE ("aa{sv}")), NULL);

  return FAYE_EXTENSION_GET_IFACE (self)->create_server_session (self, offers);
}
