/* SPDX-License-Identifier: MIT */

#include "tests/ext/deflate-peer.h"

#include "faye/core/faye-protocol-private.h"

#define DEADLINE (20 * G_TIME_SPAN_SECOND)

const FayeDeflateOptions deflate_usual = {
  .level = -1,
  .mem_level = 8,
  .max_window_bits = 15,
  .request_max_window_bits = 15,
};

static void
passed_cb (gpointer owner, FayeWork *work)
{
  DeflatePeer *self = owner;
  DeflateMessage *message = g_new0 (DeflateMessage, 1);

  g_assert_false (self->expect_nothing);
  if (self->passed)
    self->passed (self->user_data, work);
  message->bytes = g_byte_array_sized_new (work->payload.size);
  g_byte_array_append (message->bytes, work->payload.data, work->payload.size);
  message->rsv = work->rsv;
  message->text = work->text;
  message->judged = work->judged;

  message->borrowed_at = GPOINTER_TO_SIZE (work->payload.data);
  g_queue_push_tail (&self->out[work->direction], message);
}

static void
marked_cb (gpointer owner, FayeDirection direction, gpointer mark)
{
  g_assert_not_reached ();
}

static void
failed_cb (gpointer owner,
           FayeDirection direction,
           const char *name,
           guint code,
           const char *reason)
{
  DeflatePeer *self = owner;

  g_assert_false (self->expect_nothing);
  g_assert_cmpstr (name, ==, FAYE_DEFLATE_NAME);
  g_assert_cmpuint (self->code[direction], ==, 0);
  self->code[direction] = code;
}

static const FayePipelineFuncs funcs = { passed_cb, marked_cb, failed_cb };

static void
peer_init (DeflatePeer *self, FayeDeflateSession *session, GMainContext *context)
{
  FayeSession stage = { &faye_deflate_session_ops, session };

  *self = (DeflatePeer){ .session = session, .context = context };
  self->pipeline = faye_pipeline_new (context, G_PRIORITY_DEFAULT);
  faye_pipeline_set_owner (self->pipeline, &funcs, self);
  faye_pipeline_add (self->pipeline, FAYE_DEFLATE_NAME, FAYE_RSV1, stage);
}

void
deflate_peers_init (DeflatePeer *client,
                    const FayeDeflateOptions *client_options,
                    DeflatePeer *server,
                    const FayeDeflateOptions *server_options,
                    GMainContext *context)
{
  const FayeSessionOps *ops = &faye_deflate_session_ops;
  FayeDeflateSession *asking = faye_deflate_session_new_client (client_options);
  g_autoptr (GVariant) offers = ops->get_offers (asking);
  FayeDeflateSession *answering = faye_deflate_session_new_server (server_options, offers);
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (answering);
  answer = ops->get_answer (answering);
  ops->activate (asking, answer, &error);
  g_assert_no_error (error);
  peer_init (client, asking, context);
  peer_init (server, answering, context);
}

void
deflate_message_free (DeflateMessage *message)
{
  g_byte_array_unref (message->bytes);
  g_free (message);
}

void
deflate_peer_clear (DeflatePeer *self)
{
  g_clear_pointer (&self->pipeline, faye_pipeline_unref);
  g_queue_clear_full (&self->out[0], (GDestroyNotify) deflate_message_free);
  g_queue_clear_full (&self->out[1], (GDestroyNotify) deflate_message_free);
}

void
deflate_peer_push (DeflatePeer *self,
                   FayeDirection direction,
                   const GByteArray *bytes,
                   const FayeWork *message)
{
  g_autofree guint8 *exact = g_memdup2 (bytes->data, bytes->len);
  FayeWork work = *message;

  work.direction = direction;
  work.payload = (FayePayload){ .data = exact, .size = bytes->len };
  faye_pipeline_push (self->pipeline, &work);
}

static void
iterate (DeflatePeer *self, gint64 deadline)
{
  if (!g_main_context_iteration (self->context, FALSE))
    g_thread_yield ();
  g_assert_cmpint (g_get_monotonic_time (), <, deadline);
}

DeflateMessage *
deflate_peer_pop (DeflatePeer *self, FayeDirection direction)
{
  const gint64 deadline = g_get_monotonic_time () + DEADLINE;

  while (g_queue_is_empty (&self->out[direction]) && self->code[direction] == 0)
    iterate (self, deadline);
  g_assert_cmpuint (self->code[direction], ==, 0);
  return g_queue_pop_head (&self->out[direction]);
}

guint
deflate_peer_wait_for_code (DeflatePeer *self, FayeDirection direction)
{
  const gint64 deadline = g_get_monotonic_time () + DEADLINE;

  while (self->code[direction] == 0)
    iterate (self, deadline);
  return self->code[direction];
}

DeflateMessage *
deflate_peer_send (DeflatePeer *from, DeflatePeer *to, const GByteArray *text)
{
  FayeWork message = { .text = TRUE, .limit = G_MAXUINT64 };
  g_autoptr (DeflateMessage) wire = NULL;

  deflate_peer_push (from, FAYE_DIRECTION_OUTGOING, text, &message);
  wire = deflate_peer_pop (from, FAYE_DIRECTION_OUTGOING);
  message.rsv = wire->rsv;
  deflate_peer_push (to, FAYE_DIRECTION_INCOMING, wire->bytes, &message);
  return deflate_peer_pop (to, FAYE_DIRECTION_INCOMING);
}
