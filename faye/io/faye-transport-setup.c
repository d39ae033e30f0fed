/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-transport-backend-private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

/*
 * Which back end a stream gets. Wrappers that add nothing are taken off, once what they have read
 * ahead is in our hands.
 */

static gboolean
has_type_name (gpointer object, const char *name)
{
  return strcmp (G_OBJECT_TYPE_NAME (object), name) == 0;
}

/* A subclass may have put streams of its own in place of the socket's. */
static gboolean
is_plain (GIOStream *stream)
{
  GSocket *socket;

  if (!G_IS_SOCKET_CONNECTION (stream) ||
      !has_type_name (g_io_stream_get_input_stream (stream), "GSocketInputStream") ||
      !has_type_name (g_io_stream_get_output_stream (stream), "GSocketOutputStream"))
    return FALSE;
  socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream));
  return g_socket_get_socket_type (socket) == G_SOCKET_TYPE_STREAM;
}

static gboolean
is_pollable (GIOStream *stream)
{
  GInputStream *in = g_io_stream_get_input_stream (stream);
  GOutputStream *out = g_io_stream_get_output_stream (stream);

  return G_IS_POLLABLE_INPUT_STREAM (in) && G_IS_POLLABLE_OUTPUT_STREAM (out) &&
         g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (in)) &&
         g_pollable_output_stream_can_poll (G_POLLABLE_OUTPUT_STREAM (out));
}

/* libsoup's own wrapper holds at most a block of a few KiB that it read too much: one read larger
 * than that empties it. An error or the end will be met again below. */
static void
drain_wrapper (FayeTransport *self, GIOStream *wrapper)
{
  GInputStream *in = g_io_stream_get_input_stream (wrapper);
  FayeReadBuffer *buffer;
  gssize n;

  if (!G_IS_POLLABLE_INPUT_STREAM (in))
    return;
  buffer = faye_loop_take_buffer (self->loop);
  n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (in),
                                                buffer->data,
                                                FAYE_READ_BUFFER_SIZE,
                                                NULL,
                                                NULL);
  if (n > 0 && n <= FAYE_READ_BUFFER_SIZE)
    faye_transport_stash_first (self, buffer->data, (gsize) n);
  faye_loop_give_buffer (self->loop, buffer);
}

/* (owned) */
static GIOStream *
unwrap (FayeTransport *self, GIOStream *stream)
{
  GIOStream *base = NULL;

  if (has_type_name (stream, "SoupIOStream"))
    {
      g_object_get (stream, "base-iostream", &base, NULL);
      drain_wrapper (self, stream);
    }
  else if (G_IS_TCP_WRAPPER_CONNECTION (stream))
    {
      base = g_tcp_wrapper_connection_get_base_io_stream (G_TCP_WRAPPER_CONNECTION (stream));
      base = base != NULL && is_plain (base) ? g_object_ref (base) : NULL;
    }
  return base != NULL ? base : g_object_ref (stream);
}

static void
set_up_socket (GSocket *socket)
{
  GSocketFamily family = g_socket_get_family (socket);

  g_socket_set_timeout (socket, 0);
  if (family == G_SOCKET_FAMILY_IPV4 || family == G_SOCKET_FAMILY_IPV6)
    g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
}

/* Whether the loop's epoll set takes the socket: the system may be out of descriptors, or watches.
 */
static gboolean
can_watch (FayeTransport *self)
{
  if (!faye_loop_watch_fd (self->loop, self, self->fd, 0, EPOLLIN))
    return FALSE;
  self->watched = EPOLLIN;
  return TRUE;
}

void
faye_transport_set_up (FayeTransport *self, GIOStream *stream)
{
  self->stream = g_object_ref (stream);
  self->channel = unwrap (self, stream);
  self->socket = faye_stream_get_base_socket (self->channel);
  self->fd = self->socket != NULL ? g_socket_get_fd (self->socket) : -1;
  if (self->socket != NULL)
    set_up_socket (self->socket);

  if (is_plain (self->channel) && can_watch (self))
    self->ops = &faye_transport_socket_ops;
  else if (is_pollable (self->channel))
    self->ops = &faye_transport_pollable_ops;
  else
    self->ops = &faye_transport_async_ops;
}
