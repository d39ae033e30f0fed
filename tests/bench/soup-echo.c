/* SPDX-License-Identifier: MIT */

#include "load-util.h"

#include <libsoup/soup.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* libsoup's own WebSocket, to be measured beside ours: echoes, receives in silence on /sink, and
 * answers `COUNT SIZE` on /flood with that many messages. */

#define FILES 100000
#define MAX_LENGTH (64 * 1024 * 1024)

/* The client leaves with messages under way; libsoup would complain of each. */
static gboolean
is_open (SoupWebsocketConnection *socket)
{
  return soup_websocket_connection_get_state (socket) == SOUP_WEBSOCKET_STATE_OPEN;
}

static void
echo_cb (SoupWebsocketConnection *socket, gint type, GBytes *message, gpointer user_data)
{
  if (is_open (socket))
    soup_websocket_connection_send_message (socket, (SoupWebsocketDataType) type, message);
}

static void
sink_cb (SoupWebsocketConnection *socket, gint type, GBytes *message, gpointer user_data)
{
}

static void
flood_cb (SoupWebsocketConnection *socket, gint type, GBytes *message, gpointer user_data)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (message, NULL), g_bytes_get_size (message));
  char *rest = NULL;
  guint64 count = g_ascii_strtoull (text, &rest, 10);
  gsize size = g_ascii_strtoull (rest, NULL, 10);
  g_autofree guint8 *data = g_malloc0 (size);

  for (guint64 i = 0; i < count && is_open (socket); i++)
    soup_websocket_connection_send_binary (socket, data, size);
}

static void
closed_cb (SoupWebsocketConnection *socket, gpointer user_data)
{
  g_object_unref (socket);
}

static void
opened_cb (SoupServer *server,
           SoupServerMessage *message,
           const char *path,
           SoupWebsocketConnection *socket,
           gpointer user_data)
{
  g_object_ref (socket);
  soup_websocket_connection_set_max_incoming_payload_size (socket, MAX_LENGTH);
  g_signal_connect (socket, "message", G_CALLBACK (user_data), NULL);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), NULL);
}

static void
handle (SoupServer *server, const char *path, GCallback callback)
{
  soup_server_add_websocket_handler (server,
                                     path,
                                     NULL,
                                     NULL,
                                     opened_cb,
                                     (gpointer) callback,
                                     NULL);
}

int
main (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  GSList *uris;

  signal (SIGPIPE, SIG_IGN);
  load_raise_files (FILES);
  handle (server, "/echo", G_CALLBACK (echo_cb));
  handle (server, "/sink", G_CALLBACK (sink_cb));
  handle (server, "/flood", G_CALLBACK (flood_cb));
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL))
    load_die ("cannot listen");
  uris = soup_server_get_uris (server);
  printf ("listening on %d\n", g_uri_get_port (uris->data));
  fflush (stdout);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  g_main_loop_run (loop);
  return 0;
}
