/* SPDX-License-Identifier: MIT */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Who is at the other end of a stream, as its TLS found out. All is empty without TLS. */
typedef struct
{
  GTlsCertificate *certificate; /* (owned) (nullable) */
  GTlsCertificateFlags errors;  /* what is against it, though it was accepted */
  GTlsProtocolVersion version;
  char *ciphersuite; /* (owned) (nullable) */
} FayeTlsPeer;

/* STREAM's handshake has to be done. It may be wrapped. */
void faye_tls_peer_read (FayeTlsPeer *self, GIOStream *stream);
void faye_tls_peer_clear (FayeTlsPeer *self);

G_END_DECLS
