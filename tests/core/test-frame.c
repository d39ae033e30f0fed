/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-frame-private.h"

#include <string.h>

static const FayeFrameRules server = { .masked = TRUE, .room = 1 << 20, .continuations = 10 };

/* The law of RFC 6455, section 5.2, on a header's first two bytes, in its own words. */
static gboolean
is_lawful (guint8 first, guint8 second, const FayeFrameRules *rules)
{
  guint opcode = first & 15;
  gboolean fin = first >> 7;
  guint length = second & 127;

  if (strchr ("\1\2\10\11\12", opcode) == NULL)
    return FALSE;
  if (((first >> 4) & 7 & ~(opcode == 1 || opcode == 2 ? rules->extension_bits : 0)) != 0)
    return FALSE;
  if (opcode >= 8 && (!fin || length > 125 || (opcode == 8 && length == 1)))
    return FALSE;
  if (opcode < 8 && rules->in_message != (opcode == 0))
    return FALSE;
  return second >> 7 == rules->masked;
}

static void
check_first_two (const FayeFrameRules *rules)
{
  for (guint i = 0; i < 0x10000; i++)
    {
      guint8 bytes[2] = { i >> 8, i };
      FayeFrame frame;
      FayeFrameVerdict verdict = faye_frame_parse (bytes, 2, rules, &frame);
      gboolean whole = bytes[1] < 126 && !rules->masked;

      if (is_lawful (bytes[0], bytes[1], rules))
        g_assert_cmpint (verdict, ==, whole ? FAYE_FRAME_WHOLE : FAYE_FRAME_SHORT);
      else
        g_assert_cmpint (verdict, >, FAYE_FRAME_SHORT);
    }
}

static void
test_every_first_two_bytes (void)
{
  for (guint i = 0; i < 32; i++)
    {
      FayeFrameRules rules = {
        .masked = i & 1,
        .in_message = i >> 1 & 1,
        .extension_bits = i >> 2,
        .room = 1 << 20,
        .continuations = 1,
      };

      check_first_two (&rules);
    }
}

/* What the first byte settles does not wait for the second. */
static void
test_first_byte_alone (void)
{
  for (guint first = 0; first < 256; first++)
    {
      guint8 bytes[2] = { first, 0x80 };
      FayeFrame frame;
      gboolean lawful = is_lawful (bytes[0], bytes[1], &server);
      FayeFrameVerdict verdict = faye_frame_parse (bytes, 1, &server, &frame);

      g_assert_cmpint (verdict == FAYE_FRAME_SHORT, ==, lawful);
    }
  g_assert_cmpint (faye_frame_parse (NULL, 0, &server, NULL), ==, FAYE_FRAME_SHORT);
}

/* A verdict on a beginning stands, whatever follows. */
static void
check_beginnings (const guint8 *bytes, gsize size, const FayeFrameRules *rules)
{
  FayeFrame frame;
  FayeFrameVerdict last = FAYE_FRAME_SHORT;

  for (gsize n = 0; n <= size; n++)
    {
      FayeFrameVerdict verdict = faye_frame_parse (bytes, n, rules, &frame);

      if (last != FAYE_FRAME_SHORT)
        g_assert_cmpint (verdict, ==, last);
      last = verdict;
    }
}

static FayeFrameVerdict
parse_length (guint64 length, guint form, const FayeFrameRules *rules, FayeFrame *frame)
{
  guint64 be = GUINT64_TO_BE (length);
  guint8 bytes[14] = { 0x82, form == 1 ? length : form == 2 ? 126 : 127 };
  gsize size = 2;

  if (form > 1)
    memcpy (bytes + 2, (const guint8 *) &be + 8 - form, form);
  size += form > 1 ? form : 0;
  bytes[1] |= 0x80;
  memcpy (bytes + size, "key!", 4);
  check_beginnings (bytes, size + 4, rules);
  return faye_frame_parse (bytes, size + 4, rules, frame);
}

static void
test_lengths (void)
{
  FayeFrameRules rules = { .masked = TRUE, .room = G_MAXUINT64 };
  FayeFrame frame;
  static const struct
  {
    guint64 length;
    guint form;
  } lawful[] = {
    { 0, 1 },          { 1, 1 },           { 125, 1 },
    { 126, 2 },        { 127, 2 },         { 65535, 2 },
    { 65536, 8 },      { G_MAXUINT32, 8 }, { G_GUINT64_CONSTANT (1) << 32, 8 },
    { G_MAXINT64, 8 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lawful); i++)
    {
      g_assert_cmpint (parse_length (lawful[i].length, lawful[i].form, &rules, &frame),
                       ==,
                       FAYE_FRAME_WHOLE);
      g_assert_cmpuint (frame.length, ==, lawful[i].length);
      g_assert_cmpmem (frame.key, 4, "key!", 4);
      g_assert_true (frame.fin);
      g_assert_cmpuint (frame.opcode, ==, FAYE_OPCODE_BINARY);
    }
}

static void
test_A02_not_minimal (void)
{
  FayeFrameRules rules = { .masked = TRUE, .room = G_MAXUINT64 };
  FayeFrame frame;

  for (guint length = 0; length < 126; length++)
    g_assert_cmpint (parse_length (length, 2, &rules, &frame), ==, FAYE_FRAME_LENGTH_NOT_MINIMAL);
  for (guint length = 0; length < 65536; length += 5)
    g_assert_cmpint (parse_length (length, 8, &rules, &frame), ==, FAYE_FRAME_LENGTH_NOT_MINIMAL);
}

static void
test_A03_top_bit (void)
{
  FayeFrameRules rules = { .masked = TRUE, .room = G_MAXUINT64 };
  guint64 top = G_GUINT64_CONSTANT (1) << 63;
  FayeFrame frame;

  g_assert_cmpint (parse_length (top, 8, &rules, &frame), ==, FAYE_FRAME_LENGTH_TOP_BIT);
  g_assert_cmpint (parse_length (G_MAXUINT64, 8, &rules, &frame), ==, FAYE_FRAME_LENGTH_TOP_BIT);
}

static void
test_room (void)
{
  FayeFrame frame;

  for (guint64 room = 0; room < 70000; room += 123)
    {
      FayeFrameRules rules = { .masked = TRUE, .room = room };
      guint8 head[14];
      guint size = faye_frame_write_head (head, FAYE_OPCODE_TEXT, 0, room, (const guint8 *) "key!");

      g_assert_cmpint (faye_frame_parse (head, size, &rules, &frame), ==, FAYE_FRAME_WHOLE);
      size = faye_frame_write_head (head, FAYE_OPCODE_TEXT, 0, room + 1, (const guint8 *) "key!");
      g_assert_cmpint (faye_frame_parse (head, size - 4, &rules, &frame), ==, FAYE_FRAME_TOO_BIG);
      size = faye_frame_write_head (head, FAYE_OPCODE_PING, 0, 125, (const guint8 *) "key!");
      g_assert_cmpint (faye_frame_parse (head, size, &rules, &frame), ==, FAYE_FRAME_WHOLE);
    }
}

static void
test_continuations (void)
{
  FayeFrameRules rules = { .in_message = TRUE, .room = 10, .continuations = 1 };
  guint8 head[] = { 0, 0 };
  FayeFrame frame;

  g_assert_cmpint (faye_frame_parse (head, 2, &rules, &frame), ==, FAYE_FRAME_WHOLE);
  rules.continuations = 0;
  g_assert_cmpint (faye_frame_parse (head, 1, &rules, &frame), ==, FAYE_FRAME_TOO_MANY);
  head[0] = 0x80;
  g_assert_cmpint (faye_frame_parse (head, 1, &rules, &frame), ==, FAYE_FRAME_TOO_MANY);
}

static void
check_round_trip (guint64 length, const guint8 *key, guint expected_size)
{
  FayeFrameRules rules = { .masked = key != NULL, .room = G_MAXUINT64, .extension_bits = 7 };
  guint8 head[FAYE_FRAME_MAX_HEAD];
  FayeFrame frame;
  guint size = faye_frame_write_head (head, FAYE_OPCODE_TEXT, 5, length, key);

  g_assert_cmpuint (size, ==, expected_size + (key != NULL ? 4 : 0));
  g_assert_cmpint (faye_frame_parse (head, size, &rules, &frame), ==, FAYE_FRAME_WHOLE);
  g_assert_cmpuint (frame.head_size, ==, size);
  g_assert_cmpuint (frame.length, ==, length);
  g_assert_cmpuint (frame.rsv, ==, 5);
  g_assert_cmpuint (frame.opcode, ==, FAYE_OPCODE_TEXT);
  g_assert_true (frame.fin);
  if (key != NULL)
    g_assert_cmpmem (frame.key, 4, key, 4);
}

static void
test_write_head (void)
{
  static const guint64 lengths[] = { 0, 125, 126, 65535, 65536, G_MAXUINT32, G_MAXINT64 };
  static const guint sizes[] = { 2, 2, 4, 4, 10, 10, 10 };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      check_round_trip (lengths[i], NULL, sizes[i]);
      check_round_trip (lengths[i], (const guint8 *) "\1\2\3\4", sizes[i]);
    }
}

static void
check_fault (FayeFrameVerdict fault, const char *bytes, guint code, const char *text)
{
  FayeFrameRules rules = { .room = 12 };
  g_autofree char *what = faye_frame_describe_fault (fault, (const guint8 *) bytes, &rules);

  g_assert_cmpuint (faye_frame_fault_code (fault), ==, code);
  g_assert_cmpstr (what, ==, text);
}

static void
test_faults (void)
{
  check_fault (FAYE_FRAME_RESERVED_OPCODE, "\x83", 1002, "Opcode 3 is reserved");
  check_fault (FAYE_FRAME_RESERVED_BITS, "\xd1", 1002, "Reserved bits 0x5 are set");
  check_fault (FAYE_FRAME_FRAGMENTED_CONTROL,
               "\x09",
               1002,
               "Control frame with opcode 9 is fragmented");
  check_fault (FAYE_FRAME_NOTHING_TO_CONTINUE,
               "\x80",
               1002,
               "Continuation frame with no message to continue");
  check_fault (FAYE_FRAME_NOT_CONTINUED,
               "\x82",
               1002,
               "Frame with opcode 2 inside a fragmented message");
  check_fault (FAYE_FRAME_TOO_MANY, "\x80", 1008, "Message has too many fragments");
  check_fault (FAYE_FRAME_NOT_MASKED, "\x81", 1002, "Frame from a client is not masked");
  check_fault (FAYE_FRAME_MASKED, "\x81", 1002, "Frame from a server is masked");
  check_fault (FAYE_FRAME_LONG_CONTROL,
               "\x89\x7e",
               1002,
               "Control frame with opcode 9 is longer than 125 bytes");
  check_fault (FAYE_FRAME_CLOSE_OF_ONE_BYTE, "\x88\x01", 1002, "Close frame has a body of 1 byte");
  check_fault (FAYE_FRAME_LENGTH_TOP_BIT,
               "\x82\x7f\xc0",
               1002,
               "The 64-bit length begins with 0xc0, its top bit set");
  check_fault (FAYE_FRAME_LENGTH_NOT_MINIMAL,
               "\x82\x7e\x00\x7d",
               1002,
               "Length 125 is written in 2 bytes");
  check_fault (FAYE_FRAME_TOO_BIG,
               "\x82\x0d",
               1009,
               "Frame of 13 bytes where only 12 more are allowed");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/core/frame/every-first-two-bytes", test_every_first_two_bytes);
  g_test_add_func ("/faye/core/frame/first-byte-alone", test_first_byte_alone);
  g_test_add_func ("/faye/core/frame/lengths", test_lengths);
  g_test_add_func ("/faye/core/frame/A02-not-minimal", test_A02_not_minimal);
  g_test_add_func ("/faye/core/frame/A03-top-bit", test_A03_top_bit);
  g_test_add_func ("/faye/core/frame/room", test_room);
  g_test_add_func ("/faye/core/frame/continuations", test_continuations);
  g_test_add_func ("/faye/core/frame/write-head", test_write_head);
  g_test_add_func ("/faye/core/frame/faults", test_faults);
  return g_test_run ();
}
