/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-deflate-output-private.h"
#include "faye/ext/faye-deflate-pool-private.h"
#include "faye/ext/faye-deflater-private.h"

G_BEGIN_DECLS

/* One message in the hands of a lane. */
typedef struct
{
  FayeWork *work;
  FayeCodecInput input;
  FayeDeflateOutput output;
  FayeCodecStatus status;
  FayePayload original; /* the work's, once it is kept */
  FayePayload payload;  /* once it is done; the output is empty then */
  gboolean judged;
} FayeDeflateJob;

/*
 * One direction of a session: its codec, and what decides how long that lives. A worker may have
 * it for a while, all but the part of the session's thread.
 */
typedef struct
{
  FayeDirection direction;
  gboolean takeover;
  FayeDeflaterSetup setup; /* incoming: its window bits alone */
  gpointer codec;          /* (owned) (nullable) */
  FayeCodecStatus verdict; /* what broke an incoming lane, else FAYE_CODEC_AGAIN */
  int closed;              /* atomic: nobody waits for results any more */

  /*< of the session's thread >*/
  GQueue waiting; /* (owned) FayeDeflateJob, while the worker is busy or nobody takes results */
  gboolean busy;
  gboolean held;
} FayeDeflateLane;

/* The work's payload is written to SCRATCH (nullable) first. */
void faye_deflate_job_init (FayeDeflateJob *self, FayeWork *work, guint8 *scratch, guint64 limit);
void faye_deflate_job_free (FayeDeflateJob *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeDeflateJob, faye_deflate_job_free)

/* A copy that lasts beyond the call that brought the work, to be gone on with; SELF is void then.
 * NULL if there is no memory. */
FayeDeflateJob *faye_deflate_job_keep (FayeDeflateJob *self);

/* Answers the work; SELF has none then. */
void faye_deflate_job_answer (FayeDeflateJob *self);
/* Answers it, and frees SELF, which was kept; likewise all of a queue, in order. */
void faye_deflate_job_finish (FayeDeflateJob *self);
void faye_deflate_jobs_finish (GQueue *jobs);

void faye_deflate_lane_init (FayeDeflateLane *self,
                             FayeDirection direction,
                             gboolean takeover,
                             const FayeDeflaterSetup *setup);

/* Whether a message may be begun: none is unfinished. */
gboolean faye_deflate_lane_is_free (const FayeDeflateLane *self);

/* Nobody waits for results any more. While a worker is busy that is put off. */
void faye_deflate_lane_end (FayeDeflateLane *self);

/* Without takeover the codec is the pool's (nullable) between messages. */
void faye_deflate_lane_borrow (FayeDeflateLane *self, FayeDeflatePool *pool);
void faye_deflate_lane_give_back (FayeDeflateLane *self, FayeDeflatePool *pool);

/* The message at hand is not to be finished, for the reason that STATUS is. */
void faye_deflate_lane_fail (FayeDeflateLane *self, FayeCodecStatus status);

/* Works on JOB for about SHARE bytes. FALSE if there is more to do. */
gboolean faye_deflate_lane_run (FayeDeflateLane *self, FayeDeflateJob *job, gsize share);
/* Likewise, for as long as a main loop may be held. */
gboolean faye_deflate_lane_run_now (FayeDeflateLane *self, FayeDeflateJob *job);

G_END_DECLS
