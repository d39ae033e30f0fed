/* SPDX-License-Identifier: MIT */

#include "faye/faye-tls-judge-private.h"

#include "faye/faye-error.h"
#include "faye/faye-tls-witness-private.h"
#include "faye/io/faye-transport-backend-private.h"

/* The client's TLS handshake. */

/* (nullable) (transfer full) Whom the certificate has to be for, by name. */
static char *
get_name (FayeTls *tls, GSocketConnectable *identity)
{
  if (tls->server_name != NULL)
    return g_strdup (tls->server_name);
  if (G_IS_NETWORK_ADDRESS (identity))
    return g_strdup (g_network_address_get_hostname (G_NETWORK_ADDRESS (identity)));
  if (G_IS_NETWORK_SERVICE (identity))
    return g_strdup (g_network_service_get_domain (G_NETWORK_SERVICE (identity)));
  if (G_IS_INET_SOCKET_ADDRESS (identity))
    return g_inet_address_to_string (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (identity)));
  return NULL;
}

/* An address is looked for among the certificate's addresses, a name among its names. */
static GSocketConnectable *
create_identity (const char *name)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (name);

  if (address != NULL)
    return G_SOCKET_CONNECTABLE (g_inet_socket_address_new (address, 0));
  return g_network_address_new (name, 0);
}

static gboolean
is_about_our_certificate (GIOStream *stream, const GError *cause)
{
  if (g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_CERTIFICATE_REQUIRED))
    return TRUE;
  return G_IS_TLS_CONNECTION (stream) && faye_tls_witness_has_seen (G_TLS_CONNECTION (stream)) &&
         cause->domain == G_TLS_ERROR;
}

static const char *
get_words (GIOStream *stream, const GError *cause)
{
  if (is_about_our_certificate (stream, cause))
    return "The peer wants a client certificate";
  if (g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS))
    return "The peer does not speak TLS";
  if (g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_EOF) ||
      g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
    return "The peer ended the connection within TLS";
  return "TLS failed";
}

GError *
faye_tls_explain (GIOStream *stream, const GError *cause)
{
  return g_error_new (FAYE_ERROR,
                      FAYE_ERROR_TLS,
                      "%s: %s",
                      get_words (stream, cause),
                      cause->message);
}

/* Takes CAUSE. The task itself sees to the caller's own cancelling; another's, such as a user's who
 * was asked for a PIN, is an error like any. */
static GError *
explain_handshake (GTlsConnection *connection, FayeTlsJudge *judge, GError *cause)
{
  g_autoptr (GError) owned = cause;
  g_autofree char *reasons = NULL;

  if (!faye_tls_judge_has_refused (judge) &&
      !g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    return faye_tls_explain (G_IO_STREAM (connection), cause);
  reasons = faye_tls_judge_describe (judge);
  return g_error_new (FAYE_ERROR,
                      FAYE_ERROR_CERTIFICATE,
                      "The certificate of “%s” is not to be trusted: %s (%s)",
                      faye_tls_judge_get_name (judge),
                      reasons,
                      cause->message);
}

/* A stream that is done with its handshake blocks when it is let go, if the peer does not read; and
 * nobody has a use for BASE after one that failed. */
static void
shut_down (GIOStream *stream)
{
  g_autoptr (GSocket) socket = faye_stream_get_base_socket (stream);

  if (socket != NULL)
    g_socket_shutdown (socket, TRUE, TRUE, NULL);
}

/* GnuTLS 3.7 still speaks TLS 1.0 and 1.1 if the peer speaks nothing else (RFC 8996). */
static gboolean
check_version (GTlsConnection *connection, GError **error)
{
  GTlsProtocolVersion version = g_tls_connection_get_protocol_version (connection);

  if (version == G_TLS_PROTOCOL_VERSION_UNKNOWN || version >= G_TLS_PROTOCOL_VERSION_TLS_1_2)
    return TRUE;
  g_set_error_literal (error,
                       G_TLS_ERROR,
                       G_TLS_ERROR_HANDSHAKE,
                       "The peer speaks no version of TLS from 1.2 on");
  return FALSE;
}

static gboolean
check_certificate (FayeTlsJudge *judge, GTlsConnection *connection, GError **error)
{
  if (faye_tls_judge_confirm (judge, connection))
    return TRUE;
  g_set_error_literal (error,
                       G_TLS_ERROR,
                       G_TLS_ERROR_BAD_CERTIFICATE,
                       "Unacceptable TLS certificate");
  return FALSE;
}

static void
handshake_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  FayeTlsJudge *judge = g_task_get_task_data (task);
  GTlsConnection *connection = G_TLS_CONNECTION (source);
  GError *error = NULL;

  if (g_tls_connection_handshake_finish (connection, result, &error) &&
      check_version (connection, &error) && check_certificate (judge, connection, &error))
    {
      g_task_return_pointer (task, g_object_ref (connection), g_object_unref);
      return;
    }
  shut_down (G_IO_STREAM (connection));
  g_task_return_error (task, explain_handshake (connection, judge, error));
}

/* WebSocket begins as HTTP/1.1, whatever else a server would rather speak. */
static void
configure (GTlsConnection *connection, FayeTls *tls)
{
  static const char *const protocols[] = { "http/1.1", NULL };
  g_autoptr (GTlsInteraction) witness = NULL;

  g_tls_connection_set_advertised_protocols (connection, protocols);
  if (tls->material.certificate != NULL)
    g_tls_connection_set_certificate (connection, tls->material.certificate);
  if (tls->interaction != NULL)
    g_tls_connection_set_interaction (connection, tls->interaction);
  else if (tls->material.certificate == NULL)
    g_tls_connection_set_interaction (connection, (witness = faye_tls_witness_new ()));
}

static GTlsConnection *
create_connection (FayeTls *tls, GIOStream *base, const char *name, GError **error)
{
  g_autoptr (GSocketConnectable) identity = create_identity (name);
  GError *cause = NULL;
  GIOStream *connection = g_tls_client_connection_new (base, identity, &cause);

  if (connection != NULL)
    {
      configure (G_TLS_CONNECTION (connection), tls);
      return G_TLS_CONNECTION (connection);
    }
  g_propagate_error (error, faye_tls_explain (NULL, cause));
  g_error_free (cause);
  return NULL;
}

static GTlsConnection *
prepare (FayeTls *tls,
         GIOStream *base,
         GSocketConnectable *identity,
         FayeTlsJudge **judge,
         GError **error)
{
  g_autofree char *name = NULL;
  GTlsConnection *connection;

  if (!faye_tls_check (tls, error))
    return NULL;
  name = get_name (tls, identity);
  if (name == NULL)
    {
      g_set_error_literal (error,
                           FAYE_ERROR,
                           FAYE_ERROR_CERTIFICATE,
                           "There is no name that the peer's certificate would have to carry");
      return NULL;
    }
  connection = create_connection (tls, base, name, error);
  if (connection == NULL)
    return NULL;
  *judge = faye_tls_judge_new (tls, name);
  faye_tls_judge_attach (*judge, connection);
  return connection;
}

void
faye_tls_secure_async (FayeTls *self,
                       GIOStream *base,
                       GSocketConnectable *identity,
                       int priority,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (FayeTls) tls = self != NULL ? g_object_ref (self) : faye_tls_new ();
  g_autoptr (GTlsConnection) connection = NULL;
  FayeTlsJudge *judge = NULL;
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (task, faye_tls_secure_async);
  g_task_set_priority (task, priority);
  connection = prepare (tls, base, identity, &judge, &error);
  if (connection == NULL)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  g_task_set_task_data (task, judge, g_object_unref);
  g_tls_connection_handshake_async (connection, priority, cancellable, handshake_cb, task);
}

GIOStream *
faye_tls_secure_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
