/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-utf8-repair-private.h"

#include <string.h>

#include "faye/core/faye-utf8-private.h"

/* The Unicode Standard's examples of maximal subparts (section 3.9, tables 3-8 to 3-11), and every
 * pair of bytes. */

#define FFFD "\xef\xbf\xbd"

static const struct
{
  const char *name;
  const char *text;
  const char *repaired;
} cases[] = {
  { "valid", "aż…😀", "aż…😀" },
  { "overlong",
    "\xc0\xaf\xe0\x80\xbf\xf0\x81\x82"
    "A",
    FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A" },
  { "surrogates",
    "\xed\xa0\x80\xed\xbf\xbf\xed\xaf"
    "A",
    FFFD FFFD FFFD FFFD FFFD FFFD FFFD FFFD "A" },
  { "beyond",
    "\xf4\x91\x92\x93\xff"
    "A\x80\xbf"
    "B",
    FFFD FFFD FFFD FFFD FFFD "A" FFFD FFFD "B" },
  { "truncated",
    "\xe1\x80\xe2\xf0\x91\x92\xf1\xbf"
    "A",
    FFFD FFFD FFFD FFFD "A" },
  { "end", "a\xf0\x9f\x98", "a" FFFD },
  { "edges",
    "\xc1\xbf\xf5\x80\xf4\x8f\xbf\xbf\xed\x9f\xbf\xee\x80\x80",
    FFFD FFFD FFFD FFFD "\xf4\x8f\xbf\xbf\xed\x9f\xbf\xee\x80\x80" },
};

static void
test_case (const void *data)
{
  const gsize i = GPOINTER_TO_SIZE (data);
  const guint8 *text = (const guint8 *) cases[i].text;
  gsize size = strlen (cases[i].text);
  gsize repaired_size = faye_utf8_repaired_size (text, size);
  g_autofree guint8 *repaired = g_malloc (repaired_size);

  faye_utf8_repair (repaired, text, size);
  g_assert_cmpmem (repaired, repaired_size, cases[i].repaired, strlen (cases[i].repaired));
}

static void
test_pairs (void)
{
  for (guint i = 0; i < 0x10000; i++)
    {
      const guint8 pair[] = { i >> 8, i };
      guint8 repaired[6];
      gsize size = faye_utf8_repaired_size (pair, 2);

      g_assert_cmpuint (size, <=, sizeof repaired);
      faye_utf8_repair (repaired, pair, 2);
      g_assert_true (faye_utf8_is_valid (repaired, size));
      if (faye_utf8_is_valid (pair, 2))
        g_assert_cmpmem (repaired, size, pair, 2);
      else
        g_assert_cmpuint (size, >=, 3);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/faye/core/utf8-repair/", cases[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_case);
    }
  g_test_add_func ("/faye/core/utf8-repair/pairs", test_pairs);
  return g_test_run ();
}
