/* SPDX-License-Identifier: MIT */

#include "echo-service.h"
#include "listen.h"

#include <glib-unix.h>
#include <stdlib.h>

/* A server that returns every message: behind a SoupServer that also shows a page, or (--raw) on
 * plain sockets. */

enum
{
  STATUS_USAGE = 2,
};

typedef struct
{
  char *address;
  int port;
  gboolean raw;
  gboolean callback;
  gboolean drafts;
  gboolean deflate;
  char *cert;
  char *key;
  gint64 max_length;
  char **protocols;
} Options;

static Options options = { .port = 8080, .max_length = -1 };

#define FLAG(name, field, text)                                                                    \
  {                                                                                                \
    name, 0, 0, G_OPTION_ARG_NONE, &options.field, text, NULL                                      \
  }

static const GOptionEntry entries[] = {
  { "port",
    'p',
    0,
    G_OPTION_ARG_INT,
    &options.port,
    "Port to listen on (default: 8080; 0: any free one)",
    "N" },
  { "address",
    'a',
    0,
    G_OPTION_ARG_STRING,
    &options.address,
    "IP address to listen on (default: the loopback interface)",
    "ADDRESS" },
  FLAG ("raw", raw, "Accept plain sockets instead of using SoupServer"),
  FLAG ("callback", callback, "Receive through a C callback instead of the signal"),
  { "protocol",
    0,
    0,
    G_OPTION_ARG_STRING_ARRAY,
    &options.protocols,
    "Subprotocol to speak, best first; may be repeated",
    "NAME" },
  { "max-length",
    0,
    0,
    G_OPTION_ARG_INT64,
    &options.max_length,
    "Longest message to accept, in bytes",
    "N" },
  { "cert",
    0,
    0,
    G_OPTION_ARG_FILENAME,
    &options.cert,
    "Serve wss: and https: with this certificate (PEM)",
    "FILE" },
  { "key",
    0,
    0,
    G_OPTION_ARG_FILENAME,
    &options.key,
    "The certificate's private key (PEM)",
    "FILE" },
  FLAG ("deflate", deflate, "Compress messages, if the client does"),
  FLAG ("drafts", drafts, "Speak the drafts before RFC 6455 as well"),
  G_OPTION_ENTRY_NULL,
};

/* All connections have the same options, so one object will do. */
static void
add_deflate (FayeWebSocket *socket)
{
  static FayePermessageDeflate *deflate; /* serves until the program ends */

  if (deflate == NULL)
    deflate = faye_permessage_deflate_new ();
  faye_web_socket_add_extension (socket, FAYE_EXTENSION (deflate), NULL);
}

/* SOURCE is a "request" or a "stream". */
static void
serve (const char *property, gpointer source)
{
  g_autoptr (FayeWebSocket) socket = g_object_new (FAYE_TYPE_WEB_SOCKET,
                                                   property,
                                                   source,
                                                   "protocols",
                                                   options.protocols,
                                                   "allow-drafts",
                                                   options.drafts,
                                                   NULL);

  if (options.max_length >= 0)
    faye_web_socket_set_max_length (socket, options.max_length);
  if (options.deflate)
    add_deflate (socket);
  echo_service_attach (socket, options.callback);
}

static void
show_page (SoupServerMessage *request)
{
  g_autoptr (GBytes) page = g_resources_lookup_data ("/examples/echo-page.html", 0, NULL);
  gsize size;
  const char *html = g_bytes_get_data (page, &size);

  soup_server_message_set_status (request, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (request,
                                    "text/html; charset=utf-8",
                                    SOUP_MEMORY_STATIC,
                                    html,
                                    size);
}

static void
request_cb (SoupServer *server,
            SoupServerMessage *request,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  if (faye_web_socket_is_web_socket (request))
    serve ("request", request);
  else if (g_str_equal (path, "/"))
    show_page (request);
  else
    soup_server_message_set_status (request, SOUP_STATUS_NOT_FOUND, NULL);
}

static gboolean
start_soup (GPtrArray *sockets, GTlsCertificate *certificate, GError **error)
{
  static SoupServer *server; /* serves until the program ends */
  SoupServerListenOptions how = certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0;

  server = soup_server_new ("tls-certificate", certificate, NULL);
  soup_server_add_handler (server, NULL, request_cb, NULL, NULL);
  for (guint i = 0; i < sockets->len; i++)
    {
      if (!soup_server_listen_socket (server, g_ptr_array_index (sockets, i), how, error))
        return FALSE;
    }
  return TRUE;
}

static void
connection_cb (GSocketConnection *connection, gpointer certificate)
{
  g_autoptr (GIOStream) stream = NULL;

  if (certificate != NULL)
    stream = g_tls_server_connection_new (G_IO_STREAM (connection), certificate, NULL);
  else
    stream = g_object_ref (G_IO_STREAM (connection));
  if (stream != NULL)
    serve ("stream", stream);
}

static gboolean
start_raw (GPtrArray *sockets, GTlsCertificate *certificate, GError **error)
{
  return listen_accept (sockets, connection_cb, certificate, error);
}

static gboolean
load_certificate (GTlsCertificate **certificate, GError **error)
{
  if (options.cert == NULL)
    return TRUE;

  *certificate = g_tls_certificate_new_from_files (options.cert, options.key, error);
  return *certificate != NULL;
}

static gboolean
signal_cb (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
run (GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GPtrArray) sockets = NULL;

  if (!load_certificate (&certificate, error))
    return FALSE;
  sockets = listen_open (options.address, options.port, error);
  if (sockets == NULL)
    return FALSE;
  if (!(options.raw ? start_raw : start_soup) (sockets, certificate, error))
    return FALSE;

  g_unix_signal_add (SIGTERM, signal_cb, loop);
  g_unix_signal_add (SIGINT, signal_cb, loop);
  g_print ("listening on %u\n", listen_get_port (g_ptr_array_index (sockets, 0)));
  g_main_loop_run (loop);
  return TRUE;
}

static const char *
find_fault (void)
{
  if (options.port < 0 || options.port > G_MAXUINT16)
    return "the port must be between 0 and 65535";
  if ((options.cert == NULL) != (options.key == NULL))
    return "--cert and --key go together";
  return NULL;
}

static gboolean
parse (int *argc, char ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("— returns every WebSocket message");
  g_autoptr (GError) error = NULL;
  const char *fault;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (
    context,
    "Messages are echoed at every path but two: on /sink they are received in silence; on /flood\n"
    "a text “COUNT SIZE” is answered with COUNT binary messages of SIZE bytes. A browser gets a\n"
    "page at / that shows the echo at work.");

  if (!g_option_context_parse (context, argc, argv, &error))
    fault = error->message;
  else if (*argc > 1)
    fault = "unexpected argument";
  else
    fault = find_fault ();

  if (fault != NULL)
    g_printerr ("echo-server: %s\n", fault);
  return fault == NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (!parse (&argc, &argv))
    return STATUS_USAGE;

  listen_raise_file_limit ();
  if (run (&error))
    return EXIT_SUCCESS;

  g_printerr ("echo-server: %s\n", error->message);
  return EXIT_FAILURE;
}
