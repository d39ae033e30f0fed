/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-event-writer-private.h"

#include "tests/core/event-log.h"

/* The text of events, that nothing gets out of its field, and that the parser reads what was
 * written. */

/* A sanitizer's allocator is to fail like others. */
const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "allocator_may_return_null=1";
}

#define FIELD(text)                                                                                \
  {                                                                                                \
    text, sizeof (text) - 1                                                                        \
  }

typedef struct
{
  const char *name;
  FayeEventText event;
  const char *text; /* NULL: it is refused */
  FayeEventFault fault;
  const char *log;
} Case;

static const Case cases[] = {
  { "data", { .data = FIELD ("a") }, "data: a\n\n", 0, "message||a;=" },
  { "empty-data", { .data = FIELD ("") }, "data: \n\n", 0, "message||;=" },
  { "blank-data", { .data = FIELD (" a") }, "data:  a\n\n", 0, "message|| a;=" },
  { "nothing", { .has_retry = FALSE }, "\n", 0, "=" },
  { "all",
    { FIELD ("c"), FIELD ("t"), FIELD ("i"), TRUE, 10, FIELD ("d") },
    ": c\nevent: t\nid: i\nretry: 10\ndata: d\n\n",
    0,
    "#c;retry=10;t|i|d;=i" },
  { "comment", { .comment = FIELD ("") }, ": \n\n", 0, "#;=" },
  { "empty-type", { .type = FIELD (""), .data = FIELD ("a") }, "data: a\n\n", 0, "message||a;=" },
  { "empty-id", { .id = FIELD ("") }, "id: \n\n", 0, "=" },
  { "id-alone", { .id = FIELD (" 1") }, "id:  1\n\n", 0, "= 1" },
  { "retry-zero", { .has_retry = TRUE }, "retry: 0\n\n", 0, "retry=0;=" },
  { "retry-largest",
    { .has_retry = TRUE, .retry = G_MAXUINT64 },
    "retry: 18446744073709551615\n\n",
    0,
    "retry=18446744073709551615;=" },
  { "multibyte",
    { .data = FIELD ("\xf0\x9f\x98\x80") },
    "data: \xf0\x9f\x98\x80\n\n",
    0,
    "message||\xf0\x9f\x98\x80;=" },
  { "nul-in-data", { .data = FIELD ("a\0b") }, NULL, 0, "message||a\\0b;=" },
  { "A51-data-lf", { .data = FIELD ("a\nb") }, "data: a\ndata: b\n\n", 0, "message||a\\nb;=" },
  { "A51-data-cr", { .data = FIELD ("a\rb") }, "data: a\ndata: b\n\n", 0, "message||a\\nb;=" },
  { "A51-data-crlf", { .data = FIELD ("a\r\nb") }, "data: a\ndata: b\n\n", 0, "message||a\\nb;=" },
  { "A51-data-lfcr",
    { .data = FIELD ("a\n\rb") },
    "data: a\ndata: \ndata: b\n\n",
    0,
    "message||a\\n\\nb;=" },
  { "A51-data-ends-in-lf", { .data = FIELD ("a\n") }, "data: a\ndata: \n\n", 0, "message||a\\n;=" },
  { "A51-data-ends-in-cr", { .data = FIELD ("a\r") }, "data: a\ndata: \n\n", 0, "message||a\\n;=" },
  { "A51-data-line-ends-only",
    { .data = FIELD ("\n\r\n\r") },
    "data: \ndata: \ndata: \ndata: \n\n",
    0,
    "message||\\n\\n\\n;=" },
  { "A51-data-forges-event",
    { .data = FIELD ("a\n\nevent: x\rdata: y") },
    "data: a\ndata: \ndata: event: x\ndata: data: y\n\n",
    0,
    "message||a\\n\\nevent: x\\ndata: y;=" },
  { "A51-type-lf", { .type = FIELD ("a\ndata: x") }, NULL, FAYE_EVENT_FAULT_TYPE },
  { "A51-type-cr", { .type = FIELD ("a\r") }, NULL, FAYE_EVENT_FAULT_TYPE },
  { "A51-type-crlf", { .type = FIELD ("\r\n") }, NULL, FAYE_EVENT_FAULT_TYPE },
  { "A51-type-nul", { .type = FIELD ("a\0") }, NULL, FAYE_EVENT_FAULT_TYPE },
  { "A51-type-not-utf8", { .type = FIELD ("\xff") }, NULL, FAYE_EVENT_FAULT_TYPE },
  { "A51-id-lf", { .id = FIELD ("1\n") }, NULL, FAYE_EVENT_FAULT_ID },
  { "A51-id-cr", { .id = FIELD ("1\rid: 2") }, NULL, FAYE_EVENT_FAULT_ID },
  { "A51-id-crlf", { .id = FIELD ("1\r\n\r\n") }, NULL, FAYE_EVENT_FAULT_ID },
  { "A51-id-nul", { .id = FIELD ("\0") }, NULL, FAYE_EVENT_FAULT_ID },
  { "A51-id-not-utf8", { .id = FIELD ("\xc3") }, NULL, FAYE_EVENT_FAULT_ID },
  { "A51-comment-lf", { .comment = FIELD ("\ndata: x\n\n") }, NULL, FAYE_EVENT_FAULT_COMMENT },
  { "A51-comment-cr", { .comment = FIELD ("a\rb") }, NULL, FAYE_EVENT_FAULT_COMMENT },
  { "A51-comment-crlf", { .comment = FIELD ("a\r\nb") }, NULL, FAYE_EVENT_FAULT_COMMENT },
  { "A51-comment-nul", { .comment = FIELD ("a\0b") }, NULL, FAYE_EVENT_FAULT_COMMENT },
  { "A51-comment-not-utf8", { .comment = FIELD ("\xed\xa0\x80") }, NULL, FAYE_EVENT_FAULT_COMMENT },
  { "A51-data-not-utf8", { .data = FIELD ("\xc0\x80") }, NULL, FAYE_EVENT_FAULT_DATA },
};

static char *
read_back (const guint8 *data, gsize size)
{
  EventSetup setup = { .comments = TRUE };
  EventReader reader = event_reader_begin (&setup);

  event_reader_feed (&reader, data, size);
  return event_reader_end (&reader);
}

static void
check_fault (const Case *self)
{
  FayeAssembler out = { 0 };
  gsize size = 77;

  g_assert_cmpint (faye_event_writer_measure (&self->event, &size), ==, self->fault);
  g_assert_cmpuint (size, ==, 77);
  g_assert_cmpint (faye_event_writer_append (&self->event, &out), ==, self->fault);
  g_assert_null (out.data);
  g_assert_cmpstr (faye_event_fault_to_string (self->fault),
                   !=,
                   faye_event_fault_to_string (FAYE_EVENT_FAULT_NONE));
}

static void
test_case (const void *data)
{
  const Case *self = data;
  g_autofree guint8 *out = NULL;
  g_autofree char *log = NULL;
  gsize size;

  if (self->fault != FAYE_EVENT_FAULT_NONE)
    {
      check_fault (self);
      return;
    }
  g_assert_cmpint (faye_event_writer_measure (&self->event, &size), ==, FAYE_EVENT_FAULT_NONE);
  out = g_malloc (size);
  g_assert_true (faye_event_writer_write (&self->event, out) == out + size);
  if (self->text != NULL)
    g_assert_cmpmem (out, size, self->text, strlen (self->text));
  log = read_back (out, size);
  g_assert_cmpstr (log, ==, self->log);
}

static void
test_append (void)
{
  FayeAssembler out = { 0 };
  g_autofree guint8 *text = NULL;
  gsize size;

  for (guint i = 0; i < 3; i++)
    {
      FayeEventText event = { .type = faye_event_field (i == 1 ? "x" : NULL),
                              .data = faye_event_field ("a") };

      g_assert_cmpint (faye_event_writer_append (&event, &out), ==, FAYE_EVENT_FAULT_NONE);
    }
  text = faye_assembler_steal (&out, &size);
  g_assert_cmpstr ((char *) text, ==, "data: a\n\nevent: x\ndata: a\n\ndata: a\n\n");
}

static void
test_F24_no_memory (void)
{
  FayeEventText event = { .data = faye_event_field ("a") };
  FayeAssembler full = { .size = G_MAXSSIZE };
  FayeAssembler large = { .size = G_MAXSSIZE - 100 };

  g_assert_cmpint (faye_event_writer_append (&event, &full), ==, FAYE_EVENT_FAULT_MEMORY);
  g_assert_cmpuint (full.size, ==, G_MAXSSIZE);
  g_assert_cmpint (faye_event_writer_append (&event, &large), ==, FAYE_EVENT_FAULT_MEMORY);
  g_assert_null (large.data);
}

static void
test_faults_differ (void)
{
  for (guint i = FAYE_EVENT_FAULT_NONE; i <= FAYE_EVENT_FAULT_MEMORY; i++)
    for (guint j = i + 1; j <= FAYE_EVENT_FAULT_MEMORY; j++)
      g_assert_cmpstr (faye_event_fault_to_string (i), !=, faye_event_fault_to_string (j));
}

/* Every way to put three line ends, or none, around four letters. */
static void
test_A51_line_ends (void)
{
  static const char *const ends[] = { "", "\r", "\n", "\r\n", "\n\r" };
  const guint n = G_N_ELEMENTS (ends);

  for (guint i = 0; i < n * n * n; i++)
    {
      g_autofree char *data =
        g_strconcat (ends[i % n], "a", ends[i / n % n], "b", ends[i / n / n], NULL);
      FayeEventText event = { .data = faye_event_field (data) };
      FayeAssembler out = { 0 };
      g_autofree char *log = NULL;
      g_autoptr (GString) expected = g_string_new (data);

      g_string_replace (expected, "\r\n", "\n", 0);
      g_string_replace (expected, "\r", "\n", 0);
      g_string_replace (expected, "\n", "\\n", 0);
      g_string_prepend (expected, "message||");
      g_string_append (expected, ";=");
      g_assert_cmpint (faye_event_writer_append (&event, &out), ==, FAYE_EVENT_FAULT_NONE);
      log = read_back (out.data, out.size);
      faye_assembler_clear (&out);
      g_assert_cmpstr (log, ==, expected->str);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/faye/core/event-writer/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/faye/core/event-writer/append", test_append);
  g_test_add_func ("/faye/core/event-writer/F24-no-memory", test_F24_no_memory);
  g_test_add_func ("/faye/core/event-writer/faults-differ", test_faults_differ);
  g_test_add_func ("/faye/core/event-writer/A51-line-ends", test_A51_line_ends);
  return g_test_run ();
}
