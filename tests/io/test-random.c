/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-random-private.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_KEYS 20000

static void
test_distinct (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autofree gint64 *keys = g_new0 (gint64, N_KEYS);

  for (guint i = 0; i < N_KEYS; i++)
    {
      faye_random_fill ((guint8 *) &keys[i], 8);
      g_assert_true (g_hash_table_add (seen, &keys[i]));
    }
}

/* Every size fills all of its bytes and no other. */
static void
test_sizes (void)
{
  for (gsize size = 0; size <= 3000; size += size < 300 ? 1 : 97)
    {
      g_autofree guint8 *bytes = g_malloc0 (size + 1);
      guint8 seen[3000] = { 0 };

      for (guint turn = 0; turn < 8; turn++)
        {
          faye_random_fill (bytes, size);
          for (gsize i = 0; i < size; i++)
            seen[i] |= bytes[i];
        }
      g_assert_cmpuint (bytes[size], ==, 0);
      for (gsize i = 0; i < size; i++)
        g_assert_cmpuint (seen[i], !=, 0);
    }
}

/* Each bit of four-byte keys is set about half of the time. */
static void
test_A18_bits (void)
{
  guint counts[32] = { 0 };

  for (guint i = 0; i < N_KEYS; i++)
    {
      guint32 key;

      faye_random_fill ((guint8 *) &key, 4);
      for (guint bit = 0; bit < 32; bit++)
        counts[bit] += (key >> bit) & 1;
    }
  for (guint bit = 0; bit < 32; bit++)
    {
      g_assert_cmpuint (counts[bit], >, N_KEYS * 45 / 100);
      g_assert_cmpuint (counts[bit], <, N_KEYS * 55 / 100);
    }
}

static void
test_fork (void)
{
  guint8 ours[16], theirs[16];
  int ends[2];
  pid_t child;
  int status;

  faye_random_fill (ours, sizeof (ours));
  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      faye_random_fill (theirs, sizeof (theirs));
      _exit (write (ends[1], theirs, sizeof (theirs)) == sizeof (theirs) ? 0 : 1);
    }
  faye_random_fill (ours, sizeof (ours));
  g_assert_cmpint (read (ends[0], theirs, sizeof (theirs)), ==, sizeof (theirs));
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpint (memcmp (ours, theirs, sizeof (ours)), !=, 0);
  close (ends[0]);
  close (ends[1]);
}

static gpointer
fill_thread (gpointer data)
{
  faye_random_fill (data, 16);
  return NULL;
}

static void
test_threads (void)
{
  guint8 bytes[8][16] = { 0 };
  GThread *threads[8];

  for (guint i = 0; i < 8; i++)
    threads[i] = g_thread_new ("random", fill_thread, bytes[i]);
  for (guint i = 0; i < 8; i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < 8; i++)
    for (guint j = 0; j < i; j++)
      g_assert_cmpint (memcmp (bytes[i], bytes[j], 16), !=, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/io/random/distinct", test_distinct);
  g_test_add_func ("/faye/io/random/sizes", test_sizes);
  g_test_add_func ("/faye/io/random/A18-bits", test_A18_bits);
  g_test_add_func ("/faye/io/random/fork", test_fork);
  g_test_add_func ("/faye/io/random/threads", test_threads);
  return g_test_run ();
}
