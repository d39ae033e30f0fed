/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "faye/http/faye-head-gate-private.h"
#include "faye/http/faye-http-error-private.h"
#include "faye/http/faye-tunnel-handshake-private.h"

/* An HTTP proxy's answer to CONNECT: flags, a plan, then the answer. However it is cut, the
 * judgement is the same; a tunnel comes from a clean 2xx alone, with nothing behind it. */

enum
{
  FLAG_ENDS = 1 << 0,
};

static FayeTunnelHandshake *
make_handshake (void)
{
  g_autoptr (FayeUrl) proxy =
    faye_url_parse_prefixed ("http://user:hush@proxy.example:3128", "http://", 80, NULL);
  FayeTunnelHandshake *handshake =
    faye_tunnel_handshake_new ("server.example", 443, proxy, NULL, NULL);

  g_assert_nonnull (handshake);
  return handshake;
}

static void
check_error (FayeTunnelResult result, const GError *error, const FayeHead *answer)
{
  gboolean is_credentials = answer != NULL && (answer->status == 407 || answer->status == 401);

  g_assert_cmpint (error != NULL, ==, result == FAYE_TUNNEL_FAILED);
  if (error == NULL)
    return;
  g_assert_true (error->domain == FAYE_HTTP_ERROR);
  g_assert_cmpint (error->code,
                   ==,
                   is_credentials ? FAYE_HTTP_ERROR_PROXY_AUTHENTICATION : FAYE_HTTP_ERROR_PROXY);
  for (const char *at = error->message; *at; at++)
    g_assert_true (g_ascii_isprint (*at));
  g_assert_cmpuint (strlen (error->message), <, 400);
}

static void
check_open (const FayeHead *answer)
{
  g_assert_nonnull (answer);
  g_assert_cmpuint (answer->status / 100, ==, 2);
  g_assert_cmpuint (faye_head_count (answer->headers, "Transfer-Encoding", NULL), ==, 0);
}

static char *
run (const guint8 *data, gsize size, guint8 flags, guint8 seed)
{
  g_autoptr (FayeTunnelHandshake) handshake = make_handshake ();
  FuzzPlan plan = fuzz_plan_begin (seed);
  FayeTunnelResult result = FAYE_TUNNEL_MORE;
  g_autoptr (GError) error = NULL;
  g_autoptr (FayeHead) answer = NULL;

  for (gsize at = 0, n; at < size; at += n)
    {
      n = fuzz_plan_piece (&plan, size - at);
      g_clear_error (&error);
      result = faye_tunnel_handshake_feed (handshake, data + at, n, &error);
    }
  g_clear_error (&error);
  if (flags & FLAG_ENDS || result == FAYE_TUNNEL_FAILED)
    result = faye_tunnel_handshake_feed (handshake, NULL, 0, &error);

  answer = faye_tunnel_handshake_steal_answer (handshake);
  check_error (result, error, answer);
  if (result == FAYE_TUNNEL_OPEN)
    {
      check_open (answer);
      g_assert_true (size >= 4 && memcmp (data + size - 4, "\r\n\r\n", 4) == 0);
    }
  return g_strdup_printf ("%u %u %s",
                          result,
                          answer != NULL ? answer->status : 0,
                          error != NULL ? error->message : "");
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  FuzzInput input = { data, size };
  guint8 flags = fuzz_take (&input);
  guint8 seed = fuzz_take (&input);
  g_autofree char *whole = run (input.data, input.size, flags, 0);
  g_autofree char *split = run (input.data, input.size, flags, seed);
  g_autofree char *single = run (input.data, input.size, flags, 1);

  g_assert_cmpstr (split, ==, whole);
  g_assert_cmpstr (single, ==, whole);
  return 0;
}
