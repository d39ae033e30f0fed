/* SPDX-License-Identifier: MIT */

#include "listen.h"

#include <sys/resource.h>

/* Sockets to accept connections on. They are made here rather than by SoupServer, which keeps a
 * short queue of those to be accepted: of a thousand that come at once most would have to knock
 * again. */

#define BACKLOG 4096

#define REST 100 /* ms */

typedef struct
{
  GSocketListener *listener;
  ListenFunc func;
  gpointer user_data;
  gboolean failing;
} Acceptor;

void
listen_raise_file_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }
}

static GSocket *
listen_at (GInetAddress *address, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) place = g_inet_socket_address_new (address, port);
  g_autoptr (GSocket) socket = g_socket_new (g_inet_address_get_family (address),
                                             G_SOCKET_TYPE_STREAM,
                                             G_SOCKET_PROTOCOL_TCP,
                                             error);

  if (socket == NULL)
    return NULL;

  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, place, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

static gboolean
add_address (GPtrArray *sockets, const char *text, guint16 port, GError **error)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);
  GSocket *socket;

  if (address == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "“%s” is no IP address", text);
      return FALSE;
    }

  socket = listen_at (address, port, error);
  if (socket == NULL)
    return FALSE;
  g_ptr_array_add (sockets, socket);
  return TRUE;
}

GPtrArray *
listen_open (const char *address, guint16 port, GError **error)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);

  if (!add_address (sockets, address != NULL ? address : "127.0.0.1", port, error))
    return NULL;

  /* A machine without IPv6 is no reason to fail. */
  if (address == NULL)
    add_address (sockets, "::1", listen_get_port (g_ptr_array_index (sockets, 0)), NULL);
  return g_steal_pointer (&sockets);
}

guint16
listen_get_port (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  g_return_val_if_fail (G_IS_INET_SOCKET_ADDRESS (address), 0);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

static void accept_next (Acceptor *self);

static gboolean
rested_cb (gpointer user_data)
{
  accept_next (user_data);
  return G_SOURCE_REMOVE;
}

/* The connection that could not be accepted still waits, so trying again at once would be trying
 * without end: that is what GSocketService does. */
static void
rest (Acceptor *self, const GError *error)
{
  if (!self->failing)
    g_printerr ("no connection accepted for now: %s\n", error->message);
  self->failing = TRUE;
  g_timeout_add (REST, rested_cb, self);
}

static void
accepted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Acceptor *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection =
    g_socket_listener_accept_finish (self->listener, result, NULL, &error);

  if (connection == NULL)
    {
      rest (self, error);
      return;
    }

  self->failing = FALSE;
  self->func (connection, self->user_data);
  accept_next (self);
}

static void
accept_next (Acceptor *self)
{
  g_socket_listener_accept_async (self->listener, NULL, accepted_cb, self);
}

gboolean
listen_accept (GPtrArray *sockets, ListenFunc func, gpointer user_data, GError **error)
{
  static Acceptor self; /* accepts until the program ends */

  self.listener = g_socket_listener_new ();
  self.func = func;
  self.user_data = user_data;
  for (guint i = 0; i < sockets->len; i++)
    {
      if (!g_socket_listener_add_socket (self.listener,
                                         g_ptr_array_index (sockets, i),
                                         NULL,
                                         error))
        return FALSE;
    }

  accept_next (&self);
  return TRUE;
}
