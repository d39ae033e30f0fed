/* SPDX-License-Identifier: MIT */

#pragma once

#if !defined(FAYE_INSIDE) && !defined(FAYE_COMPILATION)
#error "Only <faye/faye.h> can be included directly."
#endif

#include <faye/faye-types.h>

G_BEGIN_DECLS

#define FAYE_TYPE_TLS (faye_tls_get_type ())

FAYE_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (FayeTls, faye_tls, FAYE, TLS, GObject)

FAYE_AVAILABLE_IN_1_0
FayeTls *faye_tls_new (void);

G_END_DECLS
