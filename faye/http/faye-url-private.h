/* SPDX-License-Identifier: MIT */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A WebSocket URL (RFC 6455, section 3), parsed by GUri and checked: ws:, wss:, and ws+unix:/path/of/socket:/resource.
 * http: and https: are taken as ws: and wss:, as browsers do. No fragment, no control characters, port 1–65535. */
typedef struct
{
  gboolean secure;
  char *host;      /* for connecting: no brackets; NULL for ws+unix */
  guint16 port;    /* the scheme's default filled in */
  char *authority; /* for Host: brackets around IPv6, port only when not the default; "localhost" for ws+unix */
  char *resource;  /* path and query, percent-encoded, at least "/" */
  char *user;      /* (nullable) decoded */
  char *password;  /* (nullable) decoded */
  char *unix_path; /* (nullable) ws+unix only */
  char *text;      /* the URL as given, without user and password: fit for a log */
} FayeUrl;

FayeUrl *faye_url_parse (const char *text, GError **error); /* FAYE_HTTP_ERROR_INVALID_URL */
void faye_url_free (FayeUrl *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeUrl, faye_url_free)

G_END_DECLS
