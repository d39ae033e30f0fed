/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/io/faye-transport-private.h"

G_BEGIN_DECLS

/* The owner of a transport that writes down what happens to it. */
typedef struct
{
  FayeTransport *transport; /* (owned) (nullable) */
  GMainContext *context;    /* (owned) */
  GByteArray *input;        /* (owned) */
  guint n_ended;
  GError *error;  /* (owned) (nullable) */
  gboolean ended; /* what to wait for */
  gboolean late;  /* something came after the end */
  gsize appetite; /* bytes to take a call; 0: all */
  gsize expected; /* input so long sets COMPLETE */
  gboolean complete;
  guint n_received;
  guint n_wrote;
  guint n_flushes;
  guint n_pushed;
  guint n_released;
  gboolean inside; /* a function is running */
  gboolean reentered;
  gsize (*on_received) (gpointer peer,
                        guint8 *data,
                        gsize size); /* (nullable) instead of taking it */
  void (*on_ended) (gpointer peer);  /* (nullable) */
  void (*on_flush) (gpointer peer);  /* (nullable) */
  void (*on_wrote) (gpointer peer);  /* (nullable) */
  gpointer data;
} Peer;

extern const FayeTransportFuncs peer_funcs;

/* On the loop of the default context at the default priority; reading is off. */
Peer *peer_new (GIOStream *stream);
Peer *peer_new_on (FayeLoop *loop, GIOStream *stream);
/* Aborts it, and waits until all that was pushed is released. */
void peer_free (Peer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Peer, peer_free)

void peer_take (Peer *peer, const guint8 *data, gsize size);
void peer_reserve (Peer *peer, gconstpointer data, gsize size);
/* Pushes a copy; its release is counted. */
void peer_push (Peer *peer, gconstpointer data, gsize size);
/* Both ways by turns, in pieces of odd sizes. */
void peer_send_pieces (Peer *peer, const guint8 *data, gsize size, guint32 seed);

void peer_wait_ended (Peer *peer);
void peer_wait_complete (Peer *peer, gsize expected);

/* SIZE bytes that differ from place to place. */
guint8 *peer_make_bytes (gsize size, guint32 seed);

G_END_DECLS
