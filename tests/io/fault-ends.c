/* SPDX-License-Identifier: MIT */

#include "tests/io/fault-ends.h"

/*
 * The streams of a FaultStream: thin fronts of its script, polled or called asynchronously.
 */

/* Readiness is looked at in each turn: all changes come from the same thread. */
typedef struct
{
  GSource source;
  FaultStream *stream; /* (owned) */
  gboolean for_output;
} FaultSource;

static gboolean
fault_source_check (GSource *source)
{
  FaultSource *self = (FaultSource *) source;

  return self->for_output ? fault_stream_is_writable (self->stream)
                          : fault_stream_is_readable (self->stream);
}

static gboolean
fault_source_prepare (GSource *source, int *timeout)
{
  *timeout = -1;
  return fault_source_check (source);
}

static gboolean
fault_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback == NULL || callback (user_data);
}

static void
fault_source_finalize (GSource *source)
{
  g_object_unref (((FaultSource *) source)->stream);
}

static gboolean
always_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* A child of a pollable source must have a closure callback. */
static GSourceFuncs fault_source_funcs = {
  fault_source_prepare,  fault_source_check, fault_source_dispatch,
  fault_source_finalize, always_cb,          NULL
};

static GSource *
create_source (FaultStream *self, gpointer object, gboolean for_output, GCancellable *cancellable)
{
  GSource *child = g_source_new (&fault_source_funcs, sizeof (FaultSource));
  GSource *source;

  ((FaultSource *) child)->stream = g_object_ref (self);
  ((FaultSource *) child)->for_output = for_output;
  source = g_pollable_source_new_full (object, child, cancellable);
  g_source_unref (child);
  return source;
}

/* Asynchronous calls: tried each time the stream is ready. */
typedef struct
{
  FaultStream *stream; /* (owned) */
  void *buffer;
  gsize count;
  gboolean for_output;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_object_unref (call->stream);
  g_free (call);
}

static gboolean
try_call_cb (GObject *object, gpointer user_data)
{
  GTask *task = user_data;
  Call *call = g_task_get_task_data (task);
  GError *error = NULL;
  gssize n;

  if (g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;
  n = call->for_output ? fault_stream_do_write (call->stream, call->buffer, call->count, &error)
                       : fault_stream_do_read (call->stream, call->buffer, call->count, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      g_error_free (error);
      return G_SOURCE_CONTINUE;
    }
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_int (task, n);
  return G_SOURCE_REMOVE;
}

static void
start_call (gpointer object,
            FaultStream *stream,
            const void *buffer,
            gsize count,
            gboolean for_output,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
  GTask *task = g_task_new (object, cancellable, callback, user_data);
  Call *call = g_new0 (Call, 1);
  g_autoptr (GSource) source = create_source (stream, object, for_output, cancellable);

  call->stream = g_object_ref (stream);
  call->buffer = (void *) buffer;
  call->count = count;
  call->for_output = for_output;
  g_task_set_task_data (task, call, call_free);
  g_source_set_callback (source, G_SOURCE_FUNC (try_call_cb), task, g_object_unref);
  g_source_attach (source, g_task_get_context (task));
}

static gssize
input_read (GInputStream *in, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  return fault_stream_do_read (FAULT_INPUT (in)->stream, buffer, count, error);
}

static void
input_read_async (GInputStream *in,
                  void *buffer,
                  gsize count,
                  int priority,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  start_call (in, FAULT_INPUT (in)->stream, buffer, count, FALSE, cancellable, callback, user_data);
}

static gssize
input_read_finish (GInputStream *in, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static gboolean
input_can_poll (GPollableInputStream *in)
{
  return fault_stream_can_poll (FAULT_INPUT (in)->stream);
}

static gboolean
input_is_readable (GPollableInputStream *in)
{
  return fault_stream_is_readable (FAULT_INPUT (in)->stream);
}

static gssize
input_read_nonblocking (GPollableInputStream *in, void *buffer, gsize count, GError **error)
{
  return fault_stream_do_read (FAULT_INPUT (in)->stream, buffer, count, error);
}

static GSource *
input_create_source (GPollableInputStream *in, GCancellable *cancellable)
{
  return create_source (FAULT_INPUT (in)->stream, in, FALSE, cancellable);
}

static void
input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->can_poll = input_can_poll;
  iface->is_readable = input_is_readable;
  iface->read_nonblocking = input_read_nonblocking;
  iface->create_source = input_create_source;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FaultInput,
                               fault_input,
                               G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      input_pollable_init))

static void
fault_input_class_init (FaultInputClass *klass)
{
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  stream_class->read_fn = input_read;
  stream_class->read_async = input_read_async;
  stream_class->read_finish = input_read_finish;
}

static void
fault_input_init (FaultInput *self)
{
}

static gssize
output_write (GOutputStream *out,
              const void *buffer,
              gsize count,
              GCancellable *cancellable,
              GError **error)
{
  return fault_stream_do_write (FAULT_OUTPUT (out)->stream, buffer, count, error);
}

static void
output_write_async (GOutputStream *out,
                    const void *buffer,
                    gsize count,
                    int priority,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  start_call (out,
              FAULT_OUTPUT (out)->stream,
              buffer,
              count,
              TRUE,
              cancellable,
              callback,
              user_data);
}

static gssize
output_write_finish (GOutputStream *out, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

/* Ending our direction ends the peer's input. */
static gboolean
output_close (GOutputStream *out, GCancellable *cancellable, GError **error)
{
  FaultStream *stream = FAULT_OUTPUT (out)->stream;

  if (stream != NULL)
    fault_stream_end_output (stream);
  return TRUE;
}

static void
output_close_async (GOutputStream *out,
                    int priority,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (out, cancellable, callback, user_data);

  output_close (out, NULL, NULL);
  g_task_return_boolean (task, TRUE);
}

static gboolean
output_close_finish (GOutputStream *out, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
output_can_poll (GPollableOutputStream *out)
{
  return fault_stream_can_poll (FAULT_OUTPUT (out)->stream);
}

static gboolean
output_is_writable (GPollableOutputStream *out)
{
  return fault_stream_is_writable (FAULT_OUTPUT (out)->stream);
}

static gssize
output_write_nonblocking (GPollableOutputStream *out,
                          const void *buffer,
                          gsize count,
                          GError **error)
{
  return fault_stream_do_write (FAULT_OUTPUT (out)->stream, buffer, count, error);
}

static GSource *
output_create_source (GPollableOutputStream *out, GCancellable *cancellable)
{
  return create_source (FAULT_OUTPUT (out)->stream, out, TRUE, cancellable);
}

static void
output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->can_poll = output_can_poll;
  iface->is_writable = output_is_writable;
  iface->write_nonblocking = output_write_nonblocking;
  iface->create_source = output_create_source;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FaultOutput,
                               fault_output,
                               G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      output_pollable_init))

static void
fault_output_class_init (FaultOutputClass *klass)
{
  GOutputStreamClass *stream_class = G_OUTPUT_STREAM_CLASS (klass);

  stream_class->write_fn = output_write;
  stream_class->write_async = output_write_async;
  stream_class->write_finish = output_write_finish;
  stream_class->close_fn = output_close;
  stream_class->close_async = output_close_async;
  stream_class->close_finish = output_close_finish;
}

static void
fault_output_init (FaultOutput *self)
{
}
