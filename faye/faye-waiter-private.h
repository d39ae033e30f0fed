/* SPDX-License-Identifier: MIT */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * A task that waits in a queue for something to happen: a message to leave, a pong to come, a
 * connection to open. Cancelling its GCancellable ends it at once and takes it out of the queue.
 */
typedef struct _FayeWaiter FayeWaiter;

struct _FayeWaiter
{
  GTask *task;     /* (owned) */
  GSource *cancel; /* (owned) (nullable) watches the task's cancellable */
  GQueue *queue;   /* (unowned) where it waits */
  GList link;      /* its place there */
  guint64 mark;    /* what the owner of the queue orders it by */
};

/* Puts TASK at the end of QUEUE, or ends it right away if it is cancelled already. */
void faye_waiter_add (GQueue *queue, GTask *task, guint64 mark);

/* The first of QUEUE; NULL if it is empty. */
FayeWaiter *faye_waiter_peek (GQueue *queue);

/* Takes the first of QUEUE out, for the caller to complete. */
GTask *faye_waiter_pop (GQueue *queue);

/* Takes all of QUEUE out, each ending with a copy of ERROR. */
void faye_waiter_fail_all (GQueue *queue, const GError *error);

G_END_DECLS
