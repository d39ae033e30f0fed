/* SPDX-License-Identifier: MIT */

#include "flood.h"

/* Sends as fast as the peer reads, in bounded memory. Messages go out in batches; the last of each
 * is sent with faye_web_socket_send_async (), which tells when all of it has left, and that makes
 * room for the next batch. With two under way the connection always has something to write. */

#define BATCH_BYTES (512 * 1024)
#define MAX_BATCHES 2
#define MAX_REQUESTS 64
#define MAX_SIZE (64 * 1024 * 1024)

typedef struct
{
  guint64 count;
  guint64 size;
} Request;

typedef struct
{
  FayeWebSocket *socket; /* (unowned): the flood lives as long as its signal handler there */
  GQueue requests;       /* (element-type Request) those that wait for their turn */
  FayeMessage *message;  /* (owned) (nullable) what is being sent */
  guint64 left;          /* how many more times */
  guint batches;         /* under way */
} Flood;

static void
flood_free (gpointer data, GClosure *closure)
{
  Flood *self = data;

  g_queue_clear_full (&self->requests, g_free);
  g_clear_pointer (&self->message, faye_message_unref);
  g_free (self);
}

static void
refuse (Flood *self, const char *reason)
{
  faye_web_socket_close (self->socket, 4000, reason, NULL);
}

static gboolean
set_size (Flood *self, gsize size)
{
  g_autoptr (GBytes) bytes = NULL;
  guint8 *data = g_try_malloc0 (MAX (size, 1));

  if (data == NULL)
    return FALSE;

  bytes = g_bytes_new_take (data, size);
  g_clear_pointer (&self->message, faye_message_unref);
  self->message = faye_message_new_bytes (bytes);
  return TRUE;
}

/* Whether there is anything to send: the rest of one request, or else the next. */
static gboolean
begin_next (Flood *self)
{
  while (self->left == 0)
    {
      g_autofree Request *request = g_queue_pop_head (&self->requests);

      if (request == NULL)
        return FALSE;
      if (!set_size (self, request->size))
        {
          refuse (self, "out of memory");
          return FALSE;
        }
      self->left = request->count;
    }

  return TRUE;
}

static void flood_continue (Flood *self);

static void
batch_sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Flood *self = user_data;

  self->batches--;
  if (faye_web_socket_send_finish (FAYE_WEB_SOCKET (source), result, NULL))
    flood_continue (self);
}

static void
send_batch (Flood *self)
{
  const gsize header = 10;
  guint64 fitting = BATCH_BYTES / (header + faye_message_get_size (self->message));
  guint64 n = CLAMP (fitting, 1, self->left);

  self->left -= n;
  self->batches++;
  for (guint64 i = 1; i < n; i++)
    faye_web_socket_send (self->socket, self->message);
  faye_web_socket_send_async (self->socket, self->message, NULL, batch_sent_cb, self);
}

static void
flood_continue (Flood *self)
{
  while (self->batches < MAX_BATCHES && begin_next (self))
    send_batch (self);
}

static gboolean
parse_request (const char *text, Request *request)
{
  g_auto (GStrv) words = g_strsplit (text, " ", 3);

  return g_strv_length (words) == 2 &&
         g_ascii_string_to_unsigned (words[0], 10, 0, G_MAXUINT64, &request->count, NULL) &&
         g_ascii_string_to_unsigned (words[1], 10, 0, MAX_SIZE, &request->size, NULL);
}

static void
message_cb (FayeWebSocket *socket, FayeMessage *message, gpointer user_data)
{
  Flood *self = user_data;
  const char *text = faye_message_get_text (message);
  Request request;

  if (text == NULL || !parse_request (text, &request))
    {
      refuse (self, "expected COUNT SIZE");
      return;
    }
  if (g_queue_get_length (&self->requests) == MAX_REQUESTS)
    {
      refuse (self, "too many requests at once");
      return;
    }

  g_queue_push_tail (&self->requests, g_memdup2 (&request, sizeof request));
  flood_continue (self);
}

void
flood_attach (FayeWebSocket *socket)
{
  Flood *self = g_new0 (Flood, 1);

  self->socket = socket;
  g_queue_init (&self->requests);
  g_signal_connect_data (socket, "message", G_CALLBACK (message_cb), self, flood_free, 0);
}
