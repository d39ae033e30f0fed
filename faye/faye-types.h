/* SPDX-License-Identifier: MIT */

#pragma once

#if !defined(FAYE_INSIDE) && !defined(FAYE_COMPILATION)
#error "Only <faye/faye.h> can be included directly."
#endif

#include <gio/gio.h>

/* libsoup's headers declare types twice, which strict C99 does not have. */
#ifdef __GNUC__
#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wtypedef-redefinition"
#else
#pragma GCC diagnostic ignored "-Wpedantic"
#endif
#endif
#include <libsoup/soup.h>
#ifdef __GNUC__
#pragma GCC diagnostic pop
#endif

#include <faye/faye-version.h>

G_BEGIN_DECLS

typedef struct _FayeMessage FayeMessage;

/**
 * FAYE_UNLIMITED:
 *
 * The value of a size limit that lifts it.
 *
 * It is 2^53 − 1, the largest whole number that JavaScript holds exactly.
 *
 * Since: 1.0
 */
#define FAYE_UNLIMITED ((guint64) 9007199254740991)

G_END_DECLS
