/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-extension-header-private.h"

/* An extension with its parameters as text. All of it comes from a program, so that an error is
 * about what it has to change. */

typedef struct
{
  GString *out;
  const char *name;
  GError **error;
} Writer;

/* Always FALSE. */
static gboolean
writer_fail (Writer *self, const char *key, const char *problem)
{
  g_autofree char *name = faye_extension_header_excerpt (self->name);
  g_autofree char *excerpt = faye_extension_header_excerpt (key);

  g_set_error (self->error,
               FAYE_EXTENSION_ERROR,
               FAYE_EXTENSION_ERROR_ARGUMENT,
               "Parameter \"%s\" of extension \"%s\" %s",
               excerpt,
               name,
               problem);
  return FALSE;
}

static gboolean
writer_add_string (Writer *self, const char *key, const char *value)
{
  g_autofree char *excerpt = NULL;
  g_autofree char *problem = NULL;

  if (faye_extension_header_is_token (value))
    {
      g_string_append_printf (self->out, "; %s=%s", key, value);
      return TRUE;
    }

  excerpt = faye_extension_header_excerpt (value);
  problem = g_strdup_printf ("has the value \"%s\", which is not a token", excerpt);
  return writer_fail (self, key, problem);
}

static gboolean
writer_add_integer (Writer *self, const char *key, gint64 value)
{
  g_string_append_printf (self->out, "; %s=%" G_GINT64_FORMAT, key, value);
  return TRUE;
}

static gboolean
writer_add_one (Writer *self, const char *key, GVariant *value)
{
  g_autofree char *problem = NULL;

  switch (g_variant_classify (value))
    {
    case G_VARIANT_CLASS_BOOLEAN:
      if (g_variant_get_boolean (value))
        g_string_append_printf (self->out, "; %s", key);
      return TRUE;
    case G_VARIANT_CLASS_BYTE:
      return writer_add_integer (self, key, g_variant_get_byte (value));
    case G_VARIANT_CLASS_INT16:
      return writer_add_integer (self, key, g_variant_get_int16 (value));
    case G_VARIANT_CLASS_UINT16:
      return writer_add_integer (self, key, g_variant_get_uint16 (value));
    case G_VARIANT_CLASS_INT32:
      return writer_add_integer (self, key, g_variant_get_int32 (value));
    case G_VARIANT_CLASS_UINT32:
      return writer_add_integer (self, key, g_variant_get_uint32 (value));
    case G_VARIANT_CLASS_INT64:
      return writer_add_integer (self, key, g_variant_get_int64 (value));
    case G_VARIANT_CLASS_UINT64:
      g_string_append_printf (self->out,
                              "; %s=%" G_GUINT64_FORMAT,
                              key,
                              g_variant_get_uint64 (value));
      return TRUE;
    case G_VARIANT_CLASS_STRING:
      return writer_add_string (self, key, g_variant_get_string (value, NULL));
    default:
      problem = g_strdup_printf ("has a value of type \"%s\"", g_variant_get_type_string (value));
      return writer_fail (self, key, problem);
    }
}

static gboolean
writer_add_param (Writer *self, const char *key, GVariant *value)
{
  GVariantIter iter;
  GVariant *one;

  if (!faye_extension_header_is_token (key))
    return writer_fail (self, key, "has a name that is not a token");
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE ("av")))
    return writer_add_one (self, key, value);

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "v", &one))
    {
      gboolean fine = writer_add_one (self, key, one);

      g_variant_unref (one);
      if (!fine)
        return FALSE;
    }
  return TRUE;
}

static gboolean
writer_add_params (Writer *self, GVariant *params)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, params);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      gboolean fine = writer_add_param (self, key, value);

      g_variant_unref (value);
      if (!fine)
        return FALSE;
    }
  return TRUE;
}

gboolean
faye_extension_header_append (GString *out, const char *name, GVariant *params, GError **error)
{
  gsize size = out->len;
  Writer writer = { out, name, error };
  g_autofree char *excerpt = NULL;

  if (!faye_extension_header_is_token (name) ||
      !g_variant_is_of_type (params, G_VARIANT_TYPE_VARDICT))
    {
      excerpt = faye_extension_header_excerpt (name);
      g_set_error (error,
                   FAYE_EXTENSION_ERROR,
                   FAYE_EXTENSION_ERROR_ARGUMENT,
                   "Extension \"%s\" has %s",
                   excerpt,
                   faye_extension_header_is_token (name) ? "parameters of another type than a{sv}"
                                                         : "a name that is not a token");
      return FALSE;
    }

  g_string_append_printf (out, "%s%s", size > 0 ? ", " : "", name);
  if (writer_add_params (&writer, params))
    return TRUE;
  g_string_truncate (out, size);
  return FALSE;
}
