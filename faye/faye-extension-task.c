/* SPDX-License-Identifier: MIT */

#include "faye/faye-extension-task-private.h"

#include "faye/core/faye-close-code-private.h"
#include "faye/core/faye-utf8-private.h"

#include <string.h>

/**
 * FayeExtensionTask:
 *
 * A message that a [iface@Faye.ExtensionSession] is given, and has to answer.
 *
 * It is answered by exactly one call of [method@Faye.ExtensionTask.return_bytes],
 * [method@Faye.ExtensionTask.return_unchanged] or [method@Faye.ExtensionTask.return_error], on the
 * main context of the socket: at once, or later, in any order, and also when the connection is over
 * by then. To answer later, keep a reference. A task whose last reference is dropped without an
 * answer counts as an error, and ends the connection with code 1010.
 *
 * What a task tells about its message does not change when it is answered.
 *
 * Since: 1.0
 */

struct _FayeExtensionTask
{
  GObject parent_instance;

  FayeWork *work;        /* (owned) (nullable) until it is answered */
  GThread *thread;       /* (unowned) where it is to be answered; compared only */
  GMainContext *context; /* (owned) (nullable) likewise; the default one if there is none */
  int priority;
  GBytes *bytes; /* (owned) */
  gboolean text;
  guint8 rsv;
  guint64 limit;
  FayeCompress compress;
};

G_DEFINE_FINAL_TYPE (FayeExtensionTask, faye_extension_task, G_TYPE_OBJECT)

static gboolean
dropped_cb (gpointer user_data)
{
  faye_work_fail (user_data, 0, "a message was not answered");
  return G_SOURCE_REMOVE;
}

/* A garbage collector may drop it on any thread and at times when nobody may be called. */
static void
task_fail_later (FayeExtensionTask *self, FayeWork *work)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_static_name (source, "[faye] dropped task");
  g_source_set_priority (source, self->priority);
  g_source_set_callback (source, dropped_cb, work, NULL);
  g_source_attach (source, self->context);
}

static void
faye_extension_task_dispose (GObject *object)
{
  FayeExtensionTask *self = FAYE_EXTENSION_TASK (object);
  FayeWork *work = g_steal_pointer (&self->work);

  if (work != NULL)
    task_fail_later (self, work);
  G_OBJECT_CLASS (faye_extension_task_parent_class)->dispose (object);
}

static void
faye_extension_task_finalize (GObject *object)
{
  FayeExtensionTask *self = FAYE_EXTENSION_TASK (object);

  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  G_OBJECT_CLASS (faye_extension_task_parent_class)->finalize (object);
}

static void
faye_extension_task_class_init (FayeExtensionTaskClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = faye_extension_task_dispose;
  object_class->finalize = faye_extension_task_finalize;
}

static void
faye_extension_task_init (FayeExtensionTask *self)
{
}

/* (owned) An empty GBytes has no data, which a payload has. */
static FayePayload
payload_for_bytes (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return (FayePayload){ size > 0 ? data : (const guint8 *) "",
                        size,
                        g_bytes_ref (bytes),
                        (GDestroyNotify) g_bytes_unref };
}

/* The payload, which WORK owns, becomes one that it shares with the bytes. */
static GBytes *
work_share_payload (FayeWork *work)
{
  FayePayload *payload = &work->payload;
  GBytes *bytes =
    g_bytes_new_with_free_func (payload->data, payload->size, payload->release, payload->owner);

  *payload = payload_for_bytes (bytes);
  return bytes;
}

FayeExtensionTask *
faye_extension_task_new (FayeWork *work)
{
  FayeExtensionTask *self;
  GMainContext *context = faye_work_get_context (work);

  if (!faye_work_keep (work))
    {
      faye_work_fail (work, FAYE_CLOSE_CODE_INTERNAL, "there is no memory for a message");
      return NULL;
    }

  self = g_object_new (FAYE_TYPE_EXTENSION_TASK, NULL);
  self->work = work;
  self->thread = g_thread_self ();
  self->context = context != NULL ? g_main_context_ref (context) : NULL;
  self->priority = faye_work_get_priority (work);
  self->bytes = work_share_payload (work);
  self->text = work->text;
  self->rsv = work->rsv;
  self->limit = work->limit;
  self->compress = work->compress;
  return self;
}

FayeWork *
faye_extension_task_take_work (FayeExtensionTask *self)
{
  if (self->work == NULL)
    g_critical ("An extension answers a message twice");
  else if (self->thread != g_thread_self ())
    g_critical ("An extension answers a message on another thread than its socket's");
  else
    return g_steal_pointer (&self->work);
  return NULL;
}

/**
 * faye_extension_task_get_kind:
 * @self: a task
 *
 * Tells whether the message is text or binary. An extension does not change that.
 *
 * Returns: the kind
 *
 * Since: 1.0
 */
FayeMessageKind
faye_extension_task_get_kind (FayeExtensionTask *self)
{
  g_return_val_if_fail (FAYE_IS_EXTENSION_TASK (self), FAYE_MESSAGE_KIND_BINARY);

  return self->text ? FAYE_MESSAGE_KIND_TEXT : FAYE_MESSAGE_KIND_BINARY;
}

/**
 * faye_extension_task_get_bytes:
 * @self: a task
 *
 * Gives the message's payload.
 *
 * That of a text that was received may be anything: it is judged when it has come through all
 * extensions.
 *
 * Returns: (transfer none): the payload
 *
 * Since: 1.0
 */
GBytes *
faye_extension_task_get_bytes (FayeExtensionTask *self)
{
  g_return_val_if_fail (FAYE_IS_EXTENSION_TASK (self), NULL);

  return self->bytes;
}

/**
 * faye_extension_task_get_rsv:
 * @self: a task
 *
 * Tells which of the RSV bits are set: those of all extensions that have changed the message so far
 * or, if it was received, that have yet to undo it.
 *
 * Returns: the bits
 *
 * Since: 1.0
 */
FayeRsv
faye_extension_task_get_rsv (FayeExtensionTask *self)
{
  g_return_val_if_fail (FAYE_IS_EXTENSION_TASK (self), FAYE_RSV_NONE);

  return (FayeRsv) self->rsv;
}

/**
 * faye_extension_task_get_max_length:
 * @self: a task
 *
 * Tells how many bytes a received message may have when it comes out of the extension, which is
 * [property@Faye.WebSocket:max-length].
 *
 * An extension that makes messages longer must stop there, and end the connection with code 1009.
 *
 * Returns: the limit in bytes, or [const@Faye.UNLIMITED]
 *
 * Since: 1.0
 */
guint64
faye_extension_task_get_max_length (FayeExtensionTask *self)
{
  g_return_val_if_fail (FAYE_IS_EXTENSION_TASK (self), 0);

  return MIN (self->limit, FAYE_UNLIMITED);
}

/**
 * faye_extension_task_get_compression:
 * @self: a task
 *
 * Tells what the sender of a message wishes, if the extension compresses.
 *
 * Returns: the wish; for a received message always `FAYE_COMPRESSION_DEFAULT`
 *
 * Since: 1.0
 */
FayeCompression
faye_extension_task_get_compression (FayeExtensionTask *self)
{
  g_return_val_if_fail (FAYE_IS_EXTENSION_TASK (self), FAYE_COMPRESSION_DEFAULT);

  return (FayeCompression) self->compress;
}

/**
 * faye_extension_task_return_bytes:
 * @self: a task that was not answered yet
 * @bytes: the message's new payload, which is shared and not copied
 * @rsv: its RSV bits: those it had, with the extension's own set in what is sent, and cleared in
 *   what was received
 *
 * Answers with another payload.
 *
 * A received message that has become longer than [method@Faye.ExtensionTask.get_max_length] ends
 * the connection with code 1009, and one of text that is not UTF-8 with 1007.
 *
 * Since: 1.0
 */
void
faye_extension_task_return_bytes (FayeExtensionTask *self, GBytes *bytes, FayeRsv rsv)
{
  FayeWork *work;
  FayePayload payload;

  g_return_if_fail (FAYE_IS_EXTENSION_TASK (self));
  g_return_if_fail (bytes != NULL);
  g_return_if_fail ((rsv & ~(FAYE_RSV_BIT_1 | FAYE_RSV_BIT_2 | FAYE_RSV_BIT_3)) == 0);

  work = faye_extension_task_take_work (self);
  if (work == NULL)
    return;
  if (g_bytes_get_size (bytes) > self->limit)
    {
      faye_work_fail (work, FAYE_CLOSE_CODE_TOO_BIG, "a message became longer than allowed");
      return;
    }
  payload = payload_for_bytes (bytes);
  faye_work_return (work, &payload, (guint8) rsv, FALSE);
}

/**
 * faye_extension_task_return_unchanged:
 * @self: a task that was not answered yet
 *
 * Answers that the message goes on as it is.
 *
 * Since: 1.0
 */
void
faye_extension_task_return_unchanged (FayeExtensionTask *self)
{
  FayeWork *work;

  g_return_if_fail (FAYE_IS_EXTENSION_TASK (self));

  work = faye_extension_task_take_work (self);
  if (work != NULL)
    faye_work_pass (work);
}

/* A Close says no code that may not be sent (RFC 6455, section 7.4.1). */
static guint
check_code (guint code)
{
  if (code == 0 || faye_close_code_is_valid (code))
    return code;
  g_critical ("Close code %u cannot be sent", code);
  return 0;
}

/* (owned) What fits into a Close. */
static char *
check_reason (const char *reason)
{
  gsize size = MIN (strlen (reason), FAYE_CLOSE_MAX_REASON);

  while (size > 0 && !faye_utf8_is_valid ((const guint8 *) reason, size))
    size--;
  return g_strndup (reason, size);
}

/**
 * faye_extension_task_return_error:
 * @self: a task that was not answered yet
 * @code: the close code to end the connection with, one that may be sent; 0 for 1010
 * @reason: (nullable): what to tell the peer, in UTF-8; what does not fit 123 bytes is cut off
 *
 * Answers that the message cannot be dealt with, and so ends the connection.
 *
 * What came before it is still sent or delivered. The program gets [signal@Faye.WebSocket::error],
 * whose message has the extension's name before the reason.
 *
 * Since: 1.0
 */
void
faye_extension_task_return_error (FayeExtensionTask *self, guint code, const char *reason)
{
  FayeWork *work;
  g_autofree char *text = NULL;

  g_return_if_fail (FAYE_IS_EXTENSION_TASK (self));

  work = faye_extension_task_take_work (self);
  if (work == NULL)
    return;
  text = check_reason (reason != NULL ? reason : "");
  faye_work_fail (work, check_code (code), text);
}
