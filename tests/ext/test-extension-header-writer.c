/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-extension-header-private.h"

#include <string.h>

/* Parameters as text, and that it is read as it was meant. */

static void
assert_writes (const char *params, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) variant = g_variant_parse (G_VARIANT_TYPE_VARDICT, params, NULL, NULL, NULL);
  g_autoptr (GString) out = g_string_new (NULL);

  g_assert_true (faye_extension_header_append (out, "a", variant, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (out->str, ==, expected);
}

static void
assert_refuses (const char *name, GVariant *params, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) owned = g_variant_ref_sink (params);
  g_autoptr (GString) out = g_string_new ("before");

  g_assert_false (faye_extension_header_append (out, name, owned, &error));
  g_assert_error (error, FAYE_EXTENSION_ERROR, FAYE_EXTENSION_ERROR_ARGUMENT);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_cmpstr (out->str, ==, "before");
}

static void
test_types (void)
{
  assert_writes ("{}", "a");
  assert_writes ("{'b': <true>, 'c': <false>, 'd': <'e'>}", "a; b; d=e");
  assert_writes ("{'b': <byte 0xff>, 'c': <int16 -5>, 'd': <uint16 65535>}",
                 "a; b=255; c=-5; d=65535");
  assert_writes ("{'b': <int32 -8>, 'c': <uint32 4294967295>}", "a; b=-8; c=4294967295");
  assert_writes ("{'b': <int64 -9223372036854775808>, 'c': <uint64 18446744073709551615>}",
                 "a; b=-9223372036854775808; c=18446744073709551615");
  assert_writes ("{'b': <'15'>}", "a; b=15");
}

static void
test_several_values (void)
{
  assert_writes ("{'b': <[<1>, <'x'>, <true>, <false>]>, 'c': <true>}", "a; b=1; b=x; b; c");
  assert_writes ("{'b': <@av []>}", "a");
}

static void
test_several_offers (void)
{
  g_autoptr (GVariant) none = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  g_autoptr (GString) out = g_string_new (NULL);

  g_assert_true (faye_extension_header_append (out, "a", none, NULL));
  g_assert_true (faye_extension_header_append (out, "b", none, NULL));
  g_assert_cmpstr (out->str, ==, "a, b");
}

static void
test_refused (void)
{
  assert_refuses ("a b",
                  g_variant_new ("a{sv}", NULL),
                  "Extension \"a b\" has a name that is not a token");
  assert_refuses ("",
                  g_variant_new ("a{sv}", NULL),
                  "Extension \"\" has a name that is not a token");
  assert_refuses ("a",
                  g_variant_new ("a{ss}", NULL),
                  "Extension \"a\" has parameters of another type than a{sv}");
  assert_refuses ("a",
                  g_variant_new_parsed ("{'b': <true>, 'c=': <true>}"),
                  "Parameter \"c=\" of extension \"a\" has a name that is not a token");
  assert_refuses ("a",
                  g_variant_new_parsed ("{'': <true>}"),
                  "Parameter \"\" of extension \"a\" has a name that is not a token");
  assert_refuses ("a",
                  g_variant_new_parsed ("{'b': <'c d\n'>}"),
                  "Parameter \"b\" of extension \"a\" has the value \"c d\\n\", "
                  "which is not a token");
  assert_refuses ("a",
                  g_variant_new_parsed ("{'b': <''>}"),
                  "Parameter \"b\" of extension \"a\" has the value \"\", which is not a token");
  assert_refuses ("a",
                  g_variant_new_parsed ("{'b': <1.5>}"),
                  "Parameter \"b\" of extension \"a\" has a value of type \"d\"");
  assert_refuses ("a",
                  g_variant_new_parsed ("{'b': <[<1>, <[<2>]>]>}"),
                  "Parameter \"b\" of extension \"a\" has a value of type \"av\"");
  assert_refuses ("a",
                  g_variant_new_parsed ("{'b': <['c']>}"),
                  "Parameter \"b\" of extension \"a\" has a value of type \"as\"");
}

static char *
write_all (GPtrArray *offers)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < offers->len; i++)
    {
      const FayeExtensionOffer *offer = offers->pdata[i];
      g_autoptr (GError) error = NULL;

      g_assert_true (faye_extension_header_append (out, offer->name, offer->params, &error));
      g_assert_no_error (error);
    }
  return g_strdup (out->str);
}

/* Parsed, written and parsed again it is the same; EXPECTED is the text in between. */
static void
assert_returns (const char *header, const char *expected)
{
  g_autoptr (GPtrArray) offers = faye_extension_header_parse (header, NULL);
  g_autofree char *text = write_all (offers);
  g_autoptr (GPtrArray) again = faye_extension_header_parse (text, NULL);

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpuint (again->len, ==, offers->len);
  for (guint i = 0; i < offers->len; i++)
    {
      const FayeExtensionOffer *a = offers->pdata[i];
      const FayeExtensionOffer *b = again->pdata[i];

      g_assert_cmpstr (a->name, ==, b->name);
      g_assert_cmpvariant (a->params, b->params);
    }
}

static void
test_round_trip (void)
{
  static const char *const canonical[] = {
    "a",
    "a, b, a",
    "a; b; c=1; d=x, a; b=-1",
    "a; b=1; b=2; b; c",
    "a; b=007; c=-0; d=9223372036854775808",
    "permessage-deflate; client_max_window_bits; server_max_window_bits=10, permessage-deflate",
    "!#$%&'*+-.^_`|~; !=~",
  };

  for (guint i = 0; i < G_N_ELEMENTS (canonical); i++)
    assert_returns (canonical[i], canonical[i]);
  assert_returns ("a;b=\"1\",c", "a; b=1, c");
  assert_returns ("a\t ; b=\"\\x\\y\" ,b;c", "a; b=xy, b; c");
  assert_returns ("a; b=1; c; b=2", "a; b=1; b=2; c");
}

/* As much as one offer may have, of keys that differ in the last character or not at all. */
static void
test_A37_round_trip_at_the_limit (void)
{
  g_autofree char *key = g_strnfill (1000, 'k');

  for (guint distinct = 1; distinct <= FAYE_EXTENSION_HEADER_MAX_ITEMS; distinct++)
    {
      g_autoptr (GString) header = g_string_new ("a");
      g_autoptr (GPtrArray) offers = NULL;
      g_autofree char *text = NULL;

      for (guint i = 0; i < FAYE_EXTENSION_HEADER_MAX_ITEMS; i++)
        g_string_append_printf (header, "; %s%u=%u", key, i % distinct, i);
      offers = faye_extension_header_parse (header->str, NULL);
      g_assert_cmpuint (g_variant_n_children (((FayeExtensionOffer *) offers->pdata[0])->params),
                        ==,
                        distinct);
      text = write_all (offers);
      g_assert_cmpuint (strlen (text), ==, header->len);
      assert_returns (text, text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/ext/extension-header-writer/types", test_types);
  g_test_add_func ("/faye/ext/extension-header-writer/several-values", test_several_values);
  g_test_add_func ("/faye/ext/extension-header-writer/several-offers", test_several_offers);
  g_test_add_func ("/faye/ext/extension-header-writer/refused", test_refused);
  g_test_add_func ("/faye/ext/extension-header-writer/round-trip", test_round_trip);
  g_test_add_func ("/faye/ext/extension-header-writer/A37-round-trip-at-the-limit",
                   test_A37_round_trip_at_the_limit);
  return g_test_run ();
}
