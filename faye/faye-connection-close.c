/* SPDX-License-Identifier: MIT */

#include "faye/faye-connection-parts-private.h"

#include "faye/core/faye-close-code-private.h"
#include "faye/faye-error-private.h"
#include "faye/faye-waiter-private.h"

#include <string.h>

/*
 * The end of a connection. It comes in one place, connection_over (): whatever led there (a closing
 * handshake, a failure, a vanished peer, an abort) has left its code and reason in the struct
 * before.
 */

/* How long (ms) the peer may take to end the stream once the closing handshake is done. */
#define FINISH_TIMEOUT 2000

static void
connection_set_outcome (FayeConnection *self, guint code, const char *reason, gsize size)
{
  self->code = code;
  g_free (self->reason);
  self->reason = g_strndup (reason != NULL ? reason : "", size);
}

static void
connection_begin_closing (FayeConnection *self)
{
  if (self->closing)
    return;
  self->closing = TRUE;
  faye_timer_stop (&self->message_timer);
  self->funcs->closing (self->owner);
}

/* A stream that ends without a Close is an abnormal end (RFC 6455, section 7.1.5); so the error is
 * worth telling unless a failure was told before. */
static void
connection_report_loss (FayeConnection *self, const GError *cause)
{
  g_autoptr (GError) error = NULL;

  if (cause != NULL && cause->domain == FAYE_ERROR)
    error = g_error_copy (cause);
  else
    error = g_error_new (FAYE_ERROR,
                         FAYE_ERROR_DISCONNECTED,
                         "The connection ended without a closing handshake: %s",
                         cause != NULL ? cause->message : "the peer ended the stream");
  self->funcs->failed (self->owner, error);
}

static void
connection_release_waiters (FayeConnection *self)
{
  g_autoptr (GError) error =
    g_error_new (FAYE_ERROR, FAYE_ERROR_NOT_OPEN, "The connection ended with code %u", self->code);

  faye_waiter_fail_all (&self->sends, error);
  faye_waiter_fail_all (&self->piped, error);
  faye_heartbeat_stop (self->heartbeat, error);
}

/* Version hixie-75 has no other way to close a connection. */
static gboolean
connection_is_ended_properly (FayeConnection *self, const GError *error)
{
  return self->code != FAYE_CLOSE_CODE_ABNORMAL ||
         (error == NULL && faye_protocol_get_version (self->protocol) == FAYE_VERSION_HIXIE_75);
}

static void
connection_over (FayeConnection *self, const GError *error)
{
  self->ended = TRUE;
  faye_timer_stop (&self->close_timer);
  faye_timer_stop (&self->resume_timer);
  if (self->pipeline != NULL)
    faye_pipeline_close (self->pipeline);
  connection_begin_closing (self);
  if (!connection_is_ended_properly (self, error))
    connection_report_loss (self, error);
  connection_release_waiters (self);
  self->funcs->closed (self->owner, self->code, self->reason);
}

/* The closing handshake is done, or given up: what is queued leaves, then the stream ends. The
 * server ends it, the client waits for that (RFC 6455, section 7.1.1); whoever found a fault does
 * not wait. */
static void
connection_finish (FayeConnection *self)
{
  if (self->finishing || self->ended)
    return;
  self->finishing = TRUE;
  if (self->stream_lost)
    {
      connection_over (self, self->loss);
      return;
    }
  faye_connection_write_replies (self);
  faye_timer_stop (&self->close_timer);
  faye_transport_finish (self->transport, self->finish, FINISH_TIMEOUT);
}

void
faye_connection_drained (FayeConnection *self)
{
  if (!self->draining)
    return;
  self->draining = FALSE;
  connection_finish (self);
}

/* The last Close goes behind what is still in the pipeline. */
static void
connection_drain (FayeConnection *self)
{
  if (self->pipeline == NULL || self->stream_lost)
    {
      connection_finish (self);
      return;
    }
  if (self->draining || self->finishing || self->ended)
    return;
  self->draining = TRUE;
  faye_pipeline_push_mark (self->pipeline, FAYE_DIRECTION_OUTGOING, &faye_connection_end_mark);
  if (!self->draining)
    return;
  faye_connection_update_reading (self);
  faye_connection_watch_closing (self);
}

/* The peer is told with the code; the program with an error besides, if it is a fault. */
static void
connection_carry_out (FayeConnection *self, const FayeConnectionEnd *end, gsize size)
{
  gboolean waits = !end->fault && self->role == FAYE_ROLE_CLIENT;

  connection_set_outcome (self, end->code, end->text, size);
  self->finish = waits ? FAYE_FINISH_WAIT : FAYE_FINISH_CLOSE;
  if (end->fault)
    {
      const char *text = end->error != NULL ? end->error : self->reason;
      g_autoptr (GError) error = g_error_new_literal (FAYE_ERROR, end->kind, text);

      self->funcs->failed (self->owner, error);
    }
  connection_begin_closing (self);
  connection_drain (self);
}

gboolean
faye_connection_is_ending (FayeConnection *self)
{
  return self->end.due || self->stream_lost;
}

void
faye_connection_end (FayeConnection *self)
{
  g_autofree char *text = g_steal_pointer (&self->end.text);
  FayeConnectionEnd end = self->end;

  if (!end.due)
    {
      if (self->stream_lost)
        connection_finish (self);
      return;
    }
  end.text = text;
  self->end.due = FALSE;
  faye_timer_stop (&self->close_timer);
  connection_carry_out (self, &end, strlen (text));
}

/* With nothing to be delivered any more, there is nothing to wait for. */
void
faye_connection_come_to_end (FayeConnection *self,
                             const FayeConnectionEnd *end,
                             const char *text,
                             gsize size)
{
  FayeConnectionEnd now = *end;

  if (self->pipeline == NULL || self->closing)
    {
      now.text = (char *) text;
      connection_carry_out (self, &now, size);
      return;
    }
  now.due = TRUE;
  now.text = g_strndup (text != NULL ? text : "", size);
  self->end = now;
  faye_timer_stop (&self->message_timer);
  faye_pipeline_push_mark (self->pipeline, FAYE_DIRECTION_INCOMING, &faye_connection_end_mark);
  if (!self->end.due)
    return;
  faye_connection_update_reading (self);
  if (!self->paused)
    faye_connection_watch_closing (self);
}

/* It takes the place of whatever end was under way, unless that has been put into words. */
void
faye_connection_fault (FayeConnection *self, guint code, const char *text, const char *error)
{
  FayeConnectionEnd end = { .fault = TRUE,
                            .kind = faye_error_from_close_code (code),
                            .code = code,
                            .text = (char *) text,
                            .error = error };

  if (self->finishing || self->ended || faye_protocol_is_close_sent (self->protocol))
    return;
  self->end.due = FALSE;
  g_clear_pointer (&self->end.text, g_free);
  self->close_code = 0;
  faye_protocol_fail (self->protocol, code, text);
  connection_carry_out (self, &end, strlen (text));
}

static gboolean
connection_waits_for_pipeline (FayeConnection *self)
{
  return faye_connection_is_ending (self) || self->draining || self->close_code != 0;
}

static GError *
connection_describe_delay (FayeConnection *self)
{
  double seconds = self->times.close_timeout / (double) G_USEC_PER_SEC;

  if (connection_waits_for_pipeline (self))
    return g_error_new (FAYE_ERROR,
                        FAYE_ERROR_TIMED_OUT,
                        "An extension did not let go of a message within %g seconds",
                        seconds);
  return g_error_new (FAYE_ERROR,
                      FAYE_ERROR_TIMED_OUT,
                      "The peer did not answer the close frame within %g seconds",
                      seconds);
}

/* The peer's Close is due within the timeout, counted from our Close or from the last byte that
 * left, whichever came later: a slow reader still gets what was sent before. Likewise what is due
 * from the pipeline. */
static void
close_timer_cb (gpointer user_data)
{
  FayeConnection *self = user_data;
  gint64 progress = MAX (faye_transport_get_last_write (self->transport), self->last_passed);
  gint64 deadline = progress + self->times.close_timeout;
  g_autoptr (GError) error = NULL;

  if (deadline > g_get_monotonic_time ())
    {
      faye_timer_start (&self->close_timer, self->loop, deadline, close_timer_cb, self);
      return;
    }
  error = connection_describe_delay (self);
  faye_connection_abort (self, error);
}

void
faye_connection_watch_closing (FayeConnection *self)
{
  if (!faye_timer_is_armed (&self->close_timer))
    faye_timer_start (&self->close_timer,
                      self->loop,
                      g_get_monotonic_time () + self->times.close_timeout,
                      close_timer_cb,
                      self);
}

/* Version hixie-75: the end of the stream is all that the peer learns, and there is no code that it
 * could answer. */
static void
connection_close_by_ending (FayeConnection *self)
{
  gint64 timeout = MIN (self->times.close_timeout / 1000, G_MAXINT);

  if (self->code == FAYE_CLOSE_CODE_ABNORMAL)
    connection_set_outcome (self, FAYE_CLOSE_CODE_NONE, "", 0);
  connection_begin_closing (self);
  if (self->finishing || self->ended)
    return;
  self->finishing = TRUE;
  faye_transport_finish (self->transport, FAYE_FINISH_CLOSE, timeout);
}

static void
connection_write_close (FayeConnection *self, guint code, const char *reason)
{
  guint8 frame[FAYE_PROTOCOL_MAX_CONTROL];
  gsize size;

  faye_connection_write_replies (self);
  size = faye_protocol_write_close (self->protocol, code, reason, frame);
  if (size > 0)
    faye_connection_write (self, frame, size);
}

/* The peer's answer has all its time from here. */
void
faye_connection_close_unpiped (FayeConnection *self)
{
  guint code = self->close_code;

  if (code == 0)
    return;
  self->close_code = 0;
  connection_write_close (self, code, self->close_reason);
  if (faye_timer_is_armed (&self->close_timer))
    self->last_passed = g_get_monotonic_time ();
}

static void
connection_close_piped (FayeConnection *self, guint code, const char *reason)
{
  self->close_code = code;
  g_free (self->close_reason);
  self->close_reason = g_strdup (reason);
  faye_pipeline_push_mark (self->pipeline, FAYE_DIRECTION_OUTGOING, &faye_connection_close_mark);
}

void
faye_connection_close (FayeConnection *self, guint code, const char *reason)
{
  g_autoptr (FayeConnection) keep = faye_connection_ref (self);

  if (self->closing)
    return;

  faye_connection_set_paused (self, FALSE);
  if (self->stream_lost)
    {
      faye_connection_end (self);
      return;
    }
  if (self->pipeline != NULL)
    connection_close_piped (self, code, reason);
  else
    connection_write_close (self, code, reason);
  if (faye_protocol_get_version (self->protocol) == FAYE_VERSION_HIXIE_75)
    {
      connection_close_by_ending (self);
      return;
    }
  faye_timer_stop (&self->close_timer);
  faye_connection_watch_closing (self);
  connection_begin_closing (self);
  faye_connection_end (self);
  faye_connection_update_reading (self);
}

void
faye_connection_abort (FayeConnection *self, const GError *error)
{
  g_autoptr (FayeConnection) keep = faye_connection_ref (self);

  self->aborted = TRUE;
  if (self->ended)
    return;
  if (self->stream_lost)
    connection_over (self, error);
  else
    faye_transport_abort (self->transport, error);
}

/* What was read is delivered first, unless the program has done with it. */
static gboolean
connection_owes_messages (FayeConnection *self)
{
  return self->pipeline != NULL && !self->closing && !self->aborted &&
         faye_pipeline_get_length (self->pipeline, FAYE_DIRECTION_INCOMING) > 0;
}

static void
connection_outlive_stream (FayeConnection *self, const GError *error)
{
  self->stream_lost = TRUE;
  self->loss = error != NULL ? g_error_copy (error) : NULL;
  faye_timer_stop (&self->message_timer);
  faye_connection_update_reading (self);
  if (!self->paused)
    faye_connection_watch_closing (self);
  if (!self->end.due)
    faye_pipeline_push_mark (self->pipeline, FAYE_DIRECTION_INCOMING, &faye_connection_end_mark);
}

void
faye_connection_lost (FayeConnection *self, const GError *error)
{
  if (connection_owes_messages (self))
    connection_outlive_stream (self, error);
  else
    connection_over (self, error);
}
