/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-client-handshake-private.h"

#include "faye/http/faye-server-handshake-private.h"
#include "tests/http/http-fixture.h"

/* The request byte for byte, and every way in which a response can be wrong. */

#define ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

/* RFC 6455, section 1.3. */
static void
sample_nonce (guint8 *out, gsize n)
{
  g_assert_cmpuint (n, ==, 16);
  memcpy (out, "the sample nonce", 16);
}

typedef struct
{
  const char *url;
  const char *const *protocols;
  const char *origin;
  const char *extensions;
  SoupMessageHeaders *extra;
} Arguments;

static FayeClientHandshake *
make (const Arguments *arguments, GError **error)
{
  g_autoptr (FayeUrl) url =
    faye_url_parse (arguments->url ? arguments->url : "ws://example.com", NULL);

  return faye_client_handshake_new (url,
                                    arguments->protocols,
                                    arguments->origin,
                                    arguments->extensions,
                                    arguments->extra,
                                    sample_nonce,
                                    error);
}

static void
assert_request (const Arguments *arguments, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FayeClientHandshake) self = make (arguments, &error);
  gsize size = 0;
  const char *data;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  data = g_bytes_get_data (faye_client_handshake_get_request (self), &size);
  text = g_strndup (data, size);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_plain_request (void)
{
  static const char *const none[] = { NULL };
  Arguments arguments = { .url = "ws://example.com:8080/chat?x" };
  const char *expected = "GET /chat?x HTTP/1.1\r\n"
                         "Host: example.com:8080\r\n"
                         "Upgrade: websocket\r\n"
                         "Connection: Upgrade\r\n"
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                         "Sec-WebSocket-Version: 13\r\n"
                         "\r\n";

  assert_request (&arguments, expected);
  arguments.protocols = none;
  assert_request (&arguments, expected);
}

static void
test_full_request (void)
{
  static const char *const protocols[] = { "irc", "xmpp", NULL };
  g_autoptr (SoupMessageHeaders) extra = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  Arguments arguments = { "wss://us%C3%A9r:pa%3Ass@[::1]/",
                          protocols,
                          "https://example.com",
                          "permessage-deflate",
                          extra };

  soup_message_headers_append (extra, "Cookie", "a=b");
  soup_message_headers_append (extra, "User-Agent", "x");
  assert_request (&arguments,
                  "GET / HTTP/1.1\r\n"
                  "Host: [::1]\r\n"
                  "Upgrade: websocket\r\n"
                  "Connection: Upgrade\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                  "Sec-WebSocket-Version: 13\r\n"
                  "Origin: https://example.com\r\n"
                  "Sec-WebSocket-Protocol: irc, xmpp\r\n"
                  "Sec-WebSocket-Extensions: permessage-deflate\r\n"
                  "Authorization: Basic dXPDqXI6cGE6c3M=\r\n"
                  "Cookie: a=b\r\n"
                  "User-Agent: x\r\n"
                  "\r\n");
}

#define WITH_USER                                                                                  \
  "GET / HTTP/1.1\r\n"                                                                             \
  "Host: h\r\n"                                                                                    \
  "Upgrade: websocket\r\n"                                                                         \
  "Connection: Upgrade\r\n"                                                                        \
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                                                \
  "Sec-WebSocket-Version: 13\r\n"                                                                  \
  "Authorization: Basic dTo=\r\n"                                                                  \
  "\r\n"

static void
test_authorization (void)
{
  g_autoptr (SoupMessageHeaders) extra = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  Arguments plain = { .url = "ws://u@h" };
  Arguments arguments = { .url = "ws://u@h", .extra = extra };

  assert_request (&plain, WITH_USER);
  assert_request (&arguments, WITH_USER);

  soup_message_headers_append (extra, "Authorization", "Bearer x");
  soup_message_headers_append (extra, "Origin", "null");
  assert_request (&arguments,
                  "GET / HTTP/1.1\r\n"
                  "Host: h\r\n"
                  "Upgrade: websocket\r\n"
                  "Connection: Upgrade\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                  "Sec-WebSocket-Version: 13\r\n"
                  "Authorization: Bearer x\r\n"
                  "Origin: null\r\n"
                  "\r\n");
}

static void
assert_refused (const Arguments *arguments)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (make (arguments, &error));
  g_assert_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_INVALID_ARGUMENT);
}

static void
test_bad_arguments (void)
{
  static const char *const bad_protocols[] = { "a\r\nX: y", NULL };
  static const char *const origins[] = { "", "a\r\nX: y", "a b", "\xc3\xa4", "a\x0b", "a\x7f" };
  static const char *const extensions[] = { "", "a\r\nX: y", "a\nb", "a\x0b", " a" };
  Arguments arguments = { .protocols = bad_protocols };

  assert_refused (&arguments);
  for (guint i = 0; i < G_N_ELEMENTS (origins); i++)
    {
      Arguments bad = { .origin = origins[i] };

      assert_refused (&bad);
    }
  for (guint i = 0; i < G_N_ELEMENTS (extensions); i++)
    {
      Arguments bad = { .extensions = extensions[i] };

      assert_refused (&bad);
    }
}

static void
test_bad_extra (void)
{
  static const char *const reserved[] = { "Host",
                                          "upgrade",
                                          "Sec-WebSocket-Key",
                                          "Content-Length" };
  static const char *const single[] = { "Origin", "Authorization" };
  g_autoptr (SoupMessageHeaders) origin = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  Arguments twice = { .origin = "http://a", .extra = origin };

  soup_message_headers_append (origin, "Origin", "http://b");
  assert_refused (&twice);
  for (guint i = 0; i < G_N_ELEMENTS (reserved); i++)
    {
      g_autoptr (SoupMessageHeaders) extra =
        soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
      Arguments bad = { .extra = extra };

      soup_message_headers_append (extra, reserved[i], "1");
      assert_refused (&bad);
    }
  for (guint i = 0; i < G_N_ELEMENTS (single); i++)
    {
      g_autoptr (SoupMessageHeaders) extra =
        soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
      Arguments bad = { .extra = extra };

      soup_message_headers_append (extra, single[i], "a");
      soup_message_headers_append (extra, single[i], "b");
      assert_refused (&bad);
    }
}

static const char *const offered[] = { "irc", "xmpp", NULL };

#define GOOD                                                                                       \
  "HTTP/1.1 101 Switching Protocols\r\n"                                                           \
  "Upgrade: websocket\r\n"                                                                         \
  "Connection: Upgrade\r\n" ACCEPT "\r\n"

static gboolean
check (const Arguments *arguments,
       const char *response,
       char **protocol,
       char **extensions,
       GError **error)
{
  g_autoptr (FayeClientHandshake) self = make (arguments, NULL);
  g_autofree char *text = g_strconcat (response, "\r\n", NULL);
  g_autoptr (FayeHead) head = fixture_response (text);

  return faye_client_handshake_check (self, head, protocol, extensions, error);
}

static void
assert_accepted (const Arguments *arguments,
                 const char *response,
                 const char *protocol,
                 const char *extensions)
{
  g_autofree char *got_protocol = NULL;
  g_autofree char *got_extensions = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (check (arguments, response, &got_protocol, &got_extensions, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (got_protocol, ==, protocol);
  g_assert_cmpstr (got_extensions, ==, extensions);
}

static void
test_accepted (void)
{
  Arguments plain = { 0 };
  Arguments full = { .protocols = offered, .extensions = "x" };

  assert_accepted (&plain, GOOD, NULL, NULL);
  assert_accepted (&plain,
                   "HTTP/1.1 101\r\nUPGRADE: WebSocket\r\nConnection: keep-alive\r\n"
                   "connection: x, UPGRADE\r\n" ACCEPT "\r\n",
                   NULL,
                   NULL);
  assert_accepted (&full, GOOD, NULL, NULL);
  assert_accepted (&full, GOOD "Sec-WebSocket-Protocol: xmpp\r\n", "xmpp", NULL);
  assert_accepted (&full,
                   GOOD "Sec-WebSocket-Extensions: x; a=1\r\nSec-WebSocket-Extensions: y\r\n",
                   NULL,
                   "x; a=1, y");
}

typedef struct
{
  const char *response;
  FayeHttpError code;
  const char *message;
} Case;

#define UPGRADE "HTTP/1.1 101 X\r\nUpgrade: websocket\r\n"
#define CONNECTION UPGRADE "Connection: Upgrade\r\n"

static void
assert_rejected (const Arguments *arguments, const Case *c)
{
  g_autofree char *protocol = NULL;
  g_autofree char *extensions = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (check (arguments, c->response, &protocol, &extensions, &error));
  g_assert_error (error, FAYE_HTTP_ERROR, (int) c->code);
  g_assert_cmpstr (error->message, ==, c->message);
  g_assert_null (protocol);
  g_assert_null (extensions);
}

static void
test_rejected (void)
{
  static const Case cases[] = {
    { "HTTP/1.1 200 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" ACCEPT "\r\n",
      FAYE_HTTP_ERROR_REFUSED,
      "Unexpected status 200 OK" },
    { "HTTP/1.1 403 Forbidden\r\n", FAYE_HTTP_ERROR_REFUSED, "Unexpected status 403 Forbidden" },
    { "HTTP/1.0 503\r\n", FAYE_HTTP_ERROR_REFUSED, "Unexpected status 503" },
    { "HTTP/1.1 100 Continue\r\n", FAYE_HTTP_ERROR_REFUSED, "Unexpected status 100 Continue" },
    { "HTTP/1.0 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" ACCEPT "\r\n",
      FAYE_HTTP_ERROR_HANDSHAKE,
      "Unexpected version \"HTTP/1.0\"" },
    { "HTTP/1.1 101 X\r\nConnection: Upgrade\r\n" ACCEPT "\r\n",
      FAYE_HTTP_ERROR_HANDSHAKE,
      "Upgrade is missing" },
    { "HTTP/1.1 101 X\r\nUpgrade: h2c, websocket\r\nConnection: Upgrade\r\n" ACCEPT "\r\n",
      FAYE_HTTP_ERROR_HANDSHAKE,
      "Unexpected Upgrade \"h2c, websocket\"" },
    { CONNECTION "Upgrade: websocket\r\n" ACCEPT "\r\n",
      FAYE_HTTP_ERROR_HANDSHAKE,
      "Unexpected Upgrade \"websocket, websocket\"" },
    { UPGRADE ACCEPT "\r\n", FAYE_HTTP_ERROR_HANDSHAKE, "Connection is missing" },
    { UPGRADE "Connection: close\r\n" ACCEPT "\r\n",
      FAYE_HTTP_ERROR_HANDSHAKE,
      "Unexpected Connection \"close\"" },
    { CONNECTION, FAYE_HTTP_ERROR_HANDSHAKE, "Sec-WebSocket-Accept is missing" },
    { CONNECTION "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
      FAYE_HTTP_ERROR_HANDSHAKE,
      "Unexpected Sec-WebSocket-Accept \"S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\"" },
    { CONNECTION ACCEPT "\r\n" ACCEPT "\r\n",
      FAYE_HTTP_ERROR_HANDSHAKE,
      "Unexpected Sec-WebSocket-Accept \"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=, "
      "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\"" },
    { GOOD "Sec-WebSocket-Protocol: smtp\r\n",
      FAYE_HTTP_ERROR_HANDSHAKE,
      "Unexpected Sec-WebSocket-Protocol \"smtp\"" },
    { GOOD "Sec-WebSocket-Protocol: IRC\r\n",
      FAYE_HTTP_ERROR_HANDSHAKE,
      "Unexpected Sec-WebSocket-Protocol \"IRC\"" },
    { GOOD "Sec-WebSocket-Protocol: irc, xmpp\r\n",
      FAYE_HTTP_ERROR_HANDSHAKE,
      "Unexpected Sec-WebSocket-Protocol \"irc, xmpp\"" },
    { GOOD "Sec-WebSocket-Protocol: irc\r\nSec-WebSocket-Protocol: irc\r\n",
      FAYE_HTTP_ERROR_HANDSHAKE,
      "Unexpected Sec-WebSocket-Protocol \"irc, irc\"" },
    { GOOD "Sec-WebSocket-Extensions: x\r\n",
      FAYE_HTTP_ERROR_HANDSHAKE,
      "Unexpected Sec-WebSocket-Extensions \"x\"" },
  };
  static const Case unasked = { GOOD "Sec-WebSocket-Protocol: irc\r\n",
                                FAYE_HTTP_ERROR_HANDSHAKE,
                                "Unexpected Sec-WebSocket-Protocol \"irc\"" };
  Arguments arguments = { .protocols = offered };
  Arguments plain = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_rejected (&arguments, &cases[i]);
  assert_rejected (&plain, &unasked);
}

/* Both halves against each other, through both gates. */
static void
test_round_trip (void)
{
  Arguments arguments = { .url = "ws://example.com/a?b", .protocols = offered, .extensions = "x" };
  g_autoptr (FayeClientHandshake) client = make (&arguments, NULL);
  GBytes *request = faye_client_handshake_get_request (client);
  g_autoptr (FayeHead) request_head =
    fixture_parse (TRUE, g_bytes_get_data (request, NULL), g_bytes_get_size (request), NULL, NULL);
  g_autoptr (FayeServerHandshake) server = faye_server_handshake_new (request_head->method,
                                                                      request_head->target,
                                                                      request_head->version,
                                                                      request_head->headers,
                                                                      FALSE,
                                                                      FALSE);
  g_autoptr (GBytes) response = faye_server_handshake_accept (server, "xmpp", "x", NULL);
  g_autoptr (FayeHead) response_head = fixture_parse (FALSE,
                                                      g_bytes_get_data (response, NULL),
                                                      g_bytes_get_size (response),
                                                      NULL,
                                                      NULL);
  g_autofree char *protocol = NULL;
  g_autofree char *extensions = NULL;

  g_assert_cmpstr (faye_server_handshake_get_url (server), ==, "ws://example.com/a?b");
  g_assert_true (faye_client_handshake_check (client, response_head, &protocol, &extensions, NULL));
  g_assert_cmpstr (protocol, ==, "xmpp");
  g_assert_cmpstr (extensions, ==, "x");
}

/* No mutant opens the connection unless the accept key is still right. */
static void
test_mutants (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6455);
  Arguments arguments = { .protocols = offered, .extensions = "x" };
  g_autoptr (FayeClientHandshake) self = make (&arguments, NULL);
  guint accepted = 0;

  for (guint i = 0; i < 20000; i++)
    {
      gsize size = 0;
      g_autofree char *mutant =
        fixture_mutate (rand, GOOD "Sec-WebSocket-Protocol: irc\r\n", &size);
      g_autoptr (GString) text = g_string_new_len (mutant, (gssize) size);
      g_autoptr (FayeHead) head = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *protocol = NULL;
      g_autofree char *extensions = NULL;

      g_string_append (text, "\r\n\r\n\n");
      head = fixture_parse (FALSE, text->str, text->len, NULL, NULL);
      if (!head)
        continue;
      if (faye_client_handshake_check (self, head, &protocol, &extensions, &error))
        {
          g_assert_nonnull (strstr (text->str, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
          accepted++;
        }
      else
        g_assert_nonnull (error);
    }
  g_assert_cmpuint (accepted, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/faye/http/client-handshake/plain-request", test_plain_request);
  g_test_add_func ("/faye/http/client-handshake/full-request", test_full_request);
  g_test_add_func ("/faye/http/client-handshake/authorization", test_authorization);
  g_test_add_func ("/faye/http/client-handshake/A41-bad-arguments", test_bad_arguments);
  g_test_add_func ("/faye/http/client-handshake/A41-bad-extra", test_bad_extra);
  g_test_add_func ("/faye/http/client-handshake/accepted", test_accepted);
  g_test_add_func ("/faye/http/client-handshake/A40-rejected", test_rejected);
  g_test_add_func ("/faye/http/client-handshake/round-trip", test_round_trip);
  g_test_add_func ("/faye/http/client-handshake/mutants", test_mutants);

  return g_test_run ();
}
