/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-deflate-output-private.h"
#include "faye/ext/faye-zlib-private.h"

G_BEGIN_DECLS

/* Does DEFLATE to a connection's messages (RFC 7692, section 7.2.1). Messages share its window
 * unless it is reset between them. */
typedef struct _FayeDeflater FayeDeflater;

/* What zlib is to do, in its own numbers; WINDOW_BITS: 9 … 15. */
typedef struct
{
  int level;
  int mem_level;
  int strategy;
  guint window_bits;
} FayeDeflaterSetup;

/* NULL if there is no memory. */
FayeDeflater *faye_deflater_new (const FayeDeflaterSetup *setup);
void faye_deflater_free (FayeDeflater *self);
void faye_deflater_reset (FayeDeflater *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeDeflater, faye_deflater_free)

/* What the output's limit needs beside the longest message that is wanted. */
#define FAYE_DEFLATER_TAIL 4

/* Stops with AGAIN after about SHARE bytes of input, and then goes on where it stopped; DATA may
 * have moved. After a failure SELF is to be reset: the peer will not see what it has. */
FayeCodecStatus faye_deflater_run (FayeDeflater *self,
                                   FayeCodecInput *input,
                                   FayeDeflateOutput *output,
                                   gsize share);

G_END_DECLS
