/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz-ws.h"

/* Frames in either role: the log of events and replies is the same however they are cut. */

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  DriverSetup setup;

  if (size < FUZZ_WS_PARAMETERS)
    return 0;
  setup = fuzz_ws_setup (data);
  setup.role = data[FUZZ_WS_FLAGS] & FUZZ_WS_CLIENT ? FAYE_ROLE_CLIENT : FAYE_ROLE_SERVER;
  fuzz_ws_compare (&setup,
                   data + FUZZ_WS_PARAMETERS,
                   size - FUZZ_WS_PARAMETERS,
                   data[FUZZ_WS_PLAN],
                   data[FUZZ_WS_EXTRA]);
  return 0;
}
