/* SPDX-License-Identifier: MIT */

#include "faye/faye-client-attempt-private.h"

#include "faye/faye-error-private.h"
#include "faye/faye-tls-private.h"
#include "faye/http/faye-body-private.h"
#include "faye/http/faye-head-gate-private.h"

/* It goes through phases, each with one thing that can happen next: dialling, the head of a
 * response, the body of a refusal. Time is the owner's concern. */

#define MAX_BODY 65536
#define MAX_INTERIM 16 /* responses of 1xx before the final one */

struct _FayeClientAttempt
{
  grefcount ref_count;
  FayeLoop *loop;  /* (owned) */
  GBytes *request; /* (owned) */
  const FayeClientAttemptFuncs *funcs;
  gpointer owner;            /* (unowned) */
  GCancellable *cancellable; /* (owned) ends the dialling */
  FayeTransport *transport;  /* (owned) (nullable) */
  FayeHeadGate *gate;        /* (owned) (nullable) while a head is read */
  guint interim;             /* heads of 1xx that came */
  FayeHead *proxy_response;  /* (owned) (nullable) */
  FayeHead *response;        /* (owned) (nullable) the last that came, an interim one too */
  FayeBody *body;            /* (owned) (nullable) while a refusal's body is read, and after */
  gboolean over;             /* the owner hears no more */
};

FayeClientAttempt *
faye_client_attempt_new (FayeLoop *loop,
                         GBytes *request,
                         const FayeClientAttemptFuncs *funcs,
                         gpointer owner)
{
  FayeClientAttempt *self = g_new0 (FayeClientAttempt, 1);

  g_ref_count_init (&self->ref_count);
  self->loop = faye_loop_ref (loop);
  self->request = g_bytes_ref (request);
  self->funcs = funcs;
  self->owner = owner;
  self->cancellable = g_cancellable_new ();
  return self;
}

FayeClientAttempt *
faye_client_attempt_ref (FayeClientAttempt *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
faye_client_attempt_unref (FayeClientAttempt *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->transport, faye_transport_unref);
  g_clear_pointer (&self->gate, faye_head_gate_free);
  g_clear_pointer (&self->proxy_response, faye_head_free);
  g_clear_pointer (&self->response, faye_head_free);
  g_clear_pointer (&self->body, faye_body_free);
  g_bytes_unref (self->request);
  faye_loop_unref (self->loop);
  g_free (self);
}

void
faye_client_attempt_stop (FayeClientAttempt *self)
{
  g_autoptr (FayeClientAttempt) keep = faye_client_attempt_ref (self);
  g_autoptr (FayeTransport) transport = g_steal_pointer (&self->transport);

  self->over = TRUE;
  g_cancellable_cancel (self->cancellable);
  if (transport != NULL)
    faye_transport_abort (transport, NULL);
}

gboolean
faye_client_attempt_is_over (FayeClientAttempt *self)
{
  return self->over;
}

/* The stream goes first, so that nothing comes after `failed`. */
static void
attempt_fail (FayeClientAttempt *self, const GError *error)
{
  if (self->over)
    return;
  faye_client_attempt_stop (self);
  self->funcs->failed (self->owner, error);
}

static void
attempt_complete (FayeClientAttempt *self)
{
  if (self->over)
    return;
  faye_client_attempt_stop (self);
  self->funcs->completed (self->owner);
}

static void
attempt_take_response (FayeClientAttempt *self)
{
  self->body = faye_body_new (self->response->status, self->response->headers, MAX_BODY);
  self->funcs->responded (self->owner);
  if (!self->over && faye_body_is_complete (self->body))
    attempt_complete (self);
}

static void
attempt_take_head (FayeClientAttempt *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->response, faye_head_free);
  self->response = faye_head_gate_parse (self->gate, &error);
  g_clear_pointer (&self->gate, faye_head_gate_free);
  if (self->response == NULL)
    attempt_fail (self, (error = faye_error_from_http (error)));
  else if (!faye_head_is_interim (self->response))
    attempt_take_response (self);
  else if (++self->interim <= MAX_INTERIM)
    self->gate = faye_head_gate_new (FALSE);
  else
    {
      error = g_error_new (FAYE_ERROR,
                           FAYE_ERROR_HANDSHAKE,
                           "More than %d interim responses came",
                           MAX_INTERIM);
      attempt_fail (self, error);
    }
}

static gsize
attempt_read_head (FayeClientAttempt *self, const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  gsize used = 0;

  switch (faye_head_gate_feed (self->gate, data, size, &used, &error))
    {
    case FAYE_HEAD_MORE:
      return size;
    case FAYE_HEAD_DONE:
      attempt_take_head (self);
      return used;
    default:
      attempt_fail (self, (error = faye_error_from_http (error)));
      return size;
    }
}

static gsize
attempt_read_body (FayeClientAttempt *self, const guint8 *data, gsize size)
{
  faye_body_feed (self->body, data, size);
  if (faye_body_is_complete (self->body))
    attempt_complete (self);
  return size;
}

static gsize
transport_received (gpointer owner, guint8 *data, gsize size)
{
  g_autoptr (FayeClientAttempt) self = faye_client_attempt_ref (owner);
  gsize used = 0;

  while (used < size && !self->over)
    {
      if (self->body != NULL)
        used += attempt_read_body (self, data + used, size - used);
      else
        used += attempt_read_head (self, data + used, size - used);
    }
  return used;
}

/* With TLS 1.3 a server refuses our certificate only now. */
static GError *
attempt_explain (FayeClientAttempt *self, const GError *error)
{
  if (error != NULL && error->domain == G_TLS_ERROR)
    return faye_tls_explain (faye_transport_get_stream (self->transport), error);
  return g_error_new (FAYE_ERROR,
                      FAYE_ERROR_HANDSHAKE,
                      "The server ended the connection during the handshake: %s",
                      error != NULL ? error->message : "no complete response came");
}

static void
transport_ended (gpointer owner, const GError *error)
{
  g_autoptr (FayeClientAttempt) self = faye_client_attempt_ref (owner);
  g_autoptr (GError) loss = NULL;

  if (self->over)
    return;
  if (self->body != NULL)
    {
      attempt_complete (self);
      return;
    }
  loss = attempt_explain (self, error);
  attempt_fail (self, loss);
}

static const FayeTransportFuncs transport_funcs = {
  .received = transport_received,
  .ended = transport_ended,
};

static void
attempt_send_request (FayeClientAttempt *self, GIOStream *stream)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (self->request, &size);

  self->transport = faye_transport_new (self->loop, stream, &transport_funcs, self);
  self->gate = faye_head_gate_new (FALSE);
  faye_transport_push (self->transport,
                       data,
                       size,
                       g_bytes_ref (self->request),
                       (GDestroyNotify) g_bytes_unref);
  faye_transport_set_reading (self->transport, TRUE);
}

/* Whether the owner still wants the stream. */
static gboolean
attempt_speak (FayeClientAttempt *self, GIOStream *stream)
{
  self->funcs->connected (self->owner, stream);
  if (!self->over)
    self->funcs->progress (self->owner, FAYE_PHASE_HANDSHAKING);
  if (self->over)
    return FALSE;
  attempt_send_request (self, stream);
  return TRUE;
}

void
faye_client_attempt_speak (FayeClientAttempt *self, GIOStream *stream)
{
  g_autoptr (FayeClientAttempt) keep = faye_client_attempt_ref (self);

  attempt_speak (self, stream);
}

static void
dial_progress (gpointer owner, FayePhase phase)
{
  g_autoptr (FayeClientAttempt) self = faye_client_attempt_ref (owner);

  if (!self->over)
    self->funcs->progress (self->owner, phase);
}

/* Clearing an outcome closes a stream that nobody wants. */
static void
dialled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (FayeClientAttempt) self = user_data;
  g_auto (FayeDialOutcome) outcome = { NULL };
  g_autoptr (GError) error = NULL;

  faye_dial_finish (result, &outcome, &error);
  if (self->over)
    return;
  self->proxy_response = g_steal_pointer (&outcome.proxy_head);
  if (outcome.stream == NULL)
    attempt_fail (self, error);
  else if (attempt_speak (self, outcome.stream))
    g_clear_object (&outcome.stream);
}

void
faye_client_attempt_dial (FayeClientAttempt *self, FayeDialPlan *plan)
{
  GMainContext *context = faye_loop_get_context (self->loop);

  plan->progress = dial_progress;
  plan->owner = self;
  g_main_context_push_thread_default (context);
  faye_dial_async (plan, self->cancellable, dialled_cb, faye_client_attempt_ref (self));
  g_main_context_pop_thread_default (context);
}

FayeTransport *
faye_client_attempt_take_transport (FayeClientAttempt *self)
{
  self->over = TRUE;
  faye_transport_set_reading (self->transport, FALSE);
  return g_steal_pointer (&self->transport);
}

const FayeHead *
faye_client_attempt_get_proxy_response (FayeClientAttempt *self)
{
  return self->proxy_response;
}

const FayeHead *
faye_client_attempt_get_response (FayeClientAttempt *self)
{
  return self->response;
}

GBytes *
faye_client_attempt_get_body (FayeClientAttempt *self)
{
  gboolean is_refusal =
    self->body != NULL && self->response->status != SOUP_STATUS_SWITCHING_PROTOCOLS;

  return is_refusal ? faye_body_to_bytes (self->body) : NULL;
}
