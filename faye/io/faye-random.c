/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-random-private.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

/*
 * Random bytes from GnuTLS, a block at a time for each thread. What is handed out is wiped from the
 * block. A child of fork () starts with a block of its own: the copy it inherits is never used. (A
 * child made by a bare clone () system call is not noticed.)
 */

#define BLOCK_SIZE 1024
#define DIRECT_SIZE 256

typedef struct
{
  guint left;
  int generation;
  guint8 bytes[BLOCK_SIZE];
} Block;

static _Thread_local Block block;
static int generation = 1;

static void
forked_cb (void)
{
  g_atomic_int_inc (&generation);
}

static void
watch_forks (void)
{
  static gsize watching = 0;

  if (!g_once_init_enter (&watching))
    return;
  pthread_atfork (NULL, NULL, forked_cb);
  g_once_init_leave (&watching, 1);
}

static gboolean
ask_kernel (guint8 *out, gsize n)
{
  while (n > 0)
    {
      gssize got = getrandom (out, MIN (n, 256), 0);

      if (got < 0 && errno != EINTR)
        return FALSE;
      if (got <= 0)
        continue;
      out += got;
      n -= (gsize) got;
    }
  return TRUE;
}

/* Predictable masks and keys are worse than no program: there is nothing to fall back on. */
static void
generate (guint8 *out, gsize n)
{
  if (gnutls_rnd (GNUTLS_RND_RANDOM, out, n) < 0 && !ask_kernel (out, n))
    g_error ("The system gives no random bytes");
}

static void
refill (int now)
{
  watch_forks ();
  generate (block.bytes, BLOCK_SIZE);
  block.left = BLOCK_SIZE;
  block.generation = now;
}

void
faye_random_fill (guint8 *out, gsize n)
{
  int now = g_atomic_int_get (&generation);
  guint8 *bytes;

  if (n >= DIRECT_SIZE)
    {
      generate (out, n);
      return;
    }
  if (block.left < n || block.generation != now)
    refill (now);
  bytes = block.bytes + BLOCK_SIZE - block.left;
  memcpy (out, bytes, n);
  explicit_bzero (bytes, n);
  block.left -= (guint) n;
}
