/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "tests/api/tls-ends.h"
#include "tests/api/way.h"
#include "tests/io/names.h"
#include "tests/io/pairs.h"

/* The way through a proxy of HTTP that the program gave: a script plays the proxy. */

#define OK "HTTP/1.1 200 Connection established\r\n"
#define CONNECT "CONNECT server.example:80 HTTP/1.1\r\nHost: server.example:80\r\n"

static void
test_connect (void)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "http", "");
  g_autoptr (Way) way = way_new ("ws://user:secret@server.example/path?token=secret", url);
  Raw *raw = way_start_to (way, proxy);
  g_autofree char *request = raw_read_head (raw);

  /* A46: nothing that is meant for the server. */
  g_assert_cmpstr (request, ==, CONNECT "\r\n");
  raw_print (raw, OK "Via: x\r\n\r\n");
  way_wait (way);
  way_assert_open (way, raw);
  g_assert_cmpstr (way->phases->str, ==, "RCP");
  g_assert_cmpuint (way->outcome.proxy_head->status, ==, 200);
  g_assert_cmpstr (soup_message_headers_get_one (way->outcome.proxy_head->headers, "Via"), ==, "x");
  g_assert_cmpuint (desktop_count_questions (), ==, 0);
  raw_free (raw);
  host_free (proxy);
}

static void
test_credentials (void)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "http", "Aladdin:open%20sesame@");
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  g_autoptr (Way) way = way_new ("ws://user:secret@server.example", NULL);
  g_autofree char *request = NULL;
  Raw *raw;

  soup_message_headers_append (headers, "User-Agent", "x/1");
  way->plan.proxy = g_object_new (FAYE_TYPE_PROXY, "url", url, "headers", headers, NULL);
  soup_message_headers_unref (headers);
  raw = way_start_to (way, proxy);
  request = raw_read_head (raw);
  g_assert_cmpstr (request,
                   ==,
                   CONNECT "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\nUser-Agent: "
                           "x/1\r\n\r\n");
  raw_print (raw, OK "\r\n");
  way_wait (way);
  way_assert_open (way, raw);
  g_assert_cmpuint (raw->in->len, ==, strlen ("there"));
  raw_free (raw);
  host_free (proxy);
}

typedef struct
{
  const char *name;
  const char *text;
  gsize size;
  enum
  {
    THEN_HOLD,
    THEN_END,
    THEN_RESET,
  } then;
  FayeError code;
  const char *told;
  guint status; /* 0: no answer */
} Script;

#define TEXT(literal) literal, sizeof literal - 1

static const Script scripts[] = {
  { "F28-407",
    TEXT ("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno"),
    THEN_HOLD,
    FAYE_ERROR_PROXY_AUTHENTICATION,
    "407 \"Proxy Authentication Required\"",
    407 },
  { "F28-403", TEXT ("HTTP/1.1 403 No\r\n\r\n"), THEN_HOLD, FAYE_ERROR_PROXY, "403", 403 },
  { "F28-502", TEXT ("HTTP/1.1 502 No\r\n\r\nHTML"), THEN_END, FAYE_ERROR_PROXY, "502", 502 },
  { "A46-401",
    TEXT ("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n"),
    THEN_HOLD,
    FAYE_ERROR_PROXY_AUTHENTICATION,
    "401",
    401 },
  { "F28-garbage", TEXT ("\x05\xff\r\n\r\n"), THEN_HOLD, FAYE_ERROR_PROXY, "proxy", 0 },
  { "F28-nul", TEXT ("HTTP/1.1 200 OK\r\n\0\r\n\r\n"), THEN_HOLD, FAYE_ERROR_PROXY, "0x00", 0 },
  { "F28-eof", TEXT (""), THEN_END, FAYE_ERROR_PROXY, "ended", 0 },
  { "F28-eof-mid-header", TEXT (OK "Via: x\r\n"), THEN_END, FAYE_ERROR_PROXY, "ended", 0 },
  { "F28-lf-only", TEXT ("HTTP/1.1 200 OK\n\n"), THEN_HOLD, FAYE_ERROR_PROXY, "LF", 0 },
  { "F28-lf-only-eof", TEXT ("HTTP/1.1 200 OK\n\n"), THEN_END, FAYE_ERROR_PROXY, "LF", 0 },
  { "F28-reset", TEXT (""), THEN_RESET, FAYE_ERROR_PROXY, "proxy", 0 },
  { "F28-reset-mid-header", TEXT (OK), THEN_RESET, FAYE_ERROR_PROXY, "proxy", 0 },
  { "F28-only-continue",
    TEXT ("HTTP/1.1 100 Continue\r\n\r\n"),
    THEN_END,
    FAYE_ERROR_PROXY,
    "ended",
    0 },
  { "A47-length",
    TEXT (OK "Content-Length: 5\r\n\r\nhello"),
    THEN_HOLD,
    FAYE_ERROR_PROXY,
    "body",
    200 },
  { "A47-chunked",
    TEXT (OK "Transfer-Encoding: chunked\r\n\r\n"),
    THEN_HOLD,
    FAYE_ERROR_PROXY,
    "body",
    200 },
  { "A47-bytes",
    TEXT (OK "\r\nHTTP/1.1 101 Switching Protocols\r\n\r\n"),
    THEN_HOLD,
    FAYE_ERROR_PROXY,
    "More than the answer",
    200 },
};

static void
play (const Script *script, Raw *raw)
{
  raw_send (raw, script->text, script->size);
  WAIT_UNTIL (!raw->writing);
  if (script->then != THEN_HOLD)
    raw_vanish (raw, script->then == THEN_RESET);
}

static void
test_script (gconstpointer data)
{
  const Script *script = data;
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "http", "u:secret@");
  g_autofree char *name = host_make_url (proxy, "http", "");
  g_autoptr (Way) way = way_new ("ws://user:secret@server.example/?secret", url);
  Raw *raw = way_start_to (way, proxy);
  FayeHead *head;

  g_free (raw_read_head (raw));
  play (script, raw);
  way_wait (way);
  way_assert_error (way, script->code, "server.example:80", name, script->told, NULL);
  head = way->outcome.proxy_head;
  g_assert_cmpuint (head != NULL ? head->status : 0, ==, script->status);
  if (script->then == THEN_HOLD)
    WAIT_UNTIL (raw->ended);
  g_assert_cmpuint (raw->in->len, ==, 0);
  raw_free (raw);
  host_free (proxy);
}

static void
test_F28_continue (void)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "http", "");
  g_autoptr (Way) way = way_new ("ws://server.example/", url);
  Raw *raw = way_start_to (way, proxy);

  g_free (raw_read_head (raw));
  raw_print (raw, "HTTP/1.1 100 Continue\r\n\r\n");
  WAIT_UNTIL (!raw->writing);
  harness_turn_for (5);
  g_assert_cmpuint (way->n_done, ==, 0);
  raw_print (raw, OK "\r\n");
  way_wait (way);
  way_assert_open (way, raw);
  raw_free (raw);
  host_free (proxy);
}

/* 400 KiB of head: no more is read than the bound, and what the kernel holds. */
static void
test_F28_endless_head (void)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "http", "");
  g_autoptr (Way) way = way_new ("ws://server.example/", url);
  g_autofree char *line = g_strnfill (1000, 'x');
  Raw *raw = way_start_to (way, proxy);

  g_free (raw_read_head (raw));
  raw_print (raw, OK);
  for (guint i = 0; i < 400; i++)
    raw_print (raw, "X: %s\r\n", line);
  way_wait (way);
  way_assert_error (way, FAYE_ERROR_PROXY, "32768", NULL);
  WAIT_UNTIL (raw->ended);
  raw_free (raw);
  host_free (proxy);
}

/* A byte at a time, and then a tunnel all the same. */
static void
test_F01_bytes (void)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "http", "");
  g_autoptr (Way) way = way_new ("ws://server.example/", url);
  Raw *raw = way_start_to (way, proxy);
  const char *answer = OK "\r\n";

  g_free (raw_read_head (raw));
  for (gsize i = 0; answer[i] != '\0'; i++)
    {
      g_assert_cmpuint (way->n_done, ==, 0);
      raw_send (raw, answer + i, 1);
      WAIT_UNTIL (!raw->writing);
      harness_turn_for (1);
    }
  way_wait (way);
  way_assert_open (way, raw);
  raw_free (raw);
  host_free (proxy);
}

/* A proxy that hangs is cut off by the caller, at whatever byte. */
static void
test_F14_hang (gconstpointer data)
{
  const char *text = data;
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "http", "");
  g_autoptr (Way) way = way_new ("ws://server.example/", url);
  Raw *raw = way_start_to (way, proxy);

  g_free (raw_read_head (raw));
  raw_print (raw, "%s", text);
  WAIT_UNTIL (!raw->writing);
  harness_turn_for (5);
  g_assert_cmpuint (way->n_done, ==, 0);
  g_cancellable_cancel (way->cancellable);
  way_wait (way);
  g_assert_error (way->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  WAIT_UNTIL (raw->ended);
  raw_free (raw);
  host_free (proxy);
}

static void
test_not_there (void)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "http", "u:secret@");
  g_autoptr (Way) way = way_new ("ws://127.0.0.1/", url);
  g_autoptr (Way) lost = way_new ("ws://127.0.0.1/", "http://u:secret@nowhere.example:3128");

  host_free (proxy);
  way_run (way);
  way_assert_error (way, FAYE_ERROR_PROXY, "the proxy http://127.0.0.1:", "refused", NULL);
  way_run (lost);
  way_assert_error (lost, FAYE_ERROR_RESOLVE, "the proxy http://nowhere.example:3128", NULL);
}

/* A41: before anything is dialled. */
static void
test_A41_bad_settings (void)
{
  static const char *const urls[] = {
    "", "direct://", "ftp://u:secret@127.0.0.1", "http://u:secret@127.0.0.1:0", "http://u:secret@",
  };
  g_autoptr (Way) way = way_new ("ws://127.0.0.1/", NULL);
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);

  for (guint i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      g_autoptr (Way) bad = way_new ("ws://127.0.0.1/", urls[i]);

      way_run (bad);
      way_assert_error (bad, FAYE_ERROR_INVALID_ARGUMENT, "Proxy", NULL);
      g_assert_cmpstr (bad->phases->str, ==, "");
    }
  soup_message_headers_append (headers, "Host", "secret");
  way->plan.proxy =
    g_object_new (FAYE_TYPE_PROXY, "url", "http://127.0.0.1:1", "headers", headers, NULL);
  soup_message_headers_unref (headers);
  way_run (way);
  way_assert_error (way, FAYE_ERROR_INVALID_ARGUMENT, "Host", NULL);
  g_assert_cmpstr (way->phases->str, ==, "");
}

static void
test_no_use (void)
{
  g_autoptr (Way) local = way_new ("ws+unix:/run/secret:/", "http://127.0.0.1:1");
  g_autoptr (Way) own = way_new ("ws://127.0.0.1/", "http://127.0.0.1:1");

  way_run (local);
  way_assert_error (local, FAYE_ERROR_INVALID_ARGUMENT, "Unix socket", NULL);
  own->plan.connectable = g_network_address_new ("127.0.0.1", 1);
  way_run (own);
  way_assert_error (own, FAYE_ERROR_INVALID_ARGUMENT, "connectable", NULL);
}

/* Carries bytes between two raw ends. */
static gboolean
pump (Raw *a, Raw *b)
{
  if (a->in->len > 0)
    raw_send (b, a->in->data, a->in->len);
  g_byte_array_set_size (a->in, 0);
  if (b->in->len > 0)
    raw_send (a, b->in->data, b->in->len);
  g_byte_array_set_size (b->in, 0);
  return TRUE;
}

/* A proxy that does TLS itself. */
typedef struct
{
  GSocketService *service;
  GTlsCertificate *certificate; /* (unowned) */
  GTlsAuthenticationMode mode;
  guint16 port;
  Raw *raw;
} SecureProxy;

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  SecureProxy *proxy = user_data;
  g_autoptr (GError) error = NULL;
  GIOStream *tls =
    g_tls_server_connection_new (G_IO_STREAM (connection), proxy->certificate, &error);

  g_assert_no_error (error);
  g_object_set (tls, "authentication-mode", proxy->mode, NULL);
  proxy->raw = raw_new (tls, FALSE);
  return TRUE;
}

static void
secure_proxy_open (SecureProxy *proxy, GTlsCertificate *certificate)
{
  g_autoptr (GError) error = NULL;

  proxy->certificate = certificate;
  proxy->mode = G_TLS_AUTHENTICATION_NONE;
  proxy->raw = NULL;
  proxy->service = g_socket_service_new ();
  proxy->port =
    g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (proxy->service), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (proxy->service, "incoming", G_CALLBACK (incoming_cb), proxy);
  g_socket_service_start (proxy->service);
}

static void
secure_proxy_close (SecureProxy *proxy)
{
  g_socket_service_stop (proxy->service);
  g_socket_listener_close (G_SOCKET_LISTENER (proxy->service));
  g_clear_object (&proxy->service);
  g_clear_pointer (&proxy->raw, raw_free);
}

static Raw *
dial_host (Host *host)
{
  return raw_new (host_dial (host), FALSE);
}

/* Opens a WebSocket's server behind PROXY, whose CONNECT was answered. */
static void
finish_wss (Way *way, Raw *proxy, Host *server)
{
  Raw *behind = dial_host (server);

  g_free (raw_read_head (proxy));
  raw_print (proxy, OK "\r\n");
  WAIT_UNTIL (pump (proxy, behind) && way->n_done > 0);
  g_assert_no_error (way->error);
  g_assert_true (G_IS_TLS_CONNECTION (way->outcome.stream));
  faye_dial_outcome_clear (&way->outcome);
  raw_vanish (behind, FALSE);
  WAIT_UNTIL (server->server->is_closed);
  log_end (server->server);
  raw_free (behind);
}

static void
test_wss (void)
{
  Host *proxy = host_new (HOST_BARE);
  Host *server = host_new (HOST_RAW_TLS);
  g_autofree char *url = host_make_url (proxy, "http", "u:secret@");
  g_autoptr (Way) way = way_new (server->url, url);
  Raw *raw = way_start_to (way, proxy);

  finish_wss (way, raw, server);
  g_assert_cmpstr (way->phases->str, ==, "RCPS");
  raw_free (raw);
  host_free (server);
  host_free (proxy);
}

static void
test_https_ws (void)
{
  SecureProxy proxy;
  g_autofree char *url = NULL;
  g_autoptr (Way) way = NULL;
  g_autofree char *request = NULL;

  secure_proxy_open (&proxy, pair_get_certificate ());
  url = g_strdup_printf ("https://localhost:%u", proxy.port);
  way = way_new ("ws://server.example/", url);
  way_start (way);
  WAIT_UNTIL (proxy.raw != NULL || way->error != NULL);
  g_assert_no_error (way->error);
  request = raw_read_head (proxy.raw);
  g_assert_cmpstr (request, ==, CONNECT "\r\n");
  raw_print (proxy.raw, OK "\r\n");
  way_wait (way);
  g_assert_cmpstr (way->phases->str, ==, "RCSP");
  way_assert_open (way, proxy.raw);
  secure_proxy_close (&proxy);
}

/* TLS in TLS. */
static void
test_https_wss (void)
{
  SecureProxy proxy;
  Host *server = host_new (HOST_RAW_TLS);
  g_autofree char *url = NULL;
  g_autoptr (Way) way = NULL;

  secure_proxy_open (&proxy, pair_get_certificate ());
  url = g_strdup_printf ("https://localhost:%u", proxy.port);
  way = way_new (server->url, url);
  way_start (way);
  WAIT_UNTIL (proxy.raw != NULL || way->error != NULL);
  finish_wss (way, proxy.raw, server);
  g_assert_cmpstr (way->phases->str, ==, "RCSPS");
  secure_proxy_close (&proxy);
  host_free (server);
}

static FayeTls *
make_tls (const char *ca)
{
  g_autofree char *path = tls_path (ca);

  return g_object_new (FAYE_TYPE_TLS, "ca-file", path, NULL);
}

/* Each of the two peers is judged by its own settings. */
static void
test_own_tls (void)
{
  SecureProxy proxy;
  g_autoptr (GTlsCertificate) certificate = tls_certificate ("server");
  Host *server = host_new (HOST_RAW_TLS);
  g_autoptr (FayeTls) tls = make_tls ("ca.pem");
  g_autofree char *url = NULL;
  g_autoptr (Way) way = way_new (server->url, NULL);

  secure_proxy_open (&proxy, certificate);
  url = g_strdup_printf ("https://localhost:%u", proxy.port);
  way->plan.proxy = g_object_new (FAYE_TYPE_PROXY, "url", url, "tls", tls, NULL);
  way_start (way);
  WAIT_UNTIL (proxy.raw != NULL || way->error != NULL);
  finish_wss (way, proxy.raw, server);
  secure_proxy_close (&proxy);
  host_free (server);
}

static void
test_A48_own_tls (void)
{
  SecureProxy proxy;
  g_autoptr (GTlsCertificate) certificate = tls_certificate ("server");
  g_autofree char *url = NULL;
  g_autoptr (Way) way = NULL;

  secure_proxy_open (&proxy, certificate);
  url = g_strdup_printf ("https://localhost:%u", proxy.port);
  way = way_new ("wss://localhost/", url);
  way->plan.tls = make_tls ("ca.pem");
  way_run (way);
  way_assert_error (way, FAYE_ERROR_CERTIFICATE, "the proxy https://localhost:", NULL);
  WAIT_UNTIL (proxy.raw != NULL && proxy.raw->ended);
  secure_proxy_close (&proxy);
}

/* F25: settings that cannot be read keep us from dialling at all. */
static void
test_F25_unreadable (void)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "http", "");
  g_autofree char *secure_url = host_make_url (proxy, "https", "");
  g_autoptr (Way) way = way_new ("wss://localhost/", url);
  g_autoptr (Way) proxied = way_new ("ws://localhost/", NULL);
  g_autoptr (FayeTls) tls = make_tls ("nothing.pem");

  way->plan.tls = g_object_ref (tls);
  way_run (way);
  way_assert_error (way, FAYE_ERROR_TLS, "nothing.pem", NULL);
  proxied->plan.proxy = g_object_new (FAYE_TYPE_PROXY, "url", secure_url, "tls", tls, NULL);
  way_run (proxied);
  way_assert_error (proxied, FAYE_ERROR_TLS, "nothing.pem", NULL);
  g_assert_cmpstr (way->phases->str, ==, "");
  g_assert_cmpstr (proxied->phases->str, ==, "");
  host_free (proxy);
}

/* A48: the proxy has to prove its name too, before it hears a word. */
static void
test_A48_https_wrong_name (void)
{
  SecureProxy proxy;
  const char *const addresses[] = { "127.0.0.1", NULL };
  g_autofree char *url = NULL;
  g_autoptr (Way) way = NULL;

  names_add ("proxy.example", addresses);
  secure_proxy_open (&proxy, pair_get_certificate ());
  url = g_strdup_printf ("https://u:secret@proxy.example:%u", proxy.port);
  way = way_new ("ws://server.example/", url);
  way_run (way);
  way_assert_error (way, FAYE_ERROR_CERTIFICATE, "the proxy https://proxy.example:", NULL);
  WAIT_UNTIL (proxy.raw != NULL && proxy.raw->ended);
  g_assert_cmpuint (proxy.raw->in->len, ==, 0);
  secure_proxy_close (&proxy);
  names_forget ();
}

/* With TLS 1.3 the proxy says so only when it is asked for the tunnel. */
static void
test_https_wants_certificate (void)
{
  SecureProxy proxy;
  g_autofree char *url = NULL;
  g_autoptr (Way) way = NULL;

  secure_proxy_open (&proxy, pair_get_certificate ());
  proxy.mode = G_TLS_AUTHENTICATION_REQUIRED;
  url = g_strdup_printf ("https://u:secret@localhost:%u", proxy.port);
  way = way_new ("ws://server.example/", url);
  way_run (way);
  way_assert_error (way,
                    FAYE_ERROR_TLS,
                    "No TLS with the proxy https://localhost:",
                    "The peer wants a client certificate",
                    NULL);
  WAIT_UNTIL (proxy.raw != NULL && proxy.raw->ended);
  secure_proxy_close (&proxy);
}

/* A proxy of plain HTTP where one with TLS was meant: it sees a hello, no CONNECT. */
static void
test_https_to_plain (void)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "https", "u:secret@");
  g_autoptr (Way) way = way_new ("ws://server.example/", url);
  Raw *raw = way_start_to (way, proxy);

  WAIT_UNTIL (raw->in->len > 0);
  raw_print (raw, "HTTP/1.1 400 What\r\n\r\n");
  way_wait (way);
  way_assert_error (way, FAYE_ERROR_TLS, "the proxy https://", NULL);
  raw_free (raw);
  host_free (proxy);
}

/* The peer hangs with something to say under it. */
static void
test_F14_https_hang (void)
{
  SecureProxy proxy;
  g_autofree char *url = NULL;
  g_autoptr (Way) way = NULL;

  secure_proxy_open (&proxy, pair_get_certificate ());
  url = g_strdup_printf ("https://localhost:%u", proxy.port);
  way = way_new ("wss://server.example/", url);
  way_start (way);
  WAIT_UNTIL (proxy.raw != NULL);
  g_free (raw_read_head (proxy.raw));
  g_cancellable_cancel (way->cancellable);
  way_wait (way);
  g_assert_error (way->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  WAIT_UNTIL (proxy.raw->ended);
  secure_proxy_close (&proxy);
}

static void
test_properties (void)
{
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  FayeTls *tls = faye_tls_new ();
  FayeProxy *proxy = g_object_new (FAYE_TYPE_PROXY,
                                   "url",
                                   "http://u:secret@h",
                                   "headers",
                                   headers,
                                   "tls",
                                   tls,
                                   NULL);
  FayeProxy *bare = faye_proxy_new ("socks://h");
  SoupMessageHeaders *same_headers = NULL;
  FayeTls *same_tls = NULL;
  g_autofree char *same_url = NULL;

  g_assert_cmpstr (faye_proxy_get_url (proxy), ==, "http://u:secret@h");
  g_assert_true (faye_proxy_get_headers (proxy) == headers);
  g_assert_true (faye_proxy_get_tls (proxy) == tls);
  g_object_get (proxy, "url", &same_url, "headers", &same_headers, "tls", &same_tls, NULL);
  g_assert_cmpstr (same_url, ==, "http://u:secret@h");
  g_assert_true (same_headers == headers && same_tls == tls);
  g_assert_null (faye_proxy_get_headers (bare));
  g_assert_null (faye_proxy_get_tls (bare));
  soup_message_headers_unref (same_headers);
  soup_message_headers_unref (headers);
  g_object_unref (same_tls);
  g_assert_finalize_object (proxy);
  g_assert_finalize_object (bare);
  g_assert_finalize_object (tls);
}

#define PATH "/faye/api/dial-proxy/"

static void
add_tests (void)
{
  g_test_add_func (PATH "properties", test_properties);
  g_test_add_func (PATH "A46-connect", test_connect);
  g_test_add_func (PATH "A46-credentials", test_credentials);
  g_test_add_func (PATH "F28-continue", test_F28_continue);
  g_test_add_func (PATH "F28-endless-head", test_F28_endless_head);
  g_test_add_func (PATH "F01-bytes", test_F01_bytes);
  g_test_add_data_func (PATH "F14-hang/silent", "", test_F14_hang);
  g_test_add_data_func (PATH "F14-hang/mid-line", "HTTP/1.1 20", test_F14_hang);
  g_test_add_data_func (PATH "F14-hang/mid-head", OK, test_F14_hang);
  g_test_add_data_func (PATH "F14-hang/interim", "HTTP/1.1 100 x\r\n\r\n", test_F14_hang);
  g_test_add_func (PATH "not-there", test_not_there);
  g_test_add_func (PATH "A41-bad-settings", test_A41_bad_settings);
  g_test_add_func (PATH "no-use", test_no_use);
  g_test_add_func (PATH "wss", test_wss);
  g_test_add_func (PATH "https-ws", test_https_ws);
  g_test_add_func (PATH "https-wss", test_https_wss);
  g_test_add_func (PATH "A48-https-wrong-name", test_A48_https_wrong_name);
  g_test_add_func (PATH "own-tls", test_own_tls);
  g_test_add_func (PATH "A48-own-tls", test_A48_own_tls);
  g_test_add_func (PATH "F25-unreadable", test_F25_unreadable);
  g_test_add_func (PATH "https-to-plain", test_https_to_plain);
  g_test_add_func (PATH "https-wants-certificate", test_https_wants_certificate);
  g_test_add_func (PATH "F14-https-hang", test_F14_https_hang);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  desktop_install ();
  names_install ();
  host_trust_certificate ();
  add_tests ();
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autofree char *path = g_strconcat (PATH, scripts[i].name, NULL);

      g_test_add_data_func (path, &scripts[i], test_script);
    }
  return g_test_run ();
}
