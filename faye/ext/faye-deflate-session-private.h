/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-session-private.h"

G_BEGIN_DECLS

/* permessage-deflate (RFC 7692): one connection's parameters, compressor and decompressor. */
typedef struct _FayeDeflateSession FayeDeflateSession;

#define FAYE_DEFLATE_NAME "permessage-deflate"

/* "Own" is what this end compresses, "request" what the peer is asked for. All are in range. */
typedef struct
{
  int level;                    /* -1 … 9, as in zlib */
  int mem_level;                /* 1 … 9 */
  int strategy;                 /* Z_DEFAULT_STRATEGY … Z_FIXED */
  gboolean no_context_takeover; /* own */
  gboolean request_no_context_takeover;
  guint max_window_bits;         /* own: 9 … 15 */
  guint request_max_window_bits; /* 8 … 15; 15 asks for nothing */
  gsize threshold;               /* shorter messages go as they are */
  gboolean keep_larger;          /* send what was compressed even if it did not shrink */
} FayeDeflateOptions;

FayeDeflateSession *faye_deflate_session_new_client (const FayeDeflateOptions *options);
/* NULL: none of OFFERS (aa{sv}) can be taken. */
FayeDeflateSession *faye_deflate_session_new_server (const FayeDeflateOptions *options,
                                                     GVariant *offers);
FayeDeflateSession *faye_deflate_session_ref (FayeDeflateSession *self);
void faye_deflate_session_unref (FayeDeflateSession *self);

extern const FayeSessionOps faye_deflate_session_ops;

G_END_DECLS
