/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Frame headers of RFC 6455, section 5.2. */

typedef enum
{
  FAYE_OPCODE_CONTINUATION = 0x0,
  FAYE_OPCODE_TEXT = 0x1,
  FAYE_OPCODE_BINARY = 0x2,
  FAYE_OPCODE_CLOSE = 0x8,
  FAYE_OPCODE_PING = 0x9,
  FAYE_OPCODE_PONG = 0xa,
} FayeOpcode;

#define FAYE_FRAME_MAX_HEAD 14
#define FAYE_FRAME_MAX_CONTROL_PAYLOAD 125

static inline gboolean
faye_opcode_is_control (guint opcode)
{
  return opcode >= FAYE_OPCODE_CLOSE;
}

/* What a header is judged by. */
typedef struct
{
  gboolean masked;       /* frames must carry a masking key, else they must not */
  gboolean in_message;   /* a fragmented message is unfinished */
  guint8 extension_bits; /* RSV bits that the first frame of a message may have */
  guint64 room;          /* bytes that the message may still have */
  guint64 continuations; /* frames that may still continue it */
} FayeFrameRules;

typedef struct
{
  guint8 opcode;
  guint8 rsv;
  gboolean fin;
  guint head_size;
  guint64 length;
  guint8 key[4]; /* unset when the frame is not masked */
} FayeFrame;

typedef enum
{
  FAYE_FRAME_WHOLE, /* the header is lawful and complete */
  FAYE_FRAME_SHORT, /* lawful as far as it has come */
  FAYE_FRAME_RESERVED_OPCODE,
  FAYE_FRAME_RESERVED_BITS,
  FAYE_FRAME_FRAGMENTED_CONTROL,
  FAYE_FRAME_NOTHING_TO_CONTINUE,
  FAYE_FRAME_NOT_CONTINUED,
  FAYE_FRAME_TOO_MANY,
  FAYE_FRAME_NOT_MASKED,
  FAYE_FRAME_MASKED,
  FAYE_FRAME_LONG_CONTROL,
  FAYE_FRAME_CLOSE_OF_ONE_BYTE,
  FAYE_FRAME_LENGTH_TOP_BIT,
  FAYE_FRAME_LENGTH_NOT_MINIMAL,
  FAYE_FRAME_TOO_BIG,
} FayeFrameVerdict;

/* Judges the first SIZE bytes of a header, each as soon as it is there: the verdict on a
 * beginning never changes with what follows, except from SHORT. Fills FRAME only when it is
 * WHOLE. */
FayeFrameVerdict
faye_frame_parse (const guint8 *bytes, gsize size, const FayeFrameRules *rules, FayeFrame *frame);

/* The close code for a fault, and what it was about in words. */
guint faye_frame_fault_code (FayeFrameVerdict fault);
char *faye_frame_describe_fault (FayeFrameVerdict fault,
                                 const guint8 *bytes,
                                 const FayeFrameRules *rules);

/* Writes a header into HEAD and returns its size. KEY is NULL for a frame without a mask. */
guint faye_frame_write_head (guint8 head[FAYE_FRAME_MAX_HEAD],
                             FayeOpcode opcode,
                             guint8 rsv,
                             guint64 length,
                             const guint8 *key);

G_END_DECLS
