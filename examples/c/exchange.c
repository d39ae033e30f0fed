/* SPDX-License-Identifier: MIT */

#include <faye/faye.h>
#include <stdio.h>
#include <string.h>

/* Sends a text and a binary message to an echo server, and prints what went and what came back. */

#define TIMEOUT 30 /* s */

typedef struct
{
  GMainLoop *loop;
  GPtrArray *sent; /* of messages whose echo is awaited, in order */
  gboolean failed;
} Exchange;

static void
print_message (const char *direction, FayeMessage *message)
{
  gsize size;
  const guint8 *data = faye_message_get_data (message, &size);

  if (faye_message_get_kind (message) == FAYE_MESSAGE_KIND_TEXT)
    {
      printf ("%s text   %s\n", direction, faye_message_get_text (message));
      return;
    }

  printf ("%s binary", direction);
  for (gsize i = 0; i < size; i++)
    printf (" %02x", data[i]);
  printf ("\n");
}

static gboolean
messages_equal (FayeMessage *a, FayeMessage *b)
{
  return faye_message_get_kind (a) == faye_message_get_kind (b) &&
         g_bytes_equal (faye_message_get_bytes (a), faye_message_get_bytes (b));
}

static void
send_message (Exchange *exchange, FayeWebSocket *socket, FayeMessage *message)
{
  print_message ("sent    ", message);
  g_ptr_array_add (exchange->sent, message);
  if (!faye_web_socket_send (socket, message))
    exchange->failed = TRUE;
}

static void
open_cb (FayeWebSocket *socket, Exchange *exchange)
{
  const char *extensions = faye_web_socket_get_extensions (socket);
  static const guint8 octets[] = { 0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff };
  g_autoptr (GBytes) bytes = g_bytes_new_static (octets, sizeof octets);

  if (extensions != NULL)
    printf ("agreed   %s\n", extensions);
  send_message (exchange, socket, faye_message_new_text ("Grüße, 世界, 🦊 and 𝄞"));
  send_message (exchange, socket, faye_message_new_bytes (bytes));
}

static void
message_cb (FayeWebSocket *socket, FayeMessage *message, Exchange *exchange)
{
  print_message ("received", message);
  if (exchange->sent->len == 0 || !messages_equal (message, exchange->sent->pdata[0]))
    exchange->failed = TRUE;
  else
    g_ptr_array_remove_index (exchange->sent, 0);

  if (exchange->failed || exchange->sent->len == 0)
    faye_web_socket_close (socket, 1000, "", NULL);
}

static void
error_cb (FayeWebSocket *socket, GError *error, Exchange *exchange)
{
  g_printerr ("exchange: %s\n", error->message);
  exchange->failed = TRUE;
}

static void
closed_cb (FayeWebSocket *socket, guint code, const char *reason, Exchange *exchange)
{
  printf ("closed   %u\n", code);
  g_main_loop_quit (exchange->loop);
}

static gboolean
timeout_cb (gpointer socket)
{
  g_printerr ("exchange: no echo within %d s\n", TIMEOUT);
  faye_web_socket_abort (socket);
  return G_SOURCE_REMOVE;
}

static void
add_deflate (FayeWebSocket *socket)
{
  g_autoptr (FayePermessageDeflate) deflate =
    g_object_new (FAYE_TYPE_PERMESSAGE_DEFLATE, "threshold", G_GUINT64_CONSTANT (0), NULL);

  faye_web_socket_add_extension (socket, FAYE_EXTENSION (deflate), NULL);
}

static int
show_usage (int argc, char **argv)
{
  g_printerr ("Usage: exchange [--deflate] URL\n"
              "Sends a text and a binary message to an echo server and prints the answers.\n");
  return argc == 2 && strcmp (argv[1], "--help") == 0 ? 0 : 2;
}

int
main (int argc, char **argv)
{
  gboolean deflate = argc > 1 && strcmp (argv[1], "--deflate") == 0;
  int first = deflate ? 2 : 1;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GPtrArray) sent = g_ptr_array_new_with_free_func ((GDestroyNotify) faye_message_unref);
  g_autoptr (FayeWebSocketClient) client = NULL;
  Exchange exchange = { loop, sent, FALSE };

  if (argc != first + 1 || argv[first][0] == '-')
    return show_usage (argc, argv);

  client = faye_web_socket_client_new (argv[first], NULL);
  if (deflate)
    add_deflate (FAYE_WEB_SOCKET (client));
  g_signal_connect (client, "open", G_CALLBACK (open_cb), &exchange);
  g_signal_connect (client, "message", G_CALLBACK (message_cb), &exchange);
  g_signal_connect (client, "error", G_CALLBACK (error_cb), &exchange);
  g_signal_connect (client, "closed", G_CALLBACK (closed_cb), &exchange);
  g_timeout_add_seconds (TIMEOUT, timeout_cb, client);
  g_main_loop_run (loop);

  return exchange.failed || sent->len > 0 ? 1 : 0;
}
