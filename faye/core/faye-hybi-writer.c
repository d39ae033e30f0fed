/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-close-code-private.h"
#include "faye/core/faye-hybi-private.h"

/* The sending half of the hybi engine: one frame a message, control frames whole. */

/* Every frame has a fresh key (RFC 6455, section 5.3). */
static const guint8 *
draw_key (FayeProtocol *protocol, guint8 key[4])
{
  if (protocol->role == FAYE_ROLE_SERVER)
    return NULL;
  protocol->random (key, 4);
  return key;
}

gboolean
faye_hybi_frame_message (FayeProtocol *protocol,
                         gboolean text,
                         guint8 rsv,
                         guint64 size,
                         FayeFraming *framing)
{
  FayeOpcode opcode = text ? FAYE_OPCODE_TEXT : FAYE_OPCODE_BINARY;
  const guint8 *key = draw_key (protocol, framing->key);

  framing->masked = key != NULL;
  framing->head_size = faye_frame_write_head (framing->head, opcode, rsv, size, key);
  framing->tail_size = 0;
  return TRUE;
}

static gsize
write_control (FayeProtocol *protocol,
               FayeOpcode opcode,
               const guint8 *payload,
               gsize size,
               guint8 *out)
{
  guint8 drawn[4];
  const guint8 *key = draw_key (protocol, drawn);
  guint head_size = faye_frame_write_head (out, opcode, 0, size, key);

  if (key != NULL)
    faye_mask_copy (out + head_size, payload, size, key, 0);
  else if (size > 0)
    memcpy (out + head_size, payload, size);
  return head_size + size;
}

gsize
faye_hybi_write_ping (FayeProtocol *protocol, const guint8 *payload, gsize size, guint8 *out)
{
  return write_control (protocol, FAYE_OPCODE_PING, payload, size, out);
}

gsize
faye_hybi_write_pong (FayeProtocol *protocol, const guint8 *payload, gsize size, guint8 *out)
{
  return write_control (protocol, FAYE_OPCODE_PONG, payload, size, out);
}

/* A reason that is too long is cut between two characters. */
static gsize
reason_size (const char *reason)
{
  gsize size = reason != NULL ? strlen (reason) : 0;

  if (size <= FAYE_CLOSE_MAX_REASON)
    return size;
  size = FAYE_CLOSE_MAX_REASON;
  while (size > 0 && ((guint8) reason[size] & 0xc0) == 0x80)
    size--;
  return size;
}

gsize
faye_hybi_write_close (FayeProtocol *protocol, guint code, const char *reason, guint8 *out)
{
  guint8 body[FAYE_FRAME_MAX_CONTROL_PAYLOAD] = { code >> 8, code & 0xff };
  gsize size = reason_size (reason);

  if (code == FAYE_CLOSE_CODE_NONE)
    return write_control (protocol, FAYE_OPCODE_CLOSE, NULL, 0, out);
  if (size > 0)
    memcpy (body + 2, reason, size);
  return write_control (protocol, FAYE_OPCODE_CLOSE, body, size + 2, out);
}
