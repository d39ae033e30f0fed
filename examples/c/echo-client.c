/* SPDX-License-Identifier: MIT */

#include "client.h"

#include <stdio.h>

/* A client that returns every message until the connection is closed. */

static void
message_cb (FayeWebSocket *socket, FayeMessage *message, gpointer user_data)
{
  faye_web_socket_send (socket, message);
}

static void
prepare (FayeWebSocket *socket)
{
  g_signal_connect (socket, "message", G_CALLBACK (message_cb), NULL);
}

static void
closed (guint code, const char *reason)
{
  printf ("closed %u %s\n", code, reason);
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  static const ClientProgram program = {
    .name = "echo-client",
    .summary = "Connects to a WebSocket server and returns each of its messages until it closes\n"
               "the connection, then prints “closed CODE REASON”.",
    .prepare = prepare,
    .closed = closed,
  };

  return client_run (&program, argc, argv);
}
