/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/io/faye-transport-private.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Takes the connection of REQUEST over from its SoupServer, with what was read ahead of the request's end. Nothing of a
 * response may have been written. REQUEST is usually freed by this, so keep what is needed of it before. *WRAPPER must be kept
 * until the transport has ended: dropping it closes the connection. */
FayeTransport *faye_takeover (SoupServerMessage *request,
                              FayeLoop *loop,
                              const FayeTransportFuncs *funcs,
                              gpointer owner,
                              GIOStream **wrapper);

G_END_DECLS
