/* SPDX-License-Identifier: MIT */

#pragma once

#include "tests/core/protocol-driver.h"
#include "tests/fuzz/fuzz.h"

G_BEGIN_DECLS

/* The four bytes before the stream of a WebSocket target. */
enum
{
  FUZZ_WS_LIMITS, /* low half: the longest message, as a power of 2; high half: fragments */
  FUZZ_WS_FLAGS,  /* see below */
  FUZZ_WS_PLAN,   /* how the stream is cut */
  FUZZ_WS_EXTRA,  /* the calls in between, or the size of areas, 0 for none */
  FUZZ_WS_PARAMETERS,
};

enum
{
  FUZZ_WS_EXTENSION_BITS = 7,
  FUZZ_WS_CLOSING = 1 << 3,
  FUZZ_WS_CLIENT = 1 << 4, /* only where a target serves both roles */
};

/* What they mean, but for the role. */
DriverSetup fuzz_ws_setup (const guint8 parameters[FUZZ_WS_PARAMETERS]);

/* That cutting the stream by SEED, and byte by byte, makes no difference to the log, and neither
 * does reading into areas of AREA bytes. */
void
fuzz_ws_compare (const DriverSetup *setup, const guint8 *data, gsize size, guint8 seed, gsize area);

G_END_DECLS
