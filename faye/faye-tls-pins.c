/* SPDX-License-Identifier: MIT */

#include "faye/faye-tls-pins-private.h"

#include "faye/faye-error.h"

#include <gnutls/x509.h>
#include <string.h>

/* Pins as RFC 7469 defines them, section 2.4: the SHA-256 of a certificate's SubjectPublicKeyInfo.
 * GIO does not tell it: GnuTLS reads it from the certificate's DER. */

#define HASH_SIZE 32
#define BASE64_SIZE 44 /* of so many bytes */

typedef struct
{
  guint8 bytes[HASH_SIZE];
} Hash;

struct _FayePins
{
  GArray *hashes; /* (owned) Hash */
};

/* A hash may itself begin with a slash: only its size tells whether a second one is the prefix's.
 */
static const char *
skip_prefix (const char *text)
{
  static const char prefix[] = "sha256/";

  if (!g_str_has_prefix (text, prefix))
    return text;
  text += strlen (prefix);
  return text[0] == '/' && strlen (text) == BASE64_SIZE + 1 ? text + 1 : text;
}

/* GLib's decoder passes over what is no Base64: only what encodes to the same text is taken. */
static gboolean
parse_hash (const char *text, Hash *hash)
{
  g_autofree guchar *bytes = NULL;
  g_autofree char *again = NULL;
  gsize size;

  if (strlen (text) != BASE64_SIZE)
    return FALSE;
  bytes = g_base64_decode (text, &size);
  if (size != HASH_SIZE)
    return FALSE;
  again = g_base64_encode (bytes, size);
  if (!g_str_equal (again, text))
    return FALSE;
  memcpy (hash->bytes, bytes, HASH_SIZE);
  return TRUE;
}

FayePins *
faye_pins_parse (const char *const *texts, GError **error)
{
  g_autoptr (FayePins) self = g_new0 (FayePins, 1);
  Hash hash;

  self->hashes = g_array_new (FALSE, FALSE, sizeof (Hash));
  for (; *texts != NULL; texts++)
    {
      if (!parse_hash (skip_prefix (*texts), &hash))
        {
          g_set_error (error,
                       FAYE_ERROR,
                       FAYE_ERROR_INVALID_ARGUMENT,
                       "“%s” is no pin: it has to be “sha256/” and the Base64 of 32 bytes",
                       *texts);
          return NULL;
        }
      g_array_append_val (self->hashes, hash);
    }
  if (self->hashes->len > 0)
    return g_steal_pointer (&self);
  g_set_error_literal (error, FAYE_ERROR, FAYE_ERROR_INVALID_ARGUMENT, "The list of pins is empty");
  return NULL;
}

void
faye_pins_free (FayePins *self)
{
  g_array_unref (self->hashes);
  g_free (self);
}

/* (nullable) A certificate as GnuTLS has it, to be freed with gnutls_x509_crt_deinit (). */
static gnutls_x509_crt_t
import_certificate (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) der = NULL;
  gnutls_x509_crt_t crt = NULL;
  gnutls_datum_t datum;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL || gnutls_x509_crt_init (&crt) < 0)
    return NULL;
  datum.data = der->data;
  datum.size = der->len;
  if (gnutls_x509_crt_import (crt, &datum, GNUTLS_X509_FMT_DER) >= 0)
    return crt;
  gnutls_x509_crt_deinit (crt);
  return NULL;
}

static gboolean
has_hash (FayePins *self, gnutls_x509_crt_t crt)
{
  Hash hash;
  size_t size = HASH_SIZE;

  if (gnutls_x509_crt_get_key_id (crt, GNUTLS_KEYID_USE_SHA256, hash.bytes, &size) < 0 ||
      size != HASH_SIZE)
    return FALSE;
  for (guint i = 0; i < self->hashes->len; i++)
    {
      if (memcmp (g_array_index (self->hashes, Hash, i).bytes, hash.bytes, HASH_SIZE) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Whether ISSUER has signed CRT and may sign certificates. Times are the verification's business.
 */
static gboolean
has_signed (gnutls_x509_crt_t issuer, gnutls_x509_crt_t crt)
{
  guint status = 0;

  return gnutls_x509_crt_verify (crt, &issuer, 1, GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &status) >=
           0 &&
         status == 0;
}

/* Goes on from CRT, which is taken, to its issuer. (nullable) */
static gnutls_x509_crt_t
step_up (gnutls_x509_crt_t crt, GTlsCertificate *issuer)
{
  gnutls_x509_crt_t next = issuer != NULL ? import_certificate (issuer) : NULL;

  if (next != NULL && !has_signed (next, crt))
    g_clear_pointer (&next, gnutls_x509_crt_deinit);
  gnutls_x509_crt_deinit (crt);
  return next;
}

static gboolean
match_anchors (FayePins *self, gnutls_x509_crt_t top, GList *anchors)
{
  gboolean matches = FALSE;

  for (; anchors != NULL && !matches; anchors = anchors->next)
    {
      gnutls_x509_crt_t anchor = import_certificate (anchors->data);

      matches = anchor != NULL && has_hash (self, anchor) && has_signed (anchor, top);
      g_clear_pointer (&anchor, gnutls_x509_crt_deinit);
    }
  return matches;
}

gboolean
faye_pins_match (FayePins *self, GTlsCertificate *chain, GList *anchors, guint max_chain)
{
  gnutls_x509_crt_t crt = import_certificate (chain);
  gboolean matches = FALSE;

  for (guint i = 0; i < max_chain && crt != NULL && !matches; i++)
    {
      matches = has_hash (self, crt) || match_anchors (self, crt, anchors);
      chain = chain != NULL ? g_tls_certificate_get_issuer (chain) : NULL;
      crt = step_up (crt, chain);
    }
  g_clear_pointer (&crt, gnutls_x509_crt_deinit);
  return matches;
}
