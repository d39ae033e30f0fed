/* SPDX-License-Identifier: MIT */

#include "faye/faye-extension-adapter-private.h"

#include "faye/faye-extension-task-private.h"
#include "faye/faye-permessage-deflate-private.h"

/*
 * A program's extension as the room below knows it. What is called here is the program's code: it
 * may end the connection in there, so a session is held while it is called.
 */

static GVariant *
session_get_offers (gpointer session)
{
  return faye_extension_session_get_offers (session);
}

static gboolean
session_activate (gpointer session, GVariant *params, GError **error)
{
  return faye_extension_session_activate (session, params, error);
}

static GVariant *
session_get_answer (gpointer session)
{
  return faye_extension_session_get_answer (session);
}

static void
session_incoming (gpointer session, FayeWork *work)
{
  g_autoptr (FayeExtensionSession) keep = g_object_ref (session);
  g_autoptr (FayeExtensionTask) task = faye_extension_task_new (work);

  if (task != NULL)
    faye_extension_session_incoming (keep, task);
}

static void
session_outgoing (gpointer session, FayeWork *work)
{
  g_autoptr (FayeExtensionSession) keep = g_object_ref (session);
  g_autoptr (FayeExtensionTask) task = faye_extension_task_new (work);

  if (task != NULL)
    faye_extension_session_outgoing (keep, task);
}

static void
session_close (gpointer session)
{
  faye_extension_session_close (session);
}

static const FayeSessionOps session_ops = {
  .get_offers = session_get_offers,
  .activate = session_activate,
  .get_answer = session_get_answer,
  .incoming = session_incoming,
  .outgoing = session_outgoing,
  .close = session_close,
  .unref = g_object_unref,
};

/* Takes SESSION. */
static FayeSession
adapt_session (FayeExtensionSession *session)
{
  g_autoptr (FayeExtensionSession) owned = session;
  FayeDeflateSession *native;

  if (owned == NULL)
    return (FayeSession){ NULL, NULL };
  native = faye_permessage_deflate_session_get_native (owned);
  if (native != NULL)
    return (FayeSession){ &faye_deflate_session_ops, faye_deflate_session_ref (native) };
  return (FayeSession){ &session_ops, g_steal_pointer (&owned) };
}

static char *
extension_get_name (gpointer extension)
{
  return faye_extension_get_name (extension);
}

static guint8
extension_get_rsv (gpointer extension)
{
  return (guint8) faye_extension_get_rsv (extension);
}

static FayeSession
extension_create_client_session (gpointer extension)
{
  return adapt_session (faye_extension_create_client_session (extension));
}

static FayeSession
extension_create_server_session (gpointer extension, GVariant *offers)
{
  return adapt_session (faye_extension_create_server_session (extension, offers));
}

const FayeExtensionOps faye_extension_adapter_ops = {
  .get_name = extension_get_name,
  .get_rsv = extension_get_rsv,
  .create_client_session = extension_create_client_session,
  .create_server_session = extension_create_server_session,
  .ref = g_object_ref,
  .unref = g_object_unref,
};
