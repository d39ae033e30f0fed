/* SPDX-License-Identifier: MIT */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A WebSocket URL (RFC 6455, section 3), parsed by GUri and checked: ws:, wss:, and
 * ws+unix:/path/of/socket:/resource. http: and https: are taken as ws: and wss:, as browsers do. No
 * fragment, no control characters, port 1–65535. */
typedef struct
{
  gboolean secure;
  char *host;      /* for connecting: ASCII, lower case, no brackets; NULL for ws+unix */
  guint16 port;    /* the scheme's default filled in; 0 for ws+unix */
  char *authority; /* for Host: brackets around IPv6, port only when not the default; "localhost"
                      for ws+unix */
  char *resource; /* path and query, at least "/"; escapes stay as given, what may not stand bare is
                     escaped */
  char *user;     /* (nullable) decoded */
  char *password; /* (nullable) decoded; never without a user, which may be empty */
  char *unix_path; /* (nullable) ws+unix only; decoded */
  char *text;      /* the URL as given, without user and password: fit for a log */
} FayeUrl;

#define FAYE_URL_MAX_SIZE 65536
#define FAYE_URL_MAX_AUTHORITY 4096

FayeUrl *faye_url_parse (const char *text, GError **error); /* FAYE_HTTP_ERROR_INVALID_URL */
/* A URL of another scheme that names a host, by the same rules; PREFIX ends with "://" and is what
 * TEXT begins with, in any case. */
FayeUrl *faye_url_parse_prefixed (const char *text,
                                  const char *prefix,
                                  guint16 default_port,
                                  GError **error);
FayeUrl *faye_url_copy (const FayeUrl *self);
void faye_url_free (FayeUrl *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeUrl, faye_url_free)

/* The same as an http: or https: URL, without user and password, for what only knows those. The
 * path and the query are the very ones of the request. */
GUri *faye_url_to_http (const FayeUrl *self);

/* Whether both lead to the same server: scheme, host and port, or socket path. */
gboolean faye_url_is_same_origin (const FayeUrl *a, const FayeUrl *b);

/* A path as libsoup tells it: decoded, unless the server was told to leave it raw (or it could not
 * be decoded). Returns it fit for a request line: escaped if it holds what may not stand there
 * bare, and else as it is. */
char *faye_url_encode_path (const char *path);

G_END_DECLS
