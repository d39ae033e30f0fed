/* SPDX-License-Identifier: MIT */

#include "tests/api/harness.h"

#include "tests/io/pairs.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

/* Servers of every kind, and pairs of ends. */

const char *
host_kind_name (HostKind kind)
{
  static const char *const names[] = {
    "soup", "soup-tls", "raw", "raw-ipv6", "unix", "tls", "bare"
  };

  return names[kind];
}

static void
host_take (Host *host, FayeWebSocket *socket)
{
  host->n_connections++;
  host->server = log_new (socket);
  if (host->made != NULL)
    host->made (host, host->server);
}

static void
soup_cb (SoupServer *soup,
         SoupServerMessage *request,
         const char *path,
         GHashTable *query,
         gpointer user_data)
{
  Host *host = user_data;

  host_take (host,
             g_object_new (FAYE_TYPE_WEB_SOCKET,
                           "request",
                           request,
                           "protocols",
                           host->protocols,
                           "headers",
                           host->headers,
                           NULL));
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  Host *host = user_data;
  g_autoptr (GIOStream) stream = g_object_ref (G_IO_STREAM (connection));
  g_autoptr (GError) error = NULL;

  if (host->kind == HOST_RAW_TLS)
    {
      GIOStream *tls = g_tls_server_connection_new (stream, pair_get_certificate (), &error);

      g_assert_no_error (error);
      g_object_unref (stream);
      stream = tls;
    }
  if (host->kind == HOST_BARE || host->bare)
    {
      host->n_connections++;
      host->raw = raw_new (g_steal_pointer (&stream), FALSE);
      return TRUE;
    }
  host_take (host,
             g_object_new (FAYE_TYPE_WEB_SOCKET,
                           "stream",
                           stream,
                           "protocols",
                           host->protocols,
                           "headers",
                           host->headers,
                           NULL));
  return TRUE;
}

static void
host_listen_soup (Host *host)
{
  gboolean tls = host->kind == HOST_SOUP_TLS;
  g_autoptr (GError) error = NULL;
  g_autoptr (GUri) uri = NULL;
  GSList *uris;

  host->soup = soup_server_new (NULL, NULL);
  if (tls)
    soup_server_set_tls_certificate (host->soup, pair_get_certificate ());
  soup_server_add_handler (host->soup, NULL, soup_cb, host, NULL);
  soup_server_listen_local (host->soup,
                            0,
                            SOUP_SERVER_LISTEN_IPV4_ONLY | (tls ? SOUP_SERVER_LISTEN_HTTPS : 0),
                            &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (host->soup);
  host->url = g_strdup_printf ("%s:%d/",
                               tls ? "wss://localhost" : "ws://127.0.0.1",
                               g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

static GSocketAddress *
host_get_wish (Host *host)
{
  g_autofree char *path = NULL;

  if (host->kind != HOST_RAW_UNIX)
    return g_inet_socket_address_new_from_string (host->kind == HOST_RAW_IPV6 ? "::1" : "127.0.0.1",
                                                  0);
  host->dir = g_dir_make_tmp ("faye-XXXXXX", NULL);
  path = g_build_filename (host->dir, "socket", NULL);
  return g_unix_socket_address_new (path);
}

static void
host_set_url (Host *host, GSocketAddress *address)
{
  guint port;

  if (host->kind == HOST_RAW_UNIX)
    {
      host->url = g_strdup_printf ("ws+unix:%s/socket:/", host->dir);
      return;
    }
  port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  host->url = g_strdup_printf ("%s:%u/",
                               host->kind == HOST_RAW_IPV6  ? "ws://[::1]"
                               : host->kind == HOST_RAW_TLS ? "wss://localhost"
                                                            : "ws://127.0.0.1",
                               port);
}

static void
host_listen_raw (Host *host)
{
  g_autoptr (GSocketAddress) wish = host_get_wish (host);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  host->service = g_socket_service_new ();
  g_socket_listener_add_address (G_SOCKET_LISTENER (host->service),
                                 wish,
                                 G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_DEFAULT,
                                 NULL,
                                 &address,
                                 &error);
  g_assert_no_error (error);
  g_signal_connect (host->service, "incoming", G_CALLBACK (incoming_cb), host);
  g_socket_service_start (host->service);
  host_set_url (host, address);
}

Host *
host_new (HostKind kind)
{
  Host *host = g_new0 (Host, 1);

  host->kind = kind;
  if (kind == HOST_SOUP || kind == HOST_SOUP_TLS)
    host_listen_soup (host);
  else
    host_listen_raw (host);
  return host;
}

void
host_free (Host *host)
{
  if (host->soup != NULL)
    soup_server_disconnect (host->soup);
  g_clear_object (&host->soup);
  if (host->service != NULL)
    {
      g_socket_service_stop (host->service);
      g_socket_listener_close (G_SOCKET_LISTENER (host->service));
    }
  g_clear_object (&host->service);
  if (host->dir != NULL)
    {
      g_autofree char *path = g_build_filename (host->dir, "socket", NULL);

      g_unlink (path);
      g_rmdir (host->dir);
    }
  /* What GIO had under way ends in a turn of its own. */
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    ;
  g_clear_pointer (&host->headers, soup_message_headers_unref);
  g_free (host->dir);
  g_free (host->url);
  g_free (host);
}

typedef struct
{
  GIOStream *stream;
  gboolean done;
} Dial;

static void
dialled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Dial *dial = user_data;
  g_autoptr (GError) error = NULL;

  dial->stream =
    G_IO_STREAM (g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result, &error));
  g_assert_no_error (error);
  dial->done = TRUE;
}

GIOStream *
host_dial (Host *host)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GUri) uri = g_uri_parse (host->url, G_URI_FLAGS_NONE, NULL);
  Dial dial = { NULL };

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_to_host_async (client,
                                         g_uri_get_host (uri),
                                         (guint16) g_uri_get_port (uri),
                                         NULL,
                                         dialled_cb,
                                         &dial);
  WAIT_UNTIL (dial.done);
  return dial.stream;
}

static char *certificate_path; /* the backend reads it again and again */

static void
remove_certificate (void)
{
  g_unlink (certificate_path);
  g_free (certificate_path);
}

/* For clients in this process: they go by the default database. */
void
host_trust_certificate (void)
{
  GTlsCertificate *certificate = pair_get_certificate ();
  g_autofree char *pem = NULL;
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("faye-XXXXXX.pem", &certificate_path, &error);

  g_assert_no_error (error);
  atexit (remove_certificate);
  g_close (fd, NULL);
  g_object_get (certificate, "certificate-pem", &pem, NULL);
  g_file_set_contents (certificate_path, pem, -1, &error);
  g_assert_no_error (error);
  database = g_tls_file_database_new (certificate_path, &error);
  g_assert_no_error (error);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), database);
}

void
both_open (Both *both, HostKind kind)
{
  both->host = host_new (kind);
  both->client = log_new (faye_web_socket_client_new (both->host->url, NULL));
  WAIT_UNTIL (both->client->is_open);
  both->server = both->host->server;
  WAIT_UNTIL (both->server->is_open);
}

void
both_end (Both *both)
{
  log_end (both->client);
  log_end (both->server);
  host_free (both->host);
}

void
served_new (Log **server, Raw **client)
{
  GIOStream *a;
  GIOStream *b;

  pair_open (PAIR_UNIX, &a, &b);
  *server = log_new (faye_web_socket_new_for_stream (a, NULL));
  *client = raw_new (b, TRUE);
  g_object_unref (a);
}

void
served_open (Log **server, Raw **client)
{
  g_autofree char *head = NULL;

  served_new (server, client);
  raw_send_request (*client, "");
  head = raw_read_head (*client);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 101 "));
  g_assert_true ((*server)->is_open);
}

void
dialled_new (Host **host, Log **client, Raw **server)
{
  *host = host_new (HOST_BARE);
  *client = log_new (faye_web_socket_client_new ((*host)->url, NULL));
  WAIT_UNTIL ((*host)->raw != NULL);
  *server = (*host)->raw;
}

void
dialled_open (Host **host, Log **client, Raw **server)
{
  dialled_new (host, client, server);
  g_free (raw_answer_request (*server, ""));
  WAIT_UNTIL ((*client)->is_open);
}
