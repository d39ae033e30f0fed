/* SPDX-License-Identifier: MIT */

#include "tests/api/tls-ends.h"

#include <glib/gstdio.h>

/* A client certificate whose key never leaves its PKCS#11 token: SoftHSM's, if that is installed.
 */

#define PIN "1234"
#define TOKEN "pkcs11:token=faye;object=client"

static char *folder;
static gboolean has_token;

/* Asks nobody, and counts. */
typedef struct
{
  GTlsInteraction parent_instance;
  const char *pin;
  guint n_asked;
} Asker;

typedef GTlsInteractionClass AskerClass;

GType asker_get_type (void);
G_DEFINE_TYPE (Asker, asker, G_TYPE_TLS_INTERACTION)

static GTlsInteractionResult
asker_ask_password (GTlsInteraction *interaction,
                    GTlsPassword *password,
                    GCancellable *cancellable,
                    GError **error)
{
  Asker *self = (Asker *) interaction;

  self->n_asked++;
  if (self->pin == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The user gave up");
      return G_TLS_INTERACTION_FAILED;
    }
  g_tls_password_set_value (password, (const guchar *) self->pin, -1);
  return G_TLS_INTERACTION_HANDLED;
}

static void
asker_class_init (AskerClass *klass)
{
  klass->ask_password = asker_ask_password;
}

static void
asker_init (Asker *self)
{
}

static gboolean
run (const char *const *command)
{
  int status = -1;

  return g_spawn_sync (NULL,
                       (char **) command,
                       NULL,
                       G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
                         G_SPAWN_STDERR_TO_DEV_NULL,
                       NULL,
                       NULL,
                       NULL,
                       NULL,
                       &status,
                       NULL) &&
         g_spawn_check_wait_status (status, NULL);
}

static gboolean
load (const char *option, const char *name)
{
  g_autofree char *path = tls_path (name);
  const char *const command[] = { "p11tool", "--login",           "--write", option,
                                  path,      "--label",           "client",  "--id",
                                  "01",      "pkcs11:token=faye", NULL };

  return run (command);
}

/* Before GnuTLS looks for tokens, which it does once. */
static gboolean
make_token (void)
{
  const char *const command[] = { "softhsm2-util",
                                  "--init-token",
                                  "--free",
                                  "--label",
                                  "faye",
                                  "--so-pin",
                                  PIN,
                                  "--pin",
                                  PIN,
                                  NULL };
  g_autofree char *conf = NULL;
  g_autofree char *text = NULL;

  folder = g_dir_make_tmp ("faye-XXXXXX", NULL);
  conf = g_build_filename (folder, "conf", NULL);
  text = g_strdup_printf ("directories.tokendir = %s\nobjectstore.backend = file\n", folder);
  g_assert_true (g_file_set_contents (conf, text, -1, NULL));
  g_setenv ("SOFTHSM2_CONF", conf, TRUE);
  g_setenv ("GNUTLS_PIN", PIN, TRUE);
  if (!run (command) || !load ("--load-privkey", "client.key") ||
      !load ("--load-certificate", "client.pem"))
    return FALSE;
  g_unsetenv ("GNUTLS_PIN");
  return TRUE;
}

static void
remove_folder (void)
{
  const char *const command[] = { "rm", "-rf", folder, NULL };

  run (command);
  g_free (folder);
}

/* NULL if the handshake went well, on both ends. */
static GError *
try_token (const char *key, Asker *asker)
{
  g_autofree char *ca = tls_path ("ca.pem");
  g_autoptr (GTlsCertificate) expected = tls_certificate ("client");
  g_autoptr (FayeTls) tls = g_object_new (FAYE_TYPE_TLS,
                                          "ca-file",
                                          ca,
                                          "pkcs11-uri",
                                          TOKEN ";type=cert",
                                          "private-key-pkcs11-uri",
                                          key,
                                          "interaction",
                                          asker,
                                          NULL);
  GError *error;
  TlsEnds ends;

  tls_ends_open (&ends, "server", G_TLS_AUTHENTICATION_REQUIRED);
  tls_ends_secure (&ends, tls, "localhost");
  error = g_steal_pointer (&ends.error);
  if (error == NULL)
    {
      WAIT_UNTIL (ends.server_call.n_done == 1);
      g_assert_true (g_tls_certificate_is_same (g_tls_connection_get_peer_certificate (
                                                  G_TLS_CONNECTION (ends.server)),
                                                expected));
    }
  tls_ends_close (&ends);
  return error;
}

static void
test_pin_in_uri (void)
{
  g_autoptr (GError) error = NULL;

  if (!has_token)
    {
      g_test_skip ("SoftHSM, p11tool or p11-kit is missing");
      return;
    }
  error = try_token (TOKEN ";type=private?pin-value=" PIN, NULL);
  g_assert_no_error (error);
}

static void
test_pin_asked (void)
{
  g_autoptr (GError) error = NULL;
  Asker *asker;

  if (!has_token)
    {
      g_test_skip ("SoftHSM, p11tool or p11-kit is missing");
      return;
    }
  asker = g_object_new (asker_get_type (), NULL);
  asker->pin = PIN;
  error = try_token (TOKEN ";type=private", asker);
  g_assert_no_error (error);
  g_assert_cmpuint (asker->n_asked, >=, 1);
  g_object_unref (asker);
}

/* The user does not give it. */
static void
test_pin_refused (void)
{
  g_autoptr (GError) error = NULL;
  Asker *asker;

  if (!has_token)
    {
      g_test_skip ("SoftHSM, p11tool or p11-kit is missing");
      return;
    }
  asker = g_object_new (asker_get_type (), NULL);
  error = try_token (TOKEN ";type=private", asker);
  tls_assert_error (error, FAYE_ERROR_TLS, "The user gave up");
  g_assert_cmpuint (asker->n_asked, ==, 1);
  g_object_unref (asker);
}

int
main (int argc, char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  has_token = make_token ();
  g_test_add_func ("/faye/api/tls-token/pin-refused", test_pin_refused);
  g_test_add_func ("/faye/api/tls-token/pin-asked", test_pin_asked);
  g_test_add_func ("/faye/api/tls-token/pin-in-uri", test_pin_in_uri);
  result = g_test_run ();
  remove_folder ();
  return result;
}
