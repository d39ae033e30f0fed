/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/io/faye-loop-source-private.h"
#include "faye/io/faye-write-queue-private.h"

#include <sys/epoll.h>

G_BEGIN_DECLS

/* What a transport is made of, for this room alone. */

/* Answer of read and write: not now; they are tried again when the back end has noted an event. */
#define FAYE_TRANSPORT_AGAIN (-2)

/* A back end. Nothing here blocks or calls the owner. */
typedef struct
{
  /* Readiness is reported for as long as there is input (what is buffered in the stream included).
   * */
  gboolean level_triggered;

  /* Bytes read, 0 at the peer's end, -1 with ERROR set, or FAYE_TRANSPORT_AGAIN. Back ends but the
   * socket's fill the first vector only. */
  gssize (*read) (FayeTransport *self, struct iovec *vectors, int n_vectors, GError **error);

  /* Writes the queue's first bytes, of which there are some. Bytes accepted, -1 or
   * FAYE_TRANSPORT_AGAIN. FULL tells that no more will go at present. */
  gssize (*write) (FayeTransport *self, gboolean *full, GError **error);

  /* Notes the events in WANTED (EPOLLIN, EPOLLOUT) as they come, from now on. */
  void (*watch) (FayeTransport *self, guint wanted);

  /* Ends our direction. FALSE: faye_transport_note_shut () follows. */
  gboolean (*shut) (FayeTransport *self);

  /* Lets go of the stream: nothing is noted any more, what is held for it is freed, and it closes.
   * */
  void (*detach) (FayeTransport *self);
} FayeTransportOps;

typedef enum
{
  FAYE_TRANSPORT_OPEN,
  FAYE_TRANSPORT_FLUSHING, /* finish: the queue leaves first */
  FAYE_TRANSPORT_SHUTTING, /* our direction is being ended */
  FAYE_TRANSPORT_WAITING,  /* for the peer's end */
  FAYE_TRANSPORT_ENDED,
} FayeTransportState;

/* Input that the owner has not taken. */
typedef struct
{
  gsize offset;
  gsize size;
  guint8 data[];
} FayeStash;

/* There once faye_transport_finish () was called. */
typedef struct
{
  FayeTimer timer;
  FayeFinish how;
  gsize discard_left;
  gboolean shut;
  gint64 patience; /* µs */
} FayeEnding;

struct _FayeTransport
{
  guint refs;
  FayeTransportState state : 8;
  guint reading : 1;    /* the owner wants input */
  guint blocked : 1;    /* the queue waits for EPOLLOUT */
  guint busy : 1;       /* being served or flushed: owner's code may be running */
  guint muted : 1;      /* turned up while busy: input waits until it no longer is */
  guint wrote_late : 1; /* bytes left while busy: tell the owner afterwards */
  guint peer_ended : 1;
  guint write_dead : 1; /* a write failed: what has come is read, then FAILURE is reported */
  guint doomed : 1;     /* ends with FAILURE as soon as it is not busy */
  guint in_work : 1;
  guint in_flush : 1;
  guint events : 8;  /* noted, not yet served */
  guint watched : 8; /* by the socket back end */
  int fd;
  FayeLoop *loop;     /* (owned) */
  GIOStream *stream;  /* (owned) as it was given */
  GIOStream *channel; /* (owned) without its wrappers: the one that is used */
  GSocket *socket;    /* (owned) (nullable) at the bottom of it */
  const FayeTransportOps *ops;
  gpointer backend; /* (owned) (nullable) the back end's own */
  const FayeTransportFuncs *funcs;
  gpointer owner;
  FayeWriteQueue queue;
  guint64 written;
  gint64 last_read;
  gint64 last_write;
  FayeStash *stash;   /* (owned) (nullable) */
  FayeEnding *ending; /* (owned) (nullable) */
  GError *failure;    /* (owned) (nullable) */
  GList work_link;
  GList flush_link;
};

extern const FayeTransportOps faye_transport_socket_ops;
extern const FayeTransportOps faye_transport_pollable_ops;
extern const FayeTransportOps faye_transport_async_ops;

/* faye-transport-pollable.c */
gboolean faye_transport_shut_stream (FayeTransport *self);

/* faye-transport-setup.c: finds out what STREAM is, and what it has read ahead. */
void faye_transport_set_up (FayeTransport *self, GIOStream *stream);

/* faye-transport-work.c: called by the loop and by the back ends. */
void faye_transport_note_events (FayeTransport *self, guint events);
void faye_transport_join_work (FayeTransport *self);
void faye_transport_leave_work (FayeTransport *self);
void faye_transport_join_flush (FayeTransport *self);
void faye_transport_leave_flush (FayeTransport *self);
void faye_transport_serve (FayeTransport *self);
void faye_transport_flush (FayeTransport *self);
void faye_transport_watch (FayeTransport *self);
gboolean faye_transport_wants_input (FayeTransport *self);
gboolean faye_transport_takes_output (FayeTransport *self);

/* faye-transport-read.c */
void faye_transport_read_input (FayeTransport *self);
void faye_transport_stash_first (FayeTransport *self, const guint8 *data, gsize size);

/* faye-transport-write.c */
void faye_transport_write_queue (FayeTransport *self, gboolean nested);
void faye_transport_tell_wrote (FayeTransport *self);
/* N, or -1 if a stream claims to have moved more than COUNT bytes. */
gssize faye_transport_check_count (gssize n, gsize count, GError **error);

/* faye-transport-end.c */
/* Ends with ERROR (owned, NULL for good order) as soon as no function of the owner is running. */
void faye_transport_end (FayeTransport *self, GError *error);
void faye_transport_end_now (FayeTransport *self, const GError *error);
void faye_transport_fail_writing (FayeTransport *self, GError *error);
void faye_transport_progress_ending (FayeTransport *self);
void faye_transport_note_shut (FayeTransport *self);

/* faye-stream-close.c: lets the stream go without blocking, whatever state it is in. POLITELY: it
 * may take a moment for a farewell to a peer that ended in good order; else the socket at the base
 * is shut down first. */
GSocket *faye_stream_get_base_socket (GIOStream *stream);
void faye_stream_let_go (FayeLoop *loop, GIOStream *stream, GSocket *base, gboolean politely);
/* Asynchronous calls on behalf of LOOP come back to its context. */
void faye_loop_push_context (FayeLoop *loop);
void faye_loop_pop_context (FayeLoop *loop);

G_END_DECLS
