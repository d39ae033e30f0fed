/* SPDX-License-Identifier: MIT */

#include "faye/faye-web-socket-private.h"

#include "faye/ext/faye-extension-header-private.h"
#include "faye/faye-error-private.h"
#include "faye/faye-extension-adapter-private.h"

/*
 * A socket's extensions up to where it is open; then the connection has them. Whatever asks an
 * extension runs code of the program's, which may end the socket or run a main loop: so it is asked
 * afterwards whether the opening still goes on.
 */

/* Where requests and responses have them (RFC 6455, section 11.3.2). */
#define FIELD "Sec-WebSocket-Extensions"

static gboolean
set_too_late (GError **error)
{
  g_set_error_literal (error,
                       FAYE_ERROR,
                       FAYE_ERROR_NOT_OPEN,
                       "Extensions can only be added before the handshake");
  return FALSE;
}

static gboolean
take_extension_error (GError *cause, GError **error)
{
  g_propagate_error (error, faye_error_from_extension (cause));
  return FALSE;
}

static gboolean
set_given_up (GError **error)
{
  g_set_error_literal (error, FAYE_ERROR, FAYE_ERROR_NOT_OPEN, "The opening was given up");
  return FALSE;
}

static gboolean
socket_check_opening (FayeWebSocket *self, GError **error)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  if (priv->ready_state == FAYE_READY_STATE_CONNECTING && !priv->aborted)
    return TRUE;
  return set_given_up (error);
}

static gboolean
socket_is_decided (FayeWebSocketPrivate *priv)
{
  return priv->negotiated || priv->ready_state != FAYE_READY_STATE_CONNECTING ||
         (priv->opening != NULL && faye_server_opening_get_handshake (priv->opening) != NULL &&
          !faye_server_opening_is_waiting (priv->opening));
}

/**
 * faye_web_socket_add_extension:
 * @self: a socket
 * @extension: an extension
 * @error: return location for an error
 *
 * Adds an extension that the socket may use: a client offers it to the server, a server's end
 * accepts it if the client offers it. [property@Faye.WebSocket:extensions] tells what came of it.
 *
 * Any number can be added. The order matters: it is the order of a client's offers, and of two
 * extensions that use the same bit a server takes the one that was added first.
 *
 * The time for it is before the handshake: right after construction, or on a server's end also in
 * [signal@Faye.WebSocket::handshake] and until [method@Faye.WebSocket.accept]. The hixie drafts
 * have no extensions.
 *
 * Fails with `FAYE_ERROR_NOT_OPEN` once it is too late, and with `FAYE_ERROR_INVALID_ARGUMENT` if
 * the extension's name or bits cannot be sent, or one of that name was added before.
 *
 * Returns: whether it was added
 *
 * Since: 1.0
 */
gboolean
faye_web_socket_add_extension (FayeWebSocket *self, FayeExtension *extension, GError **error)
{
  FayeWebSocketPrivate *priv;
  GError *cause = NULL;

  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), FALSE);
  g_return_val_if_fail (FAYE_IS_EXTENSION (extension), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  priv = faye_web_socket_get_private (self);
  if (socket_is_decided (priv))
    return set_too_late (error);
  if (priv->negotiation == NULL)
    priv->negotiation = faye_negotiation_new ();
  if (faye_negotiation_add (priv->negotiation, &faye_extension_adapter_ops, extension, &cause))
    return TRUE;
  return take_extension_error (cause, error);
}

/* What is wrong with the list is told where the handshake begins. */
void
faye_web_socket_add_listed (FayeWebSocket *self)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  guint n = priv->extension_list != NULL ? g_list_model_get_n_items (priv->extension_list) : 0;

  for (guint i = 0; i < n && priv->extension_fault == NULL; i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (priv->extension_list, i);

      if (FAYE_IS_EXTENSION (item))
        faye_web_socket_add_extension (self, FAYE_EXTENSION (item), &priv->extension_fault);
      else
        g_set_error (&priv->extension_fault,
                     FAYE_ERROR,
                     FAYE_ERROR_INVALID_ARGUMENT,
                     "A %s in the list of extensions is no extension",
                     G_OBJECT_TYPE_NAME (item));
    }
}

static gboolean
socket_check_fault (FayeWebSocketPrivate *priv, GError **error)
{
  if (priv->extension_fault == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (priv->extension_fault));
  return FALSE;
}

gboolean
faye_web_socket_offer_extensions (FayeWebSocket *self, char **offers, GError **error)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  GError *cause = NULL;

  *offers = NULL;
  priv->negotiated = TRUE;
  if (!socket_check_fault (priv, error))
    return FALSE;
  if (priv->negotiation == NULL)
    return TRUE;
  if (!faye_negotiation_offer (priv->negotiation, offers, &cause))
    return take_extension_error (cause, error);
  return socket_check_opening (self, error);
}

/* (owned) (nullable) The header as we would have written it; it was judged before. */
static char *
canonical_header (const char *header)
{
  g_autoptr (GPtrArray) list = header != NULL ? faye_extension_header_parse (header, NULL) : NULL;
  GString *out = g_string_new (NULL);

  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      FayeExtensionOffer *offer = g_ptr_array_index (list, i);

      faye_extension_header_append (out, offer->name, offer->params, NULL);
    }
  return g_string_free (out, out->len == 0);
}

gboolean
faye_web_socket_judge_extensions (FayeWebSocket *self,
                                  const char *answer,
                                  char **agreed,
                                  GError **error)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  GError *cause = NULL;

  *agreed = NULL;
  if (priv->negotiation == NULL)
    return TRUE;
  if (!faye_negotiation_activate (priv->negotiation, answer, &cause))
    return take_extension_error (cause, error);
  *agreed = canonical_header (answer);
  return socket_check_opening (self, error);
}

/* The client's fault, or the program's own. */
static guint
status_for_error (const GError *error)
{
  if (g_error_matches (error, FAYE_EXTENSION_ERROR, FAYE_EXTENSION_ERROR_HEADER))
    return SOUP_STATUS_BAD_REQUEST;
  return SOUP_STATUS_INTERNAL_SERVER_ERROR;
}

static gboolean
socket_respond (FayeWebSocket *self, char **answer, guint *status, GError **error)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  SoupMessageHeaders *headers = faye_server_opening_get_headers (priv->opening);
  g_autofree char *offers = faye_head_join (headers, FIELD);
  GError *cause = NULL;

  if (faye_negotiation_respond (priv->negotiation, offers, answer, &cause))
    return TRUE;
  *status = status_for_error (cause);
  return take_extension_error (cause, error);
}

static gboolean
socket_has_extensions (FayeWebSocketPrivate *priv)
{
  FayeServerHandshake *handshake = faye_server_opening_get_handshake (priv->opening);

  return priv->negotiation != NULL &&
         !faye_version_is_hixie (faye_server_handshake_get_version (handshake));
}

gboolean
faye_web_socket_answer_extensions (FayeWebSocket *self, char **answer, GError **error)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  g_autoptr (FayeServerOpening) opening = faye_server_opening_ref (priv->opening);
  g_autofree char *text = NULL;
  guint status = SOUP_STATUS_INTERNAL_SERVER_ERROR;
  GError *cause = NULL;
  gboolean agreed;

  *answer = NULL;
  priv->negotiated = TRUE;
  agreed = socket_check_fault (priv, &cause) &&
           (!socket_has_extensions (priv) || socket_respond (self, &text, &status, &cause));
  if (!faye_server_opening_is_waiting (opening) || !socket_check_opening (self, NULL))
    {
      g_clear_error (&cause);
      return set_given_up (error);
    }
  if (agreed)
    {
      *answer = g_steal_pointer (&text);
      return TRUE;
    }
  g_propagate_error (error, g_error_copy (cause));
  faye_server_opening_refuse (opening, status, NULL, cause);
  return FALSE;
}

void
faye_web_socket_attach_extensions (FayeWebSocket *self)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  FayePipeline *pipeline = NULL;

  if (priv->negotiation != NULL)
    pipeline = faye_negotiation_take_pipeline (priv->negotiation,
                                               faye_loop_get_context (priv->loop),
                                               priv->priority);
  if (pipeline != NULL)
    faye_connection_set_pipeline (priv->connection, pipeline);
}

void
faye_web_socket_drop_extensions (FayeWebSocket *self)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  g_autoptr (FayeNegotiation) negotiation = g_steal_pointer (&priv->negotiation);

  priv->negotiated = TRUE;
}
