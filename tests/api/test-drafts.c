/* SPDX-License-Identifier: MIT */

#include "faye/faye.h"

#include <gio/gio.h>
#include <string.h>

/* Servers that allow the drafts, taken over from SoupServer and over a raw stream, and clients that
 * send exact bytes and compare those that come back. */

#define DEADLINE 20 /* s */

typedef struct
{
  gboolean raw;
  SoupServer *soup;        /* (owned) (nullable) */
  GSocketService *service; /* (owned) (nullable) */
  guint16 port;
  void (*made) (FayeWebSocket *socket);
  gboolean allow_drafts;
  guint64 max_length;
  double handshake_timeout;
  const char *const *protocols;
  FayeWebSocket *socket; /* (owned) (nullable) */
  GString *log;          /* what it emitted */
  gboolean closed;
} Server;

typedef struct
{
  GSocketConnection *connection; /* (owned) */
  GSource *source;               /* (owned) */
  GByteArray *in;                /* (owned) what came and was not compared yet */
  gboolean ended;
} Client;

static gboolean
deadline_cb (gpointer user_data)
{
  g_error ("Waited too long for %s", (const char *) user_data);
  return G_SOURCE_REMOVE;
}

#define WAIT_FOR(condition)                                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    guint timer_ = g_timeout_add_seconds (DEADLINE, deadline_cb, (gpointer) #condition);           \
    while (!(condition))                                                                           \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_source_remove (timer_);                                                                      \
  }                                                                                                \
  G_STMT_END

/* Lets the server do all that it can do now. */
static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static gboolean
quit_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* For what must not happen. */
static void
turn_for (guint ms)
{
  gboolean over = FALSE;

  g_timeout_add (ms, quit_cb, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

static void
open_cb (FayeWebSocket *socket, Server *server)
{
  g_string_append_printf (server->log, "open %s\n", faye_web_socket_get_version (socket));
}

static void
message_cb (FayeWebSocket *socket, FayeMessage *message, Server *server)
{
  gsize size;
  const char *text = (const char *) faye_message_get_data (message, &size);

  g_assert_cmpint (faye_message_get_kind (message), ==, FAYE_MESSAGE_KIND_TEXT);
  g_string_append_printf (server->log, "text %.*s\n", (int) size, text);
  faye_web_socket_send (socket, message);
}

static void
error_cb (FayeWebSocket *socket, GError *error, Server *server)
{
  g_assert_true (error->domain == FAYE_ERROR);
  g_string_append_printf (server->log, "error %d\n", error->code);
}

static void
closed_cb (FayeWebSocket *socket, guint code, const char *reason, Server *server)
{
  g_string_append_printf (server->log, "closed %u\n", code);
  server->closed = TRUE;
}

static void
serve (Server *server, const char *property, gpointer source)
{
  g_clear_object (&server->socket);
  server->socket = g_object_new (FAYE_TYPE_WEB_SOCKET,
                                 property,
                                 source,
                                 "protocols",
                                 server->protocols,
                                 "allow-drafts",
                                 server->allow_drafts,
                                 "max-length",
                                 server->max_length,
                                 "handshake-timeout",
                                 server->handshake_timeout,
                                 NULL);
  g_signal_connect (server->socket, "open", G_CALLBACK (open_cb), server);
  g_signal_connect (server->socket, "message", G_CALLBACK (message_cb), server);
  g_signal_connect (server->socket, "error", G_CALLBACK (error_cb), server);
  g_signal_connect (server->socket, "closed", G_CALLBACK (closed_cb), server);
  if (server->made != NULL)
    server->made (server->socket);
}

static void
request_cb (SoupServer *soup,
            SoupServerMessage *request,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  serve (user_data, "request", request);
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  serve (user_data, "stream", connection);
  return TRUE;
}

static guint16
listen_soup (Server *server)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;
  guint16 port;

  server->soup = soup_server_new (NULL, NULL);
  soup_server_add_handler (server->soup, NULL, request_cb, server, NULL);
  soup_server_listen_local (server->soup, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (server->soup);
  port = g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return port;
}

static guint16
listen_raw (Server *server)
{
  g_autoptr (GError) error = NULL;
  guint16 port;

  server->service = g_socket_service_new ();
  g_signal_connect (server->service, "incoming", G_CALLBACK (incoming_cb), server);
  port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (server->service), NULL, &error);
  g_assert_no_error (error);
  return port;
}

static Server *
server_new (gconstpointer raw)
{
  Server *server = g_new0 (Server, 1);

  server->raw = GPOINTER_TO_INT (raw);
  server->allow_drafts = TRUE;
  server->max_length = FAYE_UNLIMITED;
  server->handshake_timeout = 15;
  server->log = g_string_new (NULL);
  server->port = server->raw ? listen_raw (server) : listen_soup (server);
  return server;
}

/* The one who holds the last reference is the test, once `closed` was emitted. */
static void
server_forget_socket (Server *server)
{
  if (server->socket != NULL)
    {
      WAIT_FOR (server->closed);
      g_signal_handlers_disconnect_by_data (server->socket, server);
      settle ();
      g_assert_finalize_object (g_steal_pointer (&server->socket));
    }
  g_string_truncate (server->log, 0);
  server->closed = FALSE;
}

static void
server_free (Server *server)
{
  server_forget_socket (server);
  if (server->soup != NULL)
    soup_server_disconnect (server->soup);
  g_clear_object (&server->soup);
  if (server->service != NULL)
    {
      g_socket_service_stop (server->service);
      g_socket_listener_close (G_SOCKET_LISTENER (server->service));
    }
  g_clear_object (&server->service);
  g_string_free (server->log, TRUE);
  g_free (server);
}

static gboolean
readable_cb (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  Client *client = user_data;
  guint8 buffer[4096];
  gssize n = g_socket_receive (socket, (char *) buffer, sizeof buffer, NULL, NULL);

  if (n > 0)
    {
      g_byte_array_append (client->in, buffer, n);
      return G_SOURCE_CONTINUE;
    }
  client->ended = TRUE;
  return G_SOURCE_REMOVE;
}

static Client *
client_new (Server *server)
{
  g_autoptr (GSocketClient) dialler = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  Client *client = g_new0 (Client, 1);
  GSocket *socket;

  client->connection =
    g_socket_client_connect_to_host (dialler, "127.0.0.1", server->port, NULL, &error);
  g_assert_no_error (error);
  client->in = g_byte_array_new ();
  socket = g_socket_connection_get_socket (client->connection);
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_option (socket, 6 /* IPPROTO_TCP */, 1 /* TCP_NODELAY */, 1, NULL);
  client->source = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (client->source, (GSourceFunc) readable_cb, client, NULL);
  g_source_attach (client->source, NULL);
  return client;
}

static void
client_free (Client *client)
{
  g_source_destroy (client->source);
  g_source_unref (client->source);
  g_io_stream_close (G_IO_STREAM (client->connection), NULL, NULL);
  g_object_unref (client->connection);
  g_byte_array_unref (client->in);
  g_free (client);
}

static void
client_send (Client *client, gconstpointer data, gsize size)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket = g_socket_connection_get_socket (client->connection);
  gssize n = size > 0 ? g_socket_send (socket, data, size, NULL, &error) : 0;

  g_assert_no_error (error);
  g_assert_cmpint (n, ==, size);
}

#define SEND(client, literal) client_send (client, literal, sizeof literal - 1)

/* Exactly these bytes come next. */
static void
client_expect (Client *client, gconstpointer data, gsize size)
{
  WAIT_FOR (client->in->len >= size || client->ended);
  g_assert_cmpmem (client->in->data, MIN (client->in->len, size), data, size);
  g_byte_array_remove_range (client->in, 0, size);
}

#define EXPECT(client, literal) client_expect (client, literal, sizeof literal - 1)

static void
client_end (Client *client)
{
  g_socket_shutdown (g_socket_connection_get_socket (client->connection), FALSE, TRUE, NULL);
}

/* The server has ended its direction, and waits for the other's end. */
static void
client_expect_end (Client *client)
{
  WAIT_FOR (client->ended);
  g_assert_cmpuint (client->in->len, ==, 0);
  client_end (client);
}

static void
client_expect_status (Client *client, const char *line)
{
  WAIT_FOR (client->ended);
  g_assert_cmpuint (client->in->len, >, strlen (line));
  g_assert_cmpmem (client->in->data, strlen (line), line, strlen (line));
  client_end (client);
}

#define START                                                                                      \
  "GET /demo HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n"       \
  "Origin: http://example.com\r\n"
#define REQUEST_75 START "\r\n"
#define RESPONSE_75                                                                                \
  "HTTP/1.1 101 Web Socket Protocol Handshake\r\n"                                                 \
  "Upgrade: WebSocket\r\nConnection: Upgrade\r\n"                                                  \
  "WebSocket-Origin: http://example.com\r\nWebSocket-Location: ws://example.com/demo\r\n\r\n"
#define REQUEST_76                                                                                 \
  START "Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\nSec-WebSocket-Key2: 12998 5 Y3 1  "           \
        ".P00\r\n\r\n"
#define CHALLENGE "^n:ds[4U"
#define RESPONSE_76                                                                                \
  "HTTP/1.1 101 WebSocket Protocol Handshake\r\n"                                                  \
  "Upgrade: WebSocket\r\nConnection: Upgrade\r\n"                                                  \
  "Sec-WebSocket-Origin: http://example.com\r\n"                                                   \
  "Sec-WebSocket-Location: ws://example.com/demo\r\n\r\n"
#define ANSWER "8jKS'y:G*Co,Wxa-"
#define HYBI(version)                                                                              \
  "GET /demo HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"       \
  "Sec-WebSocket-Origin: http://example.com\r\n"                                                   \
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: " version "\r\n\r\n"
#define RESPONSE_HYBI                                                                              \
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"              \
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

static void
end (Server *server, Client *client, const char *log)
{
  client_end (client);
  WAIT_FOR (server->closed);
  g_assert_cmpstr (server->log->str, ==, log);
  client_free (client);
}

static Client *
open_76 (Server *server)
{
  Client *client = client_new (server);

  SEND (client, REQUEST_76 CHALLENGE);
  EXPECT (client, RESPONSE_76 ANSWER);
  WAIT_FOR (server->log->len > 0);
  return client;
}

static Client *
open_75 (Server *server)
{
  Client *client = client_new (server);

  SEND (client, REQUEST_75);
  EXPECT (client, RESPONSE_75);
  WAIT_FOR (server->log->len > 0);
  return client;
}

/* A proxy passes them on only when it has seen the response's status. */
static void
test_late_bytes (gconstpointer raw)
{
  Server *server = server_new (raw);
  Client *client = client_new (server);

  SEND (client, REQUEST_76);
  EXPECT (client, RESPONSE_76);
  for (guint i = 0; i < 8; i++)
    {
      turn_for (5);
      g_assert_cmpstr (server->log->str, ==, "");
      g_assert_cmpint (faye_web_socket_get_ready_state (server->socket),
                       ==,
                       FAYE_READY_STATE_CONNECTING);
      g_assert_cmpuint (client->in->len, ==, 0);
      client_send (client, &CHALLENGE[i], 1);
    }
  EXPECT (client, ANSWER);
  SEND (client, "\0Hi\xff");
  EXPECT (client, "\0Hi\xff");
  SEND (client, "\xff\0");
  EXPECT (client, "\xff\0");
  client_expect_end (client);
  end (server, client, "open hixie-76\ntext Hi\nclosed 1005\n");
  server_free (server);
}

/* The whole life in one piece, byte by byte, and at every cut. */
static void
test_every_cut (gconstpointer raw)
{
  static const char life[] = REQUEST_76 CHALLENGE "\0H\xc3\xa9\xff\x80\x02\xff\xff\0\xff\xff\0";
  const gsize size = sizeof life - 1;
  Server *server = server_new (raw);

  for (gsize cut = 0; cut <= size; cut++)
    {
      Client *client = client_new (server);
      gsize step = cut == 0 ? 1 : cut;

      for (gsize at = 0; at < size; at = cut == 0 || at == 0 ? at + step : size)
        {
          gsize n = cut == 0 ? 1 : at == 0 ? cut : size - cut;

          client_send (client, life + at, n);
          settle ();
        }
      EXPECT (client, RESPONSE_76 ANSWER "\0H\xc3\xa9\xff\0\xff\xff\0");
      client_expect_end (client);
      end (server, client, "open hixie-76\ntext H\xc3\xa9\ntext \nclosed 1005\n");
      server_forget_socket (server);
    }
  server_free (server);
}

static void
send_early (FayeWebSocket *socket)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("b", 1);

  g_assert_true (faye_web_socket_send_text (socket, "early"));
  /* A request that is taken over has been read, so its version is known. */
  g_assert_cmpint (faye_web_socket_send_bytes (socket, bytes),
                   ==,
                   faye_web_socket_get_url (socket) == NULL);
  g_assert_true (faye_web_socket_send_text (socket, "bird"));
}

static void
test_messages_wait (gconstpointer raw)
{
  Server *server = server_new (raw);
  Client *client;

  server->made = send_early;
  client = client_new (server);
  SEND (client, REQUEST_76);
  EXPECT (client, RESPONSE_76);
  turn_for (5);
  g_assert_cmpuint (client->in->len, ==, 0);
  g_assert_true (faye_web_socket_send_text (server->socket, "late"));
  SEND (client, CHALLENGE);
  EXPECT (client, ANSWER "\0early\xff\0bird\xff\0late\xff");
  SEND (client, "\xff\0");
  EXPECT (client, "\xff\0");
  end (server, client, "open hixie-76\nclosed 1005\n");
  server_free (server);
}

static void
test_no_bytes (gconstpointer raw)
{
  Server *server = server_new (raw);
  g_autofree char *log = g_strdup_printf ("error %d\nclosed 1006\n", FAYE_ERROR_TIMED_OUT);
  gint64 begin = g_get_monotonic_time ();
  Client *client;

  server->handshake_timeout = 0.05;
  client = client_new (server);
  SEND (client, REQUEST_76 "1234567");
  EXPECT (client, RESPONSE_76);
  client_expect_end (client);
  end (server, client, log);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 5 * G_USEC_PER_SEC);
  server_free (server);
}

static void
test_gone_before_bytes (gconstpointer raw)
{
  Server *server = server_new (raw);
  Client *client = client_new (server);
  g_autofree char *log = g_strdup_printf ("error %d\nclosed 1006\n", FAYE_ERROR_DISCONNECTED);

  SEND (client, REQUEST_76 "1234567");
  EXPECT (client, RESPONSE_76);
  client_end (client);
  end (server, client, log);
  server_free (server);
}

static void
test_abort_before_bytes (gconstpointer raw)
{
  Server *server = server_new (raw);
  Client *client = client_new (server);

  SEND (client, REQUEST_76 "1234567");
  EXPECT (client, RESPONSE_76);
  faye_web_socket_abort (server->socket);
  client_expect_end (client);
  end (server, client, "closed 1006\n");
  server_free (server);
}

static void
test_close_before_bytes (gconstpointer raw)
{
  Server *server = server_new (raw);
  Client *client = client_new (server);
  g_autoptr (GError) error = NULL;

  SEND (client, REQUEST_76);
  EXPECT (client, RESPONSE_76);
  g_assert_true (faye_web_socket_send_text (server->socket, "last"));
  g_assert_true (faye_web_socket_close (server->socket, 1000, NULL, &error));
  g_assert_no_error (error);
  SEND (client, CHALLENGE);
  EXPECT (client, ANSWER "\0last\xff\xff\0");
  SEND (client, "\xff\0");
  client_expect_end (client);
  WAIT_FOR (server->closed);
  g_assert_true (g_str_has_suffix (server->log->str, "closed 1005\n"));
  client_free (client);
  server_free (server);
}

static void
test_close_76 (gconstpointer raw)
{
  Server *server = server_new (raw);
  Client *client = open_76 (server);

  g_assert_true (faye_web_socket_send_text (server->socket, "last"));
  g_assert_true (faye_web_socket_close (server->socket, 3000, "not sent", NULL));
  g_assert_false (faye_web_socket_send_text (server->socket, "too late"));
  EXPECT (client, "\0last\xff\xff\0");
  SEND (client, "\0ignored\xff\xff\0");
  client_expect_end (client);
  end (server, client, "open hixie-76\nclosed 1005\n");
  server_free (server);
}

static void
test_loss_76 (gconstpointer raw)
{
  Server *server = server_new (raw);
  Client *client = open_76 (server);
  g_autofree char *log =
    g_strdup_printf ("open hixie-76\nerror %d\nclosed 1006\n", FAYE_ERROR_DISCONNECTED);

  client_end (client);
  end (server, client, log);
  server_free (server);
}

static void
test_version_75 (gconstpointer raw)
{
  Server *server = server_new (raw);
  Client *client = open_75 (server);

  SEND (client, "\0Hi\xff\xff\0\0you\xff");
  EXPECT (client, "\0Hi\xff\0you\xff");
  client_end (client);
  client_expect_end (client);
  end (server, client, "open hixie-75\ntext Hi\ntext you\nclosed 1006\n");
  server_free (server);
}

/* All that the client has to say, its end included, is there when the server looks. */
static void
test_version_75_at_once (gconstpointer raw)
{
  Server *server = server_new (raw);
  Client *client = client_new (server);

  SEND (client, REQUEST_75 "\0Hi\xff\0you\xff");
  client_end (client);
  end (server, client, "open hixie-75\ntext Hi\ntext you\nclosed 1006\n");
  server_free (server);
}

static void
test_close_75 (gconstpointer raw)
{
  Server *server = server_new (raw);
  Client *client = open_75 (server);

  g_assert_true (faye_web_socket_send_text (server->socket, "last"));
  g_assert_true (faye_web_socket_close (server->socket, 1000, NULL, NULL));
  EXPECT (client, "\0last\xff");
  client_expect_end (client);
  end (server, client, "open hixie-75\nclosed 1005\n");
  server_free (server);
}

static void
close_in_open (FayeWebSocket *socket)
{
  g_assert_true (faye_web_socket_send_text (socket, "hello"));
  g_assert_true (faye_web_socket_close (socket, 1000, NULL, NULL));
}

static void
test_close_75_before_open (gconstpointer raw)
{
  Server *server = server_new (raw);
  Client *client;

  server->made = close_in_open;
  client = client_new (server);
  SEND (client, REQUEST_75);
  EXPECT (client, RESPONSE_75 "\0hello\xff");
  client_expect_end (client);
  WAIT_FOR (server->closed);
  g_assert_true (g_str_has_suffix (server->log->str, "closed 1005\n"));
  client_free (client);
  server_free (server);
}

static void
test_large_text (gconstpointer raw)
{
  Server *server = server_new (raw);
  Client *client = open_76 (server);
  g_autofree char *text = g_strnfill (100000, 'x');

  g_assert_true (faye_web_socket_send_text (server->socket, text));
  EXPECT (client, "\0");
  client_expect (client, text, 100000);
  SEND (client, "\xff\0");
  EXPECT (client, "\xff\xff\0");
  end (server, client, "open hixie-76\nclosed 1005\n");
  server_free (server);
}

static void
test_subprotocol (gconstpointer raw)
{
  static const char *const protocols[] = { "sample", NULL };
  Server *server = server_new (raw);
  Client *client;

  server->protocols = protocols;
  client = client_new (server);
  SEND (client, START "WebSocket-Protocol: sample\r\n\r\n");
  EXPECT (client,
          "HTTP/1.1 101 Web Socket Protocol Handshake\r\n"
          "Upgrade: WebSocket\r\nConnection: Upgrade\r\n"
          "WebSocket-Origin: http://example.com\r\nWebSocket-Location: ws://example.com/demo\r\n"
          "WebSocket-Protocol: sample\r\n\r\n");
  WAIT_FOR (server->log->len > 0);
  g_assert_cmpstr (faye_web_socket_get_protocol (server->socket), ==, "sample");
  faye_web_socket_abort (server->socket);
  end (server, client, "open hixie-75\nclosed 1006\n");
  server_free (server);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_assert_false (faye_web_socket_send_finish (FAYE_WEB_SOCKET (source), result, user_data));
}

static void
test_A30_refused (gconstpointer raw)
{
  Server *server = server_new (raw);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\xff\0", 2);
  g_autoptr (FayeMessage) message = faye_message_new (FAYE_MESSAGE_KIND_BINARY, bytes, NULL);
  g_autoptr (GError) error = NULL;
  Client *client = open_76 (server);

  g_assert_false (faye_web_socket_send_bytes (server->socket, bytes));
  g_assert_false (faye_web_socket_send (server->socket, message));
  g_assert_false (faye_web_socket_ping (server->socket, NULL));
  g_assert_false (faye_web_socket_ping (server->socket, bytes));
  g_assert_false (faye_web_socket_pong (server->socket, bytes));
  faye_web_socket_send_async (server->socket, message, NULL, sent_cb, &error);
  WAIT_FOR (error != NULL);
  g_assert_null (faye_message_new (FAYE_MESSAGE_KIND_TEXT, bytes, NULL));
  g_assert_true (faye_web_socket_send_text (server->socket, "text"));
  EXPECT (client, "\0text\xff");
  SEND (client, "\xff\0");
  EXPECT (client, "\xff\0");
  end (server, client, "open hixie-76\nclosed 1005\n");
  server_free (server);
}

static void
expect_too_long (Server *server, gconstpointer data, gsize size)
{
  g_autofree char *log =
    g_strdup_printf ("open hixie-76\nerror %d\nclosed 1009\n", FAYE_ERROR_TOO_BIG);
  Client *client = open_76 (server);

  client_send (client, data, size);
  EXPECT (client, "\xff\0");
  client_expect_end (client);
  end (server, client, log);
  server_forget_socket (server);
}

static void
test_A28_limits (gconstpointer raw)
{
  Server *server = server_new (raw);
  g_autofree guint8 *zeros = g_malloc (100000);

  memset (zeros, 0x80, 100000);
  server->max_length = 5;
  expect_too_long (server, zeros, 100000);
  expect_too_long (server, "\x80\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10);
  expect_too_long (server, "\0abcdef", 7);
  server_free (server);
}

static void
expect_refusal (Server *server, const char *request, const char *line)
{
  g_autofree char *log = g_strdup_printf ("error %d\nclosed 1006\n", FAYE_ERROR_HANDSHAKE);
  Client *client = client_new (server);

  client_send (client, request, strlen (request));
  client_expect_status (client, line);
  end (server, client, log);
  server_forget_socket (server);
}

static void
test_A29_bad_keys (gconstpointer raw)
{
  static const char *const keys[] = {
    "Sec-WebSocket-Key1: 1 8\r\n",
    "Sec-WebSocket-Key2: 1 8\r\n",
    "Sec-WebSocket-Key1: 18\r\nSec-WebSocket-Key2: 1 8\r\n",
    "Sec-WebSocket-Key1: 1 8\r\nSec-WebSocket-Key2: 1  3\r\n",
    "Sec-WebSocket-Key1: 1 8\r\nSec-WebSocket-Key2: 99999999999 9\r\n",
  };
  Server *server = server_new (raw);

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *request = g_strconcat (START, keys[i], "\r\n", CHALLENGE, NULL);

      expect_refusal (server, request, "HTTP/1.1 400 Bad Request\r\n");
    }
  server_free (server);
}

static void
test_A31_off (gconstpointer raw)
{
  static const char *const requests[] = {
    HYBI ("7"),
    HYBI ("8"),
    REQUEST_75,
    REQUEST_76 CHALLENGE,
  };
  Server *server = server_new (raw);

  server->allow_drafts = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    expect_refusal (server, requests[i], "HTTP/1.1 426 Upgrade Required\r\n");
  server_free (server);
}

static void
test_hybi (gconstpointer raw)
{
  static const char *const requests[] = { HYBI ("7"), HYBI ("8"), HYBI ("13") };
  static const char *const logs[] = { "open hybi-7\ntext Hi\nclosed 1000\n",
                                      "open hybi-8\ntext Hi\nclosed 1000\n",
                                      "open hybi-13\ntext Hi\nclosed 1000\n" };
  Server *server = server_new (raw);

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      Client *client = client_new (server);

      client_send (client, requests[i], strlen (requests[i]));
      SEND (client, "\x81\x82\0\0\0\0Hi\x88\x82\0\0\0\0\x03\xe8");
      EXPECT (client, RESPONSE_HYBI "\x81\x02Hi\x88\x02\x03\xe8");
      end (server, client, logs[i]);
      server_forget_socket (server);
    }
  server_free (server);
}

static void
test_property (void)
{
  g_autoptr (GIOStream) stream =
    g_simple_io_stream_new (g_memory_input_stream_new (), g_memory_output_stream_new_resizable ());
  FayeWebSocket *socket = faye_web_socket_new_for_stream (stream, NULL);
  gboolean allow_drafts = TRUE;

  g_object_get (socket, "allow-drafts", &allow_drafts, NULL);
  g_assert_false (allow_drafts);
  g_assert_false (faye_web_socket_get_allow_drafts (socket));
  faye_web_socket_abort (socket);
  settle ();
  g_object_unref (socket);
}

static void
add (const char *name, GTestDataFunc func)
{
  static const char *const kinds[] = { "soup", "raw" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = g_strdup_printf ("/faye/api/drafts/%s/%s", kinds[i], name);

      g_test_add_data_func (path, GINT_TO_POINTER (i), func);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/api/drafts/property", test_property);
  add ("late-bytes", test_late_bytes);
  add ("every-cut", test_every_cut);
  add ("messages-wait", test_messages_wait);
  add ("A29-no-bytes", test_no_bytes);
  add ("A29-gone-before-bytes", test_gone_before_bytes);
  add ("A29-abort-before-bytes", test_abort_before_bytes);
  add ("A29-bad-keys", test_A29_bad_keys);
  add ("close-before-bytes", test_close_before_bytes);
  add ("close-76", test_close_76);
  add ("loss-76", test_loss_76);
  add ("version-75", test_version_75);
  add ("version-75-at-once", test_version_75_at_once);
  add ("close-75", test_close_75);
  add ("close-75-before-open", test_close_75_before_open);
  add ("large-text", test_large_text);
  add ("subprotocol", test_subprotocol);
  add ("A28-limits", test_A28_limits);
  add ("A30-refused", test_A30_refused);
  add ("A31-off", test_A31_off);
  add ("hybi", test_hybi);
  return g_test_run ();
}
