/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

/* WebSocket frames (RFC 6455, section 5.2) and handshakes for the load programs and the marks.
 * Written apart from the library, so that a mistake of one is seen by the other. */

#define LOAD_HEADER_MAX 14
#define LOAD_CONTROL_MAX 125

typedef enum
{
  LOAD_OPCODE_CONTINUATION = 0,
  LOAD_OPCODE_TEXT = 1,
  LOAD_OPCODE_BINARY = 2,
  LOAD_OPCODE_CLOSE = 8,
  LOAD_OPCODE_PING = 9,
  LOAD_OPCODE_PONG = 10,
  LOAD_RSV1 = 0x40, /* along with an opcode */
} LoadOpcode;

typedef enum
{
  LOAD_PAYLOAD_BINARY,
  LOAD_PAYLOAD_TEXT,
  LOAD_PAYLOAD_MULTIBYTE,
  LOAD_PAYLOAD_JSON,
} LoadPayload;

gsize
load_put_header (guint8 *out, gboolean fin, LoadOpcode opcode, guint64 size, const guint8 *mask);
guint load_header_size (const guint8 *header);
guint64 load_payload_size (const guint8 *header);
void load_mask (guint8 *out, const guint8 *in, gsize size, const guint8 *mask);

guint32 load_random (void);
void load_fill (guint8 *data, gsize size, LoadPayload payload);

char *load_accept_of (const char *key);
char *load_response_to (const char *request, gsize size);
