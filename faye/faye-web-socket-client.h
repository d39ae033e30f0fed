/* SPDX-License-Identifier: MIT */

#pragma once

#if !defined(FAYE_INSIDE) && !defined(FAYE_COMPILATION)
#error "Only <faye/faye.h> can be included directly."
#endif

#include <faye/faye-enums.h>
#include <faye/faye-proxy.h>
#include <faye/faye-tls.h>
#include <faye/faye-web-socket.h>

G_BEGIN_DECLS

#define FAYE_TYPE_WEB_SOCKET_CLIENT (faye_web_socket_client_get_type ())

FAYE_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (FayeWebSocketClient,
                      faye_web_socket_client,
                      FAYE,
                      WEB_SOCKET_CLIENT,
                      FayeWebSocket)

FAYE_AVAILABLE_IN_1_0
FayeWebSocketClient *faye_web_socket_client_new (const char *url, const char *const *protocols);

FAYE_AVAILABLE_IN_1_0
void faye_web_socket_client_open_async (FayeWebSocketClient *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data);
FAYE_AVAILABLE_IN_1_0
gboolean faye_web_socket_client_open_finish (FayeWebSocketClient *self,
                                             GAsyncResult *result,
                                             GError **error);

FAYE_AVAILABLE_IN_1_0
const char *faye_web_socket_client_get_origin (FayeWebSocketClient *self);
FAYE_AVAILABLE_IN_1_0
FayeProxy *faye_web_socket_client_get_proxy (FayeWebSocketClient *self);
FAYE_AVAILABLE_IN_1_0
FayeTls *faye_web_socket_client_get_tls (FayeWebSocketClient *self);
FAYE_AVAILABLE_IN_1_0
SoupSession *faye_web_socket_client_get_session (FayeWebSocketClient *self);
FAYE_AVAILABLE_IN_1_0
GSocketConnectable *faye_web_socket_client_get_connectable (FayeWebSocketClient *self);
FAYE_AVAILABLE_IN_1_0
GSocketAddress *faye_web_socket_client_get_local_address (FayeWebSocketClient *self);
FAYE_AVAILABLE_IN_1_0
guint faye_web_socket_client_get_max_redirects (FayeWebSocketClient *self);

FAYE_AVAILABLE_IN_1_0
FayePhase faye_web_socket_client_get_phase (FayeWebSocketClient *self);
FAYE_AVAILABLE_IN_1_0
const char *faye_web_socket_client_get_final_url (FayeWebSocketClient *self);
FAYE_AVAILABLE_IN_1_0
GSocketAddress *faye_web_socket_client_get_bound_address (FayeWebSocketClient *self);
FAYE_AVAILABLE_IN_1_0
GSocketAddress *faye_web_socket_client_get_remote_address (FayeWebSocketClient *self);
FAYE_AVAILABLE_IN_1_0
guint faye_web_socket_client_get_status_code (FayeWebSocketClient *self);
FAYE_AVAILABLE_IN_1_0
SoupMessageHeaders *faye_web_socket_client_get_response_headers (FayeWebSocketClient *self);
FAYE_AVAILABLE_IN_1_0
GBytes *faye_web_socket_client_get_response_body (FayeWebSocketClient *self);
FAYE_AVAILABLE_IN_1_0
guint faye_web_socket_client_get_proxy_status_code (FayeWebSocketClient *self);
FAYE_AVAILABLE_IN_1_0
SoupMessageHeaders *faye_web_socket_client_get_proxy_response_headers (FayeWebSocketClient *self);

G_END_DECLS
