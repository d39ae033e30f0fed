/* SPDX-License-Identifier: MIT */

#include "faye/faye-client-opening-private.h"

#include "faye/faye-client-attempt-private.h"
#include "faye/faye-client-credentials-private.h"
#include "faye/faye-client-redirect-private.h"
#include "faye/faye-client-session-private.h"
#include "faye/faye-client-wish-private.h"
#include "faye/faye-error-private.h"
#include "faye/faye-tls-private.h"
#include "faye/io/faye-timer-private.h"

/*
 * The client's opening handshake. Each attempt dials anew: what a server sent after a response that
 * was no 101 is never read as the next one. There are at most as many attempts as redirects are
 * allowed and challenges answered.
 */

struct _FayeClientOpening
{
  grefcount ref_count;
  FayeLoop *loop;       /* (owned) */
  FayeClientWish *wish; /* (owned) */
  const FayeClientOpeningFuncs *funcs;
  gpointer owner; /* (unowned) */

  FayeUrl *first;                     /* (owned) what the program gave */
  FayeUrl *url;                       /* (owned) where redirects led since */
  FayeClientHandshake *handshake;     /* (owned) (nullable) of the attempt */
  FayeClientAttempt *attempt;         /* (owned) (nullable) the last */
  gboolean identified;                /* its request had an Authorization */
  FayeClientCredentials *credentials; /* (owned) */
  guint redirects;
  GError *refusal; /* (owned) (nullable) what to fail with when the response is complete */

  FayeTimer timer;  /* the deadline, or the turn after the program's answer */
  gint64 time_left; /* µs, while the program is asked */
  SoupAuth *asked;  /* (owned) (nullable) while the program is asked */
  FayePhase phase;
  gboolean done;
};

FayeClientOpening *
faye_client_opening_ref (FayeClientOpening *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

static void
opening_stop_asking (FayeClientOpening *self)
{
  if (self->asked != NULL)
    g_signal_handlers_disconnect_by_data (self->asked, self);
  g_clear_object (&self->asked);
}

static void
opening_drop_attempt (FayeClientOpening *self)
{
  if (self->attempt != NULL)
    faye_client_attempt_stop (self->attempt);
  g_clear_pointer (&self->attempt, faye_client_attempt_unref);
  g_clear_pointer (&self->handshake, faye_client_handshake_free);
}

void
faye_client_opening_unref (FayeClientOpening *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  faye_timer_stop (&self->timer);
  opening_stop_asking (self);
  opening_drop_attempt (self);
  g_clear_pointer (&self->credentials, faye_client_credentials_free);
  g_clear_pointer (&self->first, faye_url_free);
  g_clear_pointer (&self->url, faye_url_free);
  g_clear_error (&self->refusal);
  faye_client_wish_free (self->wish);
  faye_loop_unref (self->loop);
  g_free (self);
}

/* The one way out that is not a success. The stream goes first, so that nothing comes after
 * `failed`. */
static void
opening_fail (FayeClientOpening *self, const GError *error)
{
  if (self->done)
    return;
  self->done = TRUE;
  faye_timer_stop (&self->timer);
  opening_stop_asking (self);
  if (self->attempt != NULL)
    faye_client_attempt_stop (self->attempt);
  self->funcs->failed (self->owner, error);
}

static const char *
name_phase (FayePhase phase)
{
  switch (phase)
    {
    case FAYE_PHASE_RESOLVING:
      return "its name was being resolved";
    case FAYE_PHASE_CONNECTING:
      return "no connection came about";
    case FAYE_PHASE_PROXYING:
      return "the proxy did not answer";
    case FAYE_PHASE_SECURING:
      return "the TLS handshake did not end";
    case FAYE_PHASE_HANDSHAKING:
      return "the server did not answer";
    default:
      return "it had not begun";
    }
}

static void
timed_out_cb (gpointer user_data)
{
  g_autoptr (FayeClientOpening) self = faye_client_opening_ref (user_data);
  g_autoptr (GError) error = NULL;

  error = g_error_new (FAYE_ERROR,
                       FAYE_ERROR_TIMED_OUT,
                       "The connection to %s did not open in time: %s",
                       self->url->authority,
                       name_phase (self->phase));
  opening_fail (self, self->refusal != NULL ? self->refusal : error);
}

static void
opening_start_clock (FayeClientOpening *self, gint64 time)
{
  faye_timer_start (&self->timer, self->loop, g_get_monotonic_time () + time, timed_out_cb, self);
}

/* Writes the request of the next attempt: all that goes into it is judged here. Who listens to the
 * session may end it all. */
static gboolean
opening_prepare (FayeClientOpening *self, GError **error)
{
  self->handshake =
    faye_client_wish_write (self->wish, self->url, self->credentials, &self->identified, error);
  return self->handshake != NULL;
}

static const FayeClientAttemptFuncs attempt_funcs;

static void
opening_attempt (FayeClientOpening *self)
{
  g_autoptr (FayeClientAttempt) attempt = NULL;
  FayeDialPlan plan = { 0 };

  attempt = faye_client_attempt_new (self->loop,
                                     faye_client_handshake_get_request (self->handshake),
                                     &attempt_funcs,
                                     self);
  self->attempt = faye_client_attempt_ref (attempt);
  if (self->wish->stream != NULL)
    faye_client_attempt_speak (attempt, self->wish->stream);
  else
    {
      faye_client_wish_plan (self->wish, self->url, &plan);
      faye_client_attempt_dial (attempt, &plan);
    }
}

static void
opening_try_again (FayeClientOpening *self)
{
  GError *error = NULL;

  opening_drop_attempt (self);
  g_clear_error (&self->refusal);
  self->funcs->connected (self->owner, NULL, FALSE);
  if (self->done)
    return;
  if (!opening_prepare (self, &error))
    {
      error = faye_error_from_http (error);
      opening_fail (self, error);
      g_error_free (error);
    }
  else if (!self->done)
    opening_attempt (self);
}

static void
opening_accept (FayeClientOpening *self, const char *subprotocol, const char *extensions)
{
  FayeTransport *transport = faye_client_attempt_take_transport (self->attempt);

  self->done = TRUE;
  faye_timer_stop (&self->timer);
  faye_client_session_share_auth (self->wish->session,
                                  self->url,
                                  faye_client_credentials_get_accepted (self->credentials));
  self->phase = FAYE_PHASE_DONE;
  self->funcs->accepted (self->owner, transport, subprotocol, extensions);
}

/* What belongs to the server that is left behind does not go along. */
static void
opening_leave_origin (FayeClientOpening *self)
{
  faye_client_wish_leave_origin (self->wish);
  g_clear_pointer (&self->credentials, faye_client_credentials_free);
  self->credentials = faye_client_credentials_new ();
}

/* What the program gave for one server alone is shown to no other. */
static const char *
opening_get_tie (FayeClientOpening *self)
{
  if (self->wish->connectable != NULL)
    return "only one server is connected to";
  if (faye_tls_is_for_one_server (self->wish->tls))
    return "the client certificate or server name is for one server";
  return NULL;
}

static gboolean
opening_check_redirect (FayeClientOpening *self, const FayeUrl *next, GError **error)
{
  const char *tie = opening_get_tie (self);

  if (self->redirects >= self->wish->max_redirects)
    g_set_error (error,
                 FAYE_ERROR,
                 FAYE_ERROR_REDIRECT,
                 "More than %u redirects came, the last to %s",
                 self->wish->max_redirects,
                 next->authority);
  else if (tie != NULL && !faye_url_is_same_origin (self->url, next))
    g_set_error (error,
                 FAYE_ERROR,
                 FAYE_ERROR_REDIRECT,
                 "Redirect to %s, but %s",
                 next->authority,
                 tie);
  else
    return TRUE;
  return FALSE;
}

/* A URL's user goes along within its origin. */
static void
opening_move (FayeClientOpening *self, FayeUrl *next)
{
  self->redirects++;
  if (faye_url_is_same_origin (self->url, next))
    {
      next->user = g_steal_pointer (&self->url->user);
      next->password = g_steal_pointer (&self->url->password);
    }
  else
    opening_leave_origin (self);
  faye_url_free (self->url);
  self->url = next;
}

/* A redirect that is not followed becomes the refusal, and its body is read. */
static void
opening_redirect (FayeClientOpening *self, const FayeHead *response)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FayeUrl) next = faye_client_redirect_follow (self->url, response, &error);

  if (next == NULL || !opening_check_redirect (self, next, &error))
    {
      g_clear_error (&self->refusal);
      self->refusal = g_steal_pointer (&error);
      return;
    }
  opening_move (self, g_steal_pointer (&next));
  opening_try_again (self);
}

/* A stream cannot be dialled again. */
static gboolean
opening_may_follow (FayeClientOpening *self, const FayeHead *response)
{
  return self->wish->stream == NULL && self->wish->max_redirects > 0 &&
         faye_client_redirect_is_one (response);
}

static void
opening_resume (FayeClientOpening *self)
{
  opening_stop_asking (self);
  opening_start_clock (self, self->time_left);
  opening_try_again (self);
}

/* What the server has to say about it is what is left, and may be there already. */
static void
opening_decline (FayeClientOpening *self)
{
  opening_stop_asking (self);
  if (faye_client_attempt_is_over (self->attempt))
    opening_fail (self, self->refusal);
  else
    opening_start_clock (self, self->time_left);
}

/* In a turn of its own, as the program answers wherever it likes. */
static void
answered_cb (gpointer user_data)
{
  g_autoptr (FayeClientOpening) self = faye_client_opening_ref (user_data);

  if (soup_auth_is_authenticated (self->asked))
    opening_resume (self);
  else
    opening_decline (self);
}

static void
auth_notify_cb (SoupAuth *auth, GParamSpec *pspec, gpointer user_data)
{
  FayeClientOpening *self = user_data;

  faye_timer_start (&self->timer, self->loop, g_get_monotonic_time (), answered_cb, self);
}

static void
opening_await_answer (FayeClientOpening *self)
{
  g_signal_connect (self->asked, "notify::is-authenticated", G_CALLBACK (auth_notify_cb), self);
  g_signal_connect (self->asked, "notify::is-cancelled", G_CALLBACK (auth_notify_cb), self);
}

/* The program's time is not the peer's: the clock stands. Meanwhile the body is read. */
static void
opening_ask (FayeClientOpening *self)
{
  g_autoptr (SoupAuth) auth = g_object_ref (faye_client_credentials_get_auth (self->credentials));
  gint64 time_left = self->timer.deadline - g_get_monotonic_time ();
  gboolean handled;

  self->asked = g_object_ref (auth);
  self->time_left = MAX (time_left, 0);
  faye_timer_stop (&self->timer);
  handled = self->funcs->authenticate (self->owner, auth, self->identified);
  if (self->done)
    return;
  if (soup_auth_is_authenticated (auth))
    opening_resume (self);
  else if (handled && !soup_auth_is_cancelled (auth))
    opening_await_answer (self);
  else
    opening_decline (self);
}

/* A header field of the program's own is its last word. */
static gboolean
opening_may_answer (FayeClientOpening *self, const FayeHead *response)
{
  return response->status == SOUP_STATUS_UNAUTHORIZED && self->wish->stream == NULL &&
         !faye_client_wish_has_header (self->wish, "Authorization");
}

static void
opening_take_challenge (FayeClientOpening *self, const FayeHead *response)
{
  switch (faye_client_credentials_judge (self->credentials, self->url, response->headers))
    {
    case FAYE_CHALLENGE_ANSWERED:
      opening_try_again (self);
      break;
    case FAYE_CHALLENGE_ASK:
      opening_ask (self);
      break;
    default:
      break;
    }
}

/* A refusal that nothing can be done about stays until its body is there. */
static void
attempt_responded (gpointer owner)
{
  g_autoptr (FayeClientOpening) self = faye_client_opening_ref (owner);
  g_autoptr (FayeClientAttempt) attempt = faye_client_attempt_ref (self->attempt);
  const FayeHead *response = faye_client_attempt_get_response (attempt);
  g_autofree char *subprotocol = NULL;
  g_autofree char *extensions = NULL;
  GError *error = NULL;

  faye_client_session_take_cookies (self->wish->session, self->url, self->first, response->headers);
  /* Who listens to the jar may end it all. */
  if (self->done)
    return;
  if (faye_client_handshake_check (self->handshake, response, &subprotocol, &extensions, &error))
    {
      opening_accept (self, subprotocol, extensions);
      return;
    }
  self->refusal = faye_error_from_http (error);
  if (opening_may_follow (self, response))
    opening_redirect (self, response);
  else if (opening_may_answer (self, response))
    opening_take_challenge (self, response);
}

static void
attempt_completed (gpointer owner)
{
  g_autoptr (FayeClientOpening) self = faye_client_opening_ref (owner);

  if (self->asked == NULL)
    opening_fail (self, self->refusal);
}

static void
attempt_progress (gpointer owner, FayePhase phase)
{
  g_autoptr (FayeClientOpening) self = faye_client_opening_ref (owner);

  if (phase == self->phase)
    return;
  self->phase = phase;
  self->funcs->progress (self->owner, phase);
}

static void
attempt_connected (gpointer owner, GIOStream *stream)
{
  g_autoptr (FayeClientOpening) self = faye_client_opening_ref (owner);

  self->funcs->connected (self->owner, stream, self->url->secure || self->wish->stream != NULL);
}

static void
attempt_failed (gpointer owner, const GError *error)
{
  g_autoptr (FayeClientOpening) self = faye_client_opening_ref (owner);

  opening_fail (self, error);
}

static const FayeClientAttemptFuncs attempt_funcs = {
  .progress = attempt_progress,
  .connected = attempt_connected,
  .responded = attempt_responded,
  .completed = attempt_completed,
  .failed = attempt_failed,
};

FayeClientOpening *
faye_client_opening_new (FayeLoop *loop,
                         const FayeClientWish *wish,
                         const FayeClientOpeningFuncs *funcs,
                         gpointer owner,
                         GError **error)
{
  g_autoptr (FayeClientOpening) self = g_new0 (FayeClientOpening, 1);

  g_ref_count_init (&self->ref_count);
  self->loop = faye_loop_ref (loop);
  self->funcs = funcs;
  self->owner = owner;
  self->credentials = faye_client_credentials_new ();
  self->wish = faye_client_wish_copy (wish);
  self->first = faye_url_parse (wish->url, error);
  self->url = self->first != NULL ? faye_url_copy (self->first) : NULL;
  if (self->url == NULL || !opening_prepare (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
faye_client_opening_start (FayeClientOpening *self, gint64 timeout)
{
  g_autoptr (FayeClientOpening) keep = faye_client_opening_ref (self);

  opening_start_clock (self, timeout);
  opening_attempt (self);
}

void
faye_client_opening_abort (FayeClientOpening *self, const GError *error)
{
  g_autoptr (FayeClientOpening) keep = faye_client_opening_ref (self);

  opening_fail (self, error);
}

const char *
faye_client_opening_get_url (FayeClientOpening *self)
{
  return self->url->text;
}

const FayeHead *
faye_client_opening_get_proxy_response (FayeClientOpening *self)
{
  return self->attempt != NULL ? faye_client_attempt_get_proxy_response (self->attempt) : NULL;
}

const FayeHead *
faye_client_opening_get_response (FayeClientOpening *self)
{
  return self->attempt != NULL ? faye_client_attempt_get_response (self->attempt) : NULL;
}

GBytes *
faye_client_opening_get_body (FayeClientOpening *self)
{
  return self->attempt != NULL ? faye_client_attempt_get_body (self->attempt) : NULL;
}
