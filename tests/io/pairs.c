/* SPDX-License-Identifier: MIT */

#include "tests/io/pairs.h"

#include "tests/io/fault-stream.h"

#include <gnutls/x509.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* A pool's thread that is ending just when the program does looks like a leak: none ends before. */
__attribute__ ((constructor)) static void
keep_pool_threads (void)
{
  g_thread_pool_set_max_unused_threads (-1);
}

const char *
pair_name (PairKind kind)
{
  static const char *const names[] = { "unix", "tcp", "pollable", "async", "tls" };

  return names[kind];
}

static GIOStream *
wrap_descriptor (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);

  g_assert_no_error (error);
  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

static void
open_unix (GIOStream **a, GIOStream **b)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  *a = wrap_descriptor (fds[0]);
  *b = wrap_descriptor (fds[1]);
}

static void
open_tcp (GIOStream **a, GIOStream **b)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);

  g_assert_no_error (error);
  g_socket_client_set_enable_proxy (client, FALSE);
  *a = G_IO_STREAM (g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, &error));
  g_assert_no_error (error);
  *b = G_IO_STREAM (g_socket_listener_accept (listener, NULL, NULL, &error));
  g_assert_no_error (error);
}

static void
open_fault (gboolean pollable, GIOStream **a, GIOStream **b)
{
  FaultStream *one = fault_stream_new (pollable);
  FaultStream *other = fault_stream_new (pollable);

  fault_stream_link (one, other);
  *a = G_IO_STREAM (one);
  *b = G_IO_STREAM (other);
}

static void
fill_certificate (gnutls_x509_crt_t crt, gnutls_x509_privkey_t key)
{
  gnutls_x509_crt_set_version (crt, 3);
  gnutls_x509_crt_set_serial (crt, "\x01", 1);
  gnutls_x509_crt_set_activation_time (crt, time (NULL) - 3600);
  gnutls_x509_crt_set_expiration_time (crt, time (NULL) + 86400);
  gnutls_x509_crt_set_key (crt, key);
  gnutls_x509_crt_set_dn_by_oid (crt, GNUTLS_OID_X520_COMMON_NAME, 0, "localhost", 9);
  gnutls_x509_crt_set_subject_alt_name (crt, GNUTLS_SAN_DNSNAME, "localhost", 9, GNUTLS_FSAN_SET);
  g_assert_cmpint (gnutls_x509_crt_sign2 (crt, crt, key, GNUTLS_DIG_SHA256, 0), ==, 0);
}

static GTlsCertificate *
make_certificate (void)
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t crt;
  gnutls_datum_t key_pem, crt_pem;
  g_autofree char *pem = NULL;
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate;

  gnutls_x509_privkey_init (&key);
  gnutls_x509_crt_init (&crt);
  g_assert_cmpint (gnutls_x509_privkey_generate (key,
                                                 GNUTLS_PK_ECDSA,
                                                 GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1),
                                                 0),
                   ==,
                   0);
  fill_certificate (crt, key);
  gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, 0, &key_pem);
  gnutls_x509_crt_export2 (crt, GNUTLS_X509_FMT_PEM, &crt_pem);
  pem = g_strdup_printf ("%.*s\n%.*s\n",
                         (int) crt_pem.size,
                         crt_pem.data,
                         (int) key_pem.size,
                         key_pem.data);
  certificate = g_tls_certificate_new_from_pem (pem, -1, &error);
  g_assert_no_error (error);
  gnutls_free (key_pem.data);
  gnutls_free (crt_pem.data);
  gnutls_x509_crt_deinit (crt);
  gnutls_x509_privkey_deinit (key);
  return certificate;
}

GTlsCertificate *
pair_get_certificate (void)
{
  static GTlsCertificate *certificate = NULL;

  if (certificate == NULL)
    certificate = make_certificate ();
  return certificate;
}

static gboolean
accept_certificate_cb (GTlsConnection *connection,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags flags,
                       gpointer user_data)
{
  return TRUE;
}

GIOStream *
pair_add_tls_client (GIOStream *base)
{
  g_autoptr (GError) error = NULL;
  GIOStream *stream = g_tls_client_connection_new (base, NULL, &error);

  g_assert_no_error (error);
  g_signal_connect (stream, "accept-certificate", G_CALLBACK (accept_certificate_cb), NULL);
  return stream;
}

static void
open_tls (GIOStream **a, GIOStream **b)
{
  g_autoptr (GIOStream) client = NULL;
  g_autoptr (GIOStream) server = NULL;
  g_autoptr (GError) error = NULL;

  open_tcp (&client, &server);
  *a = pair_add_tls_client (client);
  *b = g_tls_server_connection_new (server, pair_get_certificate (), &error);
  g_assert_no_error (error);
}

void
pair_open (PairKind kind, GIOStream **a, GIOStream **b)
{
  if (kind == PAIR_UNIX)
    open_unix (a, b);
  else if (kind == PAIR_TCP)
    open_tcp (a, b);
  else if (kind == PAIR_TLS)
    open_tls (a, b);
  else
    open_fault (kind == PAIR_POLLABLE, a, b);
}

static gboolean
late_cb (gpointer user_data)
{
  g_error ("Nothing happened for 20 s");
  return G_SOURCE_REMOVE;
}

void
pair_wait_for (GMainContext *context, const gboolean *flag)
{
  g_autoptr (GSource) source = g_timeout_source_new_seconds (20);

  g_source_set_callback (source, late_cb, NULL, NULL);
  g_source_attach (source, context);
  while (!*flag)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (source);
}

guint
pair_count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}
