/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-transport-backend-private.h"

#include <string.h>

/*
 * Input: read where the owner wants it, or into a buffer that all transports share; what the owner
 * leaves is kept, and offered again before anything more is read.
 */

#define MIN_AREA 16384
#define MAX_READS 4
/* TLS gives a record a call. */
#define MAX_RECORD_READS 16

static FayeStash *
stash_new (const guint8 *data, gsize size, const FayeStash *next)
{
  gsize rest = next != NULL ? next->size : 0;
  FayeStash *stash = g_malloc (sizeof (FayeStash) + size + rest);

  stash->offset = 0;
  stash->size = size + rest;
  memcpy (stash->data, data, size);
  if (rest > 0)
    memcpy (stash->data + size, next->data + next->offset, rest);
  return stash;
}

void
faye_transport_stash_first (FayeTransport *self, const guint8 *data, gsize size)
{
  g_autofree FayeStash *next = g_steal_pointer (&self->stash);

  self->stash = size > 0 ? stash_new (data, size, next) : g_steal_pointer (&next);
}

static void
discard (FayeTransport *self, gsize size)
{
  if (self->ending != NULL)
    self->ending->discard_left -= MIN (size, self->ending->discard_left);
}

/* Returns how much the owner did not take and is to be kept. */
static gsize
offer (FayeTransport *self, guint8 *data, gsize size)
{
  gsize used;

  if (self->state != FAYE_TRANSPORT_OPEN)
    {
      discard (self, size);
      return 0;
    }
  if (!self->reading || self->stash != NULL)
    return size;
  used = self->funcs->received (self->owner, data, size);
  g_assert (used <= size);
  return self->state == FAYE_TRANSPORT_OPEN ? size - used : 0;
}

/* Bytes fresh from the stream. */
static void
deliver (FayeTransport *self, guint8 *data, gsize size)
{
  gsize rest = offer (self, data, size);

  if (rest == 0)
    return;
  if (self->stash == NULL)
    {
      faye_transport_stash_first (self, data + size - rest, rest);
      return;
    }
  /* The owner unread something meanwhile: that goes first. */
  {
    g_autofree FayeStash *first = g_steal_pointer (&self->stash);

    self->stash = stash_new (data + size - rest, rest, NULL);
    faye_transport_stash_first (self, first->data + first->offset, first->size);
  }
}

/* The stash is out of our hands while the owner looks at it: it may end the transport. */
static void
offer_stash (FayeTransport *self)
{
  FayeStash *stash = g_steal_pointer (&self->stash);
  gsize rest = offer (self, stash->data + stash->offset, stash->size);

  stash->offset += stash->size - rest;
  stash->size = rest;
  if (rest > 0 && self->stash == NULL)
    {
      self->stash = stash;
      return;
    }
  if (rest > 0)
    {
      g_autofree FayeStash *first = g_steal_pointer (&self->stash);

      self->stash = stash_new (first->data + first->offset, first->size, stash);
    }
  g_free (stash);
}

static guint8 *
get_area (FayeTransport *self, gsize *size)
{
  guint8 *area = NULL;

  *size = 0;
  if (self->state == FAYE_TRANSPORT_OPEN && self->funcs->get_area != NULL)
    area = self->funcs->get_area (self->owner, size);
  return area != NULL && *size >= MIN_AREA ? area : NULL;
}

/* What came beyond the owner's area is in BUFFER. */
static void
distribute (FayeTransport *self, gsize in_area, guint8 *buffer, gsize size)
{
  self->last_read = faye_loop_get_time (self->loop);
  if (in_area > 0)
    self->funcs->filled (self->owner, in_area);
  if (size > 0)
    deliver (self, buffer, size);
}

static void
end_of_input (FayeTransport *self)
{
  self->peer_ended = TRUE;
  if (self->state != FAYE_TRANSPORT_OPEN)
    return;
  faye_transport_end (self, g_steal_pointer (&self->failure));
}

/* While finishing nobody looks at the input, so that it may as well be cut short; but what we have
 * to say should have left. */
static void
fail_reading (FayeTransport *self, GError *error)
{
  gboolean cut = g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF);

  if (self->state == FAYE_TRANSPORT_OPEN || (self->state == FAYE_TRANSPORT_FLUSHING && !cut))
    {
      faye_transport_end (self, error);
      return;
    }
  g_error_free (error);
  end_of_input (self);
}

/* One read. Returns how many bytes came, 0 if reading is over for now; OFFERED is how many could
 * have. */
static gsize
read_once (FayeTransport *self, guint8 *buffer, gsize *offered)
{
  struct iovec vectors[2];
  GError *error = NULL;
  gsize area_size;
  guint8 *area = get_area (self, &area_size);
  int n_vectors = 0;
  gssize n;

  if (!faye_transport_wants_input (self))
    return 0;
  if (area != NULL)
    vectors[n_vectors++] = (struct iovec){ area, area_size };
  else
    area_size = 0;
  vectors[n_vectors++] = (struct iovec){ buffer, FAYE_READ_BUFFER_SIZE };
  *offered = area_size + FAYE_READ_BUFFER_SIZE;

  n = self->ops->read (self, vectors, n_vectors, &error);
  if (n > 0)
    distribute (self, MIN ((gsize) n, area_size), buffer, (gsize) n - MIN ((gsize) n, area_size));
  else if (n == 0)
    end_of_input (self);
  else if (n == -1)
    fail_reading (self, error);
  else if (self->write_dead)
    faye_transport_end (self, g_steal_pointer (&self->failure));
  return n > 0 ? (gsize) n : 0;
}

static gboolean
may_read_on (FayeTransport *self)
{
  return faye_transport_wants_input (self) && self->stash == NULL;
}

/* A short read has emptied a socket; its readiness is told again if not. Any other stream may hold
 * bytes that no poll sees, and so may a socket that we can no longer write to hold its end. */
static void
read_stream (FayeTransport *self)
{
  FayeReadBuffer *buffer = faye_loop_take_buffer (self->loop);
  gboolean sure = self->ops->level_triggered && !self->write_dead;
  guint left = self->ops->level_triggered ? MAX_READS : MAX_RECORD_READS;
  gboolean more = TRUE;

  while (more && left-- > 0 && may_read_on (self))
    {
      gsize offered = 0;
      gsize n = read_once (self, buffer->data, &offered);

      more = n > 0 && (n >= offered || !sure);
      if (more && faye_loop_should_yield (self->loop))
        break;
    }
  faye_loop_give_buffer (self->loop, buffer);
  if (more && !sure && may_read_on (self))
    faye_transport_join_work (self);
}

void
faye_transport_read_input (FayeTransport *self)
{
  if (self->stash != NULL)
    offer_stash (self);
  if (may_read_on (self) && !faye_loop_should_yield (self->loop))
    read_stream (self);
  else if (faye_transport_wants_input (self))
    faye_transport_join_work (self);
}
