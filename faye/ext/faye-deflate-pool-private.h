/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * What the connections of one main context take turns with: scratch memory, and zlib streams that
 * keep nothing from one message to the next. Few are kept, and what nobody used for a while is
 * freed.
 *
 * It is used on the thread of its context alone.
 */
typedef struct _FayeDeflatePool FayeDeflatePool;

/* CONTEXT is nullable. It is not kept alive. */
FayeDeflatePool *faye_deflate_pool_get (GMainContext *context);
void faye_deflate_pool_unref (FayeDeflatePool *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeDeflatePool, faye_deflate_pool_unref)

/* What was given under KEY, as it was then; NULL if there is none. */
gpointer faye_deflate_pool_take (FayeDeflatePool *self, guint key);
void faye_deflate_pool_give (FayeDeflatePool *self, guint key, gpointer item, GDestroyNotify free);

/* How many are kept. */
guint faye_deflate_pool_get_length (FayeDeflatePool *self);
/* Frees what was not used since the last call. It does so itself every few seconds. */
void faye_deflate_pool_trim (FayeDeflatePool *self);

G_END_DECLS
