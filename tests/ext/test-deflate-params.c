/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-deflate-params-private.h"

#include <string.h>

#include "faye/ext/faye-extension-header-private.h"
#include "tests/ext/zlib-memory.h"

/* Offers and answers as they stand in the header (RFC 7692, section 7.1). */

/* What this end does, and what it requests. */
#define OPTIONS(own_no_takeover, no_takeover, own_bits, bits)                                      \
  {                                                                                                \
    .level = -1, .mem_level = 8, .no_context_takeover = (own_no_takeover),                         \
    .request_no_context_takeover = (no_takeover), .max_window_bits = (own_bits),                   \
    .request_max_window_bits = (bits),                                                             \
  }
#define USUAL OPTIONS (FALSE, FALSE, 15, 15)

static const FayeDeflateOptions usual = USUAL;

static GVariant *
parse_offers (const char *header)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) offers = faye_extension_header_parse (header, &error);
  GVariantBuilder builder;

  g_assert_no_error (error);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < offers->len; i++)
    g_variant_builder_add_value (&builder, ((FayeExtensionOffer *) offers->pdata[i])->params);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static char *
print_params (GVariant *params)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  g_assert_true (g_variant_is_of_type (params, G_VARIANT_TYPE_VARDICT));
  g_assert_false (g_variant_is_floating (params));
  faye_extension_header_append (out, "p", params, &error);
  g_assert_no_error (error);
  return g_strdup (out->str);
}

typedef struct
{
  const char *received;
  const char *answer; /* NULL: refused */
  FayeDeflateParams params;
  FayeDeflateOptions options;
} Case;

static void
assert_params (const FayeDeflateParams *actual, const FayeDeflateParams *expected)
{
  g_assert_cmpint (actual->own_no_takeover, ==, expected->own_no_takeover);
  g_assert_cmpint (actual->peer_no_takeover, ==, expected->peer_no_takeover);
  g_assert_cmpuint (actual->own_window_bits, ==, expected->own_window_bits);
  g_assert_cmpuint (actual->peer_window_bits, ==, expected->peer_window_bits);
}

static void
check_accept (const Case *i)
{
  g_autoptr (GVariant) offers = parse_offers (i->received);
  g_autoptr (GVariant) answer = NULL;
  g_autofree char *text = NULL;
  FayeDeflateParams params = { 0 };

  g_test_message ("%s", i->received);
  if (!faye_deflate_params_accept (&params, &i->options, offers, &answer))
    {
      g_assert_null (i->answer);
      return;
    }
  text = print_params (answer);
  g_assert_cmpstr (text, ==, i->answer);
  assert_params (&params, &i->params);
}

static const Case accepted[] = {
  { "p", "p", { 0, 0, 15, 15 }, USUAL },
  { "p; client_max_window_bits", "p", { 0, 0, 15, 15 }, USUAL },
  { "p; client_max_window_bits=15", "p; client_max_window_bits=15", { 0, 0, 15, 15 }, USUAL },
  { "p; client_max_window_bits=8", "p; client_max_window_bits=8", { 0, 0, 15, 8 }, USUAL },
  { "p; client_max_window_bits=\"9\"", "p; client_max_window_bits=9", { 0, 0, 15, 9 }, USUAL },
  { "p; server_max_window_bits=15", "p; server_max_window_bits=15", { 0, 0, 15, 15 }, USUAL },
  { "p; server_max_window_bits=9", "p; server_max_window_bits=9", { 0, 0, 9, 15 }, USUAL },
  { "p; server_no_context_takeover", "p; server_no_context_takeover", { 1, 0, 15, 15 }, USUAL },
  { "p; client_no_context_takeover", "p; client_no_context_takeover", { 0, 1, 15, 15 }, USUAL },
  { "p; server_max_window_bits=12; client_max_window_bits; client_no_context_takeover",
    "p; client_no_context_takeover; server_max_window_bits=12",
    { 0, 1, 12, 15 },
    USUAL },
  { "p", "p; server_no_context_takeover", { 1, 0, 15, 15 }, OPTIONS (TRUE, FALSE, 15, 15) },
  { "p", "p; client_no_context_takeover", { 0, 1, 15, 15 }, OPTIONS (FALSE, TRUE, 15, 15) },
  /* A window of ours is never volunteered, the peer's cannot be limited without its hint. */
  { "p", "p", { 0, 0, 10, 15 }, OPTIONS (FALSE, FALSE, 10, 15) },
  { "p", "p", { 0, 0, 15, 15 }, OPTIONS (FALSE, FALSE, 15, 10) },
  { "p; server_max_window_bits=12",
    "p; server_max_window_bits=10",
    { 0, 0, 10, 15 },
    OPTIONS (FALSE, FALSE, 10, 15) },
  { "p; server_max_window_bits=10",
    "p; server_max_window_bits=10",
    { 0, 0, 10, 15 },
    OPTIONS (FALSE, FALSE, 12, 15) },
  { "p; client_max_window_bits",
    "p; client_max_window_bits=10",
    { 0, 0, 15, 10 },
    OPTIONS (FALSE, FALSE, 15, 10) },
  { "p; client_max_window_bits=9",
    "p; client_max_window_bits=9",
    { 0, 0, 15, 9 },
    OPTIONS (FALSE, FALSE, 15, 10) },
  { "p; client_max_window_bits=12",
    "p; client_max_window_bits=8",
    { 0, 0, 15, 8 },
    OPTIONS (FALSE, FALSE, 15, 8) },
  /* The first that will do. */
  { "p; server_max_window_bits=8, p; unknown, p; server_max_window_bits=9, p",
    "p; server_max_window_bits=9",
    { 0, 0, 9, 15 },
    USUAL },
};

static void
test_accept (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (accepted); i++)
    {
      g_assert_nonnull (accepted[i].answer);
      check_accept (&accepted[i]);
    }
}

/* Of a parameter that is one, what cannot be its value. */
static const char *const bad_bits[] = {
  "=7", "=16",  "=08",  "=+9", "=1e1",     "=1000000000",           "=-9",
  "=0", "=9.0", "=0x9", "=on", "=\"10a\"", "=99999999999999999999",
};

static const char *const bad_params[] = {
  "unknown",
  "unknown=1",
  "Server_no_context_takeover",
  "server_no_context_takeover=1",
  "server_no_context_takeover=true",
  "client_no_context_takeover=15",
  "server_no_context_takeover; server_no_context_takeover",
  "client_no_context_takeover; client_no_context_takeover",
  "client_max_window_bits=10; client_max_window_bits=10",
  "client_max_window_bits; client_max_window_bits=10",
  "server_max_window_bits=10; server_max_window_bits=12",
  "server_max_window_bits",
};

static void
refuse_offer (const char *params)
{
  g_autofree char *header = g_strconcat ("p; ", params, NULL);
  Case refused = { header, NULL, { 0 }, USUAL };

  check_accept (&refused);
}

static void
expect_no_activation (const FayeDeflateOptions *options, const char *answer)
{
  g_autofree char *header = g_strconcat (answer[0] ? "p; " : "p", answer, NULL);
  g_autoptr (GVariant) offers = parse_offers (header);
  g_autoptr (GVariant) params = g_variant_get_child_value (offers, 0);
  g_autoptr (GError) error = NULL;
  FayeDeflateParams agreed;

  g_test_message ("%s", header);
  g_assert_false (faye_deflate_params_activate (&agreed, options, params, &error));
  g_assert_error (error, FAYE_EXTENSION_ERROR, FAYE_EXTENSION_ERROR_ANSWER);
  g_assert_true (g_str_has_prefix (error->message, "permessage-deflate: the server"));
}

static void
test_bad_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_bits); i++)
    {
      g_autofree char *server = g_strconcat ("server_max_window_bits", bad_bits[i], NULL);
      g_autofree char *client = g_strconcat ("client_max_window_bits", bad_bits[i], NULL);

      refuse_offer (server);
      refuse_offer (client);
      expect_no_activation (&usual, server);
      expect_no_activation (&usual, client);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad_params); i++)
    {
      refuse_offer (bad_params[i]);
      expect_no_activation (&usual, bad_params[i]);
    }
  g_assert_cmpuint (zlib_memory_get_calls (), ==, 0);
}

/* zlib does not deflate with it. */
static void
test_window_of_8 (void)
{
  refuse_offer ("server_max_window_bits=8");
  refuse_offer ("server_max_window_bits=8; client_max_window_bits");
  g_assert_cmpuint (zlib_memory_get_calls (), ==, 0);
}

static void
assert_offer (const FayeDeflateOptions *options, const char *expected)
{
  g_autoptr (GVariant) offers = faye_deflate_params_offer (options);
  g_autoptr (GVariant) offer = NULL;
  g_autofree char *text = NULL;

  g_assert_true (g_variant_is_of_type (offers, G_VARIANT_TYPE ("aa{sv}")));
  g_assert_cmpuint (g_variant_n_children (offers), ==, 1);
  offer = g_variant_get_child_value (offers, 0);
  text = print_params (offer);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_offer (void)
{
  static const FayeDeflateOptions narrow = OPTIONS (FALSE, FALSE, 9, 15);
  static const FayeDeflateOptions all = OPTIONS (TRUE, TRUE, 15, 8);

  assert_offer (&usual, "p; client_max_window_bits");
  assert_offer (&narrow, "p; client_max_window_bits=9");
  assert_offer (&all,
                "p; client_no_context_takeover; client_max_window_bits; "
                "server_no_context_takeover; server_max_window_bits=8");
}

static const Case activated[] = {
  { "p", "", { 0, 0, 15, 15 }, USUAL },
  { "p; client_max_window_bits=8", "", { 0, 0, 8, 15 }, USUAL },
  { "p; client_max_window_bits=12", "", { 0, 0, 12, 15 }, USUAL },
  { "p; server_max_window_bits=12", "", { 0, 0, 15, 12 }, USUAL },
  { "p; server_no_context_takeover", "", { 0, 1, 15, 15 }, USUAL },
  { "p; client_no_context_takeover", "", { 1, 0, 15, 15 }, USUAL },
  { "p", "", { 1, 0, 15, 15 }, OPTIONS (TRUE, FALSE, 15, 15) },
  { "p", "", { 0, 0, 10, 15 }, OPTIONS (FALSE, FALSE, 10, 15) },
  { "p; client_max_window_bits=9", "", { 0, 0, 9, 15 }, OPTIONS (FALSE, FALSE, 10, 15) },
  { "p; server_max_window_bits=10", "", { 0, 0, 15, 10 }, OPTIONS (FALSE, FALSE, 15, 10) },
  { "p; server_max_window_bits=8", "", { 0, 0, 15, 8 }, OPTIONS (FALSE, FALSE, 15, 10) },
  { "p; server_no_context_takeover", "", { 0, 1, 15, 15 }, OPTIONS (FALSE, TRUE, 15, 15) },
};

static void
test_activate (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (activated); i++)
    {
      g_autoptr (GVariant) offers = parse_offers (activated[i].received);
      g_autoptr (GVariant) params = g_variant_get_child_value (offers, 0);
      g_autoptr (GError) error = NULL;
      FayeDeflateParams agreed = { 0 };

      g_test_message ("%s", activated[i].received);
      g_assert_true (faye_deflate_params_activate (&agreed, &activated[i].options, params, &error));
      g_assert_no_error (error);
      assert_params (&agreed, &activated[i].params);
    }
}

static void
test_requests (void)
{
  static const FayeDeflateOptions window = OPTIONS (FALSE, FALSE, 15, 10);
  static const FayeDeflateOptions takeover = OPTIONS (FALSE, TRUE, 15, 15);
  static const FayeDeflateOptions narrow = OPTIONS (FALSE, FALSE, 10, 15);

  expect_no_activation (&window, "");
  expect_no_activation (&window, "server_max_window_bits=11");
  expect_no_activation (&takeover, "");
  expect_no_activation (&takeover, "client_no_context_takeover");
  expect_no_activation (&narrow, "client_max_window_bits=11");
  expect_no_activation (&usual, "client_max_window_bits");
  g_assert_cmpuint (zlib_memory_get_calls (), ==, 0);
}

/* What a peer calls its parameters is not repeated at any length. */
static void
test_long_name (void)
{
  g_autofree char *name = g_strnfill (5000, 'a');
  g_autoptr (GVariant) params = NULL;
  g_autoptr (GError) error = NULL;
  FayeDeflateParams agreed;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, name, "b", TRUE);
  params = g_variant_ref_sink (g_variant_dict_end (&dict));
  g_assert_false (faye_deflate_params_activate (&agreed, &usual, params, &error));
  g_assert_cmpuint (strlen (error->message), <, 200);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  zlib_memory_install ();
#define ADD(name, func) g_test_add_func ("/faye/ext/deflate-params/" name, func)
  ADD ("offer", test_offer);
  ADD ("A25-accept", test_accept);
  ADD ("A25-activate", test_activate);
  ADD ("A25-bad-values", test_bad_values);
  ADD ("A25-requests", test_requests);
  ADD ("A25-long-name", test_long_name);
  ADD ("A26-window-of-8", test_window_of_8);
#undef ADD
  return g_test_run ();
}
