/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/faye-tls-pins-private.h"
#include "faye/faye-tls-private.h"

G_BEGIN_DECLS

/*
 * The insides of FayeTls, shared by its files: faye-tls.c is the object, -load.c reads what its
 * settings name, -judge.c decides about a peer's certificate, -secure.c does the handshake.
 */

/* What the settings name, once it was read. */
typedef struct
{
  GTlsDatabase *database;       /* (owned) (nullable) NULL: the system's */
  GList *anchors;               /* (owned) GTlsCertificate: those of a CA file, for pins */
  GTlsCertificate *certificate; /* (owned) (nullable) */
  FayePins *pins;               /* (owned) (nullable) */
} FayeTlsMaterial;

struct _FayeTls
{
  GObject parent_instance;

  GTlsDatabase *database; /* (owned) (nullable) */
  char *ca_file;          /* (owned) (nullable) like all that follow */
  GTlsCertificate *certificate;
  char *certificate_file;
  char *key_file;
  char *pkcs12_file;
  char *password;
  char *pkcs11_uri;
  char *private_key_pkcs11_uri;
  char *server_name;
  GTlsInteraction *interaction;
  GTlsCertificateFlags validation_flags;
  char **pins;

  GMutex mutex;
  gboolean is_loaded; /* MATERIAL is there; guarded by the mutex */
  FayeTlsMaterial material;
};

void faye_tls_material_clear (FayeTlsMaterial *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FayeTlsMaterial, faye_tls_material_clear)

/* -load.c: reads all that SELF names; FAYE_ERROR_TLS or FAYE_ERROR_INVALID_ARGUMENT. */
gboolean faye_tls_material_load (FayeTlsMaterial *self, FayeTls *tls, GError **error);

/* faye-tls.c: asks the program about a certificate that has FLAGS against it. */
gboolean faye_tls_ask (FayeTls *self, GTlsCertificate *certificate, GTlsCertificateFlags flags);

G_END_DECLS
