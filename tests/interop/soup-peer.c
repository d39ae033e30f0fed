/* SPDX-License-Identifier: MIT */

#include "lines.h"

#include <libsoup/soup.h>
#include <string.h>

/* libsoup's own WebSocket as a peer: `soup-peer server|client`. */

typedef struct
{
  guint number;
  SoupMessage *message; /* (owned) (nullable): a client's, until it is open */
} Opening;

static GHashTable *sockets; /* number to SoupWebsocketConnection */
static SoupSession *session;
static SoupServer *host; /* (nullable): a server's */
static guint last;

static void
message_cb (SoupWebsocketConnection *socket, gint type, GBytes *bytes, gpointer user_data)
{
  const char *event = type == SOUP_WEBSOCKET_DATA_TEXT ? "text" : "binary";

  lines_report_bytes (GPOINTER_TO_UINT (user_data), event, bytes);
}

/* libsoup 3.2 says that BYTES is a GBytes and hands out a GByteArray: it is not touched. */
static void
pong_cb (SoupWebsocketConnection *socket, gpointer bytes, gpointer user_data)
{
  lines_report_data (GPOINTER_TO_UINT (user_data), "pong", "", 0);
}

static void
error_cb (SoupWebsocketConnection *socket, GError *error, gpointer user_data)
{
  const char *text = error->message;

  lines_report_data (GPOINTER_TO_UINT (user_data), "error", text, strlen (text));
}

/* libsoup answers 0 when the connection broke, where RFC 6455 (section 7.1.5) has 1006. */
static void
closed_cb (SoupWebsocketConnection *socket, gpointer user_data)
{
  guint code = soup_websocket_connection_get_close_code (socket);
  const char *reason = soup_websocket_connection_get_close_data (socket);

  lines_report_closed (GPOINTER_TO_UINT (user_data), code != 0 ? code : 1006, reason);
  g_hash_table_remove (sockets, user_data);
}

static void
attach (SoupWebsocketConnection *socket, guint number)
{
  gpointer key = GUINT_TO_POINTER (number);

  g_hash_table_insert (sockets, key, g_object_ref (socket));
  soup_websocket_connection_set_max_incoming_payload_size (socket, 0);
  g_signal_connect (socket, "message", G_CALLBACK (message_cb), key);
  g_signal_connect (socket, "pong", G_CALLBACK (pong_cb), key);
  g_signal_connect (socket, "error", G_CALLBACK (error_cb), key);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), key);
}

static char *
target_of (GUri *uri)
{
  const char *query = g_uri_get_query (uri);

  return g_strconcat (g_uri_get_path (uri), query != NULL ? "?" : NULL, query, NULL);
}

static void
opened_cb (SoupServer *server,
           SoupServerMessage *message,
           const char *path,
           SoupWebsocketConnection *socket,
           gpointer user_data)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_autofree char *target = target_of (soup_server_message_get_uri (message));

  attach (socket, ++last);
  lines_report_open (last,
                     target,
                     soup_websocket_connection_get_protocol (socket),
                     soup_message_headers_get_one (headers, LINES_HEADER));
}

static void
refuse_cb (SoupServer *server,
           SoupServerMessage *message,
           const char *path,
           GHashTable *query,
           gpointer user_data)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  /* The Python package waits for the end of the connection. */
  soup_message_headers_replace (headers, "Connection", "close");
  soup_message_headers_replace (headers, LINES_HEADER, "refused");
  soup_server_message_set_response (message,
                                    "text/plain",
                                    SOUP_MEMORY_STATIC,
                                    LINES_REFUSAL,
                                    strlen (LINES_REFUSAL));
  soup_server_message_set_status (message, SOUP_STATUS_FORBIDDEN, NULL);
}

static void
request_started_cb (SoupServer *server, SoupServerMessage *message, gpointer user_data)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_headers_append (headers, LINES_HEADER, "answer");
}

static void
serve (void)
{
  char **protocols = (char **) lines_supported;
  GSList *uris;

  host = soup_server_new (NULL, NULL);
  soup_server_add_websocket_handler (host, "/", NULL, protocols, opened_cb, NULL, NULL);
  soup_server_add_handler (host, "/refuse", refuse_cb, NULL, NULL);
  g_signal_connect (host, "request-started", G_CALLBACK (request_started_cb), NULL);
  if (!soup_server_listen_local (host, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL))
    g_error ("cannot listen");
  uris = soup_server_get_uris (host);
  lines_listening (g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Opening *self = user_data;
  SoupMessageHeaders *headers = soup_message_get_response_headers (self->message);
  const char *header = soup_message_headers_get_one (headers, LINES_HEADER);
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) socket =
    soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);

  if (socket == NULL)
    {
      lines_report_refused (self->number, soup_message_get_status (self->message), header, NULL);
    }
  else
    {
      const char *protocol = soup_websocket_connection_get_protocol (socket);

      attach (socket, self->number);
      lines_report_open (self->number, NULL, protocol, header);
    }
  g_object_unref (self->message);
  g_free (self);
}

static void
dial (guint number, char **words)
{
  g_autofree char *url = lines_text (words[1]);
  g_autofree char *header = lines_text (words[3]);
  g_auto (GStrv) protocols = lines_list (words[2]);
  Opening *opening = g_new0 (Opening, 1);

  opening->number = number;
  opening->message = soup_message_new (SOUP_METHOD_GET, url);
  soup_message_headers_append (soup_message_get_request_headers (opening->message),
                               LINES_HEADER,
                               header);
  soup_session_websocket_connect_async (session,
                                        opening->message,
                                        NULL,
                                        protocols[0] != NULL ? protocols : NULL,
                                        G_PRIORITY_DEFAULT,
                                        NULL,
                                        connected_cb,
                                        opening);
}

static void
send_message (SoupWebsocketConnection *socket, SoupWebsocketDataType type, const char *word)
{
  g_autoptr (GBytes) bytes = lines_bytes (word);

  soup_websocket_connection_send_message (socket, type, bytes);
}

static void
close_socket (SoupWebsocketConnection *socket, char **words)
{
  g_autofree char *reason = lines_text (words[2]);

  soup_websocket_connection_close (socket, g_ascii_strtoull (words[1], NULL, 10), reason);
}

/* Its permessage-deflate has no options, and is on in a server from the beginning. */
static void
set_deflate (const char *word)
{
  g_auto (GStrv) options = lines_deflate (word);

  if (host != NULL)
    soup_server_remove_websocket_extension (host, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  else
    soup_session_remove_feature_by_type (session, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  if (options != NULL && host != NULL)
    soup_server_add_websocket_extension (host, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  else if (options != NULL)
    soup_session_add_feature_by_type (session, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  lines_ready ();
}

static void
command (guint number, char **words)
{
  SoupWebsocketConnection *socket = g_hash_table_lookup (sockets, GUINT_TO_POINTER (number));

  if (strcmp (words[0], "open") == 0)
    dial (number, words);
  else if (strcmp (words[0], "deflate") == 0)
    set_deflate (words[1]);
  else if (socket == NULL)
    return;
  else if (strcmp (words[0], "text") == 0)
    send_message (socket, SOUP_WEBSOCKET_DATA_TEXT, words[1]);
  else if (strcmp (words[0], "binary") == 0)
    send_message (socket, SOUP_WEBSOCKET_DATA_BINARY, words[1]);
  else if (strcmp (words[0], "ping") == 0)
    soup_websocket_connection_set_keepalive_interval (socket, 1);
  else if (strcmp (words[0], "close") == 0)
    close_socket (socket, words);
  else if (strcmp (words[0], "close-empty") == 0)
    soup_websocket_connection_close (socket, SOUP_WEBSOCKET_CLOSE_NO_STATUS, NULL);
}

int
main (int argc, char **argv)
{
  sockets = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  session = soup_session_new ();
  if (g_strcmp0 (argv[1], "server") == 0)
    serve ();
  lines_run (command);
  g_object_unref (session);
  g_clear_object (&host);
  g_hash_table_unref (sockets);
  return 0;
}
