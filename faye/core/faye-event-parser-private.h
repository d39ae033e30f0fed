/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

#include "faye/core/faye-protocol-private.h"

G_BEGIN_DECLS

/*
 * What comes over an event stream (WHATWG HTML, section 9.2.6), without its I/O: bytes go in,
 * events come out one at a time. No callback ever runs in here. The caller reads as it does from a
 * FayeProtocol:
 *
 *   FayeInput input = { data, size };
 *   while (faye_event_parser_next (parser, &input, &event) != FAYE_EVENT_PARSER_NEED_MORE)
 *     handle (&event);
 *
 * An event that lies in the input is put together there: the input is writable, and what has been
 * read of it is not what it was.
 */

typedef struct _FayeEventParser FayeEventParser;

typedef enum
{
  FAYE_EVENT_FORMAT_STREAM, /* text/event-stream */
  FAYE_EVENT_FORMAT_LINES,  /* newline-delimited JSON and the like: each line that is not empty is
                               the data of an event; lines end with LF or CRLF */
} FayeEventFormat;

typedef enum
{
  FAYE_EVENT_PARSER_NEED_MORE, /* the input is used up */
  FAYE_EVENT_PARSER_MESSAGE,   /* type, data, size, id */
  FAYE_EVENT_PARSER_COMMENT,   /* data, size; only when asked for */
  FAYE_EVENT_PARSER_RETRY,     /* retry */
  FAYE_EVENT_PARSER_FAILURE,   /* exceeded; nothing comes after it */
} FayeEventParserResult;

typedef enum
{
  FAYE_EVENT_LIMIT_LINE,   /* bytes of a line; does not apply to FAYE_EVENT_FORMAT_LINES */
  FAYE_EVENT_LIMIT_DATA,   /* bytes of an event's data */
  FAYE_EVENT_LIMIT_ID,     /* bytes of an id */
  FAYE_EVENT_LIMIT_MEMORY, /* there was none; cannot be set */
} FayeEventLimit;

/* All texts are valid UTF-8, U+FFFD standing for what was not, end in a NUL, and are there until
 * the next call on the parser. */
typedef struct
{
  const char *type; /* MESSAGE: "message" where none was given. A NUL in it becomes U+FFFD, for a
                       C string would pass for a shorter type */
  const char *data;
  gsize size;     /* of data, which may contain NUL */
  const char *id; /* MESSAGE: the last event ID, which is never NULL */
  guint64 retry;  /* RETRY: milliseconds; G_MAXUINT64 for what is larger than that */
  FayeEventLimit exceeded;
} FayeParsedEvent;

#define FAYE_EVENT_PARSER_DEFAULT_MAX_LINE G_GUINT64_CONSTANT (65536)
#define FAYE_EVENT_PARSER_DEFAULT_MAX_DATA G_GUINT64_CONSTANT (1048576)
#define FAYE_EVENT_PARSER_DEFAULT_MAX_ID G_GUINT64_CONSTANT (4096)

FayeEventParser *faye_event_parser_new (FayeEventFormat format);
void faye_event_parser_free (FayeEventParser *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeEventParser, faye_event_parser_free)

/* How large LIMIT may be; G_MAXUINT64 is "unlimited". */
void faye_event_parser_set_limit (FayeEventParser *self, FayeEventLimit limit, guint64 bytes);
guint64 faye_event_parser_get_limit (FayeEventParser *self, FayeEventLimit limit);
void faye_event_parser_set_comments (FayeEventParser *self, gboolean comments);

/* The id to reconnect with: that of the last event that came to its end, also when it had no data.
 * It may be set before the first byte of a stream. */
const char *faye_event_parser_get_last_event_id (FayeEventParser *self);
void faye_event_parser_set_last_event_id (FayeEventParser *self, const char *id);

/* Once FAILURE was returned, all further input is used up in silence. */
FayeEventParserResult
faye_event_parser_next (FayeEventParser *self, FayeInput *input, FayeParsedEvent *event);

/* The stream ended. An event of an event stream that lacks its empty line is discarded; a last line
 * needs no line end: MESSAGE or FAILURE, else NEED_MORE. */
FayeEventParserResult faye_event_parser_end (FayeEventParser *self, FayeParsedEvent *event);

/* Begins another stream. Limits and the last event ID stay; the latter as browsers have it, who
 * go on with it when they reconnect. */
void faye_event_parser_reset (FayeEventParser *self);

G_END_DECLS
