/* SPDX-License-Identifier: MIT */

#include "tests/api/harness.h"

#include <string.h>

/* The object: properties, defaults, notifications, the message function, limits. */

static void
test_defaults (void)
{
  FayeWebSocket *socket = FAYE_WEB_SOCKET (faye_web_socket_client_new ("ws://localhost:1/", NULL));
  Log *log = log_new (socket);

  g_assert_cmpuint (faye_web_socket_get_max_length (socket), ==, (1 << 26) - 1);
  g_assert_cmpfloat (faye_web_socket_get_ping_interval (socket), ==, 0);
  g_assert_cmpfloat (faye_web_socket_get_ping_timeout (socket), ==, 20);
  g_assert_cmpfloat (faye_web_socket_get_handshake_timeout (socket), ==, 30);
  g_assert_cmpfloat (faye_web_socket_get_close_timeout (socket), ==, 10);
  g_assert_cmpint (faye_web_socket_get_priority (socket), ==, G_PRIORITY_DEFAULT);
  g_assert_cmpint (faye_web_socket_get_ready_state (socket), ==, FAYE_READY_STATE_CONNECTING);
  g_assert_cmpstr (faye_web_socket_get_url (socket), ==, "ws://localhost:1/");
  g_assert_null (faye_web_socket_get_version (socket));
  g_assert_null (faye_web_socket_get_protocol (socket));
  g_assert_null (faye_web_socket_get_extensions (socket));
  g_assert_null (faye_web_socket_get_request_headers (socket));
  g_assert_null (faye_web_socket_get_close_reason (socket));
  g_assert_cmpuint (faye_web_socket_get_close_code (socket), ==, 0);
  g_assert_cmpuint (faye_web_socket_get_buffered_amount (socket), ==, 0);
  g_assert_cmpint (faye_web_socket_get_latency (socket), ==, -1);
  faye_web_socket_abort (socket);
  log_end (log);
}

/* Every property can be read in every state, and gives what its function gives. */
static void
read_all (FayeWebSocket *socket)
{
  guint n;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (socket), &n);
  guint i;

  for (i = 0; i < n; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      if (!(pspecs[i]->flags & G_PARAM_READABLE))
        continue;
      g_object_get_property (G_OBJECT (socket), pspecs[i]->name, &value);
      g_assert_true (G_VALUE_HOLDS (&value, pspecs[i]->value_type));
    }
}

static void
read_hook (Log *log, const char *line)
{
  read_all (log->socket);
}

static void
test_properties (gconstpointer data)
{
  Both both;

  both_open (&both, GPOINTER_TO_INT (data));
  both.client->hook = read_hook;
  both.server->hook = read_hook;
  read_all (both.client->socket);
  faye_web_socket_send_text (both.client->socket, "x");
  WAIT_UNTIL (both.server->n_messages == 1);
  faye_web_socket_close (both.client->socket, 1000, "", NULL);
  WAIT_UNTIL (both.client->is_closed && both.server->is_closed);
  read_all (both.client->socket);
  read_all (both.server->socket);
  both_end (&both);
}

static void
count_cb (FayeWebSocket *socket, GParamSpec *pspec, gpointer user_data)
{
  ++*(guint *) user_data;
}

static void
test_notify (void)
{
  Log *server;
  Raw *raw;
  guint states = 0;
  guint lengths = 0;

  served_new (&server, &raw);
  g_signal_connect (server->socket, "notify::ready-state", G_CALLBACK (count_cb), &states);
  g_signal_connect (server->socket, "notify::max-length", G_CALLBACK (count_cb), &lengths);
  faye_web_socket_set_max_length (server->socket, 10);
  faye_web_socket_set_max_length (server->socket, 10);
  g_assert_cmpuint (lengths, ==, 1);
  raw_send_request (raw, "");
  g_free (raw_read_head (raw));
  g_assert_cmpuint (states, ==, 1);
  faye_web_socket_abort (server->socket);
  g_assert_cmpuint (states, ==, 2);
  WAIT_UNTIL (server->is_closed);
  g_assert_cmpuint (states, ==, 3);
  log_end (server);
  raw_free (raw);
}

static void
test_max_length (gconstpointer data)
{
  guint64 max = GPOINTER_TO_SIZE (data);
  gsize fits = max == FAYE_UNLIMITED ? 100000 : max;
  g_autofree char *zeros = g_malloc0 (fits + 1);
  g_autofree char *expected = g_strdup_printf ("binary %" G_GSIZE_FORMAT, fits);
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  faye_web_socket_set_max_length (server->socket, max);
  raw_send_request (raw, "");
  g_free (raw_read_head (raw));
  raw_send_frame (raw, 0x82, zeros, fits);
  WAIT_UNTIL (server->n_messages == 1);
  g_assert_cmpstr (server->lines->pdata[1], ==, expected);
  if (max == FAYE_UNLIMITED)
    {
      faye_web_socket_abort (server->socket);
    }
  else
    {
      raw_send_frame (raw, 0x02, zeros, fits);
      raw_send_frame (raw, 0x80, zeros, 1);
      WAIT_UNTIL (server->error != NULL);
      g_assert_error (server->error, FAYE_ERROR, FAYE_ERROR_TOO_BIG);
      WAIT_UNTIL (server->is_closed);
      g_assert_cmpuint (faye_web_socket_get_close_code (server->socket), ==, 1009);
    }
  log_end (server);
  raw_free (raw);
}

/* A04: judged from the header alone. */
static void
test_A04_header_alone (void)
{
  static const guint8 head[] = { 0x82, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0 };
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  raw_send (raw, head, sizeof head);
  WAIT_UNTIL (server->error != NULL);
  g_assert_error (server->error, FAYE_ERROR, FAYE_ERROR_TOO_BIG);
  WAIT_UNTIL (server->is_closed);
  log_end (server);
  raw_free (raw);
}

typedef struct
{
  guint n_calls;
  guint n_destroyed;
  gboolean replace;
  GString *text;
} Func;

static void
destroyed_cb (gpointer user_data)
{
  ((Func *) user_data)->n_destroyed++;
}

static void
message_func (FayeWebSocket *socket,
              FayeMessageKind kind,
              const guint8 *data,
              gsize size,
              gpointer user_data)
{
  Func *func = user_data;

  func->n_calls++;
  if (func->replace)
    faye_web_socket_set_message_func (socket, NULL, NULL, NULL);
  g_string_append_len (func->text, (const char *) data, (gssize) size);
}

static void
test_message_func (void)
{
  Func func = { .text = g_string_new (NULL) };
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  faye_web_socket_set_message_func (server->socket, message_func, &func, destroyed_cb);
  raw_send_frame (raw, 0x81, "one ", 4);
  WAIT_UNTIL (func.n_calls == 1);
  func.replace = TRUE;
  raw_send_frame (raw, 0x82, "two", 3);
  raw_send_frame (raw, 0x81, "three", 5);
  WAIT_UNTIL (server->n_messages == 1);
  ASSERT_LOG (server, "open", "text three");
  g_assert_cmpstr (func.text->str, ==, "one two");
  g_assert_cmpuint (func.n_destroyed, ==, 1);
  faye_web_socket_set_message_func (server->socket, message_func, &func, destroyed_cb);
  faye_web_socket_abort (server->socket);
  log_end (server);
  g_assert_cmpuint (func.n_destroyed, ==, 2);
  raw_free (raw);
  g_string_free (func.text, TRUE);
}

/* F15: nobody else holds the socket, and the function brings its end about and turns the loop. */
static void
ending_func (FayeWebSocket *socket,
             FayeMessageKind kind,
             const guint8 *data,
             gsize size,
             gpointer user_data)
{
  Func *func = user_data;

  func->n_calls++;
  faye_web_socket_abort (socket);
  harness_turn_for (10);
  g_assert_cmpuint (func->n_destroyed, ==, 0);
  g_assert_cmpint (faye_web_socket_get_ready_state (socket), ==, FAYE_READY_STATE_CLOSED);
}

static void
test_F15_message_func (void)
{
  Func func = { 0 };
  Log *server;
  Raw *raw;

  served_open (&server, &raw);
  faye_web_socket_set_message_func (server->socket, ending_func, &func, destroyed_cb);
  log_drop (server);
  raw_send_frame (raw, 0x81, "x", 1);
  WAIT_UNTIL (func.n_destroyed == 1);
  g_assert_cmpuint (func.n_calls, ==, 1);
  ASSERT_LOG (server, "open", "closed 1006 ");
  log_end (server);
  raw_free (raw);
}

static void
ask_cb (SoupServer *server,
        SoupServerMessage *request,
        const char *path,
        GHashTable *query,
        gpointer user_data)
{
  soup_server_message_set_status (request,
                                  faye_web_socket_is_web_socket (request) ? 200 : 404,
                                  NULL);
}

static guint
ask (Host *host, const char *request)
{
  Raw *raw = raw_new (host_dial (host), TRUE);
  g_autofree char *head = NULL;
  guint status;

  raw_print (raw, "%s", request);
  head = raw_read_head (raw);
  status = (guint) g_ascii_strtoull (head + strlen ("HTTP/1.1 "), NULL, 10);
  raw_free (raw);
  return status;
}

static void
test_is_web_socket (void)
{
  Host *host = host_new (HOST_SOUP);

  soup_server_remove_handler (host->soup, NULL);
  soup_server_add_handler (host->soup, NULL, ask_cb, NULL, NULL);
  g_assert_cmpuint (ask (host,
                         "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: WebSocket\r\n"
                         "Connection: keep-alive, UPGRADE\r\n\r\n"),
                    ==,
                    200);
  g_assert_cmpuint (ask (host, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), ==, 404);
  g_assert_cmpuint (ask (host, "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n"), ==, 404);
  g_assert_cmpuint (ask (host,
                         "POST / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                         "Connection: upgrade\r\nContent-Length: 0\r\n\r\n"),
                    ==,
                    404);
  host_free (host);
}

#define PATH "/faye/api/web-socket/"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func (PATH "defaults", test_defaults);
  g_test_add_func (PATH "notify", test_notify);
  g_test_add_func (PATH "A04-header-alone", test_A04_header_alone);
  g_test_add_func (PATH "message-func", test_message_func);
  g_test_add_func (PATH "F15-message-func", test_F15_message_func);
  g_test_add_func (PATH "is-web-socket", test_is_web_socket);
  g_test_add_data_func (PATH "properties/soup", GINT_TO_POINTER (HOST_SOUP), test_properties);
  g_test_add_data_func (PATH "properties/raw", GINT_TO_POINTER (HOST_RAW), test_properties);
  g_test_add_data_func (PATH "max-length/1", GSIZE_TO_POINTER (1), test_max_length);
  g_test_add_data_func (PATH "max-length/1000", GSIZE_TO_POINTER (1000), test_max_length);
  g_test_add_data_func (PATH "max-length/unlimited",
                        GSIZE_TO_POINTER (FAYE_UNLIMITED),
                        test_max_length);
  return g_test_run ();
}
