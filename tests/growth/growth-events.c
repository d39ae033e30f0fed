/* SPDX-License-Identifier: MIT */

#include "tests/growth/growth.h"

#include "faye/core/faye-event-parser-private.h"
#include "faye/core/faye-event-writer-private.h"

/* Event streams, as they reach a client, and events that an application hands over. */

enum
{
  READ_SIZE = 16 * 1024,
  LIMIT = 80000,
  FAILED = 1000000, /* and the limit that was exceeded */
};

/* How many events there were, or what ended them. Nothing is delivered after that. */
static guint
drain (FayeEventParser *parser, FayeInput *input, guint outcome)
{
  FayeEventParserResult result;
  FayeParsedEvent event;

  while ((result = faye_event_parser_next (parser, input, &event)) != FAYE_EVENT_PARSER_NEED_MORE)
    {
      g_assert_cmpuint (outcome, <, FAILED);
      outcome = result == FAYE_EVENT_PARSER_FAILURE ? FAILED + event.exceeded : outcome + 1;
    }
  return outcome;
}

static guint
run (FayeEventFormat format, guint64 limit, GByteArray *bytes, gsize piece)
{
  g_autoptr (FayeEventParser) parser = faye_event_parser_new (format);
  guint outcome = 0;

  faye_event_parser_set_comments (parser, TRUE);
  for (FayeEventLimit i = 0; limit > 0 && i < FAYE_EVENT_LIMIT_MEMORY; i++)
    faye_event_parser_set_limit (parser, i, limit);
  for (gsize at = 0; at < bytes->len; at += piece)
    {
      FayeInput input = { bytes->data + at, MIN (piece, bytes->len - at) };

      outcome = drain (parser, &input, outcome);
    }
  return outcome;
}

static guint
read_whole (GByteArray *bytes)
{
  return run (FAYE_EVENT_FORMAT_STREAM, 0, bytes, G_MAXSIZE / 2);
}

static guint
read_stream (GByteArray *bytes)
{
  return run (FAYE_EVENT_FORMAT_STREAM, 0, bytes, READ_SIZE);
}

/* The texts of the cases have none. */
static guint
read_with_nuls (GByteArray *bytes)
{
  for (guint i = 0; i < bytes->len; i++)
    if (bytes->data[i] == '%')
      bytes->data[i] = '\0';
  return read_whole (bytes);
}

static guint
read_limited (GByteArray *bytes)
{
  return run (FAYE_EVENT_FORMAT_STREAM, LIMIT, bytes, READ_SIZE);
}

static guint
trickle_stream (GByteArray *bytes)
{
  return run (FAYE_EVENT_FORMAT_STREAM, 0, bytes, 1);
}

static guint
trickle_unlimited (GByteArray *bytes)
{
  return run (FAYE_EVENT_FORMAT_STREAM, G_MAXUINT64, bytes, 1);
}

static guint
read_unlimited (GByteArray *bytes)
{
  return run (FAYE_EVENT_FORMAT_STREAM, G_MAXUINT64, bytes, READ_SIZE);
}

static guint
trickle_plain (GByteArray *bytes)
{
  return run (FAYE_EVENT_FORMAT_LINES, LIMIT, bytes, 1);
}

static guint
write_event (GByteArray *bytes)
{
  FayeEventText event = { .data = { (const char *) bytes->data, bytes->len } };
  FayeAssembler out = { 0 };
  guint outcome = faye_event_writer_append (&event, &out);

  faye_assembler_clear (&out);
  return outcome;
}

static guint
write_id (GByteArray *bytes)
{
  FayeEventText event = { .id = { (const char *) bytes->data, bytes->len } };
  gsize size;

  return faye_event_writer_measure (&event, &size);
}

#define KIB 1024

/* A text in the making may have twice the memory of what has arrived. */
#define HEAP_OF(text) (2 * (text) + 64 * KIB)
#define LINE_LIMIT (FAILED + FAYE_EVENT_LIMIT_LINE)
#define DATA_LIMIT (FAILED + FAYE_EVENT_LIMIT_DATA)
#define ID_LIMIT (FAILED + FAYE_EVENT_LIMIT_ID)

const GrowthCase growth_event_cases[] = {
  { "A52-line-without-end", 10000, trickle_stream, LINE_LIMIT, HEAP_OF (65536), "data:", "a" },
  { "A52-line-within-limit", 6000, trickle_stream, 0, HEAP_OF (65536), "", "a" },
  { "A52-line-unlimited", 10000, trickle_unlimited, 1, HEAP_OF (200000), "data:", "a", "\n\n" },
  { "A52-comment-without-end", 10000, trickle_stream, LINE_LIMIT, HEAP_OF (65536), ":", "a" },
  { "A52-comments", 2000, trickle_stream, 20000, 64 * KIB, "", ":\n" },
  { "A52-comments-amid-data", 2000, read_whole, 20001, 64 * KIB, "data:a\n", ":\n", "\n" },
  { "A52-data-without-end", 3000, trickle_stream, 0, HEAP_OF (30000), "", "data\n" },
  { "A52-data-in-place", 10000, read_whole, 1, KIB, "", "data: ab\n", "\n" },
  { "A52-data-over-limit", 2000, read_limited, DATA_LIMIT, HEAP_OF (LIMIT), "", "data: 01234\n" },
  { "A52-data-unlimited",
    2000,
    read_unlimited,
    1,
    HEAP_OF (220000),
    "",
    "data: 0123456789\n",
    "\n" },
  { "A52-data-to-repair", 3000, read_stream, 0, HEAP_OF (120000), "", "data: \xff\n" },
  { "A52-id-without-end", 6000, trickle_stream, ID_LIMIT, HEAP_OF (65536), "id:", "a", "\n" },
  { "A52-ids", 1000, trickle_stream, 0, 64 * KIB, "", "id: 0123456789\n" },
  { "A52-types", 1000, trickle_stream, 0, 64 * KIB, "", "event: 0123456789\n" },
  { "A52-type-of-nuls", 600, read_with_nuls, 1, 128 * KIB, "event:", "%", "\ndata\n\n" },
  { "A52-empty-lines", 5000, trickle_stream, 0, KIB, "", "\r\n" },
  { "A52-events", 1000, trickle_stream, 10000, 64 * KIB, "", "id: 1\ndata: a\n\n" },
  { "A52-retries", 1000, trickle_stream, 10000, 64 * KIB, "data: a\n", "retry:1\n" },
  { "A52-retry-without-end", 6000, trickle_stream, 1, HEAP_OF (65536), "retry:", "9", "\n" },
  { "A52-plain-line-without-end", 10000, trickle_plain, DATA_LIMIT, HEAP_OF (LIMIT), "", "a" },
  { "A52-plain-lines", 2000, trickle_plain, 20000, 64 * KIB, "", "1\r\n" },
  { "A53-cut-characters", 600, trickle_stream, 0, HEAP_OF (65536), "data: ", "\xe3\x81" },
  { "A51-data-of-line-ends", 10000, write_event, 0, HEAP_OF (700000), "", "\n" },
  { "A51-long-id", 10000, write_id, FAYE_EVENT_FAULT_ID, KIB, "", "a", "\n" },
  { NULL },
};
