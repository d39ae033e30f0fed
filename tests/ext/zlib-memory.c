/* SPDX-License-Identifier: MIT */

#include "tests/ext/zlib-memory.h"

#define HEADER 32

static GMutex lock;
static guint calls;
static guint fail_at;
static gsize allocated;
static gsize peak;

static gpointer
count_alloc (gsize size)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  guint8 *block;

  calls++;
  if (fail_at > 0 && calls >= fail_at)
    return NULL;
  allocated += size;
  peak = MAX (peak, allocated);
  block = g_malloc (HEADER + size);
  *(gsize *) block = size;
  return block + HEADER;
}

static void
count_free (gpointer block)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  guint8 *begin = (guint8 *) block - HEADER;

  allocated -= *(gsize *) begin;
  g_free (begin);
}

void
zlib_memory_install (void)
{
  faye_zlib.alloc = count_alloc;
  faye_zlib.free = count_free;
}

guint
zlib_memory_get_calls (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  return calls;
}

gsize
zlib_memory_get_size (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  return allocated;
}

gsize
zlib_memory_get_peak (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  return peak;
}

void
zlib_memory_reset (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  calls = 0;
  fail_at = 0;
  peak = allocated;
}

void
zlib_memory_fail_at (guint k)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  calls = 0;
  fail_at = k;
}
