/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-body-private.h"

#include <string.h>

/*
 * A body in pieces. The chunked coding (RFC 9112, section 7.1) is a small machine: a size line,
 * that many bytes, the line end after them, and so on until a size of 0; what follows that
 * (trailers) is of no interest here.
 */

typedef enum
{
  STATE_LENGTH,     /* LEFT bytes to come */
  STATE_UNTIL_END,  /* all there is */
  STATE_CHUNK_SIZE, /* in a size line's digits */
  STATE_CHUNK_EXT,  /* in the rest of a size line */
  STATE_CHUNK_DATA, /* LEFT bytes to come */
  STATE_CHUNK_END,  /* in the line end after a chunk */
  STATE_COMPLETE,
} State;

/* A size line's digits: more would be more than anybody sends. */
#define MAX_SIZE_DIGITS 15

struct _FayeBody
{
  State state;
  guint64 left;
  guint digits;
  gsize max;
  GByteArray *kept; /* (owned) never more than MAX bytes */
};

static void
body_set_left (FayeBody *self, State state, guint64 left)
{
  self->left = left;
  self->state = left > 0 ? state : STATE_COMPLETE;
}

FayeBody *
faye_body_new (guint status, SoupMessageHeaders *headers, gsize max)
{
  FayeBody *self = g_new0 (FayeBody, 1);

  g_assert (max <= G_MAXUINT / 2);
  self->max = max;
  self->kept = g_byte_array_new ();
  /* RFC 9112, section 6.3: neither of these has a body, whatever the fields say. */
  if (status < 200 || status == SOUP_STATUS_NO_CONTENT || status == SOUP_STATUS_NOT_MODIFIED)
    self->state = STATE_COMPLETE;
  else if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED)
    self->state = STATE_CHUNK_SIZE;
  else if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH)
    body_set_left (self, STATE_LENGTH, soup_message_headers_get_content_length (headers));
  else
    self->state = STATE_UNTIL_END;
  return self;
}

void
faye_body_free (FayeBody *self)
{
  g_byte_array_unref (self->kept);
  g_free (self);
}

gboolean
faye_body_is_complete (FayeBody *self)
{
  return self->state == STATE_COMPLETE;
}

static void
body_keep (FayeBody *self, const guint8 *data, gsize size)
{
  gsize room = self->max - self->kept->len;

  g_byte_array_append (self->kept, data, MIN (size, room));
  if (size >= room)
    self->state = STATE_COMPLETE;
}

/* Takes what belongs to a run of LEFT bytes; the state after it is NEXT. */
static gsize
body_take (FayeBody *self, const guint8 *data, gsize size, State next)
{
  gsize n = MIN (size, self->left);

  self->left -= n;
  if (self->left == 0)
    self->state = next;
  body_keep (self, data, n);
  return n;
}

static void
body_take_size_char (FayeBody *self, guint8 c)
{
  int digit = g_ascii_xdigit_value (c);

  if (digit >= 0 && ++self->digits <= MAX_SIZE_DIGITS)
    self->left = self->left * 16 + digit;
  else if (digit < 0 && self->digits > 0 && c == '\n')
    body_set_left (self, STATE_CHUNK_DATA, self->left);
  else if (digit < 0 && self->digits > 0 && strchr ("\r; \t", c) != NULL && c != '\0')
    self->state = STATE_CHUNK_EXT;
  else
    self->state = STATE_COMPLETE;
}

static gsize
body_take_some (FayeBody *self, const guint8 *data, gsize size)
{
  switch (self->state)
    {
    case STATE_LENGTH:
      return body_take (self, data, size, STATE_COMPLETE);
    case STATE_UNTIL_END:
      body_keep (self, data, size);
      return size;
    case STATE_CHUNK_SIZE:
      body_take_size_char (self, *data);
      return 1;
    case STATE_CHUNK_EXT:
      if (*data == '\n')
        body_set_left (self, STATE_CHUNK_DATA, self->left);
      return 1;
    case STATE_CHUNK_DATA:
      return body_take (self, data, size, STATE_CHUNK_END);
    case STATE_CHUNK_END:
      self->digits = 0;
      if (*data == '\n')
        self->state = STATE_CHUNK_SIZE;
      else if (*data != '\r')
        self->state = STATE_COMPLETE;
      return 1;
    default:
      return size;
    }
}

void
faye_body_feed (FayeBody *self, const guint8 *data, gsize size)
{
  while (size > 0)
    {
      gsize n = body_take_some (self, data, size);

      data += n;
      size -= n;
    }
}

GBytes *
faye_body_to_bytes (FayeBody *self)
{
  return g_bytes_new (self->kept->data, self->kept->len);
}
