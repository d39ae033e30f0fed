/* SPDX-License-Identifier: MIT */

#include "tests/io/names.h"

#include <sys/socket.h>

/* A resolver that answers as it is told, and a hole for connections. */

#define NAMES_TYPE_RESOLVER (names_resolver_get_type ())
G_DECLARE_FINAL_TYPE (NamesResolver, names_resolver, NAMES, RESOLVER, GResolver)

struct _NamesResolver
{
  GResolver parent_instance;

  GHashTable *table; /* (owned) name → GStrv; an empty one for silence */
  char *last;        /* (owned) (nullable) */
  guint n_pending;
  guint n_cancelled;
};

G_DEFINE_FINAL_TYPE (NamesResolver, names_resolver, G_TYPE_RESOLVER)

static NamesResolver *resolver;

static gboolean
has_family (GInetAddress *address, GResolverNameLookupFlags flags)
{
  GSocketFamily family = g_inet_address_get_family (address);

  if (flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY)
    return family == G_SOCKET_FAMILY_IPV4;
  if (flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY)
    return family == G_SOCKET_FAMILY_IPV6;
  return TRUE;
}

static GList *
make_list (const char *const *texts, GResolverNameLookupFlags flags)
{
  GList *list = NULL;

  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    {
      GInetAddress *address = g_inet_address_new_from_string (texts[i]);

      if (has_family (address, flags))
        list = g_list_prepend (list, address);
      else
        g_object_unref (address);
    }
  return g_list_reverse (list);
}

static void
free_list (gpointer list)
{
  g_list_free_full (list, g_object_unref);
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;

  resolver->n_pending--;
  resolver->n_cancelled++;
  g_task_return_error_if_cancelled (task);
  g_object_unref (task);
  return G_SOURCE_REMOVE;
}

/* Takes TASK. */
static void
stay_silent (GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autoptr (GSource) source = NULL;

  resolver->n_pending++;
  if (cancellable == NULL)
    return;
  source = g_cancellable_source_new (cancellable);
  g_source_set_callback (source, G_SOURCE_FUNC (cancelled_cb), task, NULL);
  g_source_attach (source, g_task_get_context (task));
}

static void
lookup_with_flags_async (GResolver *self,
                         const char *name,
                         GResolverNameLookupFlags flags,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  char **answer = g_hash_table_lookup (resolver->table, name);
  GList *list = make_list ((const char *const *) answer, flags);

  g_free (resolver->last);
  resolver->last = g_strdup (name);
  if (answer != NULL && answer[0] == NULL)
    {
      stay_silent (task);
      return;
    }
  if (list != NULL)
    g_task_return_pointer (task, list, free_list);
  else
    g_task_return_new_error (task,
                             G_RESOLVER_ERROR,
                             G_RESOLVER_ERROR_NOT_FOUND,
                             "There is no %s",
                             name);
  g_object_unref (task);
}

static void
lookup_async (GResolver *self,
              const char *name,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  lookup_with_flags_async (self, name, 0, cancellable, callback, user_data);
}

static GList *
lookup_finish (GResolver *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
names_resolver_class_init (NamesResolverClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  resolver_class->lookup_by_name_async = lookup_async;
  resolver_class->lookup_by_name_finish = lookup_finish;
  resolver_class->lookup_by_name_with_flags_async = lookup_with_flags_async;
  resolver_class->lookup_by_name_with_flags_finish = lookup_finish;
}

static void
names_resolver_init (NamesResolver *self)
{
  self->table =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_strfreev);
}

void
names_install (void)
{
  resolver = g_object_new (NAMES_TYPE_RESOLVER, NULL);
  g_resolver_set_default (G_RESOLVER (resolver));
}

void
names_add (const char *name, const char *const *addresses)
{
  g_hash_table_insert (resolver->table, g_strdup (name), g_strdupv ((char **) addresses));
}

void
names_add_silent (const char *name)
{
  const char *const none[] = { NULL };

  names_add (name, none);
}

void
names_forget (void)
{
  g_hash_table_remove_all (resolver->table);
  g_clear_pointer (&resolver->last, g_free);
  resolver->n_cancelled = 0;
}

guint
names_count_cancelled (void)
{
  return resolver->n_cancelled;
}

guint
names_count_pending (void)
{
  return resolver->n_pending;
}

const char *
names_get_last (void)
{
  return resolver->last;
}

static GSocket *
knock (GSocketAddress *address)
{
  GSocket *socket = g_socket_new (g_socket_address_get_family (address),
                                  G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_DEFAULT,
                                  NULL);

  g_socket_set_blocking (socket, FALSE);
  g_socket_connect (socket, address, NULL, NULL);
  return socket;
}

static gboolean
is_answered (GSocket *socket)
{
  return g_socket_condition_timed_wait (socket,
                                        G_IO_OUT,
                                        100 * G_TIME_SPAN_MILLISECOND,
                                        NULL,
                                        NULL);
}

/* A listener that accepts nothing, and as many connections as fill its queue. */
gboolean
blackhole_open (Blackhole *self, const char *text, guint16 port)
{
  g_autoptr (GSocketAddress) wish = g_inet_socket_address_new_from_string (text, port);
  g_autoptr (GSocketAddress) address = NULL;
  GSocket *listener = g_socket_new (g_socket_address_get_family (wish),
                                    G_SOCKET_TYPE_STREAM,
                                    G_SOCKET_PROTOCOL_DEFAULT,
                                    NULL);

  self->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->sockets, listener);
  g_socket_set_listen_backlog (listener, 0);
  if (!g_socket_bind (listener, wish, TRUE, NULL) || !g_socket_listen (listener, NULL))
    return FALSE;
  address = g_socket_get_local_address (listener, NULL);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  for (guint i = 0; i < 8; i++)
    {
      GSocket *socket = knock (address);

      g_ptr_array_add (self->sockets, socket);
      if (!is_answered (socket))
        return TRUE;
    }
  return FALSE;
}

void
blackhole_close (Blackhole *self)
{
  g_ptr_array_unref (self->sockets);
}
