/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "faye/ext/faye-deflate-lane-private.h"
#include "faye/ext/faye-deflate-params-private.h"

/*
 * Compressed messages as a peer sends them: what comes of them is the same however often the codec
 * stops in between and moves its input and output, as it does on its way to a worker. The first
 * bytes are parameters.
 */

enum
{
  FLAGS,
  LIMIT_HIGH,
  LIMIT_LOW,
  SHARE,
  N_PARAMETERS,
};

enum
{
  TAKEOVER = 1 << 4,
  NO_LIMIT = 1 << 5,
};

/* A message is led by its size in two bytes; one that lies takes all that is left. */
static FuzzInput
take_message (FuzzInput *input)
{
  const gsize high = fuzz_take (input);
  const gsize size = high << 8 | fuzz_take (input);
  const FuzzInput message = { input->data, MIN (size, input->size) };

  input->data += message.size;
  input->size -= message.size;
  return message;
}

/* Everything is in other places than before. */
static void
move (FayeDeflateJob *job, guint8 **exact)
{
  guint8 *moved = g_memdup2 (*exact, job->input.size);

  g_free (*exact);
  *exact = moved;
  job->input.data = moved;
  g_assert_true (faye_deflate_output_detach (&job->output));
}

static FayeDeflateJob
inflate_message (FayeDeflateLane *lane, FuzzInput message, guint64 limit, gsize share)
{
  static guint8 scratch[FAYE_DEFLATE_SCRATCH_SIZE];
  g_autofree guint8 *exact = g_memdup2 (message.data, message.size);
  FayeWork work = { .payload = { exact, message.size } };
  FayeDeflateJob job;

  faye_deflate_job_init (&job, &work, scratch, limit);
  while (!faye_deflate_lane_run (lane, &job, share))
    move (&job, &exact);
  g_assert_true (faye_payload_own (&job.payload));
  g_assert_cmpuint (job.payload.size, <=, limit);
  return job;
}

static void
lane_init (FayeDeflateLane *lane, guint8 flags)
{
  FayeDeflaterSetup setup = { .window_bits = 8 + (flags & 7) };

  faye_deflate_lane_init (lane, FAYE_DIRECTION_INCOMING, (flags & TAKEOVER) != 0, &setup);
}

/* A peer that refers to what is beyond its window is found out where zlib has let go of it, which
 * depends on where it stopped; else nothing does. */
static void
compare (const FayeDeflateJob *whole, const FayeDeflateJob *cut, guint8 flags)
{
  if ((flags & 7) != 7)
    return;
  g_assert_cmpint (whole->status, ==, cut->status);
  g_assert_cmpmem (whole->payload.data, whole->payload.size, cut->payload.data, cut->payload.size);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  FayeDeflateLane one, other;
  FuzzInput input;
  guint64 limit;

  if (size < N_PARAMETERS)
    return 0;
  input = (FuzzInput){ data + N_PARAMETERS, size - N_PARAMETERS };
  limit = data[FLAGS] & NO_LIMIT ? 1 << 20 : data[LIMIT_HIGH] << 10 | data[LIMIT_LOW];
  lane_init (&one, data[FLAGS]);
  lane_init (&other, data[FLAGS]);
  while (input.size > 0)
    {
      FuzzInput message = take_message (&input);
      FayeDeflateJob whole = inflate_message (&one, message, limit, G_MAXSIZE);
      FayeDeflateJob cut = inflate_message (&other, message, limit, 1 + data[SHARE] * 16);

      compare (&whole, &cut, data[FLAGS]);
      faye_payload_clear (&whole.payload);
      faye_payload_clear (&cut.payload);
    }
  faye_deflate_lane_end (&one);
  faye_deflate_lane_end (&other);
  return 0;
}
