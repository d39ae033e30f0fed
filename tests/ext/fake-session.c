/* SPDX-License-Identifier: MIT */

#include "tests/ext/fake-session.h"

#include <string.h>

/* The memory of what is borrowed is spoilt as soon as the call is over. */
static void
fake_return (Fake *fake, FayeWork *work)
{
  gsize size = work->payload.size + 1;
  g_autofree guint8 *scratch = g_malloc (size);
  FayePayload payload = { scratch, size, NULL, NULL };

  if (size > 1)
    memcpy (scratch, work->payload.data, size - 1);
  scratch[size - 1] = (guint8) fake->letter;
  faye_work_return (work, &payload, fake->rsv, FALSE);
  memset (scratch, '!', size);
}

static void
fake_keep (Fake *fake, FayeWork *work)
{
  g_assert_true (faye_work_keep (work));
  g_ptr_array_add (fake->waiting, work);
}

static void
fake_work (gpointer session, FayeWork *work)
{
  Fake *fake = session;
  FakeManner manner = fake->manner;

  g_assert_cmpuint (fake->n_closed, ==, 0);
  if (fake->given != NULL && work->payload.size > 0)
    g_string_append_c (fake->given, (char) work->payload.data[0]);
  if (fake->during != NULL)
    fake->during (fake, work);
  if (manner == FAKE_CHOICE)
    manner = fake->choose (fake);
  if (manner == FAKE_SYNC)
    fake_return (fake, work);
  else if (manner == FAKE_PASS)
    faye_work_pass (work);
  else if (manner == FAKE_FAIL)
    faye_work_fail (work, 0, "at once\xff");
  else
    fake_keep (fake, work);
}

static void
fake_close (gpointer session)
{
  Fake *fake = session;

  fake->n_closed++;
  if (fake->log != NULL)
    g_string_append_printf (fake->log, "close %c;", fake->letter);
  if (fake->closing != NULL)
    fake->closing (fake);
}

static void
fake_unref (gpointer session)
{
  Fake *fake = session;

  g_assert_cmpuint (fake->n_closed, ==, 1);
  fake->n_freed++;
}

static const FayeSessionOps fake_ops = {
  .incoming = fake_work,
  .outgoing = fake_work,
  .close = fake_close,
  .unref = fake_unref,
};

void
fake_init (Fake *fake, char letter, FakeManner manner)
{
  memset (fake, 0, sizeof *fake);
  fake->letter = letter;
  fake->manner = manner;
  fake->waiting = g_ptr_array_new ();
  fake->given = g_string_new (NULL);
}

void
fake_clear (Fake *fake)
{
  g_assert_cmpuint (fake->n_closed, ==, 1);
  g_assert_cmpuint (fake->n_freed, ==, 1);
  while (fake->waiting->len > 0)
    faye_work_pass (g_ptr_array_steal_index (fake->waiting, 0));
  g_ptr_array_unref (fake->waiting);
  g_string_free (fake->given, TRUE);
}

void
fake_join (Fake *fake, FayePipeline *pipeline, const char *name, guint8 rsv)
{
  FayeSession session = { &fake_ops, fake };

  faye_pipeline_add (pipeline, name, rsv, session);
}

void
fake_answer (Fake *fake, guint index)
{
  fake_return (fake, g_ptr_array_steal_index (fake->waiting, index));
}

void
fake_answer_all (Fake *fake)
{
  while (fake->waiting->len > 0)
    fake_answer (fake, 0);
}

void
fake_fail (Fake *fake, guint index, guint code, const char *reason)
{
  faye_work_fail (g_ptr_array_steal_index (fake->waiting, index), code, reason);
}
