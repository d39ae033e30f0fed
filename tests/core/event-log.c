/* SPDX-License-Identifier: MIT */

#include "tests/core/event-log.h"

#include <string.h>

#include "faye/core/faye-utf8-private.h"

static const char *const limit_names[] = { "line", "data", "id", "memory" };

static void
append_text (GString *log, const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    {
      if (text[i] == '\0')
        g_string_append (log, "\\0");
      else if (text[i] == '\n')
        g_string_append (log, "\\n");
      else
        g_string_append_c (log, text[i]);
    }
}

EventReader
event_reader_begin (const EventSetup *setup)
{
  EventReader self = { faye_event_parser_new (setup->format), g_string_new (NULL) };

  faye_event_parser_set_comments (self.parser, setup->comments);
  if (setup->max_line > 0)
    faye_event_parser_set_limit (self.parser, FAYE_EVENT_LIMIT_LINE, setup->max_line);
  if (setup->max_data > 0)
    faye_event_parser_set_limit (self.parser, FAYE_EVENT_LIMIT_DATA, setup->max_data);
  if (setup->max_id > 0)
    faye_event_parser_set_limit (self.parser, FAYE_EVENT_LIMIT_ID, setup->max_id);
  return self;
}

static void
check_text (const char *text, gsize size)
{
  g_assert_cmpint (text[size], ==, '\0');
  g_assert_true (faye_utf8_is_valid ((const guint8 *) text, size));
}

static void
log_message (EventReader *self, const FayeParsedEvent *event)
{
  check_text (event->type, strlen (event->type));
  check_text (event->id, strlen (event->id));
  check_text (event->data, event->size);
  g_assert_cmpstr (event->id, ==, faye_event_parser_get_last_event_id (self->parser));
  g_string_append_printf (self->log, "%s|%s|", event->type, event->id);
  append_text (self->log, event->data, event->size);
  g_string_append_c (self->log, ';');
}

static void
log_event (EventReader *self, FayeEventParserResult result, const FayeParsedEvent *event)
{
  switch (result)
    {
    case FAYE_EVENT_PARSER_MESSAGE:
      log_message (self, event);
      break;
    case FAYE_EVENT_PARSER_COMMENT:
      check_text (event->data, event->size);
      g_string_append_c (self->log, '#');
      append_text (self->log, event->data, event->size);
      g_string_append_c (self->log, ';');
      break;
    case FAYE_EVENT_PARSER_RETRY:
      g_string_append_printf (self->log, "retry=%" G_GUINT64_FORMAT ";", event->retry);
      break;
    case FAYE_EVENT_PARSER_FAILURE:
      g_string_append_printf (self->log, "!%s;", limit_names[event->exceeded]);
      break;
    case FAYE_EVENT_PARSER_NEED_MORE:
      break;
    }
}

void
event_reader_feed (EventReader *self, const guint8 *data, gsize size)
{
  g_autofree guint8 *block = g_memdup2 (data, size);
  FayeInput input = { block, size };
  FayeEventParserResult result;
  FayeParsedEvent event;

  while ((result = faye_event_parser_next (self->parser, &input, &event)) !=
         FAYE_EVENT_PARSER_NEED_MORE)
    {
      log_event (self, result, &event);
      input.data = g_memdup2 (input.data, input.size);
      g_free (block);
      block = input.data;
    }
  g_assert_cmpuint (input.size, ==, 0);
}

char *
event_reader_end (EventReader *self)
{
  FayeParsedEvent event;

  log_event (self, faye_event_parser_end (self->parser, &event), &event);
  g_string_append_printf (self->log, "=%s", faye_event_parser_get_last_event_id (self->parser));
  g_clear_pointer (&self->parser, faye_event_parser_free);
  return g_string_free (g_steal_pointer (&self->log), FALSE);
}

/* The Encoding Standard, section 8.1.1, with its variables; "prepend" is going back. */
static GString *
decode (const guint8 *data, gsize size)
{
  GString *out = g_string_new (NULL);
  guint needed = 0, seen = 0;
  guint8 lower = 0x80, upper = 0xbf;
  gunichar point = 0;

  if (size >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0)
    data += 3, size -= 3;
  for (gsize i = 0; i < size; i++)
    {
      guint8 byte = data[i];

      if (needed == 0)
        {
          needed = byte < 0xc2 || byte > 0xf4 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
          lower = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
          upper = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
          point = byte & (0x3f >> needed);
          seen = 0;
          if (byte < 0x80)
            g_string_append_c (out, byte);
          else if (needed == 0)
            g_string_append_unichar (out, 0xfffd);
          continue;
        }
      if (byte < lower || byte > upper)
        {
          g_string_append_unichar (out, 0xfffd);
          needed = 0;
          i--;
          continue;
        }
      lower = 0x80;
      upper = 0xbf;
      point = point << 6 | (byte & 0x3f);
      if (++seen < needed)
        continue;
      g_string_append_unichar (out, point);
      needed = 0;
    }
  if (needed > 0)
    g_string_append_unichar (out, 0xfffd);
  return out;
}

typedef struct
{
  const EventSetup *setup;
  GString *log;
  GString *data;
  GString *type;
  GString *id;
  GString *last_id;
  gboolean failed;
} Reference;

static void
reference_fail (Reference *self, const char *limit)
{
  self->failed = TRUE;
  g_string_append_printf (self->log, "!%s;", limit);
}

static void
reference_dispatch (Reference *self)
{
  g_string_assign (self->last_id, self->id->str);
  if (self->data->len > 0)
    {
      g_string_append_printf (self->log,
                              "%s|%s|",
                              self->type->len > 0 ? self->type->str : "message",
                              self->last_id->str);
      append_text (self->log, self->data->str, self->data->len - 1);
      g_string_append_c (self->log, ';');
    }
  g_string_truncate (self->data, 0);
  g_string_truncate (self->type, 0);
}

static void
reference_retry (Reference *self, const GString *value)
{
  if (value->len == 0 || strspn (value->str, "0123456789") < value->len)
    return;
  g_string_append_printf (self->log,
                          "retry=%" G_GUINT64_FORMAT ";",
                          g_ascii_strtoull (value->str, NULL, 10));
}

static void
reference_field (Reference *self, const GString *name, const GString *value)
{
  const guint64 most_data = self->setup->max_data ? self->setup->max_data : 1024 * 1024;
  const guint64 most_id = self->setup->max_id ? self->setup->max_id : 4096;

  if (strcmp (name->str, "event") == 0 && name->len == 5)
    {
      g_string_truncate (self->type, 0);
      for (gsize i = 0; i < value->len; i++)
        if (value->str[i] == '\0')
          g_string_append_unichar (self->type, 0xfffd);
        else
          g_string_append_c (self->type, value->str[i]);
    }
  else if (strcmp (name->str, "data") == 0 && name->len == 4)
    {
      g_string_append_len (self->data, value->str, value->len);
      g_string_append_c (self->data, '\n');
      if (self->data->len - 1 > most_data)
        reference_fail (self, "data");
    }
  else if (strcmp (name->str, "id") == 0 && name->len == 2 && strlen (value->str) == value->len)
    {
      g_string_assign (self->id, value->str);
      if (value->len > most_id)
        reference_fail (self, "id");
    }
  else if (strcmp (name->str, "retry") == 0 && name->len == 5)
    {
      reference_retry (self, value);
    }
  else if (name->len == 0 && self->setup->comments)
    {
      g_string_append_c (self->log, '#');
      append_text (self->log, value->str, value->len);
      g_string_append_c (self->log, ';');
    }
}

static void
reference_line (Reference *self, const char *line, gsize size)
{
  const char *colon = size > 0 ? memchr (line, ':', size) : NULL;
  gsize n = colon != NULL ? (gsize) (colon - line) : size;
  gsize skip = n < size ? n + 1 : n;
  g_autoptr (GString) name = g_string_new_len (line, n);
  g_autoptr (GString) value = NULL;

  skip += skip < size && line[skip] == ' ';
  value = g_string_new_len (line + skip, size - skip);
  if (size == 0)
    reference_dispatch (self);
  else
    reference_field (self, name, value);
}

/* Where the first line begins that has more than MOST bytes; SIZE if there is none. */
static gsize
find_long_line (const EventSetup *setup, const guint8 *data, gsize size)
{
  const guint64 most = setup->max_line > 0 ? setup->max_line : 64 * 1024;
  gsize start = 0;

  for (gsize i = 0; i < size; i++)
    {
      if (data[i] == '\n' || data[i] == '\r')
        start = i + 1;
      else if (i + 1 - start > most)
        return start;
    }
  return size;
}

static void
reference_stream (Reference *self, const guint8 *data, gsize size)
{
  gsize fine = find_long_line (self->setup, data, size);
  g_autoptr (GString) text = decode (data, fine);
  gsize start = 0;

  for (gsize i = 0; i < text->len && !self->failed; i++)
    {
      if (text->str[i] != '\n' && text->str[i] != '\r')
        continue;
      reference_line (self, text->str + start, i - start);
      i += text->str[i] == '\r' && text->str[i + 1] == '\n';
      start = i + 1;
    }
  if (fine < size && !self->failed)
    reference_fail (self, "line");
}

static void
reference_plain (Reference *self, const guint8 *data, gsize size)
{
  const guint64 most = self->setup->max_data ? self->setup->max_data : 1024 * 1024;

  for (gsize start = 0, n; start < size && !self->failed; start += n + 1)
    {
      const guint8 *end = memchr (data + start, '\n', size - start);
      g_autoptr (GString) text = NULL;

      n = end != NULL ? (gsize) (end - data) - start : size - start;
      text = decode (start == 0 ? data : data + start - 1, start == 0 ? n : n + 1);
      g_string_erase (text, 0, start == 0 ? 0 : 1);
      if (text->len > 0 && text->str[text->len - 1] == '\r')
        g_string_truncate (text, text->len - 1);
      if (text->len > most || n > most + 1)
        reference_fail (self, "data");
      if (self->failed || text->len == 0)
        continue;
      g_string_append_len (self->data, text->str, text->len);
      g_string_append_c (self->data, '\n');
      reference_dispatch (self);
    }
}

char *
event_log_expect (const EventSetup *setup, const guint8 *data, gsize size)
{
  Reference self = { setup };

  self.log = g_string_new (NULL);
  self.data = g_string_new (NULL);
  self.type = g_string_new (NULL);
  self.id = g_string_new (NULL);
  self.last_id = g_string_new (NULL);
  if (setup->format == FAYE_EVENT_FORMAT_STREAM)
    reference_stream (&self, data, size);
  else
    reference_plain (&self, data, size);
  g_string_append_printf (self.log, "=%s", self.last_id->str);
  g_string_free (self.data, TRUE);
  g_string_free (self.type, TRUE);
  g_string_free (self.id, TRUE);
  g_string_free (self.last_id, TRUE);
  return g_string_free (self.log, FALSE);
}
