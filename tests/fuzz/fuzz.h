/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

#include "faye/core/faye-protocol-private.h"

G_BEGIN_DECLS

/* What the fuzz targets share. A target is one source file that defines
 * LLVMFuzzerTestOneInput (); it is linked with libFuzzer, or with replay.c, which runs the
 * committed corpus as a test. The first bytes of an input are parameters (limits, flags, a plan
 * by which the rest is cut), the rest is what a peer sends. A target finds something by
 * aborting: g_assert_* stay compiled in. */

int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

typedef struct
{
  const guint8 *data;
  gsize size;
} FuzzInput;

/* The next byte, 0 when there is none. */
guint8 fuzz_take (FuzzInput *input);

/* A stream of numbers that SEED determines. */
typedef struct
{
  guint8 seed;
  guint32 state;
} FuzzPlan;

FuzzPlan fuzz_plan_begin (guint8 seed);
guint fuzz_plan_draw (FuzzPlan *plan, guint n);

/* How many of the SIZE > 0 bytes that are left make the next piece: all with seed 0, one with seed
 * 1. */
gsize fuzz_plan_piece (FuzzPlan *plan, gsize size);

/* Any octets as a NUL-terminated text, cut at the first NUL. */
char *fuzz_text (FuzzInput input);

/* A decoder of UTF-8 as plain as it can be (RFC 3629, section 4): how many bytes, from the
 * beginning, are or may become characters; SIZE when all are. *COMPLETE tells whether they end with
 * a character. */
gsize fuzz_reference_utf8 (const guint8 *data, gsize size, gboolean *complete);

/* "Random" octets, the same in each run. */
void fuzz_random (guint8 *out, gsize n);

G_END_DECLS
