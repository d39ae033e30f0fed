/* SPDX-License-Identifier: MIT */

#include "tests/api/tls-ends.h"

#include <glib/gstdio.h>

/* What the settings name: client certificates, and F25, what cannot be read. */

static void
check_client (FayeTls *tls)
{
  g_autoptr (GTlsCertificate) expected = tls_certificate ("client");
  GTlsCertificate *shown;
  TlsEnds ends;

  tls_ends_open (&ends, "server", G_TLS_AUTHENTICATION_REQUIRED);
  tls_ends_secure (&ends, tls, "localhost");
  g_assert_no_error (ends.error);
  WAIT_UNTIL (ends.server_call.n_done == 1);
  shown = g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (ends.server));
  g_assert_nonnull (shown);
  g_assert_true (g_tls_certificate_is_same (shown, expected));
  tls_ends_close (&ends);
}

/* Names of properties and files, in turn. */
static FayeTls *
new_with_files (const char *const *settings)
{
  FayeTls *tls;
  const char *names[4];
  GValue values[4] = { G_VALUE_INIT };
  guint n;

  for (n = 0; settings[2 * n] != NULL; n++)
    {
      const char *value = settings[2 * n + 1];

      names[n] = settings[2 * n];
      g_value_init (&values[n], G_TYPE_STRING);
      if (g_str_has_suffix (names[n], "-file") && value[0] != '/')
        g_value_take_string (&values[n], tls_path (value));
      else
        g_value_set_string (&values[n], value);
    }
  tls = FAYE_TLS (g_object_new_with_properties (FAYE_TYPE_TLS, n, names, values));
  while (n-- > 0)
    g_value_unset (&values[n]);
  return tls;
}

static const char *const good_pem[] = { "ca-file",    "ca.pem",   "certificate-file",
                                        "client.pem", "key-file", "client.key",
                                        NULL };
static const char *const good_pkcs12[] = { "ca-file",  "ca.pem", "pkcs12-file", "client.p12",
                                           "password", "secret", NULL };

static void
test_client_files (gconstpointer settings)
{
  g_autoptr (FayeTls) tls = new_with_files (settings);

  check_client (tls);
  /* What was read is kept. */
  check_client (tls);
}

static void
test_client_object (void)
{
  g_autofree char *ca = tls_path ("ca.pem");
  g_autoptr (GTlsCertificate) certificate = tls_certificate ("client");
  g_autoptr (FayeTls) tls =
    g_object_new (FAYE_TYPE_TLS, "ca-file", ca, "certificate", certificate, NULL);

  check_client (tls);
}

/* A relative path is one from the program's own folder. */
static void
test_relative_paths (void)
{
  g_autofree char *before = g_get_current_dir ();
  g_autoptr (FayeTls) tls = g_object_new (FAYE_TYPE_TLS,
                                          "ca-file",
                                          "ca.pem",
                                          "certificate-file",
                                          "client.pem",
                                          "key-file",
                                          "client.key",
                                          NULL);

  g_assert_cmpint (g_chdir (g_getenv ("FAYE_CERTIFICATES")), ==, 0);
  check_client (tls);
  g_assert_cmpint (g_chdir (before), ==, 0);
}

typedef struct
{
  const char *name;
  int code;
  const char *message;
  const char *settings[9];
} Bad;

static const Bad bads[] = {
  { "F25-no-ca", FAYE_ERROR_TLS, "/nowhere/ca.pem", { "ca-file", "/nowhere/ca.pem" } },
  { "F25-ca-is-folder", FAYE_ERROR_TLS, "Cannot use the CA file “/”", { "ca-file", "/" } },
  { "F25-ca-is-empty", FAYE_ERROR_TLS, "no certificate in it", { "ca-file", "/dev/null" } },
  { "F25-ca-is-key", FAYE_ERROR_TLS, "no certificate in it", { "ca-file", "server.key" } },
  { "F25-no-certificate",
    FAYE_ERROR_TLS,
    "Cannot use the client certificate “/nowhere.pem”",
    { "certificate-file", "/nowhere.pem", "key-file", "client.key" } },
  { "F25-no-key",
    FAYE_ERROR_TLS,
    "Cannot use the client certificate",
    { "certificate-file", "client.pem", "key-file", "/nowhere.key" } },
  { "F25-key-not-in-file",
    FAYE_ERROR_TLS,
    "there is no private key",
    { "certificate-file", "client.pem" } },
  { "F25-key-is-certificate",
    FAYE_ERROR_TLS,
    "Cannot use the client certificate",
    { "certificate-file", "client.pem", "key-file", "client.pem" } },
  { "F25-no-pkcs12", FAYE_ERROR_TLS, "/nowhere.p12", { "pkcs12-file", "/nowhere.p12" } },
  { "F25-wrong-password",
    FAYE_ERROR_TLS,
    "client.p12",
    { "pkcs12-file", "client.p12", "password", "swordfish" } },
  { "F25-no-password", FAYE_ERROR_TLS, "client.p12", { "pkcs12-file", "client.p12" } },
  { "F25-no-token",
    FAYE_ERROR_TLS,
    "pkcs11:token=nowhere",
    { "pkcs11-uri", "pkcs11:token=nowhere;object=x;type=cert" } },
  { "F25-no-uri", FAYE_ERROR_TLS, "http://x", { "pkcs11-uri", "http://x" } },
  { "A50-pin-in-uri",
    FAYE_ERROR_TLS,
    "“pkcs11:token=nowhere;object=x”",
    { "pkcs11-uri", "pkcs11:token=nowhere;object=x?pin-value=swordfish" } },
  { "A50-pin-in-bad-uri", FAYE_ERROR_TLS, "“http://x”", { "pkcs11-uri", "http://x?swordfish" } },
  { "two-certificates",
    FAYE_ERROR_INVALID_ARGUMENT,
    "More than one",
    { "pkcs12-file", "client.p12", "certificate-file", "client.pem" } },
  { "key-alone", FAYE_ERROR_INVALID_ARGUMENT, "no certificate file", { "key-file", "client.key" } },
  { "key-uri-alone",
    FAYE_ERROR_INVALID_ARGUMENT,
    "none for its certificate",
    { "private-key-pkcs11-uri", "pkcs11:" } },
  { "empty-name", FAYE_ERROR_INVALID_ARGUMENT, "is empty", { "server-name", "" } },
};

/* Before anything is sent. */
static void
test_bad (gconstpointer data)
{
  const Bad *bad = data;
  g_autoptr (FayeTls) tls = new_with_files (bad->settings);
  g_autoptr (GError) error = NULL;
  TlsEnds ends;

  g_assert_false (faye_tls_check (tls, &error));
  tls_assert_error (error, bad->code, bad->message);
  g_assert_null (g_strstr_len (error->message, -1, "swordfish"));

  tls_ends_open (&ends, "server", G_TLS_AUTHENTICATION_NONE);
  tls_ends_secure (&ends, tls, "localhost");
  tls_assert_error (ends.error, bad->code, bad->message);
  g_assert_cmpuint (ends.server_call.n_done, ==, 0);
  tls_ends_close (&ends);
}

/* A file that was not there may be there the next time. */
static void
test_second_try (void)
{
  g_autofree char *source = tls_path ("ca.pem");
  g_autofree char *folder = g_dir_make_tmp ("faye-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "ca.pem", NULL);
  g_autoptr (FayeTls) tls = g_object_new (FAYE_TYPE_TLS, "ca-file", path, NULL);
  g_autofree char *pem = NULL;

  g_assert_false (faye_tls_check (tls, NULL));
  g_assert_true (g_file_get_contents (source, &pem, NULL, NULL));
  g_assert_true (g_file_set_contents (path, pem, -1, NULL));
  g_assert_true (faye_tls_check (tls, NULL));
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_database_and_file (void)
{
  g_autofree char *path = tls_path ("ca.pem");
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (path, NULL);
  g_autoptr (FayeTls) tls =
    g_object_new (FAYE_TYPE_TLS, "ca-file", path, "database", database, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (faye_tls_check (tls, &error));
  tls_assert_error (error, FAYE_ERROR_INVALID_ARGUMENT, "Both");
}

static void
test_certificate_without_key (void)
{
  g_autofree char *path = tls_path ("client.pem");
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, NULL);
  g_autoptr (FayeTls) tls = g_object_new (FAYE_TYPE_TLS, "certificate", certificate, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (faye_tls_check (tls, &error));
  tls_assert_error (error, FAYE_ERROR_INVALID_ARGUMENT, "no private key");
}

static gboolean
check_pin (const char *pin)
{
  const char *list[] = { pin, NULL };
  g_autoptr (FayeTls) tls = g_object_new (FAYE_TYPE_TLS, "pins", list, NULL);
  g_autoptr (GError) error = NULL;

  if (faye_tls_check (tls, &error))
    return TRUE;
  g_assert_error (error, FAYE_ERROR, FAYE_ERROR_INVALID_ARGUMENT);
  return FALSE;
}

static void
test_pins (void)
{
#define GOOD "YhKJKSzoTt2b5FP18fvpHo7fJYqQCjAa3HWY3tvRMwE="
#define SLASH "/i79Df2VZFdiIhULi59MTxfuIe1VYEdvafNYNj/h7n4="
  g_assert_true (check_pin ("sha256/" GOOD));
  g_assert_true (check_pin ("sha256//" GOOD));
  g_assert_true (check_pin (GOOD));
  /* A hash that begins with a slash itself. */
  g_assert_true (check_pin ("sha256/" SLASH));
  g_assert_true (check_pin ("sha256//" SLASH));
  g_assert_true (check_pin (SLASH));
  g_assert_false (check_pin ("sha256///" SLASH));
  g_assert_false (check_pin (""));
  g_assert_false (check_pin (NULL));
  g_assert_false (check_pin ("sha256/"));
  g_assert_false (check_pin ("sha1/" GOOD));
  g_assert_false (check_pin ("sha256///" GOOD));
  g_assert_false (check_pin (GOOD "="));
  g_assert_false (check_pin (" " GOOD));
  g_assert_false (check_pin ("YhKJKSzoTt2b5FP18fvpHo7fJYqQCjAa3HWY3tvRMwE"));
  g_assert_false (check_pin ("YhKJKSzoTt2b5FP18fvpHo7fJYqQCjAa3HWY3tvRMwF="));
  g_assert_false (check_pin ("YhKJKSzoTt2b5FP18fvpHo7fJYqQCjAa3HWY3tvR-wE="));
#undef GOOD
#undef SLASH
}

/* The password can be given, not asked for. */
static void
test_properties (void)
{
  g_autoptr (FayeTls) tls = faye_tls_new ();
  GTlsCertificateFlags flags;
  GParamSpec *password = g_object_class_find_property (G_OBJECT_GET_CLASS (tls), "password");

  g_object_get (tls, "validation-flags", &flags, NULL);
  g_assert_cmpuint (flags, ==, G_TLS_CERTIFICATE_VALIDATE_ALL);
  g_assert_false (password->flags & G_PARAM_READABLE);
  g_assert_true (faye_tls_check (tls, NULL));
  g_assert_true (faye_tls_check (NULL, NULL));
  g_assert_finalize_object (g_steal_pointer (&tls));
}

/* In a process of its own, for GIO chooses its backend once. */
static void
test_F25_no_backend (void)
{
  g_autoptr (GError) error = NULL;

  if (g_test_subprocess ())
    {
      g_assert_false (faye_tls_check (NULL, &error));
      tls_assert_error (error, FAYE_ERROR_TLS, "TLS is not available");
      return;
    }
  g_setenv ("GIO_USE_TLS", "dummy", TRUE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_unsetenv ("GIO_USE_TLS");
  g_test_trap_assert_passed ();
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bads); i++)
    {
      g_autofree char *path = g_strconcat ("/faye/api/tls-settings/", bads[i].name, NULL);

      g_test_add_data_func (path, &bads[i], test_bad);
    }
  g_test_add_data_func ("/faye/api/tls-settings/client-pem", good_pem, test_client_files);
  g_test_add_data_func ("/faye/api/tls-settings/client-pkcs12", good_pkcs12, test_client_files);
  g_test_add_func ("/faye/api/tls-settings/client-object", test_client_object);
  g_test_add_func ("/faye/api/tls-settings/relative-paths", test_relative_paths);
  g_test_add_func ("/faye/api/tls-settings/second-try", test_second_try);
  g_test_add_func ("/faye/api/tls-settings/database-and-file", test_database_and_file);
  g_test_add_func ("/faye/api/tls-settings/certificate-without-key", test_certificate_without_key);
  g_test_add_func ("/faye/api/tls-settings/pins", test_pins);
  g_test_add_func ("/faye/api/tls-settings/properties", test_properties);
  g_test_add_func ("/faye/api/tls-settings/F25-no-backend", test_F25_no_backend);
  return g_test_run ();
}
