/* SPDX-License-Identifier: MIT */

#include "tests/ext/codec-text.h"

#include <string.h>

GByteArray *
bytes_from_hex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();

  for (const char *at = hex; *at; at += *at == ' ' ? 1 : 2)
    {
      guint8 byte;

      if (*at == ' ')
        continue;
      byte = g_ascii_xdigit_value (at[0]) << 4 | g_ascii_xdigit_value (at[1]);
      g_byte_array_append (bytes, &byte, 1);
    }
  return bytes;
}

static guint32
draw (guint32 *state)
{
  *state = *state * 1664525u + 1013904223u;
  return *state >> 16;
}

GByteArray *
bytes_text (gsize size)
{
  GByteArray *bytes = g_byte_array_new ();
  guint32 state = 1;

  while (bytes->len < size)
    {
      char line[100];
      int n = g_snprintf (line,
                          sizeof line,
                          "{\"id\":%u,\"user\":\"user-%u\",\"text\":\"Grüße %u\"}\n",
                          draw (&state),
                          draw (&state) % 100,
                          draw (&state) % 1000);

      g_byte_array_append (bytes, (const guint8 *) line, n);
    }
  g_byte_array_set_size (bytes, size);
  return bytes;
}

GByteArray *
bytes_noise (gsize size, guint32 seed)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_set_size (bytes, size);
  for (gsize i = 0; i < size; i++)
    bytes->data[i] = draw (&seed);
  return bytes;
}

GByteArray *
bytes_zeros (gsize size)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_set_size (bytes, size);
  if (size > 0)
    memset (bytes->data, 0, size);
  return bytes;
}

void
bytes_assert_equal (const GByteArray *actual, const GByteArray *expected)
{
  g_assert_nonnull (actual);
  g_assert_cmpmem (actual->data, actual->len, expected->data, expected->len);
}

/* A block of exactly its size, so that a sanitizer sees every read past its end. */
static GByteArray *
collect (FayeDeflateOutput *output, FayeCodecStatus status)
{
  FayePayload payload;
  GByteArray *bytes;

  if (status != FAYE_CODEC_DONE)
    {
      faye_deflate_output_clear (output);
      return NULL;
    }
  payload = faye_deflate_output_finish (output);
  bytes = g_byte_array_sized_new (payload.size);
  g_byte_array_append (bytes, payload.data, payload.size);
  if (payload.release)
    g_assert_cmpuint (payload.data[payload.size], ==, 0);
  faye_payload_clear (&payload);
  return bytes;
}

GByteArray *
codec_inflate (FayeInflater *inflater,
               const GByteArray *message,
               guint64 limit,
               gboolean scratch,
               FayeCodecStatus *status)
{
  g_autofree guint8 *lent = scratch ? g_malloc (FAYE_DEFLATE_SCRATCH_SIZE) : NULL;
  g_autofree guint8 *exact = g_memdup2 (message->data, message->len);
  FayeCodecInput input = { .data = exact, .size = message->len };
  FayeDeflateOutput output;

  faye_deflate_output_init (&output, lent, limit);
  do
    *status = faye_inflater_run (inflater, &input, &output, 65536);
  while (*status == FAYE_CODEC_AGAIN);
  return collect (&output, *status);
}

GByteArray *
codec_deflate (FayeDeflater *deflater,
               const GByteArray *message,
               guint64 limit,
               gboolean scratch,
               FayeCodecStatus *status)
{
  g_autofree guint8 *lent = scratch ? g_malloc (FAYE_DEFLATE_SCRATCH_SIZE) : NULL;
  g_autofree guint8 *exact = g_memdup2 (message->data, message->len);
  FayeCodecInput input = { .data = exact, .size = message->len };
  FayeDeflateOutput output;

  faye_deflate_output_init (&output, lent, limit);
  do
    *status = faye_deflater_run (deflater, &input, &output, 65536);
  while (*status == FAYE_CODEC_AGAIN);
  return collect (&output, *status);
}
