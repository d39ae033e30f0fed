/* SPDX-License-Identifier: MIT */

#include "tests/io/fault-stream.h"
#include "tests/io/pairs.h"
#include "tests/io/peer.h"

#include <string.h>

/*
 * What holds for every kind of stream.
 */

#define MEBIBYTE (1024 * 1024)

typedef struct
{
  GIOStream *streams[2];
  Peer *a;
  Peer *b;
} Pair;

static void
pair_set_up (Pair *pair, gconstpointer data)
{
  pair_open (GPOINTER_TO_INT (data), &pair->streams[0], &pair->streams[1]);
  pair->a = peer_new (pair->streams[0]);
  pair->b = peer_new (pair->streams[1]);
}

static void
pair_tear_down (Pair *pair, gconstpointer data)
{
  peer_free (pair->a);
  peer_free (pair->b);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&pair->streams[0]);
  g_clear_object (&pair->streams[1]);
}

static void
read_both (Pair *pair)
{
  faye_transport_set_reading (pair->a->transport, TRUE);
  faye_transport_set_reading (pair->b->transport, TRUE);
}

static gsize
echo_cb (gpointer data, guint8 *bytes, gsize size)
{
  Peer *peer = data;

  peer_take (peer, bytes, size);
  for (gsize done = 0; done < size;)
    {
      gsize n = MIN (size - done, FAYE_TRANSPORT_MAX_RESERVE);

      peer_reserve (peer, bytes + done, n);
      done += n;
    }
  return size;
}

static void
test_echo (Pair *pair, gconstpointer data)
{
  g_autofree guint8 *bytes = peer_make_bytes (MEBIBYTE, 1);

  pair->b->on_received = echo_cb;
  read_both (pair);
  peer_send_pieces (pair->a, bytes, MEBIBYTE, 2);
  peer_wait_complete (pair->a, MEBIBYTE);
  g_assert_cmpmem (pair->a->input->data, pair->a->input->len, bytes, MEBIBYTE);
  g_assert_cmpmem (pair->b->input->data, pair->b->input->len, bytes, MEBIBYTE);
  g_assert_cmpuint (faye_transport_get_written (pair->a->transport), ==, MEBIBYTE);
  g_assert_cmpuint (faye_transport_get_queued (pair->a->transport), ==, 0);
  g_assert_cmpuint (pair->a->n_wrote, >, 0);
}

static void
test_both_ways (Pair *pair, gconstpointer data)
{
  g_autofree guint8 *one = peer_make_bytes (MEBIBYTE, 3);
  g_autofree guint8 *other = peer_make_bytes (MEBIBYTE, 4);

  read_both (pair);
  peer_send_pieces (pair->a, one, MEBIBYTE, 5);
  peer_send_pieces (pair->b, other, MEBIBYTE, 6);
  peer_wait_complete (pair->a, MEBIBYTE);
  peer_wait_complete (pair->b, MEBIBYTE);
  g_assert_cmpmem (pair->b->input->data, pair->b->input->len, one, MEBIBYTE);
  g_assert_cmpmem (pair->a->input->data, pair->a->input->len, other, MEBIBYTE);
}

/* Taking little at a time, and pausing in between, loses and reorders nothing. */
static void
test_leftovers (Pair *pair, gconstpointer data)
{
  g_autofree guint8 *bytes = peer_make_bytes (100000, 7);

  pair->b->appetite = 777;
  read_both (pair);
  peer_send_pieces (pair->a, bytes, 100000, 8);
  peer_wait_complete (pair->b, 5000);
  faye_transport_set_reading (pair->b->transport, FALSE);
  for (int i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (pair->b->input->len, <, 7000);
  faye_transport_set_reading (pair->b->transport, TRUE);
  peer_wait_complete (pair->b, 100000);
  g_assert_cmpmem (pair->b->input->data, pair->b->input->len, bytes, 100000);
}

static void
test_unread (Pair *pair, gconstpointer data)
{
  faye_transport_unread (pair->b->transport, (const guint8 *) "two ", 4);
  faye_transport_unread (pair->b->transport, (const guint8 *) "one ", 4);
  read_both (pair);
  peer_reserve (pair->a, "three", 5);
  peer_wait_complete (pair->b, 13);
  g_assert_cmpmem (pair->b->input->data, pair->b->input->len, "one two three", 13);
}

static guint8 area[65536];

static guint8 *
get_area (gpointer owner, gsize *size)
{
  Peer *peer = owner;

  *size = sizeof (area);
  return peer->input->len < 200000 ? area : NULL;
}

static void
filled (gpointer owner, gsize size)
{
  g_assert_cmpuint (size, <=, sizeof (area));
  peer_take (owner, area, size);
}

static void
test_area (Pair *pair, gconstpointer data)
{
  g_autofree guint8 *bytes = peer_make_bytes (MEBIBYTE, 9);
  FayeTransportFuncs funcs = peer_funcs;

  funcs.get_area = get_area;
  funcs.filled = filled;
  faye_transport_set_owner (pair->b->transport, &funcs, pair->b);
  read_both (pair);
  peer_send_pieces (pair->a, bytes, MEBIBYTE, 10);
  peer_wait_complete (pair->b, MEBIBYTE);
  g_assert_cmpmem (pair->b->input->data, pair->b->input->len, bytes, MEBIBYTE);
  faye_transport_set_owner (pair->b->transport, &peer_funcs, pair->b);
}

static gboolean
hold_writes (Pair *pair, gboolean hold)
{
  if (!FAULT_IS_STREAM (pair->streams[0]))
    return FALSE;
  fault_stream_set_writable (FAULT_STREAM (pair->streams[0]), !hold);
  return TRUE;
}

/* A peer that does not read: the queue grows, says so, and drains later. Everything pushed is
 * released. */
static void
test_F13_blocked_reader (Pair *pair, gconstpointer data)
{
  gsize size = 8 * MEBIBYTE;
  g_autofree guint8 *bytes = peer_make_bytes (size, 11);

  hold_writes (pair, TRUE);
  faye_transport_set_reading (pair->a->transport, TRUE);
  /* A TLS handshake needs both to read. */
  faye_transport_set_reading (pair->b->transport, GPOINTER_TO_INT (data) == PAIR_TLS);
  peer_reserve (pair->a, "x", 1);
  if (GPOINTER_TO_INT (data) == PAIR_TLS)
    peer_wait_complete (pair->b, 1);
  faye_transport_set_reading (pair->b->transport, FALSE);

  for (gsize i = 0; i < size; i += MEBIBYTE)
    peer_push (pair->a, bytes + i, MEBIBYTE);
  for (int i = 0; i < 200 || !faye_transport_is_blocked (pair->a->transport); i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (faye_transport_is_blocked (pair->a->transport));
  g_assert_cmpuint (faye_transport_get_queued (pair->a->transport), >, 0);
  g_assert_cmpuint (pair->a->n_released, <, 8);

  hold_writes (pair, FALSE);
  faye_transport_set_reading (pair->b->transport, TRUE);
  peer_wait_complete (pair->b, size + 1);
  g_assert_cmpmem (pair->b->input->data + 1, size, bytes, size);
  g_assert_cmpuint (faye_transport_get_queued (pair->a->transport), ==, 0);
  for (int i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_false (faye_transport_is_blocked (pair->a->transport));
  g_assert_cmpuint (pair->a->n_released, ==, 8);
}

static void
shake_hands (Pair *pair)
{
  read_both (pair);
  peer_reserve (pair->a, "hello", 5);
  peer_reserve (pair->b, "hello", 5);
  peer_wait_complete (pair->a, 5);
  peer_wait_complete (pair->b, 5);
}

/* All that was queued arrives before the end. */
static void
test_finish_close (Pair *pair, gconstpointer data)
{
  g_autofree guint8 *bytes = peer_make_bytes (MEBIBYTE, 12);

  shake_hands (pair);
  peer_send_pieces (pair->a, bytes, MEBIBYTE, 13);
  faye_transport_finish (pair->a->transport, FAYE_FINISH_CLOSE, 10000);
  g_assert_false (pair->a->ended);
  peer_wait_ended (pair->b);
  g_assert_cmpmem (pair->b->input->data + 5, pair->b->input->len - 5, bytes, MEBIBYTE);
  g_assert_no_error (pair->b->error);
  peer_wait_ended (pair->a);
  g_assert_no_error (pair->a->error);
  g_assert_cmpuint (faye_transport_get_queued (pair->a->transport), ==, 0);
}

static void
test_finish_wait (Pair *pair, gconstpointer data)
{
  shake_hands (pair);
  peer_reserve (pair->a, "last", 4);
  faye_transport_finish (pair->a->transport, FAYE_FINISH_WAIT, 10000);
  peer_wait_complete (pair->b, 9);
  for (int i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_false (pair->a->ended);
  faye_transport_finish (pair->b->transport, FAYE_FINISH_CLOSE, 10000);
  peer_wait_ended (pair->a);
  g_assert_no_error (pair->a->error);
  peer_wait_ended (pair->b);
  g_assert_no_error (pair->b->error);
}

/* A peer that never ends its side: the time is kept. */
static void
test_F12_never_closes (Pair *pair, gconstpointer data)
{
  gint64 start;

  shake_hands (pair);
  start = g_get_monotonic_time ();
  faye_transport_set_reading (pair->b->transport, FALSE);
  faye_transport_finish (pair->a->transport, FAYE_FINISH_WAIT, 60000);
  faye_transport_finish (pair->a->transport, FAYE_FINISH_WAIT, 50);
  faye_transport_finish (pair->a->transport, FAYE_FINISH_WAIT, 60000);
  peer_wait_ended (pair->a);
  g_assert_error (pair->a->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 50000);
}

static void
flood_cb (gpointer data)
{
  static const guint8 zeros[16384];
  Peer *peer = data;

  peer_push (peer, zeros, sizeof (zeros));
}

/* One that sends for ever: 64 KiB are enough. */
static void
test_F12_sends_for_ever (Pair *pair, gconstpointer data)
{
  shake_hands (pair);
  pair->b->on_wrote = flood_cb;
  flood_cb (pair->b);
  faye_transport_finish (pair->a->transport, FAYE_FINISH_CLOSE, 60000);
  peer_wait_ended (pair->a);
  g_assert_no_error (pair->a->error);
  g_assert_cmpuint (pair->a->input->len, ==, 5);
  pair->b->on_wrote = NULL;
}

static void
test_abort (Pair *pair, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PENDING, "why");
  static const guint8 zeros[1000];

  shake_hands (pair);
  peer_push (pair->a, zeros, sizeof (zeros));
  faye_transport_abort (pair->a->transport, error);
  g_assert_true (pair->a->ended);
  g_assert_error (pair->a->error, G_IO_ERROR, G_IO_ERROR_PENDING);
  peer_wait_ended (pair->b);

  /* After the end, output goes nowhere and is released. */
  peer_push (pair->a, zeros, sizeof (zeros));
  memset (faye_transport_reserve (pair->a->transport, 16384), 1, 16384);
  g_assert_cmpuint (faye_transport_get_queued (pair->a->transport), ==, 0);
  faye_transport_finish (pair->a->transport, FAYE_FINISH_CLOSE, 10);
  faye_transport_set_reading (pair->a->transport, FALSE);
  faye_transport_unread (pair->a->transport, zeros, 5);
  faye_transport_abort (pair->a->transport, NULL);
  g_assert_cmpuint (pair->a->n_ended, ==, 1);
  for (int i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (pair->a->n_released, ==, 2);
}

static gsize
abort_in_received_cb (gpointer data, guint8 *bytes, gsize size)
{
  Peer *peer = data;

  /* The bytes outlive the transport's interest in them. */
  faye_transport_abort (peer->transport, NULL);
  faye_transport_unref (g_steal_pointer (&peer->transport));
  memset (bytes, 0, size);
  return 0;
}

static void
test_F15_last_unref_in_received (Pair *pair, gconstpointer data)
{
  pair->b->on_received = abort_in_received_cb;
  read_both (pair);
  peer_reserve (pair->a, "hello", 5);
  peer_wait_ended (pair->b);
  peer_wait_ended (pair->a);
}

static void
unref_cb (gpointer data)
{
  Peer *peer = data;

  faye_transport_unref (g_steal_pointer (&peer->transport));
}

static void
test_F15_last_unref_in_ended (Pair *pair, gconstpointer data)
{
  shake_hands (pair);
  pair->a->on_ended = unref_cb;
  pair->b->on_ended = unref_cb;
  faye_transport_abort (pair->b->transport, NULL);
  peer_wait_ended (pair->a);
}

static void
abort_cb (gpointer data)
{
  Peer *peer = data;

  faye_transport_abort (peer->transport, NULL);
}

static void
test_F15_abort_in_flush (Pair *pair, gconstpointer data)
{
  static const guint8 zeros[100];

  shake_hands (pair);
  pair->a->on_flush = abort_cb;
  pair->b->on_wrote = abort_cb;
  peer_push (pair->a, zeros, sizeof (zeros));
  peer_push (pair->b, zeros, sizeof (zeros));
  peer_wait_ended (pair->a);
  peer_wait_ended (pair->b);
  g_assert_cmpuint (pair->a->n_released, ==, 1);
}

static gsize
finish_in_received_cb (gpointer data, guint8 *bytes, gsize size)
{
  Peer *peer = data;

  peer_reserve (peer, "bye", 3);
  faye_transport_finish (peer->transport, FAYE_FINISH_CLOSE, 5000);
  return 1;
}

static void
test_finish_in_received (Pair *pair, gconstpointer data)
{
  pair->b->on_received = finish_in_received_cb;
  read_both (pair);
  peer_reserve (pair->a, "hello", 5);
  peer_wait_ended (pair->a);
  g_assert_cmpmem (pair->a->input->data, pair->a->input->len, "bye", 3);
  peer_wait_ended (pair->b);
  g_assert_cmpuint (pair->b->n_received, ==, 1);
}

/* finish () keeps the transport until it is over, even if its owner does not. */
static void
test_finish_unowned (Pair *pair, gconstpointer data)
{
  shake_hands (pair);
  peer_reserve (pair->a, "last", 4);
  faye_transport_finish (pair->a->transport, FAYE_FINISH_CLOSE, 5000);
  faye_transport_unref (g_steal_pointer (&pair->a->transport));
  peer_wait_ended (pair->b);
  g_assert_cmpmem (pair->b->input->data, pair->b->input->len, "hellolast", 9);
  peer_wait_ended (pair->a);
}

typedef struct
{
  Pair *pair;
  gboolean done;
} Nest;

static gsize
nested_cb (gpointer data, guint8 *bytes, gsize size)
{
  Peer *peer = data;
  Nest *nest = peer->data;
  Pair *pair = nest->pair;

  peer_take (peer, bytes, size);
  if (nest->done)
    return size;
  nest->done = TRUE;
  /* It goes on being sent to, and sends, but is not called again; the other is. */
  peer_reserve (peer, "answer", 6);
  peer_reserve (pair->a, "more", 4);
  pair->a->expected = 6;
  pair->a->complete = FALSE;
  pair_wait_for (NULL, &pair->a->complete);
  for (int i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (peer->n_received, ==, 1);
  return size;
}

static void
test_F17_nested_loop (Pair *pair, gconstpointer data)
{
  Nest nest = { pair, FALSE };

  pair->b->data = &nest;
  pair->b->on_received = nested_cb;
  read_both (pair);
  peer_reserve (pair->a, "hello", 5);
  peer_wait_complete (pair->b, 9);
  g_assert_cmpmem (pair->a->input->data, pair->a->input->len, "answer", 6);
  g_assert_cmpmem (pair->b->input->data, pair->b->input->len, "hellomore", 9);
  g_assert_false (pair->b->reentered);
}

static gsize
nested_end_cb (gpointer data, guint8 *bytes, gsize size)
{
  Peer *peer = data;
  Nest *nest = peer->data;

  faye_transport_abort (nest->pair->a->transport, NULL);
  for (int i = 0; i < 200; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (peer->n_ended, ==, 0);
  return size;
}

static void
test_F17_end_in_nested_loop (Pair *pair, gconstpointer data)
{
  Nest nest = { pair, FALSE };

  pair->b->data = &nest;
  pair->b->on_received = nested_end_cb;
  read_both (pair);
  peer_reserve (pair->a, "hello", 5);
  peer_wait_ended (pair->b);
}

/* Dropped without a word: nothing is called, and all is freed. */
static void
test_dropped (Pair *pair, gconstpointer data)
{
  shake_hands (pair);
  peer_push (pair->a, "abc", 3);
  faye_transport_unref (g_steal_pointer (&pair->a->transport));
  peer_wait_ended (pair->b);
  g_assert_cmpuint (pair->a->n_ended, ==, 0);
  for (int i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (pair->a->n_released, ==, 1);
  pair->a->n_ended = 1;
}

typedef struct
{
  const char *name;
  void (*run) (Pair *pair, gconstpointer data);
} Case;

static const Case cases[] = {
  { "echo", test_echo },
  { "both-ways", test_both_ways },
  { "leftovers", test_leftovers },
  { "unread", test_unread },
  { "area", test_area },
  { "F13-blocked-reader", test_F13_blocked_reader },
  { "finish-close", test_finish_close },
  { "finish-wait", test_finish_wait },
  { "finish-in-received", test_finish_in_received },
  { "finish-unowned", test_finish_unowned },
  { "F12-never-closes", test_F12_never_closes },
  { "F12-sends-for-ever", test_F12_sends_for_ever },
  { "abort", test_abort },
  { "F15-last-unref-in-received", test_F15_last_unref_in_received },
  { "F15-last-unref-in-ended", test_F15_last_unref_in_ended },
  { "F15-abort-in-flush", test_F15_abort_in_flush },
  { "F17-nested-loop", test_F17_nested_loop },
  { "F17-end-in-nested-loop", test_F17_end_in_nested_loop },
  { "dropped", test_dropped },
};

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint kind = 0; kind < N_PAIRS; kind++)
    for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        g_autofree char *path =
          g_strdup_printf ("/faye/io/transport/%s/%s", pair_name (kind), cases[i].name);

        g_test_add (path, Pair, GINT_TO_POINTER (kind), pair_set_up, cases[i].run, pair_tear_down);
      }
  return g_test_run ();
}
