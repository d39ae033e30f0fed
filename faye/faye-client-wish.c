/* SPDX-License-Identifier: MIT */

#include "faye/faye-client-wish-private.h"

#include "faye/faye-client-redirect-private.h"
#include "faye/faye-client-session-private.h"
#include "faye/io/faye-random-private.h"

/* What the program wants of a client, and the request that comes of it. */

FayeClientWish *
faye_client_wish_copy (const FayeClientWish *wish)
{
  FayeClientWish *copy = g_new0 (FayeClientWish, 1);

  copy->url = g_strdup (wish->url);
  copy->protocols = (const char *const *) g_strdupv ((char **) wish->protocols);
  copy->origin = g_strdup (wish->origin);
  copy->extensions = g_strdup (wish->extensions);
  copy->headers = wish->headers != NULL ? soup_message_headers_ref (wish->headers) : NULL;
  g_set_object (&copy->stream, wish->stream);
  g_set_object (&copy->connectable, wish->connectable);
  g_set_object (&copy->local_address, wish->local_address);
  g_set_object (&copy->proxy, wish->proxy);
  g_set_object (&copy->tls, wish->tls);
  g_set_object (&copy->session, wish->session);
  copy->max_redirects = wish->max_redirects;
  copy->priority = wish->priority;
  return copy;
}

void
faye_client_wish_free (FayeClientWish *self)
{
  g_free ((char *) self->url);
  g_strfreev ((char **) self->protocols);
  g_free ((char *) self->origin);
  g_free ((char *) self->extensions);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
  g_clear_object (&self->stream);
  g_clear_object (&self->connectable);
  g_clear_object (&self->local_address);
  g_clear_object (&self->proxy);
  g_clear_object (&self->tls);
  g_clear_object (&self->session);
  g_free (self);
}

gboolean
faye_client_wish_has_header (const FayeClientWish *self, const char *name)
{
  return self->headers != NULL && faye_head_count (self->headers, name, NULL) > 0;
}

static SoupMessageHeaders *
copy_headers (SoupMessageHeaders *headers)
{
  SoupMessageHeaders *copy = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  SoupMessageHeadersIter iter;
  const char *name = NULL;
  const char *value = NULL;

  if (headers == NULL)
    return copy;
  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    soup_message_headers_append (copy, name, value);
  return copy;
}

static gboolean
add_credentials (const FayeUrl *url,
                 FayeClientCredentials *credentials,
                 SoupMessageHeaders *headers,
                 GError **error)
{
  g_autofree char *value = faye_client_credentials_write (credentials, url);

  return faye_client_session_add_header (headers, "Authorization", value, error);
}

FayeClientHandshake *
faye_client_wish_write (const FayeClientWish *self,
                        const FayeUrl *url,
                        FayeClientCredentials *credentials,
                        gboolean *identified,
                        GError **error)
{
  g_autoptr (SoupMessageHeaders) headers = copy_headers (self->headers);

  if (!add_credentials (url, credentials, headers, error) ||
      !faye_client_session_add_headers (self->session, url, headers, error))
    return NULL;
  *identified = url->user != NULL || faye_head_count (headers, "Authorization", NULL) > 0;
  return faye_client_handshake_new (url,
                                    self->protocols,
                                    self->origin,
                                    self->extensions,
                                    headers,
                                    faye_random_fill,
                                    error);
}

void
faye_client_wish_plan (const FayeClientWish *self, const FayeUrl *url, FayeDialPlan *plan)
{
  plan->url = url;
  plan->proxy = self->proxy;
  plan->tls = self->tls;
  plan->connectable = self->connectable;
  plan->local_address = self->local_address;
  plan->priority = self->priority;
}

void
faye_client_wish_leave_origin (FayeClientWish *self)
{
  SoupMessageHeaders *rest = faye_client_redirect_strip (self->headers);

  g_clear_pointer (&self->headers, soup_message_headers_unref);
  self->headers = rest;
}
