/* SPDX-License-Identifier: MIT */

#include "faye/faye-tls-peer-private.h"

/* What TLS knows of a peer. */

/* (owned) (nullable) What a wrapper is around: libsoup's own, whose type is not public, or GIO's.
 */
static GIOStream *
get_base_stream (GIOStream *stream)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (stream), "base-iostream");
  GIOStream *base = NULL;

  if (G_IS_TCP_WRAPPER_CONNECTION (stream))
    {
      base = g_tcp_wrapper_connection_get_base_io_stream (G_TCP_WRAPPER_CONNECTION (stream));
      return base != NULL ? g_object_ref (base) : NULL;
    }
  if (pspec != NULL && pspec->flags & G_PARAM_READABLE &&
      g_type_is_a (pspec->value_type, G_TYPE_IO_STREAM))
    g_object_get (stream, "base-iostream", &base, NULL);
  return base;
}

/* (owned) (nullable) */
static GTlsConnection *
find_tls (GIOStream *stream)
{
  g_autoptr (GIOStream) base = NULL;

  if (G_IS_TLS_CONNECTION (stream))
    return g_object_ref (G_TLS_CONNECTION (stream));
  base = get_base_stream (stream);
  return base != NULL ? find_tls (base) : NULL;
}

void
faye_tls_peer_read (FayeTlsPeer *self, GIOStream *stream)
{
  g_autoptr (GTlsConnection) connection = find_tls (stream);

  faye_tls_peer_clear (self);
  if (connection == NULL)
    return;
  g_set_object (&self->certificate, g_tls_connection_get_peer_certificate (connection));
  self->errors = g_tls_connection_get_peer_certificate_errors (connection);
  self->version = g_tls_connection_get_protocol_version (connection);
  self->ciphersuite = g_tls_connection_get_ciphersuite_name (connection);
}

void
faye_tls_peer_clear (FayeTlsPeer *self)
{
  g_clear_object (&self->certificate);
  g_clear_pointer (&self->ciphersuite, g_free);
  self->errors = 0;
  self->version = G_TLS_PROTOCOL_VERSION_UNKNOWN;
}
