/* SPDX-License-Identifier: MIT */

#include "faye/faye-connection-parts-private.h"

#include "faye/core/faye-close-code-private.h"
#include "faye/core/faye-utf8-private.h"
#include "faye/faye-waiter-private.h"

/*
 * Where a connection's messages go through its extensions. Received ones are delivered as they come
 * out; what the program holds up by a pause is delivered in a turn of its own.
 */

/* What may wait in there before no more is read. A single message may be of any size. */
#define MAX_WAITING 16
#define MAX_WAITING_SIZE (1024 * 1024)

/* How long (µs) what was held is delivered in one go. */
#define SHARE 1000

gpointer faye_connection_sent_mark;
gpointer faye_connection_close_mark;
gpointer faye_connection_end_mark;

/* Once it is closing, what comes is dropped, and the peer's Close waited for. */
gboolean
faye_connection_is_full (FayeConnection *self)
{
  guint length;

  if (self->pipeline == NULL || self->closing)
    return FALSE;
  length = faye_pipeline_get_length (self->pipeline, FAYE_DIRECTION_INCOMING);
  return length >= MAX_WAITING ||
         (length > 1 &&
          faye_pipeline_get_size (self->pipeline, FAYE_DIRECTION_INCOMING) >= MAX_WAITING_SIZE);
}

void
faye_connection_push_message (FayeConnection *self, const FayeProtocolEvent *event)
{
  FayeWork work = { .direction = FAYE_DIRECTION_INCOMING,
                    .text = event->text,
                    .rsv = event->rsv,
                    .judged = event->text && event->rsv == 0,
                    .limit = faye_protocol_get_max_length (self->protocol),
                    .payload = { event->data, event->size, NULL, NULL } };

  if (event->owned != NULL)
    {
      work.payload.owner = event->owned;
      work.payload.release = g_free;
    }
  if (self->closing)
    faye_payload_clear (&work.payload);
  else
    faye_pipeline_push (self->pipeline, &work);
  faye_connection_update_reading (self);
}

static void
resume_cb (gpointer user_data)
{
  g_autoptr (FayeConnection) self = faye_connection_ref (user_data);

  self->share_end = g_get_monotonic_time () + SHARE;
  faye_pipeline_set_held (self->pipeline, FAYE_DIRECTION_INCOMING, FALSE);
  self->share_end = 0;
}

static void
connection_resume_later (FayeConnection *self)
{
  faye_timer_start (&self->resume_timer, self->loop, g_get_monotonic_time (), resume_cb, self);
}

/* Nothing is delivered from inside the program's own call. */
static void
connection_let_go (FayeConnection *self)
{
  if (faye_connection_is_ending (self))
    faye_connection_watch_closing (self);
  if (faye_connection_is_ending (self) ||
      faye_pipeline_get_length (self->pipeline, FAYE_DIRECTION_INCOMING) > 0)
    connection_resume_later (self);
  else
    faye_pipeline_set_held (self->pipeline, FAYE_DIRECTION_INCOMING, FALSE);
}

/* In a pause there is no telling how long the peer's Close, or its end, will wait. */
void
faye_connection_hold (FayeConnection *self, gboolean held)
{
  if (!held)
    {
      connection_let_go (self);
      return;
    }
  faye_timer_stop (&self->resume_timer);
  if (faye_connection_is_ending (self))
    faye_timer_stop (&self->close_timer);
  faye_pipeline_set_held (self->pipeline, FAYE_DIRECTION_INCOMING, TRUE);
}

static gboolean
connection_has_had_its_share (FayeConnection *self)
{
  return faye_loop_should_yield (self->loop) ||
         (self->share_end != 0 && g_get_monotonic_time () >= self->share_end);
}

/* What is left waits for the next turn. */
static void
connection_yield (FayeConnection *self)
{
  if (self->ended || self->paused ||
      faye_pipeline_get_length (self->pipeline, FAYE_DIRECTION_INCOMING) == 0 ||
      !connection_has_had_its_share (self))
    return;
  faye_pipeline_set_held (self->pipeline, FAYE_DIRECTION_INCOMING, TRUE);
  connection_resume_later (self);
}

/* The payload is the program's if it is a block that can be given away. */
static void
connection_deliver (FayeConnection *self, FayeWork *work)
{
  FayeProtocolEvent event = { .type = FAYE_PROTOCOL_MESSAGE,
                              .text = work->text,
                              .data = work->payload.data,
                              .size = work->payload.size };

  if (work->payload.release == g_free)
    {
      event.owned = work->payload.owner;
      work->payload.release = NULL;
    }
  self->funcs->message (self->owner, &event);
}

static void
connection_fail (FayeConnection *self, guint code, const char *text)
{
  faye_connection_fault (self, code, text, text);
}

/* An extension may have made of it what the protocol would not have let pass. */
static gboolean
connection_judge (FayeConnection *self, const FayeWork *work)
{
  g_autofree char *text = NULL;

  if (work->payload.size > work->limit)
    {
      text = g_strdup_printf ("A message of %" G_GSIZE_FORMAT " bytes exceeds the limit of "
                              "%" G_GUINT64_FORMAT,
                              work->payload.size,
                              work->limit);
      connection_fail (self, FAYE_CLOSE_CODE_TOO_BIG, text);
      return FALSE;
    }
  if (work->text && !work->judged && !faye_utf8_is_valid (work->payload.data, work->payload.size))
    {
      connection_fail (self, FAYE_CLOSE_CODE_INVALID_DATA, "Text is not valid UTF-8");
      return FALSE;
    }
  return TRUE;
}

static void
connection_passed_incoming (FayeConnection *self, FayeWork *work)
{
  if (self->closing || !connection_judge (self, work))
    return;
  connection_deliver (self, work);
  connection_yield (self);
}

static void
connection_passed_outgoing (FayeConnection *self, FayeWork *work)
{
  FayePayload payload = work->payload;

  work->payload.release = NULL;
  if (!faye_connection_send_frame (self, work->text, work->rsv, &payload))
    connection_fail (self, FAYE_CLOSE_CODE_INTERNAL, "No memory to send a message");
}

static void
pipeline_passed (gpointer owner, FayeWork *work)
{
  g_autoptr (FayeConnection) self = faye_connection_ref (owner);

  if (faye_timer_is_armed (&self->close_timer))
    self->last_passed = g_get_monotonic_time ();
  if (work->direction == FAYE_DIRECTION_INCOMING)
    connection_passed_incoming (self, work);
  else
    connection_passed_outgoing (self, work);
  faye_connection_update_reading (self);
}

static void
pipeline_marked (gpointer owner, FayeDirection direction, gpointer mark)
{
  g_autoptr (FayeConnection) self = faye_connection_ref (owner);

  if (direction == FAYE_DIRECTION_INCOMING)
    faye_connection_end (self);
  else if (mark == &faye_connection_sent_mark)
    faye_connection_sends_unpiped (self);
  else if (mark == &faye_connection_close_mark)
    faye_connection_close_unpiped (self);
  else
    faye_connection_drained (self);
}

/* Whoever waits for a message to leave waits for one that was dropped. */
static void
connection_fail_piped (FayeConnection *self, const char *text)
{
  g_autoptr (GError) error = g_error_new_literal (FAYE_ERROR, FAYE_ERROR_NOT_OPEN, text);

  faye_waiter_fail_all (&self->piped, error);
}

/* (owned) The peer has no use for the name, nor for what the program calls a failure. */
static char *
describe_failure (const char *name, const char *reason)
{
  if (reason[0] == '\0')
    return g_strdup_printf ("The extension %s failed", name);
  return g_strdup_printf ("The extension %s failed: %s", name, reason);
}

static void
pipeline_failed (gpointer owner,
                 FayeDirection direction,
                 const char *name,
                 guint code,
                 const char *reason)
{
  g_autoptr (FayeConnection) self = faye_connection_ref (owner);
  g_autofree char *valid = g_utf8_make_valid (reason, -1);
  g_autofree char *text = describe_failure (name, valid);

  if (direction == FAYE_DIRECTION_OUTGOING)
    connection_fail_piped (self, text);
  else if (self->closing)
    return;
  faye_connection_fault (self, code, valid, text);
}

static const FayePipelineFuncs pipeline_funcs = {
  .passed = pipeline_passed,
  .marked = pipeline_marked,
  .failed = pipeline_failed,
};

void
faye_connection_set_pipeline (FayeConnection *self, FayePipeline *pipeline)
{
  self->pipeline = pipeline;
  faye_pipeline_set_owner (pipeline, &pipeline_funcs, self);
  faye_pipeline_set_held (pipeline, FAYE_DIRECTION_INCOMING, self->paused);
  faye_protocol_set_extension_bits (self->protocol, faye_pipeline_get_rsv (pipeline));
}
