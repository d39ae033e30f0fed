/* SPDX-License-Identifier: MIT */

#include "tests/core/event-log.h"

#include <string.h>

/* Every rule of WHATWG HTML, section 9.2.6, whole, byte by byte and at every split; then what is
 * ours: limits, plain lines, and that events are found in the input. */

typedef struct
{
  const char *name;
  const char *input;
  gsize size;
  const char *log;
  EventSetup setup;
} Case;

#define TEXT(text) text, sizeof (text) - 1
#define COMMENTS                                                                                   \
  {                                                                                                \
    .comments = TRUE                                                                               \
  }
#define LINES(...)                                                                                 \
  {                                                                                                \
    .format = FAYE_EVENT_FORMAT_LINES, ##__VA_ARGS__                                               \
  }

static const Case cases[] = {
  { "data", TEXT ("data: a\n\n"), "message||a;=" },
  { "data-twice", TEXT ("data: a\n\ndata: b\n\n"), "message||a;message||b;=" },
  { "several-lines", TEXT ("data: YHOO\ndata: +2\ndata: 10\n\n"), "message||YHOO\\n+2\\n10;=" },
  { "standard-example-blocks",
    TEXT (": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third "
          "event\n"),
    "message|1|first event;message||second event;=" },
  { "standard-example-empty", TEXT ("data\n\ndata\ndata\n\ndata:"), "message||;message||\\n;=" },
  { "standard-example-space",
    TEXT ("data:test\n\ndata: test\n\n"),
    "message||test;message||test;=" },
  { "only-one-space-goes", TEXT ("data:  a \n\n"), "message|| a ;=" },
  { "no-tab-goes", TEXT ("data:\ta\n\n"), "message||\ta;=" },
  { "space-before-colon", TEXT ("data : a\n\ndata:b\n\n"), "message||b;=" },
  { "space-before-name", TEXT (" data: a\n\ndata:b\n\n"), "message||b;=" },
  { "more-colons", TEXT ("data::a:b\n\n"), "message||:a:b;=" },
  { "empty-lines-of-data", TEXT ("data\ndata: a\ndata:\n\n"), "message||\\na\\n;=" },
  { "no-data", TEXT ("event: a\n\ndata: b\n\n"), "message||b;=" },
  { "no-data-sets-id", TEXT ("id: 5\n\n"), "=5" },
  { "empty-lines", TEXT ("\n\n\r\r\n\ndata: a\n\n\n\n"), "message||a;=" },
  { "type", TEXT ("event: update\ndata: a\n\ndata: b\n\n"), "update||a;message||b;=" },
  { "type-last-counts", TEXT ("event: a\nevent: b\ndata: c\n\n"), "b||c;=" },
  { "type-emptied", TEXT ("event: a\nevent\ndata: c\n\n"), "message||c;=" },
  { "type-after-data", TEXT ("data: c\nevent: b\ndata: d\n\n"), "b||c\\nd;=" },
  { "type-with-nul",
    TEXT ("event: a\0b\0\ndata: c\n\n"),
    "a\xef\xbf\xbd"
    "b\xef\xbf\xbd||c;=" },
  { "type-repaired-with-nul",
    TEXT ("event: \xff\0\ndata: c\n\n"),
    "\xef\xbf\xbd\xef\xbf\xbd||c;=" },
  { "id-stays", TEXT ("id: 1\ndata: a\n\ndata: b\n\n"), "message|1|a;message|1|b;=1" },
  { "id-emptied", TEXT ("id: 1\ndata: a\n\nid\ndata: b\n\n"), "message|1|a;message||b;=" },
  { "id-last-counts", TEXT ("id: 1\ndata: a\nid: 2\ndata: b\n\n"), "message|2|a\\nb;=2" },
  { "id-between-long-data",
    TEXT ("data: a\nid: 12\nevent: e\ndata: bbbbbbbbbbbbbbbbbbbbbbbb\ndata: c\n\n"),
    "e|12|a\\nbbbbbbbbbbbbbbbbbbbbbbbb\\nc;=12" },
  { "id-not-a-number",
    TEXT ("id: \xe2\x80\xa6 x\ndata: a\n\n"),
    "message|\xe2\x80\xa6 x|a;=\xe2\x80\xa6 x" },
  { "id-repaired", TEXT ("id: \xff\ndata: a\n\n"), "message|\xef\xbf\xbd|a;=\xef\xbf\xbd" },
  { "A53-id-with-nul", TEXT ("id: 1\n\nid: 2\0\nid: \0\ndata: a\n\n"), "message|1|a;=1" },
  { "A53-id-without-empty-line", TEXT ("id: 1\ndata: a\n\nid: 2\ndata: b\n"), "message|1|a;=1" },
  { "A53-no-empty-line", TEXT ("data: a\n"), "=" },
  { "A53-no-line-end", TEXT ("data: a\n\ndata: b\n\r"), "message||a;message||b;=" },
  { "A53-no-line-end-at-all", TEXT ("data: a"), "=" },
  { "A53-cr", TEXT ("data: a\rdata: b\r\rdata: c\r\r"), "message||a\\nb;message||c;=" },
  { "A53-crlf", TEXT ("data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n"), "message||a\\nb;message||c;=" },
  { "A53-cr-lf-mixed",
    TEXT ("data: a\n\rdata: b\r\n\ndata: c\r\r\n"),
    "message||a;message||b;message||c;=" },
  { "A53-crlf-is-one", TEXT ("data: a\r\ndata: b\r\n\n"), "message||a\\nb;=" },
  { "A53-bom",
    TEXT ("\xef\xbb\xbf"
          "data: a\n\n"),
    "message||a;=" },
  { "A53-bom-alone",
    TEXT ("\xef\xbb\xbf\n\xef\xbb\xbf"
          "data: b\n\ndata: a\n\n"),
    "message||a;=" },
  { "A53-bom-twice",
    TEXT ("\xef\xbb\xbf\xef\xbb\xbf"
          "data: a\n\ndata: b\n\n"),
    "message||b;=" },
  { "A53-bom-later",
    TEXT ("data: a\n\n\xef\xbb\xbf"
          "data: b\n\n"),
    "message||a;=" },
  { "A53-bom-in-data",
    TEXT ("data: \xef\xbb\xbf"
          "b\n\n"),
    "message||\xef\xbb\xbf"
    "b;=" },
  { "A53-bom-cut", TEXT ("\xef\xbb\n\ndata: a\n\n"), "message||a;=" },
  { "A53-bom-of-another",
    TEXT ("\xfe\xff"
          "data: a\n\ndata: b\n\n"),
    "message||b;=" },
  { "A53-retry", TEXT ("retry: 1000\ndata: a\n\n"), "retry=1000;message||a;=" },
  { "A53-retry-at-once", TEXT ("retry:0\r"), "retry=0;=" },
  { "A53-retry-leading-zeros", TEXT ("retry: 0010\n"), "retry=10;=" },
  { "A53-retry-amid-data", TEXT ("data: a\nretry: 3\ndata: b\n\n"), "retry=3;message||a\\nb;=" },
  { "A53-retry-without-digits", TEXT ("retry\nretry:\nretry: \nretry:  1\nretry:1 \n"), "=" },
  { "A53-retry-not-digits",
    TEXT ("retry: +1\nretry: -1\nretry: 1.5\nretry: 1e3\nretry: 0x1\nretry: 1\0\nretry: "
          "\xd9\xa1\n"),
    "=" },
  { "A53-retry-largest", TEXT ("retry: 18446744073709551615\n"), "retry=18446744073709551615;=" },
  { "A53-retry-overflow",
    TEXT ("retry: 18446744073709551616\nretry: 99999999999999999999999\nretry: "
          "18446744073709551616x\n"),
    "retry=18446744073709551615;retry=18446744073709551615;=" },
  { "comment-unasked", TEXT (":a\n: b\n:\ndata: c\n:d\n\n"), "message||c;=" },
  { "comment", TEXT (":a\n:  b\n:\n\n"), "#a;# b;#;=", COMMENTS },
  { "comment-amid-data", TEXT ("data: a\n: c\ndata: b\n\n"), "#c;message||a\\nb;=", COMMENTS },
  { "comment-with-nul", TEXT (": a\0\xff\n"), "#a\\0\xef\xbf\xbd;=", COMMENTS },
  { "unknown-fields",
    TEXT ("dat: a\ndatum: b\ndata2: c\nid2: 1\nevents: d\nretry2: 1\nData: e\nx\n"
          "data: f\n\n"),
    "message||f;=" },
  { "nul-in-data", TEXT ("data: a\0b\n\n"), "message||a\\0b;=" },
  { "nul-in-name", TEXT ("data\0: a\n\ndata: b\n\n"), "message||b;=" },
  { "multibyte",
    TEXT ("data: \xc5\xbc\xe3\x81\x93\xf0\x9f\x98\x80\n\n"),
    "message||\xc5\xbc\xe3\x81\x93\xf0\x9f\x98\x80;=" },
  { "repair-bytes", TEXT ("data: a\xff\x80z\n\n"), "message||a\xef\xbf\xbd\xef\xbf\xbdz;=" },
  { "repair-cut-by-line-end",
    TEXT ("data: \xf0\x9f\x98\ndata: \xe3\n\n"),
    "message||\xef\xbf\xbd\\n\xef\xbf\xbd;=" },
  { "repair-second-line",
    TEXT ("data: a\ndata: \xff\ndata: b\n\n"),
    "message||a\\n\xef\xbf\xbd\\nb;=" },
  { "repair-name", TEXT ("data\xff: a\n\ndata: b\n\n"), "message||b;=" },
  { "A52-line-at-limit", TEXT ("data: 4567\n\n"), "message||4567;=", { .max_line = 10 } },
  { "A52-line-over-limit",
    TEXT ("data: 1\n\ndata: 45678\n\ndata: 2\n\n"),
    "message||1;!line;=",
    { .max_line = 10 } },
  { "A52-line-without-end",
    TEXT ("data: 1\n\n01234567890"),
    "message||1;!line;=",
    { .max_line = 10 } },
  { "A52-comment-over-limit", TEXT (":0123456789\n"), "!line;=", { .max_line = 10 } },
  { "A52-unknown-over-limit", TEXT ("0123456789:\n"), "!line;=", { .max_line = 10 } },
  { "A52-data-at-limit", TEXT ("data: a\ndata: bcd\n\n"), "message||a\\nbcd;=", { .max_data = 5 } },
  { "A52-data-over-limit",
    TEXT ("data: a\ndata: bcde\n\ndata: a\n\n"),
    "!data;=",
    { .max_data = 5 } },
  { "A52-empty-data-over-limit",
    TEXT ("data\ndata\ndata\n\ndata\ndata\ndata\ndata\n\n"),
    "message||\\n\\n;!data;=",
    { .max_data = 2 } },
  { "A52-repaired-data-over-limit", TEXT ("data: \xff\xff\n\n"), "!data;=", { .max_data = 5 } },
  { "A52-data-anew",
    TEXT ("data: abc\n\ndata: def\n\n"),
    "message||abc;message||def;=",
    { .max_data = 3 } },
  { "A52-id-at-limit", TEXT ("id: abc\n\n"), "=abc", { .max_id = 3 } },
  { "A52-id-over-limit", TEXT ("id: 1\n\nid: abcd\n\nid: 2\n\n"), "!id;=1", { .max_id = 3 } },
  { "A52-repaired-id-over-limit", TEXT ("id: \xff\xff\n\n"), "!id;=", { .max_id = 3 } },
  { "A52-id-with-nul-over-limit", TEXT ("id: \0abcd\n\n"), "=", { .max_id = 3 } },
  { "lines", TEXT ("{\"a\":1}\n{\"b\":2}\n"), "message||{\"a\":1};message||{\"b\":2};=", LINES () },
  { "lines-crlf", TEXT ("{}\r\n[]\r\n"), "message||{};message||[];=", LINES () },
  { "lines-cr-is-no-end", TEXT ("[\r1]\r\r\n"), "message||[\r1]\r;=", LINES () },
  { "lines-empty", TEXT ("\n\r\n1\n\n\n2\n"), "message||1;message||2;=", LINES () },
  { "lines-no-line-end", TEXT ("1\n2"), "message||1;message||2;=", LINES () },
  { "lines-cr-at-the-end", TEXT ("1\n\r"), "message||1;=", LINES () },
  { "lines-no-fields",
    TEXT ("data: 1\nid: 2\n: 3\n"),
    "message||data: 1;message||id: 2;message||: 3;=",
    LINES (.comments = TRUE) },
  { "lines-bom",
    TEXT ("\xef\xbb\xbf{}\n\xef\xbb\xbf{}\n"),
    "message||{};message||\xef\xbb\xbf{};=",
    LINES () },
  { "lines-repair",
    TEXT ("\"\xff\"\n1\n\xe3\x81"),
    "message||\"\xef\xbf\xbd\";message||1;message||\xef\xbf\xbd;=",
    LINES () },
  { "A52-lines-at-limit",
    TEXT ("abc\r\nabc\n"),
    "message||abc;message||abc;=",
    LINES (.max_data = 3, .max_line = 1) },
  { "A52-lines-over-limit",
    TEXT ("abc\nabcd\nabc\n"),
    "message||abc;!data;=",
    LINES (.max_data = 3) },
  { "A52-lines-without-end", TEXT ("abcde"), "!data;=", LINES (.max_data = 3) },
  { "A52-lines-over-limit-at-the-end", TEXT ("abcd"), "!data;=", LINES (.max_data = 3) },
};

static void
check_pieces (const Case *self, gsize first, gsize piece)
{
  EventReader reader = event_reader_begin (&self->setup);
  const guint8 *data = (const guint8 *) self->input;
  g_autofree char *log = NULL;

  for (gsize at = 0, n; at < self->size; at += n)
    {
      n = MIN (at == 0 ? first : piece, self->size - at);
      event_reader_feed (&reader, data + at, n);
    }
  log = event_reader_end (&reader);
  g_assert_cmpstr (log, ==, self->log);
}

static void
test_case (const void *data)
{
  const Case *self = data;
  g_autofree char *expected =
    event_log_expect (&self->setup, (const guint8 *) self->input, self->size);

  g_assert_cmpstr (expected, ==, self->log);
  for (gsize first = 1; first <= self->size; first++)
    check_pieces (self, first, G_MAXSIZE);
  for (gsize piece = 1; piece <= 7; piece++)
    check_pieces (self, piece, piece);
}

/* Lines, and events of many lines, around the sizes of vectors and blocks. */
static void
test_A53_sizes (void)
{
  for (gsize size = 0; size < 300; size++)
    {
      g_autofree char *text = g_strnfill (size, 'x');
      g_autofree char *input =
        g_strdup_printf ("data: %s\r\ndata: %s\rid: %.20s\n\n", text, text, text);
      g_autofree char *log =
        g_strdup_printf ("message|%.20s|%s\\n%s;=%.20s", text, text, text, text);
      Case self = { NULL, input, strlen (input), log };

      check_pieces (&self, G_MAXSIZE, G_MAXSIZE);
      check_pieces (&self, size + 1, 64);
      check_pieces (&self, 1, 1);
    }
}

static void
test_found_in_place (void)
{
  char text[] = "id: 1\nevent: e\ndata: ab\ndata: c\n\ndata: d\n\n";
  FayeInput input = { (guint8 *) text, strlen (text) };
  g_autoptr (FayeEventParser) parser = faye_event_parser_new (FAYE_EVENT_FORMAT_STREAM);
  FayeParsedEvent event;

  g_assert_cmpint (faye_event_parser_next (parser, &input, &event), ==, FAYE_EVENT_PARSER_MESSAGE);
  g_assert_true (event.data == text + 21);
  g_assert_cmpstr (event.data, ==, "ab\nc");
  g_assert_cmpuint (input.size, ==, strlen ("data: d\n\n"));
  g_assert_cmpint (faye_event_parser_next (parser, &input, &event), ==, FAYE_EVENT_PARSER_MESSAGE);
  g_assert_true (event.data == (char *) input.data - 3);
  g_assert_cmpint (faye_event_parser_next (parser, &input, &event),
                   ==,
                   FAYE_EVENT_PARSER_NEED_MORE);
}

static void
feed (FayeEventParser *parser, const char *text, const char *expected)
{
  EventReader reader = { parser, g_string_new (NULL) };
  g_autofree char *log = NULL;

  event_reader_feed (&reader, (const guint8 *) text, strlen (text));
  log = g_string_free (reader.log, FALSE);
  g_assert_cmpstr (log, ==, expected);
}

static void
test_reset (void)
{
  g_autoptr (FayeEventParser) parser = faye_event_parser_new (FAYE_EVENT_FORMAT_STREAM);

  faye_event_parser_set_limit (parser, FAYE_EVENT_LIMIT_LINE, 20);
  faye_event_parser_set_last_event_id (parser, "before");
  feed (parser, "data: a\n\n", "message|before|a;");
  feed (parser, "id: 1\n\nid: 2\nevent: x\ndata: y\n: cu", "");
  faye_event_parser_reset (parser);
  g_assert_cmpstr (faye_event_parser_get_last_event_id (parser), ==, "1");
  feed (parser,
        "\xef\xbb\xbf"
        "data: a\n\r",
        "message|1|a;");
  faye_event_parser_reset (parser);
  feed (parser, "\ndata: a\n\n", "message|1|a;");
  feed (parser, "data: 789012345678901", "!line;");
  feed (parser, "data: a\n\n", "");
  faye_event_parser_reset (parser);
  feed (parser, "data: a\n\n", "message|1|a;");
  g_assert_cmpuint (faye_event_parser_get_limit (parser, FAYE_EVENT_LIMIT_LINE), ==, 20);
}

static void
test_A52_default_limits (void)
{
  g_autoptr (FayeEventParser) parser = faye_event_parser_new (FAYE_EVENT_FORMAT_STREAM);

  g_assert_cmpuint (faye_event_parser_get_limit (parser, FAYE_EVENT_LIMIT_LINE), ==, 65536);
  g_assert_cmpuint (faye_event_parser_get_limit (parser, FAYE_EVENT_LIMIT_DATA), ==, 1048576);
  g_assert_cmpuint (faye_event_parser_get_limit (parser, FAYE_EVENT_LIMIT_ID), ==, 4096);
}

/* "Unlimited" is no number that overflows. */
static void
test_A52_unlimited (void)
{
  static const EventSetup unlimited[] = {
    { FAYE_EVENT_FORMAT_STREAM, TRUE, G_MAXUINT64, G_MAXUINT64, G_MAXUINT64 },
    { FAYE_EVENT_FORMAT_LINES, TRUE, G_MAXUINT64, G_MAXUINT64, G_MAXUINT64 },
  };
  g_autofree char *text = g_strnfill (3 << 20, 'x');
  g_autofree char *stream = g_strdup_printf ("data:%s\nid:%s\n\n", text, text);
  g_autofree char *stream_log = g_strdup_printf ("message|%s|%s;=%s", text, text, text);
  g_autofree char *lines_log = g_strdup_printf ("message||%s;=", text);
  Case of_stream = { NULL, stream, strlen (stream), stream_log, unlimited[0] };
  Case of_lines = { NULL, text, strlen (text), lines_log, unlimited[1] };

  check_pieces (&of_stream, 4096, 65536);
  check_pieces (&of_stream, G_MAXSIZE, G_MAXSIZE);
  check_pieces (&of_lines, 4096, 65536);
}

/* One piece of 64 KiB after another, 1 GiB in all, of what never ends. */
static void
test_A52_endless (const void *unit)
{
  g_autoptr (GString) piece = g_string_new (NULL);
  g_autoptr (FayeEventParser) parser = faye_event_parser_new (FAYE_EVENT_FORMAT_STREAM);
  g_autofree guint8 *block = NULL;
  guint failures = 0;

  while (piece->len < 65536)
    g_string_append (piece, unit);
  block = g_malloc (piece->len);
  for (gsize sent = 0; sent < 1 << 30; sent += piece->len)
    {
      FayeInput input = { block, piece->len };
      FayeEventParserResult result;
      FayeParsedEvent event;

      if (failures == 0)
        memcpy (block, piece->str, piece->len);
      while ((result = faye_event_parser_next (parser, &input, &event)) !=
             FAYE_EVENT_PARSER_NEED_MORE)
        {
          g_assert_cmpint (result, ==, FAYE_EVENT_PARSER_FAILURE);
          g_assert_cmpuint (sent, <=, 9 << 20);
          failures++;
        }
    }
  g_assert_cmpuint (failures, ==, 1);
  faye_event_parser_reset (parser);
  feed (parser, "data: a\n\n", "message||a;");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/faye/core/event-parser/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/faye/core/event-parser/A53-sizes", test_A53_sizes);
  g_test_add_func ("/faye/core/event-parser/found-in-place", test_found_in_place);
  g_test_add_func ("/faye/core/event-parser/reset", test_reset);
  g_test_add_func ("/faye/core/event-parser/A52-default-limits", test_A52_default_limits);
  g_test_add_func ("/faye/core/event-parser/A52-unlimited", test_A52_unlimited);
  g_test_add_data_func ("/faye/core/event-parser/A52-endless-line", "x", test_A52_endless);
  g_test_add_data_func ("/faye/core/event-parser/A52-endless-comment", ":", test_A52_endless);
  g_test_add_data_func ("/faye/core/event-parser/A52-endless-data", "data\n", test_A52_endless);
  g_test_add_data_func ("/faye/core/event-parser/A52-endless-lines-of-data",
                        "data: 0123456789\n",
                        test_A52_endless);
  return g_test_run ();
}
