/* SPDX-License-Identifier: MIT */

#include "tests/api/harness.h"
#include "tests/api/toy-extension.h"

#include <string.h>

/* A program's extensions on both ends of a connection. The wire is looked at by a raw peer. */

static const ToyPlan reverse_plan = {
  .name = "x-toy",
  .rsv = FAYE_RSV_BIT_2,
  .incoming = toy_reverse,
  .outgoing = toy_reverse,
};

#define TEXT_RSV2 0xa1
#define OFFER "Sec-WebSocket-Extensions: x-toy\r\n"

/* A server's end with a toy, and a raw client; the handshake is done. */
typedef struct
{
  Log *server;
  Raw *raw;
  ToyExtension *toy;
} Served;

static void
served_toy_open (Served *s, const ToyPlan *plan)
{
  g_autofree char *head = NULL;

  served_new (&s->server, &s->raw);
  s->toy = toy_extension_add (s->server->socket, plan);
  raw_send_request (s->raw, OFFER);
  head = raw_read_head (s->raw);
  g_assert_nonnull (strstr (head, "\r\nSec-WebSocket-Extensions: x-toy\r\n"));
  g_assert_cmpstr (faye_web_socket_get_extensions (s->server->socket), ==, "x-toy");
}

/* The session was closed once, and nobody holds it any more. */
static void
served_toy_end (Served *s)
{
  log_end (s->server);
  raw_free (s->raw);
  g_assert_cmpuint (toy_extension_get_session (s->toy)->n_closed, ==, 1);
  g_assert_cmpuint (G_OBJECT (toy_extension_get_session (s->toy))->ref_count, ==, 1);
  g_assert_finalize_object (s->toy);
}

static void
served_toy_close (Served *s)
{
  raw_send_close (s->raw, 1000, "");
  ASSERT_FRAME (s->raw, "close 1000 ");
  served_toy_end (s);
}

static guint
raw_peek (Raw *raw)
{
  WAIT_UNTIL (raw->in->len > 0 || raw->ended);
  g_assert_cmpuint (raw->in->len, >, 0);
  return raw->in->data[0];
}

static void
test_answers_at_once (void)
{
  Served s;

  served_toy_open (&s, &reverse_plan);
  raw_send_frame (s.raw, TEXT_RSV2, "olleh", 5);
  WAIT_UNTIL (s.server->n_messages == 1);
  ASSERT_LOG (s.server, "open", "text hello");
  g_assert_true (faye_web_socket_send_text (s.server->socket, "hello"));
  g_assert_cmphex (raw_peek (s.raw), ==, TEXT_RSV2);
  ASSERT_FRAME (s.raw, "text olleh");
  served_toy_close (&s);
}

/* Two messages wait for the opening. */
static void
served_toy_open_with_queue (Served *s, const ToyPlan *plan)
{
  served_new (&s->server, &s->raw);
  s->toy = toy_extension_add (s->server->socket, plan);
  g_assert_true (faye_web_socket_send_text (s->server->socket, "first"));
  g_assert_true (faye_web_socket_send_text (s->server->socket, "second"));
  raw_send_request (s->raw, OFFER);
}

static void
send_and_close (ToySession *session, FayeExtensionTask *task)
{
  Served *s = session->plan->data;

  if (session->n_given == 1)
    {
      g_assert_true (faye_web_socket_send_text (s->server->socket, "third"));
      g_assert_true (faye_web_socket_close (s->server->socket, 3000, NULL, NULL));
      g_assert_false (faye_web_socket_send_text (s->server->socket, "fourth"));
    }
  faye_extension_task_return_unchanged (task);
}

static void
test_acts_while_the_queue_leaves (void)
{
  Served s;
  const ToyPlan plan = { .name = "x-toy", .outgoing = send_and_close, .data = &s };
  g_autofree char *head = NULL;

  served_toy_open_with_queue (&s, &plan);
  head = raw_read_head (s.raw);
  ASSERT_FRAME (s.raw, "text first");
  ASSERT_FRAME (s.raw, "text second");
  ASSERT_FRAME (s.raw, "text third");
  ASSERT_FRAME (s.raw, "close 3000 ");
  raw_send_close (s.raw, 3000, "");
  served_toy_end (&s);
}

static void
abort_and_wait (ToySession *session, FayeExtensionTask *task)
{
  Served *s = session->plan->data;

  faye_web_socket_abort (s->server->socket);
  WAIT_UNTIL (s->server->is_closed);
  faye_extension_task_return_unchanged (task);
}

static void
test_ends_while_the_queue_leaves (void)
{
  Served s;
  const ToyPlan plan = { .name = "x-toy", .outgoing = abort_and_wait, .data = &s };

  served_toy_open_with_queue (&s, &plan);
  WAIT_UNTIL (s.server->is_closed);
  g_assert_cmpuint (toy_extension_get_session (s.toy)->n_given, ==, 1);
  served_toy_end (&s);
}

static FayeExtensionTask *
take_task (Served *s)
{
  ToySession *session = toy_extension_get_session (s->toy);

  WAIT_UNTIL (!g_queue_is_empty (&session->tasks));
  return g_queue_pop_head (&session->tasks);
}

static void
return_text (FayeExtensionTask *task, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  faye_extension_task_return_bytes (task, bytes, FAYE_RSV_NONE);
  g_object_unref (task);
}

static const ToyPlan keep_plan = {
  .name = "x-toy",
  .rsv = FAYE_RSV_BIT_2,
  .incoming = toy_keep,
  .outgoing = toy_keep,
};

static void
test_answers_out_of_order (void)
{
  FayeExtensionTask *first;
  FayeExtensionTask *second;
  Served s;

  served_toy_open (&s, &keep_plan);
  raw_send_frame (s.raw, TEXT_RSV2, "a", 1);
  raw_send_frame (s.raw, TEXT_RSV2, "b", 1);
  raw_send_frame (s.raw, 0x89, "by", 2);
  first = take_task (&s);
  second = take_task (&s);
  return_text (second, "second");
  ASSERT_FRAME (s.raw, "pong by");
  g_assert_cmpuint (s.server->n_messages, ==, 0);
  return_text (first, "first");
  WAIT_UNTIL (s.server->n_messages == 2);
  ASSERT_LOG (s.server, "open", "ping by", "text first", "text second");

  faye_web_socket_send_text (s.server->socket, "c");
  faye_web_socket_send_text (s.server->socket, "d");
  first = take_task (&s);
  second = take_task (&s);
  return_text (second, "fourth");
  return_text (first, "third");
  ASSERT_FRAME (s.raw, "text third");
  ASSERT_FRAME (s.raw, "text fourth");
  served_toy_close (&s);
}

/* What was sent before a close leaves before it. */
static void
test_close_waits_for_answers (void)
{
  FayeExtensionTask *task;
  Served s;

  served_toy_open (&s, &keep_plan);
  faye_web_socket_send_text (s.server->socket, "last words");
  faye_web_socket_close (s.server->socket, 1000, "", NULL);
  task = take_task (&s);
  g_assert_false (faye_web_socket_send_text (s.server->socket, "too late"));
  faye_extension_task_return_unchanged (task);
  g_object_unref (task);
  ASSERT_FRAME (s.raw, "text last words");
  ASSERT_FRAME (s.raw, "close 1000 ");
  raw_send_close (s.raw, 1000, "");
  served_toy_end (&s);
}

static void
check_task (ToySession *session, FayeExtensionTask *task)
{
  g_assert_cmpint (faye_extension_task_get_kind (task), ==, FAYE_MESSAGE_KIND_TEXT);
  g_assert_cmpint (faye_extension_task_get_rsv (task), ==, FAYE_RSV_BIT_2);
  g_assert_cmpuint (faye_extension_task_get_max_length (task), ==, 2000);
  g_assert_cmpint (faye_extension_task_get_compression (task), ==, FAYE_COMPRESSION_DEFAULT);
  g_assert_cmpuint (g_bytes_get_size (faye_extension_task_get_bytes (task)), ==, 5);
  toy_reverse (session, task);
  /* Answered, it tells the same. */
  g_assert_cmpuint (g_bytes_get_size (faye_extension_task_get_bytes (task)), ==, 5);
}

static void
test_what_a_task_tells (void)
{
  static const ToyPlan plan = {
    .name = "x-toy",
    .rsv = FAYE_RSV_BIT_2,
    .incoming = check_task,
  };
  g_autofree char *head = NULL;
  Served s;

  served_new (&s.server, &s.raw);
  faye_web_socket_set_max_length (s.server->socket, 2000);
  s.toy = toy_extension_add (s.server->socket, &plan);
  raw_send_request (s.raw, OFFER);
  head = raw_read_head (s.raw);
  raw_send_frame (s.raw, TEXT_RSV2, "olleh", 5);
  WAIT_UNTIL (s.server->n_messages == 1);
  ASSERT_LOG (s.server, "open", "text hello");
  served_toy_close (&s);
}

/* A message in, and what comes of it: the peer is told the reason, the program the name as well. */
static void
check_failure (const ToyPlan *plan, const char *close_frame, const char *error_line)
{
  g_autofree char *closed = g_strconcat ("closed", strchr (close_frame, ' '), NULL);
  const char *reason = strchr (close_frame, ' ') + strlen (" 1010 ");
  g_autofree char *text =
    g_strconcat ("The extension x-toy failed", reason[0] != 0 ? ": " : "", reason, NULL);
  Served s;

  served_toy_open (&s, plan);
  raw_send_frame (s.raw, 0x81, "good", 4);
  raw_send_frame (s.raw, TEXT_RSV2, "bad", 3);
  raw_send_frame (s.raw, 0x81, "unheard", 7);
  ASSERT_FRAME (s.raw, close_frame);
  WAIT_UNTIL (s.server->is_closed);
  ASSERT_LOG (s.server, "open", "text good", error_line, closed);
  g_assert_cmpstr (s.server->error->message, ==, text);
  served_toy_end (&s);
}

static gboolean
is_bad (FayeExtensionTask *task)
{
  return faye_extension_task_get_rsv (task) != FAYE_RSV_NONE;
}

static void
fail_with_own_code (ToySession *session, FayeExtensionTask *task)
{
  if (is_bad (task))
    faye_extension_task_return_error (task, 4321, "no such thing");
  else
    faye_extension_task_return_unchanged (task);
}

static void
fail_with_default_code (ToySession *session, FayeExtensionTask *task)
{
  if (is_bad (task))
    faye_extension_task_return_error (task, 0, NULL);
  else
    faye_extension_task_return_unchanged (task);
}

static void
drop_bad (ToySession *session, FayeExtensionTask *task)
{
  if (!is_bad (task))
    faye_extension_task_return_unchanged (task);
}

static void
return_too_much (ToySession *session, FayeExtensionTask *task)
{
  g_autoptr (GBytes) bytes = NULL;

  if (!is_bad (task))
    {
      faye_extension_task_return_unchanged (task);
      return;
    }
  bytes = g_bytes_new_take (g_malloc0 (67108864), 67108864); /* 2^26 */
  faye_extension_task_return_bytes (task, bytes, FAYE_RSV_NONE);
}

static void
return_no_utf8 (ToySession *session, FayeExtensionTask *task)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("ab\xff", 3);

  if (is_bad (task))
    faye_extension_task_return_bytes (task, bytes, FAYE_RSV_NONE);
  else
    faye_extension_task_return_unchanged (task);
}

static void
test_fails_with_own_code (void)
{
  const ToyPlan plan = { .name = "x-toy", .rsv = FAYE_RSV_BIT_2, .incoming = fail_with_own_code };

  check_failure (&plan, "close 4321 no such thing", "error extension");
}

static void
test_fails_with_default_code (void)
{
  const ToyPlan plan = {
    .name = "x-toy",
    .rsv = FAYE_RSV_BIT_2,
    .incoming = fail_with_default_code,
  };

  check_failure (&plan, "close 1010 ", "error extension");
}

static void
test_drops_a_task (void)
{
  const ToyPlan plan = { .name = "x-toy", .rsv = FAYE_RSV_BIT_2, .incoming = drop_bad };

  check_failure (&plan, "close 1010 a message was not answered", "error extension");
}

static void
test_exceeds_max_length (void)
{
  const ToyPlan plan = { .name = "x-toy", .rsv = FAYE_RSV_BIT_2, .incoming = return_too_much };

  check_failure (&plan, "close 1009 a message became longer than allowed", "error too-big");
}

static void
test_returns_no_utf8 (void)
{
  const ToyPlan plan = { .name = "x-toy", .rsv = FAYE_RSV_BIT_2, .incoming = return_no_utf8 };
  Served s;

  served_toy_open (&s, &plan);
  raw_send_frame (s.raw, TEXT_RSV2, "bad", 3);
  WAIT_UNTIL (s.server->is_closed);
  g_assert_error (s.server->error, FAYE_ERROR, FAYE_ERROR_INVALID_DATA);
  g_assert_cmpuint (faye_web_socket_get_close_code (s.server->socket), ==, 1007);
  served_toy_end (&s);
}

static void
answer_twice (ToySession *session, FayeExtensionTask *task)
{
  g_test_expect_message ("faye", G_LOG_LEVEL_CRITICAL, "*answers a message twice*");
  g_test_expect_message ("faye", G_LOG_LEVEL_CRITICAL, "*answers a message twice*");
  faye_extension_task_return_unchanged (task);
  faye_extension_task_return_unchanged (task);
  faye_extension_task_return_error (task, 1000, NULL);
  g_test_assert_expected_messages ();
}

static void
fail_with_bad_code (ToySession *session, FayeExtensionTask *task)
{
  g_test_expect_message ("faye", G_LOG_LEVEL_CRITICAL, "*1006*cannot be sent*");
  faye_extension_task_return_error (task, 1006, NULL);
  g_test_assert_expected_messages ();
}

/* Both are the program's mistakes: they are told, and the connection makes the best of it. */
static void
test_mistakes (void)
{
  const ToyPlan twice = { .name = "x-toy", .rsv = FAYE_RSV_BIT_2, .incoming = answer_twice };
  const ToyPlan bad = { .name = "x-toy", .rsv = FAYE_RSV_BIT_2, .incoming = fail_with_bad_code };
  Served s;

  served_toy_open (&s, &twice);
  raw_send_frame (s.raw, 0x81, "once", 4);
  WAIT_UNTIL (s.server->n_messages == 1);
  ASSERT_LOG (s.server, "open", "text once");
  served_toy_close (&s);

  served_toy_open (&s, &bad);
  raw_send_frame (s.raw, 0x81, "once", 4);
  ASSERT_FRAME (s.raw, "close 1010 ");
  served_toy_end (&s);
}

/* A socket that is dropped with messages in its extension ends, and their answers come to nothing.
 */
static void
test_F19_aborted_with_tasks_pending (void)
{
  FayeExtensionTask *incoming;
  FayeExtensionTask *outgoing;
  Served s;

  served_toy_open (&s, &keep_plan);
  raw_send_frame (s.raw, 0x81, "in", 2);
  incoming = take_task (&s);
  faye_web_socket_send_text (s.server->socket, "out");
  outgoing = take_task (&s);
  faye_web_socket_abort (s.server->socket);
  log_drop (s.server);
  WAIT_UNTIL (s.server->is_closed && s.server->alive == NULL);
  return_text (outgoing, "out");
  g_object_unref (incoming);
  ASSERT_LOG (s.server, "open", "closed 1006 ");
  served_toy_end (&s);
}

/* The same when it is the peer that goes. */
static void
test_F19_peer_gone_with_tasks_pending (void)
{
  FayeExtensionTask *task;
  Served s;

  served_toy_open (&s, &keep_plan);
  raw_send_frame (s.raw, 0x81, "in", 2);
  task = take_task (&s);
  raw_vanish (s.raw, FALSE);
  WAIT_UNTIL (s.server->is_closed || faye_web_socket_get_ready_state (s.server->socket) > 1);
  return_text (task, "in");
  served_toy_end (&s);
}

static gpointer
drop_thread (gpointer task)
{
  g_object_unref (task);
  return NULL;
}

/* As a garbage collector may do it. */
static void
test_dropped_on_another_thread (void)
{
  Served s;

  served_toy_open (&s, &keep_plan);
  raw_send_frame (s.raw, 0x81, "in", 2);
  g_thread_join (g_thread_new ("drop", drop_thread, take_task (&s)));
  g_assert_cmpint (faye_web_socket_get_ready_state (s.server->socket), ==, FAYE_READY_STATE_OPEN);
  ASSERT_FRAME (s.raw, "close 1010 a message was not answered");
  served_toy_end (&s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add_func ("/faye/api/extension/" path, func)
  ADD ("answers-at-once", test_answers_at_once);
  ADD ("answers-out-of-order", test_answers_out_of_order);
  ADD ("acts-while-the-queue-leaves", test_acts_while_the_queue_leaves);
  ADD ("ends-while-the-queue-leaves", test_ends_while_the_queue_leaves);
  ADD ("close-waits-for-answers", test_close_waits_for_answers);
  ADD ("what-a-task-tells", test_what_a_task_tells);
  ADD ("fails-with-own-code", test_fails_with_own_code);
  ADD ("fails-with-default-code", test_fails_with_default_code);
  ADD ("drops-a-task", test_drops_a_task);
  ADD ("exceeds-max-length", test_exceeds_max_length);
  ADD ("returns-no-utf8", test_returns_no_utf8);
  ADD ("mistakes", test_mistakes);
  ADD ("F19-aborted-with-tasks-pending", test_F19_aborted_with_tasks_pending);
  ADD ("F19-peer-gone-with-tasks-pending", test_F19_peer_gone_with_tasks_pending);
  ADD ("dropped-on-another-thread", test_dropped_on_another_thread);
  return g_test_run ();
}
