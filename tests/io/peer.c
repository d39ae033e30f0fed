/* SPDX-License-Identifier: MIT */

#include "tests/io/peer.h"

#include "tests/io/pairs.h"

#include <string.h>

static void
enter (Peer *peer)
{
  if (peer->inside)
    peer->reentered = TRUE;
  peer->inside = TRUE;
}

static void
look_for_late (Peer *peer)
{
  if (peer->ended)
    peer->late = TRUE;
}

void
peer_take (Peer *peer, const guint8 *data, gsize size)
{
  g_byte_array_append (peer->input, data, (guint) size);
  if (peer->input->len >= peer->expected)
    peer->complete = TRUE;
}

static gsize
received (gpointer owner, guint8 *data, gsize size)
{
  Peer *peer = owner;
  gsize used = peer->appetite > 0 ? MIN (peer->appetite, size) : size;

  look_for_late (peer);
  enter (peer);
  g_assert_cmpuint (size, >, 0);
  peer->n_received++;
  if (peer->on_received != NULL)
    used = peer->on_received (peer, data, size);
  else
    peer_take (peer, data, used);
  peer->inside = FALSE;
  return used;
}

static void
before_flush (gpointer owner)
{
  Peer *peer = owner;

  look_for_late (peer);
  enter (peer);
  peer->n_flushes++;
  if (peer->on_flush != NULL)
    peer->on_flush (peer);
  peer->inside = FALSE;
}

static void
wrote (gpointer owner)
{
  Peer *peer = owner;

  look_for_late (peer);
  enter (peer);
  peer->n_wrote++;
  if (peer->on_wrote != NULL)
    peer->on_wrote (peer);
  peer->inside = FALSE;
}

static void
ended (gpointer owner, const GError *error)
{
  Peer *peer = owner;

  peer->n_ended++;
  peer->ended = TRUE;
  g_clear_error (&peer->error);
  peer->error = error != NULL ? g_error_copy (error) : NULL;
  if (peer->on_ended != NULL)
    peer->on_ended (peer);
}

const FayeTransportFuncs peer_funcs = {
  .received = received,
  .before_flush = before_flush,
  .wrote = wrote,
  .ended = ended,
};

Peer *
peer_new_on (FayeLoop *loop, GIOStream *stream)
{
  Peer *peer = g_new0 (Peer, 1);

  peer->input = g_byte_array_new ();
  peer->expected = G_MAXSIZE;
  peer->context = g_main_context_ref (faye_loop_get_context (loop));
  peer->transport = faye_transport_new (loop, stream, &peer_funcs, peer);
  return peer;
}

Peer *
peer_new (GIOStream *stream)
{
  g_autoptr (FayeLoop) loop = faye_loop_get (NULL, G_PRIORITY_DEFAULT);

  return peer_new_on (loop, stream);
}

static void
wait_released (Peer *peer)
{
  gint64 end = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  while (peer->n_released < peer->n_pushed)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (peer->context, FALSE);
    }
}

void
peer_free (Peer *peer)
{
  g_assert_false (peer->late);
  g_assert_false (peer->reentered);
  g_assert_cmpuint (peer->n_ended, <=, 1);
  if (peer->transport != NULL)
    {
      faye_transport_abort (peer->transport, NULL);
      faye_transport_unref (peer->transport);
    }
  g_assert_cmpuint (peer->n_ended, ==, 1);
  wait_released (peer);
  g_main_context_unref (peer->context);
  g_byte_array_unref (peer->input);
  g_clear_error (&peer->error);
  g_free (peer);
}

void
peer_reserve (Peer *peer, gconstpointer data, gsize size)
{
  memcpy (faye_transport_reserve (peer->transport, size), data, size);
}

typedef struct
{
  Peer *peer;
  guint8 *bytes;
} Piece;

static void
released_cb (gpointer user_data)
{
  Piece *piece = user_data;

  piece->peer->n_released++;
  g_free (piece->bytes);
  g_free (piece);
}

void
peer_push (Peer *peer, gconstpointer data, gsize size)
{
  Piece *piece = g_new (Piece, 1);

  peer->n_pushed++;
  piece->peer = peer;
  piece->bytes = g_memdup2 (data, size);
  faye_transport_push (peer->transport, piece->bytes, size, piece, released_cb);
}

void
peer_send_pieces (Peer *peer, const guint8 *data, gsize size, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  while (size > 0)
    {
      gsize n = (gsize) g_rand_int_range (rand, 1, 1 << g_rand_int_range (rand, 1, 15));

      n = MIN (n, size);
      if (g_rand_boolean (rand))
        peer_reserve (peer, data, n);
      else
        peer_push (peer, data, n);
      data += n;
      size -= n;
    }
}

void
peer_wait_ended (Peer *peer)
{
  pair_wait_for (NULL, &peer->ended);
}

void
peer_wait_complete (Peer *peer, gsize expected)
{
  peer->expected = expected;
  peer->complete = peer->input->len >= expected;
  pair_wait_for (NULL, &peer->complete);
}

guint8 *
peer_make_bytes (gsize size, guint32 seed)
{
  guint8 *bytes = g_malloc (MAX (size, 1));
  guint32 x = seed * 2654435761u + 1;

  for (gsize i = 0; i < size; i++)
    {
      x = x * 1664525u + 1013904223u;
      bytes[i] = (guint8) (x >> 24);
    }
  return bytes;
}
