/* SPDX-License-Identifier: MIT */

#include "faye/faye-waiter-private.h"

/* Tasks that wait in a queue and can be cancelled there. */

static GTask *
waiter_remove (FayeWaiter *self)
{
  GTask *task = self->task;

  g_queue_unlink (self->queue, &self->link);
  if (self->cancel != NULL)
    g_source_destroy (self->cancel);
  g_clear_pointer (&self->cancel, g_source_unref);
  g_free (self);
  return task;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (GTask) task = waiter_remove (user_data);

  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

static void
waiter_watch (FayeWaiter *self, GCancellable *cancellable)
{
  self->cancel = g_cancellable_source_new (cancellable);
  g_source_set_static_name (self->cancel, "[faye] waiter");
  g_source_set_priority (self->cancel, g_task_get_priority (self->task));
  g_source_set_callback (self->cancel, G_SOURCE_FUNC (cancelled_cb), self, NULL);
  g_source_attach (self->cancel, g_task_get_context (self->task));
}

void
faye_waiter_add (GQueue *queue, GTask *task, guint64 mark)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  FayeWaiter *self;

  if (g_task_return_error_if_cancelled (task))
    return;

  self = g_new0 (FayeWaiter, 1);
  self->task = g_object_ref (task);
  self->queue = queue;
  self->mark = mark;
  self->link.data = self;
  g_queue_push_tail_link (queue, &self->link);
  if (cancellable != NULL)
    waiter_watch (self, cancellable);
}

FayeWaiter *
faye_waiter_peek (GQueue *queue)
{
  return g_queue_peek_head (queue);
}

GTask *
faye_waiter_pop (GQueue *queue)
{
  return waiter_remove (g_queue_peek_head (queue));
}

void
faye_waiter_fail_all (GQueue *queue, const GError *error)
{
  while (!g_queue_is_empty (queue))
    {
      g_autoptr (GTask) task = faye_waiter_pop (queue);

      g_task_return_error (task, g_error_copy (error));
    }
}
