/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/io/faye-loop-private.h"

G_BEGIN_DECLS

/*
 * One byte stream on one loop: reads into shared memory, and one ordered queue of bytes to write.
 *
 *   plain socket     (GSocketConnection over TCP or a Unix socket)  descriptor in the loop's epoll
 *                    set, read(2), writev(2)
 *   pollable stream  (TLS, pipes of GIO, test streams)  pollable sources, non-blocking calls
 *   any other        asynchronous calls, one read and one write under way at a time
 *
 * Writes are gathered: what is pushed during a dispatch leaves at its end, what is pushed elsewhere
 * leaves at the end of the main loop's turn. It must be pushed from the thread of the loop's main
 * context. A buffer once handed to a TLS stream is resubmitted unchanged until it is accepted.
 */
typedef struct _FayeTransport FayeTransport;

/* All run on the loop's context, never from inside another function of the transport, save that
 * `ended` may come from faye_transport_abort (). The transport is referenced around each. */
typedef struct
{
  /* SIZE bytes came. Returns how many were used; the rest is kept and offered again, first, once
   * reading is on and the loop has a turn to spare. DATA may be written to, and is gone when this
   * returns. */
  gsize (*received) (gpointer owner, guint8 *data, gsize size);

  /* Optional. Memory into which the next read should go directly, or NULL; then how much came
   * there. */
  guint8 *(*get_area) (gpointer owner, gsize *size);
  void (*filled) (gpointer owner, gsize size);

  /* Optional. The queue is about to be written and is not held up: the last moment to push more. */
  void (*before_flush) (gpointer owner);

  /* Optional. Bytes left for the kernel (or the TLS stream): see faye_transport_get_written (). */
  void (*wrote) (gpointer owner);

  /* Once, last: the stream is closed. ERROR is NULL if the peer ended the stream in good order, or
   * the close was ours; G_IO_ERROR_TIMED_OUT if finishing took too long. No other function is
   * called after it. */
  void (*ended) (gpointer owner, const GError *error);
} FayeTransportFuncs;

/* Takes over STREAM. FUNCS must outlive the transport. Nothing is read until
 * faye_transport_set_reading (). */
FayeTransport *faye_transport_new (FayeLoop *loop,
                                   GIOStream *stream,
                                   const FayeTransportFuncs *funcs,
                                   gpointer owner);
FayeTransport *faye_transport_ref (FayeTransport *self);
void faye_transport_unref (FayeTransport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeTransport, faye_transport_unref)

/* Another owner takes over; the funcs change with it (a handshake's, then a connection's). All
 * funcs may be NULL as long as reading is off or it is finishing: for an owner that leaves. */
void
faye_transport_set_owner (FayeTransport *self, const FayeTransportFuncs *funcs, gpointer owner);

GIOStream *faye_transport_get_stream (FayeTransport *self);
FayeLoop *faye_transport_get_loop (FayeTransport *self);

/* Bytes that were read ahead from the stream before it came here; offered before any others. */
void faye_transport_unread (FayeTransport *self, const guint8 *data, gsize size);

void faye_transport_set_reading (FayeTransport *self, gboolean reading);

/* Writing. A small piece is written straight into the queue: faye_transport_reserve () gives SIZE
 * (at most FAYE_TRANSPORT_MAX_RESERVE) contiguous bytes at its end, to be filled before anything
 * else is called. A large one is pushed without a copy; RELEASE (OWNER) is called when it has left
 * or been dropped (after `ended`, if an asynchronous call holds it). Reserving 0 bytes only asks
 * for a flush, and thus for `before_flush`. After the end, reserved bytes go nowhere and pushed
 * ones are released. */
#define FAYE_TRANSPORT_MAX_RESERVE 16384
guint8 *faye_transport_reserve (FayeTransport *self, gsize size);
void faye_transport_push (FayeTransport *self,
                          const guint8 *data,
                          gsize size,
                          gpointer owner,
                          GDestroyNotify release);

/* There is something to push in `before_flush`: it is called at the end of the turn, or when a
 * queue that is held up can go on. */
void faye_transport_request_flush (FayeTransport *self);

/* Bytes in the queue, and all bytes that ever left it. */
gsize faye_transport_get_queued (FayeTransport *self);
guint64 faye_transport_get_written (FayeTransport *self);

/* Whether the queue is held up: the stream took less than it was offered and has not been writable
 * since. */
gboolean faye_transport_is_blocked (FayeTransport *self);

/* Monotonic time in µs of the last byte in, and of the last byte accepted out. */
gint64 faye_transport_get_last_read (FayeTransport *self);
gint64 faye_transport_get_last_write (FayeTransport *self);

typedef enum
{
  FAYE_FINISH_CLOSE, /* write the queue, end our direction, read on till the peer's end, close */
  FAYE_FINISH_WAIT,  /* write the queue, wait for the peer's end, close */
} FayeFinish;

/* Ends the stream in good order, within TIMEOUT (ms); input no longer reaches the owner and is
 * thrown away (at most 64 KiB of it). `ended` follows, in a later turn; the transport is kept until
 * then. TIMEOUT counts anew from each byte that leaves, so that a slow reader gets the whole queue.
 * A second call can only shorten the time. Never blocks. */
void faye_transport_finish (FayeTransport *self, FayeFinish how, guint timeout);

/* Ends the stream now. What is queued is dropped. `ended` runs before this returns, unless it ran
 * before. Never blocks: the base socket is shut down before a TLS stream is let go. */
void faye_transport_abort (FayeTransport *self, const GError *error);

G_END_DECLS
