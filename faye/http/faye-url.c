/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-url-private.h"

#include "faye/http/faye-authority-private.h"
#include "faye/http/faye-http-error-private.h"

#include <string.h>
#include <sys/un.h>

/* WebSocket URLs. Messages never quote the authority before the user and password are known to be
 * out of it. */

/* What stays bare in path and query beside letters, digits and "-._~" (RFC 3986, section 3.3;
 * browsers leave the square brackets alone). */
#define RESOURCE_CHARS "!$&'()*+,;=:@/?%[]"

typedef struct
{
  const char *prefix;
  gboolean secure;
  guint16 port;
} Scheme;

static const Scheme schemes[] = {
  { "ws://", FALSE, 80 },
  { "wss://", TRUE, 443 },
  { "http://", FALSE, 80 },
  { "https://", TRUE, 443 },
};

void
faye_url_free (FayeUrl *self)
{
  g_free (self->host);
  g_free (self->authority);
  g_free (self->resource);
  g_free (self->user);
  g_free (self->password);
  g_free (self->unix_path);
  g_free (self->text);
  g_free (self);
}

/* WHAT is a whole sentence, or is followed by an excerpt of VALUE. Always FALSE. */
static gboolean
invalid (GError **error, const char *what, const char *value)
{
  g_autofree char *excerpt = value ? faye_http_error_excerpt (value) : NULL;

  if (excerpt)
    g_set_error (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_INVALID_URL, "%s \"%s\"", what, excerpt);
  else
    g_set_error_literal (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_INVALID_URL, what);

  return FALSE;
}

static gboolean
has_sound_escapes (const char *text)
{
  for (const char *at = strchr (text, '%'); at; at = strchr (at + 1, '%'))
    if (!g_ascii_isxdigit (at[1]) || !g_ascii_isxdigit (at[2]))
      return FALSE;

  return TRUE;
}

static gboolean
check_text (const char *text, GError **error)
{
  if (strnlen (text, FAYE_URL_MAX_SIZE + 1) > FAYE_URL_MAX_SIZE)
    return invalid (error, "URL is too long", NULL);
  if (!g_utf8_validate (text, -1, NULL))
    return invalid (error, "URL is not UTF-8", NULL);

  for (const char *at = text; *at; at++)
    if (*at == ' ' || g_ascii_iscntrl (*at))
      return invalid (error, "URL holds a space or a control character", NULL);

  /* RFC 6455, section 3: fragments mean nothing here, and "#" must be escaped. Tokens are known to
   * stand in them. */
  if (strchr (text, '#'))
    return invalid (error, "URL has a fragment", NULL);
  if (!has_sound_escapes (text))
    return invalid (error, "URL holds a broken %-escape", NULL);

  return TRUE;
}

static char *
make_resource (const char *rest)
{
  g_autofree char *escaped = g_uri_escape_string (rest, RESOURCE_CHARS, FALSE);

  return rest[0] == '/' ? g_steal_pointer (&escaped) : g_strconcat ("/", escaped, NULL);
}

/* RFC 7617, section 2: no controls in either, no ":" in the user. */
static gboolean
check_user (const char *user, const char *password, GError **error)
{
  if (user && strchr (user, ':'))
    return invalid (error, "User in the URL holds a colon", NULL);

  for (const char *at = user; at && *at; at++)
    if (g_ascii_iscntrl (*at))
      return invalid (error, "User in the URL holds a control character", NULL);
  for (const char *at = password; at && *at; at++)
    if (g_ascii_iscntrl (*at))
      return invalid (error, "Password in the URL holds a control character", NULL);

  return TRUE;
}

static gboolean
take_user (FayeUrl *self, GUri *uri, GError **error)
{
  const char *user = g_uri_get_user (uri);
  const char *password = g_uri_get_password (uri);

  if (!check_user (user, password, error))
    return FALSE;

  if (password || (user && *user))
    {
      self->user = g_strdup (user);
      self->password = g_strdup (password);
    }
  return TRUE;
}

static gboolean
take_host (FayeUrl *self, GUri *uri, guint16 default_port, GError **error)
{
  const char *host = g_uri_get_host (uri);
  int port = g_uri_get_port (uri);
  g_autofree char *bracketed = NULL;

  if (host[0] == '\0')
    return invalid (error, "URL has no host", NULL);
  if (!faye_authority_is_host (host))
    return invalid (error, "URL has an invalid host", host);
  if (port == 0)
    return invalid (error, "URL has an invalid port \"0\"", NULL);

  self->host = g_ascii_strdown (host, -1);
  self->port = port < 0 ? default_port : (guint16) port;
  bracketed = strchr (host, ':') ? g_strdup_printf ("[%s]", self->host) : g_strdup (self->host);
  self->authority = self->port == default_port ? g_steal_pointer (&bracketed)
                                               : g_strdup_printf ("%s:%u", bracketed, self->port);

  return TRUE;
}

/* GUri's own messages may quote the authority, where a password could be. */
static GUri *
parse_uri (const char *text, GError **error)
{
  const GUriFlags flags =
    G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_ENCODED_QUERY;
  g_autoptr (GError) local = NULL;
  GUri *uri = g_uri_parse (text, flags, &local);

  if (uri)
    return uri;

  if (g_error_matches (local, G_URI_ERROR, G_URI_ERROR_BAD_PORT))
    invalid (error, "URL has an invalid port", NULL);
  else if (g_error_matches (local, G_URI_ERROR, G_URI_ERROR_BAD_HOST))
    invalid (error, "URL has an invalid host", NULL);
  else
    invalid (error, "URL has an invalid user or password", NULL);
  return NULL;
}

/* Readers differ over "\" and over a second "@": what one takes for the host is another's user. */
static gboolean
check_authority (const char *authority, GError **error)
{
  const char *at = strchr (authority, '@');

  if (strlen (authority) > FAYE_URL_MAX_AUTHORITY)
    return invalid (error, "URL has too long an authority", NULL);
  if (strchr (authority, '\\') || (at && strchr (at + 1, '@')))
    return invalid (error, "URL has an ambiguous authority", NULL);

  return TRUE;
}

static gboolean
parse_net (FayeUrl *self, const Scheme *scheme, const char *text, GError **error)
{
  const char *start = text + strlen (scheme->prefix);
  const char *rest = start + strcspn (start, "/?");
  g_autofree char *authority = g_strndup (start, rest - start);
  const char *at = strchr (authority, '@');
  g_autoptr (GUri) uri = NULL;

  if (!check_authority (authority, error))
    return FALSE;
  uri = parse_uri (text, error);
  if (!uri || !take_user (self, uri, error) || !take_host (self, uri, scheme->port, error))
    return FALSE;

  self->secure = scheme->secure;
  /* Not GUri's path and query: it rewrites the escapes. */
  self->resource = make_resource (rest);
  self->text = g_strdup_printf ("%.*s%s",
                                (int) (start - text),
                                text,
                                at ? start + (at + 1 - authority) : start);
  return TRUE;
}

/* REST is the part after "ws+unix:". */
static gboolean
parse_unix (FayeUrl *self, const char *text, const char *rest, GError **error)
{
  const char *path = g_str_has_prefix (rest, "///") ? rest + 2 : rest;
  const char *end = path + strcspn (path, ":?");

  if (path[0] != '/' || path[1] == '/')
    return invalid (error, "URL has no absolute socket path:", text);

  self->unix_path = g_uri_unescape_segment (path, end, NULL);
  if (!self->unix_path || strlen (self->unix_path) >= sizeof ((struct sockaddr_un *) 0)->sun_path)
    return invalid (error, "URL has an invalid socket path:", text);

  if (*end == ':')
    end++;
  if (*end != '\0' && *end != '/' && *end != '?')
    return invalid (error, "URL has a resource without a slash:", end);

  self->authority = g_strdup ("localhost");
  self->resource = make_resource (end);
  self->text = g_strdup (text);
  return TRUE;
}

static gboolean
parse (FayeUrl *self, const char *text, GError **error)
{
  g_autofree char *scheme = NULL;

  if (!check_text (text, error))
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_ascii_strncasecmp (text, schemes[i].prefix, strlen (schemes[i].prefix)) == 0)
      return parse_net (self, &schemes[i], text, error);

  scheme = g_strndup (text, strcspn (text, ":/?"));
  if (g_ascii_strcasecmp (scheme, "ws+unix") == 0 && text[strlen (scheme)] == ':')
    return parse_unix (self, text, text + strlen (scheme) + 1, error);

  return invalid (error, "URL has no WebSocket scheme:", scheme);
}

FayeUrl *
faye_url_parse (const char *text, GError **error)
{
  g_autoptr (FayeUrl) self = g_new0 (FayeUrl, 1);

  return parse (self, text, error) ? g_steal_pointer (&self) : NULL;
}

GUri *
faye_url_to_http (const FayeUrl *self)
{
  guint16 default_port = self->secure ? 443 : 80;
  const char *query = strchr (self->resource, '?');
  g_autofree char *path =
    g_strndup (self->resource, query ? (gsize) (query - self->resource) : strlen (self->resource));

  return g_uri_build (G_URI_FLAGS_ENCODED,
                      self->secure ? "https" : "http",
                      NULL,
                      self->host ? self->host : "localhost",
                      self->port == 0 || self->port == default_port ? -1 : self->port,
                      path,
                      query ? query + 1 : NULL,
                      NULL);
}

gboolean
faye_url_is_same_origin (const FayeUrl *a, const FayeUrl *b)
{
  return a->secure == b->secure && a->port == b->port && g_strcmp0 (a->host, b->host) == 0 &&
         g_strcmp0 (a->unix_path, b->unix_path) == 0;
}

FayeUrl *
faye_url_parse_prefixed (const char *text, const char *prefix, guint16 default_port, GError **error)
{
  const Scheme scheme = { prefix, FALSE, default_port };
  g_autoptr (FayeUrl) self = g_new0 (FayeUrl, 1);
  gboolean fine = check_text (text, error) && parse_net (self, &scheme, text, error);

  return fine ? g_steal_pointer (&self) : NULL;
}

FayeUrl *
faye_url_copy (const FayeUrl *self)
{
  FayeUrl *copy = g_new0 (FayeUrl, 1);

  copy->secure = self->secure;
  copy->host = g_strdup (self->host);
  copy->port = self->port;
  copy->authority = g_strdup (self->authority);
  copy->resource = g_strdup (self->resource);
  copy->user = g_strdup (self->user);
  copy->password = g_strdup (self->password);
  copy->unix_path = g_strdup (self->unix_path);
  copy->text = g_strdup (self->text);
  return copy;
}

static gboolean
is_escape (const char *text)
{
  return text[0] == '%' && g_ascii_isxdigit (text[1]) && g_ascii_isxdigit (text[2]);
}

/* RFC 3986, section 3.3, and the few characters more that are seen in paths. */
static gboolean
is_encoded (const char *path)
{
  for (const char *p = path; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p) || *p == '?' || *p == '#' || (*p == '%' && !is_escape (p)))
      return FALSE;

  return TRUE;
}

char *
faye_url_encode_path (const char *path)
{
  return is_encoded (path)
           ? g_strdup (path)
           : g_uri_escape_bytes ((const guint8 *) path, strlen (path), "/:@!$&'()*+,;=");
}
