/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/core/faye-event-parser-private.h"

G_BEGIN_DECLS

/* What became of an event stream, as text:
 *
 *   TYPE|ID|DATA;     a message
 *   #TEXT;            a comment
 *   retry=MS;
 *   !line; !data; !id;  a limit that was exceeded
 *   =ID               at the end: the last event ID
 *
 * NUL and LF are written \0 and \n. */

typedef struct
{
  FayeEventFormat format;
  gboolean comments;
  guint64 max_line; /* 0: the default */
  guint64 max_data;
  guint64 max_id;
} EventSetup;

typedef struct
{
  FayeEventParser *parser;
  GString *log;
} EventReader;

EventReader event_reader_begin (const EventSetup *setup);

/* Each piece comes in a block of exactly its size, which goes away afterwards; and what is left of
 * it after an event comes in another one. */
void event_reader_feed (EventReader *self, const guint8 *data, gsize size);
char *event_reader_end (EventReader *self);

/* The same by a decoder that follows the standard step by step and does nothing else. */
char *event_log_expect (const EventSetup *setup, const guint8 *data, gsize size);

G_END_DECLS
