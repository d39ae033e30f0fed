/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-deflater-private.h"

/* A message ends with an empty block without compression, of which the last four bytes are left
 * out (RFC 7692, section 7.2.1). */

struct _FayeDeflater
{
  z_stream zlib;
};

FayeDeflater *
faye_deflater_new (const FayeDeflaterSetup *setup)
{
  FayeDeflater *self = g_new (FayeDeflater, 1);
  int status;

  faye_zlib_prepare (&self->zlib);
  status = deflateInit2 (&self->zlib,
                         setup->level,
                         Z_DEFLATED,
                         -(int) setup->window_bits,
                         setup->mem_level,
                         setup->strategy);
  if (status == Z_OK)
    return self;
  g_free (self);
  return NULL;
}

void
faye_deflater_free (FayeDeflater *self)
{
  deflateEnd (&self->zlib);
  g_free (self);
}

void
faye_deflater_reset (FayeDeflater *self)
{
  deflateReset (&self->zlib);
}

/* A flush is complete when it leaves room (zlib's manual, deflate). When it just fits, the next
 * call adds another empty block, which does no harm. */
static FayeCodecStatus
deflate_piece (FayeDeflater *self, FayeCodecInput *input, gsize most)
{
  z_stream *zlib = &self->zlib;
  const gsize left = input->size - input->at;
  const guint given = faye_zlib_clamp (MIN (left, most));
  const gboolean is_last = given == left;

  /* zlib's pointers to input are not const everywhere. */
  zlib->next_in = (Bytef *) input->data + input->at;
  zlib->avail_in = given;
  if (deflate (zlib, is_last ? Z_SYNC_FLUSH : Z_NO_FLUSH) == Z_STREAM_ERROR)
    return FAYE_CODEC_INVALID;
  input->at += given - zlib->avail_in;
  return is_last && zlib->avail_out > 0 ? FAYE_CODEC_DONE : FAYE_CODEC_AGAIN;
}

static FayeCodecStatus
run_piece (FayeDeflater *self, FayeCodecInput *input, FayeDeflateOutput *output, gsize most)
{
  FayeCodecStatus status;
  gsize room;
  guint given;

  self->zlib.next_out = faye_deflate_output_get_room (output, &room);
  if (self->zlib.next_out == NULL)
    return FAYE_CODEC_NO_MEMORY;
  given = self->zlib.avail_out = faye_zlib_clamp (room);
  status = deflate_piece (self, input, most);
  if (!faye_deflate_output_add (output, given - self->zlib.avail_out))
    return FAYE_CODEC_TOO_BIG;
  return status;
}

/* zlib, which flushed the message before, would say that there is nothing to do. What is left of
 * an empty block without its tail is one byte (section 7.2.3.6). */
static FayeCodecStatus
deflate_nothing (FayeDeflateOutput *output)
{
  gsize room;
  guint8 *at = faye_deflate_output_get_room (output, &room);

  if (at == NULL)
    return FAYE_CODEC_NO_MEMORY;
  *at = 0;
  return faye_deflate_output_add (output, 1) ? FAYE_CODEC_DONE : FAYE_CODEC_TOO_BIG;
}

FayeCodecStatus
faye_deflater_run (FayeDeflater *self,
                   FayeCodecInput *input,
                   FayeDeflateOutput *output,
                   gsize share)
{
  const gsize begin = input->at;
  FayeCodecStatus status;

  if (input->size == 0)
    return deflate_nothing (output);
  do
    status = run_piece (self, input, output, share - (input->at - begin));
  while (status == FAYE_CODEC_AGAIN && (input->at - begin < share || input->at == input->size));
  if (status == FAYE_CODEC_DONE)
    faye_deflate_output_shorten (output, FAYE_DEFLATER_TAIL);
  return status;
}
