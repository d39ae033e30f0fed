/* SPDX-License-Identifier: MIT */

#include "tests/api/tls-ends.h"
#include "tests/io/pairs.h"

/* wss: at a server's end, under SoupServer and on a GTlsServerConnection, client certificates
 * included; and several connections to one address. */

typedef struct
{
  SoupServer *soup;        /* (owned) (nullable) */
  GSocketService *service; /* (owned) (nullable) */
  GTlsCertificate *certificate;
  GTlsDatabase *database;
  GTlsAuthenticationMode mode;
  guint16 port;
  Log *log; /* (unowned) the newest */
  guint n_connections;
  gboolean saw_certificate; /* in `handshake` */
} Server;

static void
echo_cb (FayeWebSocket *socket, FayeMessage *message, gpointer data)
{
  faye_web_socket_send (socket, message);
}

static gboolean
handshake_cb (FayeWebSocket *socket, Server *server)
{
  server->saw_certificate = faye_web_socket_get_peer_certificate (socket) != NULL;
  return FALSE;
}

static void
server_take (Server *server, FayeWebSocket *socket)
{
  server->n_connections++;
  g_signal_connect (socket, "message", G_CALLBACK (echo_cb), NULL);
  g_signal_connect (socket, "handshake", G_CALLBACK (handshake_cb), server);
  server->log = log_new (socket);
}

static void
soup_cb (SoupServer *soup,
         SoupServerMessage *request,
         const char *path,
         GHashTable *query,
         gpointer user_data)
{
  server_take (user_data, faye_web_socket_new (request, NULL));
}

/* GIO asks a server about every certificate, even if nothing is against it. */
static gboolean
judge_cb (gpointer object,
          GTlsCertificate *certificate,
          GTlsCertificateFlags flags,
          gpointer user_data)
{
  return flags == 0;
}

static void
started_cb (SoupServer *soup, SoupServerMessage *request, gpointer user_data)
{
  g_signal_connect (request, "accept-certificate", G_CALLBACK (judge_cb), NULL);
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  Server *server = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) stream =
    g_tls_server_connection_new (G_IO_STREAM (connection), server->certificate, &error);

  g_assert_no_error (error);
  g_object_set (stream, "authentication-mode", server->mode, "database", server->database, NULL);
  g_signal_connect (stream, "accept-certificate", G_CALLBACK (judge_cb), NULL);
  server_take (server, faye_web_socket_new_for_stream (stream, NULL));
  return TRUE;
}

static void
server_start_soup (Server *server)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;

  server->soup = soup_server_new (NULL, NULL);
  soup_server_set_tls_certificate (server->soup, server->certificate);
  soup_server_set_tls_database (server->soup, server->database);
  soup_server_set_tls_auth_mode (server->soup, server->mode);
  g_signal_connect (server->soup, "request-started", G_CALLBACK (started_cb), NULL);
  soup_server_add_handler (server->soup, NULL, soup_cb, server, NULL);
  soup_server_listen_local (server->soup,
                            0,
                            SOUP_SERVER_LISTEN_IPV4_ONLY | SOUP_SERVER_LISTEN_HTTPS,
                            &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (server->soup);
  server->port = (guint16) g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

static void
server_start_raw (Server *server)
{
  g_autoptr (GError) error = NULL;

  server->service = g_socket_service_new ();
  server->port =
    g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (server->service), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (server->service, "incoming", G_CALLBACK (incoming_cb), server);
}

static Server *
server_new (gboolean soup, const char *certificate, GTlsAuthenticationMode mode)
{
  Server *server = g_new0 (Server, 1);
  g_autofree char *path = tls_path ("ca.pem");

  server->certificate = tls_certificate (certificate);
  server->database = g_tls_file_database_new (path, NULL);
  server->mode = mode;
  if (soup)
    server_start_soup (server);
  else
    server_start_raw (server);
  return server;
}

static void
server_free (Server *server)
{
  if (server->soup != NULL)
    soup_server_disconnect (server->soup);
  if (server->service != NULL)
    {
      g_socket_service_stop (server->service);
      g_socket_listener_close (G_SOCKET_LISTENER (server->service));
    }
  g_clear_object (&server->soup);
  g_clear_object (&server->service);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (server->certificate);
  g_object_unref (server->database);
  g_free (server);
}

/* (transfer full) (nullable) */
static GIOStream *
dial (Server *server, FayeTls *tls, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnectable) identity = g_network_address_new ("localhost", server->port);
  g_autoptr (GSocketConnection) base = NULL;
  Call call = { NULL };
  GIOStream *stream;

  g_socket_client_set_enable_proxy (client, FALSE);
  base = g_socket_client_connect_to_host (client, "127.0.0.1", server->port, NULL, error);
  g_assert_nonnull (base);
  faye_tls_secure_async (tls,
                         G_IO_STREAM (base),
                         identity,
                         G_PRIORITY_DEFAULT,
                         NULL,
                         call_cb,
                         &call);
  WAIT_UNTIL (call.n_done == 1);
  stream = faye_tls_secure_finish (call.result, error);
  g_clear_object (&call.result);
  return stream;
}

static FayeTls *
new_tls (const char *client)
{
  g_autofree char *ca = tls_path ("ca.pem");
  g_autoptr (GTlsCertificate) certificate = client != NULL ? tls_certificate (client) : NULL;

  return g_object_new (FAYE_TYPE_TLS, "ca-file", ca, "certificate", certificate, NULL);
}

/* A client with a certificate; the server's end knows it, as soon as it can decide. */
static void
test_client_certificate (gconstpointer soup)
{
  Server *server = server_new (soup != NULL, "server", G_TLS_AUTHENTICATION_REQUIRED);
  g_autoptr (FayeTls) tls = new_tls ("client");
  g_autoptr (GTlsCertificate) expected = tls_certificate ("client");
  g_autoptr (GError) error = NULL;
  g_autofree char *head = NULL;
  GIOStream *stream = dial (server, tls, &error);
  FayeWebSocket *socket;
  Raw *raw;

  g_assert_no_error (error);
  raw = raw_new (stream, TRUE);
  raw_send_request (raw, "");
  head = raw_read_head (raw);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 101 "));
  raw_send_frame (raw, 0x81, "hello", 5);
  ASSERT_FRAME (raw, "text hello");

  socket = server->log->socket;
  g_assert_true (server->saw_certificate);
  g_assert_true (
    g_tls_certificate_is_same (faye_web_socket_get_peer_certificate (socket), expected));
  g_assert_cmpuint (faye_web_socket_get_peer_certificate_errors (socket), ==, 0);
  g_assert_true (g_str_has_prefix (faye_web_socket_get_url (socket), "wss://"));
  raw_send_close (raw, 1000, "");
  ASSERT_FRAME (raw, "close 1000 ");
  WAIT_UNTIL (server->log->is_closed);
  /* It stays. */
  g_assert_nonnull (faye_web_socket_get_peer_certificate (socket));
  ASSERT_LOG (server->log, "open", "text hello", "closed 1000 ");
  log_end (server->log);
  raw_free (raw);
  server_free (server);
}

/* Certificates that the server does not trust, and none at all. */
static void
check_refused (gboolean soup, const char *client)
{
  Server *server = server_new (soup, "server", G_TLS_AUTHENTICATION_REQUIRED);
  g_autoptr (FayeTls) tls = new_tls (client);
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) stream = dial (server, tls, &error);

  if (stream != NULL)
    {
      g_autoptr (GError) cause = NULL;
      Call call = { NULL };
      char byte;

      g_input_stream_read_async (g_io_stream_get_input_stream (stream),
                                 &byte,
                                 1,
                                 G_PRIORITY_DEFAULT,
                                 NULL,
                                 call_cb,
                                 &call);
      WAIT_UNTIL (call.n_done == 1);
      g_assert_cmpint (g_input_stream_read_finish (g_io_stream_get_input_stream (stream),
                                                   call.result,
                                                   &cause),
                       ==,
                       -1);
      g_clear_object (&call.result);
      error = faye_tls_explain (stream, cause);
    }
  tls_assert_error (error, FAYE_ERROR_TLS, client == NULL ? "wants a client certificate" : "");
  if (soup)
    g_assert_cmpuint (server->n_connections, ==, 0);
  else
    {
      WAIT_UNTIL (server->log->is_closed);
      ASSERT_LOG (server->log, "error disconnected", "closed 1006 ");
      log_end (server->log);
    }
  g_clear_object (&stream);
  server_free (server);
}

static void
test_without_certificate (gconstpointer soup)
{
  check_refused (soup != NULL, NULL);
}

static void
test_wrong_certificate (gconstpointer soup)
{
  check_refused (soup != NULL, "self-signed");
}

static void
trust_everywhere (const char *name)
{
  g_autofree char *path = tls_path (name);
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (path, NULL);

  g_tls_backend_set_default_database (g_tls_backend_get_default (), database);
}

/* Both classes, with what the system trusts. */
static void
test_both_ends (gconstpointer soup)
{
  Server *server = server_new (soup != NULL, "server", G_TLS_AUTHENTICATION_NONE);
  g_autofree char *url = g_strdup_printf ("wss://localhost:%u/", server->port);
  FayeWebSocket *socket;
  Log *client;

  trust_everywhere ("ca.pem");
  client = log_new (faye_web_socket_client_new (url, NULL));
  socket = client->socket;
  g_assert_null (faye_web_socket_get_peer_certificate (socket));
  WAIT_UNTIL (client->is_open);
  g_assert_true (
    g_tls_certificate_is_same (faye_web_socket_get_peer_certificate (socket), server->certificate));
  g_assert_cmpuint (faye_web_socket_get_peer_certificate_errors (socket), ==, 0);
  g_assert_cmpint (faye_web_socket_get_tls_protocol_version (socket),
                   ==,
                   G_TLS_PROTOCOL_VERSION_TLS_1_3);
  g_assert_true (g_str_has_prefix (faye_web_socket_get_tls_ciphersuite_name (socket), "TLS_"));
  g_assert_null (faye_web_socket_get_peer_certificate (server->log->socket));
  g_assert_cmpint (faye_web_socket_get_tls_protocol_version (server->log->socket),
                   ==,
                   G_TLS_PROTOCOL_VERSION_TLS_1_3);
  faye_web_socket_send_text (socket, "hello");
  WAIT_UNTIL (client->n_messages == 1);
  faye_web_socket_close (socket, 1000, NULL, NULL);
  WAIT_UNTIL (client->is_closed);
  g_assert_nonnull (faye_web_socket_get_peer_certificate (socket));
  log_end (client);
  log_end (server->log);
  server_free (server);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), NULL);
}

static void
test_plain (void)
{
  Both both;

  both_open (&both, HOST_RAW);
  g_assert_null (faye_web_socket_get_peer_certificate (both.client->socket));
  g_assert_null (faye_web_socket_get_tls_ciphersuite_name (both.server->socket));
  g_assert_cmpint (faye_web_socket_get_tls_protocol_version (both.client->socket),
                   ==,
                   G_TLS_PROTOCOL_VERSION_UNKNOWN);
  faye_web_socket_close (both.client->socket, 1000, NULL, NULL);
  both_end (&both);
}

/* Opens and closes a socket, so that the server's session ticket comes. */
static void
visit (Server *server, FayeTls *tls)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *head = NULL;
  GIOStream *stream = dial (server, tls, &error);
  Raw *raw;

  g_assert_no_error (error);
  raw = raw_new (stream, TRUE);
  raw_send_request (raw, "");
  head = raw_read_head (raw);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 101 "));
  raw_send_close (raw, 1000, "");
  ASSERT_FRAME (raw, "close 1000 ");
  log_end (server->log);
  raw_free (raw);
}

static gboolean
accept_cb (FayeTls *tls, GTlsCertificate *certificate, GTlsCertificateFlags flags, gpointer data)
{
  ++*(guint *) data;
  return TRUE;
}

/* Sessions may be resumed: what one connection accepted is nothing to the next. */
static void
test_A48_override_once (void)
{
  Server *server = server_new (FALSE, "self-signed", G_TLS_AUTHENTICATION_NONE);
  g_autoptr (FayeTls) lax = new_tls (NULL);
  g_autoptr (FayeTls) strict = new_tls (NULL);
  guint n_asked = 0;

  g_signal_connect (lax, "accept-certificate", G_CALLBACK (accept_cb), &n_asked);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;

      visit (server, lax);
      g_assert_cmpuint (n_asked, ==, i + 1);
      g_assert_null (dial (server, strict, &error));
      tls_assert_error (error, FAYE_ERROR_CERTIFICATE, "its issuer is not trusted");
      log_end (server->log);
    }
  server_free (server);
}

static void
test_pinned_again (void)
{
  Server *server = server_new (FALSE, "server", G_TLS_AUTHENTICATION_NONE);
  g_autofree char *ca = tls_path ("ca.pem");
  g_autofree char *pin = tls_pin ("server");
  const char *pins[] = { pin, NULL };
  g_autoptr (FayeTls) tls = g_object_new (FAYE_TYPE_TLS, "ca-file", ca, "pins", pins, NULL);

  for (guint i = 0; i < 3; i++)
    visit (server, tls);
  server_free (server);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < 2; i++)
    {
      const char *soup = i == 0 ? "soup" : NULL;
      g_autofree char *folder =
        g_strconcat ("/faye/api/tls-sockets/", i == 0 ? "soup" : "raw", NULL);
      g_autofree char *good = g_strconcat (folder, "/client-certificate", NULL);
      g_autofree char *none = g_strconcat (folder, "/without-certificate", NULL);
      g_autofree char *wrong = g_strconcat (folder, "/wrong-certificate", NULL);
      g_autofree char *both = g_strconcat (folder, "/both-ends", NULL);

      g_test_add_data_func (good, soup, test_client_certificate);
      g_test_add_data_func (none, soup, test_without_certificate);
      g_test_add_data_func (wrong, soup, test_wrong_certificate);
      g_test_add_data_func (both, soup, test_both_ends);
    }
  g_test_add_func ("/faye/api/tls-sockets/plain", test_plain);
  g_test_add_func ("/faye/api/tls-sockets/A48-override-once", test_A48_override_once);
  g_test_add_func ("/faye/api/tls-sockets/pinned-again", test_pinned_again);
  return g_test_run ();
}
