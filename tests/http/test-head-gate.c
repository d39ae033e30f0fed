/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-head-gate-private.h"

#include "tests/http/http-fixture.h"

/* What the gate lets through, what it refuses and with which status, and that pieces do not matter.
 */

#define REQUEST                                                                                    \
  "GET /chat?x=%2e HTTP/1.1\r\n"                                                                   \
  "Host: example.com\r\n"                                                                          \
  "X-Empty:\r\n"                                                                                   \
  "X-Blanks: \t a  b\t \r\n"                                                                       \
  "x-empty: \xc3\xa4\r\n"                                                                          \
  "\r\n"

#define RESPONSE                                                                                   \
  "HTTP/1.1 101 Switching \xc3\xa4 Protocols\r\n"                                                  \
  "Upgrade: websocket\r\n"                                                                         \
  "\r\n"

static void
test_request (void)
{
  g_autoptr (GError) error = NULL;
  guint status = 0;
  g_autoptr (FayeHead) head = fixture_parse (TRUE, REQUEST, strlen (REQUEST), &status, &error);
  g_autofree char *empty = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (status, ==, 200);
  g_assert_cmpstr (head->method, ==, "GET");
  g_assert_cmpstr (head->target, ==, "/chat?x=%2e");
  g_assert_cmpint (head->version, ==, SOUP_HTTP_1_1);
  g_assert_cmpuint (head->status, ==, 0);
  g_assert_null (head->reason);
  g_assert_cmpstr (soup_message_headers_get_one (head->headers, "X-Blanks"), ==, "a  b");
  empty = faye_head_join (head->headers, "X-Empty");
  g_assert_cmpstr (empty, ==, ", \xc3\xa4");
}

static void
test_response (void)
{
  g_autoptr (FayeHead) head = fixture_response (RESPONSE);
  g_autoptr (FayeHead) bare = fixture_response ("HTTP/1.0 404\r\n\r\n");
  g_autoptr (FayeHead) blank = fixture_response ("HTTP/1.1 599 \r\n\r\n");

  g_assert_null (head->method);
  g_assert_null (head->target);
  g_assert_cmpint (head->version, ==, SOUP_HTTP_1_1);
  g_assert_cmpuint (head->status, ==, 101);
  g_assert_cmpstr (head->reason, ==, "Switching \xc3\xa4 Protocols");
  g_assert_cmpint (bare->version, ==, SOUP_HTTP_1_0);
  g_assert_cmpuint (bare->status, ==, 404);
  g_assert_cmpstr (bare->reason, ==, "");
  g_assert_cmpuint (blank->status, ==, 599);
}

typedef struct
{
  FayeHeadResult result;
  guint status;
  gsize used;
  char *message;
} Outcome;

/* Feeds TEXT in pieces that end at FIRST and then after every STEP bytes. */
static Outcome
feed_pieces (gboolean is_request, const char *text, gsize size, gsize first, gsize step)
{
  g_autoptr (FayeHeadGate) gate = faye_head_gate_new (is_request);
  Outcome outcome = { FAYE_HEAD_MORE, 0, 0, NULL };
  gsize end = first;

  while (outcome.result == FAYE_HEAD_MORE && outcome.used < size)
    {
      g_autoptr (GError) error = NULL;
      gsize used = 0;

      end = MIN (end, size);
      outcome.result = faye_head_gate_feed (gate,
                                            (const guint8 *) text + outcome.used,
                                            end - outcome.used,
                                            &used,
                                            &error);
      outcome.used += used;
      if (outcome.result == FAYE_HEAD_MORE)
        g_assert_cmpuint (outcome.used, ==, end);
      if (outcome.result == FAYE_HEAD_BAD)
        {
          g_assert_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_BAD_HEAD);
          g_assert_false (g_str_has_suffix (error->message, "."));
          outcome.message = g_strdup (error->message);
        }
      else
        g_assert_no_error (error);
      end += step;
    }

  outcome.status = faye_head_gate_get_status (gate);
  return outcome;
}

static void
assert_same (Outcome *a, Outcome *b)
{
  g_assert_cmpint (a->result, ==, b->result);
  g_assert_cmpuint (a->status, ==, b->status);
  g_assert_cmpuint (a->used, ==, b->used);
  g_assert_cmpstr (a->message, ==, b->message);
  g_clear_pointer (&b->message, g_free);
}

static void
assert_split_invariant (gboolean is_request, const char *text, gsize size)
{
  Outcome whole = feed_pieces (is_request, text, size, size, size);
  Outcome pieces = feed_pieces (is_request, text, size, 1, 1);

  assert_same (&whole, &pieces);
  for (gsize first = 0; first < size; first++)
    {
      pieces = feed_pieces (is_request, text, size, first, size);
      assert_same (&whole, &pieces);
    }
  g_free (whole.message);
}

static void
test_splits (void)
{
  static const char *const requests[] = {
    REQUEST,
    REQUEST "\x81\x85",
    "\r\n" REQUEST REQUEST,
    "\r\n\r\n" REQUEST,
    "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n",
    "GET / HTTP/1.1\nHost: a\n\n",
    "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: \xc3\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    assert_split_invariant (TRUE, requests[i], strlen (requests[i]));
  assert_split_invariant (FALSE, RESPONSE "\x81\x01x", strlen (RESPONSE) + 3);
}

static void
test_rest (void)
{
  const char *text = REQUEST "\x81\x85mask";
  Outcome outcome = feed_pieces (TRUE, text, strlen (text), strlen (text), 1);

  g_assert_cmpint (outcome.result, ==, FAYE_HEAD_DONE);
  g_assert_cmpuint (outcome.used, ==, strlen (REQUEST));
}

static void
test_after_the_end (void)
{
  g_autoptr (FayeHeadGate) done = faye_head_gate_new (TRUE);
  g_autoptr (FayeHeadGate) bad = faye_head_gate_new (TRUE);
  g_autoptr (GError) error = NULL;
  const guint8 *text = (const guint8 *) REQUEST;
  gsize used = 1;

  faye_head_gate_feed (done, text, strlen (REQUEST), &used, NULL);
  g_assert_cmpint (faye_head_gate_feed (done, text, 9, &used, NULL), ==, FAYE_HEAD_DONE);
  g_assert_cmpuint (used, ==, 0);

  faye_head_gate_feed (bad, (const guint8 *) "\n", 1, &used, NULL);
  g_assert_cmpint (faye_head_gate_feed (bad, text, 9, &used, &error), ==, FAYE_HEAD_BAD);
  g_assert_cmpuint (used, ==, 0);
  g_assert_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_BAD_HEAD);
}

static void
test_empty_lines (void)
{
  g_autoptr (FayeHead) one = fixture_parse (TRUE, "\r\n" REQUEST, strlen (REQUEST) + 2, NULL, NULL);
  guint status = 0;

  g_assert_cmpstr (one->method, ==, "GET");
  g_assert_null (fixture_parse (TRUE, "\r\n\r\n", 4, &status, NULL));
  g_assert_cmpuint (status, ==, 400);
  g_assert_null (fixture_parse (FALSE, "\r\n", 2, NULL, NULL));
}

/* Each stands alone: the head is refused with STATUS before its end. */
typedef struct
{
  const char *text;
  gsize size; /* 0: the text's */
  guint status;
} Bad;

static void
assert_bad (gboolean is_request, const Bad *bad)
{
  g_autoptr (GError) error = NULL;
  gsize size = bad->size ? bad->size : strlen (bad->text);
  guint status = 0;

  fixture_name_case (bad->text);
  g_assert_null (fixture_parse (is_request, bad->text, size, &status, &error));
  g_assert_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_BAD_HEAD);
  g_assert_cmpuint (status, ==, bad->status);
}

static void
test_bad_start (void)
{
  static const Bad requests[] = {
    { "GET\r\n", 0, 400 },
    { "GET /\r\n", 0, 400 },
    { "GET / \r\n", 0, 400 },
    { "GET  / HTTP/1.1\r\n", 0, 400 },
    { "GET /  HTTP/1.1\r\n", 0, 400 },
    { "GET / HTTP/1.1 \r\n", 0, 400 },
    { " GET / HTTP/1.1\r\n", 0, 400 },
    { "GET\t/\tHTTP/1.1\r\n", 0, 400 },
    { "GET /a b HTTP/1.1\r\n", 0, 400 },
    { "G(T / HTTP/1.1\r\n", 0, 400 },
    { "G\xc3\x84T / HTTP/1.1\r\n", 0, 400 },
    { "GET /\xc3\xa4 HTTP/1.1\r\n", 0, 400 },
    { "GET / http/1.1\r\n", 0, 400 },
    { "GET / HTTP/11\r\n", 0, 400 },
    { "GET / HTTP/1:1\r\n", 0, 400 },
    { "GET / HTTP/x.1\r\n", 0, 400 },
    { "GET / HTTP/1.x\r\n", 0, 400 },
    { "GET / HTTP/1.10\r\n", 0, 400 },
    { "GET / HTTP/2.0\r\n", 0, 505 },
    { "GET / HTTP/1.2\r\n", 0, 505 },
    { "GET / HTTP/0.9\r\n", 0, 505 },
    { "\x16\x03\x01\x02", 0, 400 },
  };
  static const Bad responses[] = {
    { "HTTP/1.1\r\n", 0, 400 },
    { "HTTP/1.1 10\r\n", 0, 400 },
    { "HTTP/1.1 1011\r\n", 0, 400 },
    { "HTTP/1.1 099 X\r\n", 0, 400 },
    { "HTTP/1.1 600 X\r\n", 0, 400 },
    { "HTTP/1.1 1x1 X\r\n", 0, 400 },
    { "HTTP/1.1 10x X\r\n", 0, 400 },
    { "HTTP/1.1\t101 X\r\n", 0, 400 },
    { "HTTP/1.1 101\tX\r\n", 0, 400 },
    { "HTTP/1.1 101 \xff\r\n", 0, 400 },
    { "HTTP/2.0 101 X\r\n", 0, 400 },
    { "HTTP/1.2 101 X\r\n", 0, 400 },
    { "ICY 200 OK and so on\r\n", 0, 400 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    assert_bad (TRUE, &requests[i]);
  for (guint i = 0; i < G_N_ELEMENTS (responses); i++)
    assert_bad (FALSE, &responses[i]);
}

#define START "GET / HTTP/1.1\r\n"

/* A34, to a server and to a client. */
static void
test_bad_fields (void)
{
  static const Bad fields[] = {
    { "A: b\rc\r\n", 0, 400 },      { "A: b\r\r\n", 0, 400 },      { "A: b\n", 0, 400 },
    { "A: b\r\n c\r\n", 0, 400 },   { "A: b\r\n\tc\r\n", 0, 400 }, { " A: b\r\n", 0, 400 },
    { "A: \0\r\n", 6, 400 },        { "A\0: b\r\n", 7, 400 },      { "A: b\x0b\r\n", 0, 400 },
    { "A: b\x0c\r\n", 0, 400 },     { "A: b\x1c\r\n", 0, 400 },    { "A: b\x1d\r\n", 0, 400 },
    { "A: b\x1e\r\n", 0, 400 },     { "A: b\x7f\r\n", 0, 400 },    { "A: b\x85\r\n", 0, 400 },
    { "A: b\xc2\x85\r\n", 0, 400 }, { "A: b\xff\r\n", 0, 400 },    { "A : b\r\n", 0, 400 },
    { "A\t: b\r\n", 0, 400 },       { ": b\r\n", 0, 400 },         { "A\r\n", 0, 400 },
    { "A b: c\r\n", 0, 400 },       { "A(b): c\r\n", 0, 400 },     { "\xc3\xa4: c\r\n", 0, 400 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      gsize size = fields[i].size ? fields[i].size : strlen (fields[i].text);
      GString *request = g_string_new (START);
      GString *response = g_string_new ("HTTP/1.1 101 X\r\n");
      Bad bad = { NULL, 0, 400 };

      g_string_append_len (request, fields[i].text, (gssize) size);
      g_string_append_len (response, fields[i].text, (gssize) size);
      bad.text = request->str;
      bad.size = request->len;
      assert_bad (TRUE, &bad);
      bad.text = response->str;
      bad.size = response->len;
      assert_bad (FALSE, &bad);
      g_string_free (request, TRUE);
      g_string_free (response, TRUE);
    }
}

/* The value of a broken field may be a password. */
static void
test_no_secret (void)
{
  const char *text = START "Authorization: Basic c2VjcmV0\xff\r\n";
  g_autoptr (GError) error = NULL;

  g_assert_null (fixture_parse (TRUE, text, strlen (text), NULL, &error));
  g_assert_nonnull (strstr (error->message, "Authorization"));
  g_assert_null (strstr (error->message, "c2Vj"));
}

static FayeHeadResult
feed_string (gboolean is_request, GString *text, guint *status)
{
  g_autoptr (FayeHeadGate) gate = faye_head_gate_new (is_request);
  gsize used = 0;
  FayeHeadResult result =
    faye_head_gate_feed (gate, (const guint8 *) text->str, text->len, &used, NULL);

  *status = faye_head_gate_get_status (gate);
  g_string_free (text, TRUE);
  return result;
}

static GString *
make_line (const char *before, gsize fill, const char *after)
{
  g_autofree char *filling = g_strnfill (fill, 'x');
  GString *text = g_string_new (before);

  g_string_append (text, filling);
  g_string_append (text, after);
  return text;
}

static void
test_line_limit (void)
{
  const gsize request_fill = FAYE_HEAD_MAX_LINE - strlen ("GET / HTTP/1.1");
  const gsize field_fill = FAYE_HEAD_MAX_LINE - strlen ("A:");
  guint status = 0;
  GString *text = make_line ("GET /", request_fill, " HTTP/1.1\r\n\r\n");

  g_assert_cmpint (feed_string (TRUE, text, &status), ==, FAYE_HEAD_DONE);
  text = make_line ("GET /", request_fill + 1, " HTTP/1.1\r\n\r\n");
  g_assert_cmpint (feed_string (TRUE, text, &status), ==, FAYE_HEAD_BAD);
  g_assert_cmpuint (status, ==, 414);

  text = make_line (START "A:", field_fill, "\r\n\r\n");
  g_assert_cmpint (feed_string (TRUE, text, &status), ==, FAYE_HEAD_DONE);
  text = make_line (START "A:", field_fill + 1, "");
  g_assert_cmpint (feed_string (TRUE, text, &status), ==, FAYE_HEAD_BAD);
  g_assert_cmpuint (status, ==, 431);

  text = make_line ("HTTP/1.1 200 ", FAYE_HEAD_MAX_LINE, "\r\n\r\n");
  g_assert_cmpint (feed_string (FALSE, text, &status), ==, FAYE_HEAD_BAD);
  g_assert_cmpuint (status, ==, 431);
}

static GString *
make_fields (guint count)
{
  GString *text = g_string_new (START);

  for (guint i = 0; i < count; i++)
    g_string_append (text, "A:\r\n");
  g_string_append (text, "\r\n");

  return text;
}

static void
test_field_limit (void)
{
  guint status = 0;

  g_assert_cmpint (feed_string (TRUE, make_fields (FAYE_HEAD_MAX_FIELDS), &status),
                   ==,
                   FAYE_HEAD_DONE);
  g_assert_cmpint (feed_string (TRUE, make_fields (FAYE_HEAD_MAX_FIELDS + 1), &status),
                   ==,
                   FAYE_HEAD_BAD);
  g_assert_cmpuint (status, ==, 431);
}

/* A head of SIZE bytes in all. */
static GString *
make_sized (gsize size)
{
  g_autofree char *line = g_strnfill (8000, 'x');
  GString *text = g_string_new (START);

  while (text->len + 8004 + 8 < size)
    g_string_append_printf (text, "A:%s\r\n", line);
  line[size - text->len - strlen ("A:\r\n\r\n")] = '\0';
  g_string_append_printf (text, "A:%s\r\n\r\n", line);
  g_assert_cmpuint (text->len, ==, size);

  return text;
}

static void
test_size_limit (void)
{
  guint status = 0;

  g_assert_cmpint (feed_string (TRUE, make_sized (FAYE_HEAD_MAX_SIZE), &status),
                   ==,
                   FAYE_HEAD_DONE);
  g_assert_cmpint (feed_string (TRUE, make_sized (FAYE_HEAD_MAX_SIZE + 1), &status),
                   ==,
                   FAYE_HEAD_BAD);
  g_assert_cmpuint (status, ==, 431);
}

/* Feeds N bytes of fields, one at a time, to fresh gates as each fills up. */
static void
trickle (gsize n)
{
  g_autoptr (FayeHeadGate) gate = faye_head_gate_new (TRUE);
  g_autofree char *text = g_strnfill (n, 'x');
  gsize taken = 0;
  gsize used = 0;

  memcpy (text, START "A:", strlen (START "A:"));
  for (gsize i = 6000; i + 4 < n; i += 6000)
    memcpy (text + i, "\r\nA:", 4);

  for (gsize i = 0; i < n; i++)
    {
      faye_head_gate_feed (gate, (const guint8 *) text + i, 1, &used, NULL);
      taken += used;
    }
  g_assert_cmpuint (taken, ==, MIN (n, FAYE_HEAD_MAX_SIZE));
}

static void
append_bytes (gsize n)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    g_string_append_len (text, "x", 1);
  g_assert_cmpuint (text->len, ==, n);
}

/* 64 KiB in 64 Ki reads: some fifty times what it takes merely to collect them would be near 10 ms,
 * and the comparison holds on slow machines and under valgrind too. */
static void
test_trickle (void)
{
  const gsize n = 65536;

  fixture_assert_linear (trickle, 3200);
  g_assert_cmpint (fixture_measure (trickle, n) / fixture_measure (append_bytes, n), <, 50);
}

/* libsoup knows one expectation and refuses the rest by itself. */
static void
test_refused_by_libsoup (void)
{
  const char *text = START "Expect: the-impossible\r\n\r\n";
  g_autoptr (GError) error = NULL;
  guint status = 0;

  g_assert_null (fixture_parse (TRUE, text, strlen (text), &status, &error));
  g_assert_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_BAD_HEAD);
  g_assert_cmpuint (status, ==, 417);
}

/* What passes holds to the grammar, whatever was done to it; and what is done to it never depends
 * on the pieces. */
static void
check_mutant (GRand *rand, gboolean is_request, const char *seed)
{
  gsize size = 0;
  g_autofree char *text = fixture_mutate (rand, seed, &size);
  Outcome whole = feed_pieces (is_request, text, size, size, size);
  Outcome pieces = feed_pieces (is_request, text, size, 1, 1);
  g_autoptr (FayeHead) head = NULL;
  SoupMessageHeadersIter iter;
  const char *name = NULL;
  const char *value = NULL;

  assert_same (&whole, &pieces);
  g_free (whole.message);
  if (whole.result != FAYE_HEAD_DONE)
    return;

  head = fixture_parse (is_request, text, whole.used, NULL, NULL);
  g_assert_nonnull (head);
  g_assert_true (is_request ? faye_head_is_token (head->method) : head->status >= 100);
  g_assert_true (!is_request || faye_head_is_visible (head->target));
  soup_message_headers_iter_init (&iter, head->headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      g_assert_true (faye_head_is_token (name));
      g_assert_true (faye_head_is_value (value));
    }
}

static void
test_mutants (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6455);
  for (guint i = 0; i < 10000; i++)
    {
      check_mutant (rand, TRUE, REQUEST);
      check_mutant (rand, FALSE, RESPONSE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/faye/http/head-gate/request", test_request);
  g_test_add_func ("/faye/http/head-gate/response", test_response);
  g_test_add_func ("/faye/http/head-gate/splits", test_splits);
  g_test_add_func ("/faye/http/head-gate/rest", test_rest);
  g_test_add_func ("/faye/http/head-gate/after-the-end", test_after_the_end);
  g_test_add_func ("/faye/http/head-gate/empty-lines", test_empty_lines);
  g_test_add_func ("/faye/http/head-gate/bad-start", test_bad_start);
  g_test_add_func ("/faye/http/head-gate/A34-bad-fields", test_bad_fields);
  g_test_add_func ("/faye/http/head-gate/no-secret", test_no_secret);
  g_test_add_func ("/faye/http/head-gate/A33-line-limit", test_line_limit);
  g_test_add_func ("/faye/http/head-gate/A33-field-limit", test_field_limit);
  g_test_add_func ("/faye/http/head-gate/A33-size-limit", test_size_limit);
  g_test_add_func ("/faye/http/head-gate/A32-trickle", test_trickle);
  g_test_add_func ("/faye/http/head-gate/refused-by-libsoup", test_refused_by_libsoup);
  g_test_add_func ("/faye/http/head-gate/mutants", test_mutants);

  return g_test_run ();
}
