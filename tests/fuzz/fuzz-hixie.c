/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz-head.h"
#include "tests/fuzz/fuzz-ws.h"

#include <string.h>

#include "faye/http/faye-hixie-handshake-private.h"
#include "faye/http/faye-server-handshake-private.h"

/* FUZZ_VERSION of the hixie drafts. The input is what follows the handshake, which must mean what a
 * plain reader makes of it, however it is cut; or, in version 76, the two keys and the challenge,
 * from which our answer must be the one that is worked out here by hand. */

enum
{
  HANDSHAKE = 1 << 5, /* a flag beside those of all WebSocket targets */
};

/* N as digits in a text, or FALSE where it is more than 32 bits hold. */
static gboolean
read_digits (const char *key, guint64 *n)
{
  g_autoptr (GString) digits = g_string_new (NULL);

  for (; *key; key++)
    if (*key >= '0' && *key <= '9' && (digits->len > 0 || *key != '0'))
      g_string_append_c (digits, *key);
  *n = g_ascii_strtoull (digits->str, NULL, 10);
  return digits->len <= 10 && *n <= G_MAXUINT32;
}

static gboolean
expect_number (const char *key, guint32 *number)
{
  guint64 digits;
  guint spaces = 0;

  for (const char *at = key; *at; at++)
    spaces += *at == ' ';
  if (!read_digits (key, &digits) || digits == 0 || spaces == 0 || digits % spaces != 0)
    return FALSE;
  *number = digits / spaces;
  return TRUE;
}

static char *
expect_answer (const guint32 numbers[2], const guint8 challenge[FAYE_HIXIE_CHALLENGE_SIZE])
{
  guint8 bytes[16];

  for (guint i = 0; i < 8; i++)
    bytes[i] = numbers[i / 4] >> (24 - 8 * (i % 4));
  memcpy (bytes + 8, challenge, 8);
  return g_compute_checksum_for_data (G_CHECKSUM_MD5, bytes, sizeof bytes);
}

static char *
to_hex (GBytes *bytes)
{
  GString *text = g_string_new (NULL);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%02x", data[i]);
  return g_string_free (text, FALSE);
}

static void
check_answer (FayeServerHandshake *handshake, const guint32 numbers[2], const guint8 *challenge)
{
  g_autofree char *expected = expect_answer (numbers, challenge);
  g_autoptr (GBytes) answer = faye_server_handshake_answer (handshake, challenge);
  g_autofree char *actual = to_hex (answer);

  g_assert_cmpstr (actual, ==, expected);
}

static void
check_handshake (const char *key_1, const char *key_2, const guint8 *challenge, guint8 seed)
{
  g_autofree char *request = g_strdup_printf ("GET /demo HTTP/1.1\r\n"
                                              "Host: example.com\r\n"
                                              "Connection: Upgrade\r\n"
                                              "Upgrade: WebSocket\r\n"
                                              "Sec-WebSocket-Key1: %s\r\n"
                                              "Sec-WebSocket-Key2: %s\r\n"
                                              "Origin: http://example.com\r\n\r\n",
                                              key_1,
                                              key_2);
  g_auto (FuzzHead) read = fuzz_head_read (TRUE, (const guint8 *) request, strlen (request), seed);
  g_autoptr (FayeServerHandshake) handshake = NULL;
  guint32 numbers[2];
  gboolean fine;

  if (read.head == NULL || faye_head_count (read.head->headers, "Sec-WebSocket-Key", NULL) > 0)
    return;
  handshake = faye_server_handshake_new (read.head->method,
                                         read.head->target,
                                         read.head->version,
                                         read.head->headers,
                                         FALSE,
                                         TRUE);
  fine = expect_number (key_1, &numbers[0]) && expect_number (key_2, &numbers[1]);
  g_assert_cmpint (faye_server_handshake_get_status (handshake) == 101, ==, fine);
  if (!fine)
    return;
  g_assert_cmpint (faye_server_handshake_get_version (handshake), ==, FAYE_VERSION_HIXIE_76);
  g_assert_cmpuint (faye_server_handshake_get_challenge_size (handshake), ==, 8);
  check_answer (handshake, numbers, challenge);
}

/* Up to the next line end, without the blanks around that are no part of a value. */
static char *
take_line (FuzzInput *input)
{
  const guint8 *end = input->size > 0 ? memchr (input->data, '\n', input->size) : NULL;
  gsize size = end != NULL ? (gsize) (end - input->data) : input->size;
  char *line = g_strstrip (fuzz_text ((FuzzInput){ input->data, size }));

  size += end != NULL;
  input->data += size;
  input->size -= size;
  return line;
}

static void
run_handshake (FuzzInput input, guint8 seed)
{
  guint8 challenge[FAYE_HIXIE_CHALLENGE_SIZE];
  g_autofree char *key_1 = NULL;
  g_autofree char *key_2 = NULL;

  for (guint i = 0; i < sizeof challenge; i++)
    challenge[i] = fuzz_take (&input);
  key_1 = take_line (&input);
  key_2 = take_line (&input);
  check_handshake (key_1, key_2, challenge, seed);
}

/* The plain reader: each function takes one thing from INPUT and returns FALSE at the end of all.
 */

static gboolean
end_with (GString *log, guint code)
{
  g_string_append_printf (log, "end %u\n", code);
  return FALSE;
}

static gboolean
read_plain_text (FuzzInput *input, guint64 max, GString *log)
{
  const guint8 *end = input->size > 0 ? memchr (input->data, 0xff, input->size) : NULL;
  gsize size = end != NULL ? (gsize) (end - input->data) : input->size;
  gsize fitting = MIN (size, max);
  gboolean complete;

  if (fuzz_reference_utf8 (input->data, fitting, &complete) < fitting)
    return end_with (log, 1007);
  if (size > max)
    return end_with (log, 1009);
  if (end == NULL)
    return FALSE;
  if (!complete)
    return end_with (log, 1007);
  driver_log_payload (log, input->data, size);
  input->data += size + 1;
  input->size -= size + 1;
  return TRUE;
}

static gboolean
read_plain_segment (FuzzInput *input, gboolean closing, guint64 max, GString *log)
{
  guint64 length = 0;
  guint8 byte = 0x80;

  for (guint i = 0; byte >= 0x80; i++)
    {
      if (input->size == 0)
        return FALSE;
      byte = fuzz_take (input);
      length = length * 128 + byte % 128;
      if (i == 9 || length > max)
        return end_with (log, 1009);
      if (closing && length == 0)
        return end_with (log, 1005);
    }
  length = MIN (length, input->size);
  input->data += length;
  input->size -= length;
  return TRUE;
}

/* From a first byte 0xff on, every length that begins with 0 closes version 76. */
static char *
read_plain (FuzzInput input, guint64 max)
{
  GString *log = g_string_new (NULL);
  gboolean closing = FALSE;
  gboolean more = TRUE;

  while (more && input.size > 0)
    {
      guint8 first = fuzz_take (&input);

      closing |= first == 0xff && FUZZ_VERSION == FAYE_VERSION_HIXIE_76;
      more = first < 0x80 ? read_plain_text (&input, max, log)
                          : read_plain_segment (&input, closing, max, log);
    }
  return g_string_free (log, FALSE);
}

static char *
read_ours (const DriverSetup *setup, FuzzInput input)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (setup);
  g_autofree guint8 *block = g_memdup2 (input.data, input.size);
  GString *log = g_string_new (NULL);
  FayeInput ours = { block, input.size };
  FayeProtocolEvent event;

  while (faye_protocol_next (protocol, &ours, &event) != FAYE_PROTOCOL_NEED_MORE)
    {
      if (event.type != FAYE_PROTOCOL_MESSAGE)
        {
          end_with (log, event.code);
          continue;
        }
      driver_log_payload (log, event.data, event.size);
      g_free (event.owned);
    }
  return g_string_free (log, FALSE);
}

static void
check_meaning (const DriverSetup *setup, FuzzInput input)
{
  guint64 max = setup->max_length != 0 ? setup->max_length : FAYE_PROTOCOL_DEFAULT_MAX_LENGTH;
  g_autofree char *plain = read_plain (input, max);
  g_autofree char *ours = read_ours (setup, input);

  g_assert_cmpstr (ours, ==, plain);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  FuzzInput input = { data + FUZZ_WS_PARAMETERS, size - FUZZ_WS_PARAMETERS };
  DriverSetup setup;

  if (size < FUZZ_WS_PARAMETERS)
    return 0;
  if (FUZZ_VERSION == FAYE_VERSION_HIXIE_76 && data[FUZZ_WS_FLAGS] & HANDSHAKE)
    {
      run_handshake (input, data[FUZZ_WS_PLAN]);
      return 0;
    }
  setup = fuzz_ws_setup (data);
  setup.version = FUZZ_VERSION;
  setup.closing = setup.closing && FUZZ_VERSION == FAYE_VERSION_HIXIE_76;
  check_meaning (&setup, input);
  fuzz_ws_compare (&setup, input.data, input.size, data[FUZZ_WS_PLAN], 0);
  return 0;
}
