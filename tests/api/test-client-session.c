/* SPDX-License-Identifier: MIT */

#include "tests/api/script.h"

#include <string.h>

/* A session shared with a client: cookies, the user agent, credentials both ways. */

typedef struct
{
  SoupSession *session;
  SoupCookieJar *jar;
} Shared;

static void
shared_init (Shared *shared)
{
  shared->session = soup_session_new ();
  shared->jar = soup_cookie_jar_new ();
  soup_session_add_feature (shared->session, SOUP_SESSION_FEATURE (shared->jar));
}

static void
shared_clear (Shared *shared)
{
  soup_session_abort (shared->session);
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    ;
  g_assert_finalize_object (shared->session);
  g_assert_finalize_object (shared->jar);
}

static void
set_cookie (Shared *shared, Script *script, const char *cookie)
{
  g_autofree char *text = g_strdup_printf ("http://%s/", script_get_authority (script));
  g_autoptr (GUri) uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);

  soup_cookie_jar_set_cookie (shared->jar, uri, cookie);
}

static char *
get_cookies (Shared *shared, Script *script)
{
  g_autofree char *text = g_strdup_printf ("http://%s/", script_get_authority (script));
  g_autoptr (GUri) uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL);

  return soup_cookie_jar_get_cookies (shared->jar, uri, TRUE);
}

static Log *
dial_with (const char *url, Shared *shared, SoupMessageHeaders *headers)
{
  return log_new (g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT,
                                "url",
                                url,
                                "session",
                                shared->session,
                                "headers",
                                headers,
                                "max-redirects",
                                3,
                                NULL));
}

static void
drop (Log *client)
{
  faye_web_socket_abort (client->socket);
  log_end (client);
}

static void
test_cookies (void)
{
  Shared shared;
  Script *script = script_new (HOST_BARE);
  g_autofree char *request = NULL;
  g_autofree char *stored = NULL;
  Log *client;

  shared_init (&shared);
  set_cookie (&shared, script, "a=1; HttpOnly");
  set_cookie (&shared, script, "b=2; Path=/elsewhere");
  set_cookie (&shared, script, "c=3; Secure");
  client = dial_with (script->host->url, &shared, NULL);
  request = script_open (script, "Set-Cookie: d=4\r\nSet-Cookie: e=5; HttpOnly\r\n");
  WAIT_UNTIL (client->is_open);
  ASSERT_FIELD (request, "Cookie", "a=1");
  stored = get_cookies (&shared, script);
  g_assert_nonnull (strstr (stored, "d=4"));
  g_assert_nonnull (strstr (stored, "e=5"));
  drop (client);
  script_free (script);
  shared_clear (&shared);
}

/* A refusal's cookie is stored, and a redirect's is sent on. */
static void
test_cookies_on_the_way (void)
{
  Shared shared;
  Script *script = script_new (HOST_BARE);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *stored = NULL;
  Log *client;

  shared_init (&shared);
  client = dial_with (script->host->url, &shared, NULL);
  first =
    script_answer (script, "302 F\r\nLocation: /x\r\nSet-Cookie: a=1\r\nContent-Length: 0\r\n");
  second = script_answer (script, "403 No\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n");
  WAIT_UNTIL (client->is_closed);
  ASSERT_FIELD (first, "Cookie", NULL);
  ASSERT_FIELD (second, "Cookie", "a=1");
  stored = get_cookies (&shared, script);
  g_assert_cmpstr (stored, ==, "a=1; b=2");
  log_end (client);
  script_free (script);
  shared_clear (&shared);
}

/* A45: the jar knows what the next host may see; cookies do not know of ports. */
static void
test_A45_cookies_by_host (void)
{
  Shared shared;
  Script *a = script_new (HOST_BARE);
  Script *b = script_new (HOST_BARE);
  g_autofree char *port = g_strdup (strchr (script_get_authority (b), ':'));
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  Log *client;

  shared_init (&shared);
  set_cookie (&shared, a, "mine=1");
  client = dial_with (a->host->url, &shared, NULL);
  first = script_answer (a,
                         "302 F\r\nLocation: ws://localhost%s/\r\n"
                         "Set-Cookie: x=1; Domain=localhost\r\nContent-Length: 0\r\n",
                         port);
  second = script_open (b, "");
  WAIT_UNTIL (client->is_open);
  ASSERT_FIELD (first, "Cookie", "mine=1");
  ASSERT_FIELD (second, "Cookie", NULL);
  drop (client);
  script_free (a);
  script_free (b);
  shared_clear (&shared);
}

/* What the program gave itself comes first. */
static void
test_headers_first (void)
{
  Shared shared;
  Script *script = script_new (HOST_BARE);
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  g_autofree char *own = NULL;
  g_autofree char *agent = NULL;
  Log *client;

  shared_init (&shared);
  set_cookie (&shared, script, "a=1");
  soup_session_set_user_agent (shared.session, "agent/1");
  soup_message_headers_append (headers, "cookie", "own=1");
  soup_message_headers_append (headers, "User-agent", "mine/2");
  client = dial_with (script->host->url, &shared, headers);
  own = script_open (script, "");
  WAIT_UNTIL (client->is_open);
  ASSERT_FIELD (own, "Cookie", "own=1");
  ASSERT_FIELD (own, "User-Agent", "mine/2");
  drop (client);
  client = dial_with (script->host->url, &shared, NULL);
  agent = script_open (script, "");
  WAIT_UNTIL (client->is_open);
  ASSERT_FIELD (agent, "Cookie", "a=1");
  ASSERT_FIELD (agent, "User-Agent", "agent/1");
  drop (client);
  script_free (script);
  shared_clear (&shared);
}

/* A socket in the file system has no name that cookies could belong to. */
static void
test_unix_socket (void)
{
  Shared shared;
  Script *script = script_new (HOST_RAW_UNIX);
  g_autoptr (GUri) uri = g_uri_parse ("http://localhost/", SOUP_HTTP_URI_FLAGS, NULL);
  g_autofree char *request = NULL;
  g_autofree char *stored = NULL;
  Log *client;

  shared_init (&shared);
  soup_cookie_jar_set_cookie (shared.jar, uri, "a=1");
  client = dial_with (script->host->url, &shared, NULL);
  request = script_open (script, "Set-Cookie: b=2\r\n");
  WAIT_UNTIL (client->is_open);
  ASSERT_FIELD (request, "Cookie", NULL);
  stored = soup_cookie_jar_get_cookies (shared.jar, uri, TRUE);
  g_assert_cmpstr (stored, ==, "a=1");
  drop (client);
  script_free (script);
  shared_clear (&shared);
}

/* A41: a jar can hold what no header may. */
static void
test_A41_cookie (gconstpointer data)
{
  Shared shared;
  Script *script = script_new (HOST_BARE);
  Log *client;

  shared_init (&shared);
  soup_cookie_jar_add_cookie (shared.jar, soup_cookie_new ("a", data, "127.0.0.1", "/", -1));
  client = dial_with (script->host->url, &shared, NULL);
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error invalid-argument", "closed 1006 ");
  g_assert_null (strstr (client->error->message, data));
  g_assert_cmpuint (script->host->n_connections, ==, 0);
  log_end (client);
  script_free (script);
  shared_clear (&shared);
}

static gboolean
answer_cb (gpointer client, SoupAuth *auth, gboolean retrying, guint *n_asked)
{
  (*n_asked)++;
  soup_auth_authenticate (auth, "user", "s3cret");
  return TRUE;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GBytes) body = soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);

  *(gboolean *) user_data = TRUE;
}

/* The session gets a page from the script, which asks for credentials if it has to. */
static char *
get_page (Shared *shared, Script *script, const char *challenge)
{
  g_autofree char *url = g_strdup_printf ("http://%s/page", script_get_authority (script));
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, url);
  gboolean done = FALSE;
  guint n_asked = 0;
  char *request;

  g_signal_connect (message, "authenticate", G_CALLBACK (answer_cb), &n_asked);
  soup_session_send_and_read_async (shared->session,
                                    message,
                                    G_PRIORITY_DEFAULT,
                                    NULL,
                                    read_cb,
                                    &done);
  if (challenge != NULL)
    g_free (
      script_answer (script, "401 No\r\n%sConnection: close\r\nContent-Length: 0\r\n", challenge));
  request = script_answer (script, "200 OK\r\nConnection: close\r\nContent-Length: 0\r\n");
  WAIT_UNTIL (done);
  g_assert_cmpuint (n_asked, ==, challenge != NULL ? 1 : 0);
  return request;
}

#define BASIC "WWW-Authenticate: Basic realm=\"r\"\r\n"
#define DIGEST "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n"

static void
assert_identified (const char *request, const char *challenge, const char *uri)
{
  g_autofree char *field = script_get_field (request, "Authorization");
  g_autofree char *part = g_strdup_printf ("uri=\"%s\"", uri);

  g_assert_nonnull (field);
  if (g_str_equal (challenge, BASIC))
    g_assert_cmpstr (field, ==, "Basic dXNlcjpzM2NyZXQ=");
  else
    {
      g_assert_true (g_str_has_prefix (field, "Digest username=\"user\", "));
      g_assert_nonnull (strstr (field, part));
    }
}

/* What the session was let in with opens the client's door, without a question, and nothing else
 * is sent to find out. */
static void
test_credentials_from_session (gconstpointer data)
{
  const char *challenge = data;
  Shared shared;
  Script *script = script_new (HOST_BARE);
  g_autofree char *request = NULL;
  guint n_asked = 0;
  Log *client;

  shared_init (&shared);
  g_free (get_page (&shared, script, challenge));
  client = dial_with (script->host->url, &shared, NULL);
  g_signal_connect (client->socket, "authenticate", G_CALLBACK (answer_cb), &n_asked);
  request = script_open (script, "");
  WAIT_UNTIL (client->is_open);
  assert_identified (request, challenge, "/");
  g_assert_cmpuint (n_asked, ==, 0);
  harness_turn_for (20);
  g_assert_cmpuint (script->host->n_connections, ==, 3);
  drop (client);
  script_free (script);
  shared_clear (&shared);
}

/* And what the client was let in with is the session's from then on. */
static void
test_credentials_to_session (gconstpointer data)
{
  const char *challenge = data;
  Shared shared;
  Script *script = script_new (HOST_BARE);
  g_autofree char *request = NULL;
  g_autofree char *page = NULL;
  guint n_asked = 0;
  Log *client;

  shared_init (&shared);
  client = dial_with (script->host->url, &shared, NULL);
  g_signal_connect (client->socket, "authenticate", G_CALLBACK (answer_cb), &n_asked);
  g_free (script_answer (script, "401 No\r\n%sContent-Length: 0\r\n", challenge));
  request = script_open (script, "");
  WAIT_UNTIL (client->is_open);
  assert_identified (request, challenge, "/");
  page = get_page (&shared, script, NULL);
  assert_identified (page, challenge, "/page");
  g_assert_cmpuint (n_asked, ==, 1);
  drop (client);
  script_free (script);
  shared_clear (&shared);
}

static gboolean
answer_not_ascii_cb (gpointer client, SoupAuth *auth, gboolean retrying, gpointer user_data)
{
  g_assert_false (retrying);
  soup_auth_authenticate (auth, "h\u00e4ns", "s3cret");
  return TRUE;
}

/* The session would say the same in other bytes, which the server need not take. */
static void
test_not_ascii (void)
{
  Shared shared;
  Script *script = script_new (HOST_BARE);

  shared_init (&shared);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *first = NULL;
      g_autofree char *second = NULL;
      Log *client = dial_with (script->host->url, &shared, NULL);

      g_signal_connect (client->socket, "authenticate", G_CALLBACK (answer_not_ascii_cb), NULL);
      first = script_answer (script, "401 No\r\n" BASIC "Content-Length: 0\r\n");
      second = script_open (script, "");
      WAIT_UNTIL (client->is_open);
      ASSERT_FIELD (first, "Authorization", NULL);
      ASSERT_FIELD (second, "Authorization", "Basic aMOkbnM6czNjcmV0");
      drop (client);
    }
  script_free (script);
  shared_clear (&shared);
}

/* The session's are no use any more: the program is asked, and told so. */
static void
test_session_out_of_date (void)
{
  Shared shared;
  Script *script = script_new (HOST_BARE);
  guint n_asked = 0;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  Log *client;

  shared_init (&shared);
  g_free (get_page (&shared, script, DIGEST));
  client = dial_with (script->host->url, &shared, NULL);
  g_signal_connect (client->socket, "authenticate", G_CALLBACK (answer_cb), &n_asked);
  first = script_answer (script,
                         "401 No\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"m\"\r\n"
                         "Content-Length: 0\r\n");
  second = script_open (script, "");
  WAIT_UNTIL (client->is_open);
  assert_identified (first, DIGEST, "/");
  g_assert_nonnull (strstr (second, "nonce=\"m\""));
  g_assert_cmpuint (n_asked, ==, 1);
  drop (client);
  script_free (script);
  shared_clear (&shared);
}

/* A session without any of the features is fine too. */
static void
test_bare_session (void)
{
  Shared shared;
  Script *script = script_new (HOST_BARE);
  g_autofree char *request = NULL;
  Log *client;

  shared_init (&shared);
  soup_session_remove_feature_by_type (shared.session, SOUP_TYPE_COOKIE_JAR);
  soup_session_remove_feature_by_type (shared.session, SOUP_TYPE_AUTH_MANAGER);
  client = dial_with (script->host->url, &shared, NULL);
  request = script_open (script, "Set-Cookie: a=1\r\n");
  WAIT_UNTIL (client->is_open);
  ASSERT_FIELD (request, "Cookie", NULL);
  ASSERT_FIELD (request, "Authorization", NULL);
  g_assert_true (faye_web_socket_client_get_session (FAYE_WEB_SOCKET_CLIENT (client->socket)) ==
                 shared.session);
  drop (client);
  script_free (script);
  shared_clear (&shared);
}

#define PATH "/faye/api/client-session/"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func (PATH "cookies", test_cookies);
  g_test_add_func (PATH "cookies-on-the-way", test_cookies_on_the_way);
  g_test_add_func (PATH "A45-cookies-by-host", test_A45_cookies_by_host);
  g_test_add_func (PATH "headers-first", test_headers_first);
  g_test_add_func (PATH "unix-socket", test_unix_socket);
  g_test_add_data_func (PATH "A41-cookie/crlf", "s3cret\r\nX: y", test_A41_cookie);
  g_test_add_data_func (PATH "A41-cookie/control", "s3cret\x01", test_A41_cookie);
  g_test_add_data_func (PATH "A41-cookie/lf", "s3cret\n", test_A41_cookie);
  g_test_add_data_func (PATH "credentials-from/basic", BASIC, test_credentials_from_session);
  g_test_add_data_func (PATH "credentials-from/digest", DIGEST, test_credentials_from_session);
  g_test_add_data_func (PATH "credentials-to/basic", BASIC, test_credentials_to_session);
  g_test_add_data_func (PATH "credentials-to/digest", DIGEST, test_credentials_to_session);
  g_test_add_func (PATH "not-ascii", test_not_ascii);
  g_test_add_func (PATH "session-out-of-date", test_session_out_of_date);
  g_test_add_func (PATH "bare-session", test_bare_session);
  return g_test_run ();
}
