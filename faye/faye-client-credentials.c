/* SPDX-License-Identifier: MIT */

#include "faye/faye-client-credentials-private.h"

#include <string.h>

/*
 * Challenges (RFC 9110, section 11.6.1) and what answers them. libsoup takes a challenge by its
 * word, so each is written anew with the parameters that are understood: a Digest without realm or
 * nonce, or with a "domain", does not reach it.
 */

#define MAX_ROUNDS 5

struct _FayeClientCredentials
{
  SoupAuth *auth; /* (owned) (nullable) */
  guint rounds;
  gboolean used_url; /* the URL's user was tried with Digest */
  gboolean differs;  /* what was written last is not what libsoup would write */
};

FayeClientCredentials *
faye_client_credentials_new (void)
{
  return g_new0 (FayeClientCredentials, 1);
}

void
faye_client_credentials_free (FayeClientCredentials *self)
{
  g_clear_object (&self->auth);
  g_free (self);
}

static SoupMessage *
make_message (const FayeUrl *url)
{
  g_autoptr (GUri) uri = faye_url_to_http (url);

  return soup_message_new_from_uri (SOUP_METHOD_GET, uri);
}

/* Whether an item of the list begins a challenge: a token that no "=" follows. The parameters of
 * the challenge before it have one. */
static gboolean
begins_challenge (const char *item)
{
  const char *end = item + strcspn (item, " \t=");

  end += strspn (end, " \t");
  return *end != '=';
}

static gboolean
has_scheme (const char *item, const char *scheme)
{
  gsize size = strlen (scheme);

  return begins_challenge (item) && g_ascii_strncasecmp (item, scheme, size) == 0 &&
         (item[size] == '\0' || item[size] == ' ' || item[size] == '\t');
}

/* The parameters of the challenge that begins at ITEM. */
static GHashTable *
parse_parameters (GSList *item)
{
  const char *first = item->data;
  GString *list = g_string_new (first + strcspn (first, " \t"));
  GHashTable *parameters;

  for (item = item->next; item != NULL && !begins_challenge (item->data); item = item->next)
    g_string_append_printf (list, ", %s", (const char *) item->data);
  parameters = soup_header_parse_param_list (list->str);
  g_string_free (list, TRUE);
  return parameters != NULL ? parameters : g_hash_table_new (g_str_hash, g_str_equal);
}

/* NULL if libsoup could not answer it. */
static char *
write_challenge (const char *scheme, GHashTable *parameters)
{
  static const char *const names[] = { "nonce", "opaque", "qop", "algorithm", "stale" };
  gboolean is_digest = g_str_equal (scheme, "Digest");
  const char *realm = g_hash_table_lookup (parameters, "realm");
  GString *out;

  if (is_digest && (realm == NULL || g_hash_table_lookup (parameters, "nonce") == NULL))
    return NULL;

  out = g_string_new (scheme);
  g_string_append_c (out, ' ');
  soup_header_g_string_append_param_quoted (out, "realm", realm != NULL ? realm : "");
  for (guint i = 0; is_digest && i < G_N_ELEMENTS (names); i++)
    {
      const char *value = g_hash_table_lookup (parameters, names[i]);

      if (value == NULL)
        continue;
      g_string_append (out, ", ");
      soup_header_g_string_append_param_quoted (out, names[i], value);
    }
  return g_string_free (out, FALSE);
}

/* The same challenge anew keeps the credentials only if libsoup finds nothing wrong but the nonce's
 * age. */
static SoupAuth *
take_challenge (FayeClientCredentials *self,
                GType type,
                const char *challenge,
                SoupMessage *message)
{
  if (self->auth != NULL && G_OBJECT_TYPE (self->auth) == type &&
      soup_auth_update (self->auth, message, challenge) && soup_auth_is_authenticated (self->auth))
    return g_object_ref (self->auth);
  return soup_auth_new (type, message, challenge);
}

/* The first challenge of that scheme that can be answered: a server may offer Digest with several
 * algorithms. */
static SoupAuth *
find_challenge (FayeClientCredentials *self,
                GSList *items,
                GType type,
                const char *scheme,
                SoupMessage *message)
{
  SoupAuth *auth = NULL;

  for (GSList *item = items; item != NULL && auth == NULL; item = item->next)
    {
      g_autoptr (GHashTable) parameters = NULL;
      g_autofree char *challenge = NULL;

      if (!has_scheme (item->data, scheme))
        continue;
      parameters = parse_parameters (item);
      challenge = write_challenge (scheme, parameters);
      if (challenge != NULL)
        auth = take_challenge (self, type, challenge, message);
    }
  return auth;
}

static SoupAuth *
choose_challenge (FayeClientCredentials *self, const FayeUrl *url, SoupMessageHeaders *headers)
{
  g_autofree char *list = faye_head_join (headers, "WWW-Authenticate");
  g_autoptr (SoupMessage) message = make_message (url);
  GSList *items = list != NULL ? soup_header_parse_list (list) : NULL;
  SoupAuth *auth = find_challenge (self, items, SOUP_TYPE_AUTH_DIGEST, "Digest", message);

  if (auth == NULL)
    auth = find_challenge (self, items, SOUP_TYPE_AUTH_BASIC, "Basic", message);
  soup_header_free_list (items);
  return auth;
}

/* With Basic the URL's user was in the request already. */
static gboolean
try_url (FayeClientCredentials *self, const FayeUrl *url)
{
  if (url->user == NULL || self->used_url ||
      !G_TYPE_CHECK_INSTANCE_TYPE (self->auth, SOUP_TYPE_AUTH_DIGEST))
    return FALSE;
  self->used_url = TRUE;
  soup_auth_authenticate (self->auth, url->user, url->password != NULL ? url->password : "");
  return TRUE;
}

FayeChallenge
faye_client_credentials_judge (FayeClientCredentials *self,
                               const FayeUrl *url,
                               SoupMessageHeaders *headers)
{
  g_autoptr (SoupAuth) auth = NULL;

  if (++self->rounds > MAX_ROUNDS)
    return FAYE_CHALLENGE_REFUSED;
  auth = choose_challenge (self, url, headers);
  g_set_object (&self->auth, auth);
  if (auth == NULL)
    return FAYE_CHALLENGE_REFUSED;
  if (soup_auth_is_authenticated (auth) || try_url (self, url))
    return FAYE_CHALLENGE_ANSWERED;
  return FAYE_CHALLENGE_ASK;
}

SoupAuth *
faye_client_credentials_get_auth (FayeClientCredentials *self)
{
  return self->auth;
}

SoupAuth *
faye_client_credentials_get_accepted (FayeClientCredentials *self)
{
  return self->differs ? NULL : self->auth;
}

/* libsoup writes Latin-1 where it can, and else UTF-8. What is UTF-8 of no more than Latin-1 was
 * not written as such. */
static gboolean
is_latin1 (const char *text, gsize size)
{
  g_autofree char *latin1 = NULL;

  if (!g_utf8_validate_len (text, size, NULL))
    return TRUE;
  latin1 = g_convert (text, size, "ISO-8859-1", "UTF-8", NULL, NULL, NULL);
  return latin1 != NULL;
}

/* RFC 7617, section 2.1: UTF-8, as for a URL's user. */
static char *
write_basic (const char *value)
{
  const gsize prefix = strlen ("Basic ");
  gsize size = 0;
  g_autofree char *pair = (char *) g_base64_decode (value + prefix, &size);
  g_autofree char *utf8 = NULL;
  g_autofree char *code = NULL;

  if (is_latin1 (pair, size))
    utf8 = g_convert (pair, size, "UTF-8", "ISO-8859-1", NULL, &size, NULL);
  if (utf8 == NULL)
    return g_strdup (value);
  code = g_base64_encode ((const guchar *) utf8, size);
  return g_strconcat ("Basic ", code, NULL);
}

char *
faye_client_credentials_write (FayeClientCredentials *self, const FayeUrl *url)
{
  g_autoptr (SoupMessage) message = NULL;
  gboolean is_basic = G_TYPE_CHECK_INSTANCE_TYPE (self->auth, SOUP_TYPE_AUTH_BASIC);
  g_autofree char *plain = NULL;
  char *value;

  if (self->auth == NULL || !soup_auth_is_authenticated (self->auth))
    return NULL;
  message = make_message (url);
  plain = soup_auth_get_authorization (self->auth, message);
  value = is_basic ? write_basic (plain) : g_strdup (plain);
  self->differs = g_strcmp0 (value, plain) != 0;
  return value;
}
