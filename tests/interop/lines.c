/* SPDX-License-Identifier: MIT */

#include "lines.h"

#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Reads the commands on the main loop, writes the reports at once. Reports are short or the reader
 * is quick: blocking in them is no harm. */

const char *const lines_supported[] = { "alpha", "beta", NULL };

typedef struct
{
  GMainLoop *loop;
  LinesCommand command;
} Lines;

static void
take_line (Lines *self, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  self->command (g_ascii_strtoull (words[0], NULL, 10), words + 1);
}

static void
line_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GDataInputStream *input = G_DATA_INPUT_STREAM (source);
  Lines *self = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish (input, result, NULL, NULL);

  if (line == NULL)
    {
      g_main_loop_quit (self->loop);
      return;
    }
  take_line (self, line);
  g_data_input_stream_read_line_async (input, G_PRIORITY_DEFAULT, NULL, line_cb, self);
}

/* Runs COMMAND for each line of the standard input, until its end. */
void
lines_run (LinesCommand command)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GInputStream) base = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GDataInputStream) input = g_data_input_stream_new (base);
  Lines self = { loop, command };

  g_buffered_input_stream_set_buffer_size (G_BUFFERED_INPUT_STREAM (input), 1 << 16);
  g_data_input_stream_read_line_async (input, G_PRIORITY_DEFAULT, NULL, line_cb, &self);
  g_main_loop_run (loop);
}

GBytes *
lines_bytes (const char *word)
{
  gsize size;
  guchar *data;

  if (strcmp (word, "-") == 0)
    return g_bytes_new_static ("", 0);
  data = g_base64_decode (word, &size);
  return g_bytes_new_take (data, size);
}

char *
lines_text (const char *word)
{
  g_autoptr (GBytes) bytes = lines_bytes (word);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

char **
lines_list (const char *word)
{
  g_autofree char *text = lines_text (word);

  return g_strsplit (text, ",", -1);
}

char **
lines_deflate (const char *word)
{
  g_autofree char *text = lines_text (word);

  return strcmp (text, "off") == 0 ? NULL : g_strsplit (text, ",", -1);
}

static void
put_data (gconstpointer data, gsize size)
{
  g_autofree char *word = size == 0 ? g_strdup ("-") : g_base64_encode (data, size);

  putchar (' ');
  fputs (word, stdout);
}

static void
put_text (const char *text)
{
  put_data (text != NULL ? text : "", text != NULL ? strlen (text) : 0);
}

static void
end_line (void)
{
  putchar ('\n');
  fflush (stdout);
}

void
lines_listening (guint port)
{
  printf ("listening %u", port);
  end_line ();
}

void
lines_ready (void)
{
  fputs ("0 ready", stdout);
  end_line ();
}

void
lines_report_data (guint number, const char *event, gconstpointer data, gsize size)
{
  printf ("%u %s", number, event);
  put_data (data, size);
  end_line ();
}

void
lines_report_bytes (guint number, const char *event, GBytes *bytes)
{
  lines_report_data (number, event, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

void
lines_report_open (guint number, const char *path, const char *protocol, const char *header)
{
  printf ("%u open", number);
  put_text (path);
  put_text (protocol);
  put_text (header);
  end_line ();
}

void
lines_report_refused (guint number, guint status, const char *header, GBytes *body)
{
  printf ("%u refused %u", number, status);
  put_text (header);
  put_data (body != NULL ? g_bytes_get_data (body, NULL) : NULL,
            body != NULL ? g_bytes_get_size (body) : 0);
  end_line ();
}

void
lines_report_closed (guint number, guint code, const char *reason)
{
  printf ("%u closed %u", number, code);
  put_text (reason);
  end_line ();
}
