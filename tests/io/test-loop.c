/* SPDX-License-Identifier: MIT */

#include "faye/io/faye-transport-backend-private.h"
#include "tests/io/pairs.h"
#include "tests/io/peer.h"

#include <time.h>

static void
test_shared (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (FayeLoop) one = faye_loop_get (NULL, 0);
  g_autoptr (FayeLoop) same = faye_loop_get (g_main_context_default (), 0);
  g_autoptr (FayeLoop) lower = faye_loop_get (NULL, 10);
  g_autoptr (FayeLoop) other = faye_loop_get (context, 0);

  g_assert_true (one == same);
  g_assert_true (one != lower);
  g_assert_true (one != other);
  g_assert_cmpint (faye_loop_get_priority (lower), ==, 10);
  g_assert_true (faye_loop_get_context (other) == context);
  g_assert_true (faye_loop_get_context (one) == g_main_context_default ());
}

static void
test_F20_context_first (void)
{
  GMainContext *context = g_main_context_new ();
  FayeLoop *loop = faye_loop_get (context, 0);
  GIOStream *streams[2];
  Peer *peer;
  FayeLoop *next;

  pair_open (PAIR_TCP, &streams[0], &streams[1]);
  peer = peer_new_on (loop, streams[0]);
  faye_transport_set_reading (peer->transport, TRUE);
  faye_transport_finish (peer->transport, FAYE_FINISH_CLOSE, 1000);
  g_clear_pointer (&peer->context, g_main_context_unref);
  g_main_context_unref (context);
  g_assert_null (faye_loop_get_context (loop));

  /* Whatever lives at that address now gets a loop that works. */
  context = g_main_context_new ();
  next = faye_loop_get (context, 0);
  g_assert_true (faye_loop_get_context (next) == context);
  peer_reserve (peer, "x", 1);
  peer->context = context;
  peer_free (peer);
  faye_loop_unref (loop);
  faye_loop_unref (next);
  g_object_unref (streams[0]);
  g_object_unref (streams[1]);
}

static gpointer
own_context_thread (gpointer data)
{
  GMainContext *context = g_main_context_new ();
  FayeLoop *loop = faye_loop_get (context, 0);
  GIOStream *streams[2];
  Peer *peers[2];

  g_main_context_push_thread_default (context);
  pair_open (GPOINTER_TO_INT (data), &streams[0], &streams[1]);
  for (guint i = 0; i < 2; i++)
    {
      peers[i] = peer_new_on (loop, streams[i]);
      faye_transport_set_reading (peers[i]->transport, TRUE);
    }
  peer_reserve (peers[0], "hello", 5);
  peers[1]->expected = 5;
  pair_wait_for (context, &peers[1]->complete);
  faye_transport_finish (peers[0]->transport, FAYE_FINISH_CLOSE, 5000);
  pair_wait_for (context, &peers[0]->ended);
  pair_wait_for (context, &peers[1]->ended);
  for (guint i = 0; i < 2; i++)
    {
      peer_free (peers[i]);
      g_object_unref (streams[i]);
    }
  faye_loop_unref (loop);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
  return NULL;
}

static void
test_F20_threads (void)
{
  GThread *threads[12];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("loop", own_context_thread, GINT_TO_POINTER (i % N_PAIRS));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

/* The most that one turn was given: on a busy machine a single turn may pass while we wait for a
 * processor. */
static guint most_questions;
static gint64 longest_turn;

static gsize
work_cb (gpointer data, guint8 *bytes, gsize size)
{
  Peer *peer = data;
  FayeLoop *loop = faye_transport_get_loop (peer->transport);
  gint64 start = g_get_monotonic_time ();
  guint n = 0;

  g_assert_cmpint (faye_loop_get_time (loop), <=, start);
  while (!faye_loop_should_yield (loop))
    n++;
  most_questions = MAX (most_questions, n);
  longest_turn = MAX (longest_turn, g_get_monotonic_time () - start);
  g_assert_true (faye_loop_should_yield (loop));
  peer_take (peer, bytes, size);
  return size;
}

static void
test_yields (void)
{
  g_autoptr (FayeLoop) loop = faye_loop_get (NULL, 0);
  g_autoptr (Peer) a = NULL;
  g_autoptr (Peer) b = NULL;
  GIOStream *streams[2];

  for (guint i = 0; i < 100; i++)
    g_assert_false (faye_loop_should_yield (loop));
  pair_open (PAIR_UNIX, &streams[0], &streams[1]);
  a = peer_new (streams[0]);
  b = peer_new (streams[1]);
  b->on_received = work_cb;
  faye_transport_set_reading (b->transport, TRUE);
  most_questions = 0;
  longest_turn = 0;
  for (gsize sent = 1; sent <= 20; sent++)
    {
      peer_reserve (a, "x", 1);
      b->complete = FALSE;
      peer_wait_complete (b, sent);
    }
  g_assert_cmpuint (most_questions, >, 100);
  g_assert_cmpint (longest_turn, >=, 500);
  g_assert_false (faye_loop_should_yield (loop));
  g_object_unref (streams[0]);
  g_object_unref (streams[1]);
}

/* 1000 idle connections: one source, and few bytes each; all goes in the end. */
static void
test_F31_idle (void)
{
  enum
  {
    N = 400
  };
  g_autoptr (GMainContext) context = g_main_context_new ();
  guint before = pair_count_descriptors ();
  FayeLoop *loop = faye_loop_get (context, 0);
  Peer *peers[2 * N];
  GSource *source = g_source_ref (loop->source);

  g_assert_cmpuint (sizeof (struct _FayeTransport), <=, 300);
  for (guint i = 0; i < N; i++)
    {
      GIOStream *streams[2];

      pair_open (PAIR_UNIX, &streams[0], &streams[1]);
      for (guint j = 0; j < 2; j++)
        {
          peers[2 * i + j] = peer_new_on (loop, streams[j]);
          faye_transport_set_reading (peers[2 * i + j]->transport, TRUE);
          g_object_unref (streams[j]);
        }
      peer_reserve (peers[2 * i], "hello", 5);
    }
  for (guint i = 0; i < N; i++)
    while (peers[2 * i + 1]->input->len < 5)
      g_main_context_iteration (context, TRUE);
  g_assert_cmpuint (g_main_context_query (context, G_MAXINT, &(int){ 0 }, NULL, 0), <=, 2);
  for (guint i = 0; i < 2 * N; i++)
    peer_free (peers[i]);
  faye_loop_unref (loop);
  g_assert_true (g_source_is_destroyed (source));
  g_source_unref (source);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_clear_pointer (&context, g_main_context_unref);
  g_assert_cmpuint (pair_count_descriptors (), <=, before);
}

enum
{
  N_FRAMES = 40
};

typedef struct
{
  gint64 last;
  gint64 waits[N_FRAMES];
  guint n_waits;
  gboolean done;
} Frames;

/* This thread's time, so that a busy machine does not count. */
static gint64
get_cpu_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (gint64) time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/* GTK's redraw: ready again 5 ms after the last one. */
static gboolean
frame_cb (gpointer user_data)
{
  Frames *frames = user_data;
  gint64 now = get_cpu_time ();

  if (frames->last > 0 && frames->n_waits < N_FRAMES)
    frames->waits[frames->n_waits++] = now - frames->last;
  frames->last = now;
  frames->done = frames->n_waits == N_FRAMES;
  return G_SOURCE_CONTINUE;
}

static int
compare_waits (gconstpointer a, gconstpointer b)
{
  gint64 one = *(const gint64 *) a;
  gint64 other = *(const gint64 *) b;

  return one < other ? -1 : one > other;
}

static gsize
quick_cb (gpointer data, guint8 *bytes, gsize size)
{
  return size;
}

static gsize
slow_cb (gpointer data, guint8 *bytes, gsize size)
{
  Peer *peer = data;
  FayeLoop *loop = faye_transport_get_loop (peer->transport);
  gsize used = 0;

  /* A handler of 100 µs a message. */
  while (used < size && !faye_loop_should_yield (loop))
    {
      gint64 end = g_get_monotonic_time () + 100;

      while (g_get_monotonic_time () < end)
        ;
      used++;
    }
  return used;
}

static void
flood_cb (gpointer data)
{
  static const guint8 zeros[16384];
  Peer *peer = data;

  if (!faye_transport_is_blocked (peer->transport))
    for (guint i = 0; i < 4; i++)
      peer_push (peer, zeros, sizeof (zeros));
}

/* Under a flood, with slow or quick handlers, a source at GTK's redraw priority still runs. */
static void
test_fairness (gconstpointer data)
{
  PairKind kind = GPOINTER_TO_INT (data) / 2;
  gboolean slow = GPOINTER_TO_INT (data) % 2;
  g_autoptr (GSource) redraw = g_timeout_source_new (5);
  Frames frames = { 0 };
  GIOStream *streams[2];
  Peer *peers[2];

  pair_open (kind, &streams[0], &streams[1]);
  for (guint i = 0; i < 2; i++)
    {
      peers[i] = peer_new (streams[i]);
      peers[i]->on_wrote = flood_cb;
      peers[i]->on_received = slow ? slow_cb : quick_cb;
      faye_transport_set_reading (peers[i]->transport, TRUE);
      flood_cb (peers[i]);
    }
  g_source_set_priority (redraw, G_PRIORITY_HIGH_IDLE + 20);
  g_source_set_callback (redraw, frame_cb, &frames, NULL);
  g_source_attach (redraw, NULL);
  pair_wait_for (NULL, &frames.done);
  g_source_destroy (redraw);
  qsort (frames.waits, N_FRAMES, sizeof (gint64), compare_waits);
  g_test_message ("frames: median %" G_GINT64_FORMAT " us, worst %" G_GINT64_FORMAT " us",
                  frames.waits[N_FRAMES / 2],
                  frames.waits[N_FRAMES - 1]);
  /* Without the rule every frame waits for as long as the flood lasts. A single one may meet a
   * sanitizer at its own housekeeping. */
  g_assert_cmpint (frames.waits[N_FRAMES / 2], <, 100000);
  for (guint i = 0; i < 2; i++)
    {
      peers[i]->on_wrote = NULL;
      peer_free (peers[i]);
      g_object_unref (streams[i]);
    }
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* As if the time had come. */
static void
trim_now (FayeLoop *loop)
{
  FayeTimer *trimmer = &loop->trimmer;

  g_assert_true (faye_timer_is_armed (trimmer));
  trimmer->deadline = trimmer->queued = g_get_monotonic_time ();
  faye_timer_heap_update (&loop->timers, trimmer);
  faye_loop_arm_timers (loop);
  g_main_context_iteration (NULL, TRUE);
}

/* After a burst the loop goes back to its own priority, and gives its memory back. */
static gsize
use_up_cb (gpointer data, guint8 *bytes, gsize size)
{
  Peer *peer = data;

  while (!faye_loop_should_yield (faye_transport_get_loop (peer->transport)))
    ;
  peer_take (peer, bytes, size);
  return size;
}

static gboolean
always_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* F22: a source at the priority proper that is ready all the time, as a listener without
 * descriptors is. */
static void
test_F22_not_starved (void)
{
  g_autoptr (FayeLoop) loop = faye_loop_get (NULL, 0);
  g_autoptr (GSource) spinner = g_idle_source_new ();
  g_autoptr (Peer) a = NULL;
  g_autoptr (Peer) b = NULL;
  GIOStream *streams[2];

  pair_open (PAIR_UNIX, &streams[0], &streams[1]);
  a = peer_new (streams[0]);
  b = peer_new (streams[1]);
  b->on_received = use_up_cb;
  faye_transport_set_reading (b->transport, TRUE);
  for (guint i = 0; i < 5; i++)
    {
      peer_reserve (a, "x", 1);
      peer_wait_complete (b, i + 1);
    }
  g_assert_true (faye_loop_is_lowered (loop));
  g_source_set_priority (spinner, 0);
  g_source_set_callback (spinner, always_cb, NULL, NULL);
  g_source_attach (spinner, NULL);
  for (guint i = 5; i < 8; i++)
    {
      peer_reserve (a, "x", 1);
      peer_wait_complete (b, i + 1);
    }
  g_source_destroy (spinner);
  g_object_unref (streams[0]);
  g_object_unref (streams[1]);
}

static void
test_calms_down (void)
{
  g_autoptr (FayeLoop) loop = faye_loop_get (NULL, 0);
  g_autoptr (Peer) a = NULL;
  g_autoptr (Peer) b = NULL;
  GIOStream *streams[2];

  pair_open (PAIR_UNIX, &streams[0], &streams[1]);
  a = peer_new (streams[0]);
  b = peer_new (streams[1]);
  b->on_received = work_cb;
  faye_transport_set_reading (b->transport, TRUE);
  for (guint i = 0; i < 5; i++)
    {
      peer_reserve (a, "x", 1);
      peer_wait_complete (b, i + 1);
    }
  g_assert_true (faye_loop_is_lowered (loop));
  b->on_received = NULL;
  g_usleep (5000);
  peer_reserve (a, "x", 1);
  peer_wait_complete (b, 6);
  g_usleep (5000);
  peer_reserve (a, "x", 1);
  peer_wait_complete (b, 7);
  g_assert_false (faye_loop_is_lowered (loop));
  g_assert_cmpint (g_source_get_priority (loop->source), ==, 0);

  g_assert_false (faye_buffer_pool_is_empty (&loop->pool));
  trim_now (loop);
  trim_now (loop);
  g_assert_true (faye_buffer_pool_is_empty (&loop->pool));
  g_assert_false (faye_timer_is_armed (&loop->trimmer));
  g_object_unref (streams[0]);
  g_object_unref (streams[1]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/io/loop/shared", test_shared);
  g_test_add_func ("/faye/io/loop/F20-context-first", test_F20_context_first);
  g_test_add_func ("/faye/io/loop/F20-threads", test_F20_threads);
  g_test_add_func ("/faye/io/loop/yields", test_yields);
  g_test_add_func ("/faye/io/loop/F31-idle", test_F31_idle);
  for (guint i = 0; i < 2 * N_PAIRS; i++)
    {
      g_autofree char *path = g_strdup_printf ("/faye/io/loop/fairness/%s/%s",
                                               pair_name (i / 2),
                                               i % 2 ? "slow-handler" : "quick-handler");

      g_test_add_data_func (path, GINT_TO_POINTER (i), test_fairness);
    }
  g_test_add_func ("/faye/io/loop/calms-down", test_calms_down);
  g_test_add_func ("/faye/io/loop/F22-not-starved", test_F22_not_starved);
  return g_test_run ();
}
