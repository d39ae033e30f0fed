/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-tunnel-handshake-private.h"

#include "faye/http/faye-head-gate-private.h"
#include "faye/http/faye-http-error-private.h"

#include <string.h>

/*
 * CONNECT and its answer. Anything short of a complete, clean 2xx with nothing behind it is no
 * tunnel: not an end in mid-head, and not a byte that the proxy says before we do.
 */

struct _FayeTunnelHandshake
{
  GBytes *request;    /* (owned) */
  FayeHeadGate *gate; /* (owned) */
  guint interim;      /* heads of 1xx that came */
  FayeTunnelResult state;
  FayeHead *answer; /* (owned) (nullable) */
  GError *fault;    /* (owned) (nullable) when FAILED */
};

#define AUTHORIZATION "Proxy-Authorization"

static gboolean
check_extra (SoupMessageHeaders *extra, GError **error)
{
  if (!faye_handshake_check_extra (extra, error))
    return FALSE;
  if (extra == NULL || faye_head_count (extra, AUTHORIZATION, NULL) <= 1)
    return TRUE;

  g_set_error_literal (error,
                       FAYE_HTTP_ERROR,
                       FAYE_HTTP_ERROR_INVALID_ARGUMENT,
                       "Header field \"" AUTHORIZATION "\" stands more than once");
  return FALSE;
}

/* RFC 7617; the text is UTF-8 already. */
static void
write_authorization (GString *out, const FayeUrl *proxy)
{
  const char *password = proxy->password != NULL ? proxy->password : "";
  g_autofree char *pair = g_strconcat (proxy->user, ":", password, NULL);
  g_autofree char *code = g_base64_encode ((const guchar *) pair, strlen (pair));

  g_string_append_printf (out, AUTHORIZATION ": Basic %s\r\n", code);
}

/* The authority with its port always, in both places (RFC 9112, section 3.2.3). */
static GBytes *
make_request (const char *host, guint16 port, const FayeUrl *proxy, SoupMessageHeaders *extra)
{
  g_autofree char *authority =
    g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%u" : "%s:%u", host, port);
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n", authority, authority);
  if (proxy->user != NULL && (extra == NULL || faye_head_count (extra, AUTHORIZATION, NULL) == 0))
    write_authorization (out, proxy);
  faye_handshake_write_extra (out, extra);
  g_string_append (out, "\r\n");
  return g_string_free_to_bytes (out);
}

FayeTunnelHandshake *
faye_tunnel_handshake_new (const char *host,
                           guint16 port,
                           const FayeUrl *proxy,
                           SoupMessageHeaders *extra,
                           GError **error)
{
  FayeTunnelHandshake *self;

  if (!check_extra (extra, error))
    return NULL;

  self = g_new0 (FayeTunnelHandshake, 1);
  self->request = make_request (host, port, proxy, extra);
  self->gate = faye_head_gate_new (FALSE);
  self->state = FAYE_TUNNEL_MORE;
  return self;
}

void
faye_tunnel_handshake_free (FayeTunnelHandshake *self)
{
  g_bytes_unref (self->request);
  faye_head_gate_free (self->gate);
  g_clear_pointer (&self->answer, faye_head_free);
  g_clear_error (&self->fault);
  g_free (self);
}

GBytes *
faye_tunnel_handshake_get_request (FayeTunnelHandshake *self)
{
  return self->request;
}

/* Takes FAULT. */
static void
fail (FayeTunnelHandshake *self, FayeHttpError code, GError *fault)
{
  fault->domain = FAYE_HTTP_ERROR;
  fault->code = (int) code;
  self->fault = fault;
  self->state = FAYE_TUNNEL_FAILED;
}

static void
fail_with (FayeTunnelHandshake *self, const char *why)
{
  fail (self, FAYE_HTTP_ERROR_PROXY, g_error_new_literal (FAYE_HTTP_ERROR, 0, why));
}

/* 401 is the server's to say; but who answers here is the proxy, and some of them (tinyproxy) say
 * it of credentials that they do not know. */
static gboolean
is_about_credentials (guint status)
{
  return status == SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED || status == SOUP_STATUS_UNAUTHORIZED;
}

static void
refuse (FayeTunnelHandshake *self, const FayeHead *answer)
{
  g_autofree char *reason = faye_http_error_excerpt (answer->reason != NULL ? answer->reason : "");
  gboolean wants_credentials = is_about_credentials (answer->status);

  fail (self,
        wants_credentials ? FAYE_HTTP_ERROR_PROXY_AUTHENTICATION : FAYE_HTTP_ERROR_PROXY,
        g_error_new (FAYE_HTTP_ERROR, 0, "Its answer is %u \"%s\"", answer->status, reason));
}

/* RFC 9110, section 9.3.6, has a client ignore these fields in a 2xx. But what they announce may
 * follow, and would then be taken for the server's words. */
static gboolean
announces_body (SoupMessageHeaders *headers)
{
  SoupMessageHeadersIter iter;
  const char *name = NULL;
  const char *value = NULL;

  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    {
      if (g_ascii_strcasecmp (name, "Transfer-Encoding") == 0)
        return TRUE;
      if (g_ascii_strcasecmp (name, "Content-Length") == 0 && strcmp (value, "0") != 0)
        return TRUE;
    }
  return FALSE;
}

static void
judge (FayeTunnelHandshake *self)
{
  if (!SOUP_STATUS_IS_SUCCESSFUL (self->answer->status))
    refuse (self, self->answer);
  else if (announces_body (self->answer->headers))
    fail_with (self, "The answer opens a tunnel and announces a body");
  else
    self->state = FAYE_TUNNEL_OPEN;
}

static void
take_head (FayeTunnelHandshake *self)
{
  GError *fault = NULL;
  g_autoptr (FayeHead) head = faye_head_gate_parse (self->gate, &fault);

  g_clear_pointer (&self->gate, faye_head_gate_free);
  self->gate = faye_head_gate_new (FALSE);
  if (head == NULL)
    {
      fail (self, FAYE_HTTP_ERROR_PROXY, fault);
    }
  else if (!faye_head_is_interim (head))
    {
      self->answer = g_steal_pointer (&head);
      judge (self);
    }
  else if (++self->interim > FAYE_TUNNEL_MAX_INTERIM)
    {
      fail_with (self, "Too many interim answers came");
    }
}

/* How much of it was used. */
static gsize
read_head (FayeTunnelHandshake *self, const guint8 *data, gsize size)
{
  GError *fault = NULL;
  gsize used = 0;

  switch (faye_head_gate_feed (self->gate, data, size, &used, &fault))
    {
    case FAYE_HEAD_MORE:
      break;
    case FAYE_HEAD_DONE:
      take_head (self);
      break;
    default:
      fail (self, FAYE_HTTP_ERROR_PROXY, fault);
      break;
    }
  return used;
}

static void
take_end (FayeTunnelHandshake *self)
{
  if (self->state == FAYE_TUNNEL_MORE)
    fail_with (self, "The connection ended before the answer was complete");
  else if (self->state == FAYE_TUNNEL_OPEN)
    fail_with (self, "The connection ended right after the answer");
}

FayeTunnelResult
faye_tunnel_handshake_feed (FayeTunnelHandshake *self,
                            const guint8 *data,
                            gsize size,
                            GError **error)
{
  gsize used = 0;

  if (size == 0)
    take_end (self);
  while (used < size && self->state == FAYE_TUNNEL_MORE)
    used += read_head (self, data + used, size - used);
  if (used < size && self->state == FAYE_TUNNEL_OPEN)
    fail_with (self, "More than the answer came before the tunnel was used");

  if (self->state == FAYE_TUNNEL_FAILED && error != NULL)
    *error = g_error_copy (self->fault);
  return self->state;
}

FayeHead *
faye_tunnel_handshake_steal_answer (FayeTunnelHandshake *self)
{
  return g_steal_pointer (&self->answer);
}
