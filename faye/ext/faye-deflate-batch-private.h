/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-deflate-lane-private.h"

G_BEGIN_DECLS

/* Messages of one lane that a worker thread does in their order. */
typedef struct
{
  FayeDeflateLane *lane; /* (unowned) the worker's until the batch is back */
  gpointer owner;
  GQueue todo;      /* (owned) FayeDeflateJob; what is left when the batch is back was not begun */
  GQueue done;      /* (owned) likewise */
  gboolean is_over; /* for who gets it back */

  /*< private >*/
  GMainContext *context; /* (owned) while the worker has it */
  int priority;
  GSourceFunc back_cb;
  GDestroyNotify free_cb;
  int stage; /* atomic */
} FayeDeflateBatch;

/* Takes all that waits in LANE. */
FayeDeflateBatch *faye_deflate_batch_new (FayeDeflateLane *lane, gpointer owner);
void faye_deflate_batch_free (FayeDeflateBatch *self);

/* Gives it to a worker. BACK_CB is called on CONTEXT (nullable) until it returns FALSE, FREE_CB
 * then, or when the context is gone. */
void faye_deflate_batch_start (FayeDeflateBatch *self,
                               GMainContext *context,
                               int priority,
                               GSourceFunc back_cb,
                               GDestroyNotify free_cb);

G_END_DECLS
