/* SPDX-License-Identifier: MIT */

#include "lines.h"

#include <faye/faye.h>
#include <libsoup/soup.h>
#include <string.h>

/* This library as a peer: `faye-peer [--raw] server` and `faye-peer client`. */

static GHashTable *sockets;    /* number to FayeWebSocket */
static FayeExtension *deflate; /* (nullable): of connections to come */
static guint last;

static void
message_cb (FayeWebSocket *socket, FayeMessage *message, gpointer user_data)
{
  const char *event = faye_message_get_kind (message) == FAYE_MESSAGE_KIND_TEXT ? "text" : "binary";
  gsize size;
  const guint8 *data = faye_message_get_data (message, &size);

  lines_report_data (GPOINTER_TO_UINT (user_data), event, data, size);
}

static void
ping_cb (FayeWebSocket *socket, GBytes *payload, gpointer user_data)
{
  lines_report_bytes (GPOINTER_TO_UINT (user_data), "ping", payload);
}

static void
pong_cb (FayeWebSocket *socket, GBytes *payload, gpointer user_data)
{
  lines_report_bytes (GPOINTER_TO_UINT (user_data), "pong", payload);
}

static void
error_cb (FayeWebSocket *socket, GError *error, gpointer user_data)
{
  const char *text = error->message;

  lines_report_data (GPOINTER_TO_UINT (user_data), "error", text, strlen (text));
}

static void
closed_cb (FayeWebSocket *socket, guint code, const char *reason, gpointer user_data)
{
  lines_report_closed (GPOINTER_TO_UINT (user_data), code, reason);
  g_hash_table_remove (sockets, user_data);
}

static void
extend (FayeWebSocket *socket)
{
  g_autoptr (GError) error = NULL;

  if (deflate != NULL && !faye_web_socket_add_extension (socket, deflate, &error))
    g_error ("%s", error->message);
}

static void
attach (FayeWebSocket *socket, guint number)
{
  gpointer key = GUINT_TO_POINTER (number);

  g_hash_table_insert (sockets, key, g_object_ref (socket));
  g_signal_connect (socket, "message", G_CALLBACK (message_cb), key);
  g_signal_connect (socket, "ping-received", G_CALLBACK (ping_cb), key);
  g_signal_connect (socket, "pong-received", G_CALLBACK (pong_cb), key);
  g_signal_connect (socket, "error", G_CALLBACK (error_cb), key);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), key);
}

static char *
target_of (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  const char *query = g_uri_get_query (uri);

  return g_strconcat (g_uri_get_path (uri), query != NULL ? "?" : NULL, query, NULL);
}

static void
server_open_cb (FayeWebSocket *socket, gpointer user_data)
{
  SoupMessageHeaders *headers = faye_web_socket_get_request_headers (socket);
  g_autofree char *target = target_of (faye_web_socket_get_url (socket));

  attach (socket, ++last);
  lines_report_open (last,
                     target,
                     faye_web_socket_get_protocol (socket),
                     soup_message_headers_get_one (headers, LINES_HEADER));
}

static SoupMessageHeaders *
headers_of (SoupMessageHeadersType type, const char *value)
{
  SoupMessageHeaders *headers = soup_message_headers_new (type);

  soup_message_headers_append (headers, LINES_HEADER, value);
  return headers;
}

static gboolean
handshake_cb (FayeWebSocket *socket, gpointer user_data)
{
  g_autoptr (SoupMessageHeaders) headers = headers_of (SOUP_MESSAGE_HEADERS_RESPONSE, "refused");
  g_autofree char *target = target_of (faye_web_socket_get_url (socket));

  if (strcmp (target, "/refuse") != 0)
    return FALSE;
  return faye_web_socket_refuse (socket, SOUP_STATUS_FORBIDDEN, LINES_REFUSAL, headers, NULL);
}

/* The socket keeps itself alive: the reference is dropped at once. */
static void
accept_socket (const char *property, gpointer source)
{
  g_autoptr (SoupMessageHeaders) headers = headers_of (SOUP_MESSAGE_HEADERS_RESPONSE, "answer");
  g_autoptr (FayeWebSocket) socket = g_object_new (FAYE_TYPE_WEB_SOCKET,
                                                   property,
                                                   source,
                                                   "protocols",
                                                   lines_supported,
                                                   "headers",
                                                   headers,
                                                   "max-length",
                                                   (guint64) FAYE_UNLIMITED,
                                                   NULL);

  extend (socket);
  g_signal_connect (socket, "handshake", G_CALLBACK (handshake_cb), NULL);
  g_signal_connect (socket, "open", G_CALLBACK (server_open_cb), NULL);
}

static void
request_cb (SoupServer *server,
            SoupServerMessage *request,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  if (faye_web_socket_is_web_socket (request))
    accept_socket ("request", request);
  else
    soup_server_message_set_status (request, SOUP_STATUS_NOT_FOUND, NULL);
}

static gpointer
serve (void)
{
  SoupServer *server = soup_server_new (NULL, NULL);
  GSList *uris;

  soup_server_add_handler (server, NULL, request_cb, NULL, NULL);
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL))
    g_error ("cannot listen");
  uris = soup_server_get_uris (server);
  lines_listening (g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return server;
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  accept_socket ("stream", connection);
  return TRUE;
}

static gpointer
serve_raw (void)
{
  GSocketService *service = g_socket_service_new ();
  guint16 port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);

  g_signal_connect (service, "incoming", G_CALLBACK (incoming_cb), NULL);
  lines_listening (port);
  return service;
}

static void
client_open_cb (FayeWebSocket *socket, gpointer user_data)
{
  FayeWebSocketClient *client = FAYE_WEB_SOCKET_CLIENT (socket);
  SoupMessageHeaders *headers = faye_web_socket_client_get_response_headers (client);

  lines_report_open (GPOINTER_TO_UINT (user_data),
                     NULL,
                     faye_web_socket_get_protocol (socket),
                     soup_message_headers_get_one (headers, LINES_HEADER));
}

static void
refused_cb (FayeWebSocket *socket, guint code, const char *reason, gpointer user_data)
{
  FayeWebSocketClient *client = FAYE_WEB_SOCKET_CLIENT (socket);
  guint status = faye_web_socket_client_get_status_code (client);
  SoupMessageHeaders *headers = faye_web_socket_client_get_response_headers (client);

  if (status != 0 && status != SOUP_STATUS_SWITCHING_PROTOCOLS)
    lines_report_refused (GPOINTER_TO_UINT (user_data),
                          status,
                          soup_message_headers_get_one (headers, LINES_HEADER),
                          faye_web_socket_client_get_response_body (client));
}

static void
dial (guint number, char **words)
{
  g_autofree char *url = lines_text (words[1]);
  g_autofree char *header = lines_text (words[3]);
  g_auto (GStrv) protocols = lines_list (words[2]);
  g_autoptr (SoupMessageHeaders) headers = headers_of (SOUP_MESSAGE_HEADERS_REQUEST, header);
  g_autoptr (FayeWebSocket) socket = g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT,
                                                   "url",
                                                   url,
                                                   "protocols",
                                                   protocols,
                                                   "headers",
                                                   headers,
                                                   "max-length",
                                                   (guint64) FAYE_UNLIMITED,
                                                   NULL);

  extend (socket);
  g_signal_connect (socket, "open", G_CALLBACK (client_open_cb), GUINT_TO_POINTER (number));
  g_signal_connect (socket, "closed", G_CALLBACK (refused_cb), GUINT_TO_POINTER (number));
  attach (socket, number);
}

static void
send_message (FayeWebSocket *socket, FayeMessageKind kind, const char *word)
{
  g_autoptr (GBytes) bytes = lines_bytes (word);
  g_autoptr (FayeMessage) message = faye_message_new (kind, bytes, NULL);

  faye_web_socket_send (socket, message);
}

static void
send_ping (FayeWebSocket *socket, const char *word)
{
  g_autoptr (GBytes) payload = lines_bytes (word);

  faye_web_socket_ping (socket, payload);
}

static void
close_socket (FayeWebSocket *socket, char **words)
{
  g_autofree char *reason = lines_text (words[2]);

  faye_web_socket_close (socket, g_ascii_strtoull (words[1], NULL, 10), reason, NULL);
}

/* KEY or KEY=NUMBER as a property, which GObject makes of the right type. */
static void
set_option (const char *option, const char **name, GValue *value)
{
  const char *number = strchr (option, '=');

  *name = g_intern_string (option);
  if (number != NULL)
    {
      g_autofree char *key = g_strndup (option, (gsize) (number - option));

      *name = g_intern_string (key);
    }
  g_value_init (value, G_TYPE_INT64);
  g_value_set_int64 (value, number != NULL ? g_ascii_strtoll (number + 1, NULL, 10) : 1);
}

static void
set_deflate (const char *word)
{
  g_auto (GStrv) options = lines_deflate (word);
  guint count = options != NULL ? g_strv_length (options) : 0;
  g_autofree const char **names = g_new0 (const char *, count + 1);
  g_autofree GValue *values = g_new0 (GValue, count + 1);
  GType type = FAYE_TYPE_PERMESSAGE_DEFLATE;

  for (guint i = 0; i < count; i++)
    set_option (options[i], &names[i], &values[i]);
  g_clear_object (&deflate);
  if (options != NULL)
    deflate = FAYE_EXTENSION (g_object_new_with_properties (type, count, names, values));
  lines_ready ();
}

static void
command (guint number, char **words)
{
  FayeWebSocket *socket = g_hash_table_lookup (sockets, GUINT_TO_POINTER (number));

  if (strcmp (words[0], "open") == 0)
    dial (number, words);
  else if (strcmp (words[0], "deflate") == 0)
    set_deflate (words[1]);
  else if (socket == NULL)
    return;
  else if (strcmp (words[0], "text") == 0)
    send_message (socket, FAYE_MESSAGE_KIND_TEXT, words[1]);
  else if (strcmp (words[0], "binary") == 0)
    send_message (socket, FAYE_MESSAGE_KIND_BINARY, words[1]);
  else if (strcmp (words[0], "ping") == 0)
    send_ping (socket, words[1]);
  else if (strcmp (words[0], "close") == 0)
    close_socket (socket, words);
}

static void
abort_all (void)
{
  g_autoptr (GList) open = g_hash_table_get_values (sockets);

  for (GList *l = open; l != NULL; l = l->next)
    faye_web_socket_abort (l->data);
}

int
main (int argc, char **argv)
{
  g_autoptr (GObject) server = NULL;
  const char *role = argv[argc - 1];

  sockets = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  if (g_strcmp0 (role, "server") == 0)
    server = g_strcmp0 (argv[1], "--raw") == 0 ? serve_raw () : serve ();
  lines_run (command);
  abort_all ();
  g_clear_object (&deflate);
  g_hash_table_unref (sockets);
  return 0;
}
