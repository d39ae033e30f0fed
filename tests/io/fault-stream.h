/* SPDX-License-Identifier: MIT */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * A GIOStream that does what a script says: short reads and writes, "would block", errors, the end,
 * and lies about how much it moved. Pollable both ways, or (POLLABLE false) usable by asynchronous
 * calls alone. All of it happens on one thread.
 */
#define FAULT_TYPE_STREAM (fault_stream_get_type ())
G_DECLARE_FINAL_TYPE (FaultStream, fault_stream, FAULT, STREAM, GIOStream)

FaultStream *fault_stream_new (gboolean pollable);

/* What A accepts becomes B's input, and the other way round; closing one ends the other's input. */
void fault_stream_link (FaultStream *a, FaultStream *b);

/* Input, and what was accepted as output (unless linked). */
void fault_stream_feed (FaultStream *self, gconstpointer data, gsize size);
void fault_stream_end_input (FaultStream *self);
GByteArray *fault_stream_get_output (FaultStream *self);

typedef enum
{
  FAULT_MOVE,        /* moves at most N bytes */
  FAULT_WOULD_BLOCK, /* N times */
  FAULT_ERROR,       /* N is a GIOErrorEnum */
  FAULT_EOF,         /* a read gives 0; a write claims 0 */
  FAULT_OVER_REPORT, /* moves all, and claims N bytes more than it was asked for */
} FaultKind;

/* Steps, each for one call, in order. After the last one calls behave, within the limits below. */
void fault_stream_script_read (FaultStream *self, FaultKind kind, gsize n);
void fault_stream_script_write (FaultStream *self, FaultKind kind, gsize n);

/* At most N bytes a call; with BLOCKING every other call would block. 0: no limit. */
void fault_stream_limit_reads (FaultStream *self, gsize n, gboolean blocking);
void fault_stream_limit_writes (FaultStream *self, gsize n, gboolean blocking);

/* While not writable, every write would block and no source fires. */
void fault_stream_set_writable (FaultStream *self, gboolean writable);

/* A write that would block remembers its buffer as TLS does: the next one reports the old bytes as
 * accepted. One that does not pass the same buffer again counts as a violation. */
void fault_stream_set_remembering (FaultStream *self, gboolean remembering);
guint fault_stream_get_violations (FaultStream *self);

/* The K-th call from now (reads and writes counted alike, from 1) and all after it fail with CODE.
 * 0: none. */
void fault_stream_fail_call (FaultStream *self, guint k, GIOErrorEnum code);

/* Calls that were made; those that would have blocked are counted too. */
guint fault_stream_get_n_reads (FaultStream *self);
guint fault_stream_get_n_writes (FaultStream *self);
gboolean fault_stream_is_closed (FaultStream *self);

G_END_DECLS
