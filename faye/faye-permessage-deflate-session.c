/* SPDX-License-Identifier: MIT */

#include "faye/faye-permessage-deflate-private.h"

#include "faye/faye-extension-task-private.h"

/* What a program sees of a session of the built-in extension if it wraps that in one of its own.
 * Otherwise the adapter takes the native session out, and this object is gone before the connection
 * is open. */

struct _FayePermessageDeflateSession
{
  GObject parent_instance;

  FayeDeflateSession *native; /* (owned) */
};

#define FAYE_TYPE_PERMESSAGE_DEFLATE_SESSION (faye_permessage_deflate_session_get_type ())
G_DECLARE_FINAL_TYPE (FayePermessageDeflateSession,
                      faye_permessage_deflate_session,
                      FAYE,
                      PERMESSAGE_DEFLATE_SESSION,
                      GObject)

static void deflate_session_iface_init (FayeExtensionSessionInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FayePermessageDeflateSession,
                               faye_permessage_deflate_session,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FAYE_TYPE_EXTENSION_SESSION,
                                                      deflate_session_iface_init))

static GVariant *
deflate_session_get_offers (FayeExtensionSession *session)
{
  FayePermessageDeflateSession *self = FAYE_PERMESSAGE_DEFLATE_SESSION (session);

  return faye_deflate_session_ops.get_offers (self->native);
}

static gboolean
deflate_session_activate (FayeExtensionSession *session, GVariant *params, GError **error)
{
  FayePermessageDeflateSession *self = FAYE_PERMESSAGE_DEFLATE_SESSION (session);

  return faye_deflate_session_ops.activate (self->native, params, error);
}

static GVariant *
deflate_session_get_answer (FayeExtensionSession *session)
{
  FayePermessageDeflateSession *self = FAYE_PERMESSAGE_DEFLATE_SESSION (session);

  return faye_deflate_session_ops.get_answer (self->native);
}

static void
deflate_session_incoming (FayeExtensionSession *session, FayeExtensionTask *task)
{
  FayePermessageDeflateSession *self = FAYE_PERMESSAGE_DEFLATE_SESSION (session);
  FayeWork *work = faye_extension_task_take_work (task);

  if (work != NULL)
    faye_deflate_session_ops.incoming (self->native, work);
}

static void
deflate_session_outgoing (FayeExtensionSession *session, FayeExtensionTask *task)
{
  FayePermessageDeflateSession *self = FAYE_PERMESSAGE_DEFLATE_SESSION (session);
  FayeWork *work = faye_extension_task_take_work (task);

  if (work != NULL)
    faye_deflate_session_ops.outgoing (self->native, work);
}

static void
deflate_session_close (FayeExtensionSession *session)
{
  FayePermessageDeflateSession *self = FAYE_PERMESSAGE_DEFLATE_SESSION (session);

  faye_deflate_session_ops.close (self->native);
}

static void
deflate_session_iface_init (FayeExtensionSessionInterface *iface)
{
  iface->get_offers = deflate_session_get_offers;
  iface->activate = deflate_session_activate;
  iface->get_answer = deflate_session_get_answer;
  iface->incoming = deflate_session_incoming;
  iface->outgoing = deflate_session_outgoing;
  iface->close = deflate_session_close;
}

static void
faye_permessage_deflate_session_finalize (GObject *object)
{
  FayePermessageDeflateSession *self = FAYE_PERMESSAGE_DEFLATE_SESSION (object);

  faye_deflate_session_unref (self->native);
  G_OBJECT_CLASS (faye_permessage_deflate_session_parent_class)->finalize (object);
}

static void
faye_permessage_deflate_session_class_init (FayePermessageDeflateSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = faye_permessage_deflate_session_finalize;
}

static void
faye_permessage_deflate_session_init (FayePermessageDeflateSession *self)
{
}

FayeExtensionSession *
faye_permessage_deflate_session_new (FayeDeflateSession *native)
{
  FayePermessageDeflateSession *self;

  if (native == NULL)
    return NULL;
  self = g_object_new (FAYE_TYPE_PERMESSAGE_DEFLATE_SESSION, NULL);
  self->native = native;
  return FAYE_EXTENSION_SESSION (self);
}

FayeDeflateSession *
faye_permessage_deflate_session_get_native (FayeExtensionSession *session)
{
  if (!FAYE_IS_PERMESSAGE_DEFLATE_SESSION (session))
    return NULL;
  return FAYE_PERMESSAGE_DEFLATE_SESSION (session)->native;
}
