/* SPDX-License-Identifier: MIT */

#include "tests/core/conformance.h"

/* RFC 6455, sections 5.5.1, 7.1 and 7.4: how it ends, and that it then has ended. */

static const ConformanceCase bodies[] = {
  { "none", "88:", "close:1005:" },
  { "code", "88:%03%e8", "close:1000:" },
  { "code-and-reason", "88:%03%e9bye", "close:1001:bye" },
  { "reason-in-utf8", "88:%03%e8%e2%82%ac", "close:1000:%e2%82%ac" },
  { "reason-with-nul", "88:%03%e8a%00b", "close:1000:a%00b" },
  { "one-byte", "88^01 |", "fail:1002" },
  { "one-byte-and-more", "88^01 | =00 81:no", "fail:1002" },
  { "one-byte-while-closing", "closing 88^01 |", "fail:1002" },
  { "reason-no-utf8", "88:%03%e8%ff |", "fail:1007" },
  { "reason-overlong", "88:%03%e8%c0%af |", "fail:1007" },
  { "reason-surrogate", "88:%03%e8%ed%a0%80 |", "fail:1007" },
  { "reason-beyond", "88:%03%e8%f4%90%80%80 |", "fail:1007" },
  { "reason-cut-short", "88:%03%e8ok%e2%82 |", "fail:1007" },
  { "reason-continuation-first", "88:%03%e8%82%ac |", "fail:1007" },
  { "bad-code-before-bad-reason", "88:%03%ed%ff |", "fail:1002" },
};

static const ConformanceCase endings[] = {
  { "second-close", "88:%03%e8 88:%03%e9", "close:1000:" },
  { "ping", "88:%03%e8 89:no", "close:1000:" },
  { "pong", "88: 8a:no", "close:1005:" },
  { "text", "88:%03%e8 81:no", "close:1000:" },
  { "garbage", "88:%03%e8 =ffffffffffffffffffffffffffff", "close:1000:" },
  { "rest-of-a-message", "01:a 88:%03%e8 80:b", "close:1000:" },
  { "large", "88:%03%e8 82*70000 81*70000", "close:1000:" },
  { "bad-close", "88:%03%e8 88^01 =00", "close:1000:" },
  { "after-messages", "81:a 82:b 89:c 88:%0b%b8", "text:a binary:b ping:c close:3000:" },
  { "failure-then-close", "=83 88:%03%e8", "fail:1002" },
  { "failure-then-message", "=83 81:no 89:no", "fail:1002" },
  { "failure-then-failure", "=83 =83 =c1 81:%ff", "fail:1002" },
  { "failure-in-a-message-then-its-rest", "01:a =83 80:b", "fail:1002" },
  { "bad-text-then-close", "81:%ff 88:%03%e8 81:no", "fail:1007" },
  { "too-big-then-its-payload", "max=3 82*4 81:no", "fail:1009" },
  { "bad-code-then-good", "88:%00%00 88:%03%e8", "fail:1002" },
};

/* Our Close is out: only the peer's is awaited (RFC 6455, section 5.5.1). */
static const ConformanceCase answers[] = {
  { "nothing-yet", "closing", "" },
  { "same-code", "closing 88:%03%e8", "close:1000:" },
  { "other-code", "closing 88:%0f%a0why", "close:4000:why" },
  { "no-code", "closing 88:", "close:1005:" },
  { "bad-code", "closing 88:%03%ed |", "fail:1002" },
  { "bad-reason", "closing 88:%03%e8%ff |", "fail:1007" },
  { "messages-on-the-way", "closing 81:a 82:b 01:c 80:d 88:%03%e8", "close:1000:" },
  { "large-message-on-the-way", "closing 82*70000 88:%03%e8", "close:1000:" },
  { "pings-on-the-way", "closing 89:a 89*125 8a:b 88:%03%e8", "close:1000:" },
  { "half-a-message-on-the-way", "closing 01:a 88:%03%e8 80:b", "close:1000:" },
  { "half-a-frame-on-the-way", "closing 82^05 =00", "..." },
  { "then-more", "closing 88:%03%e8 81:no 88:%03%e9", "close:1000:" },
  { "too-big", "closing max=3 82^04 |", "fail:1009" },
  { "too-many", "closing frames=1 01:a =80 |", "fail:1008" },
};

static gboolean
may_be_sent (guint code)
{
  static const guint registered[] = { 1000, 1001, 1002, 1003, 1007, 1008,
                                      1009, 1010, 1011, 1012, 1013, 1014 };

  for (gsize i = 0; i < G_N_ELEMENTS (registered); i++)
    if (code == registered[i])
      return TRUE;
  return code >= 3000 && code < 5000;
}

static void
check_code (guint code)
{
  g_autofree char *alone = g_strdup_printf ("88:%%%02x%%%02x |", code >> 8, code & 0xff);
  g_autofree char *reasoned =
    g_strdup_printf ("88:%%%02x%%%02xwhy | 81:no", code >> 8, code & 0xff);
  g_autofree char *plain = g_strdup_printf ("close:%u:", code);
  g_autofree char *with_reason = g_strdup_printf ("close:%u:why", code);
  gboolean good = may_be_sent (code);

  conformance_check (alone, good ? plain : "fail:1002");
  conformance_check (reasoned, good ? with_reason : "fail:1002");
}

/* Around every border, one by one. */
static void
run_code (gconstpointer data)
{
  check_code (GPOINTER_TO_UINT (data));
}

static void
add_codes (void)
{
  static const guint more[] = { 0,    1,    255,  256,  999,  1100, 1999, 2000,  2999,  3000, 3001,
                                3999, 4000, 4001, 4998, 4999, 5000, 5001, 32767, 32768, 65535 };

  for (guint code = 1000; code <= 1017; code++)
    {
      g_autofree char *path = g_strdup_printf ("/faye/core/conformance/7.4/code-%u", code);

      g_test_add_data_func (path, GUINT_TO_POINTER (code), run_code);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (more); i++)
    {
      g_autofree char *path = g_strdup_printf ("/faye/core/conformance/7.4/code-%u", more[i]);

      g_test_add_data_func (path, GUINT_TO_POINTER (more[i]), run_code);
    }
}

/* A reason of every length that fits, and of none that does not. */
static void
test_reason_lengths (void)
{
  for (gsize size = 0; size <= 123; size++)
    {
      g_autoptr (GString) reason = g_string_new (NULL);
      g_autofree char *sent = NULL;
      g_autofree char *expected = NULL;

      while (reason->len < size)
        g_string_append_c (reason, 'r');
      sent = g_strdup_printf ("88:%%03%%e8%s | 81:no", reason->str);
      expected = g_strdup_printf ("close:1000:%s", reason->str);
      conformance_check (sent, expected);
    }
  conformance_check ("88*126", "fail:1002");
}

static void
expect_silence (FayeProtocol *protocol)
{
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
  FayeFraming framing;

  g_assert_true (faye_protocol_is_close_sent (protocol));
  g_assert_false (faye_protocol_frame_message (protocol, TRUE, 0, 1, &framing));
  g_assert_false (faye_protocol_frame_message (protocol, FALSE, 0, 0, &framing));
  g_assert_cmpuint (faye_protocol_write_ping (protocol, (const guint8 *) "", 0, out), ==, 0);
  g_assert_cmpuint (faye_protocol_write_pong (protocol, (const guint8 *) "", 0, out), ==, 0);
  g_assert_cmpuint (faye_protocol_write_close (protocol, 1000, NULL, out), ==, 0);
  g_assert_cmpuint (faye_protocol_take_reply (protocol, out), ==, 0);
}

/* Nothing is sent after a Close, whoever closed first and whatever was in it. */
static void
test_nothing_is_sent_after (void)
{
  static const char *const ends[] = { "88 00", "88 02 03 e8", "88 02 00 00", "83" };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    for (gsize first = 0; first < 3; first++)
      {
        DriverSetup setup = { .role = FAYE_ROLE_CLIENT };
        g_autoptr (FayeProtocol) protocol = driver_protocol_new (&setup);
        g_autoptr (GByteArray) bytes = driver_hex (ends[i]);
        FayeInput input = { bytes->data, bytes->len };
        guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
        FayeProtocolEvent event;

        if (first > 0)
          {
            faye_protocol_write_close (protocol, first == 1 ? 1005 : 4000, NULL, out);
            expect_silence (protocol);
          }
        g_assert_cmpint (faye_protocol_next (protocol, &input, &event), >=, FAYE_PROTOCOL_CLOSE);
        g_assert_cmpint (faye_protocol_take_reply (protocol, out) > 0, ==, first == 0);
        expect_silence (protocol);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  conformance_add_all ("5.5.1", bodies, G_N_ELEMENTS (bodies));
  conformance_add_all ("7.1/after", endings, G_N_ELEMENTS (endings));
  conformance_add_all ("7.1/closing", answers, G_N_ELEMENTS (answers));
  add_codes ();
  g_test_add_func ("/faye/core/conformance/7.1/nothing-is-sent-after", test_nothing_is_sent_after);
  g_test_add_func ("/faye/core/conformance/7.4/reason-lengths", test_reason_lengths);

  return g_test_run ();
}
