/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-server-handshake-private.h"

#include "tests/http/http-fixture.h"

/* Requests judged as they come over the wire: through the gate, libsoup's parser and the checks. */

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define KEY_LINE "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="

static const char *const good_lines[] = {
  "GET /chat?x=1 HTTP/1.1",
  "Host: example.com",
  "Upgrade: websocket",
  "Connection: Upgrade",
  KEY_LINE,
  "Sec-WebSocket-Version: 13",
};

/* The good request, without the lines that begin with DROP (nullable), and with the lines ADD
 * (nullable). A request line in ADD comes first. */
static char *
make_request (const char *drop, const char *add)
{
  gboolean replaces_start = drop && g_str_has_prefix (good_lines[0], drop);
  GString *text = g_string_new (replaces_start ? add : NULL);

  if (replaces_start)
    g_string_append (text, "\r\n");
  for (guint i = 0; i < G_N_ELEMENTS (good_lines); i++)
    if (!drop || !g_str_has_prefix (good_lines[i], drop))
      g_string_append_printf (text, "%s\r\n", good_lines[i]);
  if (add && !replaces_start)
    g_string_append_printf (text, "%s\r\n", add);
  g_string_append (text, "\r\n");

  return g_string_free (text, FALSE);
}

/* NULL if the request did not even pass the gate, with the status of that in *STATUS. */
static FayeServerHandshake *
judge_text (const char *text, gsize size, gboolean secure, gboolean allow_drafts, guint *status)
{
  g_autoptr (FayeHead) head = fixture_parse (TRUE, text, size, status, NULL);
  FayeServerHandshake *self;

  if (!head)
    return NULL;

  self = faye_server_handshake_new (head->method,
                                    head->target,
                                    head->version,
                                    head->headers,
                                    secure,
                                    allow_drafts);
  *status = faye_server_handshake_get_status (self);
  return self;
}

static guint
judge (const char *drop, const char *add, gboolean allow_drafts, char **fault)
{
  g_autofree char *text = make_request (drop, add);
  guint status = 0;
  g_autoptr (FayeServerHandshake) self =
    judge_text (text, strlen (text), FALSE, allow_drafts, &status);

  g_assert_true (!self || (status == 101) == (faye_server_handshake_get_fault (self) == NULL));
  if (fault)
    *fault = self ? g_strdup (faye_server_handshake_get_fault (self)) : NULL;
  return status;
}

static FayeServerHandshake *
judge_good (const char *drop, const char *add, gboolean secure, gboolean allow_drafts)
{
  g_autofree char *text = make_request (drop, add);
  guint status = 0;
  FayeServerHandshake *self = judge_text (text, strlen (text), secure, allow_drafts, &status);

  g_assert_cmpstr (faye_server_handshake_get_fault (self), ==, NULL);
  g_assert_cmpuint (status, ==, 101);
  return self;
}

static void
assert_bytes (GBytes *bytes, const char *expected)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree char *text = g_strndup (data, size);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_good (void)
{
  g_autoptr (FayeServerHandshake) self = judge_good (NULL, NULL, FALSE, FALSE);
  g_autoptr (FayeServerHandshake) secure = judge_good (NULL, NULL, TRUE, FALSE);
  g_autoptr (GBytes) response = faye_server_handshake_accept (self, NULL, NULL, NULL);

  g_assert_null (faye_server_handshake_get_fault (self));
  g_assert_cmpint (faye_server_handshake_get_version (self), ==, FAYE_VERSION_HYBI_13);
  g_assert_cmpstr (faye_server_handshake_get_url (self), ==, "ws://example.com/chat?x=1");
  g_assert_cmpstr (faye_server_handshake_get_url (secure), ==, "wss://example.com/chat?x=1");
  g_assert_null (faye_server_handshake_get_offers (self)[0]);
  assert_bytes (response,
                "HTTP/1.1 101 Switching Protocols\r\n"
                "Upgrade: websocket\r\n"
                "Connection: Upgrade\r\n"
                "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                "\r\n");
}

static void
test_accept (void)
{
  g_autoptr (FayeServerHandshake) self =
    judge_good (NULL, "Sec-WebSocket-Protocol: chat", FALSE, FALSE);
  g_autoptr (SoupMessageHeaders) extra = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  g_autoptr (GBytes) response = NULL;

  soup_message_headers_append (extra, "X-A", "b");
  response = faye_server_handshake_accept (self, "chat", "permessage-deflate", extra);
  assert_bytes (response,
                "HTTP/1.1 101 Switching Protocols\r\n"
                "Upgrade: websocket\r\n"
                "Connection: Upgrade\r\n"
                "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                "Sec-WebSocket-Protocol: chat\r\n"
                "Sec-WebSocket-Extensions: permessage-deflate\r\n"
                "X-A: b\r\n"
                "\r\n");
}

/* The application may do with the request's fields what it likes while it makes up its mind. */
static void
test_accept_later (void)
{
  g_autofree char *text = make_request (NULL, "Sec-WebSocket-Protocol: chat");
  static const char *const supported[] = { "chat", NULL };
  g_autoptr (FayeHead) head = fixture_parse (TRUE, text, strlen (text), NULL, NULL);
  g_autoptr (FayeServerHandshake) self = faye_server_handshake_new (head->method,
                                                                    head->target,
                                                                    head->version,
                                                                    head->headers,
                                                                    FALSE,
                                                                    FALSE);
  g_autoptr (GBytes) response = NULL;

  soup_message_headers_clear (head->headers);
  g_assert_cmpstr (faye_server_handshake_choose (self, supported), ==, "chat");
  g_assert_cmpstr (faye_server_handshake_get_url (self), ==, "ws://example.com/chat?x=1");
  response = faye_server_handshake_accept (self, NULL, NULL, NULL);
  assert_bytes (response,
                "HTTP/1.1 101 Switching Protocols\r\n"
                "Upgrade: websocket\r\n"
                "Connection: Upgrade\r\n"
                "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                "\r\n");
}

typedef struct
{
  const char *drop;
  const char *add;
  guint status;
  const char *fault; /* (nullable) */
} Case;

static void
assert_case (const Case *c)
{
  g_autofree char *fault = NULL;

  fixture_name_case (c->add ? c->add : c->drop);
  g_assert_cmpuint (judge (c->drop, c->add, FALSE, &fault), ==, c->status);
  if (c->fault)
    g_assert_cmpstr (fault, ==, c->fault);
}

#define ASSERT_CASES(cases)                                                                        \
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)                                                 \
  assert_case (&(cases)[i])

static void
test_upgrade (void)
{
  static const Case cases[] = {
    { "Upgrade", "UPGRADE: WebSocket", 101 },
    { "Upgrade", "Upgrade: h2c, HTTP/2.0 ,websocket", 101 },
    { "Upgrade", "Upgrade: h2c\r\nUpgrade: websocket", 101 },
    { "Connection", "connection: keep-alive,\tUPGRADE", 101 },
    { "Connection", "Connection: keep-alive\r\nConnection: , upgrade,", 101 },
    { "Upgrade", NULL, 400, "Unexpected Upgrade \"\"" },
    { "Upgrade", "Upgrade: h2c", 400, "Unexpected Upgrade \"h2c\"" },
    { "Upgrade", "Upgrade: websocket2", 400 },
    { "Upgrade", "Upgrade: websocket/13", 400 },
    { "Upgrade", "Upgrade: web socket", 400 },
    { "Connection", NULL, 400, "Unexpected Connection \"\"" },
    { "Connection", "Connection: keep-alive", 400, "Unexpected Connection \"keep-alive\"" },
    { "Connection", "Connection: \"Upgrade\"", 400 },
    { "Connection", "Connection: Upgrade;", 400 },
  };

  ASSERT_CASES (cases);
}

/* A31: every version alike, and no answer in an older one. */
static void
test_versions (void)
{
  static const struct
  {
    const char *value;
    FayeVersion version;
  } drafts[] = {
    { "Sec-WebSocket-Version: 13", FAYE_VERSION_HYBI_13 },
    { "Sec-WebSocket-Version: 8", FAYE_VERSION_HYBI_8 },
    { "Sec-WebSocket-Version: 7", FAYE_VERSION_HYBI_7 },
  };
  static const Case cases[] = {
    { "Sec-WebSocket-Version", NULL, 426, "Sec-WebSocket-Version is missing" },
    { "Sec-WebSocket-Version",
      "Sec-WebSocket-Version: 8",
      426,
      "Unexpected Sec-WebSocket-Version \"8\"" },
    { "Sec-WebSocket-Version", "Sec-WebSocket-Version: 7", 426 },
    { "Sec-WebSocket-Version", "Sec-WebSocket-Version: 14", 426 },
    { "Sec-WebSocket-Version", "Sec-WebSocket-Version: 013", 426 },
    { "Sec-WebSocket-Version", "Sec-WebSocket-Version: +13", 426 },
    { "Sec-WebSocket-Version", "Sec-WebSocket-Version: 13, 8", 426 },
    { "Sec-WebSocket-Version", "Sec-WebSocket-Version:", 426 },
    { NULL, "Sec-WebSocket-Version: 13", 400, "Sec-WebSocket-Version stands 2 times" },
  };

  ASSERT_CASES (cases);
  for (guint i = 0; i < G_N_ELEMENTS (drafts); i++)
    {
      g_autoptr (FayeServerHandshake) self =
        judge_good ("Sec-WebSocket-Version", drafts[i].value, FALSE, TRUE);

      g_assert_cmpint (faye_server_handshake_get_version (self), ==, drafts[i].version);
    }
  g_assert_cmpuint (judge ("Sec-WebSocket-Version", "Sec-WebSocket-Version: 6", TRUE, NULL),
                    ==,
                    426);
}

static void
test_no_upgrade (void)
{
  for (guint version = 7; version <= 13; version++)
    {
      g_autofree char *plain = g_strdup_printf ("GET / HTTP/1.1\r\nHost: h\r\n"
                                                "Sec-WebSocket-Key: " KEY "\r\n"
                                                "Sec-WebSocket-Version: %u\r\n\r\n",
                                                version);
      guint status = 0;
      g_autoptr (FayeServerHandshake) self =
        judge_text (plain, strlen (plain), FALSE, TRUE, &status);

      g_assert_cmpuint (status, ==, 426);
      g_assert_cmpstr (faye_server_handshake_get_fault (self), ==, "Not a WebSocket request");
    }
}

/* A35: one value, whoever reads it. */
static void
test_duplicates (void)
{
  static const Case cases[] = {
    { NULL, "Host: example.com", 400 },
    { NULL, "host: evil.com", 400 },
    { NULL, "Sec-WebSocket-Key: " KEY, 400, "Sec-WebSocket-Key stands 2 times" },
    { NULL, "Sec-WebSocket-Version: 8", 400 },
    { NULL, "Upgrade: websocket", 400, "Unexpected Upgrade \"websocket, websocket\"" },
    { NULL, "Origin: http://a\r\nOrigin: http://a", 400, "Origin stands 2 times" },
    { NULL, "Sec-WebSocket-Origin: http://a\r\nSec-WebSocket-Origin: http://a", 400 },
    { NULL, "Content-Length: 0\r\nContent-Length: 0", 400 },
    { NULL, "Origin: http://a", 101 },
  };

  ASSERT_CASES (cases);
}

static void
test_host (void)
{
  static const Case cases[] = {
    { "Host", "Host: h:65535", 101 },
    { "Host", "Host: [::1]:8080", 101 },
    { "Host", NULL, 400, "Host is missing" },
    { "Host", "Host:", 400, "Unexpected Host \"\"" },
    { "Host", "Host: u@h", 400, "Unexpected Host \"u@h\"" },
    { "Host", "Host: h:0", 400 },
    { "Host", "Host: h:99999", 400 },
    { "Host", "Host: [::", 400 },
    { "Host", "Host: a b", 400 },
    { "Host", "Host: \xc3\xa4", 400, "Unexpected Host \"\\303\\244\"" },
    { "Host", "Host: h/x", 400 },
  };

  ASSERT_CASES (cases);
}

static void
test_long_host (void)
{
  g_autofree char *name = g_strnfill (8000, 'h');
  g_autofree char *add = g_strconcat ("Host: ", name, NULL);
  g_autofree char *fault = NULL;

  g_assert_cmpuint (judge ("Host", add, FALSE, &fault), ==, 400);
  g_assert_cmpuint (strlen (fault), <, 100);
}

static void
test_target (void)
{
  static const Case cases[] = {
    { "GET", "GET http://example.com/x HTTP/1.1", 101 },
    { "GET", "GET WS://EXAMPLE.com:80 HTTP/1.1", 101 },
    { "GET", "GET http://example.com?x HTTP/1.1", 101 },
    { "GET", "GET / HTTP/1.1", 101 },
    { "GET", "GET http://other.com/ HTTP/1.1", 400 },
    { "GET", "GET http://example.com:81/ HTTP/1.1", 400 },
    { "GET", "GET https://example.com:80/ HTTP/1.1", 400 },
    { "GET", "GET http://u@example.com/ HTTP/1.1", 400 },
    { "GET", "GET http:// HTTP/1.1", 400 },
    { "GET", "GET ftp://example.com/ HTTP/1.1", 400 },
    { "GET", "GET example.com:80 HTTP/1.1", 400 },
    { "GET", "GET * HTTP/1.1", 400, "Unexpected request target \"*\"" },
    { "GET", "GET /x#y HTTP/1.1", 400, "Unexpected request target \"/x#y\"" },
    { "GET", "GET /a b HTTP/1.1", 400 },
    { "GET", "GET /\xc3\xa4 HTTP/1.1", 400 },
  };

  ASSERT_CASES (cases);
}

/* A SoupServer's request does not come through the gate. */
static void
test_ungated_target (void)
{
  static const char *const bad[] = { "/a b", "/\xc3\xa4", "/\x7f", "", "/\r\n" };
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);

  soup_message_headers_append (headers, "Host", "h");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (FayeServerHandshake) self =
        faye_server_handshake_new ("GET", bad[i], SOUP_HTTP_1_1, headers, FALSE, FALSE);

      g_assert_cmpuint (faye_server_handshake_get_status (self), ==, 400);
      g_assert_null (faye_server_handshake_get_url (self));
    }
}

/* A42: the application sees what was asked for. */
static void
test_exact_target (void)
{
  static const struct
  {
    const char *start;
    const char *url;
  } cases[] = {
    { "GET /%2e%2E/a HTTP/1.1", "ws://example.com/%2e%2E/a" },
    { "GET //a/../b HTTP/1.1", "ws://example.com//a/../b" },
    { "GET /WS;v=1/x HTTP/1.1", "ws://example.com/WS;v=1/x" },
    { "GET /ws/x HTTP/1.1", "ws://example.com/ws/x" },
    { "GET http://example.com?x HTTP/1.1", "ws://example.com/?x" },
    { "GET ws://EXAMPLE.com HTTP/1.1", "ws://example.com/" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FayeServerHandshake) self = judge_good ("GET", cases[i].start, FALSE, FALSE);

      g_assert_cmpstr (faye_server_handshake_get_url (self), ==, cases[i].url);
    }
}

static void
test_method (void)
{
  static const Case cases[] = {
    { "GET", "POST / HTTP/1.1", 405, "Unexpected method \"POST\"" },
    { "GET", "get / HTTP/1.1", 405 },
    { "GET", "HEAD / HTTP/1.1", 405 },
    { "GET", "GET / HTTP/1.0", 505, "Unexpected version \"HTTP/1.0\"" },
    { "GET", "GET / HTTP/2.0", 505 },
  };
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  g_autoptr (FayeServerHandshake) two =
    faye_server_handshake_new ("GET", "/", SOUP_HTTP_2_0, headers, FALSE, FALSE);

  ASSERT_CASES (cases);
  g_assert_cmpuint (faye_server_handshake_get_status (two), ==, 505);
}

static void
test_key (void)
{
  static const Case cases[] = {
    { "Sec-WebSocket-Key", NULL, 400, "Sec-WebSocket-Key is missing" },
    { "Sec-WebSocket-Key", "Sec-WebSocket-Key:", 400 },
    { "Sec-WebSocket-Key", "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==", 400 },
    { "Sec-WebSocket-Key",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSE=",
      400,
      "Unexpected Sec-WebSocket-Key \"dGhlIHNhbXBsZSBub25jZSE=\"" },
  };

  ASSERT_CASES (cases);
}

/* A39: frames follow the head, never a body. */
static void
test_body (void)
{
  static const Case cases[] = {
    { NULL, "Content-Length: 0", 101 },
    { NULL, "Content-Length: 5", 400, "Unexpected Content-Length \"5\"" },
    { NULL, "Content-Length: +0", 400 },
    { NULL, "Content-Length: -1", 400 },
    { NULL, "Content-Length:", 400 },
    { NULL, "Transfer-Encoding: chunked", 400 },
    { NULL, "Transfer-Encoding: identity", 400 },
    { NULL, "Content-Length: 0\r\nTransfer-Encoding: chunked", 400 },
  };

  ASSERT_CASES (cases);
}

static void
test_bad_lists (void)
{
  static const Case cases[] = {
    { NULL, "Sec-WebSocket-Protocol: a, b", 101 },
    { NULL, "Sec-WebSocket-Protocol:", 400, "Unexpected Sec-WebSocket-Protocol \"\"" },
    { NULL, "Sec-WebSocket-Protocol: a,", 400 },
    { NULL, "Sec-WebSocket-Protocol: a,,b", 400 },
    { NULL, "Sec-WebSocket-Protocol: a b", 400 },
    { NULL, "Sec-WebSocket-Protocol: a/b", 400 },
    { NULL, "Sec-WebSocket-Protocol: a, a", 400, "Unexpected Sec-WebSocket-Protocol \"a, a\"" },
    { NULL, "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: a", 400 },
    { NULL, "Sec-WebSocket-Protocol: \xc3\xa4", 400 },
  };

  ASSERT_CASES (cases);
}

static guint
judge_field (const char *name, const char *value)
{
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  g_autoptr (FayeServerHandshake) self = NULL;

  soup_message_headers_append (headers, "Host", "h");
  soup_message_headers_append (headers, "Upgrade", "websocket");
  soup_message_headers_append (headers, "Connection", "Upgrade");
  soup_message_headers_append (headers, "Sec-WebSocket-Key", KEY);
  soup_message_headers_append (headers, "Sec-WebSocket-Version", "13");
  soup_message_headers_append (headers, name, value);
  self = faye_server_handshake_new ("GET", "/", SOUP_HTTP_1_1, headers, FALSE, FALSE);

  return faye_server_handshake_get_status (self);
}

static void
judge_many_protocols (gsize n)
{
  g_autoptr (GString) value = g_string_new ("p");

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (value, ",p%" G_GSIZE_FORMAT, i);
  g_assert_cmpuint (judge_field ("Sec-WebSocket-Protocol", value->str), ==, 101);
}

static void
judge_blanks (gsize n)
{
  g_autofree char *blanks = g_strnfill (n, ' ');
  g_autofree char *value = g_strdup_printf ("a%sb", blanks);

  g_assert_cmpuint (judge_field ("Sec-WebSocket-Protocol", value), ==, 400);
}

static void
test_linear (void)
{
  fixture_assert_linear (judge_many_protocols, 1000);
  fixture_assert_linear (judge_blanks, 6554);
}

static void
test_choose (void)
{
  static const char *const supported[] = { "chat", "b", "a", NULL };
  static const char *const others[] = { "A", NULL };
  g_autoptr (FayeServerHandshake) self =
    judge_good (NULL, "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b, c", FALSE, FALSE);
  g_autofree char *offers = g_strjoinv ("|", (char **) faye_server_handshake_get_offers (self));

  g_assert_cmpstr (offers, ==, "a|b|c");
  g_assert_cmpstr (faye_server_handshake_choose (self, supported), ==, "b");
  g_assert_null (faye_server_handshake_choose (self, others));
  g_assert_null (faye_server_handshake_choose (self, NULL));
}

static void
assert_contains (GBytes *bytes, const char *part)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree char *text = g_strndup (data, size);

  g_assert_nonnull (strstr (text, part));
}

static void
test_reject (void)
{
  g_autofree char *text = make_request ("Sec-WebSocket-Version", "Sec-WebSocket-Version: 6");
  guint status = 0;
  g_autoptr (FayeServerHandshake) strict = judge_text (text, strlen (text), FALSE, FALSE, &status);
  g_autoptr (FayeServerHandshake) lax = judge_text (text, strlen (text), FALSE, TRUE, &status);
  g_autoptr (GBytes) strict_bytes = faye_server_handshake_reject (strict, NULL);
  g_autoptr (GBytes) lax_bytes = faye_server_handshake_reject (lax, NULL);
  g_autoptr (GBytes) own_bytes = faye_server_handshake_refuse (403, "Not today", NULL);

  assert_contains (strict_bytes, "HTTP/1.1 426 Upgrade Required\r\n");
  assert_contains (strict_bytes, "\r\nSec-WebSocket-Version: 13\r\n");
  assert_contains (strict_bytes, "\r\n\r\nUnexpected Sec-WebSocket-Version \"6\"\n");
  assert_contains (lax_bytes, "\r\nSec-WebSocket-Version: 13, 8, 7\r\n");
  assert_contains (own_bytes, "HTTP/1.1 403 Forbidden\r\n");
  assert_contains (own_bytes, "\r\nConnection: close\r\n");
  assert_contains (own_bytes, "\r\n\r\nNot today\n");
}

/* Whatever is done to a request: one verdict, and what is let in has all that an answer needs. */
static void
test_mutants (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6455);
  g_autofree char *seed = make_request (NULL, "Sec-WebSocket-Protocol: a, b\r\nOrigin: http://a");
  guint accepted = 0;

  for (guint i = 0; i < 20000; i++)
    {
      gsize size = 0;
      g_autofree char *mutant = fixture_mutate (rand, seed, &size);
      g_autoptr (GString) text = g_string_new_len (mutant, (gssize) size);
      guint status = 0;
      g_autoptr (FayeServerHandshake) self = NULL;
      g_autoptr (GBytes) bytes = NULL;

      /* An end for heads that lost theirs. */
      g_string_append (text, "\r\n\r\n\n");
      self = judge_text (text->str, text->len, FALSE, TRUE, &status);
      if (!self)
        continue;
      bytes = status == 101 ? faye_server_handshake_accept (self, NULL, NULL, NULL)
                            : faye_server_handshake_reject (self, NULL);
      g_assert_true ((status == 101) == (faye_server_handshake_get_fault (self) == NULL));
      accepted += status == 101;
      g_assert_true (status != 101 || faye_server_handshake_get_url (self) != NULL);
    }
  g_assert_cmpuint (accepted, >, 0);
}

static void
test_head_has_no_body (void)
{
  const char *text = "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n";
  guint status = 0;
  g_autoptr (FayeServerHandshake) self = judge_text (text, strlen (text), FALSE, FALSE, &status);
  g_autoptr (GBytes) bytes = faye_server_handshake_reject (self, NULL);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  g_assert_cmpuint (status, ==, 405);
  g_assert_true (g_strstr_len (data, size, "\r\n\r\n") == data + size - 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/faye/http/server-handshake/good", test_good);
  g_test_add_func ("/faye/http/server-handshake/head-has-no-body", test_head_has_no_body);
  g_test_add_func ("/faye/http/server-handshake/accept", test_accept);
  g_test_add_func ("/faye/http/server-handshake/accept-later", test_accept_later);
  g_test_add_func ("/faye/http/server-handshake/upgrade", test_upgrade);
  g_test_add_func ("/faye/http/server-handshake/A31-versions", test_versions);
  g_test_add_func ("/faye/http/server-handshake/A31-no-upgrade", test_no_upgrade);
  g_test_add_func ("/faye/http/server-handshake/A35-duplicates", test_duplicates);
  g_test_add_func ("/faye/http/server-handshake/A36-host", test_host);
  g_test_add_func ("/faye/http/server-handshake/A36-long-host", test_long_host);
  g_test_add_func ("/faye/http/server-handshake/A36-target", test_target);
  g_test_add_func ("/faye/http/server-handshake/A36-ungated-target", test_ungated_target);
  g_test_add_func ("/faye/http/server-handshake/A42-exact-target", test_exact_target);
  g_test_add_func ("/faye/http/server-handshake/A38-method", test_method);
  g_test_add_func ("/faye/http/server-handshake/A38-key", test_key);
  g_test_add_func ("/faye/http/server-handshake/A39-body", test_body);
  g_test_add_func ("/faye/http/server-handshake/A37-bad-lists", test_bad_lists);
  g_test_add_func ("/faye/http/server-handshake/A37-linear", test_linear);
  g_test_add_func ("/faye/http/server-handshake/choose", test_choose);
  g_test_add_func ("/faye/http/server-handshake/reject", test_reject);
  g_test_add_func ("/faye/http/server-handshake/mutants", test_mutants);

  return g_test_run ();
}
