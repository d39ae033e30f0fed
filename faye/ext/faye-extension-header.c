/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-extension-header-private.h"

#include <string.h>

/* The grammar of RFC 6455, section 9.1, as strict as ws is about it: blanks only around commas and
 * semicolons, and no empty elements. RFC 9110, section 5.6.1.2 would have a few of these skipped,
 * but no client sends them, and what two readers might read differently is better refused. */

#define MAX_EXCERPT 64
#define BLANKS " \t"

/* Spelled out: the formatter takes the dashes of G_DEFINE_QUARK's argument for operators. */
GQuark
faye_extension_error_quark (void)
{
  return g_quark_from_static_string ("faye-extension-error-quark");
}

void
faye_extension_offer_free (FayeExtensionOffer *offer)
{
  g_free (offer->name);
  g_variant_unref (offer->params);
  g_free (offer);
}

char *
faye_extension_header_excerpt (const char *text)
{
  g_autofree char *start = g_strndup (text, MAX_EXCERPT);
  g_autofree char *escaped = g_strescape (start, NULL);
  gboolean whole = strnlen (text, MAX_EXCERPT + 1) <= MAX_EXCERPT;

  if (whole && strlen (escaped) <= MAX_EXCERPT)
    return g_steal_pointer (&escaped);
  return g_strdup_printf ("%.*s...", MAX_EXCERPT - 3, escaped);
}

static gboolean
is_token_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+-.^_`|~", c));
}

static gsize
measure_token (const char *text)
{
  gsize n = 0;

  while (is_token_char (text[n]))
    n++;
  return n;
}

gboolean
faye_extension_header_is_token (const char *text)
{
  gsize n = measure_token (text);

  return n > 0 && text[n] == '\0';
}

typedef struct
{
  const char *text;
  gsize size;
} Slice;

static gboolean
slice_equal (Slice a, Slice b)
{
  return a.size == b.size && memcmp (a.text, b.text, a.size) == 0;
}

static GVariant *
slice_to_string (Slice slice)
{
  return g_variant_new_take_string (g_strndup (slice.text, slice.size));
}

/* One offer's parameters as they stand; a value becomes NULL when it is taken. */
typedef struct
{
  Slice keys[FAYE_EXTENSION_HEADER_MAX_ITEMS];
  GVariant *values[FAYE_EXTENSION_HEADER_MAX_ITEMS]; /* (owned), floating */
  guint n;
} Params;

static void
params_clear (Params *self)
{
  for (guint i = 0; i < self->n; i++)
    g_clear_pointer (&self->values[i], g_variant_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Params, params_clear)

/* Takes all values of a key, the first of which is at FIRST. */
static GVariant *
params_take (Params *self, guint first)
{
  GVariant *all[FAYE_EXTENSION_HEADER_MAX_ITEMS];
  guint n = 0;

  all[n++] = g_steal_pointer (&self->values[first]);
  for (guint i = first + 1; i < self->n; i++)
    if (self->values[i] && slice_equal (self->keys[i], self->keys[first]))
      all[n++] = g_steal_pointer (&self->values[i]);

  if (n == 1)
    return all[0];
  for (guint i = 0; i < n; i++)
    all[i] = g_variant_new_variant (all[i]);
  return g_variant_new_array (G_VARIANT_TYPE_VARIANT, all, n);
}

/* By the constructors that take children as they are: a builder goes through the type of each. */
static GVariant *
params_end (Params *self)
{
  GVariant *entries[FAYE_EXTENSION_HEADER_MAX_ITEMS];
  guint n = 0;

  for (guint i = 0; i < self->n; i++)
    if (self->values[i])
      entries[n++] = g_variant_new_dict_entry (slice_to_string (self->keys[i]),
                                               g_variant_new_variant (params_take (self, i)));
  return g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), entries, n));
}

typedef struct
{
  const char *text;
  const char *at;
  GError **error;
  guint n_params;
} Reader;

/* Always FALSE. */
static gboolean
reader_fail (Reader *self, const char *what)
{
  g_autofree char *excerpt = faye_extension_header_excerpt (self->text);

  g_set_error (self->error,
               FAYE_EXTENSION_ERROR,
               FAYE_EXTENSION_ERROR_HEADER,
               "Unexpected Sec-WebSocket-Extensions \"%s\": %s at byte %" G_GSIZE_FORMAT,
               excerpt,
               what,
               (gsize) (self->at - self->text));
  return FALSE;
}

static gboolean
reader_fail_at_limit (Reader *self, guint limit, const char *what)
{
  g_autofree char *text = g_strdup_printf ("more than %u %s", limit, what);

  return reader_fail (self, text);
}

static gboolean
reader_take_token (Reader *self, const char *what, Slice *slice)
{
  *slice = (Slice){ self->at, measure_token (self->at) };
  if (slice->size == 0)
    return reader_fail (self, what);

  self->at += slice->size;
  return TRUE;
}

/* What makes a token once its backslashes are gone: none of them escapes another. */
static gsize
measure_quoted (const char *text)
{
  gsize n = 0;

  for (;;)
    {
      gsize escape = text[n] == '\\' ? 1 : 0;

      if (!is_token_char (text[n + escape]))
        return n;
      n += escape + 1;
    }
}

static char *
remove_backslashes (Slice slice)
{
  char *out = g_malloc (slice.size + 1);
  gsize n = 0;

  for (gsize i = 0; i < slice.size; i++)
    if (slice.text[i] != '\\')
      out[n++] = slice.text[i];
  out[n] = '\0';
  return out;
}

/* RFC 6455, section 9.1: the value in quotes must be a token, too. */
static gboolean
reader_take_quoted (Reader *self, char **value)
{
  Slice slice = { self->at + 1, measure_quoted (self->at + 1) };

  self->at += 1 + slice.size;
  if (slice.size == 0 || *self->at != '"')
    return reader_fail (self, *self->at ? "no token in quotes" : "an unclosed quote");

  self->at++;
  *value = remove_backslashes (slice);
  return TRUE;
}

/* A number is what would be written the same. */
static GVariant *
make_value (char *text)
{
  gint64 number = g_ascii_strtoll (text, NULL, 10);
  char written[24];

  g_snprintf (written, sizeof written, "%" G_GINT64_FORMAT, number);
  if (strcmp (text, written) != 0)
    return g_variant_new_take_string (text);

  g_free (text);
  return g_variant_new_int64 (number);
}

static gboolean
reader_take_value (Reader *self, char **value)
{
  Slice slice;

  if (*self->at == '"')
    return reader_take_quoted (self, value);
  if (!reader_take_token (self, "no value", &slice))
    return FALSE;

  *value = g_strndup (slice.text, slice.size);
  return TRUE;
}

static gboolean
reader_take_param (Reader *self, Params *params)
{
  char *text = NULL;

  if (params->n == FAYE_EXTENSION_HEADER_MAX_ITEMS)
    return reader_fail_at_limit (self, FAYE_EXTENSION_HEADER_MAX_ITEMS, "parameters");
  if (self->n_params++ == FAYE_EXTENSION_HEADER_MAX_PARAMS)
    return reader_fail_at_limit (self, FAYE_EXTENSION_HEADER_MAX_PARAMS, "parameters in all");
  if (!reader_take_token (self, "no parameter", &params->keys[params->n]))
    return FALSE;

  if (*self->at == '=')
    {
      self->at++;
      if (!reader_take_value (self, &text))
        return FALSE;
    }
  params->values[params->n++] = text ? make_value (text) : g_variant_new_boolean (TRUE);
  return TRUE;
}

/* What separates this from the next, NUL at the end. */
static gboolean
reader_take_separator (Reader *self, char *separator)
{
  gsize blanks = strspn (self->at, BLANKS);

  self->at += blanks;
  *separator = *self->at;
  if (*separator == '\0')
    return blanks == 0 || reader_fail (self, "blanks");
  if (*separator != ';' && *separator != ',')
    return reader_fail (self, "no separator");

  self->at++;
  self->at += strspn (self->at, BLANKS);
  return TRUE;
}

static gboolean
reader_take_offer (Reader *self, GPtrArray *offers, char *separator)
{
  g_auto (Params) params = { .n = 0 };
  FayeExtensionOffer *offer;
  Slice name;

  if (offers->len == FAYE_EXTENSION_HEADER_MAX_ITEMS)
    return reader_fail_at_limit (self, FAYE_EXTENSION_HEADER_MAX_ITEMS, "extensions");
  if (!reader_take_token (self, "no extension", &name) || !reader_take_separator (self, separator))
    return FALSE;
  while (*separator == ';')
    if (!reader_take_param (self, &params) || !reader_take_separator (self, separator))
      return FALSE;

  offer = g_new (FayeExtensionOffer, 1);
  offer->name = g_strndup (name.text, name.size);
  offer->params = params_end (&params);
  g_ptr_array_add (offers, offer);
  return TRUE;
}

GPtrArray *
faye_extension_header_parse (const char *value, GError **error)
{
  g_autoptr (GPtrArray) offers =
    g_ptr_array_new_with_free_func ((GDestroyNotify) faye_extension_offer_free);
  Reader reader = { value, value, error, 0 };
  char separator = ',';

  while (separator == ',')
    if (!reader_take_offer (&reader, offers, &separator))
      return NULL;

  return g_steal_pointer (&offers);
}
