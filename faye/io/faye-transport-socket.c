/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-transport-backend-private.h"

#include <errno.h>
#include <gio/gnetworking.h>
#include <sys/socket.h>

/*
 * Plain stream sockets: their descriptor in the loop's epoll set, and system calls without GIO in
 * between.
 */

#define MAX_VECTORS 128
/* At most so much a call, so that a fast reader does not take the dispatch for itself. */
#define MAX_WRITE (1024 * 1024)

static gssize
explain_errno (int code, const char *what, GError **error)
{
  if (code == EAGAIN || code == EWOULDBLOCK)
    return FAYE_TRANSPORT_AGAIN;
  g_set_error (error,
               G_IO_ERROR,
               g_io_error_from_errno (code),
               "%s the socket failed: %s",
               what,
               g_strerror (code));
  return -1;
}

/* Were it closed behind our back, its descriptor could be another file's by now. */
static gboolean
is_closed (FayeTransport *self, GError **error)
{
  if (!g_socket_is_closed (self->socket))
    return FALSE;
  self->watched = 0;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The socket has been closed");
  return TRUE;
}

static gssize
socket_read (FayeTransport *self, struct iovec *vectors, int n_vectors, GError **error)
{
  gssize n;

  if (is_closed (self, error))
    return -1;
  do
    n = n_vectors == 1 ? recv (self->fd, vectors->iov_base, vectors->iov_len, 0)
                       : readv (self->fd, vectors, n_vectors);
  while (n < 0 && errno == EINTR);
  return n >= 0 ? n : explain_errno (errno, "Reading from", error);
}

static gssize
socket_write (FayeTransport *self, gboolean *full, GError **error)
{
  struct iovec vectors[MAX_VECTORS];
  struct msghdr message = { .msg_iov = vectors };
  gsize offered;
  gssize n;

  if (is_closed (self, error))
    return -1;
  message.msg_iovlen =
    faye_write_queue_gather (&self->queue, vectors, MAX_VECTORS, MAX_WRITE, &offered);
  do
    n = sendmsg (self->fd, &message, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  *full = n >= 0 && (gsize) n < offered;
  return n >= 0 ? n : explain_errno (errno, "Writing to", error);
}

static void
socket_watch (FayeTransport *self, guint wanted)
{
  if (wanted == self->watched || g_socket_is_closed (self->socket))
    return;
  if (faye_loop_watch_fd (self->loop, self, self->fd, self->watched, wanted))
    self->watched = wanted;
  else if (wanted != 0)
    faye_transport_end (self,
                        g_error_new_literal (G_IO_ERROR,
                                             G_IO_ERROR_FAILED,
                                             "The system cannot wait for the socket"));
}

static gboolean
socket_shut (FayeTransport *self)
{
  GError *error = NULL;

  if (!is_closed (self, &error))
    shutdown (self->fd, SHUT_WR);
  g_clear_error (&error);
  return TRUE;
}

/* A graceful disconnect, were it set, would wait for the peer in close. */
static void
socket_detach (FayeTransport *self)
{
  socket_watch (self, 0);
  if (G_IS_TCP_CONNECTION (self->channel))
    g_tcp_connection_set_graceful_disconnect (G_TCP_CONNECTION (self->channel), FALSE);
  g_io_stream_close (self->channel, NULL, NULL);
}

const FayeTransportOps faye_transport_socket_ops = {
  .level_triggered = TRUE,
  .read = socket_read,
  .write = socket_write,
  .watch = socket_watch,
  .shut = socket_shut,
  .detach = socket_detach,
};
