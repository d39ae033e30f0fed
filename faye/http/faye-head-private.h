/* SPDX-License-Identifier: MIT */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/*
 * The strict gate before libsoup's parsers: collects an HTTP/1 head that arrives in pieces, in linear time, and
 * refuses what RFC 9112 lets a recipient refuse: bare CR or LF, folded lines, NUL and other controls, blanks before the
 * colon, names that are no tokens; lines over 8 KiB, more than 128 fields, more than 32 KiB in all.
 */
typedef struct _FayeHeadGate FayeHeadGate;

typedef enum
{
  FAYE_HEAD_MORE, /* all was used; more is needed */
  FAYE_HEAD_DONE, /* the head is complete: faye_head_gate_parse_*() */
  FAYE_HEAD_BAD,  /* `error` says why, faye_head_gate_get_status () what a server answers */
} FayeHeadResult;

#define FAYE_HEAD_MAX_LINE 8192
#define FAYE_HEAD_MAX_FIELDS 128
#define FAYE_HEAD_MAX_SIZE 32768

typedef struct
{
  char *method; /* NULL in a response */
  char *target; /* NULL in a request: exactly as it came */
  SoupHTTPVersion version;
  guint status;  /* 0 in a request */
  char *reason;  /* NULL in a request */
  SoupMessageHeaders *headers;
} FayeHead;

FayeHeadGate *faye_head_gate_new (gboolean is_request);
void faye_head_gate_free (FayeHeadGate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeHeadGate, faye_head_gate_free)

/* Feeds SIZE bytes; *USED tells how many belong to the head (the rest follows it). */
FayeHeadResult faye_head_gate_feed (FayeHeadGate *self,
                                    const guint8 *data,
                                    gsize size,
                                    gsize *used,
                                    GError **error);
guint faye_head_gate_get_status (FayeHeadGate *self); /* 400, 414, 431 or 505 */

/* After DONE: the head, through soup_headers_parse_request () or _response (). NULL and FAYE_HTTP_ERROR_BAD_HEAD if
 * libsoup refuses what the gate let through. */
FayeHead *faye_head_gate_parse (FayeHeadGate *self, GError **error);
void faye_head_free (FayeHead *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeHead, faye_head_free)

/* For what an application adds: token and field-value grammar (RFC 9110, section 5), no CR, LF, NUL or other control. */
gboolean faye_head_is_token (const char *text);
gboolean faye_head_is_value (const char *text);

/* All elements of a list field (RFC 9110, section 5.6.1) over all its lines; NULL if it is absent or broken. */
char **faye_head_get_tokens (SoupMessageHeaders *headers, const char *name);

G_END_DECLS
