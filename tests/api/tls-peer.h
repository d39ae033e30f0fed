/* SPDX-License-Identifier: MIT */

#pragma once

#include "tests/api/harness.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

G_BEGIN_DECLS

/* A TLS server that GIO would not be: of GnuTLS itself, in a thread, for one handshake. */
typedef struct
{
  const char *priority;       /* GnuTLS's; NULL is "NORMAL" */
  gboolean wants_certificate; /* of the client */
  gnutls_x509_crt_t *chain;   /* what it shows */
  guint chain_size;
  gnutls_x509_privkey_t key;
  GSocketConnection *connection; /* (owned) its stream */
  GThread *thread;
  int result; /* of the handshake */
} TlsPeer;

/* Takes over CONNECTION. */
void tls_peer_start (TlsPeer *peer, GIOStream *connection);
/* Waits for the thread: the other end has to be closed, or done. */
void tls_peer_stop (TlsPeer *peer);

/* SIZE certificates, one signed by the next, the first for localhost. The last is signed by itself,
 * or by the one before it. */
void tls_peer_make_chain (TlsPeer *peer, guint size, gboolean circular);
/* NAME's of tests/tls/make-certificates.sh. */
void tls_peer_load (TlsPeer *peer, const char *name);

G_END_DECLS
