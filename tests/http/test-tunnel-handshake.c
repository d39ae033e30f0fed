/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-tunnel-handshake-private.h"

#include "faye/http/faye-head-gate-private.h"
#include "faye/http/faye-http-error-private.h"

#include <string.h>

/* The request for a tunnel, byte for byte, and the judgement of all that may come back. */

static FayeTunnelHandshake *
handshake_new (const char *host, const char *proxy, SoupMessageHeaders *extra, GError **error)
{
  g_autoptr (FayeUrl) url = faye_url_parse_prefixed (proxy, "http://", 80, NULL);

  g_assert_nonnull (url);
  return faye_tunnel_handshake_new (host, 8443, url, extra, error);
}

static void
assert_request (const char *host,
                const char *proxy,
                SoupMessageHeaders *extra,
                const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FayeTunnelHandshake) handshake = handshake_new (host, proxy, extra, &error);
  GBytes *request;

  g_assert_no_error (error);
  request = faye_tunnel_handshake_get_request (handshake);
  g_assert_cmpmem (g_bytes_get_data (request, NULL),
                   g_bytes_get_size (request),
                   expected,
                   strlen (expected));
}

#define HEAD "CONNECT h.example:8443 HTTP/1.1\r\nHost: h.example:8443\r\n"

static void
test_request (void)
{
  assert_request ("h.example", "http://p", NULL, HEAD "\r\n");
  assert_request ("::1",
                  "http://p",
                  NULL,
                  "CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n");
  assert_request ("h.example",
                  "http://Aladdin:open%20sesame@p",
                  NULL,
                  HEAD "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
  assert_request ("h.example",
                  "http://user@p",
                  NULL,
                  HEAD "Proxy-Authorization: Basic dXNlcjo=\r\n\r\n");
}

static void
test_headers (void)
{
  SoupMessageHeaders *extra = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);

  soup_message_headers_append (extra, "User-Agent", "x/1");
  assert_request ("h.example",
                  "http://user@p",
                  extra,
                  HEAD "Proxy-Authorization: Basic dXNlcjo=\r\nUser-Agent: x/1\r\n\r\n");
  soup_message_headers_append (extra, "proxy-authorization", "Bearer y");
  assert_request ("h.example",
                  "http://user@p",
                  extra,
                  HEAD "User-Agent: x/1\r\nProxy-Authorization: Bearer y\r\n\r\n");
  soup_message_headers_unref (extra);
}

typedef struct
{
  const char *name;
  const char *value;
} Field;

/* A41 */
static void
test_bad_headers (void)
{
  static const Field fields[] = {
    { "Host", "other" },
    { "Content-Length", "5" },
    { "Transfer-Encoding", "chunked" },
    { "Connection", "close" },
    { "Upgrade", "websocket" },
    { "Sec-WebSocket-Key", "x" },
    { "X(Y", "z" },
    { "X", "secret\x7f" },
    { "X", "secret\xff" },
    { "Proxy-Authorization", "Basic secret" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      SoupMessageHeaders *extra = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
      g_autoptr (GError) error = NULL;

      soup_message_headers_append (extra, fields[i].name, fields[i].value);
      if (strcmp (fields[i].name, "Proxy-Authorization") == 0)
        soup_message_headers_append (extra, fields[i].name, fields[i].value);
      g_assert_null (handshake_new ("h", "http://p", extra, &error));
      g_assert_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, fields[i].name));
      g_assert_null (strstr (error->message, "secret"));
      soup_message_headers_unref (extra);
    }
}

typedef struct
{
  const char *name;
  const char *text;
  gsize size; /* 0: as long as the text is */
  gboolean ends;
  FayeTunnelResult result;
  guint status; /* of the final answer; 0: none */
  FayeHttpError code;
  const char *told; /* in the message */
} Answer;

#define OK "HTTP/1.1 200 Connection established\r\n"
#define TEXT(literal) literal, sizeof literal - 1

static const Answer answers[] = {
  { "plain", TEXT (OK "\r\n"), FALSE, FAYE_TUNNEL_OPEN, 200, 0, NULL },
  { "http-1.0", TEXT ("HTTP/1.0 200 OK\r\nVia: x\r\n\r\n"), FALSE, FAYE_TUNNEL_OPEN, 200, 0, NULL },
  { "no-reason", TEXT ("HTTP/1.1 200\r\n\r\n"), FALSE, FAYE_TUNNEL_OPEN, 200, 0, NULL },
  { "another-2xx", TEXT ("HTTP/1.1 299 x\r\n\r\n"), FALSE, FAYE_TUNNEL_OPEN, 299, 0, NULL },
  { "empty-body", TEXT (OK "Content-Length: 0\r\n\r\n"), FALSE, FAYE_TUNNEL_OPEN, 200, 0, NULL },
  { "F28-continue",
    TEXT ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\nLink: y\r\n\r\n" OK "\r\n"),
    FALSE,
    FAYE_TUNNEL_OPEN,
    200,
    0,
    NULL },
  { "half", TEXT (OK), FALSE, FAYE_TUNNEL_MORE, 0, 0, NULL },
  { "F28-eof", TEXT (OK), TRUE, FAYE_TUNNEL_FAILED, 0, FAYE_HTTP_ERROR_PROXY, "ended" },
  { "F28-eof-at-once", "", 0, TRUE, FAYE_TUNNEL_FAILED, 0, FAYE_HTTP_ERROR_PROXY, "ended" },
  { "F28-eof-after",
    TEXT (OK "\r\n"),
    TRUE,
    FAYE_TUNNEL_FAILED,
    200,
    FAYE_HTTP_ERROR_PROXY,
    "ended right after" },
  { "F28-eof-after-continue",
    TEXT ("HTTP/1.1 100 x\r\n\r\n"),
    TRUE,
    FAYE_TUNNEL_FAILED,
    0,
    FAYE_HTTP_ERROR_PROXY,
    "ended" },
  { "F28-lf-only",
    TEXT ("HTTP/1.1 200 x\n\n"),
    FALSE,
    FAYE_TUNNEL_FAILED,
    0,
    FAYE_HTTP_ERROR_PROXY,
    "LF" },
  { "F28-nul",
    TEXT ("HTTP/1.1 200 x\r\nA: \0\r\n\r\n"),
    FALSE,
    FAYE_TUNNEL_FAILED,
    0,
    FAYE_HTTP_ERROR_PROXY,
    "0x00" },
  { "F28-garbage",
    TEXT ("SSH-2.0-OpenSSH_9\r\n"),
    FALSE,
    FAYE_TUNNEL_FAILED,
    0,
    FAYE_HTTP_ERROR_PROXY,
    "SSH-2.0" },
  { "F28-407",
    TEXT ("HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n"),
    FALSE,
    FAYE_TUNNEL_FAILED,
    407,
    FAYE_HTTP_ERROR_PROXY_AUTHENTICATION,
    "407 \"Who are you\"" },
  { "F28-403-body",
    TEXT ("HTTP/1.1 403 No\r\nContent-Length: 5\r\n\r\nhello"),
    FALSE,
    FAYE_TUNNEL_FAILED,
    403,
    FAYE_HTTP_ERROR_PROXY,
    "403 \"No\"" },
  { "F28-502",
    TEXT ("HTTP/1.1 502 \r\n\r\n"),
    FALSE,
    FAYE_TUNNEL_FAILED,
    502,
    FAYE_HTTP_ERROR_PROXY,
    "502" },
  { "A46-401",
    TEXT ("HTTP/1.1 401 x\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n"),
    FALSE,
    FAYE_TUNNEL_FAILED,
    401,
    FAYE_HTTP_ERROR_PROXY_AUTHENTICATION,
    "401" },
  { "302",
    TEXT ("HTTP/1.1 302 x\r\nLocation: http://elsewhere/\r\n\r\n"),
    FALSE,
    FAYE_TUNNEL_FAILED,
    302,
    FAYE_HTTP_ERROR_PROXY,
    "302" },
  { "101",
    TEXT ("HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n"),
    FALSE,
    FAYE_TUNNEL_FAILED,
    101,
    FAYE_HTTP_ERROR_PROXY,
    "101" },
  { "A47-chunked",
    TEXT (OK "Transfer-Encoding: chunked\r\n\r\n"),
    FALSE,
    FAYE_TUNNEL_FAILED,
    200,
    FAYE_HTTP_ERROR_PROXY,
    "body" },
  { "A47-identity",
    TEXT (OK "Transfer-Encoding: identity\r\n\r\n"),
    FALSE,
    FAYE_TUNNEL_FAILED,
    200,
    FAYE_HTTP_ERROR_PROXY,
    "body" },
  { "A47-length",
    TEXT (OK "Content-Length: 5\r\n\r\n"),
    FALSE,
    FAYE_TUNNEL_FAILED,
    200,
    FAYE_HTTP_ERROR_PROXY,
    "body" },
  { "A47-lengths",
    TEXT (OK "Content-Length: 0\r\nContent-Length: 5\r\n\r\n"),
    FALSE,
    FAYE_TUNNEL_FAILED,
    200,
    FAYE_HTTP_ERROR_PROXY,
    "body" },
  { "A47-bytes",
    TEXT (OK "\r\nH"),
    FALSE,
    FAYE_TUNNEL_FAILED,
    200,
    FAYE_HTTP_ERROR_PROXY,
    "More than the answer" },
};

static FayeTunnelResult
feed_pieces (FayeTunnelHandshake *handshake, const Answer *answer, gsize piece, GError **error)
{
  FayeTunnelResult result = FAYE_TUNNEL_MORE;

  for (gsize at = 0, n; at < answer->size; at += n)
    {
      n = MIN (piece, answer->size - at);
      g_clear_error (error);
      result = faye_tunnel_handshake_feed (handshake, (const guint8 *) answer->text + at, n, error);
    }
  if (!answer->ends)
    return result;
  g_clear_error (error);
  return faye_tunnel_handshake_feed (handshake, NULL, 0, error);
}

/* Whole, and in pieces of every size. */
static void
test_answer (gconstpointer data)
{
  const Answer *answer = data;

  for (gsize piece = 1; piece <= MAX (answer->size, 1); piece++)
    {
      g_autoptr (FayeTunnelHandshake) handshake = handshake_new ("h", "http://p", NULL, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (FayeHead) head = NULL;

      g_assert_cmpint (feed_pieces (handshake, answer, piece, &error), ==, answer->result);
      head = faye_tunnel_handshake_steal_answer (handshake);
      g_assert_cmpuint (head != NULL ? head->status : 0, ==, answer->status);
      if (answer->result != FAYE_TUNNEL_FAILED)
        {
          g_assert_no_error (error);
          continue;
        }
      g_assert_error (error, FAYE_HTTP_ERROR, (int) answer->code);
      g_assert_nonnull (strstr (error->message, answer->told));
    }
}

/* 400 KiB of head are read no further than 32. */
static void
test_F28_endless (void)
{
  g_autoptr (FayeTunnelHandshake) handshake = handshake_new ("h", "http://p", NULL, NULL);
  g_autoptr (GError) error = NULL;
  const char *line = "X: 0123456789012345678901234567890123456789012345678901234567890123456789"
                     "0123456789012345678901234567890123456789012345678901234567890123456789"
                     "0123456789012345678901234567890123456789012345678901234567890123456789"
                     "012345678901234567890123456789012345678901234567890123456789\r\n";
  gsize fed = strlen (OK);

  faye_tunnel_handshake_feed (handshake, (const guint8 *) OK, fed, &error);
  while (error == NULL)
    {
      g_assert_cmpuint (fed, <=, FAYE_HEAD_MAX_SIZE + 1024);
      fed += strlen (line);
      faye_tunnel_handshake_feed (handshake, (const guint8 *) line, strlen (line), &error);
    }
  g_assert_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_PROXY);
}

static void
test_F28_endless_interim (void)
{
  g_autoptr (FayeTunnelHandshake) handshake = handshake_new ("h", "http://p", NULL, NULL);
  g_autoptr (GError) error = NULL;
  const char *head = "HTTP/1.1 102 x\r\n\r\n";

  for (guint i = 0; i < FAYE_TUNNEL_MAX_INTERIM; i++)
    {
      faye_tunnel_handshake_feed (handshake, (const guint8 *) head, strlen (head), &error);
      g_assert_no_error (error);
    }
  faye_tunnel_handshake_feed (handshake, (const guint8 *) head, strlen (head), &error);
  g_assert_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_PROXY);
}

/* A47: what comes after the judgement cannot mend it, and spoils a good one. */
static void
test_after (void)
{
  g_autoptr (FayeTunnelHandshake) handshake = handshake_new ("h", "http://p", NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;
  const guint8 *ok = (const guint8 *) OK "\r\n";
  gsize size = strlen (OK "\r\n");

  g_assert_cmpint (faye_tunnel_handshake_feed (handshake, ok, size, &error), ==, FAYE_TUNNEL_OPEN);
  g_assert_no_error (error);
  g_assert_cmpint (faye_tunnel_handshake_feed (handshake, ok, size, &error),
                   ==,
                   FAYE_TUNNEL_FAILED);
  g_assert_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_PROXY);
  g_assert_cmpint (faye_tunnel_handshake_feed (handshake, ok, size, &again),
                   ==,
                   FAYE_TUNNEL_FAILED);
  g_assert_cmpstr (error->message, ==, again->message);
}

#define PATH "/faye/http/tunnel-handshake/"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func (PATH "A46-request", test_request);
  g_test_add_func (PATH "A46-headers", test_headers);
  g_test_add_func (PATH "A41-bad-headers", test_bad_headers);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree char *path = g_strdup_printf (PATH "answer/%s", answers[i].name);

      g_test_add_data_func (path, &answers[i], test_answer);
    }
  g_test_add_func (PATH "F28-endless", test_F28_endless);
  g_test_add_func (PATH "F28-endless-interim", test_F28_endless_interim);
  g_test_add_func (PATH "A47-after", test_after);
  return g_test_run ();
}
