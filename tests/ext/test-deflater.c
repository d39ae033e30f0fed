/* SPDX-License-Identifier: MIT */

#include "tests/ext/codec-text.h"
#include "tests/ext/zlib-memory.h"

#include <string.h>

/* Messages as they leave, and what a peer makes of them (RFC 7692, section 7.2.1). */

#define ANY G_MAXUINT64

static const FayeDeflaterSetup usual = { Z_DEFAULT_COMPRESSION, 8, Z_DEFAULT_STRATEGY, 15 };

static GByteArray *
deflate_whole (FayeDeflater *deflater, const GByteArray *text, gboolean scratch)
{
  FayeCodecStatus status;
  GByteArray *message = codec_deflate (deflater, text, ANY, scratch, &status);

  g_assert_cmpint (status, ==, FAYE_CODEC_DONE);
  return message;
}

static void
assert_round_trip (FayeDeflater *deflater,
                   FayeInflater *inflater,
                   const GByteArray *text,
                   gboolean scratch)
{
  g_autoptr (GByteArray) message = deflate_whole (deflater, text, scratch);
  FayeCodecStatus status;
  g_autoptr (GByteArray) out = codec_inflate (inflater, message, text->len, scratch, &status);

  g_assert_cmpint (status, ==, FAYE_CODEC_DONE);
  bytes_assert_equal (out, text);
}

static void
assert_deflates (FayeDeflater *deflater, const char *text, const char *hex)
{
  g_autoptr (GByteArray) expected = bytes_from_hex (hex);
  GByteArray bytes = { (guint8 *) text, strlen (text) };
  g_autoptr (GByteArray) message = deflate_whole (deflater, &bytes, TRUE);

  bytes_assert_equal (message, expected);
}

/* Section 7.2.3 of the RFC, as far as it tells what a compressor does. */
static void
test_examples (void)
{
  g_autoptr (FayeDeflater) deflater = faye_deflater_new (&usual);

  assert_deflates (deflater, "Hello", "f2 48 cd c9 c9 07 00");
  assert_deflates (deflater, "Hello", "f2 00 11 00 00");
  assert_deflates (deflater, "", "00");
  faye_deflater_reset (deflater);
  assert_deflates (deflater, "", "00");
  assert_deflates (deflater, "Hello", "f2 48 cd c9 c9 07 00");
}

static void
test_setups (void)
{
  static const int strategies[] = { Z_DEFAULT_STRATEGY,
                                    Z_FILTERED,
                                    Z_HUFFMAN_ONLY,
                                    Z_RLE,
                                    Z_FIXED };
  g_autoptr (GByteArray) text = bytes_text (20000);

  for (guint bits = 9; bits <= 15; bits++)
    for (int level = -1; level <= 9; level++)
      {
        FayeDeflaterSetup setup = { level, 1 + (level + 1) % 9, strategies[bits % 5], bits };
        g_autoptr (FayeDeflater) deflater = faye_deflater_new (&setup);
        g_autoptr (FayeInflater) inflater = faye_inflater_new (bits);

        assert_round_trip (deflater, inflater, text, TRUE);
        assert_round_trip (deflater, inflater, text, FALSE);
      }
}

/* Every size at which what comes out meets the end of the scratch memory, and some before. */
static void
test_sizes (void)
{
  g_autoptr (GByteArray) noise = bytes_noise (70000, 1);
  FayeDeflaterSetup stored = { 0, 8, Z_DEFAULT_STRATEGY, 15 };
  FayeDeflaterSetup fast = { 1, 8, Z_DEFAULT_STRATEGY, 15 };
  g_autoptr (FayeDeflater) storing = faye_deflater_new (&stored);
  g_autoptr (FayeDeflater) shrinking = faye_deflater_new (&fast);
  g_autoptr (FayeInflater) inflater = faye_inflater_new (15);

  for (gsize size = 0; size <= noise->len; size += size < 65400 || size > 65600 ? 173 : 1)
    {
      GByteArray text = { noise->data, size };

      faye_inflater_reset (inflater);
      faye_deflater_reset (storing);
      assert_round_trip (storing, inflater, &text, TRUE);
      faye_inflater_reset (inflater);
      faye_deflater_reset (shrinking);
      assert_round_trip (shrinking, inflater, &text, TRUE);
    }
}

/* The same in the small: each size of the room that is left when the flush comes. */
static void
test_room (void)
{
  g_autoptr (GByteArray) text = bytes_text (300);

  for (guint most = 16; most < 400; most++)
    {
      g_autoptr (FayeDeflater) deflater = faye_deflater_new (&usual);
      g_autoptr (FayeInflater) inflater = faye_inflater_new (15);

      faye_zlib.most = most;
      assert_round_trip (deflater, inflater, text, TRUE);
      assert_round_trip (deflater, inflater, text, FALSE);
    }
  faye_zlib.most = G_MAXUINT;
}

/* zlib counts in 32 bits: what is larger is cut. */
static void
test_large (void)
{
  g_autoptr (FayeDeflater) deflater = faye_deflater_new (&usual);
  g_autoptr (FayeInflater) inflater = faye_inflater_new (15);
  g_autoptr (GByteArray) text = bytes_text (1000000);
  g_autoptr (GByteArray) noise = bytes_noise (1000000, 2);

  faye_zlib.most = 4099;
  assert_round_trip (deflater, inflater, text, TRUE);
  assert_round_trip (deflater, inflater, noise, FALSE);
  assert_round_trip (deflater, inflater, text, FALSE);
  faye_zlib.most = G_MAXUINT;
#if GLIB_SIZEOF_SIZE_T > 4
  g_assert_cmpuint (faye_zlib_clamp (((gsize) 1 << 32) + 5), ==, G_MAXUINT);
#endif
}

/* What does not shrink is given up, and the next message does not refer to it. */
static void
test_not_shrunk (void)
{
  g_autoptr (FayeDeflater) deflater = faye_deflater_new (&usual);
  g_autoptr (FayeInflater) inflater = faye_inflater_new (15);
  g_autoptr (GByteArray) noise = bytes_noise (1000, 3);
  const guint64 limit = noise->len - 1 + FAYE_DEFLATER_TAIL;
  FayeCodecStatus status;

  for (guint scratch = 0; scratch < 2; scratch++)
    {
      g_assert_null (codec_deflate (deflater, noise, limit, scratch, &status));
      g_assert_cmpint (status, ==, FAYE_CODEC_TOO_BIG);
      faye_deflater_reset (deflater);
      assert_round_trip (deflater, inflater, noise, scratch);
      faye_deflater_reset (deflater);
    }
}

/* Noise grows by five bytes a block, and no more. */
static void
test_incompressible (void)
{
  static const gsize sizes[] = { 1, 100, 65535, 65536, 1000000 };
  g_autoptr (FayeInflater) inflater = faye_inflater_new (15);
  g_autoptr (FayeDeflater) deflater = faye_deflater_new (&usual);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GByteArray) noise = bytes_noise (sizes[i], 4);
      g_autoptr (GByteArray) message = deflate_whole (deflater, noise, FALSE);

      g_assert_cmpuint (message->len, >, noise->len);
      g_assert_cmpuint (message->len, <, noise->len + noise->len / 1000 + 20);
      faye_deflater_reset (deflater);
      assert_round_trip (deflater, inflater, noise, TRUE);
      faye_deflater_reset (deflater);
    }
}

static void
test_memory (void)
{
  guint k = 1;

  while (k < 100)
    {
      FayeDeflater *deflater;

      zlib_memory_fail_at (k);
      deflater = faye_deflater_new (&usual);
      if (deflater != NULL)
        {
          assert_deflates (deflater, "Hello", "f2 48 cd c9 c9 07 00");
          faye_deflater_reset (deflater);
          assert_deflates (deflater, "Hello", "f2 48 cd c9 c9 07 00");
          faye_deflater_free (deflater);
          break;
        }
      k++;
    }
  g_assert_cmpuint (k, >, 1);
  g_assert_cmpuint (k, <, 100);
  zlib_memory_reset ();
  g_assert_cmpuint (zlib_memory_get_size (), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  zlib_memory_install ();
#define ADD(name, func) g_test_add_func ("/faye/ext/deflater/" name, func)
  ADD ("examples", test_examples);
  ADD ("setups", test_setups);
  ADD ("not-shrunk", test_not_shrunk);
  ADD ("A24-sizes", test_sizes);
  ADD ("A24-room", test_room);
  ADD ("A27-incompressible", test_incompressible);
  ADD ("A27-large", test_large);
  ADD ("F23-memory", test_memory);
#undef ADD
  return g_test_run ();
}
