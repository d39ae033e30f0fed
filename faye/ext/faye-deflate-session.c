/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-deflate-session-private.h"

#include "faye/core/faye-protocol-private.h"
#include "faye/ext/faye-deflate-batch-private.h"
#include "faye/ext/faye-deflate-params-private.h"

/*
 * A small message is done at once, in the scratch memory of its main context. A large one, and all
 * of its direction that come while it lasts, are done by a worker. What does not touch the codec
 * never waits here: the order of the answers does not matter.
 */

enum
{
  /* Larger ones go to a worker at once; deflating takes about ten times as long as inflating. */
  MAX_INCOMING = 256 * 1024,
  MAX_OUTGOING = 64 * 1024,
};

#define SCRATCH_KEY 0

/* Answers of a batch are given for so long at a time. */
#define MAX_ANSWERING G_TIME_SPAN_MILLISECOND

struct _FayeDeflateSession
{
  int refs; /* atomic */
  gboolean closed;
  FayeDeflateOptions options;
  FayeDeflateParams params;
  GVariant *answer;      /* (owned) (nullable) of a server */
  FayeDeflatePool *pool; /* (owned) (nullable) */
  FayeDeflateLane incoming;
  FayeDeflateLane outgoing;
  FayeDeflateBatch *lost[2]; /* (owned) (nullable) of each direction: what could not come back */
};

static FayeDeflateSession *
session_new (const FayeDeflateOptions *options)
{
  FayeDeflateSession *self = g_new0 (FayeDeflateSession, 1);

  self->refs = 1;
  self->options = *options;
  return self;
}

static void
set_up_lanes (FayeDeflateSession *self)
{
  const FayeDeflaterSetup incoming = { .window_bits = self->params.peer_window_bits };
  const FayeDeflaterSetup outgoing = {
    .level = self->options.level,
    .mem_level = self->options.mem_level,
    .strategy = self->options.strategy,
    .window_bits = self->params.own_window_bits,
  };

  faye_deflate_lane_init (&self->incoming,
                          FAYE_DIRECTION_INCOMING,
                          !self->params.peer_no_takeover,
                          &incoming);
  faye_deflate_lane_init (&self->outgoing,
                          FAYE_DIRECTION_OUTGOING,
                          !self->params.own_no_takeover,
                          &outgoing);
}

FayeDeflateSession *
faye_deflate_session_new_client (const FayeDeflateOptions *options)
{
  return session_new (options);
}

FayeDeflateSession *
faye_deflate_session_new_server (const FayeDeflateOptions *options, GVariant *offers)
{
  FayeDeflateParams params;
  FayeDeflateSession *self;
  GVariant *answer;

  if (!faye_deflate_params_accept (&params, options, offers, &answer))
    return NULL;
  self = session_new (options);
  self->params = params;
  self->answer = answer;
  set_up_lanes (self);
  return self;
}

FayeDeflateSession *
faye_deflate_session_ref (FayeDeflateSession *self)
{
  g_atomic_int_inc (&self->refs);
  return self;
}

/* Nobody waits for what is still here. */
static void
free_lane (FayeDeflateLane *lane, FayeDeflateBatch *lost)
{
  lane->busy = FALSE;
  faye_deflate_lane_end (lane);
  if (lost == NULL)
    return;
  faye_deflate_jobs_finish (&lost->done);
  faye_deflate_jobs_finish (&lost->todo);
  faye_deflate_batch_free (lost);
}

void
faye_deflate_session_unref (FayeDeflateSession *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;
  free_lane (&self->incoming, self->lost[FAYE_DIRECTION_INCOMING]);
  free_lane (&self->outgoing, self->lost[FAYE_DIRECTION_OUTGOING]);
  g_clear_pointer (&self->pool, faye_deflate_pool_unref);
  g_clear_pointer (&self->answer, g_variant_unref);
  g_free (self);
}

static GVariant *
get_offers (gpointer session)
{
  FayeDeflateSession *self = session;

  return faye_deflate_params_offer (&self->options);
}

static gboolean
activate (gpointer session, GVariant *params, GError **error)
{
  FayeDeflateSession *self = session;

  if (!faye_deflate_params_activate (&self->params, &self->options, params, error))
    return FALSE;
  set_up_lanes (self);
  return TRUE;
}

static GVariant *
get_answer (gpointer session)
{
  FayeDeflateSession *self = session;

  return g_variant_ref (self->answer);
}

static guint8 *
take_scratch (FayeDeflateSession *self)
{
  guint8 *scratch = faye_deflate_pool_take (self->pool, SCRATCH_KEY);

  return scratch != NULL ? scratch : g_malloc (FAYE_DEFLATE_SCRATCH_SIZE);
}

/* The session may have been closed since it was taken. */
static void
give_scratch (FayeDeflateSession *self, guint8 *scratch)
{
  if (self->pool != NULL)
    faye_deflate_pool_give (self->pool, SCRATCH_KEY, scratch, g_free);
  else
    g_free (scratch);
}

static void start_batch (FayeDeflateSession *self, FayeDeflateLane *lane);

/* What a message costs that is not inflated yet is known; what it will cost is not. */
static void
go_on (FayeDeflateSession *self, FayeDeflateLane *lane)
{
  if (!lane->busy && !lane->held && !g_queue_is_empty (&lane->waiting))
    start_batch (self, lane);
}

/* What the worker has left goes before what has come since. */
static void
end_batch (FayeDeflateBatch *batch)
{
  FayeDeflateSession *self = batch->owner;
  FayeDeflateLane *lane = batch->lane;
  gpointer job;

  batch->is_over = TRUE;
  lane->busy = FALSE;
  while ((job = g_queue_pop_tail (&batch->todo)) != NULL)
    g_queue_push_head (&lane->waiting, job);
  if (self->closed)
    {
      faye_deflate_lane_end (lane);
      return;
    }
  faye_deflate_lane_give_back (lane, self->pool);
  go_on (self, lane);
}

static gboolean
batch_back_cb (gpointer data)
{
  const gint64 deadline = g_get_monotonic_time () + MAX_ANSWERING;
  FayeDeflateBatch *batch = data;
  FayeDeflateJob *job;

  while ((job = g_queue_pop_head (&batch->done)) != NULL)
    {
      faye_deflate_job_finish (job);
      if (g_get_monotonic_time () >= deadline && !g_queue_is_empty (&batch->done))
        return G_SOURCE_CONTINUE;
    }
  if (!batch->is_over)
    end_batch (batch);
  return G_SOURCE_REMOVE;
}

/* If its context went before it was back, this is any thread, and the pipeline may still have the
 * works: they are answered by the session's last reference, which goes when it has not. */
static void
batch_free_cb (gpointer data)
{
  FayeDeflateBatch *batch = data;
  FayeDeflateSession *self = batch->owner;

  if (batch->is_over)
    faye_deflate_batch_free (batch);
  else
    self->lost[batch->lane->direction] = batch;
  faye_deflate_session_unref (self);
}

static void
start_batch (FayeDeflateSession *self, FayeDeflateLane *lane)
{
  FayeDeflateJob *first = g_queue_peek_head (&lane->waiting);
  GMainContext *context = faye_work_get_context (first->work);
  int priority = faye_work_get_priority (first->work);

  lane->busy = TRUE;
  faye_deflate_lane_borrow (lane, self->pool);
  faye_deflate_batch_start (faye_deflate_batch_new (lane, faye_deflate_session_ref (self)),
                            context,
                            priority,
                            batch_back_cb,
                            batch_free_cb);
}

/* Leaves JOB to a worker. */
static void
put_off (FayeDeflateSession *self, FayeDeflateLane *lane, FayeDeflateJob *job)
{
  FayeDeflateJob *kept = faye_deflate_job_keep (job);

  if (kept == NULL)
    {
      job->status = FAYE_CODEC_NO_MEMORY;
      if (faye_deflate_lane_is_free (lane))
        faye_deflate_lane_fail (lane, FAYE_CODEC_NO_MEMORY);
      faye_deflate_output_clear (&job->output);
      faye_deflate_job_answer (job);
      return;
    }
  g_queue_push_tail (&lane->waiting, kept);
  go_on (self, lane);
}

static void
do_now (FayeDeflateSession *self, FayeDeflateLane *lane, FayeWork *work, guint64 limit)
{
  guint8 *scratch = take_scratch (self);
  FayeDeflateJob job;
  gboolean is_done;

  faye_deflate_job_init (&job, work, scratch, limit);
  faye_deflate_lane_borrow (lane, self->pool);
  is_done = faye_deflate_lane_run_now (lane, &job);
  if (is_done)
    {
      faye_deflate_lane_give_back (lane, self->pool);
      faye_deflate_job_answer (&job);
    }
  else
    {
      put_off (self, lane, &job);
    }
  give_scratch (self, scratch);
}

static void
do_or_put_off (FayeDeflateSession *self, FayeDeflateLane *lane, FayeWork *work, guint64 limit)
{
  const gboolean incoming = lane == &self->incoming;
  FayeDeflateJob job;

  faye_deflate_session_ref (self);
  if (self->pool == NULL)
    self->pool = faye_deflate_pool_get (faye_work_get_context (work));
  if (faye_deflate_lane_is_free (lane) &&
      work->payload.size <= (incoming ? MAX_INCOMING : MAX_OUTGOING))
    {
      do_now (self, lane, work, limit);
    }
  else
    {
      faye_deflate_job_init (&job, work, NULL, limit);
      put_off (self, lane, &job);
    }
  faye_deflate_session_unref (self);
}

static void
incoming (gpointer session, FayeWork *work)
{
  FayeDeflateSession *self = session;

  if (work->rsv & FAYE_RSV1)
    do_or_put_off (self, &self->incoming, work, work->limit);
  else
    faye_work_pass (work);
}

static gboolean
is_to_deflate (FayeDeflateSession *self, FayeWork *work)
{
  if (work->compress == FAYE_COMPRESS_NEVER ||
      self->params.own_window_bits < FAYE_DEFLATE_MIN_WINDOW_BITS)
    return FALSE;
  if (work->payload.size < self->options.threshold && work->compress != FAYE_COMPRESS_ALWAYS)
    return FALSE;
  return work->payload.size > 0 || self->options.keep_larger;
}

static void
outgoing (gpointer session, FayeWork *work)
{
  FayeDeflateSession *self = session;
  guint64 limit = G_MAXUINT64;

  if (!is_to_deflate (self, work))
    {
      faye_work_pass (work);
      return;
    }
  if (!self->options.keep_larger)
    limit = (guint64) work->payload.size - 1 + FAYE_DEFLATER_TAIL;
  do_or_put_off (self, &self->outgoing, work, limit);
}

static void
set_held (gpointer session, FayeDirection direction, gboolean held)
{
  FayeDeflateSession *self = session;
  FayeDeflateLane *lane = direction == FAYE_DIRECTION_INCOMING ? &self->incoming : &self->outgoing;

  lane->held = held;
  go_on (self, lane);
}

/* What a worker has is let go when it is back. */
static void
close_lane (FayeDeflateLane *lane)
{
  g_atomic_int_set (&lane->closed, TRUE);
  faye_deflate_lane_end (lane);
}

static void
close_session (gpointer session)
{
  FayeDeflateSession *self = session;

  self->closed = TRUE;
  close_lane (&self->incoming);
  close_lane (&self->outgoing);
  g_clear_pointer (&self->pool, faye_deflate_pool_unref);
}

static void
unref (gpointer session)
{
  faye_deflate_session_unref (session);
}

const FayeSessionOps faye_deflate_session_ops = {
  .get_offers = get_offers,
  .activate = activate,
  .get_answer = get_answer,
  .incoming = incoming,
  .outgoing = outgoing,
  .set_held = set_held,
  .close = close_session,
  .unref = unref,
};
