/* SPDX-License-Identifier: MIT */

#include "tests/api/tls-ends.h"

#include <glib/gstdio.h>

/* What the settings name: client certificates, and F25, what cannot be read. */

static FayeTls *
new_with_client (const char *kind)
{
  g_autofree char *ca = tls_path ("ca.pem");
  g_autofree char *pem = tls_path ("client.pem");
  g_autofree char *key = tls_path ("client.key");
  g_autofree char *p12 = tls_path ("client.p12");
  g_autoptr (GTlsCertificate) certificate = tls_certificate ("client");

  if (g_str_equal (kind, "pem"))
    return g_object_new (FAYE_TYPE_TLS,
                         "ca-file",
                         ca,
                         "certificate-file",
                         pem,
                         "key-file",
                         key,
                         NULL);
  if (g_str_equal (kind, "pkcs12"))
    return g_object_new (FAYE_TYPE_TLS,
                         "ca-file",
                         ca,
                         "pkcs12-file",
                         p12,
                         "password",
                         "secret",
                         NULL);
  if (g_str_equal (kind, "object"))
    return g_object_new (FAYE_TYPE_TLS, "ca-file", ca, "certificate", certificate, NULL);
  return g_object_new (FAYE_TYPE_TLS, "ca-file", ca, NULL);
}

static void
test_client (gconstpointer kind)
{
  g_autoptr (FayeTls) tls = new_with_client (kind);
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

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/faye/api/tls-settings/client-pem", "pem", test_client);
  g_test_add_data_func ("/faye/api/tls-settings/client-pkcs12", "pkcs12", test_client);
  g_test_add_data_func ("/faye/api/tls-settings/client-object", "object", test_client);
  return g_test_run ();
}
