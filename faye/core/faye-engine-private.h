/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

#include "faye/core/faye-protocol-private.h"

G_BEGIN_DECLS

/* One family of wire formats. What all of them share, the closing handshake's state and the
 * replies that wait, is kept in FayeProtocol, with which an engine's own structure begins. */
typedef struct
{
  gsize instance_size;
  FayeEventType (*next) (FayeProtocol *self, FayeInput *input, FayeProtocolEvent *event);
  void (*configure) (FayeProtocol *self); /* a limit or the extension bits have changed */
  guint8 *(*get_area) (FayeProtocol *self, gsize *size);
  void (*filled) (FayeProtocol *self, gsize n);
  gboolean (*is_idle) (FayeProtocol *self);
  void (*drop_message) (FayeProtocol *self); /* frees an unfinished message */
  void (*finalize) (FayeProtocol *self);
  gboolean (*frame_message) (FayeProtocol *self,
                             gboolean text,
                             guint8 rsv,
                             guint64 size,
                             FayeFraming *framing);
  gsize (*write_ping) (FayeProtocol *self, const guint8 *payload, gsize size, guint8 *out);
  gsize (*write_pong) (FayeProtocol *self, const guint8 *payload, gsize size, guint8 *out);
  gsize (*write_close) (FayeProtocol *self, guint code, const char *reason, guint8 *out);
} FayeEngine;

struct _FayeProtocol
{
  /* The engine's own, until the connection is over. */
  FayeEventType (*next) (FayeProtocol *self, FayeInput *input, FayeProtocolEvent *event);
  const FayeEngine *engine;
  FayeRandomFunc random;
  guint64 max_length;
  guint64 max_fragments;
  FayeVersion version;
  FayeRole role;
  guint8 extension_bits;
  guint close_sent : 1;
  guint close_received : 1;
  guint failed : 1;
  guint area_lent : 1; /* the caller may be writing into the unfinished message */
  guint pong_due : 1;
  guint close_due : 1;
  guint8 pong_size;
  guint16 close_code;
  guint8 *pong; /* (owned) (nullable): the newest unanswered Ping's payload */
  char *reason; /* (owned) (nullable): what our Close is to say: the peer's words, or the fault */
};

extern const FayeEngine faye_hybi_engine;  /* RFC 6455 and its drafts 7 and 8 */
extern const FayeEngine faye_hixie_engine; /* the drafts 75 and 76 before them, a server's end */

/* An empty input may be without data, and nothing may be added to NULL. */
static inline void
faye_input_skip (FayeInput *input, gsize n)
{
  if (n > 0)
    input->data += n;
  input->size -= n;
}

/* For engines: what they received that concerns the connection as a whole. Each fills EVENT and
 * returns its type. */
FayeEventType faye_protocol_receive_ping (FayeProtocol *self,
                                          const guint8 *payload,
                                          gsize size,
                                          FayeProtocolEvent *event);
FayeEventType faye_protocol_receive_close (FayeProtocol *self,
                                           guint code,
                                           const guint8 *reason,
                                           gsize size,
                                           FayeProtocolEvent *event);
/* WHAT is taken over. */
FayeEventType
faye_protocol_receive_fault (FayeProtocol *self, guint code, char *what, FayeProtocolEvent *event);

G_END_DECLS
