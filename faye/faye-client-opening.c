/* SPDX-License-Identifier: MIT */

#include "faye/faye-client-opening-private.h"

#include "faye/faye-dial-private.h"
#include "faye/faye-error-private.h"
#include "faye/http/faye-body-private.h"
#include "faye/http/faye-head-gate-private.h"
#include "faye/io/faye-timer-private.h"

/*
 * The client's opening handshake. It goes through phases, each with one thing that can happen next:
 * dialling, the head of a response, the body of a refusal. One deadline holds over all of them.
 */

#define MAX_BODY 65536
#define MAX_INTERIM 16 /* responses of 1xx before the final one */

struct _FayeClientOpening
{
  grefcount ref_count;
  FayeLoop *loop;                 /* (owned) */
  FayeUrl *url;                   /* (owned) */
  FayeClientHandshake *handshake; /* (owned) */
  const FayeClientOpeningFuncs *funcs;
  gpointer owner; /* (unowned) */
  FayeTimer timer;
  GCancellable *cancellable; /* (owned) ends the dialling */
  FayeTransport *transport;  /* (owned) (nullable) */
  FayeHeadGate *gate;        /* (owned) (nullable) while a head is read */
  guint interim;             /* heads of 1xx that came */
  FayeHead *response;        /* (owned) (nullable) */
  FayeBody *body;            /* (owned) (nullable) while a refusal's body is read, and after */
  GError *refusal;           /* (owned) (nullable) what to fail with when the body is there */
  gboolean done;
};

FayeClientOpening *
faye_client_opening_ref (FayeClientOpening *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
faye_client_opening_unref (FayeClientOpening *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  faye_timer_stop (&self->timer);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->transport, faye_transport_unref);
  g_clear_pointer (&self->gate, faye_head_gate_free);
  g_clear_pointer (&self->response, faye_head_free);
  g_clear_pointer (&self->body, faye_body_free);
  g_clear_error (&self->refusal);
  faye_client_handshake_free (self->handshake);
  faye_url_free (self->url);
  faye_loop_unref (self->loop);
  g_free (self);
}

/* The one way out that is not a success. The stream goes first, so that nothing comes after
 * `failed`. */
static void
opening_fail (FayeClientOpening *self, const GError *error)
{
  g_autoptr (FayeTransport) transport = NULL;

  if (self->done)
    return;
  self->done = TRUE;
  faye_timer_stop (&self->timer);
  g_cancellable_cancel (self->cancellable);
  transport = g_steal_pointer (&self->transport);
  if (transport != NULL)
    faye_transport_abort (transport, error);
  self->funcs->failed (self->owner, error);
}

static void
opening_accept (FayeClientOpening *self, const char *subprotocol, const char *extensions)
{
  self->done = TRUE;
  faye_timer_stop (&self->timer);
  self->funcs->accepted (self->owner, g_steal_pointer (&self->transport), subprotocol, extensions);
}

/* A refusal is reported once its body is there, so that the program can read the server's reasons.
 */
static void
opening_refused (FayeClientOpening *self, GError *error)
{
  self->refusal = error;
  self->body = faye_body_new (self->response->status, self->response->headers, MAX_BODY);
  if (faye_body_is_complete (self->body))
    opening_fail (self, self->refusal);
}

static void
opening_judge (FayeClientOpening *self)
{
  g_autofree char *subprotocol = NULL;
  g_autofree char *extensions = NULL;
  GError *error = NULL;

  if (faye_client_handshake_check (self->handshake,
                                   self->response,
                                   &subprotocol,
                                   &extensions,
                                   &error))
    {
      faye_transport_set_reading (self->transport, FALSE);
      opening_accept (self, subprotocol, extensions);
    }
  else
    opening_refused (self, faye_error_from_http (error));
}

static void
opening_take_head (FayeClientOpening *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->response, faye_head_free);
  self->response = faye_head_gate_parse (self->gate, &error);
  g_clear_pointer (&self->gate, faye_head_gate_free);
  if (self->response == NULL)
    opening_fail (self, (error = faye_error_from_http (error)));
  else if (!faye_head_is_interim (self->response))
    opening_judge (self);
  else if (++self->interim <= MAX_INTERIM)
    self->gate = faye_head_gate_new (FALSE);
  else
    {
      error = g_error_new (FAYE_ERROR,
                           FAYE_ERROR_HANDSHAKE,
                           "More than %d interim responses came",
                           MAX_INTERIM);
      opening_fail (self, error);
    }
}

static gsize
opening_read_head (FayeClientOpening *self, const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  gsize used = 0;

  switch (faye_head_gate_feed (self->gate, data, size, &used, &error))
    {
    case FAYE_HEAD_MORE:
      return size;
    case FAYE_HEAD_DONE:
      opening_take_head (self);
      return used;
    default:
      opening_fail (self, (error = faye_error_from_http (error)));
      return size;
    }
}

static gsize
opening_read_body (FayeClientOpening *self, const guint8 *data, gsize size)
{
  faye_body_feed (self->body, data, size);
  if (faye_body_is_complete (self->body))
    opening_fail (self, self->refusal);
  return size;
}

static gsize
transport_received (gpointer owner, guint8 *data, gsize size)
{
  g_autoptr (FayeClientOpening) self = faye_client_opening_ref (owner);
  gsize used = 0;

  while (used < size && !self->done)
    {
      if (self->body != NULL)
        used += opening_read_body (self, data + used, size - used);
      else
        used += opening_read_head (self, data + used, size - used);
    }
  return used;
}

static void
transport_ended (gpointer owner, const GError *error)
{
  g_autoptr (FayeClientOpening) self = faye_client_opening_ref (owner);
  g_autoptr (GError) loss = NULL;

  loss = g_error_new (FAYE_ERROR,
                      FAYE_ERROR_HANDSHAKE,
                      "The server ended the connection during the handshake: %s",
                      error != NULL ? error->message : "no complete response came");
  opening_fail (self, self->refusal != NULL ? self->refusal : loss);
}

static const FayeTransportFuncs transport_funcs = {
  .received = transport_received,
  .ended = transport_ended,
};

static void
opening_send_request (FayeClientOpening *self, GIOStream *stream)
{
  GBytes *request = faye_client_handshake_get_request (self->handshake);
  gsize size;
  const guint8 *data = g_bytes_get_data (request, &size);

  self->transport = faye_transport_new (self->loop, stream, &transport_funcs, self);
  self->gate = faye_head_gate_new (FALSE);
  faye_transport_push (self->transport,
                       data,
                       size,
                       g_bytes_ref (request),
                       (GDestroyNotify) g_bytes_unref);
  faye_transport_set_reading (self->transport, TRUE);
}

static void
dialled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (FayeClientOpening) self = user_data;
  g_auto (FayeDialOutcome) outcome = { NULL };
  g_autoptr (GError) error = NULL;

  faye_dial_finish (result, &outcome, &error);
  if (self->done)
    return;
  if (outcome.stream != NULL)
    opening_send_request (self, outcome.stream);
  else
    opening_fail (self, error);
  g_clear_object (&outcome.stream);
}

static void
timed_out_cb (gpointer user_data)
{
  g_autoptr (FayeClientOpening) self = faye_client_opening_ref (user_data);
  g_autoptr (GError) error = NULL;

  error = g_error_new (FAYE_ERROR,
                       FAYE_ERROR_TIMED_OUT,
                       "The connection to %s did not open in time",
                       self->url->text);
  opening_fail (self, self->refusal != NULL ? self->refusal : error);
}

FayeClientOpening *
faye_client_opening_new (FayeLoop *loop,
                         FayeUrl *url,
                         FayeClientHandshake *handshake,
                         const FayeClientOpeningFuncs *funcs,
                         gpointer owner)
{
  FayeClientOpening *self = g_new0 (FayeClientOpening, 1);

  g_ref_count_init (&self->ref_count);
  self->loop = faye_loop_ref (loop);
  self->url = url;
  self->handshake = handshake;
  self->funcs = funcs;
  self->owner = owner;
  self->cancellable = g_cancellable_new ();
  return self;
}

void
faye_client_opening_start (FayeClientOpening *self, gint64 timeout)
{
  FayeDialPlan plan = { .url = self->url, .priority = G_PRIORITY_DEFAULT };
  GMainContext *context = faye_loop_get_context (self->loop);

  faye_timer_start (&self->timer,
                    self->loop,
                    g_get_monotonic_time () + timeout,
                    timed_out_cb,
                    self);
  g_main_context_push_thread_default (context);
  faye_dial_async (&plan, self->cancellable, dialled_cb, faye_client_opening_ref (self));
  g_main_context_pop_thread_default (context);
}

void
faye_client_opening_abort (FayeClientOpening *self, const GError *error)
{
  g_autoptr (FayeClientOpening) keep = faye_client_opening_ref (self);

  opening_fail (self, error);
}

const FayeHead *
faye_client_opening_get_response (FayeClientOpening *self)
{
  return self->response;
}

GBytes *
faye_client_opening_get_body (FayeClientOpening *self)
{
  return self->body != NULL ? faye_body_to_bytes (self->body) : NULL;
}
