/* SPDX-License-Identifier: MIT */

#include "client.h"

#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <unistd.h>

/* Lines from standard input go out as text messages, messages that come in are printed as lines. */

/* How much may wait to be sent before reading of the input pauses. */
#define MAX_BUFFERED (1024 * 1024)

/* How long to wait for a server that does not answer a Ping, and for one that answers it before it
 * has answered all that came earlier (ms). */
#define PONG_TIMEOUT 10000
#define GRACE 100

static FayeWebSocket *client; /* (unowned) */
static GDataInputStream *input;
static guint64 line_number;

static void read_line (void);

static gboolean
close_cb (gpointer user_data)
{
  faye_web_socket_close (client, 1000, NULL, NULL);
  return G_SOURCE_REMOVE;
}

static void
pong_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  if (faye_web_socket_ping_finish (client, result, NULL) >= 0)
    g_timeout_add (GRACE, close_cb, NULL);
  else
    close_cb (NULL);
}

/* Answers to the last lines may be on their way. Messages keep their order, so what the server says
 * before it answers a Ping has come before the Pong. */
static void
end_input (void)
{
  faye_web_socket_ping_async (client, NULL, pong_cb, NULL);
  g_timeout_add (PONG_TIMEOUT, close_cb, NULL);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  if (faye_web_socket_send_finish (client, result, NULL))
    read_line ();
}

static void
send_line (char *line, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_take (line, length);
  g_autoptr (FayeMessage) message = faye_message_new (FAYE_MESSAGE_KIND_TEXT, bytes, &error);

  line_number++;
  if (message == NULL)
    g_printerr ("cat: line %" G_GUINT64_FORMAT ": %s\n", line_number, error->message);

  if (message == NULL || faye_web_socket_get_buffered_amount (client) < MAX_BUFFERED)
    {
      if (message == NULL || faye_web_socket_send (client, message))
        read_line ();
    }
  else
    faye_web_socket_send_async (client, message, NULL, sent_cb, NULL);
}

static void
line_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gsize length;
  char *line = g_data_input_stream_read_line_finish (input, result, &length, &error);

  if (error != NULL)
    g_printerr ("cat: %s\n", error->message);
  if (line != NULL)
    send_line (line, length);
  else
    end_input ();
}

static void
read_line (void)
{
  g_data_input_stream_read_line_async (input, G_PRIORITY_DEFAULT, NULL, line_cb, NULL);
}

static void
open_cb (FayeWebSocket *socket, gpointer user_data)
{
  read_line ();
}

static void
message_cb (FayeWebSocket *socket, FayeMessage *message, gpointer user_data)
{
  gsize size;
  const guint8 *data = faye_message_get_data (message, &size);

  fwrite (data, 1, size, stdout);
  putchar ('\n');
  if (fflush (stdout) != 0)
    close_cb (NULL);
}

static void
prepare (FayeWebSocket *socket)
{
  g_autoptr (GInputStream) stdin_stream = g_unix_input_stream_new (STDIN_FILENO, FALSE);

  client = socket;
  input = g_data_input_stream_new (stdin_stream);
  g_signal_connect (socket, "open", G_CALLBACK (open_cb), NULL);
  g_signal_connect (socket, "message", G_CALLBACK (message_cb), NULL);
}

static void
closed (guint code, const char *reason)
{
  if (code != 1000)
    g_printerr ("closed %u %s\n", code, reason);
}

int
main (int argc, char **argv)
{
  static const ClientProgram program = {
    .name = "cat",
    .summary = "Sends each line of standard input to a WebSocket server as a text message, prints\n"
               "each message as a line, and closes the connection at the end of input.",
    .prepare = prepare,
    .closed = closed,
  };

  return client_run (&program, argc, argv);
}
