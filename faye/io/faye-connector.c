/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-connector-private.h"

/* Dialling: GSocketClient for the connection, GTlsClientConnection on top of it. */

typedef struct
{
  gboolean tls;
  GSocketConnectable *identity; /* (owned) (nullable) */
} Plan;

static void
plan_free (Plan *plan)
{
  g_clear_object (&plan->identity);
  g_free (plan);
}

static void
tls_ready_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error))
    g_task_return_pointer (task, g_object_ref (source), g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
start_tls (GTask *task, GIOStream *connection)
{
  Plan *plan = g_task_get_task_data (task);
  g_autoptr (GIOStream) tls = NULL;
  GError *error = NULL;

  tls = g_tls_client_connection_new (connection, plan->identity, &error);
  if (tls == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls),
                                    g_task_get_priority (task),
                                    g_task_get_cancellable (task),
                                    tls_ready_cb,
                                    task);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Plan *plan = g_task_get_task_data (task);
  GSocketConnection *connection;
  GError *error = NULL;

  connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);
  if (connection == NULL)
    g_task_return_error (task, error);
  else if (plan->tls)
    start_tls (g_steal_pointer (&task), G_IO_STREAM (connection));
  else
    g_task_return_pointer (task, g_object_ref (connection), g_object_unref);
  g_clear_object (&connection);
}

void
faye_connector_dial_async (const FayeDial *dial,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Plan *plan = g_new0 (Plan, 1);

  plan->tls = dial->tls;
  g_set_object (&plan->identity, dial->identity);
  g_task_set_source_tag (task, faye_connector_dial_async);
  g_task_set_task_data (task, plan, (GDestroyNotify) plan_free);
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_async (client, dial->connectable, cancellable, connected_cb, task);
}

GIOStream *
faye_connector_dial_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
