/* SPDX-License-Identifier: MIT */

#include "faye/faye-proxy.h"

/**
 * FayeProxy:
 *
 * The proxy that a client goes through.
 *
 * A client without one goes by the settings of the desktop, as [iface@Gio.ProxyResolver] tells
 * them, and asks for them anew each time it connects. A client with one goes through it and no
 * other, and never around it.
 *
 * ```c
 * g_autoptr (FayeProxy) proxy = faye_proxy_new ("http://user:password@proxy.example:3128");
 * ```
 *
 * A proxy of HTTP is asked for a tunnel (`CONNECT`) for `ws:` and `wss:` URLs alike. It is told the
 * server's name and port, the credentials in its own URL and the headers in
 * [property@Faye.Proxy:headers], and nothing of what is meant for the server; the server is told
 * nothing of what is meant for the proxy.
 *
 * Nothing is checked before a client connects, which then fails with `FAYE_ERROR_INVALID_ARGUMENT`
 * if this proxy cannot be used.
 *
 * Since: 1.0
 */

struct _FayeProxy
{
  GObject parent_instance;

  char *url;                   /* (owned) */
  SoupMessageHeaders *headers; /* (owned) (nullable) */
  FayeTls *tls;                /* (owned) (nullable) */
};

enum
{
  PROP_0,
  PROP_URL,
  PROP_HEADERS,
  PROP_TLS,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (FayeProxy, faye_proxy, G_TYPE_OBJECT)

#define FLAGS (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS)

static void
proxy_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  FayeProxy *self = FAYE_PROXY (object);

  switch (id)
    {
    case PROP_URL:
      self->url = g_strdup (g_value_get_string (value) != NULL ? g_value_get_string (value) : "");
      break;
    case PROP_HEADERS:
      self->headers = g_value_dup_boxed (value);
      break;
    case PROP_TLS:
      self->tls = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
proxy_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  FayeProxy *self = FAYE_PROXY (object);

  switch (id)
    {
    case PROP_URL:
      g_value_set_string (value, self->url);
      break;
    case PROP_HEADERS:
      g_value_set_boxed (value, self->headers);
      break;
    case PROP_TLS:
      g_value_set_object (value, self->tls);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
proxy_finalize (GObject *object)
{
  FayeProxy *self = FAYE_PROXY (object);

  g_free (self->url);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
  g_clear_object (&self->tls);
  G_OBJECT_CLASS (faye_proxy_parent_class)->finalize (object);
}

static void
faye_proxy_class_init (FayeProxyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = proxy_set_property;
  object_class->get_property = proxy_get_property;
  object_class->finalize = proxy_finalize;

  /**
   * FayeProxy:url: (getter get_url)
   *
   * Where the proxy is, and how it is spoken to.
   *
   * The schemes are `http:`, `https:` (HTTP in TLS), `socks5:`, `socks4a:`, `socks4:` and `socks:`,
   * which tries the three in this order. A user and a password may stand before the host. The port
   * is 80, 443 or 1080 if it is left out.
   *
   * Since: 1.0
   */
  properties[PROP_URL] = g_param_spec_string ("url", NULL, NULL, NULL, FLAGS);

  /**
   * FayeProxy:headers: (getter get_headers)
   *
   * Header fields for the proxy, sent with `CONNECT`.
   *
   * They go to a proxy of HTTP only. A `Proxy-Authorization` among them is sent instead of the
   * credentials in the URL.
   *
   * Since: 1.0
   */
  properties[PROP_HEADERS] =
    g_param_spec_boxed ("headers", NULL, NULL, SOUP_TYPE_MESSAGE_HEADERS, FLAGS);

  /**
   * FayeProxy:tls: (getter get_tls)
   *
   * The settings of TLS with an `https:` proxy.
   *
   * Those of TLS with the server are the client's.
   *
   * Since: 1.0
   */
  properties[PROP_TLS] = g_param_spec_object ("tls", NULL, NULL, FAYE_TYPE_TLS, FLAGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
faye_proxy_init (FayeProxy *self)
{
}

/**
 * faye_proxy_new:
 * @url: where the proxy is, see [property@Faye.Proxy:url]
 *
 * Makes a proxy's settings.
 *
 * Returns: (transfer full): the settings
 *
 * Since: 1.0
 */
FayeProxy *
faye_proxy_new (const char *url)
{
  g_return_val_if_fail (url != NULL, NULL);

  return g_object_new (FAYE_TYPE_PROXY, "url", url, NULL);
}

/**
 * faye_proxy_get_url:
 * @self: a proxy's settings
 *
 * Gets where the proxy is.
 *
 * This is the URL as it was given, with the password if there is one: it is not fit for a log.
 *
 * Returns: the URL
 *
 * Since: 1.0
 */
const char *
faye_proxy_get_url (FayeProxy *self)
{
  g_return_val_if_fail (FAYE_IS_PROXY (self), NULL);

  return self->url;
}

/**
 * faye_proxy_get_headers:
 * @self: a proxy's settings
 *
 * Gets the header fields that are sent to the proxy.
 *
 * Returns: (transfer none) (nullable): the header fields
 *
 * Since: 1.0
 */
SoupMessageHeaders *
faye_proxy_get_headers (FayeProxy *self)
{
  g_return_val_if_fail (FAYE_IS_PROXY (self), NULL);

  return self->headers;
}

/**
 * faye_proxy_get_tls:
 * @self: a proxy's settings
 *
 * Gets the settings of TLS with the proxy.
 *
 * Returns: (transfer none) (nullable): the settings, or `NULL` for the defaults
 *
 * Since: 1.0
 */
FayeTls *
faye_proxy_get_tls (FayeProxy *self)
{
  g_return_val_if_fail (FAYE_IS_PROXY (self), NULL);

  return self->tls;
}
