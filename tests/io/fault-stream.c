/* SPDX-License-Identifier: MIT */

#include "tests/io/fault-ends.h"

#include <string.h>

/*
 * One object holds the state; its two streams are thin.
 */

#define CAPACITY 262144

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

/* A linked stream holds as much as a socket would. */
static gboolean
is_full (FaultStream *self)
{
  return self->unwritable || (self->peer != NULL && !self->peer->closed &&
                              self->peer->input->len - self->peer->input_used >= CAPACITY);
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
  if (self->input_used == self->input->len || self->input_used >= CAPACITY)
    {
      g_byte_array_remove_range (self->input, 0, (guint) self->input_used);
      self->input_used = 0;
    }
  return (gssize) n;
}

static gboolean
has_input (FaultStream *self)
{
  return self->input->len > self->input_used || self->input_ended || self->closed;
}

gssize
fault_stream_do_read (FaultStream *self, guint8 *buffer, gsize count, GError **error)
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

gssize
fault_stream_do_write (FaultStream *self, gconstpointer data, gsize size, GError **error)
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
  if (is_full (self))
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

gboolean
fault_stream_is_readable (FaultStream *self)
{
  return has_input (self) || self->reads.steps.length > 0 || self->calls_to_failure == 1;
}

gboolean
fault_stream_is_writable (FaultStream *self)
{
  return !is_full (self) || self->closed || self->calls_to_failure == 1;
}

gboolean
fault_stream_can_poll (FaultStream *self)
{
  return self->pollable;
}

void
fault_stream_end_output (FaultStream *self)
{
  if (self->peer != NULL)
    self->peer->input_ended = TRUE;
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
