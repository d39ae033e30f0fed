/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/faye-dial-private.h"
#include "tests/api/harness.h"

G_BEGIN_DECLS

/* A dialling, and what became of it. */
typedef struct
{
  FayeDialPlan plan;
  FayeUrl *url;              /* (owned) */
  GCancellable *cancellable; /* (owned) */
  GString *phases;           /* (owned) "RCPS" for resolving, connecting, proxying, securing */
  int cancel_at;             /* the phase that cancels; -1: none */
  FayeDialOutcome outcome;
  GError *error; /* (owned) (nullable) */
  guint n_done;
} Way;

/* PROXY may be NULL. */
Way *way_new (const char *url, const char *proxy);
void way_free (Way *way);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Way, way_free)
void way_start (Way *way);
/* Starts it, and waits for the end. */
void way_run (Way *way);
/* Starts it, and waits for HOST to have the connection. (unowned) */
Raw *way_start_to (Way *way, Host *host);
void way_wait (Way *way);
/* FAYE_ERROR with CODE, whose message holds each text of a NULL-terminated list. */
void way_assert_error (Way *way, FayeError code, ...) G_GNUC_NULL_TERMINATED;
/* Bytes go both ways between the end that was reached and RAW. */
void way_assert_open (Way *way, Raw *raw);

/* The port a host listens at, and its URL with another scheme and perhaps a user: "http",
 * "u:p@". */
guint16 host_get_port (Host *host);
char *host_make_url (Host *host, const char *scheme, const char *user);

/* The desktop's settings: a GProxyResolver that answers as it is told. Installed once, before
 * anything asks. */
void desktop_install (void);
void desktop_set (const char *first, ...) G_GNUC_NULL_TERMINATED;
void desktop_set_broken (void);
void desktop_set_silent (void);
guint desktop_count_questions (void);
const char *desktop_get_question (void);

G_END_DECLS
