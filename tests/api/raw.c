/* SPDX-License-Identifier: MIT */

#include "tests/api/harness.h"

#include "faye/http/faye-handshake-private.h"

#include <string.h>
#include <sys/socket.h>

/* A peer that speaks bytes: everything is asynchronous, so that both ends can live on one thread.
 */

#define BUFFER_SIZE 65536

static void raw_read_on (Raw *raw);

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Raw *raw = user_data;
  g_autoptr (GError) error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  raw->reading = FALSE;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (n <= 0)
    {
      raw->ended = TRUE;
      if (!raw->holds)
        g_io_stream_close_async (raw->stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
      return;
    }
  g_byte_array_append (raw->in, raw->buffer, (guint) n);
  raw_read_on (raw);
}

static void
raw_read_on (Raw *raw)
{
  if (raw->reading || raw->paused || raw->ended)
    return;
  raw->reading = TRUE;
  g_input_stream_read_async (g_io_stream_get_input_stream (raw->stream),
                             raw->buffer,
                             BUFFER_SIZE,
                             G_PRIORITY_DEFAULT,
                             raw->cancellable,
                             read_cb,
                             raw);
}

static void raw_write_on (Raw *raw);

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Raw *raw = user_data;

  raw->writing = FALSE;
  g_bytes_unref (g_queue_pop_head (&raw->out));
  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL))
    g_queue_clear_full (&raw->out, (GDestroyNotify) g_bytes_unref);
  raw_write_on (raw);
}

static void
raw_write_on (Raw *raw)
{
  GBytes *bytes = g_queue_peek_head (&raw->out);
  gsize size;
  gconstpointer data;

  if (raw->writing || bytes == NULL)
    return;
  data = g_bytes_get_data (bytes, &size);
  raw->writing = TRUE;
  g_output_stream_write_all_async (g_io_stream_get_output_stream (raw->stream),
                                   data,
                                   size,
                                   G_PRIORITY_DEFAULT,
                                   raw->cancellable,
                                   written_cb,
                                   raw);
}

Raw *
raw_new (GIOStream *stream, gboolean masks)
{
  Raw *raw = g_new0 (Raw, 1);

  raw->stream = stream;
  raw->masks = masks;
  raw->in = g_byte_array_new ();
  raw->cancellable = g_cancellable_new ();
  raw->buffer = g_malloc (BUFFER_SIZE);
  raw_read_on (raw);
  return raw;
}

void
raw_vanish (Raw *raw, gboolean reset)
{
  struct linger linger = { 1, 0 };

  raw->paused = TRUE;
  g_cancellable_cancel (raw->cancellable);
  WAIT_UNTIL (!raw->reading && !raw->writing);
  if (reset)
    {
      GSocket *socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (raw->stream));

      setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
  g_io_stream_close (raw->stream, NULL, NULL);
}

void
raw_free (Raw *raw)
{
  raw_vanish (raw, FALSE);
  g_queue_clear_full (&raw->out, (GDestroyNotify) g_bytes_unref);
  g_object_unref (raw->stream);
  g_object_unref (raw->cancellable);
  g_byte_array_unref (raw->in);
  g_free (raw->buffer);
  g_free (raw);
}

void
raw_pause (Raw *raw, gboolean paused)
{
  raw->paused = paused;
  if (!paused)
    raw_read_on (raw);
}

void
raw_send (Raw *raw, gconstpointer data, gsize size)
{
  g_queue_push_tail (&raw->out, g_bytes_new (data, size));
  raw_write_on (raw);
}

void
raw_print (Raw *raw, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  raw_send (raw, text, strlen (text));
}

static guint
put_length (guint8 *head, gsize size)
{
  guint64 wide = GUINT64_TO_BE ((guint64) size);
  guint16 narrow = GUINT16_TO_BE ((guint16) size);

  if (size < 126)
    {
      head[1] = (guint8) size;
      return 2;
    }
  head[1] = size < 65536 ? 126 : 127;
  if (size < 65536)
    memcpy (head + 2, &narrow, 2);
  else
    memcpy (head + 2, &wide, 8);
  return size < 65536 ? 4 : 10;
}

GBytes *
raw_make_frame (gboolean masked, guint8 first, gconstpointer payload, gsize size)
{
  static const guint8 key[4] = { 0x37, 0xfa, 0x21, 0x3d };
  GByteArray *frame = g_byte_array_new ();
  guint8 head[10] = { first };
  guint n = put_length (head, size);
  guint start;
  gsize i;

  head[1] |= masked ? 0x80 : 0;
  g_byte_array_append (frame, head, n);
  if (masked)
    g_byte_array_append (frame, key, 4);
  start = frame->len;
  g_byte_array_append (frame, payload, (guint) size);
  for (i = 0; masked && i < size; i++)
    frame->data[start + i] ^= key[i & 3];
  return g_byte_array_free_to_bytes (frame);
}

void
raw_send_frame (Raw *raw, guint8 first, gconstpointer payload, gsize size)
{
  g_queue_push_tail (&raw->out, raw_make_frame (raw->masks, first, payload, size));
  raw_write_on (raw);
}

void
raw_send_close (Raw *raw, guint code, const char *reason)
{
  guint8 payload[125] = { (guint8) (code >> 8), (guint8) code };
  gsize size = strlen (reason);

  memcpy (payload + 2, reason, size);
  raw_send_frame (raw, 0x88, payload, size + 2);
}

static guint8 *
find_head_end (Raw *raw)
{
  return raw->in->len > 0 ? memmem (raw->in->data, raw->in->len, "\r\n\r\n", 4) : NULL;
}

char *
raw_read_head (Raw *raw)
{
  guint8 *end;
  char *head;
  guint size;

  WAIT_UNTIL (find_head_end (raw) != NULL || raw->ended);
  end = find_head_end (raw);
  if (end == NULL)
    g_error ("No head came, but \"%.*s\"", (int) raw->in->len, (char *) raw->in->data);
  size = (guint) (end - raw->in->data) + 4;
  head = g_strndup ((char *) raw->in->data, size);
  g_byte_array_remove_range (raw->in, 0, size);
  return head;
}

static gsize
get_length (const guint8 *head, guint *offset)
{
  guint64 size = head[1] & 0x7f;
  guint n = size == 126 ? 2 : size == 127 ? 8 : 0;
  guint i;

  if (n > 0)
    size = 0;
  for (i = 0; i < n; i++)
    size = size << 8 | head[2 + i];
  *offset = 2 + n;
  return (gsize) size;
}

static char *
name_frame (guint opcode, const guint8 *payload, gsize size)
{
  static const char *const names[16] = { "more", "text", "binary", [8] = "close", "ping", "pong" };

  g_assert_nonnull (names[opcode]);
  if (opcode == 8 && size >= 2)
    return g_strdup_printf ("close %u %.*s",
                            payload[0] << 8 | payload[1],
                            (int) size - 2,
                            payload + 2);
  if (opcode == 2 || size > 64)
    return g_strdup_printf ("%s %" G_GSIZE_FORMAT, names[opcode], size);
  return g_strdup_printf ("%s %.*s", names[opcode], (int) size, payload);
}

char *
raw_read_frame (Raw *raw)
{
  guint offset = 0;
  gsize size;
  guint8 *key;
  gsize i;
  char *line;

  WAIT_UNTIL (raw->in->len >= 14 || raw->ended ||
              (raw->in->len >= 2 && (raw->in->data[1] & 0x7f) < 126 &&
               raw->in->len >= 2u + (raw->in->data[1] & 0x7f) + (raw->masks ? 0 : 4)));
  if (raw->in->len < 2)
    return g_strdup ("end");
  size = get_length (raw->in->data, &offset);
  g_assert_cmpuint (raw->in->data[1] >> 7, ==, raw->masks ? 0 : 1);
  offset += raw->masks ? 0 : 4;
  WAIT_UNTIL (raw->in->len >= offset + size || raw->ended);
  g_assert_cmpuint (raw->in->len, >=, offset + size);
  key = raw->in->data + offset - 4;
  for (i = 0; !raw->masks && i < size; i++)
    raw->in->data[offset + i] ^= key[i & 3];
  line = name_frame (raw->in->data[0] & 15, raw->in->data + offset, size);
  g_byte_array_remove_range (raw->in, 0, (guint) (offset + size));
  return line;
}

void
raw_send_request (Raw *raw, const char *extra)
{
  raw_print (raw,
             "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Key: " RAW_KEY "\r\nSec-WebSocket-Version: 13\r\n%s\r\n",
             extra);
}

char *
raw_make_response (const char *request, const char *extra)
{
  const char *name = "Sec-WebSocket-Key: ";
  const char *start = strstr (request, name);
  g_autofree char *key = NULL;
  g_autofree char *accept = NULL;

  g_assert_nonnull (start);
  start += strlen (name);
  key = g_strndup (start, strcspn (start, "\r"));
  accept = faye_handshake_accept_key (key);
  return g_strdup_printf ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n",
                          accept,
                          extra);
}

char *
raw_answer_request (Raw *raw, const char *extra)
{
  char *request = raw_read_head (raw);
  g_autofree char *response = raw_make_response (request, extra);

  raw_print (raw, "%s", response);
  return request;
}
