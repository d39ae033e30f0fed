/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-deflate-session-private.h"
#include "faye/ext/faye-pipeline-private.h"
#include "tests/ext/codec-text.h"

G_BEGIN_DECLS

/* One end of a connection that has permessage-deflate and nothing else. */
typedef struct
{
  FayeDeflateSession *session;
  FayePipeline *pipeline; /* (owned) (nullable) */
  GMainContext *context;  /* (unowned) (nullable) */
  GQueue out[2];          /* DeflateMessage, of each direction */
  guint code[2];          /* of a failure */
  gboolean expect_nothing;
  void (*passed) (gpointer user_data, FayeWork *work); /* (nullable) before it is recorded */
  gpointer user_data;
} DeflatePeer;

typedef struct
{
  GByteArray *bytes; /* (owned) */
  guint8 rsv;
  gboolean text;
  gboolean judged;
  gboolean was_borrowed;
  gsize borrowed_at; /* the address, to be compared */
} DeflateMessage;

extern const FayeDeflateOptions deflate_usual;

/* Both ends of a connection: SERVER answers what CLIENT offers. */
void deflate_peers_init (DeflatePeer *client,
                         const FayeDeflateOptions *client_options,
                         DeflatePeer *server,
                         const FayeDeflateOptions *server_options,
                         GMainContext *context);
void deflate_peer_clear (DeflatePeer *self);

/* Pushes a copy of BYTES, which is gone when this returns. */
void deflate_peer_push (DeflatePeer *self,
                        FayeDirection direction,
                        const GByteArray *bytes,
                        const FayeWork *message);

/* The next that comes out; the loop runs until it is there. */
DeflateMessage *deflate_peer_pop (DeflatePeer *self, FayeDirection direction);
/* Likewise the close code of a failure. */
guint deflate_peer_wait_for_code (DeflatePeer *self, FayeDirection direction);
void deflate_message_free (DeflateMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DeflateMessage, deflate_message_free)

/* Pushes TEXT out of FROM, and what comes out of it into TO. What comes out there. */
DeflateMessage *deflate_peer_send (DeflatePeer *from, DeflatePeer *to, const GByteArray *text);

G_END_DECLS
