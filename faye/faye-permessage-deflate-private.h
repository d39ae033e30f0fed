/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-deflate-session-private.h"
#include "faye/faye-permessage-deflate.h"

G_BEGIN_DECLS

/* Takes NATIVE; NULL for NULL. */
FayeExtensionSession *faye_permessage_deflate_session_new (FayeDeflateSession *native);

/* What works in a session of the built-in extension; NULL if SESSION is another's. */
FayeDeflateSession *faye_permessage_deflate_session_get_native (FayeExtensionSession *session);

G_END_DECLS
