/* SPDX-License-Identifier: MIT */

#include "tests/api/harness.h"
#include "tests/api/toy-extension.h"
#include "tests/io/pairs.h"

#include <string.h>

/* What the two ends agree on in the opening handshake, and how that fails. */

static const ToyPlan toy_plan = { .name = "x-toy", .rsv = FAYE_RSV_BIT_2 };

static void
assert_refused (GError *error, FayeError code, const char *part)
{
  g_assert_error (error, FAYE_ERROR, (int) code);
  if (strstr (error->message, part) == NULL)
    g_error ("\"%s\" is not in \"%s\"", part, error->message);
}

static void
assert_params (GVariant *given, const char *expected)
{
  g_autofree char *text = g_variant_print (given, TRUE);

  g_assert_cmpstr (text, ==, expected);
}

/* A raw server answers EXTRA to a client with a toy of PLAN; the client is not to open. */
static void
check_client_refuses (const ToyPlan *plan, const char *extra, const char *part)
{
  ToyExtension *toy;
  Host *host = host_new (HOST_BARE);
  Log *client = log_new (faye_web_socket_client_new (host->url, NULL));
  g_autofree char *request = NULL;

  toy = toy_extension_add (client->socket, plan);
  WAIT_UNTIL (host->raw != NULL);
  request = raw_answer_request (host->raw, extra);
  g_assert_nonnull (strstr (request, "\r\nSec-WebSocket-Extensions: x-toy\r\n"));
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "error handshake", "closed 1006 ");
  assert_refused (client->error, FAYE_ERROR_HANDSHAKE, part);
  WAIT_UNTIL (host->raw->ended);
  log_end (client);
  g_assert_cmpuint (toy_extension_get_session (toy)->n_closed, ==, 1);
  g_assert_finalize_object (toy);
  raw_free (host->raw);
  host_free (host);
}

#define ANSWER(value) "Sec-WebSocket-Extensions: " value "\r\n"

static void
test_client_refuses_what_it_did_not_offer (void)
{
  check_client_refuses (&toy_plan, ANSWER ("permessage-deflate"), "permessage-deflate");
  check_client_refuses (&toy_plan, ANSWER ("x-toy, x-toy"), "x-toy");
  check_client_refuses (&toy_plan, ANSWER ("x-toy; ="), "x-toy");
}

static void
test_client_refuses_the_answer (void)
{
  const ToyPlan plan = { .name = "x-toy", .rsv = FAYE_RSV_BIT_2, .refuses = TRUE };

  check_client_refuses (&plan, ANSWER ("x-toy"), "not to my liking");
}

static void
test_client_without_an_answer (void)
{
  Host *host = host_new (HOST_BARE);
  Log *client = log_new (faye_web_socket_client_new (host->url, NULL));
  ToyExtension *toy = toy_extension_add (client->socket, &toy_plan);

  WAIT_UNTIL (host->raw != NULL);
  g_free (raw_answer_request (host->raw, ""));
  WAIT_UNTIL (client->is_open);
  g_assert_null (faye_web_socket_get_extensions (client->socket));
  g_assert_cmpuint (toy_extension_get_session (toy)->n_closed, ==, 1);
  /* Its bit means nothing then. */
  raw_send_frame (host->raw, 0xa1, "x", 1);
  WAIT_UNTIL (client->is_closed);
  g_assert_error (client->error, FAYE_ERROR, FAYE_ERROR_PROTOCOL);
  log_end (client);
  g_assert_cmpuint (toy_extension_get_session (toy)->n_given, ==, 0);
  g_assert_finalize_object (toy);
  raw_free (host->raw);
  host_free (host);
}

/* A raw client sends OFFER to a server's end with PLAN; the answer. */
static char *
get_answer (const ToyPlan *plan, const char *offer, Log **server, ToyExtension **toy)
{
  char *head;
  Raw *raw;

  served_new (server, &raw);
  *toy = toy_extension_add ((*server)->socket, plan);
  raw_send_request (raw, offer);
  head = raw_read_head (raw);
  raw_vanish (raw, FALSE);
  WAIT_UNTIL ((*server)->is_closed);
  raw_free (raw);
  return head;
}

static void
check_server_refuses (const ToyPlan *plan, const char *offer, const char *status, FayeError code)
{
  ToyExtension *toy;
  Log *server;
  g_autofree char *head = get_answer (plan, offer, &server, &toy);

  g_assert_true (g_str_has_prefix (head, status));
  g_assert_false (server->is_open);
  g_assert_error (server->error, FAYE_ERROR, (int) code);
  log_end (server);
  for (guint i = 0; i < toy->sessions->len; i++)
    g_assert_cmpuint (((ToySession *) toy->sessions->pdata[i])->n_closed, ==, 1);
  g_assert_finalize_object (toy);
}

/* The client's fault is 400; what the program's extension does wrong is 500. */
static void
test_server_refuses (void)
{
  const ToyPlan bad_answer = {
    .name = "x-toy",
    .rsv = FAYE_RSV_BIT_2,
    .answer = "{'key': <'two words'>}",
  };

  check_server_refuses (&toy_plan, ANSWER ("x-toy; ="), "HTTP/1.1 400 ", FAYE_ERROR_HANDSHAKE);
  check_server_refuses (&bad_answer,
                        ANSWER ("x-toy"),
                        "HTTP/1.1 500 ",
                        FAYE_ERROR_INVALID_ARGUMENT);
}

static void
test_server_declines (void)
{
  const ToyPlan plan = { .name = "x-toy", .rsv = FAYE_RSV_BIT_2, .declines = TRUE };
  ToyExtension *toy;
  Log *server;
  g_autofree char *head = get_answer (&plan, ANSWER ("x-toy"), &server, &toy);

  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 101 "));
  g_assert_null (strstr (head, "Sec-WebSocket-Extensions"));
  g_assert_null (faye_web_socket_get_extensions (server->socket));
  log_end (server);
  g_assert_finalize_object (toy);
}

static void
test_parameters (void)
{
  const ToyPlan plan = {
    .name = "x-toy",
    .rsv = FAYE_RSV_BIT_2,
    .answer = "{'a': <true>, 'b': <false>, 'c': <byte 0x07>, 'd': <[<'x'>, <2>]>}",
  };
  ToyExtension *toy;
  Log *server;
  g_autofree char *head =
    get_answer (&plan, ANSWER ("x-toy; n=8; s=\"q\", other, x-toy"), &server, &toy);

  g_assert_nonnull (strstr (head, "\r\nSec-WebSocket-Extensions: x-toy; a; c=7; d=x; d=2\r\n"));
  assert_params (toy_extension_get_session (toy)->given, "[{'n': <int64 8>, 's': <'q'>}, {}]");
  log_end (server);
  g_assert_finalize_object (toy);
}

/* The client tells its agreement in the words it would use itself. */
static void
test_client_tells_canonical_text (void)
{
  Host *host = host_new (HOST_BARE);
  Log *client = log_new (faye_web_socket_client_new (host->url, NULL));
  ToyExtension *toy = toy_extension_add (client->socket, &toy_plan);

  WAIT_UNTIL (host->raw != NULL);
  g_free (raw_answer_request (host->raw, ANSWER ("x-toy;a ;  b=\"8\"")));
  WAIT_UNTIL (client->is_open);
  g_assert_cmpstr (faye_web_socket_get_extensions (client->socket), ==, "x-toy; a; b=8");
  assert_params (toy_extension_get_session (toy)->given, "{'a': <true>, 'b': <int64 8>}");
  faye_web_socket_abort (client->socket);
  log_end (client);
  g_assert_finalize_object (toy);
  raw_free (host->raw);
  host_free (host);
}

/* Of two that use one bit, a server takes the one that was added first. */
static void
test_rsv_conflict (void)
{
  const ToyPlan other_plan = { .name = "x-other", .rsv = FAYE_RSV_BIT_2 | FAYE_RSV_BIT_3 };
  ToyExtension *other;
  ToyExtension *toy;
  g_autofree char *head = NULL;
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  toy = toy_extension_add (server->socket, &toy_plan);
  other = toy_extension_add (server->socket, &other_plan);
  raw_send_request (raw, ANSWER ("x-other, x-toy"));
  head = raw_read_head (raw);
  g_assert_nonnull (strstr (head, "\r\nSec-WebSocket-Extensions: x-toy\r\n"));
  faye_web_socket_abort (server->socket);
  log_end (server);
  raw_free (raw);
  g_assert_finalize_object (toy);
  g_assert_finalize_object (other);
}

static void
assert_not_added (gpointer socket, const ToyPlan *plan, FayeError code)
{
  ToyExtension *toy = toy_extension_new (plan);
  g_autoptr (GError) error = NULL;

  g_assert_false (faye_web_socket_add_extension (socket, FAYE_EXTENSION (toy), &error));
  g_assert_error (error, FAYE_ERROR, (int) code);
  g_assert_finalize_object (toy);
}

static void
test_too_late (void)
{
  Both both;

  both_open (&both, HOST_SOUP);
  assert_not_added (both.client->socket, &toy_plan, FAYE_ERROR_NOT_OPEN);
  assert_not_added (both.server->socket, &toy_plan, FAYE_ERROR_NOT_OPEN);
  faye_web_socket_close (both.client->socket, 1000, "", NULL);
  WAIT_UNTIL (both.client->is_closed && both.server->is_closed);
  assert_not_added (both.client->socket, &toy_plan, FAYE_ERROR_NOT_OPEN);
  both_end (&both);
}

static void
test_not_fit (void)
{
  const ToyPlan no_token = { .name = "two words", .rsv = FAYE_RSV_BIT_1 };
  const ToyPlan no_bits = { .name = "x-bits", .rsv = 8 };
  Log *client = log_new (faye_web_socket_client_new ("ws://127.0.0.1:1/", NULL));
  ToyExtension *toy = toy_extension_add (client->socket, &toy_plan);

  assert_not_added (client->socket, &toy_plan, FAYE_ERROR_INVALID_ARGUMENT);
  assert_not_added (client->socket, &no_token, FAYE_ERROR_INVALID_ARGUMENT);
  assert_not_added (client->socket, &no_bits, FAYE_ERROR_INVALID_ARGUMENT);
  faye_web_socket_abort (client->socket);
  log_end (client);
  g_assert_finalize_object (toy);
}

static gboolean
add_cb (FayeWebSocket *socket, gpointer toy)
{
  g_autoptr (GError) error = NULL;

  faye_web_socket_add_extension (socket, toy, &error);
  g_assert_no_error (error);
  return FALSE;
}

static void
test_added_in_the_handshake_handler (void)
{
  ToyExtension *toy = toy_extension_new (&toy_plan);
  g_autofree char *head = NULL;
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  g_signal_connect (server->socket, "handshake", G_CALLBACK (add_cb), toy);
  raw_send_request (raw, ANSWER ("x-toy"));
  head = raw_read_head (raw);
  g_assert_nonnull (strstr (head, "\r\nSec-WebSocket-Extensions: x-toy\r\n"));
  faye_web_socket_abort (server->socket);
  log_end (server);
  raw_free (raw);
  g_assert_finalize_object (toy);
}

static void
abort_created (gpointer socket)
{
  faye_web_socket_abort (*(FayeWebSocket **) socket);
}

/* The program ends the socket while it makes a session. */
static void
test_F19_aborted_in_an_extension (void)
{
  FayeWebSocket *socket = NULL;
  const ToyPlan plan = {
    .name = "x-toy",
    .rsv = FAYE_RSV_BIT_2,
    .created = abort_created,
    .data = &socket,
  };
  ToyExtension *toy;
  Log *log;
  Raw *raw;

  served_new (&log, &raw);
  socket = log->socket;
  toy = toy_extension_add (socket, &plan);
  raw_send_request (raw, ANSWER ("x-toy"));
  WAIT_UNTIL (log->is_closed);
  ASSERT_LOG (log, "closed 1006 ");
  log_end (log);
  raw_free (raw);
  g_assert_finalize_object (toy);

  log = log_new (faye_web_socket_client_new ("ws://127.0.0.1:1/", NULL));
  socket = log->socket;
  toy = toy_extension_add (socket, &plan);
  WAIT_UNTIL (log->is_closed);
  ASSERT_LOG (log, "closed 1006 ");
  log_end (log);
  g_assert_cmpuint (toy_extension_get_session (toy)->n_closed, ==, 1);
  g_assert_finalize_object (toy);
}

static void
outlast_created (gpointer data)
{
  harness_turn_for (200);
}

/* The time for the handshake runs out in there: one response. */
static void
test_F19_outlasted_in_an_extension (void)
{
  const ToyPlan plan = { .name = "x-toy", .rsv = FAYE_RSV_BIT_2, .created = outlast_created };
  ToyExtension *toy;
  g_autofree char *head = NULL;
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  raw->holds = TRUE;
  faye_web_socket_set_handshake_timeout (server->socket, 0.05);
  toy = toy_extension_add (server->socket, &plan);
  raw_send_request (raw, ANSWER ("x-toy"));
  head = raw_read_head (raw);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 408 "));
  WAIT_UNTIL (raw->ended);
  g_assert_cmpuint (raw->in->len, <, 200);
  raw_vanish (raw, FALSE);
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server, "error timed-out", "closed 1006 ");
  log_end (server);
  raw_free (raw);
  g_assert_finalize_object (toy);
}

/* The hixie drafts have none (RFC 6455, section 9, came later); hybi-8 has. */
static void
check_draft (const char *request, const char *agreed)
{
  ToyExtension *toy;
  g_autofree char *head = NULL;
  GIOStream *a;
  GIOStream *b;
  Log *server;
  Raw *raw;

  pair_open (PAIR_UNIX, &a, &b);
  server = log_new (g_object_new (FAYE_TYPE_WEB_SOCKET, "stream", a, "allow-drafts", TRUE, NULL));
  toy = toy_extension_add (server->socket, &toy_plan);
  raw = raw_new (b, TRUE);
  raw_print (raw, "%s", request);
  head = raw_read_head (raw);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 101 "));
  WAIT_UNTIL (server->is_open);
  g_assert_cmpstr (faye_web_socket_get_extensions (server->socket), ==, agreed);
  g_assert_cmpuint (toy->sessions->len, ==, agreed != NULL ? 1 : 0);
  g_object_unref (a);
  faye_web_socket_abort (server->socket);
  log_end (server);
  raw_free (raw);
  g_assert_finalize_object (toy);
}

static void
test_drafts (void)
{
  check_draft ("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
               "Origin: http://localhost\r\n" ANSWER ("x-toy") "\r\n",
               NULL);
  check_draft ("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Key: " RAW_KEY
               "\r\nSec-WebSocket-Version: 8\r\n" ANSWER ("x-toy") "\r\n",
               "x-toy");
}

static FayeWebSocket *
new_with_list (GIOStream *stream, gpointer item)
{
  g_autoptr (GListStore) list = g_list_store_new (G_TYPE_OBJECT);

  g_list_store_append (list, item);
  return g_object_new (FAYE_TYPE_WEB_SOCKET, "stream", stream, "supported-extensions", list, NULL);
}

static void
test_given_at_construction (void)
{
  ToyExtension *toy = toy_extension_new (&toy_plan);
  g_autofree char *head = NULL;
  GIOStream *a;
  GIOStream *b;
  Log *server;
  Raw *raw;
  guint round;

  for (round = 0; round < 2; round++)
    {
      g_autoptr (GObject) item = round == 0 ? g_object_ref (G_OBJECT (toy)) : NULL;

      if (item == NULL)
        item = G_OBJECT (g_list_store_new (G_TYPE_OBJECT));
      pair_open (PAIR_UNIX, &a, &b);
      server = log_new (new_with_list (a, item));
      raw = raw_new (b, TRUE);
      g_object_unref (a);
      raw_send_request (raw, ANSWER ("x-toy"));
      g_free (head);
      head = raw_read_head (raw);
      g_assert_true (g_str_has_prefix (head, round == 0 ? "HTTP/1.1 101 " : "HTTP/1.1 500 "));
      if (round == 0)
        faye_web_socket_abort (server->socket);
      WAIT_UNTIL (server->is_closed);
      g_assert_true (round == 0 || server->error->code == FAYE_ERROR_INVALID_ARGUMENT);
      log_end (server);
      raw_free (raw);
    }
  g_assert_cmpuint (toy_extension_get_session (toy)->n_closed, ==, 1);
  g_assert_finalize_object (toy);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add_func ("/faye/api/extension-handshake/" path, func)
  ADD ("client-refuses-what-it-did-not-offer", test_client_refuses_what_it_did_not_offer);
  ADD ("client-refuses-the-answer", test_client_refuses_the_answer);
  ADD ("client-without-an-answer", test_client_without_an_answer);
  ADD ("server-refuses", test_server_refuses);
  ADD ("server-declines", test_server_declines);
  ADD ("parameters", test_parameters);
  ADD ("client-tells-canonical-text", test_client_tells_canonical_text);
  ADD ("rsv-conflict", test_rsv_conflict);
  ADD ("too-late", test_too_late);
  ADD ("not-fit", test_not_fit);
  ADD ("added-in-the-handshake-handler", test_added_in_the_handshake_handler);
  ADD ("drafts", test_drafts);
  ADD ("given-at-construction", test_given_at_construction);
  ADD ("F19-aborted-in-an-extension", test_F19_aborted_in_an_extension);
  ADD ("F19-outlasted-in-an-extension", test_F19_outlasted_in_an_extension);
  return g_test_run ();
}
