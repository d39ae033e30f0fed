/* SPDX-License-Identifier: MIT */

#include "faye/faye-tls-settings-private.h"

#include "faye/faye-error.h"

#include <string.h>

/* Reads the files and tokens that a FayeTls names. */

void
faye_tls_material_clear (FayeTlsMaterial *self)
{
  g_clear_object (&self->database);
  g_clear_list (&self->anchors, g_object_unref);
  g_clear_object (&self->certificate);
  g_clear_pointer (&self->pins, faye_pins_free);
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, FAYE_ERROR, FAYE_ERROR_INVALID_ARGUMENT, message);
  return FALSE;
}

/* Takes CAUSE. What could not be done with what: never a password. */
static gboolean
fail (GError **error, const char *what, const char *name, GError *cause)
{
  g_set_error (error, FAYE_ERROR, FAYE_ERROR_TLS, "%s “%s”: %s", what, name, cause->message);
  g_error_free (cause);
  return FALSE;
}

/* Two settings that say different things: which one would hold could only be guessed. */
static gboolean
check_settings (FayeTls *tls, GError **error)
{
  guint n_certificates = (tls->certificate != NULL) + (tls->certificate_file != NULL) +
                         (tls->pkcs12_file != NULL) + (tls->pkcs11_uri != NULL);

  if (tls->database != NULL && tls->ca_file != NULL)
    return refuse (error, "Both a database and a CA file are given");
  if (n_certificates > 1)
    return refuse (error, "More than one client certificate is given");
  if (tls->key_file != NULL && tls->certificate_file == NULL)
    return refuse (error, "A key file is given, but no certificate file");
  if (tls->private_key_pkcs11_uri != NULL && tls->pkcs11_uri == NULL)
    return refuse (error, "A PKCS#11 URI is given for a key, but none for its certificate");
  if (tls->server_name != NULL && tls->server_name[0] == '\0')
    return refuse (error, "The server name is empty");
  return TRUE;
}

/* GIO takes a file without certificates for a good one, and relative paths for bad ones. */
static gboolean
load_ca_file (FayeTlsMaterial *self, const char *path, GError **error)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  GError *cause = NULL;

  self->anchors = g_tls_certificate_list_new_from_file (whole, &cause);
  if (cause == NULL && self->anchors == NULL)
    cause = g_error_new_literal (G_TLS_ERROR, G_TLS_ERROR_MISC, "there is no certificate in it");
  if (cause == NULL)
    self->database = g_tls_file_database_new (whole, &cause);
  if (cause != NULL)
    return fail (error, "Cannot use the CA file", path, cause);
  return TRUE;
}

static gboolean
load_trust (FayeTlsMaterial *self, FayeTls *tls, GError **error)
{
  if (tls->ca_file != NULL)
    return load_ca_file (self, tls->ca_file, error);
  g_set_object (&self->database, tls->database);
  return TRUE;
}

static GTlsCertificate *
read_pkcs12 (const char *path, const char *password, GError **error)
{
  g_autofree char *data = NULL;
  gsize size;

  if (!g_file_get_contents (path, &data, &size, error))
    return NULL;
  return g_tls_certificate_new_from_pkcs12 ((const guint8 *) data, size, password, error);
}

static GTlsCertificate *
read_pem (const char *certificate, const char *key, GError **error)
{
  if (key != NULL)
    return g_tls_certificate_new_from_files (certificate, key, error);
  return g_tls_certificate_new_from_file (certificate, error);
}

/* One that is kept in a token has none that could be read. */
static gboolean
check_has_key (GTlsCertificate *certificate, GError **error)
{
  g_autoptr (GByteArray) key = NULL;
  g_autofree char *uri = NULL;
  g_autofree char *key_uri = NULL;

  g_object_get (certificate,
                "private-key",
                &key,
                "pkcs11-uri",
                &uri,
                "private-key-pkcs11-uri",
                &key_uri,
                NULL);
  if (key != NULL || uri != NULL || key_uri != NULL)
    return TRUE;
  g_set_error_literal (error,
                       G_TLS_ERROR,
                       G_TLS_ERROR_BAD_CERTIFICATE,
                       "there is no private key for it");
  return FALSE;
}

/* (owned) (nullable) What a message calls the certificate by. A PIN may stand in the query of its
 * URI (RFC 7512, section 2.4). */
static char *
make_certificate_name (FayeTls *tls)
{
  if (tls->certificate_file != NULL)
    return g_strdup (tls->certificate_file);
  if (tls->pkcs12_file != NULL)
    return g_strdup (tls->pkcs12_file);
  if (tls->pkcs11_uri != NULL)
    return g_strndup (tls->pkcs11_uri, strcspn (tls->pkcs11_uri, "?"));
  return NULL;
}

static gboolean
load_certificate (FayeTlsMaterial *self, FayeTls *tls, GError **error)
{
  g_autofree char *name = make_certificate_name (tls);
  GError *cause = NULL;

  if (tls->certificate != NULL)
    {
      g_set_object (&self->certificate, tls->certificate);
      return check_has_key (tls->certificate, NULL) ||
             refuse (error, "The client certificate has no private key");
    }
  if (name == NULL)
    return TRUE;

  if (tls->certificate_file != NULL)
    self->certificate = read_pem (tls->certificate_file, tls->key_file, &cause);
  else if (tls->pkcs12_file != NULL)
    self->certificate = read_pkcs12 (tls->pkcs12_file, tls->password, &cause);
  else
    self->certificate =
      g_tls_certificate_new_from_pkcs11_uris (tls->pkcs11_uri, tls->private_key_pkcs11_uri, &cause);
  if (self->certificate != NULL && check_has_key (self->certificate, &cause))
    return TRUE;
  return fail (error, "Cannot use the client certificate", name, cause);
}

static gboolean
load_pins (FayeTlsMaterial *self, FayeTls *tls, GError **error)
{
  if (tls->pins == NULL)
    return TRUE;
  self->pins = faye_pins_parse ((const char *const *) tls->pins, error);
  return self->pins != NULL;
}

gboolean
faye_tls_material_load (FayeTlsMaterial *self, FayeTls *tls, GError **error)
{
  return check_settings (tls, error) && load_pins (self, tls, error) &&
         load_trust (self, tls, error) && load_certificate (self, tls, error);
}
