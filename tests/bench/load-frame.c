/* SPDX-License-Identifier: MIT */

#include "load-frame.h"

#include <string.h>

/* Frames are made ahead of the measurement; nothing here is in its path but reading headers. */

#define FIN_BIT 0x80
#define MASK_BIT 0x80
#define LENGTH_BITS 0x7f
#define LENGTH_16 126
#define LENGTH_64 127
#define ACCEPT_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

static gsize
put_length (guint8 *out, guint64 size)
{
  guint bytes = size < LENGTH_16 ? 0 : size <= G_MAXUINT16 ? 2 : 8;

  if (bytes == 0)
    out[0] = (guint8) size;
  else
    out[0] = bytes == 2 ? LENGTH_16 : LENGTH_64;
  for (guint i = 0; i < bytes; i++)
    out[1 + i] = (guint8) (size >> (8 * (bytes - 1 - i)));
  return 1 + bytes;
}

/* Writes a header of at most LOAD_HEADER_MAX bytes to OUT; MASK may be NULL. */
gsize
load_put_header (guint8 *out, gboolean fin, LoadOpcode opcode, guint64 size, const guint8 *mask)
{
  gsize length;

  out[0] = (guint8) ((fin ? FIN_BIT : 0) | opcode);
  length = 1 + put_length (out + 1, size);
  if (mask == NULL)
    return length;
  out[1] |= MASK_BIT;
  memcpy (out + length, mask, 4);
  return length + 4;
}

/* How long the header is that begins with these two bytes. */
guint
load_header_size (const guint8 *header)
{
  guint length = header[1] & LENGTH_BITS;
  guint extra = length == LENGTH_16 ? 2 : length == LENGTH_64 ? 8 : 0;

  return 2 + extra + (header[1] & MASK_BIT ? 4 : 0);
}

guint64
load_payload_size (const guint8 *header)
{
  guint length = header[1] & LENGTH_BITS;
  guint bytes = length == LENGTH_16 ? 2 : length == LENGTH_64 ? 8 : 0;
  guint64 size = bytes == 0 ? length : 0;

  for (guint i = 0; i < bytes; i++)
    size = size << 8 | header[2 + i];
  return size;
}

void
load_mask (guint8 *out, const guint8 *in, gsize size, const guint8 *mask)
{
  for (gsize i = 0; i < size; i++)
    out[i] = in[i] ^ mask[i & 3];
}

/* xorshift64*: payloads and masks need variety, not secrecy. */
guint32
load_random (void)
{
  static guint64 state = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (guint32) ((state * G_GUINT64_CONSTANT (0x2545f4914f6cdd1d)) >> 32);
}

/* Sequences of one to four bytes, mixed. */
static void
fill_multibyte (guint8 *data, gsize size)
{
  static const char *const letters[] = {
    "\xc3\xa9", "\xe6\xbc\xa2", "\xf0\x9f\x99\x82", "\xd0\x96", "\xe3\x81\x82", "a", " ",
  };
  gsize at = 0;

  while (at < size)
    {
      const char *letter = letters[load_random () % G_N_ELEMENTS (letters)];
      gsize length = strlen (letter);

      if (length > size - at)
        {
          letter = "x";
          length = 1;
        }
      memcpy (data + at, letter, length);
      at += length;
    }
}

/* Like what programs tell each other: keys that come again, values that do not. */
static void
fill_json (guint8 *data, gsize size)
{
  static const char *const states[] = { "open", "closed", "held", "sold out" };
  g_autoptr (GString) text = g_string_new ("[");

  while (text->len < size)
    g_string_append_printf (text,
                            "{\"id\":%u,\"name\":\"item "
                            "%u\",\"state\":\"%s\",\"price\":%u.%02u,\"tags\":[\"alpha\",\"%x\"]},",
                            load_random () % 1000000,
                            load_random () % 1000,
                            states[load_random () % G_N_ELEMENTS (states)],
                            load_random () % 500,
                            load_random () % 100,
                            load_random () & 0xffff);
  memcpy (data, text->str, size);
}

void
load_fill (guint8 *data, gsize size, LoadPayload payload)
{
  if (payload == LOAD_PAYLOAD_MULTIBYTE)
    {
      fill_multibyte (data, size);
      return;
    }
  if (payload == LOAD_PAYLOAD_JSON)
    {
      fill_json (data, size);
      return;
    }
  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (payload == LOAD_PAYLOAD_TEXT ? ' ' + load_random () % 95 : load_random ());
}

/* The answer to a Sec-WebSocket-Key (RFC 6455, section 4.2.2). */
char *
load_accept_of (const char *key)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize size = sizeof digest;

  g_checksum_update (checksum, (const guchar *) key, -1);
  g_checksum_update (checksum, (const guchar *) ACCEPT_GUID, -1);
  g_checksum_get_digest (checksum, digest, &size);
  return g_base64_encode (digest, size);
}

/* The 101 for a whole request, or NULL if it has no key. */
char *
load_response_to (const char *request, gsize size)
{
  g_autofree char *text = g_strndup (request, size);
  g_autofree char *lower = g_ascii_strdown (text, -1);
  const char *field = strstr (lower, "\r\nsec-websocket-key:");
  g_autofree char *key = NULL;
  g_autofree char *accept = NULL;

  if (field == NULL)
    return NULL;
  field = strchr (field + 2, ':') + 1;
  key = g_strndup (text + (field - lower), strcspn (field, "\r"));
  accept = load_accept_of (g_strstrip (key));
  return g_strconcat ("HTTP/1.1 101 Switching Protocols\r\n"
                      "Upgrade: websocket\r\n"
                      "Connection: Upgrade\r\n"
                      "Sec-WebSocket-Accept: ",
                      accept,
                      "\r\n\r\n",
                      NULL);
}
