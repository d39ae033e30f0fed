/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "faye/ext/faye-deflate-session-private.h"
#include "faye/ext/faye-pipeline-private.h"

/*
 * Two sessions that agree on what some options say: what one is sent, the other receives, whether
 * it was compressed, did not shrink, or was below the threshold. The first bytes are parameters.
 */

enum
{
  N_PARAMETERS = 6,
  LARGE = 248,
  LARGE_SIZE = 70000,
};

typedef struct
{
  FayePipeline *pipeline;
  FayePipeline *peer;
  GByteArray *received;
  guint n_received;
  const FayeDeflateOptions *options;
} End;

static void
passed_cb (gpointer owner, FayeWork *work)
{
  End *self = owner;
  FayeWork message = *work;

  if (work->direction == FAYE_DIRECTION_OUTGOING)
    {
      message.direction = FAYE_DIRECTION_INCOMING;
      message.payload.release = NULL;
      faye_pipeline_push (self->peer, &message);
      return;
    }
  g_assert_cmpuint (work->rsv, ==, 0);
  g_byte_array_set_size (self->received, 0);
  g_byte_array_append (self->received, work->payload.data, work->payload.size);
  self->n_received++;
}

static void
failed_cb (gpointer owner,
           FayeDirection direction,
           const char *name,
           guint code,
           const char *reason)
{
  g_error ("%s failed with %u: %s", name, code, reason);
}

static const FayePipelineFuncs funcs = { passed_cb, NULL, failed_cb };

static FayeDeflateOptions
take_options (FuzzInput *input)
{
  const guint8 one = fuzz_take (input);
  const guint8 other = fuzz_take (input);
  const guint8 threshold = fuzz_take (input);

  return (FayeDeflateOptions){
    .level = (one & 15) % 11 - 1,
    .mem_level = 1 + (one >> 4) % 9,
    .strategy = threshold % 5,
    .no_context_takeover = (other & 1) != 0,
    .request_no_context_takeover = (other & 2) != 0,
    .keep_larger = (other & 4) != 0,
    .max_window_bits = 9 + (other >> 3) % 7,
    .request_max_window_bits = 8 + (other >> 5),
    .threshold = threshold,
  };
}

static void
end_init (End *self, FayeDeflateSession *session, const FayeDeflateOptions *options)
{
  FayeSession stage = { &faye_deflate_session_ops, session };

  *self = (End){ .pipeline = faye_pipeline_new (NULL, 0), .options = options };
  self->received = g_byte_array_new ();
  faye_pipeline_set_owner (self->pipeline, &funcs, self);
  faye_pipeline_add (self->pipeline, FAYE_DEFLATE_NAME, FAYE_RSV1, stage);
}

static void
end_clear (End *self)
{
  faye_pipeline_unref (self->pipeline);
  g_byte_array_unref (self->received);
}

/* FALSE if the server cannot take what the client wants. */
static gboolean
agree (End *client, const FayeDeflateOptions *one, End *server, const FayeDeflateOptions *other)
{
  const FayeSessionOps *ops = &faye_deflate_session_ops;
  FayeDeflateSession *asking = faye_deflate_session_new_client (one);
  g_autoptr (GVariant) offers = ops->get_offers (asking);
  FayeDeflateSession *answering = faye_deflate_session_new_server (other, offers);
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GError) error = NULL;

  if (answering == NULL)
    {
      g_assert_cmpuint (one->request_max_window_bits, ==, 8);
      faye_deflate_session_unref (asking);
      return FALSE;
    }
  answer = ops->get_answer (answering);
  ops->activate (asking, answer, &error);
  g_assert_no_error (error);
  end_init (client, asking, one);
  end_init (server, answering, other);
  client->peer = server->pipeline;
  server->peer = client->pipeline;
  return TRUE;
}

static void
check_message (End *from, End *to, FayeCompress compress, const GByteArray *text)
{
  const guint before = to->n_received;
  FayeWork message = {
    .direction = FAYE_DIRECTION_OUTGOING,
    .compress = compress,
    .limit = text->len,
    .payload = { text->data, text->len },
  };

  faye_pipeline_push (from->pipeline, &message);
  while (to->n_received == before)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpmem (to->received->data, to->received->len, text->data, text->len);
}

/* A piece of the input, some number of times: now and then so many that it is a worker's. */
static GByteArray *
take_text (FuzzInput *input)
{
  const guint repeats = fuzz_take (input);
  const gsize wanted = fuzz_take (input);
  const gsize size = MIN (wanted, input->size);
  const guint times = repeats >= LARGE && size > 0 ? LARGE_SIZE / size : 1 + repeats % 8;
  GByteArray *text = g_byte_array_new ();

  for (guint i = 0; i < times; i++)
    g_byte_array_append (text, input->data, size);
  input->data += size;
  input->size -= size;
  return text;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  FuzzInput input = { data, size };
  FayeDeflateOptions one, other;
  End client, server;

  if (size < N_PARAMETERS)
    return 0;
  one = take_options (&input);
  other = take_options (&input);
  if (!agree (&client, &one, &server, &other))
    return 0;
  for (guint n = 0; input.size > 0 && n < 10; n++)
    {
      const guint8 flags = fuzz_take (&input);
      g_autoptr (GByteArray) text = take_text (&input);

      if (flags & 1)
        check_message (&client, &server, (flags >> 1) % 3, text);
      else
        check_message (&server, &client, (flags >> 1) % 3, text);
    }
  end_clear (&client);
  end_clear (&server);
  return 0;
}
