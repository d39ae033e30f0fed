/* SPDX-License-Identifier: MIT */

#pragma once

#if !defined(FAYE_INSIDE) && !defined(FAYE_COMPILATION)
#error "Only <faye/faye.h> can be included directly."
#endif

#include <faye/faye-types.h>

G_BEGIN_DECLS

/**
 * FAYE_ERROR:
 *
 * The domain of the errors in [error@Faye.Error].
 *
 * Since: 1.0
 */
#define FAYE_ERROR (faye_error_quark ())

/**
 * FayeError:
 * @FAYE_ERROR_INVALID_ARGUMENT: a value given by the program cannot be used: a header, a
 * subprotocol, a close code, a reason, text that is not UTF-8
 * @FAYE_ERROR_INVALID_URL: the URL is not one that can be connected to
 * @FAYE_ERROR_NOT_OPEN: the connection is not open, or no longer
 * @FAYE_ERROR_NOT_SUPPORTED: the version of the protocol in use, or this build, cannot do it
 * @FAYE_ERROR_RESOLVE: the server's name, or the proxy's, could not be resolved
 * @FAYE_ERROR_CONNECT: no connection to the server came about
 * @FAYE_ERROR_PROXY: the proxy could not be reached, refused, or broke the rules
 * @FAYE_ERROR_PROXY_AUTHENTICATION: the proxy wants other credentials than it was given
 * @FAYE_ERROR_CERTIFICATE: the peer's certificate is not one to be trusted
 * @FAYE_ERROR_TLS: TLS with the peer failed otherwise, or could not be set up
 * @FAYE_ERROR_REDIRECT: the server redirected to where the client may not go
 * @FAYE_ERROR_REFUSED: the server answered the handshake with another status than 101
 * @FAYE_ERROR_HANDSHAKE: the peer's opening handshake breaks the rules
 * @FAYE_ERROR_PROTOCOL: the peer broke a rule of the protocol (close code 1002)
 * @FAYE_ERROR_INVALID_DATA: text from the peer was not UTF-8, or compressed data was broken (1007)
 * @FAYE_ERROR_POLICY: the peer exceeded a limit other than size (1008)
 * @FAYE_ERROR_TOO_BIG: a message was longer than allowed (1009)
 * @FAYE_ERROR_INTERNAL: something failed on our side (1011)
 * @FAYE_ERROR_EXTENSION: an extension gave the connection up (1010, or a code of its own)
 * @FAYE_ERROR_TIMED_OUT: the peer took too long
 * @FAYE_ERROR_DISCONNECTED: the connection broke without a closing handshake (1006)
 *
 * What can go wrong with a connection. [class@Faye.WebSocketClient] has a table of those that keep
 * a client from opening.
 *
 * No message holds a password, a cookie, or the path and query of a server's URL.
 *
 * Since: 1.0
 */
typedef enum
{
  FAYE_ERROR_INVALID_ARGUMENT,
  FAYE_ERROR_INVALID_URL,
  FAYE_ERROR_NOT_OPEN,
  FAYE_ERROR_NOT_SUPPORTED,
  FAYE_ERROR_RESOLVE,
  FAYE_ERROR_CONNECT,
  FAYE_ERROR_PROXY,
  FAYE_ERROR_PROXY_AUTHENTICATION,
  FAYE_ERROR_CERTIFICATE,
  FAYE_ERROR_TLS,
  FAYE_ERROR_REDIRECT,
  FAYE_ERROR_REFUSED,
  FAYE_ERROR_HANDSHAKE,
  FAYE_ERROR_PROTOCOL,
  FAYE_ERROR_INVALID_DATA,
  FAYE_ERROR_POLICY,
  FAYE_ERROR_TOO_BIG,
  FAYE_ERROR_INTERNAL,
  FAYE_ERROR_EXTENSION,
  FAYE_ERROR_TIMED_OUT,
  FAYE_ERROR_DISCONNECTED,
} FayeError;

FAYE_AVAILABLE_IN_1_0
GQuark faye_error_quark (void);

G_END_DECLS
