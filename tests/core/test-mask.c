/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-mask-private.h"

#include <string.h>

#include "faye/core/faye-mask-simd-private.h"

static const guint8 key[4] = { 0x37, 0xfa, 0x21, 0x3d };

static guint8 *
make_payload (gsize n)
{
  guint8 *payload = g_malloc (n + 1);

  for (gsize i = 0; i < n; i++)
    payload[i] = i * 151 + 7;
  return payload;
}

static void
assert_masked (const guint8 *masked, const guint8 *plain, gsize n, gsize offset)
{
  for (gsize i = 0; i < n; i++)
    g_assert_cmphex (masked[i], ==, plain[i] ^ key[(offset + i) % 4]);
}

/* Blocks of exactly N bytes at every alignment, so that a sanitizer sees any byte beyond. */
static void
check_copy (gsize n, gsize alignment, gsize offset)
{
  g_autofree guint8 *plain = make_payload (n);
  g_autofree guint8 *dst = g_malloc0 (n + alignment + 1);

  dst[n + alignment] = 0x5a;
  faye_mask_copy (dst + alignment, plain, n, key, offset);
  assert_masked (dst + alignment, plain, n, offset);
  g_assert_cmphex (dst[n + alignment], ==, 0x5a);
}

static void
check_in_place (gsize n, gsize alignment, gsize offset)
{
  g_autofree guint8 *plain = make_payload (n);
  g_autofree guint8 *block = g_malloc (n + alignment + 1);

  memcpy (block + alignment, plain, n);
  faye_mask_copy (block + alignment, block + alignment, n, key, offset);
  assert_masked (block + alignment, plain, n, offset);
}

static void
test_every_length (void)
{
  for (gsize n = 0; n <= 300; n++)
    for (gsize offset = 0; offset < 4; offset++)
      {
        check_copy (n, n % 33, offset);
        check_in_place (n, n % 33, offset);
      }
}

static void
test_every_alignment (void)
{
  for (gsize alignment = 0; alignment < 64; alignment++)
    for (gsize n = 28; n <= 164; n += 17)
      {
        check_copy (n, alignment, alignment + n);
        check_in_place (n, alignment, alignment + n);
      }
}

static void
test_large_offset (void)
{
  check_copy (50, 1, G_MAXSIZE - 2);
  check_in_place (50, 1, G_MAXSIZE - 1);
}

static void
test_in_pieces (void)
{
  g_autofree guint8 *plain = make_payload (200);
  guint8 dst[200];

  for (gsize step = 1; step < 100; step++)
    {
      for (gsize i = 0; i < 200; i += step)
        faye_mask_copy (dst + i, plain + i, MIN (step, 200 - i), key, i);
      assert_masked (dst, plain, 200, 0);
    }
}

static void
check_kernel (FayeMaskKernel kernel)
{
  guint32 word;

  memcpy (&word, key, 4);
  for (gsize n = 33; n <= 300; n++)
    {
      g_autofree guint8 *plain = make_payload (n);
      g_autofree guint8 *dst = g_malloc (n);
      g_autofree guint8 *block = g_memdup2 (plain, n);

      kernel (dst, plain, n, word);
      assert_masked (dst, plain, n, 0);
      kernel (block, block, n, word);
      assert_masked (block, plain, n, 0);
    }
}

static void
test_kernels (void)
{
  check_kernel (faye_mask_words);
#if defined(__x86_64__) || defined(__i386__)
  if (__builtin_cpu_supports ("sse2"))
    check_kernel (faye_mask_sse2);
  if (__builtin_cpu_supports ("avx2"))
    check_kernel (faye_mask_avx2);
#endif
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/core/mask/every-length", test_every_length);
  g_test_add_func ("/faye/core/mask/every-alignment", test_every_alignment);
  g_test_add_func ("/faye/core/mask/large-offset", test_large_offset);
  g_test_add_func ("/faye/core/mask/in-pieces", test_in_pieces);
  g_test_add_func ("/faye/core/mask/kernels", test_kernels);
  return g_test_run ();
}
