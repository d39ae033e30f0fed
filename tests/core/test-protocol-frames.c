/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "faye/core/faye-close-code-private.h"
#include "tests/core/protocol-driver.h"

/* Frames as they come: the examples of RFC 6455, section 5.7, every length form, and headers
 * that break a rule. */

static const DriverSetup server = { .role = FAYE_ROLE_SERVER };
static const DriverSetup client = { .role = FAYE_ROLE_CLIENT };

static const DriverSetup *const both[] = { &server, &client };

static void
expect_hex (const DriverSetup *setup, const char *hex, const char *log)
{
  g_autoptr (GByteArray) bytes = driver_hex (hex);

  driver_expect (setup, bytes, log);
}

static char *
failure_log (guint code, const char *what)
{
  g_autoptr (GString) log = g_string_new (NULL);

  g_string_append_printf (log,
                          "failure %u \"%s\"\nreply 88 %02x %02x %02x",
                          code,
                          what,
                          (guint) strlen (what) + 2,
                          code >> 8,
                          code & 0xff);
  for (const char *p = what; *p != '\0'; p++)
    g_string_append_printf (log, " %02x", *p);
  g_string_append (log, "\nidle");
  return g_strdup (log->str);
}

/* SIZE bytes of MORE follow the fault, and are never looked at. */
static void
expect_failure (const DriverSetup *setup, const char *hex, guint code, const char *what)
{
  g_autofree char *more = g_strconcat (hex, " 81 00 89 00 88 00", NULL);
  g_autofree char *log = failure_log (code, what);

  expect_hex (setup, hex, log);
  expect_hex (setup, more, log);
}

static void
test_examples (void)
{
  g_autoptr (GByteArray) medium = driver_hex ("82 7e 01 00");
  g_autoptr (GByteArray) large = driver_hex ("82 7f 00 00 00 00 00 01 00 00");
  g_autofree guint8 *payload = g_malloc0 (65536);

  expect_hex (&client, "81 05 48 65 6c 6c 6f", "text \"Hello\"\nidle");
  expect_hex (&server, "81 85 37 fa 21 3d 7f 9f 4d 51 58", "text \"Hello\"\nidle");
  expect_hex (&client, "01 03 48 65 6c 80 02 6c 6f", "text \"Hello\"\nidle");
  expect_hex (&client, "89 05 48 65 6c 6c 6f", "ping \"Hello\"\nreply 8a 05 48 65 6c 6c 6f\nidle");
  expect_hex (&server, "8a 85 37 fa 21 3d 7f 9f 4d 51 58", "pong \"Hello\"\nidle");
  g_byte_array_append (medium, payload, 256);
  driver_expect (&client, medium, "binary 256 bytes, 348a9791dc41b89796ec3808b5b5262f\nidle");
  g_byte_array_append (large, payload, 65536);
  driver_expect (&client, large, "binary 65536 bytes, fcd6bcb56c1689fcef28b57c22475bad\nidle");
}

static void
check_length (const DriverSetup *setup, gsize size)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *payload = g_malloc (size + 1);
  g_autoptr (GString) log = g_string_new ("binary");

  for (gsize i = 0; i < size; i++)
    payload[i] = i % 253;
  driver_log_payload (log, payload, size);
  g_string_append (log, "pong \"\"\nidle");
  driver_add_frame (bytes, setup->role, 0x82, payload, size);
  driver_add_frame (bytes, setup->role, 0x8a, NULL, 0);
  driver_expect (setup, bytes, log->str);
}

static void
test_length_forms (void)
{
  for (gsize i = 0; i < 2; i++)
    {
      check_length (both[i], 125);
      check_length (both[i], 126);
      check_length (both[i], 127);
      check_length (both[i], 65535);
      check_length (both[i], 65536);
      check_length (both[i], 65537);
    }
}

/* A frame of LENGTH announced, one byte of which has come. */
static char *
announce (const DriverSetup *setup, guint64 length)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  driver_add_head (bytes, setup->role, 0x82, length);
  g_byte_array_append (bytes, (const guint8 *) "x", 1);
  return driver_run_all_ways (setup, bytes->data, bytes->len);
}

static void
test_A01_extreme_lengths (void)
{
  const guint64 one = 1;
  const guint64 lengths[] = { 125,
                              126,
                              65535,
                              65536,
                              (one << 31) - 1,
                              (one << 31) + 1,
                              (one << 32) - 1,
                              (one << 32) + 1,
                              (one << 63) - 1,
                              one << 63,
                              -(guint64) 15,
                              -(guint64) 8,
                              -(guint64) 1 };

  for (gsize r = 0; r < 2; r++)
    for (gsize limit = 0; limit < 2; limit++)
      for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
        {
          DriverSetup setup = { .role = both[r]->role, .max_length = limit ? G_MAXUINT64 : 0 };
          g_autofree char *log = announce (&setup, lengths[i]);

          if (lengths[i] >= one << 63)
            g_assert_true (g_str_has_prefix (log, "failure 1002 "));
          else if (lengths[i] == (one << 63) - 1 || (!limit && lengths[i] > 67108863))
            g_assert_true (g_str_has_prefix (log, "failure 1009 "));
          else
            g_assert_cmpstr (log, ==, "unfinished");
        }
}

static void
test_A02_not_minimal (void)
{
  expect_failure (&client, "82 7e 00 7d", 1002, "Length 125 is written in 2 bytes");
  expect_failure (&server, "82 fe 00 00", 1002, "Length 0 is written in 2 bytes");
  expect_failure (&client,
                  "82 7f 00 00 00 00 00 00 ff ff",
                  1002,
                  "Length 65535 is written in 8 bytes");
}

static void
test_A03_top_bit (void)
{
  expect_failure (&client, "82 7f 80", 1002, "The 64-bit length begins with 0x80, its top bit set");
  expect_failure (&server, "82 ff ff", 1002, "The 64-bit length begins with 0xff, its top bit set");
}

static void
test_A04_fails_at_the_header (void)
{
  gsize before = driver_heap_in_use ();

  expect_failure (&server,
                  "82 ff 40 00 00 00 00 00 00 00",
                  1009,
                  "Frame of 4611686018427387904 bytes where only 67108863 more are allowed");
  g_assert_cmpuint (driver_heap_in_use (), <, before + 65536);
}

static void
test_A05_reserved_bits (void)
{
  DriverSetup deflate = { .role = FAYE_ROLE_CLIENT, .extension_bits = FAYE_RSV1 };

  expect_failure (&client, "c1", 1002, "Reserved bits 0x4 are set");
  expect_failure (&server, "a2", 1002, "Reserved bits 0x2 are set");
  expect_failure (&client, "91", 1002, "Reserved bits 0x1 are set");
  expect_failure (&deflate, "d1", 1002, "Reserved bits 0x5 are set");
  expect_failure (&deflate, "c9", 1002, "Reserved bits 0x4 are set");
  expect_failure (&deflate, "c8", 1002, "Reserved bits 0x4 are set");
  expect_failure (&deflate, "41 01 61 c0", 1002, "Reserved bits 0x4 are set");
  expect_hex (&deflate, "c1 02 ff ff", "text/4 \"\\xff\\xff\"\nidle");
  expect_hex (&deflate, "41 01 ff 80 01 c0 81 01 61", "text/4 \"\\xff\\xc0\"\ntext \"a\"\nidle");
  expect_failure (&deflate, "81 01 ff", 1007, "Text is not valid UTF-8");
}

static void
test_A06_reserved_opcodes (void)
{
  static const guint8 opcodes[] = { 3, 4, 5, 6, 7, 11, 12, 13, 14, 15 };

  for (gsize i = 0; i < G_N_ELEMENTS (opcodes); i++)
    {
      g_autofree char *hex = g_strdup_printf ("%02x 7f 7f ff ff ff ff ff ff ff", 0x80 | opcodes[i]);
      g_autofree char *what = g_strdup_printf ("Opcode %u is reserved", opcodes[i]);

      expect_failure (&server, hex, 1002, what);
      expect_failure (&client, hex, 1002, what);
    }
}

static void
test_A07_control_frames (void)
{
  expect_failure (&client, "09 00", 1002, "Control frame with opcode 9 is fragmented");
  expect_failure (&server, "0a 80", 1002, "Control frame with opcode 10 is fragmented");
  expect_failure (&client, "08", 1002, "Control frame with opcode 8 is fragmented");
  expect_failure (&client, "89 7e", 1002, "Control frame with opcode 9 is longer than 125 bytes");
  expect_failure (&server, "88 ff", 1002, "Control frame with opcode 8 is longer than 125 bytes");
}

static void
test_A08_masks (void)
{
  expect_failure (&server, "81 05", 1002, "Frame from a client is not masked");
  expect_failure (&server, "89 00", 1002, "Frame from a client is not masked");
  expect_failure (&client, "81 85", 1002, "Frame from a server is masked");
  expect_hex (&server, "81 81 00 00 00 00 61", "text \"a\"\nidle");
}

static void
test_A09_fragment_order (void)
{
  expect_failure (&client, "80 01", 1002, "Continuation frame with no message to continue");
  expect_failure (&client, "00", 1002, "Continuation frame with no message to continue");
  expect_failure (&client, "01 01 61 81", 1002, "Frame with opcode 1 inside a fragmented message");
  expect_failure (&client, "01 01 61 02", 1002, "Frame with opcode 2 inside a fragmented message");
  expect_hex (&client, "01 01 61 80 01 62 82 01 63", "text \"ab\"\nbinary \"c\"\nidle");
}

static void
test_A09_control_between_fragments (void)
{
  expect_hex (&client,
              "01 01 61 89 01 70 00 01 62 8a 01 71 80 01 63",
              "ping \"p\"\nreply 8a 01 70\npong \"q\"\ntext \"abc\"\nidle");
  expect_hex (&client, "01 01 61 88 02 03 e8 80 01 62", "close 1000 \"\"\nreply 88 02 03 e8\nidle");
}

/* Every first byte, in both roles: split in any way it means the same. */
static void
test_every_first_byte (void)
{
  for (guint first = 0; first < 256; first++)
    for (gsize r = 0; r < 2; r++)
      {
        g_autoptr (GByteArray) bytes = g_byte_array_new ();
        g_autofree char *log = NULL;

        driver_add_frame (bytes, both[r]->role, first, "\x03\xe8", 2);
        driver_add_frame (bytes, both[r]->role, 0x82, "z", 1);
        log = driver_run_all_ways (both[r], bytes->data, bytes->len);
        g_assert_cmpint (strstr (log, "failure 1002") != NULL,
                         ==,
                         strchr ("\x01\x02\x81\x82\x88\x89\x8a", first) == NULL || first < 0x80);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/faye/core/protocol/" name, func)
  ADD ("examples-of-rfc-6455", test_examples);
  ADD ("length-forms", test_length_forms);
  ADD ("every-first-byte", test_every_first_byte);
  ADD ("A01-extreme-lengths", test_A01_extreme_lengths);
  ADD ("A02-not-minimal", test_A02_not_minimal);
  ADD ("A03-top-bit", test_A03_top_bit);
  ADD ("A04-fails-at-the-header", test_A04_fails_at_the_header);
  ADD ("A05-reserved-bits", test_A05_reserved_bits);
  ADD ("A06-reserved-opcodes", test_A06_reserved_opcodes);
  ADD ("A07-fragmented-control", test_A07_control_frames);
  ADD ("A08-masks", test_A08_masks);
  ADD ("A09-fragment-order", test_A09_fragment_order);
  ADD ("A09-control-between-fragments", test_A09_control_between_fragments);
  return g_test_run ();
}
