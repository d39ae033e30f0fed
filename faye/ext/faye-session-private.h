/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-work-private.h"

G_BEGIN_DECLS

/*
 * What negotiation and pipeline know of an extension: its name, its RSV bits, and a session for
 * each connection. The built-in one and those of programs look alike from here.
 */
typedef struct
{
  /* Client: the parameters offered, an aa{sv}, in order of preference; NULL or empty: none.
   * (transfer full) */
  GVariant *(*get_offers) (gpointer session);
  /* Client: the server's answer, an a{sv}. FALSE with any error if it is not acceptable. */
  gboolean (*activate) (gpointer session, GVariant *params, GError **error);
  /* Server: the answer, an a{sv} (transfer full). */
  GVariant *(*get_answer) (gpointer session);

  void (*incoming) (gpointer session, FayeWork *work);
  void (*outgoing) (gpointer session, FayeWork *work);

  /* Optional. Whether what is answered in DIRECTION has to wait for now: then there is no use in
   * making much of little. */
  void (*set_held) (gpointer session, FayeDirection direction, gboolean held);

  /* Once, when the connection ends or the session was not needed. No work comes after it; work that
   * is unanswered may still be answered. `unref` follows at once. */
  void (*close) (gpointer session);
  void (*unref) (gpointer session);
} FayeSessionOps;

typedef struct
{
  const FayeSessionOps *ops;
  gpointer session; /* (owned) NULL: none */
} FayeSession;

typedef struct
{
  char *(*get_name) (gpointer extension); /* (transfer full) a token */
  guint8 (*get_rsv) (gpointer extension); /* 0, or some of FAYE_RSV1 … */
  FayeSession (*create_client_session) (gpointer extension);
  /* OFFERS is an aa{sv}, the client's favourite first. No session: declined. */
  FayeSession (*create_server_session) (gpointer extension, GVariant *offers);
  gpointer (*ref) (gpointer extension);
  void (*unref) (gpointer extension);
} FayeExtensionOps;

G_END_DECLS
