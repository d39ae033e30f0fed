/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

#include "faye/core/faye-protocol-private.h"

G_BEGIN_DECLS

/* Runs bytes through a FayeProtocol in many ways and tells what came out as text, one line an
 * event or reply:
 *
 * text "Hello"            a message; `binary`, and `text/4` when RSV bits are set ping "…", pong
 * "…" close 1000 "reason" failure 1002 "what" reply 88 02 03 e8       what
 * faye_protocol_take_reply () wrote after the event, unmasked in the client role idle, or
 * unfinished     how it ended
 *
 * Bytes outside printable ASCII are escaped; payloads of more than 125 bytes appear as `65536
 * bytes, checksum`. */

typedef struct
{
  FayeVersion version;
  FayeRole role;
  guint64 max_length;    /* 0: the default */
  guint64 max_fragments; /* 0: the default */
  guint8 extension_bits;
  gboolean closing; /* a Close was written before anything arrived */
} DriverSetup;

/* What the random function of driver protocols draws: 1, 2, 3, …, each from DRIVER_KEY on. */
void driver_random (guint8 *out, gsize n);

FayeProtocol *driver_protocol_new (const DriverSetup *setup);

/* One way: the bytes cut at CUTS (ascending); with AREA > 0, payload goes through get_area () at
 * most AREA bytes at a time whenever that offers memory. */
char *driver_run (const DriverSetup *setup,
                  const guint8 *bytes,
                  gsize size,
                  const gsize *cuts,
                  gsize n_cuts,
                  gsize area);

/* Every way: whole, byte by byte, at every cut in two (selected ones when large), with and
 * without areas. All must agree. */
char *driver_run_all_ways (const DriverSetup *setup, const guint8 *bytes, gsize size);

/* That all ways lead to LOG. */
void driver_expect (const DriverSetup *setup, GByteArray *bytes, const char *log);

/* A payload as logs show it, from the space before it to the end of the line. */
void driver_log_payload (GString *log, const guint8 *data, gsize size);

/* "81 05 48…" as bytes. */
GByteArray *driver_hex (const char *hex);

/* Appends a frame as a peer of ROLE's side would send it: masked for the server role. FIRST is
 * the whole first byte. */
void
driver_add_frame (GByteArray *bytes, FayeRole role, guint8 first, const void *payload, gsize size);
void driver_add_head (GByteArray *bytes, FayeRole role, guint8 first, guint64 length);

/* Bytes that are allocated now, 0 where that cannot be known. */
gsize driver_heap_in_use (void);

/* Whether the address sanitizer does the allocating. */
gboolean driver_is_sanitized (void);

G_END_DECLS
