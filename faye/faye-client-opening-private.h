/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/faye-client-wish-private.h"
#include "faye/faye-enums.h"
#include "faye/http/faye-head-private.h"
#include "faye/io/faye-transport-private.h"

G_BEGIN_DECLS

/*
 * The client's end of a connection up to the server's 101: one attempt after the other, as
 * redirects and challenges ask for, under one deadline.
 */
typedef struct _FayeClientOpening FayeClientOpening;

typedef struct
{
  void (*progress) (gpointer owner, FayePhase phase);
  /* Of each attempt. SECURE: its TLS is the server's; else there may be a proxy's. A NULL stream:
   * the last one is left for another attempt. */
  void (*connected) (gpointer owner, GIOStream *stream, gboolean secure);
  /* As FayeWebSocketClient::authenticate. */
  gboolean (*authenticate) (gpointer owner, SoupAuth *auth, gboolean retrying);
  /* All is well. TRANSPORT is the owner's; SUBPROTOCOL and EXTENSIONS may be NULL. */
  void (*accepted) (gpointer owner,
                    FayeTransport *transport,
                    const char *subprotocol,
                    const char *extensions);
  void (*failed) (gpointer owner, const GError *error); /* once, last */
} FayeClientOpeningFuncs;

/* Judges WISH before anything is sent, and keeps what it needs of it. FAYE_ERROR_INVALID_URL,
 * FAYE_ERROR_INVALID_ARGUMENT. */
FayeClientOpening *faye_client_opening_new (FayeLoop *loop,
                                            const FayeClientWish *wish,
                                            const FayeClientOpeningFuncs *funcs,
                                            gpointer owner,
                                            GError **error);
FayeClientOpening *faye_client_opening_ref (FayeClientOpening *self);
void faye_client_opening_unref (FayeClientOpening *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeClientOpening, faye_client_opening_unref)

/* TIMEOUT in µs, over all phases of all attempts; the clock stands while the program is asked for
 * credentials. */
void faye_client_opening_start (FayeClientOpening *self, gint64 timeout);

/* Ends it now; `failed` follows before this returns, unless it came before. */
void faye_client_opening_abort (FayeClientOpening *self, const GError *error);

/* Where it is, or ended: the URL without user and password. */
const char *faye_client_opening_get_url (FayeClientOpening *self);

/* What came back to the last attempt, from the proxy and from the server: NULL if nothing did. The
 * body of a refusal, at most 64 KiB of it. */
const FayeHead *faye_client_opening_get_proxy_response (FayeClientOpening *self);
const FayeHead *faye_client_opening_get_response (FayeClientOpening *self);
GBytes *faye_client_opening_get_body (FayeClientOpening *self);

G_END_DECLS
