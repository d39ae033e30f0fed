/* SPDX-License-Identifier: MIT */

#include "tests/growth/growth.h"

#include <string.h>

#include "faye/ext/faye-extension-header-private.h"
#include "faye/http/faye-authority-private.h"
#include "faye/http/faye-body-private.h"
#include "faye/http/faye-client-handshake-private.h"
#include "faye/http/faye-head-gate-private.h"
#include "faye/http/faye-hixie-handshake-private.h"
#include "faye/http/faye-server-handshake-private.h"
#include "faye/http/faye-url-private.h"
#include "tests/core/protocol-driver.h"

/* Heads, what stands in them, and what an application hands over for them. */

static const char *
text_of (GByteArray *input)
{
  return (const char *) input->data;
}

static guint
judge (const char *method, const char *target, SoupMessageHeaders *headers)
{
  g_autoptr (FayeServerHandshake) handshake =
    faye_server_handshake_new (method, target, SOUP_HTTP_1_1, headers, FALSE, TRUE);

  return faye_server_handshake_get_status (handshake);
}

static FayeHeadResult
trickle (FayeHeadGate *gate, GByteArray *input)
{
  FayeHeadResult result = FAYE_HEAD_MORE;

  for (gsize i = 0; i < input->len && result == FAYE_HEAD_MORE; i++)
    {
      g_autoptr (GError) error = NULL;
      gsize used = 0;

      result = faye_head_gate_feed (gate, input->data + i, 1, &used, &error);
    }
  return result;
}

static FayeHead *
trickle_head (gboolean is_request, GByteArray *input, guint *status)
{
  g_autoptr (FayeHeadGate) gate = faye_head_gate_new (is_request);
  g_autoptr (GError) error = NULL;
  FayeHead *head = NULL;

  if (trickle (gate, input) == FAYE_HEAD_DONE)
    head = faye_head_gate_parse (gate, &error);
  *status = faye_head_gate_get_status (gate);
  return head;
}

/* The gate's status, and for a request that passes it, the handshake's. */
static guint
trickle_request (GByteArray *input)
{
  guint status;
  g_autoptr (FayeHead) head = trickle_head (TRUE, input, &status);

  return head ? judge (head->method, head->target, head->headers) : status;
}

static FayeClientHandshake *
ask (const char *const *protocols,
     const char *origin,
     const char *extensions,
     SoupMessageHeaders *extra)
{
  g_autoptr (FayeUrl) url = faye_url_parse ("ws://example.com/", NULL);

  return faye_client_handshake_new (url, protocols, origin, extensions, extra, driver_random, NULL);
}

/* The gate's status, or 401 if what passes it is no answer to our request. */
static guint
trickle_response (GByteArray *input)
{
  static const char *const protocols[] = { "a", NULL };
  guint status;
  g_autoptr (FayeHead) head = trickle_head (FALSE, input, &status);
  g_autoptr (FayeClientHandshake) handshake = ask (protocols, NULL, NULL, NULL);
  g_autofree char *protocol = NULL;
  g_autofree char *extensions = NULL;

  if (!head)
    return status;
  return faye_client_handshake_check (handshake, head, &protocol, &extensions, NULL) ? 101 : 401;
}

/* A good request but for one field, as it may come from a server that has no such limits. */
static guint
judge_field_text (const char *name, const char *text)
{
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  guint status;

  soup_message_headers_append (headers, "Host", "example.com");
  soup_message_headers_append (headers, "Upgrade", "websocket");
  soup_message_headers_append (headers, "Connection", "Upgrade");
  soup_message_headers_append (headers, "Sec-WebSocket-Version", "13");
  soup_message_headers_append (headers, "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  if (name)
    soup_message_headers_replace (headers, name, text);
  status = judge ("GET", name ? "/" : text, headers);
  soup_message_headers_unref (headers);
  return status;
}

static guint
judge_field (const char *name, GByteArray *input)
{
  return judge_field_text (name, text_of (input));
}

static guint
judge_target (GByteArray *input)
{
  return judge_field (NULL, input);
}

static guint
judge_host (GByteArray *input)
{
  return judge_field ("Host", input);
}

static guint
judge_version (GByteArray *input)
{
  return judge_field ("Sec-WebSocket-Version", input);
}

static guint
judge_key (GByteArray *input)
{
  return judge_field ("Sec-WebSocket-Key", input);
}

static guint
judge_connection (GByteArray *input)
{
  return judge_field ("Connection", input);
}

static guint
judge_protocols (GByteArray *input)
{
  return judge_field ("Sec-WebSocket-Protocol", input);
}

static guint
judge_extensions (GByteArray *input)
{
  return judge_field ("Sec-WebSocket-Extensions", input);
}

/* As many parameters as may be, whose names differ in the end alone. */
static guint
judge_keys (GByteArray *input)
{
  g_autoptr (GString) header = g_string_new ("a");

  for (guint i = 0; i < FAYE_EXTENSION_HEADER_MAX_ITEMS; i++)
    g_string_append_printf (header, ";%s%u", text_of (input), i + 10);
  return judge_field_text ("Sec-WebSocket-Extensions", header->str);
}

/* As many offers as may be, whose parameters go up to the limit of all of them. */
static guint
judge_full (GByteArray *input)
{
  g_autoptr (GString) header = g_string_new (NULL);
  const guint each = FAYE_EXTENSION_HEADER_MAX_PARAMS / FAYE_EXTENSION_HEADER_MAX_ITEMS;

  for (guint i = 0; i < FAYE_EXTENSION_HEADER_MAX_ITEMS; i++)
    {
      g_string_append (header, i > 0 ? ",a" : "a");
      for (guint j = 0; j < each; j++)
        g_string_append_printf (header, ";%s%u", text_of (input), j);
    }
  return judge_field_text ("Sec-WebSocket-Extensions", header->str);
}

static guint
read_hixie_key (GByteArray *input)
{
  guint32 number;

  return faye_hixie_handshake_read_key (text_of (input), &number);
}

static guint
parse_url (GByteArray *input)
{
  g_autoptr (FayeUrl) url = faye_url_parse (text_of (input), NULL);

  return url != NULL;
}

static guint
compare_authorities (GByteArray *input)
{
  const char *text = text_of (input);

  return faye_authority_is_valid (text) && faye_authority_equal (text, text, 80);
}

static guint
encode_path (GByteArray *input)
{
  g_autofree char *path = faye_url_encode_path (text_of (input));

  return path != NULL;
}

/* Distinct names, as many as there are bytes. */
static guint
offer_protocols (GByteArray *input)
{
  typedef char Name[4];
  g_autofree Name *names = g_new0 (Name, input->len);
  g_autofree const char **list = g_new0 (const char *, input->len + 1);

  for (gsize i = 0; i < input->len; i++)
    {
      names[i][0] = (char) ('a' + i % 26);
      names[i][1] = (char) ('a' + i / 26 % 26);
      names[i][2] = (char) ('a' + i / 26 / 26 % 26);
      list[i] = names[i];
    }
  return faye_handshake_check_protocols (list, NULL);
}

static guint
send_origin (GByteArray *input)
{
  g_autoptr (FayeClientHandshake) handshake = ask (NULL, text_of (input), NULL, NULL);

  return handshake != NULL;
}

static guint
send_extensions (GByteArray *input)
{
  g_autoptr (FayeClientHandshake) handshake = ask (NULL, NULL, text_of (input), NULL);

  return handshake != NULL;
}

static guint
send_field (GByteArray *input)
{
  SoupMessageHeaders *extra = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  g_autoptr (FayeClientHandshake) handshake = NULL;

  soup_message_headers_append (extra, "X-Field", text_of (input));
  handshake = ask (NULL, NULL, NULL, extra);
  soup_message_headers_unref (extra);
  return handshake != NULL;
}

/* As many fields as there are bytes. */
static guint
send_fields (GByteArray *input)
{
  SoupMessageHeaders *extra = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  g_autoptr (FayeClientHandshake) handshake = NULL;

  for (guint i = 0; i < input->len; i++)
    soup_message_headers_append (extra, "X-Field", "value");
  handshake = ask (NULL, NULL, NULL, extra);
  soup_message_headers_unref (extra);
  return handshake != NULL;
}

static guint
trickle_body (GByteArray *input)
{
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  FayeBody *body;
  guint complete;

  soup_message_headers_append (headers, "Transfer-Encoding", "chunked");
  body = faye_body_new (404, headers, 65536);
  for (gsize i = 0; i < input->len; i++)
    faye_body_feed (body, input->data + i, 1);
  complete = faye_body_is_complete (body);
  faye_body_free (body);
  soup_message_headers_unref (headers);
  return complete;
}

#define KIB 1024
#define TIMES_4(text) text text text text
#define TIMES_64(text) TIMES_4 (TIMES_4 (TIMES_4 (text)))

/* The head's limit twice over: the text grows by doubling. */
#define HEAP_OF_HEAD (2 * 32 * KIB + 64 * KIB)

#define START "GET / HTTP/1.1\r\n"
#define REST                                                                                       \
  "Host: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"                                       \
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
#define RESPONSE "HTTP/1.1 101 OK\r\n"

const GrowthCase growth_head_cases[] = {
  { "A29-spaces-in-key", 6553, read_hixie_key, 1, KIB, "6", " ", "5530" },
  { "A29-digits-in-key", 6553, read_hixie_key, 0, KIB, " ", "9" },
  { "A31-list-of-versions", 16380, judge_version, 426, 2048 * KIB, "13", ", 13" },
  { "A32-head",
    11,
    trickle_request,
    101,
    HEAP_OF_HEAD,
    START,
    "X: " TIMES_64 ("abcd") "\r\n",
    REST },
  { "A32-head-of-64-kib",
    25,
    trickle_request,
    431,
    HEAP_OF_HEAD,
    START,
    "X: " TIMES_64 ("abcd") "\r\n",
    REST },
  { "A33-long-line", 800, trickle_request, 101, HEAP_OF_HEAD, START "X: ", "a", "\r\n" REST },
  { "A33-line-without-end", 6553, trickle_request, 414, HEAP_OF_HEAD, "GET /", "a" },
  { "A33-field-without-end", 6553, trickle_request, 431, HEAP_OF_HEAD, START "X: ", "a" },
  { "A33-many-fields", 12, trickle_request, 101, HEAP_OF_HEAD, START, "X: a\r\n", REST },
  { "A33-fields-without-end", 1000, trickle_request, 431, HEAP_OF_HEAD, START, "X: a\r\n" },
  { "A33-response-line-without-end",
    6553,
    trickle_response,
    431,
    HEAP_OF_HEAD,
    RESPONSE "X: ",
    "a" },
  { "A33-response-fields-without-end",
    1000,
    trickle_response,
    431,
    HEAP_OF_HEAD,
    RESPONSE,
    "X: a\r\n" },
  { "A34-blanks-around-value",
    400,
    trickle_request,
    101,
    HEAP_OF_HEAD,
    START "X: a",
    " \t",
    "\r\n" REST },
  { "A34-blanks-in-value",
    400,
    trickle_request,
    101,
    HEAP_OF_HEAD,
    START "X: a",
    " \t",
    "b\r\n" REST },
  { "A34-blanks-before-colon",
    800,
    trickle_request,
    400,
    HEAP_OF_HEAD,
    START "X",
    " ",
    ": a\r\n" REST },
  { "A34-long-name", 800, trickle_request, 101, HEAP_OF_HEAD, START, "x", ": a\r\n" REST },
  { "A34-utf8-value",
    400,
    trickle_request,
    101,
    HEAP_OF_HEAD,
    START "X: ",
    "\xc3\xa9",
    "\r\n" REST },
  { "A34-colons", 800, trickle_request, 101, HEAP_OF_HEAD, START "X: ", ":", "\r\n" REST },
  { "A35-hosts", 12, trickle_request, 400, HEAP_OF_HEAD, START, "Host: a\r\n", REST },
  { "A35-connections",
    12,
    trickle_request,
    101,
    HEAP_OF_HEAD,
    START,
    "Connection: a, b\r\n",
    REST },
  { "A35-list-of-connections", 3276, judge_connection, 101, 4096 * KIB, "upgrade", ",a" },
  { "A36-long-host", 65530, judge_host, 400, 2048 * KIB, "a", "a" },
  { "A36-colons-in-host", 65530, judge_host, 400, 2048 * KIB, "[", ":", "]" },
  { "A36-target", 65530, judge_target, 101, 2560 * KIB, "/", "a" },
  { "A36-absolute-target", 65530, judge_target, 400, 2560 * KIB, "http://", "a", "/" },
  { "A36-authority", 25, compare_authorities, 1, KIB, "", "A", ":80" },
  { "A36-url", 6500, parse_url, 1, 1024 * KIB, "ws://a/", "a" },
  { "A36-escapes-in-url", 2100, parse_url, 1, 1024 * KIB, "ws://a/", "%41" },
  { "A36-query-in-url", 6500, parse_url, 1, 1024 * KIB, "ws://a/", "?" },
  { "A36-long-host-in-url", 400, parse_url, 0, 256 * KIB, "ws://a", "a", "/" },
  { "A36-password-in-url", 400, parse_url, 1, 256 * KIB, "ws://a:", "a", "@a/" },
  { "A36-url-without-scheme", 6500, parse_url, 0, 1024 * KIB, "", "a" },
  { "A37-blanks-in-protocols", 65530, judge_protocols, 400, 2560 * KIB, "a", " ", "b" },
  { "A37-quote-in-protocols", 30000, judge_protocols, 400, 2560 * KIB, "a;b=\"", "\\c" },
  { "A37-empty-protocols", 65530, judge_protocols, 400, 2560 * KIB, "a", "," },
  { "A37-same-protocols", 2000, judge_protocols, 400, 1024 * KIB, "a", ",b" },
  { "A37-many-protocols", 1000, offer_protocols, 1, 2048 * KIB, "", "a" },
  { "A37-blanks-in-extensions", 65530, judge_extensions, 400, 2560 * KIB, "a", " ", "b" },
  { "A37-blanks-around-semicolon", 65530, judge_extensions, 101, 2560 * KIB, "a", " ", ";b" },
  { "A37-quote-in-extensions", 30000, judge_extensions, 400, 2560 * KIB, "a;b=\"", "\\c" },
  { "A37-closed-quote", 30000, judge_extensions, 101, 3840 * KIB, "a;b=\"", "\\c", "\"" },
  { "A37-commas-in-extensions", 65530, judge_extensions, 400, 2560 * KIB, "a", ",", "b" },
  { "A37-many-extensions", 10000, judge_extensions, 400, 2560 * KIB, "a", ", a; b" },
  { "A37-many-parameters", 10000, judge_extensions, 400, 2560 * KIB, "a", "; b" },
  { "A37-long-extension", 65530, judge_extensions, 101, 2560 * KIB, "", "a" },
  { "A37-full-extensions", 100, judge_full, 101, 3072 * KIB, "", "a" },
  { "A37-long-keys", 1000, judge_keys, 101, 5120 * KIB, "", "a" },
  { "A37-non-ascii-extensions", 32760, judge_extensions, 400, 2560 * KIB, "a", "\xc3\xa9" },
  { "A38-key", 6553, judge_key, 400, 512 * KIB, "", "A" },
  { "A38-padded-key", 6553, judge_key, 400, 512 * KIB, "A", "=" },
  { "A39-chunks", 2000, trickle_body, 1, 192 * KIB, "", "1\r\na\r\n", "0\r\n\r\n" },
  { "A39-chunk-size-without-end", 6553, trickle_body, 1, 192 * KIB, "", "0" },
  { "A39-chunk-extension-without-end", 6553, trickle_body, 0, 192 * KIB, "1;", "a" },
  { "A40-accept",
    800,
    trickle_response,
    401,
    HEAP_OF_HEAD,
    RESPONSE "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ",
    "a",
    "\r\n\r\n" },
  { "A41-origin", 65530, send_origin, 1, 2560 * KIB, "", "a" },
  { "A41-extensions", 6553, send_extensions, 1, 512 * KIB, "a", ", a" },
  { "A41-value", 65530, send_field, 1, 3072 * KIB, "", "a" },
  { "A41-origin-with-line-end", 65530, send_origin, 0, 2560 * KIB, "", "a", "\r\nb" },
  { "A41-fields", 400, send_fields, 1, 1024 * KIB, "", "a" },
  { "A42-path", 6553, encode_path, 1, 512 * KIB, "/", "%2e" },
  { "A42-unescaped-path", 3276, encode_path, 1, 512 * KIB, "/", "\xc3\xa9" },
  { NULL },
};
