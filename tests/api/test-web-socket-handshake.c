/* SPDX-License-Identifier: MIT */

#include "tests/api/harness.h"

#include <string.h>

/* The program's say in the opening: accept or refuse, now or later. */

typedef gboolean (*Decide) (FayeWebSocket *socket);

static gboolean
handshake_cb (FayeWebSocket *socket, gpointer user_data)
{
  g_assert_cmpint (faye_web_socket_get_ready_state (socket), ==, FAYE_READY_STATE_CONNECTING);
  return ((Decide) user_data) (socket);
}

static void
ask (Log **server, Raw **raw, Decide decide)
{
  served_new (server, raw);
  g_signal_connect ((*server)->socket, "handshake", G_CALLBACK (handshake_cb), decide);
  raw_send_request (*raw, "Sec-WebSocket-Protocol: a, b\r\n");
}

static gboolean
decide_later (FayeWebSocket *socket)
{
  g_assert_cmpstr (faye_web_socket_get_offered_protocols (socket)[1], ==, "b");
  return TRUE;
}

static gboolean
decide_accept (FayeWebSocket *socket)
{
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);

  soup_message_headers_append (headers, "X-Mine", "1");
  g_assert_true (faye_web_socket_accept (socket, "b", headers, NULL));
  return TRUE;
}

static gboolean
decide_refuse (FayeWebSocket *socket)
{
  g_assert_true (faye_web_socket_refuse (socket, 403, "Not you", NULL, NULL));
  return TRUE;
}

static gboolean
decide_not (FayeWebSocket *socket)
{
  return FALSE;
}

static gboolean
decide_abort (FayeWebSocket *socket)
{
  faye_web_socket_abort (socket);
  return FALSE;
}

static gboolean
decide_abort_and_nest (FayeWebSocket *socket)
{
  faye_web_socket_abort (socket);
  harness_turn_for (10);
  return FALSE;
}

static void
test_accepted (gconstpointer data)
{
  g_autofree char *head = NULL;
  Log *server;
  Raw *raw;

  ask (&server, &raw, data);
  head = raw_read_head (raw);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 101 "));
  WAIT_UNTIL (server->is_open);
  if (data == (gconstpointer) decide_accept)
    {
      g_assert_nonnull (strstr (head, "\r\nX-Mine: 1\r\n"));
      g_assert_cmpstr (faye_web_socket_get_protocol (server->socket), ==, "b");
    }
  faye_web_socket_abort (server->socket);
  log_end (server);
  raw_free (raw);
}

static void
test_refused (void)
{
  g_autofree char *head = NULL;
  Log *server;
  Raw *raw;

  ask (&server, &raw, decide_refuse);
  head = raw_read_head (raw);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 403 Forbidden\r\n"));
  WAIT_UNTIL (raw->ended);
  g_assert_cmpmem (raw->in->data, raw->in->len, "Not you\n", 8);
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

static void
test_later (void)
{
  g_autoptr (GError) error = NULL;
  Log *server;
  Raw *raw;

  ask (&server, &raw, decide_later);
  WAIT_UNTIL (faye_web_socket_get_offered_protocols (server->socket) != NULL);
  harness_turn_for (10);
  g_assert_cmpuint (raw->in->len, ==, 0);
  g_assert_false (faye_web_socket_accept (server->socket, "c", NULL, &error));
  g_assert_error (error, FAYE_ERROR, FAYE_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (faye_web_socket_refuse (server->socket, 200, NULL, NULL, &error));
  g_assert_error (error, FAYE_ERROR, FAYE_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_true (faye_web_socket_accept (server->socket, "a", NULL, &error));
  g_assert_true (server->is_open);
  g_assert_false (faye_web_socket_accept (server->socket, "a", NULL, &error));
  g_assert_error (error, FAYE_ERROR, FAYE_ERROR_NOT_OPEN);
  g_clear_error (&error);
  g_assert_false (faye_web_socket_refuse (server->socket, 403, NULL, NULL, &error));
  g_assert_error (error, FAYE_ERROR, FAYE_ERROR_NOT_OPEN);
  g_free (raw_read_head (raw));
  faye_web_socket_abort (server->socket);
  log_end (server);
  raw_free (raw);
}

/* F19: the client goes while the program thinks; the program gives up; the time runs out. */
static void
test_F19_gone (void)
{
  Log *server;
  Raw *raw;

  ask (&server, &raw, decide_later);
  faye_web_socket_set_handshake_timeout (server->socket, 5);
  WAIT_UNTIL (faye_web_socket_get_offered_protocols (server->socket) != NULL);
  faye_web_socket_abort (server->socket);
  WAIT_UNTIL (server->is_closed && raw->ended);
  ASSERT_LOG (server, "closed 1006 ");
  g_assert_false (faye_web_socket_accept (server->socket, NULL, NULL, NULL));
  log_end (server);
  raw_free (raw);
}

static void
test_F19_timeout (void)
{
  g_autofree char *head = NULL;
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  g_signal_connect (server->socket, "handshake", G_CALLBACK (handshake_cb), decide_later);
  faye_web_socket_set_handshake_timeout (server->socket, 0.1);
  raw_send_request (raw, "Sec-WebSocket-Protocol: a, b\r\n");
  head = raw_read_head (raw);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 408 "));
  g_assert_false (faye_web_socket_accept (server->socket, NULL, NULL, NULL));
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "error timed-out", "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

static void
test_F19_aborted_inside (gconstpointer data)
{
  Log *server;
  Raw *raw;

  ask (&server, &raw, data);
  log_drop (server);
  WAIT_UNTIL (server->is_closed && raw->ended);
  g_assert_cmpuint (raw->in->len, ==, 0);
  ASSERT_LOG (server, "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

#define PATH "/faye/api/web-socket-handshake/"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func (PATH "accepted/by-default", decide_not, test_accepted);
  g_test_add_data_func (PATH "accepted/by-program", decide_accept, test_accepted);
  g_test_add_func (PATH "refused", test_refused);
  g_test_add_func (PATH "later", test_later);
  g_test_add_func (PATH "F19-gone", test_F19_gone);
  g_test_add_func (PATH "F19-timeout", test_F19_timeout);
  g_test_add_data_func (PATH "F19-aborted-inside/plain", decide_abort, test_F19_aborted_inside);
  g_test_add_data_func (PATH "F19-aborted-inside/nested",
                        decide_abort_and_nest,
                        test_F19_aborted_inside);
  return g_test_run ();
}
