/* SPDX-License-Identifier: MIT */

#include "tests/api/way.h"

#include <stdarg.h>
#include <string.h>

/* Diallings, and the desktop's settings of proxies. */

static void
progress (gpointer owner, FayePhase phase)
{
  static const char letters[] = { [FAYE_PHASE_RESOLVING] = 'R',
                                  [FAYE_PHASE_CONNECTING] = 'C',
                                  [FAYE_PHASE_PROXYING] = 'P',
                                  [FAYE_PHASE_SECURING] = 'S' };
  Way *way = owner;

  g_assert_cmpuint (way->n_done, ==, 0);
  g_assert_false (g_cancellable_is_cancelled (way->cancellable));
  g_string_append_c (way->phases, letters[phase]);
  if (way->cancel_at == (int) phase)
    g_cancellable_cancel (way->cancellable);
}

Way *
way_new (const char *url, const char *proxy)
{
  Way *way = g_new0 (Way, 1);
  g_autoptr (GError) error = NULL;

  way->url = faye_url_parse (url, &error);
  g_assert_no_error (error);
  way->cancellable = g_cancellable_new ();
  way->phases = g_string_new (NULL);
  way->cancel_at = -1;
  way->plan.url = way->url;
  way->plan.proxy = proxy != NULL ? faye_proxy_new (proxy) : NULL;
  way->plan.progress = progress;
  way->plan.owner = way;
  return way;
}

void
way_free (Way *way)
{
  g_clear_object (&way->plan.proxy);
  g_clear_object (&way->plan.tls);
  g_clear_object (&way->plan.connectable);
  g_clear_object (&way->plan.local_address);
  faye_url_free (way->url);
  g_object_unref (way->cancellable);
  g_string_free (way->phases, TRUE);
  faye_dial_outcome_clear (&way->outcome);
  g_clear_error (&way->error);
  g_free (way);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Way *way = user_data;
  gboolean fine = faye_dial_finish (result, &way->outcome, &way->error);

  g_assert_cmpint (fine, ==, way->error == NULL);
  g_assert_cmpint (fine, ==, way->outcome.stream != NULL);
  way->n_done++;
}

/* The plan need not outlive the call. */
void
way_start (Way *way)
{
  FayeDialPlan plan = way->plan;

  faye_dial_async (&plan, way->cancellable, done_cb, way);
  g_assert_cmpuint (way->n_done, ==, 0);
  memset (&plan, 0xff, sizeof plan);
}

void
way_wait (Way *way)
{
  WAIT_UNTIL (way->n_done > 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (way->n_done, ==, 1);
}

void
way_run (Way *way)
{
  way_start (way);
  way_wait (way);
}

Raw *
way_start_to (Way *way, Host *host)
{
  host->raw = NULL;
  way_start (way);
  WAIT_UNTIL (host->raw != NULL || way->n_done > 0);
  g_assert_no_error (way->error);
  return host->raw;
}

void
way_assert_error (Way *way, FayeError code, ...)
{
  const char *text;
  va_list args;

  g_assert_error (way->error, FAYE_ERROR, (int) code);
  va_start (args, code);
  while ((text = va_arg (args, const char *)) != NULL)
    if (strstr (way->error->message, text) == NULL)
      g_error ("\"%s\" does not tell of %s", way->error->message, text);
  va_end (args);
  g_assert_null (strstr (way->error->message, "secret"));
}

void
way_assert_open (Way *way, Raw *raw)
{
  Raw *own;

  g_assert_no_error (way->error);
  own = raw_new (g_steal_pointer (&way->outcome.stream), TRUE);
  raw_print (own, "there");
  WAIT_UNTIL (raw->in->len >= 5);
  g_assert_cmpmem (raw->in->data, raw->in->len, "there", 5);
  raw_print (raw, "back");
  WAIT_UNTIL (own->in->len >= 4);
  g_assert_cmpmem (own->in->data, own->in->len, "back", 4);
  raw_free (own);
}

guint16
host_get_port (Host *host)
{
  g_autoptr (GUri) uri = g_uri_parse (host->url, G_URI_FLAGS_NONE, NULL);

  return (guint16) g_uri_get_port (uri);
}

char *
host_make_url (Host *host, const char *scheme, const char *user)
{
  return g_strdup_printf ("%s://%s127.0.0.1:%u", scheme, user, host_get_port (host));
}

#define DESKTOP_TYPE_RESOLVER (desktop_resolver_get_type ())
G_DECLARE_FINAL_TYPE (DesktopResolver, desktop_resolver, DESKTOP, RESOLVER, GObject)

struct _DesktopResolver
{
  GObject parent_instance;
};

static void desktop_resolver_iface_init (GProxyResolverInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (DesktopResolver,
                               desktop_resolver,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER,
                                                      desktop_resolver_iface_init))

static struct
{
  char **answers; /* (owned) (nullable) */
  gboolean is_silent;
  char *question; /* (owned) (nullable) */
  guint n_questions;
} desktop;

static gboolean
is_supported (GProxyResolver *resolver)
{
  return TRUE;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

static void
lookup_async (GProxyResolver *resolver,
              const char *uri,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  GTask *task = g_task_new (resolver, cancellable, callback, user_data);

  g_free (desktop.question);
  desktop.question = g_strdup (uri);
  desktop.n_questions++;
  if (desktop.is_silent)
    {
      g_autoptr (GSource) source = g_cancellable_source_new (cancellable);

      g_source_set_callback (source, G_SOURCE_FUNC (cancelled_cb), task, NULL);
      g_source_attach (source, g_task_get_context (task));
      return;
    }
  if (desktop.answers != NULL)
    g_task_return_pointer (task, g_strdupv (desktop.answers), (GDestroyNotify) g_strfreev);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "The settings are broken");
  g_object_unref (task);
}

static char **
lookup_finish (GProxyResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
desktop_resolver_iface_init (GProxyResolverInterface *iface)
{
  iface->is_supported = is_supported;
  iface->lookup_async = lookup_async;
  iface->lookup_finish = lookup_finish;
}

static void
desktop_resolver_class_init (DesktopResolverClass *klass)
{
}

static void
desktop_resolver_init (DesktopResolver *self)
{
}

void
desktop_install (void)
{
  GIOExtensionPoint *point = g_io_extension_point_register (G_PROXY_RESOLVER_EXTENSION_POINT_NAME);

  g_io_extension_point_set_required_type (point, G_TYPE_PROXY_RESOLVER);
  g_io_extension_point_implement (G_PROXY_RESOLVER_EXTENSION_POINT_NAME,
                                  DESKTOP_TYPE_RESOLVER,
                                  "faye-test",
                                  1000);
  g_setenv ("GIO_USE_PROXY_RESOLVER", "faye-test", TRUE);
  g_assert_true (DESKTOP_IS_RESOLVER (g_proxy_resolver_get_default ()));
  desktop_set ("direct://", NULL);
}

void
desktop_set (const char *first, ...)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  va_list args;

  va_start (args, first);
  for (const char *at = first; at != NULL; at = va_arg (args, const char *))
    g_strv_builder_add (builder, at);
  va_end (args);
  g_strfreev (desktop.answers);
  desktop.answers = g_strv_builder_end (builder);
  desktop.is_silent = FALSE;
  desktop.n_questions = 0;
  g_clear_pointer (&desktop.question, g_free);
}

void
desktop_set_broken (void)
{
  desktop_set (NULL, NULL);
  g_clear_pointer (&desktop.answers, g_strfreev);
}

void
desktop_set_silent (void)
{
  desktop_set (NULL, NULL);
  desktop.is_silent = TRUE;
}

guint
desktop_count_questions (void)
{
  return desktop.n_questions;
}

const char *
desktop_get_question (void)
{
  return desktop.question;
}
