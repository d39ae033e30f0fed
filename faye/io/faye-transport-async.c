/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-transport-backend-private.h"

#include <string.h>

/*
 * Any other stream: at most one asynchronous read and one write under way. The calls outlive the
 * transport if need be, and the bytes they were given with them; the stream is closed after the
 * last has come back.
 */

#define BUFFER_SIZE 16384

typedef struct
{
  FayeTransport *transport; /* (unowned) (nullable) NULL once detached */
  FayeLoop *loop;           /* (owned) */
  GIOStream *channel;       /* (owned) */
  GSocket *socket;          /* (owned) (nullable) */
  GCancellable *cancellable;
  gboolean reading;
  gboolean writing;

  guint8 *buffer; /* (owned) (nullable) while reading, or while it holds input */
  gsize offset;
  gsize size;
  gboolean ended;
  GError *read_error; /* (owned) (nullable) */

  FayeRecord record;
  FayeWriteQueue held; /* after detaching: the queue that the record points into */
  gssize wrote;        /* -1: nothing to report */
  GError *write_error; /* (owned) (nullable) */
} Async;

static Async *
get_state (FayeTransport *self)
{
  Async *state = self->backend;

  if (state != NULL)
    return state;
  state = g_new0 (Async, 1);
  state->transport = self;
  state->loop = faye_loop_ref (self->loop);
  state->channel = g_object_ref (self->channel);
  state->socket = self->socket != NULL ? g_object_ref (self->socket) : NULL;
  state->cancellable = g_cancellable_new ();
  state->wrote = -1;
  self->backend = state;
  return state;
}

/* Once it is detached and nothing is under way. */
static void
free_when_over (Async *state)
{
  if (state->transport != NULL || state->reading || state->writing)
    return;
  faye_record_drop (&state->record, &state->loop->pool);
  faye_write_queue_clear (&state->held, &state->loop->pool);
  faye_stream_let_go (state->loop, state->channel, state->socket, FALSE);
  g_object_unref (state->channel);
  g_clear_object (&state->socket);
  g_object_unref (state->cancellable);
  g_free (state->buffer);
  g_clear_error (&state->read_error);
  g_clear_error (&state->write_error);
  faye_loop_unref (state->loop);
  g_free (state);
}

static void
note (Async *state, guint event)
{
  if (state->transport != NULL)
    faye_transport_note_events (state->transport, event);
  free_when_over (state);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Async *state = user_data;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &state->read_error);

  state->reading = FALSE;
  if (n > 0)
    n = faye_transport_check_count (n, BUFFER_SIZE, &state->read_error);
  state->ended = n == 0;
  state->offset = 0;
  state->size = n > 0 ? (gsize) n : 0;
  note (state, EPOLLIN);
}

static void
start_read (Async *state)
{
  if (state->buffer == NULL)
    state->buffer = g_malloc (BUFFER_SIZE);
  state->reading = TRUE;
  faye_loop_push_context (state->loop);
  g_input_stream_read_async (g_io_stream_get_input_stream (state->channel),
                             state->buffer,
                             BUFFER_SIZE,
                             faye_loop_get_priority (state->loop),
                             state->cancellable,
                             read_cb,
                             state);
  faye_loop_pop_context (state->loop);
}

static gboolean
has_news (Async *state)
{
  return state->size > 0 || state->ended || state->read_error != NULL;
}

static gssize
take_input (Async *state, struct iovec *vector)
{
  gsize n = MIN (state->size, vector->iov_len);

  memcpy (vector->iov_base, state->buffer + state->offset, n);
  state->offset += n;
  state->size -= n;
  if (state->size == 0)
    g_clear_pointer (&state->buffer, g_free);
  return (gssize) n;
}

static gssize
async_read (FayeTransport *self, struct iovec *vectors, int n_vectors, GError **error)
{
  Async *state = get_state (self);

  if (state->size > 0)
    return take_input (state, vectors);
  if (state->read_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&state->read_error));
      return -1;
    }
  if (state->ended)
    return 0;
  if (!state->reading)
    start_read (state);
  return FAYE_TRANSPORT_AGAIN;
}

static void
write_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Async *state = user_data;

  state->writing = FALSE;
  state->wrote =
    g_output_stream_write_finish (G_OUTPUT_STREAM (source), result, &state->write_error);
  note (state, EPOLLOUT);
}

static void
start_write (FayeTransport *self, Async *state)
{
  faye_record_take (&state->record, &self->queue, &self->loop->pool);
  state->writing = TRUE;
  faye_loop_push_context (state->loop);
  g_output_stream_write_async (g_io_stream_get_output_stream (state->channel),
                               state->record.data,
                               state->record.size,
                               faye_loop_get_priority (state->loop),
                               state->cancellable,
                               write_cb,
                               state);
  faye_loop_pop_context (state->loop);
}

static gssize
report_write (Async *state, GError **error)
{
  gsize count = state->record.size;
  gssize n = state->wrote;

  state->wrote = -1;
  faye_record_drop (&state->record, &state->loop->pool);
  return faye_transport_check_count (n, count, error);
}

static gssize
async_write (FayeTransport *self, gboolean *full, GError **error)
{
  Async *state = get_state (self);

  if (state->write_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&state->write_error));
      return -1;
    }
  if (state->wrote >= 0)
    return report_write (state, error);
  if (!state->writing)
    start_write (self, state);
  return FAYE_TRANSPORT_AGAIN;
}

static void
async_watch (FayeTransport *self, guint wanted)
{
  Async *state = get_state (self);

  if (!(wanted & EPOLLIN) || self->in_work)
    return;
  if (has_news (state))
    faye_transport_note_events (self, EPOLLIN);
  else if (!state->reading)
    start_read (state);
}

/* The queue goes with the write that reads from it. */
static void
async_detach (FayeTransport *self)
{
  Async *state = get_state (self);

  self->backend = NULL;
  state->transport = NULL;
  state->held = self->queue;
  memset (&self->queue, 0, sizeof (self->queue));
  g_cancellable_cancel (state->cancellable);
  free_when_over (state);
}

const FayeTransportOps faye_transport_async_ops = {
  .level_triggered = FALSE,
  .read = async_read,
  .write = async_write,
  .watch = async_watch,
  .shut = faye_transport_shut_stream,
  .detach = async_detach,
};
