/* SPDX-License-Identifier: MIT */

#include "tests/api/party.h"

#include "faye/ext/faye-deflate-session-private.h"
#include "faye/io/faye-random-private.h"
#include "tests/io/pairs.h"

#include <string.h>

/* A connection's messages through an extension, both ways: order, faults, pauses, backpressure. */

#define SERVER FAYE_ROLE_SERVER
#define CLIENT FAYE_ROLE_CLIENT

/* The first byte of the next frame is waited for; the frame stays where it is. */
static guint
peek_first_byte (Raw *raw)
{
  WAIT_UNTIL (raw->in->len > 0);
  return raw->in->data[0];
}

static void
test_sync (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_SYNC, 0);
  party.fake.rsv = FAYE_RSV1;
  raw_send_frame (party.raw, 0xc1, "1", 1);
  party_receive (&party, "2");
  WAIT_UNTIL (party.n_messages == 2);
  ASSERT_PARTY (&party, "message 1a;message 2a;");
  g_assert_true (party_send (&party, "3"));
  g_assert_cmpuint (peek_first_byte (party.raw), ==, 0xc1);
  ASSERT_FRAME (party.raw, "text 3a");
  party_end (&party);
}

/* What the session has no bit for is refused as ever. */
static void
test_other_bits (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_SYNC, 0);
  raw_send_frame (party.raw, 0xa1, "1", 1);
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "failed protocol;closing;closed 1002 Reserved bits 0x2 are set;");
  party_end (&party);
}

static void
test_order (void)
{
  Party party;

  party_open (&party, CLIENT, FAKE_LATER, 0);
  party_receive (&party, "1");
  party_receive (&party, "2");
  WAIT_UNTIL (party.fake.waiting->len == 2);
  g_assert_true (party_send (&party, "3"));
  g_assert_true (party_send (&party, "4"));
  g_assert_cmpuint (faye_connection_get_queued (party.connection), ==, 2);
  fake_answer (&party.fake, 3);
  fake_answer (&party.fake, 1);
  ASSERT_PARTY (&party, "");
  fake_answer (&party.fake, 0);
  ASSERT_PARTY (&party, "message 1a;message 2a;");
  fake_answer (&party.fake, 0);
  ASSERT_FRAME (party.raw, "text 3a");
  ASSERT_FRAME (party.raw, "text 4a");
  g_assert_cmpuint (faye_connection_get_queued (party.connection), ==, 0);
  party_end (&party);
}

/* Every way that a payload takes into the queue: copied, masked on the way, masked where it lies,
 * or left to who holds it. */
static gpointer
hold (gpointer holder)
{
  return g_bytes_ref (holder);
}

static GBytes *
make_payload (gsize size)
{
  guint8 *data = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) ('a' + i % 23);
  return g_bytes_new_take (data, size);
}

static void
check_payload (FayeRole role, FakeManner manner, gsize size, gboolean held)
{
  g_autoptr (GBytes) bytes = make_payload (size);
  g_autofree char *head = NULL;
  FayePayloadHolder holder = { bytes, hold, (GDestroyNotify) g_bytes_unref };
  gsize extra = manner == FAKE_PASS ? 0 : 1;
  Party sender, reader;

  party_open (&sender, role, manner, 0);
  party_open (&reader, role == SERVER ? CLIENT : SERVER, FAKE_PASS, 0);
  faye_connection_send (sender.connection,
                        FALSE,
                        g_bytes_get_data (bytes, NULL),
                        size,
                        held ? &holder : NULL,
                        FAYE_COMPRESS_DEFAULT);
  fake_answer_all (&sender.fake);
  WAIT_UNTIL (sender.raw->in->len >= 2 + size &&
              faye_connection_get_queued (sender.connection) == 0);
  while (reader.n_messages == 0)
    {
      raw_send (reader.raw, sender.raw->in->data, sender.raw->in->len);
      g_byte_array_set_size (sender.raw->in, 0);
      WAIT_UNTIL (reader.n_messages > 0 || sender.raw->in->len > 0);
    }
  g_assert_cmpuint (reader.last->len, ==, size + extra);
  g_assert_cmpmem (reader.last->str, size, g_bytes_get_data (bytes, NULL), size);
  party_end (&sender);
  party_end (&reader);
}

static void
test_payloads (void)
{
  static const gsize sizes[] = { 0, 1, 125, 126, 4095, 4096, 16300, 16384, 65535, 65536, 300000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (FakeManner manner = FAKE_SYNC; manner <= FAKE_LATER; manner++)
      for (guint what = 0; what < 4; what++)
        check_payload (what & 1 ? SERVER : CLIENT, manner, sizes[i], what >= 2);
}

static void
set_flag (gpointer flag)
{
  *(gboolean *) flag = TRUE;
}

/* What is held by who sent it is not copied, and let go of once it has left. */
static void
test_holder (void)
{
  g_autofree char *data = g_strnfill (100000, 'x');
  gboolean gone = FALSE;
  GBytes *bytes = g_bytes_new_with_free_func (data, 100000, set_flag, &gone);
  FayePayloadHolder holder = { bytes, hold, (GDestroyNotify) g_bytes_unref };
  FayeWork *work;
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  faye_connection_send (party.connection,
                        FALSE,
                        (const guint8 *) data,
                        100000,
                        &holder,
                        FAYE_COMPRESS_ALWAYS);
  g_bytes_unref (bytes);
  work = g_ptr_array_steal_index (party.fake.waiting, 0);
  g_assert_true (work->payload.data == (const guint8 *) data);
  g_assert_cmpint (work->compress, ==, FAYE_COMPRESS_ALWAYS);
  faye_work_pass (work);
  g_assert_false (gone);
  ASSERT_FRAME (party.raw, "binary 100000");
  WAIT_UNTIL (gone);
  party_end (&party);
}

/* The session fails; all before its message has passed. */
static void
check_incoming_failure (guint code, const char *nick, const char *closed)
{
  g_autofree char *log = g_strdup_printf ("message 1a;failed %s;closing;closed %s;", nick, closed);
  g_autofree char *frame = g_strdup_printf ("close %s", closed);
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  party_receive (&party, "1");
  party_receive (&party, "2");
  party_receive (&party, "3");
  WAIT_UNTIL (party.fake.waiting->len == 3);
  fake_fail (&party.fake, 1, code, "too bad");
  ASSERT_PARTY (&party, "");
  fake_answer (&party.fake, 0);
  ASSERT_FRAME (party.raw, frame);
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, log);
  g_assert_cmpstr (party.error, ==, "The extension fake failed: too bad");
  party_end (&party);
}

static void
test_incoming_failure (void)
{
  check_incoming_failure (0, "extension", "1010 too bad");
  check_incoming_failure (4000, "extension", "4000 too bad");
  check_incoming_failure (1007, "invalid-data", "1007 too bad");
  check_incoming_failure (1009, "too-big", "1009 too bad");
  check_incoming_failure (1011, "internal", "1011 too bad");
}

static void
test_outgoing_failure (void)
{
  Party party;

  party_open (&party, CLIENT, FAKE_LATER, 0);
  g_assert_true (party_send (&party, "1"));
  g_assert_true (party_send (&party, "2"));
  party_receive (&party, "3");
  WAIT_UNTIL (party.fake.waiting->len == 3);
  fake_fail (&party.fake, 1, 4000, "too bad");
  fake_answer (&party.fake, 0);
  g_assert_false (party_send (&party, "4"));
  fake_answer (&party.fake, 0);
  ASSERT_FRAME (party.raw, "text 1a");
  ASSERT_FRAME (party.raw, "close 4000 too bad");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "failed extension;closing;closed 4000 too bad;");
  party_end (&party);
}

/* The sender is told. */
static void
test_sync_failure (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_FAIL, 0);
  g_assert_false (party_send (&party, "1"));
  g_assert_false (party_send (&party, "2"));
  ASSERT_FRAME (party.raw, "close 1010 at once\xef\xbf\xbd");
  WAIT_UNTIL (party.is_closed);
  party_end (&party);
}

static void
test_not_utf8 (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_SYNC, 0);
  party.fake.letter = (char) 0xff;
  raw_send_frame (party.raw, 0x82, "1", 1);
  party_receive (&party, "2");
  ASSERT_FRAME (party.raw, "close 1007 Text is not valid UTF-8");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party,
                "message 1\xff;failed invalid-data;closing;closed 1007 Text is not valid UTF-8;");
  party_end (&party);
}

/* With its bit set, text reaches the session unjudged, and is judged behind it. */
static void
test_not_judged (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_PASS, 0);
  raw_send_frame (party.raw, 0xc1, "\xff", 1);
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "failed invalid-data;closing;closed 1007 Text is not valid UTF-8;");
  party_end (&party);
}

static void
test_too_big (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  faye_protocol_set_max_length (faye_connection_get_protocol (party.connection), 4);
  party_receive (&party, "123");
  party_receive (&party, "1234");
  WAIT_UNTIL (party.fake.waiting->len == 2);
  g_assert_cmpuint (((FayeWork *) party.fake.waiting->pdata[0])->limit, ==, 4);
  fake_answer_all (&party.fake);
  ASSERT_FRAME (party.raw, "close 1009 A message of 5 bytes exceeds the limit of 4");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party,
                "message 123a;failed too-big;closing;"
                "closed 1009 A message of 5 bytes exceeds the limit of 4;");
  party_end (&party);
}

/* Control frames pass by, both ways. */
static void
test_pings (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  party_receive (&party, "1");
  raw_send_frame (party.raw, 0x89, "in", 2);
  raw_send_frame (party.raw, 0x8a, "un", 2);
  g_assert_true (party_send (&party, "2"));
  g_assert_true (faye_connection_ping (party.connection, (const guint8 *) "out", 3));
  ASSERT_FRAME (party.raw, "ping out");
  ASSERT_FRAME (party.raw, "pong in");
  WAIT_UNTIL (party.fake.waiting->len == 2 && party.log->len > strlen ("ping in;"));
  ASSERT_PARTY (&party, "ping in;pong un;");
  fake_answer_all (&party.fake);
  ASSERT_FRAME (party.raw, "text 2a");
  ASSERT_PARTY (&party, "message 1a;");
  party_end (&party);
}

static void
test_pause (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  party_receive (&party, "1");
  party_receive (&party, "2");
  WAIT_UNTIL (party.fake.waiting->len == 2);
  faye_connection_set_paused (party.connection, TRUE);
  fake_answer_all (&party.fake);
  party_receive (&party, "3");
  harness_turn_for (30);
  ASSERT_PARTY (&party, "");
  g_assert_cmpuint (party.fake.waiting->len, ==, 0);
  faye_connection_set_paused (party.connection, FALSE);
  ASSERT_PARTY (&party, "");
  WAIT_UNTIL (party.n_messages == 2 && party.fake.waiting->len == 1);
  faye_connection_set_paused (party.connection, TRUE);
  faye_connection_set_paused (party.connection, FALSE);
  fake_answer_all (&party.fake);
  WAIT_UNTIL (party.n_messages == 3);
  ASSERT_PARTY (&party, "message 1a;message 2a;message 3a;");
  party_end (&party);
}

static void
hook_pause (Party *party, const char *line)
{
  if (g_str_has_prefix (line, "message"))
    faye_connection_set_paused (party->connection, TRUE);
}

static void
test_pause_in_handler (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  party.hook = hook_pause;
  party_receive (&party, "1");
  party_receive (&party, "2");
  WAIT_UNTIL (party.fake.waiting->len == 2);
  fake_answer (&party.fake, 1);
  fake_answer (&party.fake, 0);
  harness_turn_for (10);
  ASSERT_PARTY (&party, "message 1a;");
  faye_connection_set_paused (party.connection, FALSE);
  faye_connection_set_paused (party.connection, TRUE);
  harness_turn_for (10);
  ASSERT_PARTY (&party, "");
  faye_connection_set_paused (party.connection, FALSE);
  WAIT_UNTIL (party.n_messages == 2);
  ASSERT_PARTY (&party, "message 2a;");
  party_end (&party);
}

static void
hook_work (Party *party, const char *line)
{
  gint64 end = g_get_monotonic_time () + 1500;

  while (g_get_monotonic_time () < end)
    ;
}

/* A slow handler gets what was held in several turns. */
static void
test_share (void)
{
  guint before = 0;
  guint turns = 0;
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  party.hook = hook_work;
  for (guint i = 0; i < 5; i++)
    party_receive (&party, "1");
  WAIT_UNTIL (party.fake.waiting->len == 5);
  faye_connection_set_paused (party.connection, TRUE);
  fake_answer_all (&party.fake);
  faye_connection_set_paused (party.connection, FALSE);
  while (party.n_messages < 5)
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_cmpuint (party.n_messages, <=, before + 1);
      before = party.n_messages;
      turns++;
    }
  g_assert_cmpuint (turns, >=, 5);
  party_end (&party);
}

/* No more is read than may wait, and all of it in the end. */
static void
test_A16_backpressure (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  for (guint i = 0; i < 100; i++)
    party_receive (&party, "1");
  WAIT_UNTIL (party.fake.waiting->len == 16);
  harness_turn_for (30);
  g_assert_cmpuint (party.fake.waiting->len, ==, 16);
  fake_answer (&party.fake, 1);
  harness_turn_for (10);
  g_assert_cmpuint (party.fake.waiting->len, ==, 15);
  fake_answer (&party.fake, 0);
  WAIT_UNTIL (party.fake.waiting->len == 16);
  while (party.n_messages < 100)
    {
      WAIT_UNTIL (party.fake.waiting->len > 0);
      g_assert_cmpuint (party.fake.waiting->len, <=, 16);
      fake_answer_all (&party.fake);
    }
  party_end (&party);
}

static void
test_A16_backpressure_of_large_ones (void)
{
  g_autofree char *large = g_strnfill (1024 * 1024, 'x');
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  for (guint i = 0; i < 6; i++)
    party_receive (&party, large);
  for (guint i = 0; i < 3; i++)
    {
      WAIT_UNTIL (party.fake.waiting->len == 2);
      harness_turn_for (30);
      g_assert_cmpuint (party.fake.waiting->len, ==, 2);
      fake_answer_all (&party.fake);
    }
  g_assert_cmpuint (party.n_messages, ==, 6);
  party_end (&party);
}

/* A peer that is not read is not expected to be heard of; one that is read has to answer. */
static void
test_heartbeat (void)
{
  FayeConnectionTimes times = { .ping_interval = 10000,
                                .ping_timeout = 40000,
                                .close_timeout = 20 * G_USEC_PER_SEC };
  Party party;

  party_open_with (&party, SERVER, FAKE_LATER, &times);
  for (guint i = 0; i < 16; i++)
    party_receive (&party, "1");
  WAIT_UNTIL (party.fake.waiting->len == 16);
  harness_turn_for (150);
  g_assert_false (party.is_closed);
  fake_answer (&party.fake, 0);
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "message 1a;closing;failed timed-out;closed 1006 ;");
  party_end (&party);
}

static GTask *
notify (Party *party, Call *call)
{
  GTask *task = g_task_new (NULL, NULL, call_cb, call);

  faye_connection_notify_sent (party->connection, task);
  return task;
}

static void
assert_call (Call *call, GTask *task, const char *error_message)
{
  g_autoptr (GError) error = NULL;

  WAIT_UNTIL (call->n_done > 0);
  g_assert_cmpuint (call->n_done, ==, 1);
  if (error_message == NULL)
    g_assert_true (g_task_propagate_boolean (task, &error));
  else
    g_assert_false (g_task_propagate_boolean (task, &error));
  if (error_message != NULL)
    g_assert_error (error, FAYE_ERROR, FAYE_ERROR_NOT_OPEN);
  if (error_message != NULL)
    g_assert_cmpstr (error->message, ==, error_message);
  g_clear_object (&call->result);
  g_object_unref (task);
}

static void
test_notify_sent (void)
{
  Call calls[4] = { { NULL } };
  GTask *tasks[4];
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  for (guint i = 0; i < 4; i++)
    {
      g_assert_true (party_send (&party, "1"));
      tasks[i] = notify (&party, &calls[i]);
    }
  harness_turn_for (10);
  g_assert_cmpuint (calls[0].n_done, ==, 0);
  fake_answer (&party.fake, 1);
  fake_answer (&party.fake, 0);
  assert_call (&calls[0], tasks[0], NULL);
  assert_call (&calls[1], tasks[1], NULL);
  ASSERT_FRAME (party.raw, "text 1a");
  g_assert_cmpuint (calls[2].n_done, ==, 0);
  fake_fail (&party.fake, 0, 0, "no");
  assert_call (&calls[2], tasks[2], "The extension fake failed: no");
  assert_call (&calls[3], tasks[3], "The extension fake failed: no");
  party_end (&party);
}

static void
test_notify_sent_and_abort (void)
{
  Call call = { NULL };
  GTask *task;
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  g_assert_true (party_send (&party, "1"));
  task = notify (&party, &call);
  faye_connection_abort (party.connection, NULL);
  assert_call (&call, task, "The connection ended with code 1006");
  party_end (&party);
}

static void
ignore_failed (gpointer owner, const GError *error)
{
}

static void
ignore_closing (gpointer owner)
{
}

static void
ignore_closed (gpointer owner, guint code, const char *reason)
{
}

static const FayeConnectionFuncs silent_funcs = {
  .failed = ignore_failed,
  .closing = ignore_closing,
  .closed = ignore_closed,
};

static FayeConnection *
open_deflating (GMainContext *context, GIOStream *stream)
{
  static const FayeTransportFuncs no_funcs = { 0 };
  static const FayeConnectionTimes times = { .close_timeout = G_USEC_PER_SEC };
  const FayeDeflateOptions options = { .mem_level = 1,
                                       .max_window_bits = 9,
                                       .request_max_window_bits = 15 };
  g_autoptr (GVariant) offers = g_variant_ref_sink (g_variant_new_parsed ("[@a{sv} {}]"));
  g_autoptr (FayeLoop) loop = faye_loop_get (context, G_PRIORITY_DEFAULT);
  FayeTransport *transport = faye_transport_new (loop, stream, &no_funcs, NULL);
  FayeProtocol *protocol = faye_protocol_new (FAYE_VERSION_HYBI_13, SERVER, faye_random_fill);
  FayePipeline *pipeline = faye_pipeline_new (context, G_PRIORITY_DEFAULT);
  FayeSession session = { &faye_deflate_session_ops,
                          faye_deflate_session_new_server (&options, offers) };
  FayeConnection *connection =
    faye_connection_new (transport, protocol, SERVER, &times, &silent_funcs, NULL);

  faye_pipeline_add (pipeline, FAYE_DEFLATE_NAME, FAYE_RSV1, session);
  faye_connection_set_pipeline (connection, pipeline);
  return connection;
}

/* F20: its context is gone before the connection is. */
static void
test_context_gone (void)
{
  g_autofree guint8 *data = g_malloc0 (100000);
  GMainContext *context = g_main_context_new ();
  g_autoptr (FayeConnection) connection = NULL;
  g_autoptr (GIOStream) a = NULL;
  g_autoptr (GIOStream) b = NULL;

  pair_open (PAIR_UNIX, &a, &b);
  connection = open_deflating (context, a);
  g_assert_true (faye_connection_send (connection, FALSE, data, 1000, NULL, FAYE_COMPRESS_DEFAULT));
  g_main_context_unref (context);
  g_assert_false (faye_connection_send (connection, FALSE, data, 9, NULL, FAYE_COMPRESS_DEFAULT));
  g_assert_false (
    faye_connection_send (connection, FALSE, data, 100000, NULL, FAYE_COMPRESS_DEFAULT));
  faye_connection_abort (connection, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/faye/api/connection-pipeline/sync", test_sync);
  g_test_add_func ("/faye/api/connection-pipeline/other-bits", test_other_bits);
  g_test_add_func ("/faye/api/connection-pipeline/order", test_order);
  g_test_add_func ("/faye/api/connection-pipeline/payloads", test_payloads);
  g_test_add_func ("/faye/api/connection-pipeline/holder", test_holder);
  g_test_add_func ("/faye/api/connection-pipeline/incoming-failure", test_incoming_failure);
  g_test_add_func ("/faye/api/connection-pipeline/outgoing-failure", test_outgoing_failure);
  g_test_add_func ("/faye/api/connection-pipeline/sync-failure", test_sync_failure);
  g_test_add_func ("/faye/api/connection-pipeline/not-utf8", test_not_utf8);
  g_test_add_func ("/faye/api/connection-pipeline/not-judged", test_not_judged);
  g_test_add_func ("/faye/api/connection-pipeline/too-big", test_too_big);
  g_test_add_func ("/faye/api/connection-pipeline/pings", test_pings);
  g_test_add_func ("/faye/api/connection-pipeline/pause", test_pause);
  g_test_add_func ("/faye/api/connection-pipeline/pause-in-handler", test_pause_in_handler);
  g_test_add_func ("/faye/api/connection-pipeline/share", test_share);
  g_test_add_func ("/faye/api/connection-pipeline/A16-backpressure", test_A16_backpressure);
  g_test_add_func ("/faye/api/connection-pipeline/A16-backpressure-of-large-ones",
                   test_A16_backpressure_of_large_ones);
  g_test_add_func ("/faye/api/connection-pipeline/heartbeat", test_heartbeat);
  g_test_add_func ("/faye/api/connection-pipeline/notify-sent", test_notify_sent);
  g_test_add_func ("/faye/api/connection-pipeline/notify-sent-and-abort",
                   test_notify_sent_and_abort);
  g_test_add_func ("/faye/api/connection-pipeline/F20-context-gone", test_context_gone);
  return g_test_run ();
}
