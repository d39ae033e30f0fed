/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-deflater-private.h"
#include "faye/ext/faye-inflater-private.h"

G_BEGIN_DECLS

/* What the tests of the codecs feed them with. */

GByteArray *bytes_from_hex (const char *hex);
/* As log lines are: it shrinks to a fifth or so. */
GByteArray *bytes_text (gsize size);
/* It does not shrink. The same for the same SEED. */
GByteArray *bytes_noise (gsize size, guint32 seed);
GByteArray *bytes_zeros (gsize size);
void bytes_assert_equal (const GByteArray *actual, const GByteArray *expected);

/* One message through a codec; the memory of the output is lent when SCRATCH is set. NULL unless it
 * came out. */
GByteArray *codec_inflate (FayeInflater *inflater,
                           const GByteArray *message,
                           guint64 limit,
                           gboolean scratch,
                           FayeCodecStatus *status);
GByteArray *codec_deflate (FayeDeflater *deflater,
                           const GByteArray *message,
                           guint64 limit,
                           gboolean scratch,
                           FayeCodecStatus *status);

G_END_DECLS
