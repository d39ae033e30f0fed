/* SPDX-License-Identifier: MIT */

#include "load-socket-private.h"

#include "load-util.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* What the load client makes of the bytes that come back: frames are counted, and compared if that
 * is wanted. */

static void
take_round_trip (LoadSocket *self)
{
  guint64 now = load_now ();

  if (load_count.sampling && load_count.n_round_trips < load_count.max_round_trips)
    load_count.round_trips[load_count.n_round_trips++] =
      (guint32) MIN (now - self->sent_at, G_MAXUINT32);
  self->sent_at = now;
}

static void
take_echo (LoadSocket *self)
{
  self->expected = load_image_after (self->expected);
  if (load_plan.mode == LOAD_IDLE)
    return;
  if (load_count.round_trips != NULL)
    take_round_trip (self);
  self->queued++;
}

static void
take_flood (LoadSocket *self)
{
  self->owed--;
  if (self->owed != load_block)
    return;
  self->owed += load_block;
  self->queued++;
}

static void
take_message (LoadSocket *self)
{
  load_count.messages++;
  if (self->received != load_plan.size && (!self->compressed || self->inflater != NULL))
    load_fail ("a message of %" G_GUINT64_FORMAT " bytes", self->received);
  self->received = 0;
  if (load_plan.mode == LOAD_FLOOD)
    take_flood (self);
  else
    take_echo (self);
}

/* Answered at once: a ping comes to a quiet connection only. */
static void
answer_ping (LoadSocket *self)
{
  const guint8 mask[4] = { 9, 8, 7, 6 };
  guint8 pong[LOAD_HEADER_MAX + LOAD_CONTROL_MAX];
  gsize size = load_put_header (pong, TRUE, LOAD_OPCODE_PONG, self->control_size, mask);

  load_mask (pong + size, self->control, self->control_size, mask);
  if (write (self->fd, pong, size + self->control_size) < 0)
    load_fail ("pong: %s", g_strerror (errno));
}

static void
take_control (LoadSocket *self, LoadOpcode opcode)
{
  if (opcode == LOAD_OPCODE_CLOSE)
    load_fail ("closed by the server");
  if (opcode == LOAD_OPCODE_PING && self->queued == 0)
    answer_ping (self);
  if (opcode != LOAD_OPCODE_PONG || load_plan.mode != LOAD_SINK)
    return;
  load_count.messages += load_block;
  load_count.bytes += load_block * load_plan.size;
  self->queued++;
}

static LoadOpcode
opcode_of (LoadSocket *self)
{
  return (LoadOpcode) (self->header[0] & 0x0f);
}

static gboolean
is_control (LoadSocket *self)
{
  return opcode_of (self) >= LOAD_OPCODE_CLOSE;
}

static void
compare (LoadSocket *self, const guint8 *data, gsize size)
{
  LoadOpcode wanted =
    load_plan.payload == LOAD_PAYLOAD_BINARY ? LOAD_OPCODE_BINARY : LOAD_OPCODE_TEXT;

  if (self->received == 0 && opcode_of (self) != wanted)
    load_fail ("an echo of the wrong kind");
  if (size > load_plan.size - self->received ||
      memcmp (load_images[self->expected].payload + self->received, data, size) != 0)
    load_fail ("an echo with wrong bytes");
}

static void
take_inflated (gpointer taker, const guint8 *data, gsize size)
{
  LoadSocket *self = taker;

  compare (self, data, size);
  self->received += size;
}

static void
take_data (LoadSocket *self, const guint8 *data, gsize size)
{
  load_count.bytes += size;
  if (!self->compressed || self->inflater == NULL)
    {
      if (load_plan.verify && !self->compressed)
        compare (self, data, size);
      self->received += size;
    }
  else if (!load_inflater_feed (self->inflater, data, size, take_inflated, self))
    {
      load_fail ("an echo that is badly compressed");
    }
}

static void
end_inflating (LoadSocket *self)
{
  if (self->compressed && self->inflater != NULL &&
      !load_inflater_end (self->inflater, take_inflated, self))
    load_fail ("an echo that is badly compressed");
}

static void
end_frame (LoadSocket *self)
{
  gboolean fin = (self->header[0] & 0x80) != 0;

  self->in_payload = FALSE;
  self->header_size = 0;
  if (is_control (self))
    take_control (self, opcode_of (self));
  else if (fin)
    {
      end_inflating (self);
      take_message (self);
    }
}

static void
end_header (LoadSocket *self)
{
  gboolean masked = (self->header[1] & 0x80) != 0;

  if ((self->header[0] & (load_deflate.window_bits != 0 ? 0x30 : 0x70)) != 0)
    load_fail ("a reserved bit is set");
  if (masked && !load_plan.raw)
    load_fail ("a masked frame from the server");
  if (!is_control (self) && opcode_of (self) != LOAD_OPCODE_CONTINUATION)
    self->compressed = (self->header[0] & LOAD_RSV1) != 0;
  self->left = load_payload_size (self->header);
  self->in_payload = TRUE;
  self->control_size = 0;
  if (is_control (self) && self->left > LOAD_CONTROL_MAX)
    load_fail ("a control frame that is too long");
  if (self->left == 0)
    end_frame (self);
}

/* Takes header bytes; how many. */
static gsize
feed_header (LoadSocket *self, const guint8 *data, gsize size)
{
  if (self->header_size == 0 && size >= LOAD_HEADER_MAX)
    {
      memcpy (self->header, data, LOAD_HEADER_MAX);
      end_header (self);
      return load_header_size (data);
    }
  self->header[self->header_size++] = data[0];
  if (self->header_size >= 2 && self->header_size == load_header_size (self->header))
    end_header (self);
  return 1;
}

/* Takes payload bytes; how many. */
static gsize
feed_payload (LoadSocket *self, const guint8 *data, gsize size)
{
  gsize taken = (gsize) MIN (self->left, size);

  if (is_control (self))
    {
      memcpy (self->control + self->control_size, data, taken);
      self->control_size += (guint) taken;
    }
  else
    {
      take_data (self, data, taken);
    }
  self->left -= taken;
  if (self->left == 0)
    end_frame (self);
  return taken;
}

/* Takes what has come. */
void
load_socket_feed (LoadSocket *self, const guint8 *data, gsize size)
{
  for (gsize at = 0; at < size;)
    at += self->in_payload ? feed_payload (self, data + at, size - at)
                           : feed_header (self, data + at, size - at);
}
