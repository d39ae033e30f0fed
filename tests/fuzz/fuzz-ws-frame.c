/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz-ws.h"

#include <string.h>

#include "faye/core/faye-close-code-private.h"
#include "faye/core/faye-frame-private.h"

/* Frames for FUZZ_ROLE, with the application's own calls in between. What must hold: messages keep
 * to the limit and text is UTF-8, nothing comes after the end, and every frame we write is lawful
 * and none follows a Close. */

typedef struct
{
  FayeProtocol *protocol;
  FuzzPlan calls;
  guint64 limit; /* the largest that was ever in force */
  gboolean over;
  gboolean close_written;
} Run;

static void
check_frame (Run *run, const guint8 *bytes, gsize size)
{
  FayeFrameRules rules = {
    .masked = FUZZ_ROLE == FAYE_ROLE_CLIENT,
    .extension_bits = 7,
    .room = G_MAXUINT64,
  };
  FayeFrame frame;

  g_assert_false (run->close_written);
  g_assert_cmpint (faye_frame_parse (bytes, size, &rules, &frame), ==, FAYE_FRAME_WHOLE);
  g_assert_true (frame.fin);
  if (frame.opcode < FAYE_OPCODE_CLOSE)
    return;
  g_assert_cmpuint (frame.head_size + frame.length, ==, size);
  run->close_written = frame.opcode == FAYE_OPCODE_CLOSE;
  if (run->close_written && !rules.masked && frame.length > 0)
    g_assert_true (faye_close_code_is_valid (bytes[2] << 8 | bytes[3]));
}

static void
check_written (Run *run, const guint8 *bytes, gsize size)
{
  if (size > 0)
    check_frame (run, bytes, size);
}

static void
check_message (Run *run, const FayeProtocolEvent *event)
{
  gboolean complete;

  g_assert_cmpuint (event->size, <=, run->limit);
  if (event->text && event->rsv == 0)
    {
      g_assert_cmpuint (fuzz_reference_utf8 (event->data, event->size, &complete), ==, event->size);
      g_assert_true (complete);
    }
  if (event->owned != NULL)
    g_assert_cmpuint (event->owned[event->size], ==, 0);
  g_free (event->owned);
}

static void
take_reply (Run *run)
{
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
  gboolean has_reply = faye_protocol_has_reply (run->protocol);
  gsize size = faye_protocol_take_reply (run->protocol, out);

  g_assert_cmpint (size > 0, ==, has_reply);
  check_written (run, out, size);
}

static void
drain (Run *run, guint8 *data, gsize size)
{
  FayeInput input = { data, size };
  FayeProtocolEvent event = { 0 };

  while (faye_protocol_next (run->protocol, &input, &event) != FAYE_PROTOCOL_NEED_MORE)
    {
      g_assert_false (run->over);
      run->over = event.type == FAYE_PROTOCOL_CLOSE || event.type == FAYE_PROTOCOL_FAILURE;
      if (event.type == FAYE_PROTOCOL_MESSAGE)
        check_message (run, &event);
      else
        g_assert_cmpuint (event.size, <=, event.type == FAYE_PROTOCOL_FAILURE ? 1000 : 125);
      if (fuzz_plan_draw (&run->calls, 4) > 0)
        take_reply (run);
    }
  g_assert_cmpuint (input.size, ==, 0);
}

static void
frame_message (Run *run, guint8 size)
{
  FayeFraming framing;
  gboolean fine = faye_protocol_frame_message (run->protocol, size & 1, size & 4, size, &framing);

  g_assert_cmpint (fine, ==, !faye_protocol_is_close_sent (run->protocol));
  if (fine)
    check_frame (run, framing.head, framing.head_size);
}

static void
set_limit (Run *run, guint64 limit)
{
  run->limit = MAX (run->limit, limit);
  faye_protocol_set_max_length (run->protocol, limit);
}

/* What an application may do between two reads, or while one into an area is under way. */
static void
call_in_between (Run *run)
{
  static const guint8 payload[126];
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
  guint n = fuzz_plan_draw (&run->calls, 127);

  switch (fuzz_plan_draw (&run->calls, 40))
    {
    case 0:
      check_written (run, out, faye_protocol_write_ping (run->protocol, payload, n, out));
      break;
    case 1:
      check_written (run, out, faye_protocol_write_pong (run->protocol, payload, n, out));
      break;
    case 2:
      frame_message (run, n);
      break;
    case 3:
      set_limit (run, n * n);
      break;
    case 4:
      faye_protocol_set_extension_bits (run->protocol, n & 7);
      break;
    case 5:
      faye_protocol_set_max_fragments (run->protocol, 1 + n);
      break;
    case 6:
      check_written (run, out, faye_protocol_write_close (run->protocol, 3000 + n, "ä", out));
      break;
    case 7:
      faye_protocol_fail (run->protocol, FAYE_CLOSE_CODE_POLICY, n & 1 ? "no" : NULL);
      run->over = TRUE;
      break;
    default:
      break;
    }
}

static gsize
fill_area (Run *run, const guint8 *data, gsize size)
{
  gsize n;
  guint8 *area = faye_protocol_get_area (run->protocol, &n);

  g_assert_cmpint (area != NULL, ==, n > 0);
  if (area == NULL)
    return 0;
  n = MIN (n, size);
  call_in_between (run);
  memcpy (area, data, n);
  faye_protocol_filled (run->protocol, n);
  drain (run, NULL, 0);
  return n;
}

static void
feed (Run *run, const guint8 *data, gsize size)
{
  gsize n = fuzz_plan_draw (&run->calls, 2) == 0 ? fill_area (run, data, size) : 0;
  g_autofree guint8 *block = g_memdup2 (data + n, size - n);

  drain (run, block, size - n);
  if (run->calls.seed != 0)
    call_in_between (run);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  DriverSetup setup;
  FuzzPlan plan;
  g_autoptr (FayeProtocol) protocol = NULL;
  Run run;

  if (size < FUZZ_WS_PARAMETERS)
    return 0;
  setup = fuzz_ws_setup (data);
  setup.role = FUZZ_ROLE;
  plan = fuzz_plan_begin (data[FUZZ_WS_PLAN]);
  protocol = driver_protocol_new (&setup);
  run = (Run){
    .protocol = protocol,
    .calls = fuzz_plan_begin (data[FUZZ_WS_EXTRA]),
    .limit = setup.max_length != 0 ? setup.max_length : FAYE_PROTOCOL_DEFAULT_MAX_LENGTH,
  };
  for (gsize at = FUZZ_WS_PARAMETERS, n; at < size; at += n)
    {
      n = fuzz_plan_piece (&plan, size - at);
      feed (&run, data + at, n);
    }
  while (faye_protocol_has_reply (protocol))
    take_reply (&run);
  return 0;
}
