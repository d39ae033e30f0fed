/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-transport-backend-private.h"

/*
 * Pollable streams, TLS above all: GIO's own sources, non-blocking calls. A TLS stream that
 * answered "would block" has taken the bytes all the same and will report them at the next call,
 * whatever is passed then: so exactly the same buffer is passed until it is accepted. Small pieces
 * are joined into records first.
 */

typedef struct
{
  GSource *in;       /* (owned) (nullable) */
  GSource *out;      /* (owned) (nullable) */
  FayeRecord record; /* the bytes on offer */
} Pollable;

static Pollable *
get_state (FayeTransport *self)
{
  if (self->backend == NULL)
    self->backend = g_new0 (Pollable, 1);
  return self->backend;
}

static gssize
explain_error (GError *failure, GError **error)
{
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      g_error_free (failure);
      return FAYE_TRANSPORT_AGAIN;
    }
  g_propagate_error (error, failure);
  return -1;
}

static gssize
pollable_read (FayeTransport *self, struct iovec *vectors, int n_vectors, GError **error)
{
  GInputStream *in = g_io_stream_get_input_stream (self->channel);
  GError *failure = NULL;
  gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (in),
                                                       vectors->iov_base,
                                                       vectors->iov_len,
                                                       NULL,
                                                       &failure);

  return failure != NULL ? explain_error (failure, error)
                         : faye_transport_check_count (n, vectors->iov_len, error);
}

static gssize
pollable_write (FayeTransport *self, gboolean *full, GError **error)
{
  GOutputStream *out = g_io_stream_get_output_stream (self->channel);
  Pollable *state = get_state (self);
  GError *failure = NULL;
  gsize size;
  gssize n;

  if (state->record.size == 0)
    faye_record_take (&state->record, &self->queue, &self->loop->pool);
  size = state->record.size;
  n = g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (out),
                                                  state->record.data,
                                                  size,
                                                  NULL,
                                                  &failure);
  if (failure != NULL)
    return explain_error (failure, error);
  faye_record_drop (&state->record, &self->loop->pool);
  return faye_transport_check_count (n, size, error);
}

static void
drop_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* In a burst, or while the owner is busy, the source goes, lest it fire again and again at its own
 * priority; it is made anew when the transport has been served. */
static gboolean
handle_event (FayeTransport *self, GSource **slot, guint event)
{
  GSource *source = *slot;
  gboolean later = self->busy || faye_loop_is_lowered (self->loop);
  gboolean keep;

  faye_transport_ref (self);
  if (later)
    drop_source (slot);
  faye_transport_note_events (self, event);
  if (!later)
    faye_loop_work (self->loop);
  if (self->in_work && self->backend != NULL && *slot == source)
    drop_source (slot);
  keep = self->backend != NULL && *slot == source;
  faye_transport_unref (self);
  return keep;
}

static gboolean
readable_cb (GObject *stream, gpointer user_data)
{
  FayeTransport *self = user_data;

  return handle_event (self, &((Pollable *) self->backend)->in, EPOLLIN);
}

static gboolean
writable_cb (GObject *stream, gpointer user_data)
{
  FayeTransport *self = user_data;

  return handle_event (self, &((Pollable *) self->backend)->out, EPOLLOUT);
}

static void
add_source (FayeTransport *self, GSource **slot, GSource *source, GPollableSourceFunc callback)
{
  g_source_set_callback (source, G_SOURCE_FUNC (callback), self, NULL);
  g_source_set_priority (source, faye_loop_get_priority (self->loop));
  g_source_set_can_recurse (source, TRUE);
  g_source_set_static_name (source, "faye stream");
  g_source_attach (source, self->loop->context);
  *slot = source;
}

static void
watch_input (FayeTransport *self, Pollable *state)
{
  GInputStream *in = g_io_stream_get_input_stream (self->channel);

  add_source (self,
              &state->in,
              g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (in), NULL),
              readable_cb);
}

static void
watch_output (FayeTransport *self, Pollable *state)
{
  GOutputStream *out = g_io_stream_get_output_stream (self->channel);

  add_source (self,
              &state->out,
              g_pollable_output_stream_create_source (G_POLLABLE_OUTPUT_STREAM (out), NULL),
              writable_cb);
}

static void
pollable_watch (FayeTransport *self, guint wanted)
{
  Pollable *state = get_state (self);

  /* It will be served without being asked, below these sources' priority. */
  if (self->in_work)
    wanted &= ~(guint) EPOLLIN;
  if (self->loop->context == NULL)
    return;
  if (!(wanted & EPOLLIN))
    drop_source (&state->in);
  else if (state->in == NULL)
    watch_input (self, state);
  if (!(wanted & EPOLLOUT))
    drop_source (&state->out);
  else if (state->out == NULL)
    watch_output (self, state);
}

static void
shut_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (FayeTransport) self = user_data;

  g_output_stream_close_finish (G_OUTPUT_STREAM (source), result, NULL);
  if (self->state == FAYE_TRANSPORT_SHUTTING && self->socket != NULL)
    g_socket_shutdown (self->socket, FALSE, TRUE, NULL);
  faye_transport_note_shut (self);
}

gboolean
faye_transport_shut_stream (FayeTransport *self)
{
  faye_loop_push_context (self->loop);
  g_output_stream_close_async (g_io_stream_get_output_stream (self->channel),
                               G_PRIORITY_DEFAULT,
                               NULL,
                               shut_cb,
                               faye_transport_ref (self));
  faye_loop_pop_context (self->loop);
  return FALSE;
}

static void
pollable_detach (FayeTransport *self)
{
  Pollable *state = g_steal_pointer (&self->backend);
  gboolean politely = self->peer_ended && !self->write_dead && self->queue.size == 0;

  if (state != NULL)
    {
      drop_source (&state->in);
      drop_source (&state->out);
      faye_record_drop (&state->record, &self->loop->pool);
      g_free (state);
    }
  faye_stream_let_go (self->loop, self->channel, self->socket, politely);
}

const FayeTransportOps faye_transport_pollable_ops = {
  .level_triggered = FALSE,
  .read = pollable_read,
  .write = pollable_write,
  .watch = pollable_watch,
  .shut = faye_transport_shut_stream,
  .detach = pollable_detach,
};
