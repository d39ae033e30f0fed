/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-timer-heap-private.h"

#define N_TIMERS 500

static FayeTimer *
find_first (FayeTimer *timers)
{
  FayeTimer *first = NULL;

  for (guint i = 0; i < N_TIMERS; i++)
    if (timers[i].position != 0 && (first == NULL || timers[i].queued < first->queued))
      first = &timers[i];
  return first;
}

/* Random inserts, removals and moves; the first is always right. */
static void
test_model (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autofree FayeTimer *timers = g_new0 (FayeTimer, N_TIMERS);
  FayeTimerHeap heap = { 0 };

  for (guint turn = 0; turn < 20000; turn++)
    {
      FayeTimer *timer = &timers[g_rand_int_range (rand, 0, N_TIMERS)];
      FayeTimer *first;

      if (timer->position != 0 && g_rand_boolean (rand))
        {
          faye_timer_heap_remove (&heap, timer);
        }
      else
        {
          timer->queued = g_rand_int_range (rand, 0, 1000);
          if (timer->position != 0)
            faye_timer_heap_update (&heap, timer);
          else
            faye_timer_heap_insert (&heap, timer);
        }
      first = find_first (timers);
      g_assert_true ((first == NULL) == (faye_timer_heap_peek (&heap) == NULL));
      if (first != NULL)
        g_assert_cmpint (faye_timer_heap_peek (&heap)->queued, ==, first->queued);
    }
  faye_timer_heap_clear (&heap);
}

static void
test_drained (void)
{
  g_autofree FayeTimer *timers = g_new0 (FayeTimer, N_TIMERS);
  FayeTimerHeap heap = { 0 };
  gint64 last = -1;

  for (guint i = 0; i < N_TIMERS; i++)
    {
      timers[i].queued = (i * 7919) % 101;
      faye_timer_heap_insert (&heap, &timers[i]);
    }
  while (heap.size > 0)
    {
      FayeTimer *timer = faye_timer_heap_peek (&heap);

      g_assert_cmpint (timer->queued, >=, last);
      last = timer->queued;
      faye_timer_heap_remove (&heap, timer);
      g_assert_cmpuint (timer->position, ==, 0);
    }
  g_assert_null (heap.items);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/io/timer-heap/model", test_model);
  g_test_add_func ("/faye/io/timer-heap/drained", test_drained);
  return g_test_run ();
}
