/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-authority-private.h"

#include <gio/gio.h>
#include <string.h>

/* Host and port as they stand in Host fields, request targets and URLs. */

#define NAME_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
#define MAX_NAME 255

static gboolean
is_name (const char *text, gsize size)
{
  return size > 0 && size <= MAX_NAME && strspn (text, NAME_CHARS) >= size;
}

/* A zone ("%eth0") means something on this machine only (RFC 6874, section 1), so it is refused
 * here. */
static gboolean
is_ipv6 (const char *text, gsize size)
{
  g_autofree char *address = g_strndup (text, MIN (size, MAX_NAME));

  return memchr (address, ':', strlen (address)) && !strchr (address, '%') &&
         g_hostname_is_ip_address (address);
}

gboolean
faye_authority_is_host (const char *text)
{
  gsize size = strlen (text);

  return is_name (text, size) || is_ipv6 (text, size);
}

/* Where the host ends: at ":" or the end of the text. NULL if there is no valid host. */
static const char *
skip_host (const char *text)
{
  const char *bracket;
  gsize size;

  if (text[0] != '[')
    {
      size = strcspn (text, ":");
      return is_name (text, size) ? text + size : NULL;
    }

  bracket = strchr (text, ']');
  if (!bracket || !is_ipv6 (text + 1, bracket - text - 1))
    return NULL;
  return bracket + 1;
}

/* TEXT begins with the ":". 0 if it is no port. */
static guint
parse_port (const char *text)
{
  gsize digits = strspn (text + 1, "0123456789");
  guint64 port;

  if (text[0] != ':' || digits == 0 || digits > 5 || text[digits + 1] != '\0')
    return 0;

  port = g_ascii_strtoull (text + 1, NULL, 10);
  return port <= G_MAXUINT16 ? (guint) port : 0;
}

gboolean
faye_authority_is_valid (const char *text)
{
  const char *host_end = skip_host (text);

  return host_end && (*host_end == '\0' || parse_port (host_end) != 0);
}

gboolean
faye_authority_equal (const char *a, const char *b, guint default_port)
{
  const char *a_end = skip_host (a);
  const char *b_end = skip_host (b);
  guint a_port = *a_end ? parse_port (a_end) : default_port;
  guint b_port = *b_end ? parse_port (b_end) : default_port;

  return a_end - a == b_end - b && g_ascii_strncasecmp (a, b, a_end - a) == 0 && a_port == b_port;
}
