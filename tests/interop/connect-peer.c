/* SPDX-License-Identifier: MIT */

#include "lines.h"

#include <faye/faye.h>
#include <libsoup/soup.h>
#include <string.h>

/*
 * Clients that are told how to connect, for connect.py:
 *
 *     N open SETTINGS        N progress PHASE
 *     N text DATA            N open REPORT
 *     N binary DATA          N text DATA
 *     N close                N binary DATA
 *     N abort                N error REPORT
 *                            N closed CODE REASON
 *
 * SETTINGS and REPORT are key files of one group, in base64 as all words are.
 */

#define GROUP "client"

static GHashTable *sockets; /* number to FayeWebSocket */

static char *
name_enum (GType type, int value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

  return g_strdup (g_enum_get_value (klass, value)->value_nick);
}

static void
add_address (GKeyFile *report, const char *key, GSocketAddress *address)
{
  g_autofree char *text =
    address != NULL ? g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address)) : NULL;

  g_key_file_set_string (report, GROUP, key, text != NULL ? text : "");
}

static void
add_field (const char *name, const char *value, gpointer user_data)
{
  g_autofree char *key = g_strdup_printf ("proxy-field-%s", name);

  g_key_file_set_string (user_data, GROUP, key, value);
}

/* What a program can know of the attempt. */
static GKeyFile *
describe (FayeWebSocketClient *client)
{
  FayeWebSocket *socket = FAYE_WEB_SOCKET (client);
  GKeyFile *report = g_key_file_new ();
  FayePhase value = faye_web_socket_client_get_phase (client);
  g_autofree char *phase = name_enum (FAYE_TYPE_PHASE, (int) value);
  SoupMessageHeaders *fields = faye_web_socket_client_get_proxy_response_headers (client);

  g_key_file_set_string (report, GROUP, "phase", phase);
  g_key_file_set_integer (report,
                          GROUP,
                          "status",
                          (int) faye_web_socket_client_get_status_code (client));
  g_key_file_set_integer (report,
                          GROUP,
                          "proxy-status",
                          (int) faye_web_socket_client_get_proxy_status_code (client));
  g_key_file_set_boolean (report,
                          GROUP,
                          "has-certificate",
                          faye_web_socket_get_peer_certificate (socket) != NULL);
  add_address (report, "remote", faye_web_socket_client_get_remote_address (client));
  if (fields != NULL)
    soup_message_headers_foreach (fields, add_field, report);
  return report;
}

static void
send_report (guint number, const char *event, GKeyFile *report)
{
  gsize size;
  g_autofree char *text = g_key_file_to_data (report, &size, NULL);

  lines_report_data (number, event, text, size);
}

static void
open_cb (FayeWebSocket *socket, gpointer user_data)
{
  g_autoptr (GKeyFile) report = describe (FAYE_WEB_SOCKET_CLIENT (socket));

  send_report (GPOINTER_TO_UINT (user_data), "open", report);
}

static void
progress_cb (FayeWebSocketClient *client, FayePhase phase, gpointer user_data)
{
  g_autofree char *name = name_enum (FAYE_TYPE_PHASE, (int) phase);

  lines_report_data (GPOINTER_TO_UINT (user_data), "progress", name, strlen (name));
}

static void
message_cb (FayeWebSocket *socket, FayeMessage *message, gpointer user_data)
{
  const char *event = faye_message_get_kind (message) == FAYE_MESSAGE_KIND_TEXT ? "text" : "binary";
  gsize size;
  const guint8 *data = faye_message_get_data (message, &size);

  lines_report_data (GPOINTER_TO_UINT (user_data), event, data, size);
}

static void
error_cb (FayeWebSocket *socket, GError *error, gpointer user_data)
{
  g_autoptr (GKeyFile) report = describe (FAYE_WEB_SOCKET_CLIENT (socket));
  g_autofree char *code = NULL;

  if (error->domain == FAYE_ERROR)
    code = name_enum (FAYE_TYPE_ERROR, error->code);
  else
    code = g_strdup (g_quark_to_string (error->domain));
  g_key_file_set_string (report, GROUP, "code", code);
  g_key_file_set_string (report, GROUP, "message", error->message);
  send_report (GPOINTER_TO_UINT (user_data), "error", report);
}

static void
closed_cb (FayeWebSocket *socket, guint code, const char *reason, gpointer user_data)
{
  lines_report_closed (GPOINTER_TO_UINT (user_data), code, reason);
  g_hash_table_remove (sockets, user_data);
}

/* A list of "NAME: VALUE". (transfer full) (nullable) */
static SoupMessageHeaders *
get_headers (GKeyFile *settings, const char *key)
{
  g_auto (GStrv) fields = g_key_file_get_string_list (settings, GROUP, key, NULL, NULL);
  SoupMessageHeaders *headers;

  if (fields == NULL)
    return NULL;

  headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  for (char **field = fields; *field != NULL; field++)
    {
      g_auto (GStrv) parts = g_strsplit (*field, ": ", 2);

      soup_message_headers_append (headers, parts[0], parts[1]);
    }
  return headers;
}

static FayeTls *
make_tls (GKeyFile *settings, const char *ca_key)
{
  g_autofree char *ca = g_key_file_get_string (settings, GROUP, ca_key, NULL);
  g_autofree char *cert = g_key_file_get_string (settings, GROUP, "cert", NULL);
  g_autofree char *key = g_key_file_get_string (settings, GROUP, "key", NULL);

  return g_object_new (FAYE_TYPE_TLS,
                       "ca-file",
                       ca,
                       "certificate-file",
                       cert,
                       "key-file",
                       key,
                       NULL);
}

/* (nullable) */
static FayeProxy *
make_proxy (GKeyFile *settings)
{
  g_autofree char *url = g_key_file_get_string (settings, GROUP, "proxy", NULL);
  g_autoptr (SoupMessageHeaders) headers = get_headers (settings, "proxy-headers");
  g_autoptr (FayeTls) tls = make_tls (settings, "proxy-ca");

  if (url == NULL)
    return NULL;

  return g_object_new (FAYE_TYPE_PROXY, "url", url, "headers", headers, "tls", tls, NULL);
}

static FayeWebSocket *
make_socket (GKeyFile *settings)
{
  g_autofree char *url = g_key_file_get_string (settings, GROUP, "url", NULL);
  double timeout = g_key_file_get_double (settings, GROUP, "timeout", NULL);
  g_autoptr (SoupMessageHeaders) headers = get_headers (settings, "headers");
  g_autoptr (FayeTls) tls = make_tls (settings, "ca");
  g_autoptr (FayeProxy) proxy = make_proxy (settings);

  return g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT,
                       "url",
                       url,
                       "headers",
                       headers,
                       "tls",
                       tls,
                       "proxy",
                       proxy,
                       "handshake-timeout",
                       timeout > 0 ? timeout : 20.0,
                       NULL);
}

static void
dial (guint number, const char *word)
{
  g_autofree char *text = lines_text (word);
  g_autoptr (GKeyFile) settings = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  gpointer key = GUINT_TO_POINTER (number);
  FayeWebSocket *socket;

  if (!g_key_file_load_from_data (settings, text, strlen (text), G_KEY_FILE_NONE, &error))
    g_error ("%s", error->message);

  socket = make_socket (settings);
  g_hash_table_insert (sockets, key, socket);
  g_signal_connect (socket, "open", G_CALLBACK (open_cb), key);
  g_signal_connect (socket, "progress", G_CALLBACK (progress_cb), key);
  g_signal_connect (socket, "message", G_CALLBACK (message_cb), key);
  g_signal_connect (socket, "error", G_CALLBACK (error_cb), key);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), key);
}

static void
send_message (FayeWebSocket *socket, FayeMessageKind kind, const char *word)
{
  g_autoptr (GBytes) bytes = lines_bytes (word);
  g_autoptr (FayeMessage) message = faye_message_new (kind, bytes, NULL);

  faye_web_socket_send (socket, message);
}

static void
command (guint number, char **words)
{
  FayeWebSocket *socket = g_hash_table_lookup (sockets, GUINT_TO_POINTER (number));

  if (strcmp (words[0], "open") == 0)
    dial (number, words[1]);
  else if (socket == NULL)
    return;
  else if (strcmp (words[0], "text") == 0)
    send_message (socket, FAYE_MESSAGE_KIND_TEXT, words[1]);
  else if (strcmp (words[0], "binary") == 0)
    send_message (socket, FAYE_MESSAGE_KIND_BINARY, words[1]);
  else if (strcmp (words[0], "close") == 0)
    faye_web_socket_close (socket, 1000, NULL, NULL);
  else if (strcmp (words[0], "abort") == 0)
    faye_web_socket_abort (socket);
}

int
main (void)
{
  sockets = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  lines_run (command);
  g_hash_table_unref (sockets);
  return 0;
}
