/* SPDX-License-Identifier: MIT */

#include "tests/ext/deflate-peer.h"

#include <string.h>
#include <time.h>

#include "faye/core/faye-protocol-private.h"
#include "faye/ext/faye-deflate-pool-private.h"
#include "tests/ext/zlib-memory.h"

/* Two ends of a connection, and what passes between them, at once or through a worker. */

#define IN FAYE_DIRECTION_INCOMING
#define OUT FAYE_DIRECTION_OUTGOING
#define MIB (1024 * 1024)

static const FayeWork plain = { .text = TRUE, .limit = G_MAXUINT64 };
static const FayeWork squeezed = { .text = TRUE, .limit = G_MAXUINT64, .rsv = FAYE_RSV1 };

static void
assert_arrives (DeflatePeer *from, DeflatePeer *to, const GByteArray *text)
{
  g_autoptr (DeflateMessage) message = deflate_peer_send (from, to, text);

  bytes_assert_equal (message->bytes, text);
  g_assert_cmpuint (message->rsv, ==, 0);
}

/* Small, over the scratch memory, and over what is done at once. */
static void
assert_sizes_arrive (DeflatePeer *from, DeflatePeer *to)
{
  static const gsize sizes[] = { 0, 1, 1000, 100000, 1000, 300000, 1000, 600000, 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GByteArray) text = bytes_text (sizes[i]);
      g_autoptr (GByteArray) noise = bytes_noise (sizes[i], i);

      assert_arrives (from, to, text);
      assert_arrives (from, to, noise);
    }
}

static void
check_options (const FayeDeflateOptions *one, const FayeDeflateOptions *other)
{
  DeflatePeer client, server;

  deflate_peers_init (&client, one, &server, other, NULL);
  assert_sizes_arrive (&client, &server);
  assert_sizes_arrive (&server, &client);
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
}

static void
test_round_trip (void)
{
  FayeDeflateOptions options = deflate_usual;

  check_options (&options, &deflate_usual);
  options.keep_larger = TRUE;
  check_options (&options, &deflate_usual);
  options.no_context_takeover = TRUE;
  options.max_window_bits = 9;
  options.mem_level = 1;
  check_options (&options, &deflate_usual);
  check_options (&deflate_usual, &options);
  options.request_no_context_takeover = TRUE;
  options.request_max_window_bits = 10;
  check_options (&options, &deflate_usual);
  check_options (&deflate_usual, &options);
}

/* What leaves when TEXT is sent as MESSAGE says. */
static DeflateMessage *
leave (DeflatePeer *peer, const GByteArray *text, FayeCompress compress)
{
  FayeWork message = plain;

  message.compress = compress;
  deflate_peer_push (peer, OUT, text, &message);
  return deflate_peer_pop (peer, OUT);
}

static void
assert_leaves (DeflatePeer *peer, const GByteArray *text, FayeCompress compress, guint8 rsv)
{
  g_autoptr (DeflateMessage) message = leave (peer, text, compress);

  g_assert_cmpuint (message->rsv, ==, rsv);
  if (rsv == 0)
    bytes_assert_equal (message->bytes, text);
}

static void
test_threshold (void)
{
  FayeDeflateOptions options = deflate_usual;
  g_autoptr (GByteArray) below = bytes_text (199);
  g_autoptr (GByteArray) above = bytes_text (200);
  DeflatePeer client, server;

  options.threshold = 200;
  deflate_peers_init (&client, &options, &server, &deflate_usual, NULL);
  assert_leaves (&client, below, FAYE_COMPRESS_DEFAULT, 0);
  assert_leaves (&client, below, FAYE_COMPRESS_NEVER, 0);
  assert_leaves (&client, below, FAYE_COMPRESS_ALWAYS, FAYE_RSV1);
  assert_leaves (&client, above, FAYE_COMPRESS_NEVER, 0);
  assert_leaves (&client, above, FAYE_COMPRESS_DEFAULT, FAYE_RSV1);
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
}

static void
test_not_shrunk (void)
{
  FayeDeflateOptions options = deflate_usual;
  g_autoptr (GByteArray) nothing = bytes_text (0);
  g_autoptr (GByteArray) noise = bytes_noise (1000, 1);
  DeflatePeer client, server;

  deflate_peers_init (&client, &options, &server, &deflate_usual, NULL);
  assert_leaves (&client, noise, FAYE_COMPRESS_DEFAULT, 0);
  assert_leaves (&client, nothing, FAYE_COMPRESS_ALWAYS, 0);
  /* The second would refer to the first, which the server has not seen inflated. */
  assert_arrives (&client, &server, noise);
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);

  options.keep_larger = TRUE;
  deflate_peers_init (&client, &options, &server, &deflate_usual, NULL);
  assert_leaves (&client, noise, FAYE_COMPRESS_DEFAULT, FAYE_RSV1);
  assert_leaves (&client, nothing, FAYE_COMPRESS_DEFAULT, FAYE_RSV1);
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
}

/* A small message costs no allocation of its own: it comes in the memory that all share. */
static void
test_scratch (void)
{
  g_autoptr (GByteArray) text = bytes_text (1000);
  g_autoptr (DeflateMessage) one = NULL;
  g_autoptr (DeflateMessage) other = NULL;
  DeflatePeer client, server;

  deflate_peers_init (&client, &deflate_usual, &server, &deflate_usual, NULL);
  one = deflate_peer_send (&client, &server, text);
  other = deflate_peer_send (&client, &server, text);
  g_assert_cmpuint (one->borrowed_at, ==, other->borrowed_at);
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
}

/* A handler that sends while it is given a message in the scratch memory. */
static void
answer_cb (gpointer user_data, FayeWork *work)
{
  DeflatePeer *self = user_data;
  g_autofree guint8 *before = g_memdup2 (work->payload.data, work->payload.size);
  const FayePayload payload = work->payload;
  FayeWork answer = plain;

  if (work->direction == OUT)
    return;
  answer.direction = OUT;
  answer.payload = (FayePayload){ .data = payload.data, .size = payload.size };
  faye_pipeline_push (self->pipeline, &answer);
  g_assert_cmpmem (payload.data, payload.size, before, payload.size);
}

static void
test_answer_inside (void)
{
  g_autoptr (GByteArray) text = bytes_text (1000);
  g_autoptr (DeflateMessage) wire = NULL;
  g_autoptr (DeflateMessage) echo = NULL;
  DeflatePeer client, server;

  deflate_peers_init (&client, &deflate_usual, &server, &deflate_usual, NULL);
  server.passed = answer_cb;
  server.user_data = &server;
  assert_arrives (&client, &server, text);
  wire = deflate_peer_pop (&server, OUT);
  deflate_peer_push (&client, IN, wire->bytes, &squeezed);
  echo = deflate_peer_pop (&client, IN);
  bytes_assert_equal (echo->bytes, text);
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
}

/* Small ones behind a large one, compressed ones and others. */
static void
test_order (void)
{
  g_autoptr (GByteArray) large = bytes_text (3 * MIB);
  DeflatePeer client, server;

  deflate_peers_init (&client, &deflate_usual, &server, &deflate_usual, NULL);
  deflate_peer_push (&client, OUT, large, &plain);
  for (guint i = 1; i < 200; i++)
    {
      GByteArray text = { large->data + i, i % 20 == 0 ? 200000 : i };
      FayeWork message = plain;

      message.compress = i % 3 == 0 ? FAYE_COMPRESS_NEVER : FAYE_COMPRESS_DEFAULT;
      deflate_peer_push (&client, OUT, &text, &message);
    }
  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (DeflateMessage) wire = deflate_peer_pop (&client, OUT);
      FayeWork message = plain;

      message.rsv = wire->rsv;
      deflate_peer_push (&server, IN, wire->bytes, &message);
    }
  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (DeflateMessage) text = deflate_peer_pop (&server, IN);
      const gsize size = i == 0 ? large->len : i % 20 == 0 ? 200000 : i;

      g_assert_cmpmem (text->bytes->data, text->bytes->len, large->data + i, size);
    }
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
}

static void
count_cb (gpointer user_data)
{
  int *n = user_data;

  g_atomic_int_inc (n);
}

static void
turn_for (GMainContext *context, gint64 time)
{
  for (gint64 end = g_get_monotonic_time () + time; g_get_monotonic_time () < end;)
    if (!g_main_context_iteration (context, FALSE))
      g_thread_yield ();
}

/* What nobody takes yet is not inflated beyond what is done at once. */
static void
check_held (gboolean ends)
{
  enum
  {
    COUNT = 6
  };
  g_autoptr (GByteArray) zeros = bytes_zeros (4 * MIB);
  DeflatePeer client, server;

  deflate_peers_init (&client, &deflate_usual, &server, &deflate_usual, NULL);
  faye_pipeline_set_held (server.pipeline, IN, TRUE);
  for (guint i = 0; i < COUNT; i++)
    {
      g_autoptr (DeflateMessage) wire = leave (&client, zeros, FAYE_COMPRESS_DEFAULT);

      deflate_peer_push (&server, IN, wire->bytes, &squeezed);
    }
  turn_for (NULL, 100 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpuint (faye_pipeline_get_size (server.pipeline, IN), <, MIB);
  server.expect_nothing = ends;
  faye_pipeline_set_held (server.pipeline, IN, FALSE);
  for (guint i = 0; i < COUNT && !ends; i++)
    {
      g_autoptr (DeflateMessage) message = deflate_peer_pop (&server, IN);

      bytes_assert_equal (message->bytes, zeros);
    }
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
}

static void
test_held (void)
{
  check_held (FALSE);
  check_held (TRUE);
}

/* One that fits what is done at once is still not done before those that wait. */
static void
test_held_order (void)
{
  g_autoptr (GByteArray) large = bytes_text (4 * MIB);
  DeflatePeer client, server;

  deflate_peers_init (&client, &deflate_usual, &server, &deflate_usual, NULL);
  for (guint round = 0; round < 10; round++)
    {
      for (guint i = 0; i < 10; i++)
        {
          GByteArray text = { large->data + i, i % 3 == 0 ? 400000 + i : 100 };
          g_autoptr (DeflateMessage) wire = leave (&client, &text, FAYE_COMPRESS_DEFAULT);

          faye_pipeline_set_held (server.pipeline, IN, (round + i) % 4 < 2);
          deflate_peer_push (&server, IN, wire->bytes, &squeezed);
          if (i % 2 == 0)
            turn_for (NULL, G_TIME_SPAN_MILLISECOND);
        }
      faye_pipeline_set_held (server.pipeline, IN, FALSE);
      for (guint i = 0; i < 10; i++)
        {
          g_autoptr (DeflateMessage) text = deflate_peer_pop (&server, IN);

          g_assert_cmpmem (text->bytes->data,
                           text->bytes->len,
                           large->data + i,
                           i % 3 == 0 ? 400000 + i : 100);
        }
    }
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
}

static gint64
get_own_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (gint64) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/* Some texts take a hundred times as long as others of their size. */
static void
test_slow_text (void)
{
  FayeDeflateOptions options = deflate_usual;
  g_autoptr (GByteArray) text = bytes_noise (60000, 1);
  DeflatePeer client, server;

  options.level = 9;
  options.mem_level = 9;
  for (guint i = 0; i < text->len; i++)
    text->data[i] = 'a' + (text->data[i] & 1);
  deflate_peers_init (&client, &options, &server, &deflate_usual, NULL);
  for (guint i = 0; i < 5; i++)
    {
      const gint64 before = get_own_time ();
      g_autoptr (DeflateMessage) wire = NULL;
      g_autoptr (DeflateMessage) out = NULL;

      deflate_peer_push (&client, OUT, text, &plain);
      g_assert_cmpint (get_own_time () - before, <, 20 * G_TIME_SPAN_MILLISECOND);
      wire = deflate_peer_pop (&client, OUT);
      g_assert_cmpuint (wire->rsv, ==, FAYE_RSV1);
      deflate_peer_push (&server, IN, wire->bytes, &squeezed);
      out = deflate_peer_pop (&server, IN);
      bytes_assert_equal (out->bytes, text);
    }
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
}

/* Its worker holds the last reference to the context: what it has can go nowhere, and is freed with
 * the session, whether that was closed before or is closed later. */
static void
check_context_gone (gboolean close_first)
{
  const gsize before = zlib_memory_get_size ();
  GMainContext *context = g_main_context_new ();
  g_autoptr (GByteArray) large = bytes_text (4 * MIB);
  FayeWork message = { .direction = OUT, .limit = G_MAXUINT64 };
  DeflatePeer client, server;
  int released = 0;

  deflate_peers_init (&client, &deflate_usual, &server, &deflate_usual, context);
  for (guint i = 0; i < 3; i++)
    {
      message.payload = (FayePayload){ large->data, large->len, &released, count_cb };
      faye_pipeline_push (client.pipeline, &message);
      deflate_peer_push (&client, OUT, large, &plain);
    }
  client.expect_nothing = TRUE;
  if (close_first)
    deflate_peer_clear (&client);
  g_main_context_unref (context);
  if (!close_first)
    deflate_peer_clear (&client);
  deflate_peer_clear (&server);
  for (gint64 end = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;
       g_atomic_int_get (&released) < 3 || zlib_memory_get_size () > before;)
    {
      g_thread_yield ();
      g_assert_cmpint (g_get_monotonic_time (), <, end);
    }
}

static void
test_context_gone (void)
{
  for (guint i = 0; i < 5; i++)
    {
      check_context_gone (FALSE);
      check_context_gone (TRUE);
    }
}

/* An empty message that is somebody's has no data: it waits, and is let go of, like others. */
static void
test_empty_waits (void)
{
  FayeDeflateOptions options = deflate_usual;
  g_autoptr (GByteArray) large = bytes_text (MIB);
  FayeWork empty = { .direction = OUT, .limit = G_MAXUINT64 };
  DeflatePeer client, server;
  int released = 0;

  options.keep_larger = TRUE;
  deflate_peers_init (&client, &options, &server, &deflate_usual, NULL);
  deflate_peer_push (&client, OUT, large, &plain);
  empty.payload = (FayePayload){ NULL, 0, &released, count_cb };
  faye_pipeline_push (client.pipeline, &empty);
  deflate_message_free (deflate_peer_pop (&client, OUT));
  deflate_message_free (deflate_peer_pop (&client, OUT));
  g_assert_cmpint (released, ==, 1);
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
}

static void
test_judged (void)
{
  g_autoptr (GByteArray) text = bytes_zeros (MIB);
  g_autoptr (DeflateMessage) good = NULL;
  g_autoptr (DeflateMessage) bad = NULL;
  DeflatePeer client, server;

  deflate_peers_init (&client, &deflate_usual, &server, &deflate_usual, NULL);
  good = deflate_peer_send (&client, &server, text);
  g_assert_true (good->judged);
  text->data[MIB - 1] = 0xff;
  bad = deflate_peer_send (&client, &server, text);
  g_assert_false (bad->judged);
  bytes_assert_equal (bad->bytes, text);
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
}

/* What becomes of WIRE; nothing may come out behind a failure. */
static guint
receive_code (const GByteArray *wire, guint64 limit)
{
  g_autoptr (GByteArray) hello = bytes_from_hex ("f2 48 cd c9 c9 07 00");
  DeflatePeer client, server;
  FayeWork message = squeezed;
  guint code;

  message.limit = limit;
  deflate_peers_init (&client, &deflate_usual, &server, &deflate_usual, NULL);
  deflate_peer_push (&server, IN, hello, &squeezed);
  deflate_message_free (deflate_peer_pop (&server, IN));
  deflate_peer_push (&server, IN, wire, &message);
  deflate_peer_push (&server, IN, hello, &squeezed);
  deflate_peer_push (&server, IN, hello, &plain);
  code = deflate_peer_wait_for_code (&server, IN);
  server.expect_nothing = TRUE;
  deflate_peer_push (&server, IN, hello, &squeezed);
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
  return code;
}

static void
test_bomb (void)
{
  static const guint64 limits[] = { 0, 1, 65536, 262144, 262145, 64 * MIB - 1 };
  g_autoptr (GByteArray) zeros = bytes_zeros (64 * MIB);
  FayeDeflaterSetup setup = { 9, 9, Z_DEFAULT_STRATEGY, 15 };
  g_autoptr (FayeDeflater) deflater = faye_deflater_new (&setup);
  FayeCodecStatus status;
  g_autoptr (GByteArray) bomb = codec_deflate (deflater, zeros, G_MAXUINT64, TRUE, &status);

  g_assert_cmpuint (bomb->len, <, 70000);
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    g_assert_cmpuint (receive_code (bomb, limits[i]), ==, 1009);
}

/* The limit is the last length that passes: in the scratch memory, behind it, and in a worker. */
static void
check_limit (const GByteArray *text)
{
  FayeDeflaterSetup setup = { 6, 8, Z_DEFAULT_STRATEGY, 15 };
  g_autoptr (FayeDeflater) deflater = faye_deflater_new (&setup);
  FayeCodecStatus status;
  g_autoptr (GByteArray) wire = codec_deflate (deflater, text, G_MAXUINT64, TRUE, &status);
  g_autoptr (DeflateMessage) out = NULL;
  FayeWork message = squeezed;
  DeflatePeer client, server;

  message.limit = text->len;
  deflate_peers_init (&client, &deflate_usual, &server, &deflate_usual, NULL);
  deflate_peer_push (&server, IN, wire, &message);
  out = deflate_peer_pop (&server, IN);
  bytes_assert_equal (out->bytes, text);
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
  g_assert_cmpuint (receive_code (wire, text->len - 1), ==, 1009);
}

static void
test_limit (void)
{
  static const gsize sizes[] = { 1, 5, 65535, 65536, 65537, 262143, 262144, 262145, 600000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GByteArray) text = bytes_text (sizes[i]);
      g_autoptr (GByteArray) noise = bytes_noise (sizes[i], i);

      check_limit (text);
      check_limit (noise);
    }
}

/* The breach is all that is told, whatever follows it in the message. */
static void
test_breach_before_garbage (void)
{
  static const gsize sizes[] = { 1000, 300000, 1500000 };
  const gsize before = zlib_memory_get_size ();

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GByteArray) text = bytes_text (sizes[i]);
      FayeDeflaterSetup setup = { 6, 8, Z_DEFAULT_STRATEGY, 15 };
      g_autoptr (FayeDeflater) deflater = faye_deflater_new (&setup);
      FayeCodecStatus status;
      g_autoptr (GByteArray) wire = codec_deflate (deflater, text, G_MAXUINT64, TRUE, &status);

      memset (wire->data + wire->len - 50, 0xff, 50);
      g_assert_cmpuint (receive_code (wire, sizes[i] / 2), ==, 1009);
      g_assert_cmpuint (receive_code (wire, G_MAXUINT64), ==, 1007);
    }
  g_assert_cmpuint (zlib_memory_get_size (), ==, before);
}

static void
test_truncated (void)
{
  static const gsize sizes[] = { 1000, 300000, 1500000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GByteArray) text = bytes_text (sizes[i]);
      FayeDeflaterSetup setup = { 6, 8, Z_DEFAULT_STRATEGY, 15 };
      g_autoptr (FayeDeflater) deflater = faye_deflater_new (&setup);
      FayeCodecStatus status;
      g_autoptr (GByteArray) wire = codec_deflate (deflater, text, G_MAXUINT64, TRUE, &status);

      g_byte_array_set_size (wire, wire->len - 7);
      g_assert_cmpuint (receive_code (wire, G_MAXUINT64), ==, 1007);
    }
}

/* Nothing leaks from a message with final blocks into the next one. */
static void
test_final_blocks (void)
{
  g_autoptr (GByteArray) wire = bytes_from_hex ("f3 48 cd c9 c9 07 00");
  g_autoptr (GByteArray) again = bytes_from_hex ("f2 00 11 00 00");
  g_autoptr (DeflateMessage) one = NULL;
  g_autoptr (DeflateMessage) other = NULL;
  DeflatePeer client, server;

  for (guint i = 0; i < 500000; i++)
    g_byte_array_append (wire, (const guint8 *) "\3\0", 2);
  deflate_peers_init (&client, &deflate_usual, &server, &deflate_usual, NULL);
  deflate_peer_push (&server, IN, wire, &squeezed);
  deflate_peer_push (&server, IN, again, &squeezed);
  one = deflate_peer_pop (&server, IN);
  other = deflate_peer_pop (&server, IN);
  g_assert_cmpmem (one->bytes->data, one->bytes->len, "Hello", 5);
  g_assert_cmpmem (other->bytes->data, other->bytes->len, "Hello", 5);
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
}

/* An answer that the client cannot meet: it does not compress, and goes on to receive. */
static void
test_window_of_8 (void)
{
  FayeDeflateOptions options = deflate_usual;
  g_autoptr (GByteArray) text = bytes_text (5000);
  g_autoptr (GByteArray) large = bytes_text (MIB);
  DeflatePeer client, server;

  options.request_max_window_bits = 8;
  deflate_peers_init (&client, &deflate_usual, &server, &options, NULL);
  assert_leaves (&client, text, FAYE_COMPRESS_ALWAYS, 0);
  assert_leaves (&client, large, FAYE_COMPRESS_DEFAULT, 0);
  assert_leaves (&server, text, FAYE_COMPRESS_DEFAULT, FAYE_RSV1);
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
}

/* Nobody hears of what a worker was at when the connection ended. */
static void
test_close_while_busy (void)
{
  const gsize before = zlib_memory_get_size ();
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GByteArray) large = bytes_text (4 * MIB);
  g_autoptr (GByteArray) small = bytes_text (100);
  DeflatePeer client, server;

  deflate_peers_init (&client, &deflate_usual, &server, &deflate_usual, context);
  for (guint i = 0; i < 5; i++)
    {
      FayeDeflateSession *kept = faye_deflate_session_ref (client.session);

      deflate_peer_push (&client, OUT, large, &plain);
      deflate_peer_push (&client, OUT, small, &plain);
      client.expect_nothing = TRUE;
      deflate_peer_clear (&client);
      faye_deflate_session_unref (kept);
      deflate_peer_clear (&server);
      deflate_peers_init (&client, &deflate_usual, &server, &deflate_usual, context);
    }
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
  for (gint64 end = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;
       zlib_memory_get_size () > before;)
    {
      g_main_context_iteration (context, FALSE);
      g_assert_cmpint (g_get_monotonic_time (), <, end);
    }
}

static void
end_cb (gpointer user_data, FayeWork *work)
{
  DeflatePeer *self = user_data;

  if (work->direction == IN)
    g_clear_pointer (&self->pipeline, faye_pipeline_unref);
}

static void
test_close_inside (void)
{
  static const gsize sizes[] = { 100, 2 * MIB };
  const gsize before = zlib_memory_get_size ();

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GByteArray) text = bytes_text (sizes[i]);
      DeflatePeer client, server;

      deflate_peers_init (&client, &deflate_usual, &server, &deflate_usual, NULL);
      server.passed = end_cb;
      server.user_data = &server;
      assert_arrives (&client, &server, text);
      deflate_peer_clear (&client);
      deflate_peer_clear (&server);
    }
  g_assert_cmpuint (zlib_memory_get_size (), ==, before);
}

/* Nothing is made before it is needed, nor kept where nothing is to be kept. */
static void
test_memory_use (void)
{
  FayeDeflateOptions options = deflate_usual;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GByteArray) text = bytes_text (1000);
  g_autoptr (FayeDeflatePool) pool = faye_deflate_pool_get (context);
  const gsize before = zlib_memory_get_size ();
  DeflatePeer client, server;

  options.no_context_takeover = TRUE;
  options.request_no_context_takeover = TRUE;
  zlib_memory_reset ();
  deflate_peers_init (&client, &options, &server, &options, context);
  g_assert_cmpuint (zlib_memory_get_calls (), ==, 0);
  assert_arrives (&client, &server, text);
  g_assert_cmpuint (faye_deflate_pool_get_length (pool), ==, 3);
  faye_deflate_pool_trim (pool);
  zlib_memory_reset ();
  assert_arrives (&server, &client, text);
  g_assert_cmpuint (zlib_memory_get_calls (), ==, 0);
  faye_deflate_pool_trim (pool);
  faye_deflate_pool_trim (pool);
  g_assert_cmpuint (faye_deflate_pool_get_length (pool), ==, 0);
  g_assert_cmpuint (zlib_memory_get_size (), ==, before);
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
}

/* A compressor that cannot be made costs the compression and nothing else. */
static void
check_no_memory_out (const GByteArray *text, guint k)
{
  FayeWork message = plain;
  g_autoptr (DeflateMessage) wire = NULL;
  g_autoptr (DeflateMessage) out = NULL;
  DeflatePeer client, server;

  deflate_peers_init (&client, &deflate_usual, &server, &deflate_usual, NULL);
  zlib_memory_fail_at (k);
  wire = leave (&client, text, FAYE_COMPRESS_DEFAULT);
  g_assert_true (wire->rsv == 0 || k > 1);
  zlib_memory_reset ();
  message.rsv = wire->rsv;
  deflate_peer_push (&server, IN, wire->bytes, &message);
  out = deflate_peer_pop (&server, IN);
  bytes_assert_equal (out->bytes, text);
  assert_leaves (&client, text, FAYE_COMPRESS_DEFAULT, FAYE_RSV1);
  deflate_peer_clear (&client);
  deflate_peer_clear (&server);
}

static void
test_no_memory_out (void)
{
  g_autoptr (GByteArray) small = bytes_text (1000);
  g_autoptr (GByteArray) large = bytes_text (MIB);

  for (guint k = 1; k < 10; k++)
    {
      check_no_memory_out (small, k);
      check_no_memory_out (large, k);
    }
}

static void
test_no_memory_in (void)
{
  g_autoptr (GByteArray) hello = bytes_from_hex ("f2 48 cd c9 c9 07 00");
  g_autoptr (GByteArray) many = bytes_from_hex ("f3 48 cd c9 c9 07 00");

  for (guint i = 0; i < 300000; i++)
    g_byte_array_append (many, (const guint8 *) "\3\0", 2);
  for (guint k = 1; k <= 2; k++)
    for (guint large = 0; large < 2; large++)
      {
        DeflatePeer client, server;

        deflate_peers_init (&client, &deflate_usual, &server, &deflate_usual, NULL);
        zlib_memory_fail_at (k);
        deflate_peer_push (&server, IN, large ? many : hello, &squeezed);
        g_assert_cmpuint (deflate_peer_wait_for_code (&server, IN), ==, 1011);
        zlib_memory_reset ();
        deflate_peer_clear (&client);
        deflate_peer_clear (&server);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  zlib_memory_install ();
#define ADD(name, func) g_test_add_func ("/faye/ext/deflate-session/" name, func)
  ADD ("round-trip", test_round_trip);
  ADD ("threshold", test_threshold);
  ADD ("not-shrunk", test_not_shrunk);
  ADD ("scratch", test_scratch);
  ADD ("answer-inside", test_answer_inside);
  ADD ("order", test_order);
  ADD ("held", test_held);
  ADD ("held-order", test_held_order);
  ADD ("slow-text", test_slow_text);
  ADD ("F20-context-gone", test_context_gone);
  ADD ("empty-waits", test_empty_waits);
  ADD ("judged", test_judged);
  ADD ("close-while-busy", test_close_while_busy);
  ADD ("close-inside", test_close_inside);
  ADD ("memory-use", test_memory_use);
  ADD ("A12-limit", test_limit);
  ADD ("A20-bomb", test_bomb);
  ADD ("A21-breach-before-garbage", test_breach_before_garbage);
  ADD ("A22-truncated", test_truncated);
  ADD ("A23-final-blocks", test_final_blocks);
  ADD ("A26-window-of-8", test_window_of_8);
  ADD ("F23-no-memory-out", test_no_memory_out);
  ADD ("F23-no-memory-in", test_no_memory_in);
#undef ADD
  return g_test_run ();
}
