/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-lane-private.h"

/*
 * The sessions, and a lane for each direction. Whatever the owner does from inside a call of ours,
 * sessions are closed, and memory is freed, by the outermost call as it returns.
 */

FayePipeline *
faye_pipeline_new (GMainContext *context, int priority)
{
  FayePipeline *self = g_new0 (FayePipeline, 1);

  self->refs = 1;
  self->context = context;
  self->priority = priority;
  self->stages = g_ptr_array_new ();
  faye_lane_init (&self->lanes[FAYE_DIRECTION_INCOMING], self, FAYE_DIRECTION_INCOMING);
  faye_lane_init (&self->lanes[FAYE_DIRECTION_OUTGOING], self, FAYE_DIRECTION_OUTGOING);
  return self;
}

FayePipeline *
faye_pipeline_ref (FayePipeline *self)
{
  self->refs++;
  return self;
}

static void
close_sessions (FayePipeline *self)
{
  while (self->stages->len > 0)
    {
      FayeStage *stage = g_ptr_array_steal_index (self->stages, self->stages->len - 1);

      stage->session.ops->close (stage->session.session);
      stage->session.ops->unref (stage->session.session);
      g_free (stage->name);
      g_free (stage);
    }
}

void
faye_pipeline_enter (FayePipeline *self)
{
  self->depth++;
}

void
faye_pipeline_leave (FayePipeline *self)
{
  if (self->depth == 1 && self->closed)
    close_sessions (self);
  self->depth--;
  if (self->depth > 0 || self->refs > 0)
    return;
  g_ptr_array_unref (self->stages);
  g_free (self->spare);
  g_free (self);
}

void
faye_pipeline_unref (FayePipeline *self)
{
  self->refs--;
  if (self->refs > 0)
    return;
  faye_pipeline_enter (self);
  faye_pipeline_close (self);
  faye_pipeline_leave (self);
}

void
faye_pipeline_set_owner (FayePipeline *self, const FayePipelineFuncs *funcs, gpointer owner)
{
  self->funcs = funcs;
  self->owner = owner;
}

void
faye_pipeline_add (FayePipeline *self, const char *name, guint8 rsv, FayeSession session)
{
  FayeStage *stage = g_new (FayeStage, 1);

  stage->name = g_strdup (name);
  stage->rsv = rsv;
  stage->session = session;
  g_ptr_array_add (self->stages, stage);
  self->rsv |= rsv;
}

guint8
faye_pipeline_get_rsv (FayePipeline *self)
{
  return self->rsv;
}

void
faye_pipeline_push (FayePipeline *self, const FayeWork *message)
{
  FayeLane *lane = &self->lanes[message->direction];
  FayeItem *item;

  if (self->closed || lane->broken)
    {
      FayePayload payload = message->payload;

      faye_payload_clear (&payload);
      return;
    }
  item = faye_item_new (lane);
  item->work.text = message->text;
  item->work.rsv = message->rsv;
  item->work.judged = message->judged;
  item->work.compress = message->compress;
  item->work.limit = message->limit;
  item->work.payload = message->payload;
  faye_lane_add (lane, item);
}

void
faye_pipeline_push_mark (FayePipeline *self, FayeDirection direction, gpointer mark)
{
  FayeLane *lane = &self->lanes[direction];
  FayeItem *item;

  if (self->closed)
    return;
  item = faye_item_new (lane);
  item->is_mark = TRUE;
  item->mark = mark;
  faye_lane_add (lane, item);
}

void
faye_pipeline_set_held (FayePipeline *self, FayeDirection direction, gboolean held)
{
  faye_lane_set_held (&self->lanes[direction], held);
}

guint
faye_pipeline_get_length (FayePipeline *self, FayeDirection direction)
{
  return self->lanes[direction].length;
}

gsize
faye_pipeline_get_size (FayePipeline *self, FayeDirection direction)
{
  return self->lanes[direction].size;
}

void
faye_pipeline_close (FayePipeline *self)
{
  if (self->closed)
    return;
  faye_pipeline_enter (self);
  self->closed = TRUE;
  faye_lane_clear (&self->lanes[FAYE_DIRECTION_INCOMING]);
  faye_lane_clear (&self->lanes[FAYE_DIRECTION_OUTGOING]);
  faye_pipeline_leave (self);
}
