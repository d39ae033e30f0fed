/* SPDX-License-Identifier: MIT */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/*
 * The body of a response that arrives in pieces (RFC 9112, section 6): by Content-Length, in
 * chunks, or up to the end of the stream. It keeps the first MAX bytes and is complete at the
 * latest then. A broken one just ends early.
 */
typedef struct _FayeBody FayeBody;

FayeBody *faye_body_new (guint status, SoupMessageHeaders *headers, gsize max);
void faye_body_free (FayeBody *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeBody, faye_body_free)

/* Whether no more is wanted; so from the start if there is no body. */
gboolean faye_body_is_complete (FayeBody *self);
void faye_body_feed (FayeBody *self, const guint8 *data, gsize size);

/* What came, without the chunks' framing. */
GBytes *faye_body_to_bytes (FayeBody *self);

G_END_DECLS
