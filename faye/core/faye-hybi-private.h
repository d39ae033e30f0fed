/* SPDX-License-Identifier: MIT */

#pragma once

#include <string.h>

#include "faye/core/faye-assembler-private.h"
#include "faye/core/faye-engine-private.h"
#include "faye/core/faye-frame-private.h"
#include "faye/core/faye-mask-private.h"
#include "faye/core/faye-utf8-private.h"

G_BEGIN_DECLS

/* The parts of the hybi engine among themselves. */

typedef struct
{
  FayeProtocol parent;
  FayeFrameRules rules;
  FayeFrame frame;
  gboolean in_frame; /* FRAME's header was read, LEFT bytes of its payload were not */
  gboolean text;     /* the message is text, and its UTF-8 to be judged if RSV is 0 */
  guint8 rsv;        /* the message's */
  guint8 n_head;     /* bytes in HEAD */
  guint8 head[FAYE_FRAME_MAX_HEAD];
  guint8 n_control; /* bytes in CONTROL */
  guint8 *control;  /* (owned) (nullable): the payload of a control frame that came in pieces */
  guint64 left;
  guint64 taken;  /* bytes that the message's headers have announced */
  guint64 frames; /* of the message */
  FayeAssembler assembler;
  gsize judged; /* bytes of the assembler that UTF8 has seen */
  FayeUtf8 utf8;
} FayeHybi;

/* Outside the range of events: nothing to report yet. */
#define FAYE_HYBI_GO_ON ((FayeEventType) -1)

static inline FayeHybi *
faye_hybi (FayeProtocol *protocol)
{
  return (FayeHybi *) protocol;
}

/* Takes the next N bytes of the payload, unmasking them into DST. */
static inline void
faye_hybi_take_payload (FayeHybi *self, FayeInput *input, guint8 *dst, gsize n)
{
  if (self->rules.masked)
    faye_mask_copy (dst, input->data, n, self->frame.key, self->frame.length - self->left);
  else if (dst != input->data && n > 0)
    memcpy (dst, input->data, n);
  input->data += n;
  input->size -= n;
  self->left -= n;
}

/* The limits as they stand for the message in progress. */
void faye_hybi_set_rules (FayeProtocol *protocol);

/* Reads on in the payload of the frame whose header was read. */
FayeEventType faye_hybi_read_payload (FayeHybi *self, FayeInput *input, FayeProtocolEvent *event);

FayeEventType faye_hybi_fail_text (FayeHybi *self, const char *what, FayeProtocolEvent *event);

/* The sending vfuncs of faye_hybi_engine. */
gboolean faye_hybi_frame_message (FayeProtocol *protocol,
                                  gboolean text,
                                  guint8 rsv,
                                  guint64 size,
                                  FayeFraming *framing);
gsize faye_hybi_write_ping (FayeProtocol *protocol, const guint8 *payload, gsize size, guint8 *out);
gsize faye_hybi_write_pong (FayeProtocol *protocol, const guint8 *payload, gsize size, guint8 *out);
gsize faye_hybi_write_close (FayeProtocol *protocol, guint code, const char *reason, guint8 *out);

G_END_DECLS
