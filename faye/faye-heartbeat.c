/* SPDX-License-Identifier: MIT */

#include "faye/faye-heartbeat-private.h"

#include "faye/faye-waiter-private.h"
#include "faye/io/faye-random-private.h"

#include <string.h>

/* Pings that wait for their Pong. A waiting task's mark is its Ping's payload; the Pings that the
 * timer sends have no task, and at most one of them is remembered. */

/* A timer that comes this late (µs) tells that the main loop was held up. */
#define STALL G_USEC_PER_SEC

struct _FayeHeartbeat
{
  FayeLoop *loop; /* (owned) */
  const FayeHeartbeatFuncs *funcs;
  gpointer owner; /* (unowned) */
  FayeTimer timer;
  gint64 interval;  /* µs; 0 = off */
  gint64 timeout;   /* µs */
  guint64 own_mark; /* the payload of the timer's last Ping */
  gint64 last_ping; /* when it went */
  gint64 own_sent;  /* the same while it is unanswered, else 0 */
  GQueue waiting;   /* FayeWaiter, whose task's data is the time it was sent */
  gint64 latency;   /* µs */
};

FayeHeartbeat *
faye_heartbeat_new (FayeLoop *loop, const FayeHeartbeatFuncs *funcs, gpointer owner)
{
  FayeHeartbeat *self = g_new0 (FayeHeartbeat, 1);

  self->loop = faye_loop_ref (loop);
  self->funcs = funcs;
  self->owner = owner;
  self->latency = -1;
  g_queue_init (&self->waiting);
  return self;
}

void
faye_heartbeat_free (FayeHeartbeat *self)
{
  g_assert (g_queue_is_empty (&self->waiting));

  faye_timer_stop (&self->timer);
  faye_loop_unref (self->loop);
  g_free (self);
}

static gboolean
heartbeat_send (FayeHeartbeat *self, guint64 *mark)
{
  faye_random_fill ((guint8 *) mark, sizeof *mark);
  return self->funcs->send_ping (self->owner, (const guint8 *) mark, sizeof *mark);
}

static void timer_cb (gpointer user_data);

static void
heartbeat_arm (FayeHeartbeat *self, gint64 deadline)
{
  faye_timer_start (&self->timer, self->loop, deadline, timer_cb, self);
}

/* The answer is overdue. If it is the program that was held up, the answer may wait unread: one
 * more look, a little later, decides. */
static void
heartbeat_overdue (FayeHeartbeat *self, gint64 now, gint64 deadline)
{
  if (now - deadline > STALL)
    {
      self->own_sent = now - self->timeout + STALL;
      heartbeat_arm (self, now + STALL);
    }
  else
    self->funcs->lost (self->owner);
}

/* The timer runs out because the answer to a Ping is due, or because the next Ping is. */
static void
timer_cb (gpointer user_data)
{
  FayeHeartbeat *self = user_data;
  gint64 now = g_get_monotonic_time ();

  if (self->funcs->get_last_read (self->owner) >= self->last_ping)
    self->own_sent = 0;

  if (self->own_sent != 0 && now >= self->own_sent + self->timeout)
    heartbeat_overdue (self, now, self->own_sent + self->timeout);
  else if (self->own_sent != 0)
    heartbeat_arm (self, self->own_sent + self->timeout);
  else if (now < self->last_ping + self->interval)
    heartbeat_arm (self, self->last_ping + self->interval);
  else if (heartbeat_send (self, &self->own_mark))
    {
      self->own_sent = self->last_ping = now;
      heartbeat_arm (self, now + MIN (self->interval, self->timeout));
    }
}

void
faye_heartbeat_start (FayeHeartbeat *self, gint64 interval, gint64 timeout)
{
  self->interval = interval;
  self->timeout = timeout;
  self->last_ping = g_get_monotonic_time ();
  if (interval > 0)
    heartbeat_arm (self, self->last_ping + interval);
}

gboolean
faye_heartbeat_ping (FayeHeartbeat *self, GTask *task)
{
  gint64 *sent;
  guint64 mark;

  if (!heartbeat_send (self, &mark))
    return FALSE;

  sent = g_new (gint64, 1);
  *sent = g_get_monotonic_time ();
  g_task_set_task_data (task, sent, g_free);
  faye_waiter_add (&self->waiting, task, mark);
  return TRUE;
}

static gboolean
heartbeat_has_waiter (FayeHeartbeat *self, guint64 mark)
{
  GList *l;

  for (l = self->waiting.head; l != NULL; l = l->next)
    if (((FayeWaiter *) l->data)->mark == mark)
      return TRUE;
  return FALSE;
}

/* Answers every Ping up to the one with MARK. A task's callback may end the connection, which
 * empties the queue. */
static void
heartbeat_complete (FayeHeartbeat *self, guint64 mark, gint64 now)
{
  gboolean found = FALSE;

  while (!found && faye_waiter_peek (&self->waiting) != NULL)
    {
      g_autoptr (GTask) task = NULL;

      found = faye_waiter_peek (&self->waiting)->mark == mark;
      task = faye_waiter_pop (&self->waiting);
      self->latency = now - *(gint64 *) g_task_get_task_data (task);
      g_task_return_int (task, self->latency);
    }
}

void
faye_heartbeat_pong (FayeHeartbeat *self, const guint8 *payload, gsize size)
{
  gint64 now = g_get_monotonic_time ();
  guint64 mark;

  if (size != sizeof mark)
    return;
  memcpy (&mark, payload, sizeof mark);

  if (self->own_sent != 0 && mark == self->own_mark)
    {
      self->latency = now - self->own_sent;
      self->own_sent = 0;
      return;
    }
  if (heartbeat_has_waiter (self, mark))
    heartbeat_complete (self, mark, now);
}

void
faye_heartbeat_stop (FayeHeartbeat *self, const GError *error)
{
  faye_timer_stop (&self->timer);
  faye_waiter_fail_all (&self->waiting, error);
}

gint64
faye_heartbeat_get_latency (FayeHeartbeat *self)
{
  return self->latency;
}
