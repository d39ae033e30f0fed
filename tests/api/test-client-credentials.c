/* SPDX-License-Identifier: MIT */

#include "faye/faye-client-credentials-private.h"
#include "tests/api/script.h"

#include <string.h>

/* What a client answers to a 401: by itself, by the program, or not at all. */

static FayeWebSocketClient *
client_of (Log *log)
{
  return FAYE_WEB_SOCKET_CLIENT (log->socket);
}

typedef struct
{
  const char *challenges;
  FayeChallenge expected; /* for a URL without a user */
  const char *scheme;
  const char *realm;
} Case;

#define DIGEST "Digest realm=\"d\", nonce=\"n\""

static const Case cases[] = {
  { "Basic realm=\"b\"", FAYE_CHALLENGE_ASK, "Basic", "b" },
  { "basic realm=b", FAYE_CHALLENGE_ASK, "Basic", "b" },
  { "Basic", FAYE_CHALLENGE_ASK, "Basic", "" },
  { DIGEST, FAYE_CHALLENGE_ASK, "Digest", "d" },
  { DIGEST ", qop=\"auth\", algorithm=MD5", FAYE_CHALLENGE_ASK, "Digest", "d" },
  { "Basic realm=\"b\", " DIGEST, FAYE_CHALLENGE_ASK, "Digest", "d" },
  { DIGEST ", Basic realm=\"b\"", FAYE_CHALLENGE_ASK, "Digest", "d" },
  { "Digest realm=\"s\", nonce=\"n\", algorithm=SHA-256, " DIGEST,
    FAYE_CHALLENGE_ASK,
    "Digest",
    "d" },
  { DIGEST ", algorithm=SHA-256, Basic realm=\"b\"", FAYE_CHALLENGE_ASK, "Basic", "b" },
  { DIGEST ", qop=\"auth-int\", Basic realm=\"b\"", FAYE_CHALLENGE_ASK, "Basic", "b" },
  { DIGEST ", domain=\"http:\"", FAYE_CHALLENGE_ASK, "Digest", "d" },
  { "Negotiate, Basic realm=\"b\"", FAYE_CHALLENGE_ASK, "Basic", "b" },
  { "Negotiate abc==, Basic realm=\"b, Digest realm=x, nonce=y\"",
    FAYE_CHALLENGE_ASK,
    "Basic",
    "b, Digest realm=x, nonce=y" },
  { "New realm = \"n\", Basic = \"x\"", FAYE_CHALLENGE_REFUSED, NULL, NULL },
  { "Digest realm=\"d\"", FAYE_CHALLENGE_REFUSED, NULL, NULL },
  { "Digest nonce=\"n\"", FAYE_CHALLENGE_REFUSED, NULL, NULL },
  { "Digest", FAYE_CHALLENGE_REFUSED, NULL, NULL },
  { "Bearer realm=\"x\"", FAYE_CHALLENGE_REFUSED, NULL, NULL },
  { "Basically realm=\"x\"", FAYE_CHALLENGE_REFUSED, NULL, NULL },
  { "NTLM", FAYE_CHALLENGE_REFUSED, NULL, NULL },
  { ", ,=,\"", FAYE_CHALLENGE_REFUSED, NULL, NULL },
  { "", FAYE_CHALLENGE_REFUSED, NULL, NULL },
};

static SoupMessageHeaders *
make_challenges (const char *challenges)
{
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);

  soup_message_headers_append (headers, "WWW-Authenticate", challenges);
  return headers;
}

static void
test_challenges (void)
{
  g_autoptr (FayeUrl) url = faye_url_parse ("ws://host/path?query", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FayeClientCredentials) self = faye_client_credentials_new ();
      g_autoptr (SoupMessageHeaders) headers = make_challenges (cases[i].challenges);
      SoupAuth *auth;

      g_assert_cmpint (faye_client_credentials_judge (self, url, headers), ==, cases[i].expected);
      auth = faye_client_credentials_get_auth (self);
      g_assert_cmpstr (auth != NULL ? soup_auth_get_scheme_name (auth) : NULL, ==, cases[i].scheme);
      g_assert_cmpstr (auth != NULL ? soup_auth_get_realm (auth) : NULL, ==, cases[i].realm);
      g_assert_null (faye_client_credentials_write (self, url));
    }
}

/* A nonce that is merely old is no refusal. */
static void
test_stale_nonce (void)
{
  g_autoptr (FayeUrl) url = faye_url_parse ("ws://host/", NULL);
  g_autoptr (FayeClientCredentials) self = faye_client_credentials_new ();
  g_autoptr (SoupMessageHeaders) first = make_challenges (DIGEST);
  g_autoptr (SoupMessageHeaders) stale =
    make_challenges ("Digest realm=\"d\", nonce=\"m\", stale=true");
  g_autofree char *answer = NULL;

  g_assert_cmpint (faye_client_credentials_judge (self, url, first), ==, FAYE_CHALLENGE_ASK);
  soup_auth_authenticate (faye_client_credentials_get_auth (self), "u", "p");
  g_assert_cmpint (faye_client_credentials_judge (self, url, stale), ==, FAYE_CHALLENGE_ANSWERED);
  answer = faye_client_credentials_write (self, url);
  g_assert_nonnull (strstr (answer, "nonce=\"m\""));
  g_assert_cmpint (faye_client_credentials_judge (self, url, first), ==, FAYE_CHALLENGE_ASK);
}

static void
assert_basic (const char *user, const char *password)
{
  g_autoptr (FayeUrl) url = faye_url_parse ("ws://host/", NULL);
  g_autoptr (FayeClientCredentials) self = faye_client_credentials_new ();
  g_autoptr (SoupMessageHeaders) headers = make_challenges ("Basic realm=\"r\", charset=\"UTF-8\"");
  g_autofree char *pair = g_strdup_printf ("%s:%s", user, password);
  g_autofree char *code = g_base64_encode ((const guchar *) pair, strlen (pair));
  g_autofree char *value = g_strconcat ("Basic ", code, NULL);
  g_autofree char *answer = NULL;

  faye_client_credentials_judge (self, url, headers);
  soup_auth_authenticate (faye_client_credentials_get_auth (self), user, password);
  answer = faye_client_credentials_write (self, url);
  g_assert_cmpstr (answer, ==, value);
}

/* RFC 7617, section 2.1. libsoup would write Latin-1 wherever it can. */
static void
test_basic_is_utf8 (void)
{
  assert_basic ("user", "s3cret");
  assert_basic ("", "");
  assert_basic ("h\u00e4ns", "p\u00e4:ss");
  assert_basic ("\u0142", "\u20ac \u00e4");
  assert_basic ("\u00c3\u00a4", "");
}

static void
test_bounded (void)
{
  g_autoptr (FayeUrl) url = faye_url_parse ("ws://host/", NULL);
  g_autoptr (FayeClientCredentials) self = faye_client_credentials_new ();
  g_autoptr (SoupMessageHeaders) headers = make_challenges (DIGEST);

  for (guint i = 0; i < 5; i++)
    g_assert_cmpint (faye_client_credentials_judge (self, url, headers), ==, FAYE_CHALLENGE_ASK);
  g_assert_cmpint (faye_client_credentials_judge (self, url, headers), ==, FAYE_CHALLENGE_REFUSED);
}

/* A server of libsoup's that lets "user" in with "s3cret". */
typedef struct
{
  SoupServer *soup;
  SoupAuthDomain *domain;
  char *url;
  guint port;
  guint n_requests;
  Log *server;
} Guarded;

static gboolean
basic_cb (SoupAuthDomain *domain,
          SoupServerMessage *message,
          const char *user,
          const char *password,
          gpointer user_data)
{
  return g_str_equal (user, "user") && g_str_equal (password, "s3cret");
}

static char *
digest_cb (SoupAuthDomain *domain, SoupServerMessage *message, const char *user, gpointer user_data)
{
  return g_str_equal (user, "user")
           ? soup_auth_domain_digest_encode_password ("user", "realm", "s3cret")
           : NULL;
}

static void
guarded_cb (SoupServer *soup,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  Guarded *guarded = user_data;

  guarded->server = log_new (faye_web_socket_new (message, NULL));
}

static void
started_cb (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  ((Guarded *) user_data)->n_requests++;
}

static SoupAuthDomain *
make_domain (gboolean digest)
{
  if (digest)
    return soup_auth_domain_digest_new ("realm",
                                        "realm",
                                        "auth-callback",
                                        digest_cb,
                                        "auth-data",
                                        NULL,
                                        NULL);
  return soup_auth_domain_basic_new ("realm",
                                     "realm",
                                     "auth-callback",
                                     basic_cb,
                                     "auth-data",
                                     NULL,
                                     NULL);
}

static Guarded *
guarded_new (gboolean digest)
{
  Guarded *guarded = g_new0 (Guarded, 1);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  guarded->soup = soup_server_new (NULL, NULL);
  guarded->domain = make_domain (digest);
  soup_auth_domain_add_path (guarded->domain, "/");
  soup_server_add_auth_domain (guarded->soup, guarded->domain);
  soup_server_add_handler (guarded->soup, NULL, guarded_cb, guarded, NULL);
  g_signal_connect (guarded->soup, "request-started", G_CALLBACK (started_cb), guarded);
  soup_server_listen_local (guarded->soup, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (guarded->soup);
  guarded->port = (guint) g_uri_get_port (uris->data);
  guarded->url = g_strdup_printf ("ws://127.0.0.1:%u/a%%20path?q=[1]", guarded->port);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return guarded;
}

static void
guarded_free (Guarded *guarded)
{
  if (guarded->server != NULL)
    log_end (guarded->server);
  soup_server_disconnect (guarded->soup);
  while (g_main_context_iteration (g_main_context_get_thread_default (), FALSE))
    ;
  g_object_unref (guarded->domain);
  g_object_unref (guarded->soup);
  g_free (guarded->url);
  g_free (guarded);
}

/* What a program does when it is asked. */
typedef enum
{
  ANSWER_RIGHT,
  ANSWER_WRONG_THEN_RIGHT,
  ANSWER_ALWAYS_WRONG,
  ANSWER_LATER,
  ANSWER_CANCEL,
  ANSWER_CANCEL_LATER,
  ANSWER_NOT,
  ANSWER_ABORT,
  ANSWER_ABORT_LATER,
} Answer;

typedef struct
{
  Answer how;
  guint n_asked;
  guint n_retrying;
  SoupAuth *auth; /* (owned) (nullable) */
  char *scheme;   /* (owned) */
  guint delay;    /* ms */
  FayeWebSocket *socket;
} Program;

static gboolean
later_cb (gpointer user_data)
{
  Program *program = user_data;

  if (program->how == ANSWER_CANCEL_LATER)
    soup_auth_cancel (program->auth);
  else if (program->how == ANSWER_ABORT_LATER)
    faye_web_socket_abort (program->socket);
  else
    soup_auth_authenticate (program->auth, "user", "s3cret");
  return G_SOURCE_REMOVE;
}

static gboolean
authenticate_cb (FayeWebSocketClient *client, SoupAuth *auth, gboolean retrying, Program *program)
{
  program->n_asked++;
  program->n_retrying += retrying ? 1 : 0;
  g_set_object (&program->auth, auth);
  g_free (program->scheme);
  program->scheme = g_strdup (soup_auth_get_scheme_name (auth));
  g_assert_false (soup_auth_is_for_proxy (auth));
  g_assert_false (soup_auth_is_authenticated (auth));
  switch (program->how)
    {
    case ANSWER_RIGHT:
      soup_auth_authenticate (auth, "user", "s3cret");
      return TRUE;
    case ANSWER_WRONG_THEN_RIGHT:
      soup_auth_authenticate (auth, "user", retrying ? "s3cret" : "wr0ng");
      return TRUE;
    case ANSWER_ALWAYS_WRONG:
      soup_auth_authenticate (auth, "user", "wr0ng");
      return TRUE;
    case ANSWER_CANCEL:
      soup_auth_cancel (auth);
      return TRUE;
    case ANSWER_ABORT:
      faye_web_socket_abort (FAYE_WEB_SOCKET (client));
      return TRUE;
    case ANSWER_NOT:
      return FALSE;
    default:
      program->socket = FAYE_WEB_SOCKET (client);
      g_timeout_add (program->delay, later_cb, program);
      return TRUE;
    }
}

static void
program_clear (Program *program)
{
  g_clear_object (&program->auth);
  g_free (program->scheme);
}

/* Opens, or fails with a refusal, or ends in silence. */
typedef struct
{
  const char *name;
  Answer how;
  guint n_asked;
  guint n_retrying;
  const char *line; /* of the log; NULL: none before `closed` */
} Dialog;

static const Dialog dialogs[] = {
  { "right", ANSWER_RIGHT, 1, 0, "open" },
  { "wrong-then-right", ANSWER_WRONG_THEN_RIGHT, 2, 1, "open" },
  { "always-wrong", ANSWER_ALWAYS_WRONG, 5, 4, "error refused" },
  { "later", ANSWER_LATER, 1, 0, "open" },
  { "cancel", ANSWER_CANCEL, 1, 0, "error refused" },
  { "cancel-later", ANSWER_CANCEL_LATER, 1, 0, "error refused" },
  { "not", ANSWER_NOT, 1, 0, "error refused" },
  { "abort", ANSWER_ABORT, 1, 0, NULL },
  { "abort-later", ANSWER_ABORT_LATER, 1, 0, NULL },
};

static void
run_dialog (const Dialog *dialog, gboolean digest)
{
  Guarded *guarded = guarded_new (digest);
  Program program = { .how = dialog->how, .delay = 1 };
  Log *client = log_new (faye_web_socket_client_new (guarded->url, NULL));

  g_signal_connect (client->socket, "authenticate", G_CALLBACK (authenticate_cb), &program);
  WAIT_UNTIL (client->is_open || client->is_closed);
  if (dialog->line != NULL)
    g_assert_cmpstr (client->lines->pdata[0], ==, dialog->line);
  else
    g_assert_true (client->is_closed && client->lines->len == 1);
  g_assert_cmpuint (program.n_asked, ==, dialog->n_asked);
  g_assert_cmpuint (program.n_retrying, ==, dialog->n_retrying);
  g_assert_cmpstr (program.scheme, ==, digest ? "Digest" : "Basic");
  if (client->error != NULL)
    {
      g_assert_cmpuint (faye_web_socket_client_get_status_code (client_of (client)), ==, 401);
      g_assert_null (strstr (client->error->message, "wr0ng"));
    }
  if (client->is_open)
    faye_web_socket_close (client->socket, 1000, "", NULL);
  log_end (client);
  program_clear (&program);
  guarded_free (guarded);
}

static void
test_dialog_basic (gconstpointer data)
{
  run_dialog (data, FALSE);
}

static void
test_dialog_digest (gconstpointer data)
{
  run_dialog (data, TRUE);
}

/* A URL's user answers without anybody being asked: at once with Basic, when challenged with
 * Digest. */
static void
test_url_user (gconstpointer data)
{
  gboolean digest = GPOINTER_TO_INT (data);
  Guarded *guarded = guarded_new (digest);
  Program program = { .how = ANSWER_NOT };
  g_autofree char *url = g_strdup_printf ("ws://user:s3cret@127.0.0.1:%u/x", guarded->port);
  Log *client = log_new (faye_web_socket_client_new (url, NULL));

  g_signal_connect (client->socket, "authenticate", G_CALLBACK (authenticate_cb), &program);
  WAIT_UNTIL (client->is_open);
  g_assert_cmpuint (program.n_asked, ==, 0);
  g_assert_cmpuint (guarded->n_requests, ==, digest ? 2 : 1);
  faye_web_socket_close (client->socket, 1000, "", NULL);
  log_end (client);
  program_clear (&program);
  guarded_free (guarded);
}

/* A wrong one is told as such, and the program may know better. */
static void
test_wrong_url_user (gconstpointer data)
{
  gboolean digest = GPOINTER_TO_INT (data);
  Guarded *guarded = guarded_new (digest);
  Program program = { .how = ANSWER_RIGHT };
  g_autofree char *url = g_strdup_printf ("ws://user:wr0ng@127.0.0.1:%u/x", guarded->port);
  Log *client = log_new (faye_web_socket_client_new (url, NULL));

  g_signal_connect (client->socket, "authenticate", G_CALLBACK (authenticate_cb), &program);
  WAIT_UNTIL (client->is_open);
  g_assert_cmpuint (program.n_asked, ==, 1);
  g_assert_cmpuint (program.n_retrying, ==, 1);
  faye_web_socket_close (client->socket, 1000, "", NULL);
  log_end (client);
  program_clear (&program);
  guarded_free (guarded);
}

/* The clock stands while a user types. */
static void
test_answer_after_timeout (void)
{
  Guarded *guarded = guarded_new (FALSE);
  Program program = { .how = ANSWER_LATER, .delay = 600 };
  Log *client = log_new (faye_web_socket_client_new (guarded->url, NULL));

  faye_web_socket_set_handshake_timeout (client->socket, 0.5);
  g_signal_connect (client->socket, "authenticate", G_CALLBACK (authenticate_cb), &program);
  WAIT_UNTIL (client->is_open || client->is_closed);
  g_assert_true (client->is_open);
  faye_web_socket_close (client->socket, 1000, "", NULL);
  log_end (client);
  program_clear (&program);
  guarded_free (guarded);
}

#define CHALLENGE "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"r\"\r\n"

/* An Authorization of the program's own is its last word. */
static void
test_own_header (void)
{
  Script *script = script_new (HOST_BARE);
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  Program program = { .how = ANSWER_RIGHT };
  g_autofree char *request = NULL;
  Log *client;

  soup_message_headers_append (headers, "Authorization", "Bearer s3cret");
  client = log_new (
    g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT, "url", script->host->url, "headers", headers, NULL));
  g_signal_connect (client->socket, "authenticate", G_CALLBACK (authenticate_cb), &program);
  request = script_answer (script, CHALLENGE "Content-Length: 0\r\n");
  WAIT_UNTIL (client->is_closed);
  ASSERT_FIELD (request, "Authorization", "Bearer s3cret");
  ASSERT_LOG (client, "error refused", "closed 1006 ");
  g_assert_cmpuint (program.n_asked, ==, 0);
  log_end (client);
  program_clear (&program);
  script_free (script);
}

/* A46: an origin that plays the proxy draws nothing. */
static void
test_A46_no_answer_to_407 (void)
{
  Script *script = script_new (HOST_BARE);
  Program program = { .how = ANSWER_RIGHT };
  Log *client = log_new (faye_web_socket_client_new (script->host->url, NULL));

  g_signal_connect (client->socket, "authenticate", G_CALLBACK (authenticate_cb), &program);
  g_free (script_answer (script,
                         "407 Proxy\r\nProxy-Authenticate: Basic realm=\"r\"\r\n"
                         "WWW-Authenticate: Basic realm=\"r\"\r\nContent-Length: 0\r\n"));
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error refused", "closed 1006 ");
  g_assert_cmpuint (program.n_asked, ==, 0);
  g_assert_cmpuint (faye_web_socket_client_get_proxy_status_code (client_of (client)), ==, 0);
  log_end (client);
  program_clear (&program);
  script_free (script);
}

/* A 401 whose body never ends holds nobody longer than the deadline. */
static void
test_endless_body (void)
{
  Script *script = script_new (HOST_BARE);
  Program program = { .how = ANSWER_NOT };
  Log *client = log_new (faye_web_socket_client_new (script->host->url, NULL));

  faye_web_socket_set_handshake_timeout (client->socket, 0.2);
  g_signal_connect (client->socket, "authenticate", G_CALLBACK (authenticate_cb), &program);
  g_free (script_answer (script, CHALLENGE "Content-Length: 10\r\n"));
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error refused", "closed 1006 ");
  g_assert_cmpuint (program.n_asked, ==, 1);
  log_end (client);
  program_clear (&program);
  script_free (script);
}

/* An answer for one origin is not for the next. */
static void
test_A45_answer_stays (void)
{
  Script *a = script_new (HOST_BARE);
  Script *b = script_new (HOST_BARE);
  Program program = { .how = ANSWER_RIGHT };
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;
  Log *client = log_new (
    g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT, "url", a->host->url, "max-redirects", 1, NULL));

  g_signal_connect (client->socket, "authenticate", G_CALLBACK (authenticate_cb), &program);
  g_free (script_answer (a, CHALLENGE "Content-Length: 0\r\n"));
  second = script_answer (a, "302 F\r\nLocation: %s\r\nContent-Length: 0\r\n", b->host->url);
  third = script_open (b, "");
  WAIT_UNTIL (client->is_open);
  ASSERT_FIELD (second, "Authorization", "Basic dXNlcjpzM2NyZXQ=");
  ASSERT_FIELD (third, "Authorization", NULL);
  faye_web_socket_abort (client->socket);
  log_end (client);
  program_clear (&program);
  script_free (a);
  script_free (b);
}

#define PATH "/faye/api/client-credentials/"

static void
add_tables (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (dialogs); i++)
    {
      g_autofree char *basic = g_strconcat (PATH "basic/", dialogs[i].name, NULL);
      g_autofree char *digest = g_strconcat (PATH "digest/", dialogs[i].name, NULL);

      g_test_add_data_func (basic, &dialogs[i], test_dialog_basic);
      g_test_add_data_func (digest, &dialogs[i], test_dialog_digest);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_tables ();
  g_test_add_func (PATH "challenges", test_challenges);
  g_test_add_func (PATH "stale-nonce", test_stale_nonce);
  g_test_add_func (PATH "basic-is-utf8", test_basic_is_utf8);
  g_test_add_func (PATH "bounded", test_bounded);
  g_test_add_data_func (PATH "url-user/basic", GINT_TO_POINTER (FALSE), test_url_user);
  g_test_add_data_func (PATH "url-user/digest", GINT_TO_POINTER (TRUE), test_url_user);
  g_test_add_data_func (PATH "wrong-url-user/basic", GINT_TO_POINTER (FALSE), test_wrong_url_user);
  g_test_add_data_func (PATH "wrong-url-user/digest", GINT_TO_POINTER (TRUE), test_wrong_url_user);
  g_test_add_func (PATH "answer-after-timeout", test_answer_after_timeout);
  g_test_add_func (PATH "own-header", test_own_header);
  g_test_add_func (PATH "A46-no-answer-to-407", test_A46_no_answer_to_407);
  g_test_add_func (PATH "endless-body", test_endless_body);
  g_test_add_func (PATH "A45-answer-stays", test_A45_answer_stays);
  return g_test_run ();
}
