/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/http/faye-head-private.h"

G_BEGIN_DECLS

/*
 * The strict gate before libsoup's parsers: collects an HTTP/1 head that arrives in pieces, in
 * linear time, and refuses what RFC 9112 lets a recipient refuse: bare CR or LF, folded lines, NUL
 * and other controls, blanks before the colon, names that are no tokens, values that are no UTF-8;
 * lines over 8 KiB, more than 128 fields, more than 32 KiB in all. Where the pieces begin and end
 * makes no difference to anything.
 */
typedef struct _FayeHeadGate FayeHeadGate;

typedef enum
{
  FAYE_HEAD_MORE, /* all was used; more is needed */
  FAYE_HEAD_DONE, /* the head is complete: faye_head_gate_parse () */
  FAYE_HEAD_BAD,  /* `error` says why, faye_head_gate_get_status () what a server answers */
} FayeHeadResult;

#define FAYE_HEAD_MAX_LINE 8192 /* without its CRLF */
#define FAYE_HEAD_MAX_FIELDS 128
#define FAYE_HEAD_MAX_SIZE 32768

FayeHeadGate *faye_head_gate_new (gboolean is_request);
void faye_head_gate_free (FayeHeadGate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeHeadGate, faye_head_gate_free)

/* Feeds SIZE bytes; *USED tells how many belong to the head (the rest follows it), when BAD those
 * before the fault. Once DONE or BAD it stays so and uses nothing. */
FayeHeadResult faye_head_gate_feed (FayeHeadGate *self,
                                    const guint8 *data,
                                    gsize size,
                                    gsize *used,
                                    GError **error);

/* After BAD, or a failure of faye_head_gate_parse (): what a server answers, 400, 414, 417, 431 or
 * 505. Else 200. */
guint faye_head_gate_get_status (FayeHeadGate *self);

/* After DONE: the head, through soup_headers_parse_request () or _response (). NULL and
 * FAYE_HTTP_ERROR_BAD_HEAD if libsoup refuses what the gate let through. */
FayeHead *faye_head_gate_parse (FayeHeadGate *self, GError **error);

G_END_DECLS
