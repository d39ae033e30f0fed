/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

#include "tests/core/protocol-driver.h"

G_BEGIN_DECLS

/* Cases of what has to happen when certain bytes arrive, written so that one line serves both
 * roles. Each is fed whole, byte by byte and at every split, and the log of events and the bytes
 * of the replies must be exactly these.
 *
 * SENT is made of words:
 *
 *   81:Hi%21        a frame with this first byte and payload, masked as it has to be
 *   81*300          the same with 300 letters
 *   81!Hi           the same, masked where it must not be and not masked where it must
 *   82^7e0001       the header alone without a key; the mask bit comes by itself
 *   =88ff           bytes as they are
 *   |               here all of LOG must have happened, and its end not a byte before
 *   closing         our Close went out before
 *   bits=4 max=9 frames=2        extension bits and limits
 *
 * EXPECTED is made of words too:
 *
 *   text:Hi binary:%00 text*300 text/4:Hi pong:x
 *   ping:x ping*9   and its Pong as the reply, unless we are closing
 *   close:1000:why  and its echo as the reply, unless we are closing
 *   fail:1002       and a Close with this code and the failure's text, unless we are closing
 *   ...             the bytes end in the middle of something */

/* Adds a test for each role, /faye/core/conformance/NAME/server and …/client. */
void conformance_add (const char *name, const char *sent, const char *expected);
void conformance_add_for (FayeRole role, const char *name, const char *sent, const char *expected);

/* Judges a case now, for both roles. */
void conformance_check (const char *sent, const char *expected);

typedef struct
{
  const char *name;
  const char *sent;
  const char *expected;
} ConformanceCase;

void conformance_add_all (const char *section, const ConformanceCase *cases, gsize n);

/* "%e2%82%ac" */
char *conformance_escape (const guint8 *bytes, gsize size);

G_END_DECLS
