/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-pipeline-private.h"

#include "faye/core/faye-protocol-private.h"
#include "tests/ext/fake-session.h"

#include <string.h>

/* The order of messages through sessions that answer at once, later and out of order. */

#define IN FAYE_DIRECTION_INCOMING
#define OUT FAYE_DIRECTION_OUTGOING

/* An owner that writes down all it is told: "in 1a;", "out 2;", "mark in x;", "fail …;". */
typedef struct _Owner Owner;
struct _Owner
{
  FayePipeline *pipeline; /* (owned) (nullable) */
  GString *log;           /* (owned) */
  guint8 rsv;             /* of the last message */
  gboolean busy[2];       /* it is being called, in that direction */
  void (*hook) (Owner *owner, const char *line);
  gpointer data;
};

static const char *const ways[] = { "in", "out" };

static void
owner_note (Owner *owner, FayeDirection direction, char *line)
{
  g_autofree char *taken = line;

  g_assert_false (owner->busy[direction]);
  owner->busy[direction] = TRUE;
  g_string_append_printf (owner->log, "%s;", taken);
  if (owner->hook != NULL)
    owner->hook (owner, taken);
  owner->busy[direction] = FALSE;
}

static void
passed (gpointer data, FayeWork *work)
{
  Owner *owner = data;

  owner->rsv = work->rsv;
  owner_note (owner,
              work->direction,
              g_strdup_printf ("%s %.*s",
                               ways[work->direction],
                               (int) work->payload.size,
                               (const char *) work->payload.data));
}

static void
marked (gpointer data, FayeDirection direction, gpointer mark)
{
  owner_note (data,
              direction,
              g_strdup_printf ("mark %s %s", ways[direction], (const char *) mark));
}

static void
failed (gpointer data, FayeDirection direction, const char *name, guint code, const char *reason)
{
  owner_note (data,
              direction,
              g_strdup_printf ("fail %s %s %u %s", ways[direction], name, code, reason));
}

static const FayePipelineFuncs funcs = { passed, marked, failed };

static void
owner_init (Owner *owner)
{
  memset (owner, 0, sizeof *owner);
  owner->pipeline = faye_pipeline_new (NULL, G_PRIORITY_DEFAULT);
  owner->log = g_string_new (NULL);
  faye_pipeline_set_owner (owner->pipeline, &funcs, owner);
}

static void
owner_clear (Owner *owner)
{
  g_clear_pointer (&owner->pipeline, faye_pipeline_unref);
  g_string_free (owner->log, TRUE);
}

/* What is borrowed is spoilt as soon as the call is over. */
static void
push (Owner *owner, FayeDirection direction, const char *text)
{
  g_autofree char *scratch = g_strdup (text);
  FayeWork work = { .direction = direction,
                    .limit = G_MAXUINT64,
                    .payload = { (const guint8 *) scratch, strlen (text), NULL, NULL } };

  faye_pipeline_push (owner->pipeline, &work);
  memset (scratch, '?', strlen (text));
}

static void
mark (Owner *owner, FayeDirection direction, const char *text)
{
  faye_pipeline_push_mark (owner->pipeline, direction, (gpointer) text);
}

static void
assert_log (Owner *owner, const char *expected)
{
  g_assert_cmpstr (owner->log->str, ==, expected);
  g_string_truncate (owner->log, 0);
}

static void
assert_waiting (Owner *owner, FayeDirection direction, guint length, gsize size)
{
  g_assert_cmpuint (faye_pipeline_get_length (owner->pipeline, direction), ==, length);
  g_assert_cmpuint (faye_pipeline_get_size (owner->pipeline, direction), ==, size);
}

/* Two sessions, A then B. */
typedef struct
{
  Owner owner;
  Fake a;
  Fake b;
} Two;

static void
two_init (Two *two, FakeManner a, FakeManner b)
{
  owner_init (&two->owner);
  fake_init (&two->a, 'a', a);
  fake_init (&two->b, 'b', b);
  fake_join (&two->a, two->owner.pipeline, "first", 0);
  fake_join (&two->b, two->owner.pipeline, "second", 0);
}

static void
two_clear (Two *two)
{
  owner_clear (&two->owner);
  fake_clear (&two->a);
  fake_clear (&two->b);
}

static void
test_no_sessions (void)
{
  Owner owner;

  owner_init (&owner);
  push (&owner, IN, "1");
  mark (&owner, IN, "x");
  push (&owner, OUT, "2");
  assert_log (&owner, "in 1;mark in x;out 2;");
  g_assert_cmpuint (faye_pipeline_get_rsv (owner.pipeline), ==, 0);
  owner_clear (&owner);
}

static void
test_sync (void)
{
  Two two;

  two_init (&two, FAKE_SYNC, FAKE_SYNC);
  push (&two.owner, OUT, "1");
  push (&two.owner, IN, "2");
  push (&two.owner, IN, "");
  mark (&two.owner, OUT, "x");
  assert_log (&two.owner, "out 1ab;in 2ba;in ba;mark out x;");
  assert_waiting (&two.owner, IN, 0, 0);
  assert_waiting (&two.owner, OUT, 0, 0);
  two_clear (&two);
}

static void
test_later (void)
{
  Two two;

  two_init (&two, FAKE_LATER, FAKE_LATER);
  push (&two.owner, OUT, "1");
  push (&two.owner, OUT, "22");
  push (&two.owner, IN, "3");
  assert_waiting (&two.owner, OUT, 2, 3);
  assert_waiting (&two.owner, IN, 1, 1);
  g_assert_cmpstr (two.a.given->str, ==, "12");
  fake_answer (&two.a, 0);
  g_assert_cmpstr (two.b.given->str, ==, "31");
  fake_answer (&two.a, 0);
  fake_answer_all (&two.b);
  assert_log (&two.owner, "out 1ab;out 22ab;");
  fake_answer (&two.a, 0);
  assert_log (&two.owner, "in 3ba;");
  assert_waiting (&two.owner, OUT, 0, 0);
  assert_waiting (&two.owner, IN, 0, 0);
  two_clear (&two);
}

/* Each session, too, is given the messages in their order. */
static void
test_out_of_order (void)
{
  Two two;

  two_init (&two, FAKE_LATER, FAKE_LATER);
  push (&two.owner, OUT, "1");
  push (&two.owner, OUT, "2");
  mark (&two.owner, OUT, "x");
  push (&two.owner, OUT, "3");
  fake_answer (&two.a, 2);
  fake_answer (&two.a, 1);
  g_assert_cmpstr (two.b.given->str, ==, "");
  fake_answer (&two.a, 0);
  g_assert_cmpstr (two.b.given->str, ==, "123");
  fake_answer (&two.b, 1);
  fake_answer (&two.b, 1);
  assert_log (&two.owner, "");
  fake_answer (&two.b, 0);
  assert_log (&two.owner, "out 1ab;out 2ab;mark out x;out 3ab;");
  two_clear (&two);
}

static void
test_rsv (void)
{
  Owner owner;
  Fake a, b;

  owner_init (&owner);
  fake_init (&a, 'a', FAKE_SYNC);
  fake_init (&b, 'b', FAKE_SYNC);
  fake_join (&a, owner.pipeline, "first", FAYE_RSV1);
  fake_join (&b, owner.pipeline, "second", FAYE_RSV3);
  g_assert_cmpuint (faye_pipeline_get_rsv (owner.pipeline), ==, FAYE_RSV1 | FAYE_RSV3);
  a.rsv = FAYE_RSV1;
  push (&owner, OUT, "1");
  g_assert_cmpuint (owner.rsv, ==, FAYE_RSV1);
  b.rsv = FAYE_RSV2 | FAYE_RSV3;
  push (&owner, OUT, "2");
  g_assert_cmpuint (owner.rsv, ==, FAYE_RSV1 | FAYE_RSV3);
  owner_clear (&owner);
  fake_clear (&a);
  fake_clear (&b);
}

static void
test_failure (void)
{
  Two two;

  two_init (&two, FAKE_LATER, FAKE_PASS);
  push (&two.owner, IN, "1");
  push (&two.owner, IN, "2");
  push (&two.owner, IN, "3");
  mark (&two.owner, IN, "x");
  push (&two.owner, IN, "4");
  fake_fail (&two.a, 1, 4000, "bad");
  assert_waiting (&two.owner, IN, 2, 2);
  push (&two.owner, IN, "5");
  push (&two.owner, OUT, "6");
  assert_log (&two.owner, "");
  fake_answer (&two.a, 0);
  assert_log (&two.owner, "in 1a;fail in first 4000 bad;mark in x;");
  mark (&two.owner, IN, "y");
  fake_answer_all (&two.a);
  assert_log (&two.owner, "mark in y;out 6a;");
  assert_waiting (&two.owner, IN, 0, 0);
  two_clear (&two);
}

/* The default of RFC 6455, section 7.4.1, stands for all that cannot be sent. */
static void
test_failure_codes (void)
{
  static const guint codes[][2] = {
    { 0, 1010 }, { 1005, 1010 }, { 1006, 1010 }, { 70000, 1010 }, { 1007, 1007 }, { 1011, 1011 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autofree char *expected = g_strdup_printf ("fail out second %u ;", codes[i][1]);
      Two two;

      two_init (&two, FAKE_PASS, FAKE_LATER);
      push (&two.owner, OUT, "1");
      fake_fail (&two.b, 0, codes[i][0], NULL);
      assert_log (&two.owner, expected);
      two_clear (&two);
    }
}

/* The one that comes first in the order counts, whichever was known first. */
static void
test_two_failures (void)
{
  Two two;

  two_init (&two, FAKE_LATER, FAKE_PASS);
  push (&two.owner, OUT, "1");
  push (&two.owner, OUT, "2");
  push (&two.owner, OUT, "3");
  fake_fail (&two.a, 2, 4003, "third");
  fake_fail (&two.a, 1, 4002, "second");
  fake_answer (&two.a, 0);
  assert_log (&two.owner, "out 1a;fail out first 4002 second;");
  two_clear (&two);
}

static void
during_fail (Fake *fake, FayeWork *work)
{
  if (work->payload.data[0] == 'x')
    fake_fail (fake, 0, 4001, "from within");
}

/* A message may be dropped from inside the call that gives it to a session. */
static void
test_failure_from_within (void)
{
  Two two;

  two_init (&two, FAKE_LATER, FAKE_PASS);
  push (&two.owner, OUT, "1");
  two.a.during = during_fail;
  push (&two.owner, OUT, "x");
  assert_log (&two.owner, "fail out first 4001 from within;");
  assert_waiting (&two.owner, OUT, 0, 0);
  two_clear (&two);
}

static void
test_held (void)
{
  Two two;

  two_init (&two, FAKE_SYNC, FAKE_LATER);
  faye_pipeline_set_held (two.owner.pipeline, IN, TRUE);
  push (&two.owner, IN, "1");
  push (&two.owner, IN, "2");
  mark (&two.owner, IN, "x");
  fake_answer_all (&two.b);
  assert_log (&two.owner, "");
  assert_waiting (&two.owner, IN, 2, 6);
  push (&two.owner, IN, "3");
  faye_pipeline_set_held (two.owner.pipeline, IN, FALSE);
  assert_log (&two.owner, "in 1ba;in 2ba;mark in x;");
  faye_pipeline_set_held (two.owner.pipeline, IN, TRUE);
  fake_fail (&two.b, 0, 0, "late");
  assert_log (&two.owner, "");
  faye_pipeline_set_held (two.owner.pipeline, IN, FALSE);
  assert_log (&two.owner, "fail in second 1010 late;");
  two_clear (&two);
}

static void
hook_hold (Owner *owner, const char *line)
{
  faye_pipeline_set_held (owner->pipeline, IN, TRUE);
}

static void
test_held_again (void)
{
  Two two;

  two_init (&two, FAKE_LATER, FAKE_SYNC);
  push (&two.owner, IN, "1");
  push (&two.owner, IN, "2");
  mark (&two.owner, IN, "x");
  two.owner.hook = hook_hold;
  fake_answer (&two.a, 1);
  fake_answer (&two.a, 0);
  assert_log (&two.owner, "in 1ba;");
  faye_pipeline_set_held (two.owner.pipeline, IN, FALSE);
  assert_log (&two.owner, "in 2ba;");
  faye_pipeline_set_held (two.owner.pipeline, IN, FALSE);
  assert_log (&two.owner, "mark in x;");
  two_clear (&two);
}

/* Works are answered after the end, and after the pipeline is freed. */
static void
test_close (void)
{
  GString *log = g_string_new (NULL);
  Two two;

  two_init (&two, FAKE_LATER, FAKE_LATER);
  two.a.log = two.b.log = log;
  push (&two.owner, OUT, "1");
  push (&two.owner, OUT, "2");
  push (&two.owner, OUT, "3");
  mark (&two.owner, OUT, "x");
  push (&two.owner, IN, "4");
  fake_answer (&two.a, 1);
  faye_pipeline_close (two.owner.pipeline);
  faye_pipeline_close (two.owner.pipeline);
  g_assert_cmpstr (log->str, ==, "close b;close a;");
  assert_waiting (&two.owner, OUT, 0, 0);
  fake_answer (&two.a, 0);
  push (&two.owner, IN, "5");
  mark (&two.owner, IN, "y");
  g_clear_pointer (&two.owner.pipeline, faye_pipeline_unref);
  fake_fail (&two.a, 0, 4000, "late");
  g_assert_cmpuint (two.b.waiting->len, ==, 1);
  fake_answer_all (&two.b);
  assert_log (&two.owner, "");
  two_clear (&two);
  g_string_free (log, TRUE);
}

static void
closing_answer (Fake *fake)
{
  fake_answer_all (fake);
}

static void
test_answer_in_close (void)
{
  Two two;

  two_init (&two, FAKE_LATER, FAKE_PASS);
  two.a.closing = closing_answer;
  push (&two.owner, OUT, "1");
  push (&two.owner, OUT, "2");
  g_clear_pointer (&two.owner.pipeline, faye_pipeline_unref);
  g_assert_cmpuint (two.a.waiting->len, ==, 0);
  assert_log (&two.owner, "");
  two_clear (&two);
}

/* The sessions, on whose calls this may stand, are not let go of under its feet. */
static void
hook_close (Owner *owner, const char *line)
{
  Two *two = owner->data;

  faye_pipeline_close (owner->pipeline);
  g_assert_cmpuint (two->a.n_closed, ==, 0);
}

static void
hook_unref (Owner *owner, const char *line)
{
  Two *two = owner->data;

  g_clear_pointer (&owner->pipeline, faye_pipeline_unref);
  g_assert_cmpuint (two->a.n_closed, ==, 0);
}

static void
check_end_in_hook (void (*hook) (Owner *, const char *), guint what)
{
  static const char *const expected[] = { "in 1ba;", "mark in x;", "fail in first 1010 no;" };
  Two two;

  two_init (&two, FAKE_LATER, FAKE_SYNC);
  two.owner.data = &two;
  two.owner.hook = hook;
  faye_pipeline_set_held (two.owner.pipeline, IN, TRUE);
  if (what == 1)
    mark (&two.owner, IN, "x");
  push (&two.owner, IN, "1");
  push (&two.owner, IN, "2");
  mark (&two.owner, IN, "y");
  if (what == 2)
    fake_fail (&two.a, 0, 0, "no");
  else
    fake_answer (&two.a, 0);
  faye_pipeline_set_held (two.owner.pipeline, IN, FALSE);
  assert_log (&two.owner, expected[what]);
  g_assert_cmpuint (two.a.n_freed, ==, 1);
  two_clear (&two);
}

static void
test_end_in_call (void)
{
  for (guint what = 0; what < 3; what++)
    {
      check_end_in_hook (hook_close, what);
      check_end_in_hook (hook_unref, what);
    }
}

static void
check_not_freed (Fake *fake, FayeWork *work)
{
  Two *two = fake->data;

  faye_pipeline_close (two->owner.pipeline);
  g_assert_cmpuint (fake->n_closed, ==, 0);
}

/* And the session itself may end it all, before it answers. */
static void
test_close_in_session (void)
{
  Two two;

  two_init (&two, FAKE_SYNC, FAKE_SYNC);
  two.b.data = &two;
  two.b.during = check_not_freed;
  push (&two.owner, OUT, "1");
  assert_log (&two.owner, "");
  g_assert_cmpuint (two.b.n_freed, ==, 1);
  two_clear (&two);
}

static void
hook_push (Owner *owner, const char *line)
{
  if (g_str_has_prefix (line, "in 1"))
    {
      push (owner, IN, "2");
      mark (owner, IN, "x");
      push (owner, OUT, "3");
      push (owner, IN, "4");
    }
}

/* The same direction waits for the call to end; the other one does not. */
static void
test_push_in_call (void)
{
  Two two;

  two_init (&two, FAKE_SYNC, FAKE_SYNC);
  two.owner.hook = hook_push;
  push (&two.owner, IN, "1");
  assert_log (&two.owner, "in 1ba;out 3ab;in 2ba;mark in x;in 4ba;");
  two_clear (&two);
}

static void
during_answer (Fake *fake, FayeWork *work)
{
  if (work->payload.data[0] == '3')
    fake_answer_all (fake);
}

static void
test_answer_in_session (void)
{
  Two two;

  two_init (&two, FAKE_LATER, FAKE_SYNC);
  push (&two.owner, OUT, "1");
  push (&two.owner, OUT, "2");
  two.a.during = during_answer;
  push (&two.owner, OUT, "3");
  assert_log (&two.owner, "out 1ab;out 2ab;");
  fake_answer_all (&two.a);
  assert_log (&two.owner, "out 3ab;");
  two_clear (&two);
}

#define MANY 20000

static void
hook_answer_next (Owner *owner, const char *line)
{
  Two *two = owner->data;

  if (two->a.waiting->len > 0)
    fake_answer (&two->a, 0);
}

/* Each delivery answers the next message: the stack does not grow with their number. */
static void
test_no_recursion (void)
{
  Two two;

  two_init (&two, FAKE_LATER, FAKE_SYNC);
  two.owner.data = &two;
  two.owner.hook = hook_answer_next;
  for (guint i = 0; i < MANY; i++)
    push (&two.owner, OUT, "1");
  assert_waiting (&two.owner, OUT, MANY, MANY);
  fake_answer (&two.a, 0);
  assert_waiting (&two.owner, OUT, 0, 0);
  g_assert_cmpuint (two.owner.log->len, ==, MANY * strlen ("out 1ab;"));
  two_clear (&two);
}

/* So do they all when the first is the last to be answered. */
static void
test_long_queue (void)
{
  Two two;

  two_init (&two, FAKE_LATER, FAKE_SYNC);
  for (guint i = 0; i < MANY; i++)
    push (&two.owner, IN, "1");
  while (two.a.waiting->len > 1)
    fake_answer (&two.a, two.a.waiting->len - 1);
  assert_log (&two.owner, "");
  fake_answer (&two.a, 0);
  g_assert_cmpuint (two.owner.log->len, ==, MANY * strlen ("in 1ba;"));
  two_clear (&two);
}

static void
count_release (gpointer data)
{
  (*(guint *) data)++;
}

static void
push_owned (Owner *owner, guint *released)
{
  FayeWork work = { .direction = OUT,
                    .payload = { (const guint8 *) "owned", 5, released, count_release } };

  faye_pipeline_push (owner->pipeline, &work);
}

static void
test_payloads (void)
{
  guint released = 0;
  Two two;

  two_init (&two, FAKE_PASS, FAKE_LATER);
  push_owned (&two.owner, &released);
  push_owned (&two.owner, &released);
  push_owned (&two.owner, &released);
  g_assert_cmpuint (released, ==, 0);
  g_assert_true (((FayeWork *) two.b.waiting->pdata[0])->payload.owner == &released);
  fake_answer (&two.b, 0);
  g_assert_cmpuint (released, ==, 1);
  fake_fail (&two.b, 0, 0, "");
  push_owned (&two.owner, &released);
  g_assert_cmpuint (released, ==, 3);
  faye_pipeline_close (two.owner.pipeline);
  push_owned (&two.owner, &released);
  g_assert_cmpuint (released, ==, 4);
  g_clear_pointer (&two.owner.pipeline, faye_pipeline_unref);
  fake_answer_all (&two.b);
  g_assert_cmpuint (released, ==, 5);
  two_clear (&two);
}

static void
test_context (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  FayePipeline *pipeline = faye_pipeline_new (context, 42);
  FayeWork *work;
  Owner owner;
  Fake fake;

  owner_init (&owner);
  faye_pipeline_unref (owner.pipeline);
  owner.pipeline = faye_pipeline_ref (pipeline);
  faye_pipeline_set_owner (pipeline, &funcs, &owner);
  fake_init (&fake, 'a', FAKE_LATER);
  fake_join (&fake, pipeline, "one", 0);
  push (&owner, IN, "1");
  work = fake.waiting->pdata[0];
  g_assert_true (faye_work_get_context (work) == context);
  g_assert_cmpint (faye_work_get_priority (work), ==, 42);
  faye_pipeline_close (pipeline);
  faye_pipeline_unref (pipeline);
  g_assert_true (faye_work_get_context (work) == context);
  g_assert_cmpint (faye_work_get_priority (work), ==, 42);
  owner_clear (&owner);
  fake_clear (&fake);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/faye/ext/pipeline/no-sessions", test_no_sessions);
  g_test_add_func ("/faye/ext/pipeline/sync", test_sync);
  g_test_add_func ("/faye/ext/pipeline/later", test_later);
  g_test_add_func ("/faye/ext/pipeline/out-of-order", test_out_of_order);
  g_test_add_func ("/faye/ext/pipeline/rsv", test_rsv);
  g_test_add_func ("/faye/ext/pipeline/failure", test_failure);
  g_test_add_func ("/faye/ext/pipeline/failure-codes", test_failure_codes);
  g_test_add_func ("/faye/ext/pipeline/two-failures", test_two_failures);
  g_test_add_func ("/faye/ext/pipeline/failure-from-within", test_failure_from_within);
  g_test_add_func ("/faye/ext/pipeline/held", test_held);
  g_test_add_func ("/faye/ext/pipeline/held-again", test_held_again);
  g_test_add_func ("/faye/ext/pipeline/close", test_close);
  g_test_add_func ("/faye/ext/pipeline/answer-in-close", test_answer_in_close);
  g_test_add_func ("/faye/ext/pipeline/end-in-call", test_end_in_call);
  g_test_add_func ("/faye/ext/pipeline/close-in-session", test_close_in_session);
  g_test_add_func ("/faye/ext/pipeline/push-in-call", test_push_in_call);
  g_test_add_func ("/faye/ext/pipeline/answer-in-session", test_answer_in_session);
  g_test_add_func ("/faye/ext/pipeline/no-recursion", test_no_recursion);
  g_test_add_func ("/faye/ext/pipeline/long-queue", test_long_queue);
  g_test_add_func ("/faye/ext/pipeline/payloads", test_payloads);
  g_test_add_func ("/faye/ext/pipeline/context", test_context);
  return g_test_run ();
}
