/* SPDX-License-Identifier: MIT */

#include "load-image.h"

#include "load-deflate.h"

#include <string.h>

/* Many images, so that nothing can be cached by content, but few enough that the client's own cache
 * misses stay small. */

#define IMAGES_MAX 64
#define IMAGES_BYTES (512 * 1024)
#define BLOCK_MAX 2048
#define BLOCK_BYTES (256 * 1024)

LoadImage *load_images;
guint load_n_images;
guint64 load_block = 1;

static void
put_frame (LoadImage *self, gboolean fin, LoadOpcode opcode, const guint8 *data, gsize size)
{
  guint32 bits = load_random ();
  guint8 mask[4];

  memcpy (mask, &bits, sizeof mask);
  self->wire_size += load_put_header (self->wire + self->wire_size, fin, opcode, size, mask);
  load_mask (self->wire + self->wire_size, data, size, mask);
  self->wire_size += size;
}

static void
put_frames (LoadImage *self, LoadOpcode opcode, const guint8 *data, gsize size)
{
  gsize part = size / (gsize) load_plan.fragments;
  int last = load_plan.fragments - 1;

  self->wire = g_malloc (size + (gsize) load_plan.fragments * LOAD_HEADER_MAX);
  for (int i = 0; i <= last; i++)
    {
      gsize offset = (gsize) i * part;

      put_frame (self,
                 i == last,
                 i == 0 ? opcode : LOAD_OPCODE_CONTINUATION,
                 data + offset,
                 i == last ? size - offset : part);
    }
}

/* DEFLATER is NULL where nothing is compressed. */
static LoadImage
make_message (LoadOpcode opcode, LoadDeflater *deflater)
{
  LoadImage self = { 0 };
  g_autofree guint8 *compressed = NULL;
  gsize size = load_plan.size;

  self.payload = g_malloc (size + 1);
  load_fill (self.payload, size, load_plan.payload);
  if (deflater != NULL)
    {
      compressed = load_deflater_compress (deflater, self.payload, size, &size);
      opcode |= LOAD_RSV1;
    }
  put_frames (&self, opcode, compressed != NULL ? compressed : self.payload, size);
  return self;
}

static LoadImage
make_request (void)
{
  g_autofree char *text =
    g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, load_block, load_plan.size);
  LoadImage self = { 0 };

  self.wire = g_malloc (strlen (text) + LOAD_HEADER_MAX);
  put_frame (&self, TRUE, LOAD_OPCODE_TEXT, (const guint8 *) text, strlen (text));
  return self;
}

static LoadImage
make_block (const LoadImage *messages, guint n_messages)
{
  LoadImage self = { 0 };

  self.wire = g_malloc (load_block * messages[0].wire_size + LOAD_HEADER_MAX);
  for (guint64 i = 0; i < load_block; i++)
    {
      const LoadImage *message = &messages[i % n_messages];

      memcpy (self.wire + self.wire_size, message->wire, message->wire_size);
      self.wire_size += message->wire_size;
    }
  put_frame (&self, TRUE, LOAD_OPCODE_PING, NULL, 0);
  return self;
}

static void
make_messages (void)
{
  LoadOpcode opcode =
    load_plan.payload == LOAD_PAYLOAD_BINARY ? LOAD_OPCODE_BINARY : LOAD_OPCODE_TEXT;

  LoadDeflater *deflater = load_deflate.window_bits != 0 ? load_deflater_new () : NULL;

  load_n_images = (guint) CLAMP (IMAGES_BYTES / MAX (load_plan.size, 1), 2, IMAGES_MAX);
  load_images = g_new0 (LoadImage, load_n_images);
  for (guint i = 0; i < load_n_images; i++)
    load_images[i] = make_message (opcode, deflater);
  g_clear_pointer (&deflater, load_deflater_free);
}

static void
make_only (LoadImage image)
{
  load_n_images = 1;
  load_images = g_new (LoadImage, 1);
  load_images[0] = image;
}

void
load_images_make (void)
{
  load_block = CLAMP (BLOCK_BYTES / MAX (load_plan.size, 1), 1, BLOCK_MAX);
  if (load_plan.mode == LOAD_FLOOD)
    {
      make_only (make_request ());
      return;
    }
  make_messages ();
  if (load_plan.mode == LOAD_SINK)
    make_only (make_block (load_images, load_n_images));
}
