/* SPDX-License-Identifier: MIT */

#include "tests/core/conformance.h"

#include <string.h>

/* Words become bytes on one side and the driver's log on the other. */

typedef struct
{
  DriverSetup setup;
  GByteArray *bytes;
  gssize mark; /* −1: none */
} Input;

typedef struct
{
  FayeRole role;
  char *sent;
  char *expected;
} Case;

static void
case_free (gpointer data)
{
  Case *self = data;

  g_free (self->sent);
  g_free (self->expected);
  g_free (self);
}

char *
conformance_escape (const guint8 *bytes, gsize size)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%%%02x", bytes[i]);
  return g_string_free (text, FALSE);
}

static guint8
hex_byte (const char *text)
{
  g_assert_true (g_ascii_isxdigit (text[0]) && g_ascii_isxdigit (text[1]));
  return g_ascii_xdigit_value (text[0]) << 4 | g_ascii_xdigit_value (text[1]);
}

static GByteArray *
letters (gsize size)
{
  GByteArray *bytes = g_byte_array_sized_new (size);

  g_byte_array_set_size (bytes, size);
  for (gsize i = 0; i < size; i++)
    bytes->data[i] = 'a' + i % 26;
  return bytes;
}

/* What stands behind the ':', '!' or '*' of a word. */
static GByteArray *
read_payload (const char *text)
{
  GByteArray *bytes;

  if (*text == '*')
    return letters (g_ascii_strtoull (text + 1, NULL, 10));
  bytes = g_byte_array_new ();
  for (const char *p = text + 1; *p != '\0'; p += *p == '%' ? 3 : 1)
    {
      guint8 byte = *p == '%' ? hex_byte (p + 1) : (guint8) *p;

      g_byte_array_append (bytes, &byte, 1);
    }
  return bytes;
}

static void
append_hex (GByteArray *bytes, const char *hex)
{
  for (const char *p = hex; *p != '\0'; p += 2)
    {
      guint8 byte = hex_byte (p);

      g_byte_array_append (bytes, &byte, 1);
    }
}

static void
append_head (Input *input, const char *word)
{
  gsize second = input->bytes->len + 1;

  append_hex (input->bytes, word + 3);
  g_byte_array_set_size (input->bytes, input->bytes->len + 1);
  memmove (input->bytes->data + second,
           input->bytes->data + second - 1,
           input->bytes->len - second);
  input->bytes->data[second - 1] = hex_byte (word);
  if (input->setup.role == FAYE_ROLE_SERVER)
    input->bytes->data[second] |= 0x80;
}

static void
append_frame (Input *input, const char *word)
{
  g_autoptr (GByteArray) payload = read_payload (word + 2);
  FayeRole other = input->setup.role == FAYE_ROLE_SERVER ? FAYE_ROLE_CLIENT : FAYE_ROLE_SERVER;
  FayeRole role = word[2] == '!' ? other : input->setup.role;

  driver_add_frame (input->bytes, role, hex_byte (word), payload->data, payload->len);
}

/* Whether WORD is "NAME=…", whose number it then is. */
static gboolean
is_option (const char *word, const char *name, guint64 *value)
{
  if (!g_str_has_prefix (word, name))
    return FALSE;
  *value = g_ascii_strtoull (word + strlen (name), NULL, 10);
  return TRUE;
}

static void
read_word (Input *input, const char *word)
{
  guint64 bits;

  if (strcmp (word, "closing") == 0)
    input->setup.closing = TRUE;
  else if (strcmp (word, "|") == 0)
    input->mark = input->bytes->len;
  else if (is_option (word, "bits=", &bits))
    input->setup.extension_bits = bits;
  else if (is_option (word, "max=", &input->setup.max_length) ||
           is_option (word, "frames=", &input->setup.max_fragments))
    return;
  else if (word[0] == '=')
    append_hex (input->bytes, word + 1);
  else if (word[2] == '^')
    append_head (input, word);
  else
    append_frame (input, word);
}

static void
read_input (Input *input, FayeRole role, const char *sent)
{
  g_auto (GStrv) words = g_strsplit (sent, " ", -1);

  *input = (Input){ .setup = { .role = role }, .bytes = g_byte_array_new (), .mark = -1 };
  for (gsize i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      read_word (input, words[i]);
}

static void
log_reply (GString *log, guint8 first, const guint8 *payload, gsize size)
{
  g_assert_cmpuint (size, <=, 125);
  g_string_append_printf (log, "reply %02x %02x", first, (guint) size);
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (log, " %02x", payload[i]);
  g_string_append_c (log, '\n');
}

static void
log_close_reply (GString *log, guint code, const char *reason)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  guint8 bytes[2] = { code >> 8, code & 0xff };

  if (code != 1005)
    g_byte_array_append (body, bytes, 2);
  g_byte_array_append (body, (const guint8 *) reason, strlen (reason));
  log_reply (log, 0x88, body->data, body->len);
}

/* "1000:why" */
static void
log_close (GString *log, const char *text, gboolean closing)
{
  char *rest = NULL;
  guint code = g_ascii_strtoull (text, &rest, 10);
  g_autoptr (GByteArray) reason = read_payload (*rest == ':' ? rest : ":");
  g_autofree char *echoed = g_strndup ((const char *) reason->data, reason->len);

  g_string_append_printf (log, "close %u", code);
  driver_log_payload (log, reason->len > 0 ? reason->data : (const guint8 *) "", reason->len);
  if (!closing)
    log_close_reply (log, code, echoed != NULL ? echoed : "");
}

/* How a failure is worded is free; but it is said, and told to the peer. */
static void
log_failure (GString *log, const char *code, gboolean closing, const char *actual)
{
  g_autofree char *start = g_strdup_printf ("failure %s \"", code);
  const char *found = strstr (actual, start);
  const char *text = found != NULL ? found + strlen (start) : "…";
  g_autofree char *what = g_strndup (text, strcspn (text, "\"\n"));

  g_assert_cmpuint (strlen (what), >, 0);
  g_string_append_printf (log, "%s%s\"\n", start, what);
  if (!closing)
    log_close_reply (log, g_ascii_strtoull (code, NULL, 10), what);
}

static void
log_payload_event (GString *log, const char *word, gboolean closing)
{
  gsize size = strcspn (word, ":*");
  g_autoptr (GByteArray) payload = read_payload (word + size);

  g_string_append_len (log, word, size);
  driver_log_payload (log, payload->len > 0 ? payload->data : (const guint8 *) "", payload->len);
  if (g_str_has_prefix (word, "ping") && !closing)
    log_reply (log, 0x8a, payload->data, payload->len);
}

/* ACTUAL is looked at for the wording of failures only. */
static char *
make_log (const char *expected, gboolean closing, const char *actual)
{
  g_autoptr (GString) log = g_string_new (NULL);
  g_auto (GStrv) words = g_strsplit (expected, " ", -1);
  gboolean unfinished = FALSE;

  for (gsize i = 0; words[i] != NULL; i++)
    if (strcmp (words[i], "...") == 0)
      unfinished = TRUE;
    else if (g_str_has_prefix (words[i], "close:"))
      log_close (log, words[i] + strlen ("close:"), closing);
    else if (g_str_has_prefix (words[i], "fail:"))
      log_failure (log, words[i] + strlen ("fail:"), closing, actual);
    else if (*words[i] != '\0')
      log_payload_event (log, words[i], closing);
  g_string_append (log, unfinished ? "unfinished" : "idle");
  return g_strdup (log->str);
}

static void
compare (const char *sent, const char *actual, const char *log, const char *when)
{
  if (strcmp (actual, log) != 0)
    g_error ("%s, %s:\n%s\ninstead of\n%s", sent, when, actual, log);
}

/* At the mark all is known, and the end of it was not known a byte before. */
static void
check_mark (Input *input, const char *sent, const char *log)
{
  g_autofree char *at_mark = NULL;
  g_autofree char *before = NULL;

  if (input->mark < 0)
    return;
  at_mark = driver_run_all_ways (&input->setup, input->bytes->data, input->mark);
  compare (sent, at_mark, log, "at the mark");
  before = driver_run_all_ways (&input->setup, input->bytes->data, input->mark - 1);
  if (strstr (before, "failure") != NULL || strstr (before, "close") != NULL)
    g_error ("%s, before the mark:\n%s", sent, before);
}

static void
check_for (FayeRole role, const char *sent, const char *expected)
{
  g_autofree char *actual = NULL;
  g_autofree char *log = NULL;
  Input input;

  read_input (&input, role, sent);
  actual = driver_run_all_ways (&input.setup, input.bytes->data, input.bytes->len);
  log = make_log (expected, input.setup.closing, actual);
  compare (sent, actual, log, role == FAYE_ROLE_SERVER ? "server" : "client");
  check_mark (&input, sent, log);
  g_byte_array_unref (input.bytes);
}

void
conformance_check (const char *sent, const char *expected)
{
  check_for (FAYE_ROLE_SERVER, sent, expected);
  check_for (FAYE_ROLE_CLIENT, sent, expected);
}

static void
run_case (gconstpointer data)
{
  const Case *self = data;

  check_for (self->role, self->sent, self->expected);
}

void
conformance_add_for (FayeRole role, const char *name, const char *sent, const char *expected)
{
  g_autofree char *path = g_strdup_printf ("/faye/core/conformance/%s/%s",
                                           name,
                                           role == FAYE_ROLE_SERVER ? "server" : "client");
  Case *self = g_new0 (Case, 1);

  self->role = role;
  self->sent = g_strdup (sent);
  self->expected = g_strdup (expected);
  g_test_add_data_func_full (path, self, run_case, case_free);
}

void
conformance_add (const char *name, const char *sent, const char *expected)
{
  conformance_add_for (FAYE_ROLE_SERVER, name, sent, expected);
  conformance_add_for (FAYE_ROLE_CLIENT, name, sent, expected);
}

void
conformance_add_all (const char *section, const ConformanceCase *cases, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%s", section, cases[i].name);

      conformance_add (name, cases[i].sent, cases[i].expected);
    }
}
