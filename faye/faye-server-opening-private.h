/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/http/faye-server-handshake-private.h"
#include "faye/io/faye-transport-private.h"

G_BEGIN_DECLS

/*
 * The server's end of a connection up to its 101 response: from a request that SoupServer has read,
 * or from a stream whose request it reads itself.
 */
typedef struct _FayeServerOpening FayeServerOpening;

typedef struct
{
  void (*requested) (gpointer owner); /* a good request is there: to be accepted or refused */
  void (*accepted) (
    gpointer owner); /* it was accepted, and nothing more is to come: the transport can be taken */
  void (*failed) (gpointer owner,
                  const GError *error); /* once, last: refused, broken off, timed out */
} FayeServerOpeningFuncs;

/* At the very next turn `requested` or `failed` follows, for a request that is taken over. */
FayeServerOpening *faye_server_opening_new_for_request (FayeLoop *loop,
                                                        SoupServerMessage *request,
                                                        gboolean allow_drafts,
                                                        const FayeServerOpeningFuncs *funcs,
                                                        gpointer owner);
FayeServerOpening *faye_server_opening_new_for_stream (FayeLoop *loop,
                                                       GIOStream *stream,
                                                       gboolean allow_drafts,
                                                       const FayeServerOpeningFuncs *funcs,
                                                       gpointer owner);
FayeServerOpening *faye_server_opening_ref (FayeServerOpening *self);
void faye_server_opening_unref (FayeServerOpening *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeServerOpening, faye_server_opening_unref)

/* TIMEOUT in µs, over all that is left. */
void faye_server_opening_start (FayeServerOpening *self, gint64 timeout);
/* Another TIMEOUT since the start. */
void faye_server_opening_set_timeout (FayeServerOpening *self, gint64 timeout);

/* The request; NULL as long as it has not come. */
FayeServerHandshake *faye_server_opening_get_handshake (FayeServerOpening *self);
SoupMessageHeaders *faye_server_opening_get_headers (FayeServerOpening *self);
const char *faye_server_opening_get_method (FayeServerOpening *self);
/* NULL too if the request has lost its connection, or the transport was taken. */
GIOStream *faye_server_opening_get_stream (FayeServerOpening *self);

/* Whether the request waits for one of the two below. */
gboolean faye_server_opening_is_waiting (FayeServerOpening *self);

/* Answers with 101. `accepted` follows, before this returns unless the version has more of a
 * handshake after that. */
void faye_server_opening_accept (FayeServerOpening *self,
                                 const char *subprotocol,
                                 const char *extensions,
                                 SoupMessageHeaders *extra);

/* In `accepted`: what was agreed on, and the transport, which is given away. */
const char *faye_server_opening_get_subprotocol (FayeServerOpening *self);
const char *faye_server_opening_get_extensions (FayeServerOpening *self);
FayeTransport *faye_server_opening_take_transport (FayeServerOpening *self);

/* Answers with STATUS, and ERROR's message as the reason, and ends the stream in good order;
 * `failed` follows with ERROR, which is taken. */
void faye_server_opening_refuse (FayeServerOpening *self,
                                 guint status,
                                 SoupMessageHeaders *extra,
                                 GError *error);

/* Ends the stream now; `failed` follows before this returns, unless it came before. */
void faye_server_opening_abort (FayeServerOpening *self, const GError *error);

G_END_DECLS
