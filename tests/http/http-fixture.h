/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/http/faye-head-gate-private.h"
#include "faye/http/faye-http-error-private.h"

#include <string.h>
#include <time.h>

/* What the tests of this room share. */

/* The head in TEXT, or NULL with the status of the refusal in *STATUS (nullable). */
static inline FayeHead *
fixture_parse (gboolean is_request, const char *text, gsize size, guint *status, GError **error)
{
  g_autoptr (FayeHeadGate) gate = faye_head_gate_new (is_request);
  gsize used = 0;
  FayeHeadResult result = faye_head_gate_feed (gate, (const guint8 *) text, size, &used, error);
  FayeHead *head = NULL;

  g_assert_cmpuint (used, <=, size);
  g_assert_cmpint (result, !=, FAYE_HEAD_MORE);
  if (result == FAYE_HEAD_DONE)
    head = faye_head_gate_parse (gate, error);
  if (status)
    *status = faye_head_gate_get_status (gate);

  return head;
}

static inline FayeHead *
fixture_response (const char *text)
{
  g_autoptr (GError) error = NULL;
  FayeHead *head = fixture_parse (FALSE, text, strlen (text), NULL, &error);

  g_assert_no_error (error);
  return head;
}

/* Says which case a failed assertion is about. */
static inline void
fixture_name_case (const char *text)
{
  g_autofree char *excerpt = faye_http_error_excerpt (text);

  g_test_message ("%s", excerpt);
}

typedef void (*FixtureWork) (gsize n);

/* CPU time of this thread, the best of five: a busy machine changes neither. */
static inline gint64
fixture_measure (FixtureWork work, gsize n)
{
  gint64 best = G_MAXINT64;

  for (guint i = 0; i < 5; i++)
    {
      struct timespec start;
      struct timespec end;

      clock_gettime (CLOCK_THREAD_CPUTIME_ID, &start);
      work (n);
      clock_gettime (CLOCK_THREAD_CPUTIME_ID, &end);
      best = MIN (best,
                  (end.tv_sec - start.tv_sec) * G_GINT64_CONSTANT (1000000000) + end.tv_nsec -
                    start.tv_nsec);
    }

  return MAX (best, 1);
}

/* Ten times the input costs ten times the work, a hundred times if the work is quadratic. */
static inline void
fixture_assert_linear (FixtureWork work, gsize n)
{
  g_assert_cmpint (fixture_measure (work, 10 * n) / fixture_measure (work, n), <=, 40);
}

/* Changes a few bytes of TEXT, its size included. */
static inline char *
fixture_mutate (GRand *rand, const char *text, gsize *size)
{
  static const char spice[] = "\0\t\n\r\x0b\x0c\x1c ,;:\"/\\@#%[]=\x7f\x80\x85\xc2\xff";
  const gsize length = strlen (text);
  GString *out = g_string_new_len (text, (gssize) length);

  for (int i = g_rand_int_range (rand, 1, 4); i > 0 && out->len > 0; i--)
    {
      gssize at = g_rand_int_range (rand, 0, (int) out->len);
      char c = spice[g_rand_int_range (rand, 0, sizeof spice - 1)];

      switch (g_rand_int_range (rand, 0, 4))
        {
        case 0:
          g_string_erase (out, at, 1);
          break;
        case 1:
          g_string_insert_c (out, at, c);
          break;
        case 2:
          out->str[at] = c;
          break;
        default:
          g_string_insert_len (out, at, text, g_rand_int_range (rand, 0, (int) length));
          break;
        }
    }

  *size = out->len;
  return g_string_free (out, FALSE);
}
