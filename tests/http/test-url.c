/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-url-private.h"

#include "faye/http/faye-authority-private.h"
#include "tests/http/http-fixture.h"

/* WebSocket URLs: what each part becomes, and what is no such URL. */

typedef struct
{
  const char *text;
  gboolean secure;
  const char *host;
  guint16 port;
  const char *authority;
  const char *resource;
} Good;

static void
test_parts (void)
{
  static const Good cases[] = {
    { "ws://h", FALSE, "h", 80, "h", "/" },
    { "wss://h", TRUE, "h", 443, "h", "/" },
    { "http://h/", FALSE, "h", 80, "h", "/" },
    { "https://h/", TRUE, "h", 443, "h", "/" },
    { "WSS://Example.COM:443/Path", TRUE, "example.com", 443, "example.com", "/Path" },
    { "ws://h:443/", FALSE, "h", 443, "h:443", "/" },
    { "ws://h:/x", FALSE, "h", 80, "h", "/x" },
    { "ws://h:65535", FALSE, "h", 65535, "h:65535", "/" },
    { "ws://h?q=1", FALSE, "h", 80, "h", "/?q=1" },
    { "ws://h/a//b/../c;d?x=[1]&y=/?", FALSE, "h", 80, "h", "/a//b/../c;d?x=[1]&y=/?" },
    { "ws://h/%2e%41%c3%A4%00", FALSE, "h", 80, "h", "/%2e%41%c3%A4%00" },
    { "ws://h/\xc3\xa4?\xe2\x82\xac", FALSE, "h", 80, "h", "/%C3%A4?%E2%82%AC" },
    { "ws://h/\"<>\\^`{|}", FALSE, "h", 80, "h", "/%22%3C%3E%5C%5E%60%7B%7C%7D" },
    { "ws://h/@b@c", FALSE, "h", 80, "h", "/@b@c" },
    { "ws://m\xc3\xbcnchen.de/", FALSE, "xn--mnchen-3ya.de", 80, "xn--mnchen-3ya.de", "/" },
    { "ws://127.0.0.1:8080/", FALSE, "127.0.0.1", 8080, "127.0.0.1:8080", "/" },
    { "ws://[::1]", FALSE, "::1", 80, "[::1]", "/" },
    { "wss://[2001:DB8::1]:8443/x", TRUE, "2001:db8::1", 8443, "[2001:db8::1]:8443", "/x" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FayeUrl) url = faye_url_parse (cases[i].text, &error);

      g_assert_no_error (error);
      g_assert_true (url->secure == cases[i].secure);
      g_assert_cmpstr (url->host, ==, cases[i].host);
      g_assert_cmpuint (url->port, ==, cases[i].port);
      g_assert_cmpstr (url->authority, ==, cases[i].authority);
      g_assert_cmpstr (url->resource, ==, cases[i].resource);
      g_assert_cmpstr (url->text, ==, cases[i].text);
      g_assert_null (url->user);
      g_assert_null (url->password);
      g_assert_null (url->unix_path);
    }
}

static void
test_user (void)
{
  static const struct
  {
    const char *text;
    const char *user;
    const char *password;
    const char *shown;
  } cases[] = {
    { "ws://u@h/x", "u", NULL, "ws://h/x" },
    { "wss://u:p@h:1/x?y", "u", "p", "wss://h:1/x?y" },
    { "ws://u:@h", "u", "", "ws://h" },
    { "ws://:p@h", "", "p", "ws://h" },
    { "ws://@h", NULL, NULL, "ws://h" },
    { "ws://u:p:q%3a%40@[::1]/@", "u", "p:q:@", "ws://[::1]/@" },
    { "ws://%c3%a4:\xc3\xb6@h", "\xc3\xa4", "\xc3\xb6", "ws://h" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FayeUrl) url = faye_url_parse (cases[i].text, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (url->user, ==, cases[i].user);
      g_assert_cmpstr (url->password, ==, cases[i].password);
      g_assert_cmpstr (url->text, ==, cases[i].shown);
    }
}

static void
assert_bad (const char *text)
{
  g_autoptr (GError) error = NULL;

  fixture_name_case (text);
  g_assert_null (faye_url_parse (text, &error));
  g_assert_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_INVALID_URL);
  g_assert_false (g_str_has_suffix (error->message, "."));
  g_assert_null (strstr (error->message, "hush"));
}

static void
test_bad (void)
{
  static const char *const bad[] = {
    "",
    "h",
    "/x",
    "ws",
    "ws:",
    "ws:h",
    "ws:/h",
    "ws:///x",
    "ws://",
    "ws://:80/",
    "ws://u@/",
    "ftp://h/",
    "wsx://h/",
    "ws+tcp://h/",
    "file:///x",
    "ws://h:0/",
    "ws://h:65536/",
    "ws://h:99999/",
    "ws://h:99999999999999999999/",
    "ws://h:+8/",
    "ws://h:8x/",
    "ws://h:80:80/",
    "ws://h/#",
    "ws://h#x",
    "ws://h/?#x",
    "ws://h/%",
    "ws://h/%4",
    "ws://h/%zz",
    "ws://h/?%0g",
    "ws://[::",
    "ws://[::1",
    "ws://[::1]x/",
    "ws://[h]/",
    "ws://[fe80::1%25eth0]/",
    "ws://[fe80::1%eth0]/",
    "ws://[v1.x]/",
    "ws://::1/",
    "ws://a%20b/",
    "ws://a%0d%0ab/",
    "ws://a%2fb/",
    "ws://a%40b/",
    "ws://a%00b/",
    "ws://h\\@g/",
    "ws://u@g@h/",
    "ws://a,b/",
    "ws://\xff/",
    "ws://h/\xff",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_bad (bad[i]);
}

/* A41: every control, wherever it stands, bare or as an escape in the user or password. */
static void
test_controls (void)
{
  for (guint c = 1; c <= 0x20; c++)
    {
      const guint control = c == 0x20 ? 0x7f : c;
      g_autofree char *path = g_strdup_printf ("ws://h/%cX: y", c);
      g_autofree char *host = g_strdup_printf ("ws://h%c/", c);
      g_autofree char *start = g_strdup_printf ("%cws://h/", control);
      g_autofree char *end = g_strdup_printf ("ws+unix:/a:/%c", control);
      g_autofree char *user = g_strdup_printf ("ws://u%%%02x:hush@h/", control);
      g_autofree char *password = g_strdup_printf ("ws://u:hush%%%02x@h/", control);

      assert_bad (path);
      assert_bad (host);
      assert_bad (start);
      assert_bad (end);
      assert_bad (user);
      assert_bad (password);
    }
}

static void
test_bad_user (void)
{
  assert_bad ("ws://u%3a:hush@h/");
  assert_bad ("ws://u:hush%00@h/");
  assert_bad ("ws://u:hush%ff@h/");
  assert_bad ("ws://u:hush/ws@h/");
  assert_bad ("ws://u:hush@h:0/");
  assert_bad ("ws://u:hush@a b/");
  assert_bad ("ws://hush@g@h/");
}

static void
test_unix (void)
{
  static const struct
  {
    const char *text;
    const char *unix_path;
    const char *resource;
  } cases[] = {
    { "ws+unix:/run/s", "/run/s", "/" },
    { "ws+unix:/run/s:", "/run/s", "/" },
    { "ws+unix:/run/s:/a/b?c:d", "/run/s", "/a/b?c:d" },
    { "ws+unix:///run/s:/x", "/run/s", "/x" },
    { "WS+UNIX:/run/s:?q", "/run/s", "/?q" },
    { "ws+unix:/run/s?q", "/run/s", "/?q" },
    { "ws+unix:/r%20%3a\xc3\xa4:/\xc3\xa4", "/r :\xc3\xa4", "/%C3%A4" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FayeUrl) url = faye_url_parse (cases[i].text, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (url->unix_path, ==, cases[i].unix_path);
      g_assert_cmpstr (url->resource, ==, cases[i].resource);
      g_assert_cmpstr (url->authority, ==, "localhost");
      g_assert_cmpstr (url->text, ==, cases[i].text);
      g_assert_null (url->host);
      g_assert_false (url->secure);
    }
}

static void
test_bad_unix (void)
{
  g_autofree char *fill = g_strnfill (200, 'x');
  g_autofree char *long_path = g_strconcat ("ws+unix:/", fill, ":/", NULL);

  assert_bad ("ws+unix");
  assert_bad ("ws+unix:");
  assert_bad ("ws+unix:run/s");
  assert_bad ("ws+unix://run/s");
  assert_bad ("ws+unix:////run/s");
  assert_bad ("ws+unix:/run/s:x");
  assert_bad ("ws+unix:/run%00/s:/");
  assert_bad ("ws+unix:/run/s:/#x");
  assert_bad ("ws+unix:/run/s:/%");
  assert_bad (long_path);
}

static char *
fill_url (const char *before, gsize n, char c, const char *after)
{
  g_autofree char *fill = g_strnfill (n, c);

  return g_strconcat (before, fill, after, NULL);
}

static void
parse_long_path (gsize n)
{
  g_autofree char *text = fill_url ("ws://h/", n, '"', "");
  g_autoptr (FayeUrl) url = faye_url_parse (text, NULL);

  g_assert_cmpuint (strlen (url->resource), ==, 1 + 3 * n);
}

static void
test_long (void)
{
  static const struct
  {
    const char *before;
    char c;
    const char *after;
  } bad[] = {
    { "ws://", 'h', "/" },      { "ws://", '.', "/" },   { "ws://", '[', "/" },
    { "ws://", ':', "/" },      { "ws://[", ':', "]/" }, { "ws://h:", '1', "/" },
    { "ws://", 'u', "@h/" },    { "ws://", '@', "h/" },  { "ws://h/", '%', "" },
    { "ws+unix:/", 'x', ":/" }, { "ws+unix:", '/', "" }, { "", 'x', ":" },
  };
  g_autofree char *fits = fill_url ("ws://h/", FAYE_URL_MAX_SIZE - 7, 'x', "");
  g_autofree char *too_long = fill_url ("ws://h/", FAYE_URL_MAX_SIZE - 6, 'x', "");
  g_autoptr (FayeUrl) url = faye_url_parse (fits, NULL);

  g_assert_cmpuint (strlen (url->resource), ==, FAYE_URL_MAX_SIZE - 6);
  assert_bad (too_long);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *text = fill_url (bad[i].before, 65000, bad[i].c, bad[i].after);

      assert_bad (text);
    }
  fixture_assert_linear (parse_long_path, 6000);
}

/* What is accepted can go into a request as it is. */
static void
test_mutants (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6455);
  static const char *const seeds[] = { "wss://user:pass@example.com:8443/path/%C3%A4?x=y",
                                       "ws://[2001:db8::1]:81/?a",
                                       "ws+unix:/run/socket:/path?x" };

  for (guint i = 0; i < 20000; i++)
    {
      gsize size = 0;
      g_autofree char *text = fixture_mutate (rand, seeds[i % G_N_ELEMENTS (seeds)], &size);
      g_autoptr (GError) error = NULL;
      g_autoptr (FayeUrl) url = faye_url_parse (text, &error);

      g_assert_true ((url == NULL) == (error != NULL));
      if (!url)
        continue;
      g_assert_true (faye_head_is_visible (url->resource));
      g_assert_cmpint (url->resource[0], ==, '/');
      g_assert_true (faye_authority_is_valid (url->authority));
      g_assert_true ((url->host == NULL) == (url->unix_path != NULL));
      g_assert_true ((url->port == 0) == (url->unix_path != NULL));
    }
}

static void
test_A42_encode_path (void)
{
  static const char *const pairs[][2] = {
    { "/", "/" },
    { "/a/../b;c=d,e", "/a/../b;c=d,e" },
    { "//x", "//x" },
    { "*", "*" },
    { "/%C3%A4%2f%00", "/%C3%A4%2f%00" },
    { "/\xc3\xa4", "/%C3%A4" },
    { "/a b", "/a%20b" },
    { "/a#b?c", "/a%23b%3Fc" },
    { "/100%", "/100%25" },
    { "/100%4", "/100%254" },
    { "/\xff\x7f\r\n", "/%FF%7F%0D%0A" },
    { "/a%20b c", "/a%2520b%20c" },
    { "/:@!$&'()*+,;= ", "/:@!$&'()*+,;=%20" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *path = faye_url_encode_path (pairs[i][0]);

      g_assert_cmpstr (path, ==, pairs[i][1]);
    }
}

/* Path and query are the request's own. */
static void
test_to_http (void)
{
  static const char *const pairs[][2] = {
    { "ws://u:p@host/a%41/../b?c=[d]", "http://host/a%41/../b?c=[d]" },
    { "wss://host:80", "https://host:80/" },
    { "wss://host:443?q", "https://host/?q" },
    { "ws://[::1]:8080/", "http://[::1]:8080/" },
    { "ws+unix:/run/s:/x?y", "http://localhost/x?y" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autoptr (FayeUrl) url = faye_url_parse (pairs[i][0], NULL);
      g_autoptr (GUri) uri = faye_url_to_http (url);
      g_autofree char *text = g_uri_to_string (uri);

      g_assert_cmpstr (text, ==, pairs[i][1]);
    }
}

static gboolean
is_same (const char *a, const char *b)
{
  g_autoptr (FayeUrl) first = faye_url_parse (a, NULL);
  g_autoptr (FayeUrl) second = faye_url_parse (b, NULL);

  return faye_url_is_same_origin (first, second);
}

static void
test_A45_same_origin (void)
{
  g_assert_true (is_same ("ws://a/x", "ws://u:p@A:80/y?z"));
  g_assert_true (is_same ("wss://a", "https://a:443/"));
  g_assert_true (is_same ("ws+unix:/run/s:/x", "ws+unix:///run/s:/y"));
  g_assert_false (is_same ("ws://a/", "wss://a/"));
  g_assert_false (is_same ("ws://a:443/", "wss://a/"));
  g_assert_false (is_same ("ws://a/", "ws://a:81/"));
  g_assert_false (is_same ("ws://a/", "ws://b.a/"));
  g_assert_false (is_same ("ws://a/", "ws://a./"));
  g_assert_false (is_same ("ws+unix:/run/s:/", "ws+unix:/run/t:/"));
  g_assert_false (is_same ("ws+unix:/run/s:/", "ws://localhost/"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/faye/http/url/parts", test_parts);
  g_test_add_func ("/faye/http/url/user", test_user);
  g_test_add_func ("/faye/http/url/A36-bad", test_bad);
  g_test_add_func ("/faye/http/url/A36-long", test_long);
  g_test_add_func ("/faye/http/url/A41-controls", test_controls);
  g_test_add_func ("/faye/http/url/bad-user", test_bad_user);
  g_test_add_func ("/faye/http/url/unix", test_unix);
  g_test_add_func ("/faye/http/url/bad-unix", test_bad_unix);
  g_test_add_func ("/faye/http/url/A42-encode-path", test_A42_encode_path);
  g_test_add_func ("/faye/http/url/to-http", test_to_http);
  g_test_add_func ("/faye/http/url/A45-same-origin", test_A45_same_origin);
  g_test_add_func ("/faye/http/url/mutants", test_mutants);

  return g_test_run ();
}
