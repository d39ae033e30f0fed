/* SPDX-License-Identifier: MIT */

#include "faye/faye-dial-private.h"

#include "faye/faye-dial-routes-private.h"
#include "faye/faye-dial-steps-private.h"
#include "faye/faye-error-private.h"
#include "faye/faye-tls-private.h"
#include "faye/io/faye-transport-backend-private.h"

#include <string.h>

/*
 * The way to a server. The routes are tried in turn until one leads there, or a proxy has said no
 * in so many words: its reasons tell a user more than what the next route would run into, which
 * behind a firewall is silence. What the server itself then does is final too.
 */

/* A TLS stream that still has something to say would block in its last unref. */
static void
drop_stream (GIOStream **stream)
{
  g_autoptr (GSocket) socket = NULL;

  if (*stream == NULL)
    return;
  socket = faye_stream_get_base_socket (*stream);
  if (socket != NULL)
    g_socket_shutdown (socket, TRUE, TRUE, NULL);
  g_clear_object (stream);
}

void
faye_dial_outcome_clear (FayeDialOutcome *self)
{
  drop_stream (&self->stream);
  g_clear_pointer (&self->proxy_head, faye_head_free);
}

static void
dial_free (FayeDial *self)
{
  drop_stream (&self->stream);
  faye_url_free (self->url);
  g_clear_object (&self->proxy);
  g_clear_object (&self->tls);
  g_clear_object (&self->connectable);
  g_clear_object (&self->local_address);
  g_free (self->server);
  g_clear_pointer (&self->routes, g_ptr_array_unref);
  g_clear_pointer (&self->tunnel, faye_tunnel_handshake_free);
  g_clear_pointer (&self->proxy_head, faye_head_free);
  g_clear_error (&self->first_failure);
  g_free (self);
}

/* (owned) */
static char *
name_server (const FayeUrl *url)
{
  if (url->unix_path != NULL)
    return g_strdup (url->unix_path);
  return g_strdup_printf (strchr (url->host, ':') != NULL ? "[%s]:%u" : "%s:%u",
                          url->host,
                          url->port);
}

static FayeDial *
dial_new (const FayeDialPlan *plan)
{
  FayeDial *self = g_new0 (FayeDial, 1);

  self->url = faye_url_copy (plan->url);
  g_set_object (&self->proxy, plan->proxy);
  g_set_object (&self->tls, plan->tls);
  g_set_object (&self->connectable, plan->connectable);
  g_set_object (&self->local_address, plan->local_address);
  self->progress = plan->progress;
  self->owner = plan->owner;
  self->server = name_server (self->url);
  return self;
}

static gboolean
is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void attempt (GTask *task);

static gboolean
is_final (FayeDial *self, const GError *error)
{
  return is_cancelled (error) || self->is_there || self->proxy_head != NULL;
}

/* Of several routes that failed, the first is the one that was meant. */
void
faye_dial_route_failed (GTask *task, GError *error)
{
  FayeDial *self = g_task_get_task_data (task);

  drop_stream (&self->stream);
  if (!is_final (self, error) && self->first_failure == NULL)
    self->first_failure = g_error_copy (error);
  if (!is_final (self, error) && self->n_begun < self->routes->len)
    {
      g_error_free (error);
      attempt (task);
      return;
    }

  if (is_final (self, error))
    g_task_return_error (task, error);
  else
    {
      g_error_free (error);
      g_task_return_error (task, g_steal_pointer (&self->first_failure));
    }
  g_object_unref (task);
}

static FayeTls *
get_proxy_tls (FayeDial *self)
{
  return self->proxy != NULL ? faye_proxy_get_tls (self->proxy) : NULL;
}

/* Whatever the program has given for this route is judged before anything is sent. The headers are
 * for the proxy that it named, not for those of the desktop. */
static gboolean
prepare_route (FayeDial *self, GError **error)
{
  SoupMessageHeaders *headers = self->proxy != NULL ? faye_proxy_get_headers (self->proxy) : NULL;
  gboolean is_https = self->route->kind == FAYE_PROXY_KIND_HTTPS;
  GError *fault = NULL;

  if (is_https && !faye_tls_check (get_proxy_tls (self), error))
    return FALSE;
  if (!is_https && self->route->kind != FAYE_PROXY_KIND_HTTP)
    return TRUE;

  g_clear_pointer (&self->tunnel, faye_tunnel_handshake_free);
  self->tunnel =
    faye_tunnel_handshake_new (self->url->host, self->url->port, self->route->url, headers, &fault);
  if (self->tunnel == NULL)
    g_propagate_error (error, faye_error_from_http (fault));
  return self->tunnel != NULL;
}

static void
attempt (GTask *task)
{
  FayeDial *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->route = g_ptr_array_index (self->routes, self->n_begun++);
  if (!prepare_route (self, &error))
    {
      faye_dial_route_failed (task, error);
      return;
    }
  faye_dial_steps_start (task);
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  FayeDial *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->routes = faye_dial_routes_ask_finish (result, &error);
  if (self->routes != NULL)
    {
      attempt (task);
      return;
    }
  if (!is_cancelled (error))
    g_prefix_error (&error, "No way to %s: ", self->server);
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* A proxy that the program gave is never gone around, not even where it would be of no use. */
static gboolean
check_plan (FayeDial *self, GError **error)
{
  gboolean has_own_end = self->connectable != NULL || self->url->unix_path != NULL;

  if (self->proxy != NULL && has_own_end)
    {
      g_set_error (error,
                   FAYE_ERROR,
                   FAYE_ERROR_INVALID_ARGUMENT,
                   "A proxy cannot be used on the way to %s",
                   self->connectable != NULL ? "a connectable" : "a Unix socket");
      return FALSE;
    }
  return !self->url->secure || faye_tls_check (self->tls, error);
}

/* Leaves the routes NULL if the desktop has to be asked. */
static gboolean
plan_routes (FayeDial *self, GError **error)
{
  if (!check_plan (self, error))
    return FALSE;
  if (self->proxy != NULL)
    self->routes = faye_dial_routes_new_for_proxy (faye_proxy_get_url (self->proxy), error);
  else if (self->connectable != NULL || self->url->unix_path != NULL)
    self->routes = faye_dial_routes_new_direct ();
  return self->routes != NULL || self->proxy == NULL;
}

void
faye_dial_async (const FayeDialPlan *plan,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  FayeDial *self = dial_new (plan);
  GError *error = NULL;

  g_task_set_source_tag (task, faye_dial_async);
  g_task_set_priority (task, plan->priority);
  g_task_set_task_data (task, self, (GDestroyNotify) dial_free);
  if (!plan_routes (self, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
    }
  else if (self->routes != NULL)
    attempt (task);
  else
    {
      faye_dial_tell (task, FAYE_PHASE_RESOLVING);
      faye_dial_routes_ask_async (self->url, cancellable, asked_cb, task);
    }
}

gboolean
faye_dial_finish (GAsyncResult *result, FayeDialOutcome *outcome, GError **error)
{
  FayeDial *self;
  gboolean fine;

  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  self = g_task_get_task_data (G_TASK (result));
  fine = g_task_propagate_boolean (G_TASK (result), error);
  *outcome = (FayeDialOutcome){ NULL };
  outcome->proxy_head = g_steal_pointer (&self->proxy_head);
  if (fine)
    outcome->stream = g_steal_pointer (&self->stream);
  return fine;
}
