/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Masks N > 32 bytes. KEY is the four key bytes as they lie in memory, for the first byte of
 * SRC. */
typedef void (*FayeMaskKernel) (guint8 *dst, const guint8 *src, gsize n, guint32 key);

void faye_mask_words (guint8 *dst, const guint8 *src, gsize n, guint32 key);

/* The widest kernel of this processor, or NULL. */
FayeMaskKernel faye_mask_simd_kernel (void);

#if defined(__x86_64__) || defined(__i386__)
void faye_mask_sse2 (guint8 *dst, const guint8 *src, gsize n, guint32 key);
void faye_mask_avx2 (guint8 *dst, const guint8 *src, gsize n, guint32 key);
#endif

G_END_DECLS
