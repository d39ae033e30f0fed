/* SPDX-License-Identifier: MIT */

#include "faye/faye-waiter-private.h"

/* Tasks in a queue: taken out in order, failed together, or cancelled one by one. */

typedef struct
{
  guint n_done;
  gboolean ok;
  GError *error;
} Outcome;

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;

  outcome->n_done++;
  outcome->ok = g_task_propagate_boolean (G_TASK (result), &outcome->error);
}

static void
add (GQueue *queue, GCancellable *cancellable, Outcome *outcome, guint64 mark)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, done_cb, outcome);

  faye_waiter_add (queue, task, mark);
}

static void
turn (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_order (void)
{
  GQueue queue = G_QUEUE_INIT;
  Outcome outcomes[2] = { { 0 }, { 0 } };
  GTask *task;

  g_assert_null (faye_waiter_peek (&queue));
  add (&queue, NULL, &outcomes[0], 7);
  add (&queue, NULL, &outcomes[1], 8);
  g_assert_cmpuint (faye_waiter_peek (&queue)->mark, ==, 7);
  task = faye_waiter_pop (&queue);
  g_assert_cmpuint (faye_waiter_peek (&queue)->mark, ==, 8);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
  turn ();
  g_assert_true (outcomes[0].ok);
  g_assert_cmpuint (outcomes[1].n_done, ==, 0);
  task = faye_waiter_pop (&queue);
  g_task_return_boolean (task, TRUE);
  turn ();
  g_assert_finalize_object (task);
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GQueue queue = G_QUEUE_INIT;
  Outcome outcomes[3] = { { 0 }, { 0 }, { 0 } };
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "over");

  add (&queue, NULL, &outcomes[0], 0);
  add (&queue, cancellable, &outcomes[1], 1);
  add (&queue, NULL, &outcomes[2], 2);
  g_cancellable_cancel (cancellable);
  turn ();
  g_assert_error (outcomes[1].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (outcomes[1].n_done, ==, 1);
  g_assert_cmpuint (queue.length, ==, 2);
  faye_waiter_fail_all (&queue, error);
  turn ();
  g_assert_true (g_queue_is_empty (&queue));
  g_assert_error (outcomes[0].error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_assert_error (outcomes[2].error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_error (&outcomes[0].error);
  g_clear_error (&outcomes[1].error);
  g_clear_error (&outcomes[2].error);
}

static void
test_cancelled_before (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GQueue queue = G_QUEUE_INIT;
  Outcome outcome = { 0 };

  g_cancellable_cancel (cancellable);
  add (&queue, cancellable, &outcome, 0);
  g_assert_true (g_queue_is_empty (&queue));
  turn ();
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&outcome.error);
}

/* Once it is out of the queue, its cancellable is nothing to us. */
static void
test_cancelled_after (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GQueue queue = G_QUEUE_INIT;
  Outcome outcome = { 0 };
  GTask *task;

  add (&queue, cancellable, &outcome, 0);
  task = faye_waiter_pop (&queue);
  g_cancellable_cancel (cancellable);
  turn ();
  g_assert_cmpuint (outcome.n_done, ==, 0);
  g_task_set_check_cancellable (task, FALSE);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
  turn ();
  g_assert_true (outcome.ok);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/api/waiter/order", test_order);
  g_test_add_func ("/faye/api/waiter/cancel", test_cancel);
  g_test_add_func ("/faye/api/waiter/cancelled-before", test_cancelled_before);
  g_test_add_func ("/faye/api/waiter/cancelled-after", test_cancelled_after);
  return g_test_run ();
}
