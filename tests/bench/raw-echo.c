/* SPDX-License-Identifier: MIT */

#include "load-frame.h"
#include "load-util.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* The lowest mark: plain epoll, a handshake, then the bytes go back as they came, still masked.
 * What the kernel costs, and nothing else. */

#define BUFFER_SIZE (64 * 1024)
#define FILES 100000

typedef struct
{
  int fd;
  gboolean open;
  guint8 *rest; /* (owned) (nullable): what the socket did not take */
  gsize size;
  gsize sent;
} Connection;

static int poller;
static guint8 buffer[BUFFER_SIZE];

static void
watch (Connection *self, int operation, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = self };

  if (epoll_ctl (poller, operation, self->fd, &event) < 0)
    load_die ("epoll_ctl: %s", g_strerror (errno));
}

static void
drop (Connection *self)
{
  close (self->fd);
  g_free (self->rest);
  g_free (self);
}

static void
accept_all (int listener)
{
  int fd;

  while ((fd = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
    {
      Connection *self = g_new0 (Connection, 1);

      load_no_delay (fd);
      self->fd = fd;
      watch (self, EPOLL_CTL_ADD, EPOLLIN);
    }
}

static gboolean
shake_hands (Connection *self, gsize size)
{
  g_autofree char *response = load_response_to ((const char *) buffer, size);

  self->open = TRUE;
  return response != NULL && write (self->fd, response, strlen (response)) > 0;
}

static void
echo (Connection *self, gsize size)
{
  gssize sent = write (self->fd, buffer, size);
  gsize done = sent > 0 ? (gsize) sent : 0;

  if (done == size)
    return;
  self->rest = g_memdup2 (buffer + done, size - done);
  self->size = size - done;
  self->sent = 0;
  watch (self, EPOLL_CTL_MOD, EPOLLOUT);
}

static void
readable (Connection *self)
{
  gssize size = read (self->fd, buffer, sizeof buffer);

  if (size < 0 && errno == EAGAIN)
    return;
  if (size > 0 && self->open)
    echo (self, (gsize) size);
  else if (size <= 0 || !shake_hands (self, (gsize) size))
    drop (self);
}

static void
writable (Connection *self)
{
  gssize sent = write (self->fd, self->rest + self->sent, self->size - self->sent);

  if (sent < 0 && errno != EAGAIN)
    {
      drop (self);
      return;
    }
  self->sent += sent > 0 ? (gsize) sent : 0;
  if (self->sent < self->size)
    return;
  g_clear_pointer (&self->rest, g_free);
  watch (self, EPOLL_CTL_MOD, EPOLLIN);
}

static void
serve (int listener)
{
  struct epoll_event events[256];
  int count = epoll_wait (poller, events, G_N_ELEMENTS (events), -1);

  for (int i = 0; i < count; i++)
    {
      Connection *self = events[i].data.ptr;

      if (self == NULL)
        accept_all (listener);
      else if (self->rest != NULL)
        writable (self);
      else
        readable (self);
    }
}

int
main (void)
{
  int listener = load_listen ();
  struct epoll_event event = { .events = EPOLLIN };

  signal (SIGPIPE, SIG_IGN);
  load_raise_files (FILES);
  poller = epoll_create1 (EPOLL_CLOEXEC);
  epoll_ctl (poller, EPOLL_CTL_ADD, listener, &event);
  load_tell_port (listener);
  for (;;)
    serve (listener);
}
