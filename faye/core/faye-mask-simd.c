/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-mask-simd-private.h"

/* Vector kernels for masking. Each takes the last vector out before the loop may overwrite its
 * first bytes, and puts it back afterwards under the key turned to its place: no scalar tail. */

#if defined(__x86_64__) || defined(__i386__)

#include <immintrin.h>

static inline guint32
turn_key (guint32 key, gsize offset)
{
  guint bits = 8 * (offset & 3);

  return key >> bits | key << (-bits & 31);
}

__attribute__ ((target ("sse2"))) void
faye_mask_sse2 (guint8 *dst, const guint8 *src, gsize n, guint32 key)
{
  __m128i mask = _mm_set1_epi32 ((int) key);
  __m128i last = _mm_loadu_si128 ((const __m128i *) (src + n - 16));
  gsize i = 0;

  for (; n - i >= 64; i += 64)
    {
      __m128i a = _mm_loadu_si128 ((const __m128i *) (src + i));
      __m128i b = _mm_loadu_si128 ((const __m128i *) (src + i + 16));
      __m128i c = _mm_loadu_si128 ((const __m128i *) (src + i + 32));
      __m128i d = _mm_loadu_si128 ((const __m128i *) (src + i + 48));

      _mm_storeu_si128 ((__m128i *) (dst + i), _mm_xor_si128 (a, mask));
      _mm_storeu_si128 ((__m128i *) (dst + i + 16), _mm_xor_si128 (b, mask));
      _mm_storeu_si128 ((__m128i *) (dst + i + 32), _mm_xor_si128 (c, mask));
      _mm_storeu_si128 ((__m128i *) (dst + i + 48), _mm_xor_si128 (d, mask));
    }
  for (; n - i > 16; i += 16)
    {
      __m128i a = _mm_loadu_si128 ((const __m128i *) (src + i));

      _mm_storeu_si128 ((__m128i *) (dst + i), _mm_xor_si128 (a, mask));
    }
  last = _mm_xor_si128 (last, _mm_set1_epi32 ((int) turn_key (key, n)));
  _mm_storeu_si128 ((__m128i *) (dst + n - 16), last);
}

__attribute__ ((target ("avx2"))) void
faye_mask_avx2 (guint8 *dst, const guint8 *src, gsize n, guint32 key)
{
  __m256i mask = _mm256_set1_epi32 ((int) key);
  __m256i last = _mm256_loadu_si256 ((const __m256i *) (src + n - 32));
  gsize i = 0;

  for (; n - i >= 128; i += 128)
    {
      __m256i a = _mm256_loadu_si256 ((const __m256i *) (src + i));
      __m256i b = _mm256_loadu_si256 ((const __m256i *) (src + i + 32));
      __m256i c = _mm256_loadu_si256 ((const __m256i *) (src + i + 64));
      __m256i d = _mm256_loadu_si256 ((const __m256i *) (src + i + 96));

      _mm256_storeu_si256 ((__m256i *) (dst + i), _mm256_xor_si256 (a, mask));
      _mm256_storeu_si256 ((__m256i *) (dst + i + 32), _mm256_xor_si256 (b, mask));
      _mm256_storeu_si256 ((__m256i *) (dst + i + 64), _mm256_xor_si256 (c, mask));
      _mm256_storeu_si256 ((__m256i *) (dst + i + 96), _mm256_xor_si256 (d, mask));
    }
  for (; n - i > 32; i += 32)
    {
      __m256i a = _mm256_loadu_si256 ((const __m256i *) (src + i));

      _mm256_storeu_si256 ((__m256i *) (dst + i), _mm256_xor_si256 (a, mask));
    }
  last = _mm256_xor_si256 (last, _mm256_set1_epi32 ((int) turn_key (key, n)));
  _mm256_storeu_si256 ((__m256i *) (dst + n - 32), last);
}

FayeMaskKernel
faye_mask_simd_kernel (void)
{
  if (__builtin_cpu_supports ("avx2"))
    return faye_mask_avx2;
  if (__builtin_cpu_supports ("sse2"))
    return faye_mask_sse2;
  return NULL;
}

#else

FayeMaskKernel
faye_mask_simd_kernel (void)
{
  return NULL;
}

#endif
