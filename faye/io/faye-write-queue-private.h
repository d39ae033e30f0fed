/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/io/faye-buffer-pool-private.h"

#include <sys/uio.h>

G_BEGIN_DECLS

/*
 * Bytes to be written, in order: small pieces gathered in chunks, large ones where their owners
 * keep them. Bytes once queued do not move until they are consumed. Zero-initialised it is empty,
 * and an empty one holds no memory.
 */
typedef struct
{
  FayeSegment *head;
  FayeSegment *tail;
  FayeChunk *chunk; /* (owned) (nullable) the one being filled */
  gsize size;
} FayeWriteQueue;

/* SIZE (at most FAYE_CHUNK_SIZE) contiguous bytes at the end. */
guint8 *faye_write_queue_reserve (FayeWriteQueue *self, FayeBufferPool *pool, gsize size);
void faye_write_queue_push (FayeWriteQueue *self,
                            FayeBufferPool *pool,
                            const guint8 *data,
                            gsize size,
                            gpointer owner,
                            GDestroyNotify release);

/* The first bytes, at most LIMIT of them, as up to N_VECTORS pieces. Returns the number of pieces.
 * */
guint faye_write_queue_gather (FayeWriteQueue *self,
                               struct iovec *vectors,
                               guint n_vectors,
                               gsize limit,
                               gsize *total);
/* Copies the first SIZE bytes, which must be there. */
void faye_write_queue_peek (FayeWriteQueue *self, guint8 *out, gsize size);
void faye_write_queue_consume (FayeWriteQueue *self, FayeBufferPool *pool, gsize size);
void faye_write_queue_clear (FayeWriteQueue *self, FayeBufferPool *pool);

/* The first bytes of a queue as one piece of memory that stays what and where it is until it is
 * dropped. Size 0: none. */
typedef struct
{
  const guint8 *data;
  gsize size;
  FayeChunk *joined; /* (owned) (nullable) where pieces too small to go alone were copied */
} FayeRecord;

#define FAYE_RECORD_SIZE 16384
void faye_record_take (FayeRecord *self, FayeWriteQueue *queue, FayeBufferPool *pool);
void faye_record_drop (FayeRecord *self, FayeBufferPool *pool);

G_END_DECLS
