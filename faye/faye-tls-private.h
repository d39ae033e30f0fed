/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/faye-tls.h"

G_BEGIN_DECLS

/*
 * Puts TLS on BASE as a client, with the settings of SELF (NULL: the defaults): trust, client
 * certificate, pins, the program's judgement. IDENTITY is whom the certificate has to name, unless
 * SELF names another; it is never NULL. Runs on the caller's thread-default main context.
 *
 * FAYE_ERROR_CERTIFICATE if the peer's certificate is not accepted, FAYE_ERROR_TLS for all else
 * (settings that cannot be read, no TLS in this build, a peer that speaks none, a peer that wants
 * another certificate of ours); G_IO_ERROR_CANCELLED as it is. The message keeps the cause's.
 */
void faye_tls_secure_async (FayeTls *self,
                            GIOStream *base,
                            GSocketConnectable *identity,
                            int priority,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
GIOStream *faye_tls_secure_finish (GAsyncResult *result, GError **error);

/* Reads what the settings name, so that a fault shows before anything is dialled: FAYE_ERROR_TLS,
 * or FAYE_ERROR_INVALID_ARGUMENT for settings that contradict each other and for what is no pin.
 * SELF may be NULL. What was read is kept. */
gboolean faye_tls_check (FayeTls *self, GError **error);

/* Whether SELF (nullable) has what is meant for one server: a client certificate, or the name that
 * the server's has to carry. */
gboolean faye_tls_is_for_one_server (FayeTls *self);

/* (owned) CAUSE, which has ended STREAM, in our terms: FAYE_ERROR_TLS. With TLS 1.3 a server
 * refuses a client's certificate, or the lack of one, only after the handshake: what was read or
 * written first then fails with G_TLS_ERROR. */
GError *faye_tls_explain (GIOStream *stream, const GError *cause);

G_END_DECLS
