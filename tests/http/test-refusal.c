/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-refusal-private.h"

#include "faye/http/faye-handshake-private.h"
#include "tests/http/http-fixture.h"

/* Responses that decline, read back through the client's gate. */

static FayeHead *
read_back (GBytes *bytes, char **body)
{
  g_autoptr (FayeHeadGate) gate = faye_head_gate_new (FALSE);
  g_autoptr (GError) error = NULL;
  gsize size = 0;
  gsize used = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  FayeHead *head;

  g_assert_cmpint (faye_head_gate_feed (gate, data, size, &used, &error), ==, FAYE_HEAD_DONE);
  head = faye_head_gate_parse (gate, &error);
  g_assert_no_error (error);
  *body = g_strndup ((const char *) data + used, size - used);
  g_assert_cmpint (soup_message_headers_get_content_length (head->headers), ==, strlen (*body));

  return head;
}

static void
assert_field (FayeHead *head, const char *name, const char *expected)
{
  g_autofree char *value = faye_head_join (head->headers, name);

  g_assert_cmpstr (value, ==, expected);
}

static void
test_plain (void)
{
  g_autoptr (GBytes) bytes = faye_refusal_write (403, "Unexpected Origin \"x\"", "13", NULL);
  g_autofree char *body = NULL;
  g_autoptr (FayeHead) head = read_back (bytes, &body);

  g_assert_cmpuint (head->status, ==, 403);
  g_assert_cmpstr (head->reason, ==, "Forbidden");
  g_assert_cmpstr (body, ==, "Unexpected Origin \"x\"\n");
  assert_field (head, "Connection", "close");
  assert_field (head, "Content-Type", "text/plain; charset=utf-8");
  assert_field (head, "Upgrade", NULL);
  assert_field (head, "Sec-WebSocket-Version", NULL);
  assert_field (head, "Allow", NULL);
}

static void
test_upgrade_required (void)
{
  g_autoptr (GBytes) bytes = faye_refusal_write (426, NULL, "13, 8, 7", NULL);
  g_autofree char *body = NULL;
  g_autoptr (FayeHead) head = read_back (bytes, &body);

  g_assert_cmpuint (head->status, ==, 426);
  g_assert_cmpstr (body, ==, "Upgrade Required\n");
  assert_field (head, "Connection", "close, Upgrade");
  assert_field (head, "Upgrade", "websocket");
  assert_field (head, "Sec-WebSocket-Version", "13, 8, 7");
}

static void
test_phrases (void)
{
  static const struct
  {
    guint status;
    const char *reason;
  } cases[] = {
    { 400, "Bad Request" },         { 405, "Method Not Allowed" },
    { 426, "Upgrade Required" },    { 429, "Too Many Requests" },
    { 503, "Service Unavailable" }, { 431, "Request Header Fields Too Large" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) bytes = faye_refusal_write (cases[i].status, NULL, "13", NULL);
      g_autofree char *body = NULL;
      g_autoptr (FayeHead) head = read_back (bytes, &body);

      g_assert_cmpstr (head->reason, ==, cases[i].reason);
    }
}

static void
test_extra (void)
{
  g_autoptr (SoupMessageHeaders) extra = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  g_autoptr (GBytes) without = NULL;
  g_autoptr (GBytes) with = NULL;
  g_autofree char *without_body = NULL;
  g_autofree char *with_body = NULL;
  g_autoptr (FayeHead) without_own = NULL;
  g_autoptr (FayeHead) with_own = NULL;

  soup_message_headers_append (extra, "WWW-Authenticate", "Basic realm=\"x\"");
  without = faye_refusal_write (405, "no", "13", extra);
  without_own = read_back (without, &without_body);
  assert_field (without_own, "WWW-Authenticate", "Basic realm=\"x\"");
  assert_field (without_own, "Content-Type", "text/plain; charset=utf-8");
  assert_field (without_own, "Allow", "GET");

  soup_message_headers_append (extra, "Content-Type", "application/json");
  soup_message_headers_append (extra, "Allow", "GET, POST");
  with = faye_refusal_write (405, "{}", "13", extra);
  with_own = read_back (with, &with_body);
  assert_field (with_own, "Content-Type", "application/json");
  assert_field (with_own, "Allow", "GET, POST");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/faye/http/refusal/plain", test_plain);
  g_test_add_func ("/faye/http/refusal/upgrade-required", test_upgrade_required);
  g_test_add_func ("/faye/http/refusal/phrases", test_phrases);
  g_test_add_func ("/faye/http/refusal/extra", test_extra);

  return g_test_run ();
}
