/* SPDX-License-Identifier: MIT */

#pragma once

#if !defined(FAYE_INSIDE) && !defined(FAYE_COMPILATION)
#error "Only <faye/faye.h> can be included directly."
#endif

#include <faye/faye-extension.h>

G_BEGIN_DECLS

#define FAYE_TYPE_PERMESSAGE_DEFLATE (faye_permessage_deflate_get_type ())

FAYE_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (FayePermessageDeflate,
                      faye_permessage_deflate,
                      FAYE,
                      PERMESSAGE_DEFLATE,
                      GObject)

FAYE_AVAILABLE_IN_1_0
FayePermessageDeflate *faye_permessage_deflate_new (void);

FAYE_AVAILABLE_IN_1_0
int faye_permessage_deflate_get_level (FayePermessageDeflate *self);
FAYE_AVAILABLE_IN_1_0
guint faye_permessage_deflate_get_mem_level (FayePermessageDeflate *self);
FAYE_AVAILABLE_IN_1_0
FayeDeflateStrategy faye_permessage_deflate_get_strategy (FayePermessageDeflate *self);
FAYE_AVAILABLE_IN_1_0
gboolean faye_permessage_deflate_get_no_context_takeover (FayePermessageDeflate *self);
FAYE_AVAILABLE_IN_1_0
gboolean faye_permessage_deflate_get_request_no_context_takeover (FayePermessageDeflate *self);
FAYE_AVAILABLE_IN_1_0
guint faye_permessage_deflate_get_max_window_bits (FayePermessageDeflate *self);
FAYE_AVAILABLE_IN_1_0
guint faye_permessage_deflate_get_request_max_window_bits (FayePermessageDeflate *self);
FAYE_AVAILABLE_IN_1_0
guint64 faye_permessage_deflate_get_threshold (FayePermessageDeflate *self);
FAYE_AVAILABLE_IN_1_0
gboolean faye_permessage_deflate_get_keep_larger (FayePermessageDeflate *self);

G_END_DECLS
