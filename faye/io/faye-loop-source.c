/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-loop-source-private.h"

#include "faye/io/faye-transport-backend-private.h"

#include <sys/epoll.h>

/*
 * The loop's two sources. The main one waits on the epoll descriptor, and is ready without waiting
 * when transports have work left or bytes to flush. Both may recurse: GLib then need not block and
 * unblock them around each dispatch, and nested main loops serve all transports but those that are
 * inside a callback.
 */

/* The share of one dispatch; again as much for flushing. */
#define BUDGET 1000
/* What GLib itself needs between two dispatches: not a pause. */
#define OVERHEAD 20
/* A burst begins, ends, and leaves no more behind than this (see note_pause). */
#define BURST_LOAD (2 * BUDGET)
#define CALM_LOAD (BUDGET / 2)
#define MAX_LOAD (3 * BUDGET)
/* Just below GTK's redraw. */
#define BURST_PRIORITY (G_PRIORITY_HIGH_IDLE + 25)
#define MAX_EVENTS 64
/* A lowered loop that got no turn for so long (µs) takes one. */
#define STARVED (100 * 1000)

typedef struct
{
  GSource source;
  FayeLoop *loop; /* (unowned) (nullable) */
} LoopSource;

static gboolean
has_work (GSource *source)
{
  FayeLoop *self = ((LoopSource *) source)->loop;

  return self->work.length > 0 || self->flush.length > 0;
}

static gboolean
prepare (GSource *source, int *timeout)
{
  *timeout = -1;
  return has_work (source);
}

static gboolean
has_events (FayeLoop *self)
{
  return self->epoll_tag != NULL && g_source_query_unix_fd (self->source, self->epoll_tag) != 0;
}

static gboolean
check (GSource *source)
{
  return has_work (source) || has_events (((LoopSource *) source)->loop);
}

/* The load is a leaking bucket: it rises while we work, twice as fast as it falls in pauses. */
static void
note_pause (FayeLoop *self, gint64 pause)
{
  if (pause > OVERHEAD)
    self->load = MAX (self->load - (pause - OVERHEAD), 0);
}

static void
note_work (FayeLoop *self, gint64 work)
{
  self->load = MIN (self->load + 2 * work + OVERHEAD / 2, MAX_LOAD);
}

static void
begin_turn (FayeLoop *self, FayeTurn *turn)
{
  gint64 now = g_get_monotonic_time ();

  turn->outer = self->turn;
  turn->began = now;
  turn->now = now;
  turn->deadline = now + BUDGET;
  turn->stride = 1;
  turn->countdown = 1;
  turn->over = FALSE;
  self->turn = turn;
  note_pause (self, now - self->ended);
}

/* The flushing must get somewhere even when the work took all the time. */
static void
extend_turn (FayeTurn *turn)
{
  if (!turn->over)
    return;
  turn->over = FALSE;
  turn->deadline = turn->now + BUDGET;
  turn->countdown = turn->stride;
}

static void relieve_cb (gpointer user_data);

static void
set_lowered (FayeLoop *self, gboolean lowered)
{
  if (lowered && !faye_timer_is_armed (&self->relief))
    faye_loop_start_timer (self, &self->relief, self->ended + STARVED, relieve_cb);
  if (self->lowered == lowered)
    return;
  self->lowered = lowered;
  g_source_set_priority (self->source,
                         lowered ? MAX (self->priority, BURST_PRIORITY) : self->priority);
}

static void
end_turn (FayeLoop *self, FayeTurn *turn, gboolean over)
{
  gint64 now = g_get_monotonic_time ();

  self->turn = turn->outer;
  if (self->turn != NULL)
    self->turn->countdown = 1;
  note_work (self, now - MAX (turn->began, self->ended));
  self->ended = now;
  set_lowered (self,
               over || self->work.length > 0 || self->flush.length > 0 ||
                 self->load >= (self->lowered ? CALM_LOAD : BURST_LOAD));
}

static void
serve_all (FayeLoop *self)
{
  for (guint left = self->work.length; left > 0 && self->work.length > 0; left--)
    {
      FayeTransport *transport = self->work.head->data;

      faye_transport_leave_work (transport);
      faye_transport_serve (transport);
      if (faye_loop_should_yield (self))
        return;
    }
}

static void
flush_all (FayeLoop *self)
{
  for (guint left = self->flush.length; left > 0 && self->flush.length > 0; left--)
    {
      FayeTransport *transport = self->flush.head->data;

      faye_transport_leave_flush (transport);
      faye_transport_flush (transport);
      if (faye_loop_should_yield (self))
        return;
    }
}

static void
collect_events (FayeLoop *self)
{
  struct epoll_event events[MAX_EVENTS];
  int n = epoll_wait (self->epoll_fd, events, MAX_EVENTS, 0);

  for (int i = 0; i < n; i++)
    faye_transport_note_events (events[i].data.ptr, events[i].events);
}

static void
run_turn (FayeLoop *self, gboolean collect)
{
  FayeTurn turn;
  gboolean over;

  faye_loop_ref (self);
  begin_turn (self, &turn);
  if (collect)
    collect_events (self);
  serve_all (self);
  over = turn.over;
  extend_turn (&turn);
  flush_all (self);
  end_turn (self, &turn, over || turn.over);
  faye_loop_unref (self);
}

/* A source that is always ready at a higher priority would hold us up for good: such as a listener
 * that has run out of descriptors, which only we can free. */
static void
relieve_cb (gpointer user_data)
{
  FayeLoop *self = user_data;

  if (!self->lowered)
    return;
  if (g_get_monotonic_time () - self->ended >= STARVED)
    run_turn (self, self->epoll_fd >= 0);
  else
    faye_loop_start_timer (self, &self->relief, self->ended + STARVED, relieve_cb);
}

void
faye_loop_work (FayeLoop *self)
{
  run_turn (self, FALSE);
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  FayeLoop *self = ((LoopSource *) source)->loop;

  run_turn (self, has_events (self));
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_timers (GSource *source, GSourceFunc callback, gpointer user_data)
{
  g_autoptr (FayeLoop) self = faye_loop_ref (((LoopSource *) source)->loop);

  faye_loop_run_timers (self);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs loop_funcs = { prepare, check, dispatch, NULL, NULL, NULL };
static GSourceFuncs timer_funcs = { NULL, NULL, dispatch_timers, NULL, NULL, NULL };

static gboolean
never_called_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs when the source is destroyed because its context is; or by us, perhaps after the loop has
 * gone. */
static void
context_gone_cb (gpointer user_data)
{
  LoopSource *source = user_data;

  if (source->loop != NULL)
    source->loop->context = NULL;
}

static GSource *
add_source (FayeLoop *self, GSourceFuncs *funcs, const char *name)
{
  GSource *source = g_source_new (funcs, sizeof (LoopSource));

  ((LoopSource *) source)->loop = self;
  g_source_set_static_name (source, name);
  g_source_set_priority (source, self->priority);
  g_source_set_can_recurse (source, TRUE);
  return source;
}

void
faye_loop_create_source (FayeLoop *self)
{
  self->source = add_source (self, &loop_funcs, "faye");
  g_source_set_callback (self->source, never_called_cb, self->source, context_gone_cb);
  g_source_attach (self->source, self->context);
}

static void
destroy_source (GSource **source)
{
  if (*source == NULL)
    return;
  ((LoopSource *) *source)->loop = NULL;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

void
faye_loop_destroy_sources (FayeLoop *self)
{
  destroy_source (&self->timer_source);
  destroy_source (&self->source);
}

void
faye_loop_arm_timers (FayeLoop *self)
{
  FayeTimer *first = faye_timer_heap_peek (&self->timers);

  if (self->timer_source == NULL && self->context != NULL)
    {
      self->timer_source = add_source (self, &timer_funcs, "faye timers");
      g_source_attach (self->timer_source, self->context);
    }
  if (self->timer_source == NULL || first == NULL)
    return;
  if (self->timer_ready >= 0 && self->timer_ready <= first->queued)
    return;
  self->timer_ready = MAX (first->queued, 0);
  g_source_set_ready_time (self->timer_source, self->timer_ready);
}

static gboolean
open_epoll (FayeLoop *self)
{
  if (self->epoll_fd >= 0)
    return TRUE;
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->epoll_fd < 0)
    return FALSE;
  self->epoll_tag = g_source_add_unix_fd (self->source, self->epoll_fd, G_IO_IN);
  return TRUE;
}

gboolean
faye_loop_watch_fd (FayeLoop *self, FayeTransport *transport, int fd, guint held, guint events)
{
  struct epoll_event event = { .events = events, .data.ptr = transport };
  int how = events == 0 ? EPOLL_CTL_DEL : held == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

  return open_epoll (self) && epoll_ctl (self->epoll_fd, how, fd, &event) == 0;
}
