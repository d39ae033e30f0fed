/* SPDX-License-Identifier: MIT */

#include "faye/faye-dial-routes-private.h"

#include "faye/faye-error-private.h"

#include <string.h>

/* Which proxies there are: the program's one, or those that the desktop's GProxyResolver names. */

static GPtrArray *
routes_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) faye_proxy_url_free);
}

/* Takes PROXY. */
static void
routes_add (GPtrArray *routes, FayeProxyUrl *proxy)
{
  if (proxy->kind != FAYE_PROXY_KIND_SOCKS)
    {
      g_ptr_array_add (routes, proxy);
      return;
    }
  g_ptr_array_add (routes, faye_proxy_url_copy_as (proxy, FAYE_PROXY_KIND_SOCKS5));
  g_ptr_array_add (routes, faye_proxy_url_copy_as (proxy, FAYE_PROXY_KIND_SOCKS4A));
  g_ptr_array_add (routes, faye_proxy_url_copy_as (proxy, FAYE_PROXY_KIND_SOCKS4));
  faye_proxy_url_free (proxy);
}

GPtrArray *
faye_dial_routes_new_direct (void)
{
  GPtrArray *routes = routes_new ();

  routes_add (routes, g_new0 (FayeProxyUrl, 1));
  return routes;
}

GPtrArray *
faye_dial_routes_new_for_proxy (const char *proxy, GError **error)
{
  g_autoptr (FayeProxyUrl) parsed = NULL;
  GError *fault = NULL;
  GPtrArray *routes;

  parsed = faye_proxy_url_parse (proxy, &fault);
  if (parsed == NULL)
    {
      g_propagate_error (error, faye_error_from_http (fault));
      return NULL;
    }
  if (parsed->kind == FAYE_PROXY_KIND_DIRECT)
    {
      g_set_error_literal (error,
                           FAYE_ERROR,
                           FAYE_ERROR_INVALID_ARGUMENT,
                           "Proxy \"direct://\" cannot be used: it names none");
      return NULL;
    }
  routes = routes_new ();
  routes_add (routes, g_steal_pointer (&parsed));
  return routes;
}

/* Of several answers, those that are of no use are passed over. NULL if all are. */
static GPtrArray *
routes_new_from_answers (const char *const *answers, GError **error)
{
  g_autoptr (GPtrArray) routes = routes_new ();
  g_autoptr (GError) fault = NULL;

  for (guint i = 0; answers[i] != NULL; i++)
    {
      FayeProxyUrl *proxy = faye_proxy_url_parse (answers[i], fault == NULL ? &fault : NULL);

      if (proxy != NULL)
        routes_add (routes, proxy);
    }
  if (routes->len > 0)
    return g_steal_pointer (&routes);

  g_set_error (error,
               FAYE_ERROR,
               FAYE_ERROR_PROXY,
               "The system's settings name no way: %s",
               fault != NULL ? fault->message : "they are empty");
  return NULL;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) cause = NULL;
  g_auto (GStrv) answers = NULL;
  GPtrArray *routes = NULL;
  GError *error = NULL;

  answers = g_proxy_resolver_lookup_finish (G_PROXY_RESOLVER (source), result, &cause);
  if (answers != NULL)
    routes = routes_new_from_answers ((const char *const *) answers, &error);
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    error = g_steal_pointer (&cause);
  else
    error = g_error_new (FAYE_ERROR,
                         FAYE_ERROR_PROXY,
                         "The system's settings give no proxy: %s",
                         cause != NULL ? cause->message : "they are empty");

  if (routes != NULL)
    g_task_return_pointer (task, routes, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

/* Resolvers know the schemes of the Web: what is set for WebSocket is what is set for HTTP, as in
 * browsers. They are told neither path nor query, in which secrets could be. */
static char *
make_question (const FayeUrl *url)
{
  gboolean is_ipv6 = strchr (url->host, ':') != NULL;

  return g_strdup_printf (is_ipv6 ? "%s://[%s]:%u" : "%s://%s:%u",
                          url->secure ? "https" : "http",
                          url->host,
                          url->port);
}

void
faye_dial_routes_ask_async (const FayeUrl *url,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  g_autofree char *question = make_question (url);

  g_task_set_source_tag (task, faye_dial_routes_ask_async);
  g_proxy_resolver_lookup_async (g_proxy_resolver_get_default (),
                                 question,
                                 cancellable,
                                 answered_cb,
                                 task);
}

GPtrArray *
faye_dial_routes_ask_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
