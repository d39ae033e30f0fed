/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-transport-backend-private.h"

/*
 * The front of a transport: what its owner calls. Nothing here calls the owner; the loop does, in
 * its turn.
 */

FayeTransport *
faye_transport_new (FayeLoop *loop,
                    GIOStream *stream,
                    const FayeTransportFuncs *funcs,
                    gpointer owner)
{
  FayeTransport *self = g_new0 (FayeTransport, 1);

  self->refs = 1;
  self->loop = faye_loop_ref (loop);
  self->funcs = funcs;
  self->owner = owner;
  self->work_link.data = self;
  self->flush_link.data = self;
  self->last_read = faye_loop_get_time (loop);
  self->last_write = self->last_read;
  faye_transport_set_up (self, stream);
  return self;
}

FayeTransport *
faye_transport_ref (FayeTransport *self)
{
  self->refs++;
  return self;
}

/* Let go of without an end: the owner is not called. */
static void
end_silently (FayeTransport *self)
{
  static const FayeTransportFuncs no_funcs = { 0 };

  self->refs++;
  self->funcs = &no_funcs;
  faye_transport_end_now (self, NULL);
  self->refs--;
}

void
faye_transport_unref (FayeTransport *self)
{
  if (--self->refs > 0)
    return;
  end_silently (self);
  g_clear_object (&self->socket);
  g_clear_object (&self->channel);
  g_clear_object (&self->stream);
  faye_loop_unref (self->loop);
  g_free (self);
}

void
faye_transport_set_owner (FayeTransport *self, const FayeTransportFuncs *funcs, gpointer owner)
{
  if (self->state == FAYE_TRANSPORT_ENDED)
    return;
  self->funcs = funcs;
  self->owner = owner;
}

GIOStream *
faye_transport_get_stream (FayeTransport *self)
{
  return self->stream;
}

FayeLoop *
faye_transport_get_loop (FayeTransport *self)
{
  return self->loop;
}

static void
look_for_input (FayeTransport *self)
{
  if (!faye_transport_wants_input (self))
    return;
  if (self->stash != NULL && !self->busy)
    faye_transport_join_work (self);
  if (!self->busy)
    faye_transport_watch (self);
}

void
faye_transport_unread (FayeTransport *self, const guint8 *data, gsize size)
{
  if (self->state != FAYE_TRANSPORT_OPEN)
    return;
  faye_transport_stash_first (self, data, size);
  look_for_input (self);
}

void
faye_transport_set_reading (FayeTransport *self, gboolean reading)
{
  self->reading = reading != FALSE;
  look_for_input (self);
}

static guint8 *
get_sink (FayeTransport *self)
{
  faye_loop_trim_later (self->loop);
  return faye_buffer_pool_get_sink (&self->loop->pool);
}

guint8 *
faye_transport_reserve (FayeTransport *self, gsize size)
{
  g_assert (size <= FAYE_TRANSPORT_MAX_RESERVE);
  if (!faye_transport_takes_output (self))
    return get_sink (self);
  faye_transport_join_flush (self);
  if (size == 0)
    return get_sink (self);
  return faye_write_queue_reserve (&self->queue, &self->loop->pool, size);
}

void
faye_transport_push (FayeTransport *self,
                     const guint8 *data,
                     gsize size,
                     gpointer owner,
                     GDestroyNotify release)
{
  if (size == 0 || !faye_transport_takes_output (self))
    {
      if (release != NULL)
        release (owner);
      return;
    }
  faye_transport_join_flush (self);
  faye_write_queue_push (&self->queue, &self->loop->pool, data, size, owner, release);
}

void
faye_transport_request_flush (FayeTransport *self)
{
  if (faye_transport_takes_output (self))
    faye_transport_join_flush (self);
}

gsize
faye_transport_get_queued (FayeTransport *self)
{
  return self->queue.size;
}

guint64
faye_transport_get_written (FayeTransport *self)
{
  return self->written;
}

gboolean
faye_transport_is_blocked (FayeTransport *self)
{
  return self->blocked;
}

gint64
faye_transport_get_last_read (FayeTransport *self)
{
  return self->last_read;
}

gint64
faye_transport_get_last_write (FayeTransport *self)
{
  return self->last_write;
}
