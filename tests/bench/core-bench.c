/* SPDX-License-Identifier: MIT */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "faye/core/faye-mask-private.h"
#include "faye/core/faye-protocol-private.h"
#include "faye/core/faye-utf8-private.h"
#include "tests/bench/event-bench.h"

/* Nanoseconds that the core takes for a frame, the best of several rounds: masking, judging
 * UTF-8, receiving through faye_protocol_next () and framing; and for an event. */

enum
{
  ROUNDS = 15,
  BLOCK = 64 * 1024,
};

static guint8 block[BLOCK * 2];
static guint8 copy[BLOCK * 2];
static volatile gsize sink;

gint64
bench_now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return time.tv_sec * G_GINT64_CONSTANT (1000000000) + time.tv_nsec;
}

typedef void (*Work) (gsize size, guint n);

static double
measure (Work work, gsize size)
{
  guint n = MAX (1, 20 * BLOCK / (size + 32));
  gint64 best = G_MAXINT64;

  for (guint i = 0; i < ROUNDS; i++)
    {
      gint64 start = bench_now ();

      for (guint j = 0; j < 20; j++)
        work (size, n);
      best = MIN (best, bench_now () - start);
    }
  return (double) best / n / 20;
}

static void
fill (const char *pattern)
{
  gsize n = strlen (pattern);

  for (gsize i = 0; i < sizeof block; i++)
    block[i] = pattern[i % n];
}

static void
mask_in_place (gsize size, guint n)
{
  for (guint i = 0; i < n; i++)
    faye_mask_copy (block, block, size, (const guint8 *) "\1\2\3\4", 0);
}

static void
mask_copy (gsize size, guint n)
{
  for (guint i = 0; i < n; i++)
    faye_mask_copy (copy, block, size, (const guint8 *) "\1\2\3\4", 0);
}

static void
judge (gsize size, guint n)
{
  for (guint i = 0; i < n; i++)
    sink += faye_utf8_is_valid (block, size);
}

static void
judge_stream (gsize size, guint n)
{
  FayeUtf8 utf8 = { 0 };

  for (guint i = 0; i < n; i++)
    sink += faye_utf8_feed (&utf8, block, size);
}

static FayeRole role;
static guint8 opcode;
static gsize piece;

/* A buffer of frames, refilled for every round as a read would, received in pieces of PIECE
 * bytes. */
static gsize
make_frames (gsize size, gsize *n_frames)
{
  FayeProtocol *sender = faye_protocol_new (FAYE_VERSION_HYBI_13, FAYE_ROLE_SERVER, NULL);
  gboolean masked = role == FAYE_ROLE_SERVER;
  FayeFraming framing;
  gsize at = 0;

  faye_protocol_frame_message (sender, opcode == 1, 0, size, &framing);
  for (*n_frames = 0; *n_frames == 0 || at + 14 + size <= BLOCK; ++*n_frames)
    {
      memcpy (copy + at, framing.head, framing.head_size);
      copy[at + 1] |= masked ? 0x80 : 0;
      at += framing.head_size;
      if (masked)
        memcpy (copy + at, "\1\2\3\4", 4);
      at += masked ? 4 : 0;
      memcpy (copy + at, block, size);
      if (masked)
        faye_mask_copy (copy + at, copy + at, size, (const guint8 *) "\1\2\3\4", 0);
      at += size;
    }
  faye_protocol_free (sender);
  return at;
}

static guint8 work_block[BLOCK * 2];

static double
measure_receive (gsize size)
{
  FayeProtocol *protocol = faye_protocol_new (FAYE_VERSION_HYBI_13, role, NULL);
  gsize n_frames;
  gsize total = make_frames (size, &n_frames);
  gint64 best = G_MAXINT64;

  for (guint i = 0; i < 20 * ROUNDS; i++)
    {
      FayeProtocolEvent event;
      gint64 start;

      memcpy (work_block, copy, total);
      start = bench_now ();
      for (gsize at = 0; at < total; at += MIN (piece, total - at))
        {
          FayeInput input = { work_block + at, MIN (piece, total - at) };

          while (faye_protocol_next (protocol, &input, &event) == FAYE_PROTOCOL_MESSAGE)
            {
              sink += event.size;
              g_free (event.owned);
            }
        }
      best = MIN (best, bench_now () - start);
    }
  faye_protocol_free (protocol);
  return (double) best / n_frames;
}

/* A large message read straight into place, 64 KiB a time. */
static double
measure_area (gsize size)
{
  gint64 best = G_MAXINT64;

  for (guint i = 0; i < ROUNDS; i++)
    {
      FayeProtocol *protocol = faye_protocol_new (FAYE_VERSION_HYBI_13, FAYE_ROLE_SERVER, NULL);
      guint8 head[] = {
        0x82, 0xff, 0, 0, 0, 0, size >> 24, size >> 16, size >> 8, size, 1, 2, 3, 4
      };
      FayeInput input = { head, sizeof head };
      FayeProtocolEvent event;
      gint64 start = bench_now ();

      while (faye_protocol_next (protocol, &input, &event) == FAYE_PROTOCOL_NEED_MORE)
        {
          gsize n;
          guint8 *area = faye_protocol_get_area (protocol, &n);

          input = (FayeInput){ block, area != NULL ? 0 : 16 * 1024 };
          if (area == NULL)
            continue;
          n = MIN (n, BLOCK);
          memcpy (area, block, n);
          faye_protocol_filled (protocol, n);
        }
      g_free (event.owned);
      best = MIN (best, bench_now () - start);
      faye_protocol_free (protocol);
    }
  return best;
}

static void
draw (guint8 *out, gsize n)
{
  memcpy (out, "\1\2\3\4", 4);
}

static void
frame (gsize size, guint n)
{
  static FayeProtocol *protocol;
  FayeFraming framing;

  if (protocol == NULL)
    protocol = faye_protocol_new (FAYE_VERSION_HYBI_13, role, draw);
  for (guint i = 0; i < n; i++)
    {
      faye_protocol_frame_message (protocol, TRUE, 0, size, &framing);
      sink += framing.head[1];
    }
}

static const gsize sizes[BENCH_SIZES] = { 16, 20, 64, 125, 1024, 16384 };

static void
print_row (const char *name, double (*get) (gsize size))
{
  printf ("%-34s", name);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    printf (" %9.1f", get (sizes[i]));
  putchar ('\n');
}

static Work current;

static double
measure_current (gsize size)
{
  return measure (current, size);
}

static void
print_work (const char *name, Work work)
{
  current = work;
  print_row (name, measure_current);
}

static void
print_receive (const char *name,
               FayeRole as,
               guint8 with_opcode,
               const char *pattern,
               gsize in_pieces)
{
  fill (pattern);
  role = as;
  opcode = with_opcode;
  piece = in_pieces;
  print_row (name, measure_receive);
}

int
main (void)
{
  const char *multibyte = "Zażółć gęślą jaźń – Größe, こんにちは 😀 ";

  printf ("%-34s", "ns a frame of");
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    printf (" %9" G_GSIZE_FORMAT, sizes[i]);
  putchar ('\n');
  print_work ("mask in place", mask_in_place);
  print_work ("mask while copying", mask_copy);
  fill ("The quick brown fox. ");
  print_work ("UTF-8, ASCII", judge);
  print_work ("UTF-8, ASCII, as a stream", judge_stream);
  print_receive ("server, binary", FAYE_ROLE_SERVER, 2, "x", G_MAXSIZE);
  print_receive ("server, ASCII", FAYE_ROLE_SERVER, 1, "x", G_MAXSIZE);
  print_receive ("server, binary, pieces of 6000", FAYE_ROLE_SERVER, 2, "x", 6000);
  print_receive ("client, binary", FAYE_ROLE_CLIENT, 2, "x", G_MAXSIZE);
  print_receive ("client, ASCII", FAYE_ROLE_CLIENT, 1, "x", G_MAXSIZE);
  fill (multibyte);
  print_work ("UTF-8, multibyte (cut: scanned)", judge);
  print_work ("frame a message", frame);
  printf ("1 MiB into areas: %.0f ns, ", measure_area (1 << 20));
  printf ("16 MiB: %.0f ns\n", measure_area (1 << 24));
  bench_events ();
  return 0;
}
