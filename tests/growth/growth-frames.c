/* SPDX-License-Identifier: MIT */

#include "tests/growth/growth.h"

#include <malloc.h>
#include <stdio.h>

#include "tests/core/protocol-driver.h"

/* Frames and hixie's texts, as they reach a server. */

enum
{
  READ_SIZE = 16 * 1024,
  CONNECTIONS = 1000,
};

/* Goes on to the end, whatever was wrong. Nothing is delivered after the code. */
static guint
drain (FayeProtocol *protocol, FayeInput *input, gboolean answer, guint outcome)
{
  const gboolean is_over = outcome >= 1000 && faye_protocol_is_close_received (protocol);
  FayeProtocolEvent event;
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];

  while (faye_protocol_next (protocol, input, &event) != FAYE_PROTOCOL_NEED_MORE)
    {
      g_assert_false (is_over);
      if (event.type == FAYE_PROTOCOL_MESSAGE)
        g_free (event.owned);
      if (event.type == FAYE_PROTOCOL_FAILURE || event.type == FAYE_PROTOCOL_CLOSE)
        outcome = event.code;
      else
        outcome++;
      while (answer && faye_protocol_take_reply (protocol, out) > 0)
        continue;
    }
  return outcome;
}

/* The code that it ended with, or how many events there were. */
static guint
feed (FayeProtocol *protocol, GByteArray *bytes, gsize piece, gboolean answer)
{
  guint outcome = 0;

  for (gsize at = 0; at < bytes->len; at += piece)
    {
      FayeInput input = { bytes->data + at, MIN (piece, bytes->len - at) };

      outcome = drain (protocol, &input, answer, outcome);
    }
  return outcome;
}

static guint
run (const DriverSetup *setup, GByteArray *bytes, gsize piece, gboolean answer)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (setup);

  return feed (protocol, bytes, piece, answer);
}

static guint
read_frames (GByteArray *bytes)
{
  DriverSetup setup = { .role = FAYE_ROLE_SERVER };

  return run (&setup, bytes, READ_SIZE, FALSE);
}

static guint
read_and_answer (GByteArray *bytes)
{
  DriverSetup setup = { .role = FAYE_ROLE_SERVER };

  return run (&setup, bytes, READ_SIZE, TRUE);
}

static guint
trickle_frames (GByteArray *bytes)
{
  DriverSetup setup = { .role = FAYE_ROLE_SERVER };

  return run (&setup, bytes, 1, FALSE);
}

static guint
read_unlimited (GByteArray *bytes)
{
  DriverSetup setup = { .role = FAYE_ROLE_SERVER, .max_length = G_MAXUINT64 };

  return run (&setup, bytes, READ_SIZE, FALSE);
}

/* Fragments of one byte, seven on the wire, are over these limits close to their end. */
static guint
read_limited (GByteArray *bytes)
{
  DriverSetup setup = { .role = FAYE_ROLE_SERVER, .max_length = bytes->len / 8 };

  return run (&setup, bytes, READ_SIZE, FALSE);
}

static guint
read_few (GByteArray *bytes)
{
  DriverSetup setup = { .role = FAYE_ROLE_SERVER, .max_fragments = bytes->len / 8 };

  return run (&setup, bytes, READ_SIZE, FALSE);
}

static guint
trickle_hixie_75 (GByteArray *bytes)
{
  DriverSetup setup = { .version = FAYE_VERSION_HIXIE_75, .role = FAYE_ROLE_SERVER };

  return run (&setup, bytes, 1, FALSE);
}

static guint
trickle_hixie (GByteArray *bytes)
{
  DriverSetup setup = { .version = FAYE_VERSION_HIXIE_76, .role = FAYE_ROLE_SERVER };

  return run (&setup, bytes, 1, FALSE);
}

static guint
limit_hixie (GByteArray *bytes)
{
  DriverSetup setup = {
    .version = FAYE_VERSION_HIXIE_76,
    .role = FAYE_ROLE_SERVER,
    .max_length = bytes->len / 8,
  };

  return run (&setup, bytes, 1, FALSE);
}

/* Each holds the whole of an unfinished message. */
static guint
read_on_many (GByteArray *bytes)
{
  DriverSetup setup = { .role = FAYE_ROLE_SERVER, .max_length = 5000 };
  g_autoptr (GPtrArray) protocols =
    g_ptr_array_new_with_free_func ((GDestroyNotify) faye_protocol_free);
  guint unfinished = 0;

  for (gsize i = 0; i < CONNECTIONS; i++)
    {
      FayeProtocol *protocol = driver_protocol_new (&setup);

      g_ptr_array_add (protocols, protocol);
      feed (protocol, bytes, READ_SIZE, FALSE);
      unfinished += !faye_protocol_is_idle (protocol);
    }
  return unfinished;
}

/* Anonymous pages and others, counted one by one; 0 where the kernel does not tell. */
static gsize
resident (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/smaps_rollup", &text, NULL, NULL))
    return 0;
  line = g_strstr_len (text, -1, "\nRss:");
  return line ? g_ascii_strtoull (line + sizeof "\nRss:" - 1, NULL, 10) * 1024 : 0;
}

static GByteArray *
make_fragments (gsize n, gsize size)
{
  GByteArray *bytes = g_byte_array_new ();

  driver_add_frame (bytes, FAYE_ROLE_SERVER, 0x01, "", 0);
  for (gsize i = 0; i < n; i++)
    driver_add_frame (bytes, FAYE_ROLE_SERVER, 0x00, "a", size);
  return bytes;
}

static void
print_resident (gsize n, gsize size)
{
  DriverSetup setup = { .role = FAYE_ROLE_SERVER };
  g_autoptr (GByteArray) warm_up = make_fragments (1, 1);
  g_autoptr (GByteArray) bytes = make_fragments (n, size);
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (&setup);
  gsize before;

  run (&setup, warm_up, READ_SIZE, FALSE);
  resident ();
  malloc_trim (0);
  before = resident ();
  g_assert_cmpuint (feed (protocol, bytes, READ_SIZE, FALSE), ==, 0);
  printf ("A10-fragments-of-%" G_GSIZE_FORMAT " %" G_GSIZE_FORMAT " %" G_GSIZE_FORMAT
          " %" G_GSIZE_FORMAT "\n",
          size,
          n * size,
          before,
          resident ());
}

void
growth_print_resident (void)
{
  print_resident (1000000, 0);
  print_resident (1000000, 1);
}

#define TIMES_5(hex) hex hex hex hex hex
#define TIMES_125(hex) TIMES_5 (TIMES_5 (TIMES_5 (hex)))
#define KEY "01 02 03 04"
#define KIB 1024

/* A message in the making may have twice the memory of what has arrived. */
#define HEAP_OF(payload) (2 * (payload) + 64 * KIB)

const GrowthCase growth_frame_cases[] = {
  { "A01-declared-limit", 0, read_frames, 0, 64 * KIB, "82 ff 00 00 00 00 03 ff ff ff" KEY },
  { "A01-declared-unlimited", 0, read_unlimited, 0, 64 * KIB, "82 ff 40 00 00 00 00 00 00 00" KEY },
  { "A01-messages-after-failure",
    10000,
    read_frames,
    1009,
    KIB,
    "82 ff 00 00 00 00 04 00 00 00" KEY,
    "81 81" KEY "60" },
  { "A04-declared-2-to-the-62", 0, read_frames, 1009, KIB, "82 ff 40 00 00 00 00 00 00 00" KEY },
  { "A06-declared-by-reserved", 0, read_frames, 1002, KIB, "83 ff 40 00 00 00 00 00 00 00" KEY },
  { "A07-declared-by-ping", 0, read_frames, 1002, KIB, "89 ff 40 00 00 00 00 00 00 00" KEY },
  { "A09-pings-between-fragments",
    3000,
    read_frames,
    60001,
    HEAP_OF (30000),
    "01 80" KEY,
    "00 81" KEY "60 89 81" KEY "60 8a 80" KEY,
    "80 80" KEY },
  { "A10-empty-fragments", 10000, read_frames, 1, KIB, "01 80" KEY, "00 80" KEY, "80 80" KEY },
  { "A10-empty-fragments-without-end", 10000, read_frames, 0, KIB, "01 80" KEY, "00 80" KEY },
  { "A10-one-byte-fragments",
    10000,
    read_frames,
    1,
    HEAP_OF (100000),
    "01 80" KEY,
    "00 81" KEY "60",
    "80 80" KEY },
  { "A10-one-byte-fragments-without-end",
    10000,
    read_frames,
    0,
    HEAP_OF (100000),
    "01 80" KEY,
    "00 81" KEY "60" },
  { "A10-one-byte-fragments-trickled",
    3000,
    trickle_frames,
    1,
    HEAP_OF (30000),
    "01 80" KEY,
    "00 81" KEY "60",
    "80 80" KEY },
  { "A10-fragment-limit", 10000, read_few, 1008, HEAP_OF (100000), "01 80" KEY, "00 81" KEY "60" },
  { "A11-unfinished-messages",
    0,
    read_on_many,
    CONNECTIONS,
    CONNECTIONS *(5000 + KIB),
    "02 fe 13 87" KEY TIMES_125 (TIMES_5 (TIMES_5 ("00")) TIMES_5 ("00 00") "00 00 00 00") },
  { "A12-sum-of-fragments",
    10000,
    read_limited,
    1009,
    HEAP_OF (100000),
    "01 80" KEY,
    "00 81" KEY "60" },
  { "A13-text-in-one-byte-reads",
    4000,
    trickle_frames,
    0,
    HEAP_OF (160000),
    "81 ff 00 00 00 00 00 10 00 00" KEY,
    "c2 ab c0 ad" },
  { "A13-cut-characters",
    4000,
    read_frames,
    1,
    HEAP_OF (80000),
    "01 80" KEY,
    "00 81" KEY "c2 00 81" KEY "a8",
    "80 80" KEY },
  { "A15-messages-after-close",
    10000,
    read_frames,
    1000,
    KIB,
    "88 82" KEY "02 ea",
    "81 81" KEY "60" },
  { "A17-pings", 10000, read_frames, 100000, KIB, "", "89 84" KEY "60 60 60 60" },
  { "A17-pings-of-125-bytes", 1000, read_frames, 10000, KIB, "", "89 fd" KEY TIMES_125 ("60") },
  { "A17-pings-trickled", 1000, trickle_frames, 10000, KIB, "", "89 84" KEY "60 60 60 60" },
  { "A17-answered-pings", 10000, read_and_answer, 100000, KIB, "", "89 84" KEY "60 60 60 60" },
  { "A17-pongs", 10000, read_frames, 100000, KIB, "", "8a 84" KEY "60 60 60 60" },
  { "A17-pings-then-close", 10000, read_frames, 1000, KIB, "", "89 80" KEY, "88 82" KEY "02 ea" },
  { "A19-empty-messages", 10000, read_frames, 100000, KIB, "", "81 80" KEY },
  { "A28-length-without-end", 10000, trickle_hixie, 1009, KIB, "80", "80" },
  { "A28-length-without-end-75", 10000, trickle_hixie_75, 1009, KIB, "ff", "80" },
  { "A28-nine-byte-maximum",
    10000,
    trickle_hixie,
    1009,
    KIB,
    "80 ff ff ff ff ff ff ff ff 7f",
    "61" },
  { "A28-text-without-end", 10000, trickle_hixie, 0, HEAP_OF (100000), "00", "61" },
  { "A28-text-over-limit", 10000, limit_hixie, 1009, HEAP_OF (12500), "00", "61" },
  { "A28-segments", 10000, trickle_hixie, 0, KIB, "", "80 01 61" },
  { "A28-texts", 3000, trickle_hixie, 30000, 64 * KIB, "", "00 61 ff" },
  { NULL },
};
