/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-connector-private.h"

/* Dialling, by GSocketClient. Its events come for as long as it lives, which may be longer than the
 * dialling: attempts at other addresses end in their own time. */

typedef struct
{
  FayeConnectorPlan plan; /* what it names is not referenced: only `began` and `owner` are used */
  gulong event_handler;
  gboolean resolved;
  gboolean connecting;
} Dial;

static void
tell (GTask *task, FayeConnectorStep step)
{
  Dial *dial = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (dial->plan.began != NULL && !g_cancellable_is_cancelled (cancellable))
    dial->plan.began (dial->plan.owner, step);
}

static void
event_cb (GSocketClient *client,
          GSocketClientEvent event,
          GSocketConnectable *connectable,
          GIOStream *connection,
          gpointer task)
{
  Dial *dial = g_task_get_task_data (task);

  if (event == G_SOCKET_CLIENT_RESOLVED)
    dial->resolved = TRUE;
  if (event == G_SOCKET_CLIENT_RESOLVING)
    tell (task, FAYE_CONNECTOR_RESOLVING);
  if (event == G_SOCKET_CLIENT_CONNECTING && !dial->connecting)
    {
      dial->connecting = TRUE;
      tell (task, FAYE_CONNECTOR_CONNECTING);
    }
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Dial *dial = g_task_get_task_data (task);
  GSocketConnection *connection;
  GError *error = NULL;

  g_clear_signal_handler (&dial->event_handler, source);
  connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);
  if (connection != NULL)
    g_task_return_pointer (task, connection, g_object_unref);
  else
    g_task_return_error (task, error);
}

void
faye_connector_dial_async (const FayeConnectorPlan *plan,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Dial *dial = g_new0 (Dial, 1);

  dial->plan = *plan;
  g_task_set_source_tag (task, faye_connector_dial_async);
  g_task_set_task_data (task, dial, g_free);
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_local_address (client, plan->local_address);
  dial->event_handler = g_signal_connect (client, "event", G_CALLBACK (event_cb), task);
  g_socket_client_connect_async (client, plan->connectable, cancellable, connected_cb, task);
}

GSocketConnection *
faye_connector_dial_finish (GAsyncResult *result, gboolean *resolved, GError **error)
{
  Dial *dial;

  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  dial = g_task_get_task_data (G_TASK (result));
  *resolved = dial->resolved;
  return g_task_propagate_pointer (G_TASK (result), error);
}
