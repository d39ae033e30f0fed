/* SPDX-License-Identifier: MIT */

#pragma once

#include <string.h>

#include "faye/core/faye-assembler-private.h"

G_BEGIN_DECLS

/*
 * Events as text/event-stream has them (WHATWG HTML, section 9.2.5). An event is measured first,
 * which also judges it, so that one reservation is enough: in a write queue, in a block of many
 * events, or for a text that is made once and sent to many.
 */

/* Octets of the application's; DATA NULL: there is no such field. */
typedef struct
{
  const char *data;
  gsize size;
} FayeEventField;

/* Zero-initialise it and set what there is. */
typedef struct
{
  FayeEventField comment;
  FayeEventField type; /* an empty one is left out */
  FayeEventField id;   /* an empty one has the reader forget the last */
  gboolean has_retry;
  guint64 retry; /* milliseconds */
  FayeEventField data;
} FayeEventText;

typedef enum
{
  FAYE_EVENT_FAULT_NONE,
  FAYE_EVENT_FAULT_COMMENT, /* has CR, LF or NUL, or is not UTF-8 */
  FAYE_EVENT_FAULT_TYPE,    /* likewise */
  FAYE_EVENT_FAULT_ID,      /* likewise */
  FAYE_EVENT_FAULT_DATA,    /* is not UTF-8 */
  FAYE_EVENT_FAULT_MEMORY,  /* there is not enough */
} FayeEventFault;

static inline FayeEventField
faye_event_field (const char *text)
{
  return (FayeEventField){ text, text != NULL ? strlen (text) : 0 };
}

/* For an error: "The event's id has a line end, a NUL or no valid UTF-8". */
const char *faye_event_fault_to_string (FayeEventFault fault);

/* *SIZE is how much faye_event_writer_write () will write of EVENT. */
FayeEventFault faye_event_writer_measure (const FayeEventText *event, gsize *size);

/* Returns the end of what was written. EVENT must be as it was when it was measured. */
guint8 *faye_event_writer_write (const FayeEventText *event, guint8 *out);

/* All in one; when there is a fault OUT stays as it was. */
FayeEventFault faye_event_writer_append (const FayeEventText *event, FayeAssembler *out);

G_END_DECLS
