/* SPDX-License-Identifier: MIT */

#include "tests/api/harness.h"

#include <malloc.h>

/* Pausing, and messages that do not end. */

#define N_UNFINISHED 200
#define UNFINISHED_SIZE 60000

static void
pause_hook (Log *log, const char *line)
{
  if (log->n_messages == 1)
    faye_web_socket_pause (log->socket);
}

/* All were read at once; none comes after the one that paused. */
static void
test_pause_in_a_message (void)
{
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  server->hook = pause_hook;
  raw_send_frame (raw, 0x81, "one", 3);
  raw_send_frame (raw, 0x81, "two", 3);
  raw_send_frame (raw, 0x89, "ping", 4);
  WAIT_UNTIL (server->n_messages == 1);
  harness_turn_for (50);
  g_assert_cmpuint (server->n_messages, ==, 1);
  g_assert_true (faye_web_socket_get_paused (server->socket));

  server->hook = NULL;
  faye_web_socket_resume (server->socket);
  ASSERT_FRAME (raw, "pong ping");
  ASSERT_LOG (server, "open", "text one", "text two", "ping ping");
  faye_web_socket_abort (server->socket);
  log_end (server);
  raw_free (raw);
}

static void
test_pause_before_open (void)
{
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  faye_web_socket_pause (server->socket);
  raw_send_request (raw, "");
  raw_send_frame (raw, 0x81, "early", 5);
  WAIT_UNTIL (server->is_open);
  harness_turn_for (50);
  ASSERT_LOG (server, "open");
  faye_web_socket_resume (server->socket);
  WAIT_UNTIL (server->n_messages == 1);
  faye_web_socket_abort (server->socket);
  log_end (server);
  raw_free (raw);
}

/* Sending goes on, and closing ends the pause: the peer's Close is heard. */
static void
test_close_in_a_pause (void)
{
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  faye_web_socket_pause (server->socket);
  faye_web_socket_send_text (server->socket, "still");
  ASSERT_FRAME (raw, "text still");
  raw_send_frame (raw, 0x81, "unheard", 7);
  g_assert_true (faye_web_socket_close (server->socket, 3000, "", NULL));
  g_assert_false (faye_web_socket_get_paused (server->socket));
  ASSERT_FRAME (raw, "close 3000 ");
  raw_send_close (raw, 3000, "");
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "open", "closed 3000 ");
  log_end (server);
  raw_free (raw);
}

/* A peer that is not listened to is not thought dead. */
static void
test_ping_timeout_in_a_pause (void)
{
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  g_object_set (server->socket, "ping-interval", 0.02, "ping-timeout", 0.05, NULL);
  raw_send_request (raw, "");
  WAIT_UNTIL (server->is_open);
  faye_web_socket_pause (server->socket);
  harness_turn_for (300);
  g_assert_false (server->is_closed);
  faye_web_socket_resume (server->socket);
  WAIT_UNTIL (server->is_closed);
  log_end (server);
  raw_free (raw);
}

/* A flood to a program that does not want it stays with the peer. */
static void
test_A16_flood_in_a_pause (void)
{
  g_autofree char *payload = g_strnfill (1024, 'x');
  g_autoptr (GBytes) frame = raw_make_frame (TRUE, 0x81, payload, 1024);
  g_autoptr (GByteArray) flood = g_byte_array_new ();
  struct mallinfo2 before;
  struct mallinfo2 after;
  Log *server;
  Raw *raw;
  guint i;

  for (i = 0; i < 16384; i++)
    g_byte_array_append (flood, g_bytes_get_data (frame, NULL), (guint) g_bytes_get_size (frame));
  served_open (&server, &raw);
  server->hook = pause_hook;
  raw_send (raw, flood->data, flood->len);
  WAIT_UNTIL (server->n_messages == 1);
  before = mallinfo2 ();
  harness_turn_for (200);
  after = mallinfo2 ();
  g_assert_cmpuint (server->n_messages, ==, 1);
  g_assert_cmpuint (after.uordblks + after.hblkhd, <=, before.uordblks + before.hblkhd + 65536);

  server->hook = NULL;
  faye_web_socket_resume (server->socket);
  WAIT_UNTIL (server->n_messages == 16384);
  faye_web_socket_abort (server->socket);
  log_end (server);
  raw_free (raw);
}

static void
test_A11_message_timeout (void)
{
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  g_object_set (server->socket, "message-timeout", 0.1, NULL);
  raw_send_request (raw, "");
  WAIT_UNTIL (server->is_open);
  g_free (raw_read_head (raw));
  raw_send_frame (raw, 0x81, "whole", 5);
  raw_send_frame (raw, 0x01, "begun", 5);
  raw_send_frame (raw, 0x89, "alive", 5);
  ASSERT_FRAME (raw, "pong alive");
  ASSERT_FRAME (raw, "close 1008 A message was not complete within 0.1 seconds");
  WAIT_UNTIL (server->is_closed);
  g_assert_error (server->error, FAYE_ERROR, FAYE_ERROR_TIMED_OUT);
  ASSERT_LOG (server,
              "open",
              "text whole",
              "ping alive",
              "error timed-out",
              "closed 1008 A message was not complete within 0.1 seconds");
  log_end (server);
  raw_free (raw);
}

/* A message that ends in time is followed by another that has its own. */
static void
test_message_timeout_is_per_message (void)
{
  Log *server;
  Raw *raw;
  guint i;

  served_new (&server, &raw);
  g_object_set (server->socket, "message-timeout", 0.4, NULL);
  raw_send_request (raw, "");
  WAIT_UNTIL (server->is_open);
  for (i = 1; i <= 4; i++)
    {
      raw_send_frame (raw, 0x01, "a", 1);
      harness_turn_for (150);
      raw_send_frame (raw, 0x80, "b", 1);
      WAIT_UNTIL (server->n_messages == i);
    }
  g_assert_false (server->is_closed);
  faye_web_socket_abort (server->socket);
  log_end (server);
  raw_free (raw);
}

/* Many peers, each with a message that it does not end: memory follows what came, and the deadline
 * frees it. */
static void
test_A11_many_unfinished (void)
{
  g_autofree char *payload = g_strnfill (UNFINISHED_SIZE, 'x');
  Log *servers[N_UNFINISHED];
  Raw *raws[N_UNFINISHED];
  guint i;

  for (i = 0; i < N_UNFINISHED; i++)
    {
      served_new (&servers[i], &raws[i]);
      g_object_set (servers[i]->socket, "message-timeout", 0.5, NULL);
      raw_send_request (raws[i], "");
      raw_send_frame (raws[i], 0x02, payload, UNFINISHED_SIZE);
    }
  for (i = 0; i < N_UNFINISHED; i++)
    {
      WAIT_UNTIL (servers[i]->is_closed);
      g_assert_cmpuint (faye_web_socket_get_close_code (servers[i]->socket), ==, 1008);
      log_end (servers[i]);
      raw_free (raws[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/faye/api/web-socket-flow/" name, func)
  ADD ("pause-in-a-message", test_pause_in_a_message);
  ADD ("pause-before-open", test_pause_before_open);
  ADD ("close-in-a-pause", test_close_in_a_pause);
  ADD ("ping-timeout-in-a-pause", test_ping_timeout_in_a_pause);
  ADD ("A16-flood-in-a-pause", test_A16_flood_in_a_pause);
  ADD ("A11-message-timeout", test_A11_message_timeout);
  ADD ("A11-many-unfinished", test_A11_many_unfinished);
  ADD ("message-timeout-is-per-message", test_message_timeout_is_per_message);
  return g_test_run ();
}
