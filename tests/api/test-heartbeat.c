/* SPDX-License-Identifier: MIT */

#include "tests/api/harness.h"

/* Pings that go out by themselves, and what becomes of a silent peer. */

static void
open_with (Log **server, Raw **raw, double interval, double timeout)
{
  served_new (server, raw);
  g_object_set ((*server)->socket, "ping-interval", interval, "ping-timeout", timeout, NULL);
  raw_send_request (*raw, "");
  g_free (raw_read_head (*raw));
}

static void
test_silent_peer (void)
{
  gint64 start = g_get_monotonic_time ();
  g_autofree char *ping = NULL;
  Log *server;
  Raw *raw;

  open_with (&server, &raw, 0.1, 0.1);
  ping = raw_read_frame (raw);
  g_assert_true (g_str_has_prefix (ping, "ping "));
  WAIT_UNTIL (server->is_closed);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 200000);
  ASSERT_LOG (server, "open", "error timed-out", "closed 1006 ");
  g_assert_cmpstr (server->error->message, ==, "The peer did not answer a ping within 0.1 seconds");
  log_end (server);
  raw_free (raw);
}

/* F10: any byte is a sign of life. */
static void
test_F10_peer_that_only_sends (void)
{
  Log *server;
  Raw *raw;
  guint i;

  open_with (&server, &raw, 0.04, 0.04);
  for (i = 0; i < 20; i++)
    {
      raw_send_frame (raw, 0x81, "x", 1);
      harness_turn_for (10);
    }
  g_assert_cmpuint (server->n_messages, ==, 20);
  g_assert_null (server->error);
  g_assert_cmpuint (raw->in->len, >=, 3 * 10);
  faye_web_socket_abort (server->socket);
  log_end (server);
  raw_free (raw);
}

/* In the middle of one long message, too. */
static void
test_F10_long_message (void)
{
  static const guint8 head[] = { 0x82, 0x80 | 127, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0 };
  g_autofree char *part = g_malloc0 (1024);
  Log *server;
  Raw *raw;
  guint i;

  open_with (&server, &raw, 0.03, 0.03);
  raw_send (raw, head, sizeof head);
  for (i = 0; i < 20; i++)
    {
      raw_send (raw, part, 1024);
      harness_turn_for (10);
    }
  g_assert_null (server->error);
  faye_web_socket_abort (server->socket);
  log_end (server);
  raw_free (raw);
}

static void
test_answered (void)
{
  Host *host = host_new (HOST_RAW);
  Log *client = log_new (g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT,
                                       "url",
                                       host->url,
                                       "ping-interval",
                                       0.02,
                                       "ping-timeout",
                                       5.0,
                                       NULL));

  WAIT_UNTIL (client->lines->len >= 4);
  g_assert_true (g_str_has_prefix (client->lines->pdata[1], "pong "));
  g_assert_cmpint (faye_web_socket_get_latency (client->socket), >=, 0);
  g_assert_cmpint (faye_web_socket_get_latency (client->socket), <, 5 * G_USEC_PER_SEC);
  faye_web_socket_close (client->socket, 1000, "", NULL);
  log_end (client);
  log_end (host->server);
  host_free (host);
}

static void
test_off (void)
{
  Log *server;
  Raw *raw;

  open_with (&server, &raw, 0, 0.02);
  harness_turn_for (100);
  g_assert_cmpuint (raw->in->len, ==, 0);
  g_assert_cmpuint (server->lines->len, ==, 1);
  faye_web_socket_abort (server->socket);
  log_end (server);
  raw_free (raw);
}

/* No ping goes out, and none is missed, once the closing handshake has begun. */
static void
test_closing (void)
{
  Log *server;
  Raw *raw;

  open_with (&server, &raw, 0.02, 0.02);
  faye_web_socket_close (server->socket, 1000, "", NULL);
  harness_turn_for (100);
  ASSERT_FRAME (raw, "close 1000 ");
  g_assert_cmpuint (raw->in->len, ==, 0);
  raw_send_close (raw, 1000, "");
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "open", "closed 1000 ");
  log_end (server);
  raw_free (raw);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/api/heartbeat/silent-peer", test_silent_peer);
  g_test_add_func ("/faye/api/heartbeat/F10-peer-that-only-sends", test_F10_peer_that_only_sends);
  g_test_add_func ("/faye/api/heartbeat/F10-long-message", test_F10_long_message);
  g_test_add_func ("/faye/api/heartbeat/answered", test_answered);
  g_test_add_func ("/faye/api/heartbeat/off", test_off);
  g_test_add_func ("/faye/api/heartbeat/closing", test_closing);
  return g_test_run ();
}
