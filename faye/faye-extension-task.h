/* SPDX-License-Identifier: MIT */

#pragma once

#if !defined(FAYE_INSIDE) && !defined(FAYE_COMPILATION)
#error "Only <faye/faye.h> can be included directly."
#endif

#include <faye/faye-enums.h>
#include <faye/faye-types.h>

G_BEGIN_DECLS

#define FAYE_TYPE_EXTENSION_TASK (faye_extension_task_get_type ())

FAYE_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (FayeExtensionTask, faye_extension_task, FAYE, EXTENSION_TASK, GObject)

FAYE_AVAILABLE_IN_1_0
FayeMessageKind faye_extension_task_get_kind (FayeExtensionTask *self);
FAYE_AVAILABLE_IN_1_0
GBytes *faye_extension_task_get_bytes (FayeExtensionTask *self);
FAYE_AVAILABLE_IN_1_0
FayeRsv faye_extension_task_get_rsv (FayeExtensionTask *self);
FAYE_AVAILABLE_IN_1_0
guint64 faye_extension_task_get_max_length (FayeExtensionTask *self);
FAYE_AVAILABLE_IN_1_0
FayeCompression faye_extension_task_get_compression (FayeExtensionTask *self);

FAYE_AVAILABLE_IN_1_0
void faye_extension_task_return_bytes (FayeExtensionTask *self, GBytes *bytes, FayeRsv rsv);
FAYE_AVAILABLE_IN_1_0
void faye_extension_task_return_unchanged (FayeExtensionTask *self);
FAYE_AVAILABLE_IN_1_0
void faye_extension_task_return_error (FayeExtensionTask *self, guint code, const char *reason);

G_END_DECLS
