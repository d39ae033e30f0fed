/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-pipeline-private.h"

G_BEGIN_DECLS

/*
 * One direction of a pipeline: what is under way in it, in order. An item is given to one session
 * after the other; each session is given the items in their order, and so is the owner at the end.
 */

typedef enum
{
  FAYE_ITEM_GIVEN,    /* a session has it */
  FAYE_ITEM_ANSWERED, /* waits to go on; marks are never anything else */
  FAYE_ITEM_FAILED,   /* waits to be told of */
} FayeItemState;

typedef struct _FayeItem FayeItem;

struct _FayeItem
{
  FayeWork work;    /* `stage` counts the sessions that it was given to */
  GList link;       /* its place in the lane */
  GList ready_link; /* its place among those to be looked at; its data is NULL while it has none */
  gboolean is_mark;
  gpointer mark;
  gsize size;            /* of the largest payload it had */
  guint code;            /* FAILED */
  char *reason;          /* (owned) (nullable) FAILED */
  GMainContext *context; /* (unowned) (nullable) once it is adrift */
  int priority;          /* likewise */
};

typedef struct
{
  FayePipeline *pipeline;
  FayeDirection direction;
  GQueue items;      /* FayeItem */
  GQueue ready;      /* FayeItem: those that may be able to go on */
  FayeItem *current; /* (nullable) the one that a session is being called with */
  gboolean running;
  gboolean held;
  gboolean broken; /* an item has failed */
  guint length;    /* of the items, marks left out */
  gsize size;
} FayeLane;

typedef struct
{
  char *name; /* (owned) */
  guint8 rsv;
  FayeSession session; /* (owned) */
} FayeStage;

struct _FayePipeline
{
  guint refs;
  guint depth;           /* calls of ours on the stack: it is not freed while there are any */
  GMainContext *context; /* (unowned) (nullable) */
  int priority;
  const FayePipelineFuncs *funcs;
  gpointer owner;    /* (unowned) */
  GPtrArray *stages; /* FayeStage */
  guint8 rsv;
  gboolean closed;
  FayeLane lanes[2];
  FayeItem *spare; /* (owned) (nullable) */
};

void faye_pipeline_enter (FayePipeline *self);
void faye_pipeline_leave (FayePipeline *self);

FayeItem *faye_item_new (FayeLane *lane);
void faye_item_free (FayeItem *item, FayePipeline *pipeline); /* PIPELINE may be NULL */

void faye_lane_init (FayeLane *self, FayePipeline *pipeline, FayeDirection direction);
void faye_lane_add (FayeLane *self, FayeItem *item);
/* ITEM has got its payload. */
void faye_lane_account (FayeLane *self, FayeItem *item);
/* ITEM's state has changed: it goes as far as it can. */
void faye_lane_go_on (FayeLane *self, FayeItem *item);
void faye_lane_set_held (FayeLane *self, gboolean held);
/* ITEM has failed, and all messages behind it are dropped. Takes REASON. */
void faye_lane_fail (FayeLane *self, FayeItem *item, guint code, char *reason);
void faye_lane_clear (FayeLane *self);

FayeStage *faye_lane_get_stage (FayeLane *self, guint index);

G_END_DECLS
