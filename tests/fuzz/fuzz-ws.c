/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz-ws.h"

#include <string.h>

/* The parameters of the WebSocket targets, and the law of splits. */

DriverSetup
fuzz_ws_setup (const guint8 parameters[FUZZ_WS_PARAMETERS])
{
  guint8 limits = parameters[FUZZ_WS_LIMITS];
  guint8 flags = parameters[FUZZ_WS_FLAGS];

  return (DriverSetup){
    .max_length = (limits & 0xf) == 0 ? 0 : G_GUINT64_CONSTANT (2) << (limits & 0xf),
    .max_fragments = limits >> 4,
    .extension_bits = flags & FUZZ_WS_EXTENSION_BITS,
    .closing = (flags & FUZZ_WS_CLOSING) != 0,
  };
}

/* Beyond this, pieces of one byte take longer than they teach. */
enum
{
  SINGLE_BYTES_MAX = 1024,
};

static gsize *
make_cuts (gsize size, guint8 seed, gsize *n_cuts)
{
  FuzzPlan plan = fuzz_plan_begin (seed);
  gsize *cuts = g_new (gsize, size + 1);
  gsize at = 0;

  *n_cuts = 0;
  while (at < size)
    {
      at += fuzz_plan_piece (&plan, size - at);
      if (at < size)
        cuts[(*n_cuts)++] = at;
    }
  return cuts;
}

static void
compare_way (const DriverSetup *setup,
             const guint8 *data,
             gsize size,
             guint8 seed,
             gsize area,
             const char *expected)
{
  gsize n_cuts;
  g_autofree gsize *cuts = make_cuts (size, seed, &n_cuts);
  g_autofree char *log = driver_run (setup, data, size, cuts, n_cuts, area);

  g_assert_cmpstr (log, ==, expected);
}

void
fuzz_ws_compare (const DriverSetup *setup, const guint8 *data, gsize size, guint8 seed, gsize area)
{
  g_autofree char *whole = driver_run (setup, data, size, NULL, 0, 0);

  compare_way (setup, data, size, 0, G_MAXSIZE, whole);
  if (size <= SINGLE_BYTES_MAX)
    compare_way (setup, data, size, 1, 0, whole);
  compare_way (setup, data, size, MAX (seed, 2), area, whole);
}
