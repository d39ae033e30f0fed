/* SPDX-License-Identifier: MIT */

#include "faye/faye-connection-private.h"

#include "faye/core/faye-close-code-private.h"
#include "faye/core/faye-mask-private.h"
#include "faye/faye-error-private.h"
#include "faye/faye-heartbeat-private.h"
#include "faye/faye-waiter-private.h"
#include "faye/io/faye-timer-private.h"

#include <string.h>

/*
 * An open connection. Its end comes in one place, transport_ended (): whatever led there (a closing
 * handshake, a failure, a vanished peer, an abort) has left its code and reason in the struct
 * before.
 */

/* Below this a payload is copied beside its header; from here on it is sent from where it lies. */
#define SEND_IN_PLACE_MIN 4096

/* How long (ms) the peer may take to end the stream once the closing handshake is done. */
#define FINISH_TIMEOUT 2000

struct _FayeConnection
{
  grefcount ref_count;
  FayeTransport *transport; /* (owned) */
  FayeProtocol *protocol;   /* (owned) */
  FayePipeline *pipeline;   /* (owned) (nullable) */
  FayeLoop *loop;           /* (owned) */
  FayeRole role;
  FayeConnectionTimes times;
  const FayeConnectionFuncs *funcs;
  gpointer owner;           /* (unowned) */
  FayeHeartbeat *heartbeat; /* (owned) */
  FayeTimer close_timer;
  FayeTimer message_timer; /* runs while a message is unfinished, if there is a timeout */
  GQueue sends;            /* FayeWaiter, marked with the transport's count of written bytes */
  gboolean started;
  gboolean paused;
  gboolean closing;
  gboolean finishing;
  gboolean ended;
  guint code;   /* what `closed` will say; 1006 until something better is known */
  char *reason; /* (owned) (nullable) */
};

FayeConnection *
faye_connection_ref (FayeConnection *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
faye_connection_unref (FayeConnection *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  faye_timer_stop (&self->close_timer);
  faye_timer_stop (&self->message_timer);
  faye_heartbeat_free (self->heartbeat);
  faye_transport_unref (self->transport);
  faye_protocol_free (self->protocol);
  faye_loop_unref (self->loop);
  g_free (self->reason);
  g_free (self);
}

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

static void
connection_write (FayeConnection *self, const guint8 *frame, gsize size)
{
  memcpy (faye_transport_reserve (self->transport, size), frame, size);
}

/* Pongs and the answering Close go behind what the program has sent so far. */
static void
connection_write_replies (FayeConnection *self)
{
  guint8 frame[FAYE_PROTOCOL_MAX_CONTROL];
  gsize size;

  while ((size = faye_protocol_take_reply (self->protocol, frame)) > 0)
    connection_write (self, frame, size);
}

/* The closing handshake is done, or given up: what is queued leaves, then the stream ends. The
 * server ends it, the client waits for that (RFC 6455, section 7.1.1); whoever found a fault does
 * not wait. */
static void
connection_finish (FayeConnection *self, FayeFinish how)
{
  if (self->finishing || self->ended)
    return;
  self->finishing = TRUE;
  connection_write_replies (self);
  faye_timer_stop (&self->close_timer);
  faye_transport_finish (self->transport, how, FINISH_TIMEOUT);
}

static void
connection_closed_by_peer (FayeConnection *self, const FayeProtocolEvent *event)
{
  connection_set_outcome (self, event->code, (const char *) event->data, event->size);
  connection_begin_closing (self);
  connection_finish (self, self->role == FAYE_ROLE_SERVER ? FAYE_FINISH_CLOSE : FAYE_FINISH_WAIT);
}

/* The peer is told with CODE; the program with an error besides. */
static void
connection_fail (FayeConnection *self, guint code, FayeError kind, const char *text, gsize size)
{
  g_autoptr (GError) error = NULL;

  connection_set_outcome (self, code, text, size);
  error = g_error_new_literal (FAYE_ERROR, kind, self->reason);
  self->funcs->failed (self->owner, error);
  connection_begin_closing (self);
  connection_finish (self, FAYE_FINISH_CLOSE);
}

static void
connection_broken_by_peer (FayeConnection *self, const FayeProtocolEvent *event)
{
  connection_fail (self,
                   event->code,
                   faye_error_from_close_code (event->code),
                   (const char *) event->data,
                   event->size);
}

static void
message_timer_cb (gpointer user_data)
{
  g_autoptr (FayeConnection) self = faye_connection_ref (user_data);
  g_autofree char *text = g_strdup_printf ("A message was not complete within %g seconds",
                                           self->times.message_timeout / (double) G_USEC_PER_SEC);

  faye_protocol_fail (self->protocol, FAYE_CLOSE_CODE_POLICY, text);
  connection_fail (self, FAYE_CLOSE_CODE_POLICY, FAYE_ERROR_TIMED_OUT, text, strlen (text));
}

/* Each message has its own time. */
static void
connection_watch_message (FayeConnection *self)
{
  if (self->times.message_timeout == 0 || self->closing)
    return;
  if (faye_protocol_is_idle (self->protocol))
    faye_timer_stop (&self->message_timer);
  else if (!faye_timer_is_armed (&self->message_timer))
    faye_timer_start (&self->message_timer,
                      self->loop,
                      faye_loop_get_time (self->loop) + self->times.message_timeout,
                      message_timer_cb,
                      self);
}

/* The Pong goes before whatever the bytes behind the Ping lead to, such as the echo of the message
 * that it stands in. Only a peer that does not take what it is sent has its Pongs wait, of which
 * the newest is kept (RFC 6455, section 5.5.3). */
static void
connection_pinged (FayeConnection *self, const FayeProtocolEvent *event)
{
  self->funcs->ping (self->owner, event->data, event->size);
  if (!self->ended && !faye_transport_is_blocked (self->transport))
    connection_write_replies (self);
}

static void
connection_handle (FayeConnection *self, const FayeProtocolEvent *event)
{
  switch (event->type)
    {
    case FAYE_PROTOCOL_MESSAGE:
      faye_timer_stop (&self->message_timer);
      self->funcs->message (self->owner, event);
      break;
    case FAYE_PROTOCOL_PING:
      connection_pinged (self, event);
      break;
    case FAYE_PROTOCOL_PONG:
      faye_heartbeat_pong (self->heartbeat, event->data, event->size);
      if (!self->ended)
        self->funcs->pong (self->owner, event->data, event->size);
      break;
    case FAYE_PROTOCOL_CLOSE:
      connection_closed_by_peer (self, event);
      break;
    case FAYE_PROTOCOL_FAILURE:
      connection_broken_by_peer (self, event);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
connection_settle (FayeConnection *self)
{
  if (self->ended)
    return;
  connection_watch_message (self);
  if (faye_protocol_has_reply (self->protocol))
    faye_transport_request_flush (self->transport);
}

/* Bytes become events, and each is dealt with before the next is made. What the turn has no time
 * for stays with the transport. */
static gsize
transport_received (gpointer owner, guint8 *data, gsize size)
{
  g_autoptr (FayeConnection) self = faye_connection_ref (owner);
  FayeInput input = { data, size };
  FayeProtocolEvent event;

  while (!self->ended && !self->paused && !faye_loop_should_yield (self->loop))
    {
      if (faye_protocol_next (self->protocol, &input, &event) == FAYE_PROTOCOL_NEED_MORE)
        break;
      connection_handle (self, &event);
    }
  connection_settle (self);
  return size - input.size;
}

static guint8 *
transport_get_area (gpointer owner, gsize *size)
{
  FayeConnection *self = owner;

  return faye_protocol_get_area (self->protocol, size);
}

static void
transport_filled (gpointer owner, gsize size)
{
  g_autoptr (FayeConnection) self = faye_connection_ref (owner);
  FayeInput none = { NULL, 0 };
  FayeProtocolEvent event;

  faye_protocol_filled (self->protocol, size);
  if (faye_protocol_next (self->protocol, &none, &event) != FAYE_PROTOCOL_NEED_MORE)
    connection_handle (self, &event);
  connection_settle (self);
}

static void
transport_before_flush (gpointer owner)
{
  FayeConnection *self = owner;

  if (faye_protocol_has_reply (self->protocol))
    connection_write_replies (self);
}

static void
transport_wrote (gpointer owner)
{
  g_autoptr (FayeConnection) self = faye_connection_ref (owner);
  guint64 written = faye_transport_get_written (self->transport);

  while (!g_queue_is_empty (&self->sends) && faye_waiter_peek (&self->sends)->mark <= written)
    {
      g_autoptr (GTask) task = faye_waiter_pop (&self->sends);

      g_task_return_boolean (task, TRUE);
    }
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
transport_ended (gpointer owner, const GError *error)
{
  g_autoptr (FayeConnection) self = faye_connection_ref (owner);

  self->ended = TRUE;
  faye_timer_stop (&self->close_timer);
  connection_begin_closing (self);
  if (!connection_is_ended_properly (self, error))
    connection_report_loss (self, error);
  connection_release_waiters (self);
  self->funcs->closed (self->owner, self->code, self->reason);
}

static const FayeTransportFuncs transport_funcs = {
  .received = transport_received,
  .get_area = transport_get_area,
  .filled = transport_filled,
  .before_flush = transport_before_flush,
  .wrote = transport_wrote,
  .ended = transport_ended,
};

static gboolean
heartbeat_send_ping (gpointer owner, const guint8 *payload, gsize size)
{
  return faye_connection_ping (owner, payload, size);
}

static gint64
heartbeat_get_last_read (gpointer owner)
{
  FayeConnection *self = owner;

  return self->paused ? g_get_monotonic_time () : faye_transport_get_last_read (self->transport);
}

static void
heartbeat_lost (gpointer owner)
{
  FayeConnection *self = owner;
  g_autoptr (GError) error = NULL;

  error = g_error_new (FAYE_ERROR,
                       FAYE_ERROR_TIMED_OUT,
                       "The peer did not answer a ping within %g seconds",
                       self->times.ping_timeout / (double) G_USEC_PER_SEC);
  faye_connection_abort (self, error);
}

static const FayeHeartbeatFuncs heartbeat_funcs = {
  .send_ping = heartbeat_send_ping,
  .get_last_read = heartbeat_get_last_read,
  .lost = heartbeat_lost,
};

FayeConnection *
faye_connection_new (FayeTransport *transport,
                     FayeProtocol *protocol,
                     FayeRole role,
                     const FayeConnectionTimes *times,
                     const FayeConnectionFuncs *funcs,
                     gpointer owner)
{
  FayeConnection *self = g_new0 (FayeConnection, 1);

  g_ref_count_init (&self->ref_count);
  self->transport = transport;
  self->protocol = protocol;
  self->loop = faye_loop_ref (faye_transport_get_loop (transport));
  self->role = role;
  self->times = *times;
  self->funcs = funcs;
  self->owner = owner;
  self->heartbeat = faye_heartbeat_new (self->loop, &heartbeat_funcs, self);
  g_queue_init (&self->sends);
  self->code = FAYE_CLOSE_CODE_ABNORMAL;
  self->reason = g_strdup ("");
  faye_transport_set_owner (transport, &transport_funcs, self);
  return self;
}

void
faye_connection_set_pipeline (FayeConnection *self, FayePipeline *pipeline)
{
  self->pipeline = pipeline;
}

void
faye_connection_start (FayeConnection *self)
{
  if (self->ended)
    return;
  faye_heartbeat_start (self->heartbeat, self->times.ping_interval, self->times.ping_timeout);
  self->started = TRUE;
  faye_transport_set_reading (self->transport, !self->paused);
}

/* The time a message may take runs on in a pause of ours only once it is read again. */
void
faye_connection_set_paused (FayeConnection *self, gboolean paused)
{
  if (self->paused == paused || self->closing)
    return;
  self->paused = paused;
  if (paused)
    faye_timer_stop (&self->message_timer);
  if (self->started)
    faye_transport_set_reading (self->transport, !paused);
}

/* Header, payload and tail as one piece of the queue. */
static void
connection_send_small (FayeConnection *self, const FayeFraming *f, const guint8 *data, gsize size)
{
  guint8 *out = faye_transport_reserve (self->transport, f->head_size + size + f->tail_size);

  memcpy (out, f->head, f->head_size);
  out += f->head_size;
  if (f->masked)
    faye_mask_copy (out, data, size, f->key, 0);
  else if (size > 0)
    memcpy (out, data, size);
  memcpy (out + size, f->tail, f->tail_size);
}

/* A payload that has to be masked, or that nobody holds, is copied as a whole. */
static gboolean
connection_push_copy (FayeConnection *self, const FayeFraming *f, const guint8 *data, gsize size)
{
  guint8 *copy = g_try_malloc (size);

  if (copy == NULL)
    return FALSE;
  if (f->masked)
    faye_mask_copy (copy, data, size, f->key, 0);
  else
    memcpy (copy, data, size);

  connection_write (self, f->head, f->head_size);
  faye_transport_push (self->transport, copy, size, copy, g_free);
  return TRUE;
}

static gboolean
connection_send_large (FayeConnection *self,
                       const FayeFraming *f,
                       const guint8 *data,
                       gsize size,
                       const FayePayloadHolder *holder)
{
  if (f->masked || holder == NULL)
    {
      if (!connection_push_copy (self, f, data, size))
        return FALSE;
    }
  else
    {
      connection_write (self, f->head, f->head_size);
      faye_transport_push (self->transport,
                           data,
                           size,
                           holder->ref (holder->holder),
                           holder->unref);
    }
  if (f->tail_size > 0)
    connection_write (self, f->tail, f->tail_size);
  return TRUE;
}

gboolean
faye_connection_send (FayeConnection *self,
                      gboolean text,
                      const guint8 *data,
                      gsize size,
                      const FayePayloadHolder *holder)
{
  FayeFraming framing;

  if (self->closing || !faye_protocol_frame_message (self->protocol, text, 0, size, &framing))
    return FALSE;

  if (size < SEND_IN_PLACE_MIN ||
      (holder == NULL &&
       size <= FAYE_TRANSPORT_MAX_RESERVE - sizeof framing.head - sizeof framing.tail))
    {
      connection_send_small (self, &framing, data, size);
      return TRUE;
    }
  return connection_send_large (self, &framing, data, size, holder);
}

void
faye_connection_notify_sent (FayeConnection *self, GTask *task)
{
  guint64 mark =
    faye_transport_get_written (self->transport) + faye_transport_get_queued (self->transport);

  faye_waiter_add (&self->sends, task, mark);
}

gboolean
faye_connection_ping (FayeConnection *self, const guint8 *payload, gsize size)
{
  guint8 frame[FAYE_PROTOCOL_MAX_CONTROL];
  gsize n = self->closing ? 0 : faye_protocol_write_ping (self->protocol, payload, size, frame);

  if (n > 0)
    connection_write (self, frame, n);
  return n > 0;
}

gboolean
faye_connection_ping_task (FayeConnection *self, GTask *task)
{
  return faye_heartbeat_ping (self->heartbeat, task);
}

gboolean
faye_connection_pong (FayeConnection *self, const guint8 *payload, gsize size)
{
  guint8 frame[FAYE_PROTOCOL_MAX_CONTROL];
  gsize n = self->closing ? 0 : faye_protocol_write_pong (self->protocol, payload, size, frame);

  if (n > 0)
    connection_write (self, frame, n);
  return n > 0;
}

/* The peer's Close is due within the timeout, counted from our Close or from the last byte that
 * left, whichever came later: a slow reader still gets what was sent before. */
static void
close_timer_cb (gpointer user_data)
{
  FayeConnection *self = user_data;
  gint64 progress = faye_transport_get_last_write (self->transport);
  gint64 deadline = progress + self->times.close_timeout;
  g_autoptr (GError) error = NULL;

  if (deadline > g_get_monotonic_time ())
    {
      faye_timer_start (&self->close_timer, self->loop, deadline, close_timer_cb, self);
      return;
    }
  error = g_error_new (FAYE_ERROR,
                       FAYE_ERROR_TIMED_OUT,
                       "The peer did not answer the close frame within %g seconds",
                       self->times.close_timeout / (double) G_USEC_PER_SEC);
  faye_connection_abort (self, error);
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

void
faye_connection_close (FayeConnection *self, guint code, const char *reason)
{
  g_autoptr (FayeConnection) keep = faye_connection_ref (self);
  guint8 frame[FAYE_PROTOCOL_MAX_CONTROL];
  gsize size;

  if (self->closing)
    return;

  faye_connection_set_paused (self, FALSE);
  connection_write_replies (self);
  size = faye_protocol_write_close (self->protocol, code, reason, frame);
  if (faye_protocol_get_version (self->protocol) == FAYE_VERSION_HIXIE_75)
    {
      connection_close_by_ending (self);
      return;
    }
  if (size > 0)
    connection_write (self, frame, size);
  faye_timer_start (&self->close_timer,
                    self->loop,
                    g_get_monotonic_time () + self->times.close_timeout,
                    close_timer_cb,
                    self);
  connection_begin_closing (self);
}

void
faye_connection_abort (FayeConnection *self, const GError *error)
{
  g_autoptr (FayeConnection) keep = faye_connection_ref (self);

  if (!self->ended)
    faye_transport_abort (self->transport, error);
}

FayeProtocol *
faye_connection_get_protocol (FayeConnection *self)
{
  return self->protocol;
}

gsize
faye_connection_get_queued (FayeConnection *self)
{
  return faye_transport_get_queued (self->transport);
}

gint64
faye_connection_get_latency (FayeConnection *self)
{
  return faye_heartbeat_get_latency (self->heartbeat);
}
