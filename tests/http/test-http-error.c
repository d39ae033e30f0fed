/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-http-error-private.h"

#include <string.h>

/* The harmless form of foreign text. */

static void
test_quark (void)
{
  g_assert_cmpstr (g_quark_to_string (FAYE_HTTP_ERROR), ==, "faye-http-error-quark");
}

static void
test_excerpt (void)
{
  static const struct
  {
    const char *text;
    const char *excerpt;
  } cases[] = {
    { "", "" },
    { "plain", "plain" },
    { "a\r\nb\x7f", "a\\r\\nb\\177" },
    { "\xc3\xa4\"\\", "\\303\\244\\\"\\\\" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *excerpt = faye_http_error_excerpt (cases[i].text);

      g_assert_cmpstr (excerpt, ==, cases[i].excerpt);
    }
}

static void
test_excerpt_length (void)
{
  g_autofree char *fits = g_strnfill (FAYE_HTTP_ERROR_MAX_EXCERPT, 'x');
  g_autofree char *long_text = g_strnfill (100000, 'x');
  g_autofree char *fits_excerpt = faye_http_error_excerpt (fits);
  g_autofree char *long_excerpt = faye_http_error_excerpt (long_text);

  g_assert_cmpstr (fits_excerpt, ==, fits);
  g_assert_cmpuint (strlen (long_excerpt), ==, FAYE_HTTP_ERROR_MAX_EXCERPT + 3);
  g_assert_true (g_str_has_suffix (long_excerpt, "x..."));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/faye/http/http-error/quark", test_quark);
  g_test_add_func ("/faye/http/http-error/excerpt", test_excerpt);
  g_test_add_func ("/faye/http/http-error/excerpt-length", test_excerpt_length);

  return g_test_run ();
}
