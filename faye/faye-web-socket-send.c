/* SPDX-License-Identifier: MIT */

#include "faye/faye-web-socket-private.h"

#include "faye/core/faye-utf8-private.h"
#include "faye/faye-error.h"
#include "faye/faye-message-private.h"
#include "faye/faye-waiter-private.h"

#include <string.h>

/* What a program does with a socket: messages, pings, the end. Before the socket is open, messages
 * wait. */

typedef struct
{
  FayeMessage *message; /* (owned) */
  GTask *task;          /* (owned) (nullable) */
} Unsent;

static void
unsent_free (Unsent *unsent)
{
  faye_message_unref (unsent->message);
  g_clear_object (&unsent->task);
  g_free (unsent);
}

static void
socket_keep_unsent (FayeWebSocketPrivate *priv, FayeMessage *message, GTask *task)
{
  Unsent *unsent = g_new (Unsent, 1);

  unsent->message = faye_message_ref (message);
  unsent->task = task != NULL ? g_object_ref (task) : NULL;
  if (task != NULL)
    faye_waiter_add (&priv->unsent_waiters, task, 0);
  priv->unsent_size += faye_message_get_size (message);
  g_queue_push_tail (&priv->unsent, unsent);
}

static gboolean
send_message (FayeConnection *connection, FayeMessage *message)
{
  FayePayloadHolder holder = { message,
                               (gpointer (*) (gpointer)) faye_message_ref,
                               (GDestroyNotify) faye_message_unref };
  gboolean text = faye_message_get_kind (message) == FAYE_MESSAGE_KIND_TEXT;
  gsize size;
  const guint8 *data = faye_message_get_data (message, &size);

  return faye_connection_send (connection,
                               text,
                               data,
                               size,
                               &holder,
                               (FayeCompress) faye_message_get_compression (message));
}

static gboolean
socket_can_send (FayeWebSocketPrivate *priv)
{
  return priv->ready_state <= FAYE_READY_STATE_OPEN && priv->unsent_close_code == 0;
}

/* Where the request has been read already, it is known whether its version can express MESSAGE. */
static gboolean
socket_can_keep (FayeWebSocketPrivate *priv, FayeMessage *message)
{
  FayeServerHandshake *handshake = NULL;

  if (priv->opening != NULL)
    handshake = faye_server_opening_get_handshake (priv->opening);
  if (!socket_can_send (priv))
    return FALSE;
  return handshake == NULL || faye_message_get_kind (message) == FAYE_MESSAGE_KIND_TEXT ||
         !faye_version_is_hixie (faye_server_handshake_get_version (handshake));
}

/* (owned) (nullable) Held, as an extension may run a main loop in which the connection ends. What
 * is sent, by an extension too, while messages from before the opening leave waits behind them. */
static FayeConnection *
socket_get_connection (FayeWebSocketPrivate *priv)
{
  if (priv->connection == NULL || !g_queue_is_empty (&priv->unsent))
    return NULL;
  return faye_connection_ref (priv->connection);
}

static gboolean
socket_send (FayeWebSocketPrivate *priv, FayeMessage *message)
{
  g_autoptr (FayeConnection) connection = socket_get_connection (priv);

  if (connection != NULL)
    return send_message (connection, message);
  if (!socket_can_keep (priv, message))
    return FALSE;
  socket_keep_unsent (priv, message, NULL);
  return TRUE;
}

static void
task_not_open (GTask *task)
{
  g_task_return_new_error (task,
                           FAYE_ERROR,
                           FAYE_ERROR_NOT_OPEN,
                           "The connection is not open, or no longer");
}

static void
socket_send_task (FayeWebSocketPrivate *priv, FayeMessage *message, GTask *task)
{
  g_autoptr (FayeConnection) connection = socket_get_connection (priv);

  if (connection == NULL && socket_can_keep (priv, message))
    socket_keep_unsent (priv, message, task);
  else if (connection != NULL && send_message (connection, message))
    faye_connection_notify_sent (connection, task);
  else
    task_not_open (task);
}

/* Takes the task of UNSENT out of the waiting ones, which are in the same order. One that is not
 * among them was cancelled: its message has not been sent, and will not be. */
static gboolean
unsent_is_cancelled (FayeWebSocketPrivate *priv, Unsent *unsent)
{
  FayeWaiter *first = faye_waiter_peek (&priv->unsent_waiters);

  if (unsent->task == NULL)
    return FALSE;
  if (first == NULL || first->task != unsent->task)
    return TRUE;
  g_object_unref (faye_waiter_pop (&priv->unsent_waiters));
  return g_task_return_error_if_cancelled (unsent->task);
}

static void
send_waiting (FayeConnection *connection, Unsent *unsent)
{
  gboolean sent = send_message (connection, unsent->message);

  if (unsent->task == NULL)
    return;
  if (sent)
    faye_connection_notify_sent (connection, unsent->task);
  else
    task_not_open (unsent->task);
}

void
faye_web_socket_send_unsent (FayeWebSocket *self)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  g_autoptr (FayeConnection) connection = faye_connection_ref (priv->connection);
  Unsent *unsent;

  while ((unsent = g_queue_pop_head (&priv->unsent)) != NULL)
    {
      priv->unsent_size -= faye_message_get_size (unsent->message);
      if (!unsent_is_cancelled (priv, unsent))
        send_waiting (connection, unsent);
      unsent_free (unsent);
    }
  if (priv->unsent_close_code != 0)
    faye_connection_close (connection, priv->unsent_close_code, priv->unsent_close_reason);
}

void
faye_web_socket_drop_unsent (FayeWebSocket *self, const GError *error)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  Unsent *unsent;

  priv->unsent_size = 0;
  while ((unsent = g_queue_pop_head (&priv->unsent)) != NULL)
    {
      if (unsent->task != NULL && !unsent_is_cancelled (priv, unsent))
        g_task_return_error (unsent->task, g_error_copy (error));
      unsent_free (unsent);
    }
}

/**
 * faye_web_socket_send:
 * @self: a socket
 * @message: what to send
 *
 * Sends a message.
 *
 * Before [signal@Faye.WebSocket::open] it waits, and goes when the socket opens. All that is sent
 * while one signal is handled leaves together. A large payload is not copied where the protocol
 * does not ask for it.
 *
 * Returns: `FALSE` if the message cannot be sent any more, as the connection is closing or closed,
 * or if the version of the protocol in use cannot express it
 *
 * Since: 1.0
 */
gboolean
faye_web_socket_send (FayeWebSocket *self, FayeMessage *message)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), FALSE);
  g_return_val_if_fail (message != NULL, FALSE);

  return socket_send (faye_web_socket_get_private (self), message);
}

/**
 * faye_web_socket_send_text:
 * @self: a socket
 * @text: valid UTF-8
 *
 * Sends a text message: see [method@Faye.WebSocket.send].
 *
 * It is an error of the program to give text that is not UTF-8: [ctor@Faye.Message.new] tells where
 * that is not sure.
 *
 * Returns: `FALSE` if nothing can be sent any more
 *
 * Since: 1.0
 */
gboolean
faye_web_socket_send_text (FayeWebSocket *self, const char *text)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  return faye_web_socket_send_data (self,
                                    FAYE_MESSAGE_KIND_TEXT,
                                    (const guint8 *) text,
                                    strlen (text));
}

/**
 * faye_web_socket_send_bytes:
 * @self: a socket
 * @bytes: the payload, of any size
 *
 * Sends a binary message: see [method@Faye.WebSocket.send].
 *
 * Returns: `FALSE` if nothing can be sent any more
 *
 * Since: 1.0
 */
gboolean
faye_web_socket_send_bytes (FayeWebSocket *self, GBytes *bytes)
{
  g_autoptr (FayeMessage) message = NULL;

  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);

  message = faye_message_new_bytes (bytes);
  return socket_send (faye_web_socket_get_private (self), message);
}

/**
 * faye_web_socket_send_data: (skip)
 * @self: a socket
 * @kind: text or binary
 * @data: (array length=size): the payload
 * @size: its length in bytes
 *
 * Sends a message from memory, which is copied: see [method@Faye.WebSocket.send].
 *
 * For C programs that answer from a [callback@Faye.MessageFunc], without making a
 * [struct@Faye.Message]. It is an error of the program to give text that is not UTF-8.
 *
 * Returns: `FALSE` if nothing can be sent any more
 *
 * Since: 1.0
 */
gboolean
faye_web_socket_send_data (FayeWebSocket *self,
                           FayeMessageKind kind,
                           const guint8 *data,
                           gsize size)
{
  FayeWebSocketPrivate *priv;
  g_autoptr (FayeConnection) connection = NULL;
  g_autoptr (FayeMessage) message = NULL;

  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), FALSE);
  g_return_val_if_fail (data != NULL || size == 0, FALSE);
  g_return_val_if_fail (kind != FAYE_MESSAGE_KIND_TEXT || faye_utf8_is_valid (data, size), FALSE);

  priv = faye_web_socket_get_private (self);
  connection = socket_get_connection (priv);
  if (connection != NULL)
    return faye_connection_send (connection,
                                 kind == FAYE_MESSAGE_KIND_TEXT,
                                 data,
                                 size,
                                 NULL,
                                 FAYE_COMPRESS_DEFAULT);

  message = faye_message_new_copy (kind, data, size);
  return socket_send (priv, message);
}

static GTask *
socket_task_new (FayeWebSocket *self,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data,
                 gpointer tag)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  g_task_set_priority (task, priv->priority);
  return task;
}

/**
 * faye_web_socket_send_async:
 * @self: a socket
 * @message: what to send
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (closure user_data): called when the message has left
 * @user_data: given to @callback
 *
 * Sends a message and tells when its last byte has been handed to the kernel.
 *
 * Cancelling ends the wait at once. A message that had been queued by then is sent all the same;
 * one that still waits for the connection to open is not.
 *
 * Since: 1.0
 */
void
faye_web_socket_send_async (FayeWebSocket *self,
                            FayeMessage *message,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (FAYE_IS_WEB_SOCKET (self));
  g_return_if_fail (message != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = socket_task_new (self, cancellable, callback, user_data, faye_web_socket_send_async);
  if (!g_task_return_error_if_cancelled (task))
    socket_send_task (faye_web_socket_get_private (self), message, task);
}

/**
 * faye_web_socket_send_finish:
 * @self: a socket
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Faye.WebSocket.send_async].
 *
 * Fails with `FAYE_ERROR_NOT_OPEN` if the connection was over before all had left, with the error
 * of the handshake if it never opened, or with `G_IO_ERROR_CANCELLED`.
 *
 * Returns: whether the message has left
 *
 * Since: 1.0
 */
gboolean
faye_web_socket_send_finish (FayeWebSocket *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* A control frame holds at most 125 bytes (RFC 6455, section 5.5). */
static gboolean
payload_fits (GBytes *payload, const guint8 **data, gsize *size)
{
  *data = NULL;
  *size = 0;
  if (payload != NULL)
    *data = g_bytes_get_data (payload, size);
  return *size <= 125;
}

/**
 * faye_web_socket_ping:
 * @self: a socket
 * @payload: (nullable): at most 125 bytes
 *
 * Sends a ping, which the peer answers with a pong of the same payload (RFC 6455, section 5.5.2).
 *
 * Returns: whether it was sent: `FALSE` if the socket is not open, or the version of the protocol
 * has no pings
 *
 * Since: 1.0
 */
gboolean
faye_web_socket_ping (FayeWebSocket *self, GBytes *payload)
{
  FayeWebSocketPrivate *priv;
  const guint8 *data;
  gsize size;

  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), FALSE);
  g_return_val_if_fail (payload_fits (payload, &data, &size), FALSE);

  priv = faye_web_socket_get_private (self);
  return priv->connection != NULL && faye_connection_ping (priv->connection, data, size);
}

/**
 * faye_web_socket_pong:
 * @self: a socket
 * @payload: (nullable): at most 125 bytes
 *
 * Sends a pong that no ping asked for (RFC 6455, section 5.5.3). Pings are answered without this.
 *
 * Returns: whether it was sent: `FALSE` if the socket is not open, or the version of the protocol
 * has no pongs
 *
 * Since: 1.0
 */
gboolean
faye_web_socket_pong (FayeWebSocket *self, GBytes *payload)
{
  FayeWebSocketPrivate *priv;
  const guint8 *data;
  gsize size;

  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), FALSE);
  g_return_val_if_fail (payload_fits (payload, &data, &size), FALSE);

  priv = faye_web_socket_get_private (self);
  return priv->connection != NULL && faye_connection_pong (priv->connection, data, size);
}

/**
 * faye_web_socket_ping_async:
 * @self: a socket
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (closure user_data): called when the pong has come
 * @user_data: given to @callback
 *
 * Sends a ping and measures how long its pong takes.
 *
 * Since: 1.0
 */
void
faye_web_socket_ping_async (FayeWebSocket *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  FayeWebSocketPrivate *priv;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (FAYE_IS_WEB_SOCKET (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  priv = faye_web_socket_get_private (self);
  task = socket_task_new (self, cancellable, callback, user_data, faye_web_socket_ping_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (priv->connection == NULL || !faye_connection_ping_task (priv->connection, task))
    task_not_open (task);
}

/**
 * faye_web_socket_ping_finish:
 * @self: a socket
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Faye.WebSocket.ping_async].
 *
 * Fails with `FAYE_ERROR_NOT_OPEN` if the connection was not open, or ended before the pong, or
 * with `G_IO_ERROR_CANCELLED`.
 *
 * Returns: the time from ping to pong in µs, or -1 on failure
 *
 * Since: 1.0
 */
gint64
faye_web_socket_ping_finish (FayeWebSocket *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}
