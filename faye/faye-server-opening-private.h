/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/http/faye-server-handshake-private.h"
#include "faye/io/faye-transport-private.h"

G_BEGIN_DECLS

/*
 * The server's end of a connection up to its 101 response: from a request that SoupServer has read, or from a stream whose
 * request it reads itself.
 */
typedef struct _FayeServerOpening FayeServerOpening;

typedef struct
{
  void (*requested) (gpointer owner); /* a good request is there: to be accepted or refused */
  void (*failed) (gpointer owner, const GError *error); /* once, last: refused, broken off, timed out */
} FayeServerOpeningFuncs;

/* At the very next turn `requested` or `failed` follows, for a request that is taken over. */
FayeServerOpening *faye_server_opening_new_for_request (FayeLoop *loop,
                                                        SoupServerMessage *request,
                                                        const FayeServerOpeningFuncs *funcs,
                                                        gpointer owner);
FayeServerOpening *faye_server_opening_new_for_stream (FayeLoop *loop,
                                                       GIOStream *stream,
                                                       const FayeServerOpeningFuncs *funcs,
                                                       gpointer owner);
FayeServerOpening *faye_server_opening_ref (FayeServerOpening *self);
void faye_server_opening_unref (FayeServerOpening *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeServerOpening, faye_server_opening_unref)

/* TIMEOUT in µs, over all that is left. */
void faye_server_opening_start (FayeServerOpening *self, gint64 timeout);

/* The request; NULL as long as it has not come. */
FayeServerHandshake *faye_server_opening_get_handshake (FayeServerOpening *self);
SoupMessageHeaders *faye_server_opening_get_headers (FayeServerOpening *self);
const char *faye_server_opening_get_method (FayeServerOpening *self);

/* Whether the request waits for one of the two below. */
gboolean faye_server_opening_is_waiting (FayeServerOpening *self);

/* Answers with 101 and gives the transport away. */
FayeTransport *faye_server_opening_accept (FayeServerOpening *self,
                                           const char *subprotocol,
                                           const char *extensions,
                                           SoupMessageHeaders *extra);

/* Answers with STATUS, and ERROR's message as the reason, and ends the stream in good order; `failed` follows with ERROR, which
 * is taken. */
void faye_server_opening_refuse (FayeServerOpening *self,
                                 guint status,
                                 SoupMessageHeaders *extra,
                                 GError *error);

/* Ends the stream now; `failed` follows before this returns, unless it came before. */
void faye_server_opening_abort (FayeServerOpening *self, const GError *error);

/* What must be kept until the transport has ended: see faye_takeover (). */
GIOStream *faye_server_opening_get_stream (FayeServerOpening *self);

G_END_DECLS
