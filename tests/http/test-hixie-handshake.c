/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-hixie-handshake-private.h"
#include "faye/http/faye-server-handshake-private.h"

#include "tests/http/http-fixture.h"

/* The keys and the responses of the hixie drafts, and what decides which version is spoken. */

#define START_76                                                                                   \
  "GET /demo?x=1 HTTP/1.1\r\n"                                                                     \
  "Host: example.com\r\n"                                                                          \
  "Connection: Upgrade\r\n"                                                                        \
  "Upgrade: WebSocket\r\n"                                                                         \
  "Origin: http://example.com\r\n"
#define KEY1 "Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5\r\n"
#define KEY2 "Sec-WebSocket-Key2: 12998 5 Y3 1  .P00\r\n"

static FayeServerHandshake *
judge (const char *text, gboolean allow_drafts)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FayeHead) head = fixture_parse (TRUE, text, strlen (text), NULL, &error);

  g_assert_no_error (error);
  return faye_server_handshake_new (head->method,
                                    head->target,
                                    head->version,
                                    head->headers,
                                    FALSE,
                                    allow_drafts);
}

static void
assert_status (const char *text, gboolean allow_drafts, guint status)
{
  g_autoptr (FayeServerHandshake) handshake = judge (text, allow_drafts);

  fixture_name_case (text);
  g_assert_cmpuint (faye_server_handshake_get_status (handshake), ==, status);
  g_assert_cmpint (faye_server_handshake_get_fault (handshake) == NULL, ==, status == 101);
}

static void
assert_response (FayeServerHandshake *handshake, const char *subprotocol, const char *expected)
{
  g_autoptr (GBytes) response = faye_server_handshake_accept (handshake, subprotocol, NULL, NULL);

  g_assert_cmpmem (g_bytes_get_data (response, NULL),
                   g_bytes_get_size (response),
                   expected,
                   strlen (expected));
}

/* The example of draft 76, section 1.2. */
static void
test_answer (void)
{
  g_autoptr (FayeServerHandshake) handshake = judge (START_76 KEY1 KEY2 "\r\n", TRUE);
  g_autoptr (GBytes) answer = NULL;

  g_assert_cmpuint (faye_server_handshake_get_status (handshake), ==, 101);
  g_assert_cmpint (faye_server_handshake_get_version (handshake), ==, FAYE_VERSION_HIXIE_76);
  g_assert_cmpuint (faye_server_handshake_get_challenge_size (handshake), ==, 8);
  answer = faye_server_handshake_answer (handshake, (const guint8 *) "^n:ds[4U");
  g_assert_cmpmem (g_bytes_get_data (answer, NULL),
                   g_bytes_get_size (answer),
                   "8jKS'y:G*Co,Wxa-",
                   16);
  assert_response (handshake,
                   NULL,
                   "HTTP/1.1 101 WebSocket Protocol Handshake\r\n"
                   "Upgrade: WebSocket\r\n"
                   "Connection: Upgrade\r\n"
                   "Sec-WebSocket-Origin: http://example.com\r\n"
                   "Sec-WebSocket-Location: ws://example.com/demo?x=1\r\n"
                   "\r\n");
}

static void
test_version_75 (void)
{
  g_autoptr (FayeServerHandshake) handshake = judge (START_76 "\r\n", TRUE);

  g_assert_cmpuint (faye_server_handshake_get_status (handshake), ==, 101);
  g_assert_cmpint (faye_server_handshake_get_version (handshake), ==, FAYE_VERSION_HIXIE_75);
  g_assert_cmpuint (faye_server_handshake_get_challenge_size (handshake), ==, 0);
  assert_response (handshake,
                   NULL,
                   "HTTP/1.1 101 Web Socket Protocol Handshake\r\n"
                   "Upgrade: WebSocket\r\n"
                   "Connection: Upgrade\r\n"
                   "WebSocket-Origin: http://example.com\r\n"
                   "WebSocket-Location: ws://example.com/demo?x=1\r\n"
                   "\r\n");
}

static void
assert_subprotocol (const char *request, const char *line)
{
  const char *const supported[] = { "other", "sample", NULL };
  g_autoptr (FayeServerHandshake) handshake = judge (request, TRUE);
  const char *chosen = faye_server_handshake_choose (handshake, supported);
  g_autoptr (SoupMessageHeaders) extra = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  g_autoptr (GBytes) response = NULL;
  g_autofree char *text = NULL;
  g_autofree char *end = g_strconcat (line, "X-Extra: 1\r\n\r\n", NULL);

  soup_message_headers_append (extra, "X-Extra", "1");
  response = faye_server_handshake_accept (handshake, chosen, NULL, extra);
  text = g_strndup (g_bytes_get_data (response, NULL), g_bytes_get_size (response));
  g_assert_cmpstr (chosen, ==, "sample");
  g_assert_true (g_str_has_suffix (text, end));
}

static void
test_subprotocol (void)
{
  assert_subprotocol (START_76 KEY1 KEY2 "Sec-WebSocket-Protocol: sample\r\n\r\n",
                      "\r\nSec-WebSocket-Protocol: sample\r\n");
  assert_subprotocol (START_76 "WebSocket-Protocol: sample\r\n\r\n",
                      "\r\nWebSocket-Protocol: sample\r\n");
}

/* The reference leaves the line out; the draft wants an origin, but clients that are no browsers
 * have none. */
static void
test_no_origin (void)
{
  g_autoptr (FayeServerHandshake) handshake =
    judge ("GET / HTTP/1.1\r\nHost: [::1]:81\r\nConnection: x, upgrade\r\n"
           "Upgrade: WEBSOCKET\r\n\r\n",
           TRUE);

  assert_response (handshake,
                   NULL,
                   "HTTP/1.1 101 Web Socket Protocol Handshake\r\n"
                   "Upgrade: WebSocket\r\n"
                   "Connection: Upgrade\r\n"
                   "WebSocket-Location: ws://[::1]:81/\r\n"
                   "\r\n");
}

static void
test_A29_numbers (void)
{
  static const struct
  {
    const char *key;
    guint32 number;
  } good[] = {
    { "4 @1  46546xW%0l 1 5", 829309203 },
    { "12998 5 Y3 1  .P00", 259970620 },
    { "1 8", 18 },
    { "42949672 95", G_MAXUINT32 },
    { "4294 96729   2", 1073741823 },
    { "x 000000000000000000000000000000000001", 1 },
  };
  static const char *const bad[] = {
    "",
    "12345",        /* no spaces: the divisor would be 0 */
    "  ",           /* no digits */
    "0 0",          /* 0, as the reference has it */
    "1  3",         /* 13 / 2 */
    "42949672 96",  /* 2^32 */
    "429 496 7296", /* 2^32 again, though 2^31 after the division */
    "99999999999999999999999999999999999999999999 9",
    "18446744073709551617 ", /* 2^64 + 1 */
    "\t12\t",                /* no spaces */
  };
  guint32 number = 0;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_test_message ("%s", good[i].key);
      g_assert_true (faye_hixie_handshake_read_key (good[i].key, &number));
      g_assert_cmpuint (number, ==, good[i].number);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_test_message ("%s", bad[i]);
      g_assert_false (faye_hixie_handshake_read_key (bad[i], &number));
    }
}

static void
test_A29_requests (void)
{
  assert_status (START_76 KEY1 KEY2 "\r\n", TRUE, 101);
  assert_status (START_76 KEY1 "\r\n", TRUE, 400);
  assert_status (START_76 KEY2 "\r\n", TRUE, 400);
  assert_status (START_76 KEY1 KEY1 KEY2 "\r\n", TRUE, 400);
  assert_status (START_76 KEY1 "Sec-WebSocket-Key2: 12345\r\n\r\n", TRUE, 400);
  assert_status (START_76 KEY2 "Sec-WebSocket-Key1: 12345\r\n\r\n", TRUE, 400);
  assert_status (START_76 KEY1 "Sec-WebSocket-Key2: 1  3\r\n\r\n", TRUE, 400);
  assert_status (START_76 KEY1 "Sec-WebSocket-Key2: 99999999999 9\r\n\r\n", TRUE, 400);
  assert_status (START_76 KEY1 "Sec-WebSocket-Key2:\r\n\r\n", TRUE, 400);
  assert_status (START_76 KEY1 KEY2 "Content-Length: 8\r\n\r\n", TRUE, 400);
  assert_status (START_76 KEY1 KEY2 "Origin: http://evil\r\n\r\n", TRUE, 400);
}

static void
test_A31_drafts_off (void)
{
  static const char *const requests[] = {
    START_76 "\r\n",
    START_76 KEY1 KEY2 "\r\n",
    START_76 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n",
    START_76 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 7\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (FayeServerHandshake) handshake = judge (requests[i], FALSE);
      g_autoptr (GBytes) response = faye_server_handshake_reject (handshake, NULL);
      g_autofree char *text =
        g_strndup (g_bytes_get_data (response, NULL), g_bytes_get_size (response));

      assert_status (requests[i], FALSE, 426);
      g_assert_nonnull (strstr (text, "\r\nSec-WebSocket-Version: 13\r\n"));
    }
}

/* Nothing falls back to a draft that was meant for another version. */
static void
test_A31_no_downgrade (void)
{
  static const char lines[] = "GET / HTTP/1.1\r\nHost: a\r\n";
  static const char key[] = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  static const char *const versions[] = { "7", "8", "13" };

  assert_status (START_76 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", TRUE, 426);
  assert_status (START_76 KEY1 KEY2 "Sec-WebSocket-Version: 9\r\n\r\n", TRUE, 426);
  assert_status (START_76 KEY1 KEY2 "Sec-WebSocket-Version: 13\r\n\r\n", TRUE, 400);
  assert_status (START_76 KEY1 KEY2 "Sec-WebSocket-Version:\r\n\r\n", TRUE, 426);
  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autofree char *version = g_strdup_printf ("Sec-WebSocket-Version: %s\r\n", versions[i]);
      g_autofree char *both = g_strconcat (lines,
                                           "Upgrade: websocket\r\nConnection: Upgrade\r\n",
                                           key,
                                           version,
                                           "\r\n",
                                           NULL);
      g_autofree char *no_upgrade =
        g_strconcat (lines, "Connection: Upgrade\r\n", key, version, "\r\n", NULL);
      g_autofree char *no_connection =
        g_strconcat (lines, "Upgrade: websocket\r\n", key, version, "\r\n", NULL);

      assert_status (both, TRUE, 101);
      assert_status (no_upgrade, TRUE, 400);
      assert_status (no_connection, TRUE, 400);
    }
  assert_status ("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\n\r\n", TRUE, 400);
  assert_status ("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n\r\n", TRUE, 400);
  assert_status ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", TRUE, 426);
  assert_status ("GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n", TRUE, 400);
}

static void
test_hybi_drafts (void)
{
  static const struct
  {
    const char *text;
    FayeVersion version;
  } cases[] = { { "7", FAYE_VERSION_HYBI_7 }, { "8", FAYE_VERSION_HYBI_8 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text =
        g_strdup_printf ("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
                         "Connection: Upgrade\r\nSec-WebSocket-Origin: http://a\r\n"
                         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                         "Sec-WebSocket-Version: %s\r\n\r\n",
                         cases[i].text);
      g_autoptr (FayeServerHandshake) handshake = judge (text, TRUE);

      g_assert_cmpint (faye_server_handshake_get_version (handshake), ==, cases[i].version);
      g_assert_cmpuint (faye_server_handshake_get_challenge_size (handshake), ==, 0);
      assert_response (handshake,
                       NULL,
                       "HTTP/1.1 101 Switching Protocols\r\n"
                       "Upgrade: websocket\r\n"
                       "Connection: Upgrade\r\n"
                       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                       "\r\n");
    }
}

/* libsoup's server does not pass requests through our gate. */
static void
test_A41_origin (void)
{
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  g_autoptr (FayeServerHandshake) handshake = NULL;

  soup_message_headers_append (headers, "Host", "example.com");
  soup_message_headers_append (headers, "Upgrade", "WebSocket");
  soup_message_headers_append (headers, "Connection", "Upgrade");
  soup_message_headers_append (headers,
                               "Origin",
                               "http://a\x0b"
                               "b");
  handshake = faye_server_handshake_new ("GET", "/", SOUP_HTTP_1_1, headers, FALSE, TRUE);
  g_assert_cmpuint (faye_server_handshake_get_status (handshake), ==, 400);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/http/hixie-handshake/answer", test_answer);
  g_test_add_func ("/faye/http/hixie-handshake/version-75", test_version_75);
  g_test_add_func ("/faye/http/hixie-handshake/subprotocol", test_subprotocol);
  g_test_add_func ("/faye/http/hixie-handshake/no-origin", test_no_origin);
  g_test_add_func ("/faye/http/hixie-handshake/A29-numbers", test_A29_numbers);
  g_test_add_func ("/faye/http/hixie-handshake/A29-requests", test_A29_requests);
  g_test_add_func ("/faye/http/hixie-handshake/A31-drafts-off", test_A31_drafts_off);
  g_test_add_func ("/faye/http/hixie-handshake/A31-no-downgrade", test_A31_no_downgrade);
  g_test_add_func ("/faye/http/hixie-handshake/hybi-drafts", test_hybi_drafts);
  g_test_add_func ("/faye/http/hixie-handshake/A41-origin", test_A41_origin);
  return g_test_run ();
}
