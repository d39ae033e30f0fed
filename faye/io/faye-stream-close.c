/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-transport-backend-private.h"

/*
 * Closing streams that would rather block: a TLS stream whose peer does not read waits without end
 * in close and in its very last unref, unless the socket at its base was shut down before.
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

      if (pspec != NULL && pspec->flags & G_PARAM_READABLE &&
          g_type_is_a (pspec->value_type, G_TYPE_IO_STREAM))
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

/* A stream on its way out. */
typedef struct
{
  GSocket *base;  /* (owned) (nullable) */
  FayeTimer late; /* armed if the base was not shut down yet */
} Parting;

#define PARTING_TIME (2 * G_TIME_SPAN_SECOND)

static void
late_cb (gpointer user_data)
{
  Parting *parting = user_data;

  g_socket_shutdown (parting->base, TRUE, TRUE, NULL);
}

/* Nothing can be done about an error, nor need be: the references go. */
static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Parting *parting = user_data;

  g_io_stream_close_finish (G_IO_STREAM (source), result, NULL);
  if (parting->base != NULL)
    g_socket_shutdown (parting->base, TRUE, TRUE, NULL);
  faye_timer_stop (&parting->late);
  g_clear_object (&parting->base);
  g_free (parting);
}

void
faye_stream_let_go (FayeLoop *loop, GIOStream *stream, GSocket *base, gboolean politely)
{
  Parting *parting = g_new0 (Parting, 1);

  if (base != NULL)
    parting->base = g_object_ref (base);
  if (base != NULL && politely)
    faye_timer_start (&parting->late,
                      loop,
                      g_get_monotonic_time () + PARTING_TIME,
                      late_cb,
                      parting);
  else if (base != NULL)
    g_socket_shutdown (base, TRUE, TRUE, NULL);
  faye_loop_push_context (loop);
  g_io_stream_close_async (stream, G_PRIORITY_LOW, NULL, closed_cb, parting);
  faye_loop_pop_context (loop);
}
