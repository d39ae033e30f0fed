/* SPDX-License-Identifier: MIT */

#include "load-deflate.h"
#include "load-socket.h"
#include "load-util.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A neutral WebSocket load client. Prints one line of key=value fields; ends with status 0 when
 * every check held, 1 for a wrong command line or no connection, 2 when the load failed.
 *
 * The server's CPU time a message, from /proc, is the figure that suffers least from a busy
 * machine; server_load and client_load tell which side was saturated (1.00 is one core). */

#define SECOND 1e9
#define SETTLE_NS (G_GUINT64_CONSTANT (500000000))
#define ROUND_TRIPS_PER_SECOND 400000

static const char *const mode_names[] = { "echo", "sink", "flood", "idle", "connect", NULL };
static const char *const payload_names[] = { "binary", "text", "multibyte", "json", NULL };

static char *mode_name;
static char *payload_name;
static char *size_text;
static int server_pid;
static double warm_up = 1;
static double duration = 3;
static gboolean touch;

static GOptionEntry entries[] = {
  { "mode", 'm', 0, G_OPTION_ARG_STRING, &mode_name, "What to do", "echo|sink|flood|idle|connect" },
  { "host", 'H', 0, G_OPTION_ARG_STRING, &load_plan.host, "IPv4 address (127.0.0.1)", "ADDRESS" },
  { "port", 'p', 0, G_OPTION_ARG_INT, &load_plan.port, "Port of the server", "PORT" },
  { "path", 'r', 0, G_OPTION_ARG_STRING, &load_plan.path, "Path (by mode)", "PATH" },
  { "connections", 'c', 0, G_OPTION_ARG_INT, &load_plan.connections, "Connections (1)", "N" },
  { "depth", 'd', 0, G_OPTION_ARG_INT, &load_plan.depth, "Echoes under way on each (1)", "N" },
  { "size", 's', 0, G_OPTION_ARG_STRING, &size_text, "Bytes a message (64)", "SIZE[k|M]" },
  { "fragments", 'f', 0, G_OPTION_ARG_INT, &load_plan.fragments, "Frames a message (1)", "N" },
  { "type", 't', 0, G_OPTION_ARG_STRING, &payload_name, "Payload", "binary|text|multibyte|json" },
  { "warm-up", 'w', 0, G_OPTION_ARG_DOUBLE, &warm_up, "Before the clock starts (1)", "SECONDS" },
  { "time", 'T', 0, G_OPTION_ARG_DOUBLE, &duration, "Measured time (3)", "SECONDS" },
  { "server-pid", 'P', 0, G_OPTION_ARG_INT, &server_pid, "Whose CPU and memory", "PID" },
  { "verify", 'v', 0, G_OPTION_ARG_NONE, &load_plan.verify, "Compare each echo", NULL },
  { "window", 'W', 0, G_OPTION_ARG_INT, &load_deflate.window_bits, "permessage-deflate", "BITS" },
  { "mem-level", 0, 0, G_OPTION_ARG_INT, &load_deflate.mem_level, "zlib's, of the client", "N" },
  { "no-takeover", 0, 0, G_OPTION_ARG_NONE, &load_deflate.no_takeover, "Neither end's", NULL },
  { "raw", 0, 0, G_OPTION_ARG_NONE, &load_plan.raw, "Bytes come back masked, as sent", NULL },
  { "touch", 0, 0, G_OPTION_ARG_NONE, &touch, "Idle: one echo on each, then look again", NULL },
  G_OPTION_ENTRY_NULL,
};

static const char summary[] =
  "echo     every connection keeps DEPTH messages under way\n"
  "sink     the client sends without end; each block of messages ends with a ping, whose pong\n"
  "         tells that the server has dealt with it\n"
  "flood    the server sends: `COUNT SIZE` is answered with COUNT messages of SIZE bytes\n"
  "idle     connections are held; memory a connection\n"
  "connect  one handshake after the other, each connection closed at once";

/* One measurement: taken at its start, printed at its end. */
typedef struct
{
  guint64 time;
  guint64 messages;
  guint64 bytes;
  guint64 own_cpu;
  LoadCpu cpu;
} Mark;

static guint64
in_seconds (double seconds)
{
  return (guint64) (seconds * SECOND);
}

static Mark
mark (void)
{
  Mark now = { .messages = load_count.messages, .bytes = load_count.bytes };

  now.cpu = load_cpu_of (server_pid);
  now.own_cpu = load_own_cpu ();
  now.time = load_now ();
  return now;
}

static void
print_head (void)
{
  printf ("mode=%s connections=%d depth=%d size=%" G_GUINT64_FORMAT " type=%s fragments=%d",
          mode_names[load_plan.mode],
          load_plan.connections,
          load_plan.depth,
          load_plan.size,
          payload_names[load_plan.payload],
          load_plan.fragments);
}

static void
print_server (const Mark *from, const Mark *to, double messages, double seconds)
{
  double cpu = (double) (to->cpu.total - from->cpu.total);
  double user = (double) (to->cpu.user - from->cpu.user);
  double system = (double) (to->cpu.system - from->cpu.system);

  printf (" cpu_us=%.4f user_share=%.2f server_load=%.2f resident_kib=%ld",
          cpu / 1e3 / MAX (messages, 1),
          user / MAX (user + system, 1),
          cpu / SECOND / seconds,
          load_resident_kib_of (server_pid));
}

static void
print_rates (const Mark *from, const Mark *to)
{
  double seconds = (double) (to->time - from->time) / SECOND;
  double messages = (double) (to->messages - from->messages);

  printf (" messages=%.0f seconds=%.3f per_second=%.1f mb_per_second=%.2f client_load=%.2f",
          messages,
          seconds,
          messages / seconds,
          (double) (to->bytes - from->bytes) / 1e6 / seconds,
          (double) (to->own_cpu - from->own_cpu) / SECOND / seconds);
  if (server_pid != 0)
    print_server (from, to, messages, seconds);
}

static int
compare_round_trips (gconstpointer a, gconstpointer b)
{
  guint32 x = *(const guint32 *) a;
  guint32 y = *(const guint32 *) b;

  return x < y ? -1 : x > y;
}

static void
print_round_trips (void)
{
  guint32 *times = load_count.round_trips;
  gsize count = load_count.n_round_trips;

  if (count == 0)
    return;
  qsort (times, count, sizeof *times, compare_round_trips);
  printf (" p50_us=%.2f p99_us=%.2f max_us=%.1f",
          times[count / 2] / 1e3,
          times[count * 99 / 100] / 1e3,
          times[count - 1] / 1e3);
}

static LoadSocket **
open_all (void)
{
  LoadSocket **sockets = g_new0 (LoadSocket *, (gsize) load_plan.connections);

  for (int i = 0; i < load_plan.connections; i++)
    sockets[i] = load_socket_open (i);
  return sockets;
}

static void
close_all (LoadSocket **sockets)
{
  for (int i = 0; i < load_plan.connections; i++)
    load_socket_close (sockets[i]);
}

static void
start_all (LoadSocket **sockets)
{
  static const guint64 ahead[] = { [LOAD_SINK] = 4, [LOAD_FLOOD] = 2 };
  guint64 messages =
    load_plan.mode == LOAD_ECHO ? (guint64) load_plan.depth : ahead[load_plan.mode];

  for (int i = 0; i < load_plan.connections; i++)
    load_socket_start (sockets[i], messages);
}

static void
run_stream (void)
{
  g_autofree LoadSocket **sockets = open_all ();
  Mark from;
  Mark to;

  start_all (sockets);
  load_run (load_now () + in_seconds (warm_up), G_MAXUINT64);
  load_count.sampling = TRUE;
  from = mark ();
  load_run (from.time + in_seconds (duration), G_MAXUINT64);
  to = mark ();
  print_head ();
  print_rates (&from, &to);
  print_round_trips ();
  putchar ('\n');
  close_all (sockets);
}

static void
touch_all (LoadSocket **sockets)
{
  for (int i = 0; i < load_plan.connections; i++)
    {
      guint64 wanted = load_count.messages + 1;

      load_socket_start (sockets[i], 1);
      load_run (load_now () + in_seconds (10), wanted);
      if (load_count.messages != wanted)
        load_fail ("no echo on connection %d", i);
    }
}

static double
kib_each (long before)
{
  load_run (load_now () + SETTLE_NS, G_MAXUINT64);
  return (double) (load_resident_kib_of (server_pid) - before) / load_plan.connections;
}

static void
run_idle (void)
{
  long before = load_resident_kib_of (server_pid);
  Mark from = mark ();
  g_autofree LoadSocket **sockets = open_all ();
  Mark opened = mark ();

  print_head ();
  printf (" kib_each=%.3f open_cpu_us=%.2f",
          kib_each (before),
          (double) (opened.cpu.total - from.cpu.total) / 1e3 / load_plan.connections);
  if (touch)
    {
      touch_all (sockets);
      printf (" kib_each_touched=%.3f", kib_each (before));
    }
  /* Whoever waits for the connections to be there reads this line. */
  printf ("\n");
  fflush (stdout);
  load_run (load_now () + in_seconds (duration), G_MAXUINT64);
  close_all (sockets);
}

static void
connect_until (guint64 until)
{
  while (load_now () < until)
    load_socket_close (load_socket_open ((int) (load_count.messages++ % 262144)));
}

static void
run_connect (void)
{
  Mark from;
  Mark to;

  connect_until (load_now () + in_seconds (warm_up));
  from = mark ();
  connect_until (from.time + in_seconds (duration));
  to = mark ();
  print_head ();
  print_rates (&from, &to);
  putchar ('\n');
}

static guint64
parse_size (const char *text)
{
  char *end = NULL;
  guint64 size = g_ascii_strtoull (text, &end, 10);

  if (g_ascii_tolower (*end) == 'k')
    return size << 10;
  if (g_ascii_tolower (*end) == 'm')
    return size << 20;
  if (end == text || *end != '\0')
    load_die ("not a size: %s", text);
  return size;
}

/* The place of NAME in NAMES; the first when there is none. */
static int
pick (const char *name, const char *const *names)
{
  if (name == NULL)
    return 0;
  for (int i = 0; names[i] != NULL; i++)
    if (strcmp (name, names[i]) == 0)
      return i;
  load_die ("unknown: %s", name);
}

static void
parse_options (int *argc, char ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- put load on a WebSocket server");
  g_autoptr (GError) error = NULL;

  load_plan.connections = load_plan.depth = load_plan.fragments = 1;
  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error))
    load_die ("%s", error->message);
  load_plan.mode = (LoadMode) pick (mode_name, mode_names);
  load_plan.payload = (LoadPayload) pick (payload_name, payload_names);
  load_plan.size = parse_size (size_text != NULL ? size_text : "64");
  if (load_plan.host == NULL)
    load_plan.host = g_strdup ("127.0.0.1");
  if (load_plan.path == NULL)
    load_plan.path = g_strdup (load_plan.mode == LOAD_SINK    ? "/sink"
                               : load_plan.mode == LOAD_FLOOD ? "/flood"
                                                              : "/echo");
  if (load_plan.port <= 0 || load_plan.connections <= 0 || load_plan.depth <= 0 ||
      load_plan.fragments <= 0 || *argc != 1)
    load_die ("a port is needed, and numbers above 0; see --help");
  if (load_plan.raw && load_plan.verify)
    load_die ("--raw and --verify exclude each other");
}

int
main (int argc, char **argv)
{
  parse_options (&argc, &argv);
  signal (SIGPIPE, SIG_IGN);
  load_raise_files ((gulong) load_plan.connections + 64);
  load_prepare ();
  if (load_plan.mode == LOAD_ECHO && load_plan.depth == 1)
    {
      load_count.max_round_trips = (gsize) (duration * ROUND_TRIPS_PER_SECOND) + 1024;
      load_count.round_trips = g_new0 (guint32, load_count.max_round_trips);
    }
  if (load_plan.mode == LOAD_IDLE)
    run_idle ();
  else if (load_plan.mode == LOAD_CONNECT)
    run_connect ();
  else
    run_stream ();
  return 0;
}
