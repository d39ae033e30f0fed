/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The memory that the transports of one loop take turns with: read buffers, chunks for small
 * output, and the links of the write queues. An idle transport holds none of it; what nobody used
 * for a while goes back to the system.
 */
#define FAYE_READ_BUFFER_SIZE 65536
#define FAYE_CHUNK_SIZE 32768

typedef struct _FayeChunk FayeChunk;
typedef struct _FayeSegment FayeSegment;
typedef struct _FayeReadBuffer FayeReadBuffer;

struct _FayeReadBuffer
{
  FayeReadBuffer *next;
  guint8 data[FAYE_READ_BUFFER_SIZE];
};

/* Referenced by the queue that fills it, and by each segment with bytes in it. */
struct _FayeChunk
{
  FayeChunk *next;
  guint refs;
  guint fill;
  guint8 data[FAYE_CHUNK_SIZE];
};

struct _FayeSegment
{
  FayeSegment *next;
  const guint8 *data;
  gsize size;
  gpointer owner; /* the chunk, if RELEASE is NULL */
  GDestroyNotify release;
};

typedef struct
{
  FayeReadBuffer *buffers;
  FayeChunk *chunks;
  FayeSegment *segments;
  FayeChunk *sink; /* (nullable) */
  guint n_buffers, n_chunks, n_segments;
  /* The fewest free ones since the last trim: so many were not needed. */
  guint low_buffers, low_chunks, low_segments;
} FayeBufferPool;

void faye_buffer_pool_clear (FayeBufferPool *self);
/* Frees what was not used since the last call. Returns whether anything is still kept. */
gboolean faye_buffer_pool_trim (FayeBufferPool *self);
gboolean faye_buffer_pool_is_empty (const FayeBufferPool *self);

FayeReadBuffer *faye_buffer_pool_take_buffer (FayeBufferPool *self);
void faye_buffer_pool_give_buffer (FayeBufferPool *self, FayeReadBuffer *buffer);

FayeChunk *faye_buffer_pool_take_chunk (FayeBufferPool *self);
void faye_buffer_pool_unref_chunk (FayeBufferPool *self, FayeChunk *chunk);

FayeSegment *faye_buffer_pool_take_segment (FayeBufferPool *self);
void faye_buffer_pool_give_segment (FayeBufferPool *self, FayeSegment *segment);

/* FAYE_CHUNK_SIZE bytes to write to in vain. */
guint8 *faye_buffer_pool_get_sink (FayeBufferPool *self);

G_END_DECLS
