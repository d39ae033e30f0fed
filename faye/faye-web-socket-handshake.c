/* SPDX-License-Identifier: MIT */

#include "faye/faye-web-socket-private.h"

#include "faye/faye-error-private.h"
#include "faye/http/faye-head-private.h"

/* What a server decides about a client's request. The program is asked once, and may answer later.
 */

static gboolean
take_http_error (GError *cause, GError **error)
{
  g_propagate_error (error, faye_error_from_http (cause));
  return FALSE;
}

/* The program's own settings may be unfit; the client learns that it is not to blame. */
static gboolean
socket_check_settings (FayeWebSocketPrivate *priv, GError **error)
{
  GError *cause = NULL;

  if (faye_handshake_check_protocols ((const char *const *) priv->protocols, &cause) &&
      faye_handshake_check_extra (priv->headers, &cause))
    return TRUE;
  return take_http_error (cause, error);
}

static void
append_field (const char *name, const char *value, gpointer user_data)
{
  soup_message_headers_append (user_data, name, value);
}

/* The socket's own header fields and those of the decision. */
static SoupMessageHeaders *
socket_join_headers (FayeWebSocketPrivate *priv, SoupMessageHeaders *headers)
{
  SoupMessageHeaders *joined = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);

  if (priv->headers != NULL)
    soup_message_headers_foreach (priv->headers, append_field, joined);
  if (headers != NULL)
    soup_message_headers_foreach (headers, append_field, joined);
  return joined;
}

static gboolean
socket_check_asking (FayeWebSocketPrivate *priv, GError **error)
{
  if (priv->asking && faye_server_opening_is_waiting (priv->opening))
    return TRUE;
  g_set_error_literal (error, FAYE_ERROR, FAYE_ERROR_NOT_OPEN, "No handshake waits for a decision");
  return FALSE;
}

static gboolean
socket_accept (FayeWebSocket *self,
               const char *subprotocol,
               SoupMessageHeaders *headers,
               GError **error)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  g_autoptr (FayeServerOpening) opening = faye_server_opening_ref (priv->opening);
  g_autofree char *extensions = NULL;

  priv->asking = FALSE;
  if (!faye_web_socket_answer_extensions (self, &extensions, error))
    return FALSE;
  faye_server_opening_accept (opening, subprotocol, extensions, headers);
  return TRUE;
}

void
faye_web_socket_accepted (FayeWebSocket *self)
{
  g_autoptr (FayeWebSocket) keep = g_object_ref (self);
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  g_autoptr (FayeServerOpening) opening = g_steal_pointer (&priv->opening);
  FayeServerHandshake *handshake = faye_server_opening_get_handshake (opening);

  faye_web_socket_opened (self,
                          faye_server_opening_take_transport (opening),
                          FAYE_ROLE_SERVER,
                          faye_server_handshake_get_version (handshake),
                          faye_server_opening_get_subprotocol (opening),
                          faye_server_opening_get_extensions (opening));
  faye_web_socket_announce (self);
}

static const char *
socket_choose_protocol (FayeWebSocketPrivate *priv)
{
  return faye_server_handshake_choose (faye_server_opening_get_handshake (priv->opening),
                                       (const char *const *) priv->protocols);
}

void
faye_web_socket_ask (FayeWebSocket *self)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  GError *error = NULL;
  gboolean decided = FALSE;

  if (!socket_check_settings (priv, &error))
    {
      faye_server_opening_refuse (priv->opening, SOUP_STATUS_INTERNAL_SERVER_ERROR, NULL, error);
      return;
    }
  priv->asking = TRUE;
  faye_web_socket_emit (self, FAYE_WEB_SOCKET_SIGNAL_HANDSHAKE, &decided);
  /* A handler that ran a main loop of its own may have run out of time in there. */
  if (!decided && socket_check_asking (priv, NULL))
    socket_accept (self, socket_choose_protocol (priv), priv->headers, NULL);
}

/**
 * faye_web_socket_get_offered_protocols:
 * @self: a socket
 *
 * Gets the subprotocols that the client offered, on a server's end, the client's favourite first.
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): the subprotocols, or `NULL` on a
 * client, before the request has been read, and once it has been accepted
 *
 * Since: 1.0
 */
const char *const *
faye_web_socket_get_offered_protocols (FayeWebSocket *self)
{
  FayeWebSocketPrivate *priv;
  FayeServerHandshake *handshake = NULL;

  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), NULL);

  priv = faye_web_socket_get_private (self);
  if (priv->opening != NULL)
    handshake = faye_server_opening_get_handshake (priv->opening);
  return handshake != NULL ? faye_server_handshake_get_offers (handshake) : NULL;
}

static gboolean
socket_check_offered (FayeWebSocket *self, const char *protocol, GError **error)
{
  if (protocol == NULL || g_strv_contains (faye_web_socket_get_offered_protocols (self), protocol))
    return TRUE;
  g_set_error (error,
               FAYE_ERROR,
               FAYE_ERROR_INVALID_ARGUMENT,
               "The client did not offer the subprotocol “%s”",
               protocol);
  return FALSE;
}

static gboolean
socket_check_headers (SoupMessageHeaders *headers, GError **error)
{
  GError *cause = NULL;

  if (headers == NULL || faye_handshake_check_extra (headers, &cause))
    return TRUE;
  return take_http_error (cause, error);
}

/**
 * faye_web_socket_accept:
 * @self: a server's socket that [signal@Faye.WebSocket::handshake] was emitted for
 * @protocol: (nullable): one of the subprotocols that the client offered, or `NULL` to choose from
 *   [property@Faye.WebSocket:protocols]
 * @headers: (nullable): header fields for the response, besides those of
 * [property@Faye.WebSocket:headers]
 * @error: return location for an error
 *
 * Accepts a client's request: the socket opens, and [signal@Faye.WebSocket::open] is emitted before
 * this returns. (With the draft hixie-76 it opens when the last eight bytes of the client's
 * handshake have come.)
 *
 * Fails with `FAYE_ERROR_INVALID_ARGUMENT` if @protocol or @headers cannot be sent, which leaves
 * the decision open, and with `FAYE_ERROR_NOT_OPEN` if no request waits for a decision, as the
 * client may have gone in the meantime. It also fails, and the request has been refused, if what an
 * extension answers cannot be sent, or if the client's list of extensions is broken.
 *
 * Returns: whether the request was accepted
 *
 * Since: 1.0
 */
gboolean
faye_web_socket_accept (FayeWebSocket *self,
                        const char *protocol,
                        SoupMessageHeaders *headers,
                        GError **error)
{
  FayeWebSocketPrivate *priv;
  g_autoptr (SoupMessageHeaders) joined = NULL;

  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  priv = faye_web_socket_get_private (self);
  if (!socket_check_asking (priv, error) || !socket_check_offered (self, protocol, error) ||
      !socket_check_headers (headers, error))
    return FALSE;

  joined = socket_join_headers (priv, headers);
  if (protocol == NULL)
    protocol = socket_choose_protocol (priv);
  return socket_accept (self, protocol, joined, error);
}

/**
 * faye_web_socket_refuse:
 * @self: a server's socket that [signal@Faye.WebSocket::handshake] was emitted for
 * @status: the HTTP status to answer with, 400 to 599, such as 403
 * @reason: (nullable): a sentence for the response's body, in UTF-8
 * @headers: (nullable): header fields for the response
 * @error: return location for an error
 *
 * Refuses a client's request. [signal@Faye.WebSocket::closed] follows when the response has left.
 *
 * Fails with `FAYE_ERROR_INVALID_ARGUMENT` if @status or @headers cannot be sent, which leaves the
 * decision open, and with `FAYE_ERROR_NOT_OPEN` if no request waits for a decision, as the client
 * may have gone in the meantime.
 *
 * Returns: whether the request was refused
 *
 * Since: 1.0
 */
gboolean
faye_web_socket_refuse (FayeWebSocket *self,
                        guint status,
                        const char *reason,
                        SoupMessageHeaders *headers,
                        GError **error)
{
  FayeWebSocketPrivate *priv;
  const char *text = reason != NULL ? reason : "The server refused the request";

  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  priv = faye_web_socket_get_private (self);
  if (!socket_check_asking (priv, error) || !socket_check_headers (headers, error))
    return FALSE;
  if (status < 400 || status > 599)
    {
      g_set_error (error,
                   FAYE_ERROR,
                   FAYE_ERROR_INVALID_ARGUMENT,
                   "Status %u is not between 400 and 599",
                   status);
      return FALSE;
    }

  priv->asking = FALSE;
  priv->aborted = TRUE;
  faye_server_opening_refuse (priv->opening,
                              status,
                              headers,
                              g_error_new_literal (FAYE_ERROR, FAYE_ERROR_REFUSED, text));
  return TRUE;
}
