/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-client-handshake-private.h"

#include "faye/ext/faye-extension-header-private.h"
#include "faye/http/faye-http-error-private.h"

#include <string.h>

/* The request is complete and checked before the first byte of it can be sent; the response is
 * taken by the letter. */

struct _FayeClientHandshake
{
  char *accept;     /* the Sec-WebSocket-Accept that must come */
  char **protocols; /* (nullable) */
  gboolean has_extensions;
  GBytes *request;
};

static gboolean
check_argument (gboolean is_fine, const char *what, const char *value, GError **error)
{
  g_autofree char *excerpt = value ? faye_http_error_excerpt (value) : NULL;

  if (!is_fine)
    g_set_error (error,
                 FAYE_HTTP_ERROR,
                 FAYE_HTTP_ERROR_INVALID_ARGUMENT,
                 "%s \"%s\" may not be sent",
                 what,
                 excerpt);
  return is_fine;
}

/* Fields that a server must see at most once. */
static gboolean
check_single (SoupMessageHeaders *extra, const char *name, guint already, GError **error)
{
  if (!extra || faye_head_count (extra, name, NULL) + already <= 1)
    return TRUE;

  g_set_error (error,
               FAYE_HTTP_ERROR,
               FAYE_HTTP_ERROR_INVALID_ARGUMENT,
               "Header field \"%s\" stands more than once",
               name);
  return FALSE;
}

static gboolean
check_arguments (const char *const *protocols,
                 const char *origin,
                 const char *extensions,
                 SoupMessageHeaders *extra,
                 GError **error)
{
  gboolean is_fine_extensions = !extensions || (*extensions && faye_head_is_value (extensions));

  return faye_handshake_check_protocols (protocols, error) &&
         check_argument (!origin || faye_head_is_visible (origin), "Origin", origin, error) &&
         check_argument (is_fine_extensions, "Sec-WebSocket-Extensions", extensions, error) &&
         faye_handshake_check_extra (extra, error) &&
         check_single (extra, "Origin", origin ? 1 : 0, error) &&
         check_single (extra, "Authorization", 0, error);
}

/* RFC 7617; the text is UTF-8 already. */
static void
write_authorization (GString *out, const FayeUrl *url)
{
  g_autofree char *pair = g_strconcat (url->user, ":", url->password ? url->password : "", NULL);
  g_autofree char *code = g_base64_encode ((const guchar *) pair, strlen (pair));

  g_string_append_printf (out, "Authorization: Basic %s\r\n", code);
}

static char *
make_key (FayeRandomFunc random)
{
  guint8 nonce[16];

  random (nonce, sizeof nonce);
  return g_base64_encode (nonce, sizeof nonce);
}

static void
write_field (GString *out, const char *name, const char *value)
{
  if (value)
    g_string_append_printf (out, "%s: %s\r\n", name, value);
}

FayeClientHandshake *
faye_client_handshake_new (const FayeUrl *url,
                           const char *const *protocols,
                           const char *origin,
                           const char *extensions,
                           SoupMessageHeaders *extra,
                           FayeRandomFunc random,
                           GError **error)
{
  FayeClientHandshake *self;
  g_autofree char *key = NULL;
  g_autofree char *list = NULL;
  GString *out;

  if (!check_arguments (protocols, origin, extensions, extra, error))
    return NULL;

  key = make_key (random);
  list = protocols && protocols[0] ? g_strjoinv (", ", (char **) protocols) : NULL;

  out = g_string_new (NULL);
  g_string_append_printf (out, "GET %s HTTP/1.1\r\n", url->resource);
  write_field (out, "Host", url->authority);
  write_field (out, "Upgrade", "websocket");
  write_field (out, "Connection", "Upgrade");
  write_field (out, "Sec-WebSocket-Key", key);
  write_field (out, "Sec-WebSocket-Version", "13");
  write_field (out, "Origin", origin);
  write_field (out, "Sec-WebSocket-Protocol", list);
  write_field (out, "Sec-WebSocket-Extensions", extensions);
  if (url->user && (!extra || faye_head_count (extra, "Authorization", NULL) == 0))
    write_authorization (out, url);
  faye_handshake_write_extra (out, extra);
  g_string_append (out, "\r\n");

  self = g_new0 (FayeClientHandshake, 1);
  self->accept = faye_handshake_accept_key (key);
  self->protocols = g_strdupv ((char **) protocols);
  self->has_extensions = extensions != NULL;
  self->request = g_string_free_to_bytes (out);

  return self;
}

void
faye_client_handshake_free (FayeClientHandshake *self)
{
  g_free (self->accept);
  g_strfreev (self->protocols);
  g_bytes_unref (self->request);
  g_free (self);
}

GBytes *
faye_client_handshake_get_request (FayeClientHandshake *self)
{
  return self->request;
}

/* Whether IS_FINE; else the error names the field and its VALUE, NULL if there is none. */
static gboolean
expect (gboolean is_fine, const char *name, const char *value, GError **error)
{
  g_autofree char *excerpt = NULL;

  if (is_fine)
    return TRUE;

  excerpt = value ? faye_http_error_excerpt (value) : NULL;
  if (excerpt)
    g_set_error (error,
                 FAYE_HTTP_ERROR,
                 FAYE_HTTP_ERROR_HANDSHAKE,
                 "Unexpected %s \"%s\"",
                 name,
                 excerpt);
  else
    g_set_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_HANDSHAKE, "%s is missing", name);

  return FALSE;
}

/* The one line of the field, or "missing", or all of its lines in the message. */
static gboolean
get_single (const FayeHead *response, const char *name, const char **value, GError **error)
{
  g_autofree char *all = faye_head_join (response->headers, name);

  return expect (faye_head_count (response->headers, name, value) == 1, name, all, error);
}

static gboolean
check_status (const FayeHead *response, GError **error)
{
  g_autofree char *reason = faye_http_error_excerpt (response->reason);

  if (response->status == SOUP_STATUS_SWITCHING_PROTOCOLS)
    return expect (response->version == SOUP_HTTP_1_1, "version", "HTTP/1.0", error);

  g_set_error (error,
               FAYE_HTTP_ERROR,
               FAYE_HTTP_ERROR_REFUSED,
               "Unexpected status %u%s%s",
               response->status,
               *reason ? " " : "",
               reason);
  return FALSE;
}

static gboolean
check_upgrade (const FayeHead *response, GError **error)
{
  g_auto (GStrv) connection = faye_head_get_tokens (response->headers, "Connection");
  g_autofree char *options = faye_head_join (response->headers, "Connection");
  gboolean has_option = faye_head_list_count ((const char *const *) connection, "upgrade") > 0;
  const char *upgrade = NULL;

  if (!get_single (response, "Upgrade", &upgrade, error))
    return FALSE;

  return expect (g_ascii_strcasecmp (upgrade, "websocket") == 0, "Upgrade", upgrade, error) &&
         expect (has_option, "Connection", options, error);
}

static gboolean
check_accept (FayeClientHandshake *self, const FayeHead *response, GError **error)
{
  const char *accept = NULL;

  return get_single (response, "Sec-WebSocket-Accept", &accept, error) &&
         expect (strcmp (accept, self->accept) == 0, "Sec-WebSocket-Accept", accept, error);
}

/* NULL for none is fine; the order of preference is the server's affair. */
static gboolean
check_protocol (FayeClientHandshake *self, const FayeHead *response, GError **error)
{
  const char *const name = "Sec-WebSocket-Protocol";
  const char *protocol = NULL;
  gboolean was_offered;

  if (faye_head_count (response->headers, name, NULL) == 0)
    return TRUE;
  if (!get_single (response, name, &protocol, error))
    return FALSE;

  was_offered =
    self->protocols && g_strv_contains ((const char *const *) self->protocols, protocol);
  return expect (was_offered, name, protocol, error);
}

/* An answer to what was offered, and one that can be read; whether it can be taken is not judged
 * here. */
static gboolean
check_extensions (FayeClientHandshake *self, const FayeHead *response, GError **error)
{
  const char *const name = "Sec-WebSocket-Extensions";
  g_autofree char *value = faye_head_join (response->headers, name);
  g_autoptr (GPtrArray) answers = NULL;
  g_autoptr (GError) cause = NULL;

  if (!value)
    return TRUE;
  if (!expect (self->has_extensions, name, value, error))
    return FALSE;

  answers = faye_extension_header_parse (value, &cause);
  if (!answers)
    g_set_error_literal (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_HANDSHAKE, cause->message);
  return answers != NULL;
}

gboolean
faye_client_handshake_check (FayeClientHandshake *self,
                             const FayeHead *response,
                             char **protocol,
                             char **extensions,
                             GError **error)
{
  if (!check_status (response, error) || !check_upgrade (response, error) ||
      !check_accept (self, response, error) || !check_protocol (self, response, error) ||
      !check_extensions (self, response, error))
    return FALSE;

  *protocol = faye_head_join (response->headers, "Sec-WebSocket-Protocol");
  *extensions = faye_head_join (response->headers, "Sec-WebSocket-Extensions");
  return TRUE;
}
