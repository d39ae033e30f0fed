/* SPDX-License-Identifier: MIT */

#include "faye/faye-takeover-private.h"

/*
 * Taking a connection over from SoupServer. What it hands out is a private stream class around the connection, whose input
 * side may have read beyond the request. One large read gives all that it holds (the server's read buffer is a fraction of
 * ours); from there on the connection below can be used directly.
 */

#define READ_AHEAD_SIZE 65536

/* The connection inside of libsoup's stream, or the stream itself should it have no such property. */
static GIOStream *
takeover_unwrap (GIOStream *wrapper)
{
  GIOStream *base = NULL;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (wrapper), "base-iostream") != NULL)
    g_object_get (wrapper, "base-iostream", &base, NULL);
  return base != NULL ? base : g_object_ref (wrapper);
}

static void
takeover_read_ahead (GIOStream *wrapper, FayeTransport *transport)
{
  GInputStream *input = g_io_stream_get_input_stream (wrapper);
  g_autofree guint8 *buffer = NULL;
  gssize n;

  if (!G_IS_POLLABLE_INPUT_STREAM (input) ||
      !g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (input)) ||
      !g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (input)))
    return;

  buffer = g_malloc (READ_AHEAD_SIZE);
  n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input),
                                                buffer,
                                                READ_AHEAD_SIZE,
                                                NULL,
                                                NULL);
  /* An end or an error shows again when the transport reads. */
  if (n > 0)
    faye_transport_unread (transport, buffer, n);
}

FayeTransport *
faye_takeover (SoupServerMessage *request,
               FayeLoop *loop,
               const FayeTransportFuncs *funcs,
               gpointer owner,
               GIOStream **wrapper)
{
  GIOStream *stream = soup_server_message_steal_connection (request);
  g_autoptr (GIOStream) base = takeover_unwrap (stream);
  FayeTransport *transport = faye_transport_new (loop, base, funcs, owner);

  if (base != stream)
    takeover_read_ahead (stream, transport);
  *wrapper = stream;
  return transport;
}
