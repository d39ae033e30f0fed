/* SPDX-License-Identifier: MIT */

#include <faye/faye.h>

/* A program outside the tree, in strict C99 that is C++ as well: a server and a client in one
 * process. Succeeds once a text and a binary message have come back. */

#define TEXT "Grüße, 🦊"

static const guint8 octets[] = { 0x00, 0xff, 0x80 };

typedef struct
{
  GMainLoop *loop;
  guint echoes;
  guint code;
} Run;

static void
echo_cb (FayeWebSocket *socket, FayeMessage *message, gpointer user_data)
{
  faye_web_socket_send (socket, message);
}

static void
request_cb (SoupServer *server,
            SoupServerMessage *request,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  FayeWebSocket *socket = faye_web_socket_new (request, NULL);

  g_signal_connect (socket, "message", G_CALLBACK (echo_cb), NULL);
  g_object_unref (socket);
}

static gboolean
is_octets (FayeMessage *message)
{
  GBytes *expected = g_bytes_new_static (octets, sizeof octets);
  gboolean equal = g_bytes_equal (faye_message_get_bytes (message), expected);

  g_bytes_unref (expected);
  return equal;
}

static void
message_cb (FayeWebSocket *socket, FayeMessage *message, Run *run)
{
  if (faye_message_get_kind (message) == FAYE_MESSAGE_KIND_TEXT)
    run->echoes += g_str_equal (faye_message_get_text (message), TEXT);
  else
    run->echoes += is_octets (message);

  if (run->echoes == 2)
    faye_web_socket_close (socket, 1000, "done", NULL);
}

static void
closed_cb (FayeWebSocket *socket, guint code, const char *reason, Run *run)
{
  run->code = code;
  g_main_loop_quit (run->loop);
}

static char *
start_server (SoupServer *server)
{
  GError *error = NULL;
  GSList *uris;
  char *url;

  soup_server_add_handler (server, NULL, request_cb, NULL, NULL);
  if (!soup_server_listen_local (server, 0, (SoupServerListenOptions) 0, &error))
    g_error ("%s", error->message);

  uris = soup_server_get_uris (server);
  url = g_strdup_printf ("ws://localhost:%d/", g_uri_get_port ((GUri *) uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return url;
}

static FayeWebSocketClient *
start_client (const char *url, Run *run)
{
  FayeWebSocketClient *client = faye_web_socket_client_new (url, NULL);
  GBytes *bytes = g_bytes_new_static (octets, sizeof octets);

  g_signal_connect (client, "message", G_CALLBACK (message_cb), run);
  g_signal_connect (client, "closed", G_CALLBACK (closed_cb), run);
  faye_web_socket_send_text (FAYE_WEB_SOCKET (client), TEXT);
  faye_web_socket_send_bytes (FAYE_WEB_SOCKET (client), bytes);
  g_bytes_unref (bytes);
  return client;
}

int
main (void)
{
  Run run = { g_main_loop_new (NULL, FALSE), 0, 0 };
  SoupServer *server = soup_server_new (NULL, NULL);
  char *url = start_server (server);
  FayeWebSocketClient *client = start_client (url, &run);

  g_main_loop_run (run.loop);
  g_print ("%u echoes, closed %u, faye %s\n", run.echoes, run.code, FAYE_VERSION_S);

  g_object_unref (client);
  g_object_unref (server);
  g_main_loop_unref (run.loop);
  g_free (url);
  return run.echoes == 2 && run.code == 1000 ? 0 : 1;
}
