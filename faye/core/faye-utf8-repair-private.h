/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Text in which U+FFFD stands for whatever is not UTF-8, as the decoder of the Encoding Standard
 * (section 8.1.1) has it: one for each maximal subpart of a character, and one for each byte that
 * belongs to none.
 */
gsize faye_utf8_repaired_size (const guint8 *data, gsize size);

/* Writes as many bytes to OUT, which must not overlap DATA. */
void faye_utf8_repair (guint8 *out, const guint8 *data, gsize size);

G_END_DECLS
