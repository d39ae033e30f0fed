/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "faye/ext/faye-extension-header-private.h"
#include "faye/ext/faye-negotiation-private.h"

/* A value of Sec-WebSocket-Extensions: flags, then text. What is taken is all tokens, is read the
 * same once more, and is the same again when it was written; then extensions that agree to all
 * negotiate about it, as a server and as a client. */

enum
{
  /* Two bits for each of the extensions: which RSV bit it uses, if any. */
  FLAG_RSV = 3,
  FLAG_RSV_SIZE = 2,
  FLAG_DECLINES = 1 << 6, /* the second one */
  FLAG_REFUSES = 1 << 7,  /* likewise, as a client */
};

static void
check_error (const GError *error)
{
  g_assert_error (error, FAYE_EXTENSION_ERROR, FAYE_EXTENSION_ERROR_HEADER);
  for (const char *at = error->message; *at; at++)
    g_assert_true (g_ascii_isprint (*at));
  g_assert_cmpuint (strlen (error->message), <, 200);
}

/* As plain as can be: RFC 9110, section 5.6.2. */
static void
check_token (const char *text)
{
  g_assert_true (*text != '\0');
  for (const char *at = text; *at; at++)
    g_assert_true (*at > ' ' && *at < 127 && !strchr ("\"(),/:;<=>?@[\\]{}", *at));
}

static guint
check_value (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    check_token (g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    g_assert_true (g_variant_get_boolean (value));
  else
    g_assert_true (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64));
  return 1;
}

static guint
check_values (GVariant *values)
{
  GVariantIter iter;
  GVariant *value;
  guint n = 0;

  if (!g_variant_is_of_type (values, G_VARIANT_TYPE ("av")))
    return check_value (values);

  g_variant_iter_init (&iter, values);
  while (g_variant_iter_loop (&iter, "v", &value))
    n += check_value (value);
  g_assert_cmpuint (n, >, 1);
  return n;
}

static void
check_offer (const FayeExtensionOffer *offer)
{
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);
  GVariantIter iter;
  const char *key;
  GVariant *value;
  guint n = 0;

  check_token (offer->name);
  g_assert_true (g_variant_is_of_type (offer->params, G_VARIANT_TYPE_VARDICT));
  g_variant_iter_init (&iter, offer->params);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      check_token (key);
      g_assert_true (g_hash_table_add (keys, (gpointer) key));
      n += check_values (value);
      g_variant_unref (value);
    }
  g_assert_cmpuint (n, <=, FAYE_EXTENSION_HEADER_MAX_ITEMS);
}

static void
check_equal (GPtrArray *a, GPtrArray *b)
{
  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++)
    {
      const FayeExtensionOffer *offer = a->pdata[i];
      const FayeExtensionOffer *other = b->pdata[i];

      g_assert_cmpstr (offer->name, ==, other->name);
      g_assert_true (g_variant_equal (offer->params, other->params));
    }
}

static char *
write_offers (GPtrArray *offers)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < offers->len; i++)
    {
      const FayeExtensionOffer *offer = offers->pdata[i];
      g_autoptr (GError) error = NULL;

      g_assert_true (faye_extension_header_append (out, offer->name, offer->params, &error));
      g_assert_no_error (error);
    }
  return g_string_free (out, FALSE);
}

/* No more than was there, and the same text when it is written again. */
static void
check_round_trip (GPtrArray *offers, const char *text)
{
  g_autofree char *written = write_offers (offers);
  g_autofree char *again = NULL;
  g_autoptr (GPtrArray) read = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (strlen (written), <=, 2 * strlen (text));
  g_assert_null (strpbrk (written, "\"\\\t"));
  read = faye_extension_header_parse (written, &error);
  g_assert_no_error (error);
  check_equal (offers, read);
  again = write_offers (read);
  g_assert_cmpstr (again, ==, written);
}

/* An extension that takes the first offer and answers with it; its session is itself. */
typedef struct
{
  const char *name;
  guint8 rsv;
  gboolean declines;
  gboolean refuses;
  guint open;
  guint closed;
  guint activated;
  GVariant *offers; /* (owned) (nullable) */
} Mirror;

static char *
mirror_get_name (gpointer extension)
{
  return g_strdup (((Mirror *) extension)->name);
}

static guint8
mirror_get_rsv (gpointer extension)
{
  return ((Mirror *) extension)->rsv;
}

static gpointer
mirror_ref (gpointer extension)
{
  return extension;
}

static void
mirror_unref (gpointer extension)
{
}

static GVariant *
mirror_get_offers (gpointer session)
{
  return g_variant_new_parsed ("[@a{sv} {}]");
}

static gboolean
mirror_activate (gpointer session, GVariant *params, GError **error)
{
  Mirror *self = session;

  g_assert_true (g_variant_is_of_type (params, G_VARIANT_TYPE_VARDICT));
  self->activated++;
  if (self->refuses)
    g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "refused");
  return !self->refuses;
}

static GVariant *
mirror_get_answer (gpointer session)
{
  return g_variant_get_child_value (((Mirror *) session)->offers, 0);
}

static void
mirror_close (gpointer session)
{
  Mirror *self = session;

  g_assert_cmpuint (self->open, ==, 1);
  g_assert_cmpuint (self->closed, ==, 0);
  self->closed++;
}

static void
mirror_unref_session (gpointer session)
{
  Mirror *self = session;

  g_assert_cmpuint (self->closed, ==, 1);
  self->open--;
}

static const FayeSessionOps mirror_session_ops = {
  .get_offers = mirror_get_offers,
  .activate = mirror_activate,
  .get_answer = mirror_get_answer,
  .close = mirror_close,
  .unref = mirror_unref_session,
};

static FayeSession
mirror_create_client_session (gpointer extension)
{
  Mirror *self = extension;

  self->open++;
  return (FayeSession){ &mirror_session_ops, self };
}

static FayeSession
mirror_create_server_session (gpointer extension, GVariant *offers)
{
  Mirror *self = extension;

  g_assert_true (g_variant_is_of_type (offers, G_VARIANT_TYPE ("aa{sv}")));
  g_assert_cmpuint (g_variant_n_children (offers), >, 0);
  if (self->declines)
    return (FayeSession){ &mirror_session_ops, NULL };
  self->open++;
  self->offers = g_variant_ref (offers);
  return (FayeSession){ &mirror_session_ops, self };
}

static const FayeExtensionOps mirror_ops = {
  .get_name = mirror_get_name,
  .get_rsv = mirror_get_rsv,
  .create_client_session = mirror_create_client_session,
  .create_server_session = mirror_create_server_session,
  .ref = mirror_ref,
  .unref = mirror_unref,
};

/* What they are registered with. */
typedef struct
{
  Mirror mirrors[3];
  FayeNegotiation *negotiation;
} Hall;

static void
hall_init (Hall *self, guint8 flags)
{
  static const char *const names[] = { "a", "permessage-deflate", "x" };
  static const guint8 bits[] = { 0, 4, 2, 1 };

  *self = (Hall){ .negotiation = faye_negotiation_new () };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      Mirror *mirror = &self->mirrors[i];

      mirror->name = names[i];
      mirror->rsv = bits[flags >> (FLAG_RSV_SIZE * i) & FLAG_RSV];
      mirror->declines = i == 1 && flags & FLAG_DECLINES;
      mirror->refuses = i == 1 && flags & FLAG_REFUSES;
      g_assert_true (faye_negotiation_add (self->negotiation, &mirror_ops, mirror, NULL));
    }
}

/* No session is left behind, no RSV bit was given twice. */
static void
hall_end (Hall *self)
{
  faye_negotiation_free (self->negotiation);
  for (guint i = 0; i < G_N_ELEMENTS (self->mirrors); i++)
    {
      g_assert_cmpuint (self->mirrors[i].open, ==, 0);
      g_clear_pointer (&self->mirrors[i].offers, g_variant_unref);
    }
}

static void
hall_take (Hall *self, gboolean expected)
{
  FayePipeline *pipeline = faye_negotiation_take_pipeline (self->negotiation, NULL, 0);
  guint8 rsv = 0;

  g_assert_cmpint (pipeline != NULL, ==, expected);
  for (guint i = 0; i < G_N_ELEMENTS (self->mirrors); i++)
    {
      Mirror *mirror = &self->mirrors[i];

      if (mirror->open == 0)
        continue;
      g_assert_cmpuint (rsv & mirror->rsv, ==, 0);
      rsv |= mirror->rsv;
    }
  if (pipeline)
    {
      g_assert_cmpuint (faye_pipeline_get_rsv (pipeline), ==, rsv);
      faye_pipeline_unref (pipeline);
    }
}

/* The client takes its own server's answer, unless it refuses or has one bit for two. */
static void
check_activate (const char *header, guint8 flags, gboolean must_take)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *offer = NULL;
  Hall hall;
  gboolean fine;

  hall_init (&hall, flags);
  g_assert_true (faye_negotiation_offer (hall.negotiation, &offer, NULL));
  g_assert_cmpstr (offer, ==, "a, permessage-deflate, x");
  fine = faye_negotiation_activate (hall.negotiation, header, &error);
  g_assert_cmpint (fine, ==, error == NULL);
  if (must_take && !hall.mirrors[1].refuses)
    g_assert_no_error (error);
  if (!fine)
    {
      g_assert_error (error, FAYE_EXTENSION_ERROR, FAYE_EXTENSION_ERROR_ANSWER);
      g_assert_cmpuint (strlen (error->message), <, 300);
    }
  for (guint i = 0; i < G_N_ELEMENTS (hall.mirrors); i++)
    g_assert_cmpuint (hall.mirrors[i].activated, <=, 1);
  hall_take (&hall, fine);
  hall_end (&hall);
}

static void
check_negotiation (const char *header, guint8 flags)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = NULL;
  g_autoptr (GPtrArray) answers = NULL;
  Hall hall;

  hall_init (&hall, flags);
  g_assert_true (faye_negotiation_respond (hall.negotiation, header, &answer, &error));
  g_assert_no_error (error);
  hall_take (&hall, answer != NULL);
  hall_end (&hall);

  check_activate (header, flags, FALSE);
  if (answer)
    check_activate (answer, flags, TRUE);
}

static void
check_refused (const char *header)
{
  g_autoptr (GError) error = NULL;
  char *answer = NULL;
  Hall hall;

  hall_init (&hall, 0);
  g_assert_false (faye_negotiation_respond (hall.negotiation, header, &answer, &error));
  check_error (error);
  g_assert_null (answer);
  hall_take (&hall, FALSE);
  hall_end (&hall);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  FuzzInput input = { data, size };
  guint8 flags = fuzz_take (&input);
  g_autofree char *text = fuzz_text (input);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) offers = faye_extension_header_parse (text, &error);
  g_autoptr (GPtrArray) again = faye_extension_header_parse (text, NULL);

  g_assert_cmpint (offers == NULL, ==, error != NULL);
  g_assert_cmpint (again == NULL, ==, error != NULL);
  if (!offers)
    {
      check_error (error);
      check_refused (text);
      return 0;
    }
  g_assert_cmpuint (offers->len, >, 0);
  g_assert_cmpuint (offers->len, <=, FAYE_EXTENSION_HEADER_MAX_ITEMS);
  for (guint i = 0; i < offers->len; i++)
    check_offer (offers->pdata[i]);
  check_equal (offers, again);
  check_round_trip (offers, text);
  check_negotiation (text, flags);
  return 0;
}
