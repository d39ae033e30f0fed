/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Codes of RFC 6455, section 7.4.1, and the IANA registry, by the names used here. */
enum
{
  FAYE_CLOSE_CODE_NORMAL = 1000,
  FAYE_CLOSE_CODE_GOING_AWAY = 1001,
  FAYE_CLOSE_CODE_PROTOCOL_ERROR = 1002,
  FAYE_CLOSE_CODE_UNSUPPORTED = 1003,
  FAYE_CLOSE_CODE_NONE = 1005,     /* reported, never sent: the Close had no code */
  FAYE_CLOSE_CODE_ABNORMAL = 1006, /* reported, never sent: no Close came */
  FAYE_CLOSE_CODE_INVALID_DATA = 1007,
  FAYE_CLOSE_CODE_POLICY = 1008,
  FAYE_CLOSE_CODE_TOO_BIG = 1009,
  FAYE_CLOSE_CODE_EXTENSION = 1010,
  FAYE_CLOSE_CODE_INTERNAL = 1011,
};

/* Whether a peer may put CODE into a Close frame: 1000–1003, 1007–1014, 3000–4999. */
gboolean faye_close_code_is_valid (guint code);

/* Whether an application may choose CODE: 1000, 3000–4999. */
gboolean faye_close_code_is_for_applications (guint code);

/* The longest reason that fits a control frame beside its code, in bytes. */
#define FAYE_CLOSE_MAX_REASON 123

G_END_DECLS
