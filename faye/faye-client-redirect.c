/* SPDX-License-Identifier: MIT */

#include "faye/faye-client-redirect-private.h"

#include "faye/faye-error.h"

#include <string.h>

/* Redirects: what may be followed, and what must not go along. */

gboolean
faye_client_redirect_is_one (const FayeHead *response)
{
  switch (response->status)
    {
    case SOUP_STATUS_MOVED_PERMANENTLY:
    case SOUP_STATUS_FOUND:
    case SOUP_STATUS_SEE_OTHER:
    case SOUP_STATUS_TEMPORARY_REDIRECT:
    case SOUP_STATUS_PERMANENT_REDIRECT:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
forbid (const FayeHead *response, const char *why, GError **error)
{
  g_set_error (error, FAYE_ERROR, FAYE_ERROR_REDIRECT, "Redirect (%u) %s", response->status, why);
  return FALSE;
}

/* Readers differ over these: what one takes for the host is another's user. */
static gboolean
is_ambiguous (const char *location)
{
  const char *start = strstr (location, "//");
  g_autofree char *authority =
    start != NULL ? g_strndup (start + 2, strcspn (start + 2, "/?#")) : NULL;
  const char *at = authority != NULL ? strchr (authority, '@') : NULL;

  return strchr (location, '\\') != NULL || (at != NULL && strchr (at + 1, '@') != NULL);
}

/* The Location against where we are, without its user and fragment, which are of no use here. */
static char *
resolve (const FayeUrl *from, const char *location)
{
  const GUriFlags flags = G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD;
  g_autoptr (GUri) base = faye_url_to_http (from);
  g_autoptr (GUri) uri = g_uri_parse_relative (base, location, flags, NULL);

  /* GUri takes a path that begins with "//" behind no host for a mistake in the program. */
  if (uri == NULL || g_uri_get_host (uri) == NULL)
    return NULL;
  return g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO | G_URI_HIDE_FRAGMENT);
}

/* "http" stands for "ws" in a Location, as in a URL that a program gives. */
static char *
name_scheme (const char *text)
{
  if (g_str_has_prefix (text, "http"))
    return g_strconcat ("ws", text + strlen ("http"), NULL);
  return g_strdup (text);
}

static FayeUrl *
follow_net (const FayeUrl *from, const FayeHead *response, const char *location, GError **error)
{
  g_autofree char *resolved = resolve (from, location);
  g_autofree char *text = resolved != NULL ? name_scheme (resolved) : NULL;
  g_autoptr (FayeUrl) next = text != NULL ? faye_url_parse (text, NULL) : NULL;
  g_autofree char *why = NULL;

  if (next == NULL || next->unix_path != NULL)
    {
      forbid (response, "to what is no WebSocket URL", error);
      return NULL;
    }
  if (from->secure && !next->secure)
    {
      why =
        g_strdup_printf ("from a secure connection to an insecure one, ws://%s", next->authority);
      forbid (response, why, error);
      return NULL;
    }
  return g_steal_pointer (&next);
}

/* A server behind a Unix socket has a name for nobody but itself. */
static FayeUrl *
follow_unix (const FayeUrl *from, const FayeHead *response, const char *location, GError **error)
{
  g_autofree char *resolved = resolve (from, location);
  g_autofree char *path = g_uri_escape_string (from->unix_path, "/", FALSE);
  g_autofree char *text = NULL;
  FayeUrl *next = NULL;

  if (resolved != NULL && g_uri_peek_scheme (location) == NULL &&
      !g_str_has_prefix (location, "//"))
    {
      text = g_strconcat ("ws+unix:", path, ":", resolved + strlen ("http://localhost"), NULL);
      next = faye_url_parse (text, NULL);
    }
  if (next == NULL)
    forbid (response, "out of a Unix socket", error);
  return next;
}

FayeUrl *
faye_client_redirect_follow (const FayeUrl *from, const FayeHead *response, GError **error)
{
  const char *location = NULL;

  if (faye_head_count (response->headers, "Location", &location) != 1 || is_ambiguous (location))
    {
      forbid (response, "without one clear Location", error);
      return NULL;
    }
  return from->unix_path != NULL ? follow_unix (from, response, location, error)
                                 : follow_net (from, response, location, error);
}

static gboolean
is_credential (const char *name)
{
  static const char *const names[] = { "Authorization",
                                       "Cookie",
                                       "Cookie2",
                                       "Proxy-Authorization",
                                       NULL };

  return faye_head_list_count (names, name) > 0;
}

SoupMessageHeaders *
faye_client_redirect_strip (SoupMessageHeaders *headers)
{
  SoupMessageHeaders *rest = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  SoupMessageHeadersIter iter;
  const char *name = NULL;
  const char *value = NULL;

  if (headers == NULL)
    return rest;
  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    if (!is_credential (name))
      soup_message_headers_append (rest, name, value);
  return rest;
}
