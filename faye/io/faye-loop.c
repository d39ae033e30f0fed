/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-loop-source-private.h"

#include <unistd.h>

/*
 * The registry of loops, and the share of time of a dispatch. A loop holds no reference to its main
 * context: when the context goes first, the loop's sources go with it, and its transports stay
 * silent until they are aborted.
 */

/* Questions between two looks at the clock at most. */
#define MAX_STRIDE 32
/* A look sooner than this after the last one doubles the stride. */
#define SHORT_STEP 30
#define TRIM_INTERVAL (5 * G_TIME_SPAN_SECOND)

typedef struct
{
  GMainContext *context; /* (unowned) */
  int priority;
} Key;

static GMutex registry_lock;
static GHashTable *registry; /* (owned) (nullable) Key → FayeLoop, neither referenced */

static guint
key_hash (gconstpointer data)
{
  const Key *key = data;

  return g_direct_hash (key->context) ^ (guint) key->priority;
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  const Key *one = a;
  const Key *other = b;

  return one->context == other->context && one->priority == other->priority;
}

static void
register_loop (FayeLoop *self)
{
  Key *key = g_new (Key, 1);

  key->context = self->context;
  key->priority = self->priority;
  if (registry == NULL)
    registry = g_hash_table_new_full (key_hash, key_equal, g_free, NULL);
  g_hash_table_replace (registry, key, self);
}

static gboolean
is_loop (gpointer key, gpointer value, gpointer loop)
{
  return value == loop;
}

static void
unregister_loop (FayeLoop *self)
{
  g_hash_table_foreach_remove (registry, is_loop, self);
  if (g_hash_table_size (registry) == 0)
    g_clear_pointer (&registry, g_hash_table_unref);
}

static FayeLoop *
loop_new (GMainContext *context, int priority)
{
  FayeLoop *self = g_new0 (FayeLoop, 1);

  self->refs = 1;
  self->context = context;
  self->priority = priority;
  self->epoll_fd = -1;
  self->timer_ready = -1;
  g_queue_init (&self->work);
  g_queue_init (&self->flush);
  faye_loop_create_source (self);
  return self;
}

static FayeLoop *
find_loop (GMainContext *context, int priority)
{
  Key key = { context, priority };
  FayeLoop *self = registry != NULL ? g_hash_table_lookup (registry, &key) : NULL;

  /* Another context may live at the address of one that is gone. */
  return self != NULL && self->context != NULL ? self : NULL;
}

FayeLoop *
faye_loop_get (GMainContext *context, int priority)
{
  FayeLoop *self;

  if (context == NULL)
    context = g_main_context_default ();

  g_mutex_lock (&registry_lock);
  self = find_loop (context, priority);
  if (self != NULL)
    {
      faye_loop_ref (self);
    }
  else
    {
      self = loop_new (context, priority);
      register_loop (self);
    }
  g_mutex_unlock (&registry_lock);
  return self;
}

FayeLoop *
faye_loop_ref (FayeLoop *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

static void
loop_free (FayeLoop *self)
{
  faye_loop_destroy_sources (self);
  if (self->epoll_fd >= 0)
    close (self->epoll_fd);
  faye_timer_heap_clear (&self->timers);
  faye_buffer_pool_clear (&self->pool);
  g_free (self);
}

/* The last reference goes under the lock, so that no one finds a loop that is going. */
void
faye_loop_unref (FayeLoop *self)
{
  int refs = g_atomic_int_get (&self->refs);
  gboolean last;

  while (refs > 1)
    {
      if (g_atomic_int_compare_and_exchange (&self->refs, refs, refs - 1))
        return;
      refs = g_atomic_int_get (&self->refs);
    }

  g_mutex_lock (&registry_lock);
  last = g_atomic_int_dec_and_test (&self->refs);
  if (last)
    unregister_loop (self);
  g_mutex_unlock (&registry_lock);
  if (last)
    loop_free (self);
}

GMainContext *
faye_loop_get_context (FayeLoop *self)
{
  return self->context;
}

int
faye_loop_get_priority (FayeLoop *self)
{
  return self->priority;
}

static gboolean
look_at_clock (FayeTurn *turn)
{
  gint64 now = g_get_monotonic_time ();

  if (now - turn->now >= SHORT_STEP)
    turn->stride = MAX (turn->stride / 4, 1);
  else
    turn->stride = MIN (turn->stride * 2, MAX_STRIDE);
  turn->countdown = turn->stride;
  turn->now = now;
  turn->over = now >= turn->deadline;
  return turn->over;
}

gboolean
faye_loop_should_yield (FayeLoop *self)
{
  FayeTurn *turn = self->turn;

  if (turn == NULL)
    return FALSE;
  if (turn->over)
    return TRUE;
  if (--turn->countdown > 0)
    return FALSE;
  return look_at_clock (turn);
}

gint64
faye_loop_get_time (FayeLoop *self)
{
  return self->turn != NULL ? self->turn->now : g_get_monotonic_time ();
}

gboolean
faye_loop_is_lowered (FayeLoop *self)
{
  return self->lowered;
}

FayeReadBuffer *
faye_loop_take_buffer (FayeLoop *self)
{
  return faye_buffer_pool_take_buffer (&self->pool);
}

void
faye_loop_give_buffer (FayeLoop *self, FayeReadBuffer *buffer)
{
  faye_buffer_pool_give_buffer (&self->pool, buffer);
  faye_loop_trim_later (self);
}

static void
trim_cb (gpointer user_data)
{
  FayeLoop *self = user_data;

  if (faye_buffer_pool_trim (&self->pool))
    faye_loop_trim_later (self);
}

void
faye_loop_start_timer (FayeLoop *self, FayeTimer *timer, gint64 deadline, FayeTimerFunc func)
{
  timer->func = func;
  timer->user_data = self;
  timer->deadline = deadline;
  timer->queued = deadline;
  faye_timer_heap_insert (&self->timers, timer);
  faye_loop_arm_timers (self);
}

void
faye_loop_trim_later (FayeLoop *self)
{
  if (!faye_timer_is_armed (&self->trimmer))
    faye_loop_start_timer (self,
                           &self->trimmer,
                           faye_loop_get_time (self) + TRIM_INTERVAL,
                           trim_cb);
}
