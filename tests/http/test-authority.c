/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-authority-private.h"

#include "tests/http/http-fixture.h"

/* Hosts and ports. */

static void
test_valid (void)
{
  static const char *const good[] = {
    "h",         "example.com", "Example.COM:80", "a_b-c~d.:65535",
    "127.0.0.1", "[::1]",       "[::1]:1",        "[2001:DB8::7]:8080"
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (faye_authority_is_valid (good[i]));
}

static void
test_invalid (void)
{
  static const char *const bad[] = { "",
                                     ":80",
                                     "h:",
                                     "h:0",
                                     "h:00000",
                                     "h:65536",
                                     "h:99999",
                                     "h:+8",
                                     "h:8x",
                                     "h:8 ",
                                     "h:000080",
                                     "h:80:80",
                                     "u@h",
                                     "u:p@h",
                                     "[::",
                                     "::1",
                                     "[::1",
                                     "[::1]x",
                                     "[::1]:",
                                     "[::1]:0",
                                     "[h]",
                                     "[1.2.3.4]",
                                     "[]",
                                     "[fe80::1%eth0]",
                                     "[fe80::1%25eth0]",
                                     "a b",
                                     " h",
                                     "h ",
                                     "h\t",
                                     "h/",
                                     "h?",
                                     "h#",
                                     "h%20",
                                     "h\xc3\xa4",
                                     "h,h" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      fixture_name_case (bad[i]);
      g_assert_false (faye_authority_is_valid (bad[i]));
    }
}

static void
test_length (void)
{
  g_autofree char *longest = g_strnfill (255, 'x');
  g_autofree char *too_long = g_strnfill (256, 'x');
  g_autofree char *colons = g_strnfill (65536, ':');
  g_autofree char *address = g_strdup_printf ("[%s]", colons);

  g_assert_true (faye_authority_is_valid (longest));
  g_assert_false (faye_authority_is_valid (too_long));
  g_assert_false (faye_authority_is_valid (colons));
  g_assert_false (faye_authority_is_valid (address));
}

static void
test_host (void)
{
  g_assert_true (faye_authority_is_host ("h"));
  g_assert_true (faye_authority_is_host ("::1"));
  g_assert_false (faye_authority_is_host (""));
  g_assert_false (faye_authority_is_host ("h:80"));
  g_assert_false (faye_authority_is_host ("[::1]"));
  g_assert_false (faye_authority_is_host ("fe80::1%eth0"));
}

static void
test_equal (void)
{
  g_assert_true (faye_authority_equal ("h", "H", 80));
  g_assert_true (faye_authority_equal ("h", "h:80", 80));
  g_assert_true (faye_authority_equal ("[::1]:443", "[::1]", 443));
  g_assert_false (faye_authority_equal ("h", "h:80", 443));
  g_assert_false (faye_authority_equal ("h", "h2", 80));
  g_assert_false (faye_authority_equal ("g", "h", 80));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/faye/http/authority/valid", test_valid);
  g_test_add_func ("/faye/http/authority/A36-invalid", test_invalid);
  g_test_add_func ("/faye/http/authority/A36-length", test_length);
  g_test_add_func ("/faye/http/authority/host", test_host);
  g_test_add_func ("/faye/http/authority/equal", test_equal);

  return g_test_run ();
}
