/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-server-handshake-private.h"

#include "faye/ext/faye-extension-header-private.h"
#include "faye/http/faye-authority-private.h"
#include "faye/http/faye-hixie-handshake-private.h"
#include "faye/http/faye-http-error-private.h"
#include "faye/http/faye-refusal-private.h"

#include <stdarg.h>
#include <string.h>

/* A row of checks, each of which either passes or names the one fault for which the request is
 * refused. */

struct _FayeServerHandshake
{
  char *method;
  char *target;
  SoupHTTPVersion http;
  SoupMessageHeaders *headers;
  gboolean secure;
  gboolean allow_drafts;

  guint status;
  char *fault; /* (nullable) */
  FayeVersion version;
  char *host;         /* (nullable) */
  char *url;          /* (nullable) */
  char *accept;       /* (nullable) the Sec-WebSocket-Accept of a 101 */
  char *origin;       /* (nullable) hixie: what the response repeats */
  guint32 numbers[2]; /* hixie-76: what the keys stand for */
  char **offers;
  GHashTable *offer_set; /* the same, for looking up */
};

typedef struct
{
  const char *name;
  FayeVersion version;
  gboolean is_draft;
} Version;

static const Version versions[] = {
  { "13", FAYE_VERSION_HYBI_13, FALSE },
  { "8", FAYE_VERSION_HYBI_8, TRUE },
  { "7", FAYE_VERSION_HYBI_7, TRUE },
};

/* Always FALSE. */
G_GNUC_PRINTF (3, 4)
static gboolean
refuse (FayeServerHandshake *self, guint status, const char *format, ...)
{
  va_list args;

  self->status = status;
  va_start (args, format);
  self->fault = g_strdup_vprintf (format, args);
  va_end (args);

  return FALSE;
}

/* Whether IS_FINE; else refuses with the VALUE of WHAT in the fault. */
static gboolean
require (FayeServerHandshake *self,
         gboolean is_fine,
         guint status,
         const char *what,
         const char *value)
{
  g_autofree char *excerpt = NULL;

  if (is_fine)
    return TRUE;

  excerpt = faye_http_error_excerpt (value ? value : "");
  return refuse (self, status, "Unexpected %s \"%s\"", what, excerpt);
}

/* At most one line; two are how one reader is made to see another value than the next. */
static gboolean
check_single (FayeServerHandshake *self, const char *name, const char **value)
{
  guint count = faye_head_count (self->headers, name, value);

  if (count > 1)
    return refuse (self, SOUP_STATUS_BAD_REQUEST, "%s stands %u times", name, count);
  return TRUE;
}

static gboolean
check_method (FayeServerHandshake *self)
{
  return require (self,
                  strcmp (self->method, "GET") == 0,
                  SOUP_STATUS_METHOD_NOT_ALLOWED,
                  "method",
                  self->method);
}

static gboolean
check_http (FayeServerHandshake *self)
{
  return require (self,
                  self->http == SOUP_HTTP_1_1,
                  SOUP_STATUS_HTTP_VERSION_NOT_SUPPORTED,
                  "version",
                  self->http == SOUP_HTTP_1_0 ? "HTTP/1.0" : "HTTP/2");
}

static gboolean
check_host (FayeServerHandshake *self)
{
  const char *host = NULL;

  if (!check_single (self, "Host", &host))
    return FALSE;
  if (!host)
    return refuse (self, SOUP_STATUS_BAD_REQUEST, "Host is missing");

  self->host = g_strdup (host);
  return require (self, faye_authority_is_valid (host), SOUP_STATUS_BAD_REQUEST, "Host", host);
}

/* Where the path begins in an absolute-form target whose authority is the Host; NULL if it is
 * something else. */
static const char *
find_path (FayeServerHandshake *self)
{
  static const char *const prefixes[] = { "http://", "ws://", "https://", "wss://" };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      gsize size = strlen (prefixes[i]);
      const char *rest = self->target + size;
      g_autofree char *authority = NULL;

      if (g_ascii_strncasecmp (self->target, prefixes[i], size) != 0)
        continue;
      authority = g_strndup (rest, strcspn (rest, "/?"));
      if (faye_authority_is_valid (authority) &&
          faye_authority_equal (authority, self->host, i < 2 ? 80 : 443))
        return rest + strlen (authority);
    }

  return NULL;
}

/* origin-form or absolute-form (RFC 9112, section 3.2), and no fragment. The path goes on exactly
 * as it came. */
static gboolean
check_target (FayeServerHandshake *self)
{
  const char *path = self->target[0] == '/' ? self->target : find_path (self);

  gboolean is_fine = path && faye_head_is_visible (self->target) && !strchr (self->target, '#');

  if (!require (self, is_fine, SOUP_STATUS_BAD_REQUEST, "request target", self->target))
    return FALSE;

  self->url = g_strdup_printf ("%s://%s%s%s",
                               self->secure ? "wss" : "ws",
                               self->host,
                               path[0] == '/' ? "" : "/",
                               path);
  return TRUE;
}

/* The bytes after the head are frames. A body would let a proxy and this server disagree on where
 * they begin. */
static gboolean
check_body (FayeServerHandshake *self)
{
  const char *length = NULL;

  if (faye_head_count (self->headers, "Transfer-Encoding", NULL) > 0)
    return refuse (self, SOUP_STATUS_BAD_REQUEST, "Transfer-Encoding in a WebSocket request");
  if (!check_single (self, "Content-Length", &length))
    return FALSE;

  return require (self,
                  !length || strcmp (length, "0") == 0,
                  SOUP_STATUS_BAD_REQUEST,
                  "Content-Length",
                  length);
}

/* "Sec-WebSocket-Origin" is what the drafts before version 13 say for it. */
static gboolean
check_origin (FayeServerHandshake *self)
{
  return check_single (self, "Origin", NULL) && check_single (self, "Sec-WebSocket-Origin", NULL);
}

/* A request with no sign of an upgrade is a plain one: it is told what is required here (RFC 9110,
 * section 15.5.22). One that asks wrongly is broken. Several lines are one list, but "websocket"
 * may stand in it only once. */
static gboolean
check_upgrade (FayeServerHandshake *self)
{
  g_auto (GStrv) upgrade = faye_head_get_list (self->headers, "Upgrade", FAYE_HEAD_LIST_PRODUCTS);
  g_auto (GStrv) connection = faye_head_get_tokens (self->headers, "Connection");
  gboolean has_upgrade = faye_head_count (self->headers, "Upgrade", NULL) > 0;
  gboolean has_option = faye_head_list_count ((const char *const *) connection, "upgrade") > 0;
  guint count = faye_head_list_count ((const char *const *) upgrade, "websocket");
  g_autofree char *text = faye_head_join (self->headers, has_option ? "Upgrade" : "Connection");

  if (!has_upgrade && !has_option)
    return refuse (self, FAYE_STATUS_UPGRADE_REQUIRED, "Not a WebSocket request");

  return require (self, has_option, SOUP_STATUS_BAD_REQUEST, "Connection", text) &&
         require (self, count == 1, SOUP_STATUS_BAD_REQUEST, "Upgrade", text);
}

/* The hixie drafts have neither a version nor the key of the later ones. */
static gboolean
recognise_hixie (FayeServerHandshake *self)
{
  if (!self->allow_drafts || faye_head_count (self->headers, "Sec-WebSocket-Key", NULL) > 0)
    return refuse (self, FAYE_STATUS_UPGRADE_REQUIRED, "Sec-WebSocket-Version is missing");

  self->version = faye_hixie_handshake_recognise (self->headers);
  return TRUE;
}

/* RFC 6455, section 4.2.2: 426 and the list of versions, whatever else was asked for. */
static gboolean
check_version (FayeServerHandshake *self)
{
  const char *value = NULL;

  if (!check_single (self, "Sec-WebSocket-Version", &value))
    return FALSE;
  if (!value)
    return recognise_hixie (self);

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      if (strcmp (value, versions[i].name) != 0 || (versions[i].is_draft && !self->allow_drafts))
        continue;
      self->version = versions[i].version;
      return TRUE;
    }

  return require (self, FALSE, FAYE_STATUS_UPGRADE_REQUIRED, "Sec-WebSocket-Version", value);
}

static gboolean
check_hixie_key (FayeServerHandshake *self, const char *name, guint32 *number)
{
  const char *key = NULL;

  if (!check_single (self, name, &key))
    return FALSE;
  if (!key)
    return refuse (self, SOUP_STATUS_BAD_REQUEST, "%s is missing", name);

  return require (self,
                  faye_hixie_handshake_read_key (key, number),
                  SOUP_STATUS_BAD_REQUEST,
                  name,
                  key);
}

/* The origin goes into the response, so it has to be fit for that. */
static gboolean
check_hixie (FayeServerHandshake *self)
{
  const char *origin = NULL;

  faye_head_count (self->headers, "Origin", &origin);
  if (!require (self,
                !origin || faye_head_is_value (origin),
                SOUP_STATUS_BAD_REQUEST,
                "Origin",
                origin))
    return FALSE;
  self->origin = g_strdup (origin);

  return self->version == FAYE_VERSION_HIXIE_75 ||
         (check_hixie_key (self, "Sec-WebSocket-Key1", &self->numbers[0]) &&
          check_hixie_key (self, "Sec-WebSocket-Key2", &self->numbers[1]));
}

static gboolean
check_key (FayeServerHandshake *self)
{
  const char *key = NULL;

  if (faye_version_is_hixie (self->version))
    return check_hixie (self);
  if (!check_single (self, "Sec-WebSocket-Key", &key))
    return FALSE;
  if (!key)
    return refuse (self, SOUP_STATUS_BAD_REQUEST, "Sec-WebSocket-Key is missing");

  self->accept = faye_handshake_accept_key (key);
  return require (self,
                  faye_handshake_is_key (key),
                  SOUP_STATUS_BAD_REQUEST,
                  "Sec-WebSocket-Key",
                  key);
}

/* RFC 6455, section 4.1: tokens that are all different. */
static gboolean
check_protocols (FayeServerHandshake *self)
{
  const gboolean is_75 = self->version == FAYE_VERSION_HIXIE_75;
  const char *const name = is_75 ? "WebSocket-Protocol" : "Sec-WebSocket-Protocol";
  g_auto (GStrv) list = NULL;
  g_autofree char *text = NULL;

  if (faye_head_count (self->headers, name, NULL) == 0)
    return TRUE;

  list = faye_head_get_list (self->headers, name, FAYE_HEAD_LIST_NO_EMPTY);
  text = faye_head_join (self->headers, name);
  if (!require (self,
                list && faye_handshake_check_protocols ((const char *const *) list, NULL),
                SOUP_STATUS_BAD_REQUEST,
                name,
                text))
    return FALSE;

  for (guint i = 0; list[i]; i++)
    g_hash_table_add (self->offer_set, list[i]);
  g_strfreev (self->offers);
  self->offers = g_steal_pointer (&list);
  return TRUE;
}

/* The grammar and nothing else: what to agree on is not the handshake's affair. The hixie drafts
 * know no extensions. */
static gboolean
check_extensions (FayeServerHandshake *self)
{
  g_autofree char *text = faye_head_join (self->headers, "Sec-WebSocket-Extensions");
  g_autoptr (GPtrArray) offers = NULL;
  g_autoptr (GError) error = NULL;

  if (!text || faye_version_is_hixie (self->version))
    return TRUE;

  offers = faye_extension_header_parse (text, &error);
  return offers || refuse (self, SOUP_STATUS_BAD_REQUEST, "%s", error->message);
}

static void
judge (FayeServerHandshake *self)
{
  static gboolean (*const checks[]) (FayeServerHandshake *) = {
    check_method,  check_http,    check_host, check_target,    check_body,       check_origin,
    check_upgrade, check_version, check_key,  check_protocols, check_extensions,
  };

  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    if (!checks[i](self))
      return;

  self->status = SOUP_STATUS_SWITCHING_PROTOCOLS;
}

FayeServerHandshake *
faye_server_handshake_new (const char *method,
                           const char *target,
                           SoupHTTPVersion http,
                           SoupMessageHeaders *headers,
                           gboolean secure,
                           gboolean allow_drafts)
{
  FayeServerHandshake *self = g_new0 (FayeServerHandshake, 1);

  self->method = g_strdup (method);
  self->target = g_strdup (target);
  self->http = http;
  self->headers = soup_message_headers_ref (headers);
  self->secure = secure;
  self->allow_drafts = allow_drafts;
  self->version = FAYE_VERSION_HYBI_13;
  self->offers = g_new0 (char *, 1);
  self->offer_set = g_hash_table_new (g_str_hash, g_str_equal);
  judge (self);

  return self;
}

void
faye_server_handshake_free (FayeServerHandshake *self)
{
  g_free (self->method);
  g_free (self->target);
  g_free (self->fault);
  g_free (self->host);
  g_free (self->url);
  g_free (self->accept);
  g_free (self->origin);
  g_hash_table_unref (self->offer_set);
  g_strfreev (self->offers);
  soup_message_headers_unref (self->headers);
  g_free (self);
}

guint
faye_server_handshake_get_status (FayeServerHandshake *self)
{
  return self->status;
}

const char *
faye_server_handshake_get_fault (FayeServerHandshake *self)
{
  return self->fault;
}

FayeVersion
faye_server_handshake_get_version (FayeServerHandshake *self)
{
  return self->version;
}

const char *
faye_server_handshake_get_url (FayeServerHandshake *self)
{
  return self->url;
}

const char *const *
faye_server_handshake_get_offers (FayeServerHandshake *self)
{
  return (const char *const *) self->offers;
}

const char *
faye_server_handshake_choose (FayeServerHandshake *self, const char *const *supported)
{
  for (guint i = 0; supported && supported[i]; i++)
    if (g_hash_table_contains (self->offer_set, supported[i]))
      return supported[i];

  return NULL;
}

GBytes *
faye_server_handshake_accept (FayeServerHandshake *self,
                              const char *subprotocol,
                              const char *extensions,
                              SoupMessageHeaders *extra)
{
  GString *out = NULL;

  g_assert (self->status == SOUP_STATUS_SWITCHING_PROTOCOLS);

  if (faye_version_is_hixie (self->version))
    return faye_hixie_handshake_accept (self->version, self->origin, self->url, subprotocol, extra);

  out = g_string_new ("HTTP/1.1 101 Switching Protocols\r\n"
                      "Upgrade: websocket\r\n"
                      "Connection: Upgrade\r\n");
  g_string_append_printf (out, "Sec-WebSocket-Accept: %s\r\n", self->accept);
  if (subprotocol)
    g_string_append_printf (out, "Sec-WebSocket-Protocol: %s\r\n", subprotocol);
  if (extensions)
    g_string_append_printf (out, "Sec-WebSocket-Extensions: %s\r\n", extensions);
  faye_handshake_write_extra (out, extra);
  g_string_append (out, "\r\n");

  return g_string_free_to_bytes (out);
}

gsize
faye_server_handshake_get_challenge_size (FayeServerHandshake *self)
{
  return self->version == FAYE_VERSION_HIXIE_76 ? FAYE_HIXIE_CHALLENGE_SIZE : 0;
}

GBytes *
faye_server_handshake_answer (FayeServerHandshake *self, const guint8 *challenge)
{
  guint8 answer[FAYE_HIXIE_ANSWER_SIZE];

  g_assert (self->version == FAYE_VERSION_HIXIE_76);

  faye_hixie_handshake_answer (self->numbers, challenge, answer);
  return g_bytes_new (answer, sizeof answer);
}

/* RFC 9110, section 9.3.2: the answer to HEAD ends with its head. */
static GBytes *
take_head (GBytes *response)
{
  gsize size;
  const char *text = g_bytes_get_data (response, &size);
  const char *end = g_strstr_len (text, size, "\r\n\r\n");

  return g_bytes_new (text, end + strlen ("\r\n\r\n") - text);
}

GBytes *
faye_server_handshake_reject (FayeServerHandshake *self, SoupMessageHeaders *extra)
{
  g_autoptr (GBytes) response =
    faye_refusal_write (self->status, self->fault, self->allow_drafts ? "13, 8, 7" : "13", extra);

  if (strcmp (self->method, "HEAD") == 0)
    return take_head (response);
  return g_steal_pointer (&response);
}

GBytes *
faye_server_handshake_refuse (guint status, const char *fault, SoupMessageHeaders *extra)
{
  return faye_refusal_write (status, fault, "13", extra);
}
