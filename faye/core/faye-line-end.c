/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-line-end-private.h"

#include <string.h>

/* CR and LF in text: short lines word by word, longer ones by the widest kernel that the processor
 * has. */

#define EACH_BYTE(byte) (G_GUINT64_CONSTANT (0x0101010101010101) * (byte))

static inline gboolean
is_line_end (guint8 byte)
{
  return byte == '\n' || byte == '\r';
}

/* Not 0 if, and only if, WORD has a byte that is 0. */
static inline guint64
zero_bytes (guint64 word)
{
  return (word - EACH_BYTE (0x01)) & ~word & EACH_BYTE (0x80);
}

static inline gboolean
has_line_end (const guint8 *p)
{
  guint64 word;

  memcpy (&word, p, sizeof word);
  return (zero_bytes (word ^ EACH_BYTE ('\n')) | zero_bytes (word ^ EACH_BYTE ('\r'))) != 0;
}

gsize
faye_line_end_words (const guint8 *data, gsize size)
{
  gsize i = 0;

  while (size - i >= 8 && !has_line_end (data + i))
    i += 8;
  while (i < size && !is_line_end (data[i]))
    i++;
  return i;
}

static gsize resolve_kernel (const guint8 *data, gsize size);

static FayeLineEndKernel kernel = resolve_kernel;

static gsize
resolve_kernel (const guint8 *data, gsize size)
{
  FayeLineEndKernel best = faye_line_end_simd_kernel ();

  if (best == NULL)
    best = faye_line_end_words;
  __atomic_store_n (&kernel, best, __ATOMIC_RELAXED);
  return best (data, size);
}

gsize
faye_line_end_find (const guint8 *data, gsize size)
{
  if (size == 0 || is_line_end (data[0]))
    return 0;
  if (size < FAYE_LINE_END_KERNEL_MIN)
    return faye_line_end_words (data, size);
  return __atomic_load_n (&kernel, __ATOMIC_RELAXED) (data, size);
}
