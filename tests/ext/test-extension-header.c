/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-extension-header-private.h"

#include <string.h>

/* What a header says, and what is none (RFC 6455, section 9.1). */

/* All offers as "name {parameters}", one a line. */
static char *
print_offers (GPtrArray *offers)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < offers->len; i++)
    {
      const FayeExtensionOffer *offer = offers->pdata[i];
      g_autofree char *params = g_variant_print (offer->params, FALSE);

      g_assert_cmpstr (g_variant_get_type_string (offer->params), ==, "a{sv}");
      g_assert_false (g_variant_is_floating (offer->params));
      g_string_append_printf (out, "%s%s %s", i > 0 ? "\n" : "", offer->name, params);
    }
  return g_string_free (out, FALSE);
}

static void
assert_parses (const char *header, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) offers = faye_extension_header_parse (header, &error);
  g_autofree char *actual = NULL;

  g_assert_no_error (error);
  actual = print_offers (offers);
  g_assert_cmpstr (actual, ==, expected);
}

static void
assert_breaks (const char *header, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) offers = faye_extension_header_parse (header, &error);

  if (offers)
    g_test_message ("taken: %.80s", header);
  g_assert_null (offers);
  g_assert_error (error, FAYE_EXTENSION_ERROR, FAYE_EXTENSION_ERROR_HEADER);
  g_assert_cmpuint (strlen (error->message), <, 200);
  for (const char *at = error->message; *at; at++)
    g_assert_true (g_ascii_isprint (*at));
  if (message)
    g_assert_cmpstr (error->message, ==, message);
}

static void
test_names (void)
{
  assert_parses ("a", "a {}");
  assert_parses ("a,b", "a {}\nb {}");
  assert_parses ("a, a,\t a", "a {}\na {}\na {}");
  assert_parses ("permessage-deflate", "permessage-deflate {}");
  assert_parses ("!#$%&'*+-.^_`|~09azAZ", "!#$%&'*+-.^_`|~09azAZ {}");
  assert_parses ("A, a", "A {}\na {}");
}

static void
test_params (void)
{
  assert_parses ("a;b", "a {'b': <true>}");
  assert_parses ("a; b; c=8; d=e", "a {'b': <true>, 'c': <int64 8>, 'd': <'e'>}");
  assert_parses ("a \t;\t b=1 , c ;d", "a {'b': <int64 1>}\nc {'d': <true>}");
}

static void
test_order (void)
{
  assert_parses ("x; b=1, y, x; a=1, x", "x {'b': <int64 1>}\ny {}\nx {'a': <int64 1>}\nx {}");
}

static void
test_numbers (void)
{
  assert_parses ("a; b=0; c=-1", "a {'b': <int64 0>, 'c': <int64 -1>}");
  assert_parses ("a; b=9223372036854775807; c=-9223372036854775808",
                 "a {'b': <int64 9223372036854775807>, 'c': <int64 -9223372036854775808>}");
  assert_parses ("a; b=\"15\"", "a {'b': <int64 15>}");
}

/* What would not be written the same stays text. */
static void
test_no_numbers (void)
{
  static const char *const texts[] = {
    "00",
    "015",
    "-0",
    "+1",
    "-",
    "--1",
    "1.0",
    "1e3",
    "0x8",
    "1-",
    "9223372036854775808",
    "-9223372036854775809",
    "inf",
    "12abc",
    "1_0",
    "99999999999999999999999999999999999999999999",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *header = g_strdup_printf ("a; b=%s", texts[i]);
      g_autofree char *expected = g_strdup_printf ("a {'b': <'%s'>}", texts[i]);

      assert_parses (header, expected);
    }
}

static void
test_repeated_keys (void)
{
  assert_parses ("a; k; k", "a {'k': <[<true>, <true>]>}");
  assert_parses ("a; k=1; j; k=x; l; k; j=2",
                 "a {'k': <[<int64 1>, <'x'>, <true>]>, 'j': <[<true>, <int64 2>]>, 'l': <true>}");
  assert_parses ("a; k=1; K=2; kk=3", "a {'k': <int64 1>, 'K': <int64 2>, 'kk': <int64 3>}");
}

static void
test_quotes (void)
{
  assert_parses ("a; b=\"c\"", "a {'b': <'c'>}");
  assert_parses ("a; b=\"\\c\\d\"; e=\"f\\g\" , h", "a {'b': <'cd'>, 'e': <'fg'>}\nh {}");
  assert_parses ("a; b=\"\\1\\5\"", "a {'b': <int64 15>}");
}

static void
test_bad_quotes (void)
{
  assert_breaks ("a; b=\"",
                 "Unexpected Sec-WebSocket-Extensions \"a; b=\\\"\": an unclosed quote at byte 6");
  assert_breaks ("a; b=\"c",
                 "Unexpected Sec-WebSocket-Extensions \"a; b=\\\"c\": an unclosed quote at byte 7");
  assert_breaks ("a; b=\"\"",
                 "Unexpected Sec-WebSocket-Extensions \"a; b=\\\"\\\"\": "
                 "no token in quotes at byte 6");
  assert_breaks ("a; b=\"c\\", NULL);
  assert_breaks ("a; b=\"c\\\"", NULL);
  assert_breaks ("a; b=\"c d\"", NULL);
  assert_breaks ("a; b=\"c,d\"", NULL);
  assert_breaks ("a; b=\"c;d\"", NULL);
  assert_breaks ("a; b=\"c\\\"d\"", NULL);
  assert_breaks ("a; b=\"c\\\\d\"", NULL);
  assert_breaks ("a; b=\"c\\ d\"", NULL);
  assert_breaks ("a; b=\"\xc3\xa9\"", NULL);
  assert_breaks ("a; b=\"c\"d", NULL);
  assert_breaks ("a; b=\"c\"\"d\"", NULL);
  assert_breaks ("a; b=c\"d\"", NULL);
  assert_breaks ("a; b='c d'", NULL);
  assert_breaks ("a; \"b\"", NULL);
  assert_breaks ("a; \"b\"=c", NULL);
  assert_breaks ("\"a\"", NULL);
}

static void
test_empty (void)
{
  static const char *const texts[] = {
    "",     " ",   ",",    ";",     ",a",  "a,",    "a,,b",  "a, ,b",   "a,  ",       "a;",
    "a;;b", "a; ", "a;,b", "a; ;b", "; a", "a; b,", "a; b;", "a; b=c,", "a; b=c; ;d",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_breaks (texts[i], NULL);
  assert_breaks ("", "Unexpected Sec-WebSocket-Extensions \"\": no extension at byte 0");
  assert_breaks ("a,,b", "Unexpected Sec-WebSocket-Extensions \"a,,b\": no extension at byte 2");
  assert_breaks ("a; ;", "Unexpected Sec-WebSocket-Extensions \"a; ;\": no parameter at byte 3");
}

static void
test_broken (void)
{
  static const char *const texts[] = {
    "a b",      "a; b c",  "a; b=c d", "a/b",      "a:b",       "a=b",      "a; b=",
    "a; =b",    "a; b==c", "a; b=,",   "a; b=;",   "a; b =c",   "a; b= c",  " a",
    "a ",       "a\t",     "a; b ",    "a; b=c ",  "(a)",       "a@b",      "a\nb",
    "a,\r\n b", "a\x01",   "a\x7f",    "\xc3\xa9", "a; b=\xff", "[a]",      "a; b=c\"",
    "a; b={c}", "a; b?",   "a<b>",     "a\\b",     "a; b=\\c",  "a\x0b; b",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_breaks (texts[i], NULL);
  assert_breaks ("a b", "Unexpected Sec-WebSocket-Extensions \"a b\": no separator at byte 2");
  assert_breaks ("a; b= c", "Unexpected Sec-WebSocket-Extensions \"a; b= c\": no value at byte 5");
  assert_breaks ("a ", "Unexpected Sec-WebSocket-Extensions \"a \": blanks at byte 2");
}

/* What is shown is ASCII, and at most 64 bytes of it. */
static void
test_excerpt (void)
{
  g_autofree char *fits = g_strnfill (64, 'x');
  g_autofree char *exceeds = g_strnfill (65, 'x');
  g_autofree char *escaped = g_strnfill (40, '"');
  g_autofree char *whole = faye_extension_header_excerpt (fits);
  g_autofree char *cut = faye_extension_header_excerpt (exceeds);
  g_autofree char *cut_escaped = faye_extension_header_excerpt (escaped);
  g_autofree char *control = faye_extension_header_excerpt ("\x1b[1m\xc3\xa9");

  g_assert_cmpstr (whole, ==, fits);
  g_assert_cmpuint (strlen (cut), ==, 64);
  g_assert_true (g_str_has_prefix (cut, "xxxxxxxx") && g_str_has_suffix (cut, "x..."));
  g_assert_cmpuint (strlen (cut_escaped), ==, 64);
  g_assert_cmpstr (control, ==, "\\033[1m\\303\\251");
}

static char *
repeat (const char *prefix, const char *unit, gsize n, const char *suffix)
{
  GString *out = g_string_new (prefix);

  for (gsize i = 0; i < n; i++)
    g_string_append (out, unit);
  g_string_append (out, suffix);
  return g_string_free (out, FALSE);
}

static void
test_limits (void)
{
  g_autofree char *offers = repeat ("a", ", a", 63, "");
  g_autofree char *more_offers = repeat ("a", ", a", 64, "");
  g_autofree char *params = repeat ("a", "; b", 64, "");
  g_autofree char *more_params = repeat ("a", "; b", 65, "");
  g_autofree char *both = repeat ("a", ", a", 63, "; b=c");
  g_autoptr (GPtrArray) most = faye_extension_header_parse (offers, NULL);
  g_autoptr (GPtrArray) one = faye_extension_header_parse (params, NULL);
  g_autoptr (GVariant) values = NULL;

  g_assert_cmpuint (most->len, ==, FAYE_EXTENSION_HEADER_MAX_ITEMS);
  values = g_variant_lookup_value (((FayeExtensionOffer *) one->pdata[0])->params,
                                   "b",
                                   G_VARIANT_TYPE ("av"));
  g_assert_cmpuint (g_variant_n_children (values), ==, FAYE_EXTENSION_HEADER_MAX_ITEMS);
  g_clear_pointer (&most, g_ptr_array_unref);
  most = faye_extension_header_parse (both, NULL);
  g_assert_nonnull (most);

  assert_breaks (more_offers,
                 "Unexpected Sec-WebSocket-Extensions "
                 "\"a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a...\": "
                 "more than 64 extensions at byte 192");
  assert_breaks (more_params,
                 "Unexpected Sec-WebSocket-Extensions "
                 "\"a; b; b; b; b; b; b; b; b; b; b; b; b; b; b; b; b; b; b; b; b...\": "
                 "more than 64 parameters at byte 195");
}

/* Of all offers together. */
static void
test_limit_in_all (void)
{
  g_autofree char *unit = repeat (", a", "; b=c", 16, "");
  g_autofree char *most = repeat ("a", unit, 16, "");
  g_autofree char *more = repeat ("a; b", unit, 16, "");
  g_autoptr (GPtrArray) offers = faye_extension_header_parse (most, NULL);

  g_assert_cmpuint (offers->len, ==, 17);
  assert_breaks (more,
                 "Unexpected Sec-WebSocket-Extensions "
                 "\"a; b, a; b=c; b=c; b=c; b=c; b=c; b=c; b=c; b=c; b=c; b=c; b=...\": "
                 "more than 256 parameters in all at byte 1329");
}

/* The same as ever, however long: what made other parsers hang. */
static void
test_A37_long (void)
{
  g_autofree char *quote = repeat ("a; b=\"", "\\c", 30000, "");
  g_autofree char *closed = repeat ("a; b=\"", "\\c", 30000, "\"");
  g_autofree char *blanks = repeat ("a", " ", 65536, "b");
  g_autofree char *fine_blanks = repeat ("a", " \t", 32768, "; b");
  g_autofree char *ending_blanks = repeat ("a", " ", 65536, "");
  g_autofree char *offers = repeat ("a", ", a; b=c", 10000, "");
  g_autofree char *params = repeat ("a", "; b=c", 10000, "");
  g_autofree char *commas = repeat ("a", ",", 65536, "b");
  g_autofree char *name = repeat ("", "a", 65536, "");
  g_autofree char *expected = repeat ("a {'b': <'", "c", 30000, "'>}");
  g_autofree char *expected_name = repeat ("", "a", 65536, " {}");

  assert_breaks (quote, NULL);
  assert_breaks (blanks, NULL);
  assert_breaks (ending_blanks, NULL);
  assert_breaks (offers, NULL);
  assert_breaks (params, NULL);
  assert_breaks (commas, NULL);
  assert_parses (closed, expected);
  assert_parses (fine_blanks, "a {'b': <true>}");
  assert_parses (name, expected_name);
}

static void
test_is_token (void)
{
  g_assert_true (faye_extension_header_is_token ("a"));
  g_assert_true (faye_extension_header_is_token ("x-y.z~1"));
  g_assert_false (faye_extension_header_is_token (""));
  g_assert_false (faye_extension_header_is_token ("a b"));
  g_assert_false (faye_extension_header_is_token ("a\""));
  g_assert_false (faye_extension_header_is_token ("a/b"));
  g_assert_false (faye_extension_header_is_token ("\xc3\xa9"));
}

/* Every octet, in each of the places of a token. */
static void
test_octets (void)
{
  static const char *const places[] = { "x%cx", "x; y%cy", "x; y=z%cz", "x; y=\"z%cz\"" };

  for (guint place = 0; place < G_N_ELEMENTS (places); place++)
    for (guint c = 1; c < 256; c++)
      {
        g_autofree char *header = g_strdup_printf (places[place], (int) c);
        g_autoptr (GPtrArray) offers = faye_extension_header_parse (header, NULL);
        gboolean is_token = g_ascii_isalnum (c) || (c < 128 && strchr ("!#$%&'*+-.^_`|~", (int) c));
        gboolean is_separator = place < 3 && (c == ',' || c == ';');
        gboolean is_other = (place == 1 && c == '=') || (place == 3 && c == '\\');

        g_assert_cmpint (offers != NULL, ==, is_token || is_separator || is_other);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/ext/extension-header/names", test_names);
  g_test_add_func ("/faye/ext/extension-header/params", test_params);
  g_test_add_func ("/faye/ext/extension-header/order", test_order);
  g_test_add_func ("/faye/ext/extension-header/numbers", test_numbers);
  g_test_add_func ("/faye/ext/extension-header/no-numbers", test_no_numbers);
  g_test_add_func ("/faye/ext/extension-header/repeated-keys", test_repeated_keys);
  g_test_add_func ("/faye/ext/extension-header/quotes", test_quotes);
  g_test_add_func ("/faye/ext/extension-header/A37-bad-quotes", test_bad_quotes);
  g_test_add_func ("/faye/ext/extension-header/A37-empty", test_empty);
  g_test_add_func ("/faye/ext/extension-header/A37-broken", test_broken);
  g_test_add_func ("/faye/ext/extension-header/A37-limits", test_limits);
  g_test_add_func ("/faye/ext/extension-header/A37-limit-in-all", test_limit_in_all);
  g_test_add_func ("/faye/ext/extension-header/A37-long", test_A37_long);
  g_test_add_func ("/faye/ext/extension-header/A37-octets", test_octets);
  g_test_add_func ("/faye/ext/extension-header/excerpt", test_excerpt);
  g_test_add_func ("/faye/ext/extension-header/is-token", test_is_token);
  return g_test_run ();
}
