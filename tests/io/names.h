/* SPDX-License-Identifier: MIT */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Names and addresses without a network: a GResolver that answers as it is told, and a port at
 * which nothing ever answers.
 */

/* Becomes the default resolver, once for the whole test program. */
void names_install (void);

/* What a name is resolved to: addresses, in this order. A name that was not added does not exist.
 */
void names_add (const char *name, const char *const *addresses);
/* The name's answer never comes. */
void names_add_silent (const char *name);
void names_forget (void);
/* How many look-ups were cancelled, and how many are under way. */
guint names_count_cancelled (void);
guint names_count_pending (void);
/* The last name that was asked for. */
const char *names_get_last (void);

/* A port on ADDRESS that drops what knocks. */
typedef struct
{
  GPtrArray *sockets; /* (owned) */
  guint16 port;
} Blackhole;

/* FALSE if the system answers all the same. PORT 0 picks one. */
gboolean blackhole_open (Blackhole *self, const char *address, guint16 port);
void blackhole_close (Blackhole *self);

G_END_DECLS
