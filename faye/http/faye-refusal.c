/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-refusal-private.h"

#include "faye/http/faye-handshake-private.h"
#include "faye/http/faye-head-private.h"

#include <string.h>

/* Refusals: a status line, the fields that the status asks for, and one line of plain text. */

static const char *
get_phrase (guint status)
{
  switch (status)
    {
    case FAYE_STATUS_UPGRADE_REQUIRED:
      return "Upgrade Required";
    case FAYE_STATUS_TOO_MANY_REQUESTS:
      return "Too Many Requests";
    case FAYE_STATUS_FIELDS_TOO_LARGE:
      return "Request Header Fields Too Large";
    default:
      return soup_status_get_phrase (status);
    }
}

GBytes *
faye_refusal_write (guint status,
                    const char *fault,
                    const char *versions,
                    SoupMessageHeaders *extra)
{
  const char *phrase = get_phrase (status);
  const char *body = fault ? fault : phrase;
  gboolean needs_upgrade = status == FAYE_STATUS_UPGRADE_REQUIRED;
  GString *out = g_string_new (NULL);

  g_assert (status >= 400 && status <= 599);

  g_string_append_printf (out, "HTTP/1.1 %u %s\r\n", status, phrase);
  g_string_append_printf (out, "Connection: close%s\r\n", needs_upgrade ? ", Upgrade" : "");
  if (needs_upgrade)
    g_string_append_printf (out,
                            "Upgrade: websocket\r\n"
                            "Sec-WebSocket-Version: %s\r\n",
                            versions);
  if (status == SOUP_STATUS_METHOD_NOT_ALLOWED &&
      (!extra || !faye_head_count (extra, "Allow", NULL)))
    g_string_append (out, "Allow: GET\r\n");
  if (!extra || !faye_head_count (extra, "Content-Type", NULL))
    g_string_append (out, "Content-Type: text/plain; charset=utf-8\r\n");
  g_string_append_printf (out, "Content-Length: %" G_GSIZE_FORMAT "\r\n", strlen (body) + 1);
  faye_handshake_write_extra (out, extra);
  g_string_append_printf (out, "\r\n%s\n", body);

  return g_string_free_to_bytes (out);
}
