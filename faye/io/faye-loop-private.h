/* SPDX-License-Identifier: MIT */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * What all transports of one main context and priority share: one GSource that waits on one epoll
 * descriptor, the list of transports with work left over, the list of those to flush at the end of
 * the turn, the timers (a heap, one ready time), read buffers and output chunks (pools).
 *
 * Fairness: a dispatch works until faye_loop_should_yield () says so (about 1 ms), then leaves the
 * rest for the next one, which runs below GTK's redraw priority (G_PRIORITY_HIGH_IDLE + 20) for as
 * long as the burst lasts. Timers run at the priority proper always.
 */
typedef struct _FayeLoop FayeLoop;

/* The loop of CONTEXT (NULL: the default one) at PRIORITY: made when first asked for, shared after
 * that. It holds no reference to CONTEXT: when that goes first, nothing is called any more but
 * `ended` by faye_transport_abort (). */
FayeLoop *faye_loop_get (GMainContext *context, int priority);
FayeLoop *faye_loop_ref (FayeLoop *self);
void faye_loop_unref (FayeLoop *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeLoop, faye_loop_unref)

/* NULL once it is gone. */
GMainContext *faye_loop_get_context (FayeLoop *self);
int faye_loop_get_priority (FayeLoop *self);

/* Whether the dispatch under way has had its share. Cheap enough to be asked before each message:
 * it looks at the clock only now and then, more often the slower the handlers are. FALSE outside a
 * dispatch. */
gboolean faye_loop_should_yield (FayeLoop *self);

/* Monotonic time in µs, read once a dispatch. Outside a dispatch it is the clock itself. */
gint64 faye_loop_get_time (FayeLoop *self);

G_END_DECLS
