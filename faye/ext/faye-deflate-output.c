/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-deflate-output-private.h"

#include <string.h>

/* The limit is kept by what room there is. At the limit a few bytes beside the message take what a
 * codec has left: a message that ends there leaves them untouched. */

void
faye_deflate_output_init (FayeDeflateOutput *self, guint8 *scratch, guint64 limit)
{
  *self = (FayeDeflateOutput){ .scratch = scratch, .limit = limit };
}

void
faye_deflate_output_clear (FayeDeflateOutput *self)
{
  faye_assembler_clear (&self->block);
  self->scratch = NULL;
  self->size = 0;
}

gboolean
faye_deflate_output_detach (FayeDeflateOutput *self)
{
  if (self->scratch == NULL)
    return TRUE;
  if (self->size > 0)
    {
      if (!faye_assembler_reserve (&self->block, self->size, self->limit))
        return FALSE;
      memcpy (self->block.data, self->scratch, self->size);
      self->block.size = self->size;
    }
  self->scratch = NULL;
  return TRUE;
}

guint8 *
faye_deflate_output_get_room (FayeDeflateOutput *self, gsize *size)
{
  const guint64 left = self->limit - self->size;

  if (left == 0)
    {
      *size = sizeof self->beyond;
      return self->beyond;
    }
  if (self->scratch != NULL && self->size < FAYE_DEFLATE_SCRATCH_SIZE)
    {
      *size = MIN (left, FAYE_DEFLATE_SCRATCH_SIZE - self->size);
      return self->scratch + self->size;
    }
  if (!faye_deflate_output_detach (self) || !faye_assembler_reserve (&self->block, 1, self->limit))
    return NULL;
  *size = MIN (left, self->block.capacity - self->block.size);
  return faye_assembler_end (&self->block);
}

gboolean
faye_deflate_output_add (FayeDeflateOutput *self, gsize n)
{
  if (n > self->limit - self->size)
    return FALSE;
  self->size += n;
  if (self->scratch == NULL)
    self->block.size += n;
  return TRUE;
}

void
faye_deflate_output_shorten (FayeDeflateOutput *self, gsize n)
{
  self->size -= n;
  if (self->scratch == NULL)
    self->block.size -= n;
}

const guint8 *
faye_deflate_output_get_data (const FayeDeflateOutput *self)
{
  return self->scratch != NULL ? self->scratch : self->block.data;
}

FayePayload
faye_deflate_output_finish (FayeDeflateOutput *self)
{
  FayePayload payload = { .data = (const guint8 *) "", .size = self->size };

  if (self->scratch != NULL)
    {
      payload.data = self->scratch;
    }
  else if (self->size > 0)
    {
      payload.owner = faye_assembler_steal (&self->block, &payload.size);
      payload.data = payload.owner;
      payload.release = g_free;
    }
  faye_deflate_output_clear (self);
  return payload;
}
