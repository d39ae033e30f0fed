/* SPDX-License-Identifier: MIT */

#include "tests/core/event-log.h"
#include "tests/fuzz/fuzz.h"

/* An event stream, which must mean the same whole, byte by byte, cut by a plan, and to a decoder
 * that follows the standard step by step. The first byte of the input is the format and the
 * limits, the second the plan. */

enum
{
  PLAIN_LINES = 1 << 0,
  COMMENTS = 1 << 1,
  SMALL_LINES = 1 << 2,
  SMALL_DATA = 1 << 3,
  SMALL_IDS = 1 << 4,
};

static char *
read_by_plan (const EventSetup *setup, FuzzInput input, guint8 seed)
{
  FuzzPlan plan = fuzz_plan_begin (seed);
  EventReader reader = event_reader_begin (setup);

  for (gsize at = 0, n; at < input.size; at += n)
    {
      n = fuzz_plan_piece (&plan, input.size - at);
      event_reader_feed (&reader, input.data + at, n);
    }
  return event_reader_end (&reader);
}

static void
check (const EventSetup *setup, FuzzInput input, guint8 seed, const char *expected)
{
  g_autofree char *log = read_by_plan (setup, input, seed);

  g_assert_cmpstr (log, ==, expected);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  FuzzInput input = { data, size };
  guint8 flags = fuzz_take (&input);
  guint8 seed = fuzz_take (&input);
  EventSetup setup = {
    .format = flags & PLAIN_LINES ? FAYE_EVENT_FORMAT_LINES : FAYE_EVENT_FORMAT_STREAM,
    .comments = (flags & COMMENTS) != 0,
    .max_line = flags & SMALL_LINES ? 20 : 0,
    .max_data = flags & SMALL_DATA ? 16 : 0,
    .max_id = flags & SMALL_IDS ? 4 : 0,
  };
  g_autofree char *expected = event_log_expect (&setup, input.data, input.size);

  check (&setup, input, 0, expected);
  check (&setup, input, 1, expected);
  check (&setup, input, seed, expected);
  return 0;
}
