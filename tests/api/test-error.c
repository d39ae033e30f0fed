/* SPDX-License-Identifier: MIT */

#include "faye/faye-error-private.h"

#include "faye/faye.h"
#include "faye/ext/faye-extension-header-private.h"
#include "faye/http/faye-http-error-private.h"

/* The error domain, and how other rooms' codes become its own. */

static void
test_domain (void)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (FAYE_TYPE_ERROR);

  g_assert_cmpstr (g_quark_to_string (FAYE_ERROR), ==, "faye-error-quark");
  g_assert_cmpuint (klass->n_values, ==, FAYE_ERROR_DISCONNECTED + 1);
  g_assert_cmpstr (g_enum_get_value (klass, FAYE_ERROR_TIMED_OUT)->value_nick, ==, "timed-out");
}

static void
test_close_codes (void)
{
  g_assert_cmpint (faye_error_from_close_code (1002), ==, FAYE_ERROR_PROTOCOL);
  g_assert_cmpint (faye_error_from_close_code (1007), ==, FAYE_ERROR_INVALID_DATA);
  g_assert_cmpint (faye_error_from_close_code (1008), ==, FAYE_ERROR_POLICY);
  g_assert_cmpint (faye_error_from_close_code (1009), ==, FAYE_ERROR_TOO_BIG);
  g_assert_cmpint (faye_error_from_close_code (1010), ==, FAYE_ERROR_EXTENSION);
  g_assert_cmpint (faye_error_from_close_code (4000), ==, FAYE_ERROR_EXTENSION);
  g_assert_cmpint (faye_error_from_close_code (1011), ==, FAYE_ERROR_INTERNAL);
  g_assert_cmpint (faye_error_from_close_code (1000), ==, FAYE_ERROR_INTERNAL);
}

static void
test_from_http (void)
{
  static const int pairs[][2] = {
    { FAYE_HTTP_ERROR_INVALID_URL, FAYE_ERROR_INVALID_URL },
    { FAYE_HTTP_ERROR_INVALID_ARGUMENT, FAYE_ERROR_INVALID_ARGUMENT },
    { FAYE_HTTP_ERROR_BAD_HEAD, FAYE_ERROR_HANDSHAKE },
    { FAYE_HTTP_ERROR_HANDSHAKE, FAYE_ERROR_HANDSHAKE },
    { FAYE_HTTP_ERROR_REFUSED, FAYE_ERROR_REFUSED },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      GError *cause = g_error_new_literal (FAYE_HTTP_ERROR, pairs[i][0], "why");
      g_autoptr (GError) error = faye_error_from_http (cause);

      g_assert_error (error, FAYE_ERROR, pairs[i][1]);
      g_assert_cmpstr (error->message, ==, "why");
    }
}

static void
test_from_extension (void)
{
  static const int pairs[][2] = {
    { FAYE_EXTENSION_ERROR_HEADER, FAYE_ERROR_HANDSHAKE },
    { FAYE_EXTENSION_ERROR_ANSWER, FAYE_ERROR_HANDSHAKE },
    { FAYE_EXTENSION_ERROR_ARGUMENT, FAYE_ERROR_INVALID_ARGUMENT },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      GError *cause = g_error_new_literal (FAYE_EXTENSION_ERROR, pairs[i][0], "why");
      g_autoptr (GError) error = faye_error_from_extension (cause);

      g_assert_error (error, FAYE_ERROR, pairs[i][1]);
      g_assert_cmpstr (error->message, ==, "why");
    }
}

static void
test_others_stay (void)
{
  GError *cause = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "gone");
  g_autoptr (GError) error = faye_error_from_http (faye_error_from_extension (cause));

  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/api/error/domain", test_domain);
  g_test_add_func ("/faye/api/error/close-codes", test_close_codes);
  g_test_add_func ("/faye/api/error/from-http", test_from_http);
  g_test_add_func ("/faye/api/error/from-extension", test_from_extension);
  g_test_add_func ("/faye/api/error/others-stay", test_others_stay);
  return g_test_run ();
}
