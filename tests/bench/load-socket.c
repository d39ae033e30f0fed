/* SPDX-License-Identifier: MIT */

#include "load-socket-private.h"

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
      image = load_image_after (image);
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
      self->next = load_image_after (self->next);
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
        load_socket_feed (self, buffer, (gsize) size);
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
  load_socket_feed (self, rest->data, rest->len);
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
