/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-buffer-pool-private.h"

/*
 * Free lists, last in first out, so that a busy loop works in warm memory. Each list is capped, and
 * shrinks by its low-water mark when trimmed.
 */

#define MAX_BUFFERS 4
#define MAX_CHUNKS 128
#define MAX_SEGMENTS 4096

#define PUSH(list, count, item)                                                                    \
  G_STMT_START                                                                                     \
  {                                                                                                \
    (item)->next = (list);                                                                         \
    (list) = (item);                                                                               \
    (count)++;                                                                                     \
  }                                                                                                \
  G_STMT_END

#define POP(list, count, low, item)                                                                \
  G_STMT_START                                                                                     \
  {                                                                                                \
    (item) = (list);                                                                               \
    (list) = (item)->next;                                                                         \
    if (--(count) < (low))                                                                         \
      (low) = (count);                                                                             \
  }                                                                                                \
  G_STMT_END

#define SHRINK(type, list, count, low)                                                             \
  G_STMT_START                                                                                     \
  {                                                                                                \
    for (guint drop = (low); drop > 0; drop--)                                                     \
      {                                                                                            \
        type *dropped;                                                                             \
        POP (list, count, low, dropped);                                                           \
        g_free (dropped);                                                                          \
      }                                                                                            \
    (low) = (count);                                                                               \
  }                                                                                                \
  G_STMT_END

gboolean
faye_buffer_pool_is_empty (const FayeBufferPool *self)
{
  return self->n_buffers == 0 && self->n_chunks == 0 && self->n_segments == 0 && self->sink == NULL;
}

gboolean
faye_buffer_pool_trim (FayeBufferPool *self)
{
  SHRINK (FayeReadBuffer, self->buffers, self->n_buffers, self->low_buffers);
  SHRINK (FayeChunk, self->chunks, self->n_chunks, self->low_chunks);
  SHRINK (FayeSegment, self->segments, self->n_segments, self->low_segments);
  g_clear_pointer (&self->sink, g_free);
  return !faye_buffer_pool_is_empty (self);
}

void
faye_buffer_pool_clear (FayeBufferPool *self)
{
  self->low_buffers = self->n_buffers;
  self->low_chunks = self->n_chunks;
  self->low_segments = self->n_segments;
  faye_buffer_pool_trim (self);
}

FayeReadBuffer *
faye_buffer_pool_take_buffer (FayeBufferPool *self)
{
  FayeReadBuffer *buffer;

  if (self->buffers == NULL)
    return g_new (FayeReadBuffer, 1);
  POP (self->buffers, self->n_buffers, self->low_buffers, buffer);
  return buffer;
}

void
faye_buffer_pool_give_buffer (FayeBufferPool *self, FayeReadBuffer *buffer)
{
  if (self->n_buffers < MAX_BUFFERS)
    PUSH (self->buffers, self->n_buffers, buffer);
  else
    g_free (buffer);
}

FayeChunk *
faye_buffer_pool_take_chunk (FayeBufferPool *self)
{
  FayeChunk *chunk;

  if (self->chunks == NULL)
    chunk = g_new (FayeChunk, 1);
  else
    POP (self->chunks, self->n_chunks, self->low_chunks, chunk);
  chunk->refs = 1;
  chunk->fill = 0;
  return chunk;
}

void
faye_buffer_pool_unref_chunk (FayeBufferPool *self, FayeChunk *chunk)
{
  if (--chunk->refs > 0)
    return;
  if (self->n_chunks < MAX_CHUNKS)
    PUSH (self->chunks, self->n_chunks, chunk);
  else
    g_free (chunk);
}

FayeSegment *
faye_buffer_pool_take_segment (FayeBufferPool *self)
{
  FayeSegment *segment;

  if (self->segments == NULL)
    return g_new (FayeSegment, 1);
  POP (self->segments, self->n_segments, self->low_segments, segment);
  return segment;
}

void
faye_buffer_pool_give_segment (FayeBufferPool *self, FayeSegment *segment)
{
  if (self->n_segments < MAX_SEGMENTS)
    PUSH (self->segments, self->n_segments, segment);
  else
    g_free (segment);
}

guint8 *
faye_buffer_pool_get_sink (FayeBufferPool *self)
{
  if (self->sink == NULL)
    self->sink = faye_buffer_pool_take_chunk (self);
  return self->sink->data;
}
