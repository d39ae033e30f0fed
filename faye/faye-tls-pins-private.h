/* SPDX-License-Identifier: MIT */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The SHA-256 hashes of public keys (SubjectPublicKeyInfo), one of which a peer has to have. */
typedef struct _FayePins FayePins;

/* FAYE_ERROR_INVALID_ARGUMENT for an empty list, and for what is no pin: "sha256/BASE64",
 * "sha256//BASE64", or the BASE64 alone. */
FayePins *faye_pins_parse (const char *const *texts, GError **error);
void faye_pins_free (FayePins *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayePins, faye_pins_free)

/* Whether one of the pins is of a key in CHAIN: the certificate's own, or that of an issuer that
 * has signed it. The issuers are those that the peer has sent, at most MAX_CHAIN of them, and then
 * one of ANCHORS (element-type GTlsCertificate). That an issuer was sent proves nothing: only
 * signatures do. */
gboolean faye_pins_match (FayePins *self, GTlsCertificate *chain, GList *anchors, guint max_chain);

G_END_DECLS
