/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/faye-enums.h"
#include "faye/faye-proxy.h"
#include "faye/faye-tls.h"
#include "faye/http/faye-head-private.h"
#include "faye/http/faye-url-private.h"

G_BEGIN_DECLS

/*
 * From a URL to a stream that is ready for the opening handshake: resolves, connects, goes through
 * the proxy, does TLS. Runs on the thread-default main context of the caller.
 */
typedef struct
{
  const FayeUrl *url; /* (unowned) */
  FayeProxy *proxy;   /* (unowned) (nullable) NULL: what the desktop says */
  FayeTls *tls;       /* (unowned) (nullable) */
  GSocketConnectable
    *connectable; /* (unowned) (nullable) dialled instead of the URL's host, without a proxy */
  GSocketAddress *local_address; /* (unowned) (nullable) to bind to */
  int priority;
  void (*progress) (gpointer owner,
                    FayePhase phase); /* a new phase; may come again for another attempt */
  gpointer owner;
} FayeDialPlan;

typedef struct
{
  GIOStream *stream;    /* (owned) (nullable) */
  FayeHead *proxy_head; /* (owned) (nullable) what the HTTP proxy answered, on failure too */
} FayeDialOutcome;

void faye_dial_outcome_clear (FayeDialOutcome *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FayeDialOutcome, faye_dial_outcome_clear)

/* PLAN is copied, what it names is referenced (the URL is copied). The first progress may be told
 * before this returns; none is after CANCELLABLE.
 *
 * A proxy that the program gave is never gone around; with a connectable or a Unix socket it is
 * FAYE_ERROR_INVALID_ARGUMENT, as are a proxy's URL or headers that cannot be used. Of the proxies
 * that the desktop names, one is tried after another until one answers. */
void faye_dial_async (const FayeDialPlan *plan,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
/* Always fills OUTCOME. FAYE_ERROR_RESOLVE, _CONNECT, _PROXY, _PROXY_AUTHENTICATION, _CERTIFICATE,
 * _TLS; the message names whom it could not reach and keeps the cause's own words, never a
 * password. */
gboolean faye_dial_finish (GAsyncResult *result, FayeDialOutcome *outcome, GError **error);

G_END_DECLS
