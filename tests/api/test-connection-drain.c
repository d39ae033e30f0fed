/* SPDX-License-Identifier: MIT */

#include "tests/api/party.h"

#include "tests/io/pairs.h"

#include <string.h>

/* How a connection with an extension ends: what is still under way comes first, and its end has a
 * limit. */

#define SERVER FAYE_ROLE_SERVER
#define CLIENT FAYE_ROLE_CLIENT

static void
await_works (Party *party, guint n)
{
  WAIT_UNTIL (party->fake.waiting->len == n);
}

static void
test_close_drains (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  g_assert_true (party_send (&party, "1"));
  g_assert_true (party_send (&party, "2"));
  faye_connection_close (party.connection, 3000, "bye");
  ASSERT_PARTY (&party, "closing;");
  g_assert_false (party_send (&party, "3"));
  g_assert_false (faye_connection_ping (party.connection, NULL, 0));
  faye_connection_close (party.connection, 1000, "again");
  fake_answer (&party.fake, 1);
  raw_send_frame (party.raw, 0x89, "still", 5);
  ASSERT_FRAME (party.raw, "pong still");
  fake_answer (&party.fake, 0);
  ASSERT_FRAME (party.raw, "text 1a");
  ASSERT_FRAME (party.raw, "text 2a");
  ASSERT_FRAME (party.raw, "close 3000 bye");
  g_assert_false (party.is_closed);
  raw_send_close (party.raw, 3000, "bye");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "closed 3000 bye;");
  party_end (&party);
}

static void
test_close_at_once (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_SYNC, 0);
  g_assert_true (party_send (&party, "1"));
  faye_connection_close (party.connection, 1000, "");
  ASSERT_FRAME (party.raw, "text 1a");
  ASSERT_FRAME (party.raw, "close 1000 ");
  raw_send_close (party.raw, 1000, "");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "closing;closed 1000 ;");
  party_end (&party);
}

/* Once the program has closed, nothing is delivered: neither what was on its way nor what comes. */
static void
test_close_drops_incoming (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  for (guint i = 0; i < 20; i++)
    party_receive (&party, "1");
  await_works (&party, 16);
  faye_connection_set_paused (party.connection, TRUE);
  fake_answer (&party.fake, 0);
  g_assert_true (party_send (&party, "2"));
  faye_connection_close (party.connection, 1000, "");
  raw_send_frame (party.raw, 0x89, "x", 1);
  ASSERT_FRAME (party.raw, "pong x");
  fake_answer_all (&party.fake);
  ASSERT_FRAME (party.raw, "text 2a");
  ASSERT_FRAME (party.raw, "close 1000 ");
  raw_send_close (party.raw, 1000, "");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "closing;closed 1000 ;");
  party_end (&party);
}

/* Messages before the peer's Close are delivered, and may still be answered. */
static void
hook_echo (Party *party, const char *line)
{
  if (g_str_has_prefix (line, "message"))
    g_assert_true (party_send (party, party->last->str));
}

static void
check_peer_close_drains (FayeRole role)
{
  Party party;

  party_open (&party, role, FAKE_LATER, 0);
  party.hook = hook_echo;
  party_receive (&party, "1");
  party_receive (&party, "2");
  raw_send_close (party.raw, 3001, "done");
  await_works (&party, 2);
  harness_turn_for (10);
  ASSERT_PARTY (&party, "");
  fake_answer (&party.fake, 1);
  fake_answer (&party.fake, 0);
  ASSERT_PARTY (&party, "message 1a;message 2a;closing;");
  g_assert_false (party_send (&party, "late"));
  g_assert_cmpuint (party.raw->in->len, ==, 0);
  fake_answer (&party.fake, 0);
  fake_answer (&party.fake, 0);
  ASSERT_FRAME (party.raw, "text 1aa");
  ASSERT_FRAME (party.raw, "text 2aa");
  ASSERT_FRAME (party.raw, "close 3001 done");
  raw_vanish (party.raw, FALSE);
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "closed 3001 done;");
  party_end (&party);
}

static void
test_peer_close_drains (void)
{
  check_peer_close_drains (SERVER);
  check_peer_close_drains (CLIENT);
}

/* A peer that does not wait for the answer to its Close loses nothing of ours. */
static void
test_peer_close_and_end (void)
{
  Party party;

  party_open (&party, CLIENT, FAKE_LATER, 0);
  party_receive (&party, "1");
  raw_send_close (party.raw, 1001, "gone");
  WAIT_UNTIL (g_queue_is_empty (&party.raw->out));
  raw_vanish (party.raw, FALSE);
  await_works (&party, 1);
  harness_turn_for (20);
  fake_answer (&party.fake, 0);
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "message 1a;closing;closed 1001 gone;");
  party_end (&party);
}

static void
test_both_close (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  g_assert_true (party_send (&party, "1"));
  faye_connection_close (party.connection, 3000, "ours");
  raw_send_close (party.raw, 3001, "theirs");
  harness_turn_for (20);
  g_assert_cmpuint (party.raw->in->len, ==, 0);
  fake_answer (&party.fake, 0);
  ASSERT_FRAME (party.raw, "text 1a");
  ASSERT_FRAME (party.raw, "close 3000 ours");
  ASSERT_FRAME (party.raw, "end");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "closing;closed 3001 theirs;");
  party_end (&party);
}

/* The program does not wait for what it will not be given. */
static void
test_close_after_peer (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  party_receive (&party, "1");
  raw_send_close (party.raw, 3001, "theirs");
  await_works (&party, 1);
  harness_turn_for (10);
  faye_connection_close (party.connection, 3000, "ours");
  ASSERT_FRAME (party.raw, "close 3000 ours");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "closing;closed 3001 theirs;");
  party_end (&party);
}

static void
test_fault_drains (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  party_receive (&party, "1");
  raw_send_frame (party.raw, 0x83, "", 0);
  await_works (&party, 1);
  g_assert_true (party_send (&party, "2"));
  harness_turn_for (10);
  ASSERT_PARTY (&party, "");
  fake_answer (&party.fake, 0);
  ASSERT_PARTY (&party, "message 1a;failed protocol;closing;");
  g_assert_cmpuint (party.raw->in->len, ==, 0);
  fake_answer (&party.fake, 0);
  ASSERT_FRAME (party.raw, "text 2a");
  ASSERT_FRAME (party.raw, "close 1002 Opcode 3 is reserved");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "closed 1002 Opcode 3 is reserved;");
  party_end (&party);
}

/* The session's failure takes the place of an end that it was in the way of. */
static void
test_failure_before_close (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  party_receive (&party, "1");
  raw_send_close (party.raw, 1000, "");
  await_works (&party, 1);
  harness_turn_for (10);
  fake_fail (&party.fake, 0, 4000, "no");
  ASSERT_FRAME (party.raw, "close 4000 no");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "failed extension;closing;closed 4000 no;");
  party_end (&party);
}

static void
test_failure_while_closing (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  party_receive (&party, "1");
  await_works (&party, 1);
  g_assert_true (party_send (&party, "2"));
  faye_connection_close (party.connection, 3000, "ours");
  fake_fail (&party.fake, 0, 4001, "incoming is over");
  ASSERT_PARTY (&party, "closing;");
  fake_fail (&party.fake, 0, 4002, "lost");
  ASSERT_FRAME (party.raw, "close 4002 lost");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "failed extension;closed 4002 lost;");
  party_end (&party);
}

static void
test_failure_while_answering (void)
{
  Party party;

  party_open (&party, CLIENT, FAKE_LATER, 0);
  g_assert_true (party_send (&party, "1"));
  raw_send_close (party.raw, 1000, "");
  WAIT_UNTIL (party.log->len > 0);
  ASSERT_PARTY (&party, "closing;");
  fake_fail (&party.fake, 0, 0, "lost");
  ASSERT_FRAME (party.raw, "close 1010 lost");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "failed extension;closed 1010 lost;");
  party_end (&party);
}

static const char stuck[] = "An extension did not let go of a message within 0.05 seconds";

/* A session that never answers: our own Close waits for it, then the peer's. */
static void
test_never_answered (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 50);
  g_assert_true (party_send (&party, "1"));
  faye_connection_close (party.connection, 1000, "");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "closing;failed timed-out;closed 1006 ;");
  g_assert_cmpstr (party.error, ==, stuck);
  party_end (&party);

  party_open (&party, SERVER, FAKE_LATER, 50);
  party_receive (&party, "1");
  raw_send_close (party.raw, 1000, "");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "closing;failed timed-out;closed 1006 ;");
  g_assert_cmpstr (party.error, ==, stuck);
  party_end (&party);

  party_open (&party, SERVER, FAKE_LATER, 50);
  g_assert_true (party_send (&party, "1"));
  raw_send_close (party.raw, 3000, "x");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "closing;closed 3000 x;");
  party_end (&party);
}

/* After a slow session the peer still has all its time to answer. */
static void
test_peer_has_its_time (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 200);
  g_assert_true (party_send (&party, "1"));
  faye_connection_close (party.connection, 1000, "");
  harness_turn_for (150);
  fake_answer (&party.fake, 0);
  harness_turn_for (120);
  g_assert_false (party.is_closed);
  WAIT_UNTIL (party.is_closed);
  g_assert_cmpstr (party.error, ==, "The peer did not answer the close frame within 0.2 seconds");
  party_end (&party);
}

/* In a pause the peer's Close waits as long as it takes. */
static void
test_paused_with_close (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 40);
  party_receive (&party, "1");
  raw_send_close (party.raw, 1000, "");
  await_works (&party, 1);
  harness_turn_for (5);
  faye_connection_set_paused (party.connection, TRUE);
  fake_answer (&party.fake, 0);
  harness_turn_for (120);
  ASSERT_PARTY (&party, "");
  faye_connection_set_paused (party.connection, FALSE);
  ASSERT_PARTY (&party, "");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "message 1a;closing;closed 1000 ;");
  party_end (&party);
}

static void
test_message_timeout (void)
{
  FayeConnectionTimes times = { .message_timeout = 30000, .close_timeout = 20 * G_USEC_PER_SEC };
  const char *text = "A message was not complete within 0.03 seconds";
  Party party;

  party_open_with (&party, SERVER, FAKE_LATER, &times);
  party_receive (&party, "1");
  raw_send_frame (party.raw, 0x01, "unfinished", 10);
  await_works (&party, 1);
  harness_turn_for (80);
  ASSERT_PARTY (&party, "");
  fake_answer (&party.fake, 0);
  WAIT_UNTIL (party.is_closed);
  g_assert_cmpstr (party.error, ==, text);
  ASSERT_PARTY (&party,
                "message 1a;failed timed-out;closing;"
                "closed 1008 A message was not complete within 0.03 seconds;");
  party_end (&party);
}

/* Works are with the session, held, and on their way out; all are answered when it is over. */
static void
test_abort (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  party_receive (&party, "1");
  party_receive (&party, "2");
  await_works (&party, 2);
  fake_answer (&party.fake, 1);
  g_assert_true (party_send (&party, "3"));
  g_assert_true (party_send (&party, "4"));
  fake_answer (&party.fake, 2);
  faye_connection_abort (party.connection, NULL);
  g_assert_cmpuint (party.fake.n_closed, ==, 1);
  fake_answer (&party.fake, 0);
  ASSERT_PARTY (&party, "closing;failed disconnected;closed 1006 ;");
  party_end (&party);
}

/* What was read before is delivered, as it is without extensions. */
static void
check_vanished_peer (gboolean reset)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  party_receive (&party, "1");
  party_receive (&party, "2");
  await_works (&party, 2);
  raw_vanish (party.raw, reset);
  harness_turn_for (20);
  ASSERT_PARTY (&party, "");
  g_assert_true (party_send (&party, "nobody gets this"));
  fake_answer (&party.fake, 1);
  fake_answer (&party.fake, 0);
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "message 1a;message 2a;closing;failed disconnected;closed 1006 ;");
  party_end (&party);
}

static void
test_vanished_peer (void)
{
  check_vanished_peer (FALSE);
  check_vanished_peer (TRUE);
}

/* A peer that is gone is waited for no longer than a session may take, or than the program will. */
static void
open_vanished (Party *party, guint close_timeout)
{
  party_open (party, SERVER, FAKE_LATER, close_timeout);
  party_receive (party, "1");
  party_receive (party, "2");
  await_works (party, 2);
  raw_vanish (party->raw, FALSE);
  harness_turn_for (20);
  ASSERT_PARTY (party, "");
}

static void
hook_pause (Party *party, const char *line)
{
  if (g_str_has_prefix (line, "message"))
    faye_connection_set_paused (party->connection, TRUE);
}

static void
test_vanished_never_answered (void)
{
  Party party;

  open_vanished (&party, 50);
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "closing;failed timed-out;closed 1006 ;");
  party_end (&party);
}

static void
test_vanished_then_close (void)
{
  Party party;

  open_vanished (&party, 0);
  fake_answer (&party.fake, 0);
  faye_connection_close (party.connection, 1000, "");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "message 1a;closing;failed disconnected;closed 1006 ;");
  party_end (&party);
}

static void
test_vanished_then_abort (void)
{
  Party party;

  open_vanished (&party, 0);
  faye_connection_abort (party.connection, NULL);
  g_assert_true (party.is_closed);
  ASSERT_PARTY (&party, "closing;failed disconnected;closed 1006 ;");
  party_end (&party);
}

static void
test_vanished_then_failure (void)
{
  Party party;

  open_vanished (&party, 0);
  fake_answer (&party.fake, 0);
  fake_fail (&party.fake, 0, 4000, "no");
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party,
                "message 1a;failed extension;closing;"
                "closed 4000 no;");
  party_end (&party);
}

static void
test_vanished_paused (void)
{
  Party party;

  open_vanished (&party, 60);
  party.hook = hook_pause;
  fake_answer_all (&party.fake);
  harness_turn_for (150);
  ASSERT_PARTY (&party, "message 1a;");
  faye_connection_set_paused (party.connection, FALSE);
  WAIT_UNTIL (party.n_messages == 2);
  ASSERT_PARTY (&party, "message 2a;");
  faye_connection_set_paused (party.connection, FALSE);
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, "closing;failed disconnected;closed 1006 ;");
  party_end (&party);
}

/* What a handler may do: it is called from the transport, from a session's answer, or from a turn
 * after a pause. */
static void
hook_abort (Party *party, const char *line)
{
  if (g_str_has_prefix (line, "message"))
    faye_connection_abort (party->connection, NULL);
}

static void
hook_close (Party *party, const char *line)
{
  if (g_str_has_prefix (line, "message"))
    faye_connection_close (party->connection, 1000, "");
}

static void
hook_nested_loop (Party *party, const char *line)
{
  if (g_str_equal (line, "message 1a"))
    harness_turn_for (20);
}

typedef struct
{
  void (*hook) (Party *party, const char *line);
  const char *log;
} Reentrance;

static const Reentrance reentrances[] = {
  { hook_abort, "message 1a;closing;failed disconnected;closed 1006 ;" },
  { hook_close, "message 1a;closing;closed 1000 ;" },
  { hook_nested_loop, "message 1a;message 2a;closing;closed 1000 ;" },
};

static void
check_reentrance (const Reentrance *way, FakeManner manner, gboolean paused)
{
  Party party;

  party_open (&party, SERVER, manner, 0);
  party.hook = way->hook;
  party_receive (&party, "1");
  party_receive (&party, "2");
  raw_send_close (party.raw, 1000, "");
  if (manner == FAKE_LATER)
    await_works (&party, 2);
  if (paused)
    faye_connection_set_paused (party.connection, TRUE);
  fake_answer_all (&party.fake);
  faye_connection_set_paused (party.connection, FALSE);
  WAIT_UNTIL (party.is_closed);
  ASSERT_PARTY (&party, way->log);
  party_end (&party);
}

static void
test_reentrance (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (reentrances); i++)
    {
      check_reentrance (&reentrances[i], FAKE_SYNC, FALSE);
      check_reentrance (&reentrances[i], FAKE_LATER, FALSE);
      check_reentrance (&reentrances[i], FAKE_LATER, TRUE);
    }
}

/* The last reference goes while works are out. */
static void
test_unref (void)
{
  Party party;

  party_open (&party, SERVER, FAKE_LATER, 0);
  party_receive (&party, "1");
  await_works (&party, 1);
  g_assert_true (party_send (&party, "2"));
  faye_connection_unref (party.connection);
  g_assert_cmpuint (party.fake.n_closed, ==, 1);
  fake_answer_all (&party.fake);
  ASSERT_PARTY (&party, "");
  party.connection = NULL;
  party_end (&party);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/faye/api/connection-drain/close", test_close_drains);
  g_test_add_func ("/faye/api/connection-drain/close-at-once", test_close_at_once);
  g_test_add_func ("/faye/api/connection-drain/close-drops-incoming", test_close_drops_incoming);
  g_test_add_func ("/faye/api/connection-drain/peer-close", test_peer_close_drains);
  g_test_add_func ("/faye/api/connection-drain/peer-close-and-end", test_peer_close_and_end);
  g_test_add_func ("/faye/api/connection-drain/both-close", test_both_close);
  g_test_add_func ("/faye/api/connection-drain/close-after-peer", test_close_after_peer);
  g_test_add_func ("/faye/api/connection-drain/fault", test_fault_drains);
  g_test_add_func ("/faye/api/connection-drain/failure-before-close", test_failure_before_close);
  g_test_add_func ("/faye/api/connection-drain/failure-while-closing", test_failure_while_closing);
  g_test_add_func ("/faye/api/connection-drain/failure-while-answering",
                   test_failure_while_answering);
  g_test_add_func ("/faye/api/connection-drain/never-answered", test_never_answered);
  g_test_add_func ("/faye/api/connection-drain/peer-has-its-time", test_peer_has_its_time);
  g_test_add_func ("/faye/api/connection-drain/paused-with-close", test_paused_with_close);
  g_test_add_func ("/faye/api/connection-drain/message-timeout", test_message_timeout);
  g_test_add_func ("/faye/api/connection-drain/abort", test_abort);
  g_test_add_func ("/faye/api/connection-drain/vanished-peer", test_vanished_peer);
  g_test_add_func ("/faye/api/connection-drain/vanished-never-answered",
                   test_vanished_never_answered);
  g_test_add_func ("/faye/api/connection-drain/vanished-then-close", test_vanished_then_close);
  g_test_add_func ("/faye/api/connection-drain/vanished-then-abort", test_vanished_then_abort);
  g_test_add_func ("/faye/api/connection-drain/vanished-then-failure", test_vanished_then_failure);
  g_test_add_func ("/faye/api/connection-drain/vanished-paused", test_vanished_paused);
  g_test_add_func ("/faye/api/connection-drain/reentrance", test_reentrance);
  g_test_add_func ("/faye/api/connection-drain/unref", test_unref);
  return g_test_run ();
}
