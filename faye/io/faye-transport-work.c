/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-transport-backend-private.h"

/*
 * How the loop drives a transport. While it is busy, owner's code may be running further up the
 * stack: a nested main loop that finds it ready mutes it, and may at most write its queue.
 */

/* So much is written at once instead of at the end of the turn: nothing is gained by gathering
 * more. */
#define EARLY_FLUSH 65536

gboolean
faye_transport_wants_input (FayeTransport *self)
{
  if (self->doomed || self->peer_ended || self->state == FAYE_TRANSPORT_ENDED)
    return FALSE;
  if (self->ending != NULL)
    return self->ending->discard_left > 0;
  return self->reading;
}

gboolean
faye_transport_takes_output (FayeTransport *self)
{
  return self->state <= FAYE_TRANSPORT_FLUSHING && !self->write_dead && !self->doomed;
}

void
faye_transport_join_work (FayeTransport *self)
{
  if (self->in_work || self->state == FAYE_TRANSPORT_ENDED)
    return;
  self->in_work = TRUE;
  g_queue_push_tail_link (&self->loop->work, &self->work_link);
}

void
faye_transport_leave_work (FayeTransport *self)
{
  if (!self->in_work)
    return;
  self->in_work = FALSE;
  g_queue_unlink (&self->loop->work, &self->work_link);
}

void
faye_transport_join_flush (FayeTransport *self)
{
  if (self->in_flush || self->blocked || self->state == FAYE_TRANSPORT_ENDED)
    return;
  self->in_flush = TRUE;
  g_queue_push_tail_link (&self->loop->flush, &self->flush_link);
}

void
faye_transport_leave_flush (FayeTransport *self)
{
  if (!self->in_flush)
    return;
  self->in_flush = FALSE;
  g_queue_unlink (&self->loop->flush, &self->flush_link);
}

/* Interest is dropped only when an event came that nobody wanted: pausing and resuming costs
 * nothing. */
void
faye_transport_watch (FayeTransport *self)
{
  guint wanted = 0;

  if (self->state == FAYE_TRANSPORT_ENDED)
    return;
  if (!self->muted && faye_transport_wants_input (self))
    wanted |= EPOLLIN;
  if (self->blocked)
    wanted |= EPOLLOUT;
  self->ops->watch (self, wanted);
}

/* A hang-up also ends the wait for room: the write will tell. */
static gboolean
unblocks (FayeTransport *self, guint events)
{
  return self->blocked && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0;
}

static void
note_while_busy (FayeTransport *self, guint events)
{
  if (events & ~(guint) EPOLLOUT)
    self->muted = TRUE;
  if (unblocks (self, events))
    {
      self->blocked = FALSE;
      faye_transport_join_flush (self);
    }
  faye_transport_watch (self);
}

void
faye_transport_note_events (FayeTransport *self, guint events)
{
  if (self->busy)
    {
      note_while_busy (self, events);
      return;
    }
  self->events |= events & (EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP);
  faye_transport_join_work (self);
}

static void
enter (FayeTransport *self)
{
  faye_transport_ref (self);
  self->busy = TRUE;
}

/* A transport whose writes fail ends once there is nothing more to read, or no wish to. */
static void
leave (FayeTransport *self)
{
  if (self->wrote_late)
    faye_transport_tell_wrote (self);
  if (self->write_dead && !self->doomed && !faye_transport_wants_input (self))
    faye_transport_end (self, g_steal_pointer (&self->failure));
  self->busy = FALSE;
  self->muted = FALSE;
  if (self->state == FAYE_TRANSPORT_ENDED)
    {
      faye_transport_unref (self);
      return;
    }
  if (self->doomed)
    {
      g_autoptr (GError) error = g_steal_pointer (&self->failure);

      faye_transport_end_now (self, error);
    }
  else
    {
      if (self->stash != NULL && faye_transport_wants_input (self))
        faye_transport_join_work (self);
      if (self->queue.size > 0)
        faye_transport_join_flush (self);
      faye_transport_watch (self);
    }
  faye_transport_unref (self);
}

void
faye_transport_serve (FayeTransport *self)
{
  guint events = self->events;

  self->events = 0;
  if (self->busy)
    {
      self->muted = TRUE;
      return;
    }
  enter (self);
  if (unblocks (self, events))
    {
      self->blocked = FALSE;
      faye_transport_write_queue (self, FALSE);
    }
  if (faye_transport_wants_input (self))
    faye_transport_read_input (self);
  if (self->queue.size >= EARLY_FLUSH)
    faye_transport_write_queue (self, FALSE);
  faye_transport_progress_ending (self);
  leave (self);
}

void
faye_transport_flush (FayeTransport *self)
{
  if (self->busy)
    {
      faye_transport_write_queue (self, TRUE);
      faye_transport_watch (self);
      return;
    }
  enter (self);
  faye_transport_write_queue (self, FALSE);
  faye_transport_progress_ending (self);
  leave (self);
}
