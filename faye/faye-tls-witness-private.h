/* SPDX-License-Identifier: MIT */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Notes that a peer has asked for a certificate when there is none to show: servers end the
 * connection over that with any alert they like, and with TLS 1.3 when all seems to be done.
 */
#define FAYE_TYPE_TLS_WITNESS (faye_tls_witness_get_type ())
G_DECLARE_FINAL_TYPE (FayeTlsWitness, faye_tls_witness, FAYE, TLS_WITNESS, GTlsInteraction)

GTlsInteraction *faye_tls_witness_new (void);

/* Whether CONNECTION's peer has asked one in vain. */
gboolean faye_tls_witness_has_seen (GTlsConnection *connection);

G_END_DECLS
