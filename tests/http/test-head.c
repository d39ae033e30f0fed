/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-head-private.h"

#include "tests/http/http-fixture.h"

/* Tokens, values, and lists over several lines. */

static void
test_token (void)
{
  for (guint c = 1; c < 256; c++)
    {
      const char text[] = { 'a', (char) c, 'b', '\0' };
      gboolean is_token = g_ascii_isalnum (c) || (c < 128 && strchr ("!#$%&'*+-.^_`|~", (int) c));

      g_assert_true (faye_head_is_token (text) == is_token);
    }

  g_assert_false (faye_head_is_token (""));
  g_assert_true (faye_head_is_token_of_size ("ab\0", 2));
  g_assert_false (faye_head_is_token_of_size ("ab\0", 3));
}

static void
test_value (void)
{
  static const char *const good[] = { "",        "a", "a b\tc", "\"q\", \\", "gr\xc3\xbc\xc3\x9f",
                                      "\xc2\xa0" };
  static const char *const bad[] = { " a",         "a ",       "\ta",    "a\t",    " ",
                                     "a\rb",       "a\nb",     "a\r\n",  "a\x0b",  "a\x0cz",
                                     "a\x1cz",     "a\x1dz",   "a\x1ez", "a\x7fz", "a\x85z",
                                     "a\xc2\x85z", "\xc2\x80", "\xff",   "\xc2",   "\xed\xa0\x80" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (faye_head_is_value (good[i]));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (faye_head_is_value (bad[i]));
  g_assert_false (faye_head_is_value_of_size ("a\0b", 3));
}

static void
test_visible (void)
{
  g_assert_true (faye_head_is_visible ("!~"));
  g_assert_false (faye_head_is_visible (""));
  g_assert_false (faye_head_is_visible ("a b"));
  g_assert_false (faye_head_is_visible ("a\x7f"));
  g_assert_false (faye_head_is_visible ("\xc3\xa4"));
}

static SoupMessageHeaders *
make_headers (void)
{
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);

  soup_message_headers_append (headers, "One", "a ,\tb");
  soup_message_headers_append (headers, "Other", "x");
  soup_message_headers_append (headers, "oNE", ",, A,");
  soup_message_headers_append (headers, "Products", "h2c, HTTP/2.0");
  soup_message_headers_append (headers, "Slashes", "a/b/c");
  soup_message_headers_append (headers, "Half", "a/");
  soup_message_headers_append (headers, "Spaced", "a b");
  soup_message_headers_append (headers, "Nothing", "");
  soup_message_headers_append (headers, "Commas", " , ,");

  return headers;
}

static void
test_count (void)
{
  g_autoptr (SoupMessageHeaders) headers = make_headers ();
  g_autofree char *joined = faye_head_join (headers, "one");
  g_autofree char *absent = faye_head_join (headers, "Absent");
  const char *value = "unset";

  g_assert_cmpuint (faye_head_count (headers, "one", &value), ==, 2);
  g_assert_cmpstr (value, ==, ",, A,");
  g_assert_cmpuint (faye_head_count (headers, "OTHER", NULL), ==, 1);
  g_assert_cmpuint (faye_head_count (headers, "Absent", &value), ==, 0);
  g_assert_null (value);
  g_assert_cmpstr (joined, ==, "a ,\tb, ,, A,");
  g_assert_null (absent);
}

static void
assert_list (const char *name, FayeHeadListFlags flags, const char *expected)
{
  g_autoptr (SoupMessageHeaders) headers = make_headers ();
  g_auto (GStrv) list = faye_head_get_list (headers, name, flags);
  g_autofree char *joined = list ? g_strjoinv ("|", list) : NULL;

  g_assert_cmpstr (joined, ==, expected);
}

static void
test_list (void)
{
  assert_list ("One", FAYE_HEAD_LIST_TOKENS, "a|b|A");
  assert_list ("One", FAYE_HEAD_LIST_NO_EMPTY, NULL);
  assert_list ("Other", FAYE_HEAD_LIST_NO_EMPTY, "x");
  assert_list ("Products", FAYE_HEAD_LIST_TOKENS, NULL);
  assert_list ("Products", FAYE_HEAD_LIST_PRODUCTS, "h2c|HTTP/2.0");
  assert_list ("Slashes", FAYE_HEAD_LIST_PRODUCTS, NULL);
  assert_list ("Half", FAYE_HEAD_LIST_PRODUCTS, NULL);
  assert_list ("Spaced", FAYE_HEAD_LIST_TOKENS, NULL);
  assert_list ("Nothing", FAYE_HEAD_LIST_TOKENS, NULL);
  assert_list ("Nothing", FAYE_HEAD_LIST_NO_EMPTY, NULL);
  assert_list ("Commas", FAYE_HEAD_LIST_TOKENS, NULL);
  assert_list ("Absent", FAYE_HEAD_LIST_TOKENS, NULL);
}

static void
test_list_count (void)
{
  g_autoptr (SoupMessageHeaders) headers = make_headers ();
  g_auto (GStrv) list = faye_head_get_tokens (headers, "One");

  g_assert_cmpuint (faye_head_list_count ((const char *const *) list, "a"), ==, 2);
  g_assert_cmpuint (faye_head_list_count ((const char *const *) list, "c"), ==, 0);
  g_assert_cmpuint (faye_head_list_count (NULL, "a"), ==, 0);
}

static void
split_items (gsize n)
{
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  GString *value = g_string_new (NULL);
  g_auto (GStrv) list = NULL;

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (value, "p%" G_GSIZE_FORMAT ",", i);
  soup_message_headers_append (headers, "List", value->str);
  g_string_free (value, TRUE);

  list = faye_head_get_tokens (headers, "List");
  g_assert_cmpuint (g_strv_length (list), ==, n);
}

static void
split_blanks (gsize n)
{
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  g_autofree char *blanks = g_strnfill (n, ' ');
  g_autofree char *value = g_strdup_printf ("a%s,%sb%sc", blanks, blanks, blanks);

  soup_message_headers_append (headers, "List", value);
  g_assert_null (faye_head_get_tokens (headers, "List"));
}

static void
test_linear (void)
{
  fixture_assert_linear (split_items, 1000);
  fixture_assert_linear (split_blanks, 6554);
}

static void
test_interim (void)
{
  static const struct
  {
    guint status;
    gboolean is_interim;
  } cases[] = { { 0, FALSE },  { 100, TRUE },  { 101, FALSE }, { 103, TRUE },
                { 199, TRUE }, { 200, FALSE }, { 404, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FayeHead head = { .status = cases[i].status };

      g_assert_true (faye_head_is_interim (&head) == cases[i].is_interim);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/faye/http/head/token", test_token);
  g_test_add_func ("/faye/http/head/A34-value", test_value);
  g_test_add_func ("/faye/http/head/visible", test_visible);
  g_test_add_func ("/faye/http/head/count", test_count);
  g_test_add_func ("/faye/http/head/list", test_list);
  g_test_add_func ("/faye/http/head/list-count", test_list_count);
  g_test_add_func ("/faye/http/head/A37-linear", test_linear);
  g_test_add_func ("/faye/http/head/interim", test_interim);

  return g_test_run ();
}
