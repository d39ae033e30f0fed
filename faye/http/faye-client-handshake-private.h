/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/core/faye-protocol-private.h"
#include "faye/http/faye-handshake-private.h"
#include "faye/http/faye-head-private.h"
#include "faye/http/faye-url-private.h"

G_BEGIN_DECLS

/* The client's half of the opening handshake (RFC 6455, section 4.1): writes the request, judges
 * the response. */
typedef struct _FayeClientHandshake FayeClientHandshake;

/* PROTOCOLS, ORIGIN, EXTENSIONS and EXTRA may be NULL. FAYE_HTTP_ERROR_INVALID_ARGUMENT if one of
 * them may not be sent. */
FayeClientHandshake *faye_client_handshake_new (const FayeUrl *url,
                                                const char *const *protocols,
                                                const char *origin,
                                                const char *extensions,
                                                SoupMessageHeaders *extra,
                                                FayeRandomFunc random,
                                                GError **error);
void faye_client_handshake_free (FayeClientHandshake *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeClientHandshake, faye_client_handshake_free)

/* The request (transfer none); user and password of the URL go as Basic authorization unless EXTRA
 * has an Authorization. */
GBytes *faye_client_handshake_get_request (FayeClientHandshake *self);

/* Judges the response; the caller has skipped those that faye_head_is_interim (). *PROTOCOL is the
 * subprotocol that the server chose, or NULL; *EXTENSIONS the value of its
 * Sec-WebSocket-Extensions, or NULL (an answer to no offer is an error). FAYE_HTTP_ERROR_REFUSED
 * for another status than 101, FAYE_HTTP_ERROR_HANDSHAKE for the rest; the message names the field
 * and what it held. */
gboolean faye_client_handshake_check (FayeClientHandshake *self,
                                      const FayeHead *response,
                                      char **protocol,
                                      char **extensions,
                                      GError **error);

G_END_DECLS
