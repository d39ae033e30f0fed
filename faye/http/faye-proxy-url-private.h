/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/http/faye-url-private.h"

G_BEGIN_DECLS

/* How a proxy is spoken to. */
typedef enum
{
  FAYE_PROXY_KIND_DIRECT, /* there is no proxy */
  FAYE_PROXY_KIND_HTTP,
  FAYE_PROXY_KIND_HTTPS,
  FAYE_PROXY_KIND_SOCKS, /* of whichever version: 5, 4a, 4 in turn, as GIO has it */
  FAYE_PROXY_KIND_SOCKS4,
  FAYE_PROXY_KIND_SOCKS4A,
  FAYE_PROXY_KIND_SOCKS5,
} FayeProxyKind;

/* A proxy's URL: "http://user:password@proxy.example:3128", or "direct://" as GProxyResolver says
 * it. A path other than "/" is refused: it would be the address of a configuration script. */
typedef struct
{
  FayeProxyKind kind;
  FayeUrl *url; /* (nullable) for DIRECT; the port's default filled in */
} FayeProxyUrl;

/* FAYE_HTTP_ERROR_INVALID_ARGUMENT, whose message names TEXT without user and password. */
FayeProxyUrl *faye_proxy_url_parse (const char *text, GError **error);
FayeProxyUrl *faye_proxy_url_copy_as (const FayeProxyUrl *self, FayeProxyKind kind);
void faye_proxy_url_free (FayeProxyUrl *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeProxyUrl, faye_proxy_url_free)

/* What a message may call it. */
const char *faye_proxy_url_get_name (const FayeProxyUrl *self);

/* The protocol by GIO's name, for g_proxy_get_default_for_protocol (): "socks5"; NULL for those
 * that are no SOCKS of a certain version. */
const char *faye_proxy_url_get_socks (const FayeProxyUrl *self);

G_END_DECLS
