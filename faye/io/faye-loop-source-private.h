/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/io/faye-buffer-pool-private.h"
#include "faye/io/faye-loop-private.h"
#include "faye/io/faye-timer-heap-private.h"
#include "faye/io/faye-transport-private.h"

G_BEGIN_DECLS

/* What the loop is made of, for this room alone. */

/* One dispatch; a nested main loop has its own. */
typedef struct _FayeTurn FayeTurn;
struct _FayeTurn
{
  FayeTurn *outer; /* (unowned) (nullable) */
  gint64 began;
  gint64 now; /* the last look at the clock */
  gint64 deadline;
  guint stride;    /* questions between two looks */
  guint countdown; /* questions to the next look */
  gboolean over;
};

struct _FayeLoop
{
  int refs; /* (atomic) */
  int priority;
  GMainContext *context; /* (unowned) (nullable) NULL once it is gone */
  GSource *source;       /* (owned) */
  GSource *timer_source; /* (owned) (nullable) */
  gint64 timer_ready;    /* what the timer source waits for; -1: nothing */
  int epoll_fd;          /* -1 until the first socket */
  gpointer epoll_tag;
  GQueue work;    /* transports to serve (links inside them) */
  GQueue flush;   /* transports to flush */
  FayeTurn *turn; /* (unowned) (nullable) the innermost */
  gint64 ended;   /* when the last dispatch ended */
  gint64 load;    /* µs: how much of late went to dispatches */
  gboolean lowered;
  FayeTimerHeap timers;
  FayeTimer trimmer;
  FayeTimer relief; /* while lowered: the turn that others at the priority proper cannot withhold */
  FayeBufferPool pool;
};

void faye_loop_create_source (FayeLoop *self);
void faye_loop_destroy_sources (FayeLoop *self);

/* The transport waits for EVENTS (of epoll) on FD, and no longer for HELD; 0 takes it out of the
 * set, for hang-ups are reported whether asked for or not. FALSE if the system refuses. */
gboolean
faye_loop_watch_fd (FayeLoop *self, FayeTransport *transport, int fd, guint held, guint events);

/* One dispatch, begun by another source than the loop's own. */
void faye_loop_work (FayeLoop *self);

FayeReadBuffer *faye_loop_take_buffer (FayeLoop *self);
void faye_loop_give_buffer (FayeLoop *self, FayeReadBuffer *buffer);

/* Whether a burst is on: then nothing but the loop's own source may do work. */
gboolean faye_loop_is_lowered (FayeLoop *self);

/* Starts one of the loop's own timers, which hold no reference to it, lest they keep it. */
void faye_loop_start_timer (FayeLoop *self, FayeTimer *timer, gint64 deadline, FayeTimerFunc func);

/* Frees, some seconds from now, what the pool keeps unused. */
void faye_loop_trim_later (FayeLoop *self);

/* Sets the one ready time for the timers. */
void faye_loop_arm_timers (FayeLoop *self);
void faye_loop_run_timers (FayeLoop *self);

G_END_DECLS
