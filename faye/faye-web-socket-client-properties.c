/* SPDX-License-Identifier: MIT */

#include "faye/faye-web-socket-client-private.h"

/* A client's properties as functions. */

/**
 * faye_web_socket_client_get_origin:
 * @self: a client
 *
 * Gets the origin that the request tells.
 *
 * Returns: (nullable): the origin, or `NULL` for none
 *
 * Since: 1.0
 */
const char *
faye_web_socket_client_get_origin (FayeWebSocketClient *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), NULL);

  return self->origin;
}

/**
 * faye_web_socket_client_get_proxy:
 * @self: a client
 *
 * Gets the proxy to go through.
 *
 * Returns: (transfer none) (nullable): the proxy, or `NULL` for the desktop's
 *
 * Since: 1.0
 */
FayeProxy *
faye_web_socket_client_get_proxy (FayeWebSocketClient *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), NULL);

  return self->proxy;
}

/**
 * faye_web_socket_client_get_tls:
 * @self: a client
 *
 * Gets the settings for TLS.
 *
 * Returns: (transfer none) (nullable): the settings, or `NULL` for the defaults
 *
 * Since: 1.0
 */
FayeTls *
faye_web_socket_client_get_tls (FayeWebSocketClient *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), NULL);

  return self->tls;
}

/**
 * faye_web_socket_client_get_session:
 * @self: a client
 *
 * Gets the session that the client shares with.
 *
 * Returns: (transfer none) (nullable): the session, or `NULL` for none
 *
 * Since: 1.0
 */
SoupSession *
faye_web_socket_client_get_session (FayeWebSocketClient *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), NULL);

  return self->session;
}

/**
 * faye_web_socket_client_get_connectable:
 * @self: a client
 *
 * Gets whom to dial instead of the URL's host.
 *
 * Returns: (transfer none) (nullable): whom to dial, or `NULL` for the URL's host
 *
 * Since: 1.0
 */
GSocketConnectable *
faye_web_socket_client_get_connectable (FayeWebSocketClient *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), NULL);

  return self->connectable;
}

/**
 * faye_web_socket_client_get_local_address:
 * @self: a client
 *
 * Gets the address that the client was told to connect from.
 *
 * Returns: (transfer none) (nullable): the address, or `NULL` for any
 *
 * Since: 1.0
 */
GSocketAddress *
faye_web_socket_client_get_local_address (FayeWebSocketClient *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), NULL);

  return self->local_address;
}

/**
 * faye_web_socket_client_get_max_redirects:
 * @self: a client
 *
 * Tells how many redirects are followed.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
faye_web_socket_client_get_max_redirects (FayeWebSocketClient *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), 0);

  return self->max_redirects;
}

/**
 * faye_web_socket_client_get_phase:
 * @self: a client
 *
 * Tells how far connecting has come, or came.
 *
 * Returns: the phase
 *
 * Since: 1.0
 */
FayePhase
faye_web_socket_client_get_phase (FayeWebSocketClient *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), FAYE_PHASE_IDLE);

  return self->phase;
}

/**
 * faye_web_socket_client_get_final_url:
 * @self: a client
 *
 * Gets the URL that is connected to, without user and password.
 *
 * Returns: (nullable): the URL, or `NULL` before connecting begins
 *
 * Since: 1.0
 */
const char *
faye_web_socket_client_get_final_url (FayeWebSocketClient *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), NULL);

  return self->opening != NULL ? faye_client_opening_get_url (self->opening) : NULL;
}

/**
 * faye_web_socket_client_get_bound_address:
 * @self: a client
 *
 * Gets the address of this end of the connection.
 *
 * Returns: (transfer none) (nullable): the address, or `NULL` if there is none
 *
 * Since: 1.0
 */
GSocketAddress *
faye_web_socket_client_get_bound_address (FayeWebSocketClient *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), NULL);

  return self->bound_address;
}

/**
 * faye_web_socket_client_get_remote_address:
 * @self: a client
 *
 * Gets the address of the other end of the connection, which is the proxy's if there is one.
 *
 * Returns: (transfer none) (nullable): the address, or `NULL` if there is none
 *
 * Since: 1.0
 */
GSocketAddress *
faye_web_socket_client_get_remote_address (FayeWebSocketClient *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), NULL);

  return self->remote_address;
}

static const FayeHead *
client_get_response (FayeWebSocketClient *self)
{
  return self->opening != NULL ? faye_client_opening_get_response (self->opening) : NULL;
}

static const FayeHead *
client_get_proxy_response (FayeWebSocketClient *self)
{
  return self->opening != NULL ? faye_client_opening_get_proxy_response (self->opening) : NULL;
}

/**
 * faye_web_socket_client_get_status_code:
 * @self: a client
 *
 * Gets the HTTP status of the server's response.
 *
 * Returns: the status, or 0 if no response came
 *
 * Since: 1.0
 */
guint
faye_web_socket_client_get_status_code (FayeWebSocketClient *self)
{
  const FayeHead *response;

  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), 0);

  response = client_get_response (self);
  return response != NULL ? response->status : 0;
}

/**
 * faye_web_socket_client_get_response_headers:
 * @self: a client
 *
 * Gets the header fields of the server's response.
 *
 * Returns: (transfer none) (nullable): the fields, or `NULL` if no response came
 *
 * Since: 1.0
 */
SoupMessageHeaders *
faye_web_socket_client_get_response_headers (FayeWebSocketClient *self)
{
  const FayeHead *response;

  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), NULL);

  response = client_get_response (self);
  return response != NULL ? response->headers : NULL;
}

/**
 * faye_web_socket_client_get_response_body:
 * @self: a client
 *
 * Gets the body of a response that refused the handshake.
 *
 * Returns: (transfer full) (nullable): at most the first 64 KiB of the body, or `NULL` if there was
 * none
 *
 * Since: 1.0
 */
GBytes *
faye_web_socket_client_get_response_body (FayeWebSocketClient *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), NULL);

  return self->opening != NULL ? faye_client_opening_get_body (self->opening) : NULL;
}

/**
 * faye_web_socket_client_get_proxy_status_code:
 * @self: a client
 *
 * Gets the HTTP status with which a proxy answered.
 *
 * Returns: the status, or 0 if no HTTP proxy answered
 *
 * Since: 1.0
 */
guint
faye_web_socket_client_get_proxy_status_code (FayeWebSocketClient *self)
{
  const FayeHead *response;

  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), 0);

  response = client_get_proxy_response (self);
  return response != NULL ? response->status : 0;
}

/**
 * faye_web_socket_client_get_proxy_response_headers:
 * @self: a client
 *
 * Gets the header fields with which a proxy answered.
 *
 * Returns: (transfer none) (nullable): the fields, or `NULL` if no HTTP proxy answered
 *
 * Since: 1.0
 */
SoupMessageHeaders *
faye_web_socket_client_get_proxy_response_headers (FayeWebSocketClient *self)
{
  const FayeHead *response;

  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), NULL);

  response = client_get_proxy_response (self);
  return response != NULL ? response->headers : NULL;
}
