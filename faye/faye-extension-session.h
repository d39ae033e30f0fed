/* SPDX-License-Identifier: MIT */

#pragma once

#if !defined(FAYE_INSIDE) && !defined(FAYE_COMPILATION)
#error "Only <faye/faye.h> can be included directly."
#endif

#include <faye/faye-extension-task.h>

G_BEGIN_DECLS

#define FAYE_TYPE_EXTENSION_SESSION (faye_extension_session_get_type ())

FAYE_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (FayeExtensionSession, faye_extension_session, FAYE, EXTENSION_SESSION, GObject)

/**
 * FayeExtensionSessionInterface:
 * @get_offers: see [method@Faye.ExtensionSession.get_offers]; if it is left out, one offer without
 *   parameters
 * @activate: see [method@Faye.ExtensionSession.activate]; if it is left out, any answer will do
 * @get_answer: see [method@Faye.ExtensionSession.get_answer]; if it is left out, no parameters
 * @incoming: see [method@Faye.ExtensionSession.incoming]; if it is left out, messages pass
 *   unchanged
 * @outgoing: see [method@Faye.ExtensionSession.outgoing]; likewise
 * @close: see [method@Faye.ExtensionSession.close]; if it is left out, nothing is done
 *
 * What a session of an extension does. All of it can be left out.
 *
 * Since: 1.0
 */
struct _FayeExtensionSessionInterface
{
  /*< private >*/
  GTypeInterface parent_iface;

  /*< public >*/
  GVariant *(*get_offers) (FayeExtensionSession *self);
  gboolean (*activate) (FayeExtensionSession *self, GVariant *params, GError **error);
  GVariant *(*get_answer) (FayeExtensionSession *self);
  void (*incoming) (FayeExtensionSession *self, FayeExtensionTask *task);
  void (*outgoing) (FayeExtensionSession *self, FayeExtensionTask *task);
  void (*close) (FayeExtensionSession *self);
};

FAYE_AVAILABLE_IN_1_0
GVariant *faye_extension_session_get_offers (FayeExtensionSession *self);
FAYE_AVAILABLE_IN_1_0
gboolean
faye_extension_session_activate (FayeExtensionSession *self, GVariant *params, GError **error);
FAYE_AVAILABLE_IN_1_0
GVariant *faye_extension_session_get_answer (FayeExtensionSession *self);
FAYE_AVAILABLE_IN_1_0
void faye_extension_session_incoming (FayeExtensionSession *self, FayeExtensionTask *task);
FAYE_AVAILABLE_IN_1_0
void faye_extension_session_outgoing (FayeExtensionSession *self, FayeExtensionTask *task);
FAYE_AVAILABLE_IN_1_0
void faye_extension_session_close (FayeExtensionSession *self);

G_END_DECLS
