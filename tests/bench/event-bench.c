/* SPDX-License-Identifier: MIT */

#include <stdio.h>
#include <string.h>

#include "faye/core/faye-event-parser-private.h"
#include "faye/core/faye-event-writer-private.h"
#include "tests/bench/event-bench.h"

/* Nanoseconds that the core takes for an event, the best of several rounds: written one after the
 * other into a block, and read from it as it would come from a socket. */

enum
{
  ROUNDS = 200,
  READ_SIZE = 64 * 1024,
  LINE = 100,
};

typedef struct
{
  const char *pattern;
  gsize line;  /* a line end after as many bytes, if not 0 */
  gsize piece; /* what one read brings */
  gboolean has_id;
} Stream;

static volatile gsize sink;

static char *
make_data (const Stream *stream, gsize size)
{
  char *data = g_malloc (size + 1);
  gsize n = strlen (stream->pattern);

  for (gsize i = 0; i < size; i++)
    data[i] = stream->pattern[i % n];
  for (gsize i = stream->line; i > 0 && i < size; i += stream->line)
    data[i - 1] = '\n';
  while (size > 0 && !g_utf8_validate_len (data, size, NULL))
    data[--size] = '\0';
  data[size] = '\0';
  return data;
}

static void
append (FayeAssembler *out, const Stream *stream, const FayeEventField *data)
{
  FayeEventText event = { .data = *data };

  if (stream->has_id)
    event.id = faye_event_field ("12345");
  g_assert_cmpint (faye_event_writer_append (&event, out), ==, FAYE_EVENT_FAULT_NONE);
}

/* READ_SIZE of events, or one if it is larger. */
static guint
fill (FayeAssembler *out, const Stream *stream, gsize size)
{
  g_autofree char *data = make_data (stream, size);
  FayeEventField field = faye_event_field (data);
  guint n = 0;

  for (out->size = 0; n == 0 || out->size + out->size / n <= READ_SIZE; n++)
    append (out, stream, &field);
  return n;
}

static double
measure_writer (const Stream *stream, gsize size)
{
  g_autofree char *data = make_data (stream, size);
  FayeEventField field = faye_event_field (data);
  FayeAssembler out = { 0 };
  guint n = fill (&out, stream, size);
  gint64 best = G_MAXINT64;

  for (guint i = 0; i < ROUNDS; i++)
    {
      gint64 start = bench_now ();

      out.size = 0;
      for (guint j = 0; j < n; j++)
        append (&out, stream, &field);
      best = MIN (best, bench_now () - start);
    }
  sink += out.size;
  faye_assembler_clear (&out);
  return (double) best / n;
}

static void
read_all (FayeEventParser *parser, guint8 *data, gsize size, gsize piece)
{
  for (gsize at = 0; at < size; at += MIN (piece, size - at))
    {
      FayeInput input = { data + at, MIN (piece, size - at) };
      FayeParsedEvent event;

      while (faye_event_parser_next (parser, &input, &event) == FAYE_EVENT_PARSER_MESSAGE)
        sink += event.size;
    }
}

static double
measure_parser (const Stream *stream, gsize size)
{
  g_autoptr (FayeEventParser) parser = faye_event_parser_new (FAYE_EVENT_FORMAT_STREAM);
  FayeAssembler text = { 0 };
  guint n = fill (&text, stream, size);
  g_autofree guint8 *block = g_malloc (text.size);
  gint64 best = G_MAXINT64;

  for (guint i = 0; i < ROUNDS; i++)
    {
      gint64 start;

      memcpy (block, text.data, text.size);
      start = bench_now ();
      read_all (parser, block, text.size, stream->piece);
      best = MIN (best, bench_now () - start);
    }
  faye_assembler_clear (&text);
  return (double) best / n;
}

static void
print_row (const char *name,
           double (*measure) (const Stream *stream, gsize size),
           Stream stream,
           const gsize *sizes)
{
  printf ("%-34s", name);
  for (gsize i = 0; i < BENCH_SIZES; i++)
    printf (" %9.1f", measure (&stream, sizes[i]));
  putchar ('\n');
}

void
bench_events (void)
{
  static const gsize sizes[BENCH_SIZES] = { 16, 20, 50, 125, 1024, 16384 };
  const char *ascii = "The quick brown fox. ";
  const char *multibyte = "Zażółć gęślą jaźń – Größe, こんにちは 😀 ";

  printf ("%-34s", "ns an event of");
  for (gsize i = 0; i < BENCH_SIZES; i++)
    printf (" %9" G_GSIZE_FORMAT, sizes[i]);
  putchar ('\n');
  print_row ("write", measure_writer, (Stream){ ascii }, sizes);
  print_row ("write, with id", measure_writer, (Stream){ ascii, .has_id = TRUE }, sizes);
  print_row ("write, multibyte", measure_writer, (Stream){ multibyte }, sizes);
  print_row ("write, lines of 100", measure_writer, (Stream){ ascii, LINE }, sizes);
  print_row ("read", measure_parser, (Stream){ ascii, 0, READ_SIZE }, sizes);
  print_row ("read, with id", measure_parser, (Stream){ ascii, 0, READ_SIZE, TRUE }, sizes);
  print_row ("read, multibyte", measure_parser, (Stream){ multibyte, 0, READ_SIZE }, sizes);
  print_row ("read, lines of 100", measure_parser, (Stream){ ascii, LINE, READ_SIZE }, sizes);
  print_row ("read, pieces of 1000", measure_parser, (Stream){ ascii, 0, 1000, TRUE }, sizes);
}
