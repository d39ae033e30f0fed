/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-lane-private.h"

#include "faye/core/faye-close-code-private.h"

#include <string.h>

/* Payloads, and what a session does with a message. */

void
faye_payload_clear (FayePayload *self)
{
  FayePayload payload = *self;

  *self = (FayePayload){ NULL, 0, NULL, NULL };
  if (payload.release != NULL)
    payload.release (payload.owner);
}

gboolean
faye_payload_own (FayePayload *self)
{
  guint8 *block;

  if (self->release != NULL)
    return TRUE;
  block = g_try_malloc (self->size + 1);
  if (block == NULL)
    return FALSE;
  if (self->size > 0)
    memcpy (block, self->data, self->size);
  block[self->size] = 0;
  self->data = block;
  self->owner = block;
  self->release = g_free;
  return TRUE;
}

/* Marks the answer; FALSE if nothing comes of it, and the work is gone. */
static gboolean
work_answer (FayeWork *self)
{
  g_assert (self->state == FAYE_ITEM_GIVEN);

  if (self->pipeline == NULL)
    {
      faye_item_free ((FayeItem *) self, NULL);
      return FALSE;
    }
  self->state = FAYE_ITEM_ANSWERED;
  return TRUE;
}

static FayeLane *
work_get_lane (FayeWork *self)
{
  FayePipeline *pipeline = self->pipeline;

  return &pipeline->lanes[self->direction];
}

void
faye_work_pass (FayeWork *self)
{
  if (work_answer (self))
    faye_lane_go_on (work_get_lane (self), (FayeItem *) self);
}

/* A session changes no bits but its own. The old payload goes last: the new one may point into
 * it. */
void
faye_work_return (FayeWork *self, const FayePayload *payload, guint8 rsv, gboolean judged)
{
  FayePayload next = *payload;
  FayePayload old = { NULL, 0, NULL, NULL };
  guint8 own;

  if (payload != &self->payload)
    old = self->payload;
  if (!work_answer (self))
    {
      if (payload != &self->payload)
        faye_payload_clear (&next);
      return;
    }
  own = faye_lane_get_stage (work_get_lane (self), self->stage - 1)->rsv;
  self->rsv = (self->rsv & ~own) | (rsv & own);
  self->payload = next;
  self->judged = judged;
  faye_lane_account (work_get_lane (self), (FayeItem *) self);
  faye_lane_go_on (work_get_lane (self), (FayeItem *) self);
  faye_payload_clear (&old);
}

/* Letting go of what is dropped may end it all. */
void
faye_work_fail (FayeWork *self, guint code, const char *reason)
{
  FayePipeline *pipeline = self->pipeline;
  FayeLane *lane;

  if (!work_answer (self))
    return;
  lane = work_get_lane (self);
  if (!faye_close_code_is_valid (code))
    code = FAYE_CLOSE_CODE_EXTENSION;
  faye_pipeline_enter (pipeline);
  faye_lane_fail (lane, (FayeItem *) self, code, g_strdup (reason));
  if (!pipeline->closed)
    faye_lane_go_on (lane, (FayeItem *) self);
  faye_pipeline_leave (pipeline);
}

gboolean
faye_work_keep (FayeWork *self)
{
  return faye_payload_own (&self->payload);
}

GMainContext *
faye_work_get_context (FayeWork *self)
{
  FayePipeline *pipeline = self->pipeline;

  return pipeline != NULL ? pipeline->context : ((FayeItem *) self)->context;
}

int
faye_work_get_priority (FayeWork *self)
{
  FayePipeline *pipeline = self->pipeline;

  return pipeline != NULL ? pipeline->priority : ((FayeItem *) self)->priority;
}
