/* SPDX-License-Identifier: MIT */

#include "faye/faye-connection-parts-private.h"

#include "faye/core/faye-mask-private.h"
#include "faye/faye-waiter-private.h"

#include <string.h>

/* The sending half of a connection: messages and control frames become bytes in the queue. */

/* Below this a payload is copied beside its header; from here on it is sent from where it lies. */
#define SEND_IN_PLACE_MIN 4096

void
faye_connection_write (FayeConnection *self, const guint8 *frame, gsize size)
{
  memcpy (faye_transport_reserve (self->transport, size), frame, size);
}

/* Pongs and the answering Close go behind what the program has sent so far. Once a Close is due,
 * nothing leaves before it may. */
void
faye_connection_write_replies (FayeConnection *self)
{
  guint8 frame[FAYE_PROTOCOL_MAX_CONTROL];
  gsize size;

  if (self->end.due || self->draining)
    return;
  while ((size = faye_protocol_take_reply (self->protocol, frame)) > 0)
    faye_connection_write (self, frame, size);
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

/* What is masked has to be a block of ours. */
static gboolean
payload_mask (FayePayload *self, const guint8 key[4])
{
  guint8 *block = self->release == g_free ? self->owner : g_try_malloc (self->size);

  if (block == NULL)
    return FALSE;
  faye_mask_copy (block, self->data, self->size, key, 0);
  if (block != self->owner)
    faye_payload_clear (&(FayePayload){ NULL, 0, self->owner, self->release });
  self->data = block;
  self->owner = block;
  self->release = g_free;
  return TRUE;
}

static gboolean
connection_send_large (FayeConnection *self, const FayeFraming *f, FayePayload *payload)
{
  if (f->masked ? !payload_mask (payload, f->key) : !faye_payload_own (payload))
    return FALSE;
  faye_connection_write (self, f->head, f->head_size);
  faye_transport_push (self->transport,
                       payload->data,
                       payload->size,
                       payload->owner,
                       g_steal_pointer (&payload->release));
  if (f->tail_size > 0)
    faye_connection_write (self, f->tail, f->tail_size);
  return TRUE;
}

static gboolean
connection_send_payload (FayeConnection *self, const FayeFraming *f, FayePayload *payload)
{
  gsize room = FAYE_TRANSPORT_MAX_RESERVE - sizeof f->head - sizeof f->tail;
  gsize least = payload->release == NULL ? room + 1 : SEND_IN_PLACE_MIN;

  if (payload->size >= least)
    return connection_send_large (self, f, payload);
  connection_send_small (self, f, payload->data, payload->size);
  return TRUE;
}

gboolean
faye_connection_send_frame (FayeConnection *self, gboolean text, guint8 rsv, FayePayload *payload)
{
  FayeFraming framing;
  gboolean sent;

  sent = faye_protocol_frame_message (self->protocol, text, rsv, payload->size, &framing) &&
         connection_send_payload (self, &framing, payload);
  faye_payload_clear (payload);
  return sent;
}

static void
payload_hold (FayePayload *self, const FayePayloadHolder *holder)
{
  if (holder == NULL)
    return;
  self->owner = holder->ref (holder->holder);
  self->release = holder->unref;
}

/* A session that fails at once leaves nothing to be sent. None is asked to come back to a context
 * that is gone. */
static gboolean
connection_send_piped (FayeConnection *self,
                       gboolean text,
                       FayePayload *payload,
                       const FayePayloadHolder *holder,
                       FayeCompress compress)
{
  g_autoptr (FayeConnection) keep = faye_connection_ref (self);
  FayeWork work = { .direction = FAYE_DIRECTION_OUTGOING,
                    .text = text,
                    .compress = compress,
                    .limit = G_MAXUINT64 };

  if (faye_loop_get_context (self->loop) == NULL)
    return FALSE;
  payload_hold (payload, holder);
  work.payload = *payload;
  faye_pipeline_push (self->pipeline, &work);
  return !self->closing;
}

gboolean
faye_connection_send (FayeConnection *self,
                      gboolean text,
                      const guint8 *data,
                      gsize size,
                      const FayePayloadHolder *holder,
                      FayeCompress compress)
{
  FayePayload payload = { data, size, NULL, NULL };
  FayeFraming framing;

  if (self->closing)
    return FALSE;
  if (self->pipeline != NULL)
    return connection_send_piped (self, text, &payload, holder, compress);
  if (!faye_protocol_frame_message (self->protocol, text, 0, size, &framing))
    return FALSE;
  if (size >= SEND_IN_PLACE_MIN && !framing.masked)
    payload_hold (&payload, holder);
  return connection_send_payload (self, &framing, &payload);
}

static void
connection_await_write (FayeConnection *self, GTask *task)
{
  guint64 mark =
    faye_transport_get_written (self->transport) + faye_transport_get_queued (self->transport);

  faye_waiter_add (&self->sends, task, mark);
}

void
faye_connection_notify_sent (FayeConnection *self, GTask *task)
{
  if (self->pipeline == NULL)
    {
      connection_await_write (self, task);
      return;
    }
  self->n_piped++;
  faye_waiter_add (&self->piped, task, self->n_piped);
  faye_pipeline_push_mark (self->pipeline, FAYE_DIRECTION_OUTGOING, &faye_connection_sent_mark);
}

void
faye_connection_sends_unpiped (FayeConnection *self)
{
  FayeWaiter *first;

  self->n_unpiped++;
  while ((first = faye_waiter_peek (&self->piped)) != NULL && first->mark <= self->n_unpiped)
    {
      g_autoptr (GTask) task = faye_waiter_pop (&self->piped);

      connection_await_write (self, task);
    }
}

void
faye_connection_wrote (FayeConnection *self)
{
  guint64 written = faye_transport_get_written (self->transport);

  while (!g_queue_is_empty (&self->sends) && faye_waiter_peek (&self->sends)->mark <= written)
    {
      g_autoptr (GTask) task = faye_waiter_pop (&self->sends);

      g_task_return_boolean (task, TRUE);
    }
}

gboolean
faye_connection_ping (FayeConnection *self, const guint8 *payload, gsize size)
{
  guint8 frame[FAYE_PROTOCOL_MAX_CONTROL];
  gsize n = self->closing ? 0 : faye_protocol_write_ping (self->protocol, payload, size, frame);

  if (n > 0)
    faye_connection_write (self, frame, n);
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
    faye_connection_write (self, frame, n);
  return n > 0;
}
