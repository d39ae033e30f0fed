/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-event-writer-private.h"

#include "faye/core/faye-line-end-private.h"
#include "faye/core/faye-utf8-private.h"

/* A line end in a field other than data would let whoever gave the text write fields and events of
 * their own, a NUL have an id ignored: both are refused. A blank follows each colon, so that a text
 * may begin with one. */

#define MAX_DIGITS 20

/* Bytes that a line has beside its value. */
#define FIELD_EXTRA(name) (sizeof (name) - 1 + 1)

#define COMMENT ": "
#define TYPE "event: "
#define ID "id: "
#define RETRY "retry: "
#define DATA "data: "

static gboolean
is_text (const FayeEventField *field)
{
  return field->size == 0 || faye_utf8_is_valid ((const guint8 *) field->data, field->size);
}

static gboolean
is_one_line (const FayeEventField *field)
{
  if (field->data == NULL || field->size == 0)
    return TRUE;
  return faye_line_end_find ((const guint8 *) field->data, field->size) == field->size &&
         memchr (field->data, '\0', field->size) == NULL && is_text (field);
}

static FayeEventFault
judge (const FayeEventText *event)
{
  if (!is_one_line (&event->comment))
    return FAYE_EVENT_FAULT_COMMENT;
  if (!is_one_line (&event->type))
    return FAYE_EVENT_FAULT_TYPE;
  if (!is_one_line (&event->id))
    return FAYE_EVENT_FAULT_ID;
  return is_text (&event->data) ? FAYE_EVENT_FAULT_NONE : FAYE_EVENT_FAULT_DATA;
}

const char *
faye_event_fault_to_string (FayeEventFault fault)
{
  switch (fault)
    {
    case FAYE_EVENT_FAULT_COMMENT:
      return "The comment has a line end, a NUL or no valid UTF-8";
    case FAYE_EVENT_FAULT_TYPE:
      return "The event's type has a line end, a NUL or no valid UTF-8";
    case FAYE_EVENT_FAULT_ID:
      return "The event's id has a line end, a NUL or no valid UTF-8";
    case FAYE_EVENT_FAULT_DATA:
      return "The event's data is not valid UTF-8";
    case FAYE_EVENT_FAULT_MEMORY:
      return "There is not enough memory for the event";
    case FAYE_EVENT_FAULT_NONE:
      break;
    }
  return "The event is valid";
}

/* The line that TEXT begins with; moves TEXT behind its end. FALSE after the last one. */
static inline gboolean
take_line (FayeEventField *text, FayeEventField *line)
{
  gsize n;

  if (text->data == NULL)
    return FALSE;
  n = faye_line_end_find ((const guint8 *) text->data, text->size);
  *line = (FayeEventField){ text->data, n };
  if (n == text->size)
    {
      text->data = NULL;
      return TRUE;
    }
  n += text->data[n] == '\r' && n + 1 < text->size && text->data[n + 1] == '\n' ? 2 : 1;
  text->data += n;
  text->size -= n;
  return TRUE;
}

static guint
count_digits (guint64 number)
{
  guint n = 1;

  for (; number >= 10; number /= 10)
    n++;
  return n;
}

/* The comment, type, id and retry, at most four times what fits memory. */
static guint64
measure_head (const FayeEventText *event)
{
  guint64 size = 0;

  if (event->comment.data != NULL)
    size += FIELD_EXTRA (COMMENT) + event->comment.size;
  if (event->type.size > 0)
    size += FIELD_EXTRA (TYPE) + event->type.size;
  if (event->id.data != NULL)
    size += FIELD_EXTRA (ID) + event->id.size;
  if (event->has_retry)
    size += FIELD_EXTRA (RETRY) + count_digits (event->retry);
  return size;
}

FayeEventFault
faye_event_writer_measure (const FayeEventText *event, gsize *size)
{
  FayeEventFault fault = judge (event);
  FayeEventField rest = event->data;
  FayeEventField line;
  guint64 total;

  if (fault != FAYE_EVENT_FAULT_NONE)
    return fault;
  total = measure_head (event) + 1;
  while (take_line (&rest, &line))
    total += FIELD_EXTRA (DATA) + line.size;
  if (total > G_MAXSSIZE)
    return FAYE_EVENT_FAULT_MEMORY;
  *size = total;
  return FAYE_EVENT_FAULT_NONE;
}

static inline guint8 *
put (guint8 *out, const char *data, gsize size)
{
  memcpy (out, data, size);
  return out + size;
}

static inline guint8 *
put_line (guint8 *out, const char *name, gsize name_size, const FayeEventField *value)
{
  out = put (out, name, name_size);
  if (value->size > 0)
    out = put (out, value->data, value->size);
  *out++ = '\n';
  return out;
}

#define PUT_LINE(out, name, value) put_line (out, name, sizeof (name) - 1, value)

static guint8 *
put_retry (guint8 *out, guint64 retry)
{
  char digits[MAX_DIGITS];
  FayeEventField value = { digits, count_digits (retry) };

  for (gsize i = value.size; i-- > 0; retry /= 10)
    digits[i] = '0' + retry % 10;
  return PUT_LINE (out, RETRY, &value);
}

guint8 *
faye_event_writer_write (const FayeEventText *event, guint8 *out)
{
  FayeEventField rest = event->data;
  FayeEventField line;

  if (event->comment.data != NULL)
    out = PUT_LINE (out, COMMENT, &event->comment);
  if (event->type.size > 0)
    out = PUT_LINE (out, TYPE, &event->type);
  if (event->id.data != NULL)
    out = PUT_LINE (out, ID, &event->id);
  if (event->has_retry)
    out = put_retry (out, event->retry);
  while (take_line (&rest, &line))
    out = PUT_LINE (out, DATA, &line);
  *out++ = '\n';
  return out;
}

FayeEventFault
faye_event_writer_append (const FayeEventText *event, FayeAssembler *out)
{
  gsize size;
  FayeEventFault fault = faye_event_writer_measure (event, &size);

  if (fault != FAYE_EVENT_FAULT_NONE)
    return fault;
  if (size > G_MAXSSIZE - out->size || !faye_assembler_reserve (out, size, G_MAXUINT64))
    return FAYE_EVENT_FAULT_MEMORY;
  out->size = faye_event_writer_write (event, faye_assembler_end (out)) - out->data;
  return FAYE_EVENT_FAULT_NONE;
}
