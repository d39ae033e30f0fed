/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the rooms below the public classes report; the classes turn it into FAYE_ERROR. */
#define FAYE_HTTP_ERROR (faye_http_error_quark ())
GQuark faye_http_error_quark (void);

typedef enum
{
  FAYE_HTTP_ERROR_INVALID_URL,
  FAYE_HTTP_ERROR_INVALID_ARGUMENT,     /* the caller's header, subprotocol, origin… */
  FAYE_HTTP_ERROR_BAD_HEAD,             /* the peer's head breaks the grammar or a limit */
  FAYE_HTTP_ERROR_HANDSHAKE,            /* the peer's handshake is not acceptable */
  FAYE_HTTP_ERROR_REFUSED,              /* the server answered with another status than 101 */
  FAYE_HTTP_ERROR_PROXY,                /* the proxy refused, or broke the rules */
  FAYE_HTTP_ERROR_PROXY_AUTHENTICATION, /* the proxy answered 407, or 401 */
} FayeHttpError;

#define FAYE_HTTP_ERROR_MAX_EXCERPT 64

/* What a message may show of a foreign text: printable ASCII, at most that many bytes of it. */
char *faye_http_error_excerpt (const char *text);

G_END_DECLS
