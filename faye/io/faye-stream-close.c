/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-transport-backend-private.h"

/*
 * Closing streams that would rather block: a TLS stream whose peer does not read waits without end in close and in its very last
 * unref, unless the socket at its base was shut down before.
 */

/* (owned) (nullable) The stream right below. */
static GIOStream *
get_base_stream (GIOStream *stream)
{
  static const char *const names[] = { "base-io-stream", "base-iostream" };
  GObjectClass *klass = G_OBJECT_GET_CLASS (stream);
  GIOStream *base = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names) && base == NULL; i++)
    {
      GParamSpec *pspec = g_object_class_find_property (klass, names[i]);

      if (pspec != NULL && pspec->flags & G_PARAM_READABLE
          && g_type_is_a (pspec->value_type, G_TYPE_IO_STREAM))
        g_object_get (stream, names[i], &base, NULL);
    }
  return base;
}

GSocket *
faye_stream_get_base_socket (GIOStream *stream)
{
  g_autoptr (GIOStream) base = get_base_stream (stream);

  if (base != NULL)
    return faye_stream_get_base_socket (base);
  if (G_IS_SOCKET_CONNECTION (stream))
    return g_object_ref (g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)));
  return NULL;
}

void
faye_loop_push_context (FayeLoop *loop)
{
  if (loop->context != NULL)
    g_main_context_push_thread_default (loop->context);
}

void
faye_loop_pop_context (FayeLoop *loop)
{
  if (loop->context != NULL)
    g_main_context_pop_thread_default (loop->context);
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GSocket) base = user_data;

  /* Nothing can be done about an error, nor need be: the references go. */
  g_io_stream_close_finish (G_IO_STREAM (source), result, NULL);
}

void
faye_stream_let_go (FayeLoop *loop, GIOStream *stream, GSocket *base)
{
  if (base != NULL)
    g_socket_shutdown (base, TRUE, TRUE, NULL);
  faye_loop_push_context (loop);
  g_io_stream_close_async (stream, G_PRIORITY_LOW, NULL, closed_cb,
                           base != NULL ? g_object_ref (base) : NULL);
  faye_loop_pop_context (loop);
}
