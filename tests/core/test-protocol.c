/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "faye/core/faye-close-code-private.h"
#include "faye/core/faye-mask-private.h"
#include "tests/core/protocol-driver.h"

/* Sending, replies, and reading straight into a message. */

static const DriverSetup server = { .role = FAYE_ROLE_SERVER };
static const DriverSetup client = { .role = FAYE_ROLE_CLIENT };

static void
test_versions (void)
{
  static const char *const names[] = { "hybi-13", "hybi-8", "hybi-7", "hixie-76", "hixie-75" };

  for (FayeVersion version = FAYE_VERSION_HYBI_13; version <= FAYE_VERSION_HIXIE_75; version++)
    g_assert_cmpstr (faye_version_to_string (version), ==, names[version]);
  for (FayeVersion version = FAYE_VERSION_HYBI_13; version <= FAYE_VERSION_HYBI_7; version++)
    {
      DriverSetup setup = { .version = version };
      g_autoptr (FayeProtocol) protocol = driver_protocol_new (&setup);

      g_assert_cmpint (faye_protocol_get_version (protocol), ==, version);
    }
  faye_protocol_free (NULL);
}

static void
test_frame_message (void)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&server);
  FayeFraming framing;

  g_assert_true (faye_protocol_frame_message (protocol, TRUE, 0, 5, &framing));
  g_assert_cmpmem (framing.head, framing.head_size, "\x81\x05", 2);
  g_assert_cmpuint (framing.tail_size, ==, 0);
  g_assert_false (framing.masked);
  g_assert_true (faye_protocol_frame_message (protocol, FALSE, FAYE_RSV1, 256, &framing));
  g_assert_cmpmem (framing.head, framing.head_size, "\xc2\x7e\x01\x00", 4);
  g_assert_true (faye_protocol_frame_message (protocol, FALSE, 3, 65536, &framing));
  g_assert_cmpmem (framing.head, framing.head_size, "\xb2\x7f\0\0\0\0\0\x01\0\0", 10);
}

/* What the client frames, a server reads. */
static void
test_round_trip (void)
{
  static const gsize sizes[] = { 0, 1, 125, 126, 1000, 65535, 65536 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (FayeProtocol) sender = driver_protocol_new (&client);
      g_autoptr (FayeProtocol) receiver = driver_protocol_new (&server);
      g_autofree guint8 *payload = g_malloc0 (sizes[i] + 1);
      g_autofree guint8 *wire = g_malloc (sizes[i] + 16);
      FayeInput input = { wire, 0 };
      FayeFraming framing;
      FayeProtocolEvent event;

      memset (payload, 'z', sizes[i]);
      g_assert_true (faye_protocol_frame_message (sender, TRUE, 0, sizes[i], &framing));
      g_assert_true (framing.masked);
      memcpy (wire, framing.head, framing.head_size);
      faye_mask_copy (wire + framing.head_size, payload, sizes[i], framing.key, 0);
      input.size = framing.head_size + sizes[i];
      g_assert_cmpint (faye_protocol_next (receiver, &input, &event), ==, FAYE_PROTOCOL_MESSAGE);
      g_assert_cmpmem (event.data, event.size, payload, sizes[i]);
      g_assert_true (event.text);
    }
}

static guint n_drawn;

static void
count_random (guint8 *out, gsize n)
{
  g_assert_cmpuint (n, ==, 4);
  n_drawn++;
  out[0] = n_drawn >> 24;
  out[1] = n_drawn >> 16;
  out[2] = n_drawn >> 8;
  out[3] = n_drawn;
}

static void
check_fresh (const guint8 *key)
{
  g_assert_cmpuint ((guint) key[0] << 24 | key[1] << 16 | key[2] << 8 | key[3], ==, n_drawn);
}

/* Each frame that a client sends draws its own key; a server draws none. */
static void
test_A18_fresh_keys (void)
{
  g_autoptr (FayeProtocol) protocol =
    faye_protocol_new (FAYE_VERSION_HYBI_13, FAYE_ROLE_CLIENT, count_random);
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
  guint8 ping[] = { 0x89, 0 };
  FayeInput input = { ping, 2 };
  FayeProtocolEvent event;
  FayeFraming framing;

  for (guint i = 1; i <= 10000; i++)
    {
      g_assert_true (faye_protocol_frame_message (protocol, i % 2, 0, i, &framing));
      g_assert_cmpuint (n_drawn, ==, i);
      g_assert_true (framing.masked);
      check_fresh (framing.key);
      check_fresh (framing.head + framing.head_size - 4);
    }
  g_assert_cmpuint (faye_protocol_write_ping (protocol, (const guint8 *) "p", 1, out), ==, 7);
  check_fresh (out + 2);
  g_assert_cmpuint (faye_protocol_write_pong (protocol, (const guint8 *) "p", 1, out), ==, 7);
  check_fresh (out + 2);
  g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, FAYE_PROTOCOL_PING);
  g_assert_cmpuint (faye_protocol_take_reply (protocol, out), ==, 6);
  check_fresh (out + 2);
  g_assert_cmpuint (faye_protocol_write_close (protocol, 1000, NULL, out), ==, 8);
  check_fresh (out + 2);
  g_assert_cmpuint (n_drawn, ==, 10004);
}

static void
test_control_sizes (void)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&client);
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
  guint8 payload[126] = { 0 };

  g_assert_cmpuint (faye_protocol_write_ping (protocol, payload, 125, out), ==, 131);
  g_assert_cmpuint (faye_protocol_write_ping (protocol, payload, 126, out), ==, 0);
  g_assert_cmpuint (faye_protocol_write_pong (protocol, payload, 125, out), ==, 131);
  g_assert_cmpuint (faye_protocol_write_pong (protocol, payload, 126, out), ==, 0);
}

static void
check_reason (const char *reason, gsize expected)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&server);
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
  gsize size = faye_protocol_write_close (protocol, 1001, reason, out);

  g_assert_cmpuint (size, ==, 4 + expected);
  g_assert_cmpuint (out[1], ==, 2 + expected);
  g_assert_cmpmem (out + 4, expected, reason, expected);
}

/* Cut to fit, and never inside a character. */
static void
test_close_reasons (void)
{
  g_autofree char *fits = g_strnfill (123, 'r');
  g_autofree char *long_reason = g_strnfill (500, 'r');
  g_autofree char *two = g_strconcat (fits, "é", NULL);
  g_autofree char *four = NULL;

  check_reason ("", 0);
  check_reason ("bye", 3);
  check_reason (fits, 123);
  check_reason (long_reason, 123);
  check_reason (two, 123);
  fits[121] = '\0';
  four = g_strconcat (fits, "😀", NULL);
  check_reason (four, 121);
}

/* However many pings came, the newest is answered, once. */
static void
test_A17_newest_ping (void)
{
  guint8 pings[] = { 0x89, 1, 'a', 0x89, 2, 'b', 'c', 0x8a, 1, 'x', 0x89, 1, 'd' };
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&client);
  FayeInput input = { pings, sizeof pings };
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
  FayeProtocolEvent event;
  guint n = 0;

  g_assert_false (faye_protocol_has_reply (protocol));
  while (faye_protocol_next (protocol, &input, &event) != FAYE_PROTOCOL_NEED_MORE)
    n++;
  g_assert_cmpuint (n, ==, 4);
  g_assert_true (faye_protocol_has_reply (protocol));
  g_assert_cmpuint (faye_protocol_take_reply (protocol, out), ==, 7);
  g_assert_cmphex (out[6] ^ out[2], ==, 'd');
  g_assert_false (faye_protocol_has_reply (protocol));
  g_assert_cmpuint (faye_protocol_take_reply (protocol, out), ==, 0);
}

static FayeEventType
feed (FayeProtocol *protocol, GByteArray *bytes, FayeProtocolEvent *event)
{
  FayeInput input = { bytes->data, bytes->len };

  return faye_protocol_next (protocol, &input, event);
}

static gboolean
offers_area (FayeProtocol *protocol)
{
  gsize size = 1;
  guint8 *area = faye_protocol_get_area (protocol, &size);

  g_assert_cmpint (area != NULL, ==, size > 0);
  return area != NULL;
}

/* Only inside a large payload, and never for more than is left of it. */
static void
test_area_offers (void)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&client);
  g_autoptr (GByteArray) head = driver_hex ("82 7f 00 00 00 00 00 01 86 a0");
  guint8 byte = 'x';
  FayeInput one = { &byte, 1 };
  FayeProtocolEvent event;
  gsize total = 0;

  g_assert_false (offers_area (protocol));
  g_assert_cmpint (feed (protocol, head, &event), ==, FAYE_PROTOCOL_NEED_MORE);
  g_assert_false (faye_protocol_is_idle (protocol));
  while (offers_area (protocol))
    {
      gsize size;
      guint8 *area = faye_protocol_get_area (protocol, &size);

      size = MIN (size, 5000);
      memset (area, 'x', size);
      faye_protocol_filled (protocol, size);
      total += size;
      one = (FayeInput){ &byte, 0 };
      g_assert_cmpint (faye_protocol_next (protocol, &one, &event), ==, FAYE_PROTOCOL_NEED_MORE);
    }
  g_assert_cmpuint (total, >, 100000 - 16 * 1024);
  for (; total < 99999; total++)
    {
      one = (FayeInput){ &byte, 1 };
      g_assert_cmpint (faye_protocol_next (protocol, &one, &event), ==, FAYE_PROTOCOL_NEED_MORE);
    }
  one = (FayeInput){ &byte, 1 };
  g_assert_cmpint (faye_protocol_next (protocol, &one, &event), ==, FAYE_PROTOCOL_MESSAGE);
  g_assert_cmpuint (event.size, ==, 100000);
  for (gsize i = 0; i < 100000; i++)
    g_assert_cmpuint (event.owned[i], ==, 'x');
  g_free (event.owned);
  g_assert_false (offers_area (protocol));
}

static void
test_A04_area_memory (void)
{
  DriverSetup unlimited = { .role = FAYE_ROLE_CLIENT, .max_length = G_MAXUINT64 };
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&unlimited);
  g_autoptr (GByteArray) head = driver_hex ("82 7f 40 00 00 00 00 00 00 00");
  gsize before = driver_heap_in_use ();
  FayeProtocolEvent event;

  g_assert_cmpint (feed (protocol, head, &event), ==, FAYE_PROTOCOL_NEED_MORE);
  g_assert_true (offers_area (protocol));
  g_assert_cmpuint (driver_heap_in_use (), <=, before + 65536 + 64);
}

/* The area is lent: what ends the connection meanwhile leaves it alone until it comes back. */
static void
check_end_while_lent (gboolean by_close)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&client);
  g_autoptr (GByteArray) head = driver_hex ("81 7f 00 00 00 00 00 01 00 00");
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
  gsize before = driver_heap_in_use ();
  FayeProtocolEvent event;
  FayeInput nothing = { NULL, 0 };
  gsize size;
  guint8 *area;

  g_assert_cmpint (feed (protocol, head, &event), ==, FAYE_PROTOCOL_NEED_MORE);
  area = faye_protocol_get_area (protocol, &size);
  if (by_close)
    g_assert_cmpuint (faye_protocol_write_close (protocol, 1000, NULL, out), >, 0);
  else
    faye_protocol_fail (protocol, 1011, NULL);
  memset (area, 0xff, size);
  faye_protocol_filled (protocol, size);
  g_assert_cmpuint (driver_heap_in_use (), <=, before + 64);
  g_assert_false (offers_area (protocol));
  g_assert_cmpint (faye_protocol_next (protocol, &nothing, &event), ==, FAYE_PROTOCOL_NEED_MORE);
  g_assert_cmpint (faye_protocol_is_idle (protocol), ==, !by_close || size == 65536);
}

static void
test_A15_end_while_lent (void)
{
  check_end_while_lent (TRUE);
  check_end_while_lent (FALSE);
}

/* Lent, never filled, and no longer needed. */
static void
test_A15_area_given_up (void)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&client);
  g_autoptr (GByteArray) head = driver_hex ("81 7f 00 00 00 00 00 01 00 00");
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
  gsize before = driver_heap_in_use ();
  FayeProtocolEvent event;
  guint8 bytes[] = { 0, 0 };
  FayeInput input = { bytes, 2 };

  g_assert_cmpint (feed (protocol, head, &event), ==, FAYE_PROTOCOL_NEED_MORE);
  g_assert_true (offers_area (protocol));
  g_assert_cmpuint (faye_protocol_write_close (protocol, 1000, NULL, out), >, 0);
  g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, FAYE_PROTOCOL_NEED_MORE);
  g_assert_cmpuint (driver_heap_in_use (), <=, before + 64);
}

static void
test_freed_inside_a_message (void)
{
  FayeProtocol *protocol = driver_protocol_new (&client);
  g_autoptr (GByteArray) bytes = driver_hex ("01 02 61 62 00 05 63");
  gsize before = driver_heap_in_use ();
  FayeProtocolEvent event;

  g_assert_cmpint (feed (protocol, bytes, &event), ==, FAYE_PROTOCOL_NEED_MORE);
  g_assert_cmpuint (driver_heap_in_use (), >=, before);
  faye_protocol_free (protocol);
  g_assert_cmpuint (driver_heap_in_use (), <, MAX (before, 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/faye/core/protocol/" name, func)
  ADD ("versions", test_versions);
  ADD ("frame-message", test_frame_message);
  ADD ("round-trip", test_round_trip);
  ADD ("A18-fresh-keys", test_A18_fresh_keys);
  ADD ("control-sizes", test_control_sizes);
  ADD ("close-reasons", test_close_reasons);
  ADD ("A17-newest-ping", test_A17_newest_ping);
  ADD ("area-offers", test_area_offers);
  ADD ("A04-area-memory", test_A04_area_memory);
  ADD ("A15-end-while-lent", test_A15_end_while_lent);
  ADD ("A15-area-given-up", test_A15_area_given_up);
  ADD ("freed-inside-a-message", test_freed_inside_a_message);
  return g_test_run ();
}
