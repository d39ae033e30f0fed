/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz-hall.h"

/* Extensions that mirror what they are given, and count their sessions. */

enum
{
  /* Two bits for each of the extensions: which RSV bit it uses, if any. */
  FLAG_RSV = 3,
  FLAG_RSV_SIZE = 2,
  FLAG_DECLINES = 1 << 6, /* the second one */
  FLAG_REFUSES = 1 << 7,  /* likewise, as a client */
};

static char *
mirror_get_name (gpointer extension)
{
  return g_strdup (((FuzzMirror *) extension)->name);
}

static guint8
mirror_get_rsv (gpointer extension)
{
  return ((FuzzMirror *) extension)->rsv;
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
  FuzzMirror *self = session;

  g_assert_true (g_variant_is_of_type (params, G_VARIANT_TYPE_VARDICT));
  self->activated++;
  if (self->refuses)
    g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "refused");
  return !self->refuses;
}

static GVariant *
mirror_get_answer (gpointer session)
{
  return g_variant_get_child_value (((FuzzMirror *) session)->offers, 0);
}

static void
mirror_close (gpointer session)
{
  FuzzMirror *self = session;

  g_assert_cmpuint (self->open, ==, 1);
  g_assert_cmpuint (self->closed, ==, 0);
  self->closed++;
}

static void
mirror_unref_session (gpointer session)
{
  FuzzMirror *self = session;

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
  FuzzMirror *self = extension;

  self->open++;
  return (FayeSession){ &mirror_session_ops, self };
}

static FayeSession
mirror_create_server_session (gpointer extension, GVariant *offers)
{
  FuzzMirror *self = extension;

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

void
fuzz_hall_init (FuzzHall *self, guint8 flags)
{
  static const char *const names[] = { "a", "permessage-deflate", "x" };
  static const guint8 bits[] = { 0, 4, 2, 1 };

  *self = (FuzzHall){ .negotiation = faye_negotiation_new () };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      FuzzMirror *mirror = &self->mirrors[i];

      mirror->name = names[i];
      mirror->rsv = bits[flags >> (FLAG_RSV_SIZE * i) & FLAG_RSV];
      mirror->declines = i == 1 && flags & FLAG_DECLINES;
      mirror->refuses = i == 1 && flags & FLAG_REFUSES;
      g_assert_true (faye_negotiation_add (self->negotiation, &mirror_ops, mirror, NULL));
    }
}

void
fuzz_hall_end (FuzzHall *self)
{
  faye_negotiation_free (self->negotiation);
  for (guint i = 0; i < G_N_ELEMENTS (self->mirrors); i++)
    {
      g_assert_cmpuint (self->mirrors[i].open, ==, 0);
      g_clear_pointer (&self->mirrors[i].offers, g_variant_unref);
    }
}

void
fuzz_hall_take (FuzzHall *self, gboolean expected)
{
  FayePipeline *pipeline = faye_negotiation_take_pipeline (self->negotiation, NULL, 0);
  guint8 rsv = 0;

  g_assert_cmpint (pipeline != NULL, ==, expected);
  for (guint i = 0; i < G_N_ELEMENTS (self->mirrors); i++)
    {
      FuzzMirror *mirror = &self->mirrors[i];

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
