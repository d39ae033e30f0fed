/* SPDX-License-Identifier: MIT */

#include "faye/faye-tls-witness-private.h"

/* An interaction that answers nothing, and remembers that it was asked. */

#define KEY "faye-certificate-wanted"

struct _FayeTlsWitness
{
  GTlsInteraction parent_instance;
};

G_DEFINE_FINAL_TYPE (FayeTlsWitness, faye_tls_witness, G_TYPE_TLS_INTERACTION)

static GTlsInteractionResult
faye_tls_witness_request_certificate (GTlsInteraction *interaction,
                                      GTlsConnection *connection,
                                      GTlsCertificateRequestFlags flags,
                                      GCancellable *cancellable,
                                      GError **error)
{
  g_object_set_data (G_OBJECT (connection), KEY, (gpointer) KEY);
  return G_TLS_INTERACTION_UNHANDLED;
}

static void
faye_tls_witness_class_init (FayeTlsWitnessClass *klass)
{
  G_TLS_INTERACTION_CLASS (klass)->request_certificate = faye_tls_witness_request_certificate;
}

static void
faye_tls_witness_init (FayeTlsWitness *self)
{
}

GTlsInteraction *
faye_tls_witness_new (void)
{
  return g_object_new (FAYE_TYPE_TLS_WITNESS, NULL);
}

gboolean
faye_tls_witness_has_seen (GTlsConnection *connection)
{
  return g_object_get_data (G_OBJECT (connection), KEY) != NULL;
}
