/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/faye-tls-private.h"
#include "tests/api/harness.h"

G_BEGIN_DECLS

/* A client's TLS handshake with a server of GIO's, over TCP; certificates by their names in
 * tests/tls/make-certificates.sh. */
typedef struct
{
  GIOStream *base;   /* (owned) the client's */
  GIOStream *server; /* (owned) a GTlsServerConnection */
  Call client_call;  /* of faye_tls_secure_async () */
  Call server_call;  /* of the server's handshake */
  GIOStream *client; /* (owned) (nullable) once ended: what came of it */
  GError *error;     /* (owned) (nullable) */
} TlsEnds;

/* (transfer full) */
char *tls_path (const char *name);
GTlsCertificate *tls_certificate (const char *name);
/* "sha256/…" */
char *tls_pin (const char *name);

/* MODE: whether the server wants a client's certificate. */
void tls_ends_open (TlsEnds *ends, const char *server, GTlsAuthenticationMode mode);
/* Both handshakes, to the end of the client's. IDENTITY is a name or an address. */
void tls_ends_secure (TlsEnds *ends, FayeTls *tls, const char *identity);
void tls_ends_close (TlsEnds *ends);

/* All three in one: NULL if all went well. */
GError *tls_try (const char *server, FayeTls *tls, const char *identity);
/* MESSAGE is a part of the error's. */
void tls_assert_error (const GError *error, int code, const char *message);

G_END_DECLS
