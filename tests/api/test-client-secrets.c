/* SPDX-License-Identifier: MIT */

#include "tests/api/script.h"

#include <string.h>

/* What the program keeps to itself is in no message. */

/* Each way to fail, with secrets everywhere that a program can put them. */
static const char *const failures[] = {
  "403 No\r\nContent-Length: 0\r\n",
  "401 No\r\nContent-Length: 0\r\n",
  "401 No\r\nWWW-Authenticate: Basic realm=\"r\"\r\nContent-Length: 0\r\n",
  "302 F\r\nLocation: ftp://x:s3cret@h/?s3cret\r\nContent-Length: 0\r\n",
  "302 F\r\nLocation: /s3cret\r\nContent-Length: 0\r\n",
  "101 S\r\nUpgrade: websocket\r\n",
  "101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n",
  "101 S\r\nBroken line\r\n",
};

static void
test_A50_no_secret_in_errors (gconstpointer data)
{
  Script *script = script_new (HOST_BARE);
  g_autofree char *url =
    g_strdup_printf ("ws://user:s3cret@%s/s3cret?t=s3cret", script_get_authority (script));
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  Log *client;

  soup_message_headers_append (headers, "Cookie", "s3cret");
  soup_message_headers_append (headers, "X-Key", "s3cret");
  client = log_new (g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT,
                                  "url",
                                  url,
                                  "headers",
                                  headers,
                                  "max-redirects",
                                  1,
                                  NULL));
  g_free (script_answer (script, "%s", (const char *) data));
  if (strstr (data, "/s3cret\r") != NULL)
    g_free (script_answer (script, "%s", (const char *) data));
  WAIT_UNTIL (client->is_closed);
  g_assert_nonnull (client->error);
  g_assert_null (strstr (client->error->message, "s3cret"));
  g_assert_null (strstr (client->error->message, "czNjcmV0"));
  log_end (client);
  script_free (script);
}

/* Nor where nothing is sent at all. */
static void
test_A50_no_secret_unsent (void)
{
  static const char *const urls[] = {
    "ws://user:s3cret@127.0.0.1:1/s3cret?s3cret",
    "ws://user:s3cret@[/",
    "ws://user:s3cret@host:port/",
    "ws://user:s3cret\n@host/",
    "ws://user:s3cret@@host/",
    "ws:s3cret:s3cret@host",
    "ws://host/#s3cret",
    "ftp://user:s3cret@host/",
  };

  for (guint i = 0; i < G_N_ELEMENTS (urls); i++)
    {
      Log *client = log_new (faye_web_socket_client_new (urls[i], NULL));

      WAIT_UNTIL (client->is_closed);
      g_assert_null (strstr (client->error->message, "s3cret"));
      log_end (client);
    }
}

#define PATH "/faye/api/client-secrets/"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *name = g_strdup_printf (PATH "A50-no-secret-in-errors/%u", i);

      g_test_add_data_func (name, failures[i], test_A50_no_secret_in_errors);
    }
  g_test_add_func (PATH "A50-no-secret-unsent", test_A50_no_secret_unsent);
  return g_test_run ();
}
