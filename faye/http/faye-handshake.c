/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-handshake-private.h"

#include "faye/http/faye-head-private.h"
#include "faye/http/faye-http-error-private.h"

#include <string.h>

/* Keys, and the judgement of what an application wants to put into a handshake. */

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

static gboolean
is_reserved (const char *name)
{
  static const char *const names[] = {
    "Upgrade", "Connection", "Host", "Content-Length", "Transfer-Encoding", NULL,
  };

  return faye_head_list_count (names, name) > 0 ||
         g_ascii_strncasecmp (name, "Sec-WebSocket-", strlen ("Sec-WebSocket-")) == 0;
}

/* The value stays out of the message: it may be a secret. */
static gboolean
check_field (const char *name, const char *value, GError **error)
{
  g_autofree char *excerpt = faye_http_error_excerpt (name);
  const char *fault = NULL;

  if (!faye_head_is_token (name))
    fault = "is not a valid name";
  else if (is_reserved (name))
    fault = "belongs to the handshake itself";
  else if (!faye_head_is_value (value))
    fault = "has a value that may not be sent";

  if (fault)
    g_set_error (error,
                 FAYE_HTTP_ERROR,
                 FAYE_HTTP_ERROR_INVALID_ARGUMENT,
                 "Header field \"%s\" %s",
                 excerpt,
                 fault);
  return fault == NULL;
}

gboolean
faye_handshake_check_extra (SoupMessageHeaders *extra, GError **error)
{
  SoupMessageHeadersIter iter;
  const char *name = NULL;
  const char *value = NULL;

  if (!extra)
    return TRUE;

  soup_message_headers_iter_init (&iter, extra);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    if (!check_field (name, value, error))
      return FALSE;

  return TRUE;
}

void
faye_handshake_write_extra (GString *out, SoupMessageHeaders *extra)
{
  SoupMessageHeadersIter iter;
  const char *name = NULL;
  const char *value = NULL;

  if (!extra)
    return;

  soup_message_headers_iter_init (&iter, extra);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    g_string_append_printf (out, "%s: %s\r\n", name, value);
}

gboolean
faye_handshake_check_protocols (const char *const *protocols, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; protocols && protocols[i]; i++)
    {
      g_autofree char *excerpt = faye_http_error_excerpt (protocols[i]);
      const char *fault = NULL;

      if (!faye_head_is_token (protocols[i]))
        fault = "is not a token";
      else if (!g_hash_table_add (seen, (gpointer) protocols[i]))
        fault = "stands twice";

      if (!fault)
        continue;
      g_set_error (error,
                   FAYE_HTTP_ERROR,
                   FAYE_HTTP_ERROR_INVALID_ARGUMENT,
                   "Subprotocol \"%s\" %s",
                   excerpt,
                   fault);
      return FALSE;
    }

  return TRUE;
}

/* 16 bytes are 22 characters and two of padding. */
gboolean
faye_handshake_is_key (const char *key)
{
  for (guint i = 0; i < 22; i++)
    if (!g_ascii_isalnum (key[i]) && key[i] != '+' && key[i] != '/')
      return FALSE;

  return strcmp (key + 22, "==") == 0;
}

char *
faye_handshake_accept_key (const char *key)
{
  g_autoptr (GChecksum) sha1 = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize size = sizeof digest;

  g_checksum_update (sha1, (const guchar *) key, -1);
  g_checksum_update (sha1, (const guchar *) GUID, -1);
  g_checksum_get_digest (sha1, digest, &size);

  return g_base64_encode (digest, size);
}
