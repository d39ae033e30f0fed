/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "faye/core/faye-close-code-private.h"
#include "tests/core/protocol-driver.h"

/* The closing handshake, from both ends, and what may happen after it. */

static const DriverSetup server = { .role = FAYE_ROLE_SERVER };
static const DriverSetup client = { .role = FAYE_ROLE_CLIENT };
static const DriverSetup closing = { .role = FAYE_ROLE_CLIENT, .closing = TRUE };

static void
expect_hex (const DriverSetup *setup, const char *hex, const char *log)
{
  g_autoptr (GByteArray) bytes = driver_hex (hex);

  driver_expect (setup, bytes, log);
}

static void
expect_beginning (const DriverSetup *setup, const char *hex, const char *beginning)
{
  g_autoptr (GByteArray) bytes = driver_hex (hex);
  g_autofree char *log = driver_run_all_ways (setup, bytes->data, bytes->len);

  if (!g_str_has_prefix (log, beginning))
    g_error ("%s: %s", hex, log);
}

static void
test_answers (void)
{
  expect_hex (&client, "88 00", "close 1005 \"\"\nreply 88 00\nidle");
  expect_hex (&server, "88 80 37 fa 21 3d", "close 1005 \"\"\nreply 88 00\nidle");
  expect_hex (&client, "88 02 03 e9", "close 1001 \"\"\nreply 88 02 03 e9\nidle");
  expect_hex (&client,
              "88 05 0f a0 62 79 65",
              "close 4000 \"bye\"\nreply 88 05 0f a0 62 79 65\nidle");
}

/* Every code there is, in both roles. */
static void
test_A14_every_code (void)
{
  for (guint code = 0; code < 65536; code++)
    {
      const DriverSetup *setup = code % 2 ? &client : &server;
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      guint8 body[] = { code >> 8, code & 0xff };
      g_autofree char *log = NULL;
      g_autofree char *expected = NULL;

      driver_add_frame (bytes, setup->role, 0x88, body, 2);
      log = driver_run (setup, bytes->data, bytes->len, NULL, 0, 0);
      if (faye_close_code_is_valid (code))
        expected =
          g_strdup_printf ("close %u \"\"\nreply 88 02 %02x %02x\nidle", code, body[0], body[1]);
      else
        expected =
          g_strdup_printf ("failure 1002 \"Close code %u may not be sent\"\nreply 88 ", code);
      g_assert_true (g_str_has_prefix (log, expected));
    }
}

static void
test_A14_bodies (void)
{
  expect_beginning (&client, "88 01", "failure 1002 \"Close frame has a body of 1 byte\"");
  expect_beginning (&client, "88 03 03 e8 ff", "failure 1007 \"Close reason is not valid UTF-8\"");
  expect_beginning (&client, "88 04 03 e8 e2 82", "failure 1007 ");
  expect_beginning (&client, "88 05 03 e8 ed a0 80", "failure 1007 ");
  expect_beginning (&client, "88 03 00 00 ff", "failure 1002 \"Close code 0 may not be sent\"");
  expect_beginning (&client, "88 05 03 e8 e2 82 ac", "close 1000 \"\\xe2\\x82\\xac\"");
}

static void
test_A14_longest_reason (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  char body[126] = "\x03\xe8";
  g_autoptr (GString) expected = g_string_new (NULL);

  memset (body + 2, 'r', 123);
  driver_add_frame (bytes, FAYE_ROLE_SERVER, 0x88, body, 125);
  g_string_printf (expected, "close 1000 \"%s\"\nreply 88 7d 03 e8", body + 2);
  for (guint i = 0; i < 123; i++)
    g_string_append_printf (expected, " %02x", 'r');
  g_string_append (expected, "\nidle");
  driver_expect (&server, bytes, expected->str);
}

static void
test_A15_after_the_peers_close (void)
{
  expect_hex (&client,
              "88 02 03 e8 81 01 61 89 00 88 02 03 e9 ff ff ff",
              "close 1000 \"\"\nreply 88 02 03 e8\nidle");
  expect_hex (&client, "01 01 61 88 00 80 01 62", "close 1005 \"\"\nreply 88 00\nidle");
}

static void
test_A15_after_a_failure (void)
{
  expect_hex (&client,
              "83 00 88 02 03 e8 81 01 61",
              "failure 1002 \"Opcode 3 is reserved\"\n"
              "reply 88 16 03 ea 4f 70 63 6f 64 65 20 33 20 69 73 20 72 65 73 65 72 76 65 64\n"
              "idle");
}

/* Data may still be on its way: it is not delivered, but it has to be lawful. */
static void
test_A15_after_our_close (void)
{
  expect_hex (&closing,
              "81 01 61 89 01 62 8a 01 63 82 02 64 65 01 01 66 80 01 67 88 02 03 e8",
              "close 1000 \"\"\nidle");
  expect_hex (&closing, "81 02 61", "unfinished");
  expect_hex (&closing, "01 01 61", "unfinished");
  expect_hex (&closing, "83", "failure 1002 \"Opcode 3 is reserved\"\nidle");
  expect_hex (&closing,
              "01 01 61 81 00",
              "failure 1002 \"Frame with opcode 1 inside a fragmented message\"\nidle");
  expect_hex (&closing, "88 02 00 00", "failure 1002 \"Close code 0 may not be sent\"\nidle");
}

static void
test_A15_large_after_our_close (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *payload = g_malloc0 (70000);

  driver_add_frame (bytes, FAYE_ROLE_CLIENT, 0x82, payload, 70000);
  driver_add_frame (bytes, FAYE_ROLE_CLIENT, 0x88, "\x03\xe8", 2);
  driver_expect (&closing, bytes, "close 1000 \"\"\nidle");
}

static FayeEventType
feed (FayeProtocol *protocol, const char *bytes, gsize size, FayeProtocolEvent *event)
{
  static guint8 block[64];
  FayeInput input = { block, size };

  memcpy (block, bytes, size);
  return faye_protocol_next (protocol, &input, event);
}

/* Our Close goes out while a message is half here: its memory goes at once, its rest is skipped. */
static void
test_A15_close_inside_a_message (void)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&client);
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
  gsize before = driver_heap_in_use ();
  FayeProtocolEvent event;

  g_assert_cmpint (feed (protocol,
                         "\x02\x03"
                         "abc",
                         5,
                         &event),
                   ==,
                   FAYE_PROTOCOL_NEED_MORE);
  g_assert_cmpint (feed (protocol,
                         "\x00\x05"
                         "d",
                         3,
                         &event),
                   ==,
                   FAYE_PROTOCOL_NEED_MORE);
  g_assert_cmpuint (faye_protocol_write_close (protocol, 1000, "bye", out), ==, 2 + 4 + 5);
  g_assert_cmpuint (driver_heap_in_use (), <=, before + 64);
  g_assert_cmpint (feed (protocol, "efgh\x80\x01i", 7, &event), ==, FAYE_PROTOCOL_NEED_MORE);
  g_assert_true (faye_protocol_is_idle (protocol));
  g_assert_cmpint (feed (protocol, "\x88\x00", 2, &event), ==, FAYE_PROTOCOL_CLOSE);
  g_assert_false (faye_protocol_has_reply (protocol));
  g_assert_true (faye_protocol_is_close_received (protocol));
}

static void
test_A15_failed_by_the_caller (void)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&server);
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
  FayeProtocolEvent event;

  faye_protocol_fail (protocol, 1009, "Too much");
  faye_protocol_fail (protocol, 1011, "Never told");
  g_assert_cmpint (feed (protocol, "\x81\x00", 2, &event), ==, FAYE_PROTOCOL_NEED_MORE);
  g_assert_cmpuint (faye_protocol_take_reply (protocol, out), ==, 12);
  g_assert_cmpmem (out, 12, "\x88\x0a\x03\xf1Too much", 12);
  g_assert_cmpuint (faye_protocol_take_reply (protocol, out), ==, 0);
  g_assert_true (faye_protocol_is_close_sent (protocol));
  g_assert_false (faye_protocol_is_close_received (protocol));
}

/* A fault found in what came before the peer's Close outranks the echo of its code. */
static void
test_A15_failed_after_a_close (void)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&client);
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
  FayeProtocolEvent event;

  g_assert_cmpint (feed (protocol, "\x88\x00", 2, &event), ==, FAYE_PROTOCOL_CLOSE);
  faye_protocol_fail (protocol, 1007, NULL);
  g_assert_cmpuint (faye_protocol_take_reply (protocol, out), ==, 2 + 4 + 2);
  g_assert_cmphex (out[6] ^ out[2], ==, 1007 >> 8);
  g_assert_cmphex (out[7] ^ out[3], ==, 1007 & 0xff);
}

static void
test_failed_after_our_close (void)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&server);
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];

  g_assert_cmpuint (faye_protocol_write_close (protocol, FAYE_CLOSE_CODE_NONE, NULL, out), ==, 2);
  g_assert_cmpmem (out, 2, "\x88\0", 2);
  faye_protocol_fail (protocol, 1009, "Too much");
  g_assert_false (faye_protocol_has_reply (protocol));
  g_assert_cmpuint (faye_protocol_take_reply (protocol, out), ==, 0);
}

static void
test_nothing_is_sent_after_a_close (void)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&server);
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
  FayeFraming framing;
  FayeProtocolEvent event;

  g_assert_cmpint (feed (protocol, "\x89\x80mask", 6, &event), ==, FAYE_PROTOCOL_PING);
  g_assert_true (faye_protocol_has_reply (protocol));
  g_assert_false (faye_protocol_is_close_sent (protocol));
  g_assert_cmpuint (faye_protocol_write_close (protocol, 1000, NULL, out), ==, 4);
  g_assert_true (faye_protocol_is_close_sent (protocol));
  g_assert_false (faye_protocol_has_reply (protocol));
  g_assert_cmpuint (faye_protocol_take_reply (protocol, out), ==, 0);
  g_assert_cmpuint (faye_protocol_write_close (protocol, 1001, NULL, out), ==, 0);
  g_assert_cmpuint (faye_protocol_write_ping (protocol, NULL, 0, out), ==, 0);
  g_assert_cmpuint (faye_protocol_write_pong (protocol, NULL, 0, out), ==, 0);
  g_assert_false (faye_protocol_frame_message (protocol, TRUE, 0, 1, &framing));
}

/* The peer has closed, but until the answer is written messages may still go (section 5.5.1). */
static void
test_sending_until_the_answer (void)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&client);
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
  FayeFraming framing;
  FayeProtocolEvent event;

  g_assert_cmpint (feed (protocol, "\x89\x01p\x88\x00", 5, &event), ==, FAYE_PROTOCOL_PING);
  g_assert_cmpint (feed (protocol, "\x88\x00", 2, &event), ==, FAYE_PROTOCOL_CLOSE);
  g_assert_true (faye_protocol_frame_message (protocol, TRUE, 0, 1, &framing));
  g_assert_cmpuint (faye_protocol_take_reply (protocol, out), ==, 2 + 4 + 1);
  g_assert_cmphex (out[0], ==, 0x8a);
  g_assert_cmpuint (faye_protocol_take_reply (protocol, out), ==, 2 + 4);
  g_assert_cmphex (out[0], ==, 0x88);
  g_assert_false (faye_protocol_frame_message (protocol, TRUE, 0, 1, &framing));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/faye/core/protocol/" name, func)
  ADD ("close-answers", test_answers);
  ADD ("A14-every-code", test_A14_every_code);
  ADD ("A14-bodies", test_A14_bodies);
  ADD ("A14-longest-reason", test_A14_longest_reason);
  ADD ("A15-after-the-peers-close", test_A15_after_the_peers_close);
  ADD ("A15-after-a-failure", test_A15_after_a_failure);
  ADD ("A15-after-our-close", test_A15_after_our_close);
  ADD ("A15-large-after-our-close", test_A15_large_after_our_close);
  ADD ("A15-close-inside-a-message", test_A15_close_inside_a_message);
  ADD ("A15-failed-by-the-caller", test_A15_failed_by_the_caller);
  ADD ("A15-failed-after-a-close", test_A15_failed_after_a_close);
  ADD ("failed-after-our-close", test_failed_after_our_close);
  ADD ("nothing-is-sent-after-a-close", test_nothing_is_sent_after_a_close);
  ADD ("sending-until-the-answer", test_sending_until_the_answer);
  return g_test_run ();
}
