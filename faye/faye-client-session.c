/* SPDX-License-Identifier: MIT */

#include "faye/faye-client-session-private.h"

#include "faye/faye-error.h"
#include "faye/http/faye-head-private.h"

/* A SoupSession's features at the service of a handshake that is not the session's. */

/* libsoup takes a line end in a value for a mistake in the program, which it need not be. */
gboolean
faye_client_session_add_header (SoupMessageHeaders *headers,
                                const char *name,
                                const char *value,
                                GError **error)
{
  if (value == NULL || faye_head_count (headers, name, NULL) > 0)
    return TRUE;
  if (faye_head_is_value (value))
    {
      soup_message_headers_append (headers, name, value);
      return TRUE;
    }
  g_set_error (error,
               FAYE_ERROR,
               FAYE_ERROR_INVALID_ARGUMENT,
               "The value for header field \"%s\" may not be sent",
               name);
  return FALSE;
}

static gboolean
add_user_agent (SoupSession *session, SoupMessageHeaders *headers, GError **error)
{
  const char *agent = soup_session_get_user_agent (session);

  return agent == NULL || agent[0] == '\0' ||
         faye_client_session_add_header (headers, "User-Agent", agent, error);
}

static SoupCookieJar *
get_jar (SoupSession *session)
{
  SoupSessionFeature *jar = soup_session_get_feature (session, SOUP_TYPE_COOKIE_JAR);

  return jar != NULL ? SOUP_COOKIE_JAR (jar) : NULL;
}

static gboolean
add_cookies (SoupSession *session, GUri *uri, SoupMessageHeaders *headers, GError **error)
{
  SoupCookieJar *jar = get_jar (session);
  g_autofree char *cookies = jar != NULL ? soup_cookie_jar_get_cookies (jar, uri, TRUE) : NULL;

  return cookies == NULL || cookies[0] == '\0' ||
         faye_client_session_add_header (headers, "Cookie", cookies, error);
}

static void
probed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, NULL);
}

/* The session writes its Authorization into a message when that is about to start, and tells nobody
 * else what it would be. So it gets a message that is cancelled before it is sent, and starts in
 * name only: nothing is dialled. No other feature hears of it. */
static SoupMessage *
make_probe (GUri *uri)
{
  SoupMessage *probe = soup_message_new_from_uri (SOUP_METHOD_GET, uri);

  soup_message_disable_feature (probe, SOUP_TYPE_CACHE);
  soup_message_disable_feature (probe, SOUP_TYPE_COOKIE_JAR);
  soup_message_disable_feature (probe, SOUP_TYPE_HSTS_ENFORCER);
  soup_message_disable_feature (probe, SOUP_TYPE_LOGGER);
  return probe;
}

static gboolean
add_authorization (SoupSession *session, GUri *uri, SoupMessageHeaders *headers, GError **error)
{
  g_autoptr (SoupMessage) probe = NULL;
  g_autoptr (GCancellable) cancellable = NULL;
  SoupMessageHeaders *fields;

  if (faye_head_count (headers, "Authorization", NULL) > 0 ||
      !soup_session_has_feature (session, SOUP_TYPE_AUTH_MANAGER))
    return TRUE;
  probe = make_probe (uri);
  cancellable = g_cancellable_new ();
  g_cancellable_cancel (cancellable);
  soup_session_send_async (session, probe, G_PRIORITY_DEFAULT, cancellable, probed_cb, NULL);
  g_signal_emit_by_name (probe, "starting");
  fields = soup_message_get_request_headers (probe);
  return faye_client_session_add_header (headers,
                                         "Authorization",
                                         soup_message_headers_get_one (fields, "Authorization"),
                                         error);
}

gboolean
faye_client_session_add_headers (SoupSession *session,
                                 const FayeUrl *url,
                                 SoupMessageHeaders *headers,
                                 GError **error)
{
  g_autoptr (GUri) uri = NULL;

  if (session == NULL)
    return TRUE;
  if (!add_user_agent (session, headers, error))
    return FALSE;
  if (url->unix_path != NULL)
    return TRUE;
  uri = faye_url_to_http (url);
  return add_cookies (session, uri, headers, error) &&
         (url->user != NULL || add_authorization (session, uri, headers, error));
}

void
faye_client_session_take_cookies (SoupSession *session,
                                  const FayeUrl *url,
                                  const FayeUrl *first,
                                  SoupMessageHeaders *response)
{
  SoupCookieJar *jar = session != NULL ? get_jar (session) : NULL;
  g_autoptr (GUri) uri = faye_url_to_http (url);
  g_autoptr (GUri) first_party = faye_url_to_http (first);
  SoupMessageHeadersIter iter;
  const char *name = NULL;
  const char *value = NULL;

  if (jar == NULL || url->unix_path != NULL)
    return;
  soup_message_headers_iter_init (&iter, response);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    if (g_ascii_strcasecmp (name, "Set-Cookie") == 0)
      soup_cookie_jar_set_cookie_with_first_party (jar, uri, first_party, value);
}

void
faye_client_session_share_auth (SoupSession *session, const FayeUrl *url, SoupAuth *auth)
{
  SoupSessionFeature *manager;
  g_autoptr (GUri) uri = NULL;

  if (session == NULL || auth == NULL || url->unix_path != NULL)
    return;
  manager = soup_session_get_feature (session, SOUP_TYPE_AUTH_MANAGER);
  uri = faye_url_to_http (url);
  if (manager != NULL)
    soup_auth_manager_use_auth (SOUP_AUTH_MANAGER (manager), uri, auth);
}
