/* SPDX-License-Identifier: MIT */

#include "tests/io/fault-stream.h"
#include "tests/io/pairs.h"
#include "tests/io/peer.h"

#include <string.h>

/*
 * Streams that misbehave by script, polled and asynchronous.
 */

typedef struct
{
  FaultStream *stream;
  Peer *peer;
} Fixture;

static void
set_up (Fixture *fixture, gboolean pollable)
{
  fixture->stream = fault_stream_new (pollable);
  fixture->peer = peer_new (G_IO_STREAM (fixture->stream));
  faye_transport_set_reading (fixture->peer->transport, TRUE);
}

static void
settle (void)
{
  for (guint i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
}

static void
tear_down (Fixture *fixture)
{
  peer_free (fixture->peer);
  settle ();
  g_assert_true (fault_stream_is_closed (fixture->stream));
  g_assert_finalize_object (fixture->stream);
}

static void
wait_output (Fixture *fixture, gsize size)
{
  gint64 end = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  while (fault_stream_get_output (fixture->stream)->len < size && !fixture->peer->ended)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, FALSE);
    }
}

#define SIZE 300

/* Would block at every byte boundary: the same bytes, and no more calls than twice a byte. */
static void
test_F02_every_boundary (gconstpointer data)
{
  gboolean pollable = GPOINTER_TO_INT (data);
  g_autofree guint8 *bytes = peer_make_bytes (SIZE, 1);

  for (guint at = 0; at <= SIZE; at++)
    {
      Fixture fixture;
      GByteArray *output;

      set_up (&fixture, pollable);
      if (at > 0)
        fault_stream_script_write (fixture.stream, FAULT_MOVE, at);
      fault_stream_script_write (fixture.stream, FAULT_WOULD_BLOCK, 3);
      peer_send_pieces (fixture.peer, bytes, SIZE, at);
      wait_output (&fixture, SIZE);
      output = fault_stream_get_output (fixture.stream);
      g_assert_cmpmem (output->data, output->len, bytes, SIZE);
      g_assert_cmpuint (fault_stream_get_n_writes (fixture.stream), <=, 6);
      tear_down (&fixture);
    }
}

static void
test_F02_trickle (gconstpointer data)
{
  g_autofree guint8 *bytes = peer_make_bytes (SIZE, 2);
  Fixture fixture;
  GByteArray *output;

  set_up (&fixture, GPOINTER_TO_INT (data));
  fault_stream_limit_writes (fixture.stream, 1, TRUE);
  peer_send_pieces (fixture.peer, bytes, SIZE, 3);
  wait_output (&fixture, SIZE);
  output = fault_stream_get_output (fixture.stream);
  g_assert_cmpmem (output->data, output->len, bytes, SIZE);
  g_assert_cmpuint (fault_stream_get_n_writes (fixture.stream), <=, 2 * SIZE + 2);
  tear_down (&fixture);
}

static void
test_F01_byte_by_byte (gconstpointer data)
{
  g_autofree guint8 *bytes = peer_make_bytes (SIZE, 4);
  Fixture fixture;

  set_up (&fixture, GPOINTER_TO_INT (data));
  fault_stream_limit_reads (fixture.stream, 1, TRUE);
  fault_stream_feed (fixture.stream, bytes, SIZE);
  fault_stream_end_input (fixture.stream);
  peer_wait_ended (fixture.peer);
  g_assert_no_error (fixture.peer->error);
  g_assert_cmpmem (fixture.peer->input->data, fixture.peer->input->len, bytes, SIZE);
  tear_down (&fixture);
}

/* A blocked buffer is passed again unchanged, whatever is queued meanwhile. */
static void
test_F05_resubmission (void)
{
  g_autofree guint8 *bytes = peer_make_bytes (200000, 5);
  Fixture fixture;
  GByteArray *output;

  set_up (&fixture, TRUE);
  fault_stream_set_remembering (fixture.stream, TRUE);
  fault_stream_limit_writes (fixture.stream, 0, TRUE);
  for (guint i = 0; i < 200; i++)
    {
      peer_send_pieces (fixture.peer, bytes + i * 1000, 1000, i);
      g_main_context_iteration (NULL, FALSE);
    }
  wait_output (&fixture, 200000);
  output = fault_stream_get_output (fixture.stream);
  g_assert_cmpmem (output->data, output->len, bytes, 200000);
  g_assert_cmpuint (fault_stream_get_violations (fixture.stream), ==, 0);
  tear_down (&fixture);
}

static void
expect_failure (Fixture *fixture)
{
  peer_wait_ended (fixture->peer);
  g_assert_nonnull (fixture->peer->error);
  settle ();
  g_assert_cmpuint (fixture->peer->n_ended, ==, 1);
  tear_down (fixture);
}

static void
test_F05_over_report (gconstpointer data)
{
  Fixture fixture;

  set_up (&fixture, GPOINTER_TO_INT (data));
  fault_stream_script_write (fixture.stream, FAULT_OVER_REPORT, 1);
  peer_push (fixture.peer, "hello", 5);
  expect_failure (&fixture);

  set_up (&fixture, GPOINTER_TO_INT (data));
  fault_stream_feed (fixture.stream, "hello", 5);
  fault_stream_script_read (fixture.stream, FAULT_OVER_REPORT, 1);
  expect_failure (&fixture);
}

static void
test_F05_writes_nothing (gconstpointer data)
{
  Fixture fixture;

  set_up (&fixture, GPOINTER_TO_INT (data));
  fault_stream_script_write (fixture.stream, FAULT_EOF, 0);
  peer_push (fixture.peer, "hello", 5);
  expect_failure (&fixture);
}

static gsize
echo_cb (gpointer data, guint8 *bytes, gsize size)
{
  Peer *peer = data;

  peer_take (peer, bytes, size);
  peer_push (peer, bytes, size);
  return size;
}

/* A transcript in both directions in which the k-th call fails, for all k until none does. */
static gboolean
run_transcript (gboolean pollable, guint k, GIOErrorEnum code)
{
  g_autofree guint8 *bytes = peer_make_bytes (SIZE, 6);
  Fixture fixture;
  gboolean succeeded;
  guint n_pushed;

  set_up (&fixture, pollable);
  fixture.peer->on_received = echo_cb;
  fault_stream_limit_reads (fixture.stream, 50, TRUE);
  fault_stream_limit_writes (fixture.stream, 40, TRUE);
  fault_stream_feed (fixture.stream, bytes, SIZE);
  fault_stream_fail_call (fixture.stream, k, code);
  wait_output (&fixture, SIZE);
  succeeded = !fixture.peer->ended;
  n_pushed = fixture.peer->n_received;
  if (succeeded)
    {
      GByteArray *output = fault_stream_get_output (fixture.stream);

      g_assert_cmpmem (output->data, output->len, bytes, SIZE);
      fault_stream_fail_call (fixture.stream, 0, code);
      settle ();
    }
  else
    {
      g_assert_error (fixture.peer->error, G_IO_ERROR, (int) code);
      settle ();
    }
  g_assert_cmpuint (fixture.peer->n_released, ==, n_pushed);
  tear_down (&fixture);
  return succeeded;
}

static void
test_F03_kth_call_fails (gconstpointer data)
{
  static const GIOErrorEnum codes[] = { G_IO_ERROR_CONNECTION_CLOSED,
                                        G_IO_ERROR_BROKEN_PIPE,
                                        G_IO_ERROR_TIMED_OUT,
                                        G_IO_ERROR_FAILED };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      guint k = 1;

      while (!run_transcript (GPOINTER_TO_INT (data), k, codes[i]))
        k++;
      g_assert_cmpuint (k, >, 15);
      g_assert_cmpuint (k, <, 100);
    }
}

/* The end at every byte: what came is delivered, then the end. */
static void
test_F04_every_end (gconstpointer data)
{
  g_autofree guint8 *bytes = peer_make_bytes (SIZE, 7);

  for (guint at = 0; at < SIZE; at += 7)
    {
      Fixture fixture;

      set_up (&fixture, GPOINTER_TO_INT (data));
      peer_push (fixture.peer, "lost", 4);
      fault_stream_set_writable (fixture.stream, FALSE);
      fault_stream_feed (fixture.stream, bytes, at);
      fault_stream_end_input (fixture.stream);
      peer_wait_ended (fixture.peer);
      g_assert_no_error (fixture.peer->error);
      g_assert_cmpmem (fixture.peer->input->data, fixture.peer->input->len, bytes, at);
      tear_down (&fixture);
    }
}

/* What the peer said before our writes failed is still heard. */
static void
test_input_before_write_error (gconstpointer data)
{
  Fixture fixture;

  set_up (&fixture, GPOINTER_TO_INT (data));
  fault_stream_script_write (fixture.stream, FAULT_ERROR, G_IO_ERROR_BROKEN_PIPE);
  fault_stream_feed (fixture.stream, "reason", 6);
  peer_push (fixture.peer, "lost", 4);
  peer_wait_ended (fixture.peer);
  g_assert_error (fixture.peer->error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  g_assert_cmpmem (fixture.peer->input->data, fixture.peer->input->len, "reason", 6);
  tear_down (&fixture);
}

/* With reading off, a failure to write ends it at once. */
static void
test_write_error_while_paused (gconstpointer data)
{
  Fixture fixture;

  set_up (&fixture, GPOINTER_TO_INT (data));
  faye_transport_set_reading (fixture.peer->transport, FALSE);
  fault_stream_script_write (fixture.stream, FAULT_ERROR, G_IO_ERROR_BROKEN_PIPE);
  peer_push (fixture.peer, "lost", 4);
  expect_failure (&fixture);
}

/* Many small pieces leave in one call. */
static void
test_gathered (gconstpointer data)
{
  Fixture fixture;

  set_up (&fixture, GPOINTER_TO_INT (data));
  for (guint i = 0; i < 500; i++)
    if (i % 3 == 0)
      peer_push (fixture.peer, "0123456789", 10);
    else
      peer_reserve (fixture.peer, "0123456789", 10);
  wait_output (&fixture, 5000);
  settle ();
  g_assert_cmpuint (fault_stream_get_n_writes (fixture.stream), ==, 1);
  tear_down (&fixture);
}

/* Nothing is called in vain while the stream cannot be written to. */
static void
test_F02_no_spin (gconstpointer data)
{
  Fixture fixture;

  set_up (&fixture, GPOINTER_TO_INT (data));
  fault_stream_set_writable (fixture.stream, FALSE);
  peer_push (fixture.peer, "hello", 5);
  for (guint i = 0; i < 1000; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (faye_transport_is_blocked (fixture.peer->transport));
  g_assert_cmpuint (fault_stream_get_n_writes (fixture.stream), <=, 2);
  fault_stream_set_writable (fixture.stream, TRUE);
  wait_output (&fixture, 5);
  tear_down (&fixture);
}

/* An abort with calls under way: their buffers live until they are back. */
static void
test_F06_abort_under_way (gconstpointer data)
{
  Fixture fixture;

  set_up (&fixture, GPOINTER_TO_INT (data));
  fault_stream_set_writable (fixture.stream, FALSE);
  peer_push (fixture.peer, "hello", 5);
  settle ();
  faye_transport_abort (fixture.peer->transport, NULL);
  g_assert_cmpuint (fixture.peer->n_ended, ==, 1);
  fault_stream_set_writable (fixture.stream, TRUE);
  settle ();
  g_assert_cmpuint (fault_stream_get_output (fixture.stream)->len, ==, 0);
  g_assert_cmpuint (fixture.peer->n_released, ==, 1);
  tear_down (&fixture);
}

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *name;
    GTestDataFunc run;
  } cases[] = {
    { "F01-byte-by-byte", test_F01_byte_by_byte },
    { "F02-every-boundary", test_F02_every_boundary },
    { "F02-trickle", test_F02_trickle },
    { "F02-no-spin", test_F02_no_spin },
    { "F03-kth-call-fails", test_F03_kth_call_fails },
    { "F04-every-end", test_F04_every_end },
    { "F05-over-report", test_F05_over_report },
    { "F05-writes-nothing", test_F05_writes_nothing },
    { "F06-abort-under-way", test_F06_abort_under_way },
    { "input-before-write-error", test_input_before_write_error },
    { "write-error-while-paused", test_write_error_while_paused },
    { "gathered", test_gathered },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < 2 * G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/faye/io/transport-%s/%s",
                                               i % 2 ? "pollable" : "async",
                                               cases[i / 2].name);

      g_test_add_data_func (path, GINT_TO_POINTER (i % 2), cases[i / 2].run);
    }
  g_test_add_func ("/faye/io/transport-pollable/F05-resubmission", test_F05_resubmission);
  return g_test_run ();
}
