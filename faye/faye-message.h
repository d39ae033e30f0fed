/* SPDX-License-Identifier: MIT */

#pragma once

#if !defined(FAYE_INSIDE) && !defined(FAYE_COMPILATION)
#error "Only <faye/faye.h> can be included directly."
#endif

#include <faye/faye-enums.h>
#include <faye/faye-types.h>

G_BEGIN_DECLS

#define FAYE_TYPE_MESSAGE (faye_message_get_type ())

FAYE_AVAILABLE_IN_1_0
GType faye_message_get_type (void) G_GNUC_CONST;

FAYE_AVAILABLE_IN_1_0
FayeMessage *faye_message_new (FayeMessageKind kind, GBytes *bytes, GError **error);
FAYE_AVAILABLE_IN_1_0
FayeMessage *faye_message_new_text (const char *text);
FAYE_AVAILABLE_IN_1_0
FayeMessage *faye_message_new_bytes (GBytes *bytes);

FAYE_AVAILABLE_IN_1_0
FayeMessage *faye_message_with_compression (FayeMessage *self, FayeCompression compression);

FAYE_AVAILABLE_IN_1_0
FayeMessage *faye_message_ref (FayeMessage *self);
FAYE_AVAILABLE_IN_1_0
void faye_message_unref (FayeMessage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeMessage, faye_message_unref)

FAYE_AVAILABLE_IN_1_0
FayeMessageKind faye_message_get_kind (FayeMessage *self);
FAYE_AVAILABLE_IN_1_0
gsize faye_message_get_size (FayeMessage *self);
FAYE_AVAILABLE_IN_1_0
const char *faye_message_get_text (FayeMessage *self);
FAYE_AVAILABLE_IN_1_0
GBytes *faye_message_get_bytes (FayeMessage *self);
FAYE_AVAILABLE_IN_1_0
const guint8 *faye_message_get_data (FayeMessage *self, gsize *size);
FAYE_AVAILABLE_IN_1_0
FayeCompression faye_message_get_compression (FayeMessage *self);

G_END_DECLS
