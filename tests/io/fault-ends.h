/* SPDX-License-Identifier: MIT */

#pragma once

#include "tests/io/fault-stream.h"

G_BEGIN_DECLS

/* The two streams of a FaultStream; they are let go of when it is finalized. */
#define FAULT_TYPE_INPUT (fault_input_get_type ())
G_DECLARE_FINAL_TYPE (FaultInput, fault_input, FAULT, INPUT, GInputStream)
struct _FaultInput
{
  GInputStream parent_instance;
  FaultStream *stream; /* (unowned) (nullable) */
};

#define FAULT_TYPE_OUTPUT (fault_output_get_type ())
G_DECLARE_FINAL_TYPE (FaultOutput, fault_output, FAULT, OUTPUT, GOutputStream)
struct _FaultOutput
{
  GOutputStream parent_instance;
  FaultStream *stream; /* (unowned) (nullable) */
};

/* fault-stream.c: the script. */
gssize fault_stream_do_read (FaultStream *self, guint8 *buffer, gsize count, GError **error);
gssize fault_stream_do_write (FaultStream *self, gconstpointer data, gsize size, GError **error);
gboolean fault_stream_is_readable (FaultStream *self);
gboolean fault_stream_is_writable (FaultStream *self);
gboolean fault_stream_can_poll (FaultStream *self);
/* Ends the linked stream's input. */
void fault_stream_end_output (FaultStream *self);

G_END_DECLS
