/* SPDX-License-Identifier: MIT */

#include "faye/faye-web-socket-private.h"

/* Who is at the other end of a socket, as TLS found out. */

#define READABLE (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)

void
faye_web_socket_install_peer (GParamSpec **properties)
{
  /**
   * FayeWebSocket:peer-certificate: (getter get_peer_certificate)
   *
   * The certificate that the peer has shown in its TLS handshake; `NULL` without TLS, and for a
   * client that has shown none.
   *
   * A server has to ask for one, and to accept it: see
   * [property@Gio.TlsServerConnection:authentication-mode] and
   * [signal@Gio.TlsConnection::accept-certificate] for a stream,
   * [property@Soup.Server:tls-auth-mode] and [signal@Soup.ServerMessage::accept-certificate] for a
   * SoupServer. GIO asks about every certificate of a client, even if nothing is against it.
   *
   * On a server's end it is there from [signal@Faye.WebSocket::handshake] on, on a client's from
   * [signal@Faye.WebSocket::open] on, and stays. A client that goes through a proxy sees the
   * server's certificate here, never the proxy's.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_PEER_CERTIFICATE] =
    g_param_spec_object ("peer-certificate", NULL, NULL, G_TYPE_TLS_CERTIFICATE, READABLE);

  /**
   * FayeWebSocket:peer-certificate-errors: (getter get_peer_certificate_errors)
   *
   * What the verification found against [property@Faye.WebSocket:peer-certificate], though it was
   * accepted.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_PEER_CERTIFICATE_ERRORS] =
    g_param_spec_flags ("peer-certificate-errors",
                        NULL,
                        NULL,
                        G_TYPE_TLS_CERTIFICATE_FLAGS,
                        0,
                        READABLE);

  /**
   * FayeWebSocket:tls-protocol-version: (getter get_tls_protocol_version)
   *
   * The version of TLS that is spoken; `G_TLS_PROTOCOL_VERSION_UNKNOWN` without TLS.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_TLS_PROTOCOL_VERSION] =
    g_param_spec_enum ("tls-protocol-version",
                       NULL,
                       NULL,
                       G_TYPE_TLS_PROTOCOL_VERSION,
                       G_TLS_PROTOCOL_VERSION_UNKNOWN,
                       READABLE);

  /**
   * FayeWebSocket:tls-ciphersuite-name: (getter get_tls_ciphersuite_name)
   *
   * The name of the ciphersuite that is in use; `NULL` without TLS.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_TLS_CIPHERSUITE_NAME] =
    g_param_spec_string ("tls-ciphersuite-name", NULL, NULL, NULL, READABLE);
}

void
faye_web_socket_set_peer (FayeWebSocket *self, GIOStream *stream)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  gboolean had_tls = priv->peer.version != G_TLS_PROTOCOL_VERSION_UNKNOWN;

  faye_tls_peer_clear (&priv->peer);
  if (stream != NULL)
    faye_tls_peer_read (&priv->peer, stream);
  if (priv->peer.version == G_TLS_PROTOCOL_VERSION_UNKNOWN && !had_tls)
    return;
  g_object_freeze_notify (G_OBJECT (self));
  faye_web_socket_notify (self, FAYE_WEB_SOCKET_PROP_PEER_CERTIFICATE);
  faye_web_socket_notify (self, FAYE_WEB_SOCKET_PROP_PEER_CERTIFICATE_ERRORS);
  faye_web_socket_notify (self, FAYE_WEB_SOCKET_PROP_TLS_PROTOCOL_VERSION);
  faye_web_socket_notify (self, FAYE_WEB_SOCKET_PROP_TLS_CIPHERSUITE_NAME);
  g_object_thaw_notify (G_OBJECT (self));
}

/**
 * faye_web_socket_get_peer_certificate:
 * @self: a socket
 *
 * Gets the certificate that the peer has shown: see [property@Faye.WebSocket:peer-certificate].
 *
 * Returns: (transfer none) (nullable): the certificate, or `NULL` if there is none
 *
 * Since: 1.0
 */
GTlsCertificate *
faye_web_socket_get_peer_certificate (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), NULL);

  return faye_web_socket_get_private (self)->peer.certificate;
}

/**
 * faye_web_socket_get_peer_certificate_errors:
 * @self: a socket
 *
 * Gets what the verification found against the peer's certificate.
 *
 * Returns: the flags, 0 if there is nothing against it
 *
 * Since: 1.0
 */
GTlsCertificateFlags
faye_web_socket_get_peer_certificate_errors (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), 0);

  return faye_web_socket_get_private (self)->peer.errors;
}

/**
 * faye_web_socket_get_tls_protocol_version:
 * @self: a socket
 *
 * Gets the version of TLS that is spoken.
 *
 * Returns: the version, or `G_TLS_PROTOCOL_VERSION_UNKNOWN` without TLS
 *
 * Since: 1.0
 */
GTlsProtocolVersion
faye_web_socket_get_tls_protocol_version (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), G_TLS_PROTOCOL_VERSION_UNKNOWN);

  return faye_web_socket_get_private (self)->peer.version;
}

/**
 * faye_web_socket_get_tls_ciphersuite_name:
 * @self: a socket
 *
 * Gets the name of the ciphersuite that is in use.
 *
 * Returns: (nullable): the name, or `NULL` without TLS
 *
 * Since: 1.0
 */
const char *
faye_web_socket_get_tls_ciphersuite_name (FayeWebSocket *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET (self), NULL);

  return faye_web_socket_get_private (self)->peer.ciphersuite;
}
