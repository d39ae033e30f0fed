/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "tests/core/conformance.h"

/* RFC 6455, sections 5.4, 5.6, 8.1 and 10.4: messages of several frames, and their text. */

static const ConformanceCase fragments[] = {
  { "two", "01:frag1 80:frag2", "text:frag1frag2" },
  { "three-binary", "02:%00 00:%01 80:%ff", "binary:%00%01%ff" },
  { "first-alone", "01:a", "..." },
  { "two-without-end", "02:a 00:b", "..." },
  { "empty-first", "01: 80:b", "text:b" },
  { "empty-last", "01:a 80:", "text:a" },
  { "empty-middle", "01:a 00: 80:b", "text:ab" },
  { "all-empty", "01: 00: 80:", "text:" },
  { "all-empty-binary", "02: 00: 00: 80:", "binary:" },
  { "two-messages", "01:a 80:b 02:c 80:d", "text:ab binary:cd" },
  { "then-whole", "01:a 80:b 81:c 82:", "text:ab text:c binary:" },
  { "ping-between", "01:a 89:p 80:b", "ping:p text:ab" },
  { "pong-between", "01:a 8a:q 80:b", "pong:q text:ab" },
  { "pings-between", "01:a 89:1 00:b 89:2 89:3 80:c", "ping:1 ping:2 ping:3 text:abc" },
  { "long-ping-between", "02:a 89*125 80:b", "ping*125 binary:ab" },
  { "ping-in-empty", "01: 89:p 80:", "ping:p text:" },
  { "close-between", "01:a 88:%03%e8 80:b", "close:1000:" },
  { "large", "02*70000 80:", "binary*70000" },
  { "large-ping-large", "81*70000 89:p 82*70000", "text*70000 ping:p binary*70000" },

  { "nothing-to-end", "=80 | =00", "fail:1002" },
  { "nothing-to-continue", "=00 | =00", "fail:1002" },
  { "nothing-after-a-message", "81:a =80 | 81:no", "text:a fail:1002" },
  { "nothing-after-fragments", "01:a 80:b =00 | 80:no", "text:ab fail:1002" },
  { "nothing-after-a-ping", "89:p =80 |", "ping:p fail:1002" },
  { "text-inside", "01:a =81 | =0162 80:c", "fail:1002" },
  { "binary-inside", "01:a =82 | =0162 80:c", "fail:1002" },
  { "first-inside", "02:a =01 |", "fail:1002" },
  { "binary-first-inside", "02:a 00:b =02 |", "fail:1002" },
  { "text-inside-after-ping", "01:a 89:p =81 |", "ping:p fail:1002" },
  { "text-inside-empty", "01: =81 |", "fail:1002" },
  { "inside-while-closing", "closing 01:a =81 |", "fail:1002" },
  { "nothing-while-closing", "closing =80 |", "fail:1002" },
  { "good-while-closing", "closing 01:a 89:p 80:b 88:", "close:1005:" },
  { "unfinished-while-closing", "closing 01:a 00:b", "..." },
};

static const ConformanceCase limits[] = {
  { "sum-fits", "max=3 01:a 00:b 80:c", "text:abc" },
  { "sum-over-at-the-last", "max=3 01:a 00:b 80^02 |", "fail:1009" },
  { "sum-over-at-the-second", "max=3 01:ab 00^02 | 80:no", "fail:1009" },
  { "sum-over-by-much", "max=1000 02*900 80^7e0080 |", "fail:1009" },
  { "sum-over-by-2-63", "max=18446744073709551615 02:a 80^7f7fffffffffffffff |", "fail:1009" },
  { "full-then-empty", "max=3 01:abc 00: 00: 80:", "text:abc" },
  { "full-then-one", "max=3 01:abc 80^01 |", "fail:1009" },
  { "each-message-anew", "max=3 01:ab 80:c 02:ab 80:c 81:abc", "text:abc binary:abc text:abc" },
  { "ping-does-not-count", "max=3 01:ab 89:12345 80:c", "ping:12345 text:abc" },
  { "fragments-fit", "frames=3 01:a 00:b 80:c 01:a 80:b", "text:abc text:ab" },
  { "one-fragment-too-many", "frames=3 01:a 00:b 00:c =00 | 80:no", "fail:1008" },
  { "one-empty-fragment-too-many", "frames=2 01: 00: =80 |", "fail:1008" },
  { "only-whole-messages", "frames=1 81:a 82:b =01", "text:a binary:b ..." },
  { "only-whole-messages-indeed", "frames=1 01:a =80 |", "fail:1008" },
};

static const ConformanceCase text[] = {
  { "greek", "81:%ce%ba%e1%bd%b9%cf%83%ce%bc%ce%b5", "text:%ce%ba%e1%bd%b9%cf%83%ce%bc%ce%b5" },
  { "nul", "81:a%00b", "text:a%00b" },
  { "mark", "81:%ef%bb%bfa", "text:%ef%bb%bfa" },
  { "cut-in-two", "01:%e2 80:%82%ac", "text:%e2%82%ac" },
  { "cut-everywhere", "01:%f0 00:%9f 00:%98 80:%80", "text:%f0%9f%98%80" },
  { "cut-with-a-ping", "01:%f0%9f 89:%98 80:%98%80", "ping:%98 text:%f0%9f%98%80" },
  { "cut-with-nothing", "01:%f0%9f 00: 80:%98%80", "text:%f0%9f%98%80" },
  { "binary-is-not-text", "82:%ff 02:%c0 80:%80", "binary:%ff binary:%c0%80" },
  { "ends-in-a-character", "81:a%e2%82 |", "fail:1007" },
  { "fragments-end-in-a-character", "01:%e2 80:%82 |", "fail:1007" },
  { "ends-in-a-character-empty-last", "01:%e2%82 80: |", "fail:1007" },
  { "character-goes-on-in-the-next-message", "81:%e2%82 | 81:%ac", "fail:1007" },
  { "broken-by-the-next-fragment", "01:%e2%82 80:A | 81:no", "fail:1007" },
  { "bad-first-byte", "01:ok%ff | 80:no", "fail:1007" },
  { "message-then-bad", "81:ok 81:%80 | 89:no", "text:ok fail:1007" },
  { "bad-while-closing", "closing 81:%ff 88:%03%e8", "close:1000:" },
  { "large-and-bad-at-the-end", "01*70000 80:%ff |", "fail:1007" },
};

/* RFC 3629, section 4: every lawful sequence as ranges of its bytes. */
static const struct
{
  gsize size;
  guint8 ranges[4][2];
} forms[] = {
  { 1, { { 0x00, 0x7f } } },
  { 2, { { 0xc2, 0xdf }, { 0x80, 0xbf } } },
  { 3, { { 0xe0, 0xe0 }, { 0xa0, 0xbf }, { 0x80, 0xbf } } },
  { 3, { { 0xe1, 0xec }, { 0x80, 0xbf }, { 0x80, 0xbf } } },
  { 3, { { 0xed, 0xed }, { 0x80, 0x9f }, { 0x80, 0xbf } } },
  { 3, { { 0xee, 0xef }, { 0x80, 0xbf }, { 0x80, 0xbf } } },
  { 4, { { 0xf0, 0xf0 }, { 0x90, 0xbf }, { 0x80, 0xbf }, { 0x80, 0xbf } } },
  { 4, { { 0xf1, 0xf3 }, { 0x80, 0xbf }, { 0x80, 0xbf }, { 0x80, 0xbf } } },
  { 4, { { 0xf4, 0xf4 }, { 0x80, 0x8f }, { 0x80, 0xbf }, { 0x80, 0xbf } } },
};

/* Whether the N bytes begin the form. */
static gboolean
begins (gsize form, const guint8 *bytes, gsize n)
{
  if (n > forms[form].size)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (bytes[i] < forms[form].ranges[i][0] || bytes[i] > forms[form].ranges[i][1])
      return FALSE;
  return TRUE;
}

/* The size of a form that the N bytes begin, or 0. */
static gsize
find_form (const guint8 *bytes, gsize n)
{
  for (gsize form = 0; form < G_N_ELEMENTS (forms); form++)
    if (begins (form, bytes, n))
      return forms[form].size;
  return 0;
}

/* How many bytes tell that it is no UTF-8; 0 if it is, SIZE + 1 if only its end tells. */
static gsize
find_fault (const guint8 *bytes, gsize size)
{
  gsize start = 0;

  for (gsize i = 0; i < size; i++)
    {
      gsize form = find_form (bytes + start, i + 1 - start);

      if (form == 0)
        return i + 1;
      if (form == i + 1 - start)
        start = i + 1;
    }
  return start == size ? 0 : size + 1;
}

/* The bytes as one message and as two fragments, after some other text: failed by the byte that
 * is wrong, in the middle of the frame. */
static void
check_sequence (const guint8 *bytes, gsize size)
{
  gsize fault = find_fault (bytes, size);
  gsize shown = MIN (fault, size);
  g_autofree char *all = conformance_escape (bytes, size);
  g_autofree char *first = conformance_escape (bytes, 1);
  g_autofree char *rest = conformance_escape (bytes + 1, size - 1);
  g_autofree char *whole = g_strdup_printf ("81:ok%s", all);
  g_autofree char *cut = g_strdup_printf ("01:%s 80:%s", first, rest);
  g_autofree char *good = g_strdup_printf ("text:ok%s", all);
  g_autofree char *also_good = g_strdup_printf ("text:%s", all);

  conformance_check (whole, fault == 0 ? good : "fail:1007");
  conformance_check (cut, fault == 0 ? also_good : "fail:1007");
  if (fault > 0 && fault <= size)
    {
      g_autofree char *bad = conformance_escape (bytes, shown);
      g_autofree char *early = g_strdup_printf ("02:x 80:y 01:%s | 00:no", bad);

      conformance_check (early, "binary:xy fail:1007");
    }
}

static const guint8 seconds[] = { 0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90,
                                  0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xff };

static void
test_every_first_byte (void)
{
  for (guint first = 0; first < 256; first++)
    check_sequence ((const guint8[]){ first }, 1);
}

static void
test_two_bytes (void)
{
  for (guint first = 0x7f; first < 256; first++)
    for (gsize i = 0; i < G_N_ELEMENTS (seconds); i++)
      check_sequence ((const guint8[]){ first, seconds[i] }, 2);
}

static void
test_three_and_four_bytes (void)
{
  static const guint8 leads[] = {
    0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5
  };
  static const guint8 thirds[] = { 0x41, 0x7f, 0x80, 0xbf, 0xc0 };

  for (gsize i = 0; i < G_N_ELEMENTS (leads); i++)
    for (gsize j = 3; j < 9; j++)
      for (gsize k = 0; k < G_N_ELEMENTS (thirds); k++)
        {
          check_sequence ((const guint8[]){ leads[i], seconds[j], thirds[k] }, 3);
          check_sequence ((const guint8[]){ leads[i], seconds[j], thirds[k], 0x80 }, 4);
          check_sequence ((const guint8[]){ leads[i], seconds[j], 0x80, thirds[k], 'z' }, 5);
        }
}

/* What would be UTF-8 if it had more than four bytes, and other classics. */
static void
test_beyond (void)
{
  static const char *const sequences[] = {
    "\xf8\x88\x80\x80\x80",
    "\xfb\xbf\xbf\xbf\xbf",
    "\xfc\x84\x80\x80\x80\x80",
    "\xfd\xbf\xbf\xbf\xbf\xbf",
    "\xfe\xfe\xff\xff",
    "\xf8\x80\x80\x80\xaf",
    "\xfc\x80\x80\x80\x80\xaf",
    "\xed\xa0\x80\xed\xb0\x80",
    "\xed\xaf\xbf\xed\xbf\xbf",
    "\xe2\x82\xac\xe2\x82",
    "\xe2\x82\xe2\x82\xac",
    "\xc3\xc3\xa4",
    "\xf0\x9f\x98\xf0\x9f\x98\x80",
    "\xef\xbf\xbe",
    "\xef\xbf\xbf",
    "\xf0\x9f\xbf\xbe",
    "\xf4\x8f\xbf\xbf",
    "\xef\xb7\x90",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (sequences); i++)
    check_sequence ((const guint8 *) sequences[i], strlen (sequences[i]));
}

/* A message in so many frames, with pings in it. */
static void
test_many_fragments (void)
{
  g_autoptr (GString) sent = g_string_new ("01:");
  g_autoptr (GString) expected = g_string_new (NULL);

  for (guint i = 0; i < 60; i++)
    {
      g_string_append_printf (sent, " 00:%%%02x", 'a' + i % 26);
      if (i % 10 == 5)
        {
          g_string_append_printf (sent, " 89:%u", i);
          g_string_append_printf (expected, "ping:%u ", i);
        }
    }
  g_string_append (sent, " 80:");
  g_string_append (expected, "text*60");
  conformance_check (sent->str, expected->str);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  conformance_add_all ("5.4", fragments, G_N_ELEMENTS (fragments));
  conformance_add_all ("8.1", text, G_N_ELEMENTS (text));
  conformance_add_all ("10.4", limits, G_N_ELEMENTS (limits));
#define ADD(name, func) g_test_add_func ("/faye/core/conformance/" name, func)
  ADD ("5.4/many-fragments", test_many_fragments);
  ADD ("8.1/every-first-byte", test_every_first_byte);
  ADD ("8.1/two-bytes", test_two_bytes);
  ADD ("8.1/three-and-four-bytes", test_three_and_four_bytes);
  ADD ("8.1/beyond", test_beyond);

  return g_test_run ();
}
