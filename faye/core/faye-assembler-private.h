/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A message that arrives in pieces: one growing block, whatever the number of pieces.
 * Zero-initialise it. */
typedef struct
{
  guint8 *data;   /* (owned) (nullable) */
  gsize size;     /* bytes that have arrived */
  gsize capacity; /* bytes there is memory for, besides a closing NUL */
} FayeAssembler;

/* Makes room for N more bytes, which have arrived, or are about to when READING. Memory follows
 * what has arrived, not what was announced: LIMIT, the size beyond which the message cannot
 * grow, only stops it early. FALSE when there is no memory; nothing is lost then. */
gboolean faye_assembler_reserve (FayeAssembler *self, gsize n, guint64 limit);
gboolean faye_assembler_reserve_for_reading (FayeAssembler *self, guint64 limit);

static inline guint8 *
faye_assembler_end (FayeAssembler *self)
{
  return self->data + self->size;
}

/* Hands over the block, NUL-terminated and with nothing to spare; NULL for an empty message. */
guint8 *faye_assembler_steal (FayeAssembler *self, gsize *size);

void faye_assembler_clear (FayeAssembler *self);

G_END_DECLS
