/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "faye/core/faye-assembler-private.h"
#include "faye/core/faye-close-code-private.h"
#include "faye/core/faye-engine-private.h"
#include "faye/core/faye-utf8-private.h"

/*
 * The engine of draft-hixie-thewebsocketprotocol-75 and -76, the server's end. A text is what
 * stands between a byte below 0x80 and 0xFF. A byte from 0x80 on announces a segment with its
 * length in base 128, to be passed over; in version 76, 0xFF with a length of 0 is the closing
 * handshake. These versions have no binary messages, no Ping, and no close codes.
 */

enum
{
  LENGTH_BIT = 0x80,   /* of a first byte: a length follows; of a length's byte: so does another */
  LENGTH_MAX_SIZE = 9, /* bytes of 7 bits that a guint64 holds, whatever they are */
  TEXT_BEGIN = 0x00,
  TEXT_END = 0xff,
  CLOSING = 0xff,
};

typedef enum
{
  STATE_BEGIN, /* between two of them */
  STATE_TEXT,
  STATE_LENGTH,
  STATE_SEGMENT,
} State;

typedef struct
{
  FayeProtocol parent;
  State state;
  gboolean closing;  /* 0xFF has come: as in the reference, a length that begins with 0 closes */
  guint length_size; /* bytes of LENGTH that have come */
  guint64 length;    /* of a segment: its size, then what is left of it */
  FayeAssembler assembler; /* the beginning of a text that comes in pieces; UTF8 has seen it */
  FayeUtf8 utf8;
} FayeHixie;

/* Outside the range of events: nothing to report yet. */
#define GO_ON ((FayeEventType) -1)

static inline FayeHixie *
hixie (FayeProtocol *protocol)
{
  return (FayeHixie *) protocol;
}

static inline void
advance (FayeInput *input, gsize n)
{
  input->data += n;
  input->size -= n;
}

static FayeEventType
fail (FayeHixie *self, guint code, char *what, FayeProtocolEvent *event)
{
  return faye_protocol_receive_fault (&self->parent, code, what, event);
}

static FayeEventType
fail_utf8 (FayeHixie *self, FayeProtocolEvent *event)
{
  return fail (self, FAYE_CLOSE_CODE_INVALID_DATA, g_strdup ("Text is not valid UTF-8"), event);
}

static FayeEventType
fail_size (FayeHixie *self, const char *what, FayeProtocolEvent *event)
{
  char *text =
    g_strdup_printf ("%s of more than %" G_GUINT64_FORMAT " bytes", what, self->parent.max_length);

  return fail (self, FAYE_CLOSE_CODE_TOO_BIG, text, event);
}

static FayeEventType
read_begin (FayeHixie *self, FayeInput *input)
{
  guint8 first = *input->data;

  advance (input, 1);
  if ((first & LENGTH_BIT) == 0)
    {
      self->state = STATE_TEXT;
      return GO_ON;
    }
  self->state = STATE_LENGTH;
  self->length = 0;
  self->length_size = 0;
  if (first == CLOSING && self->parent.version == FAYE_VERSION_HIXIE_76)
    self->closing = TRUE;
  return GO_ON;
}

/* Judged at every byte, as it may never end; after so many bytes even if they are zeros, so that
 * the number cannot leave its type. */
static FayeEventType
read_length (FayeHixie *self, FayeInput *input, FayeProtocolEvent *event)
{
  guint8 byte = *input->data;

  advance (input, 1);
  if (self->length_size == LENGTH_MAX_SIZE)
    return fail (self,
                 FAYE_CLOSE_CODE_TOO_BIG,
                 g_strdup_printf ("Segment's length of more than %d bytes", LENGTH_MAX_SIZE),
                 event);
  self->length_size++;
  self->length = self->length << 7 | (byte & ~LENGTH_BIT);
  if (self->length > self->parent.max_length)
    return fail_size (self, "Segment", event);
  if (self->closing && self->length == 0)
    return faye_protocol_receive_close (&self->parent,
                                        FAYE_CLOSE_CODE_NONE,
                                        (const guint8 *) "",
                                        0,
                                        event);
  if ((byte & LENGTH_BIT) == 0)
    self->state = self->length > 0 ? STATE_SEGMENT : STATE_BEGIN;
  return GO_ON;
}

static FayeEventType
read_segment (FayeHixie *self, FayeInput *input)
{
  gsize n = MIN (self->length, input->size);

  advance (input, n);
  self->length -= n;
  if (self->length == 0)
    self->state = STATE_BEGIN;
  return GO_ON;
}

static void
drop_message (FayeProtocol *protocol)
{
  FayeHixie *self = hixie (protocol);

  faye_assembler_clear (&self->assembler);
  self->utf8 = (FayeUtf8){ 0 };
}

/* However unlimited, a text has to fit the address space, with its NUL. */
static gsize
room_for_text (FayeHixie *self)
{
  guint64 max_length = MIN (self->parent.max_length, (guint64) G_MAXSSIZE - 1);

  return max_length > self->assembler.size ? max_length - self->assembler.size : 0;
}

static FayeEventType
finish_text (FayeHixie *self,
             const guint8 *data,
             gsize size,
             guint8 *owned,
             FayeProtocolEvent *event)
{
  self->state = STATE_BEGIN;
  *event = (FayeProtocolEvent){
    .type = FAYE_PROTOCOL_MESSAGE,
    .text = TRUE,
    .data = data,
    .size = size,
    .owned = owned,
  };
  return FAYE_PROTOCOL_MESSAGE;
}

static FayeEventType
finish_pieces (FayeHixie *self, FayeProtocolEvent *event)
{
  guint8 *data;
  gsize size;

  if (!faye_utf8_is_complete (&self->utf8))
    return fail_utf8 (self, event);
  data = faye_assembler_steal (&self->assembler, &size);
  return finish_text (self, data, size, data, event);
}

/* The next N bytes of a text, none of which ends it. Those that are allowed are judged before those
 * that are too many, so that it makes no difference how they were cut. */
static FayeEventType
take_text (FayeHixie *self, const guint8 *data, gsize n, FayeProtocolEvent *event)
{
  gsize room = room_for_text (self);
  gsize fitting = MIN (n, room);

  if (!faye_utf8_feed (&self->utf8, data, fitting))
    return fail_utf8 (self, event);
  if (n > room)
    return fail_size (self, "Message", event);
  if (!faye_assembler_reserve (&self->assembler, n, self->assembler.size + room))
    return fail (self, FAYE_CLOSE_CODE_INTERNAL, g_strdup ("No memory for a message"), event);
  memcpy (faye_assembler_end (&self->assembler), data, n);
  self->assembler.size += n;
  return GO_ON;
}

/* After our own closing bytes nothing is delivered, so nothing is kept. */
static FayeEventType
skip_text (FayeHixie *self, FayeInput *input, gsize n, gboolean ends)
{
  advance (input, n + ends);
  if (ends)
    self->state = STATE_BEGIN;
  return GO_ON;
}

/* A text that lies whole in the input is delivered where it is. */
static FayeEventType
read_text (FayeHixie *self, FayeInput *input, FayeProtocolEvent *event)
{
  guint8 *data = input->data;
  guint8 *end = memchr (data, TEXT_END, input->size);
  gsize n = end != NULL ? (gsize) (end - data) : input->size;
  FayeEventType type;

  if (self->parent.close_sent)
    return skip_text (self, input, n, end != NULL);
  if (end != NULL && self->assembler.size == 0 && n <= room_for_text (self))
    {
      advance (input, n + 1);
      if (!faye_utf8_is_valid (data, n))
        return fail_utf8 (self, event);
      return finish_text (self, data, n, NULL, event);
    }
  type = take_text (self, data, n, event);
  if (type != GO_ON)
    return type;
  advance (input, n + (end != NULL));
  return end != NULL ? finish_pieces (self, event) : GO_ON;
}

static FayeEventType
read_some (FayeHixie *self, FayeInput *input, FayeProtocolEvent *event)
{
  switch (self->state)
    {
    case STATE_BEGIN:
      return read_begin (self, input);
    case STATE_TEXT:
      return read_text (self, input, event);
    case STATE_LENGTH:
      return read_length (self, input, event);
    case STATE_SEGMENT:
      return read_segment (self, input);
    default:
      g_assert_not_reached ();
    }
}

static FayeEventType
next (FayeProtocol *protocol, FayeInput *input, FayeProtocolEvent *event)
{
  while (input->size > 0)
    {
      FayeEventType type = read_some (hixie (protocol), input, event);

      if (type != GO_ON)
        return type;
    }
  event->type = FAYE_PROTOCOL_NEED_MORE;
  return FAYE_PROTOCOL_NEED_MORE;
}

/* Limits are looked up where they apply. */
static void
configure (FayeProtocol *protocol)
{
}

/* Where a text ends is known only when it has. */
static guint8 *
get_area (FayeProtocol *protocol, gsize *size)
{
  return NULL;
}

static void
filled (FayeProtocol *protocol, gsize n)
{
  g_assert_not_reached ();
}

static gboolean
is_idle (FayeProtocol *protocol)
{
  return hixie (protocol)->state == STATE_BEGIN;
}

/* Valid UTF-8 has no byte 0xFF. */
static gboolean
frame_message (FayeProtocol *protocol,
               gboolean text,
               guint8 rsv,
               guint64 size,
               FayeFraming *framing)
{
  if (!text || rsv != 0)
    return FALSE;
  framing->head[0] = TEXT_BEGIN;
  framing->head_size = 1;
  framing->tail[0] = TEXT_END;
  framing->tail_size = 1;
  framing->masked = FALSE;
  return TRUE;
}

static gsize
write_nothing (FayeProtocol *protocol, const guint8 *payload, gsize size, guint8 *out)
{
  return 0;
}

/* Version 75 has no closing handshake: there the stream just ends. */
static gsize
write_close (FayeProtocol *protocol, guint code, const char *reason, guint8 *out)
{
  if (protocol->version == FAYE_VERSION_HIXIE_75)
    return 0;
  out[0] = CLOSING;
  out[1] = 0;
  return 2;
}

const FayeEngine faye_hixie_engine = {
  .instance_size = sizeof (FayeHixie),
  .next = next,
  .configure = configure,
  .get_area = get_area,
  .filled = filled,
  .is_idle = is_idle,
  .drop_message = drop_message,
  .finalize = drop_message,
  .frame_message = frame_message,
  .write_ping = write_nothing,
  .write_pong = write_nothing,
  .write_close = write_close,
};
