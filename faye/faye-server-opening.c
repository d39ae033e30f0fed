/* SPDX-License-Identifier: MIT */

#include "faye/faye-server-opening-private.h"

#include "faye/faye-error-private.h"
#include "faye/http/faye-authority-private.h"
#include "faye/http/faye-head-gate-private.h"
#include "faye/http/faye-url-private.h"
#include "faye/io/faye-timer-private.h"

#include <string.h>

/* The server's opening handshake over a transport. A refusal is kept as an error until its response
 * has left. */

#define REFUSAL_TIMEOUT 2000 /* ms */
#define CHALLENGE_MAX 8

struct _FayeServerOpening
{
  grefcount ref_count;
  FayeLoop *loop;           /* (owned) */
  FayeTransport *transport; /* (owned) (nullable) NULL too if the request had lost its connection */
  gboolean secure;          /* the stream is encrypted */
  const FayeServerOpeningFuncs *funcs;
  gpointer owner;                 /* (unowned) */
  FayeHeadGate *gate;             /* (owned) (nullable) while the request is read */
  FayeServerHandshake *handshake; /* (owned) (nullable) */
  SoupMessageHeaders *headers;    /* (owned) (nullable) */
  char *method;                   /* (owned) (nullable) */
  FayeTimer timer;                /* the opening's deadline */
  FayeTimer begin;                /* the turn in which a request taken over is judged */
  gint64 begun;
  gboolean allow_drafts;
  gboolean is_accepted; /* the response is out: what comes now is the client's challenge */
  guint8 challenge[CHALLENGE_MAX];
  gsize challenge_size; /* bytes of it that have come */
  char *subprotocol;    /* (owned) (nullable) */
  char *extensions;     /* (owned) (nullable) */
  GError *refusal;      /* (owned) (nullable) */
  gboolean done;
};

FayeServerOpening *
faye_server_opening_ref (FayeServerOpening *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
faye_server_opening_unref (FayeServerOpening *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  faye_timer_stop (&self->timer);
  faye_timer_stop (&self->begin);
  g_clear_pointer (&self->transport, faye_transport_unref);
  g_clear_pointer (&self->gate, faye_head_gate_free);
  g_clear_pointer (&self->handshake, faye_server_handshake_free);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
  g_clear_error (&self->refusal);
  faye_loop_unref (self->loop);
  g_free (self->method);
  g_free (self->subprotocol);
  g_free (self->extensions);
  g_free (self);
}

static void
opening_fail (FayeServerOpening *self, const GError *error)
{
  if (self->done)
    return;
  self->done = TRUE;
  faye_timer_stop (&self->timer);
  faye_timer_stop (&self->begin);
  self->funcs->failed (self->owner, error);
}

static void
opening_write (FayeServerOpening *self, GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  faye_transport_push (self->transport,
                       data,
                       size,
                       g_bytes_ref (bytes),
                       (GDestroyNotify) g_bytes_unref);
}

/* Sends a response that is no 101. `failed` follows with ERROR when it has left. */
static void
opening_turn_down (FayeServerOpening *self, GBytes *response, GError *error)
{
  g_assert (self->refusal == NULL && !self->done);

  self->refusal = error;
  faye_timer_stop (&self->timer);
  opening_write (self, response);
  faye_transport_finish (self->transport, FAYE_FINISH_CLOSE, REFUSAL_TIMEOUT);
}

void
faye_server_opening_refuse (FayeServerOpening *self,
                            guint status,
                            SoupMessageHeaders *extra,
                            GError *error)
{
  g_autoptr (GBytes) response = faye_server_handshake_refuse (status, error->message, extra);

  opening_turn_down (self, response, error);
}

/* The request is not even a good head. */
static void
opening_refuse_head (FayeServerOpening *self, const GError *error)
{
  guint status = faye_head_gate_get_status (self->gate);
  GError *fault = g_error_new_literal (FAYE_ERROR, FAYE_ERROR_HANDSHAKE, error->message);

  faye_server_opening_refuse (self, status, NULL, fault);
}

/* It is a good head, but no good handshake. */
static void
opening_reject (FayeServerOpening *self)
{
  g_autoptr (GBytes) response = faye_server_handshake_reject (self->handshake, NULL);
  const char *fault = faye_server_handshake_get_fault (self->handshake);

  opening_turn_down (self, response, g_error_new_literal (FAYE_ERROR, FAYE_ERROR_HANDSHAKE, fault));
}

static void
opening_judge (FayeServerOpening *self)
{
  if (faye_server_handshake_get_status (self->handshake) == SOUP_STATUS_SWITCHING_PROTOCOLS)
    self->funcs->requested (self->owner);
  else
    opening_reject (self);
}

static void
opening_take_head (FayeServerOpening *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FayeHead) head = faye_head_gate_parse (self->gate, &error);

  if (head == NULL)
    {
      opening_refuse_head (self, error);
      return;
    }
  self->method = g_strdup (head->method);
  self->headers = soup_message_headers_ref (head->headers);
  self->handshake = faye_server_handshake_new (head->method,
                                               head->target,
                                               head->version,
                                               head->headers,
                                               self->secure,
                                               self->allow_drafts);
  opening_judge (self);
}

static void
opening_complete (FayeServerOpening *self)
{
  self->done = TRUE;
  faye_timer_stop (&self->timer);
  self->funcs->accepted (self->owner);
}

/* Version hixie-76: eight bytes follow the request's head, but a proxy may keep them back until it
 * has seen that the response's status is 101. */
static gsize
opening_take_challenge (FayeServerOpening *self, const guint8 *data, gsize size)
{
  gsize whole = faye_server_handshake_get_challenge_size (self->handshake);
  gsize n = MIN (size, whole - self->challenge_size);
  g_autoptr (GBytes) answer = NULL;

  memcpy (self->challenge + self->challenge_size, data, n);
  self->challenge_size += n;
  if (self->challenge_size < whole)
    return n;

  faye_transport_set_reading (self->transport, FALSE);
  answer = faye_server_handshake_answer (self->handshake, self->challenge);
  opening_write (self, answer);
  opening_complete (self);
  return n;
}

/* What follows the request stays with the transport until somebody takes it over. */
static gsize
transport_received (gpointer owner, guint8 *data, gsize size)
{
  g_autoptr (FayeServerOpening) self = faye_server_opening_ref (owner);
  g_autoptr (GError) error = NULL;
  gsize used = 0;

  if (self->is_accepted)
    return opening_take_challenge (self, data, size);

  switch (faye_head_gate_feed (self->gate, data, size, &used, &error))
    {
    case FAYE_HEAD_MORE:
      return size;
    case FAYE_HEAD_DONE:
      faye_transport_set_reading (self->transport, FALSE);
      opening_take_head (self);
      return used;
    default:
      opening_refuse_head (self, error);
      return size;
    }
}

static void
transport_ended (gpointer owner, const GError *error)
{
  g_autoptr (FayeServerOpening) self = faye_server_opening_ref (owner);
  g_autoptr (GError) loss = NULL;

  if (self->refusal == NULL && (error == NULL || error->domain != FAYE_ERROR))
    loss = g_error_new (FAYE_ERROR,
                        FAYE_ERROR_DISCONNECTED,
                        "The client went away during the handshake: %s",
                        error != NULL ? error->message : "it ended the stream");
  opening_fail (self, self->refusal != NULL ? self->refusal : loss != NULL ? loss : error);
}

static const FayeTransportFuncs transport_funcs = {
  .received = transport_received,
  .ended = transport_ended,
};

static FayeServerOpening *
opening_new (FayeLoop *loop,
             gboolean allow_drafts,
             const FayeServerOpeningFuncs *funcs,
             gpointer owner)
{
  FayeServerOpening *self = g_new0 (FayeServerOpening, 1);

  g_ref_count_init (&self->ref_count);
  self->loop = faye_loop_ref (loop);
  self->allow_drafts = allow_drafts;
  self->funcs = funcs;
  self->owner = owner;
  return self;
}

/* Whether the target named another server than Host does. (libsoup makes the URI of the two.) */
static gboolean
request_is_for_another (SoupServerMessage *request, const char *authority)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (request);
  const char *host = soup_message_headers_get_one (headers, "Host");
  const char *scheme = g_uri_get_scheme (soup_server_message_get_uri (request));

  return host != NULL && faye_authority_is_valid (host) &&
         !faye_authority_equal (host, authority, g_str_equal (scheme, "https") ? 443 : 80);
}

static char *
uri_get_authority (GUri *uri)
{
  const char *host = g_uri_get_host (uri);
  int port = g_uri_get_port (uri);
  GString *out = g_string_new (NULL);

  if (host != NULL)
    g_string_printf (out, strchr (host, ':') != NULL ? "[%s]" : "%s", host);
  if (port > 0)
    g_string_append_printf (out, ":%d", port);
  return g_string_free (out, FALSE);
}

/* The request target as it came, or nearly so: libsoup keeps the query encoded, but decodes the
 * path, and a target that names the server as well looks like one that does not. */
static char *
request_get_target (SoupServerMessage *request)
{
  GUri *uri = soup_server_message_get_uri (request);
  g_autofree char *path = faye_url_encode_path (g_uri_get_path (uri));
  g_autofree char *authority = uri_get_authority (uri);
  GString *out = g_string_new (NULL);

  if (request_is_for_another (request, authority))
    g_string_printf (out, "%s://%s", g_uri_get_scheme (uri), authority);
  g_string_append (out, path);
  if (g_uri_get_query (uri) != NULL)
    g_string_append_printf (out, "?%s", g_uri_get_query (uri));
  if (g_uri_get_fragment (uri) != NULL)
    g_string_append_printf (out, "#%s", g_uri_get_fragment (uri));
  return g_string_free (out, FALSE);
}

/* (owned) (nullable) libsoup loses count of its references when it is asked twice. */
static GIOStream *
request_take_connection (SoupServerMessage *request)
{
  static const char key[] = "faye-taken";

  if (g_object_get_data (G_OBJECT (request), key) != NULL)
    return NULL;
  g_object_set_data (G_OBJECT (request), key, (gpointer) key);
  return soup_server_message_steal_connection (request);
}

FayeServerOpening *
faye_server_opening_new_for_request (FayeLoop *loop,
                                     SoupServerMessage *request,
                                     gboolean allow_drafts,
                                     const FayeServerOpeningFuncs *funcs,
                                     gpointer owner)
{
  FayeServerOpening *self = opening_new (loop, allow_drafts, funcs, owner);
  g_autofree char *target = request_get_target (request);
  g_autoptr (GIOStream) stream = NULL;

  self->secure = g_str_equal (g_uri_get_scheme (soup_server_message_get_uri (request)), "https");
  self->method = g_strdup (soup_server_message_get_method (request));
  self->headers = soup_message_headers_ref (soup_server_message_get_request_headers (request));
  self->handshake = faye_server_handshake_new (self->method,
                                               target,
                                               soup_server_message_get_http_version (request),
                                               self->headers,
                                               self->secure,
                                               allow_drafts);
  stream = request_take_connection (request);
  if (stream != NULL)
    self->transport = faye_transport_new (loop, stream, &transport_funcs, self);
  return self;
}

FayeServerOpening *
faye_server_opening_new_for_stream (FayeLoop *loop,
                                    GIOStream *stream,
                                    gboolean allow_drafts,
                                    const FayeServerOpeningFuncs *funcs,
                                    gpointer owner)
{
  FayeServerOpening *self = opening_new (loop, allow_drafts, funcs, owner);

  self->secure = G_IS_TLS_CONNECTION (stream);
  self->gate = faye_head_gate_new (TRUE);
  self->transport = faye_transport_new (loop, stream, &transport_funcs, self);
  return self;
}

static void
timed_out_cb (gpointer user_data)
{
  FayeServerOpening *self = user_data;

  GError *error =
    g_error_new_literal (FAYE_ERROR, FAYE_ERROR_TIMED_OUT, "The opening handshake took too long");

  if (self->is_accepted)
    {
      faye_server_opening_abort (self, error);
      g_error_free (error);
      return;
    }
  faye_server_opening_refuse (self, SOUP_STATUS_REQUEST_TIMEOUT, NULL, error);
}

/* The server let the connection go before the program asked for it, or it was taken over already.
 */
static void
opening_fail_without_connection (FayeServerOpening *self)
{
  g_autoptr (GError) error = g_error_new_literal (FAYE_ERROR,
                                                  FAYE_ERROR_DISCONNECTED,
                                                  "The request has no connection any more");

  opening_fail (self, error);
}

static void
begin_cb (gpointer user_data)
{
  g_autoptr (FayeServerOpening) self = faye_server_opening_ref (user_data);

  if (self->transport == NULL)
    opening_fail_without_connection (self);
  else if (self->gate != NULL)
    faye_transport_set_reading (self->transport, TRUE);
  else
    opening_judge (self);
}

void
faye_server_opening_start (FayeServerOpening *self, gint64 timeout)
{
  self->begun = g_get_monotonic_time ();
  faye_server_opening_set_timeout (self, timeout);
  faye_timer_start (&self->begin, self->loop, self->begun, begin_cb, self);
}

void
faye_server_opening_set_timeout (FayeServerOpening *self, gint64 timeout)
{
  if (!self->done && self->refusal == NULL)
    faye_timer_start (&self->timer, self->loop, self->begun + timeout, timed_out_cb, self);
}

FayeServerHandshake *
faye_server_opening_get_handshake (FayeServerOpening *self)
{
  return self->handshake;
}

SoupMessageHeaders *
faye_server_opening_get_headers (FayeServerOpening *self)
{
  return self->headers;
}

const char *
faye_server_opening_get_method (FayeServerOpening *self)
{
  return self->method;
}

GIOStream *
faye_server_opening_get_stream (FayeServerOpening *self)
{
  return self->transport != NULL ? faye_transport_get_stream (self->transport) : NULL;
}

gboolean
faye_server_opening_is_waiting (FayeServerOpening *self)
{
  return self->handshake != NULL && self->refusal == NULL && !self->is_accepted && !self->done;
}

void
faye_server_opening_accept (FayeServerOpening *self,
                            const char *subprotocol,
                            const char *extensions,
                            SoupMessageHeaders *extra)
{
  g_autoptr (GBytes) response =
    faye_server_handshake_accept (self->handshake, subprotocol, extensions, extra);

  g_assert (!self->done && !self->is_accepted);
  self->is_accepted = TRUE;
  self->subprotocol = g_strdup (subprotocol);
  self->extensions = g_strdup (extensions);
  opening_write (self, response);
  if (faye_server_handshake_get_challenge_size (self->handshake) > 0)
    faye_transport_set_reading (self->transport, TRUE);
  else
    opening_complete (self);
}

const char *
faye_server_opening_get_subprotocol (FayeServerOpening *self)
{
  return self->subprotocol;
}

const char *
faye_server_opening_get_extensions (FayeServerOpening *self)
{
  return self->extensions;
}

FayeTransport *
faye_server_opening_take_transport (FayeServerOpening *self)
{
  return g_steal_pointer (&self->transport);
}

void
faye_server_opening_abort (FayeServerOpening *self, const GError *error)
{
  g_autoptr (FayeServerOpening) keep = faye_server_opening_ref (self);

  if (self->transport != NULL)
    faye_transport_abort (self->transport, error);
  else
    opening_fail (self, error);
}
