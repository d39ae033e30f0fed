/* SPDX-License-Identifier: MIT */

#include "tests/api/script.h"

#include <string.h>

/* The phases of connecting: in which order they come, and what an end in the middle of each does.
 */

static FayeWebSocketClient *
client_of (Log *log)
{
  return FAYE_WEB_SOCKET_CLIENT (log->socket);
}

static void
assert_last_phase (Log *log, FayePhase phase)
{
  g_assert_cmpint (faye_web_socket_client_get_phase (client_of (log)), ==, phase);
}

static void
test_order (gconstpointer data)
{
  HostKind kind = (HostKind) GPOINTER_TO_INT (data);
  Script *script = script_new (kind);
  Log *client = script_log_phases (faye_web_socket_client_new (script->host->url, NULL));
  g_autofree char *lines = NULL;

  assert_last_phase (client, FAYE_PHASE_IDLE);
  g_free (script_open (script, ""));
  WAIT_UNTIL (client->is_open);
  assert_last_phase (client, FAYE_PHASE_DONE);
  g_ptr_array_add (client->lines, NULL);
  lines = g_strjoinv (", ", (char **) client->lines->pdata);
  g_ptr_array_remove_index (client->lines, client->lines->len - 1);
  g_assert_true (g_str_has_suffix (lines, "phase handshaking, phase done, open"));
  g_assert_nonnull (strstr (lines, "phase connecting"));
  g_assert_cmpint (strstr (lines, "phase securing") != NULL, ==, kind == HOST_RAW_TLS);
  g_assert_null (strstr (lines, "phase proxying"));
  faye_web_socket_abort (client->socket);
  log_end (client);
  script_free (script);
}

/* Each attempt begins anew. */
static void
test_order_of_attempts (void)
{
  Script *script = script_new (HOST_BARE);
  Log *client = script_log_phases (
    g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT, "url", script->host->url, "max-redirects", 1, NULL));
  guint n_handshaking = 0;
  guint n_connecting = 0;

  g_free (script_answer (script, "302 F\r\nLocation: /x\r\nContent-Length: 0\r\n"));
  g_free (script_answer (script, "403 No\r\nContent-Length: 0\r\n"));
  WAIT_UNTIL (client->is_closed);
  for (guint i = 0; i < client->lines->len; i++)
    {
      n_handshaking += g_str_equal (client->lines->pdata[i], "phase handshaking");
      n_connecting += g_str_equal (client->lines->pdata[i], "phase connecting");
    }
  g_assert_cmpuint (n_handshaking, ==, 2);
  g_assert_cmpuint (n_connecting, ==, 2);
  assert_last_phase (client, FAYE_PHASE_HANDSHAKING);
  log_end (client);
  script_free (script);
}

static void
test_phase_of_failure (void)
{
  Script *script = script_new (HOST_BARE);
  g_autofree char *url = g_strdup (script->host->url);
  Log *client;

  script_free (script);
  client = log_new (faye_web_socket_client_new (url, NULL));
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error connect", "closed 1006 ");
  assert_last_phase (client, FAYE_PHASE_CONNECTING);
  log_end (client);
  client = log_new (faye_web_socket_client_new ("ftp://x", NULL));
  WAIT_UNTIL (client->is_closed);
  assert_last_phase (client, FAYE_PHASE_IDLE);
  g_assert_null (faye_web_socket_client_get_final_url (client_of (client)));
  log_end (client);
}

static void
abort_in_phase (Log *log, const char *line)
{
  if (g_str_equal (line, log->data))
    faye_web_socket_abort (log->socket);
}

static void
close_in_phase (Log *log, const char *line)
{
  if (g_str_equal (line, log->data))
    faye_web_socket_close (log->socket, 1000, "", NULL);
}

/* A listener that takes connections and says nothing. */
static void
run_end_in_phase (LogHook hook, const char *line)
{
  gboolean secure = g_str_equal (line, "phase securing");
  Script *script = script_new (HOST_BARE);
  g_autofree char *url = g_strdup_printf ("%s://localhost:%s/",
                                          secure ? "wss" : "ws",
                                          strchr (script_get_authority (script), ':') + 1);
  Log *client = script_log_phases (faye_web_socket_client_new (url, NULL));

  client->hook = hook;
  client->data = (gpointer) line;
  if (g_str_equal (line, "phase done"))
    g_free (script_open (script, ""));
  WAIT_UNTIL (client->is_closed);
  g_assert_null (client->error);
  g_assert_cmpstr (client->lines->pdata[client->lines->len - 2], ==, line);
  g_assert_false (client->is_open);
  log_end (client);
  harness_turn_for (20);
  if (script->host->n_connections > script->raws->len)
    g_ptr_array_add (script->raws, script->host->raw);
  script_free (script);
}

static void
test_F14_abort_in_phase (gconstpointer data)
{
  run_end_in_phase (abort_in_phase, data);
}

static void
test_F14_close_in_phase (gconstpointer data)
{
  run_end_in_phase (close_in_phase, data);
}

/* A TLS handshake that never comes is ended by the deadline, and said to be that. */
static void
test_timeout_in_tls (void)
{
  Script *script = script_new (HOST_BARE);
  g_autofree char *url = g_strconcat ("wss", script->host->url + 2, NULL);
  Log *client = log_new (faye_web_socket_client_new (url, NULL));

  faye_web_socket_set_handshake_timeout (client->socket, 0.2);
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error timed-out", "closed 1006 ");
  assert_last_phase (client, FAYE_PHASE_SECURING);
  g_assert_nonnull (strstr (client->error->message, "TLS"));
  log_end (client);
  if (script->host->n_connections > 0)
    g_ptr_array_add (script->raws, script->host->raw);
  script_free (script);
}

/* On a stream that is there already nothing is dialled. */
static void
test_stream (void)
{
  Script *script = script_new (HOST_BARE);
  g_autoptr (GIOStream) stream = host_dial (script->host);
  Log *client = script_log_phases (g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT,
                                                 "url",
                                                 "ws://example.invalid:81/x",
                                                 "stream",
                                                 stream,
                                                 NULL));
  g_autoptr (GSocketAddress) near = NULL;
  g_autofree char *request = script_open (script, "");

  WAIT_UNTIL (client->is_open);
  ASSERT_FIELD (request, "Host", "example.invalid:81");
  ASSERT_LOG (client, "phase handshaking", "phase done", "open");
  near = g_socket_connection_get_local_address (G_SOCKET_CONNECTION (stream), NULL);
  g_assert_cmpuint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (near)),
                    ==,
                    g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (
                      faye_web_socket_client_get_bound_address (client_of (client)))));
  faye_web_socket_abort (client->socket);
  log_end (client);
  script_free (script);
}

/* There is but one attempt on it. */
static void
test_stream_is_used_once (gconstpointer data)
{
  Script *script = script_new (HOST_BARE);
  g_autoptr (GIOStream) stream = host_dial (script->host);
  Log *client = log_new (g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT,
                                       "url",
                                       "ws://u:p@example.invalid/",
                                       "stream",
                                       stream,
                                       "max-redirects",
                                       5,
                                       NULL));

  g_free (script_answer (script, "%s\r\nContent-Length: 0\r\n", (const char *) data));
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error refused", "closed 1006 ");
  log_end (client);
  script_free (script);
}

/* Any stream will do, even one that has no addresses. */
static void
test_stream_without_addresses (void)
{
  g_autoptr (GInputStream) in = g_memory_input_stream_new ();
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();
  g_autoptr (GIOStream) stream = g_simple_io_stream_new (in, out);
  Log *client = log_new (
    g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT, "url", "ws://host/", "stream", stream, NULL));

  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error handshake", "closed 1006 ");
  g_assert_null (faye_web_socket_client_get_remote_address (client_of (client)));
  g_assert_null (faye_web_socket_client_get_bound_address (client_of (client)));
  log_end (client);
}

static void
test_addresses (gconstpointer data)
{
  Script *script = script_new ((HostKind) GPOINTER_TO_INT (data));
  g_autoptr (GSocketAddress) wish = g_inet_socket_address_new_from_string ("127.0.0.2", 0);
  Log *client = log_new (g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT,
                                       "url",
                                       script->host->url,
                                       "local-address",
                                       wish,
                                       NULL));
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSocketAddress) remote = NULL;
  g_autofree char *near = NULL;
  const char *port = strchr (script_get_authority (script), ':') + 1;

  g_assert_null (faye_web_socket_client_get_remote_address (client_of (client)));
  g_free (script_open (script, ""));
  WAIT_UNTIL (client->is_open);
  g_object_get (client->socket, "bound-address", &bound, "remote-address", &remote, NULL);
  near =
    g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (bound)));
  g_assert_cmpstr (near, ==, "127.0.0.2");
  g_assert_cmpuint (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (remote)),
                    ==,
                    g_ascii_strtoull (port, NULL, 10));
  g_assert_true (faye_web_socket_client_get_local_address (client_of (client)) == wish);
  faye_web_socket_abort (client->socket);
  log_end (client);
  script_free (script);
}

/* F30: a head of 1xx, or the half of one, and then nothing. */
static void
test_F30_silence (gconstpointer data)
{
  Script *script = script_new (HOST_BARE);
  Log *client = log_new (faye_web_socket_client_new (script->host->url, NULL));

  faye_web_socket_set_handshake_timeout (client->socket, 0.2);
  g_free (script_next (script));
  raw_print (script->raw, "%s", (const char *) data);
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error timed-out", "closed 1006 ");
  g_assert_nonnull (strstr (client->error->message, "the server did not answer"));
  log_end (client);
  script_free (script);
}

/* F30: the peer is gone before it answers. */
static void
test_F30_reset (gconstpointer data)
{
  Script *script = script_new (HOST_BARE);
  Log *client = log_new (faye_web_socket_client_new (script->host->url, NULL));

  g_free (script_next (script));
  raw_print (script->raw, "%s", (const char *) data);
  WAIT_UNTIL (!script->raw->writing);
  raw_vanish (script->raw, TRUE);
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error handshake", "closed 1006 ");
  log_end (client);
  script_free (script);
}

static Log *
dial_through (Script *script, const char *user)
{
  g_autofree char *url = g_strdup_printf ("http://%s@%s", user, script_get_authority (script));
  g_autoptr (FayeProxy) proxy = faye_proxy_new (url);

  return script_log_phases (g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT,
                                          "url",
                                          "ws://example.invalid/s3cret",
                                          "proxy",
                                          proxy,
                                          NULL));
}

static gboolean
never_cb (FayeWebSocketClient *client, SoupAuth *auth, gboolean retrying, gpointer user_data)
{
  g_assert_not_reached ();
}

/* A46, A50: a proxy's refusal is told as the proxy's, and asks nobody for the origin's credentials.
 */
static void
test_A46_proxy_refuses (gconstpointer data)
{
  const char *status = data;
  gboolean wants_user = !g_str_has_prefix (status, "403");
  Script *script = script_new (HOST_BARE);
  Log *client = dial_through (script, "user:s3cret");
  g_autofree char *request = NULL;
  SoupMessageHeaders *headers;

  g_signal_connect (client->socket, "authenticate", G_CALLBACK (never_cb), NULL);
  request = script_answer (script,
                           "%s\r\nX-Why: a\r\nWWW-Authenticate: Basic realm=\"r\"\r\n"
                           "Content-Length: 0\r\n",
                           status);
  WAIT_UNTIL (client->is_closed);
  g_assert_true (g_str_has_prefix (request, "CONNECT example.invalid:80 HTTP/1.1\r\n"));
  g_assert_true (g_error_matches (client->error,
                                  FAYE_ERROR,
                                  wants_user ? FAYE_ERROR_PROXY_AUTHENTICATION : FAYE_ERROR_PROXY));
  g_assert_null (strstr (client->error->message, "s3cret"));
  assert_last_phase (client, FAYE_PHASE_PROXYING);
  g_assert_cmpuint (faye_web_socket_client_get_proxy_status_code (client_of (client)),
                    ==,
                    g_ascii_strtoull (status, NULL, 10));
  headers = faye_web_socket_client_get_proxy_response_headers (client_of (client));
  g_assert_cmpstr (soup_message_headers_get_one (headers, "X-Why"), ==, "a");
  g_assert_cmpuint (faye_web_socket_client_get_status_code (client_of (client)), ==, 0);
  log_end (client);
  script_free (script);
}

static void
test_proxy_lets_through (void)
{
  Script *script = script_new (HOST_BARE);
  Log *client = dial_through (script, "user:s3cret");
  g_autofree char *request = NULL;

  g_free (script_answer (script, "200 Go\r\n"));
  request = raw_answer_request (script->raw, "");
  WAIT_UNTIL (client->is_open);
  g_assert_null (strstr (request, "Proxy-Authorization"));
  g_assert_cmpuint (faye_web_socket_client_get_proxy_status_code (client_of (client)), ==, 200);
  g_assert_cmpuint (faye_web_socket_client_get_status_code (client_of (client)), ==, 101);
  ASSERT_LOG (client,
              "phase resolving",
              "phase connecting",
              "phase proxying",
              "phase handshaking",
              "phase done",
              "open");
  faye_web_socket_abort (client->socket);
  log_end (client);
  script_free (script);
}

#define PATH "/faye/api/client-phases/"

static void
add_ends (void)
{
  static const char *const phases[] = { "resolving",
                                        "connecting",
                                        "securing",
                                        "handshaking",
                                        "done" };

  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    {
      g_autofree char *aborts = g_strconcat (PATH "F14-abort-in-phase/", phases[i], NULL);
      g_autofree char *closes = g_strconcat (PATH "F14-close-in-phase/", phases[i], NULL);
      g_autofree char *line = g_strconcat ("phase ", phases[i], NULL);

      g_test_add_data_func_full (aborts, g_strdup (line), test_F14_abort_in_phase, g_free);
      /* Once it is open the closing handshake has its time. */
      if (!g_str_equal (phases[i], "done"))
        g_test_add_data_func_full (closes, g_strdup (line), test_F14_close_in_phase, g_free);
    }
}

static void
add_silences (void)
{
  static const char *const names[] = { "nothing", "100", "103", "half-101" };
  static const char *const texts[] = {
    "",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n",
    "HTTP/1.1 101 Switching",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *silence = g_strconcat (PATH "F30-silence/", names[i], NULL);
      g_autofree char *reset = g_strconcat (PATH "F30-reset/", names[i], NULL);

      g_test_add_data_func (silence, texts[i], test_F30_silence);
      g_test_add_data_func (reset, texts[i], test_F30_reset);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  host_trust_certificate ();
  add_ends ();
  add_silences ();
  g_test_add_data_func (PATH "order/plain", GINT_TO_POINTER (HOST_BARE), test_order);
  g_test_add_data_func (PATH "order/tls", GINT_TO_POINTER (HOST_RAW_TLS), test_order);
  g_test_add_data_func (PATH "order/unix", GINT_TO_POINTER (HOST_RAW_UNIX), test_order);
  g_test_add_func (PATH "order/attempts", test_order_of_attempts);
  g_test_add_func (PATH "phase-of-failure", test_phase_of_failure);
  g_test_add_func (PATH "timeout-in-tls", test_timeout_in_tls);
  g_test_add_data_func (PATH "A46-proxy-refuses/401", "401 No", test_A46_proxy_refuses);
  g_test_add_data_func (PATH "A46-proxy-refuses/403", "403 No", test_A46_proxy_refuses);
  g_test_add_data_func (PATH "A46-proxy-refuses/407", "407 No", test_A46_proxy_refuses);
  g_test_add_func (PATH "proxy-lets-through", test_proxy_lets_through);
  g_test_add_func (PATH "stream", test_stream);
  g_test_add_data_func (PATH "stream-is-used-once/401",
                        "401 No\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\"",
                        test_stream_is_used_once);
  g_test_add_data_func (PATH "stream-is-used-once/302",
                        "302 F\r\nLocation: /x",
                        test_stream_is_used_once);
  g_test_add_func (PATH "stream-without-addresses", test_stream_without_addresses);
  g_test_add_data_func (PATH "addresses/plain", GINT_TO_POINTER (HOST_BARE), test_addresses);
  g_test_add_data_func (PATH "addresses/tls", GINT_TO_POINTER (HOST_RAW_TLS), test_addresses);
  return g_test_run ();
}
