/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/io/faye-timer-private.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The Pings of one connection: those that wait for their Pong, the round trip that was measured,
 * and the ones that go out by themselves every so often to find out whether the peer is still there
 * (RFC 6455, section 5.5.2).
 */
typedef struct _FayeHeartbeat FayeHeartbeat;

typedef struct
{
  gboolean (*send_ping) (gpointer owner,
                         const guint8 *payload,
                         gsize size);       /* FALSE: cannot be sent */
  gint64 (*get_last_read) (gpointer owner); /* when the last byte came: monotonic µs */
  void (*lost) (gpointer owner);            /* neither a Pong nor any other byte came in time */
} FayeHeartbeatFuncs;

/* What a Ping carries so that its Pong is known. */
#define FAYE_HEARTBEAT_PAYLOAD 8

FayeHeartbeat *faye_heartbeat_new (FayeLoop *loop, const FayeHeartbeatFuncs *funcs, gpointer owner);
void faye_heartbeat_free (FayeHeartbeat *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeHeartbeat, faye_heartbeat_free)

/* Pings every INTERVAL µs, and calls `lost` when nothing came for TIMEOUT µs after one. An INTERVAL
 * of 0 is off. */
void faye_heartbeat_start (FayeHeartbeat *self, gint64 interval, gint64 timeout);

/* Sends a Ping whose Pong completes TASK with the round trip in µs (gssize); FALSE if it could not
 * be sent. */
gboolean faye_heartbeat_ping (FayeHeartbeat *self, GTask *task);

/* A Pong came. It answers its Ping and all that were sent before that one (RFC 6455,
 * section 5.5.3). */
void faye_heartbeat_pong (FayeHeartbeat *self, const guint8 *payload, gsize size);

/* Stops, and fails all that wait. */
void faye_heartbeat_stop (FayeHeartbeat *self, const GError *error);

gint64 faye_heartbeat_get_latency (FayeHeartbeat *self); /* µs; -1 before the first Pong */

G_END_DECLS
