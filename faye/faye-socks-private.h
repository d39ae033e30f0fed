/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/http/faye-proxy-url-private.h"

G_BEGIN_DECLS

/*
 * Asks the SOCKS proxy at the other end of CONNECTION for a way to HOST and PORT, through GIO's
 * GProxy. Versions 5 and 4a resolve the name themselves, for 4 it is resolved here.
 */
void faye_socks_open_async (GSocketConnection *connection,
                            const FayeProxyUrl *proxy,
                            const char *host,
                            guint16 port,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
/* Errors are GIO's. */
GIOStream *faye_socks_open_finish (GAsyncResult *result, GError **error);

G_END_DECLS
