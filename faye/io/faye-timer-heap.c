/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-timer-heap-private.h"

/*
 * A binary heap in an array that gives its memory back when it empties. Positions count from 1, as
 * FayeTimer keeps them.
 */

static void
place (FayeTimerHeap *self, guint position, FayeTimer *timer)
{
  self->items[position - 1] = timer;
  timer->position = position;
}

static FayeTimer *
item (FayeTimerHeap *self, guint position)
{
  return self->items[position - 1];
}

static void
sift_up (FayeTimerHeap *self, FayeTimer *timer)
{
  guint position = timer->position;

  while (position > 1 && item (self, position / 2)->queued > timer->queued)
    {
      place (self, position, item (self, position / 2));
      position /= 2;
    }
  place (self, position, timer);
}

static void
sift_down (FayeTimerHeap *self, FayeTimer *timer)
{
  guint position = timer->position;

  while (position <= self->size / 2)
    {
      guint child = position * 2;

      if (child < self->size && item (self, child + 1)->queued < item (self, child)->queued)
        child++;
      if (item (self, child)->queued >= timer->queued)
        break;
      place (self, position, item (self, child));
      position = child;
    }
  place (self, position, timer);
}

void
faye_timer_heap_update (FayeTimerHeap *self, FayeTimer *timer)
{
  sift_up (self, timer);
  sift_down (self, timer);
}

void
faye_timer_heap_insert (FayeTimerHeap *self, FayeTimer *timer)
{
  if (self->size == self->allocated)
    {
      self->allocated = MAX (8, self->allocated * 2);
      self->items = g_renew (FayeTimer *, self->items, self->allocated);
    }
  self->size++;
  place (self, self->size, timer);
  sift_up (self, timer);
}

void
faye_timer_heap_remove (FayeTimerHeap *self, FayeTimer *timer)
{
  guint position = timer->position;
  FayeTimer *last = item (self, self->size);

  g_assert (item (self, position) == timer);
  timer->position = 0;
  self->size--;
  if (self->size == 0)
    faye_timer_heap_clear (self);
  if (last == timer)
    return;
  place (self, position, last);
  faye_timer_heap_update (self, last);
}

FayeTimer *
faye_timer_heap_peek (FayeTimerHeap *self)
{
  return self->size > 0 ? self->items[0] : NULL;
}

void
faye_timer_heap_clear (FayeTimerHeap *self)
{
  g_clear_pointer (&self->items, g_free);
  self->size = 0;
  self->allocated = 0;
}
