/* SPDX-License-Identifier: MIT */

#include "tests/io/pairs.h"
#include "tests/io/peer.h"

/* How a transport ends: what the tests of the whole transport leave to be said about time. */

#define SIZE (2 * 1024 * 1024)
#define TIMEOUT 200 /* ms */
#define PAUSE 25    /* ms */

/* Takes what came, and pauses. */
static gsize
sip_cb (gpointer data, guint8 *bytes, gsize size)
{
  Peer *peer = data;

  peer_take (peer, bytes, size);
  faye_transport_set_reading (peer->transport, FALSE);
  return size;
}

static gboolean
thirst_cb (gpointer data)
{
  Peer *peer = data;

  faye_transport_set_reading (peer->transport, TRUE);
  return G_SOURCE_CONTINUE;
}

/* The time to finish counts anew from each byte that leaves. */
static void
test_slow_reader (void)
{
  g_autoptr (GIOStream) a = NULL;
  g_autoptr (GIOStream) b = NULL;
  g_autoptr (Peer) writer = NULL;
  g_autoptr (Peer) reader = NULL;
  g_autofree guint8 *bytes = peer_make_bytes (SIZE, 1);
  gint64 start = g_get_monotonic_time ();
  guint thirst;

  pair_open (PAIR_UNIX, &a, &b);
  writer = peer_new (a);
  reader = peer_new (b);
  reader->on_received = sip_cb;
  peer_push (writer, bytes, SIZE);
  faye_transport_finish (writer->transport, FAYE_FINISH_CLOSE, TIMEOUT);
  thirst = g_timeout_add (PAUSE, thirst_cb, reader);

  peer_wait_ended (reader);
  g_source_remove (thirst);
  g_assert_cmpmem (reader->input->data, reader->input->len, bytes, SIZE);
  g_assert_cmpint (g_get_monotonic_time () - start, >, TIMEOUT * 1000);
  peer_wait_ended (writer);
}

/* But a reader that takes nothing is not waited for. */
static void
test_no_reader (void)
{
  g_autoptr (GIOStream) a = NULL;
  g_autoptr (GIOStream) b = NULL;
  g_autoptr (Peer) writer = NULL;
  g_autofree guint8 *bytes = peer_make_bytes (SIZE, 1);

  pair_open (PAIR_UNIX, &a, &b);
  writer = peer_new (a);
  peer_push (writer, bytes, SIZE);
  faye_transport_finish (writer->transport, FAYE_FINISH_CLOSE, TIMEOUT);

  peer_wait_ended (writer);
  g_assert_error (writer->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/io/transport-end/F13-slow-reader", test_slow_reader);
  g_test_add_func ("/faye/io/transport-end/F13-no-reader", test_no_reader);
  return g_test_run ();
}
