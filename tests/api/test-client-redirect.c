/* SPDX-License-Identifier: MIT */

#include "faye/faye-client-redirect-private.h"
#include "tests/api/script.h"

#include <string.h>

/* Redirects: where they may lead, and what goes along. */

typedef struct
{
  const char *from;
  const char *location; /* NULL: none; "|" between two */
  const char *to;       /* NULL: forbidden */
} Step;

static const Step steps[] = {
  { "ws://a/x/y?q", "/z", "ws://a/z" },
  { "ws://a/x/y?q", "z?r=1", "ws://a/x/z?r=1" },
  { "ws://a/x/y?q", "?r", "ws://a/x/y?r" },
  { "ws://a/x/y", "../../../z", "ws://a/z" },
  { "ws://a:81/x", "//b/y", "ws://b/y" },
  { "wss://a/x", "//b/y", "wss://b/y" },
  { "ws://a/", "wss://a/", "wss://a/" },
  { "ws://a/", "https://b:8443/c", "wss://b:8443/c" },
  { "ws://a/", "http://b/c", "ws://b/c" },
  { "http://a/", "/c", "ws://a/c" },
  { "https://a/", "/c", "wss://a/c" },
  { "ws://a/", "WS://B/c", "ws://B/c" },
  { "ws://[::1]:80/", "/c", "ws://[::1]/c" },
  { "ws://u:p@a/", "/c", "ws://a/c" },
  { "ws://a/", "ws://u:p@b/c", "ws://b/c" },
  { "ws://a/", "/c#fragment", "ws://a/c" },
  { "ws://a/", "/%2e%2E/%41[x]", "ws://a/A[x]" }, /* RFC 3986, section 6.2.2 */
  { "ws+unix:/run/s:/x", "/y?z", "ws+unix:/run/s:/y?z" },
  { "ws+unix:/run/s%20t:/x/y", "z", "ws+unix:/run/s%20t:/x/z" },
  { "wss://a/", "ws://a/", NULL },
  { "wss://a/", "http://a/", NULL },
  { "ws://a/", "ftp://a/", NULL },
  { "ws://a/", "file:///etc/passwd", NULL },
  { "ws://a/", "javascript:alert(1)", NULL },
  { "ws://a/", "ws+unix:/run/s:/", NULL },
  { "ws+unix:/run/s:/", "ws://a/", NULL },
  { "ws+unix:/run/s:/", "//a/", NULL },
  { "ws+unix:/run/s:/", "http://localhost/", NULL },
  { "ws+unix:/run/s:/", "ws+unix:/run/other:/", NULL },
  { "ws://a/", "ws://", NULL },
  { "ws://a/", "ws://b:0/", NULL },
  { "ws://a/", "ws://b:99999/", NULL },
  { "ws://a/", "ws://b c/", NULL },
  { "ws://a/", "ws://u@v@b/", NULL },
  { "ws://a/", "ws://b\\@c/", NULL },
  { "ws://a/", "\\\\b/", NULL },
  { "ws://a/", "/%zz", NULL },
  { "ws://a/", "/a|/b", NULL },
  { "ws://a/", NULL, NULL },
};

static FayeHead *
make_response (const char *location)
{
  FayeHead *head = g_new0 (FayeHead, 1);
  g_auto (GStrv) all = location != NULL ? g_strsplit (location, "|", -1) : NULL;

  head->status = 302;
  head->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  for (guint i = 0; all != NULL && all[i] != NULL; i++)
    soup_message_headers_append (head->headers, "Location", all[i]);
  return head;
}

static void
test_A45_follow (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (FayeUrl) from = faye_url_parse (steps[i].from, NULL);
      g_autoptr (FayeHead) response = make_response (steps[i].location);
      g_autoptr (GError) error = NULL;
      g_autoptr (FayeUrl) next = faye_client_redirect_follow (from, response, &error);

      g_assert_cmpstr (next != NULL ? next->text : NULL, ==, steps[i].to);
      if (next == NULL)
        g_assert_error (error, FAYE_ERROR, FAYE_ERROR_REDIRECT);
      else
        g_assert_null (next->user);
    }
}

static void
test_statuses (void)
{
  static const guint statuses[] = { 301, 302, 303, 307, 308 };
  guint n = 0;

  for (guint status = 100; status < 1000; status++)
    {
      FayeHead head = { .status = status };

      if (faye_client_redirect_is_one (&head))
        g_assert_cmpuint (status, ==, statuses[n++]);
    }
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (statuses));
}

static SoupMessageHeaders *
make_secrets (void)
{
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);

  soup_message_headers_append (headers, "authorization", "Bearer s3cret");
  soup_message_headers_append (headers, "Cookie", "a=s3cret");
  soup_message_headers_append (headers, "Cookie2", "a=s3cret");
  soup_message_headers_append (headers, "Proxy-Authorization", "Basic s3cret");
  soup_message_headers_append (headers, "X-Mine", "kept");
  return headers;
}

static Log *
dial_with (const char *url, guint max_redirects, SoupMessageHeaders *headers)
{
  return log_new (g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT,
                                "url",
                                url,
                                "max-redirects",
                                max_redirects,
                                "headers",
                                headers,
                                NULL));
}

static FayeWebSocketClient *
client_of (Log *log)
{
  return FAYE_WEB_SOCKET_CLIENT (log->socket);
}

#define EMPTY "Content-Length: 0\r\n"

/* To another path, with a body that never ends, and with all that belongs to the origin. */
static void
test_A45_same_origin (void)
{
  Script *script = script_new (HOST_BARE);
  g_autoptr (SoupMessageHeaders) headers = make_secrets ();
  g_autofree char *url = g_strdup_printf ("%sold", script->host->url);
  g_autofree char *final = g_strdup_printf ("%snew?x", script->host->url);
  g_autofree char *second = NULL;
  Log *client = dial_with (url, 1, headers);

  g_free (script_answer (script, "302 Found\r\nLocation: new?x\r\nContent-Length: 9999\r\n"));
  second = script_open (script, "");
  WAIT_UNTIL (client->is_open);
  g_assert_true (g_str_has_prefix (second, "GET /new?x HTTP/1.1\r\n"));
  ASSERT_FIELD (second, "Authorization", "Bearer s3cret");
  ASSERT_FIELD (second, "Cookie", "a=s3cret");
  ASSERT_FIELD (second, "X-Mine", "kept");
  g_assert_cmpstr (faye_web_socket_client_get_final_url (client_of (client)), ==, final);
  g_assert_cmpstr (faye_web_socket_get_url (client->socket), ==, url);
  g_assert_cmpuint (faye_web_socket_client_get_status_code (client_of (client)), ==, 101);
  faye_web_socket_abort (client->socket);
  log_end (client);
  script_free (script);
}

/* To another port: no header field, URL's user or cookie of the first goes to the second, nor back
 * to the first by way of the second. */
static void
test_A45_cross_origin (void)
{
  Script *a = script_new (HOST_BARE);
  Script *b = script_new (HOST_BARE);
  g_autoptr (SoupMessageHeaders) headers = make_secrets ();
  g_autofree char *url = g_strdup_printf ("ws://user:s3cret@%s/old", script_get_authority (a));
  g_autofree char *at_b = NULL;
  g_autofree char *back = NULL;
  Log *client = dial_with (url, 2, headers);

  g_free (script_answer (a, "307 T\r\nLocation: %s\r\n" EMPTY, b->host->url));
  at_b = script_answer (b, "308 P\r\nLocation: %s\r\n" EMPTY, a->host->url);
  back = script_open (a, "");
  WAIT_UNTIL (client->is_open);
  g_assert_null (strstr (at_b, "s3cret"));
  g_assert_null (strstr (back, "s3cret"));
  ASSERT_FIELD (at_b, "Host", script_get_authority (b));
  ASSERT_FIELD (at_b, "Authorization", NULL);
  ASSERT_FIELD (at_b, "X-Mine", "kept");
  ASSERT_FIELD (back, "Authorization", NULL);
  faye_web_socket_abort (client->socket);
  log_end (client);
  script_free (a);
  script_free (b);
}

/* Within its origin the URL's user goes along. */
static void
test_A45_user_stays (void)
{
  Script *script = script_new (HOST_BARE);
  g_autofree char *url = g_strdup_printf ("ws://me:secret@%s/", script_get_authority (script));
  g_autofree char *second = NULL;
  Log *client = dial_with (url, 1, NULL);

  g_free (script_answer (script,
                         "302 Found\r\nLocation: ws://x:y@%s/z\r\n" EMPTY,
                         script_get_authority (script)));
  second = script_open (script, "");
  WAIT_UNTIL (client->is_open);
  ASSERT_FIELD (second, "Authorization", "Basic bWU6c2VjcmV0");
  faye_web_socket_abort (client->socket);
  log_end (client);
  script_free (script);
}

static void
test_A45_loop_of_11 (void)
{
  Script *script = script_new (HOST_BARE);
  Log *client = dial_with (script->host->url, 10, NULL);
  g_autoptr (GBytes) body = NULL;

  for (guint i = 0; i < 11; i++)
    g_free (
      script_answer (script, "302 Found\r\nLocation: /%u\r\nContent-Length: 4\r\n\r\nhere", i));
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error redirect", "closed 1006 ");
  g_assert_cmpuint (script->host->n_connections, ==, 11);
  g_assert_cmpuint (faye_web_socket_client_get_status_code (client_of (client)), ==, 302);
  body = faye_web_socket_client_get_response_body (client_of (client));
  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), "here", 4);
  log_end (client);
  script_free (script);
}

static void
test_A45_none_by_default (void)
{
  Script *script = script_new (HOST_BARE);
  Log *client = log_new (faye_web_socket_client_new (script->host->url, NULL));

  g_assert_cmpuint (faye_web_socket_client_get_max_redirects (client_of (client)), ==, 0);
  g_free (script_answer (script, "302 Found\r\nLocation: /x\r\n" EMPTY));
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error refused", "closed 1006 ");
  g_assert_cmpuint (script->host->n_connections, ==, 1);
  log_end (client);
  script_free (script);
}

/* A50: the message names the host alone. */
static void
test_A45_forbidden (gconstpointer data)
{
  const char *location = data;
  Script *script = script_new (HOST_BARE);
  Log *client = dial_with (script->host->url, 5, NULL);

  g_free (script_answer (script, "302 Found\r\n%s" EMPTY, location));
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error redirect", "closed 1006 ");
  g_assert_null (strstr (client->error->message, "s3cret"));
  g_assert_cmpuint (script->host->n_connections, ==, 1);
  log_end (client);
  script_free (script);
}

/* Never from TLS to none. */
static void
test_A45_no_downgrade (void)
{
  Script *secure = script_new (HOST_RAW_TLS);
  Script *plain = script_new (HOST_BARE);
  Log *client = dial_with (secure->host->url, 5, NULL);

  g_free (script_answer (secure, "302 Found\r\nLocation: %s\r\n" EMPTY, plain->host->url));
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error redirect", "closed 1006 ");
  harness_turn_for (20);
  g_assert_cmpuint (plain->host->n_connections, ==, 0);
  log_end (client);
  script_free (secure);
  script_free (plain);
}

/* A program that named its server is led nowhere else. */
static void
test_A45_connectable (void)
{
  Script *script = script_new (HOST_BARE);
  g_autoptr (GSocketConnectable) there =
    g_network_address_parse (script_get_authority (script), 80, NULL);
  g_autofree char *second = NULL;
  Log *client = log_new (g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT,
                                       "url",
                                       "ws://example.invalid/",
                                       "connectable",
                                       there,
                                       "max-redirects",
                                       3,
                                       NULL));

  g_free (script_answer (script, "302 F\r\nLocation: ws://example.invalid/x\r\n" EMPTY));
  second = script_answer (script, "302 F\r\nLocation: %s\r\n" EMPTY, script->host->url);
  WAIT_UNTIL (client->is_closed);
  ASSERT_FIELD (second, "Host", "example.invalid");
  ASSERT_LOG (client, "error redirect", "closed 1006 ");
  log_end (client);
  script_free (script);
}

/* A client certificate is shown to nobody else, and a name vouches for nobody else. */
static void
test_A45_tls_of_one_server (gconstpointer property)
{
  Script *a = script_new (HOST_BARE);
  Script *b = script_new (HOST_BARE);
  g_autoptr (FayeTls) tls = g_object_new (FAYE_TYPE_TLS, property, "mine", NULL);
  Log *client = log_new (g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT,
                                       "url",
                                       a->host->url,
                                       "tls",
                                       tls,
                                       "max-redirects",
                                       3,
                                       NULL));

  g_free (script_answer (a, "302 F\r\nLocation: same\r\n" EMPTY));
  g_free (script_answer (a, "302 F\r\nLocation: %s\r\n" EMPTY, b->host->url));
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error redirect", "closed 1006 ");
  log_end (client);
  script_free (a);
  script_free (b);
}

/* One deadline for a server that redirects for ever, however slowly. */
static void
test_deadline_over_attempts (void)
{
  Script *script = script_new (HOST_BARE);
  Log *client = dial_with (script->host->url, 100, NULL);
  gint64 start = g_get_monotonic_time ();

  faye_web_socket_set_handshake_timeout (client->socket, 0.5);
  for (guint i = 0; i < 3; i++)
    {
      g_free (script_next (script));
      harness_turn_for (100);
      raw_print (script->raw, "HTTP/1.1 302 F\r\nLocation: /%u\r\n" EMPTY "\r\n", i);
    }
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error timed-out", "closed 1006 ");
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_USEC_PER_SEC);
  g_assert_cmpint (faye_web_socket_client_get_phase (client_of (client)),
                   ==,
                   FAYE_PHASE_HANDSHAKING);
  log_end (client);
  /* The last attempt may not have been accepted yet. */
  if (script->host->n_connections > script->raws->len)
    g_ptr_array_add (script->raws, script->host->raw);
  script_free (script);
}

#define PATH "/faye/api/client-redirect/"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  host_trust_certificate ();
  g_test_add_func (PATH "A45-follow", test_A45_follow);
  g_test_add_func (PATH "statuses", test_statuses);
  g_test_add_func (PATH "A45-same-origin", test_A45_same_origin);
  g_test_add_func (PATH "A45-cross-origin", test_A45_cross_origin);
  g_test_add_func (PATH "A45-user-stays", test_A45_user_stays);
  g_test_add_func (PATH "A45-loop-of-11", test_A45_loop_of_11);
  g_test_add_func (PATH "A45-none-by-default", test_A45_none_by_default);
  g_test_add_data_func (PATH "A45-forbidden/scheme",
                        "Location: ftp://u:s3cret@h/s3cret?s3cret#s3cret\r\n",
                        test_A45_forbidden);
  g_test_add_data_func (PATH "A45-forbidden/none", "", test_A45_forbidden);
  g_test_add_data_func (PATH "A45-forbidden/no-host",
                        "Location: ws:/..//x\r\n",
                        test_A45_forbidden);
  g_test_add_data_func (PATH "A45-forbidden/two",
                        "Location: /s3cret\r\nLocation: /s3cret2\r\n",
                        test_A45_forbidden);
  g_test_add_func (PATH "A45-no-downgrade", test_A45_no_downgrade);
  g_test_add_func (PATH "A45-connectable", test_A45_connectable);
  g_test_add_data_func (PATH "A45-tls-of-one-server/certificate",
                        "certificate-file",
                        test_A45_tls_of_one_server);
  g_test_add_data_func (PATH "A45-tls-of-one-server/name",
                        "server-name",
                        test_A45_tls_of_one_server);
  g_test_add_func (PATH "deadline-over-attempts", test_deadline_over_attempts);
  return g_test_run ();
}
