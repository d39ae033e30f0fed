/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "faye/http/faye-body-private.h"

/* A response's body: four parameters (see below), then the bytes. However it is cut, it is the
 * same; what has a length or an end is what was sent; what we cut in chunks comes back whole. */

enum
{
  PARAMETER_CODING,
  PARAMETER_MAX,
  PARAMETER_LENGTH,
  PARAMETER_PLAN,
  PARAMETERS,
};

enum
{
  CODING_LENGTH,
  CODING_END,
  CODING_CHUNKED,
  CODING_OUR_CHUNKS,
  CODINGS,
};

typedef struct
{
  SoupMessageHeaders *headers;
  gsize max;
} Setup;

static GBytes *
run (const Setup *setup, const guint8 *data, gsize size, guint8 seed, gboolean *complete)
{
  g_autoptr (FayeBody) body = faye_body_new (404, setup->headers, setup->max);
  FuzzPlan plan = fuzz_plan_begin (seed);
  GBytes *bytes;

  for (gsize at = 0, n; at < size; at += n)
    {
      g_autofree guint8 *piece = NULL;

      n = fuzz_plan_piece (&plan, size - at);
      piece = g_memdup2 (data + at, n);
      faye_body_feed (body, piece, n);
    }
  *complete = faye_body_is_complete (body);
  bytes = faye_body_to_bytes (body);
  g_assert_cmpuint (g_bytes_get_size (bytes), <=, setup->max);
  return bytes;
}

static GBytes *
run_all_ways (const Setup *setup, const guint8 *data, gsize size, guint8 seed, gboolean *complete)
{
  GBytes *whole = run (setup, data, size, 0, complete);
  gboolean split_complete;
  gboolean single_complete;
  g_autoptr (GBytes) split = run (setup, data, size, seed, &split_complete);
  g_autoptr (GBytes) single = run (setup, data, size, 1, &single_complete);

  g_assert_true (g_bytes_equal (whole, split));
  g_assert_true (g_bytes_equal (whole, single));
  g_assert_cmpint (*complete, ==, split_complete);
  g_assert_cmpint (*complete, ==, single_complete);
  return whole;
}

static void
check (const Setup *setup, GByteArray *wire, guint8 seed, const guint8 *data, gsize size)
{
  gboolean complete;
  g_autoptr (GBytes) bytes = run_all_ways (setup, wire->data, wire->len, seed, &complete);

  if (data != NULL)
    g_assert_cmpmem (g_bytes_get_data (bytes, NULL),
                     g_bytes_get_size (bytes),
                     data,
                     MIN (size, setup->max));
}

static GByteArray *
make_chunks (FuzzInput input, guint8 seed)
{
  GByteArray *wire = g_byte_array_new ();
  FuzzPlan plan = fuzz_plan_begin (seed);

  for (gsize at = 0, n; at < input.size; at += n)
    {
      g_autofree char *line = NULL;

      n = fuzz_plan_piece (&plan, input.size - at);
      line = g_strdup_printf (seed & 2 ? "%" G_GSIZE_MODIFIER "X;a=\"b\"\r\n"
                                       : "%04" G_GSIZE_MODIFIER "x\r\n",
                              n);
      g_byte_array_append (wire, (const guint8 *) line, strlen (line));
      g_byte_array_append (wire, input.data + at, n);
      g_byte_array_append (wire, (const guint8 *) "\r\n", 2);
    }
  g_byte_array_append (wire, (const guint8 *) "0\r\nTrailer: x\r\n\r\n", 17);
  return wire;
}

static void
run_coding (Setup *setup, const guint8 *parameters, FuzzInput input)
{
  guint8 seed = parameters[PARAMETER_PLAN];
  gsize length = parameters[PARAMETER_LENGTH] * 3;
  g_autoptr (GByteArray) wire = NULL;

  if (parameters[PARAMETER_CODING] % CODINGS == CODING_OUR_CHUNKS)
    {
      wire = make_chunks (input, parameters[PARAMETER_LENGTH]);
      soup_message_headers_set_encoding (setup->headers, SOUP_ENCODING_CHUNKED);
      check (setup, wire, seed, input.data, input.size);
      return;
    }
  wire = g_byte_array_append (g_byte_array_new (), input.data, input.size);
  switch (parameters[PARAMETER_CODING] % CODINGS)
    {
    case CODING_LENGTH:
      soup_message_headers_set_content_length (setup->headers, length);
      check (setup, wire, seed, input.data, MIN (length, input.size));
      break;
    case CODING_CHUNKED:
      soup_message_headers_set_encoding (setup->headers, SOUP_ENCODING_CHUNKED);
      check (setup, wire, seed, NULL, 0);
      break;
    default:
      check (setup, wire, seed, input.data, input.size);
      break;
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  FuzzInput input = { data + PARAMETERS, size - PARAMETERS };
  Setup setup;

  if (size < PARAMETERS)
    return 0;
  setup.max = data[PARAMETER_MAX] * 4;
  setup.headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  run_coding (&setup, data, input);
  soup_message_headers_unref (setup.headers);
  return 0;
}
