/* SPDX-License-Identifier: MIT */

#include "tests/api/harness.h"

#include <string.h>

/* What a program does with a socket: messages, pings, the end, in every state. */

static void
assert_sent (Log *log, Call *call, int code)
{
  g_autoptr (GError) error = NULL;

  WAIT_UNTIL (call->n_done > 0);
  g_assert_cmpuint (call->n_done, ==, 1);
  if (code < 0)
    g_assert_true (faye_web_socket_send_finish (log->socket, call->result, &error));
  else
    g_assert_false (faye_web_socket_send_finish (log->socket, call->result, &error));
  if (code >= 0)
    g_assert_error (error, FAYE_ERROR, code);
  g_clear_object (&call->result);
}

static void
assert_cancelled (Log *log, Call *call)
{
  g_autoptr (GError) error = NULL;

  WAIT_UNTIL (call->n_done > 0);
  g_assert_cmpuint (call->n_done, ==, 1);
  g_assert_false (faye_web_socket_send_finish (log->socket, call->result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (&call->result);
}

static void
open_now (Raw *raw)
{
  raw_send_request (raw, "");
  g_free (raw_read_head (raw));
}

static void
finish (Log *log, Raw *raw)
{
  faye_web_socket_abort (log->socket);
  log_end (log);
  raw_free (raw);
}

static void
send_in_open_hook (Log *log, const char *line)
{
  if (g_str_equal (line, "open"))
    faye_web_socket_send_text (log->socket, "in open");
}

static void
test_before_open (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new ("\1\2\3", 3);
  g_autoptr (FayeMessage) message = faye_message_new_text ("message");
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  server->hook = send_in_open_hook;
  g_assert_true (faye_web_socket_send_text (server->socket, "text"));
  g_assert_true (faye_web_socket_send_bytes (server->socket, bytes));
  g_assert_true (faye_web_socket_send (server->socket, message));
  g_assert_cmpuint (faye_web_socket_get_buffered_amount (server->socket), ==, 4 + 3 + 7);
  g_assert_false (faye_web_socket_ping (server->socket, NULL));
  g_assert_false (faye_web_socket_pong (server->socket, NULL));
  open_now (raw);
  ASSERT_FRAME (raw, "text text");
  ASSERT_FRAME (raw, "binary 3");
  ASSERT_FRAME (raw, "text message");
  ASSERT_FRAME (raw, "text in open");
  g_assert_cmpuint (faye_web_socket_get_buffered_amount (server->socket), ==, 0);
  finish (server, raw);
}

/* What a handler of the new state sends comes after what waited. */
static void
state_cb (FayeWebSocket *socket, GParamSpec *pspec, gpointer user_data)
{
  faye_web_socket_send_text (socket, "in notify");
}

static void
test_order_with_notify (void)
{
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  g_signal_connect (server->socket, "notify::ready-state", G_CALLBACK (state_cb), NULL);
  faye_web_socket_send_text (server->socket, "first");
  open_now (raw);
  ASSERT_FRAME (raw, "text first");
  ASSERT_FRAME (raw, "text in notify");
  finish (server, raw);
}

static void
test_close_before_open (void)
{
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  faye_web_socket_send_text (server->socket, "waits");
  g_assert_true (faye_web_socket_close (server->socket, 3333, "early", NULL));
  g_assert_true (faye_web_socket_close (server->socket, 3334, "again", NULL));
  g_assert_false (faye_web_socket_send_text (server->socket, "late"));
  open_now (raw);
  ASSERT_FRAME (raw, "text waits");
  ASSERT_FRAME (raw, "close 3333 early");
  raw_send_close (raw, 3333, "early");
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "closed 3333 early");
  finish (server, raw);
}

static void
test_after_close (void)
{
  g_autoptr (FayeMessage) message = faye_message_new_text ("late");
  Call call = { NULL };
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  g_assert_true (faye_web_socket_close (server->socket, 1000, NULL, NULL));
  g_assert_cmpint (faye_web_socket_get_ready_state (server->socket), ==, FAYE_READY_STATE_CLOSING);
  g_assert_false (faye_web_socket_send_text (server->socket, "late"));
  g_assert_false (faye_web_socket_ping (server->socket, NULL));
  g_assert_false (faye_web_socket_pong (server->socket, NULL));
  faye_web_socket_send_async (server->socket, message, NULL, call_cb, &call);
  assert_sent (server, &call, FAYE_ERROR_NOT_OPEN);
  raw_send_close (raw, 1000, "");
  WAIT_UNTIL (server->is_closed);
  g_assert_false (faye_web_socket_send_text (server->socket, "late"));
  g_assert_true (faye_web_socket_close (server->socket, 1000, NULL, NULL));
  call.n_done = 0;
  faye_web_socket_send_async (server->socket, message, NULL, call_cb, &call);
  assert_sent (server, &call, FAYE_ERROR_NOT_OPEN);
  ASSERT_FRAME (raw, "close 1000 ");
  ASSERT_FRAME (raw, "end");
  finish (server, raw);
}

typedef struct
{
  guint code;
  const char *reason;
  const char *message;
} BadClose;

#define X41 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const BadClose bad_closes[] = {
  { 0, "", "Close code 0 is neither 1000 nor between 3000 and 4999" },
  { 1001, "", "Close code 1001 is neither 1000 nor between 3000 and 4999" },
  { 1005, "", "Close code 1005 is neither 1000 nor between 3000 and 4999" },
  { 2999, "", "Close code 2999 is neither 1000 nor between 3000 and 4999" },
  { 5000, "", "Close code 5000 is neither 1000 nor between 3000 and 4999" },
  { 1000, X41 X41 X41 "x", "The close reason is 124 bytes long, more than 123" },
  { 1000, "\xe2\x82", "The close reason is not valid UTF-8" },
};

static void
test_bad_close (gconstpointer data)
{
  const BadClose *bad = data;
  g_autoptr (GError) error = NULL;
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  g_assert_false (faye_web_socket_close (server->socket, bad->code, bad->reason, &error));
  g_assert_error (error, FAYE_ERROR, FAYE_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, bad->message);
  g_assert_cmpint (faye_web_socket_get_ready_state (server->socket), ==, FAYE_READY_STATE_OPEN);
  g_assert_true (faye_web_socket_send_text (server->socket, "still open"));
  ASSERT_FRAME (raw, "text still open");
  finish (server, raw);
}

static void
test_longest_reason (void)
{
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  g_assert_true (faye_web_socket_close (server->socket, 4999, X41 X41 X41, NULL));
  ASSERT_FRAME (raw, "close 4999 " X41 X41 X41);
  finish (server, raw);
}

static void
test_async (void)
{
  g_autofree char *zeros = g_malloc0 (1 << 20);
  g_autoptr (GBytes) bytes = g_bytes_new (zeros, 1 << 20);
  g_autoptr (FayeMessage) message = faye_message_new_bytes (bytes);
  Call call = { NULL };
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  raw_pause (raw, TRUE);
  faye_web_socket_send_async (server->socket, message, NULL, call_cb, &call);
  harness_turn_for (30);
  g_assert_cmpuint (call.n_done, ==, 0);
  g_assert_cmpuint (faye_web_socket_get_buffered_amount (server->socket), >, 0);
  raw_pause (raw, FALSE);
  assert_sent (server, &call, -1);
  g_assert_cmpuint (faye_web_socket_get_buffered_amount (server->socket), ==, 0);
  ASSERT_FRAME (raw, "binary 1048576");
  finish (server, raw);
}

static void
test_async_before_open (void)
{
  g_autoptr (FayeMessage) message = faye_message_new_text ("waited");
  Call call = { NULL };
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  faye_web_socket_send_async (server->socket, message, NULL, call_cb, &call);
  harness_turn_for (10);
  g_assert_cmpuint (call.n_done, ==, 0);
  open_now (raw);
  assert_sent (server, &call, -1);
  ASSERT_FRAME (raw, "text waited");
  finish (server, raw);
}

static void
test_async_cancelled_before_open (void)
{
  g_autoptr (FayeMessage) message = faye_message_new_text ("cancelled");
  g_autoptr (FayeMessage) other = faye_message_new_text ("other");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Call early = { NULL };
  Call call = { NULL };
  Call kept = { NULL };
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  faye_web_socket_send_async (server->socket, message, cancellable, call_cb, &call);
  faye_web_socket_send_async (server->socket, other, NULL, call_cb, &kept);
  g_cancellable_cancel (cancellable);
  faye_web_socket_send_async (server->socket, message, cancellable, call_cb, &early);
  assert_cancelled (server, &early);
  assert_cancelled (server, &call);
  open_now (raw);
  assert_sent (server, &kept, -1);
  ASSERT_FRAME (raw, "text other");
  finish (server, raw);
}

static void
test_async_cancelled_after (void)
{
  g_autofree char *zeros = g_malloc0 (1 << 20);
  g_autoptr (GBytes) bytes = g_bytes_new (zeros, 1 << 20);
  g_autoptr (FayeMessage) message = faye_message_new_bytes (bytes);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Call call = { NULL };
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  raw_pause (raw, TRUE);
  faye_web_socket_send_async (server->socket, message, cancellable, call_cb, &call);
  harness_turn_for (10);
  g_cancellable_cancel (cancellable);
  assert_cancelled (server, &call);
  raw_pause (raw, FALSE);
  ASSERT_FRAME (raw, "binary 1048576");
  finish (server, raw);
}

/* The end comes first: before the opening, and with bytes still queued. */
static void
test_async_fails (void)
{
  g_autofree char *zeros = g_malloc0 (1 << 20);
  g_autoptr (GBytes) bytes = g_bytes_new (zeros, 1 << 20);
  g_autoptr (FayeMessage) message = faye_message_new_bytes (bytes);
  Call call = { NULL };
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  faye_web_socket_send_async (server->socket, message, NULL, call_cb, &call);
  raw_vanish (raw, FALSE);
  assert_sent (server, &call, FAYE_ERROR_DISCONNECTED);
  finish (server, raw);

  call.n_done = 0;
  served_open (&server, &raw);
  raw_pause (raw, TRUE);
  faye_web_socket_send_async (server->socket, message, NULL, call_cb, &call);
  harness_turn_for (10);
  faye_web_socket_abort (server->socket);
  assert_sent (server, &call, FAYE_ERROR_NOT_OPEN);
  finish (server, raw);
}

static gint64
assert_pinged (Log *log, Call *call)
{
  g_autoptr (GError) error = NULL;
  gint64 time;

  WAIT_UNTIL (call->n_done > 0);
  time = faye_web_socket_ping_finish (log->socket, call->result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (time, >=, 0);
  g_clear_object (&call->result);
  return time;
}

static void
test_ping (void)
{
  g_autoptr (GBytes) payload = g_bytes_new ("payload", 7);
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  g_assert_true (faye_web_socket_ping (server->socket, payload));
  g_assert_true (faye_web_socket_pong (server->socket, NULL));
  ASSERT_FRAME (raw, "ping payload");
  ASSERT_FRAME (raw, "pong ");
  raw_send_frame (raw, 0x8a, "payload", 7);
  raw_send_frame (raw, 0x89, "", 0);
  ASSERT_FRAME (raw, "pong ");
  WAIT_UNTIL (server->lines->len == 3);
  ASSERT_LOG (server, "open", "pong payload", "ping ");
  finish (server, raw);
}

static void
test_ping_async (gconstpointer data)
{
  Both both;
  Call call = { NULL };
  gint64 time;

  both_open (&both, GPOINTER_TO_INT (data));
  g_assert_cmpint (faye_web_socket_get_latency (both.client->socket), ==, -1);
  faye_web_socket_ping_async (both.client->socket, NULL, call_cb, &call);
  time = assert_pinged (both.client, &call);
  g_assert_cmpint (faye_web_socket_get_latency (both.client->socket), ==, time);
  faye_web_socket_close (both.client->socket, 1000, "", NULL);
  both_end (&both);
}

/* RFC 6455, section 5.5.3: a Pong answers its Ping and may stand for those before it. */
static void
test_ping_async_later_pong (void)
{
  Call one = { NULL };
  Call two = { NULL };
  Call three = { NULL };
  guint8 payloads[3][8];
  Log *server;
  Raw *raw;
  guint i;

  served_open (&server, &raw);
  faye_web_socket_ping_async (server->socket, NULL, call_cb, &one);
  faye_web_socket_ping_async (server->socket, NULL, call_cb, &two);
  faye_web_socket_ping_async (server->socket, NULL, call_cb, &three);
  WAIT_UNTIL (raw->in->len == 30);
  for (i = 0; i < 3; i++)
    memcpy (payloads[i], raw->in->data + 10 * i + 2, 8);
  raw_send_frame (raw, 0x8a, "unrelated", 9);
  WAIT_UNTIL (server->lines->len == 2);
  g_assert_cmpuint (one.n_done, ==, 0);
  raw_send_frame (raw, 0x8a, payloads[1], 8);
  assert_pinged (server, &one);
  assert_pinged (server, &two);
  g_assert_cmpuint (three.n_done, ==, 0);
  raw_send_frame (raw, 0x8a, payloads[0], 8);
  raw_send_frame (raw, 0x8a, payloads[2], 8);
  assert_pinged (server, &three);
  finish (server, raw);
}

static void
assert_ping_fails (Log *log, Call *call, GQuark domain, int code)
{
  g_autoptr (GError) error = NULL;

  WAIT_UNTIL (call->n_done > 0);
  g_assert_cmpint (faye_web_socket_ping_finish (log->socket, call->result, &error), ==, -1);
  g_assert_error (error, domain, code);
  g_clear_object (&call->result);
  call->n_done = 0;
}

static void
test_ping_async_fails (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Call call = { NULL };
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  faye_web_socket_ping_async (server->socket, NULL, call_cb, &call);
  assert_ping_fails (server, &call, FAYE_ERROR, FAYE_ERROR_NOT_OPEN);
  open_now (raw);
  faye_web_socket_ping_async (server->socket, cancellable, call_cb, &call);
  g_cancellable_cancel (cancellable);
  assert_ping_fails (server, &call, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  faye_web_socket_ping_async (server->socket, cancellable, call_cb, &call);
  assert_ping_fails (server, &call, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  faye_web_socket_ping_async (server->socket, NULL, call_cb, &call);
  raw_vanish (raw, FALSE);
  assert_ping_fails (server, &call, FAYE_ERROR, FAYE_ERROR_NOT_OPEN);
  WAIT_UNTIL (server->is_closed);
  faye_web_socket_ping_async (server->socket, NULL, call_cb, &call);
  assert_ping_fails (server, &call, FAYE_ERROR, FAYE_ERROR_NOT_OPEN);
  finish (server, raw);
}

/* F15: the last reference goes in a task's callback. */
static void
drop_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Log *log = user_data;

  g_assert_cmpint (faye_web_socket_ping_finish (log->socket, result, NULL), ==, -1);
  log_drop (log);
}

static void
test_F15_drop_in_callback (void)
{
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  faye_web_socket_ping_async (server->socket, NULL, drop_cb, server);
  faye_web_socket_abort (server->socket);
  WAIT_UNTIL (server->socket == NULL);
  log_end (server);
  raw_free (raw);
}

/* Sizes around every form of the length, both kinds, both directions. */
static void
test_sizes (gconstpointer data)
{
  static const gsize sizes[] = { 0, 1, 125, 126, 4095, 4096, 16383, 16384, 65535, 65536, 300000 };
  g_autofree char *text = g_malloc0 (300001);
  Both both;
  gsize total = 0;
  guint i;

  memset (text, 'x', 300000);
  both_open (&both, GPOINTER_TO_INT (data));
  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (text, sizes[i]);

      g_assert_true (faye_web_socket_send_bytes (both.client->socket, bytes));
      g_assert_true (faye_web_socket_send_bytes (both.server->socket, bytes));
      g_assert_true (faye_web_socket_send_text (both.client->socket, text + 300000 - sizes[i]));
      g_assert_true (faye_web_socket_send_data (both.server->socket,
                                                FAYE_MESSAGE_KIND_TEXT,
                                                (const guint8 *) text,
                                                sizes[i]));
      total += 2 * sizes[i];
    }
  WAIT_UNTIL (both.client->n_bytes == total && both.server->n_bytes == total);
  g_assert_cmpuint (both.client->n_messages, ==, 22);
  g_assert_cmpuint (both.server->n_messages, ==, 22);
  faye_web_socket_close (both.client->socket, 1000, "", NULL);
  both_end (&both);
}

static void
test_bad_arguments (void)
{
  Log *server;
  Raw *raw;
  g_autoptr (GBytes) big = g_bytes_new (X41 X41 X41 "xyz", 126);

  if (g_test_subprocess ())
    {
      g_log_set_always_fatal (G_LOG_FATAL_MASK);
      g_log_set_fatal_mask (NULL, G_LOG_FATAL_MASK);
      served_open (&server, &raw);
      g_assert_false (faye_web_socket_send_text (server->socket, "\xff"));
      g_assert_false (faye_web_socket_ping (server->socket, big));
      finish (server, raw);
      return;
    }
  g_test_trap_subprocess (NULL, 10 * G_USEC_PER_SEC, 0);
  g_test_trap_assert_stderr ("*faye_utf8_is_valid*payload_fits*");
}

#define ADD(path, func) g_test_add_func ("/faye/api/web-socket-send/" path, func)

int
main (int argc, char **argv)
{
  guint i;

  g_test_init (&argc, &argv, NULL);
  ADD ("before-open", test_before_open);
  ADD ("order-with-notify", test_order_with_notify);
  ADD ("close-before-open", test_close_before_open);
  ADD ("after-close", test_after_close);
  ADD ("longest-reason", test_longest_reason);
  ADD ("async/done", test_async);
  ADD ("async/before-open", test_async_before_open);
  ADD ("async/cancelled-before-open", test_async_cancelled_before_open);
  ADD ("async/cancelled-after", test_async_cancelled_after);
  ADD ("async/fails", test_async_fails);
  ADD ("ping/plain", test_ping);
  ADD ("ping/later-pong", test_ping_async_later_pong);
  ADD ("ping/fails", test_ping_async_fails);
  ADD ("F15-drop-in-callback", test_F15_drop_in_callback);
  ADD ("bad-arguments", test_bad_arguments);
  g_test_add_data_func ("/faye/api/web-socket-send/ping/soup",
                        GINT_TO_POINTER (HOST_SOUP),
                        test_ping_async);
  g_test_add_data_func ("/faye/api/web-socket-send/ping/raw",
                        GINT_TO_POINTER (HOST_RAW),
                        test_ping_async);
  g_test_add_data_func ("/faye/api/web-socket-send/sizes/soup",
                        GINT_TO_POINTER (HOST_SOUP),
                        test_sizes);
  g_test_add_data_func ("/faye/api/web-socket-send/sizes/raw",
                        GINT_TO_POINTER (HOST_RAW),
                        test_sizes);
  for (i = 0; i < G_N_ELEMENTS (bad_closes); i++)
    {
      g_autofree char *name = g_strdup_printf ("/faye/api/web-socket-send/bad-close/%u", i);

      g_test_add_data_func (name, &bad_closes[i], test_bad_close);
    }
  return g_test_run ();
}
