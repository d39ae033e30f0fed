/* SPDX-License-Identifier: MIT */

#include "tests/api/tls-peer.h"

#include "tests/api/tls-ends.h"

#include <string.h>
#include <time.h>

/* A server of GnuTLS's. */

/* Not gnutls_certificate_set_x509_key (): that puts a chain in order, and cuts off what it cannot.
 */
static gnutls_certificate_credentials_t
create_credentials (TlsPeer *peer)
{
  g_autofree gnutls_pcert_st *list = g_new0 (gnutls_pcert_st, peer->chain_size);
  gnutls_certificate_credentials_t credentials;
  gnutls_privkey_t key;
  int result;

  gnutls_certificate_allocate_credentials (&credentials);
  gnutls_privkey_init (&key);
  gnutls_privkey_import_x509 (key, peer->key, GNUTLS_PRIVKEY_IMPORT_COPY);
  for (guint i = 0; i < peer->chain_size; i++)
    g_assert_cmpint (gnutls_pcert_import_x509 (&list[i], peer->chain[i], 0), ==, 0);
  result = gnutls_certificate_set_key (credentials, NULL, 0, list, (int) peer->chain_size, key);
  g_assert_cmpint (result, >=, 0);
  return credentials;
}

/* As OpenSSL has it: TLS 1.2 knows no alert for a certificate that is missing. */
static gnutls_alert_description_t
get_alert (gnutls_session_t session, TlsPeer *peer)
{
  if (peer->wants_certificate && gnutls_protocol_get_version (session) == GNUTLS_TLS1_3)
    return GNUTLS_A_CERTIFICATE_REQUIRED;
  return GNUTLS_A_HANDSHAKE_FAILURE;
}

static gpointer
serve (gpointer data)
{
  TlsPeer *peer = data;
  GSocket *socket = g_socket_connection_get_socket (peer->connection);
  gnutls_certificate_credentials_t credentials = create_credentials (peer);
  gnutls_session_t session;
  char byte;

  g_socket_set_blocking (socket, TRUE);
  gnutls_init (&session, GNUTLS_SERVER);
  gnutls_priority_set_direct (session, peer->priority != NULL ? peer->priority : "NORMAL", NULL);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials);
  if (peer->wants_certificate)
    gnutls_certificate_server_set_request (session, GNUTLS_CERT_REQUIRE);
  gnutls_transport_set_int (session, g_socket_get_fd (socket));
  gnutls_handshake_set_timeout (session, 20000);
  do
    peer->result = gnutls_handshake (session);
  while (peer->result < 0 && !gnutls_error_is_fatal (peer->result));
  if (peer->result < 0)
    gnutls_alert_send (session, GNUTLS_AL_FATAL, get_alert (session, peer));
  else
    gnutls_record_recv (session, &byte, 1);
  g_socket_shutdown (socket, FALSE, TRUE, NULL);
  gnutls_deinit (session);
  gnutls_certificate_free_credentials (credentials);
  return NULL;
}

void
tls_peer_start (TlsPeer *peer, GIOStream *connection)
{
  peer->connection = G_SOCKET_CONNECTION (connection);
  peer->thread = g_thread_new ("tls-peer", serve, peer);
}

void
tls_peer_stop (TlsPeer *peer)
{
  g_thread_join (peer->thread);
  g_clear_object (&peer->connection);
  for (guint i = 0; i < peer->chain_size; i++)
    gnutls_x509_crt_deinit (peer->chain[i]);
  g_clear_pointer (&peer->chain, g_free);
  gnutls_x509_privkey_deinit (peer->key);
}

static gnutls_x509_crt_t
make_certificate (gnutls_x509_privkey_t key, guint number)
{
  g_autofree char *name = number > 0 ? g_strdup_printf ("%u", number) : g_strdup ("localhost");
  guint8 serial = (guint8) (number + 1);
  gnutls_x509_crt_t crt;

  gnutls_x509_crt_init (&crt);
  gnutls_x509_crt_set_version (crt, 3);
  gnutls_x509_crt_set_serial (crt, &serial, 1);
  gnutls_x509_crt_set_activation_time (crt, time (NULL) - 3600);
  gnutls_x509_crt_set_expiration_time (crt, time (NULL) + 86400);
  gnutls_x509_crt_set_key (crt, key);
  gnutls_x509_crt_set_dn_by_oid (crt, GNUTLS_OID_X520_COMMON_NAME, 0, name, (guint) strlen (name));
  if (number == 0)
    gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_DNSNAME, name, 9, GNUTLS_FSAN_SET);
  else
    gnutls_x509_crt_set_basic_constraints (crt, TRUE, -1);
  return crt;
}

void
tls_peer_make_chain (TlsPeer *peer, guint size, gboolean circular)
{
  guint above_last = circular ? size - 2 : size - 1;

  gnutls_x509_privkey_init (&peer->key);
  g_assert_cmpint (gnutls_x509_privkey_generate (peer->key,
                                                 GNUTLS_PK_ECDSA,
                                                 GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1),
                                                 0),
                   ==,
                   0);
  peer->chain = g_new0 (gnutls_x509_crt_t, size);
  peer->chain_size = size;
  for (guint i = 0; i < size; i++)
    peer->chain[i] = make_certificate (peer->key, i);
  for (guint i = 0; i < size; i++)
    {
      guint above = i + 1 < size ? i + 1 : above_last;

      g_assert_cmpint (gnutls_x509_crt_sign2 (peer->chain[i],
                                              peer->chain[above],
                                              peer->key,
                                              GNUTLS_DIG_SHA256,
                                              0),
                       ==,
                       0);
    }
}

static void
read_file (const char *name, const char *suffix, gnutls_datum_t *datum)
{
  g_autofree char *file = g_strconcat (name, suffix, NULL);
  g_autofree char *path = tls_path (file);
  g_autoptr (GError) error = NULL;
  char *data;
  gsize size;

  g_file_get_contents (path, &data, &size, &error);
  g_assert_no_error (error);
  datum->data = (guint8 *) data;
  datum->size = (guint) size;
}

void
tls_peer_load (TlsPeer *peer, const char *name)
{
  gnutls_datum_t pem;
  gnutls_datum_t key;

  read_file (name, ".pem", &pem);
  read_file (name, ".key", &key);
  peer->chain = g_new0 (gnutls_x509_crt_t, 1);
  peer->chain_size = 1;
  gnutls_x509_crt_init (&peer->chain[0]);
  gnutls_x509_privkey_init (&peer->key);
  g_assert_cmpint (gnutls_x509_crt_import (peer->chain[0], &pem, GNUTLS_X509_FMT_PEM), ==, 0);
  g_assert_cmpint (gnutls_x509_privkey_import (peer->key, &key, GNUTLS_X509_FMT_PEM), ==, 0);
  g_free (pem.data);
  g_free (key.data);
}
