/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-event-fields-private.h"

#include <string.h>

/* What no stream can bring about: that memory ends. */

/* A sanitizer's allocator is to fail like others. */
const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "allocator_may_return_null=1";
}

static const FayeEventSpan value = { (guint8 *) "value", 5, FALSE };

static void
test_F24_data (void)
{
  FayeEventFields fields = { .limits = { 0, G_MAXUINT64 } };

  fields.has_data = TRUE;
  fields.data.size = G_MAXSSIZE - 100;
  faye_event_fields_add_data (&fields, &value);
  g_assert_true (fields.failed);
  g_assert_cmpint (fields.exceeded, ==, FAYE_EVENT_LIMIT_MEMORY);
  faye_event_fields_release (&fields);
  g_assert_false (fields.failed);
  faye_event_fields_add_data (&fields, &value);
  g_assert_false (fields.failed);
  g_assert_cmpmem (fields.data.data, fields.data.size, "value", 5);
  faye_event_fields_release (&fields);
}

static void
test_F24_spill (void)
{
  FayeEventFields fields = { .limits = { 0, G_MAXUINT64 } };
  guint8 text[] = "text\n";

  fields.has_data = TRUE;
  fields.span = text;
  fields.span_size = G_MAXSSIZE - 100;
  faye_event_fields_add_data (&fields, &value);
  g_assert_true (fields.failed);
  g_assert_cmpint (fields.exceeded, ==, FAYE_EVENT_LIMIT_MEMORY);
  faye_event_fields_release (&fields);
}

/* A large block does not stay. */
static void
test_A52_trim (void)
{
  const gsize size = 1 << 20;
  FayeEventFields fields = { .limits = { 0, G_MAXUINT64 } };
  g_autofree guint8 *text = g_malloc (size);
  FayeEventSpan large = { memset (text, 'x', size), size, FALSE };
  FayeParsedEvent event;

  faye_event_fields_add_data (&fields, &large);
  faye_event_fields_set_type (&fields, &large);
  faye_event_fields_trim (&fields);
  g_assert_cmpuint (fields.data.capacity, >=, size);
  g_assert_cmpuint (fields.type.capacity, >=, size);
  g_assert_cmpint (faye_event_fields_set_comment (&fields, &large, &event),
                   ==,
                   FAYE_EVENT_PARSER_COMMENT);
  g_assert_cmpuint (event.size, ==, size);
  g_assert_cmpint (faye_event_fields_dispatch (&fields, &event), ==, FAYE_EVENT_PARSER_MESSAGE);
  g_assert_cmpuint (event.size, ==, size);
  g_assert_cmpuint (strlen (event.type), ==, size);
  faye_event_fields_trim (&fields);
  g_assert_null (fields.data.data);
  g_assert_null (fields.type.data);
  g_assert_null (fields.comment.data);
  faye_event_fields_release (&fields);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/core/event-fields/F24-data", test_F24_data);
  g_test_add_func ("/faye/core/event-fields/F24-spill", test_F24_spill);
  g_test_add_func ("/faye/core/event-fields/A52-trim", test_A52_trim);
  return g_test_run ();
}
