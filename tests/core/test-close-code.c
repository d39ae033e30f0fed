/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-close-code-private.h"

static void
test_valid (void)
{
  for (guint code = 0; code <= 70000; code++)
    {
      gboolean expected = (code >= 3000 && code < 5000) || (code >= 1000 && code <= 1003) ||
                          (code >= 1007 && code <= 1014);

      g_assert_cmpint (faye_close_code_is_valid (code), ==, expected);
    }
}

static void
test_for_applications (void)
{
  for (guint code = 0; code <= 70000; code++)
    g_assert_cmpint (faye_close_code_is_for_applications (code),
                     ==,
                     code == 1000 || (code >= 3000 && code < 5000));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/core/close-code/valid", test_valid);
  g_test_add_func ("/faye/core/close-code/for-applications", test_for_applications);
  return g_test_run ();
}
