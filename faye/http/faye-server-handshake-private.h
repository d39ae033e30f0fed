/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/core/faye-protocol-private.h"
#include "faye/http/faye-handshake-private.h"
#include "faye/http/faye-head-private.h"

G_BEGIN_DECLS

/*
 * The server's half of the opening handshake (RFC 6455, section 4.2): judges a request, then writes
 * the response, accepting or refusing. Text only; when and where it is sent is the caller's.
 */
typedef struct _FayeServerHandshake FayeServerHandshake;

/* Judges a request. TARGET is the request target as it came. ALLOW_DRAFTS lets in versions
 * before 13. HEADERS is kept. */
FayeServerHandshake *faye_server_handshake_new (const char *method,
                                                const char *target,
                                                SoupHTTPVersion http,
                                                SoupMessageHeaders *headers,
                                                gboolean secure,
                                                gboolean allow_drafts);
void faye_server_handshake_free (FayeServerHandshake *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeServerHandshake, faye_server_handshake_free)

/* 101 if the request may be accepted, else the status of the refusal (400, 405, 426, 505), and why.
 */
guint faye_server_handshake_get_status (FayeServerHandshake *self);
const char *faye_server_handshake_get_fault (FayeServerHandshake *self); /* (nullable) */

FayeVersion faye_server_handshake_get_version (FayeServerHandshake *self);

/* "ws://host/path?query" or "wss:…", from Host and the target; NULL if these two are not fit for
 * one. */
const char *faye_server_handshake_get_url (FayeServerHandshake *self);

/* The subprotocols that the client offered, in its order of preference; never NULL. */
const char *const *faye_server_handshake_get_offers (FayeServerHandshake *self);

/* The first of SUPPORTED (nullable) that the client offered, or NULL. (The server's order decides,
 * as in the reference.) */
const char *faye_server_handshake_choose (FayeServerHandshake *self, const char *const *supported);

/* The 101 response, only where the status is 101. SUBPROTOCOL is NULL or one of the offers. EXTRA
 * may be NULL; fields that belong to the handshake, and broken ones, were refused before by
 * faye_handshake_check_extra (). EXTENSIONS is the value of Sec-WebSocket-Extensions or NULL; the
 * hixie drafts have none. */
GBytes *faye_server_handshake_accept (FayeServerHandshake *self,
                                      const char *subprotocol,
                                      const char *extensions,
                                      SoupMessageHeaders *extra);

/* How many bytes the client still has to send after its head, to be answered before the connection
 * is open: 8 in version hixie-76, else 0. They may come late, a proxy may hold them back until it
 * has seen the 101 response. */
gsize faye_server_handshake_get_challenge_size (FayeServerHandshake *self);
GBytes *faye_server_handshake_answer (FayeServerHandshake *self, const guint8 *challenge);

/* The refusal that get_status () and get_fault () call for; a 426 lists the versions that were
 * allowed. */
GBytes *faye_server_handshake_reject (FayeServerHandshake *self, SoupMessageHeaders *extra);

/* A refusal with STATUS (400–599) and a short text/plain body that names the fault; Connection:
 * close; 426 lists version 13 in Sec-WebSocket-Version, 405 has Allow. FAULT and EXTRA may be NULL.
 */
GBytes *faye_server_handshake_refuse (guint status, const char *fault, SoupMessageHeaders *extra);

G_END_DECLS
