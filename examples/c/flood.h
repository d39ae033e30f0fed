/* SPDX-License-Identifier: MIT */

#pragma once

#include <faye/faye.h>

G_BEGIN_DECLS

/* From now on answers each text message "COUNT SIZE" with COUNT binary messages of SIZE bytes. */
void flood_attach (FayeWebSocket *socket);

G_END_DECLS
