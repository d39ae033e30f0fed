/* SPDX-License-Identifier: MIT */

#include "tests/growth/growth.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>

/* Stands before the C library's allocator, and counts. Of one thread only. */

void *__libc_malloc (size_t size);
void *__libc_calloc (size_t n, size_t size);
void *__libc_realloc (void *block, size_t size);
void __libc_free (void *block);

static gsize in_use;
static gsize start;
static gsize peak;

static void *
add (void *block)
{
  if (block)
    in_use += malloc_usable_size (block);
  peak = MAX (peak, in_use);
  return block;
}

void *
malloc (size_t size)
{
  return add (__libc_malloc (size));
}

void *
calloc (size_t n, size_t size)
{
  return add (__libc_calloc (n, size));
}

void *
realloc (void *block, size_t size)
{
  gsize before = block ? malloc_usable_size (block) : 0;
  void *moved = __libc_realloc (block, size);

  if (!moved && size > 0)
    return NULL;
  in_use -= before;
  return add (moved);
}

void
free (void *block)
{
  int saved = errno;

  if (block)
    in_use -= malloc_usable_size (block);
  __libc_free (block);
  errno = saved;
}

void
growth_heap_reset (void)
{
  start = peak = in_use;
}

gsize
growth_heap_peak (void)
{
  return peak - start;
}
