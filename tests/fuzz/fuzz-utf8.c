/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz.h"

#include "faye/core/faye-utf8-private.h"
#include "faye/core/faye-utf8-simd-private.h"

/* The decoders against one that is as plain as can be: the verdict, and the byte with which it
 * falls. The first byte of the input is the plan. */

static void
check_kernels (const guint8 *data, gsize size, gboolean valid)
{
  FayeUtf8Kernel kernel = faye_utf8_simd_kernel ();

  g_assert_cmpint (faye_utf8_is_valid (data, size), ==, valid);
  g_assert_cmpint (faye_utf8_scalar (data, size), ==, valid);
  if (size < FAYE_UTF8_SIMD_MIN || kernel == NULL)
    return;
  g_assert_cmpint (kernel (data, size), ==, valid);
#if defined(__x86_64__) || defined(__i386__)
  g_assert_cmpint (faye_utf8_sse41 (data, size), ==, valid);
#endif
}

/* FAULT is the first byte that spoils the text, or its size. */
static void
check_pieces (const guint8 *data, gsize size, guint8 seed, gsize fault, gboolean complete)
{
  FuzzPlan plan = fuzz_plan_begin (seed);
  FayeUtf8 utf8 = { 0 };

  for (gsize at = 0, n; at < size; at += n)
    {
      gboolean fine;

      n = fuzz_plan_piece (&plan, size - at);
      fine = faye_utf8_feed (&utf8, data + at, n);
      g_assert_cmpint (fine, ==, at + n <= fault);
      if (!fine)
        return;
    }
  g_assert_cmpint (faye_utf8_is_complete (&utf8), ==, complete);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  FuzzInput input = { data, size };
  guint8 seed = fuzz_take (&input);
  gboolean complete;
  gsize fault = fuzz_reference_utf8 (input.data, input.size, &complete);

  check_kernels (input.data, input.size, fault == input.size && complete);
  check_pieces (input.data, input.size, seed, fault, complete);
  check_pieces (input.data, input.size, 1, fault, complete);
  return 0;
}
