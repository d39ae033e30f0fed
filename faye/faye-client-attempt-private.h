/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/faye-dial-private.h"
#include "faye/faye-enums.h"
#include "faye/http/faye-head-private.h"
#include "faye/io/faye-transport-private.h"

G_BEGIN_DECLS

/*
 * One attempt at a handshake: a stream is dialled or given, the request goes out on it, and a
 * response comes back. What the response means is for the owner to say.
 */
typedef struct _FayeClientAttempt FayeClientAttempt;

typedef struct
{
  void (*progress) (gpointer owner, FayePhase phase);
  void (*connected) (gpointer owner, GIOStream *stream);
  /* The head of the final response is there. The owner takes the transport, stops the attempt, or
   * does neither, and then the body is read. */
  void (*responded) (gpointer owner);
  void (*completed) (gpointer owner); /* the body is there, or as much of it as will come */
  void (*failed) (gpointer owner, const GError *error); /* no response came */
} FayeClientAttemptFuncs;

/* REQUEST is kept. */
FayeClientAttempt *faye_client_attempt_new (FayeLoop *loop,
                                            GBytes *request,
                                            const FayeClientAttemptFuncs *funcs,
                                            gpointer owner);
FayeClientAttempt *faye_client_attempt_ref (FayeClientAttempt *self);
void faye_client_attempt_unref (FayeClientAttempt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeClientAttempt, faye_client_attempt_unref)

/* One of the two. The plan's progress and owner are set here. */
void faye_client_attempt_dial (FayeClientAttempt *self, FayeDialPlan *plan);
void faye_client_attempt_speak (FayeClientAttempt *self, GIOStream *stream);

/* Ends it without a word. What has come can still be read. */
void faye_client_attempt_stop (FayeClientAttempt *self);

/* Whether it has ended, one way or another. */
gboolean faye_client_attempt_is_over (FayeClientAttempt *self);

/* Its last act: the stream is the caller's, with reading off. */
FayeTransport *faye_client_attempt_take_transport (FayeClientAttempt *self);

const FayeHead *faye_client_attempt_get_proxy_response (FayeClientAttempt *self); /* (nullable) */
const FayeHead *faye_client_attempt_get_response (FayeClientAttempt *self);       /* (nullable) */
GBytes *faye_client_attempt_get_body (FayeClientAttempt *self); /* (nullable) at most 64 KiB */

G_END_DECLS
