/* SPDX-License-Identifier: MIT */

#include "faye/faye-extension-session.h"

#include "faye/faye-error.h"

/**
 * FayeExtensionSession:
 *
 * What an extension does on one connection.
 *
 * A client's session first says what it offers, and is then given the server's answer, unless the
 * server has none; a server's session is made from the client's offers, and gives the answer. After
 * that it is given each message that is sent or received, as a [class@Faye.ExtensionTask], and
 * answers it, at once or later. However it does that, the order of messages stays. Pings and pongs
 * pass by; a close frame waits for the messages before it, for as long as
 * [property@Faye.WebSocket:close-timeout] says.
 *
 * Of several extensions on a connection, each is given what those that were agreed on before it
 * made of a message to be sent; on the receiving end it is the other way round.
 *
 * Since: 1.0
 */

G_DEFINE_INTERFACE (FayeExtensionSession, faye_extension_session, G_TYPE_OBJECT)

static GVariant *
session_get_offers (FayeExtensionSession *self)
{
  return g_variant_new_parsed ("[@a{sv} {}]");
}

static gboolean
session_activate (FayeExtensionSession *self, GVariant *params, GError **error)
{
  return TRUE;
}

static GVariant *
session_get_answer (FayeExtensionSession *self)
{
  return g_variant_new_parsed ("@a{sv} {}");
}

static void
session_pass (FayeExtensionSession *self, FayeExtensionTask *task)
{
  faye_extension_task_return_unchanged (task);
}

static void
session_close (FayeExtensionSession *self)
{
}

static void
faye_extension_session_default_init (FayeExtensionSessionInterface *iface)
{
  iface->get_offers = session_get_offers;
  iface->activate = session_activate;
  iface->get_answer = session_get_answer;
  iface->incoming = session_pass;
  iface->outgoing = session_pass;
  iface->close = session_close;
}

/* (nullable) Takes what an implementation gave as its WHAT, which may be floating. */
static GVariant *
take_variant (FayeExtensionSession *self, GVariant *variant, const char *what, const char *type)
{
  g_autoptr (GVariant) taken = variant != NULL ? g_variant_take_ref (variant) : NULL;

  if (taken == NULL || g_variant_is_of_type (taken, G_VARIANT_TYPE (type)))
    return g_steal_pointer (&taken);
  g_critical ("The %s of a %s is of type %s, not %s",
              what,
              G_OBJECT_TYPE_NAME (self),
              g_variant_get_type_string (taken),
              type);
  return NULL;
}

/**
 * faye_extension_session_get_offers:
 * @self: a client's session
 *
 * Gets what to offer to the server: an array of sets of parameters (`aa{sv}`), the favourite first.
 *
 * Returns: (transfer full) (nullable): the offers, or `NULL` for none
 *
 * Since: 1.0
 */
GVariant *
faye_extension_session_get_offers (FayeExtensionSession *self)
{
  GVariant *offers;

  g_return_val_if_fail (FAYE_IS_EXTENSION_SESSION (self), NULL);

  offers = FAYE_EXTENSION_SESSION_GET_IFACE (self)->get_offers (self);
  return take_variant (self, offers, "offer", "aa{sv}");
}

/**
 * faye_extension_session_activate:
 * @self: a client's session
 * @params: what the server answered: a set of parameters (`a{sv}`)
 * @error: return location for an error
 *
 * Tells a client's session that the server accepted the extension, and with which parameters.
 *
 * A session that cannot do what the server asks fails with an error of any domain, whose message
 * tells why; the connection is then given up with `FAYE_ERROR_HANDSHAKE` before it is open.
 *
 * Returns: whether the answer will do
 *
 * Since: 1.0
 */
gboolean
faye_extension_session_activate (FayeExtensionSession *self, GVariant *params, GError **error)
{
  GError *cause = NULL;

  g_return_val_if_fail (FAYE_IS_EXTENSION_SESSION (self), FALSE);
  g_return_val_if_fail (params != NULL, FALSE);
  g_return_val_if_fail (g_variant_is_of_type (params, G_VARIANT_TYPE_VARDICT), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (FAYE_EXTENSION_SESSION_GET_IFACE (self)->activate (self, params, &cause))
    {
      g_clear_error (&cause);
      return TRUE;
    }
  if (cause == NULL)
    cause = g_error_new_literal (FAYE_ERROR,
                                 FAYE_ERROR_HANDSHAKE,
                                 "The session did not say why it refuses the answer");
  g_propagate_error (error, cause);
  return FALSE;
}

/**
 * faye_extension_session_get_answer:
 * @self: a server's session
 *
 * Gets what to answer the client's offers with: a set of parameters (`a{sv}`).
 *
 * Returns: (transfer full) (nullable): the answer; `NULL` if the session has none after all, which
 *   fails the handshake with status 500
 *
 * Since: 1.0
 */
GVariant *
faye_extension_session_get_answer (FayeExtensionSession *self)
{
  GVariant *answer;

  g_return_val_if_fail (FAYE_IS_EXTENSION_SESSION (self), NULL);

  answer = FAYE_EXTENSION_SESSION_GET_IFACE (self)->get_answer (self);
  return take_variant (self, answer, "answer", "a{sv}");
}

/**
 * faye_extension_session_incoming:
 * @self: a session
 * @task: a message that was received
 *
 * Gives a session a message on its way from the peer to the program.
 *
 * A message that does not have the extension's RSV bits set was not changed by the peer's
 * extension, and is passed on by [method@Faye.ExtensionTask.return_unchanged].
 *
 * Since: 1.0
 */
void
faye_extension_session_incoming (FayeExtensionSession *self, FayeExtensionTask *task)
{
  g_return_if_fail (FAYE_IS_EXTENSION_SESSION (self));
  g_return_if_fail (FAYE_IS_EXTENSION_TASK (task));

  FAYE_EXTENSION_SESSION_GET_IFACE (self)->incoming (self, task);
}

/**
 * faye_extension_session_outgoing:
 * @self: a session
 * @task: a message that is to be sent
 *
 * Gives a session a message on its way from the program to the peer.
 *
 * Since: 1.0
 */
void
faye_extension_session_outgoing (FayeExtensionSession *self, FayeExtensionTask *task)
{
  g_return_if_fail (FAYE_IS_EXTENSION_SESSION (self));
  g_return_if_fail (FAYE_IS_EXTENSION_TASK (task));

  FAYE_EXTENSION_SESSION_GET_IFACE (self)->outgoing (self, task);
}

/**
 * faye_extension_session_close:
 * @self: a session
 *
 * Tells a session that its connection is over, or that it is not needed as the server did not
 * accept the extension.
 *
 * This happens once. No message comes after it; tasks that are still unanswered need no answer any
 * more.
 *
 * Since: 1.0
 */
void
faye_extension_session_close (FayeExtensionSession *self)
{
  g_return_if_fail (FAYE_IS_EXTENSION_SESSION (self));

  FAYE_EXTENSION_SESSION_GET_IFACE (self)->close (self);
}
