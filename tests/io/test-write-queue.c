/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-write-queue-private.h"

#include <string.h>

static guint n_released;

static void
released_cb (gpointer data)
{
  n_released++;
  g_free (data);
}

static void
add (FayeWriteQueue *queue, FayeBufferPool *pool, GByteArray *expected, GRand *rand, gsize size)
{
  g_autofree guint8 *bytes = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) g_rand_int (rand);
  g_byte_array_append (expected, bytes, (guint) size);
  if (g_rand_boolean (rand))
    {
      memcpy (faye_write_queue_reserve (queue, pool, size), bytes, size);
    }
  else
    {
      guint8 *copy = g_steal_pointer (&bytes);

      faye_write_queue_push (queue, pool, copy, size, copy, released_cb);
    }
}

static void
check_front (FayeWriteQueue *queue, GByteArray *expected, gsize limit)
{
  struct iovec vectors[7];
  gsize total, at = 0;
  guint n = faye_write_queue_gather (queue, vectors, 7, limit, &total);

  g_assert_cmpuint (queue->size, ==, expected->len);
  g_assert_cmpuint (total, <=, limit);
  g_assert_true (n > 0 || expected->len == 0 || limit == 0);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpmem (vectors[i].iov_base,
                       vectors[i].iov_len,
                       expected->data + at,
                       vectors[i].iov_len);
      at += vectors[i].iov_len;
    }
  g_assert_cmpuint (at, ==, total);
}

/* Against a plain array. */
static void
test_model (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (42);
  g_autoptr (GByteArray) expected = g_byte_array_new ();
  FayeBufferPool pool = { 0 };
  FayeWriteQueue queue = { 0 };

  for (guint turn = 0; turn < 20000; turn++)
    {
      gsize n;

      if (expected->len < 100000)
        add (&queue,
             &pool,
             expected,
             rand,
             (gsize) g_rand_int_range (rand, 1, turn % 50 == 0 ? FAYE_CHUNK_SIZE + 1 : 300));
      check_front (&queue, expected, (gsize) g_rand_int_range (rand, 0, 70000));
      n = (gsize) g_rand_int_range (rand, 0, 400);
      n = MIN (n, expected->len);
      faye_write_queue_consume (&queue, &pool, n);
      g_byte_array_remove_range (expected, 0, (guint) n);
    }
  faye_write_queue_consume (&queue, &pool, queue.size);
  g_assert_null (queue.head);
  g_assert_null (queue.chunk);
  faye_buffer_pool_clear (&pool);
}

/* Small pieces make one vector; an empty queue holds no memory. */
static void
test_gathered (void)
{
  FayeBufferPool pool = { 0 };
  FayeWriteQueue queue = { 0 };
  struct iovec vector[4];
  gsize total;

  for (guint i = 0; i < 1000; i++)
    memset (faye_write_queue_reserve (&queue, &pool, 10), 'a', 10);
  g_assert_cmpuint (faye_write_queue_gather (&queue, vector, 4, G_MAXSIZE, &total), ==, 1);
  g_assert_cmpuint (total, ==, 10000);
  faye_write_queue_consume (&queue, &pool, 10000);
  g_assert_null (queue.chunk);
  g_assert_cmpuint (pool.n_chunks, ==, 1);
  g_assert_cmpuint (pool.n_segments, ==, 1);
  faye_buffer_pool_clear (&pool);
}

static void
test_release (void)
{
  FayeBufferPool pool = { 0 };
  FayeWriteQueue queue = { 0 };
  guint8 *one = g_malloc0 (10);
  guint8 *other = g_malloc0 (10);

  n_released = 0;
  faye_write_queue_push (&queue, &pool, one, 10, one, released_cb);
  faye_write_queue_push (&queue, &pool, (const guint8 *) "static", 6, NULL, NULL);
  faye_write_queue_push (&queue, &pool, other, 10, other, released_cb);
  faye_write_queue_consume (&queue, &pool, 9);
  g_assert_cmpuint (n_released, ==, 0);
  faye_write_queue_consume (&queue, &pool, 1);
  g_assert_cmpuint (n_released, ==, 1);
  faye_write_queue_clear (&queue, &pool);
  g_assert_cmpuint (n_released, ==, 2);
  g_assert_cmpuint (queue.size, ==, 0);
  faye_buffer_pool_clear (&pool);
}

static void
test_record (void)
{
  static const guint8 large[20000];
  FayeBufferPool pool = { 0 };
  FayeWriteQueue queue = { 0 };
  FayeRecord record = { 0 };

  /* Pieces are joined; what comes later does not change the record. */
  memcpy (faye_write_queue_reserve (&queue, &pool, 3), "one", 3);
  faye_write_queue_push (&queue, &pool, (const guint8 *) "two", 3, NULL, NULL);
  faye_record_take (&record, &queue, &pool);
  memcpy (faye_write_queue_reserve (&queue, &pool, 5), "three", 5);
  g_assert_cmpmem (record.data, record.size, "onetwo", 6);
  g_assert_nonnull (record.joined);
  faye_record_drop (&record, &pool);
  faye_write_queue_consume (&queue, &pool, 6);

  /* One piece is not copied, and a large one is cut. */
  faye_record_take (&record, &queue, &pool);
  g_assert_cmpmem (record.data, record.size, "three", 5);
  g_assert_null (record.joined);
  faye_write_queue_consume (&queue, &pool, 5);
  faye_record_drop (&record, &pool);
  faye_write_queue_push (&queue, &pool, large, sizeof (large), NULL, NULL);
  faye_record_take (&record, &queue, &pool);
  g_assert_true (record.data == large);
  g_assert_cmpuint (record.size, ==, FAYE_RECORD_SIZE);
  faye_record_drop (&record, &pool);
  faye_write_queue_clear (&queue, &pool);
  faye_buffer_pool_clear (&pool);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/io/write-queue/model", test_model);
  g_test_add_func ("/faye/io/write-queue/gathered", test_gathered);
  g_test_add_func ("/faye/io/write-queue/release", test_release);
  g_test_add_func ("/faye/io/write-queue/record", test_record);
  return g_test_run ();
}
