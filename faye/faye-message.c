/* SPDX-License-Identifier: MIT */

#include "faye/faye-message-private.h"

#include "faye/core/faye-utf8-private.h"
#include "faye/faye-error.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/**
 * FayeMessage:
 *
 * One WebSocket message: a kind and the payload's bytes.
 *
 * A message never changes once made, so that it can be kept, handed to other threads, and sent to
 * any number of sockets without a copy. A text message is always valid UTF-8.
 *
 * ```c
 * g_autoptr (FayeMessage) message = faye_message_new_text ("Grüße");
 * faye_web_socket_send (socket, message);
 * ```
 *
 * Since: 1.0
 */

/* From here on (bytes) a payload of ours is freed by a thread: giving 32 MiB back to the system
 * takes 4 ms, which a main loop does not have. */
#define FREE_ELSEWHERE_MIN (4 * 1024 * 1024)
#define FREE_PIECE (512 * 1024)

/* Small payloads live in the message's own block; larger ones in a GBytes that can be passed on. */
#define INLINE_MAX 1024

struct _FayeMessage
{
  gatomicrefcount ref_count;
  FayeMessageKind kind;
  FayeCompression compression;
  gboolean terminated; /* data[size] is a NUL */
  const guint8 *data;  /* in BYTES, or INLINE_DATA */
  gsize size;
  GBytes *bytes; /* (owned) (nullable) made when asked for if the payload is inline; atomic */
  char *text;    /* (owned) (nullable) a terminated copy, made when asked for; atomic */
  guint8 inline_data[];
};

G_DEFINE_BOXED_TYPE (FayeMessage, faye_message, faye_message_ref, faye_message_unref)

static FayeMessage *
message_alloc (FayeMessageKind kind, gsize size, gsize inline_size)
{
  FayeMessage *self = g_malloc (sizeof (FayeMessage) + inline_size);

  g_atomic_ref_count_init (&self->ref_count);
  self->kind = kind;
  self->compression = FAYE_COMPRESSION_DEFAULT;
  self->size = size;
  self->terminated = FALSE;
  self->data = self->inline_data;
  self->bytes = NULL;
  self->text = NULL;
  return self;
}

static FayeMessage *
message_new_for_bytes (FayeMessageKind kind, GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  FayeMessage *self = message_alloc (kind, size, 0);

  self->data = data;
  self->bytes = g_bytes_ref (bytes);
  return self;
}

typedef struct
{
  guint8 *data; /* (owned) */
  gsize size;
} LargeBlock;

/* The kernel locks the process's memory while it takes pages back, so it is given them in pieces
 * that nobody notices. */
static void
free_cb (gpointer item, gpointer user_data)
{
  const gsize page = (gsize) sysconf (_SC_PAGESIZE);
  LargeBlock *block = item;
  guint8 *end = block->data + block->size;
  guint8 *at = block->data + (page - (gsize) block->data % page);

  for (; (gsize) (end - at) >= FREE_PIECE; at += FREE_PIECE)
    madvise (at, FREE_PIECE, MADV_DONTNEED);
  g_free (block->data);
  g_free (block);
}

static void
free_elsewhere (gpointer item)
{
  static GThreadPool *pool = NULL;

  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, g_thread_pool_new (free_cb, NULL, 1, FALSE, NULL));
  g_thread_pool_push (pool, item, NULL);
}

static GBytes *
take_block (guint8 *data, gsize size)
{
  LargeBlock *block;

  if (size < FREE_ELSEWHERE_MIN)
    return g_bytes_new_take (data, size);
  block = g_new (LargeBlock, 1);
  *block = (LargeBlock){ data, size };
  return g_bytes_new_with_free_func (data, size, free_elsewhere, block);
}

FayeMessage *
faye_message_new_take (FayeMessageKind kind, guint8 *data, gsize size)
{
  FayeMessage *self = message_alloc (kind, size, 0);

  self->data = data;
  self->bytes = take_block (data, size);
  self->terminated = TRUE;
  return self;
}

FayeMessage *
faye_message_new_copy (FayeMessageKind kind, const guint8 *data, gsize size)
{
  FayeMessage *self;

  if (size > INLINE_MAX)
    {
      guint8 *copy = g_malloc (size + 1);

      memcpy (copy, data, size);
      copy[size] = 0;
      return faye_message_new_take (kind, copy, size);
    }

  self = message_alloc (kind, size, size + 1);
  if (size > 0)
    memcpy (self->inline_data, data, size);
  self->inline_data[size] = 0;
  self->terminated = TRUE;
  return self;
}

/**
 * faye_message_new:
 * @kind: text or binary
 * @bytes: the payload
 * @error: return location for an error
 *
 * Makes a message of either kind from bytes, which are shared and not copied.
 *
 * This is the way to make a text that may hold NUL characters.
 *
 * Fails with `FAYE_ERROR_INVALID_DATA` if @kind is text and @bytes are not valid UTF-8 (RFC 6455,
 * section 8.1).
 *
 * Returns: (transfer full): the message
 *
 * Since: 1.0
 */
FayeMessage *
faye_message_new (FayeMessageKind kind, GBytes *bytes, GError **error)
{
  gsize size;
  const guint8 *data;

  g_return_val_if_fail (kind == FAYE_MESSAGE_KIND_TEXT || kind == FAYE_MESSAGE_KIND_BINARY, NULL);
  g_return_val_if_fail (bytes != NULL, NULL);

  data = g_bytes_get_data (bytes, &size);
  if (kind == FAYE_MESSAGE_KIND_TEXT && !faye_utf8_is_valid (data, size))
    {
      g_set_error (error,
                   FAYE_ERROR,
                   FAYE_ERROR_INVALID_DATA,
                   "The %" G_GSIZE_FORMAT " bytes given as text are not valid UTF-8",
                   size);
      return NULL;
    }
  return message_new_for_bytes (kind, bytes);
}

/**
 * faye_message_new_text:
 * @text: valid UTF-8
 *
 * Makes a text message from a copy of a string.
 *
 * It is an error of the program to give text that is not UTF-8; [ctor@Faye.Message.new] tells where
 * that is not sure.
 *
 * Returns: (transfer full): the message
 *
 * Since: 1.0
 */
FayeMessage *
faye_message_new_text (const char *text)
{
  gsize size;

  g_return_val_if_fail (text != NULL, NULL);

  size = strlen (text);
  g_return_val_if_fail (faye_utf8_is_valid ((const guint8 *) text, size), NULL);
  return faye_message_new_copy (FAYE_MESSAGE_KIND_TEXT, (const guint8 *) text, size);
}

/**
 * faye_message_new_bytes:
 * @bytes: the payload
 *
 * Makes a binary message from bytes, which are shared and not copied.
 *
 * Returns: (transfer full): the message
 *
 * Since: 1.0
 */
FayeMessage *
faye_message_new_bytes (GBytes *bytes)
{
  g_return_val_if_fail (bytes != NULL, NULL);

  return message_new_for_bytes (FAYE_MESSAGE_KIND_BINARY, bytes);
}

/**
 * faye_message_with_compression:
 * @self: a message
 * @compression: whether it is to be compressed when it is sent
 *
 * Makes a message of the same kind and payload that is to be compressed always, or never. The
 * payload is shared and not copied, unless it is short.
 *
 * It matters only to connections with an extension that compresses, such as
 * [class@Faye.PermessageDeflate]. `FAYE_COMPRESSION_NEVER` is for what is compressed already, such
 * as images, and for secrets beside which a stranger may choose text.
 *
 * Returns: (transfer full): the message
 *
 * Since: 1.0
 */
FayeMessage *
faye_message_with_compression (FayeMessage *self, FayeCompression compression)
{
  FayeMessage *copy;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (compression <= FAYE_COMPRESSION_ALWAYS, NULL);

  if (self->data == self->inline_data)
    copy = faye_message_new_copy (self->kind, self->data, self->size);
  else
    copy = message_new_for_bytes (self->kind, self->bytes);
  copy->terminated = self->terminated;
  copy->compression = compression;
  return copy;
}

/**
 * faye_message_ref:
 * @self: a message
 *
 * Takes another reference to a message. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
FayeMessage *
faye_message_ref (FayeMessage *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * faye_message_unref:
 * @self: (transfer full): a message
 *
 * Gives up a reference to a message; the last one frees it. May be called from any thread.
 *
 * Since: 1.0
 */
void
faye_message_unref (FayeMessage *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self->text);
  g_free (self);
}

/**
 * faye_message_get_kind:
 * @self: a message
 *
 * Tells whether a message is text or binary.
 *
 * Returns: the kind
 *
 * Since: 1.0
 */
FayeMessageKind
faye_message_get_kind (FayeMessage *self)
{
  g_return_val_if_fail (self != NULL, FAYE_MESSAGE_KIND_BINARY);

  return self->kind;
}

/**
 * faye_message_get_size:
 * @self: a message
 *
 * Tells how long a message's payload is.
 *
 * Returns: the size in bytes
 *
 * Since: 1.0
 */
gsize
faye_message_get_size (FayeMessage *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size;
}

/* Publishes VALUE in *SLOT unless another thread was quicker; gives back what stands there. */
static gpointer
publish (gpointer *slot, gpointer value, GDestroyNotify destroy)
{
  if (g_atomic_pointer_compare_and_exchange (slot, NULL, value))
    return value;
  destroy (value);
  return g_atomic_pointer_get (slot);
}

/**
 * faye_message_get_text:
 * @self: a message
 *
 * Gives a text message's text, ended by a NUL.
 *
 * A text may hold NUL characters itself; all of it is in [method@Faye.Message.get_bytes].
 *
 * Returns: (transfer none) (nullable): the text, or `NULL` if the message is binary
 *
 * Since: 1.0
 */
const char *
faye_message_get_text (FayeMessage *self)
{
  char *text;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->kind != FAYE_MESSAGE_KIND_TEXT)
    return NULL;
  if (self->terminated)
    return (const char *) self->data;

  text = g_atomic_pointer_get (&self->text);
  if (text != NULL)
    return text;

  text = g_malloc (self->size + 1);
  if (self->size > 0)
    memcpy (text, self->data, self->size);
  text[self->size] = '\0';
  return publish ((gpointer *) &self->text, text, g_free);
}

/**
 * faye_message_get_bytes:
 * @self: a message
 *
 * Gives a message's payload.
 *
 * Returns: (transfer none): the payload
 *
 * Since: 1.0
 */
GBytes *
faye_message_get_bytes (FayeMessage *self)
{
  GBytes *bytes;

  g_return_val_if_fail (self != NULL, NULL);

  bytes = g_atomic_pointer_get (&self->bytes);
  if (bytes != NULL)
    return bytes;
  bytes = g_bytes_new (self->data, self->size);
  return publish ((gpointer *) &self->bytes, bytes, (GDestroyNotify) g_bytes_unref);
}

/**
 * faye_message_get_data:
 * @self: a message
 * @size: (out): the payload's length in bytes
 *
 * Gives direct access to a message's payload.
 *
 * Returns: (transfer none) (nullable) (array length=size) (element-type guint8): the payload, valid
 * for as long as the message is
 *
 * Since: 1.0
 */
const guint8 *
faye_message_get_data (FayeMessage *self, gsize *size)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (size != NULL, NULL);

  *size = self->size;
  return self->data;
}

/**
 * faye_message_get_compression:
 * @self: a message
 *
 * Tells whether a message is to be compressed when it is sent:
 * [method@Faye.Message.with_compression].
 *
 * Returns: the sender's wish; of a message that was received, `FAYE_COMPRESSION_DEFAULT`
 *
 * Since: 1.0
 */
FayeCompression
faye_message_get_compression (FayeMessage *self)
{
  g_return_val_if_fail (self != NULL, FAYE_COMPRESSION_DEFAULT);

  return self->compression;
}
