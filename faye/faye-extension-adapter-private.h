/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-session-private.h"
#include "faye/faye-extension.h"

G_BEGIN_DECLS

/* How negotiation and pipeline use a FayeExtension. Sessions of the built-in one are taken out of
 * their objects. */
extern const FayeExtensionOps faye_extension_adapter_ops;

G_END_DECLS
