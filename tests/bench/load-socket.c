/* SPDX-License-Identifier: MIT */

#include "load-socket.h"

#include "load-deflate.h"
#include "load-image.h"
#include "load-util.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

/* As lean as can be: the client shares the machine with the server it measures. */

#define BUFFER_SIZE (256 * 1024)
#define VECTORS 64
#define STALL_NS (G_GUINT64_CONSTANT (10000000000))

struct _LoadSocket
{
  int fd;
  gboolean wants_room;
  guint64 queued; /* images not yet sent whole */
  guint next;     /* the image to send next … */
  gsize sent;     /* … and what has been sent of it */
  guint expected; /* the image whose echo comes next */
  guint8 header[LOAD_HEADER_MAX];
  guint header_size;
  gboolean in_payload;
  gboolean compressed;    /* the message that is read */
  LoadInflater *inflater; /* (nullable): only to compare */
  guint64 left;     /* of the frame's payload */
  guint64 received; /* of the message's payload */
  guint64 owed;     /* flood: messages asked for */
  guint64 sent_at;
  guint8 control[LOAD_CONTROL_MAX];
  guint control_size;
};

LoadPlan load_plan;
LoadCount load_count;

static int poller;
static guint8 *buffer;

void
load_fail (const char *format, ...)
{
  va_list args;

  printf ("FAILED ");
  va_start (args, format);
  vprintf (format, args);
  va_end (args);
  putchar ('\n');
  exit (2);
}

void
load_prepare (void)
{
  buffer = g_malloc (BUFFER_SIZE);
  poller = epoll_create1 (EPOLL_CLOEXEC);
  if (poller < 0)
    load_die ("epoll_create1: %s", g_strerror (errno));
  load_images_make ();
}

static void
watch (LoadSocket *self, int operation)
{
  struct epoll_event event = { .events = EPOLLIN | (self->wants_room ? EPOLLOUT : 0),
                               .data.ptr = self };

  if (epoll_ctl (poller, operation, self->fd, &event) < 0)
    load_die ("epoll_ctl: %s", g_strerror (errno));
}

static guint
after (guint image)
{
  return image + 1 == load_n_images ? 0 : image + 1;
}

static int
gather (LoadSocket *self, struct iovec *vectors)
{
  int count = 0;
  guint image = self->next;

  for (; count < VECTORS && (guint64) count < self->queued; count++)
    {
      gsize skip = count == 0 ? self->sent : 0;

      vectors[count].iov_base = load_images[image].wire + skip;
      vectors[count].iov_len = load_images[image].wire_size - skip;
      image = after (image);
    }
  return count;
}

/* Takes note of SIZE bytes written. */
static void
advance (LoadSocket *self, gsize size)
{
  while (size > 0)
    {
      gsize rest = load_images[self->next].wire_size - self->sent;

      if (size < rest)
        {
          self->sent += size;
          return;
        }
      size -= rest;
      self->sent = 0;
      self->queued--;
      self->next = after (self->next);
    }
}

/* Writes what is queued, as much as the socket takes. */
static void
pump (LoadSocket *self)
{
  struct iovec vectors[VECTORS];

  while (self->queued > 0)
    {
      gssize size = writev (self->fd, vectors, gather (self, vectors));

      if (size < 0 && errno == EAGAIN)
        break;
      if (size < 0)
        load_fail ("write: %s", g_strerror (errno));
      advance (self, (gsize) size);
    }
  if ((self->queued > 0) == self->wants_room)
    return;
  self->wants_room = self->queued > 0;
  watch (self, EPOLL_CTL_MOD);
}

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
  self->expected = after (self->expected);
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

static void
feed (LoadSocket *self, const guint8 *data, gsize size)
{
  for (gsize at = 0; at < size;)
    at += self->in_payload ? feed_payload (self, data + at, size - at)
                           : feed_header (self, data + at, size - at);
}

static void
readable (LoadSocket *self)
{
  gssize size;

  do
    {
      size = read (self->fd, buffer, BUFFER_SIZE);
      if (size == 0)
        load_fail ("the server closed the connection");
      if (size < 0 && errno != EAGAIN)
        load_fail ("read: %s", g_strerror (errno));
      if (size > 0)
        feed (self, buffer, (gsize) size);
    }
  while (size == BUFFER_SIZE);
  if (self->queued > 0)
    pump (self);
}

LoadSocket *
load_socket_open (int number)
{
  LoadSocket *self = g_new0 (LoadSocket, 1);
  g_autoptr (GByteArray) rest = g_byte_array_new ();

  self->fd = load_dial (number, rest);
  if (load_deflate.window_bits != 0 && load_plan.verify)
    self->inflater = load_inflater_new ();
  feed (self, rest->data, rest->len);
  watch (self, EPOLL_CTL_ADD);
  return self;
}

void
load_socket_start (LoadSocket *self, guint64 messages)
{
  self->queued = messages;
  self->owed = messages * load_block;
  self->sent_at = load_now ();
  pump (self);
}

void
load_socket_close (LoadSocket *self)
{
  close (self->fd);
  load_inflater_free (self->inflater);
  g_free (self);
}

static void
poll_once (guint64 limit)
{
  struct epoll_event events[256];
  int count = epoll_wait (poller, events, G_N_ELEMENTS (events), (int) MIN (limit / 1000000, 200));

  for (int i = 0; i < count; i++)
    {
      LoadSocket *self = events[i].data.ptr;

      if (events[i].events & EPOLLOUT)
        pump (self);
      if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        readable (self);
    }
}

/* Runs until the time, or until so many messages in all. */
void
load_run (guint64 until, guint64 messages)
{
  guint64 progress = load_count.bytes + load_count.messages;
  guint64 progress_at = load_now ();

  for (guint64 now = progress_at; now < until && load_count.messages < messages; now = load_now ())
    {
      if (load_count.bytes + load_count.messages != progress)
        {
          progress = load_count.bytes + load_count.messages;
          progress_at = now;
        }
      else if (load_plan.mode != LOAD_IDLE && now - progress_at > STALL_NS)
        load_fail ("no progress for ten seconds");
      poll_once (until - now + 999999);
    }
}
