/* SPDX-License-Identifier: MIT */

#include "tests/api/script.h"

#include <string.h>

/* What a program sees, and does, while a client makes one attempt after the other. */

#define BASIC "401 No\r\nWWW-Authenticate: Basic realm=\"r\"\r\n"
#define EMPTY "Content-Length: 0\r\n"

static FayeWebSocketClient *
client_of (Log *log)
{
  return FAYE_WEB_SOCKET_CLIENT (log->socket);
}

static gboolean
answer_cb (gpointer client, SoupAuth *auth, gboolean retrying, guint *n_asked)
{
  (*n_asked)++;
  soup_auth_authenticate (auth, "user", "s3cret");
  return TRUE;
}

static Log *
dial_with (Script *script, SoupSession *session)
{
  return log_new (g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT,
                                "url",
                                script->host->url,
                                "session",
                                session,
                                "max-redirects",
                                3,
                                NULL));
}

/* The socket is ended by what it does to the session, of which others hear at once. */
static void
abort_on_changed_cb (SoupCookieJar *jar, SoupCookie *old, SoupCookie *new, Log *client)
{
  faye_web_socket_abort (client->socket);
}

static void
end_session (SoupSession *session)
{
  soup_session_abort (session);
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    ;
  g_assert_finalize_object (session);
}

/* F14 */
static void
test_F14_abort_by_cookie (gconstpointer data)
{
  const char *status = data;
  Script *script = script_new (HOST_BARE);
  SoupSession *session = soup_session_new ();
  g_autoptr (SoupCookieJar) jar = soup_cookie_jar_new ();
  guint n_asked = 0;
  Log *client;

  soup_session_add_feature (session, SOUP_SESSION_FEATURE (jar));
  client = dial_with (script, session);
  g_signal_connect (jar, "changed", G_CALLBACK (abort_on_changed_cb), client);
  g_signal_connect (client->socket, "authenticate", G_CALLBACK (answer_cb), &n_asked);
  if (g_str_equal (status, "101"))
    g_free (script_open (script, "Set-Cookie: a=1\r\n"));
  else
    g_free (script_answer (script, "%sSet-Cookie: a=1\r\n" EMPTY, status));
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "closed 1006 ");
  harness_turn_for (20);
  g_assert_cmpuint (script->host->n_connections, ==, 1);
  g_assert_cmpuint (n_asked, ==, 0);
  log_end (client);
  script_free (script);
  end_session (session);
}

typedef struct
{
  Log *client;
  guint countdown;
} Queued;

static void
abort_on_queued_cb (SoupSession *session, SoupMessage *message, Queued *queued)
{
  if (--queued->countdown == 0)
    faye_web_socket_abort (queued->client->socket);
}

/* F14: a session tells who listens of each request that it is asked about. */
static void
test_F14_abort_by_session (gconstpointer data)
{
  guint attempt = GPOINTER_TO_UINT (data);
  Script *script = script_new (HOST_BARE);
  SoupSession *session = soup_session_new ();
  Queued queued = { dial_with (script, session), attempt };

  g_signal_connect (session, "request-queued", G_CALLBACK (abort_on_queued_cb), &queued);
  if (attempt > 1)
    g_free (script_answer (script, "302 F\r\nLocation: /x\r\n" EMPTY));
  WAIT_UNTIL (queued.client->is_closed);
  ASSERT_LOG (queued.client, "closed 1006 ");
  harness_turn_for (20);
  g_assert_cmpuint (script->host->n_connections, ==, attempt - 1);
  log_end (queued.client);
  script_free (script);
  end_session (session);
}

/* Every attempt offers the same, with a key of its own, and only what the last one is answered
 * counts. */
static void
test_offers (void)
{
  static const char *const protocols[] = { "a", "b", NULL };
  Script *script = script_new (HOST_BARE);
  char *requests[3];
  g_autofree char *offer = NULL;
  guint n_asked = 0;
  FayeWebSocketClient *made = g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT,
                                            "url",
                                            script->host->url,
                                            "protocols",
                                            protocols,
                                            "max-redirects",
                                            3,
                                            NULL);
  g_autoptr (FayePermessageDeflate) deflate = faye_permessage_deflate_new ();
  Log *client = log_new (made);

  g_assert_true (faye_web_socket_add_extension (client->socket, FAYE_EXTENSION (deflate), NULL));
  g_signal_connect (made, "authenticate", G_CALLBACK (answer_cb), &n_asked);
  requests[0] = script_answer (script,
                               "302 F\r\nLocation: /x\r\nSec-WebSocket-Protocol: a\r\n"
                               "Sec-WebSocket-Extensions: nonsense\r\n" EMPTY);
  requests[1] = script_answer (script,
                               BASIC "Sec-WebSocket-Protocol: a\r\n"
                                     "Sec-WebSocket-Extensions: permessage-deflate\r\n" EMPTY);
  requests[2] = script_open (script,
                             "Sec-WebSocket-Protocol: b\r\nSec-WebSocket-Extensions: "
                             "permessage-deflate; server_no_context_takeover\r\n");
  WAIT_UNTIL (client->is_open);
  offer = script_get_field (requests[0], "Sec-WebSocket-Extensions");
  g_assert_nonnull (strstr (offer, "permessage-deflate"));
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *key = script_get_field (requests[i], "Sec-WebSocket-Key");
      g_autofree char *next = script_get_field (requests[(i + 1) % 3], "Sec-WebSocket-Key");

      ASSERT_FIELD (requests[i], "Sec-WebSocket-Extensions", offer);
      ASSERT_FIELD (requests[i], "Sec-WebSocket-Protocol", "a, b");
      g_assert_cmpstr (key, !=, next);
    }
  g_assert_cmpstr (faye_web_socket_get_protocol (client->socket), ==, "b");
  g_assert_nonnull (
    strstr (faye_web_socket_get_extensions (client->socket), "server_no_context_takeover"));
  faye_web_socket_abort (client->socket);
  log_end (client);
  for (guint i = 0; i < 3; i++)
    g_free (requests[i]);
  script_free (script);
}

/* A peer may write what it likes: into a jar, and before a user. */
static void
test_odd_fields (gconstpointer data)
{
  const char *fields = data;
  Script *script = script_new (HOST_BARE);
  SoupSession *session = soup_session_new ();
  g_autoptr (SoupCookieJar) jar = soup_cookie_jar_new ();
  guint n_asked = 0;
  Log *client;

  soup_session_add_feature (session, SOUP_SESSION_FEATURE (jar));
  client = dial_with (script, session);
  g_signal_connect (client->socket, "authenticate", G_CALLBACK (answer_cb), &n_asked);
  g_free (script_answer (script, "401 No\r\n%s\r\n" EMPTY, fields));
  WAIT_UNTIL (client->is_closed || script->host->n_connections > 1);
  if (!client->is_closed)
    g_free (script_next (script));
  faye_web_socket_abort (client->socket);
  log_end (client);
  script_free (script);
  end_session (session);
}

/* The question does not wait for the rest of a response that nobody may ever read. */
static void
test_asked_before_body (gconstpointer data)
{
  Script *script = script_new (HOST_BARE);
  g_autofree char *second = NULL;
  guint n_asked = 0;
  Log *client = log_new (faye_web_socket_client_new (script->host->url, NULL));

  g_signal_connect (client->socket, "authenticate", G_CALLBACK (answer_cb), &n_asked);
  g_free (script_answer (script, BASIC "%s", (const char *) data));
  second = script_open (script, "");
  WAIT_UNTIL (client->is_open);
  ASSERT_FIELD (second, "Authorization", "Basic dXNlcjpzM2NyZXQ=");
  g_assert_cmpuint (n_asked, ==, 1);
  faye_web_socket_abort (client->socket);
  log_end (client);
  script_free (script);
}

static gboolean
keep_cb (gpointer client, SoupAuth *auth, gboolean retrying, SoupAuth **kept)
{
  g_set_object (kept, auth);
  return TRUE;
}

/* Who declines can show what the server says about it, whenever that comes. */
static void
test_declined_before_body (gconstpointer data)
{
  gboolean late = GPOINTER_TO_INT (data);
  Script *script = script_new (HOST_BARE);
  g_autoptr (SoupAuth) auth = NULL;
  g_autoptr (GBytes) body = NULL;
  Log *client = log_new (faye_web_socket_client_new (script->host->url, NULL));

  g_signal_connect (client->socket, "authenticate", G_CALLBACK (keep_cb), &auth);
  g_free (script_answer (script, BASIC "Content-Length: 5\r\n"));
  raw_print (script->raw, "No");
  WAIT_UNTIL (auth != NULL);
  if (!late)
    {
      raw_print (script->raw, "way");
      harness_turn_for (20);
    }
  soup_auth_cancel (auth);
  if (late)
    {
      harness_turn_for (20);
      g_assert_false (client->is_closed);
      raw_print (script->raw, "way");
    }
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error refused", "closed 1006 ");
  body = faye_web_socket_client_get_response_body (client_of (client));
  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), "Noway", 5);
  log_end (client);
  script_free (script);
}

static gboolean
nest_cb (gpointer client, SoupAuth *auth, gboolean retrying, gboolean *abort)
{
  harness_turn_for (20);
  if (*abort)
    faye_web_socket_abort (client);
  else
    soup_auth_authenticate (auth, "user", "s3cret");
  harness_turn_for (20);
  return TRUE;
}

/* A dialog in a main loop of its own. */
static void
test_nested_loop (gconstpointer data)
{
  gboolean abort = GPOINTER_TO_INT (data);
  Script *script = script_new (HOST_BARE);
  Log *client = log_new (faye_web_socket_client_new (script->host->url, NULL));

  g_signal_connect (client->socket, "authenticate", G_CALLBACK (nest_cb), &abort);
  g_free (script_answer (script, BASIC "Content-Length: 4\r\n\r\nbody"));
  if (!abort)
    g_free (script_open (script, ""));
  WAIT_UNTIL (client->is_open || client->is_closed);
  faye_web_socket_abort (client->socket);
  log_end (client);
  script_free (script);
}

static gboolean
nest_and_send_cb (gpointer client, SoupAuth *auth, gboolean retrying, Script *script)
{
  raw_print (script->raw, "way");
  harness_turn_for (20);
  return FALSE;
}

/* The body that came with the head is before the one that comes meanwhile. */
static void
test_nested_body (void)
{
  Script *script = script_new (HOST_BARE);
  g_autoptr (GBytes) body = NULL;
  Log *client = log_new (faye_web_socket_client_new (script->host->url, NULL));

  g_signal_connect (client->socket, "authenticate", G_CALLBACK (nest_and_send_cb), script);
  g_free (script_next (script));
  raw_print (script->raw, "HTTP/1.1 " BASIC "Content-Length: 5\r\n\r\nNo");
  WAIT_UNTIL (client->is_closed);
  body = faye_web_socket_client_get_response_body (client_of (client));
  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), "Noway", 5);
  log_end (client);
  script_free (script);
}

/* Where the client was before is not where it is. */
static void
test_addresses_of_last (void)
{
  Script *script = script_new (HOST_BARE);
  Log *client = dial_with (script, NULL);

  g_free (script_answer (script, "302 F\r\nLocation: ws://127.0.0.1:1/\r\n" EMPTY));
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error connect", "closed 1006 ");
  g_assert_cmpstr (faye_web_socket_client_get_final_url (client_of (client)),
                   ==,
                   "ws://127.0.0.1:1/");
  g_assert_cmpuint (faye_web_socket_client_get_status_code (client_of (client)), ==, 0);
  g_assert_null (faye_web_socket_client_get_bound_address (client_of (client)));
  g_assert_null (faye_web_socket_client_get_remote_address (client_of (client)));
  log_end (client);
  script_free (script);
}

/* RFC 6265bis, section 5.7: who speaks in the clear neither sets nor replaces a secure cookie. */
static void
test_secure_cookies_stay (void)
{
  Script *script = script_new (HOST_BARE);
  SoupSession *session = soup_session_new ();
  g_autoptr (SoupCookieJar) jar = soup_cookie_jar_new ();
  g_autoptr (GUri) uri = g_uri_parse ("https://127.0.0.1/", SOUP_HTTP_URI_FLAGS, NULL);
  g_autofree char *stored = NULL;
  Log *client;

  soup_session_add_feature (session, SOUP_SESSION_FEATURE (jar));
  soup_cookie_jar_set_cookie (jar, uri, "a=1; Secure");
  client = dial_with (script, session);
  g_free (
    script_open (script,
                 "Set-Cookie: a=2\r\nSet-Cookie: a=3; Secure\r\nSet-Cookie: b=4; Secure\r\n"));
  WAIT_UNTIL (client->is_open);
  stored = soup_cookie_jar_get_cookies (jar, uri, TRUE);
  g_assert_cmpstr (stored, ==, "a=1");
  faye_web_socket_abort (client->socket);
  log_end (client);
  script_free (script);
  end_session (session);
}

static const char *const odd_fields[] = {
  "Set-Cookie: a=\xff; Domain=\xff; Path=\xfe",
  "Set-Cookie: \xc3\xa9=\xc3\xa9; Domain=.\xc3\xa9.; Expires=\xc3\xa9",
  "Set-Cookie: ",
  "Set-Cookie: =",
  "Set-Cookie: ;;;",
  "Set-Cookie: a=b; Domain=",
  "Set-Cookie: a=b; Domain=.",
  "Set-Cookie: a=b; Domain=..",
  "Set-Cookie: a=b; Domain=com",
  "Set-Cookie: a=b; Domain=127.0.0.1; Path=",
  "Set-Cookie: a=b; Max-Age=99999999999999999999999",
  "Set-Cookie: a=b; Max-Age=-1",
  "Set-Cookie: a=b; Max-Age=",
  "Set-Cookie: a=b; Expires=Thu, 01 Jan 9999999999 00:00:00 GMT",
  "Set-Cookie: a=b; Expires=Thu, 99 Jan 0000 99:99:99 GMT",
  "Set-Cookie: a=b; Expires=x, ",
  "Set-Cookie: a=b; SameSite=",
  "Set-Cookie: a=\"b",
  "Set-Cookie: a=\"b\\",
  "WWW-Authenticate: Basic realm=\"\xff\"",
  "WWW-Authenticate: Digest realm=\"\xff\", nonce=\"\xff\", opaque=\"\xff\"",
  "WWW-Authenticate: Digest realm=\"a\\\"b\\\\\", nonce=\"a\\\"b\\\\\", opaque=\"\\\"\"",
  "WWW-Authenticate: Digest realm*=UTF-8''%0d%0aX: y, nonce*=UTF-8''%0d%0aX: y",
  "WWW-Authenticate: Digest realm=\"\", nonce=\"\", qop=\"\", algorithm=\"\", stale=\"\"",
  "WWW-Authenticate: Digest realm=\"\xc2\x85\", nonce=\"n\"",
  "WWW-Authenticate: Basic realm=\"r\", charset=\"UTF-8\", Basic realm=\"\"",
};

static void
abort_on_notify_cb (FayeWebSocket *socket, GParamSpec *pspec, gpointer user_data)
{
  faye_web_socket_abort (socket);
}

/* F14: a client that is ended while it tells that it opens has not come to the end. */
static void
test_F14_abort_by_notify (gconstpointer data)
{
  g_autofree char *signal = g_strconcat ("notify::", data, NULL);
  Script *script = script_new (HOST_BARE);
  Log *client = script_log_phases (faye_web_socket_client_new (script->host->url, NULL));

  g_signal_connect (client->socket, signal, G_CALLBACK (abort_on_notify_cb), NULL);
  g_free (script_open (script, ""));
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "phase resolving", "phase connecting", "phase handshaking", "closed 1006 ");
  g_assert_cmpint (faye_web_socket_client_get_phase (client_of (client)),
                   ==,
                   FAYE_PHASE_HANDSHAKING);
  log_end (client);
  script_free (script);
}

#define PATH "/faye/api/client-attempts/"

static void
add_tables (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (odd_fields); i++)
    {
      g_autofree char *name = g_strdup_printf (PATH "odd-fields/%u", i);

      g_test_add_data_func (name, odd_fields[i], test_odd_fields);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func (PATH "F14-abort-by-cookie/open", "101", test_F14_abort_by_cookie);
  g_test_add_data_func (PATH "F14-abort-by-cookie/redirect",
                        "302 F\r\nLocation: /x\r\n",
                        test_F14_abort_by_cookie);
  g_test_add_data_func (PATH "F14-abort-by-cookie/challenge", BASIC, test_F14_abort_by_cookie);
  g_test_add_data_func (PATH "F14-abort-by-cookie/refusal", "403 No\r\n", test_F14_abort_by_cookie);
  g_test_add_data_func (PATH "F14-abort-by-session/first",
                        GUINT_TO_POINTER (1),
                        test_F14_abort_by_session);
  g_test_add_data_func (PATH "F14-abort-by-session/second",
                        GUINT_TO_POINTER (2),
                        test_F14_abort_by_session);
  g_test_add_data_func (PATH "F14-abort-by-notify/ready-state",
                        "ready-state",
                        test_F14_abort_by_notify);
  g_test_add_data_func (PATH "F14-abort-by-notify/status-code",
                        "status-code",
                        test_F14_abort_by_notify);
  g_test_add_func (PATH "offers", test_offers);
  g_test_add_data_func (PATH "asked-before-body/length",
                        "Content-Length: 10\r\n",
                        test_asked_before_body);
  g_test_add_data_func (PATH "asked-before-body/chunked",
                        "Transfer-Encoding: chunked\r\n",
                        test_asked_before_body);
  g_test_add_data_func (PATH "asked-before-body/until-end", "", test_asked_before_body);
  g_test_add_data_func (PATH "declined-before-body/whole",
                        GINT_TO_POINTER (FALSE),
                        test_declined_before_body);
  g_test_add_data_func (PATH "declined-before-body/late",
                        GINT_TO_POINTER (TRUE),
                        test_declined_before_body);
  g_test_add_data_func (PATH "nested-loop/answer", GINT_TO_POINTER (FALSE), test_nested_loop);
  g_test_add_data_func (PATH "nested-loop/abort", GINT_TO_POINTER (TRUE), test_nested_loop);
  g_test_add_func (PATH "nested-loop/body", test_nested_body);
  g_test_add_func (PATH "addresses-of-last", test_addresses_of_last);
  g_test_add_func (PATH "secure-cookies-stay", test_secure_cookies_stay);
  add_tables ();
  return g_test_run ();
}
