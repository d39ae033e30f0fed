/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-hixie-handshake-private.h"

#include "faye/http/faye-handshake-private.h"
#include "faye/http/faye-head-private.h"

#include <string.h>

/* The responses look byte for byte as the reference writes them. */

FayeVersion
faye_hixie_handshake_recognise (SoupMessageHeaders *headers)
{
  gboolean has_key = faye_head_count (headers, "Sec-WebSocket-Key1", NULL) > 0 ||
                     faye_head_count (headers, "Sec-WebSocket-Key2", NULL) > 0;

  return has_key ? FAYE_VERSION_HIXIE_76 : FAYE_VERSION_HIXIE_75;
}

/* A client divides 2^32 - 1 by its spaces before it draws a number, so the digits fit 32 bits. 0 is
 * refused, as by the reference: it looks like no digits at all. */
gboolean
faye_hixie_handshake_read_key (const char *key, guint32 *number)
{
  guint64 digits = 0;
  guint64 spaces = 0;

  for (; *key; key++)
    {
      spaces += *key == ' ';
      if (!g_ascii_isdigit (*key))
        continue;
      digits = digits * 10 + (guint64) g_ascii_digit_value (*key);
      if (digits > G_MAXUINT32)
        return FALSE;
    }
  if (digits == 0 || spaces == 0 || digits % spaces != 0)
    return FALSE;

  *number = (guint32) (digits / spaces);
  return TRUE;
}

GBytes *
faye_hixie_handshake_accept (FayeVersion version,
                             const char *origin,
                             const char *url,
                             const char *subprotocol,
                             SoupMessageHeaders *extra)
{
  gboolean is_75 = version == FAYE_VERSION_HIXIE_75;
  const char *prefix = is_75 ? "" : "Sec-";
  GString *out = g_string_new (NULL);

  g_string_append_printf (out,
                          "HTTP/1.1 101 %s Protocol Handshake\r\n"
                          "Upgrade: WebSocket\r\n"
                          "Connection: Upgrade\r\n",
                          is_75 ? "Web Socket" : "WebSocket");
  if (origin)
    g_string_append_printf (out, "%sWebSocket-Origin: %s\r\n", prefix, origin);
  g_string_append_printf (out, "%sWebSocket-Location: %s\r\n", prefix, url);
  if (subprotocol)
    g_string_append_printf (out, "%sWebSocket-Protocol: %s\r\n", prefix, subprotocol);
  faye_handshake_write_extra (out, extra);
  g_string_append (out, "\r\n");

  return g_string_free_to_bytes (out);
}

void
faye_hixie_handshake_answer (const guint32 numbers[2],
                             const guint8 challenge[FAYE_HIXIE_CHALLENGE_SIZE],
                             guint8 answer[FAYE_HIXIE_ANSWER_SIZE])
{
  g_autoptr (GChecksum) md5 = g_checksum_new (G_CHECKSUM_MD5);
  guint32 keys[2] = { GUINT32_TO_BE (numbers[0]), GUINT32_TO_BE (numbers[1]) };
  gsize size = FAYE_HIXIE_ANSWER_SIZE;

  g_checksum_update (md5, (const guchar *) keys, sizeof keys);
  g_checksum_update (md5, challenge, FAYE_HIXIE_CHALLENGE_SIZE);
  g_checksum_get_digest (md5, answer, &size);
}
