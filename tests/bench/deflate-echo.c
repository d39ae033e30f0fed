/* SPDX-License-Identifier: MIT */

#include "load-util.h"

#include <faye/faye.h>
#include <libsoup/soup.h>
#include <signal.h>
#include <stdio.h>

/* This library with permessage-deflate, to be measured beside others: echoes. */

#define FILES 100000

static int window_bits = 15;
static int mem_level = 8;
static gboolean no_takeover;

static const GOptionEntry entries[] = {
  { "window", 0, 0, G_OPTION_ARG_INT, &window_bits, "Of both ends; 0: no extension", "BITS" },
  { "mem-level", 0, 0, G_OPTION_ARG_INT, &mem_level, "zlib's", "N" },
  { "no-takeover", 0, 0, G_OPTION_ARG_NONE, &no_takeover, "Neither end's", NULL },
  G_OPTION_ENTRY_NULL,
};

static void
message_cb (FayeWebSocket *socket, FayeMessage *message, gpointer user_data)
{
  faye_web_socket_send (socket, message);
}

/* All connections have the same options: one object will do. EXTENSION may be NULL. */
static void
request_cb (SoupServer *server,
            SoupServerMessage *request,
            const char *path,
            GHashTable *query,
            gpointer extension)
{
  g_autoptr (FayeWebSocket) socket = faye_web_socket_new (request, NULL);
  g_autoptr (GError) error = NULL;

  if (extension != NULL && !faye_web_socket_add_extension (socket, extension, &error))
    load_die ("%s", error->message);
  g_signal_connect (socket, "message", G_CALLBACK (message_cb), NULL);
}

static FayeExtension *
make_extension (void)
{
  if (window_bits == 0)
    return NULL;
  return g_object_new (FAYE_TYPE_PERMESSAGE_DEFLATE,
                       "max-window-bits",
                       window_bits,
                       "request-max-window-bits",
                       window_bits,
                       "mem-level",
                       mem_level,
                       "no-context-takeover",
                       no_takeover,
                       "request-no-context-takeover",
                       no_takeover,
                       "threshold",
                       (guint64) 0,
                       NULL);
}

static void
parse_options (int *argc, char ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- echo compressed messages");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error))
    load_die ("%s", error->message);
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr (FayeExtension) extension = NULL;
  GSList *uris;

  parse_options (&argc, &argv);
  signal (SIGPIPE, SIG_IGN);
  load_raise_files (FILES);
  extension = make_extension ();
  soup_server_add_handler (server, NULL, request_cb, extension, NULL);
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL))
    load_die ("cannot listen");
  uris = soup_server_get_uris (server);
  printf ("listening on %d\n", g_uri_get_port (uris->data));
  fflush (stdout);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  g_main_loop_run (loop);
  return 0;
}
