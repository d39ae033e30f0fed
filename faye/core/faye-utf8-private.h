/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Judges UTF-8 (RFC 3629) that arrives in pieces. Zero-initialise it to begin. */
typedef struct
{
  guint8 pending[4]; /* bytes of a character whose end has not come */
  guint8 n_pending;
} FayeUtf8;

/* FALSE as soon as a byte makes the text invalid, whatever may follow. */
gboolean faye_utf8_feed (FayeUtf8 *self, const guint8 *data, gsize size);

/* Whether the text may end here: no character is unfinished. */
gboolean faye_utf8_is_complete (const FayeUtf8 *self);

/* Whether SIZE bytes are valid UTF-8 by themselves. NUL bytes are valid. */
gboolean faye_utf8_is_valid (const guint8 *data, gsize size);

G_END_DECLS
