/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-deflate-lane-private.h"

#include "faye/core/faye-close-code-private.h"
#include "faye/core/faye-protocol-private.h"
#include "faye/ext/faye-inflater-private.h"

/*
 * A codec is made when the first message needs it, and reset where no later message may refer to
 * this one. A compressor that fails costs its message nothing but the compression; it is dropped,
 * and the next message has a new one. A decompressor that fails ends its connection.
 */

enum
{
  /* What takes about a millisecond to inflate, and at the worst some to deflate. */
  MAX_INFLATED = 256 * 1024,
  SLICE = 2048,
};

#define MAX_DEFLATING (2 * G_TIME_SPAN_MILLISECOND)

void
faye_deflate_job_init (FayeDeflateJob *self, FayeWork *work, guint8 *scratch, guint64 limit)
{
  *self = (FayeDeflateJob){ .work = work };
  self->input.data = work->payload.data;
  self->input.size = work->payload.size;
  faye_deflate_output_init (&self->output, scratch, limit);
}

void
faye_deflate_job_free (FayeDeflateJob *self)
{
  faye_deflate_output_clear (&self->output);
  faye_payload_clear (&self->original);
  faye_payload_clear (&self->payload);
  g_free (self);
}

static void
release_nothing (gpointer owner)
{
}

/* The pipeline looks at the work while a worker has the payload, which may go before the work. */
static void
take_payload (FayeDeflateJob *self)
{
  self->original = self->work->payload;
  self->input.data = self->original.data;
  self->work->payload = (FayePayload){ .data = (const guint8 *) "", .release = release_nothing };
}

FayeDeflateJob *
faye_deflate_job_keep (FayeDeflateJob *self)
{
  FayeDeflateJob *kept;

  if (!faye_deflate_output_detach (&self->output) || !faye_work_keep (self->work))
    return NULL;
  kept = g_memdup2 (self, sizeof *self);
  take_payload (kept);
  return kept;
}

static void
fail (FayeWork *work, FayeCodecStatus status)
{
  switch (status)
    {
    case FAYE_CODEC_TOO_BIG:
      faye_work_fail (work, FAYE_CLOSE_CODE_TOO_BIG, "compressed message is too long");
      break;
    case FAYE_CODEC_INVALID:
      faye_work_fail (work, FAYE_CLOSE_CODE_INVALID_DATA, "compressed message is invalid");
      break;
    default:
      faye_work_fail (work, FAYE_CLOSE_CODE_INTERNAL, "no memory for a compressed message");
      break;
    }
}

/* A message that was not finished goes on as it is: nobody waits for it. */
void
faye_deflate_job_answer (FayeDeflateJob *self)
{
  FayeWork *work = g_steal_pointer (&self->work);
  FayePayload payload = self->payload;
  const gboolean incoming = work->direction == FAYE_DIRECTION_INCOMING;

  self->payload = (FayePayload){ 0 };
  if (self->original.release != NULL)
    work->payload = self->original;
  self->original = (FayePayload){ 0 };
  if (self->status == FAYE_CODEC_DONE)
    faye_work_return (work,
                      &payload,
                      incoming ? work->rsv & ~FAYE_RSV1 : work->rsv | FAYE_RSV1,
                      self->judged);
  else if (incoming && self->status != FAYE_CODEC_AGAIN)
    fail (work, self->status);
  else
    faye_work_pass (work);
}

void
faye_deflate_job_finish (FayeDeflateJob *self)
{
  faye_deflate_job_answer (self);
  faye_deflate_job_free (self);
}

void
faye_deflate_jobs_finish (GQueue *jobs)
{
  FayeDeflateJob *job;

  while ((job = g_queue_pop_head (jobs)) != NULL)
    faye_deflate_job_finish (job);
}

void
faye_deflate_lane_init (FayeDeflateLane *self,
                        FayeDirection direction,
                        gboolean takeover,
                        const FayeDeflaterSetup *setup)
{
  *self = (FayeDeflateLane){ .direction = direction, .takeover = takeover, .setup = *setup };
  g_queue_init (&self->waiting);
}

static gpointer
codec_new (const FayeDeflateLane *self)
{
  if (self->direction == FAYE_DIRECTION_INCOMING)
    return faye_inflater_new (self->setup.window_bits);
  return faye_deflater_new (&self->setup);
}

static void
codec_reset (const FayeDeflateLane *self)
{
  if (self->direction == FAYE_DIRECTION_INCOMING)
    faye_inflater_reset (self->codec);
  else
    faye_deflater_reset (self->codec);
}

static GDestroyNotify
codec_free_func (const FayeDeflateLane *self)
{
  return self->direction == FAYE_DIRECTION_INCOMING ? (GDestroyNotify) faye_inflater_free
                                                    : (GDestroyNotify) faye_deflater_free;
}

static void
drop_codec (FayeDeflateLane *self)
{
  g_clear_pointer (&self->codec, codec_free_func (self));
}

gboolean
faye_deflate_lane_is_free (const FayeDeflateLane *self)
{
  return !self->busy && self->waiting.length == 0;
}

void
faye_deflate_lane_end (FayeDeflateLane *self)
{
  if (self->busy)
    return;
  faye_deflate_jobs_finish (&self->waiting);
  drop_codec (self);
}

/* Not 0, which is the scratch memory's. */
static guint
codec_key (const FayeDeflateLane *self)
{
  const FayeDeflaterSetup *setup = &self->setup;

  if (self->direction == FAYE_DIRECTION_INCOMING)
    return setup->window_bits;
  return setup->window_bits | setup->strategy << 4 | setup->mem_level << 8 |
         (setup->level + 1) << 12 | 1 << 16;
}

void
faye_deflate_lane_borrow (FayeDeflateLane *self, FayeDeflatePool *pool)
{
  if (self->codec == NULL && !self->takeover && pool != NULL)
    self->codec = faye_deflate_pool_take (pool, codec_key (self));
}

void
faye_deflate_lane_give_back (FayeDeflateLane *self, FayeDeflatePool *pool)
{
  if (self->codec == NULL || self->takeover)
    return;
  if (pool == NULL)
    drop_codec (self);
  else
    faye_deflate_pool_give (pool,
                            codec_key (self),
                            g_steal_pointer (&self->codec),
                            codec_free_func (self));
}

static FayeCodecStatus
run_codec (FayeDeflateLane *self, FayeDeflateJob *job, gsize share)
{
  if (self->verdict != FAYE_CODEC_AGAIN)
    return self->verdict;
  if (self->codec == NULL)
    self->codec = codec_new (self);
  if (self->codec == NULL)
    return FAYE_CODEC_NO_MEMORY;
  if (self->direction == FAYE_DIRECTION_INCOMING)
    return faye_inflater_run (self->codec, &job->input, &job->output, share);
  return faye_deflater_run (self->codec, &job->input, &job->output, share);
}

void
faye_deflate_lane_fail (FayeDeflateLane *self, FayeCodecStatus status)
{
  if (self->direction == FAYE_DIRECTION_INCOMING)
    self->verdict = status;
  else if (status == FAYE_CODEC_TOO_BIG)
    {
      /* It did not shrink: the peer will not see what the compressor has seen. */
      codec_reset (self);
      return;
    }
  drop_codec (self);
}

gboolean
faye_deflate_lane_run (FayeDeflateLane *self, FayeDeflateJob *job, gsize share)
{
  job->status = run_codec (self, job, share);
  if (job->status == FAYE_CODEC_AGAIN)
    return FALSE;
  if (job->status != FAYE_CODEC_DONE)
    {
      faye_deflate_output_clear (&job->output);
      faye_deflate_lane_fail (self, job->status);
      return TRUE;
    }
  job->payload = faye_deflate_output_finish (&job->output);
  if (!self->takeover)
    codec_reset (self);
  return TRUE;
}

/* Some texts take a hundred times as long to deflate as others of their size. */
gboolean
faye_deflate_lane_run_now (FayeDeflateLane *self, FayeDeflateJob *job)
{
  gint64 deadline;

  if (self->direction == FAYE_DIRECTION_INCOMING || job->input.size <= SLICE)
    return faye_deflate_lane_run (self, job, MAX_INFLATED);
  deadline = g_get_monotonic_time () + MAX_DEFLATING;
  while (!faye_deflate_lane_run (self, job, SLICE))
    if (g_get_monotonic_time () >= deadline)
      return FALSE;
  return TRUE;
}
