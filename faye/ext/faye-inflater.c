/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-inflater-private.h"

/*
 * The sender has left out the last four bytes of the flush that ends a message (RFC 7692, section
 * 7.2.1); they are put back by themselves, so that the payload need not be copied. Behind them the
 * decompressor stands before a new block, or the message was cut or forged.
 *
 * A block with BFINAL ends neither message nor window (section 7.2.3.4): what follows, from the
 * next byte on, is a block like others.
 */

#define TAIL_SIZE 4

static const guint8 tail[TAIL_SIZE] = { 0x00, 0x00, 0xff, 0xff };

/* Of z_stream's data_type: what tells where it stands, and how many bits are left over. */
enum
{
  AT_BLOCK = 128,
  POSITION_MASK = 128 | 63,
};

enum
{
  /* Old zlibs compress with 9 when they say 8, and all inflate with 9. */
  MIN_WINDOW_BITS = 9,
  /* What of the output's share a byte of input may take, at the worst, and a final block. */
  INPUT_COST = 8,
  END_COST = 256,
};

struct _FayeInflater
{
  z_stream zlib;
};

FayeInflater *
faye_inflater_new (guint window_bits)
{
  FayeInflater *self = g_new (FayeInflater, 1);

  faye_zlib_prepare (&self->zlib);
  if (inflateInit2 (&self->zlib, -(int) MAX (window_bits, MIN_WINDOW_BITS)) == Z_OK)
    return self;
  g_free (self);
  return NULL;
}

void
faye_inflater_free (FayeInflater *self)
{
  inflateEnd (&self->zlib);
  g_free (self);
}

void
faye_inflater_reset (FayeInflater *self)
{
  inflateReset (&self->zlib);
}

/* One call of zlib. *COST grows by what it may have taken. */
static int
inflate_piece (FayeInflater *self, FayeCodecInput *input, gsize *cost)
{
  z_stream *zlib = &self->zlib;
  const gboolean in_tail = input->at == input->size;
  const guint given =
    in_tail ? faye_zlib_clamp (TAIL_SIZE - input->tail) : faye_zlib_clamp (input->size - input->at);
  guint taken;
  int status;

  /* zlib's pointers to input are not const everywhere. */
  zlib->next_in = (Bytef *) (in_tail ? tail + input->tail : input->data + input->at);
  zlib->avail_in = given;
  status = inflate (zlib, Z_NO_FLUSH);
  taken = given - zlib->avail_in;
  if (in_tail)
    input->tail += taken;
  else
    input->at += taken;
  *cost += (gsize) taken * INPUT_COST;
  return status;
}

/* The next block is to have the same window, which a full reset would drop. */
static FayeCodecStatus
go_on_after_end (FayeInflater *self, const FayeCodecInput *input)
{
  inflateResetKeep (&self->zlib);
  if (input->at < input->size)
    return FAYE_CODEC_AGAIN;
  return input->tail == 0 || input->tail == TAIL_SIZE ? FAYE_CODEC_DONE : FAYE_CODEC_AGAIN;
}

static FayeCodecStatus
judge_piece (FayeInflater *self, const FayeCodecInput *input, int status)
{
  switch (status)
    {
    case Z_OK:
    case Z_BUF_ERROR:
      if (input->tail < TAIL_SIZE || self->zlib.avail_out == 0)
        return FAYE_CODEC_AGAIN;
      return (self->zlib.data_type & POSITION_MASK) == AT_BLOCK ? FAYE_CODEC_DONE
                                                                : FAYE_CODEC_INVALID;
    case Z_STREAM_END:
      return go_on_after_end (self, input);
    case Z_MEM_ERROR:
      return FAYE_CODEC_NO_MEMORY;
    default:
      return FAYE_CODEC_INVALID;
    }
}

static FayeCodecStatus
run_piece (FayeInflater *self, FayeCodecInput *input, FayeDeflateOutput *output, gsize *cost)
{
  gsize room;
  guint given;
  int status;

  self->zlib.next_out = faye_deflate_output_get_room (output, &room);
  if (self->zlib.next_out == NULL)
    return FAYE_CODEC_NO_MEMORY;
  given = self->zlib.avail_out = faye_zlib_clamp (room);
  status = inflate_piece (self, input, cost);
  if (status == Z_STREAM_END)
    *cost += END_COST;
  if (!faye_deflate_output_add (output, given - self->zlib.avail_out))
    return FAYE_CODEC_TOO_BIG;
  return judge_piece (self, input, status);
}

FayeCodecStatus
faye_inflater_run (FayeInflater *self,
                   FayeCodecInput *input,
                   FayeDeflateOutput *output,
                   gsize share)
{
  const gsize begin = output->size;
  FayeCodecStatus status;
  gsize cost = 0;

  do
    status = run_piece (self, input, output, &cost);
  while (status == FAYE_CODEC_AGAIN && cost < share && output->size - begin < share);
  return status;
}
