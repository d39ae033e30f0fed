/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "tests/core/protocol-driver.h"

/* Both hixie engines, whole, byte by byte and at every cut. What closing bytes and limits do is
 * what the reference does with them; UTF-8 is judged more strictly. */

static const DriverSetup v75 = { .version = FAYE_VERSION_HIXIE_75 };
static const DriverSetup v76 = { .version = FAYE_VERSION_HIXIE_76 };
static const DriverSetup tight75 = { .version = FAYE_VERSION_HIXIE_75, .max_length = 5 };
static const DriverSetup tight76 = { .version = FAYE_VERSION_HIXIE_76, .max_length = 5 };
static const DriverSetup endless76 = { .version = FAYE_VERSION_HIXIE_76,
                                       .max_length = G_MAXUINT64 };
static const DriverSetup closing76 = { .version = FAYE_VERSION_HIXIE_76, .closing = TRUE };

static void
expect (const DriverSetup *setup, const char *hex, const char *log)
{
  g_autoptr (GByteArray) bytes = driver_hex (hex);

  driver_expect (setup, bytes, log);
}

/* N times BYTE between what HEAD and TAIL (nullable) say. */
static GByteArray *
make_run (const char *head, guint8 byte, gsize n, const char *tail)
{
  GByteArray *bytes = driver_hex (head);
  gsize at = bytes->len;

  g_byte_array_set_size (bytes, at + n);
  memset (bytes->data + at, byte, n);
  if (tail != NULL)
    {
      g_autoptr (GByteArray) end = driver_hex (tail);

      g_byte_array_append (bytes, end->data, end->len);
    }
  return bytes;
}

static void
test_text (void)
{
  const DriverSetup *setups[] = { &v75, &v76 };

  for (guint i = 0; i < G_N_ELEMENTS (setups); i++)
    {
      expect (setups[i], "00 48 69 ff", "text \"Hi\"\nidle");
      expect (setups[i], "00 ff", "text \"\"\nidle");
      expect (setups[i], "00 48 ff 00 69 ff", "text \"H\"\ntext \"i\"\nidle");
      expect (setups[i], "00 c3 a9 e2 82 ac ff", "text \"\\xc3\\xa9\\xe2\\x82\\xac\"\nidle");
      expect (setups[i], "00 00 41 00 ff", "text \"\\x00A\\x00\"\nidle");
      expect (setups[i], "7f 41 ff", "text \"A\"\nidle");
      expect (setups[i], "00 48", "unfinished");
      expect (setups[i], "00", "unfinished");
    }
}

static void
test_large_text (void)
{
  g_autoptr (GByteArray) bytes = make_run ("00", 'x', 100000, "ff 00 79 ff");
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_MD5, bytes->data + 1, 100000);
  g_autofree char *log = g_strdup_printf ("text 100000 bytes, %s\ntext \"y\"\nidle", sum);

  driver_expect (&v76, bytes, log);
}

static void
test_A13_utf8 (void)
{
  const char *log = "failure 1007 \"Text is not valid UTF-8\"\nreply ff 00\nidle";
  static const char *const broken[] = {
    "00 c0",                  /* nothing begins like this: no end is waited for */
    "00 41 80",               /* nor like this */
    "00 ed a0",               /* a surrogate */
    "00 f4 90",               /* beyond U+10FFFF */
    "00 e2 82 ff",            /* cut by the end */
    "00 e2 28 ff 00 41 ff",   /* nothing follows a failure */
    "00 c3 28 41 41 41 41 ff" /* judged before the limit is */
  };

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    expect (&v76, broken[i], log);
  expect (&tight76, broken[6], log);
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GByteArray) bytes = driver_hex (broken[i]);
      g_autoptr (FayeProtocol) protocol = driver_protocol_new (&v75);
      FayeInput input = { bytes->data, bytes->len };
      guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
      FayeProtocolEvent event;

      g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, FAYE_PROTOCOL_FAILURE);
      g_assert_cmpuint (event.code, ==, 1007);
      g_assert_cmpuint (faye_protocol_take_reply (protocol, out), ==, 0);
      g_assert_false (faye_protocol_has_reply (protocol));
      g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, FAYE_PROTOCOL_NEED_MORE);
      g_assert_cmpuint (input.size, ==, 0);
    }
}

static void
test_segments (void)
{
  const DriverSetup *setups[] = { &v75, &v76 };

  for (guint i = 0; i < G_N_ELEMENTS (setups); i++)
    {
      expect (setups[i], "80 03 41 42 43 00 48 ff", "text \"H\"\nidle");
      expect (setups[i], "81 00 00 48 ff", "text \"H\"\nidle");
      expect (setups[i], "80 80 80 01 ff 00 48 ff", "text \"H\"\nidle");
      expect (setups[i], "fe 02 00 ff 00 48 ff", "text \"H\"\nidle");
      expect (setups[i], "80 03 41", "unfinished");
      expect (setups[i], "80", "unfinished");
    }
  expect (&v75, "ff 00 00 48 ff", "text \"H\"\nidle");
  expect (&v75, "ff 01 00 00 48 ff", "text \"H\"\nidle");
}

static void
test_long_segment (void)
{
  g_autoptr (GByteArray) bytes = make_run ("80 82 01", 0xff, 257, "00 48 ff");

  driver_expect (&v76, bytes, "text \"H\"\nidle");
}

static void
test_closing (void)
{
  expect (&v76, "ff 00", "close 1005 \"\"\nreply ff 00\nidle");
  expect (&v76, "00 48 ff ff 00 00 69 ff", "text \"H\"\nclose 1005 \"\"\nreply ff 00\nidle");
  expect (&v76, "ff 80", "close 1005 \"\"\nreply ff 00\nidle");
  expect (&v76, "ff", "unfinished");
  expect (&v76, "ff 02 41 42 00 48 ff", "text \"H\"\nidle");
  expect (&v76, "ff 02 41 42 80 00", "close 1005 \"\"\nreply ff 00\nidle");
}

static void
test_A15_after_our_closing (void)
{
  expect (&closing76, "00 48 ff", "idle");
  expect (&closing76, "00 48", "unfinished");
  expect (&closing76, "00 c0 ff 80 01 41 ff 00 00 48 ff", "close 1005 \"\"\nidle");
}

/* A text of which a part was kept when the end came. */
static void
test_A15_closing_inside_text (void)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&v76);
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
  guint8 bytes[] = { 0x00, 'A', 'B', 0xe2, 0xff, 0xff, 0x00 };
  FayeInput input = { bytes, 4 };
  FayeProtocolEvent event;

  g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, FAYE_PROTOCOL_NEED_MORE);
  g_assert_cmpuint (faye_protocol_write_close (protocol, 3000, "bye", out), ==, 2);
  g_assert_cmpmem (out, 2, "\xff\x00", 2);
  g_assert_true (faye_protocol_is_close_sent (protocol));
  input = (FayeInput){ bytes + 4, 3 };
  g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, FAYE_PROTOCOL_CLOSE);
  g_assert_cmpuint (event.code, ==, 1005);
  g_assert_cmpuint (faye_protocol_take_reply (protocol, out), ==, 0);
}

static void
test_A12_text_limit (void)
{
  const char *text = "failure 1009 \"Message of more than 5 bytes\"\nreply ff 00\nidle";

  expect (&tight76, "00 41 42 43 44 45 ff", "text \"ABCDE\"\nidle");
  expect (&tight76, "00 41 42 43 44 45 46", text);
  expect (&tight76, "00 41 42 43 44 45 46 ff 00 41 ff", text);
  expect (&tight76, "00 41 42 43 ff 00 44 45 46 ff", "text \"ABC\"\ntext \"DEF\"\nidle");
  expect (&tight76, "00 41 42 43 44 45 80", text);
}

static void
test_A28_text_without_end (void)
{
  static const DriverSetup setup = { .version = FAYE_VERSION_HIXIE_76, .max_length = 1 << 20 };
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&setup);
  g_autoptr (GByteArray) bytes = make_run ("00", 'x', 4096, NULL);
  gsize before = driver_heap_in_use ();
  FayeEventType type = FAYE_PROTOCOL_NEED_MORE;
  FayeProtocolEvent event;
  gsize fed = 0;

  while (type == FAYE_PROTOCOL_NEED_MORE)
    {
      FayeInput input = { bytes->data + (fed > 0), 4096 + (fed == 0) };

      type = faye_protocol_next (protocol, &input, &event);
      g_assert_cmpuint (driver_heap_in_use (), <=, before + setup.max_length + 64 * 1024);
      fed += 4096;
    }
  g_assert_cmpint (type, ==, FAYE_PROTOCOL_FAILURE);
  g_assert_cmpuint (event.code, ==, 1009);
  g_assert_cmpuint (fed, ==, setup.max_length + 4096);
}

/* 0x80 adds nothing to a length: what never ends is counted. */
static void
test_A28_length_without_end (void)
{
  const char *log = "failure 1009 \"Segment's length of more than 9 bytes\"\nreply ff 00\nidle";
  g_autoptr (GByteArray) million = make_run ("80", 0x80, 1000000, NULL);
  g_autofree char *whole = driver_run (&v76, million->data, million->len, NULL, 0, 0);
  g_autofree char *endless = driver_run (&endless76, million->data, million->len, NULL, 0, 0);

  g_assert_cmpstr (whole, ==, log);
  g_assert_cmpstr (endless, ==, log);
  expect (&v76, "80 80 80 80 80 80 80 80 80 80 80", log);
  expect (&v76, "80 80 80 80 80 80 80 80 80 00 00 48 ff", "text \"H\"\nidle");
}

static void
test_A28_nine_byte_maxima (void)
{
  g_autofree char *log =
    g_strdup_printf ("failure 1009 \"Segment of more than %" G_GUINT64_FORMAT " bytes\"\n"
                     "reply ff 00\nidle",
                     FAYE_PROTOCOL_DEFAULT_MAX_LENGTH);

  expect (&v76, "80 ff ff ff ff ff ff ff ff 7f", log);
  expect (&v76, "ff ff ff ff ff ff ff ff ff 7f", log);
  expect (&v76, "80 ff ff ff ff", log);
  expect (&v76, "80 9f ff ff 7f 41", "unfinished");
  expect (&v76, "80 a0 80 80 00", log);
  expect (&tight76, "80 06", "failure 1009 \"Segment of more than 5 bytes\"\nreply ff 00\nidle");
  expect (&tight76, "80 05 41 42 43 44 45 00 48 ff", "text \"H\"\nidle");
}

static void
test_A28_unlimited (void)
{
  expect (&endless76, "80 ff ff ff ff ff ff ff ff 7f 41 42", "unfinished");
  expect (&endless76,
          "80 ff ff ff ff ff ff ff ff ff 7f",
          "failure 1009 \"Segment's length of more than 9 bytes\"\nreply ff 00\nidle");
}

/* A failure of version 75 has nothing to say. */
static void
test_A28_version_75 (void)
{
  static const char *const broken[] = {
    "80 80 80 80 80 80 80 80 80 80 80",
    "80 06",
    "80 ff ff ff ff ff ff ff ff ff 7f",
    "00 41 42 43 44 45 46",
  };

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autoptr (GByteArray) bytes = driver_hex (broken[i]);
      g_autoptr (FayeProtocol) protocol = driver_protocol_new (&tight75);
      guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
      FayeInput input = { bytes->data, bytes->len };
      FayeProtocolEvent event;

      g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, FAYE_PROTOCOL_FAILURE);
      g_assert_cmpuint (event.code, ==, 1009);
      g_assert_cmpuint (faye_protocol_take_reply (protocol, out), ==, 0);
    }
}

static void
test_A30_sending (void)
{
  const DriverSetup *setups[] = { &v75, &v76 };

  for (guint i = 0; i < G_N_ELEMENTS (setups); i++)
    {
      g_autoptr (FayeProtocol) protocol = driver_protocol_new (setups[i]);
      guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
      FayeFraming framing;
      gsize area;

      g_assert_true (faye_protocol_frame_message (protocol, TRUE, 0, G_MAXUINT64, &framing));
      g_assert_cmpmem (framing.head, framing.head_size, "\0", 1);
      g_assert_cmpmem (framing.tail, framing.tail_size, "\xff", 1);
      g_assert_false (framing.masked);
      g_assert_false (faye_protocol_frame_message (protocol, FALSE, 0, 1, &framing));
      g_assert_false (faye_protocol_frame_message (protocol, TRUE, FAYE_RSV1, 1, &framing));
      g_assert_cmpuint (faye_protocol_write_ping (protocol, (const guint8 *) "x", 1, out), ==, 0);
      g_assert_cmpuint (faye_protocol_write_pong (protocol, (const guint8 *) "x", 1, out), ==, 0);
      g_assert_null (faye_protocol_get_area (protocol, &area));
      g_assert_cmpuint (area, ==, 0);
    }
}

static void
test_close_of_75 (void)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&v75);
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
  FayeFraming framing;

  g_assert_cmpuint (faye_protocol_write_close (protocol, 1000, NULL, out), ==, 0);
  g_assert_true (faye_protocol_is_close_sent (protocol));
  g_assert_false (faye_protocol_frame_message (protocol, TRUE, 0, 1, &framing));
}

/* Whatever comes, how it is cut makes no difference. */
static void
test_random_bytes (void)
{
  static const guint8 common[] = { 0x00, 0xff, 0x80, 0x81, 'A', 0xe2, 0x82, 0xac, 0x03 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (76);

  for (guint i = 0; i < 2000; i++)
    {
      guint8 bytes[24];
      gsize size = g_rand_int_range (rand, 1, sizeof bytes);

      for (gsize j = 0; j < size; j++)
        bytes[j] = g_rand_int_range (rand, 0, 8) > 0
                     ? common[g_rand_int_range (rand, 0, G_N_ELEMENTS (common))]
                     : g_rand_int_range (rand, 0, 256);
      g_free (driver_run_all_ways (i % 2 == 0 ? &tight76 : &v76, bytes, size));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/core/hixie/text", test_text);
  g_test_add_func ("/faye/core/hixie/large-text", test_large_text);
  g_test_add_func ("/faye/core/hixie/A13-utf8", test_A13_utf8);
  g_test_add_func ("/faye/core/hixie/segments", test_segments);
  g_test_add_func ("/faye/core/hixie/long-segment", test_long_segment);
  g_test_add_func ("/faye/core/hixie/closing", test_closing);
  g_test_add_func ("/faye/core/hixie/A15-after-our-closing", test_A15_after_our_closing);
  g_test_add_func ("/faye/core/hixie/A15-closing-inside-text", test_A15_closing_inside_text);
  g_test_add_func ("/faye/core/hixie/A12-text-limit", test_A12_text_limit);
  g_test_add_func ("/faye/core/hixie/A28-text-without-end", test_A28_text_without_end);
  g_test_add_func ("/faye/core/hixie/A28-length-without-end", test_A28_length_without_end);
  g_test_add_func ("/faye/core/hixie/A28-nine-byte-maxima", test_A28_nine_byte_maxima);
  g_test_add_func ("/faye/core/hixie/A28-unlimited", test_A28_unlimited);
  g_test_add_func ("/faye/core/hixie/A28-version-75", test_A28_version_75);
  g_test_add_func ("/faye/core/hixie/A30-sending", test_A30_sending);
  g_test_add_func ("/faye/core/hixie/close-of-75", test_close_of_75);
  g_test_add_func ("/faye/core/hixie/random-bytes", test_random_bytes);
  return g_test_run ();
}
