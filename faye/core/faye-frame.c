/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-frame-private.h"

#include <string.h>

#include "faye/core/faye-close-code-private.h"

/* Reading, judging and writing frame headers (RFC 6455, section 5.2). Nothing here touches a
 * payload, and all arithmetic on declared lengths happens here: they are compared with what is
 * left, never added to anything. */

enum
{
  FIN = 0x80,
  OPCODE = 0x0f,
  MASK = 0x80,
  LENGTH = 0x7f,
  LENGTH_16 = 126,
  LENGTH_64 = 127,
  KEY_SIZE = 4,
  KNOWN_OPCODES = 1 << FAYE_OPCODE_CONTINUATION | 1 << FAYE_OPCODE_TEXT | 1 << FAYE_OPCODE_BINARY |
                  1 << FAYE_OPCODE_CLOSE | 1 << FAYE_OPCODE_PING | 1 << FAYE_OPCODE_PONG,
};

static inline guint
get_rsv (guint8 first)
{
  return first >> 4 & 7;
}

static FayeFrameVerdict
judge_data (guint opcode, const FayeFrameRules *rules)
{
  if (opcode != FAYE_OPCODE_CONTINUATION)
    return rules->in_message ? FAYE_FRAME_NOT_CONTINUED : FAYE_FRAME_WHOLE;
  if (!rules->in_message)
    return FAYE_FRAME_NOTHING_TO_CONTINUE;
  return rules->continuations > 0 ? FAYE_FRAME_WHOLE : FAYE_FRAME_TOO_MANY;
}

static FayeFrameVerdict
judge_first (guint8 first, const FayeFrameRules *rules)
{
  guint opcode = first & OPCODE;
  gboolean begins = opcode == FAYE_OPCODE_TEXT || opcode == FAYE_OPCODE_BINARY;

  if ((KNOWN_OPCODES >> opcode & 1) == 0)
    return FAYE_FRAME_RESERVED_OPCODE;
  if (get_rsv (first) & ~(begins ? rules->extension_bits : 0))
    return FAYE_FRAME_RESERVED_BITS;
  if (!faye_opcode_is_control (opcode))
    return judge_data (opcode, rules);
  return first & FIN ? FAYE_FRAME_WHOLE : FAYE_FRAME_FRAGMENTED_CONTROL;
}

static inline FayeFrameVerdict
judge_second (const guint8 *bytes, const FayeFrameRules *rules)
{
  guint length = bytes[1] & LENGTH;

  if ((bytes[1] >= MASK) != rules->masked)
    return rules->masked ? FAYE_FRAME_NOT_MASKED : FAYE_FRAME_MASKED;
  if (!faye_opcode_is_control (bytes[0] & OPCODE))
    return FAYE_FRAME_WHOLE;
  if (length > FAYE_FRAME_MAX_CONTROL_PAYLOAD)
    return FAYE_FRAME_LONG_CONTROL;
  if (length == 1 && (bytes[0] & OPCODE) == FAYE_OPCODE_CLOSE)
    return FAYE_FRAME_CLOSE_OF_ONE_BYTE;
  return FAYE_FRAME_WHOLE;
}

static inline guint
length_size (guint8 second)
{
  guint length = second & LENGTH;

  if (length < LENGTH_16)
    return 0;
  return length == LENGTH_16 ? 2 : 8;
}

static guint64
read_length (const guint8 *bytes)
{
  guint16 length_16;
  guint64 length_64;

  switch (bytes[1] & LENGTH)
    {
    case LENGTH_16:
      memcpy (&length_16, bytes + 2, sizeof length_16);
      return GUINT16_FROM_BE (length_16);
    case LENGTH_64:
      memcpy (&length_64, bytes + 2, sizeof length_64);
      return GUINT64_FROM_BE (length_64);
    default:
      return bytes[1] & LENGTH;
    }
}

/* The extended forms. The top bit is judged when its byte comes, the rest when the length is
 * whole. */
static FayeFrameVerdict
judge_long_length (const guint8 *bytes, gsize size)
{
  gboolean is_64 = (bytes[1] & LENGTH) == LENGTH_64;

  if (is_64 && size > 2 && (bytes[2] & 0x80))
    return FAYE_FRAME_LENGTH_TOP_BIT;
  if (size < 2 + length_size (bytes[1]))
    return FAYE_FRAME_SHORT;
  if (read_length (bytes) <= (is_64 ? 0xffff : LENGTH_16 - 1))
    return FAYE_FRAME_LENGTH_NOT_MINIMAL;
  return FAYE_FRAME_WHOLE;
}

static inline FayeFrameVerdict
judge_length (const guint8 *bytes, gsize size, const FayeFrameRules *rules)
{
  if ((bytes[1] & LENGTH) >= LENGTH_16)
    {
      FayeFrameVerdict verdict = judge_long_length (bytes, size);

      if (verdict != FAYE_FRAME_WHOLE)
        return verdict;
    }
  if (read_length (bytes) > rules->room && !faye_opcode_is_control (bytes[0] & OPCODE))
    return FAYE_FRAME_TOO_BIG;
  return FAYE_FRAME_WHOLE;
}

FayeFrameVerdict
faye_frame_parse (const guint8 *bytes, gsize size, const FayeFrameRules *rules, FayeFrame *frame)
{
  FayeFrameVerdict verdict;
  guint key_at;

  if (size == 0)
    return FAYE_FRAME_SHORT;
  verdict = judge_first (bytes[0], rules);
  if (verdict != FAYE_FRAME_WHOLE)
    return verdict;
  if (size == 1)
    return FAYE_FRAME_SHORT;
  verdict = judge_second (bytes, rules);
  if (verdict != FAYE_FRAME_WHOLE)
    return verdict;
  verdict = judge_length (bytes, size, rules);
  if (verdict != FAYE_FRAME_WHOLE)
    return verdict;

  key_at = 2 + length_size (bytes[1]);
  frame->head_size = key_at + (rules->masked ? KEY_SIZE : 0);
  if (size < frame->head_size)
    return FAYE_FRAME_SHORT;
  frame->opcode = bytes[0] & OPCODE;
  frame->rsv = get_rsv (bytes[0]);
  frame->fin = bytes[0] >= FIN;
  frame->length = read_length (bytes);
  if (rules->masked)
    memcpy (frame->key, bytes + key_at, KEY_SIZE);
  return FAYE_FRAME_WHOLE;
}

guint
faye_frame_fault_code (FayeFrameVerdict fault)
{
  switch (fault)
    {
    case FAYE_FRAME_TOO_BIG:
      return FAYE_CLOSE_CODE_TOO_BIG;
    case FAYE_FRAME_TOO_MANY:
      return FAYE_CLOSE_CODE_POLICY;
    default:
      return FAYE_CLOSE_CODE_PROTOCOL_ERROR;
    }
}

static char *
describe_length_fault (FayeFrameVerdict fault, const guint8 *bytes, const FayeFrameRules *rules)
{
  switch (fault)
    {
    case FAYE_FRAME_LENGTH_TOP_BIT:
      return g_strdup_printf ("The 64-bit length begins with 0x%02x, its top bit set", bytes[2]);
    case FAYE_FRAME_LENGTH_NOT_MINIMAL:
      return g_strdup_printf ("Length %" G_GUINT64_FORMAT " is written in %u bytes",
                              read_length (bytes),
                              length_size (bytes[1]));
    default:
      return g_strdup_printf ("Frame of %" G_GUINT64_FORMAT " bytes where only %" G_GUINT64_FORMAT
                              " more are allowed",
                              read_length (bytes),
                              rules->room);
    }
}

char *
faye_frame_describe_fault (FayeFrameVerdict fault, const guint8 *bytes, const FayeFrameRules *rules)
{
  guint opcode = bytes[0] & OPCODE;

  switch (fault)
    {
    case FAYE_FRAME_RESERVED_OPCODE:
      return g_strdup_printf ("Opcode %u is reserved", opcode);
    case FAYE_FRAME_RESERVED_BITS:
      return g_strdup_printf ("Reserved bits 0x%x are set", get_rsv (bytes[0]));
    case FAYE_FRAME_FRAGMENTED_CONTROL:
      return g_strdup_printf ("Control frame with opcode %u is fragmented", opcode);
    case FAYE_FRAME_NOTHING_TO_CONTINUE:
      return g_strdup ("Continuation frame with no message to continue");
    case FAYE_FRAME_NOT_CONTINUED:
      return g_strdup_printf ("Frame with opcode %u inside a fragmented message", opcode);
    case FAYE_FRAME_TOO_MANY:
      return g_strdup ("Message has too many fragments");
    case FAYE_FRAME_NOT_MASKED:
      return g_strdup ("Frame from a client is not masked");
    case FAYE_FRAME_MASKED:
      return g_strdup ("Frame from a server is masked");
    case FAYE_FRAME_LONG_CONTROL:
      return g_strdup_printf ("Control frame with opcode %u is longer than 125 bytes", opcode);
    case FAYE_FRAME_CLOSE_OF_ONE_BYTE:
      return g_strdup ("Close frame has a body of 1 byte");
    default:
      return describe_length_fault (fault, bytes, rules);
    }
}

guint
faye_frame_write_head (guint8 head[FAYE_FRAME_MAX_HEAD],
                       FayeOpcode opcode,
                       guint8 rsv,
                       guint64 length,
                       const guint8 *key)
{
  guint64 length_64 = GUINT64_TO_BE (length);
  guint8 mask = key != NULL ? MASK : 0;
  guint size = 2;

  head[0] = FIN | (rsv & 7) << 4 | opcode;
  if (length < LENGTH_16)
    {
      head[1] = mask | length;
    }
  else if (length <= 0xffff)
    {
      head[1] = mask | LENGTH_16;
      memcpy (head + 2, (const guint8 *) &length_64 + 6, 2);
      size = 4;
    }
  else
    {
      head[1] = mask | LENGTH_64;
      memcpy (head + 2, &length_64, 8);
      size = 10;
    }
  if (key == NULL)
    return size;
  memcpy (head + size, key, KEY_SIZE);
  return size + KEY_SIZE;
}
