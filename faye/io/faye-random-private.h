/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Fills OUT with N bytes of GnuTLS' cryptographic generator. Small requests are served from a block
 * kept for the thread, so that a masking key does not cost a call each; a byte is never given
 * twice. */
void faye_random_fill (guint8 *out, gsize n);

G_END_DECLS
