/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-negotiation-private.h"

#include "faye/core/faye-protocol-private.h"
#include "faye/ext/faye-extension-header-private.h"

#include <string.h>

/* Who offers what, and which of it is agreed on. A session is here until a pipeline takes it or it
 * turns out that it is not needed. */

typedef struct
{
  const FayeExtensionOps *ops;
  gpointer extension; /* (owned) */
  char *name;
  guint8 rsv;
  FayeSession session;
} Entry;

struct _FayeNegotiation
{
  GPtrArray *entries; /* (element-type Entry) (owned), in order of registration */
  GPtrArray *agreed;  /* (element-type Entry), in order of the agreement */
};

static void
entry_close_session (Entry *self)
{
  FayeSession session = self->session;

  if (!session.session)
    return;
  self->session.session = NULL;
  session.ops->close (session.session);
  session.ops->unref (session.session);
}

static void
entry_free (gpointer data)
{
  Entry *self = data;

  entry_close_session (self);
  self->ops->unref (self->extension);
  g_free (self->name);
  g_free (self);
}

FayeNegotiation *
faye_negotiation_new (void)
{
  FayeNegotiation *self = g_new (FayeNegotiation, 1);

  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->agreed = g_ptr_array_new ();
  return self;
}

/* The last first, as a pipeline does. Those agreed on stay unless ALL. Always FALSE. */
static gboolean
close_sessions (FayeNegotiation *self, gboolean all)
{
  for (guint i = self->entries->len; i > 0; i--)
    if (all || !g_ptr_array_find (self->agreed, self->entries->pdata[i - 1], NULL))
      entry_close_session (self->entries->pdata[i - 1]);
  if (all)
    g_ptr_array_set_size (self->agreed, 0);
  return FALSE;
}

void
faye_negotiation_free (FayeNegotiation *self)
{
  close_sessions (self, TRUE);
  g_ptr_array_unref (self->agreed);
  g_ptr_array_unref (self->entries);
  g_free (self);
}

static Entry *
find_entry (FayeNegotiation *self, const char *name)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = self->entries->pdata[i];

      if (strcmp (entry->name, name) == 0)
        return entry;
    }
  return NULL;
}

/* The one of those agreed on that uses an RSV bit of ENTRY, or NULL. */
static Entry *
find_rival (FayeNegotiation *self, Entry *entry)
{
  for (guint i = 0; i < self->agreed->len; i++)
    {
      Entry *other = self->agreed->pdata[i];

      if ((other->rsv & entry->rsv) != 0)
        return other;
    }
  return NULL;
}

/* An error of ours about extension NAME, which may be a peer's word. Always FALSE. */
G_GNUC_PRINTF (4, 5)
static gboolean
fail (GError **error, FayeExtensionError code, const char *name, const char *format, ...)
{
  g_autofree char *excerpt = faye_extension_header_excerpt (name);
  g_autofree char *problem = NULL;
  va_list args;

  va_start (args, format);
  problem = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, FAYE_EXTENSION_ERROR, (int) code, "Extension \"%s\" %s", excerpt, problem);
  return FALSE;
}

static gboolean
check_extension (FayeNegotiation *self, const char *name, guint8 rsv, GError **error)
{
  const FayeExtensionError code = FAYE_EXTENSION_ERROR_ARGUMENT;

  if (!faye_extension_header_is_token (name))
    return fail (error, code, name, "has a name that is not a token");
  if ((rsv & ~(FAYE_RSV1 | FAYE_RSV2 | FAYE_RSV3)) != 0)
    return fail (error, code, name, "uses bits that are no RSV bits: 0x%02x", rsv);
  if (find_entry (self, name))
    return fail (error, code, name, "has been added already");
  return TRUE;
}

gboolean
faye_negotiation_add (FayeNegotiation *self,
                      const FayeExtensionOps *ops,
                      gpointer extension,
                      GError **error)
{
  g_autofree char *given = ops->get_name (extension);
  g_autofree char *name = given ? g_steal_pointer (&given) : g_strdup ("");
  guint8 rsv = ops->get_rsv (extension);
  Entry *entry;

  if (!check_extension (self, name, rsv, error))
    return FALSE;

  entry = g_new0 (Entry, 1);
  entry->ops = ops;
  entry->extension = ops->ref (extension);
  entry->name = g_steal_pointer (&name);
  entry->rsv = rsv;
  g_ptr_array_add (self->entries, entry);
  return TRUE;
}

/* Appends all that ENTRY offers, in order of preference. */
static gboolean
append_offers (GString *out, Entry *entry, GVariant *offers, GError **error)
{
  GVariantIter iter;
  GVariant *params;

  if (!g_variant_is_of_type (offers, G_VARIANT_TYPE ("aa{sv}")))
    return fail (error,
                 FAYE_EXTENSION_ERROR_ARGUMENT,
                 entry->name,
                 "has offers of another type than aa{sv}");

  g_variant_iter_init (&iter, offers);
  while ((params = g_variant_iter_next_value (&iter)) != NULL)
    {
      gboolean fine = faye_extension_header_append (out, entry->name, params, error);

      g_variant_unref (params);
      if (!fine)
        return FALSE;
    }
  return TRUE;
}

/* A session that offers nothing is not needed: no answer can name it. */
static gboolean
offer_entry (GString *out, Entry *entry, GError **error)
{
  g_autoptr (GVariant) offers = NULL;

  entry->session = entry->ops->create_client_session (entry->extension);
  if (!entry->session.session)
    return TRUE;

  offers = entry->session.ops->get_offers (entry->session.session);
  if (offers)
    g_variant_take_ref (offers);
  if (offers && !append_offers (out, entry, offers, error))
    return FALSE;
  if (!offers || g_variant_n_children (offers) == 0)
    entry_close_session (entry);
  return TRUE;
}

gboolean
faye_negotiation_offer (FayeNegotiation *self, char **header, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);

  *header = NULL;
  for (guint i = 0; i < self->entries->len; i++)
    if (!offer_entry (out, self->entries->pdata[i], error))
      return close_sessions (self, TRUE);

  if (out->len > 0)
    *header = g_strdup (out->str);
  return TRUE;
}

/* What the session says against the answer goes into our words. */
static gboolean
activate_session (Entry *entry, GVariant *params, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GString) answer = g_string_new (NULL);
  g_autofree char *excerpt = NULL;

  if (entry->session.ops->activate (entry->session.session, params, &cause))
    return TRUE;

  faye_extension_header_append (answer, entry->name, params, NULL);
  excerpt = faye_extension_header_excerpt (answer->str);
  return fail (error,
               FAYE_EXTENSION_ERROR_ANSWER,
               entry->name,
               "does not take the answer \"%s\"%s%s",
               excerpt,
               cause ? ": " : "",
               cause ? cause->message : "");
}

static gboolean
activate_offer (FayeNegotiation *self, const FayeExtensionOffer *answer, GError **error)
{
  const FayeExtensionError code = FAYE_EXTENSION_ERROR_ANSWER;
  Entry *entry = find_entry (self, answer->name);
  Entry *rival;

  if (!entry || !entry->session.session)
    return fail (error, code, answer->name, "is in the answer, but was not offered");
  if (g_ptr_array_find (self->agreed, entry, NULL))
    return fail (error, code, answer->name, "is in the answer twice");

  rival = find_rival (self, entry);
  if (rival)
    return fail (error, code, answer->name, "uses the same RSV bit as \"%s\"", rival->name);
  if (!activate_session (entry, answer->params, error))
    return FALSE;

  g_ptr_array_add (self->agreed, entry);
  return TRUE;
}

gboolean
faye_negotiation_activate (FayeNegotiation *self, const char *header, GError **error)
{
  g_autoptr (GPtrArray) answers = NULL;

  if (header)
    answers = faye_extension_header_parse (header, error);
  if (header && !answers)
    return close_sessions (self, TRUE);

  for (guint i = 0; answers && i < answers->len; i++)
    if (!activate_offer (self, answers->pdata[i], error))
      return close_sessions (self, TRUE);

  close_sessions (self, FALSE);
  return TRUE;
}

/* All offers of NAME as an aa{sv}, in their order; NULL if there are none. */
static GVariant *
gather_offers (GPtrArray *offers, const char *name)
{
  g_autoptr (GPtrArray) params = g_ptr_array_new ();

  for (guint i = 0; i < offers->len; i++)
    {
      const FayeExtensionOffer *offer = offers->pdata[i];

      if (strcmp (offer->name, name) == 0)
        g_ptr_array_add (params, offer->params);
    }

  if (params->len == 0)
    return NULL;
  return g_variant_ref_sink (
    g_variant_new_array (G_VARIANT_TYPE_VARDICT, (GVariant **) params->pdata, params->len));
}

static gboolean
append_answer (GString *out, Entry *entry, GError **error)
{
  g_autoptr (GVariant) params = entry->session.ops->get_answer (entry->session.session);

  if (!params)
    return fail (error, FAYE_EXTENSION_ERROR_ARGUMENT, entry->name, "gave no answer");
  g_variant_take_ref (params);
  return faye_extension_header_append (out, entry->name, params, error);
}

static gboolean
respond_entry (FayeNegotiation *self, GString *out, GPtrArray *all, Entry *entry, GError **error)
{
  g_autoptr (GVariant) offers = gather_offers (all, entry->name);

  if (!offers || find_rival (self, entry))
    return TRUE;

  entry->session = entry->ops->create_server_session (entry->extension, offers);
  if (!entry->session.session)
    return TRUE;

  g_ptr_array_add (self->agreed, entry);
  return append_answer (out, entry, error);
}

gboolean
faye_negotiation_respond (FayeNegotiation *self, const char *header, char **answer, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GPtrArray) offers = NULL;

  *answer = NULL;
  if (!header)
    return TRUE;
  offers = faye_extension_header_parse (header, error);
  if (!offers)
    return FALSE;

  for (guint i = 0; i < self->entries->len; i++)
    if (!respond_entry (self, out, offers, self->entries->pdata[i], error))
      return close_sessions (self, TRUE);

  if (out->len > 0)
    *answer = g_strdup (out->str);
  return TRUE;
}

FayePipeline *
faye_negotiation_take_pipeline (FayeNegotiation *self, GMainContext *context, int priority)
{
  FayePipeline *pipeline;

  if (self->agreed->len == 0)
    return NULL;

  pipeline = faye_pipeline_new (context, priority);
  for (guint i = 0; i < self->agreed->len; i++)
    {
      Entry *entry = self->agreed->pdata[i];

      faye_pipeline_add (pipeline, entry->name, entry->rsv, entry->session);
      entry->session.session = NULL;
    }
  g_ptr_array_set_size (self->agreed, 0);
  return pipeline;
}
