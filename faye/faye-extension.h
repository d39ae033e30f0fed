/* SPDX-License-Identifier: MIT */

#pragma once

#if !defined(FAYE_INSIDE) && !defined(FAYE_COMPILATION)
#error "Only <faye/faye.h> can be included directly."
#endif

#include <faye/faye-extension-session.h>

G_BEGIN_DECLS

#define FAYE_TYPE_EXTENSION (faye_extension_get_type ())

FAYE_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (FayeExtension, faye_extension, FAYE, EXTENSION, GObject)

/**
 * FayeExtensionInterface:
 * @get_name: see [method@Faye.Extension.get_name]; needed
 * @get_rsv: see [method@Faye.Extension.get_rsv]; if it is left out, none
 * @create_client_session: see [method@Faye.Extension.create_client_session]; if it is left out, a
 *   client does not offer the extension
 * @create_server_session: see [method@Faye.Extension.create_server_session]; if it is left out, a
 *   server declines it
 *
 * What an extension does.
 *
 * Since: 1.0
 */
struct _FayeExtensionInterface
{
  /*< private >*/
  GTypeInterface parent_iface;

  /*< public >*/
  char *(*get_name) (FayeExtension *self);
  FayeRsv (*get_rsv) (FayeExtension *self);
  FayeExtensionSession *(*create_client_session) (FayeExtension *self);
  FayeExtensionSession *(*create_server_session) (FayeExtension *self, GVariant *offers);
};

FAYE_AVAILABLE_IN_1_0
char *faye_extension_get_name (FayeExtension *self);
FAYE_AVAILABLE_IN_1_0
FayeRsv faye_extension_get_rsv (FayeExtension *self);
FAYE_AVAILABLE_IN_1_0
FayeExtensionSession *faye_extension_create_client_session (FayeExtension *self);
FAYE_AVAILABLE_IN_1_0
FayeExtensionSession *faye_extension_create_server_session (FayeExtension *self, GVariant *offers);

G_END_DECLS
