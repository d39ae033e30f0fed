/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

/* What the load programs and the marks share: clocks, readings of another process, sockets. */

/* Time on a CPU in nanoseconds; user and system are known in ticks of 10 ms only. */
typedef struct
{
  guint64 total;
  guint64 user;
  guint64 system;
} LoadCpu;

void load_die (const char *format, ...) G_GNUC_PRINTF (1, 2) G_GNUC_NORETURN;

guint64 load_now (void);
guint64 load_own_cpu (void);
LoadCpu load_cpu_of (int pid);
long load_resident_kib_of (int pid);

void load_raise_files (gulong want);
int load_listen (void);
void load_tell_port (int fd);
int load_connect (const char *host, guint16 port, guint32 source);
void load_no_delay (int fd);
