/* SPDX-License-Identifier: MIT */

#pragma once

#include "load-deflate.h"
#include "load-image.h"

/* A connection of the load client: load-socket.c writes and polls, load-receive.c reads. */

struct _LoadSocket
{
  int fd;
  gboolean wants_room;
  guint64 queued; /* images not yet sent whole */
  guint next;     /* the image to send next … */
  gsize sent;     /* … and what has been sent of it */
  guint expected; /* the image whose echo comes next */
  guint8 header[LOAD_HEADER_MAX];
  guint header_size;
  gboolean in_payload;
  gboolean compressed;    /* the message that is read */
  LoadInflater *inflater; /* (nullable): only to compare */
  guint64 left;           /* of the frame's payload */
  guint64 received;       /* of the message's payload */
  guint64 owed;           /* flood: messages asked for */
  guint64 sent_at;
  guint8 control[LOAD_CONTROL_MAX];
  guint control_size;
};

static inline guint
load_image_after (guint image)
{
  return image + 1 == load_n_images ? 0 : image + 1;
}

void load_socket_feed (LoadSocket *self, const guint8 *data, gsize size);
