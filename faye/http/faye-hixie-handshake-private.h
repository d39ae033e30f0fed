/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/core/faye-protocol-private.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/*
 * The handshakes of draft-hixie-thewebsocketprotocol-75 and -76, the server's half: what they have
 * of their own besides the request line, Host, Upgrade and Connection.
 */

enum
{
  FAYE_HIXIE_CHALLENGE_SIZE = 8, /* bytes of the client's that follow the head of version 76 */
  FAYE_HIXIE_ANSWER_SIZE = 16,
};

/* Which of the two a request asks for that has neither Sec-WebSocket-Version nor -Key. */
FayeVersion faye_hixie_handshake_recognise (SoupMessageHeaders *headers);

/* What KEY, a value of Sec-WebSocket-Key1 or -Key2, stands for: its digits as a number, divided by
 * how many spaces it has. FALSE if there is no such number, or no way to divide it. */
gboolean faye_hixie_handshake_read_key (const char *key, guint32 *number);

/* The head of the response. ORIGIN and SUBPROTOCOL may be NULL; EXTRA too, and it was checked. */
GBytes *faye_hixie_handshake_accept (FayeVersion version,
                                     const char *origin,
                                     const char *url,
                                     const char *subprotocol,
                                     SoupMessageHeaders *extra);

/* What version 76 answers to the client's challenge. */
void faye_hixie_handshake_answer (const guint32 numbers[2],
                                  const guint8 challenge[FAYE_HIXIE_CHALLENGE_SIZE],
                                  guint8 answer[FAYE_HIXIE_ANSWER_SIZE]);

G_END_DECLS
