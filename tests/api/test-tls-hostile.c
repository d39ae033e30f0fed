/* SPDX-License-Identifier: MIT */

#include "tests/api/tls-ends.h"
#include "tests/api/tls-peer.h"
#include "tests/io/pairs.h"

#include <string.h>

/* Peers that do not play along: A49, and versions and refusals of TLS. */

#define ENOUGH (15 * G_TIME_SPAN_SECOND)

static FayeTls *
new_trusting (void)
{
  g_autofree char *path = tls_path ("ca.pem");

  return g_object_new (FAYE_TYPE_TLS, "ca-file", path, NULL);
}

/* (transfer full) (nullable) Until the client's handshake with PEER has ended. */
static GIOStream *
secure (TlsPeer *peer, FayeTls *tls, GError **error)
{
  g_autoptr (GSocketConnectable) identity = g_network_address_new ("localhost", 0);
  g_autoptr (GIOStream) base = NULL;
  GIOStream *stream;
  Call call = { NULL };
  GIOStream *other;

  pair_open (PAIR_TCP, &base, &other);
  tls_peer_start (peer, other);
  faye_tls_secure_async (tls, base, identity, G_PRIORITY_DEFAULT, NULL, call_cb, &call);
  WAIT_UNTIL (call.n_done == 1);
  stream = faye_tls_secure_finish (call.result, error);
  g_clear_object (&call.result);
  if (stream == NULL)
    g_socket_close (g_socket_connection_get_socket (G_SOCKET_CONNECTION (base)), NULL);
  return stream;
}

static gboolean
accept_cb (FayeTls *tls, GTlsCertificate *certificate, GTlsCertificateFlags flags, gpointer data)
{
  g_error ("Asked about a chain that nobody should look at");
  return TRUE;
}

/* Whatever the program says: no handler ever sees such a chain. */
static void
check_chain (guint size, gboolean circular)
{
  g_autoptr (FayeTls) tls = new_trusting ();
  g_autoptr (GError) error = NULL;
  TlsPeer peer = { NULL };
  gint64 start;

  tls_peer_make_chain (&peer, size, circular);
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_cb), NULL);
  start = g_get_monotonic_time ();
  g_assert_null (secure (&peer, tls, &error));
  g_assert_cmpint (g_get_monotonic_time () - start, <, ENOUGH);
  g_assert_error (error, FAYE_ERROR, FAYE_ERROR_CERTIFICATE);
  tls_assert_error (error, FAYE_ERROR_CERTIFICATE, "has no end");
  tls_peer_stop (&peer);
}

static void
test_A49_circular (void)
{
  check_chain (3, TRUE);
}

static void
test_A49_long_chain (void)
{
  check_chain (100, FALSE);
}

/* One that is merely unknown is asked about. */
static void
test_A49_short_chain (void)
{
  g_autoptr (FayeTls) tls = new_trusting ();
  g_autoptr (GError) error = NULL;
  TlsPeer peer = { NULL };

  tls_peer_make_chain (&peer, 5, FALSE);
  g_assert_null (secure (&peer, tls, &error));
  tls_assert_error (error, FAYE_ERROR_CERTIFICATE, "its issuer is not trusted");
  tls_peer_stop (&peer);
}

/* Whether GnuTLS refuses them, or we do. */
static void
test_old_version (void)
{
  g_autoptr (FayeTls) tls = new_trusting ();
  g_autoptr (GError) error = NULL;
  TlsPeer peer = { "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0:%COMPAT" };

  tls_peer_load (&peer, "server");
  g_assert_null (secure (&peer, tls, &error));
  tls_assert_error (error, FAYE_ERROR_TLS, "");
  tls_peer_stop (&peer);
}

static void
test_tls12 (void)
{
  g_autoptr (FayeTls) tls = new_trusting ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) stream = NULL;
  TlsPeer peer = { "NORMAL:-VERS-ALL:+VERS-TLS1.2" };

  tls_peer_load (&peer, "server");
  stream = secure (&peer, tls, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_tls_connection_get_protocol_version (G_TLS_CONNECTION (stream)),
                   ==,
                   G_TLS_PROTOCOL_VERSION_TLS_1_2);
  g_io_stream_close (stream, NULL, NULL);
  tls_peer_stop (&peer);
}

/* With TLS 1.2 the handshake fails; with TLS 1.3 it is over on our side when the server says no. */
static void
test_certificate_required (gconstpointer priority)
{
  g_autoptr (FayeTls) tls = new_trusting ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) stream = NULL;
  TlsPeer peer = { priority, TRUE };

  tls_peer_load (&peer, "server");
  stream = secure (&peer, tls, &error);
  if (stream != NULL)
    {
      GError *cause = NULL;
      char byte;

      g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (stream),
                                            &byte,
                                            1,
                                            NULL,
                                            &cause),
                       ==,
                       -1);
      error = faye_tls_explain (stream, cause);
      g_clear_error (&cause);
      g_io_stream_close (stream, NULL, NULL);
    }
  tls_assert_error (error, FAYE_ERROR_TLS, "The peer wants a client certificate");
  tls_peer_stop (&peer);
  g_assert_cmpint (peer.result, <, 0);
}

/* A peer whose first bytes are no TLS. */
static void
test_no_tls (void)
{
  g_autoptr (FayeTls) tls = new_trusting ();
  g_autoptr (GSocketConnectable) identity = g_network_address_new ("localhost", 0);
  g_autoptr (GIOStream) base = NULL;
  g_autoptr (GIOStream) other = NULL;
  g_autoptr (GError) error = NULL;
  const char *text = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
  Call call = { NULL };

  pair_open (PAIR_TCP, &base, &other);
  g_output_stream_write_all (g_io_stream_get_output_stream (other),
                             text,
                             strlen (text),
                             NULL,
                             NULL,
                             NULL);
  faye_tls_secure_async (tls, base, identity, G_PRIORITY_DEFAULT, NULL, call_cb, &call);
  WAIT_UNTIL (call.n_done == 1);
  g_assert_null (faye_tls_secure_finish (call.result, &error));
  tls_assert_error (error, FAYE_ERROR_TLS, "");
  g_clear_object (&call.result);
}

/* F14 */
static void
test_F14_cancelled (gconstpointer data)
{
  g_autoptr (FayeTls) tls = new_trusting ();
  g_autoptr (GSocketConnectable) identity = g_network_address_new ("localhost", 0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GIOStream) base = NULL;
  g_autoptr (GIOStream) other = NULL;
  g_autoptr (GError) error = NULL;
  Call call = { NULL };

  pair_open (PAIR_TCP, &base, &other);
  if (data != NULL)
    g_cancellable_cancel (cancellable);
  faye_tls_secure_async (tls, base, identity, G_PRIORITY_DEFAULT, cancellable, call_cb, &call);
  if (data == NULL)
    {
      harness_turn_for (20);
      g_cancellable_cancel (cancellable);
    }
  WAIT_UNTIL (call.n_done == 1);
  g_assert_null (faye_tls_secure_finish (call.result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (&call.result);
}

/* In kB; nothing with ASan, which keeps for a while what was freed. */
static guint
get_peak_memory (void)
{
  g_autofree char *status = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  line = strstr (status, "VmHWM:");
  g_assert_nonnull (line);
#ifdef __SANITIZE_ADDRESS__
  return 0;
#endif
  return (guint) g_ascii_strtoull (line + 6, NULL, 10);
}

static void
hurry_cb (Host *host, Log *log)
{
  faye_web_socket_set_handshake_timeout (log->socket, 0.5);
}

/* A ClientHello that says it is 16 MiB long, the most that can be said, and goes on and on. GnuTLS
 * keeps all of it; what ends it is our deadline, which counts TLS too. */
static void
test_A49_long_hello (void)
{
  Host *host = host_new (HOST_RAW_TLS);
  Raw *raw;
  guint8 record[5 + 16384] = { 22, 3, 1, 64, 0 };
  guint before = get_peak_memory ();

  host->made = hurry_cb;
  raw = raw_new (host_dial (host), TRUE);
  memcpy (record + 5, "\x01\xff\xff\xff\x03\x03", 6);
  for (guint n = 0; n < 1020 && !raw->ended; n++)
    {
      raw_send (raw, record, sizeof record);
      memset (record + 5, 0, 16384);
      while (!raw->ended && !g_queue_is_empty (&raw->out))
        g_main_context_iteration (NULL, TRUE);
    }
  WAIT_UNTIL (host->server != NULL && host->server->is_closed);
  g_assert_cmpuint (get_peak_memory () - before, <, 24 * 1024);
  ASSERT_LOG (host->server, "error timed-out", "closed 1006 ");
  log_end (host->server);
  raw_free (raw);
  host_free (host);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/api/tls-hostile/A49-circular-chain", test_A49_circular);
  g_test_add_func ("/faye/api/tls-hostile/A49-long-chain", test_A49_long_chain);
  g_test_add_func ("/faye/api/tls-hostile/A49-short-chain", test_A49_short_chain);
  g_test_add_func ("/faye/api/tls-hostile/A49-long-hello", test_A49_long_hello);
  g_test_add_func ("/faye/api/tls-hostile/old-version", test_old_version);
  g_test_add_func ("/faye/api/tls-hostile/tls-1.2", test_tls12);
  g_test_add_data_func ("/faye/api/tls-hostile/certificate-required-1.2",
                        "NORMAL:-VERS-ALL:+VERS-TLS1.2",
                        test_certificate_required);
  g_test_add_data_func ("/faye/api/tls-hostile/certificate-required-1.3",
                        "NORMAL:-VERS-ALL:+VERS-TLS1.3",
                        test_certificate_required);
  g_test_add_func ("/faye/api/tls-hostile/no-tls", test_no_tls);
  g_test_add_data_func ("/faye/api/tls-hostile/F14-cancelled", NULL, test_F14_cancelled);
  g_test_add_data_func ("/faye/api/tls-hostile/F14-cancelled-before", "", test_F14_cancelled);
  return g_test_run ();
}
