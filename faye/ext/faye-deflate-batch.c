/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-deflate-batch-private.h"

#include "faye/core/faye-utf8-private.h"

/*
 * A batch comes back as soon as it has made much: what it made must not pile up beside what its
 * connection delivers. The rest of it goes into the next one.
 */

enum
{
  MAX_THREADS = 4,
  /* Bytes between two looks at whether the session is closed. */
  SHARE = 256 * 1024,
  /* Bytes that are read or written before it comes back. */
  ENOUGH = 256 * 1024,
};

/* Who has it. That the queues of threads and sources order all else is nothing that a detector of
 * races can see in GLib. */
enum
{
  STAGE_WORKER = 1,
  STAGE_BACK,
};

FayeDeflateBatch *
faye_deflate_batch_new (FayeDeflateLane *lane, gpointer owner)
{
  FayeDeflateBatch *self = g_new0 (FayeDeflateBatch, 1);

  self->lane = lane;
  self->owner = owner;
  self->todo = lane->waiting;
  g_queue_init (&lane->waiting);
  g_queue_init (&self->done);
  return self;
}

void
faye_deflate_batch_free (FayeDeflateBatch *self)
{
  g_queue_clear_full (&self->todo, (GDestroyNotify) faye_deflate_job_free);
  g_queue_clear_full (&self->done, (GDestroyNotify) faye_deflate_job_free);
  g_free (self);
}

/* Large blocks go here rather than on the thread of the connection. Others' memory may be theirs
 * to free. */
static void
drop_input (FayeDeflateJob *job)
{
  if (job->status == FAYE_CODEC_DONE && job->original.release == g_free)
    faye_payload_clear (&job->original);
}

/* What is no text yet may become one in the session that comes next. */
static void
judge (FayeDeflateJob *job)
{
  if (job->work->direction != FAYE_DIRECTION_INCOMING || !job->work->text)
    return;
  job->judged =
    job->status == FAYE_CODEC_DONE && faye_utf8_is_valid (job->payload.data, job->payload.size);
}

/* FALSE if it was not finished because nobody waits for it. */
static gboolean
run_job (FayeDeflateLane *lane, FayeDeflateJob *job)
{
  do
    if (g_atomic_int_get (&lane->closed))
      {
        faye_deflate_output_clear (&job->output);
        return FALSE;
      }
  while (!faye_deflate_lane_run (lane, job, SHARE));
  judge (job);
  drop_input (job);
  return TRUE;
}

static void
run_jobs (FayeDeflateBatch *self)
{
  gsize made = 0;

  while (made < ENOUGH && !g_queue_is_empty (&self->todo))
    {
      FayeDeflateJob *job = g_queue_peek_head (&self->todo);

      if (!run_job (self->lane, job))
        return;
      made += job->input.size + job->payload.size;
      g_queue_push_tail (&self->done, g_queue_pop_head (&self->todo));
    }
}

static gboolean
source_cb (gpointer data)
{
  FayeDeflateBatch *self = data;

  g_assert (g_atomic_int_get (&self->stage) == STAGE_BACK);
  return self->back_cb (self);
}

static void
source_free_cb (gpointer data)
{
  FayeDeflateBatch *self = data;

  g_assert (g_atomic_int_get (&self->stage) == STAGE_BACK);
  self->free_cb (self);
}

/* A handler may run the main loop: the source is called again in there then. */
static void
come_back (FayeDeflateBatch *self)
{
  g_autoptr (GMainContext) context = g_steal_pointer (&self->context);
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_static_name (source, "faye deflate worker");
  g_source_set_priority (source, self->priority);
  g_source_set_can_recurse (source, TRUE);
  g_source_set_callback (source, source_cb, self, source_free_cb);
  g_atomic_int_set (&self->stage, STAGE_BACK);
  g_source_attach (source, context);
}

static void
worker (gpointer data, gpointer user_data)
{
  FayeDeflateBatch *self = data;

  g_assert (g_atomic_int_get (&self->stage) == STAGE_WORKER);
  run_jobs (self);
  come_back (self);
}

static gpointer
make_threads (gpointer data)
{
  const guint n = CLAMP (g_get_num_processors (), 1, MAX_THREADS);

  return g_thread_pool_new (worker, NULL, n, FALSE, NULL);
}

void
faye_deflate_batch_start (FayeDeflateBatch *self,
                          GMainContext *context,
                          int priority,
                          GSourceFunc back_cb,
                          GDestroyNotify free_cb)
{
  static GOnce once = G_ONCE_INIT;
  GThreadPool *threads = g_once (&once, make_threads, NULL);

  self->context = g_main_context_ref (context ? context : g_main_context_default ());
  self->priority = priority;
  self->back_cb = back_cb;
  self->free_cb = free_cb;
  g_atomic_int_set (&self->stage, STAGE_WORKER);
  /* When no thread can be started it waits for one that is there. */
  g_thread_pool_push (threads, self, NULL);
}
