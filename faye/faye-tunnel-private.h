/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/http/faye-tunnel-handshake-private.h"

G_BEGIN_DECLS

/*
 * Sends the request for a tunnel over STREAM, whose other end is an HTTP proxy, and reads the
 * answer and not a byte more. It takes as long as the proxy does: the caller's CANCELLABLE is the
 * limit. HANDSHAKE is taken.
 */
void faye_tunnel_open_async (GIOStream *stream,
                             FayeTunnelHandshake *handshake,
                             int priority,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
/* *ANSWER (transfer full) is the final one, on failure too; NULL if none came. Errors are those of
 * the handshake and of the stream. */
gboolean faye_tunnel_open_finish (GAsyncResult *result, FayeHead **answer, GError **error);

G_END_DECLS
