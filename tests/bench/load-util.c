/* SPDX-License-Identifier: MIT */

#include "load-util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Linux only: CPU time and memory of the other process come from /proc. */

#define SECOND (G_GUINT64_CONSTANT (1000000000))

void
load_die (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
  exit (1);
}

static guint64
clock_ns (clockid_t clock)
{
  struct timespec time;

  clock_gettime (clock, &time);
  return (guint64) time.tv_sec * SECOND + (guint64) time.tv_nsec;
}

guint64
load_now (void)
{
  return clock_ns (CLOCK_MONOTONIC);
}

guint64
load_own_cpu (void)
{
  return clock_ns (CLOCK_PROCESS_CPUTIME_ID);
}

static char *read_proc (const char *format, ...) G_GNUC_PRINTF (1, 2);

static char *
read_proc (const char *format, ...)
{
  va_list args;
  g_autofree char *path = NULL;
  char *text = NULL;

  va_start (args, format);
  path = g_strdup_vprintf (format, args);
  va_end (args);
  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

/* The scheduler's own count of a thread, exact to the nanosecond. */
static guint64
thread_ns (int pid, const char *thread)
{
  g_autofree char *text = read_proc ("/proc/%d/task/%s/schedstat", pid, thread);

  return text != NULL ? g_ascii_strtoull (text, NULL, 10) : 0;
}

static guint64
threads_ns (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/task", pid);
  g_autoptr (GDir) tasks = g_dir_open (path, 0, NULL);
  guint64 sum = 0;

  for (const char *name; tasks != NULL && (name = g_dir_read_name (tasks)) != NULL;)
    sum += thread_ns (pid, name);
  return sum;
}

LoadCpu
load_cpu_of (int pid)
{
  g_autofree char *text = read_proc ("/proc/%d/stat", pid);
  const char *fields = text != NULL ? strrchr (text, ')') : NULL;
  guint64 tick = SECOND / (guint64) sysconf (_SC_CLK_TCK);
  gulong user = 0;
  gulong system = 0;
  LoadCpu cpu;

  if (fields != NULL)
    sscanf (fields + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
  cpu.user = user * tick;
  cpu.system = system * tick;
  cpu.total = threads_ns (pid);
  if (cpu.total == 0)
    cpu.total = cpu.user + cpu.system;
  return cpu;
}

long
load_resident_kib_of (int pid)
{
  g_autofree char *text = read_proc ("/proc/%d/status", pid);
  const char *line = text != NULL ? strstr (text, "\nVmRSS:") : NULL;

  return line != NULL ? strtol (line + strlen ("\nVmRSS:"), NULL, 10) : 0;
}

void
load_raise_files (gulong want)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= want)
    return;
  limit.rlim_cur = MIN (want, limit.rlim_max);
  setrlimit (RLIMIT_NOFILE, &limit);
}

void
load_no_delay (int fd)
{
  int one = 1;

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

/* A non-blocking listener on a free port of 127.0.0.1. */
int
load_listen (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (fd < 0 || bind (fd, (struct sockaddr *) &address, sizeof address) < 0 ||
      listen (fd, SOMAXCONN) < 0)
    load_die ("cannot listen: %s", g_strerror (errno));
  return fd;
}

void
load_tell_port (int fd)
{
  struct sockaddr_in address;
  socklen_t size = sizeof address;

  if (getsockname (fd, (struct sockaddr *) &address, &size) < 0)
    load_die ("no address: %s", g_strerror (errno));
  printf ("listening on %u\n", ntohs (address.sin_port));
  fflush (stdout);
}

/* One address has ports for 28,000 connections only; many connections come from several. */
static void
bind_source (int fd, guint32 source)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  int one = 1;

  address.sin_addr.s_addr = htonl (source);
  setsockopt (fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  if (bind (fd, (struct sockaddr *) &address, sizeof address) < 0)
    load_die ("cannot bind to a source address: %s", g_strerror (errno));
}

/* A blocking connection with ten seconds for each read and write. SOURCE, if not 0, is the address
 * to come from. */
int
load_connect (const char *host, guint16 port, guint32 source)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };
  struct timeval limit = { .tv_sec = 10 };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0 || inet_pton (AF_INET, host, &address.sin_addr) != 1)
    load_die ("no socket, or not an IPv4 address: %s", host);
  if (source != 0)
    bind_source (fd, source);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  load_no_delay (fd);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) < 0)
    load_die ("cannot connect to %s:%u: %s", host, port, g_strerror (errno));
  return fd;
}
