/* SPDX-License-Identifier: MIT */

#include "tests/growth/growth.h"

#include <stdio.h>
#include <string.h>

/*
 * What an attack costs as it grows. `growth list` names the cases, `growth count` runs each at 1,
 * N and 10 N units for a profiler that counts what growth_measured () executes, `growth memory`
 * prints what each allocates at the most, `growth resident` what fragments keep in memory.
 */

static void
append_hex (GByteArray *bytes, const char *hex)
{
  for (const char *at = hex; *at; at += *at == ' ' ? 1 : 2)
    {
      guint8 byte = g_ascii_xdigit_value (at[0]) << 4 | g_ascii_xdigit_value (at[1]);

      if (*at != ' ')
        g_byte_array_append (bytes, &byte, 1);
    }
}

static void
append (GByteArray *bytes, const char *text, gboolean is_hex)
{
  if (is_hex)
    append_hex (bytes, text);
  else
    g_byte_array_append (bytes, (const guint8 *) text, strlen (text));
}

/* Ends in a NUL that does not count. */
static GByteArray *
make_input (const GrowthCase *self, gboolean is_hex, gsize n)
{
  GByteArray *bytes = g_byte_array_new ();
  g_autoptr (GByteArray) unit = g_byte_array_new ();

  append (bytes, self->prefix ? self->prefix : "", is_hex);
  append (unit, self->unit ? self->unit : "", is_hex);
  for (gsize i = 0; i < n; i++)
    g_byte_array_append (bytes, unit->data, unit->len);
  append (bytes, self->suffix ? self->suffix : "", is_hex);
  g_byte_array_append (bytes, (const guint8 *) "", 1);
  g_byte_array_set_size (bytes, bytes->len - 1);
  return bytes;
}

guint growth_measured (const GrowthCase *self, GByteArray *input);

G_GNUC_NO_INLINE guint
growth_measured (const GrowthCase *self, GByteArray *input)
{
  return self->work (input);
}

static void
list (const GrowthCase *self, gboolean is_hex)
{
  printf ("%s %" G_GSIZE_FORMAT " %u %" G_GSIZE_FORMAT "\n",
          self->name,
          self->n,
          self->outcome,
          self->most_heap);
}

/* The first run, which is not measured, has the linker and the libraries find what they need. */
static void
count (const GrowthCase *self, gboolean is_hex)
{
  const gsize sizes[] = { 1, self->n, 10 * self->n };
  g_autoptr (GByteArray) warm_up = make_input (self, is_hex, 2);

  if (self->n == 0)
    return;
  self->work (warm_up);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GByteArray) input = make_input (self, is_hex, sizes[i]);

      growth_measured (self, input);
    }
}

static void
measure_memory (const GrowthCase *self, gboolean is_hex)
{
  g_autoptr (GByteArray) warm_up = make_input (self, is_hex, 1);
  g_autoptr (GByteArray) input = make_input (self, is_hex, 10 * self->n);
  guint outcome;

  self->work (warm_up);
  growth_heap_reset ();
  outcome = self->work (input);
  printf ("%s %u %" G_GSIZE_FORMAT "\n", self->name, outcome, growth_heap_peak ());
}

static void
for_each (void (*work) (const GrowthCase *self, gboolean is_hex))
{
  for (const GrowthCase *i = growth_frame_cases; i->name; i++)
    work (i, TRUE);
  for (const GrowthCase *i = growth_deflate_cases; i->name; i++)
    work (i, TRUE);
  for (const GrowthCase *i = growth_event_cases; i->name; i++)
    work (i, FALSE);
  for (const GrowthCase *i = growth_head_cases; i->name; i++)
    work (i, FALSE);
}

int
main (int argc, char **argv)
{
  const char *mode = argc == 2 ? argv[1] : "";

  if (strcmp (mode, "list") == 0)
    for_each (list);
  else if (strcmp (mode, "count") == 0)
    for_each (count);
  else if (strcmp (mode, "memory") == 0)
    for_each (measure_memory);
  else if (strcmp (mode, "resident") == 0)
    growth_print_resident ();
  else
    {
      fprintf (stderr, "usage: growth list|count|memory|resident\n");
      return 2;
    }
  return 0;
}
