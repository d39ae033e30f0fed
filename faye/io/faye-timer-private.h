/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/io/faye-loop-private.h"

G_BEGIN_DECLS

/*
 * A one-shot timer, embedded where it is used; zero-initialised it is idle. Setting a later
 * deadline costs nothing but a store: the loop finds out when the old one comes.
 */
typedef struct _FayeTimer FayeTimer;
typedef void (*FayeTimerFunc) (gpointer user_data);

struct _FayeTimer
{
  FayeLoop *loop; /* (owned) (nullable) while armed */
  FayeTimerFunc func;
  gpointer user_data;
  gint64 deadline; /* monotonic µs */
  gint64 queued;   /* the deadline that the heap sorts by: never later than the one above */
  guint position;  /* in the heap, counted from 1; 0 = not armed */
};

/* Arms, or re-arms, for DEADLINE (monotonic µs). FUNC runs once, on the loop's context, unarmed
 * before it runs. */
void faye_timer_start (FayeTimer *self,
                       FayeLoop *loop,
                       gint64 deadline,
                       FayeTimerFunc func,
                       gpointer user_data);
void faye_timer_stop (FayeTimer *self);
gboolean faye_timer_is_armed (const FayeTimer *self);

G_END_DECLS
