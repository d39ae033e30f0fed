/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-transport-backend-private.h"

/*
 * How a transport ends: by the peer, by a failure, by abort, or by finishing in good order.
 * Whichever comes first, the owner hears of it once.
 */

#define MAX_DISCARD 65536

static void
drop_ending (FayeTransport *self)
{
  FayeEnding *ending = g_steal_pointer (&self->ending);

  if (ending == NULL)
    return;
  faye_timer_stop (&ending->timer);
  g_free (ending);
  /* What faye_transport_finish () took. */
  faye_transport_unref (self);
}

void
faye_transport_end_now (FayeTransport *self, const GError *error)
{
  const FayeTransportFuncs *funcs = self->funcs;
  gpointer owner = g_steal_pointer (&self->owner);

  if (self->state == FAYE_TRANSPORT_ENDED)
    return;
  faye_transport_ref (self);
  faye_transport_leave_work (self);
  faye_transport_leave_flush (self);
  self->ops->detach (self);
  self->state = FAYE_TRANSPORT_ENDED;
  self->blocked = FALSE;
  g_clear_pointer (&self->stash, g_free);
  g_clear_error (&self->failure);
  faye_write_queue_clear (&self->queue, &self->loop->pool);
  drop_ending (self);
  if (funcs->ended != NULL)
    funcs->ended (owner, error);
  faye_transport_unref (self);
}

/* Served next, if it is not being served now: there it ends. */
void
faye_transport_end (FayeTransport *self, GError *error)
{
  if (self->doomed || self->state == FAYE_TRANSPORT_ENDED)
    {
      g_clear_error (&error);
      return;
    }
  g_clear_error (&self->failure);
  self->failure = error;
  self->doomed = TRUE;
  if (!self->busy)
    faye_transport_join_work (self);
}

/* What the peer sent before it went may say why: that is read first. */
void
faye_transport_fail_writing (FayeTransport *self, GError *error)
{
  self->write_dead = TRUE;
  self->blocked = FALSE;
  g_clear_error (&self->failure);
  self->failure = error;
  faye_write_queue_clear (&self->queue, &self->loop->pool);
  if (faye_transport_wants_input (self))
    faye_transport_join_work (self);
}

static void
start_shutting (FayeTransport *self)
{
  self->ending->shut = TRUE;
  self->state = FAYE_TRANSPORT_SHUTTING;
  if (self->ops->shut (self))
    self->state = FAYE_TRANSPORT_WAITING;
}

/* After the last byte out: end our direction (at once, or in answer to the peer's end), then wait
 * for the peer's end, or for as many bytes as may be thrown away. */
void
faye_transport_progress_ending (FayeTransport *self)
{
  gboolean input_over = self->peer_ended;
  FayeEnding *ending = self->ending;

  if (ending == NULL || self->doomed || self->write_dead || self->queue.size > 0)
    return;
  if (self->state == FAYE_TRANSPORT_FLUSHING)
    self->state = FAYE_TRANSPORT_WAITING;
  input_over = input_over || ending->discard_left == 0;
  if (!ending->shut && (input_over || ending->how == FAYE_FINISH_CLOSE))
    start_shutting (self);
  if (self->state == FAYE_TRANSPORT_WAITING && input_over)
    faye_transport_end (self, NULL);
}

void
faye_transport_note_shut (FayeTransport *self)
{
  if (self->state != FAYE_TRANSPORT_SHUTTING)
    return;
  self->state = FAYE_TRANSPORT_WAITING;
  faye_transport_join_work (self);
}

/* While the queue is being written, the time counts from the last byte that left: a slow reader
 * gets it all. */
static void
late_cb (gpointer user_data)
{
  FayeTransport *self = user_data;
  FayeEnding *ending = self->ending;
  gint64 deadline = self->last_write + ending->patience;

  if (self->state == FAYE_TRANSPORT_FLUSHING && deadline > g_get_monotonic_time ())
    {
      faye_timer_start (&ending->timer, self->loop, deadline, late_cb, self);
      return;
    }
  faye_transport_end (self,
                      g_error_new_literal (G_IO_ERROR,
                                           G_IO_ERROR_TIMED_OUT,
                                           "The peer did not end the stream in time"));
}

/* All of it happens in later turns, the owner being in the midst of something. */
static void
start_ending (FayeTransport *self, FayeFinish how)
{
  self->ending = g_new0 (FayeEnding, 1);
  self->ending->how = how;
  self->ending->discard_left = MAX_DISCARD;
  self->state = FAYE_TRANSPORT_FLUSHING;
  g_clear_pointer (&self->stash, g_free);
  faye_transport_ref (self);
  faye_transport_join_work (self);
}

void
faye_transport_finish (FayeTransport *self, FayeFinish how, guint timeout)
{
  gint64 patience = (gint64) timeout * 1000;
  gint64 deadline = g_get_monotonic_time () + patience;
  FayeTimer *timer;

  if (self->state == FAYE_TRANSPORT_ENDED)
    return;
  if (self->ending == NULL)
    start_ending (self, how);

  timer = &self->ending->timer;
  if (faye_timer_is_armed (timer))
    {
      deadline = MIN (deadline, timer->deadline);
      patience = MIN (patience, self->ending->patience);
    }
  self->ending->patience = patience;
  faye_timer_start (timer, self->loop, deadline, late_cb, self);
}

void
faye_transport_abort (FayeTransport *self, const GError *error)
{
  faye_transport_end_now (self, error);
}
