/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/http/faye-handshake-private.h"
#include "faye/http/faye-head-private.h"
#include "faye/http/faye-url-private.h"

G_BEGIN_DECLS

/*
 * The client's half of asking an HTTP proxy for a tunnel (RFC 9110, section 9.3.6): writes the
 * CONNECT request, judges the answer. Where the pieces of the answer begin and end makes no
 * difference to anything.
 */
typedef struct _FayeTunnelHandshake FayeTunnelHandshake;

typedef enum
{
  FAYE_TUNNEL_MORE, /* all was used; more is needed */
  FAYE_TUNNEL_OPEN, /* the next byte is the client's to send */
  FAYE_TUNNEL_FAILED,
} FayeTunnelResult;

#define FAYE_TUNNEL_MAX_INTERIM 16 /* answers of 1xx before the final one */

/* A tunnel to HOST (no brackets) and PORT. PROXY's user and password go as Basic authorization
 * unless EXTRA (nullable) has a Proxy-Authorization; nothing else is sent but EXTRA.
 * FAYE_HTTP_ERROR_INVALID_ARGUMENT if that may not be sent. */
FayeTunnelHandshake *faye_tunnel_handshake_new (const char *host,
                                                guint16 port,
                                                const FayeUrl *proxy,
                                                SoupMessageHeaders *extra,
                                                GError **error);
void faye_tunnel_handshake_free (FayeTunnelHandshake *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeTunnelHandshake, faye_tunnel_handshake_free)

GBytes *faye_tunnel_handshake_get_request (FayeTunnelHandshake *self); /* (transfer none) */

/* Takes what the proxy sent; SIZE 0 says that it sends no more. What comes after OPEN makes it
 * FAILED. FAYE_HTTP_ERROR_PROXY, _PROXY_AUTHENTICATION; once FAILED it stays so, and the error is
 * told again. */
FayeTunnelResult faye_tunnel_handshake_feed (FayeTunnelHandshake *self,
                                             const guint8 *data,
                                             gsize size,
                                             GError **error);

/* (nullable) (transfer full) The final answer, once. */
FayeHead *faye_tunnel_handshake_steal_answer (FayeTunnelHandshake *self);

G_END_DECLS
