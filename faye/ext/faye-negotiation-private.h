/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-pipeline-private.h"

G_BEGIN_DECLS

/*
 * The extensions that one end of a connection has, in order of registration, and what it agrees on
 * with its peer (RFC 6455, section 9.1). One of the two roles is played, once.
 */
typedef struct _FayeNegotiation FayeNegotiation;

FayeNegotiation *faye_negotiation_new (void);
void faye_negotiation_free (FayeNegotiation *self); /* closes the sessions that are still here */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeNegotiation, faye_negotiation_free)

/* Takes a reference to EXTENSION. FAYE_EXTENSION_ERROR_ARGUMENT if its name is no token, its RSV
 * bits are none, or an extension of that name is here. */
gboolean faye_negotiation_add (FayeNegotiation *self,
                               const FayeExtensionOps *ops,
                               gpointer extension,
                               GError **error);

/* Client: makes the sessions; *HEADER is the value to send, NULL if there is nothing to offer.
 * FAYE_EXTENSION_ERROR_ARGUMENT if an extension's offers cannot be sent. */
gboolean faye_negotiation_offer (FayeNegotiation *self, char **header, GError **error);

/* Client: judges the server's answer (NULL: none). FAYE_EXTENSION_ERROR_HEADER or _ANSWER if it
 * breaks the grammar, names what was not offered or names it twice, uses RSV bits twice, or is
 * refused by a session; the message says which. */
gboolean faye_negotiation_activate (FayeNegotiation *self, const char *header, GError **error);

/* Server: answers the client's offers (NULL: none). Of extensions that use the same RSV bit the
 * first registered wins; one that declines is left out. *ANSWER is NULL if none is agreed on.
 * FAYE_EXTENSION_ERROR_HEADER is the client's fault, FAYE_EXTENSION_ERROR_ARGUMENT (an answer that
 * cannot be sent) the program's. */
gboolean
faye_negotiation_respond (FayeNegotiation *self, const char *header, char **answer, GError **error);

/* Moves the sessions agreed on into a pipeline; NULL if there are none. */
FayePipeline *
faye_negotiation_take_pipeline (FayeNegotiation *self, GMainContext *context, int priority);

G_END_DECLS
