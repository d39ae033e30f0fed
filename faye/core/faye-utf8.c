/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-utf8-private.h"

#include <string.h>

#include "faye/core/faye-utf8-simd-private.h"

/* UTF-8 as RFC 3629 has it: the scalar judge, the choice of a vector kernel, and the judge of
 * text that comes in pieces, which knows at every byte whether any continuation could still make
 * the text valid. */

#define ASCII_WORD G_GUINT64_CONSTANT (0x8080808080808080)

static inline guint64
load_64 (const guint8 *p)
{
  guint64 word;

  memcpy (&word, p, sizeof word);
  return word;
}

/* How many bytes the character has that LEAD, not ASCII, begins; 0 when none may. */
static inline guint
character_size (guint8 lead)
{
  if (lead < 0xc2)
    return 0;
  if (lead < 0xe0)
    return 2;
  if (lead < 0xf0)
    return 3;
  return lead < 0xf5 ? 4 : 0;
}

static inline gboolean
is_continuation (guint8 byte)
{
  return (byte & 0xc0) == 0x80;
}

/* The second byte keeps out overlong forms, surrogates and what lies past U+10FFFF. */
static inline gboolean
second_is_lawful (guint8 lead, guint8 second)
{
  switch (lead)
    {
    case 0xe0:
      return second >= 0xa0 && second <= 0xbf;
    case 0xed:
      return second >= 0x80 && second <= 0x9f;
    case 0xf0:
      return second >= 0x90 && second <= 0xbf;
    case 0xf4:
      return second >= 0x80 && second <= 0x8f;
    default:
      return is_continuation (second);
    }
}

/* The size of the character at DATA, not ASCII, of which SIZE bytes are there; 0 when it is
 * invalid. */
static inline guint
scan_character (const guint8 *data, gsize size)
{
  guint n = character_size (data[0]);

  if (n == 0 || n > size || !second_is_lawful (data[0], data[1]))
    return 0;
  for (guint i = 2; i < n; i++)
    if (!is_continuation (data[i]))
      return 0;
  return n;
}

static inline gsize
skip_ascii (const guint8 *data, gsize size)
{
  gsize i = 0;

  while (size - i >= 16 && ((load_64 (data + i) | load_64 (data + i + 8)) & ASCII_WORD) == 0)
    i += 16;
  while (i < size && data[i] < 0x80)
    i++;
  return i;
}

gboolean
faye_utf8_scalar (const guint8 *data, gsize size)
{
  gsize i = 0;

  while (i < size)
    {
      guint n;

      if (data[i] < 0x80)
        {
          i += skip_ascii (data + i, size - i);
          continue;
        }
      n = scan_character (data + i, size - i);
      if (n == 0)
        return FALSE;
      i += n;
    }
  return TRUE;
}

static gboolean resolve_kernel (const guint8 *data, gsize size);

static FayeUtf8Kernel kernel = resolve_kernel;

static gboolean
resolve_kernel (const guint8 *data, gsize size)
{
  FayeUtf8Kernel best = faye_utf8_simd_kernel ();

  if (best == NULL)
    best = faye_utf8_scalar;
  __atomic_store_n (&kernel, best, __ATOMIC_RELAXED);
  return best (data, size);
}

/* Short text by words, the last of which overlaps. */
static inline gboolean
is_short_ascii (const guint8 *data, gsize size)
{
  guint64 all = 0;

  if (size < 8)
    {
      for (gsize i = 0; i < size; i++)
        all |= data[i];
      return all < 0x80;
    }
  for (gsize i = 0; size - i > 8; i += 8)
    all |= load_64 (data + i);
  return ((all | load_64 (data + size - 8)) & ASCII_WORD) == 0;
}

gboolean
faye_utf8_is_valid (const guint8 *data, gsize size)
{
  if (size >= FAYE_UTF8_SIMD_MIN)
    return __atomic_load_n (&kernel, __ATOMIC_RELAXED) (data, size);
  return is_short_ascii (data, size) || faye_utf8_scalar (data, size);
}

/* One more byte of the unfinished character. */
static gboolean
feed_pending (FayeUtf8 *self, guint8 byte)
{
  gboolean lawful =
    self->n_pending == 1 ? second_is_lawful (self->pending[0], byte) : is_continuation (byte);

  if (!lawful)
    return FALSE;
  self->pending[self->n_pending++] = byte;
  if (self->n_pending == character_size (self->pending[0]))
    self->n_pending = 0;
  return TRUE;
}

/* How many of the last bytes may be the beginning of a character that is still to be finished. */
static inline gsize
unfinished_tail (const guint8 *data, gsize size)
{
  if (size >= 1 && data[size - 1] >= 0xc0)
    return 1;
  if (size >= 2 && data[size - 2] >= 0xe0)
    return 2;
  if (size >= 3 && data[size - 3] >= 0xf0)
    return 3;
  return 0;
}

static gboolean
begin_pending (FayeUtf8 *self, const guint8 *data, gsize size)
{
  if (character_size (data[0]) == 0)
    return FALSE;
  self->pending[0] = data[0];
  self->n_pending = 1;
  for (gsize i = 1; i < size; i++)
    if (!feed_pending (self, data[i]))
      return FALSE;
  return TRUE;
}

gboolean
faye_utf8_feed (FayeUtf8 *self, const guint8 *data, gsize size)
{
  gsize tail;

  for (; self->n_pending > 0 && size > 0; data++, size--)
    if (!feed_pending (self, *data))
      return FALSE;
  if (size == 0)
    return TRUE;

  tail = unfinished_tail (data, size);
  if (!faye_utf8_is_valid (data, size - tail))
    return FALSE;
  return tail == 0 || begin_pending (self, data + size - tail, tail);
}

gboolean
faye_utf8_is_complete (const FayeUtf8 *self)
{
  return self->n_pending == 0;
}
