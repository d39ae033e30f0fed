/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-loop-source-private.h"

/*
 * The timers of a loop: one source with one ready time. A later deadline stays where it is in the
 * heap until its old time comes; an armed timer keeps its loop.
 */

gboolean
faye_timer_is_armed (const FayeTimer *self)
{
  return self->position != 0;
}

void
faye_timer_start (FayeTimer *self,
                  FayeLoop *loop,
                  gint64 deadline,
                  FayeTimerFunc func,
                  gpointer user_data)
{
  if (self->loop != loop)
    faye_timer_stop (self);
  self->func = func;
  self->user_data = user_data;
  self->deadline = deadline;

  if (!faye_timer_is_armed (self))
    {
      self->loop = faye_loop_ref (loop);
      self->queued = deadline;
      faye_timer_heap_insert (&loop->timers, self);
    }
  else if (deadline < self->queued)
    {
      self->queued = deadline;
      faye_timer_heap_update (&loop->timers, self);
    }
  faye_loop_arm_timers (loop);
}

/* The source is left as it is: waking once in vain is cheaper than setting it each time. */
void
faye_timer_stop (FayeTimer *self)
{
  FayeLoop *loop = g_steal_pointer (&self->loop);

  if (loop == NULL)
    return;
  faye_timer_heap_remove (&loop->timers, self);
  faye_loop_unref (loop);
}

/* The source is ready for as long as something is due; nested main loops go by it too. */
static void
settle (FayeLoop *self, gint64 now)
{
  FayeTimer *first = faye_timer_heap_peek (&self->timers);
  gint64 ready = first != NULL ? MAX (first->queued, 0) : -1;

  if (ready == self->timer_ready)
    return;
  if (ready >= 0 && ready <= now && self->timer_ready >= 0 && self->timer_ready <= now)
    return;
  self->timer_ready = ready;
  g_source_set_ready_time (self->timer_source, ready);
}

/* The first timer in order of deadlines: those put off since they were queued go where they belong.
 */
static FayeTimer *
find_due (FayeLoop *self, gint64 now)
{
  FayeTimer *timer = faye_timer_heap_peek (&self->timers);

  while (timer != NULL && timer->queued <= now && timer->queued < timer->deadline)
    {
      timer->queued = timer->deadline;
      faye_timer_heap_update (&self->timers, timer);
      timer = faye_timer_heap_peek (&self->timers);
    }
  return timer != NULL && timer->queued <= now ? timer : NULL;
}

/* The loop's own timers hold no reference to it. */
static void
run (FayeLoop *self, FayeTimer *timer, gint64 now)
{
  if (timer->loop == NULL)
    faye_timer_heap_remove (&self->timers, timer);
  else
    faye_timer_stop (timer);
  settle (self, now);
  timer->func (timer->user_data);
}

/* As many as there are now: one that re-arms itself for the past waits for the next turn. The
 * caller holds the loop. */
void
faye_loop_run_timers (FayeLoop *self)
{
  gint64 now = g_get_monotonic_time ();

  for (guint left = self->timers.size; left > 0; left--)
    {
      FayeTimer *timer = find_due (self, now);

      if (timer == NULL)
        break;
      run (self, timer, now);
    }
  settle (self, now);
}
