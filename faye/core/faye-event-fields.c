/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-event-fields-private.h"

#include <string.h>

#include "faye/core/faye-utf8-private.h"
#include "faye/core/faye-utf8-repair-private.h"

/*
 * Data that lies in the input stays there: further lines move up to the first one, over the field
 * names, which are longer than the line ends that join them. Data that outlasts its input or needs
 * repair is gathered in a block. Types and ids, which data might move over, are always copied.
 */

void
faye_event_fields_fail (FayeEventFields *self, FayeEventLimit exceeded)
{
  self->failed = TRUE;
  self->exceeded = exceeded;
}

guint8 *
faye_event_fields_extend (FayeEventFields *self, FayeAssembler *text, gsize n, guint64 limit)
{
  guint8 *at;

  if (!faye_assembler_reserve (text, n, limit))
    {
      faye_event_fields_fail (self, FAYE_EVENT_LIMIT_MEMORY);
      return NULL;
    }
  at = faye_assembler_end (text);
  text->size += n;
  return at;
}

static const char *
terminate (FayeAssembler *text)
{
  if (text->data == NULL)
    return "";
  text->data[text->size] = '\0';
  return (const char *) text->data;
}

/* The size of TEXT once it is valid. */
static inline gsize
decoded_size (const FayeEventSpan *text, gboolean *valid)
{
  *valid = faye_utf8_is_valid (text->data, text->size);
  return *valid ? text->size : faye_utf8_repaired_size (text->data, text->size);
}

static inline void
decode (guint8 *out, const FayeEventSpan *text, gboolean valid)
{
  if (valid)
    memcpy (out, text->data, text->size);
  else
    faye_utf8_repair (out, text->data, text->size);
}

/* A short text in a block hardly larger than it; SPARE bytes come before it. */
static void
assign (FayeEventFields *self, FayeAssembler *out, const FayeEventSpan *value, gsize spare)
{
  gboolean valid;
  gsize size = decoded_size (value, &valid);
  guint8 *at;

  out->size = 0;
  at = faye_event_fields_extend (self, out, spare + size, 256);
  if (at != NULL)
    decode (at + spare, value, valid);
}

void
faye_event_fields_spill (FayeEventFields *self)
{
  guint8 *at;

  if (self->span == NULL)
    return;
  at = faye_event_fields_extend (self,
                                 &self->data,
                                 self->span_size,
                                 self->limits[FAYE_EVENT_LIMIT_DATA]);
  if (at != NULL)
    memcpy (at, self->span, self->span_size);
  self->span = NULL;
}

static void
add_in_place (FayeEventFields *self, const FayeEventSpan *value)
{
  guint8 *end;

  if (!self->has_data)
    {
      self->span = value->data;
      self->span_size = value->size;
      return;
    }
  end = self->span + self->span_size;
  *end = '\n';
  memmove (end + 1, value->data, value->size);
  self->span_size += 1 + value->size;
}

static void
add_copy (FayeEventFields *self, const FayeEventSpan *value, gsize size, gboolean valid)
{
  gsize newline = self->has_data ? 1 : 0;
  guint8 *at;

  faye_event_fields_spill (self);
  if (self->failed)
    return;
  at = faye_event_fields_extend (self,
                                 &self->data,
                                 newline + size,
                                 self->limits[FAYE_EVENT_LIMIT_DATA]);
  if (at == NULL)
    return;
  if (newline > 0)
    *at++ = '\n';
  decode (at, value, valid);
}

void
faye_event_fields_add_data (FayeEventFields *self, const FayeEventSpan *value)
{
  const guint64 most = self->limits[FAYE_EVENT_LIMIT_DATA];
  gsize before = self->span ? self->span_size : self->data.size;
  gsize newline = self->has_data ? 1 : 0;
  gboolean valid;
  gsize size = decoded_size (value, &valid);

  if (size > most || before > most - size || newline > most - size - before)
    {
      faye_event_fields_fail (self, FAYE_EVENT_LIMIT_DATA);
      return;
    }
  if (valid && value->stays && (self->span || !self->has_data))
    add_in_place (self, value);
  else
    add_copy (self, value, size, valid);
  self->has_data = TRUE;
}

static gsize
count_nuls (const FayeEventSpan *text)
{
  gsize n = 0;

  for (gsize i = 0; i < text->size; i++)
    n += text->data[i] == '\0';
  return n;
}

/* U+FFFD for each of N_NULS NULs, for which there are two bytes each before the text. */
static void
replace_nuls (FayeAssembler *text, gsize n_nuls)
{
  guint8 *out = text->data;

  for (gsize i = 2 * n_nuls; i < text->size; i++)
    {
      if (text->data[i] != '\0')
        {
          *out++ = text->data[i];
          continue;
        }
      memcpy (out, "\xef\xbf\xbd", 3);
      out += 3;
    }
}

void
faye_event_fields_set_type (FayeEventFields *self, const FayeEventSpan *value)
{
  gsize n_nuls = count_nuls (value);

  assign (self, &self->type, value, 2 * n_nuls);
  if (n_nuls > 0 && !self->failed)
    replace_nuls (&self->type, n_nuls);
}

void
faye_event_fields_set_id (FayeEventFields *self, const FayeEventSpan *value)
{
  if (memchr (value->data, '\0', value->size) != NULL)
    return;
  self->has_id = TRUE;
  assign (self, &self->id, value, 0);
  if (!self->failed && self->id.size > self->limits[FAYE_EVENT_LIMIT_ID])
    faye_event_fields_fail (self, FAYE_EVENT_LIMIT_ID);
}

FayeEventParserResult
faye_event_fields_set_comment (FayeEventFields *self,
                               const FayeEventSpan *value,
                               FayeParsedEvent *event)
{
  assign (self, &self->comment, value, 0);
  if (self->failed)
    return FAYE_EVENT_PARSER_NEED_MORE;
  event->data = terminate (&self->comment);
  event->size = self->comment.size;
  self->comment.size = 0;
  return FAYE_EVENT_PARSER_COMMENT;
}

static void
swap_ids (FayeEventFields *self)
{
  FayeAssembler last_id = self->last_id;

  self->last_id = self->id;
  self->id = last_id;
  self->has_id = FALSE;
}

static inline void
forget_event (FayeEventFields *self)
{
  self->has_data = FALSE;
  self->span = NULL;
  self->data.size = 0;
  self->type.size = 0;
}

/* WHATWG HTML, section 9.2.6, "dispatch the event". The blocks stay as they are until the next
 * call. */
FayeEventParserResult
faye_event_fields_dispatch (FayeEventFields *self, FayeParsedEvent *event)
{
  if (self->has_id)
    swap_ids (self);
  if (!self->has_data)
    {
      self->type.size = 0;
      return FAYE_EVENT_PARSER_NEED_MORE;
    }
  event->type = self->type.size > 0 ? terminate (&self->type) : "message";
  event->id = terminate (&self->last_id);
  event->size = self->span ? self->span_size : self->data.size;
  event->data = self->span ? (const char *) self->span : terminate (&self->data);
  /* There was a line end, or what has moved away from there. */
  if (self->span)
    self->span[self->span_size] = '\0';
  forget_event (self);
  return FAYE_EVENT_PARSER_MESSAGE;
}

const char *
faye_event_fields_get_last_id (FayeEventFields *self)
{
  return terminate (&self->last_id);
}

void
faye_event_fields_set_last_id (FayeEventFields *self, const char *id)
{
  faye_assembler_clear (&self->last_id);
  self->last_id.data = (guint8 *) g_strdup (id);
  self->last_id.size = self->last_id.capacity = strlen (id);
}

void
faye_event_fields_trim (FayeEventFields *self)
{
  faye_event_fields_trim_block (&self->data);
  faye_event_fields_trim_block (&self->type);
  faye_event_fields_trim_block (&self->comment);
}

void
faye_event_fields_release (FayeEventFields *self)
{
  forget_event (self);
  self->failed = FALSE;
  self->has_id = FALSE;
  faye_assembler_clear (&self->data);
  faye_assembler_clear (&self->type);
  faye_assembler_clear (&self->comment);
  faye_assembler_clear (&self->id);
}
