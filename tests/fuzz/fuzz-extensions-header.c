/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz-hall.h"

#include <string.h>

#include "faye/ext/faye-extension-header-private.h"

/* A value of Sec-WebSocket-Extensions: flags, then text. What is taken is all tokens, is read the
 * same once more, and is the same again when it was written; then extensions that agree to all
 * negotiate about it, as a server and as a client. */

static void
check_error (const GError *error)
{
  g_assert_error (error, FAYE_EXTENSION_ERROR, FAYE_EXTENSION_ERROR_HEADER);
  for (const char *at = error->message; *at; at++)
    g_assert_true (g_ascii_isprint (*at));
  g_assert_cmpuint (strlen (error->message), <, 200);
}

/* As plain as can be: RFC 9110, section 5.6.2. */
static void
check_token (const char *text)
{
  g_assert_true (*text != '\0');
  for (const char *at = text; *at; at++)
    g_assert_true (*at > ' ' && *at < 127 && !strchr ("\"(),/:;<=>?@[\\]{}", *at));
}

static guint
check_value (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    check_token (g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    g_assert_true (g_variant_get_boolean (value));
  else
    g_assert_true (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64));
  return 1;
}

static guint
check_values (GVariant *values)
{
  GVariantIter iter;
  GVariant *value;
  guint n = 0;

  if (!g_variant_is_of_type (values, G_VARIANT_TYPE ("av")))
    return check_value (values);

  g_variant_iter_init (&iter, values);
  while (g_variant_iter_loop (&iter, "v", &value))
    n += check_value (value);
  g_assert_cmpuint (n, >, 1);
  return n;
}

/* How many parameters there are. */
static guint
check_offer (const FayeExtensionOffer *offer)
{
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);
  GVariantIter iter;
  const char *key;
  GVariant *value;
  guint n = 0;

  check_token (offer->name);
  g_assert_true (g_variant_is_of_type (offer->params, G_VARIANT_TYPE_VARDICT));
  g_variant_iter_init (&iter, offer->params);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      check_token (key);
      g_assert_true (g_hash_table_add (keys, (gpointer) key));
      n += check_values (value);
      g_variant_unref (value);
    }
  g_assert_cmpuint (n, <=, FAYE_EXTENSION_HEADER_MAX_ITEMS);
  return n;
}

static void
check_offers (GPtrArray *offers)
{
  guint n = 0;

  g_assert_cmpuint (offers->len, >, 0);
  g_assert_cmpuint (offers->len, <=, FAYE_EXTENSION_HEADER_MAX_ITEMS);
  for (guint i = 0; i < offers->len; i++)
    n += check_offer (offers->pdata[i]);
  g_assert_cmpuint (n, <=, FAYE_EXTENSION_HEADER_MAX_PARAMS);
}

static void
check_equal (GPtrArray *a, GPtrArray *b)
{
  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++)
    {
      const FayeExtensionOffer *offer = a->pdata[i];
      const FayeExtensionOffer *other = b->pdata[i];

      g_assert_cmpstr (offer->name, ==, other->name);
      g_assert_true (g_variant_equal (offer->params, other->params));
    }
}

static char *
write_offers (GPtrArray *offers)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < offers->len; i++)
    {
      const FayeExtensionOffer *offer = offers->pdata[i];
      g_autoptr (GError) error = NULL;

      g_assert_true (faye_extension_header_append (out, offer->name, offer->params, &error));
      g_assert_no_error (error);
    }
  return g_string_free (out, FALSE);
}

/* No more than was there, and the same text when it is written again. */
static void
check_round_trip (GPtrArray *offers, const char *text)
{
  g_autofree char *written = write_offers (offers);
  g_autofree char *again = NULL;
  g_autoptr (GPtrArray) read = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (strlen (written), <=, 2 * strlen (text));
  g_assert_null (strpbrk (written, "\"\\\t"));
  read = faye_extension_header_parse (written, &error);
  g_assert_no_error (error);
  check_equal (offers, read);
  again = write_offers (read);
  g_assert_cmpstr (again, ==, written);
}

/* The client takes its own server's answer, unless it refuses or has one bit for two. */
static void
check_activate (const char *header, guint8 flags, gboolean must_take)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *offer = NULL;
  FuzzHall hall;
  gboolean fine;

  fuzz_hall_init (&hall, flags);
  g_assert_true (faye_negotiation_offer (hall.negotiation, &offer, NULL));
  g_assert_cmpstr (offer, ==, "a, permessage-deflate, x");
  fine = faye_negotiation_activate (hall.negotiation, header, &error);
  g_assert_cmpint (fine, ==, error == NULL);
  if (must_take && !hall.mirrors[1].refuses)
    g_assert_no_error (error);
  if (!fine)
    {
      g_assert_error (error, FAYE_EXTENSION_ERROR, FAYE_EXTENSION_ERROR_ANSWER);
      g_assert_cmpuint (strlen (error->message), <, 300);
    }
  for (guint i = 0; i < G_N_ELEMENTS (hall.mirrors); i++)
    g_assert_cmpuint (hall.mirrors[i].activated, <=, 1);
  fuzz_hall_take (&hall, fine);
  fuzz_hall_end (&hall);
}

static void
check_negotiation (const char *header, guint8 flags)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = NULL;
  FuzzHall hall;

  fuzz_hall_init (&hall, flags);
  g_assert_true (faye_negotiation_respond (hall.negotiation, header, &answer, &error));
  g_assert_no_error (error);
  fuzz_hall_take (&hall, answer != NULL);
  fuzz_hall_end (&hall);

  check_activate (header, flags, FALSE);
  if (answer)
    check_activate (answer, flags, TRUE);
}

static void
check_refused (const char *header)
{
  g_autoptr (GError) error = NULL;
  char *answer = NULL;
  FuzzHall hall;

  fuzz_hall_init (&hall, 0);
  g_assert_false (faye_negotiation_respond (hall.negotiation, header, &answer, &error));
  check_error (error);
  g_assert_null (answer);
  fuzz_hall_take (&hall, FALSE);
  fuzz_hall_end (&hall);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  FuzzInput input = { data, size };
  guint8 flags = fuzz_take (&input);
  g_autofree char *text = fuzz_text (input);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) offers = faye_extension_header_parse (text, &error);
  g_autoptr (GPtrArray) again = faye_extension_header_parse (text, NULL);

  g_assert_cmpint (offers == NULL, ==, error != NULL);
  g_assert_cmpint (again == NULL, ==, error != NULL);
  if (!offers)
    {
      check_error (error);
      check_refused (text);
      return 0;
    }
  check_offers (offers);
  check_equal (offers, again);
  check_round_trip (offers, text);
  check_negotiation (text, flags);
  return 0;
}
