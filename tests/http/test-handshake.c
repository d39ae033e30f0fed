/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-handshake-private.h"

#include "tests/http/http-fixture.h"

/* Keys and what an application may add. */

/* RFC 6455, section 1.3. */
static void
test_accept_key (void)
{
  g_autofree char *accept = faye_handshake_accept_key ("dGhlIHNhbXBsZSBub25jZQ==");

  g_assert_cmpstr (accept, ==, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void
test_key (void)
{
  static const char *const bad[] = { "",
                                     "dGhlIHNhbXBsZSBub25jZQ",
                                     "dGhlIHNhbXBsZSBub25jZQ=",
                                     "dGhlIHNhbXBsZSBub25jZQ=====",
                                     "dGhlIHNhbXBsZSBub25jZQ== ",
                                     "dGhlIHNhbXBsZSBub25jZ===",
                                     "dGhlIHNhbXBsZSBub25jZQAA",
                                     "dGhlIHNhbXBsZSBub25-ZQ==",
                                     "dGhl IHNhbXBsZSBub25jZQ==",
                                     "dGhlIHNhbXBsZSBub25jZWFh" };

  g_assert_true (faye_handshake_is_key ("dGhlIHNhbXBsZSBub25jZQ=="));
  g_assert_true (faye_handshake_is_key ("+/+/+/+/+/+/+/+/+/+/+A=="));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (faye_handshake_is_key (bad[i]));
}

static SoupMessageHeaders *
make_extra (const char *name, const char *value)
{
  SoupMessageHeaders *extra = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);

  soup_message_headers_append (extra, "X-First", "1");
  soup_message_headers_append (extra, name, value);

  return extra;
}

static void
test_extra (void)
{
  g_autoptr (SoupMessageHeaders) extra = make_extra ("X-Second", "a=\"\xc3\xa4\"; Path=/");
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (faye_handshake_check_extra (NULL, &error));
  g_assert_no_error (error);
  g_assert_true (faye_handshake_check_extra (extra, &error));
  g_assert_no_error (error);

  faye_handshake_write_extra (out, NULL);
  g_assert_cmpuint (out->len, ==, 0);
  faye_handshake_write_extra (out, extra);
  g_assert_cmpstr (out->str, ==, "X-First: 1\r\nX-Second: a=\"\xc3\xa4\"; Path=/\r\n");
}

static void
test_bad_extra (void)
{
  static const struct
  {
    const char *name;
    const char *value;
  } cases[] = {
    { "Upgrade", "h2c" },
    { "Connection", "close" },
    { "Host", "other" },
    { "Content-Length", "5" },
    { "Transfer-Encoding", "chunked" },
    { "Sec-WebSocket-Key", "x" },
    { "sec-webSOCKET-anything", "x" },
    { "X(Y)", "x" },
    { "X\x0bY", "x" },
    { "X-\xc3\xa4", "x" },
    { "X-Secret", "hush\x0b" },
    { "X-Secret", "hush\x0c" },
    { "X-Secret", "hush\x7f" },
    { "X-Secret", "hush\x85" },
    { "X-Secret", "hush\xc2\x85" },
    { "X-Secret", " hush" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SoupMessageHeaders) extra = make_extra (cases[i].name, cases[i].value);
      g_autofree char *excerpt = faye_http_error_excerpt (cases[i].name);
      g_autoptr (GError) error = NULL;

      g_assert_false (faye_handshake_check_extra (extra, &error));
      g_assert_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, excerpt));
      g_assert_null (strstr (error->message, "hush"));
    }
}

static void
test_protocols (void)
{
  static const char *const good[] = { "irc", "IRC", "v10.stomp", NULL };
  static const char *const none[] = { NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (faye_handshake_check_protocols (NULL, &error));
  g_assert_true (faye_handshake_check_protocols (none, &error));
  g_assert_true (faye_handshake_check_protocols (good, &error));
  g_assert_no_error (error);
}

static void
test_bad_protocols (void)
{
  static const char *const bad[] = { "",    "a b",      "a,b", "a\r\nX: y",
                                     "a\t", "\xc3\xa4", "a/b", "first" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      const char *const protocols[] = { "first", bad[i], NULL };
      g_autoptr (GError) error = NULL;

      g_assert_false (faye_handshake_check_protocols (protocols, &error));
      g_assert_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_INVALID_ARGUMENT);
    }
}

static void
check_many_protocols (gsize n)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < n; i++)
    g_ptr_array_add (list, g_strdup_printf ("p%" G_GSIZE_FORMAT, i));
  g_ptr_array_add (list, NULL);

  g_assert_true (faye_handshake_check_protocols ((const char *const *) list->pdata, NULL));
}

static void
test_many_protocols (void)
{
  fixture_assert_linear (check_many_protocols, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/faye/http/handshake/accept-key", test_accept_key);
  g_test_add_func ("/faye/http/handshake/A38-key", test_key);
  g_test_add_func ("/faye/http/handshake/extra", test_extra);
  g_test_add_func ("/faye/http/handshake/A41-bad-extra", test_bad_extra);
  g_test_add_func ("/faye/http/handshake/protocols", test_protocols);
  g_test_add_func ("/faye/http/handshake/A41-bad-protocols", test_bad_protocols);
  g_test_add_func ("/faye/http/handshake/A37-many-protocols", test_many_protocols);

  return g_test_run ();
}
