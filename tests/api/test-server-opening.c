/* SPDX-License-Identifier: MIT */

#include "tests/api/harness.h"

#include <string.h>

/* The server's half of the opening: what is accepted and what is refused, on a raw stream and under
 * SoupServer. */

#define GOOD                                                                                       \
  "Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"                               \
  "Sec-WebSocket-Key: " RAW_KEY "\r\nSec-WebSocket-Version: 13\r\n"

typedef struct
{
  const char *name;
  const char *request;
  const char *status; /* NULL: it is libsoup that answers, in a way of its own */
  const char *field;  /* (nullable) a line that the response has */
} Bad;

static const Bad bads[] = {
  { "method", "POST / HTTP/1.1\r\n" GOOD "Content-Length: 0\r\n\r\n", "405", "\r\nAllow: GET\r\n" },
  { "version-12",
    "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: " RAW_KEY "\r\nSec-WebSocket-Version: 12\r\n\r\n",
    "426",
    "\r\nSec-WebSocket-Version: 13\r\n" },
  { "no-version",
    "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: " RAW_KEY "\r\n\r\n",
    "426",
    "\r\nSec-WebSocket-Version: 13\r\n" },
  { "A38-short-key",
    "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: c2hvcnQ=\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "400",
    NULL },
  { "no-key",
    "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n",
    "400",
    NULL },
  { "plain", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "426", "\r\nUpgrade: websocket\r\n" },
  { "no-connection",
    "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: " RAW_KEY "\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "400",
    NULL },
  { "A35-two-keys",
    "GET / HTTP/1.1\r\n" GOOD "Sec-WebSocket-Key: " RAW_KEY "\r\n\r\n",
    "400",
    NULL },
  { "A39-body", "GET / HTTP/1.1\r\n" GOOD "Content-Length: 2\r\n\r\nxx", "400", NULL },
};

static const Bad bad_heads[] = {
  { "garbage", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "400", NULL },
  { "A34-bare-lf", "GET / HTTP/1.1\nHost: x\n\n", "400", NULL },
  { "A34-fold", "GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n", "400", NULL },
  { "A34-space", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", "400", NULL },
  { "A38-http-1.0", "GET / HTTP/1.0\r\n" GOOD "\r\n", "505", NULL },
  { "no-host",
    "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: " RAW_KEY "\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "400",
    NULL },
};

/* A proper response, then the end; what was pipelined behind the request is dropped. */
static void
check_refusal (Raw *raw, const Bad *bad)
{
  g_autofree char *head = NULL;
  g_autofree char *line = g_strdup_printf ("HTTP/1.1 %s ", bad->status);
  const char *length;

  raw_print (raw, "%s", bad->request);
  if (!g_str_equal (bad->name, "A39-body"))
    raw_send_request (raw, "");
  head = raw_read_head (raw);
  if (!g_str_has_prefix (head, line))
    g_error ("Expected %s but got %s", line, head);
  g_assert_nonnull (strstr (head, "\r\nConnection: close"));
  g_assert_nonnull (strstr (head, "\r\nContent-Type: text/plain; charset=utf-8\r\n"));
  if (bad->field != NULL)
    g_assert_nonnull (strstr (head, bad->field));
  WAIT_UNTIL (raw->ended);
  length = strstr (head, "Content-Length: ");
  g_assert_nonnull (length);
  g_assert_cmpuint (raw->in->len, ==, g_ascii_strtoull (length + 16, NULL, 10));
  g_assert_cmpuint (raw->in->data[raw->in->len - 1], ==, '\n');
}

static void
test_refused_stream (gconstpointer data)
{
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  check_refusal (raw, data);
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "error handshake", "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

static void
test_refused_soup (gconstpointer data)
{
  Host *host = host_new (HOST_SOUP);
  Raw *raw = raw_new (host_dial (host), TRUE);

  check_refusal (raw, data);
  g_assert_cmpuint (host->n_connections, ==, 1);
  WAIT_UNTIL (host->server->is_closed);
  ASSERT_LOG (host->server, "error handshake", "closed 1006 ");
  log_end (host->server);
  raw_free (raw);
  host_free (host);
}

/* A33 */
static void
test_A33_endless (gconstpointer data)
{
  const char *start = data;
  g_autofree char *filler = g_strnfill (40000, 'a');
  g_autofree char *head = NULL;
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  raw->holds = TRUE;
  raw_print (raw, "%s%s", start, filler);
  head = raw_read_head (raw);
  g_assert_true (
    g_str_has_prefix (head, g_str_equal (start, "GET /") ? "HTTP/1.1 414 " : "HTTP/1.1 431 "));
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "error handshake", "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

/* F11: the time is absolute, however lively the peer is. */
static void
test_F11_timeout (gconstpointer data)
{
  const char *request = data;
  g_autofree char *head = NULL;
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  faye_web_socket_set_handshake_timeout (server->socket, 0.1);
  raw_print (raw, "%s", request);
  while (server->lines->len == 0)
    {
      if (request[0] != '\0' && !raw->writing)
        raw_print (raw, "X");
      harness_turn_for (5);
    }
  head = raw_read_head (raw);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 408 Request Timeout\r\n"));
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "error timed-out", "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

/* 64 KiB of frames right behind the request. */
static void
test_F29_flood (gconstpointer data)
{
  Host *host = host_new (GPOINTER_TO_INT (data));
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GBytes) frame = raw_make_frame (TRUE, 0x82, "0123456789", 10);
  g_autoptr (GBytes) end = raw_make_frame (TRUE, 0x88, "\x03\xe8", 2);
  const char *request = "GET /x?y=%20z HTTP/1.1\r\n" GOOD "\r\n";
  Raw *raw = raw_new (host_dial (host), TRUE);
  guint n;

  g_byte_array_append (all, (const guint8 *) request, (guint) strlen (request));
  for (n = 0; n < 4100; n++)
    g_byte_array_append (all, g_bytes_get_data (frame, NULL), (guint) g_bytes_get_size (frame));
  g_byte_array_append (all, g_bytes_get_data (end, NULL), (guint) g_bytes_get_size (end));
  g_assert_cmpuint (all->len, >, 65536);
  raw_send (raw, all->data, all->len);
  WAIT_UNTIL (host->server != NULL && host->server->is_closed);
  g_assert_cmpuint (host->server->n_messages, ==, n);
  g_assert_cmpuint (host->server->lines->len, ==, n + 2);
  g_assert_cmpstr (host->server->lines->pdata[0], ==, "open");
  g_assert_cmpstr (host->server->lines->pdata[n + 1], ==, "closed 1000 ");
  g_assert_true (g_str_has_suffix (faye_web_socket_get_url (host->server->socket), "/x?y=%20z"));
  log_end (host->server);
  raw_free (raw);
  host_free (host);
}

static void
test_agreement (gconstpointer data)
{
  static const char *const protocols[] = { "chat", "irc", NULL };
  Host *host = host_new (GPOINTER_TO_INT (data));
  g_autofree char *head = NULL;
  FayeWebSocket *socket;
  Raw *raw;

  host->protocols = protocols;
  host->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  soup_message_headers_append (host->headers, "X-Ours", "1");
  raw = raw_new (host_dial (host), TRUE);
  raw_send_request (raw, "Sec-WebSocket-Protocol: irc, chat\r\nX-Theirs: 2\r\n");
  head = raw_read_head (raw);
  g_assert_nonnull (strstr (head, "\r\nX-Ours: 1\r\n"));
  g_assert_nonnull (strstr (head, "\r\nSec-WebSocket-Protocol: "));
  socket = host->server->socket;
  g_assert_nonnull (strstr (head, faye_web_socket_get_protocol (socket)));
  g_assert_cmpstr (faye_web_socket_get_method (socket), ==, "GET");
  g_assert_cmpstr (faye_web_socket_get_version (socket), ==, "hybi-13");
  g_assert_cmpstr (faye_web_socket_get_url (socket), ==, "ws://localhost/");
  g_assert_cmpstr (soup_message_headers_get_one (faye_web_socket_get_request_headers (socket),
                                                 "X-Theirs"),
                   ==,
                   "2");
  faye_web_socket_abort (socket);
  log_end (host->server);
  raw_free (raw);
  host_free (host);
}

/* The program is to blame, and the client learns that it is not. */
static void
test_unfit_settings (gconstpointer data)
{
  static const char *const protocols[] = { "not a token", NULL };
  gboolean soup = GPOINTER_TO_INT (data) & 1;
  gboolean headers = GPOINTER_TO_INT (data) & 2;
  Host *host = host_new (soup ? HOST_SOUP : HOST_RAW);
  g_autofree char *head = NULL;
  Raw *raw;

  host->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  if (headers)
    soup_message_headers_append (host->headers, "Sec-WebSocket-Accept", "x");
  else
    host->protocols = protocols;
  raw = raw_new (host_dial (host), TRUE);
  raw_send_request (raw, "");
  head = raw_read_head (raw);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 500 "));
  WAIT_UNTIL (host->server->is_closed);
  ASSERT_LOG (host->server, "error invalid-argument", "closed 1006 ");
  log_end (host->server);
  raw_free (raw);
  host_free (host);
}

#define PATH "/faye/api/server-opening/"

static void
add (const char *kind, const char *name, gconstpointer data, GTestDataFunc func)
{
  g_autofree char *path = g_strconcat (PATH, kind, "/", name, NULL);

  g_test_add_data_func (path, data, func);
}

int
main (int argc, char **argv)
{
  guint i;

  g_test_init (&argc, &argv, NULL);
  for (i = 0; i < G_N_ELEMENTS (bads); i++)
    {
      add ("refused-stream", bads[i].name, &bads[i], test_refused_stream);
      if (!g_str_equal (bads[i].name, "A39-body"))
        add ("refused-soup", bads[i].name, &bads[i], test_refused_soup);
    }
  for (i = 0; i < G_N_ELEMENTS (bad_heads); i++)
    add ("refused-stream", bad_heads[i].name, &bad_heads[i], test_refused_stream);
  add ("A33-endless", "line", "GET /", test_A33_endless);
  add ("A33-endless", "field", "GET / HTTP/1.1\r\nX: ", test_A33_endless);
  add ("F11-timeout", "silence", "", test_F11_timeout);
  add ("F11-timeout", "trickle", "GET / HTTP/1.1\r\nX: ", test_F11_timeout);
  add ("F29-flood", "soup", GINT_TO_POINTER (HOST_SOUP), test_F29_flood);
  add ("F29-flood", "raw", GINT_TO_POINTER (HOST_RAW), test_F29_flood);
  add ("agreement", "soup", GINT_TO_POINTER (HOST_SOUP), test_agreement);
  add ("agreement", "raw", GINT_TO_POINTER (HOST_RAW), test_agreement);
  add ("unfit-settings", "raw-protocols", GINT_TO_POINTER (0), test_unfit_settings);
  add ("unfit-settings", "soup-protocols", GINT_TO_POINTER (1), test_unfit_settings);
  add ("unfit-settings", "raw-headers", GINT_TO_POINTER (2), test_unfit_settings);
  add ("unfit-settings", "soup-headers", GINT_TO_POINTER (3), test_unfit_settings);
  return g_test_run ();
}
