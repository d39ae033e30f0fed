/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/http/faye-client-handshake-private.h"
#include "faye/io/faye-transport-private.h"

G_BEGIN_DECLS

/*
 * The client's end of a connection up to the server's 101: dials, sends the request, reads and
 * judges the response.
 */
typedef struct _FayeClientOpening FayeClientOpening;

typedef struct
{
  /* All is well. TRANSPORT is the owner's; SUBPROTOCOL and EXTENSIONS may be NULL. */
  void (*accepted) (gpointer owner,
                    FayeTransport *transport,
                    const char *subprotocol,
                    const char *extensions);
  void (*failed) (gpointer owner, const GError *error); /* once, last */
} FayeClientOpeningFuncs;

/* Takes URL and HANDSHAKE. */
FayeClientOpening *faye_client_opening_new (FayeLoop *loop,
                                            FayeUrl *url,
                                            FayeClientHandshake *handshake,
                                            const FayeClientOpeningFuncs *funcs,
                                            gpointer owner);
FayeClientOpening *faye_client_opening_ref (FayeClientOpening *self);
void faye_client_opening_unref (FayeClientOpening *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeClientOpening, faye_client_opening_unref)

/* TIMEOUT in µs, over all phases. */
void faye_client_opening_start (FayeClientOpening *self, gint64 timeout);

/* Ends it now; `failed` follows before this returns, unless it came before. */
void faye_client_opening_abort (FayeClientOpening *self, const GError *error);

/* What came back: NULL if no response did. The body of a refusal, at most 64 KiB of it. */
const FayeHead *faye_client_opening_get_response (FayeClientOpening *self);
GBytes *faye_client_opening_get_body (FayeClientOpening *self);

G_END_DECLS
