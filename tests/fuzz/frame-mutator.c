/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz-ws.h"

#include <string.h>

#include "faye/core/faye-frame-private.h"
#include "faye/core/faye-mask-private.h"

/* Mutates a stream frame by frame. Flipping bytes alone seldom gets past a length or a mask; here
 * the payloads are mutated as they are before masking, and the headers written anew. */

size_t LLVMFuzzerMutate (guint8 *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator (guint8 *data, size_t size, size_t max_size, unsigned int seed);

enum
{
  MAX_FRAMES = 32,
  MAX_PAYLOAD = 70000,
};

typedef struct
{
  guint8 first;
  GByteArray *payload; /* (owned) unmasked */
} Frame;

static void
frame_clear (void *data)
{
  g_byte_array_unref (((Frame *) data)->payload);
}

static void
insert_frame (GArray *frames, guint at, guint8 first, const guint8 *payload, gsize size)
{
  Frame frame = { first, g_byte_array_sized_new (size + 1) };

  if (size > 0)
    g_byte_array_append (frame.payload, payload, size);
  g_array_insert_val (frames, at, frame);
}

static guint64
read_length (const guint8 *data, gsize size, gsize *at)
{
  guint64 length = data[1] & 0x7f;
  guint extra = length < 126 ? 0 : length == 126 ? 2 : 8;

  *at = MIN (2 + extra, size);
  if (extra > 0)
    length = 0;
  for (gsize i = 2; i < *at; i++)
    length = length << 8 | data[i];
  return length;
}

/* Takes any bytes for a frame, as far as they can be. Returns how many it used. */
static gsize
read_frame (GArray *frames, const guint8 *data, gsize size)
{
  static const guint8 no_key[4];
  gsize at;
  guint64 length = read_length (data, size, &at);
  const guint8 *key = no_key;
  g_autofree guint8 *payload = NULL;

  if (data[1] >= 0x80 && size - at >= 4)
    {
      key = data + at;
      at += 4;
    }
  length = MIN (length, size - at);
  payload = g_malloc (length + 1);
  faye_mask_copy (payload, data + at, length, key, 0);
  insert_frame (frames, frames->len, data[0], payload, length);
  return at + length;
}

static GArray *
read_frames (const guint8 *data, gsize size)
{
  GArray *frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  gsize at = 0;

  g_array_set_clear_func (frames, frame_clear);
  while (size - at >= 2 && frames->len < MAX_FRAMES)
    at += read_frame (frames, data + at, size - at);
  return frames;
}

static void
mutate_payload (GRand *rand, GByteArray *payload)
{
  gsize size = payload->len;
  gsize room = size + 1 + g_rand_int_range (rand, 0, 64);

  if (room > MAX_PAYLOAD)
    return;
  g_byte_array_set_size (payload, room);
  g_byte_array_set_size (payload, LLVMFuzzerMutate (payload->data, size, room));
}

static void
resize_payload (GRand *rand, GByteArray *payload)
{
  static const guint sizes[] = { 0, 1, 2, 124, 125, 126, 127, 1000, 16383, 16384, 65535, 65536 };
  gsize before = payload->len;
  gsize size = sizes[g_rand_int_range (rand, 0, G_N_ELEMENTS (sizes))];

  g_byte_array_set_size (payload, size);
  if (size > before)
    memset (payload->data + before, 'x', size - before);
}

static void
split_frame (GRand *rand, GArray *frames, guint at)
{
  Frame *frame = &g_array_index (frames, Frame, at);
  gsize size = frame->payload->len;
  gsize cut = g_rand_int_range (rand, 0, size + 1);
  guint8 fin = frame->first & 0x80;

  frame->first &= 0x7f;
  insert_frame (frames, at + 1, fin, frame->payload->data + cut, size - cut);
  g_byte_array_set_size (g_array_index (frames, Frame, at).payload, cut);
}

static void
insert_new (GRand *rand, GArray *frames, guint at)
{
  static const guint8 firsts[] = { 0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x88, 0x89, 0x8a, 0xc1 };
  static const guint8 payload[] = { 0x03, 0xe8, 'o', 'k', 0xc3, 0xa4 };

  insert_frame (frames,
                at,
                firsts[g_rand_int_range (rand, 0, G_N_ELEMENTS (firsts))],
                payload,
                g_rand_int_range (rand, 0, sizeof payload + 1));
}

static void
duplicate (GArray *frames, guint at)
{
  Frame *frame = &g_array_index (frames, Frame, at);

  insert_frame (frames, at, frame->first, frame->payload->data, frame->payload->len);
}

static void
mutate_frames (GRand *rand, GArray *frames)
{
  guint at = frames->len > 0 ? g_rand_int_range (rand, 0, frames->len) : 0;
  guint kind = frames->len > 0 ? g_rand_int_range (rand, 0, 12) : 0;

  if (kind == 0)
    insert_new (rand, frames, at);
  else if (kind == 1)
    duplicate (frames, at);
  else if (kind == 2)
    g_array_remove_index (frames, at);
  else if (kind == 3)
    g_array_index (frames, Frame, at).first ^= 1 << g_rand_int_range (rand, 0, 8);
  else if (kind == 4)
    resize_payload (rand, g_array_index (frames, Frame, at).payload);
  else if (kind < 8)
    split_frame (rand, frames, at);
  else
    mutate_payload (rand, g_array_index (frames, Frame, at).payload);
}

static void
write_frame (GByteArray *out, const Frame *frame, const guint8 *key, guint64 length)
{
  guint8 head[FAYE_FRAME_MAX_HEAD];
  guint size = faye_frame_write_head (head, FAYE_OPCODE_TEXT, 0, length, key);
  gsize at;

  head[0] = frame->first;
  g_byte_array_append (out, head, size);
  at = out->len;
  g_byte_array_append (out, frame->payload->data, frame->payload->len);
  if (key != NULL)
    faye_mask_copy (out->data + at, out->data + at, frame->payload->len, key, 0);
}

static gboolean
is_masked (const guint8 *parameters)
{
#ifdef FUZZ_ROLE
  return FUZZ_ROLE == FAYE_ROLE_SERVER;
#else
  return (parameters[FUZZ_WS_FLAGS] & FUZZ_WS_CLIENT) == 0;
#endif
}

static GByteArray *
write_frames (GRand *rand, GArray *frames, gboolean masked)
{
  static const guint8 key[4] = { 0x37, 0xfa, 0x21, 0x3d };
  GByteArray *out = g_byte_array_sized_new (1);

  for (guint i = 0; i < frames->len; i++)
    {
      const Frame *frame = &g_array_index (frames, Frame, i);
      gboolean lie = g_rand_int_range (rand, 0, 64) == 0;
      guint shift = g_rand_int_range (rand, 0, 64);

      write_frame (out,
                   frame,
                   masked ? key : NULL,
                   lie ? G_GUINT64_CONSTANT (1) << shift : frame->payload->len);
    }
  return out;
}

size_t
LLVMFuzzerCustomMutator (guint8 *data, size_t size, size_t max_size, unsigned int seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (GArray) frames = NULL;
  g_autoptr (GByteArray) out = NULL;

  if (size < FUZZ_WS_PARAMETERS || g_rand_int_range (rand, 0, 4) == 0)
    return LLVMFuzzerMutate (data, size, max_size);
  frames = read_frames (data + FUZZ_WS_PARAMETERS, size - FUZZ_WS_PARAMETERS);
  for (int i = g_rand_int_range (rand, 1, 4); i > 0; i--)
    mutate_frames (rand, frames);
  out = write_frames (rand, frames, is_masked (data));
  size = MIN (out->len, max_size - FUZZ_WS_PARAMETERS);
  memcpy (data + FUZZ_WS_PARAMETERS, out->data, size);
  return FUZZ_WS_PARAMETERS + size;
}
