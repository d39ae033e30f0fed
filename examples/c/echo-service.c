/* SPDX-License-Identifier: MIT */

#include "echo-service.h"

#include "flood.h"

/* The three services: /sink receives, /flood sends on request, every other path echoes. */

static void
echo_cb (FayeWebSocket *socket, FayeMessage *message, gpointer user_data)
{
  faye_web_socket_send (socket, message);
}

static void
echo_func (FayeWebSocket *socket,
           FayeMessageKind kind,
           const guint8 *data,
           gsize size,
           gpointer user_data)
{
  faye_web_socket_send_data (socket, kind, data, size);
}

/* Handlers that do nothing, so that receiving costs what it costs any program. */
static void
sink_cb (FayeWebSocket *socket, FayeMessage *message, gpointer user_data)
{
}

static void
sink_func (FayeWebSocket *socket,
           FayeMessageKind kind,
           const guint8 *data,
           gsize size,
           gpointer user_data)
{
}

static void
receive (FayeWebSocket *socket, gboolean callback, GCallback handler, FayeMessageFunc func)
{
  if (callback)
    faye_web_socket_set_message_func (socket, func, NULL, NULL);
  else
    g_signal_connect (socket, "message", handler, NULL);
}

static char *
get_path (FayeWebSocket *socket)
{
  char *path = NULL;

  g_uri_split (faye_web_socket_get_url (socket),
               G_URI_FLAGS_ENCODED_PATH,
               NULL,
               NULL,
               NULL,
               NULL,
               &path,
               NULL,
               NULL,
               NULL);
  return path;
}

/* A raw stream's URL is known when it opens, not before; and no message comes before that. */
static void
open_cb (FayeWebSocket *socket, gpointer user_data)
{
  gboolean callback = GPOINTER_TO_INT (user_data);
  g_autofree char *path = get_path (socket);

  if (g_strcmp0 (path, "/flood") == 0)
    flood_attach (socket);
  else if (g_strcmp0 (path, "/sink") == 0)
    receive (socket, callback, G_CALLBACK (sink_cb), sink_func);
  else
    receive (socket, callback, G_CALLBACK (echo_cb), echo_func);
}

void
echo_service_attach (FayeWebSocket *socket, gboolean callback)
{
  g_signal_connect (socket, "open", G_CALLBACK (open_cb), GINT_TO_POINTER (callback));
}
