/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-loop-source-private.h"
#include "tests/io/pairs.h"

#define N_TIMERS 10000

typedef struct
{
  FayeTimer timer;
  FayeLoop *loop;
  guint fired;
  gint64 deadline;
  gboolean done;
  gpointer data;
} Alarm;

static gint64 last_deadline;
static guint n_fired;

static void
fire_cb (gpointer user_data)
{
  Alarm *alarm = user_data;

  g_assert_false (faye_timer_is_armed (&alarm->timer));
  g_assert_cmpint (g_get_monotonic_time (), >=, alarm->deadline);
  alarm->fired++;
  alarm->done = TRUE;
  n_fired++;
}

static void
start (Alarm *alarm, FayeLoop *loop, gint64 delay, FayeTimerFunc func)
{
  alarm->loop = loop;
  alarm->deadline = g_get_monotonic_time () + delay;
  faye_timer_start (&alarm->timer, loop, alarm->deadline, func, alarm);
}

static void
test_fires_once (void)
{
  g_autoptr (FayeLoop) loop = faye_loop_get (NULL, 0);
  Alarm alarm = { 0 };

  g_assert_false (faye_timer_is_armed (&alarm.timer));
  faye_timer_stop (&alarm.timer);
  start (&alarm, loop, 5000, fire_cb);
  g_assert_true (faye_timer_is_armed (&alarm.timer));
  pair_wait_for (NULL, &alarm.done);
  for (int i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (alarm.fired, ==, 1);
}

static void
ordered_cb (gpointer user_data)
{
  Alarm *alarm = user_data;

  g_assert_cmpint (alarm->deadline, >=, last_deadline);
  last_deadline = alarm->deadline;
  fire_cb (alarm);
}

/* Ten thousand, some stopped, some moved: the rest run in order, once each. */
static void
test_order (void)
{
  g_autoptr (FayeLoop) loop = faye_loop_get (NULL, 0);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autofree Alarm *alarms = g_new0 (Alarm, N_TIMERS);
  Alarm last = { 0 };

  n_fired = 0;
  last_deadline = 0;
  for (guint i = 0; i < N_TIMERS; i++)
    start (&alarms[i], loop, g_rand_int_range (rand, 0, 30000), ordered_cb);
  for (guint i = 0; i < N_TIMERS; i += 3)
    faye_timer_stop (&alarms[i].timer);
  for (guint i = 1; i < N_TIMERS; i += 3)
    start (&alarms[i], loop, g_rand_int_range (rand, 0, 30000), ordered_cb);
  start (&last, loop, 200000, ordered_cb);
  pair_wait_for (NULL, &last.done);
  for (guint i = 0; i < N_TIMERS; i++)
    g_assert_cmpuint (alarms[i].fired, ==, i % 3 == 0 ? 0 : 1);
  g_assert_null (faye_timer_heap_peek (&loop->timers));
}

/* A later deadline costs no more than a store; an earlier one counts at once. */
static void
test_rearm (void)
{
  g_autoptr (FayeLoop) loop = faye_loop_get (NULL, 0);
  Alarm alarm = { 0 };
  gint64 queued;

  start (&alarm, loop, 10000, fire_cb);
  queued = alarm.timer.queued;
  start (&alarm, loop, 60000, fire_cb);
  g_assert_cmpint (alarm.timer.queued, ==, queued);
  pair_wait_for (NULL, &alarm.done);
  g_assert_cmpuint (alarm.fired, ==, 1);

  alarm.done = FALSE;
  start (&alarm, loop, 60 * G_TIME_SPAN_SECOND, fire_cb);
  start (&alarm, loop, 1000, fire_cb);
  pair_wait_for (NULL, &alarm.done);
  g_assert_cmpuint (alarm.fired, ==, 2);
}

static void
stop_other_cb (gpointer user_data)
{
  Alarm *alarm = user_data;
  Alarm *other = alarm->data;

  faye_timer_stop (&other->timer);
  fire_cb (alarm);
}

static void
test_stop_in_callback (void)
{
  g_autoptr (FayeLoop) loop = faye_loop_get (NULL, 0);
  Alarm one = { 0 }, other = { 0 }, last = { 0 };

  one.data = &other;
  start (&one, loop, 1000, stop_other_cb);
  start (&other, loop, 1001, fire_cb);
  start (&last, loop, 20000, fire_cb);
  g_usleep (2000);
  pair_wait_for (NULL, &last.done);
  g_assert_cmpuint (one.fired, ==, 1);
  g_assert_cmpuint (other.fired, ==, 0);
}

static void
again_cb (gpointer user_data)
{
  Alarm *alarm = user_data;

  if (++alarm->fired < 1000)
    faye_timer_start (&alarm->timer, alarm->loop, 0, again_cb, alarm);
  else
    alarm->done = TRUE;
}

static gboolean
count_cb (gpointer user_data)
{
  (*(guint *) user_data)++;
  return G_SOURCE_CONTINUE;
}

/* One that re-arms itself for the past leaves room for others. */
static void
test_past (void)
{
  g_autoptr (FayeLoop) loop = faye_loop_get (NULL, 0);
  Alarm alarm = { 0 };
  guint turns = 0;
  guint id = g_timeout_add_full (G_PRIORITY_DEFAULT, 0, count_cb, &turns, NULL);

  alarm.loop = loop;
  faye_timer_start (&alarm.timer, loop, -5, again_cb, &alarm);
  pair_wait_for (NULL, &alarm.done);
  g_source_remove (id);
  g_assert_cmpuint (turns, >=, 500);
}

static void
nested_cb (gpointer user_data)
{
  Alarm *alarm = user_data;
  Alarm *inner = alarm->data;

  pair_wait_for (NULL, &inner->done);
  fire_cb (alarm);
}

static void
test_nested_loop (void)
{
  g_autoptr (FayeLoop) loop = faye_loop_get (NULL, 0);
  Alarm outer = { 0 }, inner = { 0 };

  outer.data = &inner;
  start (&outer, loop, 100, nested_cb);
  start (&inner, loop, 5000, fire_cb);
  pair_wait_for (NULL, &outer.done);
  g_assert_cmpuint (inner.fired, ==, 1);
}

/* The last timer lets its loop go; nothing stays attached. */
static void
test_F34_releases_loop (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Alarm alarm = { 0 };
  FayeLoop *loop = faye_loop_get (context, 0);
  GSource *source = g_source_ref (loop->source);
  GSource *timers;

  start (&alarm, loop, 1000, fire_cb);
  timers = g_source_ref (loop->timer_source);
  faye_loop_unref (loop);
  g_assert_false (g_source_is_destroyed (source));
  pair_wait_for (context, &alarm.done);
  g_assert_true (g_source_is_destroyed (source));
  g_assert_true (g_source_is_destroyed (timers));
  g_source_unref (source);
  g_source_unref (timers);
}

/* Turns that find nothing due do not spin: the one ready time is right. */
static void
test_sleeps (void)
{
  g_autoptr (FayeLoop) loop = faye_loop_get (NULL, 0);
  Alarm alarm = { 0 };
  guint turns = 0;

  start (&alarm, loop, 50000, fire_cb);
  while (!alarm.done && turns < 1000)
    {
      g_main_context_iteration (NULL, TRUE);
      turns++;
    }
  g_assert_true (alarm.done);
  g_assert_cmpuint (turns, <, 10);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/io/timer/fires-once", test_fires_once);
  g_test_add_func ("/faye/io/timer/order", test_order);
  g_test_add_func ("/faye/io/timer/rearm", test_rearm);
  g_test_add_func ("/faye/io/timer/stop-in-callback", test_stop_in_callback);
  g_test_add_func ("/faye/io/timer/past", test_past);
  g_test_add_func ("/faye/io/timer/F17-nested-loop", test_nested_loop);
  g_test_add_func ("/faye/io/timer/F34-releases-loop", test_F34_releases_loop);
  g_test_add_func ("/faye/io/timer/sleeps", test_sleeps);
  return g_test_run ();
}
