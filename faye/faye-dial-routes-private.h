/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/http/faye-proxy-url-private.h"

G_BEGIN_DECLS

/*
 * The ways to a server, in the order in which they are to be tried: arrays of FayeProxyUrl, none
 * empty, in which SOCKS of whichever version stands as three.
 */

/* The way of no proxy at all. */
GPtrArray *faye_dial_routes_new_direct (void);

/* The proxy that the program gave, and no other; FAYE_ERROR_INVALID_ARGUMENT. */
GPtrArray *faye_dial_routes_new_for_proxy (const char *proxy, GError **error);

/* What the desktop says about URL; asks anew each time. FAYE_ERROR_PROXY if it has no answer that
 * can be used. */
void faye_dial_routes_ask_async (const FayeUrl *url,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
GPtrArray *faye_dial_routes_ask_finish (GAsyncResult *result, GError **error);

G_END_DECLS
