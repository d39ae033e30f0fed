/* SPDX-License-Identifier: MIT */

#include "faye/faye-web-socket-private.h"

#include "faye/core/faye-close-code-private.h"
#include "faye/faye-error-private.h"
#include "faye/faye-message-private.h"
#include "faye/io/faye-random-private.h"

/*
 * A socket's life: the opening, the connection's events as signals, the end. `closed` is always
 * emitted from a turn of its own, so that no call of the program's ever runs into it.
 */

static gint64
seconds_to_us (double seconds)
{
  return (gint64) (seconds * G_USEC_PER_SEC);
}

/* The states only ever move on (RFC 6455, section 7; WHATWG WebSockets, section 3.1). */
static void
socket_set_state (FayeWebSocket *self, FayeReadyState state)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  if (state <= priv->ready_state)
    return;
  priv->ready_state = state;
  faye_web_socket_notify (self, FAYE_WEB_SOCKET_PROP_READY_STATE);
}

static void
closed_cb (gpointer user_data)
{
  g_autoptr (FayeWebSocket) self = user_data; /* the reference of faye_web_socket_start () */
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  priv->started = FALSE;
  g_clear_pointer (&priv->connection, faye_connection_unref);
  g_clear_pointer (&priv->opening, faye_server_opening_unref);
  faye_web_socket_drop_extensions (self);
  socket_set_state (self, FAYE_READY_STATE_CLOSED);
  faye_web_socket_emit (self, FAYE_WEB_SOCKET_SIGNAL_CLOSED, priv->close_code, priv->close_reason);
}

/* Everything that ends a socket comes through here, once. */
static void
socket_end (FayeWebSocket *self, guint code, const char *reason)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  socket_set_state (self, FAYE_READY_STATE_CLOSING);
  priv->close_code = code;
  priv->close_reason = g_strdup (reason);
  faye_web_socket_notify (self, FAYE_WEB_SOCKET_PROP_CLOSE_CODE);
  faye_web_socket_notify (self, FAYE_WEB_SOCKET_PROP_CLOSE_REASON);
  faye_timer_start (&priv->closed_timer, priv->loop, g_get_monotonic_time (), closed_cb, self);
}

static void
socket_report (FayeWebSocket *self, const GError *error)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  if (!priv->aborted)
    faye_web_socket_emit (self, FAYE_WEB_SOCKET_SIGNAL_ERROR, error);
}

void
faye_web_socket_failed (FayeWebSocket *self, const GError *error)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  if (priv->ready_state != FAYE_READY_STATE_CONNECTING)
    return;
  priv->asking = FALSE;
  socket_set_state (self, FAYE_READY_STATE_CLOSING);
  socket_report (self, error);
  faye_web_socket_drop_unsent (self, error);
  faye_web_socket_get_ops (self)->settled (self, error);
  /* Last, lest a main loop that a handler nests come by the end before the rest. */
  socket_end (self, FAYE_CLOSE_CODE_ABNORMAL, "");
}

static void
connection_message (gpointer owner, const FayeProtocolEvent *event)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (owner);
  FayeMessageKind kind = event->text ? FAYE_MESSAGE_KIND_TEXT : FAYE_MESSAGE_KIND_BINARY;
  g_autoptr (FayeMessage) message = NULL;

  if (priv->message_func != NULL)
    {
      g_autoptr (FayeWebSocket) keep = g_object_ref (owner);

      priv->message_func (keep, kind, event->data, event->size, priv->message_data);
      g_free (event->owned);
      return;
    }
  if (event->owned != NULL)
    message = faye_message_new_take (kind, event->owned, event->size);
  else
    message = faye_message_new_copy (kind, event->data, event->size);
  faye_web_socket_emit (owner, FAYE_WEB_SOCKET_SIGNAL_MESSAGE, message);
}

static void
connection_ping (gpointer owner, const guint8 *payload, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (payload, size);

  faye_web_socket_emit (owner, FAYE_WEB_SOCKET_SIGNAL_PING_RECEIVED, bytes);
}

static void
socket_update_latency (FayeWebSocket *self)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  gint64 latency = faye_web_socket_get_latency (self);

  if (latency == priv->latency)
    return;
  priv->latency = latency;
  faye_web_socket_notify (self, FAYE_WEB_SOCKET_PROP_LATENCY);
}

/* A handler that is told of the latency may end the socket. */
static void
connection_pong (gpointer owner, const guint8 *payload, gsize size)
{
  g_autoptr (FayeWebSocket) self = g_object_ref (owner);
  g_autoptr (GBytes) bytes = g_bytes_new (payload, size);

  socket_update_latency (self);
  if (faye_web_socket_get_ready_state (self) == FAYE_READY_STATE_OPEN)
    faye_web_socket_emit (self, FAYE_WEB_SOCKET_SIGNAL_PONG_RECEIVED, bytes);
}

static void
connection_failed (gpointer owner, const GError *error)
{
  socket_report (owner, error);
}

static void
connection_closing (gpointer owner)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (owner);

  if (priv->paused)
    {
      priv->paused = FALSE;
      faye_web_socket_notify (owner, FAYE_WEB_SOCKET_PROP_PAUSED);
    }
  socket_set_state (owner, FAYE_READY_STATE_CLOSING);
}

static void
connection_closed (gpointer owner, guint code, const char *reason)
{
  socket_end (owner, code, reason);
}

static const FayeConnectionFuncs connection_funcs = {
  .message = connection_message,
  .ping = connection_ping,
  .pong = connection_pong,
  .failed = connection_failed,
  .closing = connection_closing,
  .closed = connection_closed,
};

static FayeProtocol *
socket_create_protocol (FayeWebSocket *self, FayeRole role, FayeVersion version)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  FayeProtocol *protocol = faye_protocol_new (version, role, faye_random_fill);
  guint64 max_length = priv->max_length < FAYE_UNLIMITED ? priv->max_length : G_MAXUINT64;

  faye_protocol_set_max_length (protocol, max_length);
  return protocol;
}

static void
socket_set_agreement (FayeWebSocket *self,
                      FayeVersion version,
                      const char *subprotocol,
                      const char *extensions)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  priv->version = faye_version_to_string (version);
  priv->protocol = g_strdup (subprotocol);
  priv->extensions = g_strdup (extensions);
  faye_web_socket_notify (self, FAYE_WEB_SOCKET_PROP_VERSION);
  faye_web_socket_notify (self, FAYE_WEB_SOCKET_PROP_PROTOCOL);
  faye_web_socket_notify (self, FAYE_WEB_SOCKET_PROP_EXTENSIONS);
}

/* A handler that is told of the new state may close or abort at once: then it never was open to the
 * program. */
static gboolean
socket_check_open (FayeWebSocket *self, GError **error)
{
  if (faye_web_socket_get_private (self)->ready_state == FAYE_READY_STATE_OPEN)
    return TRUE;
  g_set_error_literal (error,
                       FAYE_ERROR,
                       FAYE_ERROR_NOT_OPEN,
                       "The program closed the socket before it was open");
  return FALSE;
}

void
faye_web_socket_opened (FayeWebSocket *self,
                        FayeTransport *transport,
                        FayeRole role,
                        FayeVersion version,
                        const char *subprotocol,
                        const char *extensions)
{
  g_autoptr (FayeWebSocket) keep = g_object_ref (self);
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  FayeConnectionTimes times = { seconds_to_us (priv->ping_interval),
                                seconds_to_us (priv->ping_timeout),
                                seconds_to_us (priv->message_timeout),
                                seconds_to_us (priv->close_timeout) };

  g_assert (priv->connection == NULL);
  g_object_freeze_notify (G_OBJECT (self));
  priv->connection = faye_connection_new (transport,
                                          socket_create_protocol (self, role, version),
                                          role,
                                          &times,
                                          &connection_funcs,
                                          self);
  faye_web_socket_attach_extensions (self);
  faye_connection_set_paused (priv->connection, priv->paused);
  socket_set_agreement (self, version, subprotocol, extensions);
  socket_set_state (self, FAYE_READY_STATE_OPEN);
  faye_web_socket_send_unsent (self);
  faye_web_socket_drop_extensions (self);
  g_object_thaw_notify (G_OBJECT (self));
}

void
faye_web_socket_announce (FayeWebSocket *self)
{
  g_autoptr (FayeWebSocket) keep = g_object_ref (self);
  FayeConnection *held = faye_web_socket_get_private (self)->connection;
  g_autoptr (FayeConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  if (held != NULL)
    connection = faye_connection_ref (held);
  if (socket_check_open (self, &error))
    faye_web_socket_emit (self, FAYE_WEB_SOCKET_SIGNAL_OPEN);
  faye_web_socket_get_ops (self)->settled (self, error);
  if (connection != NULL)
    faye_connection_start (connection);
}

void
faye_web_socket_start (FayeWebSocket *self)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  g_assert (!priv->started);
  priv->started = TRUE;
  g_object_ref (self);
}

void
faye_web_socket_set_request (FayeWebSocket *self,
                             const char *url,
                             const char *method,
                             SoupMessageHeaders *headers)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  g_free (priv->url);
  priv->url = g_strdup (url);
  priv->method = g_strdup (method);
  priv->request_headers = headers != NULL ? soup_message_headers_ref (headers) : NULL;
  g_object_freeze_notify (G_OBJECT (self));
  faye_web_socket_notify (self, FAYE_WEB_SOCKET_PROP_URL);
  faye_web_socket_notify (self, FAYE_WEB_SOCKET_PROP_METHOD);
  faye_web_socket_notify (self, FAYE_WEB_SOCKET_PROP_REQUEST_HEADERS);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
server_take_request (FayeWebSocket *self)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  FayeServerHandshake *handshake = faye_server_opening_get_handshake (priv->opening);
  GIOStream *stream = faye_server_opening_get_stream (priv->opening);

  if (stream != NULL)
    faye_web_socket_set_peer (self, stream);
  faye_web_socket_set_request (self,
                               faye_server_handshake_get_url (handshake),
                               faye_server_opening_get_method (priv->opening),
                               faye_server_opening_get_headers (priv->opening));
}

static void
server_requested (gpointer owner)
{
  g_autoptr (FayeWebSocket) self = g_object_ref (owner);
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  if (priv->method == NULL)
    server_take_request (self);
  if (priv->ready_state == FAYE_READY_STATE_CONNECTING &&
      faye_server_opening_is_waiting (priv->opening))
    faye_web_socket_ask (self);
}

static void
server_accepted (gpointer owner)
{
  faye_web_socket_accepted (owner);
}

static void
server_failed (gpointer owner, const GError *error)
{
  faye_web_socket_failed (owner, error);
}

static const FayeServerOpeningFuncs server_opening_funcs = {
  .requested = server_requested,
  .accepted = server_accepted,
  .failed = server_failed,
};

static void
server_begin (FayeWebSocket *self)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  if (priv->request != NULL)
    {
      priv->opening = faye_server_opening_new_for_request (priv->loop,
                                                           priv->request,
                                                           priv->allow_drafts,
                                                           &server_opening_funcs,
                                                           self);
      g_clear_object (&priv->request);
      server_take_request (self);
    }
  else if (priv->stream != NULL)
    priv->opening = faye_server_opening_new_for_stream (priv->loop,
                                                        priv->stream,
                                                        priv->allow_drafts,
                                                        &server_opening_funcs,
                                                        self);
  else
    {
      g_critical ("A FayeWebSocket needs a request or a stream");
      return;
    }
  faye_web_socket_start (self);
  faye_server_opening_start (priv->opening, seconds_to_us (priv->handshake_timeout));
}

static void
server_cancel (FayeWebSocket *self, const GError *error)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  faye_server_opening_abort (priv->opening, error);
}

static void
server_settled (FayeWebSocket *self, const GError *error)
{
}

const FayeWebSocketOps faye_web_socket_server_ops = {
  .begin = server_begin,
  .cancel = server_cancel,
  .settled = server_settled,
  .close_waits = TRUE,
};
