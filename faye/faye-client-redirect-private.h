/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/http/faye-head-private.h"
#include "faye/http/faye-url-private.h"

G_BEGIN_DECLS

/* Where a server sends a client instead of answering it (RFC 9110, section 15.4). No I/O, no memory
 * of earlier ones. */

/* Whether the status is one that leads elsewhere. */
gboolean faye_client_redirect_is_one (const FayeHead *response);

/* The next URL: never with a user or a password, never insecure after a secure one, never into or
 * out of a Unix socket. FAYE_ERROR_REDIRECT if there is none; the message quotes no more of the
 * Location than its host. */
FayeUrl *
faye_client_redirect_follow (const FayeUrl *from, const FayeHead *response, GError **error);

/* The fields of HEADERS (nullable) that another origin may see: all but credentials. */
SoupMessageHeaders *faye_client_redirect_strip (SoupMessageHeaders *headers);

G_END_DECLS
