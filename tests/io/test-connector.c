/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-connector-private.h"

#include <string.h>
#include <sys/resource.h>

#include "tests/io/names.h"
#include "tests/io/pairs.h"

/* Dialling: names that do and do not exist, addresses that do and do not answer. */

typedef struct
{
  GString *steps;                /* (owned) */
  GCancellable *cancellable;     /* (owned) */
  int cancel_at;                 /* the step that cancels; -1: none */
  GSocketConnection *connection; /* (owned) (nullable) */
  gboolean resolved;
  GError *error; /* (owned) (nullable) */
  gboolean done;
  guint n_done;
} Call;

static Call *
call_new (void)
{
  Call *call = g_new0 (Call, 1);

  call->steps = g_string_new (NULL);
  call->cancellable = g_cancellable_new ();
  call->cancel_at = -1;
  return call;
}

static void
call_free (Call *call)
{
  g_string_free (call->steps, TRUE);
  g_object_unref (call->cancellable);
  g_clear_object (&call->connection);
  g_clear_error (&call->error);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
began (gpointer owner, FayeConnectorStep step)
{
  Call *call = owner;

  g_assert_false (call->done);
  g_string_append_c (call->steps, step == FAYE_CONNECTOR_RESOLVING ? 'r' : 'c');
  if (call->cancel_at == (int) step)
    g_cancellable_cancel (call->cancellable);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  call->connection = faye_connector_dial_finish (result, &call->resolved, &call->error);
  call->done = TRUE;
  call->n_done++;
}

static void
call_start (Call *call, GSocketConnectable *connectable, const char *local_address)
{
  g_autoptr (GSocketAddress) local =
    local_address != NULL ? g_inet_socket_address_new_from_string (local_address, 0) : NULL;
  FayeConnectorPlan plan = {
    .connectable = connectable,
    .local_address = local,
    .began = began,
    .owner = call,
  };

  faye_connector_dial_async (&plan, call->cancellable, done_cb, call);
}

static void
call_run (Call *call, GSocketConnectable *connectable, const char *local_address)
{
  call_start (call, connectable, local_address);
  pair_wait_for (NULL, &call->done);
}

/* A listener whose queue takes what comes. */
static GSocketListener *
listen_on (const char *text, guint16 *port)
{
  GSocketListener *listener = g_socket_listener_new ();
  g_autoptr (GSocketAddress) wish = g_inet_socket_address_new_from_string (text, *port);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  g_socket_listener_add_address (listener,
                                 wish,
                                 G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_DEFAULT,
                                 NULL,
                                 &address,
                                 &error);
  g_assert_no_error (error);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  return listener;
}

static void
test_connect (void)
{
  guint16 port = 0;
  g_autoptr (GSocketListener) listener = listen_on ("127.0.0.1", &port);
  g_autoptr (GSocketConnectable) connectable = g_network_address_new ("server.example", port);
  const char *const addresses[] = { "127.0.0.1", NULL };
  g_autoptr (Call) call = call_new ();

  names_add ("server.example", addresses);
  call_run (call, connectable, NULL);
  g_assert_no_error (call->error);
  g_assert_true (G_IS_TCP_CONNECTION (call->connection));
  g_assert_true (call->resolved);
  g_assert_cmpstr (call->steps->str, ==, "rc");
  g_assert_cmpstr (names_get_last (), ==, "server.example");
  names_forget ();
}

static void
test_local_address (void)
{
  guint16 port = 0;
  g_autoptr (GSocketListener) listener = listen_on ("127.0.0.1", &port);
  g_autoptr (GSocketConnectable) connectable = g_network_address_new ("127.0.0.1", port);
  g_autoptr (GSocketAddress) local = NULL;
  g_autofree char *text = NULL;
  g_autoptr (Call) call = call_new ();
  g_autoptr (Call) bad = call_new ();

  call_run (call, connectable, "127.0.0.2");
  g_assert_no_error (call->error);
  local = g_socket_connection_get_local_address (call->connection, NULL);
  text =
    g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (local)));
  g_assert_cmpstr (text, ==, "127.0.0.2");

  /* F22: EADDRNOTAVAIL */
  call_run (bad, connectable, "192.0.2.1");
  g_assert_error (bad->error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_null (bad->connection);
  g_assert_true (bad->resolved);
}

static void
test_refused (void)
{
  guint16 port = 0;
  g_autoptr (GSocketListener) listener = listen_on ("127.0.0.1", &port);
  g_autoptr (GSocketConnectable) connectable = g_network_address_new ("127.0.0.1", port);
  g_autoptr (Call) call = call_new ();

  g_socket_listener_close (listener);
  call_run (call, connectable, NULL);
  g_assert_error (call->error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_true (call->resolved);
}

static void
test_F27_no_such_name (void)
{
  g_autoptr (GSocketConnectable) connectable = g_network_address_new ("nowhere.example", 80);
  g_autoptr (Call) call = call_new ();

  call_run (call, connectable, NULL);
  g_assert_error (call->error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND);
  g_assert_false (call->resolved);
  g_assert_cmpstr (call->steps->str, ==, "r");
}

static void
test_F27_silent_resolver (void)
{
  g_autoptr (GSocketConnectable) connectable = g_network_address_new ("silent.example", 80);
  g_autoptr (Call) call = call_new ();

  names_add_silent ("silent.example");
  call_start (call, connectable, NULL);
  while (names_count_pending () == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (call->done);
  g_cancellable_cancel (call->cancellable);
  pair_wait_for (NULL, &call->done);
  while (names_count_pending () > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (call->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (names_count_cancelled (), >, 0);
  g_assert_cmpuint (call->n_done, ==, 1);
  names_forget ();
}

/* The other family answers while the first is in the hole (RFC 8305, section 5). */
static void
test_F27_blackhole (gconstpointer data)
{
  const char *hole_address = data;
  Blackhole hole = { NULL };
  g_autoptr (GSocketListener) listener = NULL;
  g_autoptr (GSocketConnectable) connectable = NULL;
  const char *const addresses[] = { hole_address, "127.0.0.1", NULL };
  g_autoptr (Call) call = call_new ();
  gint64 begun;

  if (!blackhole_open (&hole, hole_address, 0))
    {
      blackhole_close (&hole);
      g_test_skip ("this system has no such hole");
      return;
    }
  listener = listen_on ("127.0.0.1", &hole.port);
  connectable = g_network_address_new ("both.example", hole.port);
  names_add ("both.example", addresses);
  begun = g_get_monotonic_time ();
  call_run (call, connectable, NULL);
  g_assert_no_error (call->error);
  g_assert_cmpint (g_get_monotonic_time () - begun, <=, 500 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpstr (call->steps->str, ==, "rc");
  names_forget ();
  blackhole_close (&hole);
}

static void
test_F27_thousand_addresses (void)
{
  guint16 port = 0;
  g_autoptr (GSocketListener) listener = listen_on ("127.0.0.1", &port);
  g_autoptr (GSocketConnectable) connectable = g_network_address_new ("many.example", port);
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (Call) call = call_new ();
  g_autoptr (Call) refused = call_new ();

  for (guint i = 1; i < 1000; i++)
    g_ptr_array_add (addresses, g_strdup_printf ("127.0.%u.%u", 1 + i / 250, 1 + i % 250));
  g_ptr_array_add (addresses, g_strdup ("127.0.0.1"));
  g_ptr_array_add (addresses, NULL);
  names_add ("many.example", (const char *const *) addresses->pdata);
  call_run (call, connectable, NULL);
  g_assert_no_error (call->error);
  g_assert_cmpstr (call->steps->str, ==, "rc");

  g_socket_listener_close (listener);
  call_run (refused, connectable, NULL);
  g_assert_error (refused->error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  names_forget ();
}

static void
test_F14_cancelled_before (void)
{
  g_autoptr (GSocketConnectable) connectable = g_network_address_new ("127.0.0.1", 9);
  g_autoptr (Call) call = call_new ();

  g_cancellable_cancel (call->cancellable);
  call_run (call, connectable, NULL);
  g_assert_error (call->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (call->steps->str, ==, "");
}

/* From inside the steps. */
static void
test_F14_cancel_at (gconstpointer data)
{
  int step = GPOINTER_TO_INT (data);
  guint16 port = 0;
  g_autoptr (GSocketListener) listener = listen_on ("127.0.0.1", &port);
  g_autoptr (GSocketConnectable) connectable = g_network_address_new ("127.0.0.1", port);
  g_autoptr (Call) call = call_new ();

  call->cancel_at = step;
  call_run (call, connectable, NULL);
  g_assert_error (call->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (call->connection);
  g_assert_cmpuint (call->steps->len, ==, (gsize) step + 1);
}

static void
test_F14_cancel_connecting (void)
{
  Blackhole hole = { NULL };
  g_autoptr (GSocketConnectable) connectable = NULL;
  g_autoptr (Call) call = call_new ();

  if (!blackhole_open (&hole, "127.0.0.1", 0))
    {
      blackhole_close (&hole);
      g_test_skip ("this system has no such hole");
      return;
    }
  connectable = g_network_address_new ("127.0.0.1", hole.port);
  call_start (call, connectable, NULL);
  while (strchr (call->steps->str, 'c') == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (call->done);
  g_cancellable_cancel (call->cancellable);
  pair_wait_for (NULL, &call->done);
  g_assert_error (call->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  blackhole_close (&hole);
}

/* F22: EMFILE */
static void
test_F22_no_descriptors (void)
{
  guint16 port = 0;
  g_autoptr (GSocketListener) listener = listen_on ("127.0.0.1", &port);
  g_autoptr (GSocketConnectable) connectable = g_network_address_new ("127.0.0.1", port);
  g_autoptr (Call) call = call_new ();
  g_autoptr (Call) again = call_new ();
  struct rlimit before;
  struct rlimit none;

  getrlimit (RLIMIT_NOFILE, &before);
  none = before;
  none.rlim_cur = 3;
  setrlimit (RLIMIT_NOFILE, &none);
  call_run (call, connectable, NULL);
  setrlimit (RLIMIT_NOFILE, &before);
  g_assert_nonnull (call->error);
  g_assert_true (call->resolved);
  g_assert_cmpstr (call->steps->str, ==, "r");

  call_run (again, connectable, NULL);
  g_assert_no_error (again->error);
}

#define PATH "/faye/io/connector/"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  names_install ();
  g_test_add_func (PATH "connect", test_connect);
  g_test_add_func (PATH "local-address", test_local_address);
  g_test_add_func (PATH "refused", test_refused);
  g_test_add_func (PATH "F14-cancelled-before", test_F14_cancelled_before);
  g_test_add_data_func (PATH "F14-cancel-at/resolving",
                        GINT_TO_POINTER (FAYE_CONNECTOR_RESOLVING),
                        test_F14_cancel_at);
  g_test_add_data_func (PATH "F14-cancel-at/connecting",
                        GINT_TO_POINTER (FAYE_CONNECTOR_CONNECTING),
                        test_F14_cancel_at);
  g_test_add_func (PATH "F14-cancel-connecting", test_F14_cancel_connecting);
  g_test_add_func (PATH "F22-no-descriptors", test_F22_no_descriptors);
  g_test_add_func (PATH "F27-no-such-name", test_F27_no_such_name);
  g_test_add_func (PATH "F27-silent-resolver", test_F27_silent_resolver);
  g_test_add_data_func (PATH "F27-blackhole/ipv6", "::1", test_F27_blackhole);
  g_test_add_data_func (PATH "F27-blackhole/ipv4", "127.0.0.2", test_F27_blackhole);
  g_test_add_func (PATH "F27-thousand-addresses", test_F27_thousand_addresses);
  return g_test_run ();
}
