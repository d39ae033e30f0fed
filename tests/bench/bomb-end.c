/* SPDX-License-Identifier: MIT */

#include "../interop/lines.h"
#include "load-util.h"

#include <faye/faye.h>
#include <fcntl.h>
#include <libsoup/soup.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* One end of a connection with permessage-deflate, whose main loop is watched while messages come
 * and go: `bomb-end MAX_LENGTH server|client`, told what to do by bomb.py in lines.
 *
 *     commands                                     reports
 *     1 open URL       (client; in base64)         listening PORT                  (server, first)
 *     1 watch          from here on                1 open
 *     1 report                                     1 watching
 *     1 load FILE      (in base64)                 1 stall GAP HELD CPU TICKS    (nanoseconds)
 *     1 send KIND                                  1 loaded
 *     1 sum                                        1 sent
 *                                                  1 message SIZE
 *                                                  1 sum SHA256
 *                                                  1 closed CODE
 */

#define TICK_MS 1

/* Three clocks: of the wall, of the time in which this thread did not wait for a processor that
 * others had, and of the time in which it had one. */
typedef struct
{
  guint64 wall;
  guint64 held;
  guint64 cpu;
} Clocks;

/* The longest times between two ticks. */
typedef struct
{
  Clocks at;
  Clocks gap;
  guint64 ticks;
} Watch;

static Watch watch;
static guint64 max_length;
static FayeWebSocket *socket;
static GBytes *loaded;
static FayeMessage *last;

static guint64
thread_cpu (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (guint64) time.tv_sec * G_GUINT64_CONSTANT (1000000000) + (guint64) time.tv_nsec;
}

/* How long the scheduler has let this thread wait: the second number of schedstat. */
static guint64
waited (void)
{
  static int fd = -1;
  char text[128] = "";
  const char *space;

  if (fd < 0)
    fd = open ("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  if (fd < 0 || pread (fd, text, sizeof text - 1, 0) <= 0)
    return 0;
  space = strchr (text, ' ');
  return space != NULL ? g_ascii_strtoull (space, NULL, 10) : 0;
}

static Clocks
read_clocks (void)
{
  Clocks now = { .cpu = thread_cpu () };
  guint64 before;
  guint64 after = waited ();

  /* What it waits between two readings would be put down to the wrong tick. */
  do
    {
      before = after;
      now.wall = load_now ();
      after = waited ();
    }
  while (after != before);
  now.held = now.wall - after;
  return now;
}

static gboolean
tick_cb (gpointer user_data)
{
  Clocks now = read_clocks ();

  watch.gap.wall = MAX (watch.gap.wall, now.wall - watch.at.wall);
  if (now.held > watch.at.held)
    watch.gap.held = MAX (watch.gap.held, now.held - watch.at.held);
  watch.gap.cpu = MAX (watch.gap.cpu, now.cpu - watch.at.cpu);
  watch.at = now;
  watch.ticks++;
  return G_SOURCE_CONTINUE;
}

G_GNUC_PRINTF (1, 2)
static void
report (const char *format, ...)
{
  va_list args;

  fputs ("1 ", stdout);
  va_start (args, format);
  vprintf (format, args);
  va_end (args);
  putchar ('\n');
  fflush (stdout);
}

static void
open_cb (FayeWebSocket *self, gpointer user_data)
{
  report ("open");
}

static void
message_cb (FayeWebSocket *self, FayeMessage *message, gpointer user_data)
{
  g_clear_pointer (&last, faye_message_unref);
  last = faye_message_ref (message);
  report ("message %" G_GSIZE_FORMAT, faye_message_get_size (message));
}

static void
closed_cb (FayeWebSocket *self, guint code, const char *reason, gpointer user_data)
{
  report ("closed %u", code);
}

static void
attach (FayeWebSocket *self)
{
  g_autoptr (FayePermessageDeflate) deflate = faye_permessage_deflate_new ();
  g_autoptr (GError) error = NULL;

  if (!faye_web_socket_add_extension (self, FAYE_EXTENSION (deflate), &error))
    load_die ("%s", error->message);
  if (max_length != 0)
    faye_web_socket_set_max_length (self, max_length);
  g_set_object (&socket, self);
  g_signal_connect (self, "open", G_CALLBACK (open_cb), NULL);
  g_signal_connect (self, "message", G_CALLBACK (message_cb), NULL);
  g_signal_connect (self, "closed", G_CALLBACK (closed_cb), NULL);
}

static void
request_cb (SoupServer *server,
            SoupServerMessage *request,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  g_autoptr (FayeWebSocket) self = faye_web_socket_new (request, NULL);

  attach (self);
}

static SoupServer *
serve (void)
{
  SoupServer *server = soup_server_new (NULL, NULL);
  GSList *uris;

  soup_server_add_handler (server, NULL, request_cb, NULL, NULL);
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL))
    load_die ("cannot listen");
  uris = soup_server_get_uris (server);
  lines_listening (g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return server;
}

static void
dial (const char *word)
{
  g_autofree char *url = lines_text (word);
  g_autoptr (FayeWebSocket) self = g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT, "url", url, NULL);

  attach (self);
}

static void
load_file (const char *word)
{
  g_autofree char *path = lines_text (word);
  g_autoptr (GError) error = NULL;
  char *data;
  gsize size;

  if (!g_file_get_contents (path, &data, &size, &error))
    load_die ("%s", error->message);
  g_clear_pointer (&loaded, g_bytes_unref);
  loaded = g_bytes_new_take (data, size);
  report ("loaded");
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!faye_web_socket_send_finish (FAYE_WEB_SOCKET (source), result, &error))
    load_die ("%s", error->message);
  report ("sent");
}

static void
send_loaded (const char *kind)
{
  gboolean text = strcmp (kind, "text") == 0;
  g_autoptr (FayeMessage) message =
    faye_message_new (text ? FAYE_MESSAGE_KIND_TEXT : FAYE_MESSAGE_KIND_BINARY, loaded, NULL);

  faye_web_socket_send_async (socket, message, NULL, sent_cb, NULL);
}

static void
start_watch (void)
{
  watch = (Watch){ .at = read_clocks () };
  report ("watching");
}

static void
report_stall (void)
{
  tick_cb (NULL);
  report ("stall %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
          " %" G_GUINT64_FORMAT,
          watch.gap.wall,
          watch.gap.held,
          watch.gap.cpu,
          watch.ticks);
}

static void
report_sum (void)
{
  gsize size;
  const guint8 *data = faye_message_get_data (last, &size);
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, size);

  report ("sum %s", sum);
}

static void
command (guint number, char **words)
{
  if (strcmp (words[0], "open") == 0)
    dial (words[1]);
  else if (strcmp (words[0], "watch") == 0)
    start_watch ();
  else if (strcmp (words[0], "report") == 0)
    report_stall ();
  else if (strcmp (words[0], "load") == 0)
    load_file (words[1]);
  else if (strcmp (words[0], "send") == 0)
    send_loaded (words[1]);
  else if (strcmp (words[0], "sum") == 0)
    report_sum ();
}

int
main (int argc, char **argv)
{
  g_autoptr (SoupServer) server = NULL;

  if (argc != 3)
    load_die ("Usage: bomb-end MAX_LENGTH server|client (0: the default)");
  max_length = g_ascii_strtoull (argv[1], NULL, 10);
  if (strcmp (argv[2], "server") == 0)
    server = serve ();
  g_timeout_add (TICK_MS, tick_cb, NULL);
  lines_run (command);
  if (socket != NULL)
    faye_web_socket_abort (socket);
  g_clear_object (&socket);
  g_clear_pointer (&last, faye_message_unref);
  g_clear_pointer (&loaded, g_bytes_unref);
  return 0;
}
