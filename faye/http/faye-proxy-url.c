/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-proxy-url-private.h"

#include "faye/http/faye-http-error-private.h"

#include <string.h>

/* Proxies' URLs. They hold passwords, so no message quotes one as it is. */

typedef struct
{
  const char *prefix;
  guint16 port;
  const char *socks; /* (nullable) */
} Scheme;

static const Scheme schemes[] = {
  [FAYE_PROXY_KIND_DIRECT] = { "direct://", 0, NULL },
  [FAYE_PROXY_KIND_HTTP] = { "http://", 80, NULL },
  [FAYE_PROXY_KIND_HTTPS] = { "https://", 443, NULL },
  [FAYE_PROXY_KIND_SOCKS] = { "socks://", 1080, NULL },
  [FAYE_PROXY_KIND_SOCKS4] = { "socks4://", 1080, "socks4" },
  [FAYE_PROXY_KIND_SOCKS4A] = { "socks4a://", 1080, "socks4a" },
  [FAYE_PROXY_KIND_SOCKS5] = { "socks5://", 1080, "socks5" },
};

void
faye_proxy_url_free (FayeProxyUrl *self)
{
  g_clear_pointer (&self->url, faye_url_free);
  g_free (self);
}

/* Everything up to the last "@" may be a secret, wherever a broken URL has put it, and even if it
 * was escaped together with the user and the password. */
static const char *
skip_user (const char *text)
{
  const char *at = strrchr (text, '@');
  const char *escaped = g_strrstr (text, "%40");

  if (escaped != NULL && (at == NULL || escaped > at))
    return escaped + strlen ("%40");
  return at != NULL ? at + 1 : text;
}

static char *
make_excerpt (const char *text)
{
  const char *rest = skip_user (text);
  const char *slashes = strstr (text, "://");
  int scheme = slashes != NULL && slashes + 3 <= rest ? (int) (slashes + 3 - text) : 0;
  g_autofree char *bare = g_strdup_printf ("%.*s%s", rest > text ? scheme : 0, text, rest);

  return faye_http_error_excerpt (bare);
}

/* Always NULL. */
static FayeProxyUrl *
invalid (const char *text, const char *why, GError **error)
{
  g_autofree char *excerpt = make_excerpt (text);

  g_set_error (error,
               FAYE_HTTP_ERROR,
               FAYE_HTTP_ERROR_INVALID_ARGUMENT,
               "Proxy \"%s\" cannot be used: %s",
               excerpt,
               why);
  return NULL;
}

static FayeProxyUrl *
parse (const char *text, FayeProxyKind kind, GError **error)
{
  const Scheme *scheme = &schemes[kind];
  g_autoptr (FayeProxyUrl) self = g_new0 (FayeProxyUrl, 1);
  g_autoptr (GError) fault = NULL;

  self->kind = kind;
  if (kind == FAYE_PROXY_KIND_DIRECT)
    return g_steal_pointer (&self);

  self->url = faye_url_parse_prefixed (text, scheme->prefix, scheme->port, &fault);
  if (self->url == NULL)
    return invalid (text, fault->message, error);
  if (strcmp (self->url->resource, "/") != 0)
    return invalid (text, "URL of a proxy has a path", error);
  return g_steal_pointer (&self);
}

FayeProxyUrl *
faye_proxy_url_parse (const char *text, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (text, schemes[i].prefix, strlen (schemes[i].prefix)) == 0)
      return parse (text, (FayeProxyKind) i, error);

  return invalid (text, "URL has no scheme of a proxy", error);
}

FayeProxyUrl *
faye_proxy_url_copy_as (const FayeProxyUrl *self, FayeProxyKind kind)
{
  FayeProxyUrl *copy = g_new0 (FayeProxyUrl, 1);

  copy->kind = kind;
  copy->url = self->url != NULL ? faye_url_copy (self->url) : NULL;
  return copy;
}

const char *
faye_proxy_url_get_name (const FayeProxyUrl *self)
{
  return self->url != NULL ? self->url->text : schemes[self->kind].prefix;
}

const char *
faye_proxy_url_get_socks (const FayeProxyUrl *self)
{
  return schemes[self->kind].socks;
}
