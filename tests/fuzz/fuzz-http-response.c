/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz-head.h"

#include <string.h>

#include "faye/http/faye-body-private.h"
#include "faye/http/faye-client-handshake-private.h"
#include "faye/http/faye-http-error-private.h"

/* A response to our client, whose key is always the same: flags, a plan, then the response. What is
 * accepted fits what was offered; a refusal's body is the same however it is cut. */

enum
{
  FLAG_PROTOCOLS = 1 << 0,
  FLAG_EXTENSIONS = 1 << 1,
  MAX_BODY = 256,
};

static const char *const protocols[] = { "chat", "superchat", NULL };

static FayeClientHandshake *
make_handshake (guint8 flags)
{
  g_autoptr (GError) error = NULL;
  FayeUrl *url = faye_url_parse ("ws://example.com/chat", &error);
  FayeClientHandshake *handshake =
    faye_client_handshake_new (url,
                               flags & FLAG_PROTOCOLS ? protocols : NULL,
                               NULL,
                               flags & FLAG_EXTENSIONS ? "permessage-deflate" : NULL,
                               NULL,
                               fuzz_random,
                               &error);

  g_assert_no_error (error);
  faye_url_free (url);
  return handshake;
}

static void
check_handshake (const FayeHead *head, guint8 flags)
{
  g_autoptr (FayeClientHandshake) handshake = make_handshake (flags);
  g_autoptr (GError) error = NULL;
  g_autofree char *protocol = NULL;
  g_autofree char *extensions = NULL;
  gboolean fine = faye_client_handshake_check (handshake, head, &protocol, &extensions, &error);

  g_assert_cmpint (fine, ==, error == NULL);
  if (!fine)
    {
      g_assert_true (error->domain == FAYE_HTTP_ERROR);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_cmpint (head->status != 101, ==, error->code == FAYE_HTTP_ERROR_REFUSED);
      return;
    }
  g_assert_cmpuint (head->status, ==, 101);
  if (protocol)
    g_assert_true (flags & FLAG_PROTOCOLS && g_strv_contains (protocols, protocol));
  if (extensions)
    g_assert_true (flags & FLAG_EXTENSIONS);
}

static GBytes *
read_body (const FayeHead *head, const guint8 *data, gsize size, guint8 seed)
{
  g_autoptr (FayeBody) body = faye_body_new (head->status, head->headers, MAX_BODY);
  FuzzPlan plan = fuzz_plan_begin (seed);

  for (gsize at = 0, n; at < size; at += n)
    {
      n = fuzz_plan_piece (&plan, size - at);
      faye_body_feed (body, data + at, n);
    }
  return faye_body_to_bytes (body);
}

static void
check_body (const FayeHead *head, const guint8 *data, gsize size, guint8 seed)
{
  g_autoptr (GBytes) whole = read_body (head, data, size, 0);
  g_autoptr (GBytes) split = read_body (head, data, size, seed);

  g_assert_true (g_bytes_equal (whole, split));
  g_assert_cmpuint (g_bytes_get_size (whole), <=, MAX_BODY);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  FuzzInput input = { data, size };
  guint8 flags = fuzz_take (&input);
  guint8 seed = fuzz_take (&input);
  g_auto (FuzzHead) read = fuzz_head_read (FALSE, input.data, input.size, seed);

  if (read.head == NULL)
    return 0;
  check_handshake (read.head, flags);
  check_body (read.head, input.data + read.used, input.size - read.used, seed);
  return 0;
}
