/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/http/faye-url-private.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What a client shares with a SoupSession, SESSION being NULL for none: cookies, the user agent,
 * and credentials in both directions. A Unix socket shares no cookies and credentials, as it has no
 * name. */

/* Appends a field unless it is there already, or VALUE is NULL. FAYE_ERROR_INVALID_ARGUMENT if it
 * may not be sent. */
gboolean faye_client_session_add_header (SoupMessageHeaders *headers,
                                         const char *name,
                                         const char *value,
                                         GError **error);

/* The same with what the session would send along with a request for URL. */
gboolean faye_client_session_add_headers (SoupSession *session,
                                          const FayeUrl *url,
                                          SoupMessageHeaders *headers,
                                          GError **error);

/* Takes the cookies of a response into the jar. FIRST is the URL that it all began with. */
void faye_client_session_take_cookies (SoupSession *session,
                                       const FayeUrl *url,
                                       const FayeUrl *first,
                                       SoupMessageHeaders *response);

/* Lets the session know what the server has accepted. */
void faye_client_session_share_auth (SoupSession *session, const FayeUrl *url, SoupAuth *auth);

G_END_DECLS
