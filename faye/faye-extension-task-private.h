/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-work-private.h"
#include "faye/faye-extension-task.h"

G_BEGIN_DECLS

/* Takes WORK to have it answered by what is done with the task. NULL if there is no memory for its
 * payload: then it has been answered so. */
FayeExtensionTask *faye_extension_task_new (FayeWork *work);

/* Gives the work away, to be answered by whoever takes it. NULL, and a critical warning, if the
 * task was answered before. */
FayeWork *faye_extension_task_take_work (FayeExtensionTask *self);

G_END_DECLS
