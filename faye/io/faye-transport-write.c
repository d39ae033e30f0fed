/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-transport-backend-private.h"

/*
 * Output: the queue goes to the back end until it is empty, held up, or the turn is over.
 */

void
faye_transport_tell_wrote (FayeTransport *self)
{
  self->wrote_late = FALSE;
  if (self->state != FAYE_TRANSPORT_ENDED && self->funcs->wrote != NULL)
    self->funcs->wrote (self->owner);
}

/* Such a stream has read, or sent, bytes that were never ours. */
gssize
faye_transport_check_count (gssize n, gsize count, GError **error)
{
  if (n >= 0 && (gsize) n <= count)
    return n;
  g_set_error (error,
               G_IO_ERROR,
               G_IO_ERROR_FAILED,
               "The stream moved %" G_GSSIZE_FORMAT " bytes when given %" G_GSIZE_FORMAT,
               n,
               count);
  return -1;
}

/* Returns FALSE if the stream makes no sense. */
static gboolean
account (FayeTransport *self, gssize n)
{
  if (n == 0)
    {
      faye_transport_fail_writing (self,
                                   g_error_new_literal (G_IO_ERROR,
                                                        G_IO_ERROR_FAILED,
                                                        "The stream accepts no bytes"));
      return FALSE;
    }
  self->written += (gsize) n;
  self->last_write = faye_loop_get_time (self->loop);
  faye_write_queue_consume (&self->queue, &self->loop->pool, (gsize) n);
  return TRUE;
}

/* Returns whether to go on at once. */
static gboolean
write_once (FayeTransport *self, gboolean *wrote)
{
  GError *error = NULL;
  gboolean full = FALSE;
  gssize n = self->ops->write (self, &full, &error);

  if (n == -1)
    {
      faye_transport_fail_writing (self, error);
      return FALSE;
    }
  if (n == FAYE_TRANSPORT_AGAIN)
    {
      self->blocked = TRUE;
      return FALSE;
    }
  if (!account (self, n))
    return FALSE;
  *wrote = TRUE;
  self->blocked = full;
  return !full;
}

static gboolean
can_write (FayeTransport *self)
{
  return self->queue.size > 0 && !self->blocked && !self->doomed && !self->write_dead &&
         self->state <= FAYE_TRANSPORT_FLUSHING;
}

/* NESTED: the owner's code is running further up the stack, and must not be called. */
void
faye_transport_write_queue (FayeTransport *self, gboolean nested)
{
  gboolean wrote = FALSE;

  if (!nested && !self->blocked && self->state <= FAYE_TRANSPORT_FLUSHING && !self->doomed &&
      self->funcs->before_flush != NULL)
    self->funcs->before_flush (self->owner);
  faye_transport_leave_flush (self);
  while (can_write (self) && write_once (self, &wrote))
    if (faye_loop_should_yield (self->loop))
      break;
  if (!wrote)
    return;
  faye_loop_trim_later (self->loop);
  if (nested)
    self->wrote_late = TRUE;
  else
    faye_transport_tell_wrote (self);
}
