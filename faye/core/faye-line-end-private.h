/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where the first CR or LF is; SIZE when there is none. */
gsize faye_line_end_find (const guint8 *data, gsize size);

/* The same for SIZE ≥ FAYE_LINE_END_KERNEL_MIN. */
#define FAYE_LINE_END_KERNEL_MIN 32
typedef gsize (*FayeLineEndKernel) (const guint8 *data, gsize size);

gsize faye_line_end_words (const guint8 *data, gsize size);

/* The widest kernel of this processor, or NULL. */
FayeLineEndKernel faye_line_end_simd_kernel (void);

#if defined(__x86_64__) || defined(__i386__)
gsize faye_line_end_sse2 (const guint8 *data, gsize size);
gsize faye_line_end_avx2 (const guint8 *data, gsize size);
#endif

G_END_DECLS
