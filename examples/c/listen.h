/* SPDX-License-Identifier: MIT */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Lets the process open as many files as the system allows it. */
void listen_raise_file_limit (void);

/* Listening sockets for PORT, where 0 picks a free one: on ADDRESS, or if that is NULL on the
 * loopback interface, by IPv4 and, where there is one, by IPv6. (element-type GSocket) */
GPtrArray *listen_open (const char *address, guint16 port, GError **error);

guint16 listen_get_port (GSocket *socket);

typedef void (*ListenFunc) (GSocketConnection *connection, gpointer user_data);

/* Hands each connection that comes to one of SOCKETS to FUNC, until the program ends. When there is
 * no way to accept one, as for want of file descriptors, it rests before it tries again. */
gboolean listen_accept (GPtrArray *sockets, ListenFunc func, gpointer user_data, GError **error);

G_END_DECLS
