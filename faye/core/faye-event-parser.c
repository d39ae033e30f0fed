/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-event-parser-private.h"

#include <string.h>

#include "faye/core/faye-event-fields-private.h"
#include "faye/core/faye-line-end-private.h"

/* Lines and what they mean. Each byte is looked at once for the end of its line, however the input
 * is cut, and a line once for what it says. */

static const guint8 byte_order_mark[3] = { 0xef, 0xbb, 0xbf };

struct _FayeEventParser
{
  FayeEventFormat format;
  gboolean comments;

  gboolean begun;     /* the first line, which may have a byte order mark, was read */
  gboolean skip_lf;   /* a CR was the last byte */
  gboolean discard;   /* FAILURE was returned */
  FayeAssembler line; /* as much of a line as came with earlier input */
  FayeEventFields fields;
};

FayeEventParser *
faye_event_parser_new (FayeEventFormat format)
{
  FayeEventParser *self = g_new0 (FayeEventParser, 1);

  self->format = format;
  self->fields.limits[FAYE_EVENT_LIMIT_LINE] = FAYE_EVENT_PARSER_DEFAULT_MAX_LINE;
  self->fields.limits[FAYE_EVENT_LIMIT_DATA] = FAYE_EVENT_PARSER_DEFAULT_MAX_DATA;
  self->fields.limits[FAYE_EVENT_LIMIT_ID] = FAYE_EVENT_PARSER_DEFAULT_MAX_ID;
  return self;
}

void
faye_event_parser_reset (FayeEventParser *self)
{
  self->begun = FALSE;
  self->skip_lf = FALSE;
  self->discard = FALSE;
  faye_assembler_clear (&self->line);
  faye_event_fields_release (&self->fields);
}

void
faye_event_parser_free (FayeEventParser *self)
{
  faye_event_parser_reset (self);
  faye_assembler_clear (&self->fields.last_id);
  g_free (self);
}

void
faye_event_parser_set_limit (FayeEventParser *self, FayeEventLimit limit, guint64 bytes)
{
  g_assert (limit < FAYE_EVENT_LIMIT_MEMORY);
  self->fields.limits[limit] = bytes;
}

guint64
faye_event_parser_get_limit (FayeEventParser *self, FayeEventLimit limit)
{
  g_assert (limit < FAYE_EVENT_LIMIT_MEMORY);
  return self->fields.limits[limit];
}

void
faye_event_parser_set_comments (FayeEventParser *self, gboolean comments)
{
  self->comments = comments;
}

const char *
faye_event_parser_get_last_event_id (FayeEventParser *self)
{
  return faye_event_fields_get_last_id (&self->fields);
}

void
faye_event_parser_set_last_event_id (FayeEventParser *self, const char *id)
{
  faye_event_fields_set_last_id (&self->fields, id);
}

static FayeEventParserResult
set_retry (const FayeEventSpan *value, FayeParsedEvent *event)
{
  guint64 retry = 0;

  for (gsize i = 0; i < value->size; i++)
    {
      guint digit = value->data[i] - '0';

      if (digit > 9)
        return FAYE_EVENT_PARSER_NEED_MORE;
      retry = retry > (G_MAXUINT64 - digit) / 10 ? G_MAXUINT64 : retry * 10 + digit;
    }
  if (value->size == 0)
    return FAYE_EVENT_PARSER_NEED_MORE;
  event->retry = retry;
  return FAYE_EVENT_PARSER_RETRY;
}

/* Whether the field of LINE is NAME, which has N bytes. */
static inline gboolean
match (const FayeEventSpan *line, const char *name, gsize n, FayeEventSpan *value)
{
  gsize skip = n;

  if (line->size < n || memcmp (line->data, name, n) != 0)
    return FALSE;
  if (skip < line->size && line->data[skip++] != ':')
    return FALSE;
  if (skip < line->size && line->data[skip] == ' ')
    skip++;
  *value = (FayeEventSpan){ line->data + skip, line->size - skip, line->stays };
  return TRUE;
}

/* Section 9.2.6, "process the field". */
static FayeEventParserResult
process_field (FayeEventParser *self, const FayeEventSpan *line, FayeParsedEvent *event)
{
  FayeEventSpan value;

  if (match (line, "data", 4, &value))
    faye_event_fields_add_data (&self->fields, &value);
  else if (match (line, "id", 2, &value))
    faye_event_fields_set_id (&self->fields, &value);
  else if (match (line, "event", 5, &value))
    faye_event_fields_set_type (&self->fields, &value);
  else if (match (line, "retry", 5, &value))
    return set_retry (&value, event);
  else if (self->comments && match (line, "", 0, &value))
    return faye_event_fields_set_comment (&self->fields, &value, event);
  return FAYE_EVENT_PARSER_NEED_MORE;
}

static FayeEventParserResult
process_plain_line (FayeEventParser *self, FayeEventSpan *line, FayeParsedEvent *event)
{
  if (line->size > 0 && line->data[line->size - 1] == '\r')
    line->size--;
  if (line->size == 0)
    return FAYE_EVENT_PARSER_NEED_MORE;
  faye_event_fields_add_data (&self->fields, line);
  if (self->fields.failed)
    return FAYE_EVENT_PARSER_NEED_MORE;
  return faye_event_fields_dispatch (&self->fields, event);
}

static inline gboolean
begins_with_mark (const FayeEventSpan *line)
{
  return line->size >= sizeof byte_order_mark &&
         memcmp (line->data, byte_order_mark, sizeof byte_order_mark) == 0;
}

static FayeEventParserResult
process_line (FayeEventParser *self, FayeEventSpan *line, FayeParsedEvent *event)
{
  if (!self->begun && begins_with_mark (line))
    {
      line->data += sizeof byte_order_mark;
      line->size -= sizeof byte_order_mark;
    }
  self->begun = TRUE;
  if (self->format == FAYE_EVENT_FORMAT_LINES)
    return process_plain_line (self, line, event);
  if (line->size == 0)
    return faye_event_fields_dispatch (&self->fields, event);
  return process_field (self, line, event);
}

static inline gsize
find_line_end (FayeEventParser *self, const FayeInput *input)
{
  const guint8 *end;

  if (self->format == FAYE_EVENT_FORMAT_STREAM)
    return faye_line_end_find (input->data, input->size);
  end = memchr (input->data, '\n', input->size);
  return end != NULL ? (gsize) (end - input->data) : input->size;
}

/* How many bytes a line may have. A plain line may be all of the data and a CR. */
static inline guint64
longest_line (FayeEventParser *self)
{
  if (self->format == FAYE_EVENT_FORMAT_STREAM)
    return self->fields.limits[FAYE_EVENT_LIMIT_LINE];
  return MIN (self->fields.limits[FAYE_EVENT_LIMIT_DATA], G_MAXUINT64 - 1) + 1;
}

/* Whether N more bytes of the line are within the limit. */
static inline gboolean
check_line (FayeEventParser *self, gsize n)
{
  const guint64 most = longest_line (self);

  if (G_LIKELY (n <= most && self->line.size <= most - n))
    return TRUE;
  faye_event_fields_fail (&self->fields,
                          self->format == FAYE_EVENT_FORMAT_STREAM ? FAYE_EVENT_LIMIT_LINE
                                                                   : FAYE_EVENT_LIMIT_DATA);
  return FALSE;
}

static void
gather (FayeEventParser *self, const guint8 *data, gsize n)
{
  guint8 *at = faye_event_fields_extend (&self->fields, &self->line, n, longest_line (self));

  if (at != NULL)
    memcpy (at, data, n);
}

/* FALSE when the line does not end in this input, or there was a failure. */
static gboolean
take_line (FayeEventParser *self, FayeInput *input, FayeEventSpan *line)
{
  guint8 *data = input->data;
  gsize n = find_line_end (self, input);
  gboolean ends = n < input->size;

  if (!check_line (self, n))
    return FALSE;
  *line = (FayeEventSpan){ data, n, TRUE };
  input->data += n + ends;
  input->size -= n + ends;
  if (ends)
    self->skip_lf = data[n] == '\r';
  if (ends && self->line.size == 0)
    return TRUE;
  gather (self, data, n);
  if (!ends || self->fields.failed)
    return FALSE;
  *line =
    (FayeEventSpan){ self->line.data, self->line.size, self->format == FAYE_EVENT_FORMAT_LINES };
  self->line.size = 0;
  return TRUE;
}

static inline gboolean
has_input (FayeEventParser *self, FayeInput *input)
{
  if (self->fields.failed || input->size == 0)
    return FALSE;
  if (self->skip_lf && input->data[0] == '\n')
    {
      input->data++;
      input->size--;
    }
  self->skip_lf = FALSE;
  return input->size > 0;
}

static FayeEventParserResult
report_failure (FayeEventParser *self, FayeParsedEvent *event)
{
  event->exceeded = self->fields.exceeded;
  faye_event_parser_reset (self);
  self->discard = TRUE;
  return FAYE_EVENT_PARSER_FAILURE;
}

FayeEventParserResult
faye_event_parser_next (FayeEventParser *self, FayeInput *input, FayeParsedEvent *event)
{
  FayeEventParserResult result = FAYE_EVENT_PARSER_NEED_MORE;
  FayeEventSpan line;

  if (self->discard)
    {
      if (input->size > 0)
        *input = (FayeInput){ input->data + input->size, 0 };
      return FAYE_EVENT_PARSER_NEED_MORE;
    }
  faye_event_fields_trim_block (&self->line);
  faye_event_fields_trim (&self->fields);
  while (result == FAYE_EVENT_PARSER_NEED_MORE && has_input (self, input))
    if (take_line (self, input, &line))
      result = process_line (self, &line, event);
  if (result != FAYE_EVENT_PARSER_MESSAGE && !self->fields.failed)
    faye_event_fields_spill (&self->fields);
  return self->fields.failed ? report_failure (self, event) : result;
}

FayeEventParserResult
faye_event_parser_end (FayeEventParser *self, FayeParsedEvent *event)
{
  FayeEventSpan line = { self->line.data, self->line.size, TRUE };
  FayeEventParserResult result;

  if (line.size == 0 || self->format == FAYE_EVENT_FORMAT_STREAM)
    return FAYE_EVENT_PARSER_NEED_MORE;
  self->line.size = 0;
  result = process_line (self, &line, event);
  return self->fields.failed ? report_failure (self, event) : result;
}
