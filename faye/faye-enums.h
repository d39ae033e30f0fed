/* SPDX-License-Identifier: MIT */

#pragma once

#if !defined(FAYE_INSIDE) && !defined(FAYE_COMPILATION)
#error "Only <faye/faye.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/**
 * FayeReadyState:
 * @FAYE_READY_STATE_CONNECTING: the connection or its opening handshake is under way
 * @FAYE_READY_STATE_OPEN: messages go both ways
 * @FAYE_READY_STATE_CLOSING: the closing handshake has begun, or the connection has failed
 * @FAYE_READY_STATE_CLOSED: the connection is gone, or never came to be
 *
 * Where a connection stands, with the numbers of the WHATWG WebSocket interface.
 *
 * Since: 1.0
 */
typedef enum
{
  FAYE_READY_STATE_CONNECTING,
  FAYE_READY_STATE_OPEN,
  FAYE_READY_STATE_CLOSING,
  FAYE_READY_STATE_CLOSED,
} FayeReadyState;

/**
 * FayeMessageKind:
 * @FAYE_MESSAGE_KIND_TEXT: UTF-8 text
 * @FAYE_MESSAGE_KIND_BINARY: bytes of any kind
 *
 * The two kinds of WebSocket message (RFC 6455, section 5.6).
 *
 * Since: 1.0
 */
typedef enum
{
  FAYE_MESSAGE_KIND_TEXT,
  FAYE_MESSAGE_KIND_BINARY,
} FayeMessageKind;

/**
 * FayePhase:
 * @FAYE_PHASE_IDLE: connecting has not begun
 * @FAYE_PHASE_RESOLVING: the name of the server, or of its proxy, is looked up
 * @FAYE_PHASE_CONNECTING: the connection to the server, or to its proxy, is made
 * @FAYE_PHASE_PROXYING: the proxy is asked for a connection to the server
 * @FAYE_PHASE_SECURING: the TLS handshake, with the server or its proxy
 * @FAYE_PHASE_HANDSHAKING: the opening handshake of WebSocket
 * @FAYE_PHASE_DONE: connecting is over
 *
 * What a client is at before it is open, for a user interface to tell.
 *
 * Since: 1.0
 */
typedef enum
{
  FAYE_PHASE_IDLE,
  FAYE_PHASE_RESOLVING,
  FAYE_PHASE_CONNECTING,
  FAYE_PHASE_PROXYING,
  FAYE_PHASE_SECURING,
  FAYE_PHASE_HANDSHAKING,
  FAYE_PHASE_DONE,
} FayePhase;

G_END_DECLS
