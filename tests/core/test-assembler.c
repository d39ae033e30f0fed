/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-assembler-private.h"

#include <string.h>

/* A sanitizer's allocator is to fail like others. */
const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "allocator_may_return_null=1";
}

static void
append (FayeAssembler *assembler, gsize n, guint64 limit)
{
  g_assert_true (faye_assembler_reserve (assembler, n, limit));
  g_assert_cmpuint (assembler->capacity - assembler->size, >=, n);
  for (gsize i = 0; i < n; i++)
    faye_assembler_end (assembler)[i] = (assembler->size + i) % 251;
  assembler->size += n;
}

static void
test_steal (void)
{
  FayeAssembler assembler = { 0 };
  g_autofree guint8 *data = NULL;
  gsize size;

  append (&assembler, 3, 100);
  append (&assembler, 97, 100);
  g_assert_cmpuint (assembler.capacity, ==, 100);
  data = faye_assembler_steal (&assembler, &size);
  g_assert_cmpuint (size, ==, 100);
  for (gsize i = 0; i < size; i++)
    g_assert_cmpuint (data[i], ==, i % 251);
  g_assert_cmpuint (data[size], ==, 0);
  g_assert_null (assembler.data);
  g_assert_cmpuint (assembler.size, ==, 0);
  g_assert_cmpuint (assembler.capacity, ==, 0);
}

static void
test_steal_spare (void)
{
  FayeAssembler assembler = { 0 };
  g_autofree guint8 *data = NULL;
  gsize size;

  append (&assembler, 1000, G_MAXUINT32);
  data = faye_assembler_steal (&assembler, &size);
  g_assert_cmpuint (size, ==, 1000);
  g_assert_cmpuint (data[999], ==, 999 % 251);
  g_assert_cmpuint (data[1000], ==, 0);
}

static void
test_steal_empty (void)
{
  FayeAssembler assembler = { 0 };
  gsize size = 1;

  g_assert_null (faye_assembler_steal (&assembler, &size));
  g_assert_cmpuint (size, ==, 0);
  g_assert_true (faye_assembler_reserve (&assembler, 10, 10));
  g_assert_null (faye_assembler_steal (&assembler, &size));
  g_assert_null (assembler.data);
}

/* A block is moved a number of times that grows with the logarithm of its size. */
static guint
count_moves (gsize total)
{
  FayeAssembler assembler = { 0 };
  gsize capacity = 0;
  guint moves = 0;

  for (gsize i = 0; i < total; i++)
    {
      append (&assembler, 1, G_MAXUINT32);
      moves += assembler.capacity != capacity;
      capacity = assembler.capacity;
    }
  faye_assembler_clear (&assembler);
  return moves;
}

static void
test_A10_moves (void)
{
  guint few = count_moves (100000);

  g_assert_cmpuint (few, <=, 17);
  g_assert_cmpuint (count_moves (1000000), <=, few + 4);
}

/* What was announced does not buy memory: at most a step, or a multiple of what has come. */
static void
test_A04_capacity_follows_arrival (void)
{
  const guint64 announced = G_GUINT64_CONSTANT (1) << 62;
  FayeAssembler assembler = { 0 };

  g_assert_true (faye_assembler_reserve_for_reading (&assembler, announced));
  g_assert_cmpuint (assembler.capacity, <=, 64 * 1024);
  faye_assembler_clear (&assembler);

  for (gsize n = 1; n < 1000; n++)
    {
      append (&assembler, n, announced);
      g_assert_true (faye_assembler_reserve_for_reading (&assembler, announced));
      g_assert_cmpuint (assembler.capacity, <=, MAX (64 * 1024, 4 * assembler.size));
      g_assert_cmpuint (assembler.capacity - assembler.size, >=, 16 * 1024);
    }
  faye_assembler_clear (&assembler);
}

static void
test_limit (void)
{
  FayeAssembler assembler = { 0 };

  g_assert_true (faye_assembler_reserve_for_reading (&assembler, 20000));
  g_assert_cmpuint (assembler.capacity, ==, 20000);
  append (&assembler, 19999, 20000);
  g_assert_true (faye_assembler_reserve_for_reading (&assembler, 20000));
  g_assert_cmpuint (assembler.capacity, ==, 20000);
  faye_assembler_clear (&assembler);
}

static void
test_F24_no_memory (void)
{
  FayeAssembler assembler = { 0 };
  guint8 *data;

  append (&assembler, 5, 100);
  data = assembler.data;
  g_assert_false (faye_assembler_reserve (&assembler, G_MAXSSIZE - 100, G_MAXUINT64));
  g_assert_true (assembler.data == data);
  g_assert_cmpuint (assembler.size, ==, 5);
  faye_assembler_clear (&assembler);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/core/assembler/steal", test_steal);
  g_test_add_func ("/faye/core/assembler/steal-spare", test_steal_spare);
  g_test_add_func ("/faye/core/assembler/steal-empty", test_steal_empty);
  g_test_add_func ("/faye/core/assembler/A10-moves", test_A10_moves);
  g_test_add_func ("/faye/core/assembler/A04-capacity-follows-arrival",
                   test_A04_capacity_follows_arrival);
  g_test_add_func ("/faye/core/assembler/limit", test_limit);
  g_test_add_func ("/faye/core/assembler/F24-no-memory", test_F24_no_memory);
  return g_test_run ();
}
