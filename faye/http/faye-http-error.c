/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-http-error-private.h"

#include <string.h>

/* The error domain of this room, and the harmless form in which its messages show what a peer sent.
 */

/* Spelled out: the formatter takes the dashes of G_DEFINE_QUARK's argument for operators. */
GQuark
faye_http_error_quark (void)
{
  return g_quark_from_static_string ("faye-http-error-quark");
}

char *
faye_http_error_excerpt (const char *text)
{
  g_autofree char *start = g_strndup (text, FAYE_HTTP_ERROR_MAX_EXCERPT);
  g_autofree char *escaped = g_strescape (start, NULL);
  gboolean whole = strnlen (text, FAYE_HTTP_ERROR_MAX_EXCERPT + 1) <= FAYE_HTTP_ERROR_MAX_EXCERPT;

  return whole ? g_steal_pointer (&escaped) : g_strconcat (escaped, "...", NULL);
}
