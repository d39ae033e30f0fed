/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-utf8-simd-private.h"

/*
 * UTF-8 by table lookup, after J. Keiser and D. Lemire, "Validating UTF-8 In Less Than One
 * Instruction Per Byte", Software: Practice and Experience 51 (2021), arXiv 2010.03090 (2020).
 *
 * Nearly every fault shows in two neighbouring bytes, and there in three of their four halves: the
 * high and the low half of the first and the high half of the second. Each kind of fault is a
 * product of three sets of halves. It owns one bit, set in three tables of sixteen entries wherever
 * the half belongs to its set; a pair is at fault when its three entries share a bit. The kinds:
 *
 *                  first byte    second byte
 *   UNFINISHED     C0–FF         00–7F, C0–FF   a character that lacks its second byte
 *   STRAY          00–7F         80–BF          a continuation that nothing began
 *   OVERLONG_2     C0, C1        80–BF          fits one byte
 *   OVERLONG_3     E0            80–9F          fits two bytes
 *   SURROGATE      ED            A0–BF          U+D800–DFFF
 *   BEYOND         F4–FF         90–BF          past U+10FFFF
 *   EDGE           F0, F5–FF     80–8F          fits three bytes, or past U+10FFFF
 *   CONTINUED      80–BF         80–BF          right if, and only if, the second byte is the third
 *                                               or the fourth of a character
 *
 * The last is settled by looking two bytes back for E0–FF and three bytes back for F0–FF: there
 * CONTINUED must show, elsewhere it must not. The exclusive or of both is the fault, whichever way
 * round. No other kind is lost that way: a pair of continuations can have no other bit.
 */

#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>

enum
{
  UNFINISHED = 1 << 0,
  STRAY = 1 << 1,
  OVERLONG_2 = 1 << 2,
  OVERLONG_3 = 1 << 3,
  SURROGATE = 1 << 4,
  BEYOND = 1 << 5,
  EDGE = 1 << 6,
  CONTINUED = 1 << 7, /* the top bit, which the look back leaves behind */
};

#define ANY_LOW (UNFINISHED | STRAY | CONTINUED)
#define ANY_CONTINUATION (STRAY | OVERLONG_2 | CONTINUED)

static const guint8 first_high[16] __attribute__ ((aligned (16))) = {
  [0x0 ... 0x7] = STRAY,
  [0x8 ... 0xb] = CONTINUED,
  [0xc] = UNFINISHED | OVERLONG_2,
  [0xd] = UNFINISHED,
  [0xe] = UNFINISHED | OVERLONG_3 | SURROGATE,
  [0xf] = UNFINISHED | BEYOND | EDGE,
};

static const guint8 first_low[16] __attribute__ ((aligned (16))) = {
  [0x0] = ANY_LOW | OVERLONG_2 | OVERLONG_3 | EDGE,
  [0x1] = ANY_LOW | OVERLONG_2,
  [0x2 ... 0x3] = ANY_LOW,
  [0x4] = ANY_LOW | BEYOND,
  [0x5 ... 0xc] = ANY_LOW | BEYOND | EDGE,
  [0xd] = ANY_LOW | BEYOND | EDGE | SURROGATE,
  [0xe ... 0xf] = ANY_LOW | BEYOND | EDGE,
};

static const guint8 second_high[16] __attribute__ ((aligned (16))) = {
  [0x0 ... 0x7] = UNFINISHED,
  [0x8] = ANY_CONTINUATION | OVERLONG_3 | EDGE,
  [0x9] = ANY_CONTINUATION | OVERLONG_3 | BEYOND,
  [0xa ... 0xb] = ANY_CONTINUATION | SURROGATE | BEYOND,
  [0xc ... 0xf] = UNFINISHED,
};

/* The greatest bytes that may end a block with nothing left unfinished. */
static const guint8 last_bytes[32] __attribute__ ((aligned (32))) = {
  [0 ... 28] = 0xff,
  [29] = 0xef,
  [30] = 0xdf,
  [31] = 0xbf,
};

static inline gboolean
ends_inside_character (const guint8 *end)
{
  return end[-1] >= 0xc0 || end[-2] >= 0xe0 || end[-3] >= 0xf0;
}

#define SSE41 __attribute__ ((target ("sse4.1"))) static inline

SSE41 __m128i
load_128 (const guint8 *p)
{
  return _mm_loadu_si128 ((const __m128i *) p);
}

/* The faults of a block, given the same block one, two and three bytes earlier. */
SSE41 __m128i
faults_128 (__m128i block, __m128i back1, __m128i back2, __m128i back3)
{
  __m128i low = _mm_set1_epi8 (0x0f);
  __m128i high1 = _mm_and_si128 (_mm_srli_epi16 (back1, 4), low);
  __m128i high2 = _mm_and_si128 (_mm_srli_epi16 (block, 4), low);
  __m128i a = _mm_shuffle_epi8 (load_128 (first_high), high1);
  __m128i b = _mm_shuffle_epi8 (load_128 (first_low), _mm_and_si128 (back1, low));
  __m128i c = _mm_shuffle_epi8 (load_128 (second_high), high2);
  __m128i pair = _mm_and_si128 (_mm_and_si128 (a, b), c);
  __m128i third = _mm_subs_epu8 (back2, _mm_set1_epi8 (0xe0 - 0x80));
  __m128i fourth = _mm_subs_epu8 (back3, _mm_set1_epi8 (0xf0 - 0x80));
  __m128i later = _mm_or_si128 (third, fourth);
  __m128i due = _mm_and_si128 (later, _mm_set1_epi8 ((char) CONTINUED));

  return _mm_xor_si128 (pair, due);
}

SSE41 __m128i
faults_at_128 (const guint8 *p)
{
  return faults_128 (load_128 (p), load_128 (p - 1), load_128 (p - 2), load_128 (p - 3));
}

/* The first block has nothing before it. */
SSE41 __m128i
faults_at_start_128 (__m128i block)
{
  return faults_128 (block,
                     _mm_slli_si128 (block, 1),
                     _mm_slli_si128 (block, 2),
                     _mm_slli_si128 (block, 3));
}

SSE41 gboolean
is_ascii_128 (const guint8 *p, const guint8 *q)
{
  return _mm_movemask_epi8 (_mm_or_si128 (load_128 (p), load_128 (q))) == 0;
}

SSE41 gboolean
is_valid_128 (const guint8 *data, const guint8 *end)
{
  __m128i limit = load_128 (last_bytes + 16);
  __m128i first = load_128 (data);
  __m128i unfinished = _mm_subs_epu8 (first, limit);
  __m128i faults = faults_at_start_128 (first);

  for (data += 16; end - data >= 32; data += 32)
    {
      if (is_ascii_128 (data, data + 16))
        {
          faults = _mm_or_si128 (faults, unfinished);
          unfinished = _mm_setzero_si128 ();
          continue;
        }
      faults = _mm_or_si128 (faults, faults_at_128 (data));
      faults = _mm_or_si128 (faults, faults_at_128 (data + 16));
      unfinished = _mm_subs_epu8 (load_128 (data + 16), limit);
    }
  if (end - data > 16)
    faults = _mm_or_si128 (faults, faults_at_128 (data));
  faults = _mm_or_si128 (faults, faults_at_128 (end - 16));
  return _mm_testz_si128 (faults, faults) && !ends_inside_character (end);
}

/* ASCII at the beginning is left out; when no more than two blocks remain, the last two are taken,
 * whatever ASCII they begin with. */
__attribute__ ((target ("sse4.1"))) gboolean
faye_utf8_sse41 (const guint8 *data, gsize size)
{
  const guint8 *end = data + size;

  while (end - data > 32 && is_ascii_128 (data, data + 16))
    data += 32;
  if (end - data > 32)
    return is_valid_128 (data, end);
  return is_ascii_128 (end - 32, end - 16) || is_valid_128 (end - 32, end);
}

#define AVX2 __attribute__ ((target ("avx2"))) static inline

AVX2 __m256i
load_256 (const guint8 *p)
{
  return _mm256_loadu_si256 ((const __m256i *) p);
}

AVX2 __m256i
load_table (const guint8 *p)
{
  return _mm256_broadcastsi128_si256 (_mm_load_si128 ((const __m128i *) p));
}

AVX2 __m256i
faults_256 (__m256i block, __m256i back1, __m256i back2, __m256i back3)
{
  __m256i low = _mm256_set1_epi8 (0x0f);
  __m256i high1 = _mm256_and_si256 (_mm256_srli_epi16 (back1, 4), low);
  __m256i high2 = _mm256_and_si256 (_mm256_srli_epi16 (block, 4), low);
  __m256i a = _mm256_shuffle_epi8 (load_table (first_high), high1);
  __m256i b = _mm256_shuffle_epi8 (load_table (first_low), _mm256_and_si256 (back1, low));
  __m256i c = _mm256_shuffle_epi8 (load_table (second_high), high2);
  __m256i pair = _mm256_and_si256 (_mm256_and_si256 (a, b), c);
  __m256i third = _mm256_subs_epu8 (back2, _mm256_set1_epi8 (0xe0 - 0x80));
  __m256i fourth = _mm256_subs_epu8 (back3, _mm256_set1_epi8 (0xf0 - 0x80));
  __m256i later = _mm256_or_si256 (third, fourth);
  __m256i due = _mm256_and_si256 (later, _mm256_set1_epi8 ((char) CONTINUED));

  return _mm256_xor_si256 (pair, due);
}

AVX2 __m256i
faults_at_256 (const guint8 *p)
{
  return faults_256 (load_256 (p), load_256 (p - 1), load_256 (p - 2), load_256 (p - 3));
}

AVX2 __m256i
faults_at_start_256 (__m256i block)
{
  __m256i middle = _mm256_permute2x128_si256 (block, block, 0x08);

  return faults_256 (block,
                     _mm256_alignr_epi8 (block, middle, 15),
                     _mm256_alignr_epi8 (block, middle, 14),
                     _mm256_alignr_epi8 (block, middle, 13));
}

AVX2 gboolean
is_ascii_256 (const guint8 *p, const guint8 *q)
{
  return _mm256_movemask_epi8 (_mm256_or_si256 (load_256 (p), load_256 (q))) == 0;
}

AVX2 gboolean
is_valid_256 (const guint8 *data, const guint8 *end)
{
  __m256i limit = load_256 (last_bytes);
  __m256i first = load_256 (data);
  __m256i unfinished = _mm256_subs_epu8 (first, limit);
  __m256i faults = faults_at_start_256 (first);

  for (data += 32; end - data >= 64; data += 64)
    {
      if (is_ascii_256 (data, data + 32))
        {
          faults = _mm256_or_si256 (faults, unfinished);
          unfinished = _mm256_setzero_si256 ();
          continue;
        }
      faults = _mm256_or_si256 (faults, faults_at_256 (data));
      faults = _mm256_or_si256 (faults, faults_at_256 (data + 32));
      unfinished = _mm256_subs_epu8 (load_256 (data + 32), limit);
    }
  if (end - data > 32)
    faults = _mm256_or_si256 (faults, faults_at_256 (data));
  faults = _mm256_or_si256 (faults, faults_at_256 (end - 32));
  return _mm256_testz_si256 (faults, faults) && !ends_inside_character (end);
}

__attribute__ ((target ("avx2"))) gboolean
faye_utf8_avx2 (const guint8 *data, gsize size)
{
  const guint8 *end = data + size;

  while (end - data > 64 && is_ascii_256 (data, data + 32))
    data += 64;
  if (end - data > 64)
    return is_valid_256 (data, end);
  data = end - MIN (size, 64);
  return is_ascii_256 (data, end - 32) || is_valid_256 (data, end);
}

FayeUtf8Kernel
faye_utf8_simd_kernel (void)
{
  if (__builtin_cpu_supports ("avx2"))
    return faye_utf8_avx2;
  if (__builtin_cpu_supports ("sse4.1"))
    return faye_utf8_sse41;
  return NULL;
}

#else

FayeUtf8Kernel
faye_utf8_simd_kernel (void)
{
  return NULL;
}

#endif
