/* SPDX-License-Identifier: MIT */

#pragma once

#include "load-frame.h"

/* The load client's connections: what they send is made ahead, what they receive is counted and, if
 * wanted, compared. */

typedef enum
{
  LOAD_ECHO,
  LOAD_SINK,
  LOAD_FLOOD,
  LOAD_IDLE,
  LOAD_CONNECT,
} LoadMode;

typedef struct
{
  LoadMode mode;
  LoadPayload payload;
  char *host;
  int port;
  char *path;
  int connections;
  int depth;
  int fragments;
  guint64 size;
  gboolean verify;
  gboolean raw;
} LoadPlan;

typedef struct
{
  guint64 messages;
  guint64 bytes;
  guint32 *round_trips; /* nanoseconds, when one message at a time is under way */
  gsize n_round_trips;
  gsize max_round_trips;
  gboolean sampling;
} LoadCount;

typedef struct _LoadSocket LoadSocket;

extern LoadPlan load_plan;
extern LoadCount load_count;

void load_fail (const char *format, ...) G_GNUC_PRINTF (1, 2) G_GNUC_NORETURN;

int load_dial (int number, GByteArray *rest);
void load_prepare (void);
LoadSocket *load_socket_open (int number);
void load_socket_start (LoadSocket *self, guint64 messages);
void load_socket_close (LoadSocket *self);
void load_run (guint64 until, guint64 messages);
