/* SPDX-License-Identifier: MIT */

#pragma once

#if !defined (FAYE_INSIDE) && !defined (FAYE_COMPILATION)
#error "Only <faye/faye.h> can be included directly."
#endif

#include <gio/gio.h>
#include <libsoup/soup.h>

#include <faye/faye-version.h>

G_BEGIN_DECLS

typedef struct _FayeMessage FayeMessage;
typedef struct _FayeWebSocket FayeWebSocket;
typedef struct _FayeWebSocketClient FayeWebSocketClient;

/**
 * FAYE_UNLIMITED:
 *
 * The value of a size limit that lifts it.
 *
 * It is 2^53 − 1, the largest whole number that JavaScript holds exactly.
 *
 * Since: 1.0
 */
#define FAYE_UNLIMITED (9007199254740991)

G_END_DECLS
