/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An input of N times a unit, and what reads it. */
typedef struct
{
  const char *name; /* begins with the attack's id */
  gsize n;          /* work is counted at N and at 10 N; where it is 0, memory alone is */
  guint (*work) (GByteArray *input);
  guint outcome;   /* what WORK returns at 10 N */
  gsize most_heap; /* bytes that WORK may add at 10 N, at any time */
  const char *prefix;
  const char *unit;
  const char *suffix;
} GrowthCase;

/* Each ends with a case that has no name. The texts of frames and of deflate are hexadecimal. */
extern const GrowthCase growth_frame_cases[];
extern const GrowthCase growth_deflate_cases[];
extern const GrowthCase growth_event_cases[];
extern const GrowthCase growth_head_cases[];

/* Prints how much memory a message of many small fragments keeps resident. */
void growth_print_resident (void);

/* What is allocated, from now on at the most, and now. */
void growth_heap_reset (void);
gsize growth_heap_peak (void);

G_END_DECLS
