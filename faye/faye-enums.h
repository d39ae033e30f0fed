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
 * FayeCompression:
 * @FAYE_COMPRESSION_DEFAULT: as the connection's extensions are set to do
 * @FAYE_COMPRESSION_NEVER: send the message as it is, such as one that is compressed already, or
 *   whose length must not tell anything about a secret in it
 * @FAYE_COMPRESSION_ALWAYS: compress the message, however short it is
 *
 * What the sender of a message wishes from extensions that compress, such as
 * [class@Faye.PermessageDeflate].
 *
 * Since: 1.0
 */
typedef enum
{
  FAYE_COMPRESSION_DEFAULT,
  FAYE_COMPRESSION_NEVER,
  FAYE_COMPRESSION_ALWAYS,
} FayeCompression;

/**
 * FayeRsv:
 * @FAYE_RSV_NONE: none of them
 * @FAYE_RSV_BIT_3: RSV3
 * @FAYE_RSV_BIT_2: RSV2
 * @FAYE_RSV_BIT_1: RSV1, which [class@Faye.PermessageDeflate] uses
 *
 * The three bits of a frame's header that belong to extensions (RFC 6455, section 5.2).
 *
 * Since: 1.0
 */
typedef enum /*< flags >*/
{
  FAYE_RSV_NONE = 0,
  FAYE_RSV_BIT_3 = 1 << 0,
  FAYE_RSV_BIT_2 = 1 << 1,
  FAYE_RSV_BIT_1 = 1 << 2,
} FayeRsv;

/**
 * FayeDeflateStrategy:
 * @FAYE_DEFLATE_STRATEGY_DEFAULT: for data of any kind
 * @FAYE_DEFLATE_STRATEGY_FILTERED: for small values that vary at random, such as samples
 * @FAYE_DEFLATE_STRATEGY_HUFFMAN_ONLY: look for no repetitions at all
 * @FAYE_DEFLATE_STRATEGY_RLE: look for runs of one byte only
 * @FAYE_DEFLATE_STRATEGY_FIXED: fixed codes, for very short messages
 *
 * What a compressor looks for, with the numbers of zlib.
 *
 * Since: 1.0
 */
typedef enum
{
  FAYE_DEFLATE_STRATEGY_DEFAULT,
  FAYE_DEFLATE_STRATEGY_FILTERED,
  FAYE_DEFLATE_STRATEGY_HUFFMAN_ONLY,
  FAYE_DEFLATE_STRATEGY_RLE,
  FAYE_DEFLATE_STRATEGY_FIXED,
} FayeDeflateStrategy;

/**
 * FayePhase:
 * @FAYE_PHASE_IDLE: connecting has not begun
 * @FAYE_PHASE_RESOLVING: the desktop is asked for a proxy, or the name of the server, or of its
 * proxy, is looked up
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
