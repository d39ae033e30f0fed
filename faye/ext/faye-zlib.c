/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-zlib-private.h"

/* What the compressor and the decompressor share. */

static gpointer
default_alloc (gsize size)
{
  return g_try_malloc (size);
}

static void
default_free (gpointer block)
{
  g_free (block);
}

FayeZlib faye_zlib = { default_alloc, default_free, G_MAXUINT };

static voidpf
zlib_alloc (voidpf opaque, uInt items, uInt size)
{
  return faye_zlib.alloc ((gsize) items * size);
}

static void
zlib_free (voidpf opaque, voidpf block)
{
  faye_zlib.free (block);
}

void
faye_zlib_prepare (z_stream *stream)
{
  *stream = (z_stream){ .zalloc = zlib_alloc, .zfree = zlib_free };
}

guint
faye_zlib_clamp (gsize size)
{
  return MIN (size, faye_zlib.most);
}
