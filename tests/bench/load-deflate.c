/* SPDX-License-Identifier: MIT */

#include "load-deflate.h"

#include "load-util.h"

#include <string.h>
#include <zlib.h>

/* Both ends use the same window, and the same takeover or none: what the options say is offered,
 * and a server that answers anything else is not measured. */

#define TAIL "\x00\x00\xff\xff"
#define TAIL_SIZE 4
#define DEFAULT_MEM_LEVEL 8
#define PIECE 16384

struct _LoadDeflater
{
  z_stream stream;
};

struct _LoadInflater
{
  z_stream stream;
};

LoadDeflate load_deflate;

/* Both ends are to have the same window, and the same takeover. */
char *
load_deflate_offer (void)
{
  const char *takeover = "";

  if (load_deflate.window_bits == 0)
    return g_strdup ("");
  if (load_deflate.no_takeover)
    takeover = "; server_no_context_takeover; client_no_context_takeover";
  return g_strdup_printf ("Sec-WebSocket-Extensions: " LOAD_DEFLATE_NAME
                          "; server_max_window_bits=%d; client_max_window_bits=%d%s\r\n",
                          load_deflate.window_bits,
                          load_deflate.window_bits,
                          takeover);
}

gboolean
load_deflate_is_answered (const char *response)
{
  g_autofree char *bits = g_strdup_printf ("server_max_window_bits=%d", load_deflate.window_bits);

  if (load_deflate.window_bits == 0)
    return strstr (response, LOAD_DEFLATE_NAME) == NULL;
  return strstr (response, bits) != NULL &&
         (!load_deflate.no_takeover || strstr (response, "server_no_context_takeover") != NULL);
}

LoadDeflater *
load_deflater_new (void)
{
  LoadDeflater *self = g_new0 (LoadDeflater, 1);
  int mem_level = load_deflate.mem_level != 0 ? load_deflate.mem_level : DEFAULT_MEM_LEVEL;
  int done = deflateInit2 (&self->stream,
                           Z_DEFAULT_COMPRESSION,
                           Z_DEFLATED,
                           -load_deflate.window_bits,
                           mem_level,
                           Z_DEFAULT_STRATEGY);

  if (done != Z_OK)
    load_die ("deflateInit2: %d", done);
  return self;
}

void
load_deflater_free (LoadDeflater *self)
{
  deflateEnd (&self->stream);
  g_free (self);
}

guint8 *
load_deflater_compress (LoadDeflater *self, const guint8 *data, gsize size, gsize *compressed)
{
  gsize room = deflateBound (&self->stream, size) + PIECE;
  guint8 *out = g_malloc (room);

  if (load_deflate.no_takeover)
    deflateReset (&self->stream);
  self->stream.next_in = (guint8 *) data;
  self->stream.avail_in = (uInt) size;
  self->stream.next_out = out;
  self->stream.avail_out = (uInt) room;
  if (deflate (&self->stream, Z_SYNC_FLUSH) != Z_OK || self->stream.avail_out == 0)
    load_die ("deflate");
  *compressed = room - self->stream.avail_out - TAIL_SIZE;
  return out;
}

LoadInflater *
load_inflater_new (void)
{
  LoadInflater *self = g_new0 (LoadInflater, 1);

  if (inflateInit2 (&self->stream, -load_deflate.window_bits) != Z_OK)
    load_die ("inflateInit2");
  return self;
}

void
load_inflater_free (LoadInflater *self)
{
  if (self != NULL)
    inflateEnd (&self->stream);
  g_free (self);
}

gboolean
load_inflater_feed (LoadInflater *self,
                    const guint8 *data,
                    gsize size,
                    LoadInflaterTake take,
                    gpointer taker)
{
  guint8 out[PIECE];

  self->stream.next_in = (guint8 *) data;
  self->stream.avail_in = (uInt) size;
  do
    {
      int done;

      self->stream.next_out = out;
      self->stream.avail_out = PIECE;
      done = inflate (&self->stream, Z_SYNC_FLUSH);
      if (done != Z_OK && done != Z_BUF_ERROR)
        return FALSE;
      take (taker, out, PIECE - self->stream.avail_out);
    }
  while (self->stream.avail_out == 0);
  return self->stream.avail_in == 0;
}

gboolean
load_inflater_end (LoadInflater *self, LoadInflaterTake take, gpointer taker)
{
  gboolean good = load_inflater_feed (self, (const guint8 *) TAIL, TAIL_SIZE, take, taker);

  if (load_deflate.no_takeover)
    inflateReset (&self->stream);
  return good;
}
