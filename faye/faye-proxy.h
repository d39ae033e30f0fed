/* SPDX-License-Identifier: MIT */

#pragma once

#if !defined(FAYE_INSIDE) && !defined(FAYE_COMPILATION)
#error "Only <faye/faye.h> can be included directly."
#endif

#include <faye/faye-tls.h>
#include <faye/faye-types.h>

G_BEGIN_DECLS

#define FAYE_TYPE_PROXY (faye_proxy_get_type ())

FAYE_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (FayeProxy, faye_proxy, FAYE, PROXY, GObject)

FAYE_AVAILABLE_IN_1_0
FayeProxy *faye_proxy_new (const char *url);

FAYE_AVAILABLE_IN_1_0
const char *faye_proxy_get_url (FayeProxy *self);
FAYE_AVAILABLE_IN_1_0
SoupMessageHeaders *faye_proxy_get_headers (FayeProxy *self);
FAYE_AVAILABLE_IN_1_0
FayeTls *faye_proxy_get_tls (FayeProxy *self);

G_END_DECLS
