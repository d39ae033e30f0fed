/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-mask-private.h"

#include <string.h>

#include "faye/core/faye-mask-simd-private.h"

/* Masking: short payloads at once with overlapping words, longer ones by the widest kernel that
 * the processor has. All of it works in place: whatever is stored was loaded before anything
 * near it changed. */

/* The key as it stands OFFSET bytes further into the payload. */
static inline guint32
turn_key (guint32 key, gsize offset)
{
  guint bits = 8 * (offset & 3);

#if G_BYTE_ORDER == G_LITTLE_ENDIAN
  return key >> bits | key << (-bits & 31);
#else
  return key << bits | key >> (-bits & 31);
#endif
}

static inline guint64
double_key (guint32 key)
{
  return (guint64) key << 32 | key;
}

static inline guint64
load_64 (const guint8 *p)
{
  guint64 word;

  memcpy (&word, p, sizeof word);
  return word;
}

static inline void
store_64 (guint8 *p, guint64 word)
{
  memcpy (p, &word, sizeof word);
}

static inline void
mask_under_8 (guint8 *dst, const guint8 *src, gsize n, guint32 key)
{
  guint32 head, tail;

  if (n >= 4)
    {
      memcpy (&head, src, 4);
      memcpy (&tail, src + n - 4, 4);
      head ^= key;
      tail ^= turn_key (key, n);
      memcpy (dst, &head, 4);
      memcpy (dst + n - 4, &tail, 4);
      return;
    }
  for (gsize i = 0; i < n; i++)
    dst[i] = src[i] ^ ((const guint8 *) &key)[i];
}

/* 8 to 32 bytes: from both ends, so that the words meet or overlap in the middle. */
static inline void
mask_8_to_32 (guint8 *dst, const guint8 *src, gsize n, guint32 key)
{
  guint64 front = double_key (key);
  guint64 back = double_key (turn_key (key, n));
  guint64 a = load_64 (src) ^ front;
  guint64 d = load_64 (src + n - 8) ^ back;

  if (n > 16)
    {
      guint64 b = load_64 (src + 8) ^ front;
      guint64 c = load_64 (src + n - 16) ^ back;

      store_64 (dst + 8, b);
      store_64 (dst + n - 16, c);
    }
  store_64 (dst, a);
  store_64 (dst + n - 8, d);
}

void
faye_mask_words (guint8 *dst, const guint8 *src, gsize n, guint32 key)
{
  guint64 word = double_key (key);

  for (; n > 32; n -= 8, src += 8, dst += 8)
    store_64 (dst, load_64 (src) ^ word);
  mask_8_to_32 (dst, src, n, key);
}

static void resolve_kernel (guint8 *dst, const guint8 *src, gsize n, guint32 key);

static FayeMaskKernel kernel = resolve_kernel;

static void
resolve_kernel (guint8 *dst, const guint8 *src, gsize n, guint32 key)
{
  FayeMaskKernel best = faye_mask_simd_kernel ();

  if (best == NULL)
    best = faye_mask_words;
  __atomic_store_n (&kernel, best, __ATOMIC_RELAXED);
  best (dst, src, n, key);
}

void
faye_mask_copy (guint8 *dst, const guint8 *src, gsize n, const guint8 key[4], gsize offset)
{
  guint32 word;

  memcpy (&word, key, sizeof word);
  word = turn_key (word, offset);
  if (n > 32)
    __atomic_load_n (&kernel, __ATOMIC_RELAXED) (dst, src, n, word);
  else if (n >= 8)
    mask_8_to_32 (dst, src, n, word);
  else
    mask_under_8 (dst, src, n, word);
}
