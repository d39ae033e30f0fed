/* SPDX-License-Identifier: MIT */

#include "faye/faye-web-socket-private.h"

/* A socket's properties as functions. */

/**
 * faye_web_socket_get_url:
 * @self: a socket
 *
 * Gets the URL of the connection.
 *
 * Returns: (nullable): the URL, or `NULL` while a server's end has not read the request
 *
 * Since: 1.0
 */
const char *
faye_web_socket_get_url (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), NULL);

  return faye_web_socket_get_private (self)->url;
}

/**
 * faye_web_socket_get_method:
 * @self: a socket
 *
 * Gets the method of the handshake's request.
 *
 * Returns: (nullable): the method, or `NULL` before it is known
 *
 * Since: 1.0
 */
const char *
faye_web_socket_get_method (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), NULL);

  return faye_web_socket_get_private (self)->method;
}

/**
 * faye_web_socket_get_version:
 * @self: a socket
 *
 * Gets the version of the protocol that is spoken.
 *
 * Returns: (nullable): a name such as `hybi-13`, or `NULL` before the socket is open
 *
 * Since: 1.0
 */
const char *
faye_web_socket_get_version (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), NULL);

  return faye_web_socket_get_private (self)->version;
}

/**
 * faye_web_socket_get_protocol:
 * @self: a socket
 *
 * Gets the subprotocol that was agreed on.
 *
 * Returns: (nullable): the subprotocol, or `NULL` if there is none
 *
 * Since: 1.0
 */
const char *
faye_web_socket_get_protocol (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), NULL);

  return faye_web_socket_get_private (self)->protocol;
}

/**
 * faye_web_socket_get_extensions:
 * @self: a socket
 *
 * Gets the extensions that were agreed on, as in the handshake.
 *
 * Returns: (nullable): the extensions, or `NULL` if there are none
 *
 * Since: 1.0
 */
const char *
faye_web_socket_get_extensions (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), NULL);

  return faye_web_socket_get_private (self)->extensions;
}

/**
 * faye_web_socket_get_supported_extensions:
 * @self: a socket
 *
 * Gets the list of extensions that was given at construction.
 *
 * Returns: (transfer none) (nullable): the list, or `NULL` if none was given
 *
 * Since: 1.0
 */
GListModel *
faye_web_socket_get_supported_extensions (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), NULL);

  return faye_web_socket_get_private (self)->extension_list;
}

/**
 * faye_web_socket_get_ready_state:
 * @self: a socket
 *
 * Tells where the connection stands.
 *
 * Returns: the state
 *
 * Since: 1.0
 */
FayeReadyState
faye_web_socket_get_ready_state (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), FAYE_READY_STATE_CLOSED);

  return faye_web_socket_get_private (self)->ready_state;
}

/**
 * faye_web_socket_get_request_headers:
 * @self: a socket
 *
 * Gets the header fields of the handshake's request, as a server's end received them.
 *
 * Returns: (transfer none) (nullable): the fields, or `NULL` on a client, and before they are there
 *
 * Since: 1.0
 */
SoupMessageHeaders *
faye_web_socket_get_request_headers (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), NULL);

  return faye_web_socket_get_private (self)->request_headers;
}

/**
 * faye_web_socket_get_stream:
 * @self: a socket
 *
 * Gets the stream that the socket was made for.
 *
 * Returns: (transfer none) (nullable): the stream, or `NULL` if it was not made for one
 *
 * Since: 1.0
 */
GIOStream *
faye_web_socket_get_stream (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), NULL);

  return faye_web_socket_get_private (self)->stream;
}

/**
 * faye_web_socket_get_buffered_amount:
 * @self: a socket
 *
 * Tells how much has been sent that has not left yet.
 *
 * Returns: bytes that the kernel has not taken, the frames' headers included
 *
 * Since: 1.0
 */
guint64
faye_web_socket_get_buffered_amount (FayeWebSocket *self)
{
  FayeWebSocketPrivate *priv;

  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), 0);

  priv = faye_web_socket_get_private (self);
  if (priv->connection == NULL)
    return priv->unsent_size;
  return faye_connection_get_queued (priv->connection);
}

/**
 * faye_web_socket_get_close_code:
 * @self: a socket
 *
 * Gets the code that the connection ended with.
 *
 * Returns: the code, or 0 before the end
 *
 * Since: 1.0
 */
guint
faye_web_socket_get_close_code (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), 0);

  return faye_web_socket_get_private (self)->close_code;
}

/**
 * faye_web_socket_get_close_reason:
 * @self: a socket
 *
 * Gets the reason that the connection ended with.
 *
 * Returns: (nullable): the reason, or `NULL` before the end
 *
 * Since: 1.0
 */
const char *
faye_web_socket_get_close_reason (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), NULL);

  return faye_web_socket_get_private (self)->close_reason;
}

/**
 * faye_web_socket_get_latency:
 * @self: a socket
 *
 * Gets the round trip of the last ping that was answered.
 *
 * Returns: the time in µs, or -1 if none was
 *
 * Since: 1.0
 */
gint64
faye_web_socket_get_latency (FayeWebSocket *self)
{
  FayeWebSocketPrivate *priv;

  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), -1);

  priv = faye_web_socket_get_private (self);
  return priv->connection != NULL ? faye_connection_get_latency (priv->connection) : -1;
}

/**
 * faye_web_socket_get_max_length:
 * @self: a socket
 *
 * Gets the longest message that is accepted.
 *
 * Returns: the length in bytes
 *
 * Since: 1.0
 */
guint64
faye_web_socket_get_max_length (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), 0);

  return faye_web_socket_get_private (self)->max_length;
}

/**
 * faye_web_socket_set_max_length:
 * @self: a socket that is not open yet
 * @max_length: bytes, at least 1, or [const@Faye.UNLIMITED]
 *
 * Sets the longest message to accept: see [property@Faye.WebSocket:max-length].
 *
 * Since: 1.0
 */
void
faye_web_socket_set_max_length (FayeWebSocket *self, guint64 max_length)
{
  FayeWebSocketPrivate *priv;

  g_return_if_fail (FAYE_IS_WEB_SOCKET (self));
  g_return_if_fail (max_length > 0);

  priv = faye_web_socket_get_private (self);
  if (priv->max_length == max_length)
    return;
  priv->max_length = max_length;
  faye_web_socket_notify (self, FAYE_WEB_SOCKET_PROP_MAX_LENGTH);
}

static void
socket_set_seconds (FayeWebSocket *self, double *field, double seconds, FayeWebSocketProp prop)
{
  if (*field == seconds)
    return;
  *field = seconds;
  faye_web_socket_notify (self, prop);
}

/**
 * faye_web_socket_get_ping_interval:
 * @self: a socket
 *
 * Tells how often the peer is pinged.
 *
 * Returns: seconds
 *
 * Since: 1.0
 */
double
faye_web_socket_get_ping_interval (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), 0);

  return faye_web_socket_get_private (self)->ping_interval;
}

/**
 * faye_web_socket_set_ping_interval:
 * @self: a socket that is not open yet
 * @seconds: the time in seconds
 *
 * Sets how often the peer is pinged: see [property@Faye.WebSocket:ping-interval].
 *
 * Since: 1.0
 */
void
faye_web_socket_set_ping_interval (FayeWebSocket *self, double seconds)
{
  g_return_if_fail (FAYE_IS_WEB_SOCKET (self));
  g_return_if_fail (seconds >= 0 && seconds <= FAYE_WEB_SOCKET_MAX_SECONDS);

  socket_set_seconds (self,
                      &faye_web_socket_get_private (self)->ping_interval,
                      seconds,
                      FAYE_WEB_SOCKET_PROP_PING_INTERVAL);
}

/**
 * faye_web_socket_get_ping_timeout:
 * @self: a socket
 *
 * Tells how long the answer to a ping may take.
 *
 * Returns: seconds
 *
 * Since: 1.0
 */
double
faye_web_socket_get_ping_timeout (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), 0);

  return faye_web_socket_get_private (self)->ping_timeout;
}

/**
 * faye_web_socket_set_ping_timeout:
 * @self: a socket that is not open yet
 * @seconds: the time in seconds
 *
 * Sets how long the answer to a ping may take: see [property@Faye.WebSocket:ping-timeout].
 *
 * Since: 1.0
 */
void
faye_web_socket_set_ping_timeout (FayeWebSocket *self, double seconds)
{
  g_return_if_fail (FAYE_IS_WEB_SOCKET (self));
  g_return_if_fail (seconds > 0 && seconds <= FAYE_WEB_SOCKET_MAX_SECONDS);

  socket_set_seconds (self,
                      &faye_web_socket_get_private (self)->ping_timeout,
                      seconds,
                      FAYE_WEB_SOCKET_PROP_PING_TIMEOUT);
}

/**
 * faye_web_socket_get_message_timeout:
 * @self: a socket
 *
 * Tells how long a message may take to come.
 *
 * Returns: seconds
 *
 * Since: 1.0
 */
double
faye_web_socket_get_message_timeout (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), 0);

  return faye_web_socket_get_private (self)->message_timeout;
}

/**
 * faye_web_socket_set_message_timeout:
 * @self: a socket that is not open yet
 * @seconds: the time in seconds
 *
 * Sets how long a message may take to come: see [property@Faye.WebSocket:message-timeout].
 *
 * Since: 1.0
 */
void
faye_web_socket_set_message_timeout (FayeWebSocket *self, double seconds)
{
  g_return_if_fail (FAYE_IS_WEB_SOCKET (self));
  g_return_if_fail (seconds >= 0 && seconds <= FAYE_WEB_SOCKET_MAX_SECONDS);

  socket_set_seconds (self,
                      &faye_web_socket_get_private (self)->message_timeout,
                      seconds,
                      FAYE_WEB_SOCKET_PROP_MESSAGE_TIMEOUT);
}

/**
 * faye_web_socket_get_handshake_timeout:
 * @self: a socket
 *
 * Tells how long the opening may take.
 *
 * Returns: seconds
 *
 * Since: 1.0
 */
double
faye_web_socket_get_handshake_timeout (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), 0);

  return faye_web_socket_get_private (self)->handshake_timeout;
}

/**
 * faye_web_socket_set_handshake_timeout:
 * @self: a socket that is not open yet
 * @seconds: the time in seconds
 *
 * Sets how long the opening may take: see [property@Faye.WebSocket:handshake-timeout].
 *
 * Since: 1.0
 */
void
faye_web_socket_set_handshake_timeout (FayeWebSocket *self, double seconds)
{
  FayeWebSocketPrivate *priv;

  g_return_if_fail (FAYE_IS_WEB_SOCKET (self));
  g_return_if_fail (seconds > 0 && seconds <= FAYE_WEB_SOCKET_MAX_SECONDS);

  priv = faye_web_socket_get_private (self);
  if (priv->opening != NULL)
    faye_server_opening_set_timeout (priv->opening, (gint64) (seconds * G_USEC_PER_SEC));
  socket_set_seconds (self,
                      &priv->handshake_timeout,
                      seconds,
                      FAYE_WEB_SOCKET_PROP_HANDSHAKE_TIMEOUT);
}

/**
 * faye_web_socket_get_close_timeout:
 * @self: a socket
 *
 * Tells how long the answer to a close frame may take.
 *
 * Returns: seconds
 *
 * Since: 1.0
 */
double
faye_web_socket_get_close_timeout (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), 0);

  return faye_web_socket_get_private (self)->close_timeout;
}

/**
 * faye_web_socket_set_close_timeout:
 * @self: a socket that is not open yet
 * @seconds: the time in seconds
 *
 * Sets how long the answer to a close frame may take: see [property@Faye.WebSocket:close-timeout].
 *
 * Since: 1.0
 */
void
faye_web_socket_set_close_timeout (FayeWebSocket *self, double seconds)
{
  g_return_if_fail (FAYE_IS_WEB_SOCKET (self));
  g_return_if_fail (seconds > 0 && seconds <= FAYE_WEB_SOCKET_MAX_SECONDS);

  socket_set_seconds (self,
                      &faye_web_socket_get_private (self)->close_timeout,
                      seconds,
                      FAYE_WEB_SOCKET_PROP_CLOSE_TIMEOUT);
}

/**
 * faye_web_socket_get_allow_drafts:
 * @self: a socket
 *
 * Tells whether a server's end also speaks the drafts before RFC 6455: see
 * [property@Faye.WebSocket:allow-drafts].
 *
 * Returns: whether it does
 *
 * Since: 1.0
 */
gboolean
faye_web_socket_get_allow_drafts (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), FALSE);

  return faye_web_socket_get_private (self)->allow_drafts;
}

/**
 * faye_web_socket_get_priority:
 * @self: a socket
 *
 * Gets the priority of the socket's main-loop sources.
 *
 * Returns: the priority
 *
 * Since: 1.0
 */
int
faye_web_socket_get_priority (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), G_PRIORITY_DEFAULT);

  return faye_web_socket_get_private (self)->priority;
}

/**
 * faye_web_socket_get_paused:
 * @self: a socket
 *
 * Tells whether reading is paused.
 *
 * Returns: whether it is
 *
 * Since: 1.0
 */
gboolean
faye_web_socket_get_paused (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), FALSE);

  return faye_web_socket_get_private (self)->paused;
}
