/* SPDX-License-Identifier: MIT */

#include "tests/io/pairs.h"
#include "tests/io/peer.h"

#include <sys/socket.h>
#include <unistd.h>

/*
 * Plain sockets: what the system does to them.
 */

typedef struct
{
  GIOStream *stream;
  Peer *peer;
  int fd; /* the other end, blocking */
} Fixture;

static void
set_up (Fixture *fixture, int type)
{
  g_autoptr (GSocket) socket = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, type, 0, fds), ==, 0);
  socket = g_socket_new_from_fd (fds[0], NULL);
  fixture->stream = g_object_new (G_TYPE_SOCKET_CONNECTION, "socket", socket, NULL);
  fixture->peer = peer_new (fixture->stream);
  fixture->fd = fds[1];
}

static void
tear_down (Fixture *fixture)
{
  peer_free (fixture->peer);
  if (fixture->fd >= 0)
    close (fixture->fd);
  g_assert_true (g_io_stream_is_closed (fixture->stream));
  g_assert_finalize_object (fixture->stream);
}

static guint
turn (guint n)
{
  guint busy = 0;

  for (guint i = 0; i < n; i++)
    busy += g_main_context_iteration (NULL, FALSE) ? 1 : 0;
  return busy;
}

/* So many small sends, one system call. */
static void
test_gathered (void)
{
  Fixture fixture;
  char bytes[6000];

  set_up (&fixture, SOCK_STREAM);
  for (guint i = 0; i < 500; i++)
    peer_reserve (fixture.peer, "0123456789", 10);
  turn (1);
  g_assert_cmpint (recv (fixture.fd, bytes, sizeof (bytes), MSG_DONTWAIT), ==, 5000);
  g_assert_cmpuint (fixture.peer->n_wrote, ==, 1);
  turn (10);
  g_assert_cmpuint (fixture.peer->n_flushes, ==, 1);
  tear_down (&fixture);
}

static void
test_F33_no_sigpipe (void)
{
  Fixture fixture;

  set_up (&fixture, SOCK_STREAM);
  close (fixture.fd);
  fixture.fd = -1;
  peer_push (fixture.peer, "hello", 5);
  peer_wait_ended (fixture.peer);
  g_assert_error (fixture.peer->error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  tear_down (&fixture);
}

/* Hung up while paused: no spin; all of it is read afterwards. */
static void
test_F33_hangup_while_paused (void)
{
  Fixture fixture;

  set_up (&fixture, SOCK_STREAM);
  faye_transport_set_reading (fixture.peer->transport, TRUE);
  turn (5);
  faye_transport_set_reading (fixture.peer->transport, FALSE);
  g_assert_cmpint (write (fixture.fd, "hello", 5), ==, 5);
  close (fixture.fd);
  fixture.fd = -1;
  turn (5);
  g_assert_cmpuint (turn (100), ==, 0);
  g_assert_false (fixture.peer->ended);
  faye_transport_set_reading (fixture.peer->transport, TRUE);
  peer_wait_ended (fixture.peer);
  g_assert_no_error (fixture.peer->error);
  g_assert_cmpmem (fixture.peer->input->data, fixture.peer->input->len, "hello", 5);
  tear_down (&fixture);
}

/* Bytes and a reset: the bytes come first. */
static void
test_reset (void)
{
  g_autoptr (GIOStream) a = NULL;
  g_autoptr (GIOStream) b = NULL;
  g_autoptr (Peer) peer = NULL;
  struct linger linger = { 1, 0 };
  GSocket *socket;

  pair_open (PAIR_TCP, &a, &b);
  peer = peer_new (a);
  socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (b));
  setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &linger, sizeof (linger));
  faye_transport_set_reading (peer->transport, TRUE);
  g_assert_cmpint (g_socket_send (socket, "hello", 5, NULL, NULL), ==, 5);
  peer_wait_complete (peer, 5);
  peer_push (peer, "unread", 6);
  turn (3);
  g_io_stream_close (b, NULL, NULL);
  peer_wait_ended (peer);
  g_assert_error (peer->error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
}

/* A blocked queue, then the peer vanishes. */
static void
test_vanishes_while_blocked (void)
{
  static guint8 zeros[1024 * 1024];
  Fixture fixture;

  set_up (&fixture, SOCK_STREAM);
  peer_push (fixture.peer, zeros, sizeof (zeros));
  turn (10);
  g_assert_true (faye_transport_is_blocked (fixture.peer->transport));
  g_assert_cmpuint (turn (100), ==, 0);
  close (fixture.fd);
  fixture.fd = -1;
  peer_wait_ended (fixture.peer);
  g_assert_nonnull (fixture.peer->error);
  g_assert_cmpuint (fixture.peer->n_released, ==, 1);
  tear_down (&fixture);
}

/* Closed behind our back: an error, not another file's bytes. */
static void
test_closed_elsewhere (void)
{
  Fixture fixture;

  set_up (&fixture, SOCK_STREAM);
  faye_transport_set_reading (fixture.peer->transport, TRUE);
  g_io_stream_close (fixture.stream, NULL, NULL);
  peer_push (fixture.peer, "hello", 5);
  peer_wait_ended (fixture.peer);
  g_assert_error (fixture.peer->error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  tear_down (&fixture);
}

typedef struct
{
  Fixture *fixture;
  guint turns;
} Nest;

/* A nested main loop with input waiting for the busy transport does not spin. */
static gsize
nested_cb (gpointer data, guint8 *bytes, gsize size)
{
  Peer *peer = data;
  Nest *nest = peer->data;

  peer_take (peer, bytes, size);
  if (peer->n_received > 1)
    return size;
  g_assert_cmpint (write (nest->fixture->fd, "more", 4), ==, 4);
  turn (5);
  nest->turns = turn (100);
  return size;
}

static void
test_F17_no_spin (void)
{
  Fixture fixture;
  Nest nest = { &fixture, 1 };

  set_up (&fixture, SOCK_STREAM);
  fixture.peer->on_received = nested_cb;
  fixture.peer->data = &nest;
  faye_transport_set_reading (fixture.peer->transport, TRUE);
  g_assert_cmpint (write (fixture.fd, "hello", 5), ==, 5);
  peer_wait_complete (fixture.peer, 9);
  g_assert_cmpuint (nest.turns, ==, 0);
  tear_down (&fixture);
}

/* A hundred thousand would take long; a thousand show a leak as well. */
static void
test_F32_churn (void)
{
  guint before = pair_count_descriptors ();

  for (guint i = 0; i < 1000; i++)
    {
      Fixture fixture;

      set_up (&fixture, SOCK_STREAM);
      faye_transport_set_reading (fixture.peer->transport, TRUE);
      g_assert_cmpint (write (fixture.fd, "hello", 5), ==, 5);
      peer_wait_complete (fixture.peer, 5);
      tear_down (&fixture);
    }
  g_assert_cmpuint (pair_count_descriptors (), <=, before);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/io/transport-socket/gathered", test_gathered);
  g_test_add_func ("/faye/io/transport-socket/F33-no-sigpipe", test_F33_no_sigpipe);
  g_test_add_func ("/faye/io/transport-socket/F33-hangup-while-paused",
                   test_F33_hangup_while_paused);
  g_test_add_func ("/faye/io/transport-socket/reset", test_reset);
  g_test_add_func ("/faye/io/transport-socket/vanishes-while-blocked", test_vanishes_while_blocked);
  g_test_add_func ("/faye/io/transport-socket/closed-elsewhere", test_closed_elsewhere);
  g_test_add_func ("/faye/io/transport-socket/F17-no-spin", test_F17_no_spin);
  g_test_add_func ("/faye/io/transport-socket/F32-churn", test_F32_churn);
  return g_test_run ();
}
