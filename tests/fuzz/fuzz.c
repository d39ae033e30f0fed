/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz.h"

#include <string.h>

/* Nothing here depends on anything but the input, so that a finding can be repeated. */

guint8
fuzz_take (FuzzInput *input)
{
  if (input->size == 0)
    return 0;
  input->size--;
  return *input->data++;
}

FuzzPlan
fuzz_plan_begin (guint8 seed)
{
  return (FuzzPlan){ .seed = seed, .state = seed * 2654435761u };
}

guint
fuzz_plan_draw (FuzzPlan *plan, guint n)
{
  plan->state = plan->state * 1664525u + 1013904223u;
  return (plan->state >> 16) % n;
}

gsize
fuzz_plan_piece (FuzzPlan *plan, gsize size)
{
  static const guint most[] = { 2, 4, 12, 48, 400, 6000 };
  gsize n;

  if (plan->seed == 0)
    return size;
  if (plan->seed == 1)
    return 1;
  n = fuzz_plan_draw (plan, most[fuzz_plan_draw (plan, G_N_ELEMENTS (most))]) + 1;
  return MIN (size, n);
}

char *
fuzz_text (FuzzInput input)
{
  return g_strndup ((const char *) input.data, input.size);
}

/* The lowest and highest second byte of a character, and its size, 0 for what begins none. */
static gsize
character_size (guint8 first, guint8 *lowest, guint8 *highest)
{
  *lowest = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  *highest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (first < 0x80)
    return 1;
  if (first < 0xc2 || first > 0xf4)
    return 0;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

gsize
fuzz_reference_utf8 (const guint8 *data, gsize size, gboolean *complete)
{
  gsize at = 0;

  *complete = TRUE;
  while (at < size)
    {
      guint8 lowest, highest;
      gsize n = character_size (data[at], &lowest, &highest);

      if (n == 0)
        return at;
      for (gsize i = 1; i < n; i++, lowest = 0x80, highest = 0xbf)
        {
          *complete = at + i < size;
          if (!*complete)
            return size;
          if (data[at + i] < lowest || data[at + i] > highest)
            return at + i;
        }
      at += n;
    }
  return size;
}

void
fuzz_random (guint8 *out, gsize n)
{
  for (gsize i = 0; i < n; i++)
    out[i] = i * 37 + 11;
}
