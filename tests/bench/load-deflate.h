/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

/* permessage-deflate (RFC 7692) for the load programs, written apart from the library. */

#define LOAD_DEFLATE_NAME "permessage-deflate"

typedef struct
{
  int window_bits; /* of both ends; 0: no compression */
  gboolean no_takeover;
  int mem_level; /* 0: zlib's choice */
} LoadDeflate;

extern LoadDeflate load_deflate;

char *load_deflate_offer (void);
gboolean load_deflate_is_answered (const char *response);

/* Compresses messages in the order in which they are to be sent, over and over: the first refers to
 * none before it. */
typedef struct _LoadDeflater LoadDeflater;

LoadDeflater *load_deflater_new (void);
void load_deflater_free (LoadDeflater *self);
guint8 *
load_deflater_compress (LoadDeflater *self, const guint8 *data, gsize size, gsize *compressed);

/* Undoes it for one connection, piece by piece. */
typedef struct _LoadInflater LoadInflater;
typedef void (*LoadInflaterTake) (gpointer taker, const guint8 *data, gsize size);

LoadInflater *load_inflater_new (void);
void load_inflater_free (LoadInflater *self);
/* FALSE if the data is bad. */
gboolean load_inflater_feed (LoadInflater *self,
                             const guint8 *data,
                             gsize size,
                             LoadInflaterTake take,
                             gpointer taker);
gboolean load_inflater_end (LoadInflater *self, LoadInflaterTake take, gpointer taker);
