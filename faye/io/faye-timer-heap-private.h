/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/io/faye-timer-private.h"

G_BEGIN_DECLS

/* Timers by the time they were queued for, the earliest first. Each knows its position, so that any
 * can be removed. */
typedef struct
{
  FayeTimer **items; /* (owned) (nullable) the array, not the timers */
  guint size;
  guint allocated;
} FayeTimerHeap;

void faye_timer_heap_insert (FayeTimerHeap *self, FayeTimer *timer);
void faye_timer_heap_remove (FayeTimerHeap *self, FayeTimer *timer);
/* After TIMER's queued time has changed. */
void faye_timer_heap_update (FayeTimerHeap *self, FayeTimer *timer);
FayeTimer *faye_timer_heap_peek (FayeTimerHeap *self);
void faye_timer_heap_clear (FayeTimerHeap *self);

G_END_DECLS
