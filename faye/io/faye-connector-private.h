/* SPDX-License-Identifier: MIT */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Dials: resolves, connects (happy eyeballs, by GSocketClient) and, if wished, does the TLS
 * handshake. The result is a stream ready for bytes. Runs on the thread-default main context of the
 * caller.
 */
typedef struct
{
  GSocketConnectable *connectable; /* (unowned) whom to dial */
  gboolean tls;
  GSocketConnectable *identity; /* (unowned) (nullable) whom the certificate must name */
} FayeDial;

void faye_connector_dial_async (const FayeDial *dial,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
GIOStream *faye_connector_dial_finish (GAsyncResult *result, GError **error);

G_END_DECLS
