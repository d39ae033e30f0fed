/* SPDX-License-Identifier: MIT */

#pragma once

#include "tests/api/harness.h"

G_BEGIN_DECLS

/*
 * A server that a test plays by hand, one connection after the other: it reads a request, and the
 * test says what comes back.
 */
typedef struct
{
  Host *host;      /* (owned) of a raw kind */
  GPtrArray *raws; /* of all connections */
  Raw *raw;        /* (unowned) the one that the last request came on */
} Script;

Script *script_new (HostKind kind);
void script_free (Script *script);

/* Waits for a connection that is new, and for its request. */
char *script_next (Script *script);
/* The same, and answers it; FORMAT begins with the status. */
char *script_answer (Script *script, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The same, and opens the WebSocket. */
char *script_open (Script *script, const char *extra);

/* A request's or response's field; NULL if it is not there, and it must not be there twice. */
char *script_get_field (const char *head, const char *name);
#define ASSERT_FIELD(head, name, expected)                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *field_ = script_get_field (head, name);                                       \
    g_assert_cmpstr (field_, ==, expected);                                                        \
  }                                                                                                \
  G_STMT_END

/* A client's log with its phases in it: "phase resolving" and so on. */
Log *script_log_phases (gpointer client);

/* "host:port" of a host's URL. */
const char *script_get_authority (Script *script);

G_END_DECLS
