/* SPDX-License-Identifier: MIT */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Two ends of one connection, of each kind that a transport tells apart. */
typedef enum
{
  PAIR_UNIX,
  PAIR_TCP,
  PAIR_POLLABLE,
  PAIR_ASYNC,
  PAIR_TLS,
  N_PAIRS
} PairKind;

const char *pair_name (PairKind kind);
void pair_open (PairKind kind, GIOStream **a, GIOStream **b);

/* A fresh self-signed certificate for localhost, with its key. */
GTlsCertificate *pair_get_certificate (void);
/* TLS over BASE that accepts any certificate. */
GIOStream *pair_add_tls_client (GIOStream *base);

/* Turns CONTEXT until FLAG is set; fails the test after 20 s. */
void pair_wait_for (GMainContext *context, const gboolean *flag);
guint pair_count_descriptors (void);

G_END_DECLS
