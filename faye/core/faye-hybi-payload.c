/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-close-code-private.h"
#include "faye/core/faye-hybi-private.h"

/* Payloads. A message whose one frame lies whole in the input is unmasked and delivered there; any
 * other is gathered in the assembler, and its text judged as it comes. */

FayeEventType
faye_hybi_fail_text (FayeHybi *self, const char *what, FayeProtocolEvent *event)
{
  return faye_protocol_receive_fault (&self->parent,
                                      FAYE_CLOSE_CODE_INVALID_DATA,
                                      g_strdup_printf ("%s is not valid UTF-8", what),
                                      event);
}

static FayeEventType
fail_memory (FayeHybi *self, FayeProtocolEvent *event)
{
  char *what =
    g_strdup_printf ("No memory for a frame of %" G_GUINT64_FORMAT " bytes", self->frame.length);

  return faye_protocol_receive_fault (&self->parent, FAYE_CLOSE_CODE_INTERNAL, what, event);
}

static void
end_message (FayeHybi *self)
{
  if (!self->rules.in_message)
    return;
  self->rules.in_message = FALSE;
  self->taken = 0;
  self->frames = 0;
  faye_hybi_set_rules (&self->parent);
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
    return faye_hybi_fail_text (self, "Close reason", event);
  return faye_protocol_receive_close (&self->parent, code, body + 2, size - 2, event);
}

static FayeEventType
receive_control (FayeHybi *self, const guint8 *payload, gsize size, FayeProtocolEvent *event)
{
  self->in_frame = FALSE;
  if (self->frame.opcode == FAYE_OPCODE_CLOSE)
    return receive_close (self, payload, size, event);
  if (self->parent.close_sent)
    return FAYE_HYBI_GO_ON;
  if (self->frame.opcode == FAYE_OPCODE_PING)
    return faye_protocol_receive_ping (&self->parent, payload, size, event);
  *event = (FayeProtocolEvent){ .type = FAYE_PROTOCOL_PONG, .data = payload, .size = size };
  return FAYE_PROTOCOL_PONG;
}

static FayeEventType
read_control (FayeHybi *self, FayeInput *input, FayeProtocolEvent *event)
{
  gsize n = MIN (self->left, input->size);

  if (self->n_control == 0 && n == self->left)
    {
      guint8 *payload = input->data;

      faye_hybi_take_payload (self, input, payload, n);
      return receive_control (self, payload, n, event);
    }
  if (self->control == NULL)
    self->control = g_malloc (FAYE_FRAME_MAX_CONTROL_PAYLOAD);
  faye_hybi_take_payload (self, input, self->control + self->n_control, n);
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
  faye_input_skip (input, n);
  self->left -= n;
  if (self->left > 0)
    return FAYE_PROTOCOL_NEED_MORE;
  self->in_frame = FALSE;
  if (self->frame.fin)
    end_message (self);
  return FAYE_HYBI_GO_ON;
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
  *event = (FayeProtocolEvent){
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

  faye_hybi_take_payload (self, input, payload, size);
  self->in_frame = FALSE;
  if (is_judged (self) && !faye_utf8_is_valid (payload, size))
    return faye_hybi_fail_text (self, "Text", event);
  return set_message (self, payload, size, NULL, event);
}

static gboolean
judge_text (FayeHybi *self)
{
  gsize from = self->judged;

  if (!is_judged (self) || from == self->assembler.size)
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
    return faye_hybi_fail_text (self, "Text", event);
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
      faye_hybi_take_payload (self, input, faye_assembler_end (&self->assembler), n);
      self->assembler.size += n;
    }
  if (!judge_text (self))
    return faye_hybi_fail_text (self, "Text", event);
  if (self->left > 0)
    return FAYE_PROTOCOL_NEED_MORE;
  self->in_frame = FALSE;
  return self->frame.fin ? finish_message (self, event) : FAYE_HYBI_GO_ON;
}

FayeEventType
faye_hybi_read_payload (FayeHybi *self, FayeInput *input, FayeProtocolEvent *event)
{
  if (faye_opcode_is_control (self->frame.opcode))
    return read_control (self, input, event);
  if (self->parent.close_sent)
    return skip_payload (self, input);
  if (self->frame.fin && !self->rules.in_message && self->left == self->frame.length &&
      input->size >= self->left)
    return read_whole (self, input, event);
  return read_piece (self, input, event);
}
