/* SPDX-License-Identifier: MIT */

#include "faye/faye-connection-parts-private.h"

#include "faye/core/faye-close-code-private.h"
#include "faye/faye-error-private.h"

#include <string.h>

/* An open connection: the object, and what becomes of the bytes that it receives. */

FayeConnection *
faye_connection_ref (FayeConnection *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

static void
connection_drop_pipeline (FayeConnection *self)
{
  faye_timer_stop (&self->resume_timer);
  if (self->pipeline != NULL)
    faye_pipeline_close (self->pipeline);
  g_clear_pointer (&self->pipeline, faye_pipeline_unref);
  g_clear_error (&self->loss);
  g_free (self->end.text);
  g_free (self->close_reason);
}

void
faye_connection_unref (FayeConnection *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  faye_timer_stop (&self->close_timer);
  faye_timer_stop (&self->message_timer);
  connection_drop_pipeline (self);
  faye_heartbeat_free (self->heartbeat);
  faye_transport_unref (self->transport);
  faye_protocol_free (self->protocol);
  faye_loop_unref (self->loop);
  g_free (self->reason);
  g_free (self);
}

void
faye_connection_update_reading (FayeConnection *self)
{
  gboolean reading = self->started && !self->paused && !faye_connection_is_ending (self) &&
                     !self->draining && !faye_connection_is_full (self);

  if (self->reading == reading)
    return;
  self->reading = reading;
  faye_transport_set_reading (self->transport, reading);
}

static void
message_timer_cb (gpointer user_data)
{
  g_autoptr (FayeConnection) self = faye_connection_ref (user_data);
  FayeConnectionEnd end = { .fault = TRUE,
                            .kind = FAYE_ERROR_TIMED_OUT,
                            .code = FAYE_CLOSE_CODE_POLICY };
  g_autofree char *text = g_strdup_printf ("A message was not complete within %g seconds",
                                           self->times.message_timeout / (double) G_USEC_PER_SEC);

  faye_protocol_fail (self->protocol, FAYE_CLOSE_CODE_POLICY, text);
  faye_connection_come_to_end (self, &end, text, strlen (text));
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

static void
connection_received_message (FayeConnection *self, const FayeProtocolEvent *event)
{
  faye_timer_stop (&self->message_timer);
  if (self->pipeline != NULL)
    faye_connection_push_message (self, event);
  else
    self->funcs->message (self->owner, event);
}

/* The Pong goes before whatever the bytes behind the Ping lead to, such as the echo of the message
 * that it stands in. Only a peer that does not take what it is sent has its Pongs wait, of which
 * the newest is kept (RFC 6455, section 5.5.3). */
static void
connection_pinged (FayeConnection *self, const FayeProtocolEvent *event)
{
  if (!self->closing)
    self->funcs->ping (self->owner, event->data, event->size);
  if (!self->ended && !faye_transport_is_blocked (self->transport))
    faye_connection_write_replies (self);
}

static void
connection_ended_by_peer (FayeConnection *self, const FayeProtocolEvent *event)
{
  FayeConnectionEnd end = { .fault = event->type == FAYE_PROTOCOL_FAILURE,
                            .kind = faye_error_from_close_code (event->code),
                            .code = event->code };

  faye_connection_come_to_end (self, &end, (const char *) event->data, event->size);
}

static void
connection_handle (FayeConnection *self, const FayeProtocolEvent *event)
{
  switch (event->type)
    {
    case FAYE_PROTOCOL_MESSAGE:
      connection_received_message (self, event);
      break;
    case FAYE_PROTOCOL_PING:
      connection_pinged (self, event);
      break;
    case FAYE_PROTOCOL_PONG:
      faye_heartbeat_pong (self->heartbeat, event->data, event->size);
      if (!self->closing)
        self->funcs->pong (self->owner, event->data, event->size);
      break;
    case FAYE_PROTOCOL_CLOSE:
    case FAYE_PROTOCOL_FAILURE:
      connection_ended_by_peer (self, event);
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

  while (!self->ended && self->reading && !faye_loop_should_yield (self->loop))
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
    faye_connection_write_replies (self);
}

static void
transport_wrote (gpointer owner)
{
  g_autoptr (FayeConnection) self = faye_connection_ref (owner);

  faye_connection_wrote (self);
}

static void
transport_ended (gpointer owner, const GError *error)
{
  g_autoptr (FayeConnection) self = faye_connection_ref (owner);

  faye_connection_lost (self, error);
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

/* While nothing is read, the peer is not expected to be heard of. */
static gint64
heartbeat_get_last_read (gpointer owner)
{
  FayeConnection *self = owner;

  return self->reading ? faye_transport_get_last_read (self->transport) : g_get_monotonic_time ();
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
  g_queue_init (&self->piped);
  self->code = FAYE_CLOSE_CODE_ABNORMAL;
  self->reason = g_strdup ("");
  faye_transport_set_owner (transport, &transport_funcs, self);
  return self;
}

void
faye_connection_start (FayeConnection *self)
{
  if (self->ended)
    return;
  faye_heartbeat_start (self->heartbeat, self->times.ping_interval, self->times.ping_timeout);
  self->started = TRUE;
  faye_transport_set_reading (self->transport, FALSE);
  faye_connection_update_reading (self);
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
  if (self->pipeline != NULL)
    faye_connection_hold (self, paused);
  faye_connection_update_reading (self);
}

FayeProtocol *
faye_connection_get_protocol (FayeConnection *self)
{
  return self->protocol;
}

gsize
faye_connection_get_queued (FayeConnection *self)
{
  gsize queued = faye_transport_get_queued (self->transport);

  if (self->pipeline != NULL)
    queued += faye_pipeline_get_size (self->pipeline, FAYE_DIRECTION_OUTGOING);
  return queued;
}

gint64
faye_connection_get_latency (FayeConnection *self)
{
  return faye_heartbeat_get_latency (self->heartbeat);
}
