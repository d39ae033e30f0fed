/* SPDX-License-Identifier: MIT */

#include "tests/io/fault-stream.h"

#include <string.h>

/*
 * One object holds the state; its two streams are thin.
 */

typedef struct
{
  FaultKind kind;
  gsize n;
} Step;

/* One direction of the script. */
typedef struct
{
  GQueue steps; /* Step */
  gsize limit;
  gboolean blocking;
  gboolean blocked_last;
  guint calls;
} Script;

struct _FaultStream
{
  GIOStream parent_instance;

  GInputStream *in;   /* (owned) */
  GOutputStream *out; /* (owned) */
  FaultStream *peer;  /* (unowned) (nullable) */
  gboolean pollable;
  Script reads, writes;
  GByteArray *input;
  gsize input_used;
  gboolean input_ended;
  GByteArray *output;
  gboolean unwritable;
  gboolean remembering;
  gconstpointer remembered;
  GByteArray *remembered_bytes; /* (owned) (nullable) */
  guint violations;
  guint calls_to_failure;
  GIOErrorEnum failure;
  gboolean closed;
};

G_DEFINE_FINAL_TYPE (FaultStream, fault_stream, G_TYPE_IO_STREAM)

#define FAULT_TYPE_INPUT (fault_input_get_type ())
G_DECLARE_FINAL_TYPE (FaultInput, fault_input, FAULT, INPUT, GInputStream)
struct _FaultInput
{
  GInputStream parent_instance;
  FaultStream *stream; /* (unowned) (nullable) */
};

#define FAULT_TYPE_OUTPUT (fault_output_get_type ())
G_DECLARE_FINAL_TYPE (FaultOutput, fault_output, FAULT, OUTPUT, GOutputStream)
struct _FaultOutput
{
  GOutputStream parent_instance;
  FaultStream *stream; /* (unowned) (nullable) */
};

static gssize
give_error (GIOErrorEnum code, GError **error)
{
  g_set_error (error, G_IO_ERROR, code, "Scripted fault %d", (int) code);
  return -1;
}

/* The next step: scripted, or what the limits say. */
static Step
next_step (Script *script)
{
  Step step = { FAULT_MOVE, script->limit > 0 ? script->limit : G_MAXSIZE };
  Step *scripted = g_queue_peek_head (&script->steps);

  script->calls++;
  if (scripted == NULL)
    {
      script->blocked_last = script->blocking && !script->blocked_last;
      if (script->blocked_last)
        step.kind = FAULT_WOULD_BLOCK;
      return step;
    }
  step = *scripted;
  if (scripted->kind == FAULT_WOULD_BLOCK && scripted->n > 1)
    scripted->n--;
  else
    g_free (g_queue_pop_head (&script->steps));
  return step;
}

static gboolean
fails_now (FaultStream *self)
{
  if (self->calls_to_failure > 1)
    self->calls_to_failure--;
  else if (self->calls_to_failure == 1)
    return TRUE;
  return FALSE;
}

static gssize
take_input (FaultStream *self, guint8 *buffer, gsize count)
{
  gsize n = MIN (count, self->input->len - self->input_used);

  if (n > 0)
    memcpy (buffer, self->input->data + self->input_used, n);
  self->input_used += n;
  if (self->input_used == self->input->len)
    {
      g_byte_array_set_size (self->input, 0);
      self->input_used = 0;
    }
  return (gssize) n;
}

static gboolean
has_input (FaultStream *self)
{
  return self->input->len > self->input_used || self->input_ended || self->closed;
}

static gssize
do_read (FaultStream *self, guint8 *buffer, gsize count, GError **error)
{
  Step step;

  if (self->closed)
    return give_error (G_IO_ERROR_CLOSED, error);
  if (fails_now (self))
    {
      self->reads.calls++;
      return give_error (self->failure, error);
    }
  if (!has_input (self) && self->reads.steps.length == 0)
    {
      self->reads.calls++;
      return give_error (G_IO_ERROR_WOULD_BLOCK, error);
    }
  step = next_step (&self->reads);
  switch (step.kind)
    {
    case FAULT_WOULD_BLOCK:
      return give_error (G_IO_ERROR_WOULD_BLOCK, error);
    case FAULT_ERROR:
      return give_error ((GIOErrorEnum) step.n, error);
    case FAULT_EOF:
      return 0;
    case FAULT_OVER_REPORT:
      take_input (self, buffer, count);
      return (gssize) (count + step.n);
    case FAULT_MOVE:
    default:
      if (!has_input (self))
        return give_error (G_IO_ERROR_WOULD_BLOCK, error);
      return take_input (self, buffer, MIN (count, step.n));
    }
}

static gssize
accept_output (FaultStream *self, gconstpointer data, gsize size)
{
  if (self->peer != NULL)
    fault_stream_feed (self->peer, data, size);
  else
    g_byte_array_append (self->output, data, (guint) size);
  return (gssize) size;
}

static gssize
block_write (FaultStream *self, gconstpointer data, gsize size, GError **error)
{
  if (self->remembering && self->remembered_bytes == NULL)
    {
      self->remembered = data;
      self->remembered_bytes = g_byte_array_append (g_byte_array_new (), data, (guint) size);
    }
  return give_error (G_IO_ERROR_WOULD_BLOCK, error);
}

static void
judge_resubmission (FaultStream *self, gconstpointer data, gsize size)
{
  GByteArray *old = self->remembered_bytes;

  if (old == NULL)
    return;
  if (data != self->remembered || size != old->len || memcmp (data, old->data, size) != 0)
    self->violations++;
}

static gssize
accept_remembered (FaultStream *self)
{
  g_autoptr (GByteArray) old = g_steal_pointer (&self->remembered_bytes);

  return accept_output (self, old->data, old->len);
}

static gssize
do_write (FaultStream *self, gconstpointer data, gsize size, GError **error)
{
  Step step;

  if (self->closed)
    return give_error (G_IO_ERROR_CLOSED, error);
  judge_resubmission (self, data, size);
  if (fails_now (self))
    {
      self->writes.calls++;
      return give_error (self->failure, error);
    }
  if (self->unwritable)
    {
      self->writes.calls++;
      return block_write (self, data, size, error);
    }
  step = next_step (&self->writes);
  switch (step.kind)
    {
    case FAULT_WOULD_BLOCK:
      return block_write (self, data, size, error);
    case FAULT_ERROR:
      return give_error ((GIOErrorEnum) step.n, error);
    case FAULT_EOF:
      return 0;
    case FAULT_OVER_REPORT:
      accept_output (self, data, size);
      return (gssize) (size + step.n);
    case FAULT_MOVE:
    default:
      if (self->remembered_bytes != NULL)
        return accept_remembered (self);
      return accept_output (self, data, MIN (size, step.n));
    }
}

static gboolean
is_readable (FaultStream *self)
{
  return has_input (self) || self->reads.steps.length > 0 || self->calls_to_failure == 1;
}

static gboolean
is_writable (FaultStream *self)
{
  return !self->unwritable || self->closed || self->calls_to_failure == 1;
}

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

  return self->for_output ? is_writable (self->stream) : is_readable (self->stream);
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
static GSourceFuncs fault_source_funcs
    = { fault_source_prepare, fault_source_check, fault_source_dispatch,
        fault_source_finalize, always_cb, NULL };

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
  n = call->for_output ? do_write (call->stream, call->buffer, call->count, &error)
                       : do_read (call->stream, call->buffer, call->count, &error);
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
  return do_read (FAULT_INPUT (in)->stream, buffer, count, error);
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
  start_call (in, FAULT_INPUT (in)->stream, buffer, count, FALSE, cancellable, callback,
              user_data);
}

static gssize
input_read_finish (GInputStream *in, GAsyncResult *result, GError **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static gboolean
input_can_poll (GPollableInputStream *in)
{
  return FAULT_INPUT (in)->stream->pollable;
}

static gboolean
input_is_readable (GPollableInputStream *in)
{
  return is_readable (FAULT_INPUT (in)->stream);
}

static gssize
input_read_nonblocking (GPollableInputStream *in, void *buffer, gsize count, GError **error)
{
  return do_read (FAULT_INPUT (in)->stream, buffer, count, error);
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
  return do_write (FAULT_OUTPUT (out)->stream, buffer, count, error);
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
  start_call (out, FAULT_OUTPUT (out)->stream, buffer, count, TRUE, cancellable, callback,
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

  if (stream != NULL && stream->peer != NULL)
    stream->peer->input_ended = TRUE;
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
  return FAULT_OUTPUT (out)->stream->pollable;
}

static gboolean
output_is_writable (GPollableOutputStream *out)
{
  return is_writable (FAULT_OUTPUT (out)->stream);
}

static gssize
output_write_nonblocking (GPollableOutputStream *out,
                          const void *buffer,
                          gsize count,
                          GError **error)
{
  return do_write (FAULT_OUTPUT (out)->stream, buffer, count, error);
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

static gboolean
fault_stream_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  FaultStream *self = FAULT_STREAM (stream);

  self->closed = TRUE;
  if (self->peer != NULL)
    self->peer->input_ended = TRUE;
  return TRUE;
}

static void
fault_stream_close_async (GIOStream *stream,
                          int priority,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);

  fault_stream_close (stream, NULL, NULL);
  g_task_return_boolean (task, TRUE);
}

static gboolean
fault_stream_close_finish (GIOStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fault_stream_finalize (GObject *object)
{
  FaultStream *self = FAULT_STREAM (object);

  if (self->peer != NULL)
    self->peer->peer = NULL;
  FAULT_INPUT (self->in)->stream = NULL;
  FAULT_OUTPUT (self->out)->stream = NULL;
  g_object_unref (self->in);
  g_object_unref (self->out);
  g_queue_clear_full (&self->reads.steps, g_free);
  g_queue_clear_full (&self->writes.steps, g_free);
  g_byte_array_unref (self->input);
  g_byte_array_unref (self->output);
  g_clear_pointer (&self->remembered_bytes, g_byte_array_unref);
  G_OBJECT_CLASS (fault_stream_parent_class)->finalize (object);
}

static GInputStream *
fault_stream_get_input_stream (GIOStream *stream)
{
  return FAULT_STREAM (stream)->in;
}

static GOutputStream *
fault_stream_get_output_stream (GIOStream *stream)
{
  return FAULT_STREAM (stream)->out;
}

static void
fault_stream_class_init (FaultStreamClass *klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = fault_stream_finalize;
  stream_class->get_input_stream = fault_stream_get_input_stream;
  stream_class->get_output_stream = fault_stream_get_output_stream;
  stream_class->close_fn = fault_stream_close;
  stream_class->close_async = fault_stream_close_async;
  stream_class->close_finish = fault_stream_close_finish;
}

static void
fault_stream_init (FaultStream *self)
{
  self->in = g_object_new (FAULT_TYPE_INPUT, NULL);
  self->out = g_object_new (FAULT_TYPE_OUTPUT, NULL);
  FAULT_INPUT (self->in)->stream = self;
  FAULT_OUTPUT (self->out)->stream = self;
  self->input = g_byte_array_new ();
  self->output = g_byte_array_new ();
}

FaultStream *
fault_stream_new (gboolean pollable)
{
  FaultStream *self = g_object_new (FAULT_TYPE_STREAM, NULL);

  self->pollable = pollable;
  return self;
}

void
fault_stream_link (FaultStream *a, FaultStream *b)
{
  a->peer = b;
  b->peer = a;
}

void
fault_stream_feed (FaultStream *self, gconstpointer data, gsize size)
{
  g_byte_array_append (self->input, data, (guint) size);
}

void
fault_stream_end_input (FaultStream *self)
{
  self->input_ended = TRUE;
}

GByteArray *
fault_stream_get_output (FaultStream *self)
{
  return self->output;
}

static void
add_step (Script *script, FaultKind kind, gsize n)
{
  Step *step = g_new (Step, 1);

  step->kind = kind;
  step->n = n;
  g_queue_push_tail (&script->steps, step);
}

void
fault_stream_script_read (FaultStream *self, FaultKind kind, gsize n)
{
  add_step (&self->reads, kind, n);
}

void
fault_stream_script_write (FaultStream *self, FaultKind kind, gsize n)
{
  add_step (&self->writes, kind, n);
}

void
fault_stream_limit_reads (FaultStream *self, gsize n, gboolean blocking)
{
  self->reads.limit = n;
  self->reads.blocking = blocking;
}

void
fault_stream_limit_writes (FaultStream *self, gsize n, gboolean blocking)
{
  self->writes.limit = n;
  self->writes.blocking = blocking;
}

void
fault_stream_set_writable (FaultStream *self, gboolean writable)
{
  self->unwritable = !writable;
}

void
fault_stream_set_remembering (FaultStream *self, gboolean remembering)
{
  self->remembering = remembering;
}

guint
fault_stream_get_violations (FaultStream *self)
{
  return self->violations;
}

void
fault_stream_fail_call (FaultStream *self, guint k, GIOErrorEnum code)
{
  self->calls_to_failure = k;
  self->failure = code;
}

guint
fault_stream_get_n_reads (FaultStream *self)
{
  return self->reads.calls;
}

guint
fault_stream_get_n_writes (FaultStream *self)
{
  return self->writes.calls;
}

gboolean
fault_stream_is_closed (FaultStream *self)
{
  return self->closed;
}
