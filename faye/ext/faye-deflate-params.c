/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-deflate-params-private.h"

#include "faye/ext/faye-extension-header-private.h"

/*
 * The four parameters of RFC 7692, section 7.1. What names another one, names one twice or gives
 * one a value that it cannot have is not to be accepted (section 7.1). Numbers and flags arrive as
 * the header's grammar made them, so that a number in another form is a string here.
 */

#define SERVER_NO_TAKEOVER "server_no_context_takeover"
#define CLIENT_NO_TAKEOVER "client_no_context_takeover"
#define SERVER_BITS "server_max_window_bits"
#define CLIENT_BITS "client_max_window_bits"

enum
{
  MIN_BITS = 8,
  MAX_BITS = 15,
};

/* An offer or an answer. */
typedef struct
{
  gboolean server_no_takeover;
  gboolean client_no_takeover;
  guint server_bits; /* 0: not there */
  guint client_bits;
  gboolean client_bits_bare; /* there, without a value */
} Wire;

static gboolean
read_flag (GVariant *value, gboolean *flag)
{
  *flag = g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) && g_variant_get_boolean (value);
  return *flag;
}

static gboolean
read_bits (GVariant *value, guint *bits)
{
  gint64 number;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return FALSE;
  number = g_variant_get_int64 (value);
  if (number < MIN_BITS || number > MAX_BITS)
    return FALSE;
  *bits = number;
  return TRUE;
}

static gboolean
read_param (Wire *wire, const char *key, GVariant *value)
{
  if (g_str_equal (key, SERVER_NO_TAKEOVER))
    return !wire->server_no_takeover && read_flag (value, &wire->server_no_takeover);
  if (g_str_equal (key, CLIENT_NO_TAKEOVER))
    return !wire->client_no_takeover && read_flag (value, &wire->client_no_takeover);
  if (g_str_equal (key, SERVER_BITS))
    return wire->server_bits == 0 && read_bits (value, &wire->server_bits);
  if (!g_str_equal (key, CLIENT_BITS) || wire->client_bits != 0 || wire->client_bits_bare)
    return FALSE;
  return read_bits (value, &wire->client_bits) || read_flag (value, &wire->client_bits_bare);
}

/* *BAD is the first key that is wrong. (transfer full) */
static gboolean
read_wire (Wire *wire, GVariant *params, char **bad)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  *wire = (Wire){ 0 };
  g_variant_iter_init (&iter, params);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      const gboolean fine = read_param (wire, key, value);

      g_variant_unref (value);
      if (fine)
        continue;
      *bad = g_strdup (key);
      return FALSE;
    }
  return TRUE;
}

static void
add_flag (GVariantBuilder *builder, const char *key)
{
  g_variant_builder_add (builder, "{sv}", key, g_variant_new_boolean (TRUE));
}

static void
add_bits (GVariantBuilder *builder, const char *key, guint bits)
{
  g_variant_builder_add (builder, "{sv}", key, g_variant_new_int64 (bits));
}

/* That the server may limit the client's window at all needs a hint (section 7.1.2.2). */
GVariant *
faye_deflate_params_offer (const FayeDeflateOptions *options)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
  if (options->no_context_takeover)
    add_flag (&builder, CLIENT_NO_TAKEOVER);
  if (options->max_window_bits < MAX_BITS)
    add_bits (&builder, CLIENT_BITS, options->max_window_bits);
  else
    add_flag (&builder, CLIENT_BITS);
  if (options->request_no_context_takeover)
    add_flag (&builder, SERVER_NO_TAKEOVER);
  if (options->request_max_window_bits < MAX_BITS)
    add_bits (&builder, SERVER_BITS, options->request_max_window_bits);
  g_variant_builder_close (&builder);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static gboolean
refuse (GError **error, const char *reason, const char *key)
{
  g_set_error (error,
               FAYE_EXTENSION_ERROR,
               FAYE_EXTENSION_ERROR_ANSWER,
               "%s: %s %.64s",
               FAYE_DEFLATE_NAME,
               reason,
               key);
  return FALSE;
}

/* Without an answer the server uses the largest window. */
static gboolean
judge_answer (const FayeDeflateOptions *options, const Wire *answer, GError **error)
{
  if (options->request_no_context_takeover && !answer->server_no_takeover)
    return refuse (error, "the server does not agree to", SERVER_NO_TAKEOVER);
  if (options->request_max_window_bits < MAX_BITS && answer->server_bits == 0)
    return refuse (error, "the server does not agree to", SERVER_BITS);
  if (answer->server_bits > options->request_max_window_bits)
    return refuse (error, "the server exceeds the requested", SERVER_BITS);
  if (answer->client_bits_bare)
    return refuse (error, "the server gives no value for", CLIENT_BITS);
  if (answer->client_bits > options->max_window_bits)
    return refuse (error, "the server exceeds the offered", CLIENT_BITS);
  return TRUE;
}

gboolean
faye_deflate_params_activate (FayeDeflateParams *self,
                              const FayeDeflateOptions *options,
                              GVariant *answer,
                              GError **error)
{
  g_autofree char *bad = NULL;
  Wire wire;

  if (!read_wire (&wire, answer, &bad))
    return refuse (error, "the server's answer has an unacceptable", bad);
  if (!judge_answer (options, &wire, error))
    return FALSE;
  self->own_no_takeover = options->no_context_takeover || wire.client_no_takeover;
  self->peer_no_takeover = wire.server_no_takeover;
  self->own_window_bits = wire.client_bits ? wire.client_bits : options->max_window_bits;
  self->peer_window_bits = wire.server_bits ? wire.server_bits : MAX_BITS;
  return TRUE;
}

static gboolean
is_acceptable (const Wire *offer)
{
  return offer->server_bits == 0 || offer->server_bits >= FAYE_DEFLATE_MIN_WINDOW_BITS;
}

static void
accept_offer (FayeDeflateParams *self, const FayeDeflateOptions *options, const Wire *offer)
{
  const guint most = offer->client_bits ? offer->client_bits : MAX_BITS;
  const gboolean can_limit = offer->client_bits || offer->client_bits_bare;

  self->own_no_takeover = options->no_context_takeover || offer->server_no_takeover;
  self->peer_no_takeover = options->request_no_context_takeover || offer->client_no_takeover;
  self->own_window_bits = options->max_window_bits;
  if (offer->server_bits)
    self->own_window_bits = MIN (self->own_window_bits, offer->server_bits);
  self->peer_window_bits = can_limit ? MIN (options->request_max_window_bits, most) : most;
}

/* The server's window is told only to who asked for it: some clients fail on an answer that they
 * did not ask for, although they must not. */
static GVariant *
write_answer (const FayeDeflateParams *self, const Wire *offer)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  if (self->own_no_takeover)
    add_flag (&builder, SERVER_NO_TAKEOVER);
  if (self->peer_no_takeover)
    add_flag (&builder, CLIENT_NO_TAKEOVER);
  if (offer->server_bits)
    add_bits (&builder, SERVER_BITS, self->own_window_bits);
  if (offer->client_bits || self->peer_window_bits < MAX_BITS)
    add_bits (&builder, CLIENT_BITS, self->peer_window_bits);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

gboolean
faye_deflate_params_accept (FayeDeflateParams *self,
                            const FayeDeflateOptions *options,
                            GVariant *offers,
                            GVariant **answer)
{
  const gsize n_offers = g_variant_n_children (offers);

  for (gsize i = 0; i < n_offers; i++)
    {
      g_autoptr (GVariant) params = g_variant_get_child_value (offers, i);
      g_autofree char *bad = NULL;
      Wire offer;

      if (!read_wire (&offer, params, &bad) || !is_acceptable (&offer))
        continue;
      accept_offer (self, options, &offer);
      *answer = write_answer (self, &offer);
      return TRUE;
    }
  return FALSE;
}
