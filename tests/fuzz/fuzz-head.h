/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/http/faye-head-gate-private.h"
#include "tests/fuzz/fuzz.h"

G_BEGIN_DECLS

/* What became of a head, comparable as text: the gate's result, status, message, and all of what
 * was parsed. */
typedef struct
{
  char *log;
  FayeHead *head; /* (nullable) */
  gsize used;
} FuzzHead;

/* Reads a head whole, by the plan of SEED and byte by byte, and sees that it is all the same. */
FuzzHead fuzz_head_read (gboolean is_request, const guint8 *data, gsize size, guint8 seed);
void fuzz_head_clear (FuzzHead *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FuzzHead, fuzz_head_clear)

/* A head of our own, which must pass the gate and be followed by nothing but a body. */
FayeHead *fuzz_head_read_own (gboolean is_request, GBytes *bytes, gboolean has_body);

G_END_DECLS
