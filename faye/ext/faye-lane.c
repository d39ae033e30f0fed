/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-lane-private.h"

#include "faye/core/faye-close-code-private.h"

#include <string.h>

/*
 * An item goes on when it is answered and the one before it has been given to the session that is
 * next, or to the owner at the end. As it does, the one behind it may be able to: those are put on
 * a list, which the outermost call works off. Only an item that is answered while its session is
 * being called goes on from inside that call, so that its payload may be borrowed; the stack grows
 * with the number of sessions and nothing else.
 */

FayeStage *
faye_lane_get_stage (FayeLane *self, guint index)
{
  GPtrArray *stages = self->pipeline->stages;

  if (self->direction == FAYE_DIRECTION_INCOMING)
    index = stages->len - 1 - index;
  return g_ptr_array_index (stages, index);
}

FayeItem *
faye_item_new (FayeLane *lane)
{
  FayeItem *item = g_steal_pointer (&lane->pipeline->spare);

  if (item == NULL)
    item = g_new (FayeItem, 1);
  memset (item, 0, sizeof *item);
  item->work.pipeline = lane->pipeline;
  item->work.direction = lane->direction;
  item->work.state = FAYE_ITEM_ANSWERED;
  item->link.data = item;
  return item;
}

/* What owns the payload may be the program's, and come back here. */
void
faye_item_free (FayeItem *item, FayePipeline *pipeline)
{
  faye_payload_clear (&item->work.payload);
  g_free (item->reason);
  if (pipeline != NULL && pipeline->spare == NULL)
    pipeline->spare = item;
  else
    g_free (item);
}

/* Nothing will come of its answer. The session may be at work on the payload until then. */
static void
item_set_adrift (FayeItem *item)
{
  FayePipeline *pipeline = item->work.pipeline;

  item->context = pipeline->context;
  item->priority = pipeline->priority;
  item->work.pipeline = NULL;
}

static void
item_drop (FayeItem *item)
{
  if (item->work.state == FAYE_ITEM_GIVEN)
    item_set_adrift (item);
  else
    faye_item_free (item, item->work.pipeline);
}

void
faye_lane_init (FayeLane *self, FayePipeline *pipeline, FayeDirection direction)
{
  self->pipeline = pipeline;
  self->direction = direction;
  g_queue_init (&self->items);
  g_queue_init (&self->ready);
}

static void
lane_remove (FayeLane *self, FayeItem *item)
{
  g_queue_unlink (&self->items, &item->link);
  if (item->ready_link.data != NULL)
    g_queue_unlink (&self->ready, &item->ready_link);
  item->ready_link.data = NULL;
  if (self->current == item)
    self->current = NULL;
  if (item->is_mark)
    return;
  self->length--;
  self->size -= item->size;
}

static void
lane_wake (FayeLane *self, GList *link)
{
  FayeItem *item = link != NULL ? link->data : NULL;

  if (item == NULL || item->work.state == FAYE_ITEM_GIVEN || item->ready_link.data != NULL)
    return;
  item->ready_link.data = item;
  g_queue_push_tail_link (&self->ready, &item->ready_link);
}

/* Taken out together first, since letting go of a payload may run the program's code. */
static void
lane_drop_behind (FayeLane *self, FayeItem *item)
{
  GQueue dropped = G_QUEUE_INIT;
  GList *next;

  for (GList *i = item->link.next; i != NULL; i = next)
    {
      FayeItem *other = i->data;

      next = i->next;
      if (other->is_mark)
        continue;
      lane_remove (self, other);
      g_queue_push_tail_link (&dropped, &other->link);
    }
  while (!g_queue_is_empty (&dropped))
    item_drop (g_queue_pop_head_link (&dropped)->data);
}

void
faye_lane_fail (FayeLane *self, FayeItem *item, guint code, char *reason)
{
  item->work.state = FAYE_ITEM_FAILED;
  item->code = code;
  item->reason = reason;
  self->broken = TRUE;
  lane_drop_behind (self, item);
}

/* What has to wait must not be borrowed. */
static void
lane_keep (FayeLane *self, FayeItem *item)
{
  gsize size = item->work.payload.size;

  if (item->is_mark || item->work.state == FAYE_ITEM_FAILED || faye_work_keep (&item->work))
    return;
  faye_lane_fail (self,
                  item,
                  FAYE_CLOSE_CODE_INTERNAL,
                  g_strdup_printf ("No memory for a message of %" G_GSIZE_FORMAT " bytes", size));
}

static gboolean
item_has_passed_all (FayeLane *self, FayeItem *item)
{
  return item->work.state == FAYE_ITEM_FAILED || item->work.stage == self->pipeline->stages->len;
}

static gboolean
lane_lets_go_on (FayeLane *self, FayeItem *item)
{
  FayeItem *before = item->link.prev != NULL ? item->link.prev->data : NULL;

  if (item->work.state == FAYE_ITEM_GIVEN)
    return FALSE;
  if (item_has_passed_all (self, item))
    return before == NULL && !self->held;
  return before == NULL || before->work.stage > item->work.stage;
}

static void
lane_tell_failure (FayeLane *self, FayeItem *item)
{
  FayePipeline *pipeline = self->pipeline;
  guint index = MAX (item->work.stage, 1) - 1;
  const char *name = "";

  if (pipeline->stages->len > 0)
    name = faye_lane_get_stage (self, index)->name;
  pipeline->funcs->failed (pipeline->owner,
                           self->direction,
                           name,
                           item->code,
                           item->reason != NULL ? item->reason : "");
}

static void
lane_hand_over (FayeLane *self, FayeItem *item)
{
  FayePipeline *pipeline = self->pipeline;

  lane_remove (self, item);
  self->current = NULL;
  if (item->is_mark)
    pipeline->funcs->marked (pipeline->owner, self->direction, item->mark);
  else if (item->work.state == FAYE_ITEM_FAILED)
    lane_tell_failure (self, item);
  else
    pipeline->funcs->passed (pipeline->owner, &item->work);
  faye_item_free (item, pipeline);
}

/* The item may be gone when its session returns; what the session has not answered it must have
 * kept. */
static void
lane_give (FayeLane *self, FayeItem *item)
{
  FayeStage *stage = faye_lane_get_stage (self, item->work.stage - 1);
  const FayeSessionOps *ops = stage->session.ops;

  item->work.state = FAYE_ITEM_GIVEN;
  self->current = item;
  if (self->direction == FAYE_DIRECTION_INCOMING)
    ops->incoming (stage->session.session, &item->work);
  else
    ops->outgoing (stage->session.session, &item->work);
  g_assert (self->current != item || item->work.state != FAYE_ITEM_GIVEN ||
            item->work.payload.release != NULL);
}

static void
lane_move (FayeLane *self, FayeItem *item)
{
  while (lane_lets_go_on (self, item))
    {
      lane_wake (self, item->link.next);
      if (item_has_passed_all (self, item))
        {
          lane_hand_over (self, item);
          return;
        }
      item->work.stage++;
      if (!item->is_mark)
        {
          lane_give (self, item);
          return;
        }
    }
  lane_keep (self, item);
}

static void
lane_run (FayeLane *self, FayeItem *first)
{
  FayePipeline *pipeline = self->pipeline;

  faye_pipeline_enter (pipeline);
  self->running = TRUE;
  lane_move (self, first);
  while (!g_queue_is_empty (&self->ready))
    {
      FayeItem *item = g_queue_pop_head_link (&self->ready)->data;

      item->ready_link.data = NULL;
      self->current = NULL;
      if (item->work.state != FAYE_ITEM_GIVEN)
        lane_move (self, item);
    }
  self->current = NULL;
  self->running = FALSE;
  faye_pipeline_leave (pipeline);
}

void
faye_lane_go_on (FayeLane *self, FayeItem *item)
{
  if (!self->running)
    lane_run (self, item);
  else if (self->current == item)
    lane_move (self, item);
  else
    {
      lane_keep (self, item);
      if (!self->pipeline->closed)
        lane_wake (self, &item->link);
    }
}

void
faye_lane_account (FayeLane *self, FayeItem *item)
{
  gsize size = MAX (item->size, item->work.payload.size);

  self->size += size - item->size;
  item->size = size;
}

void
faye_lane_add (FayeLane *self, FayeItem *item)
{
  g_queue_push_tail_link (&self->items, &item->link);
  if (!item->is_mark)
    self->length++;
  faye_lane_account (self, item);
  faye_lane_go_on (self, item);
}

static void
lane_tell_held (FayeLane *self)
{
  GPtrArray *stages = self->pipeline->stages;

  for (guint i = 0; i < stages->len; i++)
    {
      FayeSession *session = &faye_lane_get_stage (self, i)->session;

      if (session->ops->set_held != NULL)
        session->ops->set_held (session->session, self->direction, self->held);
    }
}

void
faye_lane_set_held (FayeLane *self, gboolean held)
{
  GList *first = self->items.head;

  if (self->held == held)
    return;
  self->held = held;
  lane_tell_held (self);
  if (!held && first != NULL && ((FayeItem *) first->data)->work.state != FAYE_ITEM_GIVEN)
    faye_lane_go_on (self, first->data);
}

void
faye_lane_clear (FayeLane *self)
{
  GQueue dropped = self->items;

  g_queue_init (&self->items);
  g_queue_init (&self->ready);
  self->current = NULL;
  self->length = 0;
  self->size = 0;
  while (!g_queue_is_empty (&dropped))
    item_drop (g_queue_pop_head_link (&dropped)->data);
}
