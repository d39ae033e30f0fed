/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>
#include <zlib.h>

G_BEGIN_DECLS

/* Where zlib's memory comes from, and how much it is given at a time. Tests put theirs here, before
 * anything uses zlib. */
typedef struct
{
  gpointer (*alloc) (gsize size); /* NULL when there is none */
  void (*free) (gpointer block);
  guint most; /* bytes of input, or room for output, a call; a flush needs 8 */
} FayeZlib;

extern FayeZlib faye_zlib;

/* A stream of zeros but for its memory. */
void faye_zlib_prepare (z_stream *stream);

/* zlib's sizes are of 32 bits. */
guint faye_zlib_clamp (gsize size);

/* One message, and how far it has come. Zero but for DATA and SIZE to begin. */
typedef struct
{
  const guint8 *data;
  gsize size;
  gsize at;   /* bytes of DATA that were read */
  guint tail; /* inflater: bytes that were read of those that the sender left out */
} FayeCodecInput;

typedef enum
{
  FAYE_CODEC_AGAIN,   /* there is more to do */
  FAYE_CODEC_DONE,    /* the message is complete */
  FAYE_CODEC_TOO_BIG, /* it would be longer than the output's limit */
  FAYE_CODEC_INVALID,
  FAYE_CODEC_NO_MEMORY,
} FayeCodecStatus;

G_END_DECLS
