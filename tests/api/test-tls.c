/* SPDX-License-Identifier: MIT */

#include "tests/api/tls-ends.h"

#include <gio/gunixsocketaddress.h>

/* Whose certificate a client accepts: A48, and pins. */

static FayeTls *
new_trusting (const char *ca)
{
  g_autofree char *path = tls_path (ca);

  return g_object_new (FAYE_TYPE_TLS, "ca-file", path, NULL);
}

/* What is accepted, and what is not for which reason, by default. */
typedef struct
{
  const char *name;
  const char *server;
  const char *identity;
  const char *fault; /* (nullable) */
} Case;

static const Case cases[] = {
  { "good", "server", "localhost", NULL },
  { "good-case", "server", "LOCALHOST", NULL },
  { "good-address", "server", "127.0.0.1", NULL },
  { "good-address-6", "server", "::1", NULL },
  { "good-address-only", "ip", "127.0.0.1", NULL },
  { "good-chain", "chain", "localhost", NULL },
  { "A48-wrong-name", "other-name", "localhost", "it is not for “localhost”" },
  { "A48-proxy-name", "proxy", "localhost", "it is not for “localhost”" },
  { "A48-sub-name", "server", "sub.localhost", "it is not for “sub.localhost”" },
  { "A48-wrong-address", "ip", "127.0.0.2", "it is not for “127.0.0.2”" },
  { "A48-name-for-address", "dns", "127.0.0.1", "it is not for “127.0.0.1”" },
  { "A48-address-for-name", "ip", "localhost", "it is not for “localhost”" },
  { "A48-expired", "expired", "localhost", "it has expired" },
  { "A48-future", "future", "localhost", "it is not valid yet" },
  { "A48-self-signed", "self-signed", "localhost", "its issuer is not trusted" },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (FayeTls) tls = new_trusting ("ca.pem");
  g_autoptr (GError) error = tls_try (c->server, tls, c->identity);

  if (c->fault == NULL)
    g_assert_no_error (error);
  else
    {
      tls_assert_error (error, FAYE_ERROR_CERTIFICATE, c->fault);
      tls_assert_error (error, FAYE_ERROR_CERTIFICATE, "Unacceptable TLS certificate");
      tls_assert_error (error, FAYE_ERROR_CERTIFICATE, c->identity);
    }
}

static void
test_A48_system_trust (void)
{
  g_autoptr (GError) error = tls_try ("server", NULL, "localhost");

  tls_assert_error (error, FAYE_ERROR_CERTIFICATE, "its issuer is not trusted");
}

static void
test_A48_other_authority (void)
{
  g_autoptr (FayeTls) tls = new_trusting ("other-ca.pem");
  g_autoptr (GError) error = tls_try ("server", tls, "localhost");

  tls_assert_error (error, FAYE_ERROR_CERTIFICATE, "its issuer is not trusted");
}

static void
test_database (void)
{
  g_autofree char *path = tls_path ("ca.pem");
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (path, NULL);
  g_autoptr (FayeTls) tls = g_object_new (FAYE_TYPE_TLS, "database", database, NULL);
  g_autoptr (GError) error = tls_try ("server", tls, "localhost");

  g_assert_no_error (error);
}

/* CVE-2020-13645: nobody to check for is not anybody. */
static void
test_A48_no_identity (gconstpointer data)
{
  g_autoptr (FayeTls) tls = new_trusting ("ca.pem");
  g_autoptr (GSocketConnectable) identity = NULL;
  TlsEnds ends;

  if (data != NULL)
    identity = g_object_new (G_TYPE_UNIX_SOCKET_ADDRESS, "path", "/run/x", NULL);
  tls_ends_open (&ends, "server", G_TLS_AUTHENTICATION_NONE);
  faye_tls_secure_async (tls,
                         ends.base,
                         identity,
                         G_PRIORITY_DEFAULT,
                         NULL,
                         call_cb,
                         &ends.client_call);
  WAIT_UNTIL (ends.client_call.n_done == 1);
  g_assert_null (faye_tls_secure_finish (ends.client_call.result, &ends.error));
  tls_assert_error (ends.error, FAYE_ERROR_CERTIFICATE, "no name");
  ends.server_call.n_done = 1;
  tls_ends_close (&ends);
}

static void
test_server_name (void)
{
  g_autofree char *path = tls_path ("ca.pem");
  g_autoptr (FayeTls) tls =
    g_object_new (FAYE_TYPE_TLS, "ca-file", path, "server-name", "other.example", NULL);
  g_autoptr (GError) good = tls_try ("other-name", tls, "localhost");
  g_autoptr (GError) bad = tls_try ("server", tls, "localhost");

  g_assert_no_error (good);
  tls_assert_error (bad, FAYE_ERROR_CERTIFICATE, "it is not for “other.example”");
}

static void
test_server_address (void)
{
  g_autofree char *path = tls_path ("ca.pem");
  g_autoptr (FayeTls) tls =
    g_object_new (FAYE_TYPE_TLS, "ca-file", path, "server-name", "127.0.0.1", NULL);
  g_autoptr (GError) good = tls_try ("ip", tls, "localhost");
  g_autoptr (GError) bad = tls_try ("dns", tls, "localhost");

  g_assert_no_error (good);
  tls_assert_error (bad, FAYE_ERROR_CERTIFICATE, "it is not for “127.0.0.1”");
}

typedef struct
{
  gboolean answer;
  guint n_asked;
  GTlsCertificateFlags flags;
} Question;

static gboolean
accept_cb (FayeTls *tls, GTlsCertificate *certificate, GTlsCertificateFlags flags, gpointer data)
{
  Question *question = data;

  g_assert_true (G_IS_TLS_CERTIFICATE (certificate));
  question->n_asked++;
  question->flags = flags;
  return question->answer;
}

static void
test_accept (void)
{
  g_autoptr (FayeTls) tls = new_trusting ("ca.pem");
  Question question = { TRUE };
  g_autoptr (GError) first = NULL;
  g_autoptr (GError) second = NULL;
  g_autoptr (GError) third = NULL;

  g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_cb), &question);
  g_assert_no_error ((first = tls_try ("server", tls, "localhost")));
  g_assert_cmpuint (question.n_asked, ==, 0);

  g_assert_no_error ((second = tls_try ("self-signed", tls, "localhost")));
  g_assert_cmpuint (question.n_asked, ==, 1);
  g_assert_cmpuint (question.flags, ==, G_TLS_CERTIFICATE_UNKNOWN_CA);

  question.answer = FALSE;
  third = tls_try ("other-name", tls, "localhost");
  tls_assert_error (third, FAYE_ERROR_CERTIFICATE, "it is not for “localhost”");
  g_assert_cmpuint (question.n_asked, ==, 2);
  g_assert_cmpuint (question.flags, ==, G_TLS_CERTIFICATE_BAD_IDENTITY);
}

static gboolean
is_tls13 (GIOStream *stream)
{
  return g_tls_connection_get_protocol_version (G_TLS_CONNECTION (stream)) ==
         G_TLS_PROTOCOL_VERSION_TLS_1_3;
}

static void
test_validation_flags (void)
{
  g_autofree char *path = tls_path ("ca.pem");
  GTlsCertificateFlags flags = G_TLS_CERTIFICATE_VALIDATE_ALL & ~G_TLS_CERTIFICATE_EXPIRED;
  g_autoptr (FayeTls) tls =
    g_object_new (FAYE_TYPE_TLS, "ca-file", path, "validation-flags", flags, NULL);
  g_autoptr (GError) expired = tls_try ("expired", tls, "localhost");
  g_autoptr (GError) both = tls_try ("expired", tls, "127.0.0.1");

  g_assert_no_error (expired);
  tls_assert_error (both, FAYE_ERROR_CERTIFICATE, "it is not for “127.0.0.1”, it has expired");
}

/* What the server would choose if it could. */
static void
test_protocol (void)
{
  static const char *const protocols[] = { "h2", "http/1.1", NULL };
  g_autoptr (FayeTls) tls = new_trusting ("ca.pem");
  TlsEnds ends;

  tls_ends_open (&ends, "server", G_TLS_AUTHENTICATION_NONE);
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (ends.server), protocols);
  tls_ends_secure (&ends, tls, "localhost");
  g_assert_no_error (ends.error);
  g_assert_cmpstr (g_tls_connection_get_negotiated_protocol (G_TLS_CONNECTION (ends.client)),
                   ==,
                   "http/1.1");
  g_assert_true (is_tls13 (ends.client));
  tls_ends_close (&ends);
}

/* Pins: by whose key, of which server, and whether they match. */
typedef struct
{
  const char *name;
  const char *pin;
  const char *server;
  gboolean fits;
} Pin;

static const Pin pins[] = {
  { "own", "server", "server", TRUE },
  { "other", "other-ca", "server", FALSE },
  { "authority", "ca", "server", TRUE },
  { "sent-authority", "intermediate", "chain", TRUE },
  { "authority-above", "ca", "chain", TRUE },
  { "authority-of-others", "intermediate", "server", FALSE },
};

static void
test_pin (gconstpointer data)
{
  const Pin *pin = data;
  g_autofree char *text = tls_pin (pin->pin);
  g_autofree char *wrong = tls_pin ("self-signed");
  const char *list[] = { wrong, text, NULL };
  g_autofree char *path = tls_path ("ca.pem");
  g_autoptr (FayeTls) tls = g_object_new (FAYE_TYPE_TLS, "ca-file", path, "pins", list, NULL);
  g_autoptr (GError) error = tls_try (pin->server, tls, "localhost");

  if (pin->fits)
    g_assert_no_error (error);
  else
    tls_assert_error (error, FAYE_ERROR_CERTIFICATE, "none of its public keys is pinned");
}

/* A pin does not make a certificate good, and the program cannot make one good without. */
static void
test_pin_and_accept (void)
{
  g_autofree char *right = tls_pin ("self-signed");
  g_autofree char *wrong = tls_pin ("server");
  const char *right_list[] = { right, NULL };
  const char *wrong_list[] = { wrong, NULL };
  g_autoptr (FayeTls) pinned = g_object_new (FAYE_TYPE_TLS, "pins", right_list, NULL);
  g_autoptr (FayeTls) other = g_object_new (FAYE_TYPE_TLS, "pins", wrong_list, NULL);
  Question question = { TRUE };
  g_autoptr (GError) first = tls_try ("self-signed", pinned, "localhost");
  g_autoptr (GError) second = NULL;
  g_autoptr (GError) third = NULL;

  tls_assert_error (first, FAYE_ERROR_CERTIFICATE, "its issuer is not trusted");
  g_signal_connect (pinned, "accept-certificate", G_CALLBACK (accept_cb), &question);
  g_signal_connect (other, "accept-certificate", G_CALLBACK (accept_cb), &question);
  g_assert_no_error ((second = tls_try ("self-signed", pinned, "localhost")));
  g_assert_cmpuint (question.n_asked, ==, 1);
  third = tls_try ("self-signed", other, "localhost");
  tls_assert_error (third, FAYE_ERROR_CERTIFICATE, "none of its public keys is pinned");
  g_assert_cmpuint (question.n_asked, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/faye/api/tls/certificate/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  for (guint i = 0; i < G_N_ELEMENTS (pins); i++)
    {
      g_autofree char *path = g_strconcat ("/faye/api/tls/pin/", pins[i].name, NULL);

      g_test_add_data_func (path, &pins[i], test_pin);
    }
  g_test_add_func ("/faye/api/tls/pin/accept", test_pin_and_accept);
  g_test_add_func ("/faye/api/tls/A48-system-trust", test_A48_system_trust);
  g_test_add_func ("/faye/api/tls/A48-other-authority", test_A48_other_authority);
  g_test_add_func ("/faye/api/tls/database", test_database);
  g_test_add_data_func ("/faye/api/tls/A48-no-identity", NULL, test_A48_no_identity);
  g_test_add_data_func ("/faye/api/tls/A48-identity-without-name", "unix", test_A48_no_identity);
  g_test_add_func ("/faye/api/tls/server-name", test_server_name);
  g_test_add_func ("/faye/api/tls/server-address", test_server_address);
  g_test_add_func ("/faye/api/tls/accept", test_accept);
  g_test_add_func ("/faye/api/tls/validation-flags", test_validation_flags);
  g_test_add_func ("/faye/api/tls/protocol", test_protocol);
  return g_test_run ();
}
