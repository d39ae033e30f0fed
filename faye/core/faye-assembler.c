/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-assembler-private.h"

/* The block grows to a multiple of what has arrived, so that a message costs time in proportion
 * to its size, however finely it is cut, and memory in proportion to what the peer really sent. */

enum
{
  GROWTH = 2,
  FIRST_STEP = 16 * 1024,
  READING_STEP = 64 * 1024,
  READING_MIN = 16 * 1024,
  SPARE_MAX = 64,
};

static gboolean
resize (FayeAssembler *self, gsize capacity)
{
  guint8 *data = g_try_realloc (self->data, capacity + 1);

  if (data == NULL)
    return FALSE;
  self->data = data;
  self->capacity = capacity;
  return TRUE;
}

static gboolean
grow (FayeAssembler *self, gsize needed, gsize step, guint64 limit)
{
  guint64 capacity = MAX ((guint64) needed, step);

  capacity = MAX (capacity, (guint64) self->size * GROWTH);
  return resize (self, MIN (capacity, MAX (limit, needed)));
}

gboolean
faye_assembler_reserve (FayeAssembler *self, gsize n, guint64 limit)
{
  if (self->data != NULL && n <= self->capacity - self->size)
    return TRUE;
  return grow (self, self->size + n, FIRST_STEP, limit);
}

gboolean
faye_assembler_reserve_for_reading (FayeAssembler *self, guint64 limit)
{
  gsize spare = self->capacity - self->size;

  if (spare >= READING_MIN || self->capacity >= limit)
    return TRUE;
  return grow (self, self->size + READING_MIN, READING_STEP, limit);
}

guint8 *
faye_assembler_steal (FayeAssembler *self, gsize *size)
{
  guint8 *data = self->data;

  *size = self->size;
  if (self->size > 0)
    {
      if (self->capacity - self->size > SPARE_MAX)
        resize (self, self->size);
      data = g_steal_pointer (&self->data);
      data[self->size] = '\0';
      self->size = self->capacity = 0;
      return data;
    }
  faye_assembler_clear (self);
  return NULL;
}

void
faye_assembler_clear (FayeAssembler *self)
{
  g_clear_pointer (&self->data, g_free);
  self->size = 0;
  self->capacity = 0;
}
