/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz-head.h"

#include <string.h>

#include "faye/http/faye-authority-private.h"
#include "faye/http/faye-client-handshake-private.h"
#include "faye/http/faye-http-error-private.h"
#include "faye/http/faye-server-handshake-private.h"

/* A URL that is taken makes a request that our own server takes, and keeps its user and password
 * to itself. */

static void
check_error (const GError *error, const char *text)
{
  g_assert_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_INVALID_URL);
  for (const char *at = error->message; *at; at++)
    g_assert_true (g_ascii_isprint (*at));
  g_assert_cmpuint (strlen (error->message), <, 400);
}

static void
check_parts (const FayeUrl *url)
{
  g_assert_true (faye_authority_is_valid (url->authority));
  g_assert_true (url->resource[0] == '/');
  g_assert_true (faye_head_is_visible (url->resource));
  g_assert_true (url->password == NULL || url->user != NULL);
  if (url->unix_path)
    {
      g_assert_null (url->host);
      g_assert_true (url->unix_path[0] == '/');
      return;
    }
  g_assert_true (faye_authority_is_host (url->host));
  g_assert_cmpuint (url->port, >, 0);
}

/* The text is fit for a log, and still the same place. */
static void
check_text (const FayeUrl *url)
{
  g_autoptr (GError) error = NULL;
  FayeUrl *again = faye_url_parse (url->text, &error);

  g_assert_no_error (error);
  g_assert_null (again->user);
  g_assert_cmpstr (again->text, ==, url->text);
  g_assert_cmpstr (again->host, ==, url->host);
  g_assert_cmpstr (again->unix_path, ==, url->unix_path);
  g_assert_cmpstr (again->authority, ==, url->authority);
  g_assert_cmpstr (again->resource, ==, url->resource);
  g_assert_cmpuint (again->port, ==, url->port);
  g_assert_cmpint (again->secure, ==, url->secure);
  faye_url_free (again);
}

static void
check_request (const FayeUrl *url)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FayeClientHandshake) client =
    faye_client_handshake_new (url, NULL, NULL, NULL, NULL, fuzz_random, &error);
  g_autoptr (FayeHead) head = NULL;
  g_autoptr (FayeServerHandshake) server = NULL;
  g_autofree char *expected = NULL;

  g_assert_no_error (error);
  /* A longer request line than any gate takes. */
  if (strlen (url->resource) > 8000 || (url->user && strlen (url->user) > 2000) ||
      (url->password && strlen (url->password) > 2000))
    return;
  head = fuzz_head_read_own (TRUE, faye_client_handshake_get_request (client), FALSE);
  server = faye_server_handshake_new (head->method,
                                      head->target,
                                      head->version,
                                      head->headers,
                                      url->secure,
                                      FALSE);
  if (faye_server_handshake_get_status (server) != SOUP_STATUS_SWITCHING_PROTOCOLS)
    g_error ("%s: %s", url->text, faye_server_handshake_get_fault (server));
  expected = g_strconcat (url->secure ? "wss://" : "ws://", url->authority, url->resource, NULL);
  g_assert_cmpstr (faye_server_handshake_get_url (server), ==, expected);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  g_autofree char *text = fuzz_text ((FuzzInput){ data, size });
  g_autoptr (GError) error = NULL;
  FayeUrl *url = faye_url_parse (text, &error);

  g_assert_cmpint (url == NULL, ==, error != NULL);
  if (url == NULL)
    {
      check_error (error, text);
      return 0;
    }
  check_parts (url);
  check_text (url);
  check_request (url);
  faye_url_free (url);
  return 0;
}
