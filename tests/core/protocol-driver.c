/* SPDX-License-Identifier: MIT */

#include "tests/core/protocol-driver.h"

#include <malloc.h>
#include <string.h>

#include "faye/core/faye-frame-private.h"
#include "faye/core/faye-mask-private.h"

/* Feeds each piece from a block of exactly its size, so that a sanitizer sees every read past
 * its end. */

enum
{
  SHOWN_MAX = 125,
  EVERY_CUT_MAX = 320,
};

void
driver_random (guint8 *out, gsize n)
{
  static guint8 counter;

  for (gsize i = 0; i < n; i++)
    out[i] = ++counter;
}

FayeProtocol *
driver_protocol_new (const DriverSetup *setup)
{
  FayeProtocol *protocol = faye_protocol_new (setup->version, setup->role, driver_random);

  if (setup->max_length != 0)
    faye_protocol_set_max_length (protocol, setup->max_length);
  if (setup->max_fragments != 0)
    faye_protocol_set_max_fragments (protocol, setup->max_fragments);
  faye_protocol_set_extension_bits (protocol, setup->extension_bits);
  return protocol;
}

void
driver_log_payload (GString *log, const guint8 *data, gsize size)
{
  g_assert_nonnull (data);
  if (size > SHOWN_MAX)
    {
      g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_MD5, data, size);

      g_string_append_printf (log, " %" G_GSIZE_FORMAT " bytes, %s\n", size, sum);
      return;
    }
  g_string_append (log, " \"");
  for (gsize i = 0; i < size; i++)
    if (g_ascii_isprint (data[i]) && data[i] != '"' && data[i] != '\\')
      g_string_append_c (log, data[i]);
    else
      g_string_append_printf (log, "\\x%02x", data[i]);
  g_string_append (log, "\"\n");
}

static void
log_message (GString *log, const FayeProtocolEvent *event)
{
  g_string_append (log, event->text ? "text" : "binary");
  if (event->rsv != 0)
    g_string_append_printf (log, "/%u", event->rsv);
  driver_log_payload (log, event->data, event->size);
  if (event->owned != NULL)
    {
      g_assert_true (event->owned == event->data);
      g_assert_cmpuint (event->owned[event->size], ==, 0);
    }
  g_free (event->owned);
}

static void
log_event (GString *log, const FayeProtocolEvent *event)
{
  switch (event->type)
    {
    case FAYE_PROTOCOL_MESSAGE:
      log_message (log, event);
      return;
    case FAYE_PROTOCOL_PING:
      g_string_append (log, "ping");
      break;
    case FAYE_PROTOCOL_PONG:
      g_string_append (log, "pong");
      break;
    case FAYE_PROTOCOL_CLOSE:
      g_string_append_printf (log, "close %u", event->code);
      break;
    case FAYE_PROTOCOL_FAILURE:
      g_string_append_printf (log, "failure %u", event->code);
      break;
    case FAYE_PROTOCOL_NEED_MORE:
    default:
      g_assert_not_reached ();
    }
  g_assert_null (event->owned);
  driver_log_payload (log, event->data, event->size);
}

/* A masked reply is shown without its mask bit and key. */
static void
unmask_reply (guint8 *reply, gsize *size)
{
  g_assert_cmpuint (reply[1], >=, 0x80);
  g_assert_cmpuint (*size, >=, 6);
  reply[1] &= 0x7f;
  faye_mask_copy (reply + 6, reply + 6, *size - 6, reply + 2, 0);
  memmove (reply + 2, reply + 6, *size - 6);
  *size -= 4;
}

static void
log_replies (GString *log, FayeProtocol *protocol, FayeRole role)
{
  guint8 reply[FAYE_PROTOCOL_MAX_CONTROL];

  while (faye_protocol_has_reply (protocol))
    {
      gsize size = faye_protocol_take_reply (protocol, reply);

      /* Version 75 has no closing handshake. */
      if (size == 0 && faye_protocol_get_version (protocol) == FAYE_VERSION_HIXIE_75)
        break;
      g_assert_cmpuint (size, >, 0);
      if (role == FAYE_ROLE_CLIENT)
        unmask_reply (reply, &size);
      g_string_append (log, "reply");
      for (gsize i = 0; i < size; i++)
        g_string_append_printf (log, " %02x", reply[i]);
      g_string_append_c (log, '\n');
    }
  g_assert_cmpuint (faye_protocol_take_reply (protocol, reply), ==, 0);
}

static void
drain (GString *log, FayeProtocol *protocol, FayeRole role, guint8 *data, gsize size)
{
  FayeInput input = { data, size };
  FayeProtocolEvent event;

  memset (&event, 0xaa, sizeof event);
  while (faye_protocol_next (protocol, &input, &event) != FAYE_PROTOCOL_NEED_MORE)
    {
      log_event (log, &event);
      log_replies (log, protocol, role);
      memset (&event, 0xaa, sizeof event);
    }
  g_assert_cmpint (event.type, ==, FAYE_PROTOCOL_NEED_MORE);
  g_assert_cmpuint (input.size, ==, 0);
}

/* Puts what it can straight into the unfinished message; returns how much that was. */
static gsize
fill_area (GString *log,
           FayeProtocol *protocol,
           FayeRole role,
           const guint8 *bytes,
           gsize size,
           gsize most)
{
  gsize n;
  guint8 *area = faye_protocol_get_area (protocol, &n);

  g_assert_cmpint (area != NULL, ==, n > 0);
  n = MIN (MIN (n, most), size);
  if (n == 0)
    return 0;
  memcpy (area, bytes, n);
  faye_protocol_filled (protocol, n);
  drain (log, protocol, role, NULL, 0);
  return n;
}

static void
feed (GString *log,
      FayeProtocol *protocol,
      FayeRole role,
      const guint8 *bytes,
      gsize size,
      gsize area)
{
  g_autofree guint8 *block = NULL;
  gsize n;

  while (area > 0 && size > 0 && (n = fill_area (log, protocol, role, bytes, size, area)) > 0)
    {
      bytes += n;
      size -= n;
    }
  block = g_memdup2 (bytes, size);
  drain (log, protocol, role, block, size);
}

char *
driver_run (const DriverSetup *setup,
            const guint8 *bytes,
            gsize size,
            const gsize *cuts,
            gsize n_cuts,
            gsize area)
{
  g_autoptr (FayeProtocol) protocol = driver_protocol_new (setup);
  g_autoptr (GString) log = g_string_new (NULL);
  guint8 out[FAYE_PROTOCOL_MAX_CONTROL];
  gsize from = 0;

  if (setup->closing)
    g_assert_cmpuint (faye_protocol_write_close (protocol, 1000, NULL, out), >, 0);
  for (gsize i = 0; i <= n_cuts; i++)
    {
      gsize to = i < n_cuts ? cuts[i] : size;

      feed (log, protocol, setup->role, bytes + from, to - from, area);
      from = to;
    }
  g_string_append (log, faye_protocol_is_idle (protocol) ? "idle" : "unfinished");
  return g_strdup (log->str);
}

static void
check_way (const DriverSetup *setup,
           const guint8 *bytes,
           gsize size,
           const gsize *cuts,
           gsize n_cuts,
           gsize area,
           const char *expected)
{
  g_autofree char *log = driver_run (setup, bytes, size, cuts, n_cuts, area);

  if (strcmp (log, expected) != 0)
    g_error ("Cut in %" G_GSIZE_FORMAT ", first at %" G_GSIZE_FORMAT ", areas of %" G_GSIZE_FORMAT
             ":\n%s\ninstead of\n%s",
             n_cuts + 1,
             n_cuts > 0 ? cuts[0] : size,
             area,
             log,
             expected);
}

/* Every cut of a small vector; of a large one those near its ends and near powers of two. */
static gboolean
is_worth_a_cut (gsize cut, gsize size)
{
  if (size <= EVERY_CUT_MAX || cut <= 16 || size - cut <= 4)
    return TRUE;
  for (gsize power = 256; power <= size; power *= 2)
    if (cut + 1 >= power && cut <= power + 14)
      return TRUE;
  return FALSE;
}

static void
check_cuts_in_two (const DriverSetup *setup, const guint8 *bytes, gsize size, const char *expected)
{
  for (gsize cut = 1; cut < size; cut++)
    if (is_worth_a_cut (cut, size))
      {
        check_way (setup, bytes, size, &cut, 1, 0, expected);
        if (size > EVERY_CUT_MAX)
          check_way (setup, bytes, size, &cut, 1, G_MAXSIZE, expected);
      }
}

/* Pieces of STEP bytes each. */
static void
check_steps (const DriverSetup *setup,
             const guint8 *bytes,
             gsize size,
             gsize step,
             gsize area,
             const char *expected)
{
  gsize n = size == 0 ? 0 : (size - 1) / step;
  g_autofree gsize *cuts = g_new (gsize, n + 1);

  for (gsize i = 0; i < n; i++)
    cuts[i] = (i + 1) * step;
  check_way (setup, bytes, size, cuts, n, area, expected);
}

char *
driver_run_all_ways (const DriverSetup *setup, const guint8 *bytes, gsize size)
{
  char *log = driver_run (setup, bytes, size, NULL, 0, 0);

  check_way (setup, bytes, size, NULL, 0, G_MAXSIZE, log);
  check_cuts_in_two (setup, bytes, size, log);
  check_steps (setup, bytes, size, 1, 0, log);
  check_steps (setup, bytes, size, 7, 0, log);
  if (size > EVERY_CUT_MAX)
    {
      check_steps (setup, bytes, size, 1, 1, log);
      check_steps (setup, bytes, size, 1000, 333, log);
    }
  return log;
}

void
driver_expect (const DriverSetup *setup, GByteArray *bytes, const char *log)
{
  g_autofree char *actual = driver_run_all_ways (setup, bytes->data, bytes->len);

  g_assert_cmpstr (actual, ==, log);
}

GByteArray *
driver_hex (const char *hex)
{
  GByteArray *bytes = g_byte_array_new ();
  g_auto (GStrv) words = g_strsplit (hex, " ", -1);

  for (gsize i = 0; words[i] != NULL; i++)
    {
      guint8 byte = g_ascii_strtoull (words[i], NULL, 16);

      g_assert_cmpuint (strlen (words[i]), ==, 2);
      g_byte_array_append (bytes, &byte, 1);
    }
  return bytes;
}

static const guint8 driver_key[4] = { 0x37, 0xfa, 0x21, 0x3d };

void
driver_add_head (GByteArray *bytes, FayeRole role, guint8 first, guint64 length)
{
  const guint8 *key = role == FAYE_ROLE_SERVER ? driver_key : NULL;
  guint8 head[FAYE_FRAME_MAX_HEAD];
  guint size = faye_frame_write_head (head, FAYE_OPCODE_TEXT, 0, length, key);

  head[0] = first;
  g_byte_array_append (bytes, head, size);
}

void
driver_add_frame (GByteArray *bytes, FayeRole role, guint8 first, const void *payload, gsize size)
{
  gsize at;

  driver_add_head (bytes, role, first, size);
  at = bytes->len;
  if (size > 0)
    g_byte_array_append (bytes, payload, size);
  if (role == FAYE_ROLE_SERVER)
    for (gsize i = 0; i < size; i++)
      bytes->data[at + i] ^= driver_key[i % 4];
}

extern gsize __sanitizer_get_current_allocated_bytes (void) __attribute__ ((weak));

gboolean
driver_is_sanitized (void)
{
  return __sanitizer_get_current_allocated_bytes != NULL;
}

gsize
driver_heap_in_use (void)
{
  struct mallinfo2 info;

  if (driver_is_sanitized ())
    return __sanitizer_get_current_allocated_bytes ();
  info = mallinfo2 ();
  return info.uordblks + info.hblkhd;
}
