/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* XORs N bytes of SRC with the masking key, starting OFFSET bytes into the payload, into DST
 * (RFC 6455, section 5.3). DST may be SRC; otherwise they do not overlap. */
void faye_mask_copy (guint8 *dst, const guint8 *src, gsize n, const guint8 key[4], gsize offset);

G_END_DECLS
