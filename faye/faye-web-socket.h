/* SPDX-License-Identifier: MIT */

#pragma once

#if !defined(FAYE_INSIDE) && !defined(FAYE_COMPILATION)
#error "Only <faye/faye.h> can be included directly."
#endif

#include <faye/faye-enums.h>
#include <faye/faye-extension.h>
#include <faye/faye-types.h>

G_BEGIN_DECLS

#define FAYE_TYPE_WEB_SOCKET (faye_web_socket_get_type ())

FAYE_AVAILABLE_IN_1_0
G_DECLARE_DERIVABLE_TYPE (FayeWebSocket, faye_web_socket, FAYE, WEB_SOCKET, GObject)

struct _FayeWebSocketClass
{
  /*< private >*/
  GObjectClass parent_class;

  gconstpointer ops;
  gpointer padding[12];
};

FAYE_AVAILABLE_IN_1_0
gboolean faye_web_socket_is_web_socket (SoupServerMessage *request);

FAYE_AVAILABLE_IN_1_0
FayeWebSocket *faye_web_socket_new (SoupServerMessage *request, const char *const *protocols);
FAYE_AVAILABLE_IN_1_0
FayeWebSocket *faye_web_socket_new_for_stream (GIOStream *stream, const char *const *protocols);

FAYE_AVAILABLE_IN_1_0
const char *const *faye_web_socket_get_offered_protocols (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
gboolean faye_web_socket_accept (FayeWebSocket *self,
                                 const char *protocol,
                                 SoupMessageHeaders *headers,
                                 GError **error);
FAYE_AVAILABLE_IN_1_0
gboolean faye_web_socket_refuse (FayeWebSocket *self,
                                 guint status,
                                 const char *reason,
                                 SoupMessageHeaders *headers,
                                 GError **error);

FAYE_AVAILABLE_IN_1_0
gboolean
faye_web_socket_add_extension (FayeWebSocket *self, FayeExtension *extension, GError **error);

FAYE_AVAILABLE_IN_1_0
gboolean faye_web_socket_send_text (FayeWebSocket *self, const char *text);
FAYE_AVAILABLE_IN_1_0
gboolean faye_web_socket_send_bytes (FayeWebSocket *self, GBytes *bytes);
FAYE_AVAILABLE_IN_1_0
gboolean faye_web_socket_send (FayeWebSocket *self, FayeMessage *message);
FAYE_AVAILABLE_IN_1_0
void faye_web_socket_send_async (FayeWebSocket *self,
                                 FayeMessage *message,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
FAYE_AVAILABLE_IN_1_0
gboolean faye_web_socket_send_finish (FayeWebSocket *self, GAsyncResult *result, GError **error);

FAYE_AVAILABLE_IN_1_0
gboolean faye_web_socket_ping (FayeWebSocket *self, GBytes *payload);
FAYE_AVAILABLE_IN_1_0
void faye_web_socket_ping_async (FayeWebSocket *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
FAYE_AVAILABLE_IN_1_0
gint64 faye_web_socket_ping_finish (FayeWebSocket *self, GAsyncResult *result, GError **error);
FAYE_AVAILABLE_IN_1_0
gboolean faye_web_socket_pong (FayeWebSocket *self, GBytes *payload);

FAYE_AVAILABLE_IN_1_0
void faye_web_socket_pause (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
void faye_web_socket_resume (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
gboolean faye_web_socket_get_paused (FayeWebSocket *self);

FAYE_AVAILABLE_IN_1_0
gboolean
faye_web_socket_close (FayeWebSocket *self, guint code, const char *reason, GError **error);
FAYE_AVAILABLE_IN_1_0
void faye_web_socket_abort (FayeWebSocket *self);

FAYE_AVAILABLE_IN_1_0
const char *faye_web_socket_get_url (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
const char *faye_web_socket_get_method (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
const char *faye_web_socket_get_version (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
const char *faye_web_socket_get_protocol (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
const char *faye_web_socket_get_extensions (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
GListModel *faye_web_socket_get_supported_extensions (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
FayeReadyState faye_web_socket_get_ready_state (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
SoupMessageHeaders *faye_web_socket_get_request_headers (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
GIOStream *faye_web_socket_get_stream (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
GTlsCertificate *faye_web_socket_get_peer_certificate (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
GTlsCertificateFlags faye_web_socket_get_peer_certificate_errors (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
GTlsProtocolVersion faye_web_socket_get_tls_protocol_version (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
const char *faye_web_socket_get_tls_ciphersuite_name (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
guint64 faye_web_socket_get_buffered_amount (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
guint faye_web_socket_get_close_code (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
const char *faye_web_socket_get_close_reason (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
gint64 faye_web_socket_get_latency (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
guint64 faye_web_socket_get_max_length (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
void faye_web_socket_set_max_length (FayeWebSocket *self, guint64 max_length);
FAYE_AVAILABLE_IN_1_0
double faye_web_socket_get_ping_interval (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
void faye_web_socket_set_ping_interval (FayeWebSocket *self, double seconds);
FAYE_AVAILABLE_IN_1_0
double faye_web_socket_get_ping_timeout (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
void faye_web_socket_set_ping_timeout (FayeWebSocket *self, double seconds);
FAYE_AVAILABLE_IN_1_0
double faye_web_socket_get_message_timeout (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
void faye_web_socket_set_message_timeout (FayeWebSocket *self, double seconds);
FAYE_AVAILABLE_IN_1_0
double faye_web_socket_get_handshake_timeout (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
void faye_web_socket_set_handshake_timeout (FayeWebSocket *self, double seconds);
FAYE_AVAILABLE_IN_1_0
double faye_web_socket_get_close_timeout (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
void faye_web_socket_set_close_timeout (FayeWebSocket *self, double seconds);
FAYE_AVAILABLE_IN_1_0
gboolean faye_web_socket_get_allow_drafts (FayeWebSocket *self);
FAYE_AVAILABLE_IN_1_0
int faye_web_socket_get_priority (FayeWebSocket *self);

/**
 * FayeMessageFunc:
 * @self: the socket
 * @kind: text or binary
 * @data: (array length=size) (element-type guint8): the payload, valid during the call only; text
 * is valid UTF-8 and not NUL-terminated
 * @size: the payload's length in bytes
 * @user_data: what was given with the function
 *
 * Receives messages without a signal's cost: see [method@Faye.WebSocket.set_message_func].
 *
 * Since: 1.0
 */
typedef void (*FayeMessageFunc) (FayeWebSocket *self,
                                 FayeMessageKind kind,
                                 const guint8 *data,
                                 gsize size,
                                 gpointer user_data);

FAYE_AVAILABLE_IN_1_0
void faye_web_socket_set_message_func (FayeWebSocket *self,
                                       FayeMessageFunc func,
                                       gpointer user_data,
                                       GDestroyNotify destroy);
FAYE_AVAILABLE_IN_1_0
gboolean faye_web_socket_send_data (FayeWebSocket *self,
                                    FayeMessageKind kind,
                                    const guint8 *data,
                                    gsize size);

G_END_DECLS
