/* SPDX-License-Identifier: MIT */

#include <gio/gunixsocketaddress.h>
#include <string.h>

#include "tests/api/way.h"
#include "tests/io/names.h"

/* The way to a server: without a proxy, and through those that the desktop names. */

static char *
make_server_url (Host *host, const char *name)
{
  return g_strdup_printf ("ws://user:secret@%s:%u/path?token=secret", name, host_get_port (host));
}

/* A port at which nobody listens. */
static guint16
get_dead_port (void)
{
  Host *host = host_new (HOST_BARE);
  guint16 port = host_get_port (host);

  host_free (host);
  return port;
}

static void
test_direct (void)
{
  Host *host = host_new (HOST_BARE);
  g_autofree char *url = make_server_url (host, "127.0.0.1");
  g_autoptr (Way) way = way_new (url, NULL);
  Raw *raw;

  desktop_set ("direct://", NULL);
  raw = way_start_to (way, host);
  way_wait (way);
  way_assert_open (way, raw);
  g_assert_null (way->outcome.proxy_head);
  g_assert_cmpstr (way->phases->str, ==, "RC");
  raw_free (raw);
  host_free (host);
}

static void
test_unix (void)
{
  Host *host = host_new (HOST_RAW_UNIX);
  g_autoptr (Way) way = way_new (host->url, NULL);

  desktop_set ("http://127.0.0.1:1", NULL);
  way_run (way);
  g_assert_no_error (way->error);
  g_assert_true (G_IS_UNIX_CONNECTION (way->outcome.stream));
  g_assert_cmpuint (desktop_count_questions (), ==, 0);
  faye_dial_outcome_clear (&way->outcome);
  WAIT_UNTIL (host->server != NULL && host->server->is_closed);
  log_end (host->server);
  host_free (host);
}

/* The URL's name is not looked up, and the desktop is not asked. */
static void
test_connectable (void)
{
  Host *host = host_new (HOST_BARE);
  g_autoptr (Way) way = way_new ("ws://nowhere.example/", NULL);
  Raw *raw;

  desktop_set_broken ();
  way->plan.connectable = g_network_address_new ("127.0.0.1", host_get_port (host));
  way->plan.local_address = g_inet_socket_address_new_from_string ("127.0.0.3", 0);
  raw = way_start_to (way, host);
  way_wait (way);
  way_assert_open (way, raw);
  g_assert_cmpuint (desktop_count_questions (), ==, 0);
  raw_free (raw);
  host_free (host);
}

static void
test_local_address (void)
{
  Host *host = host_new (HOST_BARE);
  g_autofree char *url = make_server_url (host, "127.0.0.1");
  g_autoptr (Way) way = way_new (url, NULL);
  g_autoptr (GSocketAddress) seen = NULL;
  g_autofree char *text = NULL;
  Raw *raw;

  desktop_set ("direct://", NULL);
  way->plan.local_address = g_inet_socket_address_new_from_string ("127.0.0.3", 0);
  raw = way_start_to (way, host);
  way_wait (way);
  seen = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (raw->stream), NULL);
  text =
    g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (seen)));
  g_assert_cmpstr (text, ==, "127.0.0.3");
  raw_free (raw);
  host_free (host);
}

static void
test_refused (void)
{
  g_autofree char *url = g_strdup_printf ("ws://u:secret@127.0.0.1:%u/?secret", get_dead_port ());
  g_autoptr (Way) way = way_new (url, NULL);

  desktop_set ("direct://", NULL);
  way_run (way);
  way_assert_error (way, FAYE_ERROR_CONNECT, "127.0.0.1:", "refused", NULL);
}

/* An address of IPv6 is written as in a URL. */
static void
test_refused_ipv6 (void)
{
  g_autofree char *url = g_strdup_printf ("ws://[::1]:%u/", get_dead_port ());
  g_autoptr (Way) way = way_new (url, NULL);

  desktop_set ("direct://", NULL);
  way_run (way);
  way_assert_error (way, FAYE_ERROR_CONNECT, "to [::1]:", NULL);
}

static void
test_F27_no_such_name (void)
{
  g_autoptr (Way) way = way_new ("ws://nowhere.example/", NULL);

  desktop_set ("direct://", NULL);
  way_run (way);
  way_assert_error (way, FAYE_ERROR_RESOLVE, "nowhere.example:80", "There is no", NULL);
  g_assert_cmpstr (way->phases->str, ==, "R");
}

static void
assert_cancelled (Way *way)
{
  g_cancellable_cancel (way->cancellable);
  way_wait (way);
  g_assert_error (way->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_F14_cancelled_before (void)
{
  g_autoptr (Way) way = way_new ("ws://127.0.0.1/", NULL);
  g_autoptr (Way) proxied = way_new ("ws://127.0.0.1/", "http://127.0.0.1:1");

  desktop_set ("direct://", NULL);
  g_cancellable_cancel (way->cancellable);
  way_start (way);
  assert_cancelled (way);
  g_assert_cmpstr (way->phases->str, ==, "");
  g_cancellable_cancel (proxied->cancellable);
  way_start (proxied);
  assert_cancelled (proxied);
  g_assert_cmpstr (proxied->phases->str, ==, "");
}

static void
test_F14_asking (void)
{
  g_autoptr (Way) way = way_new ("ws://127.0.0.1/", NULL);

  desktop_set_silent ();
  way_start (way);
  WAIT_UNTIL (desktop_count_questions () > 0);
  assert_cancelled (way);
  g_assert_cmpstr (way->phases->str, ==, "R");
}

static void
test_F14_resolving (void)
{
  g_autoptr (Way) way = way_new ("ws://silent.example/", NULL);

  desktop_set ("direct://", "direct://", NULL);
  names_add_silent ("silent.example");
  way_start (way);
  WAIT_UNTIL (names_count_pending () > 0);
  assert_cancelled (way);
  WAIT_UNTIL (names_count_pending () == 0);
  g_assert_cmpstr (way->phases->str, ==, "R");
  names_forget ();
}

/* A phase's own handler cancels. */
static void
test_F14_in_progress (gconstpointer data)
{
  int phase = GPOINTER_TO_INT (data);
  Host *host = host_new (HOST_BARE);
  g_autofree char *url = make_server_url (host, "127.0.0.1");
  g_autofree char *proxy = host_make_url (host, "http", "");
  g_autoptr (Way) way = way_new (url, proxy);

  way->cancel_at = phase;
  way_run (way);
  g_assert_error (way->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (way->phases->len, ==, phase - FAYE_PHASE_RESOLVING + 1);
  if (phase > FAYE_PHASE_CONNECTING)
    WAIT_UNTIL (host->raw != NULL);
  g_clear_pointer (&host->raw, raw_free);
  host_free (host);
}

/* The question has the schemes that resolvers know, and no secret; it is put anew each time. */
static void
test_question (void)
{
  Host *host = host_new (HOST_BARE);
  g_autofree char *url = make_server_url (host, "127.0.0.1");
  g_autofree char *expected = g_strdup_printf ("http://127.0.0.1:%u", host_get_port (host));

  desktop_set ("direct://", NULL);
  for (guint i = 1; i <= 2; i++)
    {
      g_autoptr (Way) way = way_new (url, NULL);

      way_run (way);
      g_assert_no_error (way->error);
      g_assert_cmpstr (desktop_get_question (), ==, expected);
      g_assert_cmpuint (desktop_count_questions (), ==, i);
      WAIT_UNTIL (host->raw != NULL);
      g_clear_pointer (&host->raw, raw_free);
    }
  host_free (host);
}

static void
test_question_wss (void)
{
  g_autoptr (Way) way = way_new ("wss://[::1]:1/", NULL);

  desktop_set ("direct://", NULL);
  way_run (way);
  g_assert_cmpstr (desktop_get_question (), ==, "https://[::1]:1");
  way_assert_error (way, FAYE_ERROR_CONNECT, NULL);
}

static void
test_desktop_broken (void)
{
  g_autoptr (Way) broken = way_new ("ws://127.0.0.1/?secret", NULL);
  g_autoptr (Way) empty = way_new ("ws://127.0.0.1/?secret", NULL);
  g_autoptr (Way) strange = way_new ("ws://127.0.0.1/?secret", NULL);

  desktop_set_broken ();
  way_run (broken);
  way_assert_error (broken, FAYE_ERROR_PROXY, "127.0.0.1:80", "settings are broken", NULL);
  desktop_set (NULL, NULL);
  way_run (empty);
  way_assert_error (empty, FAYE_ERROR_PROXY, "empty", NULL);
  desktop_set ("quic://u:secret@p", "http://u:secret@p:0", NULL);
  way_run (strange);
  way_assert_error (strange, FAYE_ERROR_PROXY, "quic://p", NULL);
}

/* What cannot be used, is dead or nonsense is passed over. */
static void
test_desktop_fallback (void)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *dead = g_strdup_printf ("http://u:secret@127.0.0.1:%u", get_dead_port ());
  g_autofree char *alive = host_make_url (proxy, "http", "");
  g_autoptr (Way) way = way_new ("ws://server.example/", NULL);
  g_autofree char *request = NULL;
  Raw *raw;

  desktop_set ("quic://p", dead, "http://nowhere.example", alive, "direct://", NULL);
  raw = way_start_to (way, proxy);
  request = raw_read_head (raw);
  /* A46: the second proxy gets nothing of the first's. */
  g_assert_cmpstr (request,
                   ==,
                   "CONNECT server.example:80 HTTP/1.1\r\nHost: server.example:80\r\n\r\n");
  raw_print (raw, "HTTP/1.1 200 OK\r\n\r\n");
  way_wait (way);
  way_assert_open (way, raw);
  g_assert_cmpuint (way->outcome.proxy_head->status, ==, 200);
  g_assert_cmpstr (way->phases->str, ==, "RCRCP");
  raw_free (raw);
  host_free (proxy);
}

/* A proxy that hangs up on us is no worse than one that is not there. */
static void
test_desktop_hang_up (void)
{
  Host *proxy = host_new (HOST_BARE);
  Host *server = host_new (HOST_BARE);
  g_autofree char *first = host_make_url (proxy, "http", "u:secret@");
  g_autofree char *url = make_server_url (server, "127.0.0.1");
  g_autoptr (Way) way = way_new (url, NULL);
  g_autofree char *request = NULL;
  Raw *raw;

  desktop_set (first, "direct://", NULL);
  raw = way_start_to (way, proxy);
  request = raw_read_head (raw);
  raw_free (raw);
  way_wait (way);
  WAIT_UNTIL (server->raw != NULL);
  way_assert_open (way, server->raw);
  g_assert_null (way->outcome.proxy_head);
  raw_free (server->raw);
  host_free (server);
  host_free (proxy);
}

/* But its answer is final. */
static void
test_desktop_refusal (void)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *first = host_make_url (proxy, "http", "u:secret@");
  g_autoptr (Way) way = way_new ("ws://127.0.0.1/", NULL);
  Raw *raw;

  desktop_set (first, "direct://", NULL);
  raw = way_start_to (way, proxy);
  g_free (raw_read_head (raw));
  raw_print (raw, "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n");
  way_wait (way);
  way_assert_error (way, FAYE_ERROR_PROXY_AUTHENTICATION, "407", NULL);
  g_assert_cmpuint (way->outcome.proxy_head->status, ==, 407);
  raw_free (raw);
  host_free (proxy);
}

/* When all fail, the first is told, for it is what was meant. */
static void
test_desktop_all_fail (void)
{
  g_autofree char *proxy = g_strdup_printf ("http://u:secret@127.0.0.1:%u", get_dead_port ());
  g_autoptr (Way) way = way_new ("ws://nowhere.example/?secret", NULL);

  desktop_set (proxy, "http://nowhere.example", "direct://", NULL);
  way_run (way);
  way_assert_error (way, FAYE_ERROR_PROXY, "the proxy http://127.0.0.1:", "refused", NULL);
}

/* The trust is our own test certificate's, and the proxy none. */
static void
test_tls (void)
{
  Host *host = host_new (HOST_RAW_TLS);
  g_autoptr (Way) way = way_new (host->url, NULL);

  desktop_set ("direct://", NULL);
  way_run (way);
  g_assert_no_error (way->error);
  g_assert_true (G_IS_TLS_CONNECTION (way->outcome.stream));
  g_assert_cmpstr (way->phases->str, ==, "RCS");
  faye_dial_outcome_clear (&way->outcome);
  WAIT_UNTIL (host->server != NULL && host->server->is_closed);
  log_end (host->server);
  host_free (host);
}

/* A48: the name in the URL is what counts, whoever is dialled. A server's fault is final. */
static void
test_A48_wrong_name (void)
{
  Host *host = host_new (HOST_RAW_TLS);
  g_autofree char *url = g_strdup_printf ("wss://other.example:%u/", host_get_port (host));
  const char *const addresses[] = { "127.0.0.1", NULL };
  g_autoptr (Way) way = way_new (url, NULL);

  names_add ("other.example", addresses);
  desktop_set ("direct://", "direct://", NULL);
  way_run (way);
  way_assert_error (way, FAYE_ERROR_CERTIFICATE, "other.example:", NULL);
  g_assert_cmpuint (host->n_connections, ==, 1);
  WAIT_UNTIL (host->server->is_closed);
  log_end (host->server);
  host_free (host);
  names_forget ();
}

/* A peer that never answers our hello. */
static void
test_F14_securing (void)
{
  Host *host = host_new (HOST_BARE);
  g_autofree char *url = g_strdup_printf ("wss://127.0.0.1:%u/", host_get_port (host));
  g_autoptr (Way) way = way_new (url, NULL);
  Raw *raw;

  desktop_set ("direct://", NULL);
  raw = way_start_to (way, host);
  WAIT_UNTIL (raw->in->len > 0);
  g_assert_cmpstr (way->phases->str, ==, "RCS");
  assert_cancelled (way);
  WAIT_UNTIL (raw->ended);
  raw_free (raw);
  host_free (host);
}

#define PATH "/faye/api/dial/"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  desktop_install ();
  names_install ();
  host_trust_certificate ();
  g_test_add_func (PATH "direct", test_direct);
  g_test_add_func (PATH "unix", test_unix);
  g_test_add_func (PATH "connectable", test_connectable);
  g_test_add_func (PATH "local-address", test_local_address);
  g_test_add_func (PATH "refused", test_refused);
  g_test_add_func (PATH "refused-ipv6", test_refused_ipv6);
  g_test_add_func (PATH "F27-no-such-name", test_F27_no_such_name);
  g_test_add_func (PATH "F14-cancelled-before", test_F14_cancelled_before);
  g_test_add_func (PATH "F14-asking", test_F14_asking);
  g_test_add_func (PATH "F14-resolving", test_F14_resolving);
  g_test_add_func (PATH "F14-securing", test_F14_securing);
  g_test_add_data_func (PATH "F14-in-progress/resolving",
                        GINT_TO_POINTER (FAYE_PHASE_RESOLVING),
                        test_F14_in_progress);
  g_test_add_data_func (PATH "F14-in-progress/connecting",
                        GINT_TO_POINTER (FAYE_PHASE_CONNECTING),
                        test_F14_in_progress);
  g_test_add_data_func (PATH "F14-in-progress/proxying",
                        GINT_TO_POINTER (FAYE_PHASE_PROXYING),
                        test_F14_in_progress);
  g_test_add_func (PATH "question", test_question);
  g_test_add_func (PATH "question-wss", test_question_wss);
  g_test_add_func (PATH "desktop-broken", test_desktop_broken);
  g_test_add_func (PATH "A46-desktop-fallback", test_desktop_fallback);
  g_test_add_func (PATH "desktop-hang-up", test_desktop_hang_up);
  g_test_add_func (PATH "desktop-refusal", test_desktop_refusal);
  g_test_add_func (PATH "desktop-all-fail", test_desktop_all_fail);
  g_test_add_func (PATH "tls", test_tls);
  g_test_add_func (PATH "A48-wrong-name", test_A48_wrong_name);
  return g_test_run ();
}
