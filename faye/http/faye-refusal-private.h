/* SPDX-License-Identifier: MIT */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* The response with which a server declines to upgrade: STATUS is 400–599, FAULT (nullable) becomes
 * the body, VERSIONS goes into the Sec-WebSocket-Version of a 426, EXTRA (nullable) was checked.
 * The connection ends with it, so that bytes sent on in the belief that they are frames are never
 * read as a request. */
GBytes *faye_refusal_write (guint status,
                            const char *fault,
                            const char *versions,
                            SoupMessageHeaders *extra);

G_END_DECLS
