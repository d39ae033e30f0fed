/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-utf8-repair-private.h"

#include <string.h>

/* The decoder's three variables: how many bytes a first byte calls for, and the boundaries within
 * which the second must lie. */

static const guint8 replacement[3] = { 0xef, 0xbf, 0xbd }; /* U+FFFD */

typedef struct
{
  guint size; /* 0: begins no character */
  guint8 lower;
  guint8 upper;
} Lead;

static inline Lead
judge_lead (guint8 byte)
{
  if (byte < 0x80)
    return (Lead){ 1 };
  if (byte < 0xc2 || byte > 0xf4)
    return (Lead){ 0 };
  if (byte < 0xe0)
    return (Lead){ 2, 0x80, 0xbf };
  if (byte < 0xf0)
    return (Lead){ 3, byte == 0xe0 ? 0xa0 : 0x80, byte == 0xed ? 0x9f : 0xbf };
  return (Lead){ 4, byte == 0xf0 ? 0x90 : 0x80, byte == 0xf4 ? 0x8f : 0xbf };
}

/* How many bytes the character at DATA has, or what there is instead of one. */
static inline guint
scan (const guint8 *data, gsize size, gboolean *valid)
{
  Lead lead = judge_lead (data[0]);
  guint n = 1;

  *valid = lead.size == 1;
  if (lead.size < 2)
    return 1;
  while (n < lead.size && n < size && data[n] >= lead.lower && data[n] <= lead.upper)
    {
      lead.lower = 0x80;
      lead.upper = 0xbf;
      n++;
    }
  *valid = n == lead.size;
  return n;
}

gsize
faye_utf8_repaired_size (const guint8 *data, gsize size)
{
  gsize total = 0;
  guint n;

  for (gsize i = 0; i < size; i += n)
    {
      gboolean valid;

      n = scan (data + i, size - i, &valid);
      total += valid ? n : sizeof replacement;
    }
  return total;
}

void
faye_utf8_repair (guint8 *out, const guint8 *data, gsize size)
{
  guint n;

  for (gsize i = 0; i < size; i += n)
    {
      gboolean valid;
      gsize written;

      n = scan (data + i, size - i, &valid);
      written = valid ? n : sizeof replacement;
      memcpy (out, valid ? data + i : replacement, written);
      out += written;
    }
}
