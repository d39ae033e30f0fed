/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-utf8-private.h"

#include <string.h>

#include "faye/core/faye-utf8-simd-private.h"

/* Every judge against a decoder that is written from the definition: take the bits together, then
 * ask whether the number is a scalar value that needed this many bytes. */

static gsize
decode (const guint8 *p, gsize size)
{
  static const guint32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
  gsize n = p[0] < 0x80 ? 1 : (p[0] & 0xe0) == 0xc0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : 4;
  guint32 c = n == 1 ? p[0] : p[0] & (0xff >> (n + 1));

  if (n > size || (n == 4 && (p[0] & 0xf8) != 0xf0))
    return 0;
  for (gsize i = 1; i < n; i++)
    {
      if ((p[i] & 0xc0) != 0x80)
        return 0;
      c = c << 6 | (p[i] & 0x3f);
    }
  return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : n;
}

static gboolean
reference (const guint8 *p, gsize size)
{
  for (gsize i = 0, n; i < size; i += n)
    if ((n = decode (p + i, size - i)) == 0)
      return FALSE;
  return TRUE;
}

/* Bytes at both sides of every border in the definition. */
static const guint8 borders[] = {
  0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf,
  0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
};

static gsize
get_kernels (FayeUtf8Kernel kernels[4])
{
  gsize n = 0;

  kernels[n++] = faye_utf8_is_valid;
  kernels[n++] = faye_utf8_scalar;
#if defined(__x86_64__) || defined(__i386__)
  if (__builtin_cpu_supports ("sse4.1"))
    kernels[n++] = faye_utf8_sse41;
  if (__builtin_cpu_supports ("avx2"))
    kernels[n++] = faye_utf8_avx2;
#endif
  return n;
}

static void
check_everywhere (const guint8 *data, gsize size)
{
  FayeUtf8Kernel kernels[4];
  gsize n_kernels = get_kernels (kernels);
  gboolean expected = reference (data, size);

  for (gsize k = 0; k < n_kernels; k++)
    if (k < 2 || size >= FAYE_UTF8_SIMD_MIN)
      g_assert_cmpint (kernels[k](data, size), ==, expected);
}

/* Four border bytes in a text of SIZE bytes, from AT on. */
static void
check_quadruples (gsize size, gsize at)
{
  FayeUtf8Kernel kernels[4];
  gsize n_kernels = get_kernels (kernels);
  g_autofree guint8 *text = g_malloc (size);

  memset (text, 'a', size);
  for (guint32 i = 0; i < 24 * 24 * 24 * 24; i++)
    {
      gboolean expected;

      text[at] = borders[i % 24];
      text[at + 1] = borders[i / 24 % 24];
      text[at + 2] = borders[i / 24 / 24 % 24];
      text[at + 3] = borders[i / 24 / 24 / 24];
      expected = reference (text + at, 4);
      for (gsize k = 0; k < n_kernels; k++)
        if (kernels[k](text, size) != expected)
          g_error ("Kernel %" G_GSIZE_FORMAT " at %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                   ": %02x %02x %02x %02x",
                   k,
                   at,
                   size,
                   text[at],
                   text[at + 1],
                   text[at + 2],
                   text[at + 3]);
    }
}

static void
test_borders_at_the_start (void)
{
  check_quadruples (64, 0);
}

static void
test_borders_across_blocks (void)
{
  check_quadruples (96, 30);
}

static void
test_borders_at_the_end (void)
{
  check_quadruples (40, 36);
  check_quadruples (64, 60);
}

static void
test_every_pair_and_triple (void)
{
  guint8 text[3];

  for (guint i = 0; i < 0x10000; i++)
    {
      text[0] = i >> 8;
      text[1] = i & 0xff;
      g_assert_cmpint (faye_utf8_is_valid (text, 2), ==, reference (text, 2));
      text[2] = 0x80;
      g_assert_cmpint (faye_utf8_is_valid (text, 3), ==, reference (text, 3));
    }
}

static gsize
append_character (guint8 *out, GRand *rand)
{
  static const gunichar most[] = { 0x7f, 0x7ff, 0xffff, 0x10ffff };
  gunichar c = g_rand_int_range (rand, 0, most[g_rand_int_range (rand, 0, 4)] + 1);

  if (c >= 0xd800 && c < 0xe000)
    c = 0xe000;
  return g_unichar_to_utf8 (c, (char *) out);
}

/* SIZE bytes of text; unless cut by the end, valid. */
static void
fill_text (guint8 *out, gsize size, GRand *rand)
{
  guint8 character[6];
  gboolean ascii = g_rand_boolean (rand);

  for (gsize i = 0; i < size;)
    {
      gsize n = append_character (character, rand);

      if (g_rand_int_range (rand, 0, 40) == 0)
        ascii = !ascii;
      if (ascii || n > size - i)
        {
          out[i++] = 'a';
          continue;
        }
      memcpy (out + i, character, n);
      i += n;
    }
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6455);

  for (gsize size = 0; size <= 200; size++)
    for (gsize alignment = 0; alignment < 32; alignment++)
      {
        g_autofree guint8 *block = g_malloc (alignment + size);
        guint8 *text = block + alignment;

        fill_text (text, size, rand);
        g_assert_true (reference (text, size));
        check_everywhere (text, size);
        for (guint i = 0; i < 4 && size > 0; i++)
          {
            text[g_rand_int_range (rand, 0, size)] = borders[g_rand_int_range (rand, 0, 24)];
            check_everywhere (text, size);
          }
      }
}

static void
test_long (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3629);
  g_autofree guint8 *text = g_malloc (100001);

  fill_text (text, 100001, rand);
  check_everywhere (text, 100001);
  for (guint i = 0; i < 200; i++)
    {
      gsize at = g_rand_int_range (rand, 0, 100001);
      guint8 before = text[at];

      text[at] = borders[g_rand_int_range (rand, 0, 24)];
      check_everywhere (text, 100001);
      text[at] = before;
    }
}

/* Whether anything could follow that makes DATA valid: no ending needs more than three bytes. */
static gboolean
has_future (const guint8 *data, gsize size)
{
  static const guint8 endings[] = { 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf };
  guint8 text[8];

  memcpy (text, data, size);
  for (guint n = 0; n <= 3; n++)
    for (guint i = 0; i < 216; i++)
      {
        text[size] = endings[i % 6];
        text[size + 1] = endings[i / 6 % 6];
        text[size + 2] = endings[i / 36];
        if (reference (text, size + n))
          return TRUE;
      }
  return FALSE;
}

static void
check_feed (const guint8 *data, gsize size, gsize cut, gboolean future)
{
  FayeUtf8 utf8 = { 0 };
  gboolean lawful =
    faye_utf8_feed (&utf8, data, cut) && faye_utf8_feed (&utf8, data + cut, size - cut);

  g_assert_cmpint (lawful, ==, future);
  if (lawful)
    g_assert_cmpint (faye_utf8_is_complete (&utf8), ==, reference (data, size));
}

static void
test_A13_earliest_byte (void)
{
  guint8 text[3];

  for (guint i = 0; i < 24 * 24 * 24; i++)
    {
      text[0] = borders[i % 24];
      text[1] = borders[i / 24 % 24];
      text[2] = borders[i / 24 / 24];
      for (gsize size = 1; size <= 3; size++)
        {
          gboolean future = has_future (text, size);

          for (gsize cut = 0; cut <= size; cut++)
            check_feed (text, size, cut, future);
        }
    }
}

static void
test_A13_long_text_in_pieces (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (13);
  guint8 text[500];

  fill_text (text, sizeof text, rand);
  for (gsize step = 1; step < sizeof text; step++)
    {
      FayeUtf8 utf8 = { 0 };

      for (gsize i = 0; i < sizeof text; i += step)
        g_assert_true (faye_utf8_feed (&utf8, text + i, MIN (step, sizeof text - i)));
      g_assert_true (faye_utf8_is_complete (&utf8));
    }
}

/* A tail that has no future fails at once, whatever the length of the text before it. */
static void
test_A13_hopeless_tails (void)
{
  static const char *const tails[] = { "\xe0\x80", "\xf4\x90", "\xed\xa0",         "\xc0",
                                       "\xf5",     "\xf0\x8f", "\xf0\x90\x80\x41", "\xe1\x80\xc0",
                                       "\xc2\x41", "\x80" };

  for (gsize before = 0; before < 150; before++)
    for (gsize i = 0; i < G_N_ELEMENTS (tails); i++)
      {
        g_autofree guint8 *text = g_malloc (before + 4);
        gsize size = strlen (tails[i]);
        FayeUtf8 utf8 = { 0 };

        memset (text, 'x', before);
        memcpy (text + before, tails[i], size);
        g_assert_false (faye_utf8_feed (&utf8, text, before + size));
        memset (&utf8, 0, sizeof utf8);
        g_assert_true (faye_utf8_feed (&utf8, text, before + size - 1));
        g_assert_false (faye_utf8_feed (&utf8, text + before + size - 1, 1));
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/core/utf8/borders-at-the-start", test_borders_at_the_start);
  g_test_add_func ("/faye/core/utf8/borders-across-blocks", test_borders_across_blocks);
  g_test_add_func ("/faye/core/utf8/borders-at-the-end", test_borders_at_the_end);
  g_test_add_func ("/faye/core/utf8/every-pair-and-triple", test_every_pair_and_triple);
  g_test_add_func ("/faye/core/utf8/random", test_random);
  g_test_add_func ("/faye/core/utf8/long", test_long);
  g_test_add_func ("/faye/core/utf8/A13-earliest-byte", test_A13_earliest_byte);
  g_test_add_func ("/faye/core/utf8/A13-long-text-in-pieces", test_A13_long_text_in_pieces);
  g_test_add_func ("/faye/core/utf8/A13-hopeless-tails", test_A13_hopeless_tails);
  return g_test_run ();
}
