/* SPDX-License-Identifier: MIT */

#pragma once

#include <faye/faye.h>

G_BEGIN_DECLS

/* What the echo server does with a connection: by its path, it echoes, stays silent or floods.
 * CALLBACK makes it receive through faye_web_socket_set_message_func () instead of the signal. */
void echo_service_attach (FayeWebSocket *socket, gboolean callback);

G_END_DECLS
