/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BENCH_SIZES 6

/* Nanoseconds from somewhere. */
gint64 bench_now (void);

/* Prints what an event costs, to write and to read. */
void bench_events (void);

G_END_DECLS
