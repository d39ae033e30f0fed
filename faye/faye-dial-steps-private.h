/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/faye-dial-private.h"
#include "faye/http/faye-proxy-url-private.h"
#include "faye/http/faye-tunnel-handshake-private.h"

G_BEGIN_DECLS

/* What dialling holds, as the data of its GTask. */
typedef struct
{
  FayeUrl *url;                                       /* (owned) */
  FayeProxy *proxy;                                   /* (owned) (nullable) */
  FayeTls *tls;                                       /* (owned) (nullable) */
  GSocketConnectable *connectable;                    /* (owned) (nullable) */
  GSocketAddress *local_address;                      /* (owned) (nullable) */
  void (*progress) (gpointer owner, FayePhase phase); /* (nullable) */
  gpointer owner;                                     /* (unowned) */

  FayePhase phase;
  char *server;      /* (owned) what messages call it: no path, for that may hold a secret */
  GPtrArray *routes; /* (owned) (nullable) FayeProxyUrl */
  guint n_begun;
  const FayeProxyUrl *route;   /* (unowned) the one that is tried */
  FayeTunnelHandshake *tunnel; /* (owned) (nullable) checked before anything is dialled */
  GIOStream *stream;           /* (owned) (nullable) as far as it goes */
  gboolean is_there;           /* STREAM's other end is the server */
  FayeHead *proxy_head;        /* (owned) (nullable) */
  GError *first_failure;       /* (owned) (nullable) of a route */
} FayeDial;

/* Goes along the route: connects, asks the proxy, does TLS. Takes TASK, and returns TRUE through it
 * in the end, or hands it to faye_dial_route_failed (). */
void faye_dial_steps_start (GTask *task);

/* The program learns of a phase that is another than before, until it has cancelled. */
void faye_dial_tell (GTask *task, FayePhase phase);

/* faye-dial.c: takes TASK and ERROR. */
void faye_dial_route_failed (GTask *task, GError *error);

G_END_DECLS
