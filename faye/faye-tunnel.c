/* SPDX-License-Identifier: MIT */

#include "faye/faye-tunnel-private.h"

/* The exchange with an HTTP proxy: one write, then reads until the handshake has made up its mind.
 */

typedef struct
{
  FayeTunnelHandshake *handshake; /* (owned) */
  guint8 buffer[4096];
} Exchange;

static void
exchange_free (Exchange *self)
{
  faye_tunnel_handshake_free (self->handshake);
  g_free (self);
}

static void read_on (GTask *task);

/* What came behind the answer in a segment of its own is not the server's either: we have not said
 * a word to it. */
static gboolean
check_silence (GIOStream *stream, FayeTunnelHandshake *handshake, GError **error)
{
  GInputStream *in = g_io_stream_get_input_stream (stream);
  g_autoptr (GError) local = NULL;
  guint8 byte;
  gssize n;

  if (!G_IS_POLLABLE_INPUT_STREAM (in) ||
      !g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (in)))
    return TRUE;

  n =
    g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (in), &byte, 1, NULL, &local);
  if (n >= 0)
    return faye_tunnel_handshake_feed (handshake, &byte, (gsize) n, error) == FAYE_TUNNEL_OPEN;
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* Takes TASK. */
static void
opened (GTask *task)
{
  Exchange *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (check_silence (g_task_get_source_object (task), self->handshake, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Exchange *self = g_task_get_task_data (task);
  GError *error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);
  FayeTunnelResult state = FAYE_TUNNEL_FAILED;

  if (n >= 0)
    state = faye_tunnel_handshake_feed (self->handshake, self->buffer, (gsize) n, &error);
  switch (state)
    {
    case FAYE_TUNNEL_MORE:
      read_on (g_steal_pointer (&task));
      break;
    case FAYE_TUNNEL_OPEN:
      opened (g_steal_pointer (&task));
      break;
    default:
      g_task_return_error (task, error);
      break;
    }
}

/* Takes TASK. */
static void
read_on (GTask *task)
{
  Exchange *self = g_task_get_task_data (task);
  GIOStream *stream = g_task_get_source_object (task);

  g_input_stream_read_async (g_io_stream_get_input_stream (stream),
                             self->buffer,
                             sizeof self->buffer,
                             g_task_get_priority (task),
                             g_task_get_cancellable (task),
                             read_cb,
                             task);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    read_on (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

void
faye_tunnel_open_async (GIOStream *stream,
                        FayeTunnelHandshake *handshake,
                        int priority,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (stream, cancellable, callback, user_data);
  Exchange *self = g_new0 (Exchange, 1);
  GBytes *request = faye_tunnel_handshake_get_request (handshake);
  gsize size;
  gconstpointer data = g_bytes_get_data (request, &size);

  self->handshake = handshake;
  g_task_set_source_tag (task, faye_tunnel_open_async);
  g_task_set_priority (task, priority);
  g_task_set_task_data (task, self, (GDestroyNotify) exchange_free);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (stream),
                                   data,
                                   size,
                                   priority,
                                   cancellable,
                                   written_cb,
                                   task);
}

gboolean
faye_tunnel_open_finish (GAsyncResult *result, FayeHead **answer, GError **error)
{
  Exchange *self;

  g_return_val_if_fail (G_IS_TASK (result), FALSE);

  self = g_task_get_task_data (G_TASK (result));
  *answer = faye_tunnel_handshake_steal_answer (self->handshake);
  return g_task_propagate_boolean (G_TASK (result), error);
}
