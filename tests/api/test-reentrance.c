/* SPDX-License-Identifier: MIT */

#include "tests/api/harness.h"

#include <string.h>

/* Handlers that run a main loop of their own, or take hold of a request twice: whatever ends in the
 * meantime stays ended. */

static gboolean
outlast_cb (FayeWebSocket *socket, gpointer user_data)
{
  harness_turn_for (200);
  return FALSE;
}

/* The time runs out while a handler is still thinking: one response, not two. */
static void
test_handshake_outlasted (void)
{
  g_autofree char *head = NULL;
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  raw->holds = TRUE;
  g_signal_connect (server->socket, "handshake", G_CALLBACK (outlast_cb), NULL);
  faye_web_socket_set_handshake_timeout (server->socket, 0.05);
  raw_send_request (raw, "");
  head = raw_read_head (raw);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 408 "));
  WAIT_UNTIL (raw->ended);
  g_assert_null (g_strstr_len ((const char *) raw->in->data, raw->in->len, "HTTP/1.1"));
  raw_vanish (raw, FALSE);
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "error timed-out", "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

static void
outlast_method_cb (FayeWebSocket *socket, GParamSpec *pspec, gpointer user_data)
{
  harness_turn_for (200);
}

/* The same before the program is even asked. */
static void
test_request_outlasted (void)
{
  g_autofree char *head = NULL;
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  g_signal_connect (server->socket, "notify::method", G_CALLBACK (outlast_method_cb), NULL);
  faye_web_socket_set_handshake_timeout (server->socket, 0.05);
  raw_send_request (raw, "");
  head = raw_read_head (raw);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 408 "));
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "error timed-out", "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

static void
end_cb (FayeWebSocket *socket, GParamSpec *pspec, gpointer user_data)
{
  Log *log = user_data;

  faye_web_socket_abort (socket);
  WAIT_UNTIL (log->is_closed);
}

/* `closed` comes while a pong is being reported, and nothing after it. */
static void
test_latency_ends (void)
{
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  g_signal_connect (server->socket, "notify::latency", G_CALLBACK (end_cb), server);
  faye_web_socket_ping_async (server->socket, NULL, NULL, NULL);
  log_drop (server);
  WAIT_UNTIL (raw->in->len >= 10);
  raw_send_frame (raw, 0x8a, raw->in->data + 2, 8);
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "open", "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

static void
count_cb (FayeWebSocket *socket, GParamSpec *pspec, gpointer user_data)
{
  ++*(guint *) user_data;
}

/* A pong that nobody asked for measures nothing. */
static void
test_latency_unchanged (void)
{
  guint n_notified = 0;
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  g_signal_connect (server->socket, "notify::latency", G_CALLBACK (count_cb), &n_notified);
  raw_send_frame (raw, 0x8a, "x", 1);
  raw_send_close (raw, 1000, "");
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "open", "pong x", "closed 1000 ");
  g_assert_cmpuint (n_notified, ==, 0);
  log_end (server);
  raw_free (raw);
}

/* Once the program has closed, a message that does not end is no fault any more: only the Close is
 * waited for. */
static void
test_message_unfinished_at_close (void)
{
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  faye_web_socket_set_message_timeout (server->socket, 0.05);
  raw_send_request (raw, "");
  g_free (raw_read_head (raw));
  raw_send_frame (raw, 0x01, "a", 1);
  raw_send_frame (raw, 0x89, "b", 1);
  ASSERT_FRAME (raw, "pong b");
  g_assert_true (faye_web_socket_close (server->socket, 3000, "", NULL));
  ASSERT_FRAME (raw, "close 3000 ");
  harness_turn_for (100);
  raw_send_close (raw, 3000, "");
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "open", "ping b", "closed 3000 ");
  log_end (server);
  raw_free (raw);
}

/* What a handler of SoupServer makes of a request. */
typedef struct
{
  SoupServer *soup; /* (owned) */
  char *url;        /* (owned) */
  gboolean aborts;
  Log *first;
  Log *second;
} Taking;

static void
taking_start (Taking *taking, SoupServerCallback handler)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;

  taking->soup = soup_server_new (NULL, NULL);
  soup_server_add_handler (taking->soup, NULL, handler, taking, NULL);
  soup_server_listen_local (taking->soup, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (taking->soup);
  taking->url = g_strdup_printf ("ws://127.0.0.1:%d/", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

static void
taking_stop (Taking *taking)
{
  soup_server_disconnect (taking->soup);
  g_object_unref (taking->soup);
  g_free (taking->url);
}

static void
twice_cb (SoupServer *soup,
          SoupServerMessage *request,
          const char *path,
          GHashTable *query,
          gpointer user_data)
{
  Taking *taking = user_data;

  taking->first = log_new (faye_web_socket_new (request, NULL));
  taking->second = log_new (faye_web_socket_new (request, NULL));
  if (taking->aborts)
    faye_web_socket_abort (taking->second->socket);
}

/* A request gives its connection once. */
static void
test_request_taken_twice (gconstpointer aborts)
{
  Taking taking = { .aborts = aborts != NULL };
  Log *client;

  taking_start (&taking, twice_cb);
  client = log_new (faye_web_socket_client_new (taking.url, NULL));
  WAIT_UNTIL (client->is_open && taking.second != NULL && taking.second->is_closed);
  if (aborts != NULL)
    ASSERT_LOG (taking.second, "closed 1006 ");
  else
    ASSERT_LOG (taking.second, "error disconnected", "closed 1006 ");
  log_end (taking.second);
  faye_web_socket_close (client->socket, 1000, "", NULL);
  WAIT_UNTIL (client->is_closed && taking.first->is_closed);
  ASSERT_LOG (taking.first, "open", "closed 1000 ");
  log_end (taking.first);
  log_end (client);
  taking_stop (&taking);
}

#define PATH "/faye/api/reentrance/"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func (PATH "handshake-outlasted", test_handshake_outlasted);
  g_test_add_func (PATH "request-outlasted", test_request_outlasted);
  g_test_add_func (PATH "latency/ends", test_latency_ends);
  g_test_add_func (PATH "latency/unchanged", test_latency_unchanged);
  g_test_add_func (PATH "message-unfinished-at-close", test_message_unfinished_at_close);
  g_test_add_data_func (PATH "request-taken-twice/plain", NULL, test_request_taken_twice);
  g_test_add_data_func (PATH "request-taken-twice/aborted", "aborts", test_request_taken_twice);
  return g_test_run ();
}
