/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-deflate-session-private.h"

G_BEGIN_DECLS

/* What the two ends of a connection agreed on (RFC 7692, section 7.1), seen from one of them. */
typedef struct
{
  gboolean own_no_takeover;
  gboolean peer_no_takeover;
  guint own_window_bits; /* 8 … 15; with 8 nothing can be compressed */
  guint peer_window_bits;
} FayeDeflateParams;

/* zlib does not deflate with a window of 2^8 bytes. */
#define FAYE_DEFLATE_MIN_WINDOW_BITS 9

/* Client: what to offer, an aa{sv} (transfer full). */
GVariant *faye_deflate_params_offer (const FayeDeflateOptions *options);

/* Client: FALSE with FAYE_EXTENSION_ERROR_ANSWER if the server's ANSWER, an a{sv}, is not to be
 * taken. */
gboolean faye_deflate_params_activate (FayeDeflateParams *self,
                                       const FayeDeflateOptions *options,
                                       GVariant *answer,
                                       GError **error);

/* Server: takes the first of OFFERS, an aa{sv}, that can be taken. FALSE if none can. */
gboolean faye_deflate_params_accept (FayeDeflateParams *self,
                                     const FayeDeflateOptions *options,
                                     GVariant *offers,
                                     GVariant **answer);

G_END_DECLS
