/* SPDX-License-Identifier: MIT */

#include "tests/ext/codec-text.h"
#include "tests/ext/zlib-memory.h"

#include <string.h>

/* Messages as they arrive, good ones and others (RFC 7692, section 7.2.2). */

#define ANY G_MAXUINT64
#define MIB (1024 * 1024)

static void
assert_inflates (FayeInflater *inflater, const char *hex, const char *expected)
{
  g_autoptr (GByteArray) message = bytes_from_hex (hex);

  for (guint scratch = 0; scratch < 2; scratch++)
    {
      FayeCodecStatus status;
      g_autoptr (GByteArray) text = codec_inflate (inflater, message, ANY, scratch, &status);

      g_assert_cmpint (status, ==, FAYE_CODEC_DONE);
      g_assert_cmpmem (text->data, text->len, expected, strlen (expected));
    }
}

static FayeCodecStatus
judge (FayeInflater *inflater, const GByteArray *message, guint64 limit)
{
  FayeCodecStatus status;
  g_autoptr (GByteArray) out = codec_inflate (inflater, message, limit, TRUE, &status);

  return status;
}

static FayeCodecStatus
judge_hex (const char *hex)
{
  g_autoptr (FayeInflater) inflater = faye_inflater_new (15);
  g_autoptr (GByteArray) message = bytes_from_hex (hex);

  return judge (inflater, message, ANY);
}

/* Section 7.2.3 of the RFC. */
static void
test_examples (void)
{
  g_autoptr (FayeInflater) inflater = faye_inflater_new (15);

  assert_inflates (inflater, "f2 48 cd c9 c9 07 00", "Hello");
  assert_inflates (inflater, "f2 00 11 00 00", "Hello");
  assert_inflates (inflater, "00 05 00 fa ff 48 65 6c 6c 6f 00", "Hello");
  assert_inflates (inflater, "f3 48 cd c9 c9 07 00 00", "Hello");
  assert_inflates (inflater, "f2 48 05 00 00 00 ff ff ca c9 c9 07 00", "Hello");
  assert_inflates (inflater, "00", "");
  assert_inflates (inflater, "02 00", "");
  assert_inflates (inflater, "f2 00 11 00 00", "Hello");
}

static void
test_reset (void)
{
  g_autoptr (FayeInflater) inflater = faye_inflater_new (15);
  g_autoptr (GByteArray) second = bytes_from_hex ("f2 00 11 00 00");

  assert_inflates (inflater, "f2 48 cd c9 c9 07 00", "Hello");
  faye_inflater_reset (inflater);
  g_assert_cmpint (judge (inflater, second, ANY), ==, FAYE_CODEC_INVALID);
}

/* 64 MiB of zeros in 65 KB. */
static GByteArray *
make_bomb (FayeDeflater *deflater)
{
  g_autoptr (GByteArray) zeros = bytes_zeros (64 * MIB);
  FayeCodecStatus status;
  GByteArray *bomb = codec_deflate (deflater, zeros, ANY, FALSE, &status);

  g_assert_cmpuint (bomb->len, <, 70000);
  return bomb;
}

/* The capacity of the block at its largest, besides what zlib allocates. */
static gsize
blow_up (FayeInflater *inflater, const GByteArray *bomb, guint64 limit)
{
  g_autofree guint8 *scratch = g_malloc (FAYE_DEFLATE_SCRATCH_SIZE);
  FayeCodecInput input = { .data = bomb->data, .size = bomb->len };
  FayeDeflateOutput output;
  FayeCodecStatus status;
  gsize peak = 0;

  faye_deflate_output_init (&output, scratch, limit);
  do
    {
      status = faye_inflater_run (inflater, &input, &output, 256 * 1024);
      peak = MAX (peak, output.block.capacity);
      g_assert_cmpuint (output.size, <=, limit);
    }
  while (status == FAYE_CODEC_AGAIN);
  g_assert_cmpint (status, ==, FAYE_CODEC_TOO_BIG);
  g_assert_cmpuint (input.at, <, input.size);
  faye_deflate_output_clear (&output);
  return peak;
}

static void
test_bomb (void)
{
  static const guint64 limits[] = { 0, 1, 65535, 65536, 65537, MIB, 5 * MIB + 1, 63 * MIB };
  FayeDeflaterSetup setup = { 9, 9, Z_DEFAULT_STRATEGY, 15 };
  g_autoptr (FayeDeflater) deflater = faye_deflater_new (&setup);
  g_autoptr (GByteArray) bomb = make_bomb (deflater);

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (FayeInflater) inflater = NULL;
      const gsize before = zlib_memory_get_size ();
      gsize peak;

      zlib_memory_reset ();
      inflater = faye_inflater_new (15);
      peak = blow_up (inflater, bomb, limits[i]) + zlib_memory_get_peak () - before;
      g_assert_cmpuint (peak, <=, limits[i] + 32768 + 16384);
    }
}

/* A window that earlier messages filled changes nothing. */
static void
test_bomb_takeover (void)
{
  FayeDeflaterSetup setup = { 9, 9, Z_DEFAULT_STRATEGY, 15 };
  g_autoptr (FayeDeflater) deflater = faye_deflater_new (&setup);
  g_autoptr (GByteArray) zeros = bytes_zeros (100000);
  FayeCodecStatus status;
  g_autoptr (GByteArray) first = codec_deflate (deflater, zeros, ANY, FALSE, &status);
  g_autoptr (GByteArray) bomb = make_bomb (deflater);
  const gsize before = zlib_memory_get_size ();
  g_autoptr (FayeInflater) inflater = NULL;
  g_autoptr (GByteArray) out = NULL;
  gsize peak;

  zlib_memory_reset ();
  inflater = faye_inflater_new (15);
  out = codec_inflate (inflater, first, MIB, FALSE, &status);
  bytes_assert_equal (out, zeros);
  peak = blow_up (inflater, bomb, MIB) + zlib_memory_get_peak () - before;
  g_assert_cmpuint (peak, <=, MIB + 32768 + 16384);
}

/* The limit is what may come out, to the byte. */
static void
test_limit (void)
{
  static const gsize sizes[] = { 0, 1, 1000, 65535, 65536, 65537, 200000 };
  FayeDeflaterSetup setup = { 6, 8, Z_DEFAULT_STRATEGY, 15 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (FayeDeflater) deflater = faye_deflater_new (&setup);
      g_autoptr (GByteArray) text = bytes_text (sizes[i]);
      FayeCodecStatus status;
      g_autoptr (GByteArray) message = codec_deflate (deflater, text, ANY, TRUE, &status);

      for (guint scratch = 0; scratch < 2; scratch++)
        {
          g_autoptr (FayeInflater) inflater = faye_inflater_new (15);
          g_autoptr (GByteArray) out =
            codec_inflate (inflater, message, sizes[i], scratch, &status);

          bytes_assert_equal (out, text);
          faye_inflater_reset (inflater);
          if (sizes[i] > 0)
            g_assert_cmpint (judge (inflater, message, sizes[i] - 1), ==, FAYE_CODEC_TOO_BIG);
        }
    }
}

static void
test_breach_before_garbage (void)
{
  g_autoptr (GByteArray) message = bytes_from_hex ("f2 48 cd c9 c9 07 00 00 00 ff ff ff ff ff");
  g_autoptr (FayeInflater) inflater = faye_inflater_new (15);
  const gsize before = zlib_memory_get_size ();

  g_assert_cmpint (judge (inflater, message, 3), ==, FAYE_CODEC_TOO_BIG);
  g_assert_cmpint (judge_hex ("f2 48 cd c9 c9 07 00 00 00 ff ff ff ff ff"), ==, FAYE_CODEC_INVALID);
  faye_inflater_free (g_steal_pointer (&inflater));
  g_assert_cmpuint (zlib_memory_get_size (), <, before);
}

/* A message that was cut where a block ends is a message of its own; no other is. */
static void
test_truncated (void)
{
  FayeDeflaterSetup setup = { 6, 8, Z_DEFAULT_STRATEGY, 15 };
  g_autoptr (FayeDeflater) deflater = faye_deflater_new (&setup);
  g_autoptr (GByteArray) text = bytes_text (3000);
  FayeCodecStatus status;
  g_autoptr (GByteArray) message = codec_deflate (deflater, text, ANY, TRUE, &status);

  for (gsize size = 0; size < message->len; size++)
    {
      g_autoptr (FayeInflater) inflater = faye_inflater_new (15);
      GByteArray cut = { message->data, size };

      g_assert_cmpint (judge (inflater, &cut, ANY), ==, FAYE_CODEC_INVALID);
    }
}

static void
test_invalid (void)
{
  /* A block type that there is none of; a length that its complement belies. */
  g_assert_cmpint (judge_hex ("06 00"), ==, FAYE_CODEC_INVALID);
  g_assert_cmpint (judge_hex ("00 05 00 fa fe 48 65 6c 6c 6f 00"), ==, FAYE_CODEC_INVALID);
  /* A distance to before the first byte. */
  g_assert_cmpint (judge_hex ("f2 00 11 00 00"), ==, FAYE_CODEC_INVALID);
  /* Codes of a dynamic block that are too many. */
  g_assert_cmpint (judge_hex ("fc ff ff ff"), ==, FAYE_CODEC_INVALID);
}

/* A distance beyond the agreed window, to what zlib does not have any more. */
static void
test_too_far (void)
{
  FayeDeflaterSetup setup = { 9, 8, Z_DEFAULT_STRATEGY, 15 };
  g_autoptr (FayeDeflater) deflater = faye_deflater_new (&setup);
  g_autoptr (FayeInflater) narrow = faye_inflater_new (9);
  g_autoptr (GByteArray) noise = bytes_noise (2000, 7);
  FayeCodecStatus status;
  g_autoptr (GByteArray) first = codec_deflate (deflater, noise, ANY, TRUE, &status);
  g_autoptr (GByteArray) second = codec_deflate (deflater, noise, ANY, TRUE, &status);

  g_assert_cmpuint (second->len, <, 100);
  g_assert_cmpint (judge (narrow, first, ANY), ==, FAYE_CODEC_DONE);
  g_assert_cmpint (judge (narrow, second, ANY), ==, FAYE_CODEC_INVALID);
}

/* Who says 8 may have compressed with 9. */
static void
test_window_of_8 (void)
{
  FayeDeflaterSetup setup = { 9, 8, Z_DEFAULT_STRATEGY, 9 };
  g_autoptr (FayeDeflater) deflater = faye_deflater_new (&setup);
  g_autoptr (FayeInflater) inflater = faye_inflater_new (8);
  g_autoptr (GByteArray) part = bytes_noise (240, 7);
  g_autoptr (GByteArray) noise = bytes_noise (240, 7);
  g_autoptr (GByteArray) message = NULL;
  g_autoptr (GByteArray) out = NULL;
  FayeCodecStatus status;

  g_byte_array_append (noise, part->data, part->len);
  message = codec_deflate (deflater, noise, ANY, TRUE, &status);
  g_assert_cmpuint (message->len, <, 300);
  out = codec_inflate (inflater, message, ANY, TRUE, &status);
  bytes_assert_equal (out, noise);
}

/* What comes behind a final block belongs to the same message, and its window too. */
static void
test_final_block (void)
{
  g_autoptr (FayeInflater) inflater = faye_inflater_new (15);

  assert_inflates (inflater, "f3 48 cd c9 c9 07 00", "Hello");
  assert_inflates (inflater, "f3 48 cd c9 c9 07 00 f2 00 11 00 00", "HelloHello");
  assert_inflates (inflater, "f3 48 cd c9 c9 07 00 f3 00 11 00 00", "HelloHello");
  assert_inflates (inflater, "01 00 00 ff ff", "");
  assert_inflates (inflater, "01", "");
  assert_inflates (inflater, "03 00 03 00", "");
  assert_inflates (inflater, "f2 00 11 00 00", "Hello");
  g_assert_cmpint (judge_hex ("03 00 06"), ==, FAYE_CODEC_INVALID);
  /* The end of a block in the bytes that were put back, and some of them over. */
  g_assert_cmpint (judge_hex ("03"), ==, FAYE_CODEC_INVALID);
}

static void
test_many_final_blocks (void)
{
  g_autoptr (FayeInflater) inflater = faye_inflater_new (15);
  g_autoptr (GByteArray) blocks = bytes_from_hex ("f3 48 cd c9 c9 07 00");
  FayeCodecStatus status;
  g_autoptr (GByteArray) out = NULL;

  for (guint i = 0; i < 500000; i++)
    g_byte_array_append (blocks, (const guint8 *) "\3\0", 2);
  out = codec_inflate (inflater, blocks, 5, TRUE, &status);
  g_assert_cmpint (status, ==, FAYE_CODEC_DONE);
  g_assert_cmpmem (out->data, out->len, "Hello", 5);
  assert_inflates (inflater, "f2 00 11 00 00", "Hello");
}

/* What takes long without any output stops the step too. */
static void
test_share (void)
{
  g_autoptr (FayeInflater) inflater = faye_inflater_new (15);
  g_autoptr (GByteArray) zeros = bytes_zeros (0);
  FayeCodecInput input = { 0 };
  FayeDeflateOutput output;
  guint steps = 1;

  for (guint i = 0; i < 2000; i++)
    g_byte_array_append (zeros, (const guint8 *) "\3\0", 2);
  input.data = zeros->data;
  input.size = zeros->len;
  faye_deflate_output_init (&output, NULL, ANY);
  while (faye_inflater_run (inflater, &input, &output, 10000) == FAYE_CODEC_AGAIN)
    steps++;
  faye_deflate_output_clear (&output);
  g_assert_cmpuint (steps, >=, 20);
  g_assert_cmpuint (steps, <=, 100);
}

static void
test_memory (void)
{
  g_autoptr (GByteArray) message = bytes_from_hex ("f2 48 cd c9 c9 07 00");
  FayeInflater *inflater;

  zlib_memory_fail_at (1);
  g_assert_null (faye_inflater_new (15));
  zlib_memory_fail_at (2);
  inflater = faye_inflater_new (15);
  g_assert_nonnull (inflater);
  g_assert_cmpint (judge (inflater, message, ANY), ==, FAYE_CODEC_NO_MEMORY);
  faye_inflater_free (inflater);
  zlib_memory_reset ();
  g_assert_cmpuint (zlib_memory_get_size (), ==, 0);
}

/* After a reset there is memory that was there before, and no more is needed. */
static void
test_memory_after_reset (void)
{
  g_autoptr (FayeInflater) inflater = faye_inflater_new (15);

  assert_inflates (inflater, "f2 48 cd c9 c9 07 00", "Hello");
  zlib_memory_fail_at (1);
  faye_inflater_reset (inflater);
  assert_inflates (inflater, "f2 48 cd c9 c9 07 00", "Hello");
  g_assert_cmpuint (zlib_memory_get_calls (), ==, 0);
  zlib_memory_reset ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  zlib_memory_install ();
#define ADD(name, func) g_test_add_func ("/faye/ext/inflater/" name, func)
  ADD ("examples", test_examples);
  ADD ("reset", test_reset);
  ADD ("limit", test_limit);
  ADD ("share", test_share);
  ADD ("A20-bomb", test_bomb);
  ADD ("A20-bomb-takeover", test_bomb_takeover);
  ADD ("A21-breach-before-garbage", test_breach_before_garbage);
  ADD ("A22-truncated", test_truncated);
  ADD ("A22-invalid", test_invalid);
  ADD ("A22-too-far", test_too_far);
  ADD ("A23-final-block", test_final_block);
  ADD ("A23-many-final-blocks", test_many_final_blocks);
  ADD ("A26-window-of-8", test_window_of_8);
  ADD ("F23-memory", test_memory);
  ADD ("F23-memory-after-reset", test_memory_after_reset);
#undef ADD
  return g_test_run ();
}
