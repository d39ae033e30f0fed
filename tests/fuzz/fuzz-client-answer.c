/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "faye/faye-client-credentials-private.h"
#include "faye/faye-client-redirect-private.h"
#include "faye/faye-client-session-private.h"
#include "faye/faye-error.h"
#include "faye/http/faye-head-gate-private.h"

/* What a server answers instead of opening: which URL was asked for, then the fields of the
 * response. Where a Location leads, what a challenge is answered with, which cookies are taken. */

static const char *const urls[] = {
  "ws://user:hush@host.example/path?query",
  "wss://user:hush@host.example:8443/",
  "ws+unix:/run/socket:/path",
};

static FayeHead *
parse_fields (FuzzInput input)
{
  g_autoptr (FayeHeadGate) gate = faye_head_gate_new (FALSE);
  g_autoptr (GByteArray) head = g_byte_array_new ();
  gsize used = 0;

  g_byte_array_append (head, (const guint8 *) "HTTP/1.1 302 F\r\n", 16);
  g_byte_array_append (head, input.data, input.size);
  g_byte_array_append (head, (const guint8 *) "\r\n\r\n", 4);
  if (faye_head_gate_feed (gate, head->data, head->len, &used, NULL) != FAYE_HEAD_DONE)
    return NULL;
  return faye_head_gate_parse (gate, NULL);
}

static void
check_redirect (const FayeUrl *from, const FayeHead *head)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FayeUrl) next = faye_client_redirect_follow (from, head, &error);
  g_autoptr (FayeUrl) again = NULL;

  if (next == NULL)
    {
      g_assert_error (error, FAYE_ERROR, FAYE_ERROR_REDIRECT);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return;
    }
  g_assert_no_error (error);
  g_assert_null (next->user);
  g_assert_null (next->password);
  g_assert_true (next->secure || !from->secure);
  g_assert_cmpstr (next->unix_path, ==, from->unix_path);
  g_assert_true (faye_head_is_visible (next->resource));
  g_assert_true (faye_head_is_visible (next->authority));
  g_assert_null (strchr (next->authority, '@'));
  again = faye_url_parse (next->text, NULL);
  g_assert_nonnull (again);
  g_assert_true (faye_url_is_same_origin (again, next));
  g_assert_cmpstr (again->resource, ==, next->resource);
}

static void
check_challenges (const FayeUrl *url, const FayeHead *head)
{
  g_autoptr (FayeClientCredentials) credentials = faye_client_credentials_new ();
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  guint rounds = 0;

  for (;; rounds++)
    {
      FayeChallenge challenge = faye_client_credentials_judge (credentials, url, head->headers);
      SoupAuth *auth = faye_client_credentials_get_auth (credentials);
      g_autofree char *answer = NULL;

      if (challenge == FAYE_CHALLENGE_REFUSED)
        break;
      g_assert_false (soup_auth_is_for_proxy (auth));
      if (challenge == FAYE_CHALLENGE_ASK)
        soup_auth_authenticate (auth, "us\"er", "s3cret");
      answer = faye_client_credentials_write (credentials, url);
      g_assert_nonnull (answer);
      soup_message_headers_clear (headers);
      g_assert_cmpint (faye_client_session_add_header (headers, "Authorization", answer, NULL),
                       ==,
                       faye_head_is_value (answer));
    }
  g_assert_cmpuint (rounds, <=, 5);
}

static void
check_cookies (const FayeUrl *url, const FayeHead *head)
{
  static SoupSession *session;
  g_autoptr (SoupCookieJar) jar = soup_cookie_jar_new ();
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);

  if (session == NULL)
    {
      session = soup_session_new ();
      soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_MANAGER);
    }
  soup_session_add_feature (session, SOUP_SESSION_FEATURE (jar));
  faye_client_session_take_cookies (session, url, url, head->headers);
  if (faye_client_session_add_headers (session, url, headers, NULL))
    g_assert_cmpuint (faye_head_count (headers, "Cookie", NULL), <=, 1);
  soup_session_remove_feature (session, SOUP_SESSION_FEATURE (jar));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  FuzzInput input = { data, size };
  const char *text = urls[fuzz_take (&input) % G_N_ELEMENTS (urls)];
  g_autoptr (FayeUrl) url = faye_url_parse (text, NULL);
  FayeHead *head = parse_fields (input);

  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
  if (head == NULL)
    return 0;
  check_redirect (url, head);
  check_challenges (url, head);
  check_cookies (url, head);
  faye_head_free (head);
  return 0;
}
