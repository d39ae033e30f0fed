/* SPDX-License-Identifier: MIT */

#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "tests/core/protocol-driver.h"

/* Messages: assembly, limits over all fragments, and text judged as it arrives. */

static const DriverSetup server = { .role = FAYE_ROLE_SERVER };
static const DriverSetup client = { .role = FAYE_ROLE_CLIENT };

static const DriverSetup *const both[] = { &server, &client };

static gboolean
has_line (const char *log, const char *beginning)
{
  g_auto (GStrv) lines = g_strsplit (log, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], beginning))
      return TRUE;
  return FALSE;
}

static void
expect_code (const DriverSetup *setup, GByteArray *bytes, guint code)
{
  g_autofree char *log = driver_run_all_ways (setup, bytes->data, bytes->len);
  g_autofree char *line = g_strdup_printf ("failure %u ", code);

  g_assert_true (has_line (log, line));
  g_assert_false (has_line (log, "text"));
  g_assert_false (has_line (log, "binary"));
}

static void
test_A19_empty (void)
{
  for (gsize r = 0; r < 2; r++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      FayeRole role = both[r]->role;

      driver_add_frame (bytes, role, 0x81, NULL, 0);
      driver_add_frame (bytes, role, 0x82, NULL, 0);
      driver_add_frame (bytes, role, 0x89, NULL, 0);
      driver_add_frame (bytes, role, 0x8a, NULL, 0);
      driver_add_frame (bytes, role, 0x01, NULL, 0);
      driver_add_frame (bytes, role, 0x00, NULL, 0);
      driver_add_frame (bytes, role, 0x80, NULL, 0);
      driver_expect (both[r],
                     bytes,
                     "text \"\"\nbinary \"\"\nping \"\"\nreply 8a 00\npong \"\"\ntext \"\"\nidle");
    }
}

static void
test_A19_longest_ping (void)
{
  char payload[126];

  memset (payload, 'p', 125);
  payload[125] = '\0';
  for (gsize r = 0; r < 2; r++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autoptr (GString) log = g_string_new (NULL);

      driver_add_frame (bytes, both[r]->role, 0x89, payload, 125);
      g_string_append_printf (log, "ping \"%s\"\nreply 8a 7d", payload);
      for (guint i = 0; i < 125; i++)
        g_string_append (log, " 70");
      g_string_append (log, "\nidle");
      driver_expect (both[r], bytes, log->str);
    }
}

/* N fragments of SIZE bytes, FIN on the last. */
static GByteArray *
fragment (FayeRole role, guint8 opcode, gsize n, gsize size)
{
  GByteArray *bytes = g_byte_array_new ();
  g_autofree guint8 *payload = g_malloc (size + 1);

  memset (payload, 'f', size);
  for (gsize i = 0; i < n; i++)
    driver_add_frame (bytes, role, (i == n - 1 ? 0x80 : 0) | (i == 0 ? opcode : 0), payload, size);
  return bytes;
}

static void
test_A10_fragment_limit (void)
{
  for (gsize r = 0; r < 2; r++)
    for (gsize size = 0; size < 2; size++)
      {
        DriverSetup setup = { .role = both[r]->role, .max_fragments = 5 };
        g_autoptr (GByteArray) lawful = fragment (setup.role, 1, 5, size);
        g_autoptr (GByteArray) unlawful = fragment (setup.role, 1, 6, size);

        driver_expect (&setup, lawful, size == 0 ? "text \"\"\nidle" : "text \"fffff\"\nidle");
        expect_code (&setup, unlawful, 1008);
      }
}

static void
test_A10_default_fragment_limit (void)
{
  g_autoptr (GByteArray) bytes = fragment (FAYE_ROLE_CLIENT, 2, (1 << 20) + 1, 0);
  g_autofree char *log = driver_run (&client, bytes->data, bytes->len, NULL, 0, 0);

  g_assert_true (g_str_has_prefix (log, "failure 1008 "));
}

static double
time_fragments (gsize n, gsize size)
{
  DriverSetup setup = { .role = FAYE_ROLE_CLIENT, .max_fragments = G_MAXUINT64 };
  g_autoptr (GByteArray) bytes = fragment (setup.role, 2, n, size);
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&setup);
  FayeInput input = { bytes->data, bytes->len };
  FayeProtocolEvent event;
  clock_t start = clock ();

  g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, FAYE_PROTOCOL_MESSAGE);
  g_assert_cmpuint (event.size, ==, n * size);
  g_free (event.owned);
  return (double) (clock () - start) / CLOCKS_PER_SEC;
}

/* Ten times the fragments take ten times the work. The clock of a busy machine, whose caches the
 * longer input overflows, can only tell that from a hundred times; the assembler's tests count. */
static void
test_A10_linear_time (void)
{
  for (gsize size = 0; size < 2; size++)
    {
      double few = time_fragments (100000, size);
      double many = time_fragments (1000000, size);

      for (gsize i = 0; i < 4; i++)
        {
          few = MIN (few, time_fragments (100000, size));
          many = MIN (many, time_fragments (1000000, size));
        }
      g_assert_cmpfloat (many, <=, 40 * few);
    }
}

/* A million fragments cost memory for their payload, in one block, and nothing apiece. */
static void
test_A10_memory (void)
{
  DriverSetup setup = { .role = FAYE_ROLE_CLIENT, .max_fragments = G_MAXUINT64 };
  g_autoptr (GByteArray) bytes = fragment (setup.role, 2, 1000000, 1);
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&setup);
  gsize before = driver_heap_in_use ();
  FayeInput input = { bytes->data, bytes->len - 3 };
  FayeProtocolEvent event;

  g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, FAYE_PROTOCOL_NEED_MORE);
  g_assert_cmpuint (driver_heap_in_use (), <=, before + 2 * 1000000 + 65536);
  input = (FayeInput){ bytes->data + bytes->len - 3, 3 };
  g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, FAYE_PROTOCOL_MESSAGE);
  g_assert_cmpuint (driver_heap_in_use (), <=, before + 1000000 + 65536);
  g_free (event.owned);
}

static void
test_A11_unfinished_messages (void)
{
  enum
  {
    N = 1000,
    LIMIT = 5000
  };
  DriverSetup setup = { .role = FAYE_ROLE_SERVER, .max_length = LIMIT };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree guint8 *payload = g_malloc0 (LIMIT);
  g_autoptr (GPtrArray) protocols =
    g_ptr_array_new_with_free_func ((GDestroyNotify) faye_protocol_free);
  gsize before = driver_heap_in_use ();

  driver_add_frame (bytes, setup.role, 0x02, payload, LIMIT - 1);
  for (gsize i = 0; i < N; i++)
    {
      FayeProtocol *protocol = driver_protocol_new (&setup);
      FayeInput input = { bytes->data, bytes->len };
      FayeProtocolEvent event;

      g_ptr_array_add (protocols, protocol);
      g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, FAYE_PROTOCOL_NEED_MORE);
      g_assert_false (faye_protocol_is_idle (protocol));
    }
  g_assert_cmpuint (driver_heap_in_use () - before, <=, N * (LIMIT + 1024));
}

/* The n-th fragment takes the message one byte over. */
static void
test_A12_sum_of_fragments (void)
{
  for (gsize r = 0; r < 2; r++)
    for (gsize n = 1; n <= 6; n++)
      {
        DriverSetup setup = { .role = both[r]->role, .max_length = 10 * n };
        g_autoptr (GByteArray) lawful = fragment (setup.role, 2, n, 10);
        g_autoptr (GByteArray) bytes = g_byte_array_new ();
        g_autofree char *log = driver_run_all_ways (&setup, lawful->data, lawful->len);

        g_assert_true (g_str_has_prefix (log, "binary \"ffff"));
        for (gsize i = 0; i + 1 < n; i++)
          driver_add_frame (bytes, setup.role, i == 0 ? 2 : 0, "ffffffffff", 10);
        driver_add_head (bytes, setup.role, n == 1 ? 2 : 0, 11);
        expect_code (&setup, bytes, 1009);
      }
}

static void
test_A12_versions (void)
{
  static const FayeVersion versions[] = { FAYE_VERSION_HYBI_13,
                                          FAYE_VERSION_HYBI_8,
                                          FAYE_VERSION_HYBI_7 };

  for (gsize i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      DriverSetup setup = { .version = versions[i], .max_length = 4 };
      g_autoptr (GByteArray) bytes = fragment (setup.role, 2, 5, 1);

      expect_code (&setup, bytes, 1009);
    }
}

/* Nothing is left over for the next message; a lower limit counts for the message in progress. */
static void
test_A12_limits_begin_anew (void)
{
  DriverSetup setup = { .max_length = 4, .max_fragments = 2 };
  g_autoptr (GByteArray) bytes = fragment (setup.role, 2, 2, 2);
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&setup);
  FayeProtocolEvent event;

  for (gsize i = 0; i < 3; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (bytes->data, bytes->len);
      FayeInput input = { copy, bytes->len };

      g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, FAYE_PROTOCOL_MESSAGE);
      g_clear_pointer (&event.owned, g_free);
    }
  for (gsize i = 0; i < 2; i++)
    {
      FayeInput input = { bytes->data + 8 * i, 8 };
      FayeEventType expected = i == 0 ? FAYE_PROTOCOL_NEED_MORE : FAYE_PROTOCOL_FAILURE;

      g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, expected);
      faye_protocol_set_max_length (protocol, 1);
    }
  g_assert_cmpuint (event.code, ==, 1009);
}

static const char *const bad_texts[] = {
  "\x80",
  "a\xbf",
  "\xc0\x80",
  "\xc1\xbf",
  "\xe0\x80\x80",
  "\xe0\x9f\xbf",
  "\xed\xa0\x80",
  "\xed\xbf\xbf",
  "\xf0\x80\x80\x80",
  "\xf0\x8f\xbf\xbf",
  "\xf4\x90\x80\x80",
  "\xf5\x80\x80\x80",
  "\xff",
  "\xc3\x28",
  "\xe2\x82\x28",
  "\xf0\x9f\x98\x28",
  "\xc3\xa9\xa9",
  "\xce\xba\xe1\xbd\xb9\xcf",
};

/* Fragments of STEP bytes, without the last FIN when CUT_OFF. */
static GByteArray *
fragment_text (FayeRole role, const char *text, gsize step, gboolean cut_off)
{
  GByteArray *bytes = g_byte_array_new ();
  gsize size = strlen (text);

  for (gsize i = 0; i < size; i += step)
    {
      gboolean fin = i + step >= size && !cut_off;

      driver_add_frame (bytes,
                        role,
                        (fin ? 0x80 : 0) | (i == 0 ? 1 : 0),
                        text + i,
                        MIN (step, size - i));
    }
  return bytes;
}

static void
test_A13_bad_text (void)
{
  for (gsize r = 0; r < 2; r++)
    for (gsize i = 0; i < G_N_ELEMENTS (bad_texts); i++)
      for (gsize step = 1; step <= 5; step++)
        {
          g_autoptr (GByteArray) bytes = fragment_text (both[r]->role, bad_texts[i], step, FALSE);

          expect_code (both[r], bytes, 1007);
        }
}

/* All but the last, which only lacks an end, are known to be bad before FIN. */
static void
test_A13_before_fin (void)
{
  for (gsize i = 0; i + 1 < G_N_ELEMENTS (bad_texts); i++)
    for (gsize step = 1; step <= 5; step++)
      {
        g_autoptr (GByteArray) bytes = fragment_text (FAYE_ROLE_SERVER, bad_texts[i], step, TRUE);

        expect_code (&server, bytes, 1007);
      }
}

/* In the middle of a frame most of which is still to come. */
static void
test_A13_inside_a_frame (void)
{
  for (gsize i = 0; i + 1 < G_N_ELEMENTS (bad_texts); i++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();

      driver_add_head (bytes, FAYE_ROLE_CLIENT, 0x81, 50000);
      g_byte_array_append (bytes, (const guint8 *) bad_texts[i], strlen (bad_texts[i]));
      expect_code (&client, bytes, 1007);
    }
}

static void
test_A13_good_text (void)
{
  const char *text = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5 \xf0\x9f\x98\x80\xf4\x8f\xbf\xbf"
                     "\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf";

  for (gsize r = 0; r < 2; r++)
    for (gsize step = 1; step <= strlen (text); step++)
      {
        g_autoptr (GByteArray) bytes = fragment_text (both[r]->role, text, step, FALSE);
        g_autofree char *log = driver_run_all_ways (both[r], bytes->data, bytes->len);

        g_assert_true (g_str_has_prefix (log, "text \"\\xce\\xba"));
        g_assert_true (g_str_has_suffix (log, "\\xef\\xbf\\xbf\"\nidle"));
      }
}

/* The judge starts anew with each message, and leaves binary ones alone. */
static void
test_A13_next_message (void)
{
  g_autoptr (GByteArray) bytes = driver_hex ("02 01 c3 80 01 28 01 01 c3 80 01 a9 81 02 c3 a9");

  driver_expect (&client,
                 bytes,
                 "binary \"\\xc3(\"\ntext \"\\xc3\\xa9\"\ntext \"\\xc3\\xa9\"\nidle");
}

static void
test_large_text_in_areas (void)
{
  g_autofree char *text = g_malloc (100001);
  g_autoptr (GByteArray) good = g_byte_array_new ();
  g_autoptr (GByteArray) bad = g_byte_array_new ();
  g_autofree char *log = NULL;

  for (gsize i = 0; i < 100000; i += 4)
    memcpy (text + i, "\xf0\x9f\x98\x80", 4);
  text[100000] = '!';
  driver_add_frame (good, FAYE_ROLE_SERVER, 0x81, text, 100001);
  log = driver_run_all_ways (&server, good->data, good->len);
  g_assert_true (g_str_has_prefix (log, "text 100001 bytes"));
  text[40001] = 'a';
  driver_add_frame (bad, FAYE_ROLE_SERVER, 0x81, text, 100001);
  expect_code (&server, bad, 1007);
}

/* A whole frame costs no memory at all, one in pieces its own block, which changes hands. */
static void
test_where_messages_lie (void)
{
  guint8 whole[] = { 0x82, 3, 'a', 'b', 'c' };
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&client);
  FayeInput input = { whole, sizeof whole };
  FayeProtocolEvent event;

  g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, FAYE_PROTOCOL_MESSAGE);
  g_assert_true (event.data == whole + 2);
  g_assert_null (event.owned);
  input = (FayeInput){ whole, 3 };
  g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, FAYE_PROTOCOL_NEED_MORE);
  input = (FayeInput){ whole + 3, 2 };
  g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, FAYE_PROTOCOL_MESSAGE);
  g_assert_cmpstr ((const char *) event.owned, ==, "abc");
  g_free (event.owned);
}

/* Lets the address space grow by at most SIZE from here on. */
static void
limit_memory (gsize size)
{
  g_autofree char *statm = NULL;
  struct rlimit limit;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &statm, NULL, NULL));
  g_assert_cmpint (getrlimit (RLIMIT_AS, &limit), ==, 0);
  limit.rlim_cur = g_ascii_strtoull (statm, NULL, 10) * getpagesize () + size;
  g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);
}

static void
send_more_than_fits (gboolean by_area)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&client);
  g_autoptr (GByteArray) head = driver_hex ("82 7f 00 00 00 00 03 00 00 00");
  g_autofree guint8 *bytes = g_malloc0 (1 << 20);
  FayeInput input = { head->data, head->len };
  FayeProtocolEvent event;

  limit_memory (8 << 20);
  g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, FAYE_PROTOCOL_NEED_MORE);
  while (faye_protocol_next (protocol, &input, &event) == FAYE_PROTOCOL_NEED_MORE)
    {
      gsize size = 0;
      guint8 *area = by_area ? faye_protocol_get_area (protocol, &size) : NULL;

      if (area != NULL)
        faye_protocol_filled (protocol, size);
      input = (FayeInput){ bytes, area != NULL ? 0 : 1 << 20 };
    }
  g_assert_cmpint (event.type, ==, FAYE_PROTOCOL_FAILURE);
  g_assert_cmpuint (event.code, ==, 1011);
}

static void
test_F24_no_memory (void)
{
  if (g_test_subprocess ())
    {
      send_more_than_fits (FALSE);
      send_more_than_fits (TRUE);
      return;
    }
  if (driver_is_sanitized ())
    {
      g_test_skip ("A sanitizer needs the address space for itself");
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/faye/core/protocol/" name, func)
  ADD ("A10-fragment-limit", test_A10_fragment_limit);
  ADD ("A10-default-fragment-limit", test_A10_default_fragment_limit);
  ADD ("A10-linear-time", test_A10_linear_time);
  ADD ("A10-memory", test_A10_memory);
  ADD ("A11-unfinished-messages", test_A11_unfinished_messages);
  ADD ("A12-sum-of-fragments", test_A12_sum_of_fragments);
  ADD ("A12-versions", test_A12_versions);
  ADD ("A12-limits-begin-anew", test_A12_limits_begin_anew);
  ADD ("A13-bad-text", test_A13_bad_text);
  ADD ("A13-before-fin", test_A13_before_fin);
  ADD ("A13-inside-a-frame", test_A13_inside_a_frame);
  ADD ("A13-good-text", test_A13_good_text);
  ADD ("A13-next-message", test_A13_next_message);
  ADD ("A19-empty", test_A19_empty);
  ADD ("A19-longest-ping", test_A19_longest_ping);
  ADD ("F24-no-memory", test_F24_no_memory);
  ADD ("large-text-in-areas", test_large_text_in_areas);
  ADD ("where-messages-lie", test_where_messages_lie);
  return g_test_run ();
}
