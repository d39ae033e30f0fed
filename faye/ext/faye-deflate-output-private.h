/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/core/faye-assembler-private.h"
#include "faye/ext/faye-work-private.h"

G_BEGIN_DECLS

#define FAYE_DEFLATE_SCRATCH_SIZE 65536

/* What a codec writes: into memory that is lent as long as it suffices, then into a block that
 * grows with the message up to its limit. */
typedef struct
{
  guint8 *scratch; /* (unowned) (nullable) of FAYE_DEFLATE_SCRATCH_SIZE */
  FayeAssembler block;
  guint64 limit;
  gsize size;
  guint8 beyond[16]; /* only a byte in here shows that the message is longer than the limit */
} FayeDeflateOutput;

void faye_deflate_output_init (FayeDeflateOutput *self, guint8 *scratch, guint64 limit);
void faye_deflate_output_clear (FayeDeflateOutput *self);

/* Room for *SIZE > 0 bytes more; NULL if there is no memory. */
guint8 *faye_deflate_output_get_room (FayeDeflateOutput *self, gsize *size);

/* N bytes of the room were written. FALSE if they are more than the limit allows. */
gboolean faye_deflate_output_add (FayeDeflateOutput *self, gsize n);

void faye_deflate_output_shorten (FayeDeflateOutput *self, gsize n);

/* Gives up what was lent. FALSE if there is no memory. */
gboolean faye_deflate_output_detach (FayeDeflateOutput *self);

const guint8 *faye_deflate_output_get_data (const FayeDeflateOutput *self);

/* Hands over what was written; borrowed if it is in the scratch. */
FayePayload faye_deflate_output_finish (FayeDeflateOutput *self);

G_END_DECLS
