/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/core/faye-protocol-private.h"
#include "faye/ext/faye-pipeline-private.h"
#include "faye/io/faye-transport-private.h"

G_BEGIN_DECLS

/*
 * An open connection: where a protocol and a transport meet. Bytes from the transport become
 * events, messages become frames in its queue, and the closing handshake is led to its end.
 * FayeWebSocket is its only user.
 */
typedef struct _FayeConnection FayeConnection;

/* Each is called with nothing of the connection half done: it may send, close or abort in there. */
typedef struct
{
  void (*message) (gpointer owner, const FayeProtocolEvent *event);
  void (*ping) (gpointer owner, const guint8 *payload, gsize size);
  void (*pong) (gpointer owner, const guint8 *payload, gsize size);
  void (*failed) (gpointer owner, const GError *error);            /* tells why; `closed` follows */
  void (*closing) (gpointer owner);                                /* no more can be sent */
  void (*closed) (gpointer owner, guint code, const char *reason); /* once, last */
} FayeConnectionFuncs;

typedef struct
{
  gint64 ping_interval;   /* µs; 0 = off */
  gint64 ping_timeout;    /* µs */
  gint64 message_timeout; /* µs; 0 = none */
  gint64 close_timeout;   /* µs */
} FayeConnectionTimes;

/* Takes TRANSPORT and PROTOCOL. Nothing is read before faye_connection_start (); sending works at
 * once. */
FayeConnection *faye_connection_new (FayeTransport *transport,
                                     FayeProtocol *protocol,
                                     FayeRole role,
                                     const FayeConnectionTimes *times,
                                     const FayeConnectionFuncs *funcs,
                                     gpointer owner);
FayeConnection *faye_connection_ref (FayeConnection *self);
void faye_connection_unref (FayeConnection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeConnection, faye_connection_unref)

/* Takes PIPELINE, which all messages go through, both ways. Before anything is sent or read. */
void faye_connection_set_pipeline (FayeConnection *self, FayePipeline *pipeline);

void faye_connection_start (FayeConnection *self);

/* Queues a message. A large payload is not copied when it need not be masked: HOLDER, which it
 * belongs to, is then kept by REF until it has left, and let go by UNREF. Without HOLDER it is
 * always copied. FALSE: nothing can be sent. */
typedef struct
{
  gpointer holder;
  gpointer (*ref) (gpointer holder);
  GDestroyNotify unref;
} FayePayloadHolder;

gboolean faye_connection_send (FayeConnection *self,
                               gboolean text,
                               const guint8 *data,
                               gsize size,
                               const FayePayloadHolder *holder,
                               FayeCompress compress);

/* TASK is done when all that is queued now has left. */
void faye_connection_notify_sent (FayeConnection *self, GTask *task);

gboolean faye_connection_ping (FayeConnection *self, const guint8 *payload, gsize size);
gboolean faye_connection_ping_task (FayeConnection *self, GTask *task);
gboolean faye_connection_pong (FayeConnection *self, const guint8 *payload, gsize size);

/* Whether messages are read. While they are not, the peer is not expected to be heard of. Closing
 * ends a pause: what comes then is not delivered any more. */
void faye_connection_set_paused (FayeConnection *self, gboolean paused);

/* Begins the closing handshake; what was sent before leaves first. CODE may be 1005: no code. */
void faye_connection_close (FayeConnection *self, guint code, const char *reason);
void faye_connection_abort (FayeConnection *self, const GError *error);

FayeProtocol *faye_connection_get_protocol (FayeConnection *self);
gsize faye_connection_get_queued (FayeConnection *self);
gint64 faye_connection_get_latency (FayeConnection *self);

G_END_DECLS
