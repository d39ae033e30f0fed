/* SPDX-License-Identifier: MIT */

#include <faye/faye.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <string.h>

/* The counterpart of drafts-peer.js on this library: `drafts-peer soup|raw MAX-LENGTH`. */

static guint64 max_length;

static void
message_cb (FayeWebSocket *socket, FayeMessage *message, gpointer user_data)
{
  gsize size;
  const guint8 *data = faye_message_get_data (message, &size);

  if (size == strlen ("close") && memcmp (data, "close", size) == 0)
    faye_web_socket_close (socket, 1000, NULL, NULL);
  else
    faye_web_socket_send (socket, message);
}

static gboolean
handshake_cb (FayeWebSocket *socket, gpointer user_data)
{
  if (strstr (faye_web_socket_get_url (socket), "/early") != NULL)
    faye_web_socket_send_text (socket, "early");
  return FALSE;
}

static void
serve (const char *property, gpointer source)
{
  g_autoptr (FayeWebSocket) socket =
    g_object_new (FAYE_TYPE_WEB_SOCKET, property, source, "allow-drafts", TRUE, NULL);

  faye_web_socket_set_max_length (socket, max_length);
  g_signal_connect (socket, "handshake", G_CALLBACK (handshake_cb), NULL);
  g_signal_connect (socket, "message", G_CALLBACK (message_cb), NULL);
}

static void
request_cb (SoupServer *server,
            SoupServerMessage *request,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  serve ("request", request);
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  serve ("stream", connection);
  return TRUE;
}

static gpointer
listen_soup (guint *port)
{
  SoupServer *server = soup_server_new (NULL, NULL);
  GSList *uris;

  soup_server_add_handler (server, NULL, request_cb, NULL, NULL);
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL))
    g_error ("cannot listen");
  uris = soup_server_get_uris (server);
  *port = g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return server;
}

static gpointer
listen_raw (guint *port)
{
  GSocketService *service = g_socket_service_new ();

  g_signal_connect (service, "incoming", G_CALLBACK (incoming_cb), NULL);
  *port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);
  return service;
}

static gboolean
input_cb (GObject *input, gpointer user_data)
{
  char byte;

  gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input),
                                                       &byte,
                                                       1,
                                                       NULL,
                                                       NULL);

  if (n != 0)
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GInputStream) input = g_unix_input_stream_new (0, FALSE);
  g_autoptr (GSource) source = NULL;
  g_autoptr (GObject) server = NULL;
  guint port = 0;

  if (argc != 3)
    return 2;
  max_length = g_ascii_strtoull (argv[2], NULL, 10);
  server = strcmp (argv[1], "raw") == 0 ? listen_raw (&port) : listen_soup (&port);
  source = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (input), NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (input_cb), loop, NULL);
  g_source_attach (source, NULL);
  printf ("listening %u\n", port);
  fflush (stdout);
  g_main_loop_run (loop);
  return 0;
}
