/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/faye-error.h"

G_BEGIN_DECLS

FayeError faye_error_from_close_code (guint code);
GError *faye_error_from_http (GError *error);
GError *faye_error_from_extension (GError *error);

G_END_DECLS
