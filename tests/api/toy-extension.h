/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/faye.h"

G_BEGIN_DECLS

/* An extension as a program might have one, which does what a test says. */
typedef struct _ToySession ToySession;
typedef void (*ToyFunc) (ToySession *session, FayeExtensionTask *task);

typedef struct
{
  const char *name;
  FayeRsv rsv;
  const char *offers; /* (nullable) an aa{sv} as text */
  const char *answer; /* (nullable) an a{sv} as text */
  gboolean declines;
  gboolean refuses;
  ToyFunc incoming; /* (nullable) */
  ToyFunc outgoing; /* (nullable) */
  void (*created) (gpointer data);
  gpointer data;
} ToyPlan;

struct _ToySession
{
  GObject parent_instance;

  const ToyPlan *plan;
  GVariant *given; /* (owned) (nullable) a server's offers, or a client's answer */
  GQueue tasks;    /* (owned) what a test keeps */
  guint n_given;   /* messages, both ways */
  guint n_closed;
};

#define TOY_TYPE_SESSION (toy_session_get_type ())
GType toy_session_get_type (void);

#define TOY_TYPE_EXTENSION (toy_extension_get_type ())
G_DECLARE_FINAL_TYPE (ToyExtension, toy_extension, TOY, EXTENSION, GObject)

struct _ToyExtension
{
  GObject parent_instance;

  const ToyPlan *plan;
  GPtrArray *sessions; /* (owned) ToySession, all that were made */
};

/* PLAN is kept as it is. */
ToyExtension *toy_extension_new (const ToyPlan *plan);
/* The only session that was made. */
ToySession *toy_extension_get_session (ToyExtension *self);
/* Adds a toy to SOCKET, which has to take it; the caller unrefs it. */
ToyExtension *toy_extension_add (gpointer socket, const ToyPlan *plan);

/* What a session may do: reverse the bytes, marking what goes out; keep the task; drop it. */
void toy_reverse (ToySession *session, FayeExtensionTask *task);
void toy_keep (ToySession *session, FayeExtensionTask *task);
void toy_drop (ToySession *session, FayeExtensionTask *task);

G_END_DECLS
