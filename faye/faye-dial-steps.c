/* SPDX-License-Identifier: MIT */

#include "faye/faye-dial-steps-private.h"

#include "faye/faye-error-private.h"
#include "faye/faye-socks-private.h"
#include "faye/faye-tls-private.h"
#include "faye/faye-tunnel-private.h"
#include "faye/http/faye-http-error-private.h"
#include "faye/io/faye-connector-private.h"

#include <gio/gunixsocketaddress.h>
#include <stdarg.h>

/* One way to a server, step by step. Each step is given the task, and hands it on or ends it. */

void
faye_dial_tell (GTask *task, FayePhase phase)
{
  FayeDial *self = g_task_get_task_data (task);

  if (phase == self->phase || g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    return;
  self->phase = phase;
  if (self->progress != NULL)
    self->progress (self->owner, phase);
}

static gboolean
is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Takes CAUSE, whose words end the message. A cancellation stays what it is. */
G_GNUC_PRINTF (3, 4)
static GError *
explain (FayeError code, GError *cause, const char *format, ...)
{
  g_autofree char *what = NULL;
  GError *error;
  va_list args;

  if (is_cancelled (cause))
    return cause;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  error = g_error_new (FAYE_ERROR, code, "%s: %s", what, cause->message);
  g_error_free (cause);
  return error;
}

static void
secured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  FayeDial *self = g_task_get_task_data (task);
  GError *error = NULL;
  GIOStream *stream = faye_tls_secure_finish (result, &error);

  if (stream == NULL)
    {
      if (!is_cancelled (error))
        g_prefix_error (&error, "No TLS with %s: ", self->server);
      faye_dial_route_failed (task, error);
      return;
    }
  g_set_object (&self->stream, stream);
  g_object_unref (stream);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
reached_server (GTask *task)
{
  FayeDial *self = g_task_get_task_data (task);
  g_autoptr (GSocketConnectable) identity = NULL;

  self->is_there = TRUE;
  if (!self->url->secure)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  faye_dial_tell (task, FAYE_PHASE_SECURING);
  identity = g_network_address_new (self->url->host, self->url->port);
  faye_tls_secure_async (self->tls,
                         self->stream,
                         identity,
                         g_task_get_priority (task),
                         g_task_get_cancellable (task),
                         secured_cb,
                         task);
}

static FayeError
get_proxy_code (const GError *cause)
{
  /* SOCKS 4 has the server's name resolved here. */
  if (cause->domain == G_RESOLVER_ERROR)
    return FAYE_ERROR_RESOLVE;
  if (g_error_matches (cause, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_PROXY_AUTHENTICATION) ||
      g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_PROXY_NEED_AUTH) ||
      g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_PROXY_AUTH_FAILED))
    return FAYE_ERROR_PROXY_AUTHENTICATION;
  return FAYE_ERROR_PROXY;
}

/* Takes TASK and CAUSE. */
static void
proxy_failed (GTask *task, GError *cause)
{
  FayeDial *self = g_task_get_task_data (task);

  faye_dial_route_failed (task,
                          explain (get_proxy_code (cause),
                                   cause,
                                   "No way to %s through the proxy %s",
                                   self->server,
                                   faye_proxy_url_get_name (self->route)));
}

/* Takes TASK and ERROR. */
static void
proxy_unsafe (GTask *task, GError *error)
{
  FayeDial *self = g_task_get_task_data (task);

  if (!is_cancelled (error))
    g_prefix_error (&error, "No TLS with the proxy %s: ", faye_proxy_url_get_name (self->route));
  faye_dial_route_failed (task, error);
}

/* With TLS 1.3 a proxy refuses our certificate only now. */
static void
tunnel_failed (GTask *task, GError *cause)
{
  FayeDial *self = g_task_get_task_data (task);

  if (cause->domain != G_TLS_ERROR)
    {
      proxy_failed (task, cause);
      return;
    }
  proxy_unsafe (task, faye_tls_explain (self->stream, cause));
  g_error_free (cause);
}

static void
tunnelled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  FayeDial *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (faye_tunnel_open_finish (result, &self->proxy_head, &error))
    reached_server (task);
  else
    tunnel_failed (task, error);
}

static void
ask_http (GTask *task)
{
  FayeDial *self = g_task_get_task_data (task);

  faye_dial_tell (task, FAYE_PHASE_PROXYING);
  faye_tunnel_open_async (self->stream,
                          g_steal_pointer (&self->tunnel),
                          g_task_get_priority (task),
                          g_task_get_cancellable (task),
                          tunnelled_cb,
                          task);
}

static void
proxy_secured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  FayeDial *self = g_task_get_task_data (task);
  GError *error = NULL;
  GIOStream *stream = faye_tls_secure_finish (result, &error);

  if (stream == NULL)
    {
      proxy_unsafe (task, error);
      return;
    }
  g_set_object (&self->stream, stream);
  g_object_unref (stream);
  ask_http (task);
}

static void
secure_proxy (GTask *task)
{
  FayeDial *self = g_task_get_task_data (task);
  g_autoptr (GSocketConnectable) identity = NULL;

  faye_dial_tell (task, FAYE_PHASE_SECURING);
  identity = g_network_address_new (self->route->url->host, self->route->url->port);
  faye_tls_secure_async (self->proxy != NULL ? faye_proxy_get_tls (self->proxy) : NULL,
                         self->stream,
                         identity,
                         g_task_get_priority (task),
                         g_task_get_cancellable (task),
                         proxy_secured_cb,
                         task);
}

static void
socks_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  FayeDial *self = g_task_get_task_data (task);
  GError *error = NULL;
  GIOStream *stream = faye_socks_open_finish (result, &error);

  if (stream == NULL)
    {
      proxy_failed (task, error);
      return;
    }
  g_set_object (&self->stream, stream);
  g_object_unref (stream);
  reached_server (task);
}

static void
ask_socks (GTask *task)
{
  FayeDial *self = g_task_get_task_data (task);

  faye_dial_tell (task, FAYE_PHASE_PROXYING);
  faye_socks_open_async (G_SOCKET_CONNECTION (self->stream),
                         self->route,
                         self->url->host,
                         self->url->port,
                         g_task_get_cancellable (task),
                         socks_cb,
                         task);
}

static GError *
explain_connect (FayeDial *self, gboolean resolved, GError *cause)
{
  if (self->route->kind == FAYE_PROXY_KIND_DIRECT)
    return explain (resolved ? FAYE_ERROR_CONNECT : FAYE_ERROR_RESOLVE,
                    cause,
                    resolved ? "No connection to %s" : "No address of %s is known",
                    self->server);
  return explain (resolved ? FAYE_ERROR_PROXY : FAYE_ERROR_RESOLVE,
                  cause,
                  resolved ? "No connection to the proxy %s"
                           : "No address of the proxy %s is known",
                  faye_proxy_url_get_name (self->route));
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  FayeDial *self = g_task_get_task_data (task);
  GError *error = NULL;
  gboolean resolved;
  GSocketConnection *connection = faye_connector_dial_finish (result, &resolved, &error);

  if (connection == NULL)
    {
      faye_dial_route_failed (task, explain_connect (self, resolved, error));
      return;
    }
  self->stream = G_IO_STREAM (connection);
  switch (self->route->kind)
    {
    case FAYE_PROXY_KIND_DIRECT:
      reached_server (task);
      break;
    case FAYE_PROXY_KIND_HTTP:
      ask_http (task);
      break;
    case FAYE_PROXY_KIND_HTTPS:
      secure_proxy (task);
      break;
    default:
      ask_socks (task);
      break;
    }
}

static void
connect_began (gpointer task, FayeConnectorStep step)
{
  faye_dial_tell (task,
                  step == FAYE_CONNECTOR_RESOLVING ? FAYE_PHASE_RESOLVING : FAYE_PHASE_CONNECTING);
}

/* (owned) */
static GSocketConnectable *
get_connectable (FayeDial *self)
{
  const FayeUrl *url = self->route->url != NULL ? self->route->url : self->url;

  if (url == self->url && self->connectable != NULL)
    return g_object_ref (self->connectable);
  if (url->unix_path != NULL)
    return G_SOCKET_CONNECTABLE (g_unix_socket_address_new (url->unix_path));
  return g_network_address_new (url->host, url->port);
}

void
faye_dial_steps_start (GTask *task)
{
  FayeDial *self = g_task_get_task_data (task);
  g_autoptr (GSocketConnectable) connectable = get_connectable (self);
  FayeConnectorPlan plan = {
    .connectable = connectable,
    .local_address = self->local_address,
    .began = connect_began,
    .owner = task,
  };

  faye_connector_dial_async (&plan, g_task_get_cancellable (task), connected_cb, task);
}
