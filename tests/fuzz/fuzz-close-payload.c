/* SPDX-License-Identifier: MIT */

#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "faye/core/faye-frame-private.h"
#include "faye/core/faye-mask-private.h"

/* The input is a Close frame's payload: what the protocol makes of it in both roles is what RFC
 * 6455, section 7.4, and the registry of codes say. */

static const guint8 key[4] = { 0x37, 0xfa, 0x21, 0x3d };

static gboolean
is_registered (guint code)
{
  static const guint codes[] = { 1000, 1001, 1002, 1003, 1007, 1008,
                                 1009, 1010, 1011, 1012, 1013, 1014 };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (code == codes[i])
      return TRUE;
  return code >= 3000 && code <= 4999;
}

/* The code that the event must have; *FAILS says which event. */
static guint
expect (const guint8 *payload, gsize size, gboolean *fails)
{
  guint code = size < 2 ? 0 : payload[0] << 8 | payload[1];
  gboolean complete;

  *fails = FALSE;
  if (size == 0)
    return 1005;
  *fails = TRUE;
  if (size == 1 || size > 125 || !is_registered (code))
    return 1002;
  if (fuzz_reference_utf8 (payload + 2, size - 2, &complete) < size - 2 || !complete)
    return 1007;
  *fails = FALSE;
  return code;
}

static void
check_role (FayeRole role, const guint8 *payload, gsize size)
{
  g_autoptr (FayeProtocol) protocol = faye_protocol_new (FAYE_VERSION_HYBI_13, role, fuzz_random);
  g_autofree guint8 *frame = g_malloc (FAYE_FRAME_MAX_HEAD + size);
  const guint8 *mask = role == FAYE_ROLE_SERVER ? key : NULL;
  guint head_size = faye_frame_write_head (frame, FAYE_OPCODE_CLOSE, 0, size, mask);
  FayeInput input = { frame, head_size + size };
  FayeProtocolEvent event;
  gboolean fails;
  guint code = expect (payload, size, &fails);

  faye_mask_copy (frame + head_size, payload, size, mask != NULL ? key : (guint8[4]){ 0 }, 0);
  g_assert_cmpint (faye_protocol_next (protocol, &input, &event),
                   ==,
                   fails ? FAYE_PROTOCOL_FAILURE : FAYE_PROTOCOL_CLOSE);
  g_assert_cmpuint (event.code, ==, code);
  if (!fails && size > 2)
    g_assert_cmpmem (event.data, event.size, payload + 2, size - 2);
  g_assert_cmpint (faye_protocol_next (protocol, &input, &event), ==, FAYE_PROTOCOL_NEED_MORE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  check_role (FAYE_ROLE_SERVER, data, size);
  check_role (FAYE_ROLE_CLIENT, data, size);
  return 0;
}
