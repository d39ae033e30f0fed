/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-transport-backend-private.h"
#include "tests/io/pairs.h"
#include "tests/io/peer.h"

/*
 * TLS with peers that do not play along. The main loop must turn all the while.
 */

#define MEBIBYTE (1024 * 1024)

typedef struct
{
  GIOStream *streams[2];
  Peer *a;
  Peer *b;
  gint64 last;
  gint64 worst;
  guint pulse;
} Fixture;

/* The longest time between two turns. */
static gboolean
pulse_cb (gpointer user_data)
{
  Fixture *fixture = user_data;
  gint64 now = g_get_monotonic_time ();

  if (fixture->last > 0)
    fixture->worst = MAX (fixture->worst, now - fixture->last);
  fixture->last = now;
  return G_SOURCE_CONTINUE;
}

/* A's send buffers are full, and B has stopped reading. */
static void
set_up_silent (Fixture *fixture)
{
  static guint8 zeros[MEBIBYTE];

  pair_open (PAIR_TLS, &fixture->streams[0], &fixture->streams[1]);
  fixture->a = peer_new (fixture->streams[0]);
  fixture->b = peer_new (fixture->streams[1]);
  faye_transport_set_reading (fixture->a->transport, TRUE);
  faye_transport_set_reading (fixture->b->transport, TRUE);
  peer_reserve (fixture->a, "x", 1);
  peer_wait_complete (fixture->b, 1);
  faye_transport_set_reading (fixture->b->transport, FALSE);
  for (guint i = 0; i < 16; i++)
    faye_transport_push (fixture->a->transport, zeros, MEBIBYTE, NULL, NULL);
  while (!faye_transport_is_blocked (fixture->a->transport))
    g_main_context_iteration (NULL, FALSE);
  for (guint i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
  fixture->last = fixture->worst = 0;
  fixture->pulse = g_timeout_add (1, pulse_cb, fixture);
}

/* The stream is closed, and the last reference to it goes, in a thread or here, without a wait. */
static void
tear_down (Fixture *fixture)
{
  gint64 end = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;

  peer_free (fixture->a);
  g_object_add_weak_pointer (G_OBJECT (fixture->streams[0]), (gpointer *) &fixture->streams[0]);
  g_object_unref (fixture->streams[0]);
  while (fixture->streams[0] != NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, FALSE);
    }
  g_source_remove (fixture->pulse);
  /* What blocks, blocks for seconds; anything less is a busy machine. */
  g_assert_cmpint (fixture->worst, <, 300000);
  peer_free (fixture->b);
  for (guint i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
  g_object_unref (fixture->streams[1]);
}

static void
test_F07_finish (void)
{
  Fixture fixture = { 0 };
  gint64 start;

  set_up_silent (&fixture);
  start = g_get_monotonic_time ();
  faye_transport_finish (fixture.a->transport, FAYE_FINISH_CLOSE, 100);
  peer_wait_ended (fixture.a);
  g_assert_error (fixture.a->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_TIME_SPAN_SECOND);
  tear_down (&fixture);
}

static void
test_F07_abort (void)
{
  Fixture fixture = { 0 };

  set_up_silent (&fixture);
  faye_transport_abort (fixture.a->transport, NULL);
  tear_down (&fixture);
}

static void
test_F07_dropped (void)
{
  Fixture fixture = { 0 };

  set_up_silent (&fixture);
  faye_transport_unref (g_steal_pointer (&fixture.a->transport));
  fixture.a->n_ended = 1;
  tear_down (&fixture);
}

/* After an abort in the midst of a record nothing more goes out, and the peer sees a broken stream.
 */
static void
test_F06_abort_blocked (void)
{
  Fixture fixture = { 0 };

  set_up_silent (&fixture);
  faye_transport_abort (fixture.a->transport, NULL);
  peer_push (fixture.a, "more", 4);
  faye_transport_set_reading (fixture.b->transport, TRUE);
  peer_wait_ended (fixture.b);
  g_assert_nonnull (fixture.b->error);
  tear_down (&fixture);
}

static gsize
one_byte_cb (gpointer data, guint8 *bytes, gsize size)
{
  Peer *peer = data;

  peer_take (peer, bytes, 1);
  return 1;
}

/* One-byte records, several in one read of the socket: those that TLS holds back make no descriptor
 * readable. */
static void
test_F08_tiny_records (void)
{
  GIOStream *streams[2];
  Peer *a, *b;
  g_autofree guint8 *bytes = peer_make_bytes (300, 1);

  pair_open (PAIR_TLS, &streams[0], &streams[1]);
  a = peer_new (streams[0]);
  b = peer_new (streams[1]);
  b->on_received = one_byte_cb;
  faye_transport_set_reading (a->transport, TRUE);
  faye_transport_set_reading (b->transport, TRUE);
  for (guint i = 0; i < 300; i++)
    {
      peer_reserve (a, bytes + i, 1);
      g_main_context_iteration (NULL, FALSE);
    }
  peer_wait_complete (b, 300);
  g_assert_cmpmem (b->input->data, b->input->len, bytes, 300);
  peer_free (a);
  peer_free (b);
  for (guint i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
  g_object_unref (streams[0]);
  g_object_unref (streams[1]);
}

/* The peer resets in the midst of the handshake. */
static void
test_F08_reset_in_handshake (void)
{
  GIOStream *streams[2];
  Peer *a;
  g_autoptr (GSocket) socket = NULL;

  pair_open (PAIR_TLS, &streams[0], &streams[1]);
  a = peer_new (streams[0]);
  faye_transport_set_reading (a->transport, TRUE);
  peer_push (a, "hello", 5);
  for (guint i = 0; i < 10; i++)
    g_main_context_iteration (NULL, FALSE);
  socket = faye_stream_get_base_socket (streams[1]);
  g_socket_close (socket, NULL);
  peer_wait_ended (a);
  g_assert_nonnull (a->error);
  peer_free (a);
  for (guint i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
  g_object_unref (streams[0]);
  g_object_unref (streams[1]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/io/transport-tls/F06-abort-blocked", test_F06_abort_blocked);
  g_test_add_func ("/faye/io/transport-tls/F07-finish", test_F07_finish);
  g_test_add_func ("/faye/io/transport-tls/F07-abort", test_F07_abort);
  g_test_add_func ("/faye/io/transport-tls/F07-dropped", test_F07_dropped);
  g_test_add_func ("/faye/io/transport-tls/F08-tiny-records", test_F08_tiny_records);
  g_test_add_func ("/faye/io/transport-tls/F08-reset-in-handshake", test_F08_reset_in_handshake);
  return g_test_run ();
}
