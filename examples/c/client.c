/* SPDX-License-Identifier: MIT */

#include "client.h"

#include <glib-unix.h>
#include <stdlib.h>

/* Options, connection and exit status of a client program. */

enum
{
  STATUS_USAGE = 2,
};

typedef struct
{
  char *proxy;
  char *ca;
  char *cert;
  char *key;
  char **protocols;
  char **fields;
  gboolean insecure;
  gboolean deflate;
} Options;

static Options options;

#define FLAG(name, field, text)                                                                    \
  {                                                                                                \
    name, 0, 0, G_OPTION_ARG_NONE, &options.field, text, NULL                                      \
  }
#define VALUE(name, kind, field, text, what)                                                       \
  {                                                                                                \
    name, 0, 0, G_OPTION_ARG_##kind, &options.field, text, what                                    \
  }

static const GOptionEntry entries[] = {
  VALUE ("protocol",
         STRING_ARRAY,
         protocols,
         "Subprotocol to offer, best first; may be repeated",
         "NAME"),
  VALUE ("header",
         STRING_ARRAY,
         fields,
         "Header to add to the handshake; may be repeated",
         "'NAME: VALUE'"),
  VALUE ("proxy",
         STRING,
         proxy,
         "Proxy to go through: http, https or socks5, with user and password if it wants them "
         "(default: what the desktop says)",
         "URL"),
  VALUE ("ca", FILENAME, ca, "Authorities to trust instead of the system's (PEM)", "FILE"),
  VALUE ("cert", FILENAME, cert, "Certificate to show to the server (PEM)", "FILE"),
  VALUE ("key",
         FILENAME,
         key,
         "The certificate's private key (PEM), if it is not in the same file",
         "FILE"),
  FLAG ("insecure", insecure, "Accept any certificate: anybody may read and change what is sent"),
  FLAG ("deflate", deflate, "Compress messages, if the server does"),
  G_OPTION_ENTRY_NULL,
};

typedef struct
{
  const ClientProgram *program;
  GMainLoop *loop;
  FayeWebSocket *socket;
  gboolean opened;
  gboolean interrupted;
} Run;

static void
open_cb (FayeWebSocket *socket, gpointer user_data)
{
  Run *run = user_data;

  run->opened = TRUE;
}

static void
error_cb (FayeWebSocket *socket, const GError *error, gpointer user_data)
{
  Run *run = user_data;

  g_printerr ("%s: %s\n", run->program->name, error->message);
}

static void
closed_cb (FayeWebSocket *socket, guint code, const char *reason, gpointer user_data)
{
  Run *run = user_data;

  if (run->opened)
    run->program->closed (code, reason);
  g_main_loop_quit (run->loop);
}

/* The first signal asks for an orderly end, the second does not wait for it. */
static gboolean
signal_cb (gpointer user_data)
{
  Run *run = user_data;

  if (run->interrupted)
    g_main_loop_quit (run->loop);
  run->interrupted = TRUE;
  faye_web_socket_close (run->socket, 1000, NULL, NULL);
  return G_SOURCE_CONTINUE;
}

static int
run_program (const ClientProgram *program, FayeWebSocket *socket)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Run run = { .program = program, .loop = loop, .socket = socket };

  g_signal_connect (socket, "open", G_CALLBACK (open_cb), &run);
  g_signal_connect (socket, "error", G_CALLBACK (error_cb), &run);
  program->prepare (socket);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), &run);
  g_unix_signal_add (SIGTERM, signal_cb, &run);
  g_unix_signal_add (SIGINT, signal_cb, &run);

  g_main_loop_run (loop);
  g_signal_handlers_disconnect_by_data (socket, &run);
  return run.opened || run.interrupted ? EXIT_SUCCESS : EXIT_FAILURE;
}

static gboolean
add_field (SoupMessageHeaders *headers, const char *field, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (field, ":", 2);

  if (g_strv_length (parts) != 2)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "“%s” is no header", field);
      return FALSE;
    }

  soup_message_headers_append (headers, g_strstrip (parts[0]), g_strstrip (parts[1]));
  return TRUE;
}

static SoupMessageHeaders *
make_headers (GError **error)
{
  g_autoptr (SoupMessageHeaders) headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);

  for (char **field = options.fields; field != NULL && *field != NULL; field++)
    {
      if (!add_field (headers, *field, error))
        return NULL;
    }
  return g_steal_pointer (&headers);
}

static gboolean
accept_any_cb (FayeTls *tls,
               GTlsCertificate *certificate,
               GTlsCertificateFlags errors,
               gpointer user_data)
{
  return TRUE;
}

/* A certificate of the client's is the server's business, not the proxy's. */
static FayeTls *
make_tls (const char *cert, const char *key)
{
  FayeTls *tls = g_object_new (FAYE_TYPE_TLS,
                               "ca-file",
                               options.ca,
                               "certificate-file",
                               cert,
                               "key-file",
                               key,
                               NULL);

  if (options.insecure)
    g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_any_cb), NULL);
  return tls;
}

/* NULL: the client goes by the desktop's settings. */
static FayeProxy *
make_proxy (void)
{
  g_autoptr (FayeTls) tls = make_tls (NULL, NULL);

  if (options.proxy == NULL)
    return NULL;

  return g_object_new (FAYE_TYPE_PROXY, "url", options.proxy, "tls", tls, NULL);
}

static FayeWebSocket *
make_socket (const char *url, SoupMessageHeaders *headers)
{
  g_autoptr (FayeTls) tls = make_tls (options.cert, options.key);
  g_autoptr (FayeProxy) proxy = make_proxy ();

  return g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT,
                       "url",
                       url,
                       "protocols",
                       options.protocols,
                       "headers",
                       headers,
                       "proxy",
                       proxy,
                       "tls",
                       tls,
                       NULL);
}

static const char *
find_fault (int argc, char **argv)
{
  if (argc < 2)
    return "the URL is missing";
  if (argc > 2)
    return "more than one URL";
  if (options.key != NULL && options.cert == NULL)
    return "--key goes with --cert";
  if (g_str_has_prefix (argv[1], "http:") || g_str_has_prefix (argv[1], "https:"))
    return "event streams are not supported yet";
  return NULL;
}

static gboolean
parse (const ClientProgram *program, int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("URL");
  const char *fault;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context, program->summary);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;

  fault = find_fault (*argc, *argv);
  if (fault != NULL)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, fault);
  return fault == NULL;
}

static void
add_deflate (FayeWebSocket *socket)
{
  g_autoptr (FayePermessageDeflate) deflate = faye_permessage_deflate_new ();

  faye_web_socket_add_extension (socket, FAYE_EXTENSION (deflate), NULL);
}

int
client_run (const ClientProgram *program, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupMessageHeaders) headers = NULL;
  g_autoptr (FayeWebSocket) socket = NULL;

  if (parse (program, &argc, &argv, &error))
    headers = make_headers (&error);
  if (headers == NULL)
    {
      g_printerr ("%s: %s\n", program->name, error->message);
      return STATUS_USAGE;
    }

  if (options.insecure)
    g_printerr ("%s: warning: certificates are not checked\n", program->name);
  socket = make_socket (argv[1], headers);
  if (options.deflate)
    add_deflate (socket);
  return run_program (program, socket);
}
