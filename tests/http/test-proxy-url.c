/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-proxy-url-private.h"

#include "faye/http/faye-http-error-private.h"

#include <string.h>

/* Proxies' URLs, whose passwords no message may tell. */

typedef struct
{
  const char *text;
  FayeProxyKind kind;
  const char *host;
  guint16 port;
  const char *user;
  const char *password;
  const char *name;
  const char *socks;
} Good;

static const Good good[] = {
  { "http://p.example",
    FAYE_PROXY_KIND_HTTP,
    "p.example",
    80,
    NULL,
    NULL,
    "http://p.example",
    NULL },
  { "HTTP://P.example:3128/",
    FAYE_PROXY_KIND_HTTP,
    "p.example",
    3128,
    NULL,
    NULL,
    "HTTP://P.example:3128/",
    NULL },
  { "http://u:p%40%3a@[::1]:8080",
    FAYE_PROXY_KIND_HTTP,
    "::1",
    8080,
    "u",
    "p@:",
    "http://[::1]:8080",
    NULL },
  { "https://u@p.example",
    FAYE_PROXY_KIND_HTTPS,
    "p.example",
    443,
    "u",
    NULL,
    "https://p.example",
    NULL },
  { "socks://p", FAYE_PROXY_KIND_SOCKS, "p", 1080, NULL, NULL, "socks://p", NULL },
  { "socks4://p", FAYE_PROXY_KIND_SOCKS4, "p", 1080, NULL, NULL, "socks4://p", "socks4" },
  { "socks4a://u@p", FAYE_PROXY_KIND_SOCKS4A, "p", 1080, "u", NULL, "socks4a://p", "socks4a" },
  { "socks5://u:p@10.0.0.1:9050",
    FAYE_PROXY_KIND_SOCKS5,
    "10.0.0.1",
    9050,
    "u",
    "p",
    "socks5://10.0.0.1:9050",
    "socks5" },
};

static void
test_good (gconstpointer data)
{
  const Good *expected = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (FayeProxyUrl) proxy = faye_proxy_url_parse (expected->text, &error);

  g_assert_no_error (error);
  g_assert_cmpint (proxy->kind, ==, expected->kind);
  g_assert_cmpstr (proxy->url->host, ==, expected->host);
  g_assert_cmpuint (proxy->url->port, ==, expected->port);
  g_assert_cmpstr (proxy->url->user, ==, expected->user);
  g_assert_cmpstr (proxy->url->password, ==, expected->password);
  g_assert_cmpstr (faye_proxy_url_get_name (proxy), ==, expected->name);
  g_assert_cmpstr (faye_proxy_url_get_socks (proxy), ==, expected->socks);
}

static void
test_direct (void)
{
  g_autoptr (FayeProxyUrl) proxy = faye_proxy_url_parse ("direct://", NULL);

  g_assert_cmpint (proxy->kind, ==, FAYE_PROXY_KIND_DIRECT);
  g_assert_null (proxy->url);
  g_assert_null (faye_proxy_url_get_socks (proxy));
  g_assert_cmpstr (faye_proxy_url_get_name (proxy), ==, "direct://");
}

static void
test_copy (void)
{
  g_autoptr (FayeProxyUrl) proxy = faye_proxy_url_parse ("socks://u:p@h:1", NULL);
  g_autoptr (FayeProxyUrl) copy = faye_proxy_url_copy_as (proxy, FAYE_PROXY_KIND_SOCKS4);

  g_clear_pointer (&proxy, faye_proxy_url_free);
  g_assert_cmpstr (faye_proxy_url_get_socks (copy), ==, "socks4");
  g_assert_cmpstr (copy->url->host, ==, "h");
  g_assert_cmpuint (copy->url->port, ==, 1);
  g_assert_cmpstr (copy->url->user, ==, "u");
  g_assert_cmpstr (copy->url->password, ==, "p");
}

typedef struct
{
  const char *text;
  const char *told; /* what the message names */
} Bad;

static const Bad bad[] = {
  { "", "\"\"" },
  { "p.example:3128", "\"p.example:3128\"" },
  { "ws://p.example", "\"ws://p.example\"" },
  { "socks6://p", "\"socks6://p\"" },
  { "http://", "\"http://\"" },
  { "http://u:secret@", "\"http://\"" },
  { "http://u:secret@p:0", "\"http://p:0\"" },
  { "http://u:secret@p:99999", "\"http://p:99999\"" },
  { "http://u:secret@p@h", "\"http://h\"" },
  { "http://u:secret@[::", "\"http://[::\"" },
  { "http://u:sec/ret@p", "\"http://p\"" },
  { "http:u:secret@p", "\"p\"" },
  { "u:secret@p", "\"p\"" },
  { "http://u:secret%40p.example:3128", "\"http://p.example:3128\"" },
  { "http://u:sec@ret%40p", "\"http://p\"" },
  { "secret://x:1@p", "\"secret://p\"" },
  { "http://u:secret@p/proxy.pac", "\"http://p/proxy.pac\"" },
  { "http://u:secret@p?x", "\"http://p?x\"" },
  { "http://u:secret@p#x", "\"http://p#x\"" },
  { "http://u%3a:secret@p", "\"http://p\"" },
  { "http://u:secret%0d%0aX: y@p", "\"http://p\"" },
  { "http://u:secret\r\n@p", "\"http://p\"" },
  { "http://u:secret%00@p", "\"http://p\"" },
  { "http://u:secret%zz@p", "\"http://p\"" },
  { "http://u:secret\xff@p", "\"http://p\"" },
  { "http://p\r\nX: y", "\"http://p\\r\\nX: y\"" },
};

/* A41, A50 */
static void
test_bad (gconstpointer data)
{
  const Bad *expected = data;
  gboolean is_scheme = g_str_has_prefix (expected->text, "secret");
  g_autoptr (GError) error = NULL;

  g_assert_null (faye_proxy_url_parse (expected->text, &error));
  g_assert_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, expected->told));
  g_assert_true (is_scheme || strstr (error->message, "secret") == NULL);
}

#define PATH "/faye/http/proxy-url/"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *path = g_strdup_printf (PATH "good/%u", i);

      g_test_add_data_func (path, &good[i], test_good);
    }
  g_test_add_func (PATH "direct", test_direct);
  g_test_add_func (PATH "copy", test_copy);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = g_strdup_printf (PATH "A50-bad/%u", i);

      g_test_add_data_func (path, &bad[i], test_bad);
    }
  return g_test_run ();
}
