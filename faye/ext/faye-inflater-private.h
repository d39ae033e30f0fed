/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-deflate-output-private.h"
#include "faye/ext/faye-zlib-private.h"

G_BEGIN_DECLS

/* Undoes DEFLATE for a connection's messages (RFC 7692, section 7.2.2). Messages share its window
 * unless it is reset between them. */
typedef struct _FayeInflater FayeInflater;

/* WINDOW_BITS: 8 … 15. NULL if there is no memory. */
FayeInflater *faye_inflater_new (guint window_bits);
void faye_inflater_free (FayeInflater *self);
void faye_inflater_reset (FayeInflater *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeInflater, faye_inflater_free)

/* Stops with AGAIN after about SHARE bytes of output, or what takes as long without any output, and
 * then goes on where it stopped; DATA may have moved. After a failure SELF is of no use. */
FayeCodecStatus faye_inflater_run (FayeInflater *self,
                                   FayeCodecInput *input,
                                   FayeDeflateOutput *output,
                                   gsize share);

G_END_DECLS
