/* SPDX-License-Identifier: MIT */

#pragma once

#include <faye/faye.h>

G_BEGIN_DECLS

/* What the client programs share: their command line, and a run from connecting to the end. */
typedef struct
{
  const char *name;    /* of the program */
  const char *summary; /* of what it does */

  /* Sees the socket before it connects, to set up its handlers. */
  void (*prepare) (FayeWebSocket *socket);

  /* A connection that was open has ended. */
  void (*closed) (guint code, const char *reason);
} ClientProgram;

/* Returns the status to exit with: 0 if the connection opened, 1 if it did not, 2 if the command
 * line is wrong. */
int client_run (const ClientProgram *program, int argc, char **argv);

G_END_DECLS
