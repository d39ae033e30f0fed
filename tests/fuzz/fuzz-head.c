/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz-head.h"

#include <string.h>

#include "faye/http/faye-http-error-private.h"

/* Heads through the gate, one way and another. */

static void
check_error (const GError *error)
{
  g_assert_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_BAD_HEAD);
  for (const char *at = error->message; *at; at++)
    g_assert_true (g_ascii_isprint (*at));
  g_assert_cmpuint (strlen (error->message), <, 400);
}

static void
log_head (GString *log, const FayeHead *head)
{
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;
  guint n = 0;

  g_string_append_printf (log,
                          "%s|%s|%u|%u|%s\n",
                          head->method ? head->method : "",
                          head->target ? head->target : "",
                          head->version,
                          head->status,
                          head->reason ? head->reason : "");
  soup_message_headers_iter_init (&iter, head->headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      g_assert_true (faye_head_is_token (name));
      g_assert_true (faye_head_is_value (value));
      g_string_append_printf (log, "%s|%s\n", name, value);
      n++;
    }
  g_assert_cmpuint (n, <=, FAYE_HEAD_MAX_FIELDS);
}

static void
log_end (GString *log, FayeHeadGate *gate, FayeHeadResult result, GError *error, FuzzHead *self)
{
  g_autoptr (GError) local = error;

  if (result == FAYE_HEAD_DONE)
    self->head = faye_head_gate_parse (gate, &local);
  g_string_append_printf (log,
                          "%u %u %" G_GSIZE_FORMAT " %s\n",
                          result,
                          faye_head_gate_get_status (gate),
                          self->used,
                          local ? local->message : "");
  g_assert_cmpint (local != NULL, ==, result != FAYE_HEAD_MORE && self->head == NULL);
  g_assert_cmpint (local != NULL, ==, faye_head_gate_get_status (gate) != SOUP_STATUS_OK);
  if (local)
    check_error (local);
  if (self->head)
    log_head (log, self->head);
}

static FuzzHead
read_one_way (gboolean is_request, const guint8 *data, gsize size, guint8 seed)
{
  g_autoptr (FayeHeadGate) gate = faye_head_gate_new (is_request);
  FuzzPlan plan = fuzz_plan_begin (seed);
  FayeHeadResult result = FAYE_HEAD_MORE;
  g_autoptr (GError) error = NULL;
  GString *log = g_string_new (NULL);
  FuzzHead self = { 0 };

  for (gsize at = 0, n; at < size && result == FAYE_HEAD_MORE; at += n)
    {
      gsize used = 0;

      n = fuzz_plan_piece (&plan, size - at);
      result = faye_head_gate_feed (gate, data + at, n, &used, &error);
      g_assert_cmpuint (used, <=, n);
      g_assert_true (result != FAYE_HEAD_MORE || used == n);
      self.used += used;
    }
  g_assert_cmpuint (self.used, <=, FAYE_HEAD_MAX_SIZE);
  log_end (log, gate, result, g_steal_pointer (&error), &self);
  self.log = g_string_free (log, FALSE);
  return self;
}

/* What lets two readers disagree about where a line ends (RFC 9112, section 2.2). */
static void
check_lines (const guint8 *data, gsize size)
{
  for (gsize i = 0; i < size; i++)
    {
      g_assert_true (data[i] >= ' ' || strchr ("\t\r\n", data[i]) != NULL);
      g_assert_true (data[i] != '\0' && data[i] != 0x7f);
      if (data[i] == '\r')
        g_assert_true (i + 1 < size && data[i + 1] == '\n');
      if (data[i] != '\n')
        continue;
      g_assert_true (i > 0 && data[i - 1] == '\r');
      g_assert_true (i + 1 == size || (data[i + 1] != ' ' && data[i + 1] != '\t'));
    }
}

FuzzHead
fuzz_head_read (gboolean is_request, const guint8 *data, gsize size, guint8 seed)
{
  FuzzHead whole = read_one_way (is_request, data, size, 0);
  g_auto (FuzzHead) split = read_one_way (is_request, data, size, seed);
  g_auto (FuzzHead) single = read_one_way (is_request, data, size, 1);

  g_assert_cmpstr (split.log, ==, whole.log);
  g_assert_cmpstr (single.log, ==, whole.log);
  if (whole.head)
    check_lines (data, whole.used);
  return whole;
}

void
fuzz_head_clear (FuzzHead *self)
{
  g_free (self->log);
  g_clear_pointer (&self->head, faye_head_free);
}

FayeHead *
fuzz_head_read_own (gboolean is_request, GBytes *bytes, gboolean has_body)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_auto (FuzzHead) read = fuzz_head_read (is_request, data, size, 7);
  const char *length;

  if (read.head == NULL)
    g_error ("%.*s is refused: %s", (int) size, (const char *) data, read.log);
  if (!has_body)
    g_assert_cmpuint (read.used, ==, size);
  else if (faye_head_count (read.head->headers, "Content-Length", &length) > 0)
    g_assert_cmpuint (g_ascii_strtoull (length, NULL, 10), ==, size - read.used);
  return g_steal_pointer (&read.head);
}
