/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "faye/core/faye-assembler-private.h"
#include "faye/core/faye-close-code-private.h"
#include "faye/core/faye-engine-private.h"
#include "faye/core/faye-frame-private.h"
#include "faye/core/faye-hybi-writer-private.h"
#include "faye/core/faye-mask-private.h"
#include "faye/core/faye-utf8-private.h"

/* The engine of RFC 6455 and of its drafts 7 and 8, which frame alike. A frame that lies whole
 * in the input is unmasked and delivered there; any other is gathered in the assembler. */

enum
{
  READING_WORTH = 16 * 1024, /* below this the shared read buffer serves as well */
};

typedef struct
{
  FayeProtocol parent;
  FayeFrameRules rules;
  FayeFrame frame;
  gboolean in_frame;    /* FRAME's header was read, LEFT bytes of its payload were not */
  gboolean text;        /* the message is text, and its UTF-8 to be judged if RSV is 0 */
  guint8 rsv;           /* the message's */
  guint8 n_head;        /* bytes in HEAD */
  guint8 head[FAYE_FRAME_MAX_HEAD];
  guint8 n_control;     /* bytes in CONTROL */
  guint8 *control;      /* (owned) (nullable): the payload of a control frame that came in pieces */
  guint64 left;
  guint64 taken;        /* bytes that the message's headers have announced */
  guint64 frames;       /* of the message */
  FayeAssembler assembler;
  gsize judged;         /* bytes of the assembler that UTF8 has seen */
  FayeUtf8 utf8;
} FayeHybi;

/* Outside the range of events: nothing to report yet. */
#define GO_ON ((FayeEventType) -1)

static inline FayeHybi *
hybi (FayeProtocol *protocol)
{
  return (FayeHybi *) protocol;
}

static inline guint64
subtract (guint64 limit, guint64 used)
{
  return limit > used ? limit - used : 0;
}

/* However unlimited, a message has to fit the address space, with its NUL. */
static void
set_rules (FayeProtocol *protocol)
{
  FayeHybi *self = hybi (protocol);
  guint64 max_length = MIN (protocol->max_length, (guint64) G_MAXSSIZE - 1);

  self->rules.masked = protocol->role == FAYE_ROLE_SERVER;
  self->rules.extension_bits = protocol->extension_bits;
  self->rules.room = subtract (max_length, self->taken);
  self->rules.continuations = subtract (protocol->max_fragments, MAX (self->frames, 1));
}

static FayeEventType
fail_utf8 (FayeHybi *self, const char *what, FayeProtocolEvent *event)
{
  return faye_protocol_receive_fault (&self->parent,
                                      FAYE_CLOSE_CODE_INVALID_DATA,
                                      g_strdup_printf ("%s is not valid UTF-8", what),
                                      event);
}

static FayeEventType
fail_memory (FayeHybi *self, FayeProtocolEvent *event)
{
  char *what = g_strdup_printf ("No memory for a frame of %" G_GUINT64_FORMAT " bytes",
                                self->frame.length);

  return faye_protocol_receive_fault (&self->parent, FAYE_CLOSE_CODE_INTERNAL, what, event);
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
  set_rules (&self->parent);
}

static void
end_message (FayeHybi *self)
{
  if (!self->rules.in_message)
    return;
  self->rules.in_message = FALSE;
  self->taken = 0;
  self->frames = 0;
  set_rules (&self->parent);
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

/* Takes the next N bytes of the payload, unmasking them into DST. */
static inline void
take_payload (FayeHybi *self, FayeInput *input, guint8 *dst, gsize n)
{
  if (self->rules.masked)
    faye_mask_copy (dst, input->data, n, self->frame.key, self->frame.length - self->left);
  else if (dst != input->data && n > 0)
    memcpy (dst, input->data, n);
  input->data += n;
  input->size -= n;
  self->left -= n;
}

static FayeEventType
receive_close (FayeHybi *self, const guint8 *body, gsize size, FayeProtocolEvent *event)
{
  guint code;

  if (size == 0)
    return faye_protocol_receive_close (&self->parent, FAYE_CLOSE_CODE_NONE, body, 0, event);
  code = body[0] << 8 | body[1];
  if (!faye_close_code_is_valid (code))
    return faye_protocol_receive_fault (&self->parent,
                                        FAYE_CLOSE_CODE_PROTOCOL_ERROR,
                                        g_strdup_printf ("Close code %u may not be sent", code),
                                        event);
  if (!faye_utf8_is_valid (body + 2, size - 2))
    return fail_utf8 (self, "Close reason", event);
  return faye_protocol_receive_close (&self->parent, code, body + 2, size - 2, event);
}

static FayeEventType
receive_control (FayeHybi *self, const guint8 *payload, gsize size, FayeProtocolEvent *event)
{
  self->in_frame = FALSE;
  if (self->frame.opcode == FAYE_OPCODE_CLOSE)
    return receive_close (self, payload, size, event);
  if (self->parent.close_sent)
    return GO_ON;
  if (self->frame.opcode == FAYE_OPCODE_PING)
    return faye_protocol_receive_ping (&self->parent, payload, size, event);
  *event = (FayeProtocolEvent) { .type = FAYE_PROTOCOL_PONG, .data = payload, .size = size };
  return FAYE_PROTOCOL_PONG;
}

static FayeEventType
read_control (FayeHybi *self, FayeInput *input, FayeProtocolEvent *event)
{
  gsize n = MIN (self->left, input->size);

  if (self->n_control == 0 && n == self->left)
    {
      guint8 *payload = input->data;

      take_payload (self, input, payload, n);
      return receive_control (self, payload, n, event);
    }
  if (self->control == NULL)
    self->control = g_malloc (FAYE_FRAME_MAX_CONTROL_PAYLOAD);
  take_payload (self, input, self->control + self->n_control, n);
  self->n_control += n;
  if (self->left > 0)
    return FAYE_PROTOCOL_NEED_MORE;
  return receive_control (self, self->control, self->n_control, event);
}

/* After our own Close nothing is delivered any more (RFC 6455, section 5.5.1), so nothing is
 * kept. */
static FayeEventType
skip_payload (FayeHybi *self, FayeInput *input)
{
  gsize n = MIN (self->left, input->size);

  faye_assembler_clear (&self->assembler);
  input->data += n;
  input->size -= n;
  self->left -= n;
  if (self->left > 0)
    return FAYE_PROTOCOL_NEED_MORE;
  self->in_frame = FALSE;
  if (self->frame.fin)
    end_message (self);
  return GO_ON;
}

static inline gboolean
is_judged (FayeHybi *self)
{
  return self->text && self->rsv == 0;
}

static FayeEventType
set_message (FayeHybi *self,
             const guint8 *data,
             gsize size,
             guint8 *owned,
             FayeProtocolEvent *event)
{
  *event = (FayeProtocolEvent) {
    .type = FAYE_PROTOCOL_MESSAGE,
    .text = self->text,
    .rsv = self->rsv,
    .data = data,
    .size = size,
    .owned = owned,
  };
  return FAYE_PROTOCOL_MESSAGE;
}

/* The common case: one frame is the message, and all of it is here. */
static inline FayeEventType
read_whole (FayeHybi *self, FayeInput *input, FayeProtocolEvent *event)
{
  guint8 *payload = input->data;
  gsize size = self->left;

  take_payload (self, input, payload, size);
  self->in_frame = FALSE;
  if (is_judged (self) && !faye_utf8_is_valid (payload, size))
    return fail_utf8 (self, "Text", event);
  return set_message (self, payload, size, NULL, event);
}

static gboolean
judge_text (FayeHybi *self)
{
  gsize from = self->judged;

  if (!is_judged (self))
    return TRUE;
  self->judged = self->assembler.size;
  return faye_utf8_feed (&self->utf8, self->assembler.data + from, self->assembler.size - from);
}

static FayeEventType
finish_message (FayeHybi *self, FayeProtocolEvent *event)
{
  guint8 *data;
  gsize size;

  if (is_judged (self) && !faye_utf8_is_complete (&self->utf8))
    return fail_utf8 (self, "Text", event);
  data = faye_assembler_steal (&self->assembler, &size);
  self->judged = 0;
  end_message (self);
  return set_message (self, data != NULL ? data : (const guint8 *) "", size, data, event);
}

/* The size beyond which the message will not grow, as far as it is known. */
static guint64
final_size (FayeHybi *self)
{
  return self->assembler.size + self->left + (self->frame.fin ? 0 : self->rules.room);
}

static FayeEventType
read_piece (FayeHybi *self, FayeInput *input, FayeProtocolEvent *event)
{
  gsize n = MIN (self->left, input->size);

  if (n > 0)
    {
      if (!faye_assembler_reserve (&self->assembler, n, final_size (self)))
        return fail_memory (self, event);
      take_payload (self, input, faye_assembler_end (&self->assembler), n);
      self->assembler.size += n;
    }
  if (!judge_text (self))
    return fail_utf8 (self, "Text", event);
  if (self->left > 0)
    return FAYE_PROTOCOL_NEED_MORE;
  self->in_frame = FALSE;
  return self->frame.fin ? finish_message (self, event) : GO_ON;
}

static inline FayeEventType
read_payload (FayeHybi *self, FayeInput *input, FayeProtocolEvent *event)
{
  if (faye_opcode_is_control (self->frame.opcode))
    return read_control (self, input, event);
  if (self->parent.close_sent)
    return skip_payload (self, input);
  if (self->frame.fin && !self->rules.in_message && self->left == self->frame.length
      && input->size >= self->left)
    return read_whole (self, input, event);
  return read_piece (self, input, event);
}

static FayeEventType
next (FayeProtocol *protocol, FayeInput *input, FayeProtocolEvent *event)
{
  FayeHybi *self = hybi (protocol);
  FayeEventType type;

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
      type = read_payload (self, input, event);
    }
  while (type == GO_ON);

  if (type == FAYE_PROTOCOL_NEED_MORE)
    event->type = type;
  return type;
}

static guint8 *
get_area (FayeProtocol *protocol, gsize *size)
{
  FayeHybi *self = hybi (protocol);
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
  FayeHybi *self = hybi (protocol);
  guint8 *area = faye_assembler_end (&self->assembler);
  FayeInput input = { area, n };

  g_assert (n <= self->left);
  take_payload (self, &input, area, n);
  self->assembler.size += n;
}

static gboolean
is_idle (FayeProtocol *protocol)
{
  FayeHybi *self = hybi (protocol);

  return !self->in_frame && !self->rules.in_message && self->n_head == 0;
}

static void
drop_message (FayeProtocol *protocol)
{
  FayeHybi *self = hybi (protocol);

  faye_assembler_clear (&self->assembler);
  self->judged = 0;
}

static void
finalize (FayeProtocol *protocol)
{
  drop_message (protocol);
  g_free (hybi (protocol)->control);
}

const FayeEngine faye_hybi_engine = {
  .instance_size = sizeof (FayeHybi),
  .next = next,
  .configure = set_rules,
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
