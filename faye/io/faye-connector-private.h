/* SPDX-License-Identifier: MIT */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Dials: resolves and connects, with happy eyeballs (RFC 8305) as GSocketClient has them; no proxy,
 * no TLS. Runs on the thread-default main context of the caller, at the priority of GSocketClient,
 * which has only the default one.
 */
typedef enum
{
  FAYE_CONNECTOR_RESOLVING,
  FAYE_CONNECTOR_CONNECTING, /* to one of the addresses; once, however many there are */
} FayeConnectorStep;

typedef struct
{
  GSocketConnectable *connectable; /* (unowned) whom to dial */
  GSocketAddress *local_address;   /* (unowned) (nullable) to bind to */
  /* (nullable) A step begins. Not called after CANCELLABLE, nor after the end. */
  void (*began) (gpointer owner, FayeConnectorStep step);
  gpointer owner;
} FayeConnectorPlan;

void faye_connector_dial_async (const FayeConnectorPlan *plan,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/* *RESOLVED tells whether there was an address to connect to. */
GSocketConnection *
faye_connector_dial_finish (GAsyncResult *result, gboolean *resolved, GError **error);

G_END_DECLS
