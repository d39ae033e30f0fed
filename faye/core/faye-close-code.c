/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-close-code-private.h"

/* Which close codes may travel, and which an application may pick (RFC 6455, section 7.4). */

gboolean
faye_close_code_is_valid (guint code)
{
  if (code >= 3000)
    return code <= 4999;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

gboolean
faye_close_code_is_for_applications (guint code)
{
  return code == FAYE_CLOSE_CODE_NORMAL || (code >= 3000 && code <= 4999);
}
