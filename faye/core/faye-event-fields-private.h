/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/core/faye-assembler-private.h"
#include "faye/core/faye-event-parser-private.h"

G_BEGIN_DECLS

/* What the fields of an event say, between its first line and its last. Zero-initialise it and set
 * the limits. Once FAILED, nothing but faye_event_fields_release () may follow. */
typedef struct
{
  guint64 limits[FAYE_EVENT_LIMIT_MEMORY];
  gboolean failed;
  FayeEventLimit exceeded;

  gboolean has_data;
  guint8 *span; /* (nullable) the data, where all of it lies in the input; else it is in DATA */
  gsize span_size;
  FayeAssembler data;
  FayeAssembler type;
  FayeAssembler comment;
  gboolean has_id;       /* whether ID is what the end of the event will set */
  FayeAssembler id;      /* WHATWG's last event ID buffer */
  FayeAssembler last_id; /* and its last event ID string */
} FayeEventFields;

/* A line or a part of it. */
typedef struct
{
  guint8 *data;
  gsize size;
  gboolean stays; /* until the event is handed out, and may be written to up to one byte further */
} FayeEventSpan;

void faye_event_fields_fail (FayeEventFields *self, FayeEventLimit exceeded);

/* N more bytes at the end of TEXT; its memory grows ahead of them, but not beyond LIMIT. NULL when
 * there is none. */
guint8 *
faye_event_fields_extend (FayeEventFields *self, FayeAssembler *text, gsize n, guint64 limit);

void faye_event_fields_add_data (FayeEventFields *self, const FayeEventSpan *value);
void faye_event_fields_set_type (FayeEventFields *self, const FayeEventSpan *value);
void faye_event_fields_set_id (FayeEventFields *self, const FayeEventSpan *value);
FayeEventParserResult faye_event_fields_set_comment (FayeEventFields *self,
                                                     const FayeEventSpan *value,
                                                     FayeParsedEvent *event);

/* The input goes away in the middle of the event. */
void faye_event_fields_spill (FayeEventFields *self);

/* The end of the event: MESSAGE, or NEED_MORE where it had no data. */
FayeEventParserResult faye_event_fields_dispatch (FayeEventFields *self, FayeParsedEvent *event);

const char *faye_event_fields_get_last_id (FayeEventFields *self);
void faye_event_fields_set_last_id (FayeEventFields *self, const char *id);

/* Gives back a block that nothing is left in, if it is a large one. */
static inline void
faye_event_fields_trim_block (FayeAssembler *block)
{
  if (G_UNLIKELY (block->size == 0 && block->capacity > 64 * 1024))
    faye_assembler_clear (block);
}

void faye_event_fields_trim (FayeEventFields *self);

/* Forgets all but the last event ID and the limits. */
void faye_event_fields_release (FayeEventFields *self);

G_END_DECLS
