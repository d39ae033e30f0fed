/* SPDX-License-Identifier: MIT */

#include "tests/api/harness.h"

#include <string.h>

/* The client's half of the opening, with a server that ends the stream, or stops and starts, at
 * every byte. */

/* The response, a message and a Close, after a request was read. */
static GByteArray *
make_transcript (Raw *raw, gsize *head_size)
{
  g_autofree char *request = raw_read_head (raw);
  g_autofree char *response = raw_make_response (request, "");
  g_autoptr (GBytes) one = raw_make_frame (FALSE, 0x81, "one", 3);
  g_autoptr (GBytes) end = raw_make_frame (FALSE, 0x88, "\x03\xe8", 2);
  GByteArray *all = g_byte_array_new ();

  *head_size = strlen (response);
  g_byte_array_append (all, (guint8 *) response, (guint) *head_size);
  g_byte_array_append (all, g_bytes_get_data (one, NULL), (guint) g_bytes_get_size (one));
  g_byte_array_append (all, g_bytes_get_data (end, NULL), (guint) g_bytes_get_size (end));
  return all;
}

/* F04 */
static void
test_F04_end_at_every_byte (void)
{
  gsize size = 1;
  gsize k;

  for (k = 0; k <= size; k++)
    {
      g_autoptr (GByteArray) all = NULL;
      gsize head_size;
      Host *host;
      Log *client;
      Raw *raw;

      dialled_new (&host, &client, &raw);
      all = make_transcript (raw, &head_size);
      size = all->len;
      raw_send (raw, all->data, k);
      WAIT_UNTIL (!raw->writing);
      raw_vanish (raw, FALSE);
      WAIT_UNTIL (client->is_closed);
      if (k == size)
        ASSERT_LOG (client, "open", "text one", "closed 1000 ");
      else if (k >= head_size + 5)
        ASSERT_LOG (client, "open", "text one", "error disconnected", "closed 1006 ");
      else if (k >= head_size)
        ASSERT_LOG (client, "open", "error disconnected", "closed 1006 ");
      else
        ASSERT_LOG (client, "error handshake", "closed 1006 ");
      log_end (client);
      raw_free (raw);
      host_free (host);
    }
}

/* F01: in two pieces, split at every byte. */
static void
test_F01_split_at_every_byte (void)
{
  gsize size = 2;
  gsize k;

  for (k = 1; k < size; k++)
    {
      g_autoptr (GByteArray) all = NULL;
      gsize head_size;
      Host *host;
      Log *client;
      Raw *raw;

      dialled_new (&host, &client, &raw);
      all = make_transcript (raw, &head_size);
      size = all->len;
      raw_send (raw, all->data, k);
      WAIT_UNTIL (!raw->writing);
      harness_turn_for (1);
      raw_send (raw, all->data + k, size - k);
      WAIT_UNTIL (raw->in->len > 0);
      raw_vanish (raw, FALSE);
      WAIT_UNTIL (client->is_closed);
      ASSERT_LOG (client, "open", "text one", "closed 1000 ");
      log_end (client);
      raw_free (raw);
      host_free (host);
    }
}

/* F14: abort while dialling, while the head comes, while a refusal's body comes. */
static void
test_F14_abort (gconstpointer data)
{
  const char *response = data;
  Host *host;
  Log *client;
  Raw *raw;

  dialled_new (&host, &client, &raw);
  g_free (raw_read_head (raw));
  raw_print (raw, "%s", response);
  harness_turn_for (10);
  faye_web_socket_abort (client->socket);
  faye_web_socket_abort (client->socket);
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "closed 1006 ");
  WAIT_UNTIL (raw->ended);
  log_end (client);
  raw_free (raw);
  host_free (host);
}

/* RST right after 101. */
static void
test_F30_reset_after_101 (void)
{
  Host *host;
  Log *client;
  Raw *raw;

  dialled_new (&host, &client, &raw);
  g_free (raw_answer_request (raw, ""));
  WAIT_UNTIL (!raw->writing);
  WAIT_UNTIL (client->is_open);
  raw_vanish (raw, TRUE);
  WAIT_UNTIL (client->is_closed);
  ASSERT_LOG (client, "open", "error disconnected", "closed 1006 ");
  log_end (client);
  raw_free (raw);
  host_free (host);
}

#define PATH "/faye/api/client-opening/"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func (PATH "F04-end-at-every-byte", test_F04_end_at_every_byte);
  g_test_add_func (PATH "F01-split-at-every-byte", test_F01_split_at_every_byte);
  g_test_add_func (PATH "F30-reset-after-101", test_F30_reset_after_101);
  g_test_add_data_func (PATH "F14-abort/silence", "", test_F14_abort);
  g_test_add_data_func (PATH "F14-abort/head", "HTTP/1.1 101 Sw", test_F14_abort);
  g_test_add_data_func (PATH "F14-abort/interim", "HTTP/1.1 100 Continue\r\n\r\n", test_F14_abort);
  g_test_add_data_func (PATH "F14-abort/body",
                        "HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\nx",
                        test_F14_abort);
  return g_test_run ();
}
