/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/faye-connection-private.h"
#include "tests/api/harness.h"
#include "tests/ext/fake-session.h"

G_BEGIN_DECLS

/*
 * A whole connection whose messages go through a fake session, over a socket pair, and a peer that
 * speaks bytes. What the connection tells is written down: "message hi", "ping x", "pong x",
 * "failed timed-out", "closing", "closed 1000 bye"; messages over 64 bytes by their size.
 */
typedef struct _Party Party;
struct _Party
{
  FayeConnection *connection; /* (owned) (nullable) */
  Fake fake;
  Raw *raw;      /* (owned) */
  GString *log;  /* (owned) each line ends in ";" */
  GString *last; /* (owned) the payload of the last message */
  char *error;   /* (owned) (nullable) the last error's message */
  guint n_messages;
  gboolean is_closed;
  void (*hook) (Party *party, const char *line);
  gpointer data;
};

/* ROLE is the connection's. CLOSE_TIMEOUT in ms; 0 is long. The session is called "fake", and uses
 * RSV1. */
void party_open (Party *party, FayeRole role, FakeManner manner, guint close_timeout);
void
party_open_with (Party *party, FayeRole role, FakeManner manner, const FayeConnectionTimes *times);
/* Aborts it unless it is closed. The session has to have been closed once. */
void party_end (Party *party);

gboolean party_send (Party *party, const char *text);
/* The peer sends a text frame. */
void party_receive (Party *party, const char *text);
#define ASSERT_PARTY(party, expected)                                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_cmpstr ((party)->log->str, ==, expected);                                             \
    g_string_truncate ((party)->log, 0);                                                           \
  }                                                                                                \
  G_STMT_END

G_END_DECLS
