/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/faye-client-credentials-private.h"
#include "faye/faye-dial-private.h"
#include "faye/http/faye-client-handshake-private.h"

G_BEGIN_DECLS

/* What the program wants; all but the URL may be NULL. */
typedef struct
{
  const char *url;
  const char *const *protocols;
  const char *origin;
  const char *extensions; /* the offer of every attempt */
  SoupMessageHeaders *headers;
  GIOStream *stream; /* spoken on at once; then there is one attempt only */
  GSocketConnectable *connectable;
  GSocketAddress *local_address;
  FayeProxy *proxy;
  FayeTls *tls;
  SoupSession *session;
  guint max_redirects;
  int priority;
} FayeClientWish;

FayeClientWish *faye_client_wish_copy (const FayeClientWish *wish);
void faye_client_wish_free (FayeClientWish *self); /* a copy */

gboolean faye_client_wish_has_header (const FayeClientWish *self, const char *name);

/* The request for URL: the program's header fields come first, then the CREDENTIALS, then what the
 * session has. *IDENTIFIED tells whether it holds credentials. FAYE_ERROR_INVALID_ARGUMENT, or the
 * HTTP room's. */
FayeClientHandshake *faye_client_wish_write (const FayeClientWish *self,
                                             const FayeUrl *url,
                                             FayeClientCredentials *credentials,
                                             gboolean *identified,
                                             GError **error);

/* How to dial URL; what PLAN names lives as long as these two. */
void faye_client_wish_plan (const FayeClientWish *self, const FayeUrl *url, FayeDialPlan *plan);

/* Drops what another origin may not see. */
void faye_client_wish_leave_origin (FayeClientWish *self);

G_END_DECLS
