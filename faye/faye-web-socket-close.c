/* SPDX-License-Identifier: MIT */

#include "faye/faye-web-socket-private.h"

#include "faye/core/faye-close-code-private.h"
#include "faye/core/faye-utf8-private.h"
#include "faye/faye-error.h"

#include <string.h>

/* How a program holds a socket up, and ends it. */

static void
socket_set_paused (FayeWebSocket *self, gboolean paused)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  if (priv->paused == paused || priv->ready_state > FAYE_READY_STATE_OPEN)
    return;
  priv->paused = paused;
  if (priv->connection != NULL)
    faye_connection_set_paused (priv->connection, paused);
  faye_web_socket_notify (self, FAYE_WEB_SOCKET_PROP_PAUSED);
}

/**
 * faye_web_socket_pause:
 * @self: a socket
 *
 * Stops reading: no message is delivered until [method@Faye.WebSocket.resume], and a peer that goes
 * on sending is held up once the buffers of both systems are full.
 *
 * What the peer sends is read in order, so its pings, its close frame and its end are not noticed
 * either while this lasts, and [property@Faye.WebSocket:ping-timeout] does not run. Sending goes
 * on. Closing ends the pause.
 *
 * Since: 1.0
 */
void
faye_web_socket_pause (FayeWebSocket *self)
{
  g_return_if_fail (FAYE_IS_WEB_SOCKET (self));

  socket_set_paused (self, TRUE);
}

/**
 * faye_web_socket_resume:
 * @self: a socket
 *
 * Goes on reading after [method@Faye.WebSocket.pause].
 *
 * Since: 1.0
 */
void
faye_web_socket_resume (FayeWebSocket *self)
{
  g_return_if_fail (FAYE_IS_WEB_SOCKET (self));

  socket_set_paused (self, FALSE);
}

static gboolean
check_close (guint code, const char *reason, GError **error)
{
  gsize size = strlen (reason);

  if (!faye_close_code_is_for_applications (code))
    g_set_error (error,
                 FAYE_ERROR,
                 FAYE_ERROR_INVALID_ARGUMENT,
                 "Close code %u is neither 1000 nor between 3000 and 4999",
                 code);
  else if (size > FAYE_CLOSE_MAX_REASON)
    g_set_error (error,
                 FAYE_ERROR,
                 FAYE_ERROR_INVALID_ARGUMENT,
                 "The close reason is %" G_GSIZE_FORMAT " bytes long, more than %d",
                 size,
                 FAYE_CLOSE_MAX_REASON);
  else if (!faye_utf8_is_valid ((const guint8 *) reason, size))
    g_set_error_literal (error,
                         FAYE_ERROR,
                         FAYE_ERROR_INVALID_ARGUMENT,
                         "The close reason is not valid UTF-8");
  else
    return TRUE;
  return FALSE;
}

static void
socket_cancel_opening (FayeWebSocket *self, const char *why)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  g_autoptr (GError) error = g_error_new_literal (FAYE_ERROR, FAYE_ERROR_NOT_OPEN, why);

  priv->aborted = TRUE;
  faye_web_socket_get_ops (self)->cancel (self, error);
}

static void
socket_close_later (FayeWebSocketPrivate *priv, guint code, const char *reason)
{
  if (priv->unsent_close_code != 0)
    return;
  priv->unsent_close_code = code;
  priv->unsent_close_reason = g_strdup (reason);
}

static void
socket_close_unopened (FayeWebSocket *self, guint code, const char *reason)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  if (!priv->started || priv->ready_state != FAYE_READY_STATE_CONNECTING)
    return;
  if (!faye_web_socket_get_ops (self)->close_waits)
    socket_cancel_opening (self, "The program closed the socket before it was open");
  else
    socket_close_later (priv, code, reason);
}

/**
 * faye_web_socket_close:
 * @self: a socket
 * @code: 1000 for a normal end, or a code of the application's between 3000 and 4999
 * @reason: (nullable): UTF-8 of at most 123 bytes
 * @error: return location for an error
 *
 * Begins the closing handshake (RFC 6455, section 7.1.2). What was sent before still leaves;
 * nothing more is delivered. [signal@Faye.WebSocket::closed] follows with the peer's answer, or
 * when [property@Faye.WebSocket:close-timeout] has passed.
 *
 * On a client whose connection is not yet open, this gives the attempt up. A server's end sends
 * what waits, then closes, without [signal@Faye.WebSocket::open]. On a socket that is closing or
 * closed it does nothing.
 *
 * Fails with `FAYE_ERROR_INVALID_ARGUMENT`, and leaves the socket as it is, if @code or @reason
 * cannot be sent.
 *
 * Returns: `FALSE` if @code or @reason cannot be sent
 *
 * Since: 1.0
 */
gboolean
faye_web_socket_close (FayeWebSocket *self, guint code, const char *reason, GError **error)
{
  FayeWebSocketPrivate *priv;

  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_close (code, reason != NULL ? reason : "", error))
    return FALSE;

  priv = faye_web_socket_get_private (self);
  if (priv->connection == NULL)
    socket_close_unopened (self, code, reason != NULL ? reason : "");
  else if (!g_queue_is_empty (&priv->unsent))
    socket_close_later (priv, code, reason != NULL ? reason : "");
  else
    faye_connection_close (priv->connection, code, reason != NULL ? reason : "");
  return TRUE;
}

/**
 * faye_web_socket_abort:
 * @self: a socket
 *
 * Ends the connection at once, without a closing handshake. What has not left is dropped.
 *
 * [signal@Faye.WebSocket::closed] follows, with code 1006 unless a close frame had come, and
 * without [signal@Faye.WebSocket::error].
 *
 * Since: 1.0
 */
void
faye_web_socket_abort (FayeWebSocket *self)
{
  FayeWebSocketPrivate *priv;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (FAYE_IS_WEB_SOCKET (self));

  priv = faye_web_socket_get_private (self);
  if (!priv->started || faye_timer_is_armed (&priv->closed_timer))
    return;
  if (priv->connection == NULL)
    {
      socket_cancel_opening (self, "The program gave the socket up before it was open");
      return;
    }
  priv->aborted = TRUE;
  error = g_error_new_literal (FAYE_ERROR, FAYE_ERROR_NOT_OPEN, "The program ended the connection");
  faye_connection_abort (priv->connection, error);
}
