/* SPDX-License-Identifier: MIT */

#include "tests/api/harness.h"

#include "tests/io/fault-stream.h"
#include "tests/io/pairs.h"

#include <string.h>

/* A socket's life over every kind of stream: opening, closing from either end or both, ends that
 * nobody announced. */

static void
echo_hook (Log *log, const char *line)
{
  if (g_str_has_prefix (line, "text "))
    faye_web_socket_send_text (log->socket, line + 5);
}

static void
test_happy (gconstpointer data)
{
  Both both;

  both_open (&both, GPOINTER_TO_INT (data));
  both.server->hook = echo_hook;
  faye_web_socket_send_text (both.client->socket, "one");
  faye_web_socket_send_text (both.client->socket, "two");
  WAIT_UNTIL (both.client->n_messages == 2);
  g_assert_true (faye_web_socket_close (both.client->socket, 3001, "done", NULL));
  WAIT_UNTIL (both.client->is_closed && both.server->is_closed);
  ASSERT_LOG (both.client, "open", "text one", "text two", "closed 3001 done");
  ASSERT_LOG (both.server, "open", "text one", "text two", "closed 3001 done");
  both_end (&both);
}

static void
test_server_closes (gconstpointer data)
{
  Both both;

  both_open (&both, GPOINTER_TO_INT (data));
  g_assert_true (faye_web_socket_close (both.server->socket, 1000, NULL, NULL));
  WAIT_UNTIL (both.client->is_closed && both.server->is_closed);
  ASSERT_LOG (both.client, "open", "closed 1000 ");
  ASSERT_LOG (both.server, "open", "closed 1000 ");
  both_end (&both);
}

static void
test_both_close (gconstpointer data)
{
  Both both;

  both_open (&both, GPOINTER_TO_INT (data));
  faye_web_socket_close (both.server->socket, 4001, "server", NULL);
  faye_web_socket_close (both.client->socket, 4002, "client", NULL);
  WAIT_UNTIL (both.client->is_closed && both.server->is_closed);
  ASSERT_LOG (both.client, "open", "closed 4001 server");
  ASSERT_LOG (both.server, "open", "closed 4002 client");
  both_end (&both);
}

/* One mebibyte queued, then the close: all of it arrives. */
static void
test_queue_leaves_before_close (gconstpointer data)
{
  g_autofree char *zeros = g_malloc0 (65536);
  g_autoptr (GBytes) bytes = g_bytes_new (zeros, 65536);
  Both both;
  guint i;

  both_open (&both, GPOINTER_TO_INT (data));
  for (i = 0; i < 16; i++)
    {
      g_assert_true (faye_web_socket_send_bytes (both.server->socket, bytes));
      g_assert_true (faye_web_socket_send_bytes (both.client->socket, bytes));
    }
  g_assert_true (faye_web_socket_close (both.server->socket, 1000, "", NULL));
  WAIT_UNTIL (both.client->is_closed && both.server->is_closed);
  g_assert_cmpuint (both.client->n_bytes, ==, 1 << 20);
  g_assert_cmpstr (both.client->lines->pdata[both.client->lines->len - 1], ==, "closed 1000 ");
  both_end (&both);
}

/* The server's end over every kind of stream, with a client that speaks bytes. */
static void
test_stream (gconstpointer data)
{
  GIOStream *a;
  GIOStream *b;
  Log *server;
  Raw *raw;
  g_autofree char *head = NULL;

  pair_open (GPOINTER_TO_INT (data), &b, &a);
  server = log_new (faye_web_socket_new_for_stream (a, NULL));
  server->hook = echo_hook;
  g_object_unref (a);
  raw = raw_new (b, TRUE);
  raw_send_request (raw, "");
  head = raw_read_head (raw);
  g_assert_nonnull (strstr (head, "\r\nSec-WebSocket-Accept: " RAW_ACCEPT "\r\n"));
  raw_send_frame (raw, 0x81, "hello", 5);
  ASSERT_FRAME (raw, "text hello");
  raw_send_frame (raw, 0x89, "p", 1);
  ASSERT_FRAME (raw, "pong p");
  raw_send_close (raw, 4000, "bye");
  ASSERT_FRAME (raw, "close 4000 bye");
  WAIT_UNTIL (raw->ended);
  raw_free (raw);
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "open", "text hello", "ping p", "closed 4000 bye");
  log_end (server);
}

static void
test_stream_vanishes (gconstpointer data)
{
  GIOStream *a;
  GIOStream *b;
  Log *server;
  Raw *raw;

  pair_open (GPOINTER_TO_INT (data), &b, &a);
  server = log_new (faye_web_socket_new_for_stream (a, NULL));
  g_object_unref (a);
  raw = raw_new (b, TRUE);
  raw_send_request (raw, "");
  g_free (raw_read_head (raw));
  raw_vanish (raw, FALSE);
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "open", "error disconnected", "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

static void
test_vanishes_connecting (void)
{
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  raw_print (raw, "GET / HTTP/1.1\r\nHost: loc");
  harness_turn_for (1);
  raw_vanish (raw, FALSE);
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "error disconnected", "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

static void
test_vanishes_in_message (void)
{
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  raw_send_frame (raw, 0x81, "whole", 5);
  raw_send (raw, "\x81\x85\1\2\3\4ab", 8);
  WAIT_UNTIL (server->n_messages == 1);
  raw_vanish (raw, FALSE);
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "open", "text whole", "error disconnected", "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

static void
test_vanishes_closing (void)
{
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  faye_web_socket_close (server->socket, 1000, "", NULL);
  ASSERT_FRAME (raw, "close 1000 ");
  raw_vanish (raw, FALSE);
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "open", "error disconnected", "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

static void
test_reset (void)
{
  Host *host = host_new (HOST_RAW);
  Raw *raw = raw_new (host_dial (host), TRUE);
  Log *server;

  raw_send_request (raw, "");
  g_free (raw_read_head (raw));
  server = host->server;
  raw_vanish (raw, TRUE);
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "open", "error disconnected", "closed 1006 ");
  log_end (server);
  raw_free (raw);
  host_free (host);
}

static void
test_F09_no_eof_after_close (void)
{
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  raw_send_close (raw, 1000, "x");
  raw_vanish (raw, FALSE);
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "open", "closed 1000 x");
  log_end (server);
  raw_free (raw);
}

/* RFC 6455, section 7.1.1: the server ends TCP first; a client waits for it. */
static void
test_client_waits_for_end (void)
{
  Host *host;
  Log *client;
  Raw *raw;

  dialled_open (&host, &client, &raw);
  faye_web_socket_close (client->socket, 1000, "", NULL);
  ASSERT_FRAME (raw, "close 1000 ");
  raw_send_close (raw, 1000, "");
  harness_turn_for (50);
  g_assert_false (client->is_closed);
  g_assert_false (raw->ended);
  raw_vanish (raw, FALSE);
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "open", "closed 1000 ");
  log_end (client);
  raw_free (raw);
  host_free (host);
}

/* ... within bounds. */
static void
test_F12_client_waits_not_for_ever (void)
{
  Host *host;
  Log *client;
  Raw *raw;
  gint64 start;

  dialled_open (&host, &client, &raw);
  raw->holds = TRUE;
  raw_send_close (raw, 4321, "go");
  start = g_get_monotonic_time ();
  WAIT_UNTIL (client->is_closed);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
  ASSERT_LOG (client, "open", "closed 4321 go");
  ASSERT_FRAME (raw, "close 4321 go");
  log_end (client);
  raw_free (raw);
  host_free (host);
}

static void
test_F12_close_timeout (void)
{
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  g_object_set (server->socket, "close-timeout", 0.05, NULL);
  raw_send_request (raw, "");
  g_free (raw_read_head (raw));
  faye_web_socket_close (server->socket, 1000, "", NULL);
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "open", "error timed-out", "closed 1006 ");
  g_assert_cmpstr (server->error->message,
                   ==,
                   "The peer did not answer the close frame within 0.05 seconds");
  ASSERT_FRAME (raw, "close 1000 ");
  log_end (server);
  raw_free (raw);
}

/* A peer that talks on instead of answering. */
static void
test_F12_talks_on_after_close (void)
{
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  g_object_set (server->socket, "close-timeout", 0.1, NULL);
  raw_send_request (raw, "");
  g_free (raw_read_head (raw));
  faye_web_socket_close (server->socket, 1000, "", NULL);
  while (!server->is_closed)
    {
      if (!raw->writing)
        raw_send_frame (raw, 0x81, "more", 4);
      g_main_context_iteration (NULL, TRUE);
    }
  ASSERT_LOG (server, "open", "error timed-out", "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

static void
test_no_code (void)
{
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  raw_send_frame (raw, 0x88, "", 0);
  WAIT_UNTIL (server->is_closed);
  ASSERT_FRAME (raw, "close ");
  ASSERT_LOG (server, "open", "closed 1005 ");
  log_end (server);
  raw_free (raw);
}

/* A15 */
static void
test_A15_nothing_after_close (void)
{
  g_autoptr (GBytes) text = raw_make_frame (TRUE, 0x81, "late", 4);
  Log *server;
  Raw *raw;
  guint i;

  served_open (&server, &raw);
  raw_send_close (raw, 4000, "first");
  for (i = 0; i < 10; i++)
    raw_send (raw, g_bytes_get_data (text, NULL), g_bytes_get_size (text));
  raw_send_close (raw, 4001, "second");
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "open", "closed 4000 first");
  log_end (server);
  raw_free (raw);
}

typedef struct
{
  guint8 first;
  const char *payload;
  const char *error;
  guint code;
} Fault;

static const Fault faults[] = {
  { 0x81, "\xff", "error invalid-data", 1007 }, { 0xc1, "x", "error protocol", 1002 },
  { 0x83, "x", "error protocol", 1002 },        { 0x80, "x", "error protocol", 1002 },
  { 0x88, "x", "error protocol", 1002 },
};

/* The peer breaks a rule: one error, the close frame really sent, nothing delivered afterwards. */
static void
test_violation (gconstpointer data)
{
  const Fault *fault = data;
  Log *server;
  Raw *raw;
  g_autofree char *frame = NULL;
  g_autofree char *closed = NULL;
  g_autofree char *prefix = g_strdup_printf ("close %u ", fault->code);

  served_open (&server, &raw);
  raw_send_frame (raw, fault->first, fault->payload, strlen (fault->payload));
  raw_send_frame (raw, 0x81, "late", 4);
  frame = raw_read_frame (raw);
  g_assert_true (g_str_has_prefix (frame, prefix));
  WAIT_UNTIL (server->is_closed);
  closed = g_strdup_printf ("closed %u %s", fault->code, server->error->message);
  ASSERT_LOG (server, "open", fault->error, closed);
  log_end (server);
  raw_free (raw);
}

static void
test_abort_connecting (void)
{
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  faye_web_socket_abort (server->socket);
  g_assert_false (server->is_closed);
  g_assert_false (faye_web_socket_send_text (server->socket, "late"));
  faye_web_socket_abort (server->socket);
  WAIT_UNTIL (server->is_closed && raw->ended);
  ASSERT_LOG (server, "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

static void
test_abort_open (void)
{
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  faye_web_socket_abort (server->socket);
  g_assert_cmpint (faye_web_socket_get_ready_state (server->socket), ==, FAYE_READY_STATE_CLOSING);
  g_assert_false (faye_web_socket_send_text (server->socket, "late"));
  faye_web_socket_abort (server->socket);
  WAIT_UNTIL (server->is_closed && raw->ended);
  faye_web_socket_abort (server->socket);
  ASSERT_LOG (server, "open", "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

static void
test_abort_closing (void)
{
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  faye_web_socket_close (server->socket, 1000, "", NULL);
  faye_web_socket_abort (server->socket);
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "open", "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

/* The peer's Close has come, its end of the stream has not. */
static void
test_abort_finishing (void)
{
  Host *host;
  Log *client;
  Raw *raw;

  dialled_open (&host, &client, &raw);
  raw_send_close (raw, 4000, "peer");
  ASSERT_FRAME (raw, "close 4000 peer");
  faye_web_socket_abort (client->socket);
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "open", "closed 4000 peer");
  log_end (client);
  raw_free (raw);
  host_free (host);
}

/* What a handler does, by the signal in which it does it. */
typedef struct
{
  const char *line;
  void (*act) (Log *log);
} Act;

static void
act_abort (Log *log)
{
  faye_web_socket_abort (log->socket);
}

static void
act_close (Log *log)
{
  faye_web_socket_close (log->socket, 1000, "", NULL);
  faye_web_socket_close (log->socket, 1000, "", NULL);
}

static void
act_send (Log *log)
{
  faye_web_socket_send_text (log->socket, "from a handler");
}

static void
act_drop (Log *log)
{
  log_drop (log);
}

static void
act_nest (Log *log)
{
  harness_turn_for (10);
}

static void
act_abort_and_nest (Log *log)
{
  LogHook hook = log->hook;
  FayeWebSocket *socket = log->socket;

  log->hook = NULL;
  log_drop (log);
  faye_web_socket_abort (socket);
  harness_turn_for (10);
  log->hook = hook;
}

static void
act_hook (Log *log, const char *line)
{
  const Act *act = log->data;

  if (g_str_has_prefix (line, act->line))
    {
      log->data = NULL;
      log->hook = NULL;
      act->act (log);
    }
}

/* The peer does a bit of everything, ending with END. */
static void
provoke (const Act *act, gboolean violation)
{
  GIOStream *a;
  GIOStream *b;
  Log *server;
  Raw *raw;

  pair_open (PAIR_UNIX, &a, &b);
  server = log_new (faye_web_socket_new_for_stream (a, NULL));
  g_object_set (server->socket, "close-timeout", 0.1, NULL);
  g_object_unref (a);
  raw = raw_new (b, TRUE);
  server->hook = act_hook;
  server->data = (gpointer) act;
  raw_send_request (raw, "");
  raw_send_frame (raw, 0x81, "one", 3);
  raw_send_frame (raw, 0x89, "ping", 4);
  raw_send_frame (raw, 0x8a, "pong", 4);
  if (violation)
    raw_send_frame (raw, 0x83, "", 0);
  else
    raw_send_close (raw, 1000, "");
  WAIT_UNTIL (server->is_closed);
  g_assert_null (server->hook);
  log_end (server);
  raw_free (raw);
}

static const char *const moments[] = { "open", "text", "ping", "pong", "error", "closed" };

/* F15, F16: every act inside of every handler. */
static void
test_handler (gconstpointer data)
{
  void (*act) (Log * log) = data;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      Act what = { moments[i], act };

      if (!g_str_equal (moments[i], "closed") || act != act_abort_and_nest)
        provoke (&what, g_str_equal (moments[i], "error"));
    }
}

/* F17: no message of that socket while its handler runs, however long; then all in order. */
static void
nest_hook (Log *log, const char *line)
{
  guint before = log->lines->len;
  gboolean first = g_str_equal (line, "text 0");

  if (!first)
    return;
  harness_turn_for (30);
  g_assert_cmpuint (log->lines->len, ==, before);
  WAIT_UNTIL (((Log *) log->data)->n_messages == 1);
  g_assert_cmpuint (log->lines->len, ==, before);
}

typedef struct
{
  Log *one;
  Log *other;
} Clients;

static gboolean
send_both_cb (gpointer user_data)
{
  Clients *clients = user_data;

  faye_web_socket_send_text (clients->one->socket, "2");
  faye_web_socket_send_text (clients->other->socket, "other");
  return G_SOURCE_REMOVE;
}

static void
test_F17_nested_loop (gconstpointer data)
{
  g_autoptr (GSource) source = g_timeout_source_new (10);
  Both one;
  Both other;
  Clients clients;

  both_open (&one, GPOINTER_TO_INT (data));
  both_open (&other, GPOINTER_TO_INT (data));
  clients = (Clients){ one.client, other.client };
  one.server->hook = nest_hook;
  one.server->data = other.server;
  g_source_set_callback (source, send_both_cb, &clients, NULL);
  g_source_attach (source, NULL);
  faye_web_socket_send_text (one.client->socket, "0");
  faye_web_socket_send_text (one.client->socket, "1");
  WAIT_UNTIL (one.server->n_messages == 3 && other.server->n_messages == 1);
  faye_web_socket_close (one.client->socket, 1000, "", NULL);
  faye_web_socket_close (other.client->socket, 1000, "", NULL);
  WAIT_UNTIL (one.server->is_closed && other.server->is_closed);
  ASSERT_LOG (one.server, "open", "text 0", "text 1", "text 2", "closed 1000 ");
  both_end (&one);
  both_end (&other);
}

/* F29: frames right behind the request, in one piece. */
static void
test_F29_coalesced (gconstpointer data)
{
  GIOStream *a;
  GIOStream *b;
  Log *server;
  Raw *raw;
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GBytes) one = raw_make_frame (TRUE, 0x81, "one", 3);
  g_autoptr (GBytes) two = raw_make_frame (TRUE, 0x82, "two", 3);
  g_autoptr (GBytes) end = raw_make_frame (TRUE,
                                           0x88,
                                           "\x0f\xa0"
                                           "bye",
                                           5);
  const char *request =
    "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: " RAW_KEY "\r\nSec-WebSocket-Version: 13\r\n\r\n";

  g_byte_array_append (all, (const guint8 *) request, (guint) strlen (request));
  g_byte_array_append (all, g_bytes_get_data (one, NULL), (guint) g_bytes_get_size (one));
  g_byte_array_append (all, g_bytes_get_data (two, NULL), (guint) g_bytes_get_size (two));
  g_byte_array_append (all, g_bytes_get_data (end, NULL), (guint) g_bytes_get_size (end));

  pair_open (GPOINTER_TO_INT (data), &b, &a);
  server = log_new (faye_web_socket_new_for_stream (a, NULL));
  g_object_unref (a);
  raw = raw_new (b, TRUE);
  raw_send (raw, all->data, all->len);
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "open", "text one", "binary 3", "closed 4000 bye");
  g_free (raw_read_head (raw));
  ASSERT_FRAME (raw, "close 4000 bye");
  log_end (server);
  raw_free (raw);
}

static FaultStream *
fault_transcript (void)
{
  FaultStream *stream = fault_stream_new (TRUE);
  g_autoptr (GBytes) text = raw_make_frame (TRUE, 0x81, "hello", 5);
  g_autoptr (GBytes) end = raw_make_frame (TRUE, 0x88, "\x03\xe8", 2);
  const char *request =
    "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: " RAW_KEY "\r\nSec-WebSocket-Version: 13\r\n\r\n";

  fault_stream_feed (stream, request, strlen (request));
  fault_stream_feed (stream, g_bytes_get_data (text, NULL), g_bytes_get_size (text));
  fault_stream_feed (stream, g_bytes_get_data (end, NULL), g_bytes_get_size (end));
  return stream;
}

/* F01 for a whole socket: the transcript byte by byte, in and out. */
static void
test_F01_byte_by_byte (void)
{
  FaultStream *stream = fault_transcript ();
  Log *server = log_new (faye_web_socket_new_for_stream (G_IO_STREAM (stream), NULL));

  fault_stream_limit_reads (stream, 1, TRUE);
  fault_stream_limit_writes (stream, 1, TRUE);
  fault_stream_end_input (stream);
  server->hook = echo_hook;
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "open", "text hello", "closed 1000 ");
  g_assert_cmpuint (fault_stream_get_output (stream)->len, >, 7 + 4);
  g_assert_cmpmem (fault_stream_get_output (stream)->data + fault_stream_get_output (stream)->len -
                     11,
                   11,
                   "\x81\x05hello\x88\x02\x03\xe8",
                   11);
  g_object_unref (stream);
  log_end (server);
}

/* F03: the k-th operation and all after it fail, for every k until none does. */
static void
test_F03_every_operation_fails (gconstpointer data)
{
  GIOErrorEnum code = GPOINTER_TO_INT (data);
  gboolean clean = FALSE;
  guint k;

  for (k = 1; !clean; k++)
    {
      FaultStream *stream = fault_transcript ();
      Log *server = log_new (faye_web_socket_new_for_stream (G_IO_STREAM (stream), NULL));
      guint calls;

      g_assert_cmpuint (k, <, 1000);
      fault_stream_limit_reads (stream, 40, FALSE);
      fault_stream_limit_writes (stream, 40, FALSE);
      fault_stream_end_input (stream);
      fault_stream_fail_call (stream, k, code);
      server->hook = echo_hook;
      WAIT_UNTIL (server->is_closed);
      calls = fault_stream_get_n_reads (stream) + fault_stream_get_n_writes (stream);
      clean = calls < k;
      if (server->error != NULL)
        g_assert_error (server->error, FAYE_ERROR, FAYE_ERROR_DISCONNECTED);
      if (clean)
        ASSERT_LOG (server, "open", "text hello", "closed 1000 ");
      g_object_unref (stream);
      log_end (server);
    }
  g_assert_cmpuint (k, >, 8);
}

/* F04: the input ends at every byte. */
static void
test_F04_end_at_every_byte (void)
{
  g_autoptr (FaultStream) whole = fault_transcript ();
  g_autofree guint8 *all = g_malloc (4096);
  gssize size;
  gsize k;

  size =
    g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (
                                                g_io_stream_get_input_stream (G_IO_STREAM (whole))),
                                              all,
                                              4096,
                                              NULL,
                                              NULL);
  g_assert_cmpint (size, >, 100);
  for (k = 0; k <= (gsize) size; k++)
    {
      FaultStream *stream = fault_stream_new (k & 1);
      Log *server = log_new (faye_web_socket_new_for_stream (G_IO_STREAM (stream), NULL));

      fault_stream_feed (stream, all, k);
      fault_stream_end_input (stream);
      WAIT_UNTIL (server->is_closed);
      if (k == (gsize) size)
        ASSERT_LOG (server, "open", "text hello", "closed 1000 ");
      else if (k >= (gsize) size - 8)
        ASSERT_LOG (server, "open", "text hello", "error disconnected", "closed 1006 ");
      else if (k >= (gsize) size - 8 - 11)
        ASSERT_LOG (server, "open", "error disconnected", "closed 1006 ");
      else
        ASSERT_LOG (server, "error disconnected", "closed 1006 ");
      g_object_unref (stream);
      log_end (server);
    }
}

/* F18: the server goes, its open sockets stay. */
static void
test_F18_server_stops (void)
{
  Both both;

  both_open (&both, HOST_SOUP);
  both.server->hook = echo_hook;
  soup_server_disconnect (both.host->soup);
  g_clear_object (&both.host->soup);
  faye_web_socket_send_text (both.client->socket, "still");
  WAIT_UNTIL (both.client->n_messages == 1);
  faye_web_socket_close (both.client->socket, 1000, "", NULL);
  both_end (&both);
}

static void
test_F18_server_stops_in_opening (void)
{
  Host *host = host_new (HOST_SOUP);
  Log *client = log_new (faye_web_socket_client_new (host->url, NULL));
  Log *server;

  WAIT_UNTIL (host->n_connections == 1);
  server = host->server;
  g_assert_false (server->is_open);
  soup_server_disconnect (host->soup);
  WAIT_UNTIL (client->is_open && server->is_open);
  faye_web_socket_abort (server->socket);
  log_end (server);
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "open", "error disconnected", "closed 1006 ");
  log_end (client);
  host_free (host);
}

/* Nobody holds the socket: it lives until `closed`. */
static void
drop_hook (Host *host, Log *log)
{
  log_drop (log);
}

static void
test_dropped_at_once (gconstpointer data)
{
  Host *host = host_new (GPOINTER_TO_INT (data));
  Log *client;

  host->made = drop_hook;
  client = log_new (faye_web_socket_client_new (host->url, NULL));
  log_drop (client);
  g_assert_nonnull (client->alive);
  WAIT_UNTIL (client->is_open && host->server != NULL && host->server->is_open);
  faye_web_socket_close (host->server->alive, 1000, "", NULL);
  log_end (client);
  log_end (host->server);
  host_free (host);
}

/* F20: all happens on the context of construction. */
static gpointer
thread_main (gpointer user_data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Both both;

  g_main_context_push_thread_default (context);
  both_open (&both, GPOINTER_TO_INT (user_data));
  both.server->hook = echo_hook;
  faye_web_socket_send_text (both.client->socket, "in a thread");
  WAIT_UNTIL (both.client->n_messages == 1);
  faye_web_socket_close (both.client->socket, 1000, "", NULL);
  both_end (&both);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_F20_thread_default (gconstpointer data)
{
  GThread *one = g_thread_new ("one", thread_main, (gpointer) data);
  GThread *other = g_thread_new ("other", thread_main, (gpointer) data);

  g_thread_join (one);
  g_thread_join (other);
}

/* The context is pushed at construction only. */
static void
test_F20_other_context (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  GIOStream *a;
  GIOStream *b;
  Log *server;
  Raw *raw;
  guint before;

  g_main_context_push_thread_default (context);
  pair_open (PAIR_UNIX, &a, &b);
  server = log_new (faye_web_socket_new_for_stream (a, NULL));
  g_object_unref (a);
  g_main_context_pop_thread_default (context);
  raw = raw_new (b, TRUE);
  raw_send_request (raw, "");
  harness_turn_for (20);
  g_assert_cmpuint (server->lines->len, ==, 0);
  while (!server->is_open)
    g_main_context_iteration (context, TRUE);
  faye_web_socket_close (server->socket, 1000, "", NULL);
  harness_turn_for (20);
  before = raw->in->len;
  while (raw->in->len == before)
    {
      g_main_context_iteration (context, FALSE);
      g_main_context_iteration (NULL, FALSE);
    }
  faye_web_socket_abort (server->socket);
  while (!server->is_closed)
    g_main_context_iteration (context, TRUE);
  log_end (server);
  raw_free (raw);
  while (g_main_context_iteration (context, FALSE))
    ;
}

static gboolean
tick_cb (gpointer user_data)
{
  ++*(guint *) user_data;
  return G_SOURCE_CONTINUE;
}

/* A flood leaves room for a 60 Hz timer. */
static void
test_A16_flood_is_fair (void)
{
  g_autoptr (GByteArray) frames = g_byte_array_new ();
  g_autoptr (GBytes) frame = raw_make_frame (TRUE, 0x82, "12345678901234567890", 20);
  g_autoptr (GSource) source = g_timeout_source_new (16);
  Log *server;
  Raw *raw;
  gint64 start;
  guint ticks = 0;
  guint i;

  for (i = 0; i < 20000; i++)
    g_byte_array_append (frames, g_bytes_get_data (frame, NULL), (guint) g_bytes_get_size (frame));
  served_open (&server, &raw);
  g_source_set_priority (source, G_PRIORITY_HIGH_IDLE + 20);
  g_source_set_callback (source, tick_cb, &ticks, NULL);
  g_source_attach (source, NULL);
  start = g_get_monotonic_time ();
  while (g_get_monotonic_time () - start < 400000)
    {
      if (g_queue_get_length (&raw->out) < 2)
        raw_send (raw, frames->data, frames->len);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_destroy (source);
  g_assert_cmpuint (ticks, >=, 6);
  g_assert_cmpuint (server->n_messages, >, 1000);
  faye_web_socket_abort (server->socket);
  log_end (server);
  raw_free (raw);
}

/* Handlers of a property's change come in the midst of things, too. */
static void
notify_abort_cb (FayeWebSocket *socket, GParamSpec *pspec, gpointer user_data)
{
  faye_web_socket_abort (socket);
}

static void
test_abort_in_notify (gconstpointer data)
{
  g_autofree char *signal = g_strconcat ("notify::", data, NULL);
  Host *host = host_new (HOST_RAW);
  Log *client = log_new (faye_web_socket_client_new (host->url, NULL));
  Log *server;

  g_signal_connect (client->socket, signal, G_CALLBACK (notify_abort_cb), NULL);
  WAIT_UNTIL (client->is_closed);
  g_assert_false (client->is_open && g_str_equal (data, "version"));
  server = host->server;
  log_end (client);
  log_end (server);
  host_free (host);
}

static void
test_server_abort_in_notify (gconstpointer data)
{
  g_autofree char *signal = g_strconcat ("notify::", data, NULL);
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  g_signal_connect (server->socket, signal, G_CALLBACK (notify_abort_cb), NULL);
  raw_send_request (raw, "");
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

static void
add_each (const char *path, GTestDataFunc func)
{
  static const HostKind kinds[] = { HOST_SOUP,     HOST_SOUP_TLS, HOST_RAW,
                                    HOST_RAW_IPV6, HOST_RAW_UNIX, HOST_RAW_TLS };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *name =
        g_strdup_printf ("/faye/api/web-socket-life/%s/%s", path, host_kind_name (kinds[i]));

      g_test_add_data_func (name, GINT_TO_POINTER (kinds[i]), func);
    }
}

static void
add_pairs (const char *path, GTestDataFunc func)
{
  guint i;

  for (i = 0; i < N_PAIRS; i++)
    {
      g_autofree char *name =
        g_strdup_printf ("/faye/api/web-socket-life/%s/%s", path, pair_name (i));

      g_test_add_data_func (name, GINT_TO_POINTER (i), func);
    }
}

static void
add_handlers (void)
{
  static const struct
  {
    const char *name;
    void (*act) (Log *log);
  } acts[] = {
    { "F15-drop", act_drop }, { "F16-close", act_close },
    { "F16-send", act_send }, { "F16-abort", act_abort },
    { "F17-nest", act_nest }, { "F15-abort-drop-nest", act_abort_and_nest },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (acts); i++)
    {
      g_autofree char *name =
        g_strdup_printf ("/faye/api/web-socket-life/handler/%s", acts[i].name);

      g_test_add_data_func (name, acts[i].act, test_handler);
    }
}

static void
add_faults (void)
{
  static const GIOErrorEnum codes[] = { G_IO_ERROR_CLOSED,
                                        G_IO_ERROR_BROKEN_PIPE,
                                        G_IO_ERROR_TIMED_OUT,
                                        G_IO_ERROR_FAILED };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *name = g_strdup_printf ("/faye/api/web-socket-life/violation/%u", i);

      g_test_add_data_func (name, &faults[i], test_violation);
    }
  for (i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autofree char *name =
        g_strdup_printf ("/faye/api/web-socket-life/F03-every-operation-fails/%d", codes[i]);

      g_test_add_data_func (name, GINT_TO_POINTER (codes[i]), test_F03_every_operation_fails);
    }
}

#define ADD(path, func) g_test_add_func ("/faye/api/web-socket-life/" path, func)

static void
add_plain (void)
{
  ADD ("vanishes/connecting", test_vanishes_connecting);
  ADD ("vanishes/in-message", test_vanishes_in_message);
  ADD ("vanishes/closing", test_vanishes_closing);
  ADD ("vanishes/reset", test_reset);
  ADD ("F09-no-eof-after-close", test_F09_no_eof_after_close);
  ADD ("client-waits-for-end", test_client_waits_for_end);
  ADD ("F12-client-waits-not-for-ever", test_F12_client_waits_not_for_ever);
  ADD ("F12-close-timeout", test_F12_close_timeout);
  ADD ("F12-talks-on-after-close", test_F12_talks_on_after_close);
  ADD ("no-code", test_no_code);
  ADD ("A15-nothing-after-close", test_A15_nothing_after_close);
  ADD ("abort/connecting", test_abort_connecting);
  ADD ("abort/open", test_abort_open);
  ADD ("abort/closing", test_abort_closing);
  ADD ("abort/finishing", test_abort_finishing);
  ADD ("F01-byte-by-byte", test_F01_byte_by_byte);
  ADD ("F04-end-at-every-byte", test_F04_end_at_every_byte);
  ADD ("F18-server-stops", test_F18_server_stops);
  ADD ("F18-server-stops-in-opening", test_F18_server_stops_in_opening);
  ADD ("F20-other-context", test_F20_other_context);
  ADD ("A16-flood-is-fair", test_A16_flood_is_fair);
}

static void
add_notify (void)
{
  static const char *const names[] = { "url", "request-headers", "version", "ready-state" };
  static const char *const both[] = { "status-code", "version" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name =
        g_strdup_printf ("/faye/api/web-socket-life/abort/notify/server/%s", names[i]);

      g_test_add_data_func (name, names[i], test_server_abort_in_notify);
    }
  for (i = 0; i < G_N_ELEMENTS (both); i++)
    {
      g_autofree char *name =
        g_strdup_printf ("/faye/api/web-socket-life/abort/notify/client/%s", both[i]);

      g_test_add_data_func (name, both[i], test_abort_in_notify);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  host_trust_certificate ();
  add_each ("happy", test_happy);
  add_each ("server-closes", test_server_closes);
  add_each ("both-close", test_both_close);
  add_each ("queue-leaves-before-close", test_queue_leaves_before_close);
  add_each ("F17-nested-loop", test_F17_nested_loop);
  add_each ("dropped-at-once", test_dropped_at_once);
  add_each ("F20-thread-default", test_F20_thread_default);
  add_pairs ("stream", test_stream);
  add_pairs ("vanishes/open", test_stream_vanishes);
  add_pairs ("F29-coalesced", test_F29_coalesced);
  add_handlers ();
  add_faults ();
  add_plain ();
  add_notify ();
  return g_test_run ();
}
