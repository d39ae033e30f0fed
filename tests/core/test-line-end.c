/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-line-end-private.h"

#include <string.h>

/* Each kernel finds what a loop finds, in blocks of exactly their size. */

static gsize
reference (const guint8 *data, gsize size)
{
  gsize i = 0;

  while (i < size && data[i] != '\n' && data[i] != '\r')
    i++;
  return i;
}

static void
check (const guint8 *data, gsize size)
{
  g_autofree guint8 *block = g_memdup2 (data, size);
  gsize expected = reference (data, size);

  g_assert_cmpuint (faye_line_end_find (block, size), ==, expected);
  g_assert_cmpuint (faye_line_end_words (block, size), ==, expected);
  if (size < FAYE_LINE_END_KERNEL_MIN)
    return;
#if defined(__x86_64__) || defined(__i386__)
  if (__builtin_cpu_supports ("sse2"))
    g_assert_cmpuint (faye_line_end_sse2 (block, size), ==, expected);
  if (__builtin_cpu_supports ("avx2"))
    g_assert_cmpuint (faye_line_end_avx2 (block, size), ==, expected);
#endif
}

static void
test_every_place (void)
{
  guint8 text[300];

  memset (text, 'a', sizeof text);
  for (gsize size = 0; size < sizeof text; size++)
    {
      check (text, size);
      for (gsize at = 0; at < size; at++)
        {
          text[at] = at % 2 ? '\n' : '\r';
          check (text, size);
          text[at] = 'a';
        }
    }
}

static void
test_two_ends (void)
{
  guint8 text[200];

  memset (text, 'a', sizeof text);
  for (gsize first = 0; first < sizeof text; first += 3)
    for (gsize second = first + 1; second < sizeof text; second += 5)
      {
        text[first] = '\r';
        text[second] = '\n';
        check (text, sizeof text);
        text[first] = text[second] = 'a';
      }
}

/* No other byte is taken for an end, beside which one either. */
static void
test_other_bytes (void)
{
  guint8 text[160];

  for (guint a = 0; a < 256; a++)
    for (guint b = 0; b < 256; b += 1 + (a % 16))
      {
        for (gsize i = 0; i < sizeof text; i++)
          text[i] = i % 2 ? a : b;
        check (text, sizeof text);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/core/line-end/every-place", test_every_place);
  g_test_add_func ("/faye/core/line-end/two-ends", test_two_ends);
  g_test_add_func ("/faye/core/line-end/other-bytes", test_other_bytes);
  return g_test_run ();
}
