/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-line-end-private.h"

/* Vector kernels that look for CR and LF at once. The last vector overlaps the one before it: no
 * scalar tail. */

#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>

#define SSE2 __attribute__ ((target ("sse2"))) static inline

SSE2 __m128i
line_ends_128 (const guint8 *p)
{
  __m128i block = _mm_loadu_si128 ((const __m128i *) p);

  return _mm_or_si128 (_mm_cmpeq_epi8 (block, _mm_set1_epi8 ('\n')),
                       _mm_cmpeq_epi8 (block, _mm_set1_epi8 ('\r')));
}

/* One bit a byte of 32. */
SSE2 guint32
line_end_bits_128 (__m128i low, __m128i high)
{
  return (guint32) _mm_movemask_epi8 (low) | (guint32) _mm_movemask_epi8 (high) << 16;
}

__attribute__ ((target ("sse2"))) gsize
faye_line_end_sse2 (const guint8 *data, gsize size)
{
  gsize i = 0;
  guint32 bits;

  for (; size - i > 32; i += 32)
    {
      bits = line_end_bits_128 (line_ends_128 (data + i), line_ends_128 (data + i + 16));
      if (bits != 0)
        return i + (guint) __builtin_ctz (bits);
    }
  i = size - 32;
  bits = line_end_bits_128 (line_ends_128 (data + i), line_ends_128 (data + i + 16));
  return bits != 0 ? i + (guint) __builtin_ctz (bits) : size;
}

#define AVX2 __attribute__ ((target ("avx2"))) static inline

AVX2 __m256i
line_ends_256 (const guint8 *p)
{
  __m256i block = _mm256_loadu_si256 ((const __m256i *) p);

  return _mm256_or_si256 (_mm256_cmpeq_epi8 (block, _mm256_set1_epi8 ('\n')),
                          _mm256_cmpeq_epi8 (block, _mm256_set1_epi8 ('\r')));
}

AVX2 guint32
line_end_bits_256 (__m256i ends)
{
  return (guint32) _mm256_movemask_epi8 (ends);
}

__attribute__ ((target ("avx2"))) gsize
faye_line_end_avx2 (const guint8 *data, gsize size)
{
  gsize i = 0;
  guint32 bits;

  for (; size - i > 128; i += 128)
    {
      __m256i a = _mm256_or_si256 (line_ends_256 (data + i), line_ends_256 (data + i + 32));
      __m256i b = _mm256_or_si256 (line_ends_256 (data + i + 64), line_ends_256 (data + i + 96));

      if (_mm256_movemask_epi8 (_mm256_or_si256 (a, b)) != 0)
        break;
    }
  for (; size - i > 32; i += 32)
    {
      bits = line_end_bits_256 (line_ends_256 (data + i));
      if (bits != 0)
        return i + (guint) __builtin_ctz (bits);
    }
  i = size - 32;
  bits = line_end_bits_256 (line_ends_256 (data + i));
  return bits != 0 ? i + (guint) __builtin_ctz (bits) : size;
}

FayeLineEndKernel
faye_line_end_simd_kernel (void)
{
  if (__builtin_cpu_supports ("avx2"))
    return faye_line_end_avx2;
  if (__builtin_cpu_supports ("sse2"))
    return faye_line_end_sse2;
  return NULL;
}

#else

FayeLineEndKernel
faye_line_end_simd_kernel (void)
{
  return NULL;
}

#endif
