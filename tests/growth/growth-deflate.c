/* SPDX-License-Identifier: MIT */

#include "tests/growth/growth.h"

#include "faye/ext/faye-inflater-private.h"

/* What a compressed message costs whose blocks have nothing in them, but for "Hello". */

static guint
inflate_message (GByteArray *bytes)
{
  g_autoptr (FayeInflater) inflater = faye_inflater_new (15);
  FayeCodecInput input = { .data = bytes->data, .size = bytes->len };
  FayeDeflateOutput output;
  guint outcome;

  faye_deflate_output_init (&output, NULL, G_MAXUINT64);
  while (faye_inflater_run (inflater, &input, &output, 256 * 1024) == FAYE_CODEC_AGAIN)
    continue;
  outcome = output.size;
  faye_deflate_output_clear (&output);
  return outcome;
}

#define HEAP (96 * 1024)
#define HELLO "f3 48 cd c9 c9 07 00"

const GrowthCase growth_deflate_cases[] = {
  { "A23-empty-final-blocks", 10000, inflate_message, 5, HEAP, HELLO, "03 00" },
  { "A23-empty-stored-blocks", 5000, inflate_message, 5, HEAP, HELLO, "00 00 00 ff ff" },
  { "A23-final-blocks-after-much",
    5000,
    inflate_message,
    50005,
    HEAP + 128 * 1024,
    HELLO,
    "01 01 00 fe ff 61" },
  { NULL },
};
