/* SPDX-License-Identifier: MIT */

#pragma once

#include "load-socket.h"

/* What goes onto the wire, ready to be written: usually one message; for the sink a block of
 * messages and a ping; for the flood one request for a block. */
typedef struct
{
  guint8 *wire;
  gsize wire_size;
  guint8 *payload; /* what the echo must be, unmasked */
} LoadImage;

extern LoadImage *load_images;
extern guint load_n_images;
extern guint64 load_block;

void load_images_make (void);
