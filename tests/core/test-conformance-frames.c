/* SPDX-License-Identifier: MIT */

#include "tests/core/conformance.h"

/* RFC 6455, sections 5.1, 5.2, 5.3, 5.5.2, 5.5.3, 5.7 and 10.4: what one frame may be. */

static const ConformanceCase masking[] = {
  { "text", "81!Hello", "fail:1002" },
  { "empty-binary", "82!", "fail:1002" },
  { "ping", "89!x 81:no", "fail:1002" },
  { "close", "88!%03%e8", "fail:1002" },
  { "continuation", "01:a 80!b", "fail:1002" },
  { "after-a-message", "81:good 81!bad", "text:good fail:1002" },
  { "while-closing", "closing 81!Hello", "fail:1002" },
  { "large", "82!%00 82*70000", "fail:1002" },
};

static const ConformanceCase examples[] = {
  { "text", "81:Hello", "text:Hello" },    { "text-in-two", "01:Hel 80:lo", "text:Hello" },
  { "ping", "89:Hello", "ping:Hello" },    { "pong", "8a:Hello", "pong:Hello" },
  { "256-bytes", "82*256", "binary*256" }, { "64-KiB", "82*65536", "binary*65536" },
};

static const ConformanceCase lengths[] = {
  { "nothing", "", "" },
  { "one-byte-of-a-frame", "=81", "..." },
  { "header-alone", "81^05", "..." },
  { "16-bit-in-two", "82^7e01", "..." },
  { "64-bit-in-two", "82^7f00000000000100", "..." },
  { "first-of-empty-payload", "81: 82:", "text: binary:" },
  { "0-in-16-bits", "82^7e0000 |", "fail:1002" },
  { "1-in-16-bits", "82^7e0001 | =00", "fail:1002" },
  { "125-in-16-bits", "82^7e007d |", "fail:1002" },
  { "126-in-16-bits", "82^7e007e", "..." },
  { "65535-in-16-bits", "82^7effff", "..." },
  { "0-in-64-bits", "81^7f0000000000000000 |", "fail:1002" },
  { "125-in-64-bits", "81^7f000000000000007d |", "fail:1002" },
  { "126-in-64-bits", "82^7f000000000000007e |", "fail:1002" },
  { "65535-in-64-bits", "82^7f000000000000ffff |", "fail:1002" },
  { "65536-in-64-bits", "82^7f0000000000010000", "..." },
  { "top-bit", "82^7f80 | =00000000000000", "fail:1002" },
  { "all-bits", "82^7fff | =ffffffffffffff", "fail:1002" },
  { "top-bit-alone", "82^7f8000000000000001", "fail:1002" },
  { "over-the-default", "82^7f0000000004000000 |", "fail:1009" },
  { "at-the-default", "82^7f0000000003ffffff", "..." },
  { "2-31", "82^7f0000000080000000 |", "fail:1009" },
  { "2-32-less-1", "82^7f00000000ffffffff |", "fail:1009" },
  { "2-32", "82^7f0000000100000000 |", "fail:1009" },
  { "2-62", "82^7f4000000000000000 |", "fail:1009" },
  { "2-63-less-1", "82^7f7fffffffffffffff |", "fail:1009" },
  { "2-63-less-15-no-limit", "max=18446744073709551615 82^7f7ffffffffffffff1", "..." },
  { "2-63-less-1-no-limit", "max=18446744073709551615 82^7f7fffffffffffffff |", "fail:1009" },
  { "non-minimal-continuation", "01:a 80^7e0001 |", "fail:1002" },
  { "non-minimal-while-closing", "closing 81^7e0001 |", "fail:1002" },
  { "limit-exact", "max=5 81:Hello 82:12345", "text:Hello binary:12345" },
  { "limit-by-one", "max=5 81:12345 81^06 |", "text:12345 fail:1009" },
  { "limit-126", "max=125 82*125 82^7e007e |", "binary*125 fail:1009" },
  { "limit-of-one", "max=1 81: 81:a 82:b 81^02 |", "text: text:a binary:b fail:1009" },
  { "limit-is-not-for-ping", "max=1 89:12345 8a:12345", "ping:12345 pong:12345" },
  { "limit-is-not-for-close", "max=1 88:%03%e8bye", "close:1000:bye" },
};

static const ConformanceCase control[] = {
  { "ping-empty", "89:", "ping:" },
  { "ping-zeros", "89:%00%00", "ping:%00%00" },
  { "ping-no-utf8", "89:%ff%fe%c0", "ping:%ff%fe%c0" },
  { "ping-125", "89*125", "ping*125" },
  { "ping-126", "89^7e | =007e", "fail:1002" },
  { "ping-64-bit", "89^7f |", "fail:1002" },
  { "pong-125", "8a*125", "pong*125" },
  { "pong-126", "8a^7e |", "fail:1002" },
  { "pong-64-bit", "8a^7f |", "fail:1002" },
  { "close-126", "88^7e |", "fail:1002" },
  { "close-64-bit", "88^7f |", "fail:1002" },
  { "ping-not-final", "=09 | =00", "fail:1002" },
  { "pong-not-final", "=0a |", "fail:1002" },
  { "close-not-final", "=08 |", "fail:1002" },
  { "pong-unasked", "8a: 8a:x 8a:", "pong: pong:x pong:" },
  { "pong-draws-none", "8a:x 89:y 8a:z", "pong:x ping:y pong:z" },
  { "ten-pings",
    "89:0 89:1 89:2 89:3 89:4 89:5 89:6 89:7 89:8 89:9",
    "ping:0 ping:1 ping:2 ping:3 ping:4 ping:5 ping:6 ping:7 ping:8 ping:9" },
  { "ping-around-messages", "89:a 81:b 89:c 82:d 89:e", "ping:a text:b ping:c binary:d ping:e" },
  { "ping-while-closing", "closing 89:a 8a:b 88:%03%e8", "close:1000:" },
  { "long-ping-while-closing", "closing 89^7e |", "fail:1002" },
};

static void
add (const char *section, const char *what, guint number, const char *sent, const char *expected)
{
  g_autofree char *name = g_strdup_printf ("%s/%s-%02x", section, what, number);

  conformance_add (name, sent, expected);
}

static void
add_reserved_bits (void)
{
  static const guint8 firsts[] = { 0x81, 0x82, 0x01, 0x02, 0x88, 0x89, 0x8a };

  for (guint rsv = 1; rsv < 8; rsv++)
    {
      g_autofree char *between = g_strdup_printf ("01:a =%02x | 80:b", 0x80 | rsv << 4);
      g_autofree char *after = g_strdup_printf ("81:a =%02x | 89:no", 0x81 | rsv << 4);
      g_autofree char *late = g_strdup_printf ("closing 81:a =%02x |", 0x81 | rsv << 4);

      for (gsize i = 0; i < G_N_ELEMENTS (firsts); i++)
        {
          g_autofree char *sent = g_strdup_printf ("=%02x | =0568656c6c6f", firsts[i] | rsv << 4);

          add ("5.2", "rsv", firsts[i] | rsv << 4, sent, "fail:1002");
        }
      add ("5.2", "rsv-continuation", rsv, between, "fail:1002");
      add ("5.2", "rsv-after-a-message", rsv, after, "text:a fail:1002");
      add ("5.2", "rsv-while-closing", rsv, late, "fail:1002");
    }
}

/* A bit that an extension uses is lawful on the first frame of a message, and nowhere else. */
static void
add_extension_bits (void)
{
  static const ConformanceCase cases[] = {
    { "its-own", "bits=4 c1:%ff", "text/4:%ff" },
    { "none", "bits=4 81:a", "text:a" },
    { "another", "bits=4 =a1 |", "fail:1002" },
    { "with-another", "bits=4 =d1 |", "fail:1002" },
    { "binary", "bits=2 a2:a", "binary/2:a" },
    { "all", "bits=7 f1:a", "text/7:a" },
    { "fragments", "bits=4 41:a 00:b 80:c", "text/4:abc" },
    { "continuation", "bits=4 41:a =c0 |", "fail:1002" },
    { "ping", "bits=7 =c9 |", "fail:1002" },
    { "pong", "bits=7 =9a |", "fail:1002" },
    { "close", "bits=7 =a8 |", "fail:1002" },
    { "text-judged-without", "bits=4 c1:%ff 81:%ff", "text/4:%ff fail:1007" },
  };

  conformance_add_all ("5.2/extension", cases, G_N_ELEMENTS (cases));
}

static void
add_opcodes (void)
{
  static const guint8 opcodes[] = { 3, 4, 5, 6, 7, 11, 12, 13, 14, 15 };

  for (gsize i = 0; i < G_N_ELEMENTS (opcodes); i++)
    {
      guint opcode = opcodes[i];
      g_autofree char *final = g_strdup_printf ("=%02x | =00", 0x80 | opcode);
      g_autofree char *more = g_strdup_printf ("=%02x |", opcode);
      g_autofree char *after = g_strdup_printf ("81:a =%02x | 89:no", 0x80 | opcode);
      g_autofree char *between = g_strdup_printf ("02:a =%02x | 80:b", 0x80 | opcode);
      g_autofree char *late = g_strdup_printf ("closing 89:a =%02x |", 0x80 | opcode);
      g_autofree char *bits = g_strdup_printf ("bits=7 =%02x |", 0xf0 | opcode);
      g_autofree char *huge = g_strdup_printf ("%02x^7f7fffffffffffffff", 0x80 | opcode);

      add ("5.2", "opcode", opcode, final, "fail:1002");
      add ("5.2", "opcode-not-final", opcode, more, "fail:1002");
      add ("5.2", "opcode-after-a-message", opcode, after, "text:a fail:1002");
      add ("5.2", "opcode-between-fragments", opcode, between, "fail:1002");
      add ("5.2", "opcode-while-closing", opcode, late, "fail:1002");
      add ("5.2", "opcode-with-extension-bits", opcode, bits, "fail:1002");
      add ("5.2", "opcode-with-a-huge-length", opcode, huge, "fail:1002");
    }
}

/* Every length around a place where something changes, in both kinds. */
static void
add_payloads (void)
{
  static const guint sizes[] = { 0,     1,     2,     3,     4,     5,     7,     8,
                                 15,    16,    31,    32,    63,    64,    124,   125,
                                 126,   127,   128,   255,   256,   1000,  4095,  4096,
                                 16383, 16384, 16385, 65534, 65535, 65536, 65537, 131072 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *sent = g_strdup_printf ("81*%u 82*%u 8a:", sizes[i], sizes[i]);
      g_autofree char *expected = g_strdup_printf ("text*%u binary*%u pong:", sizes[i], sizes[i]);
      g_autofree char *name = g_strdup_printf ("5.2/payload-%u", sizes[i]);

      conformance_add (name, sent, expected);
    }
}

/* RFC 6455, section 5.3: any key will do. */
static void
add_keys (void)
{
  conformance_add_for (FAYE_ROLE_SERVER, "5.3/key-of-zeros", "=818300000000616263", "text:abc");
  conformance_add_for (FAYE_ROLE_SERVER, "5.3/key-of-ones", "=8183ffffffff9e9d9c", "text:abc");
  conformance_add_for (FAYE_ROLE_SERVER,
                       "5.3/two-keys",
                       "=81836162636400000081816200000003",
                       "text:abc text:a");
  conformance_add_for (FAYE_ROLE_SERVER, "5.3/key-is-missing", "=8185616263", "...");
  conformance_add_for (FAYE_ROLE_SERVER, "5.3/ping", "=8982010203046062", "ping:a`");
  conformance_add_for (FAYE_ROLE_SERVER, "5.3/close", "=88820102030402ea", "close:1000:");
}

/* Two bytes tell. */
static void
add_wrong_masks (void)
{
  conformance_add_for (FAYE_ROLE_SERVER, "5.1/text-by-two-bytes", "=8105 | =6869", "fail:1002");
  conformance_add_for (FAYE_ROLE_CLIENT, "5.1/text-by-two-bytes", "=8185 | =0000", "fail:1002");
  conformance_add_for (FAYE_ROLE_SERVER, "5.1/close-by-two-bytes", "=8800 |", "fail:1002");
  conformance_add_for (FAYE_ROLE_CLIENT, "5.1/close-by-two-bytes", "=8880 |", "fail:1002");
  conformance_add_for (FAYE_ROLE_SERVER, "5.1/long-by-two-bytes", "=827f |", "fail:1002");
  conformance_add_for (FAYE_ROLE_CLIENT, "5.1/long-by-two-bytes", "=82ff |", "fail:1002");
}

/* What is sent: the shortest form of the length, FIN, and a key from the client alone. */
static void
test_sent_heads (void)
{
  static const struct
  {
    guint64 size;
    guint form;
  } sizes[] = { { 0, 0 },     { 125, 0 },   { 126, 2 },
                { 65535, 2 }, { 65536, 8 }, { G_GUINT64_CONSTANT (1) << 33, 8 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint role = FAYE_ROLE_SERVER; role <= FAYE_ROLE_CLIENT; role++)
      {
        DriverSetup setup = { .role = role };
        g_autoptr (FayeProtocol) protocol = driver_protocol_new (&setup);
        guint64 size = sizes[i].size;
        guint form = sizes[i].form;
        guint mask = role == FAYE_ROLE_CLIENT ? 0x80 : 0;
        FayeFraming framing;

        g_assert_true (faye_protocol_frame_message (protocol, i % 2, 0, size, &framing));
        g_assert_cmpuint (framing.head_size, ==, 2 + form + (mask != 0 ? 4 : 0));
        g_assert_cmpuint (framing.head[0], ==, i % 2 ? 0x81 : 0x82);
        g_assert_cmpuint (framing.head[1], ==, mask | (form == 0 ? size : form == 2 ? 126 : 127));
        for (guint k = 0; k < form; k++)
          g_assert_cmpuint (framing.head[2 + k], ==, size >> 8 * (form - 1 - k) & 0xff);
        g_assert_cmpint (framing.masked, ==, mask != 0);
        if (framing.masked)
          g_assert_cmpmem (framing.head + 2 + form, 4, framing.key, 4);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  conformance_add_all ("5.1", masking, G_N_ELEMENTS (masking));
  conformance_add_all ("5.2/length", lengths, G_N_ELEMENTS (lengths));
  conformance_add_all ("5.5", control, G_N_ELEMENTS (control));
  conformance_add_all ("5.7", examples, G_N_ELEMENTS (examples));
  add_wrong_masks ();
  add_reserved_bits ();
  add_extension_bits ();
  add_opcodes ();
  add_payloads ();
  add_keys ();
  g_test_add_func ("/faye/core/conformance/5.2/sent-heads", test_sent_heads);

  return g_test_run ();
}
