/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

#include "faye/core/faye-protocol-private.h"

G_BEGIN_DECLS

/* The sending vfuncs of faye_hybi_engine. */
gboolean faye_hybi_frame_message (FayeProtocol *protocol,
                                  gboolean text,
                                  guint8 rsv,
                                  guint64 size,
                                  FayeFraming *framing);
gsize faye_hybi_write_ping (FayeProtocol *protocol, const guint8 *payload, gsize size, guint8 *out);
gsize faye_hybi_write_pong (FayeProtocol *protocol, const guint8 *payload, gsize size, guint8 *out);
gsize faye_hybi_write_close (FayeProtocol *protocol, guint code, const char *reason, guint8 *out);

G_END_DECLS
