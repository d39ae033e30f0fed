/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-transport-backend-private.h"
#include "tests/io/pairs.h"
#include "tests/io/peer.h"

#include <libsoup/soup.h>
#include <sys/resource.h>

/*
 * What stream gets what back end.
 */

/* A wrapper that adds nothing is taken off. */
static void
test_tcp_wrapper (void)
{
  g_autoptr (GIOStream) a = NULL;
  g_autoptr (GIOStream) b = NULL;
  g_autoptr (GSocketConnection) wrapper = NULL;
  g_autoptr (Peer) peer = NULL;
  g_autoptr (Peer) other = NULL;

  pair_open (PAIR_TCP, &a, &b);
  wrapper =
    g_tcp_wrapper_connection_new (a, g_socket_connection_get_socket (G_SOCKET_CONNECTION (a)));
  peer = peer_new (G_IO_STREAM (wrapper));
  other = peer_new (b);
  g_assert_true (peer->transport->ops == &faye_transport_socket_ops);
  g_assert_true (faye_transport_get_stream (peer->transport) == G_IO_STREAM (wrapper));
  faye_transport_set_reading (other->transport, TRUE);
  peer_reserve (peer, "hello", 5);
  peer_wait_complete (other, 5);
}

static void
test_kinds (void)
{
  const FayeTransportOps *expected[N_PAIRS] = {
    [PAIR_UNIX] = &faye_transport_socket_ops,       [PAIR_TCP] = &faye_transport_socket_ops,
    [PAIR_POLLABLE] = &faye_transport_pollable_ops, [PAIR_ASYNC] = &faye_transport_async_ops,
    [PAIR_TLS] = &faye_transport_pollable_ops,
  };

  for (guint kind = 0; kind < N_PAIRS; kind++)
    {
      g_autoptr (GIOStream) a = NULL;
      g_autoptr (GIOStream) b = NULL;
      g_autoptr (Peer) peer = NULL;

      pair_open (kind, &a, &b);
      peer = peer_new (a);
      g_assert_true (peer->transport->ops == expected[kind]);
      g_assert_true ((peer->transport->socket != NULL) ==
                     (kind != PAIR_POLLABLE && kind != PAIR_ASYNC));
    }
}

/* Out of descriptors for an epoll set: polled by GIO instead. */
static void
test_F22_no_epoll (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (FayeLoop) loop = faye_loop_get (context, 0);
  struct rlimit limit, none;
  GIOStream *streams[2];
  Peer *peers[2];

  pair_open (PAIR_UNIX, &streams[0], &streams[1]);
  getrlimit (RLIMIT_NOFILE, &limit);
  none = limit;
  none.rlim_cur = 0;
  setrlimit (RLIMIT_NOFILE, &none);
  peers[0] = peer_new_on (loop, streams[0]);
  peers[1] = peer_new_on (loop, streams[1]);
  setrlimit (RLIMIT_NOFILE, &limit);
  g_assert_true (peers[0]->transport->ops == &faye_transport_pollable_ops);
  faye_transport_set_reading (peers[0]->transport, TRUE);
  faye_transport_set_reading (peers[1]->transport, TRUE);
  peer_reserve (peers[0], "hello", 5);
  peers[1]->expected = 5;
  pair_wait_for (context, &peers[1]->complete);
  faye_transport_finish (peers[0]->transport, FAYE_FINISH_CLOSE, 5000);
  pair_wait_for (context, &peers[0]->ended);
  g_assert_no_error (peers[0]->error);
  for (guint i = 0; i < 2; i++)
    {
      gint64 end = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

      peer_free (peers[i]);
      while (!g_io_stream_is_closed (streams[i]))
        {
          g_assert_cmpint (g_get_monotonic_time (), <, end);
          g_main_context_iteration (context, FALSE);
        }
      g_object_unref (streams[i]);
    }
}

typedef struct
{
  Peer *peer;
  gboolean stolen;
} Stolen;

static void
handler_cb (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  Stolen *stolen = user_data;
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);

  stolen->peer = peer_new (stream);
  stolen->stolen = TRUE;
}

static GIOStream *
connect_to (SoupServer *server, gboolean tls)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSList *uris = soup_server_get_uris (server);
  GIOStream *stream;

  g_socket_client_set_enable_proxy (client, FALSE);
  stream = G_IO_STREAM (g_socket_client_connect_to_host (client,
                                                         "127.0.0.1",
                                                         (guint16) g_uri_get_port (uris->data),
                                                         NULL,
                                                         &error));
  g_assert_no_error (error);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  if (tls)
    {
      g_autoptr (GIOStream) base = stream;

      stream = pair_add_tls_client (base);
    }
  return stream;
}

/* What came in one segment with the request was read by libsoup; it is ours all the same. */
static void
test_F29_soup (gconstpointer data)
{
  static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\nHELLO";
  gboolean tls = GPOINTER_TO_INT (data);
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr (GIOStream) stream = NULL;
  g_autoptr (GError) error = NULL;
  Stolen stolen = { 0 };
  Peer *client;

  if (tls)
    soup_server_set_tls_certificate (server, pair_get_certificate ());
  soup_server_add_early_handler (server, NULL, handler_cb, &stolen, NULL);
  soup_server_listen_local (server,
                            0,
                            SOUP_SERVER_LISTEN_IPV4_ONLY |
                              (tls ? SOUP_SERVER_LISTEN_HTTPS : (SoupServerListenOptions) 0),
                            &error);
  g_assert_no_error (error);
  stream = connect_to (server, tls);
  client = peer_new (stream);
  faye_transport_set_reading (client->transport, TRUE);
  peer_reserve (client, request, sizeof (request) - 1);
  pair_wait_for (NULL, &stolen.stolen);

  g_assert_true (stolen.peer->transport->ops ==
                 (tls ? &faye_transport_pollable_ops : &faye_transport_socket_ops));
  faye_transport_set_reading (stolen.peer->transport, TRUE);
  peer_wait_complete (stolen.peer, 5);
  peer_reserve (client, "world", 5);
  peer_wait_complete (stolen.peer, 10);
  g_assert_cmpmem (stolen.peer->input->data, stolen.peer->input->len, "HELLOworld", 10);
  peer_reserve (stolen.peer, "answer", 6);
  faye_transport_finish (stolen.peer->transport, FAYE_FINISH_CLOSE, 5000);
  peer_wait_ended (client);
  g_assert_no_error (client->error);
  g_assert_cmpmem (client->input->data, client->input->len, "answer", 6);
  peer_wait_ended (stolen.peer);
  g_assert_no_error (stolen.peer->error);
  peer_free (client);
  peer_free (stolen.peer);
  for (guint i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/io/transport-setup/kinds", test_kinds);
  g_test_add_func ("/faye/io/transport-setup/tcp-wrapper", test_tcp_wrapper);
  g_test_add_func ("/faye/io/transport-setup/F22-no-epoll", test_F22_no_epoll);
  g_test_add_data_func ("/faye/io/transport-setup/F29-soup",
                        GINT_TO_POINTER (FALSE),
                        test_F29_soup);
  g_test_add_data_func ("/faye/io/transport-setup/F29-soup-tls",
                        GINT_TO_POINTER (TRUE),
                        test_F29_soup);
  return g_test_run ();
}
