/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-buffer-pool-private.h"

#include <string.h>

static void
test_reuse (void)
{
  FayeBufferPool pool = { 0 };
  FayeChunk *chunk = faye_buffer_pool_take_chunk (&pool);
  FayeReadBuffer *buffer = faye_buffer_pool_take_buffer (&pool);
  FayeSegment *segment = faye_buffer_pool_take_segment (&pool);

  g_assert_true (faye_buffer_pool_is_empty (&pool));
  chunk->refs = 2;
  faye_buffer_pool_unref_chunk (&pool, chunk);
  g_assert_true (faye_buffer_pool_is_empty (&pool));
  chunk->fill = 5;
  faye_buffer_pool_unref_chunk (&pool, chunk);
  faye_buffer_pool_give_buffer (&pool, buffer);
  faye_buffer_pool_give_segment (&pool, segment);

  g_assert_true (faye_buffer_pool_take_buffer (&pool) == buffer);
  g_assert_true (faye_buffer_pool_take_segment (&pool) == segment);
  g_assert_true (faye_buffer_pool_take_chunk (&pool) == chunk);
  g_assert_cmpuint (chunk->fill, ==, 0);
  g_assert_cmpuint (chunk->refs, ==, 1);
  g_free (chunk);
  g_free (buffer);
  g_free (segment);
}

/* Two are in use at a time: of five, three go, and when nothing is used any more, all. */
static void
test_trim (void)
{
  FayeBufferPool pool = { 0 };
  FayeChunk *chunks[5];

  for (guint i = 0; i < 5; i++)
    chunks[i] = faye_buffer_pool_take_chunk (&pool);
  for (guint i = 0; i < 5; i++)
    faye_buffer_pool_unref_chunk (&pool, chunks[i]);
  g_assert_true (faye_buffer_pool_trim (&pool));
  g_assert_cmpuint (pool.n_chunks, ==, 5);

  chunks[0] = faye_buffer_pool_take_chunk (&pool);
  chunks[1] = faye_buffer_pool_take_chunk (&pool);
  faye_buffer_pool_unref_chunk (&pool, chunks[0]);
  faye_buffer_pool_unref_chunk (&pool, chunks[1]);
  g_assert_true (faye_buffer_pool_trim (&pool));
  g_assert_cmpuint (pool.n_chunks, ==, 2);
  g_assert_false (faye_buffer_pool_trim (&pool));
  g_assert_true (faye_buffer_pool_is_empty (&pool));
}

static void
test_caps (void)
{
  FayeBufferPool pool = { 0 };

  for (guint i = 0; i < 10; i++)
    faye_buffer_pool_give_buffer (&pool, g_new (FayeReadBuffer, 1));
  g_assert_cmpuint (pool.n_buffers, <=, 4);
  for (guint i = 0; i < 300; i++)
    {
      FayeChunk *chunk = g_new (FayeChunk, 1);

      chunk->refs = 1;
      faye_buffer_pool_unref_chunk (&pool, chunk);
    }
  g_assert_cmpuint (pool.n_chunks, <=, 128);
  for (guint i = 0; i < 10000; i++)
    faye_buffer_pool_give_segment (&pool, g_new (FayeSegment, 1));
  g_assert_cmpuint (pool.n_segments, <=, 4096);
  faye_buffer_pool_clear (&pool);
  g_assert_true (faye_buffer_pool_is_empty (&pool));
}

static void
test_sink (void)
{
  FayeBufferPool pool = { 0 };

  memset (faye_buffer_pool_get_sink (&pool), 1, FAYE_CHUNK_SIZE);
  g_assert_true (faye_buffer_pool_get_sink (&pool) == faye_buffer_pool_get_sink (&pool));
  g_assert_false (faye_buffer_pool_is_empty (&pool));
  g_assert_false (faye_buffer_pool_trim (&pool));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/io/buffer-pool/reuse", test_reuse);
  g_test_add_func ("/faye/io/buffer-pool/trim", test_trim);
  g_test_add_func ("/faye/io/buffer-pool/caps", test_caps);
  g_test_add_func ("/faye/io/buffer-pool/sink", test_sink);
  return g_test_run ();
}
