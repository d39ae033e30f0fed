/* SPDX-License-Identifier: MIT */

#include "load-frame.h"
#include "load-util.h"

#include <gio/gio.h>
#include <signal.h>
#include <string.h>

/* The raw mark on GIO: a handshake, then the bytes go back as they came, through the pollable
 * streams of a GSocketConnection on the main loop. */

#define BUFFER_SIZE (64 * 1024)
#define FILES 100000

typedef struct
{
  GSocketConnection *stream; /* (owned) */
  GPollableInputStream *input;
  GPollableOutputStream *output;
  GSource *source; /* (owned): waits for input, or for room for the rest */
  gboolean open;
  guint8 *rest; /* (owned) (nullable): what the socket did not take */
  gsize size;
  gsize sent;
} Connection;

static guint8 buffer[BUFFER_SIZE];

static gboolean readable_cb (GObject *stream, gpointer user_data);

static void
watch (Connection *self, GSource *source, GPollableSourceFunc callback)
{
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  self->source = source;
  g_source_set_callback (source, G_SOURCE_FUNC (callback), self, NULL);
  g_source_attach (source, NULL);
}

static void
watch_input (Connection *self)
{
  watch (self, g_pollable_input_stream_create_source (self->input, NULL), readable_cb);
}

static void
drop (Connection *self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_io_stream_close (G_IO_STREAM (self->stream), NULL, NULL);
  g_object_unref (self->stream);
  g_free (self->rest);
  g_free (self);
}

/* What was written, 0 if the stream would block, −1 if it is broken. */
static gssize
put (Connection *self, const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  gssize sent = g_pollable_output_stream_write_nonblocking (self->output, data, size, NULL, &error);

  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? 0 : sent;
}

static gboolean
writable_cb (GObject *stream, gpointer user_data)
{
  Connection *self = user_data;
  gssize sent = put (self, self->rest + self->sent, self->size - self->sent);

  if (sent < 0)
    {
      drop (self);
      return G_SOURCE_REMOVE;
    }
  self->sent += (gsize) sent;
  if (self->sent < self->size)
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&self->rest, g_free);
  watch_input (self);
  return G_SOURCE_REMOVE;
}

static void
echo (Connection *self, gsize size)
{
  gssize sent = put (self, buffer, size);
  gsize done = sent > 0 ? (gsize) sent : 0;

  if (done == size)
    return;
  self->rest = g_memdup2 (buffer + done, size - done);
  self->size = size - done;
  self->sent = 0;
  watch (self, g_pollable_output_stream_create_source (self->output, NULL), writable_cb);
}

static gboolean
shake_hands (Connection *self, gsize size)
{
  g_autofree char *response = load_response_to ((const char *) buffer, size);

  self->open = TRUE;
  return response != NULL && put (self, (const guint8 *) response, strlen (response)) > 0;
}

static gboolean
readable_cb (GObject *stream, gpointer user_data)
{
  Connection *self = user_data;
  g_autoptr (GError) error = NULL;
  gssize size =
    g_pollable_input_stream_read_nonblocking (self->input, buffer, sizeof buffer, NULL, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  if (size > 0 && self->open)
    echo (self, (gsize) size);
  else if (size <= 0 || !shake_hands (self, (gsize) size))
    drop (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *stream,
             GObject *source,
             gpointer user_data)
{
  Connection *self = g_new0 (Connection, 1);

  load_no_delay (g_socket_get_fd (g_socket_connection_get_socket (stream)));
  self->stream = g_object_ref (stream);
  self->input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (G_IO_STREAM (stream)));
  self->output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (G_IO_STREAM (stream)));
  watch_input (self);
  return TRUE;
}

int
main (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GSocketService) service = g_socket_service_new ();
  g_autoptr (GSocket) socket = NULL;
  int listener = load_listen ();

  signal (SIGPIPE, SIG_IGN);
  load_raise_files (FILES);
  socket = g_socket_new_from_fd (listener, NULL);
  if (!g_socket_listener_add_socket (G_SOCKET_LISTENER (service), socket, NULL, NULL))
    load_die ("cannot listen");
  g_signal_connect (service, "incoming", G_CALLBACK (incoming_cb), NULL);
  load_tell_port (listener);
  g_main_loop_run (loop);
  return 0;
}
