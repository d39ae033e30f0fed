/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz-head.h"

#include <string.h>

#include "faye/http/faye-server-handshake-private.h"

/* A request to our server: flags, a plan, then the head. Whatever it is, the answer passes our own
 * gate for responses and says what the handshake decided. */

enum
{
  FLAG_DRAFTS = 1 << 0,
  FLAG_SECURE = 1 << 1,
  FLAG_EXTENSIONS = 1 << 2,
};

static const char *
protocol_field (FayeServerHandshake *handshake)
{
  return faye_server_handshake_get_version (handshake) == FAYE_VERSION_HIXIE_75
           ? "WebSocket-Protocol"
           : "Sec-WebSocket-Protocol";
}

static void
check_accepted (FayeServerHandshake *handshake, guint8 flags)
{
  const char *const *offers = faye_server_handshake_get_offers (handshake);
  const char *extensions = flags & FLAG_EXTENSIONS ? "permessage-deflate" : NULL;
  g_autoptr (GBytes) answer = faye_server_handshake_accept (handshake, offers[0], extensions, NULL);
  g_autoptr (FayeHead) head = fuzz_head_read_own (FALSE, answer, FALSE);
  const char *protocol;

  g_assert_cmpuint (head->status, ==, 101);
  faye_head_count (head->headers, protocol_field (handshake), &protocol);
  g_assert_cmpstr (protocol, ==, offers[0]);
  g_assert_cmpstr (faye_server_handshake_choose (handshake, offers), ==, offers[0]);
  g_assert_true (g_str_has_prefix (faye_server_handshake_get_url (handshake),
                                   flags & FLAG_SECURE ? "wss://" : "ws://"));
}

static void
check_refused (FayeServerHandshake *handshake)
{
  g_autoptr (GBytes) answer = faye_server_handshake_reject (handshake, NULL);
  g_autoptr (FayeHead) head = fuzz_head_read_own (FALSE, answer, TRUE);
  const char *fault = faye_server_handshake_get_fault (handshake);

  g_assert_cmpuint (head->status, ==, faye_server_handshake_get_status (handshake));
  g_assert_cmpuint (head->status, >=, 400);
  g_assert_nonnull (fault);
  for (const char *at = fault; at && *at; at++)
    g_assert_true (g_ascii_isprint (*at));
}

static void
check_handshake (const FayeHead *head, guint8 flags)
{
  g_autoptr (FayeServerHandshake) handshake =
    faye_server_handshake_new (head->method,
                               head->target,
                               head->version,
                               head->headers,
                               (flags & FLAG_SECURE) != 0,
                               (flags & FLAG_DRAFTS) != 0);

  if (faye_server_handshake_get_status (handshake) == SOUP_STATUS_SWITCHING_PROTOCOLS)
    check_accepted (handshake, flags);
  else
    check_refused (handshake);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  FuzzInput input = { data, size };
  guint8 flags = fuzz_take (&input);
  guint8 seed = fuzz_take (&input);
  g_auto (FuzzHead) read = fuzz_head_read (TRUE, input.data, input.size, seed);

  if (read.head)
    check_handshake (read.head, flags);
  return 0;
}
