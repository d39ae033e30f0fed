/* SPDX-License-Identifier: MIT */

#include "tests/api/toy-extension.h"

typedef struct
{
  GObjectClass parent_class;
} ToySessionClass;

static void toy_session_iface_init (FayeExtensionSessionInterface *iface);
static void toy_extension_iface_init (FayeExtensionInterface *iface);

G_DEFINE_TYPE_WITH_CODE (ToySession,
                         toy_session,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (FAYE_TYPE_EXTENSION_SESSION,
                                                toy_session_iface_init))

G_DEFINE_FINAL_TYPE_WITH_CODE (ToyExtension,
                               toy_extension,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FAYE_TYPE_EXTENSION,
                                                      toy_extension_iface_init))

/* Floating, as a program may well give it. */
static GVariant *
parse (const char *text, const char *fallback)
{
  return g_variant_new_parsed (text != NULL ? text : fallback);
}

static GVariant *
session_get_offers (FayeExtensionSession *session)
{
  return parse (((ToySession *) session)->plan->offers, "[@a{sv} {}]");
}

static gboolean
session_activate (FayeExtensionSession *session, GVariant *params, GError **error)
{
  ToySession *self = (ToySession *) session;

  self->given = g_variant_ref (params);
  if (!self->plan->refuses)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "not to my liking");
  return FALSE;
}

static GVariant *
session_get_answer (FayeExtensionSession *session)
{
  return parse (((ToySession *) session)->plan->answer, "@a{sv} {}");
}

static void
session_incoming (FayeExtensionSession *session, FayeExtensionTask *task)
{
  ToySession *self = (ToySession *) session;

  self->n_given++;
  if (self->plan->incoming != NULL)
    self->plan->incoming (self, task);
  else
    faye_extension_task_return_unchanged (task);
}

static void
session_outgoing (FayeExtensionSession *session, FayeExtensionTask *task)
{
  ToySession *self = (ToySession *) session;

  self->n_given++;
  if (self->plan->outgoing != NULL)
    self->plan->outgoing (self, task);
  else
    faye_extension_task_return_unchanged (task);
}

static void
session_close (FayeExtensionSession *session)
{
  ((ToySession *) session)->n_closed++;
}

static void
toy_session_iface_init (FayeExtensionSessionInterface *iface)
{
  iface->get_offers = session_get_offers;
  iface->activate = session_activate;
  iface->get_answer = session_get_answer;
  iface->incoming = session_incoming;
  iface->outgoing = session_outgoing;
  iface->close = session_close;
}

static void
toy_session_finalize (GObject *object)
{
  ToySession *self = (ToySession *) object;

  g_clear_pointer (&self->given, g_variant_unref);
  g_queue_clear_full (&self->tasks, g_object_unref);
  G_OBJECT_CLASS (toy_session_parent_class)->finalize (object);
}

static void
toy_session_class_init (ToySessionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = toy_session_finalize;
}

static void
toy_session_init (ToySession *self)
{
}

static FayeExtensionSession *
extension_create (ToyExtension *self, GVariant *given)
{
  ToySession *session;

  if (self->plan->created != NULL)
    self->plan->created (self->plan->data);
  if (self->plan->declines)
    return NULL;
  session = g_object_new (TOY_TYPE_SESSION, NULL);
  session->plan = self->plan;
  session->given = given != NULL ? g_variant_ref (given) : NULL;
  g_ptr_array_add (self->sessions, g_object_ref (session));
  return FAYE_EXTENSION_SESSION (session);
}

static char *
extension_get_name (FayeExtension *extension)
{
  return g_strdup (TOY_EXTENSION (extension)->plan->name);
}

static FayeRsv
extension_get_rsv (FayeExtension *extension)
{
  return TOY_EXTENSION (extension)->plan->rsv;
}

static FayeExtensionSession *
extension_create_client_session (FayeExtension *extension)
{
  return extension_create (TOY_EXTENSION (extension), NULL);
}

static FayeExtensionSession *
extension_create_server_session (FayeExtension *extension, GVariant *offers)
{
  return extension_create (TOY_EXTENSION (extension), offers);
}

static void
toy_extension_iface_init (FayeExtensionInterface *iface)
{
  iface->get_name = extension_get_name;
  iface->get_rsv = extension_get_rsv;
  iface->create_client_session = extension_create_client_session;
  iface->create_server_session = extension_create_server_session;
}

static void
toy_extension_finalize (GObject *object)
{
  g_ptr_array_unref (TOY_EXTENSION (object)->sessions);
  G_OBJECT_CLASS (toy_extension_parent_class)->finalize (object);
}

static void
toy_extension_class_init (ToyExtensionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = toy_extension_finalize;
}

static void
toy_extension_init (ToyExtension *self)
{
  self->sessions = g_ptr_array_new_with_free_func (g_object_unref);
}

ToyExtension *
toy_extension_new (const ToyPlan *plan)
{
  ToyExtension *self = g_object_new (TOY_TYPE_EXTENSION, NULL);

  self->plan = plan;
  return self;
}

ToySession *
toy_extension_get_session (ToyExtension *self)
{
  g_assert_cmpuint (self->sessions->len, ==, 1);
  return self->sessions->pdata[0];
}

ToyExtension *
toy_extension_add (gpointer socket, const ToyPlan *plan)
{
  ToyExtension *self = toy_extension_new (plan);
  g_autoptr (GError) error = NULL;

  faye_web_socket_add_extension (socket, FAYE_EXTENSION (self), &error);
  g_assert_no_error (error);
  return self;
}

void
toy_reverse (ToySession *session, FayeExtensionTask *task)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (faye_extension_task_get_bytes (task), &size);
  guint8 *reversed = g_malloc (size + 1);
  g_autoptr (GBytes) bytes = NULL;

  for (gsize i = 0; i < size; i++)
    reversed[i] = data[size - 1 - i];
  bytes = g_bytes_new_take (reversed, size);
  faye_extension_task_return_bytes (task,
                                    bytes,
                                    faye_extension_task_get_rsv (task) ^ session->plan->rsv);
}

void
toy_keep (ToySession *session, FayeExtensionTask *task)
{
  g_queue_push_tail (&session->tasks, g_object_ref (task));
}

void
toy_drop (ToySession *session, FayeExtensionTask *task)
{
}
