/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-hybi-private.h"

/* The engine of RFC 6455 and of its drafts 7 and 8, which frame alike: headers, the common frame,
 * and large payloads that are read straight into their message. */

enum
{
  READING_WORTH = 16 * 1024, /* below this the shared read buffer serves as well */
  PLAIN_TEXT = 0x80 | FAYE_OPCODE_TEXT,
  PLAIN_BINARY = 0x80 | FAYE_OPCODE_BINARY,
  PLAIN_MIN = 6, /* a short header with its key */
  PLAIN_MAX = 125,
};

static inline guint64
subtract (guint64 limit, guint64 used)
{
  return limit > used ? limit - used : 0;
}

/* However unlimited, a message has to fit the address space, with its NUL. */
void
faye_hybi_set_rules (FayeProtocol *protocol)
{
  FayeHybi *self = faye_hybi (protocol);
  guint64 max_length = MIN (protocol->max_length, (guint64) G_MAXSSIZE - 1);

  self->rules.masked = protocol->role == FAYE_ROLE_SERVER;
  self->rules.extension_bits = protocol->extension_bits;
  self->rules.room = subtract (max_length, self->taken);
  self->rules.continuations = subtract (protocol->max_fragments, MAX (self->frames, 1));
}

static void
begin_frame (FayeHybi *self)
{
  const FayeFrame *frame = &self->frame;

  self->in_frame = TRUE;
  self->left = frame->length;
  if (faye_opcode_is_control (frame->opcode))
    {
      self->n_control = 0;
      return;
    }
  if (frame->opcode != FAYE_OPCODE_CONTINUATION)
    {
      self->text = frame->opcode == FAYE_OPCODE_TEXT;
      self->rsv = frame->rsv;
    }
  if (frame->fin && !self->rules.in_message)
    return;
  self->rules.in_message = TRUE;
  self->taken += frame->length;
  self->frames++;
  faye_hybi_set_rules (&self->parent);
}

/* Header bytes that came earlier lie in HEAD; as long as there are none, the header is read
 * where it is. */
static FayeFrameVerdict
read_head (FayeHybi *self, FayeInput *input)
{
  const guint8 *bytes = input->data;
  gsize before = self->n_head;
  gsize size = input->size;
  FayeFrameVerdict verdict;

  if (size == 0)
    return FAYE_FRAME_SHORT;
  if (before > 0)
    {
      gsize n = MIN (size, FAYE_FRAME_MAX_HEAD - before);

      memcpy (self->head + before, input->data, n);
      bytes = self->head;
      size = before + n;
    }
  verdict = faye_frame_parse (bytes, size, &self->rules, &self->frame);
  if (verdict == FAYE_FRAME_WHOLE)
    {
      input->data += self->frame.head_size - before;
      input->size -= self->frame.head_size - before;
      self->n_head = 0;
      begin_frame (self);
      return verdict;
    }
  size = MIN (size, FAYE_FRAME_MAX_HEAD);
  if (before == 0)
    memcpy (self->head, bytes, size);
  self->n_head = size;
  input->data += size - before;
  input->size -= size - before;
  return verdict;
}

static FayeEventType
fail_head (FayeHybi *self, FayeFrameVerdict fault, FayeProtocolEvent *event)
{
  return faye_protocol_receive_fault (&self->parent,
                                      faye_frame_fault_code (fault),
                                      faye_frame_describe_fault (fault, self->head, &self->rules),
                                      event);
}

/* Nearly all traffic: a short message in one frame, all of it here, with nothing before it.
 * Whatever is unusual about a frame, and be it a fault, goes the long way. */
static inline gboolean
is_plain (FayeHybi *self, const FayeInput *input, gsize *size)
{
  const guint8 *bytes = input->data;

  if (self->in_frame || self->n_head > 0 || self->rules.in_message || self->parent.close_sent)
    return FALSE;
  if (input->size < PLAIN_MIN || (guint8) (bytes[0] - PLAIN_TEXT) > PLAIN_BINARY - PLAIN_TEXT)
    return FALSE;
  *size = bytes[1] ^ (self->rules.masked ? 0x80 : 0);
  return *size <= PLAIN_MAX && *size <= self->rules.room && *size <= input->size - PLAIN_MIN;
}

static FayeEventType
read_plain (FayeHybi *self, FayeInput *input, gsize size, FayeProtocolEvent *event)
{
  guint8 *payload = input->data + (self->rules.masked ? 6 : 2);
  gboolean text = input->data[0] == PLAIN_TEXT;

  if (self->rules.masked)
    faye_mask_copy (payload, payload, size, payload - 4, 0);
  input->size -= payload + size - input->data;
  input->data = payload + size;
  if (text && !faye_utf8_is_valid (payload, size))
    return faye_hybi_fail_text (self, "Text", event);
  *event = (FayeProtocolEvent){
    .type = FAYE_PROTOCOL_MESSAGE,
    .text = text,
    .data = payload,
    .size = size,
  };
  return FAYE_PROTOCOL_MESSAGE;
}

static FayeEventType
next (FayeProtocol *protocol, FayeInput *input, FayeProtocolEvent *event)
{
  FayeHybi *self = faye_hybi (protocol);
  FayeEventType type;
  gsize size;

  if (is_plain (self, input, &size))
    return read_plain (self, input, size, event);
  do
    {
      if (!self->in_frame)
        {
          FayeFrameVerdict verdict = read_head (self, input);

          if (verdict == FAYE_FRAME_SHORT)
            {
              type = FAYE_PROTOCOL_NEED_MORE;
              break;
            }
          if (verdict != FAYE_FRAME_WHOLE)
            return fail_head (self, verdict, event);
        }
      type = faye_hybi_read_payload (self, input, event);
    }
  while (type == FAYE_HYBI_GO_ON);

  if (type == FAYE_PROTOCOL_NEED_MORE)
    event->type = type;
  return type;
}

static guint8 *
get_area (FayeProtocol *protocol, gsize *size)
{
  FayeHybi *self = faye_hybi (protocol);
  FayeAssembler *assembler = &self->assembler;

  if (!self->in_frame || faye_opcode_is_control (self->frame.opcode) || self->left < READING_WORTH)
    return NULL;
  if (!faye_assembler_reserve_for_reading (assembler, assembler->size + self->left))
    return NULL;
  *size = MIN (self->left, assembler->capacity - assembler->size);
  return faye_assembler_end (assembler);
}

static void
filled (FayeProtocol *protocol, gsize n)
{
  FayeHybi *self = faye_hybi (protocol);
  guint8 *area = faye_assembler_end (&self->assembler);
  FayeInput input = { area, n };

  g_assert (n <= self->left);
  faye_hybi_take_payload (self, &input, area, n);
  self->assembler.size += n;
}

static gboolean
is_idle (FayeProtocol *protocol)
{
  FayeHybi *self = faye_hybi (protocol);

  return !self->in_frame && !self->rules.in_message && self->n_head == 0;
}

static void
drop_message (FayeProtocol *protocol)
{
  FayeHybi *self = faye_hybi (protocol);

  faye_assembler_clear (&self->assembler);
  self->judged = 0;
}

static void
finalize (FayeProtocol *protocol)
{
  drop_message (protocol);
  g_free (faye_hybi (protocol)->control);
}

const FayeEngine faye_hybi_engine = {
  .instance_size = sizeof (FayeHybi),
  .next = next,
  .configure = faye_hybi_set_rules,
  .get_area = get_area,
  .filled = filled,
  .is_idle = is_idle,
  .drop_message = drop_message,
  .finalize = finalize,
  .frame_message = faye_hybi_frame_message,
  .write_ping = faye_hybi_write_ping,
  .write_pong = faye_hybi_write_pong,
  .write_close = faye_hybi_write_close,
};
