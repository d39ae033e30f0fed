/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-pipeline-private.h"

G_BEGIN_DECLS

/*
 * A session that answers as a test wants it to: it adds its letter to a message, at once or when it
 * is told to.
 */
typedef enum
{
  FAKE_SYNC,   /* returns a payload of its own, borrowed */
  FAKE_PASS,   /* lets everything through */
  FAKE_LATER,  /* keeps each message until it is told */
  FAKE_FAIL,   /* fails at once, with a reason that is not UTF-8 */
  FAKE_CHOICE, /* asks `choose` */
} FakeManner;

typedef struct _Fake Fake;
struct _Fake
{
  char letter;
  FakeManner manner;
  guint8 rsv;
  GPtrArray *waiting;                          /* (owned) FayeWork */
  GString *given;                              /* (owned) (nullable) first letters of what it got */
  GString *log;                                /* (unowned) (nullable) where it tells of its end */
  FakeManner (*choose) (Fake *fake);           /* FAKE_CHOICE */
  void (*during) (Fake *fake, FayeWork *work); /* (nullable) in each call, before it answers */
  void (*closing) (Fake *fake);                /* (nullable) in `close` */
  gpointer data;
  guint n_closed;
  guint n_freed;
};

void fake_init (Fake *fake, char letter, FakeManner manner);
/* After the pipeline is gone; what it still has is let through first. */
void fake_clear (Fake *fake);
void fake_join (Fake *fake, FayePipeline *pipeline, const char *name, guint8 rsv);

/* Answers the one at INDEX of those that wait. */
void fake_answer (Fake *fake, guint index);
void fake_answer_all (Fake *fake);
void fake_fail (Fake *fake, guint index, guint code, const char *reason);

G_END_DECLS
