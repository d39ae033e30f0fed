/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-zlib-private.h"

G_BEGIN_DECLS

/* Counts what zlib allocates, and lets it fail. Install it before anything uses zlib. */
void zlib_memory_install (void);

guint zlib_memory_get_calls (void); /* of the allocator, since the last reset */
gsize zlib_memory_get_size (void);  /* bytes that are allocated now */
gsize zlib_memory_get_peak (void);  /* at the most, since the last reset */
void zlib_memory_reset (void);

/* The Kth allocation from now fails, and all behind it; 0: none does. */
void zlib_memory_fail_at (guint k);

G_END_DECLS
