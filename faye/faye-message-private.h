/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/faye-message.h"

G_BEGIN_DECLS

/* Both trust that a text's bytes are valid UTF-8. The second takes a g_malloc block of SIZE + 1
 * bytes that ends in a NUL. */
FayeMessage *faye_message_new_copy (FayeMessageKind kind, const guint8 *data, gsize size);
FayeMessage *faye_message_new_take (FayeMessageKind kind, guint8 *data, gsize size);

G_END_DECLS
