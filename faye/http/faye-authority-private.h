/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* host [":" port], as in Host (RFC 9110, section 7.2): no user, a host name in ASCII or an IP
 * address (IPv6 in brackets, without a zone), port 1–65535 if any. */
gboolean faye_authority_is_valid (const char *text);

/* A host alone: a name, an IPv4 address, or an IPv6 address without brackets. */
gboolean faye_authority_is_host (const char *text);

/* Whether two valid authorities mean the same; DEFAULT_PORT stands where one has no port. */
gboolean faye_authority_equal (const char *a, const char *b, guint default_port);

G_END_DECLS
