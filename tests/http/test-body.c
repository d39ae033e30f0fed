/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-body-private.h"

#include <string.h>

/* Every body is fed whole, byte by byte, and cut in two at every place: each time the same bytes
 * come out, and it is complete or not. */

enum
{
  MAX = 64,
};

typedef struct
{
  const char *what;
  const char *wire;
  const char *body;
  gboolean complete;
} Case;

static SoupMessageHeaders *
make_headers (const char *name, const char *value)
{
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);

  if (name)
    soup_message_headers_append (headers, name, value);
  return headers;
}

static SoupMessageHeaders *
make_chunked (void)
{
  return make_headers ("Transfer-Encoding", "chunked");
}

static void
check_result (FayeBody *body, const char *expected, gsize size, gboolean complete)
{
  g_autoptr (GBytes) bytes = faye_body_to_bytes (body);

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected, size);
  g_assert_true (faye_body_is_complete (body) == complete);
}

/* From blocks of their exact size, so that a sanitizer sees every read past an end. */
static void
feed (FayeBody *body, const char *data, gsize size)
{
  g_autofree guint8 *block = g_memdup2 (data, size);

  faye_body_feed (body, block, size);
}

static void
check_cut (guint status,
           SoupMessageHeaders *headers,
           gsize max,
           const char *wire,
           gsize cut,
           const char *expected,
           gboolean complete)
{
  g_autoptr (FayeBody) body = faye_body_new (status, headers, max);

  feed (body, wire, cut);
  feed (body, wire + cut, strlen (wire) - cut);
  check_result (body, expected, strlen (expected), complete);
}

static void
check (guint status,
       SoupMessageHeaders *headers,
       gsize max,
       const char *wire,
       const char *expected,
       gboolean complete)
{
  g_autoptr (FayeBody) body = faye_body_new (status, headers, max);

  for (gsize i = 0; wire[i]; i++)
    feed (body, wire + i, 1);
  check_result (body, expected, strlen (expected), complete);

  for (gsize cut = 0; cut <= strlen (wire); cut++)
    check_cut (status, headers, max, wire, cut, expected, complete);
  soup_message_headers_unref (headers);
}

static void
check_chunked (const Case *cases, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_test_message ("%s", cases[i].what);
      check (404, make_chunked (), MAX, cases[i].wire, cases[i].body, cases[i].complete);
    }
}

static void
test_length (void)
{
  check (404, make_headers ("Content-Length", "5"), MAX, "hello", "hello", TRUE);
  check (404, make_headers ("Content-Length", "5"), MAX, "hell", "hell", FALSE);
  check (404, make_headers ("Content-Length", "5"), MAX, "hello, more", "hello", TRUE);
  check (404, make_headers ("Content-Length", "0"), MAX, "more", "", TRUE);
}

static void
test_length_zero_is_complete (void)
{
  SoupMessageHeaders *headers = make_headers ("Content-Length", "0");
  g_autoptr (FayeBody) body = faye_body_new (404, headers, MAX);

  g_assert_true (faye_body_is_complete (body));
  soup_message_headers_unref (headers);
}

/* The largest length that libsoup knows asks for no memory. */
static void
test_length_huge (void)
{
  check (404, make_headers ("Content-Length", "9223372036854775807"), MAX, "abc", "abc", FALSE);
}

static void
test_until_end (void)
{
  check (500, make_headers (NULL, NULL), MAX, "all there is", "all there is", FALSE);
  check (500, make_headers (NULL, NULL), MAX, "", "", FALSE);
  /* A coding that nobody here knows is not taken apart. */
  check (500, make_headers ("Transfer-Encoding", "gzip"), MAX, "5\r\n", "5\r\n", FALSE);
}

static void
test_chunked (void)
{
  static const Case cases[] = {
    { "one", "5\r\nhello\r\n0\r\n\r\n", "hello", TRUE },
    { "several", "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "hello", TRUE },
    { "none", "0\r\n\r\n", "", TRUE },
    { "hexadecimal",
      "A\r\n0123456789\r\nb\r\n0123456789a\r\n0\r\n\r\n",
      "01234567890123456789a",
      TRUE },
    { "leading zeros", "000000000000005\r\nhello\r\n00\r\n\r\n", "hello", TRUE },
    { "line ends inside", "4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n", TRUE },
    { "bare line feeds", "5\nhello\n0\n\n", "hello", TRUE },
    { "a trailer", "1\r\na\r\n0\r\nDigest: 5\r\n\r\n", "a", TRUE },
    { "what follows", "1\r\na\r\n0\r\n\r\n1\r\nb\r\n", "a", TRUE },
    { "unfinished size", "1", "", FALSE },
    { "unfinished chunk", "5\r\nhel", "hel", FALSE },
    { "no last chunk", "5\r\nhello\r\n", "hello", FALSE },
  };

  check_chunked (cases, G_N_ELEMENTS (cases));
}

static void
test_chunked_extensions (void)
{
  static const Case cases[] = {
    { "a name", "5;a\r\nhello\r\n0;b\r\n\r\n", "hello", TRUE },
    { "a value", "5;a=\"b;c\"\r\nhello\r\n0\r\n\r\n", "hello", TRUE },
    { "blanks", "5 \t;a\r\nhello\r\n0 \r\n\r\n", "hello", TRUE },
    { "not finished", "5;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "", FALSE },
  };

  check_chunked (cases, G_N_ELEMENTS (cases));
}

static void
test_A39_chunk_sizes (void)
{
  static const Case cases[] = {
    { "nothing", "\r\nhello", "", TRUE },
    { "a sign", "-1\r\nhello", "", TRUE },
    { "a plus", "+5\r\nhello", "", TRUE },
    { "a blank before", " 5\r\nhello", "", TRUE },
    { "a prefix", "0x5\r\nhello", "", TRUE },
    { "no digit", "g\r\nhello", "", TRUE },
    { "an underscore", "1_0\r\nhello", "", TRUE },
    { "sixteen digits", "0000000000000005\r\nhello", "", TRUE },
    { "all ones", "ffffffffffffffff\r\nhello", "", TRUE },
    { "beyond 64 bits", "10000000000000005\r\nhello", "", TRUE },
    { "bad after a good one", "2\r\nhi\r\n-1\r\nhello", "hi", TRUE },
    { "fifteen digits", "fffffffffffffff\r\nhello", "hello", FALSE },
    { "longer than said", "5\r\nhello!\r\n0\r\n\r\n", "hello", TRUE },
  };

  check_chunked (cases, G_N_ELEMENTS (cases));
}

static void
test_A39_chunk_size_with_nul (void)
{
  static const char wire[] = "5\0\r\nhello\r\n";
  SoupMessageHeaders *headers = make_chunked ();
  g_autoptr (FayeBody) body = faye_body_new (404, headers, MAX);

  feed (body, wire, sizeof wire - 1);
  check_result (body, "", 0, TRUE);
  soup_message_headers_unref (headers);
}

/* A body by both is by its chunks (RFC 9112, section 6.3). */
static void
test_A39_chunks_before_length (void)
{
  SoupMessageHeaders *headers = make_chunked ();

  soup_message_headers_append (headers, "Content-Length", "3");
  check (404, headers, MAX, "5\r\nhello\r\n0\r\n\r\n", "hello", TRUE);
}

static void
test_no_body (void)
{
  static const guint statuses[] = { 100, 101, 103, 199, 204, 304 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      SoupMessageHeaders *headers = make_headers ("Content-Length", "5");
      g_autoptr (FayeBody) body = faye_body_new (statuses[i], headers, MAX);

      g_assert_true (faye_body_is_complete (body));
      check (statuses[i], headers, MAX, "hello", "", TRUE);
      check (statuses[i], make_chunked (), MAX, "5\r\nhello\r\n", "", TRUE);
      check (statuses[i], make_headers (NULL, NULL), MAX, "hello", "", TRUE);
    }
  check (200, make_headers ("Content-Length", "5"), MAX, "hello", "hello", TRUE);
}

static void
test_max (void)
{
  check (404, make_headers ("Content-Length", "5"), 3, "hello", "hel", TRUE);
  check (404, make_headers ("Content-Length", "5"), 5, "hello", "hello", TRUE);
  check (404, make_headers (NULL, NULL), 3, "hello", "hel", TRUE);
  check (404, make_headers (NULL, NULL), 5, "hello", "hello", TRUE);
  check (404, make_headers (NULL, NULL), 6, "hello", "hello", FALSE);
  check (404, make_headers (NULL, NULL), 0, "hello", "", TRUE);
  check (404, make_chunked (), 3, "2\r\nhe\r\n2\r\nll\r\n", "hel", TRUE);
  check (404, make_chunked (), 4, "2\r\nhe\r\n2\r\nll\r\n2\r\noo\r\n", "hell", TRUE);
}

/* What a peer announces costs nothing, and what it sends beyond the limit neither. */
static void
test_max_bounds_memory (void)
{
  SoupMessageHeaders *headers = make_headers (NULL, NULL);
  g_autoptr (FayeBody) body = faye_body_new (404, headers, 1000);
  g_autofree char *block = g_strnfill (4096, 'x');
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < 1000; i++)
    faye_body_feed (body, (const guint8 *) block, 4096);
  bytes = faye_body_to_bytes (body);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 1000);
  soup_message_headers_unref (headers);
}

static void
test_binary (void)
{
  static const char wire[] = "4\r\n\0\xff\0\n\r\n0\r\n\r\n";
  SoupMessageHeaders *headers = make_chunked ();
  g_autoptr (FayeBody) body = faye_body_new (404, headers, MAX);

  feed (body, wire, sizeof wire - 1);
  check_result (body, "\0\xff\0\n", 4, TRUE);
  soup_message_headers_unref (headers);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/faye/http/body/length", test_length);
  g_test_add_func ("/faye/http/body/length-zero-is-complete", test_length_zero_is_complete);
  g_test_add_func ("/faye/http/body/length-huge", test_length_huge);
  g_test_add_func ("/faye/http/body/until-end", test_until_end);
  g_test_add_func ("/faye/http/body/chunked", test_chunked);
  g_test_add_func ("/faye/http/body/chunked-extensions", test_chunked_extensions);
  g_test_add_func ("/faye/http/body/A39-chunk-sizes", test_A39_chunk_sizes);
  g_test_add_func ("/faye/http/body/A39-chunk-size-with-nul", test_A39_chunk_size_with_nul);
  g_test_add_func ("/faye/http/body/A39-chunks-before-length", test_A39_chunks_before_length);
  g_test_add_func ("/faye/http/body/no-body", test_no_body);
  g_test_add_func ("/faye/http/body/max", test_max);
  g_test_add_func ("/faye/http/body/max-bounds-memory", test_max_bounds_memory);
  g_test_add_func ("/faye/http/body/binary", test_binary);

  return g_test_run ();
}
