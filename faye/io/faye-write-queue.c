/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-write-queue-private.h"

#include <string.h>

/*
 * A linked list of segments. Releasing an owner may run code that comes back to the queue: a
 * segment leaves the list first.
 */

static FayeSegment *
append_segment (FayeWriteQueue *self, FayeBufferPool *pool, const guint8 *data, gsize size)
{
  FayeSegment *segment = faye_buffer_pool_take_segment (pool);

  segment->next = NULL;
  segment->data = data;
  segment->size = size;
  if (self->tail != NULL)
    self->tail->next = segment;
  else
    self->head = segment;
  self->tail = segment;
  return segment;
}

static void
drop_chunk (FayeWriteQueue *self, FayeBufferPool *pool)
{
  FayeChunk *chunk = g_steal_pointer (&self->chunk);

  if (chunk != NULL)
    faye_buffer_pool_unref_chunk (pool, chunk);
}

static gboolean
tail_ends_at (FayeWriteQueue *self, const guint8 *end)
{
  FayeSegment *tail = self->tail;

  return tail != NULL && tail->release == NULL && tail->data + tail->size == end;
}

guint8 *
faye_write_queue_reserve (FayeWriteQueue *self, FayeBufferPool *pool, gsize size)
{
  guint8 *data;

  g_assert (size <= FAYE_CHUNK_SIZE);
  if (self->chunk != NULL && FAYE_CHUNK_SIZE - self->chunk->fill < size)
    drop_chunk (self, pool);
  if (self->chunk == NULL)
    self->chunk = faye_buffer_pool_take_chunk (pool);

  data = self->chunk->data + self->chunk->fill;
  if (tail_ends_at (self, data) && self->tail->owner == self->chunk)
    {
      self->tail->size += size;
    }
  else
    {
      FayeSegment *segment = append_segment (self, pool, data, size);

      segment->owner = self->chunk;
      segment->release = NULL;
      self->chunk->refs++;
    }
  self->chunk->fill += (guint) size;
  self->size += size;
  return data;
}

static void
keep_cb (gpointer owner)
{
}

void
faye_write_queue_push (FayeWriteQueue *self,
                       FayeBufferPool *pool,
                       const guint8 *data,
                       gsize size,
                       gpointer owner,
                       GDestroyNotify release)
{
  FayeSegment *segment = append_segment (self, pool, data, size);

  segment->owner = owner;
  segment->release = release != NULL ? release : keep_cb;
  self->size += size;
}

guint
faye_write_queue_gather (FayeWriteQueue *self,
                         struct iovec *vectors,
                         guint n_vectors,
                         gsize limit,
                         gsize *total)
{
  gsize left = limit;
  guint n = 0;

  for (FayeSegment *i = self->head; i != NULL && n < n_vectors && left > 0; i = i->next)
    {
      gsize size = MIN (i->size, left);

      if (size == 0)
        continue;
      vectors[n].iov_base = (guint8 *) i->data;
      vectors[n].iov_len = size;
      left -= size;
      n++;
    }
  *total = limit - left;
  return n;
}

void
faye_write_queue_peek (FayeWriteQueue *self, guint8 *out, gsize size)
{
  g_assert (size <= self->size);
  for (FayeSegment *i = self->head; size > 0; i = i->next)
    {
      gsize n = MIN (i->size, size);

      memcpy (out, i->data, n);
      out += n;
      size -= n;
    }
}

static void
pop_segment (FayeWriteQueue *self, FayeBufferPool *pool)
{
  FayeSegment *segment = self->head;
  gpointer owner = segment->owner;
  GDestroyNotify release = segment->release;

  self->head = segment->next;
  if (self->head == NULL)
    self->tail = NULL;
  faye_buffer_pool_give_segment (pool, segment);
  if (release == NULL)
    faye_buffer_pool_unref_chunk (pool, owner);
  else
    release (owner);
}

void
faye_write_queue_consume (FayeWriteQueue *self, FayeBufferPool *pool, gsize size)
{
  g_assert (size <= self->size);
  self->size -= size;
  while (self->head != NULL && self->head->size <= size)
    {
      size -= self->head->size;
      pop_segment (self, pool);
    }
  if (size > 0 && self->head != NULL)
    {
      self->head->data += size;
      self->head->size -= size;
    }
  if (self->head == NULL)
    drop_chunk (self, pool);
}

void
faye_write_queue_clear (FayeWriteQueue *self, FayeBufferPool *pool)
{
  self->size = 0;
  drop_chunk (self, pool);
  while (self->head != NULL)
    pop_segment (self, pool);
}

void
faye_record_take (FayeRecord *self, FayeWriteQueue *queue, FayeBufferPool *pool)
{
  struct iovec first;

  faye_write_queue_gather (queue, &first, 1, FAYE_RECORD_SIZE, &self->size);
  self->data = first.iov_base;
  if (self->size == FAYE_RECORD_SIZE || self->size == queue->size)
    return;
  self->size = MIN (queue->size, FAYE_RECORD_SIZE);
  self->joined = faye_buffer_pool_take_chunk (pool);
  faye_write_queue_peek (queue, self->joined->data, self->size);
  self->data = self->joined->data;
}

void
faye_record_drop (FayeRecord *self, FayeBufferPool *pool)
{
  FayeChunk *joined = g_steal_pointer (&self->joined);

  self->size = 0;
  if (joined != NULL)
    faye_buffer_pool_unref_chunk (pool, joined);
}
