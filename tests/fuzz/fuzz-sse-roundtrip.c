/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "faye/core/faye-event-writer-private.h"
#include "tests/core/event-log.h"
#include "tests/fuzz/fuzz.h"

/* Events of any octets: each is refused when it should be, and else comes out of the parser as
 * the one event that it was. The input is events of: flags for what there is, then sizes and texts
 * of comment, type and id, eight bytes of retry, size and text of the data; the first byte of all
 * is the plan. */

enum
{
  HAS_COMMENT = 1 << 0,
  HAS_TYPE = 1 << 1,
  HAS_ID = 1 << 2,
  HAS_RETRY = 1 << 3,
  HAS_DATA = 1 << 4,
};

static FayeEventField
take_field (FuzzInput *input, gboolean has)
{
  FayeEventField field = { NULL, 0 };

  if (!has)
    return field;
  field.size = fuzz_take (input);
  field.size = MIN (field.size, input->size);
  field.data = field.size > 0 ? (const char *) input->data : "";
  input->data += field.size;
  input->size -= field.size;
  return field;
}

static guint64
take_number (FuzzInput *input)
{
  guint64 number = 0;

  for (guint i = 0; i < 8; i++)
    number = number << 8 | fuzz_take (input);
  return number;
}

static gboolean
is_text (const FayeEventField *field)
{
  gboolean complete;

  return fuzz_reference_utf8 ((const guint8 *) field->data, field->size, &complete) ==
           field->size &&
         complete;
}

static gboolean
is_one_line (const FayeEventField *field)
{
  for (gsize i = 0; i < field->size; i++)
    if (strchr ("\r\n", field->data[i]) != NULL) /* or the NUL at its end */
      return FALSE;
  return is_text (field);
}

static FayeEventFault
expect_fault (const FayeEventText *event)
{
  if (!is_one_line (&event->comment))
    return FAYE_EVENT_FAULT_COMMENT;
  if (!is_one_line (&event->type))
    return FAYE_EVENT_FAULT_TYPE;
  if (!is_one_line (&event->id))
    return FAYE_EVENT_FAULT_ID;
  return is_text (&event->data) ? FAYE_EVENT_FAULT_NONE : FAYE_EVENT_FAULT_DATA;
}

static void
expect_data (GString *log, const FayeEventField *data)
{
  for (gsize i = 0; i < data->size; i++)
    {
      if (data->data[i] == '\n' && i > 0 && data->data[i - 1] == '\r')
        continue;
      if (data->data[i] == '\n' || data->data[i] == '\r')
        g_string_append (log, "\\n");
      else if (data->data[i] == '\0')
        g_string_append (log, "\\0");
      else
        g_string_append_c (log, data->data[i]);
    }
}

static void
expect_event (GString *log, GString *id, const FayeEventText *event)
{
  if (event->comment.data != NULL)
    g_string_append_printf (log, "#%.*s;", (int) event->comment.size, event->comment.data);
  if (event->has_retry)
    g_string_append_printf (log, "retry=%" G_GUINT64_FORMAT ";", event->retry);
  if (event->id.data != NULL)
    {
      g_string_truncate (id, 0);
      g_string_append_len (id, event->id.data, event->id.size);
    }
  if (event->data.data == NULL)
    return;
  if (event->type.size > 0)
    g_string_append_len (log, event->type.data, event->type.size);
  else
    g_string_append (log, "message");
  g_string_append_printf (log, "|%s|", id->str);
  expect_data (log, &event->data);
  g_string_append_c (log, ';');
}

static void
take_event (FuzzInput *input, FayeAssembler *out, GString *log, GString *id)
{
  guint8 flags = fuzz_take (input);
  FayeEventText event = { .has_retry = (flags & HAS_RETRY) != 0 };
  gsize before = out->size;
  gsize size = 0;
  FayeEventFault fault;

  event.comment = take_field (input, flags & HAS_COMMENT);
  event.type = take_field (input, flags & HAS_TYPE);
  event.id = take_field (input, flags & HAS_ID);
  event.retry = event.has_retry ? take_number (input) : 0;
  event.data = take_field (input, flags & HAS_DATA);
  fault = faye_event_writer_measure (&event, &size);
  g_assert_cmpint (fault, ==, expect_fault (&event));
  g_assert_cmpint (faye_event_writer_append (&event, out), ==, fault);
  g_assert_cmpuint (out->size - before, ==, size);
  if (fault == FAYE_EVENT_FAULT_NONE)
    expect_event (log, id, &event);
}

static void
check (FayeAssembler *out, guint8 seed, const char *expected)
{
  const EventSetup setup = { .comments = TRUE };
  FuzzPlan plan = fuzz_plan_begin (seed);
  EventReader reader = event_reader_begin (&setup);
  g_autofree char *log = NULL;

  for (gsize at = 0, n; at < out->size; at += n)
    {
      n = fuzz_plan_piece (&plan, out->size - at);
      event_reader_feed (&reader, out->data + at, n);
    }
  log = event_reader_end (&reader);
  g_assert_cmpstr (log, ==, expected);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  FuzzInput input = { data, size };
  guint8 seed = fuzz_take (&input);
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (GString) id = g_string_new (NULL);
  FayeAssembler out = { 0 };

  while (input.size > 0)
    take_event (&input, &out, log, id);
  g_string_append_printf (log, "=%s", id->str);
  check (&out, 0, log->str);
  check (&out, seed, log->str);
  faye_assembler_clear (&out);
  return 0;
}
