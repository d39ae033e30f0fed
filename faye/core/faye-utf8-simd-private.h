/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a kernel takes at the least. */
#define FAYE_UTF8_SIMD_MIN 40

/* Whether SIZE ≥ FAYE_UTF8_SIMD_MIN bytes are valid UTF-8 by themselves. */
typedef gboolean (*FayeUtf8Kernel) (const guint8 *data, gsize size);

/* The widest kernel of this processor, or NULL. */
FayeUtf8Kernel faye_utf8_simd_kernel (void);

/* The kernel of every processor. */
gboolean faye_utf8_scalar (const guint8 *data, gsize size);

#if defined(__x86_64__) || defined(__i386__)
gboolean faye_utf8_sse41 (const guint8 *data, gsize size);
gboolean faye_utf8_avx2 (const guint8 *data, gsize size);
#endif

G_END_DECLS
