/* SPDX-License-Identifier: MIT */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What both halves of the opening handshake share. */

/* Whether an application may add these fields to a handshake (either role): tokens, clean values,
 * none that the handshake itself writes (Upgrade, Connection, Host, Sec-WebSocket-*,
 * Content-Length, Transfer-Encoding). NULL is fine. FAYE_HTTP_ERROR_INVALID_ARGUMENT names the
 * field. */
gboolean faye_handshake_check_extra (SoupMessageHeaders *extra, GError **error);

/* Writes the fields as header lines; EXTRA (nullable) was checked. */
void faye_handshake_write_extra (GString *out, SoupMessageHeaders *extra);

/* Whether each is a token and none stands twice; FAYE_HTTP_ERROR_INVALID_ARGUMENT. NULL is fine. */
gboolean faye_handshake_check_protocols (const char *const *protocols, GError **error);

/* Whether KEY is 16 bytes in base64 (RFC 6455, section 4.1). */
gboolean faye_handshake_is_key (const char *key);

/* Sec-WebSocket-Accept for KEY (RFC 6455, section 4.2.2). */
char *faye_handshake_accept_key (const char *key);

G_END_DECLS
