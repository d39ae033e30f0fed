/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "tests/api/way.h"
#include "tests/io/names.h"

/* The way through a SOCKS proxy: a script plays the proxy (RFC 1928, RFC 1929, and the papers on
 * SOCKS 4 and 4a). */

#define BYTES(literal) literal, sizeof literal - 1

static void
expect (Raw *raw, const char *bytes, gsize size)
{
  WAIT_UNTIL (raw->in->len >= size || raw->ended);
  g_assert_cmpmem (raw->in->data, raw->in->len, bytes, size);
  g_byte_array_set_size (raw->in, 0);
}

static void
open_and_end (Way *way, Raw *raw, Host *proxy)
{
  way_wait (way);
  g_assert_cmpstr (way->phases->str, ==, "RCP");
  way_assert_open (way, raw);
  g_assert_null (way->outcome.proxy_head);
  raw_free (raw);
  host_free (proxy);
}

/* The name is the proxy's to resolve. */
static void
test_socks5 (void)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "socks5", "");
  g_autoptr (Way) way = way_new ("ws://user:secret@server.example:8080/?secret", url);
  Raw *raw = way_start_to (way, proxy);

  expect (raw, BYTES ("\5\1\0"));
  raw_send (raw, BYTES ("\5\0"));
  expect (raw, BYTES ("\5\1\0\3\16server.example\x1f\x90"));
  raw_send (raw, BYTES ("\5\0\0\1\x7f\0\0\1\0\1"));
  open_and_end (way, raw, proxy);
  g_assert_null (names_get_last ());
}

static void
test_socks5_credentials (void)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "socks5", "u:p%40@");
  g_autoptr (Way) way = way_new ("ws://server.example:8080/", url);
  Raw *raw = way_start_to (way, proxy);

  expect (raw, BYTES ("\5\2\0\2"));
  raw_send (raw, BYTES ("\5\2"));
  expect (raw, BYTES ("\1\1u\2p@"));
  raw_send (raw, BYTES ("\1\0"));
  expect (raw, BYTES ("\5\1\0\3\16server.example\x1f\x90"));
  raw_send (raw, BYTES ("\5\0\0\3\4name\0\1"));
  open_and_end (way, raw, proxy);
}

static void
test_socks4a (void)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "socks4a", "u@");
  g_autoptr (Way) way = way_new ("ws://server.example:8080/", url);
  Raw *raw = way_start_to (way, proxy);

  expect (raw, BYTES ("\4\1\x1f\x90\0\0\0\1u\0server.example\0"));
  raw_send (raw, BYTES ("\0\x5a\0\0\0\0\0\0"));
  open_and_end (way, raw, proxy);
}

/* An address goes as one, not as a name. */
static void
test_socks5_ipv6 (void)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "socks5", "");
  g_autoptr (Way) way = way_new ("ws://[2001:db8::1]:8080/", url);
  Raw *raw = way_start_to (way, proxy);

  expect (raw, BYTES ("\5\1\0"));
  raw_send (raw, BYTES ("\5\0"));
  expect (raw, BYTES ("\5\1\0\4\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\x1f\x90"));
  raw_send (raw, BYTES ("\5\0\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\1"));
  open_and_end (way, raw, proxy);
}

/* What has no place in a proxy's protocol is told, and nothing else is sent in its stead. */
static void
check_misfit (const char *scheme, const char *user, const char *server, const char *told)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, scheme, user);
  g_autoptr (Way) way = way_new (server, url);
  Raw *raw = way_start_to (way, proxy);

  if (g_str_equal (scheme, "socks5"))
    raw_send (raw, user[0] != '\0' ? "\5\2" : "\5\0", 2);
  way_wait (way);
  way_assert_error (way, FAYE_ERROR_PROXY, "the proxy", told, NULL);
  WAIT_UNTIL (raw->ended);
  g_assert_cmpuint (raw->in->len, <=, 4);
  raw_free (raw);
  host_free (proxy);
}

static void
test_misfits (void)
{
  g_autofree char *long_user = g_strnfill (256, 'u');
  g_autofree char *user = g_strdup_printf ("%s:secret@", long_user);
  g_autofree char *password = g_strdup_printf ("u:secret%s@", long_user);

  check_misfit ("socks4", "", "ws://[2001:db8::1]:8080/", "IPv6");
  check_misfit ("socks4a", "", "ws://[2001:db8::1]:8080/", "IPv6");
  check_misfit ("socks5", user, "ws://server.example/", "long");
  check_misfit ("socks5", password, "ws://server.example/", "long");
  check_misfit ("socks4a", user, "ws://server.example/", "so long a user");
}

/* Version 4 has no names: this is the one that is resolved here. */
static void
test_socks4 (void)
{
  const char *const addresses[] = { "::1", "192.0.2.7", NULL };
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "socks4", "");
  g_autoptr (Way) way = way_new ("ws://server.example:8080/", url);
  Raw *raw;

  names_add ("server.example", addresses);
  raw = way_start_to (way, proxy);
  expect (raw, BYTES ("\4\1\x1f\x90\xc0\0\2\7\0"));
  raw_send (raw, BYTES ("\0\x5a\0\0\0\0\0\0"));
  open_and_end (way, raw, proxy);
  names_forget ();
}

static void
test_socks4_no_name (void)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "socks4", "");
  g_autoptr (Way) way = way_new ("ws://nowhere.example:8080/", url);

  way_run (way);
  way_assert_error (way, FAYE_ERROR_RESOLVE, "nowhere.example:8080", NULL);
  WAIT_UNTIL (proxy->raw != NULL);
  raw_free (proxy->raw);
  host_free (proxy);
}

/* Of whichever version: from the newest to the oldest. */
static void
test_socks4_after_5 (void)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "socks", "");
  g_autoptr (Way) way = way_new ("ws://server.example:8080/", url);
  Raw *raw = way_start_to (way, proxy);
  Raw *next;

  expect (raw, BYTES ("\5\1\0"));
  proxy->raw = NULL;
  raw_vanish (raw, FALSE);
  WAIT_UNTIL (proxy->raw != NULL);
  next = proxy->raw;
  expect (next, BYTES ("\4\1\x1f\x90\0\0\0\1\0server.example\0"));
  raw_send (next, BYTES ("\0\x5a\0\0\0\0\0\0"));
  way_wait (way);
  way_assert_open (way, next);
  raw_free (raw);
  raw_free (next);
  host_free (proxy);
}

typedef struct
{
  const char *name;
  const char *first; /* the answer to the greeting */
  gsize first_size;
  const char *second; /* (nullable) the answer to the request */
  gsize second_size;
  gboolean ends;
  FayeError code;
} Script;

static const Script scripts[] = {
  { "F28-no-method", BYTES ("\5\xff"), NULL, 0, FALSE, FAYE_ERROR_PROXY_AUTHENTICATION },
  { "F28-version", BYTES ("\4\0"), NULL, 0, FALSE, FAYE_ERROR_PROXY },
  { "F28-http", BYTES ("HTTP/1.1 400 What\r\n\r\n"), NULL, 0, FALSE, FAYE_ERROR_PROXY },
  { "F28-end-at-once", BYTES (""), NULL, 0, TRUE, FAYE_ERROR_PROXY },
  { "F28-end-in-greeting", BYTES ("\5"), NULL, 0, TRUE, FAYE_ERROR_PROXY },
  { "F28-bad-password", BYTES ("\5\2"), BYTES ("\1\1"), FALSE, FAYE_ERROR_PROXY_AUTHENTICATION },
  { "F28-not-allowed", BYTES ("\5\0"), BYTES ("\5\2\0\1\0\0\0\0\0\0"), FALSE, FAYE_ERROR_PROXY },
  { "F28-unreachable", BYTES ("\5\0"), BYTES ("\5\4\0\1\0\0\0\0\0\0"), FALSE, FAYE_ERROR_PROXY },
  { "F28-refused", BYTES ("\5\0"), BYTES ("\5\5\0\1\0\0\0\0\0\0"), FALSE, FAYE_ERROR_PROXY },
  { "F28-bad-type", BYTES ("\5\0"), BYTES ("\5\0\0\7\0\0\0\0\0\0"), FALSE, FAYE_ERROR_PROXY },
  { "F28-end-in-answer", BYTES ("\5\0"), BYTES ("\5\0\0\1\x7f"), TRUE, FAYE_ERROR_PROXY },
};

static void
test_script (gconstpointer data)
{
  const Script *script = data;
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "socks5", "u:secret@");
  g_autofree char *name = host_make_url (proxy, "socks5", "");
  g_autoptr (Way) way = way_new ("ws://server.example:8080/?secret", url);
  Raw *raw = way_start_to (way, proxy);

  expect (raw, BYTES ("\5\2\0\2"));
  raw_send (raw, script->first, script->first_size);
  if (script->second != NULL)
    {
      WAIT_UNTIL (raw->in->len > 0);
      raw_send (raw, script->second, script->second_size);
    }
  WAIT_UNTIL (!raw->writing);
  if (script->ends)
    raw_vanish (raw, FALSE);
  way_wait (way);
  way_assert_error (way, script->code, "server.example:8080", name, NULL);
  raw_free (raw);
  host_free (proxy);
}

/* How often it ended. */
static guint
hang_and_cancel (const char *scheme)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, scheme, "");
  g_autoptr (Way) way = way_new ("ws://127.0.0.1:8080/", url);
  Raw *raw = way_start_to (way, proxy);

  WAIT_UNTIL (raw->in->len > 0);
  g_cancellable_cancel (way->cancellable);
  way_wait (way);
  g_assert_error (way->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  WAIT_UNTIL (raw->ended);
  raw_free (raw);
  host_free (proxy);
  return way->n_done;
}

static void
test_F14_hang (void)
{
  g_assert_cmpuint (hang_and_cancel ("socks5"), ==, 1);
}

static void
test_socks4_F14_hang (gconstpointer scheme)
{
  g_assert_cmpuint (hang_and_cancel (scheme), ==, 1);
}

static void
test_F14_resolving (void)
{
  Host *proxy = host_new (HOST_BARE);
  g_autofree char *url = host_make_url (proxy, "socks4", "");
  g_autoptr (Way) way = way_new ("ws://silent.example:8080/", url);

  names_add_silent ("silent.example");
  way_start (way);
  WAIT_UNTIL (names_count_pending () > 0);
  g_cancellable_cancel (way->cancellable);
  way_wait (way);
  g_assert_error (way->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  WAIT_UNTIL (proxy->raw != NULL && names_count_pending () == 0);
  raw_free (proxy->raw);
  host_free (proxy);
  names_forget ();
}

#define PATH "/faye/api/dial-socks/"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  desktop_install ();
  names_install ();
  g_test_add_func (PATH "socks5", test_socks5);
  g_test_add_func (PATH "socks5-credentials", test_socks5_credentials);
  g_test_add_func (PATH "socks5-ipv6", test_socks5_ipv6);
  g_test_add_func (PATH "misfits", test_misfits);
  g_test_add_func (PATH "socks4a", test_socks4a);
  g_test_add_func (PATH "socks4", test_socks4);
  g_test_add_func (PATH "socks4-no-name", test_socks4_no_name);
  g_test_add_func (PATH "socks-any", test_socks4_after_5);
  g_test_add_func (PATH "F14-hang/socks5", test_F14_hang);
  g_test_add_data_func (PATH "F14-hang/socks4a", "socks4a", test_socks4_F14_hang);
  g_test_add_data_func (PATH "F14-hang/socks4", "socks4", test_socks4_F14_hang);
  g_test_add_func (PATH "F14-resolving", test_F14_resolving);
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autofree char *path = g_strconcat (PATH, scripts[i].name, NULL);

      g_test_add_data_func (path, &scripts[i], test_script);
    }
  return g_test_run ();
}
