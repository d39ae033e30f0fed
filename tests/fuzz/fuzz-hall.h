/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-negotiation-private.h"
#include "tests/fuzz/fuzz.h"

G_BEGIN_DECLS

/* An extension that takes the first offer and answers with it; its session is itself. */
typedef struct
{
  const char *name;
  guint8 rsv;
  gboolean declines;
  gboolean refuses;
  guint open;
  guint closed;
  guint activated;
  GVariant *offers; /* (owned) (nullable) */
} FuzzMirror;

/* Three of them: "a", "permessage-deflate" and "x". */
typedef struct
{
  FuzzMirror mirrors[3];
  FayeNegotiation *negotiation;
} FuzzHall;

/* FLAGS say which RSV bits they use, and whether the second declines or refuses. */
void fuzz_hall_init (FuzzHall *self, guint8 flags);

/* Takes the pipeline, which is there if EXPECTED, and sees that no RSV bit was given twice. */
void fuzz_hall_take (FuzzHall *self, gboolean expected);

/* Sees that no session is left behind. */
void fuzz_hall_end (FuzzHall *self);

G_END_DECLS
