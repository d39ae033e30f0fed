/* SPDX-License-Identifier: MIT */

#include "faye/faye-socks-private.h"

#include <string.h>

/* SOCKS, which GIO speaks. */

#define MAX_USER 255 /* of GIO's, in version 4, which names no limit */

typedef struct
{
  GProxy *proxy;          /* (owned) */
  GSocketAddress *remote; /* (owned) the proxy's */
  const char *protocol;
  char *user;     /* (owned) (nullable) */
  char *password; /* (owned) (nullable) */
  char *host;     /* (owned) */
  guint16 port;
} Exchange;

static void
exchange_free (Exchange *self)
{
  g_clear_object (&self->proxy);
  g_clear_object (&self->remote);
  g_free (self->user);
  g_free (self->password);
  g_free (self->host);
  g_free (self);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GIOStream *stream = g_proxy_connect_finish (G_PROXY (source), result, &error);

  if (stream != NULL)
    g_task_return_pointer (task, stream, g_object_unref);
  else
    g_task_return_error (task, error);
}

/* Takes TASK. */
static void
ask_proxy (GTask *task, const char *host)
{
  Exchange *self = g_task_get_task_data (task);
  GInetSocketAddress *remote = G_INET_SOCKET_ADDRESS (self->remote);
  g_autoptr (GProxyAddress) address = NULL;

  address = g_object_new (G_TYPE_PROXY_ADDRESS,
                          "address",
                          g_inet_socket_address_get_address (remote),
                          "port",
                          g_inet_socket_address_get_port (remote),
                          "protocol",
                          self->protocol,
                          "destination-hostname",
                          host,
                          "destination-port",
                          self->port,
                          "username",
                          self->user,
                          "password",
                          self->password,
                          NULL);
  g_proxy_connect_async (self->proxy,
                         g_task_get_source_object (task),
                         address,
                         g_task_get_cancellable (task),
                         connected_cb,
                         task);
}

static void
resolved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autofree char *host = NULL;
  GError *error = NULL;
  GList *addresses;

  addresses = g_resolver_lookup_by_name_with_flags_finish (G_RESOLVER (source), result, &error);
  if (addresses == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  host = g_inet_address_to_string (addresses->data);
  g_resolver_free_addresses (addresses);
  ask_proxy (g_steal_pointer (&task), host);
}

/* Takes TASK. Version 4 knows four bytes of address and no names. */
static void
resolve (GTask *task)
{
  Exchange *self = g_task_get_task_data (task);
  g_autoptr (GResolver) resolver = g_resolver_get_default ();

  g_resolver_lookup_by_name_with_flags_async (resolver,
                                              self->host,
                                              G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY,
                                              g_task_get_cancellable (task),
                                              resolved_cb,
                                              task);
}

static gboolean
is_ipv6 (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL && g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6;
}

/* GIO would refuse it too, and leak its state at that (2.74). */
static gboolean
check_version_4 (Exchange *self, GError **error)
{
  const char *fault = NULL;

  if (is_ipv6 (self->host))
    fault = "an address of IPv6";
  else if (self->user != NULL && strlen (self->user) > MAX_USER)
    fault = "so long a user";
  if (fault != NULL)
    g_set_error (error,
                 G_IO_ERROR,
                 G_IO_ERROR_PROXY_FAILED,
                 "Version 4 of SOCKS has no place for %s",
                 fault);
  return fault == NULL;
}

static gboolean
prepare (Exchange *self, GSocketConnection *connection, GError **error)
{
  self->proxy = g_proxy_get_default_for_protocol (self->protocol);
  if (self->proxy == NULL)
    {
      g_set_error (error,
                   G_IO_ERROR,
                   G_IO_ERROR_NOT_SUPPORTED,
                   "The protocol %s is not supported here",
                   self->protocol);
      return FALSE;
    }
  if (!g_str_equal (self->protocol, "socks5") && !check_version_4 (self, error))
    return FALSE;
  self->remote = g_socket_connection_get_remote_address (connection, error);
  return self->remote != NULL;
}

void
faye_socks_open_async (GSocketConnection *connection,
                       const FayeProxyUrl *proxy,
                       const char *host,
                       guint16 port,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (connection, cancellable, callback, user_data);
  Exchange *self = g_new0 (Exchange, 1);
  GError *error = NULL;

  self->protocol = faye_proxy_url_get_socks (proxy);
  self->user = g_strdup (proxy->url->user);
  self->password = g_strdup (proxy->url->password);
  self->host = g_strdup (host);
  self->port = port;
  g_task_set_source_tag (task, faye_socks_open_async);
  g_task_set_task_data (task, self, (GDestroyNotify) exchange_free);
  if (!prepare (self, connection, &error))
    g_task_return_error (task, error);
  else if (g_proxy_supports_hostname (self->proxy) || g_hostname_is_ip_address (host))
    ask_proxy (g_steal_pointer (&task), host);
  else
    resolve (g_steal_pointer (&task));
}

GIOStream *
faye_socks_open_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
