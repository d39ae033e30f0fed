/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-client-handshake-private.h"
#include "faye/http/faye-server-handshake-private.h"

#include "tests/http/http-fixture.h"

/* Both halves of the handshake read Sec-WebSocket-Extensions by its grammar. */

#define FIELD "Sec-WebSocket-Extensions: "
#define UPGRADE "Host: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
#define HYBI                                                                                       \
  "GET / HTTP/1.1\r\n" UPGRADE "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                   \
  "Sec-WebSocket-Version: "
#define HIXIE "GET / HTTP/1.1\r\n" UPGRADE "Origin: http://h\r\n"
#define RESPONSE                                                                                   \
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"              \
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

/* START and the line FIELD VALUE, as it comes through the gate. */
static FayeHead *
read_head (gboolean is_request, const char *start, const char *value)
{
  g_autofree char *text = g_strconcat (start, FIELD, value, "\r\n\r\n", NULL);
  FayeHead *head = fixture_parse (is_request, text, strlen (text), NULL, NULL);

  g_assert_nonnull (head);
  return head;
}

static FayeServerHandshake *
judge (const char *start, const char *value)
{
  g_autoptr (FayeHead) head = read_head (TRUE, start, value);

  return faye_server_handshake_new (head->method,
                                    head->target,
                                    head->version,
                                    head->headers,
                                    FALSE,
                                    TRUE);
}

/* FAULT is NULL where it is fine. */
static void
assert_judged (const char *start, const char *value, const char *fault)
{
  g_autoptr (FayeServerHandshake) handshake = judge (start, value);

  g_assert_cmpstr (faye_server_handshake_get_fault (handshake), ==, fault);
  g_assert_cmpuint (faye_server_handshake_get_status (handshake), ==, fault ? 400 : 101);
}

typedef struct
{
  const char *value;
  const char *problem; /* (nullable) what the message says behind the excerpt */
  const char *excerpt; /* (nullable) if it is not the value */
} Case;

static const Case cases[] = {
  { "permessage-deflate; client_max_window_bits" },
  { "x; y=\"\\c\", x, z; a=1; a=2" },
  { "x\r\n" FIELD "y; z" },
  { "", "no extension at byte 0" },
  { "x,", "no extension at byte 2" },
  { "x\r\n" FIELD, "no extension at byte 3", "x, " },
  { "x;;y", "no parameter at byte 2" },
  { "x; y=\"\\c", "an unclosed quote at byte 8", "x; y=\\\"\\\\c" },
  { "x; y=\"a b\"", "no token in quotes at byte 7", "x; y=\\\"a b\\\"" },
  { "x y", "no separator at byte 2" },
  { "x\xc3\xa4", "no separator at byte 1", "x\\303\\244" },
};

static char *
describe (const Case *c)
{
  if (!c->problem)
    return NULL;
  return g_strdup_printf ("Unexpected Sec-WebSocket-Extensions \"%s\": %s",
                          c->excerpt ? c->excerpt : c->value,
                          c->problem);
}

/* Every version that has extensions. */
static void
test_A37_requests (void)
{
  static const char *const starts[] = { HYBI "13\r\n", HYBI "8\r\n", HYBI "7\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint j = 0; j < G_N_ELEMENTS (starts); j++)
      {
        g_autofree char *fault = describe (&cases[i]);

        assert_judged (starts[j], cases[i].value, fault);
      }
}

/* They have no such field, so that it means nothing. */
static void
test_hixie (void)
{
  static const char *const starts[] = {
    HIXIE,
    HIXIE "Sec-WebSocket-Key1: 18x 6]8vM;54 *(5:  {   U1]8  z [  8\r\n"
          "Sec-WebSocket-Key2: 1_ tx7X d  <  nw  334J702) 7]o}` 0\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint j = 0; j < G_N_ELEMENTS (starts); j++)
      assert_judged (starts[j], cases[i].value, NULL);
}

static void
sample_key (guint8 *out, gsize n)
{
  g_assert_cmpuint (n, ==, 16);
  memcpy (out, "the sample nonce", n);
}

static gboolean
check (const char *offer, const char *value, char **extensions, GError **error)
{
  FayeUrl *url = faye_url_parse ("ws://h/", NULL);
  g_autoptr (FayeClientHandshake) handshake =
    faye_client_handshake_new (url, NULL, NULL, offer, NULL, sample_key, NULL);
  g_autoptr (FayeHead) head = read_head (FALSE, RESPONSE, value);
  g_autofree char *protocol = NULL;

  faye_url_free (url);
  return faye_client_handshake_check (handshake, head, &protocol, extensions, error);
}

/* Whatever is in it: which extensions were offered is not judged here. */
static void
test_A37_answers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *message = describe (&cases[i]);
      g_autofree char *extensions = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (check ("x", cases[i].value, &extensions, &error), ==, message == NULL);
      g_assert_cmpint (extensions != NULL, ==, message == NULL);
      if (!message)
        continue;
      g_assert_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_HANDSHAKE);
      g_assert_cmpstr (error->message, ==, message);
    }
}

static void
test_A40_unasked_answer (void)
{
  g_autofree char *extensions = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (check (NULL, "x", &extensions, &error));
  g_assert_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_HANDSHAKE);
  g_assert_cmpstr (error->message, ==, "Unexpected Sec-WebSocket-Extensions \"x\"");
  g_assert_null (extensions);
}

/* A list as it may come from a server that has no limits of ours: no gate before it. */
static guint
judge_ungated (const char *prefix, const char *unit, gsize n, const char *suffix)
{
  g_autoptr (FayeHead) head =
    fixture_parse (TRUE, HYBI "13\r\n\r\n", strlen (HYBI "13\r\n\r\n"), NULL, NULL);
  g_autoptr (FayeServerHandshake) handshake = NULL;
  g_autoptr (GString) value = g_string_new (prefix);

  for (gsize i = 0; i < n; i++)
    g_string_append (value, unit);
  g_string_append (value, suffix);
  soup_message_headers_append (head->headers, "Sec-WebSocket-Extensions", value->str);
  handshake = faye_server_handshake_new ("GET", "/", SOUP_HTTP_1_1, head->headers, FALSE, FALSE);
  return faye_server_handshake_get_status (handshake);
}

static void
judge_quote (gsize n)
{
  g_assert_cmpuint (judge_ungated ("a; b=\"", "\\c", n, ""), ==, 400);
}

static void
judge_blanks (gsize n)
{
  g_assert_cmpuint (judge_ungated ("a", " ", n, "b"), ==, 400);
  g_assert_cmpuint (judge_ungated ("a", " ", n, "; b"), ==, 101);
}

static void
judge_items (gsize n)
{
  g_assert_cmpuint (judge_ungated ("a", ", a; b=c", n, ""), ==, 400);
  g_assert_cmpuint (judge_ungated ("a", "; b=c", n, ""), ==, 400);
}

static void
test_A37_linear (void)
{
  fixture_assert_linear (judge_quote, 3000);
  fixture_assert_linear (judge_blanks, 6554);
  fixture_assert_linear (judge_items, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/http/handshake-extensions/A37-requests", test_A37_requests);
  g_test_add_func ("/faye/http/handshake-extensions/A37-answers", test_A37_answers);
  g_test_add_func ("/faye/http/handshake-extensions/A37-linear", test_A37_linear);
  g_test_add_func ("/faye/http/handshake-extensions/A40-unasked-answer", test_A40_unasked_answer);
  g_test_add_func ("/faye/http/handshake-extensions/hixie", test_hixie);
  return g_test_run ();
}
