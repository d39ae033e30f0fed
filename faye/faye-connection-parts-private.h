/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/faye-connection-private.h"
#include "faye/faye-error.h"
#include "faye/faye-heartbeat-private.h"
#include "faye/io/faye-timer-private.h"

G_BEGIN_DECLS

/*
 * A connection's insides, shared by its files: faye-connection.c is the object and what it
 * receives, -send.c what it sends, -close.c its end, -pipeline.c the place of its extensions.
 */

/* How it is to end once the messages before have been delivered. */
typedef struct
{
  gboolean due;
  gboolean fault; /* the connection fails; else it is the peer's Close */
  FayeError kind; /* of a fault */
  guint code;
  char *text;        /* (owned) (nullable) */
  const char *error; /* (unowned) (nullable) what the program is told of a fault, if not the TEXT */
} FayeConnectionEnd;

struct _FayeConnection
{
  grefcount ref_count;
  FayeTransport *transport; /* (owned) */
  FayeProtocol *protocol;   /* (owned) */
  FayePipeline *pipeline;   /* (owned) (nullable) */
  FayeLoop *loop;           /* (owned) */
  FayeRole role;
  FayeConnectionTimes times;
  const FayeConnectionFuncs *funcs;
  gpointer owner;           /* (unowned) */
  FayeHeartbeat *heartbeat; /* (owned) */
  FayeTimer close_timer;
  FayeTimer message_timer; /* runs while a message is unfinished, if there is a timeout */
  GQueue sends;            /* FayeWaiter, marked with the transport's count of written bytes */
  gboolean started;
  gboolean paused;
  gboolean reading; /* what the transport was told */
  gboolean closing;
  gboolean finishing;
  gboolean ended;
  guint code;   /* what `closed` will say; 1006 until something better is known */
  char *reason; /* (owned) (nullable) */

  /* Only with a pipeline. */
  GQueue piped;           /* FayeWaiter, marked with their place among the marks in the pipeline */
  guint64 n_piped;        /* such marks that went in */
  guint64 n_unpiped;      /* and that came out */
  FayeTimer resume_timer; /* the turn in which what was held is delivered */
  gint64 share_end;       /* when that turn is over; 0 outside it */
  gint64 last_passed;     /* when something came through while the close timer ran */
  FayeConnectionEnd end;  /* waits for the incoming messages before it */
  gboolean aborted;       /* by us: nothing is waited for */
  gboolean stream_lost;   /* it has ended, and the incoming messages are yet to be delivered */
  GError *loss;           /* (owned) (nullable) why */
  gboolean draining;      /* the last Close waits for the outgoing ones */
  FayeFinish finish;      /* what is to follow then */
  guint close_code;       /* our own Close waits likewise; 0 = none */
  char *close_reason;     /* (owned) (nullable) */
};

/* faye-connection.c */
void faye_connection_update_reading (FayeConnection *self);

/* -send.c */
void faye_connection_write (FayeConnection *self, const guint8 *frame, gsize size);
void faye_connection_write_replies (FayeConnection *self);
/* Frames a payload that is taken. FALSE if it cannot be sent. */
gboolean
faye_connection_send_frame (FayeConnection *self, gboolean text, guint8 rsv, FayePayload *payload);
/* The marks that stand for tasks come out in the order in which they went in. */
void faye_connection_sends_unpiped (FayeConnection *self);
void faye_connection_wrote (FayeConnection *self);

/* -close.c */

/* The peer's Close came, or a fault was found in what it sent: the connection ends that way once
 * all before has been delivered. TEXT has SIZE bytes. */
void faye_connection_come_to_end (FayeConnection *self,
                                  const FayeConnectionEnd *end,
                                  const char *text,
                                  gsize size);
/* Whether some end waits for messages. */
gboolean faye_connection_is_ending (FayeConnection *self);
/* Nothing before it is left. */
void faye_connection_end (FayeConnection *self);
/* A fault that the protocol knows nothing of; nothing more is delivered. The peer is told TEXT, and
 * the program ERROR. */
void faye_connection_fault (FayeConnection *self, guint code, const char *text, const char *error);
/* All that was to be sent before our last Close, or before the one asked for, has been. */
void faye_connection_drained (FayeConnection *self);
void faye_connection_close_unpiped (FayeConnection *self);
void faye_connection_watch_closing (FayeConnection *self);
void faye_connection_lost (FayeConnection *self, const GError *error);

/* -pipeline.c */

/* As much waits in there as may: no more is to be read. */
gboolean faye_connection_is_full (FayeConnection *self);
void faye_connection_push_message (FayeConnection *self, const FayeProtocolEvent *event);
void faye_connection_hold (FayeConnection *self, gboolean held);

extern gpointer faye_connection_sent_mark;
extern gpointer faye_connection_close_mark;
extern gpointer faye_connection_end_mark;

G_END_DECLS
