/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-session-private.h"

G_BEGIN_DECLS

/*
 * The sessions that a connection's messages go through: outgoing ones in the order of the
 * agreement, incoming ones the other way round (RFC 6455, section 9.1). A session is given each
 * message at once, however many it has not answered yet; whatever the order of its answers, the
 * order of the messages stays in each direction. Sessions that answer at once cost no queue.
 */
typedef struct _FayePipeline FayePipeline;

/* Each is called with nothing of the pipeline half done. */
typedef struct
{
  /* A message has come through. Its payload may be taken by setting `release` to NULL. */
  void (*passed) (gpointer owner, FayeWork *work);
  /* All that was pushed before the mark has come through. */
  void (*marked) (gpointer owner, FayeDirection direction, gpointer mark);
  /* A session of extension NAME gave up: all before it has come through, and what was pushed behind
   * it, marks excepted, is dropped, as is what will be. At most once a direction. */
  void (*failed) (gpointer owner,
                  FayeDirection direction,
                  const char *name,
                  guint code,
                  const char *reason);
} FayePipelineFuncs;

/* CONTEXT (nullable, not kept alive) and PRIORITY are where sessions answer. */
FayePipeline *faye_pipeline_new (GMainContext *context, int priority);
FayePipeline *faye_pipeline_ref (FayePipeline *self);
void faye_pipeline_unref (FayePipeline *self); /* the last one closes it */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayePipeline, faye_pipeline_unref)

void faye_pipeline_set_owner (FayePipeline *self, const FayePipelineFuncs *funcs, gpointer owner);

/* Adds a session behind the others; takes it. */
void faye_pipeline_add (FayePipeline *self, const char *name, guint8 rsv, FayeSession session);

/* The RSV bits of all sessions. */
guint8 faye_pipeline_get_rsv (FayePipeline *self);

/* Sends MESSAGE (of which the private part is not looked at; its payload is taken if it is owned)
 * through the sessions of its direction. */
void faye_pipeline_push (FayePipeline *self, const FayeWork *message);

/* MARK comes out by `marked` behind all that was pushed before, at once if nothing waits. */
void faye_pipeline_push_mark (FayePipeline *self, FayeDirection direction, gpointer mark);

/* While a direction is held, what has come through waits. Letting go hands it over before this
 * returns, unless it is held again in between. */
void faye_pipeline_set_held (FayePipeline *self, FayeDirection direction, gboolean held);

/* What waits or is with a session: messages, and the most bytes that they had so far. */
guint faye_pipeline_get_length (FayePipeline *self, FayeDirection direction);
gsize faye_pipeline_get_size (FayePipeline *self, FayeDirection direction);

/* Ends all: each session is closed once, the last first; nothing is handed over any more, and what
 * waits is dropped. */
void faye_pipeline_close (FayePipeline *self);

G_END_DECLS
