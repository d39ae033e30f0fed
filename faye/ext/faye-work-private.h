/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes with somebody who owns them. Without RELEASE they are borrowed, and gone when the call that
 * brought them returns. RELEASE is g_free exactly where OWNER is a g_malloc block that DATA begins,
 * of SIZE + 1 bytes, ending in a NUL. */
typedef struct
{
  const guint8 *data;
  gsize size;
  gpointer owner;         /* (nullable) */
  GDestroyNotify release; /* (nullable) */
} FayePayload;

void faye_payload_clear (FayePayload *self);
/* Copies what is borrowed. FALSE when there is no memory; SELF is then as it was. */
gboolean faye_payload_own (FayePayload *self);

typedef enum
{
  FAYE_DIRECTION_INCOMING,
  FAYE_DIRECTION_OUTGOING,
} FayeDirection;

/* What the sender of a message wishes; numbered like the public FayeCompression. */
typedef enum
{
  FAYE_COMPRESS_DEFAULT,
  FAYE_COMPRESS_NEVER,
  FAYE_COMPRESS_ALWAYS,
} FayeCompress;

/*
 * One message on its way through a pipeline. A session is given it, and answers by exactly one of
 * the three functions below, before it returns or later, on the thread of the pipeline's context;
 * the work is not its own any more after that. A session that answers later calls faye_work_keep ()
 * before it returns. All may be answered after the pipeline was closed or even freed: then nothing
 * comes of it.
 */
typedef struct _FayeWork FayeWork;

struct _FayeWork
{
  FayeDirection direction;
  gboolean text;
  guint8 rsv;            /* FAYE_RSV1 … */
  gboolean judged;       /* incoming text: known to be valid UTF-8 */
  FayeCompress compress; /* outgoing */
  guint64 limit;         /* incoming: the payload may not become longer; G_MAXUINT64 for no limit */
  FayePayload payload;

  /*< private to the pipeline >*/
  gpointer pipeline; /* NULL once nothing comes of the answer */
  guint stage;
  guint state;
};

/* It goes on as it is. */
void faye_work_pass (FayeWork *self);
/* It goes on with another payload, which is taken; JUDGED as above. A borrowed payload is good for
 * what happens before this returns, so that nothing need be allocated for it. */
void faye_work_return (FayeWork *self, const FayePayload *payload, guint8 rsv, gboolean judged);
/* The connection is to end with CODE (0: 1010, the default of RFC 6455, section 7.4.1) and REASON;
 * what came before goes on. */
void faye_work_fail (FayeWork *self, guint code, const char *reason);

/* Makes the payload last beyond the call. FALSE when there is no memory: then it is to fail with
 * 1011. */
gboolean faye_work_keep (FayeWork *self);

/* Where a session is to come back from a thread of its own: for it to ask while it is given the
 * work. */
GMainContext *faye_work_get_context (FayeWork *self); /* (nullable): the default one */
int faye_work_get_priority (FayeWork *self);

G_END_DECLS
