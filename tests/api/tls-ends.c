/* SPDX-License-Identifier: MIT */

#include "tests/api/tls-ends.h"

#include "tests/io/pairs.h"

#include <string.h>

/* Two ends of TLS, and the certificates that the build makes. */

char *
tls_path (const char *name)
{
  const char *folder = g_getenv ("FAYE_CERTIFICATES");

  g_assert_nonnull (folder);
  return g_build_filename (folder, name, NULL);
}

GTlsCertificate *
tls_certificate (const char *name)
{
  g_autofree char *pem = g_strconcat (name, ".pem", NULL);
  g_autofree char *key = g_strconcat (name, ".key", NULL);
  g_autofree char *pem_path = tls_path (pem);
  g_autofree char *key_path = tls_path (key);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate = g_tls_certificate_new_from_files (pem_path, key_path, &error);

  g_assert_no_error (error);
  return certificate;
}

char *
tls_pin (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".sha256", NULL);
  g_autofree char *path = tls_path (file);
  g_autofree char *hex = NULL;
  g_autofree char *base64 = NULL;
  g_autoptr (GError) error = NULL;
  guint8 hash[32];

  g_file_get_contents (path, &hex, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < sizeof hash; i++)
    hash[i] =
      (guint8) (g_ascii_xdigit_value (hex[2 * i]) * 16 + g_ascii_xdigit_value (hex[2 * i + 1]));
  base64 = g_base64_encode (hash, sizeof hash);
  return g_strconcat ("sha256/", base64, NULL);
}

/* The server takes any certificate that is there. */
static gboolean
accept_cb (GTlsConnection *connection,
           GTlsCertificate *certificate,
           GTlsCertificateFlags flags,
           gpointer user_data)
{
  return TRUE;
}

void
tls_ends_open (TlsEnds *ends, const char *server, GTlsAuthenticationMode mode)
{
  g_autoptr (GTlsCertificate) certificate = tls_certificate (server);
  g_autoptr (GIOStream) base = NULL;
  g_autoptr (GError) error = NULL;

  *ends = (TlsEnds){ NULL };
  pair_open (PAIR_TCP, &ends->base, &base);
  ends->server = g_tls_server_connection_new (base, certificate, &error);
  g_assert_no_error (error);
  g_object_set (ends->server, "authentication-mode", mode, NULL);
  g_signal_connect (ends->server, "accept-certificate", G_CALLBACK (accept_cb), NULL);
}

void
tls_ends_secure (TlsEnds *ends, FayeTls *tls, const char *identity)
{
  g_autoptr (GSocketConnectable) address = g_network_address_new (identity, 0);

  g_tls_connection_handshake_async (G_TLS_CONNECTION (ends->server),
                                    G_PRIORITY_DEFAULT,
                                    NULL,
                                    call_cb,
                                    &ends->server_call);
  faye_tls_secure_async (tls,
                         ends->base,
                         address,
                         G_PRIORITY_DEFAULT,
                         NULL,
                         call_cb,
                         &ends->client_call);
  WAIT_UNTIL (ends->client_call.n_done == 1);
  ends->client = faye_tls_secure_finish (ends->client_call.result, &ends->error);
  g_assert_true ((ends->client == NULL) == (ends->error != NULL));
}

void
tls_ends_close (TlsEnds *ends)
{
  g_clear_object (&ends->client_call.result);
  g_socket_close (g_socket_connection_get_socket (G_SOCKET_CONNECTION (ends->base)), NULL);
  WAIT_UNTIL (ends->server_call.n_done == 1);
  g_clear_object (&ends->server_call.result);
  g_clear_object (&ends->client);
  g_clear_object (&ends->server);
  g_clear_object (&ends->base);
  g_clear_error (&ends->error);
}

GError *
tls_try (const char *server, FayeTls *tls, const char *identity)
{
  TlsEnds ends;
  GError *error;

  tls_ends_open (&ends, server, G_TLS_AUTHENTICATION_NONE);
  tls_ends_secure (&ends, tls, identity);
  error = g_steal_pointer (&ends.error);
  tls_ends_close (&ends);
  return error;
}

void
tls_assert_error (const GError *error, int code, const char *message)
{
  g_assert_error (error, FAYE_ERROR, code);
  if (strstr (error->message, message) == NULL)
    g_error ("“%s” does not tell of “%s”", error->message, message);
}
