/* SPDX-License-Identifier: MIT */

#include "tests/api/harness.h"

#include <string.h>

/* The client: what it asks for, what it takes for an answer, and how it tells of a refusal. */

static FayeWebSocketClient *
client_of (Log *log)
{
  return FAYE_WEB_SOCKET_CLIENT (log->socket);
}

static void
assert_open (Log *log, Call *call, GQuark domain, int code)
{
  g_autoptr (GError) error = NULL;
  gboolean ok;

  WAIT_UNTIL (call->n_done > 0);
  g_assert_cmpuint (call->n_done, ==, 1);
  ok = faye_web_socket_client_open_finish (client_of (log), call->result, &error);
  g_assert_cmpint (ok, ==, domain == 0);
  if (domain == 0)
    g_assert_no_error (error);
  else
    g_assert_error (error, domain, code);
  g_clear_object (&call->result);
  call->n_done = 0;
}

typedef struct
{
  const char *name;
  const char *response; /* after the raw server has the request; then it ends the stream */
  guint status;
  const char *body; /* NULL: none */
} Refusal;

static const Refusal refusals[] = {
  { "200-length", "HTTP/1.1 200 OK\r\nX-Why: a\r\nContent-Length: 5\r\n\r\nhello", 200, "hello" },
  { "301-empty",
    "HTTP/1.1 301 Moved Permanently\r\nX-Why: a\r\nLocation: ws://x/\r\nContent-Length: 0\r\n\r\n",
    301,
    "" },
  { "401-chunked",
    "HTTP/1.1 401 Unauthorized\r\nX-Why: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n",
    401,
    "abcdefg" },
  { "403-until-end", "HTTP/1.1 403 Forbidden\r\nX-Why: a\r\n\r\nno entry", 403, "no entry" },
  { "404-cut", "HTTP/1.1 404 Not Found\r\nX-Why: a\r\nContent-Length: 100\r\n\r\ncut", 404, "cut" },
  { "500-interim",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n"
    "HTTP/1.1 500 Oops\r\nX-Why: a\r\nContent-Length: 2\r\n\r\nno",
    500,
    "no" },
};

static void
test_refused (gconstpointer data)
{
  const Refusal *refusal = data;
  Call call = { NULL };
  g_autoptr (GBytes) body = NULL;
  Host *host;
  Log *client;
  Raw *raw;

  dialled_new (&host, &client, &raw);
  faye_web_socket_client_open_async (client_of (client), NULL, call_cb, &call);
  g_free (raw_read_head (raw));
  raw_print (raw, "%s", refusal->response);
  WAIT_UNTIL (!raw->writing);
  raw_vanish (raw, FALSE);
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error refused", "closed 1006 ");
  g_assert_cmpuint (faye_web_socket_client_get_status_code (client_of (client)),
                    ==,
                    refusal->status);
  g_assert_cmpstr (soup_message_headers_get_one (faye_web_socket_client_get_response_headers (
                                                   client_of (client)),
                                                 "X-Why"),
                   ==,
                   "a");
  body = faye_web_socket_client_get_response_body (client_of (client));
  g_assert_cmpmem (body != NULL ? g_bytes_get_data (body, NULL) : "",
                   body != NULL ? g_bytes_get_size (body) : 0,
                   refusal->body,
                   strlen (refusal->body));
  assert_open (client, &call, FAYE_ERROR, FAYE_ERROR_REFUSED);
  faye_web_socket_client_open_async (client_of (client), NULL, call_cb, &call);
  assert_open (client, &call, FAYE_ERROR, FAYE_ERROR_REFUSED);
  log_end (client);
  raw_free (raw);
  host_free (host);
}

/* What is over 64 KiB is not kept, and not waited for. */
static void
test_refused_at_length (void)
{
  g_autofree char *text = g_strnfill (200000, 'x');
  g_autoptr (GBytes) body = NULL;
  Host *host;
  Log *client;
  Raw *raw;

  dialled_new (&host, &client, &raw);
  raw->holds = TRUE;
  g_free (raw_read_head (raw));
  raw_print (raw, "HTTP/1.1 503 Busy\r\nContent-Length: 1000000\r\n\r\n%s", text);
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error refused", "closed 1006 ");
  body = faye_web_socket_client_get_response_body (client_of (client));
  g_assert_cmpuint (g_bytes_get_size (body), ==, 65536);
  log_end (client);
  raw_free (raw);
  host_free (host);
}

typedef struct
{
  const char *name;
  const char *extra; /* lines of the 101; "%" first: instead of the whole response */
} BadAnswer;

static const BadAnswer bad_answers[] = {
  { "protocol", "Sec-WebSocket-Protocol: unasked\r\n" },
  { "extension", "Sec-WebSocket-Extensions: permessage-deflate\r\n" },
  { "two-accepts", "Sec-WebSocket-Accept: " RAW_ACCEPT "\r\n" },
  { "wrong-accept",
    "%HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: " RAW_ACCEPT "\r\n\r\n" },
  { "no-accept", "%HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n" },
  { "no-upgrade", "%HTTP/1.1 101 S\r\nConnection: Upgrade\r\n\r\n" },
  { "two-upgrades", "Upgrade: websocket\r\n" },
  { "h2c", "%HTTP/1.1 101 S\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n" },
  { "no-connection", "%HTTP/1.1 101 S\r\nUpgrade: websocket\r\n\r\n" },
  { "unknown-extension", "Sec-WebSocket-Extensions: x-other\r\n" },
  { "http-1.0", "%HTTP/1.0 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n" },
  { "garbage", "%SSH-2.0-OpenSSH_9.2\r\n\r\n" },
  { "bare-lf", "%HTTP/1.1 101 S\nUpgrade: websocket\n\n" },
  { "nothing", "%" },
  { "half", "%HTTP/1.1 101 Switching Proto" },
};

/* A40 */
static void
test_A40_bad_answer (gconstpointer data)
{
  const BadAnswer *bad = data;
  g_autofree char *request = NULL;
  g_autofree char *response = NULL;
  Host *host;
  Log *client;
  Raw *raw;

  dialled_new (&host, &client, &raw);
  request = raw_read_head (raw);
  if (bad->extra[0] == '%')
    response = g_strdup (bad->extra + 1);
  else
    response = raw_make_response (request, bad->extra);
  raw_print (raw, "%s", response);
  raw_send_frame (raw, 0x81, "early", 5);
  if (bad->extra[1] == '\0' || !g_str_has_suffix (response, "\n"))
    {
      WAIT_UNTIL (!raw->writing);
      raw_vanish (raw, FALSE);
    }
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error handshake", "closed 1006 ");
  log_end (client);
  raw_free (raw);
  host_free (host);
}

static void
test_F30_too_many_interim (void)
{
  Host *host;
  Log *client;
  Raw *raw;
  guint i;

  dialled_new (&host, &client, &raw);
  for (i = 0; i < 50; i++)
    raw_print (raw, "HTTP/1.1 100 Continue\r\n\r\n");
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error handshake", "closed 1006 ");
  log_end (client);
  raw_free (raw);
  host_free (host);
}

static void
test_F30_interim_then_101 (void)
{
  Host *host;
  Log *client;
  Raw *raw;

  dialled_new (&host, &client, &raw);
  raw_print (raw, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
  g_free (raw_answer_request (raw, ""));
  WAIT_UNTIL (client->is_open);
  g_assert_cmpuint (faye_web_socket_client_get_status_code (client_of (client)), ==, 101);
  g_assert_null (faye_web_socket_client_get_response_body (client_of (client)));
  faye_web_socket_abort (client->socket);
  log_end (client);
  raw_free (raw);
  host_free (host);
}

static void
test_A33_endless_head (void)
{
  Host *host;
  Log *client;
  Raw *raw;

  dialled_new (&host, &client, &raw);
  raw_print (raw, "HTTP/1.1 101 S\r\n");
  while (!client->is_closed)
    {
      if (!raw->writing)
        raw_print (raw, "X-More: and more and more and more and more and more\r\n");
      g_main_context_iteration (NULL, TRUE);
    }
  ASSERT_LOG (client, "error handshake", "closed 1006 ");
  log_end (client);
  raw_free (raw);
  host_free (host);
}

/* F29: 101, frames and Close in one segment. */
static void
test_F29_coalesced (void)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GBytes) one = raw_make_frame (FALSE, 0x81, "one", 3);
  g_autoptr (GBytes) end = raw_make_frame (FALSE, 0x88, "\x03\xe8", 2);
  g_autofree char *request = NULL;
  g_autofree char *response = NULL;
  Host *host;
  Log *client;
  Raw *raw;

  dialled_new (&host, &client, &raw);
  request = raw_read_head (raw);
  response = raw_make_response (request, "");
  g_byte_array_append (all, (guint8 *) response, (guint) strlen (response));
  g_byte_array_append (all, g_bytes_get_data (one, NULL), (guint) g_bytes_get_size (one));
  g_byte_array_append (all, g_bytes_get_data (end, NULL), (guint) g_bytes_get_size (end));
  raw_send (raw, all->data, all->len);
  WAIT_UNTIL (raw->ended || raw->in->len > 0);
  raw_vanish (raw, FALSE);
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "open", "text one", "closed 1000 ");
  log_end (client);
  raw_free (raw);
  host_free (host);
}

static void
test_request (void)
{
  static const char *const protocols[] = { "chat", "irc", NULL };
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  Host *host = host_new (HOST_BARE);
  g_autofree char *url = g_strdup_printf ("ws://me:secret@%spath?q=1", host->url + 5);
  g_autofree char *request = NULL;
  Log *client;

  soup_message_headers_append (headers, "X-Mine", "value");
  client = log_new (g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT,
                                  "url",
                                  url,
                                  "origin",
                                  "https://example.org",
                                  "protocols",
                                  protocols,
                                  "headers",
                                  headers,
                                  NULL));
  WAIT_UNTIL (host->raw != NULL);
  request = raw_answer_request (host->raw, "Sec-WebSocket-Protocol: irc\r\nX-Theirs: back\r\n");
  WAIT_UNTIL (client->is_open);
  g_assert_true (g_str_has_prefix (request, "GET /path?q=1 HTTP/1.1\r\n"));
  g_assert_nonnull (strstr (request, "\r\nX-Mine: value\r\n"));
  g_assert_nonnull (strstr (request, "\r\nOrigin: https://example.org\r\n"));
  g_assert_nonnull (strstr (request, "\r\nSec-WebSocket-Protocol: chat, irc\r\n"));
  g_assert_nonnull (strstr (request, "\r\nAuthorization: Basic bWU6c2VjcmV0\r\n"));
  g_assert_nonnull (strstr (request, "\r\nSec-WebSocket-Version: 13\r\n"));
  g_assert_cmpstr (faye_web_socket_get_protocol (client->socket), ==, "irc");
  g_assert_cmpstr (faye_web_socket_get_version (client->socket), ==, "hybi-13");
  g_assert_cmpstr (faye_web_socket_client_get_origin (client_of (client)),
                   ==,
                   "https://example.org");
  g_assert_cmpstr (soup_message_headers_get_one (faye_web_socket_client_get_response_headers (
                                                   client_of (client)),
                                                 "X-Theirs"),
                   ==,
                   "back");
  faye_web_socket_abort (client->socket);
  log_end (client);
  raw_free (host->raw);
  host_free (host);
}

typedef struct
{
  const char *name;
  const char *url;
  const char *protocol;
  const char *origin;
  const char *header;
  const char *value;
  const char *error;
} BadArgument;

#define URL "ws://127.0.0.1:1/"
#define BAD_ARGUMENT "error invalid-argument"
#define BAD_URL "error invalid-url"

static const BadArgument bad_arguments[] = {
  { "no-url", "", NULL, NULL, NULL, NULL, BAD_URL },
  { "scheme", "ftp://localhost/", NULL, NULL, NULL, NULL, BAD_URL },
  { "fragment", URL "#x", NULL, NULL, NULL, NULL, BAD_URL },
  { "url-crlf", URL "\r\nX: y", NULL, NULL, NULL, NULL, BAD_URL },
  { "url-lf", URL "\nX: y", NULL, NULL, NULL, NULL, BAD_URL },
  { "url-c0", URL "\x01", NULL, NULL, NULL, NULL, BAD_URL },
  { "url-del", URL "\x7f", NULL, NULL, NULL, NULL, BAD_URL },
  { "url-host-crlf", "ws://a\r\nX: y/", NULL, NULL, NULL, NULL, BAD_URL },
  { "url-host-escaped", "ws://a%0d%0aX/", NULL, NULL, NULL, NULL, BAD_URL },
  { "url-user-crlf", "ws://a%0d%0aX: y@127.0.0.1:1/", NULL, NULL, NULL, NULL, BAD_URL },
  { "url-user-nul", "ws://a%00@127.0.0.1:1/", NULL, NULL, NULL, NULL, BAD_URL },
  { "url-password-c0", "ws://a:%01@127.0.0.1:1/", NULL, NULL, NULL, NULL, BAD_URL },
  { "port", "ws://localhost:99999/", NULL, NULL, NULL, NULL, BAD_URL },
  { "protocol", URL, "a b", NULL, NULL, NULL, BAD_ARGUMENT },
  { "protocol-crlf", URL, "a\r\nX: y", NULL, NULL, NULL, BAD_ARGUMENT },
  { "protocol-comma", URL, "a,b", NULL, NULL, NULL, BAD_ARGUMENT },
  { "protocol-empty", URL, "", NULL, NULL, NULL, BAD_ARGUMENT },
  { "origin-crlf", URL, NULL, "http://a\r\nX: y", NULL, NULL, BAD_ARGUMENT },
  { "origin-lf", URL, NULL, "http://a\n", NULL, NULL, BAD_ARGUMENT },
  { "origin-c0", URL, NULL, "http://a\x0b", NULL, NULL, BAD_ARGUMENT },
  { "origin-empty", URL, NULL, "", NULL, NULL, BAD_ARGUMENT },
  { "header-name", URL, NULL, NULL, "X(Y)", "x", BAD_ARGUMENT },
  { "header-name-c0", URL, NULL, NULL, "X\x01", "x", BAD_ARGUMENT },
  { "header-value-c0", URL, NULL, NULL, "X", "a\x01", BAD_ARGUMENT },
  { "header-value-c1", URL, NULL, NULL, "X", "a\xc2\x85", BAD_ARGUMENT },
  { "header-value-not-utf8", URL, NULL, NULL, "X", "a\xff", BAD_ARGUMENT },
  { "header-upgrade", URL, NULL, NULL, "Upgrade", "x", BAD_ARGUMENT },
  { "header-connection", URL, NULL, NULL, "connection", "x", BAD_ARGUMENT },
  { "header-host", URL, NULL, NULL, "Host", "x", BAD_ARGUMENT },
  { "header-length", URL, NULL, NULL, "Content-Length", "5", BAD_ARGUMENT },
  { "header-encoding", URL, NULL, NULL, "Transfer-Encoding", "chunked", BAD_ARGUMENT },
  { "header-key", URL, NULL, NULL, "Sec-WebSocket-Key", "x", BAD_ARGUMENT },
  { "header-version", URL, NULL, NULL, "SEC-WEBSOCKET-VERSION", "8", BAD_ARGUMENT },
  { "header-protocol", URL, NULL, NULL, "Sec-WebSocket-Protocol", "x", BAD_ARGUMENT },
  { "header-extensions", URL, NULL, NULL, "Sec-WebSocket-Extensions", "x", BAD_ARGUMENT },
  { "header-accept", URL, NULL, NULL, "Sec-WebSocket-Accept", "x", BAD_ARGUMENT },
  { "second-origin", URL, NULL, "http://a", "Origin", "http://b", BAD_ARGUMENT },
};

/* A41: judged before anything is sent. */
static void
test_A41_bad_argument (gconstpointer data)
{
  const BadArgument *bad = data;
  const char *protocols[] = { bad->protocol, NULL };
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  Call call = { NULL };
  Log *client;

  if (bad->header != NULL)
    soup_message_headers_append (headers, bad->header, bad->value);
  client = log_new (g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT,
                                  "url",
                                  bad->url,
                                  "origin",
                                  bad->origin,
                                  "protocols",
                                  bad->protocol != NULL ? protocols : NULL,
                                  "headers",
                                  headers,
                                  NULL));
  faye_web_socket_client_open_async (client_of (client), NULL, call_cb, &call);
  g_assert_cmpuint (client->lines->len, ==, 0);
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, bad->error, "closed 1006 ");
  assert_open (client, &call, FAYE_ERROR, client->error->code);
  g_assert_cmpuint (faye_web_socket_client_get_status_code (client_of (client)), ==, 0);
  g_assert_null (faye_web_socket_client_get_response_headers (client_of (client)));
  log_end (client);
}

static void
test_no_server (void)
{
  Host *host = host_new (HOST_BARE);
  g_autofree char *url = g_strdup (host->url);
  Log *client;

  host_free (host);
  client = log_new (faye_web_socket_client_new (url, NULL));
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error connect", "closed 1006 ");
  *strrchr (url, '/') = '\0';
  g_assert_nonnull (strstr (client->error->message, url + strlen ("ws://")));
  log_end (client);
  client = log_new (faye_web_socket_client_new ("ws+unix:/nowhere/at/all:/", NULL));
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error connect", "closed 1006 ");
  log_end (client);
}

/* A48: before the certificate is trusted. */
static void
test_A48_untrusted (void)
{
  Host *host = host_new (HOST_SOUP_TLS);
  Log *client = log_new (faye_web_socket_client_new (host->url, NULL));

  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error certificate", "closed 1006 ");
  g_assert_cmpuint (host->n_connections, ==, 0);
  log_end (client);
  host_free (host);
}

/* A server that never answers, one that stops in its head, one that stops in a refusal. */
static void
test_timeout (gconstpointer data)
{
  const char *response = data;
  gboolean refused = strstr (response, "404") != NULL;
  Host *host = host_new (HOST_BARE);
  Log *client = log_new (faye_web_socket_client_new (host->url, NULL));

  faye_web_socket_set_handshake_timeout (client->socket, 0.1);
  WAIT_UNTIL (host->raw != NULL);
  raw_print (host->raw, "%s", response);
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, refused ? "error refused" : "error timed-out", "closed 1006 ");
  log_end (client);
  raw_free (host->raw);
  host_free (host);
}

static void
test_close_before_open (gconstpointer data)
{
  guint stage = GPOINTER_TO_UINT (data);
  g_autoptr (FayeMessage) message = faye_message_new_text ("never");
  Call call = { NULL };
  Call sent = { NULL };
  Host *host = host_new (HOST_BARE);
  Log *client = log_new (faye_web_socket_client_new (host->url, NULL));

  faye_web_socket_client_open_async (client_of (client), NULL, call_cb, &call);
  faye_web_socket_send_async (client->socket, message, NULL, call_cb, &sent);
  if (stage == 1)
    g_main_context_iteration (NULL, FALSE);
  if (stage == 2)
    WAIT_UNTIL (host->raw != NULL && host->raw->in->len > 0);
  g_assert_true (faye_web_socket_close (client->socket, 1000, "", NULL));
  g_assert_true (faye_web_socket_close (client->socket, 1000, "", NULL));
  g_assert_false (faye_web_socket_send_text (client->socket, "late"));
  g_assert_false (client->is_closed);
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "closed 1006 ");
  assert_open (client, &call, FAYE_ERROR, FAYE_ERROR_NOT_OPEN);
  WAIT_UNTIL (sent.n_done == 1);
  g_assert_false (faye_web_socket_send_finish (client->socket, sent.result, NULL));
  g_clear_object (&sent.result);
  log_end (client);
  harness_turn_for (20);
  if (host->raw != NULL)
    {
      WAIT_UNTIL (host->raw->ended);
      raw_free (host->raw);
    }
  host_free (host);
}

/* F14 */
static void
test_open_async (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Call call = { NULL };
  Call cancelled = { NULL };
  Both both;

  both.host = host_new (HOST_RAW);
  both.client = log_new (faye_web_socket_client_new (both.host->url, NULL));
  faye_web_socket_client_open_async (client_of (both.client), NULL, call_cb, &call);
  faye_web_socket_client_open_async (client_of (both.client), cancellable, call_cb, &cancelled);
  g_cancellable_cancel (cancellable);
  assert_open (both.client, &cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  faye_web_socket_client_open_async (client_of (both.client), cancellable, call_cb, &cancelled);
  assert_open (both.client, &cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_open (both.client, &call, 0, 0);
  g_assert_true (both.client->is_open);
  faye_web_socket_client_open_async (client_of (both.client), NULL, call_cb, &call);
  assert_open (both.client, &call, 0, 0);
  both.server = both.host->server;
  faye_web_socket_close (both.client->socket, 1000, "", NULL);
  WAIT_UNTIL (both.client->is_closed);
  faye_web_socket_client_open_async (client_of (both.client), NULL, call_cb, &call);
  assert_open (both.client, &call, 0, 0);
  both_end (&both);
}

/* A08: a server's frames are not masked. */
static void
test_A08_masked_frame (void)
{
  Host *host;
  Log *client;
  Raw *raw;

  dialled_open (&host, &client, &raw);
  raw->masks = TRUE;
  raw_send_frame (raw, 0x81, "x", 1);
  raw->masks = FALSE;
  WAIT_UNTIL (client->error != NULL);
  g_assert_error (client->error, FAYE_ERROR, FAYE_ERROR_PROTOCOL);
  WAIT_UNTIL (client->is_closed);
  log_end (client);
  raw_free (raw);
  host_free (host);
}

#define PATH "/faye/api/web-socket-client/"

static void
add_tables (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *name = g_strconcat (PATH "refused/", refusals[i].name, NULL);

      g_test_add_data_func (name, &refusals[i], test_refused);
    }
  for (i = 0; i < G_N_ELEMENTS (bad_answers); i++)
    {
      g_autofree char *name = g_strconcat (PATH "A40-bad-answer/", bad_answers[i].name, NULL);

      g_test_add_data_func (name, &bad_answers[i], test_A40_bad_answer);
    }
  for (i = 0; i < G_N_ELEMENTS (bad_arguments); i++)
    {
      g_autofree char *name = g_strconcat (PATH "A41-bad-argument/", bad_arguments[i].name, NULL);

      g_test_add_data_func (name, &bad_arguments[i], test_A41_bad_argument);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_tables ();
  g_test_add_func (PATH "refused/at-length", test_refused_at_length);
  g_test_add_func (PATH "F30-too-many-interim", test_F30_too_many_interim);
  g_test_add_func (PATH "F30-interim-then-101", test_F30_interim_then_101);
  g_test_add_func (PATH "A33-endless-head", test_A33_endless_head);
  g_test_add_func (PATH "F29-coalesced", test_F29_coalesced);
  g_test_add_func (PATH "request", test_request);
  g_test_add_func (PATH "no-server", test_no_server);
  g_test_add_func (PATH "A48-untrusted", test_A48_untrusted);
  g_test_add_func (PATH "open-async", test_open_async);
  g_test_add_func (PATH "A08-masked-frame", test_A08_masked_frame);
  g_test_add_data_func (PATH "timeout/silence", "", test_timeout);
  g_test_add_data_func (PATH "timeout/head", "HTTP/1.1 101 Swi", test_timeout);
  g_test_add_data_func (PATH "timeout/body",
                        "HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\nx",
                        test_timeout);
  g_test_add_data_func (PATH "close-before-open/0", GUINT_TO_POINTER (0), test_close_before_open);
  g_test_add_data_func (PATH "close-before-open/1", GUINT_TO_POINTER (1), test_close_before_open);
  g_test_add_data_func (PATH "close-before-open/2", GUINT_TO_POINTER (2), test_close_before_open);
  return g_test_run ();
}
