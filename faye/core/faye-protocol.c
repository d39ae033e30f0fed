/* SPDX-License-Identifier: MIT */

#include "faye/core/faye-protocol-private.h"

#include <string.h>

#include "faye/core/faye-close-code-private.h"
#include "faye/core/faye-engine-private.h"
#include "faye/core/faye-frame-private.h"

/* What every version shares: the choice of the engine, the order of replies, and the end. When a
 * connection is over, the engine's parser is swapped for one that swallows, so nothing can be
 * delivered later. */

static const FayeEngine *const engines[FAYE_VERSION_HIXIE_75 + 1] = {
  [FAYE_VERSION_HYBI_13] = &faye_hybi_engine,   [FAYE_VERSION_HYBI_8] = &faye_hybi_engine,
  [FAYE_VERSION_HYBI_7] = &faye_hybi_engine,    [FAYE_VERSION_HIXIE_76] = &faye_hixie_engine,
  [FAYE_VERSION_HIXIE_75] = &faye_hixie_engine,
};

static const char *const names[] = {
  [FAYE_VERSION_HYBI_13] = "hybi-13",   [FAYE_VERSION_HYBI_8] = "hybi-8",
  [FAYE_VERSION_HYBI_7] = "hybi-7",     [FAYE_VERSION_HIXIE_76] = "hixie-76",
  [FAYE_VERSION_HIXIE_75] = "hixie-75",
};

static void
drop_message (FayeProtocol *self)
{
  if (!self->area_lent)
    self->engine->drop_message (self);
}

static FayeEventType
swallow (FayeProtocol *self, FayeInput *input, FayeProtocolEvent *event)
{
  self->area_lent = FALSE;
  drop_message (self);
  faye_input_skip (input, input->size);
  event->type = FAYE_PROTOCOL_NEED_MORE;
  return FAYE_PROTOCOL_NEED_MORE;
}

static void
finish (FayeProtocol *self)
{
  self->next = swallow;
  drop_message (self);
}

/* The answer to a Close gives its code and reason back, or nothing if it gave nothing (1005). */
static void
queue_close (FayeProtocol *self, guint code)
{
  if (self->close_sent)
    return;
  self->close_due = TRUE;
  self->close_code = code;
}

static FayeEventType
set_event (FayeProtocolEvent *event, FayeEventType type, guint code, const guint8 *data, gsize size)
{
  *event = (FayeProtocolEvent){ .type = type, .code = code, .data = data, .size = size };
  return type;
}

FayeEventType
faye_protocol_receive_ping (FayeProtocol *self,
                            const guint8 *payload,
                            gsize size,
                            FayeProtocolEvent *event)
{
  if (self->pong == NULL)
    self->pong = g_malloc (FAYE_FRAME_MAX_CONTROL_PAYLOAD);
  memcpy (self->pong, payload, size);
  self->pong_size = size;
  self->pong_due = TRUE;
  return set_event (event, FAYE_PROTOCOL_PING, 0, payload, size);
}

FayeEventType
faye_protocol_receive_close (FayeProtocol *self,
                             guint code,
                             const guint8 *reason,
                             gsize size,
                             FayeProtocolEvent *event)
{
  self->close_received = TRUE;
  self->reason = g_strndup ((const char *) reason, size);
  queue_close (self, code);
  finish (self);
  return set_event (event, FAYE_PROTOCOL_CLOSE, code, reason, size);
}

FayeEventType
faye_protocol_receive_fault (FayeProtocol *self, guint code, char *what, FayeProtocolEvent *event)
{
  self->failed = TRUE;
  self->reason = what;
  queue_close (self, code);
  finish (self);
  return set_event (event, FAYE_PROTOCOL_FAILURE, code, (const guint8 *) what, strlen (what));
}

FayeProtocol *
faye_protocol_new (FayeVersion version, FayeRole role, FayeRandomFunc random)
{
  const FayeEngine *engine = engines[version];
  FayeProtocol *self;

  g_assert (engine != NULL);
  self = g_malloc0 (engine->instance_size);
  self->next = engine->next;
  self->engine = engine;
  self->random = random;
  self->version = version;
  self->role = role;
  self->max_length = FAYE_PROTOCOL_DEFAULT_MAX_LENGTH;
  self->max_fragments = FAYE_PROTOCOL_DEFAULT_MAX_FRAGMENTS;
  engine->configure (self);
  return self;
}

void
faye_protocol_free (FayeProtocol *self)
{
  if (self == NULL)
    return;
  self->engine->finalize (self);
  g_free (self->pong);
  g_free (self->reason);
  g_free (self);
}

FayeVersion
faye_protocol_get_version (FayeProtocol *self)
{
  return self->version;
}

const char *
faye_version_to_string (FayeVersion version)
{
  return names[version];
}

gboolean
faye_version_is_hixie (FayeVersion version)
{
  return engines[version] == &faye_hixie_engine;
}

void
faye_protocol_set_max_length (FayeProtocol *self, guint64 bytes)
{
  self->max_length = bytes;
  self->engine->configure (self);
}

guint64
faye_protocol_get_max_length (FayeProtocol *self)
{
  return self->max_length;
}

void
faye_protocol_set_max_fragments (FayeProtocol *self, guint64 fragments)
{
  self->max_fragments = fragments;
  self->engine->configure (self);
}

void
faye_protocol_set_extension_bits (FayeProtocol *self, guint8 rsv)
{
  self->extension_bits = rsv;
  self->engine->configure (self);
}

FayeEventType
faye_protocol_next (FayeProtocol *self, FayeInput *input, FayeProtocolEvent *event)
{
  return self->next (self, input, event);
}

guint8 *
faye_protocol_get_area (FayeProtocol *self, gsize *size)
{
  guint8 *area = NULL;

  *size = 0;
  if (self->next != swallow && !self->close_sent)
    area = self->engine->get_area (self, size);
  self->area_lent = area != NULL;
  return area;
}

void
faye_protocol_filled (FayeProtocol *self, gsize n)
{
  self->area_lent = FALSE;
  self->engine->filled (self, n);
  if (self->next == swallow || self->close_sent)
    drop_message (self);
}

gboolean
faye_protocol_is_idle (FayeProtocol *self)
{
  return self->next == swallow || self->engine->is_idle (self);
}

gboolean
faye_protocol_frame_message (FayeProtocol *self,
                             gboolean text,
                             guint8 rsv,
                             guint64 size,
                             FayeFraming *framing)
{
  return !self->close_sent && self->engine->frame_message (self, text, rsv, size, framing);
}

gsize
faye_protocol_write_ping (FayeProtocol *self,
                          const guint8 *payload,
                          gsize size,
                          guint8 out[FAYE_PROTOCOL_MAX_CONTROL])
{
  if (self->close_sent || size > FAYE_FRAME_MAX_CONTROL_PAYLOAD)
    return 0;
  return self->engine->write_ping (self, payload, size, out);
}

gsize
faye_protocol_write_pong (FayeProtocol *self,
                          const guint8 *payload,
                          gsize size,
                          guint8 out[FAYE_PROTOCOL_MAX_CONTROL])
{
  if (self->close_sent || size > FAYE_FRAME_MAX_CONTROL_PAYLOAD)
    return 0;
  return self->engine->write_pong (self, payload, size, out);
}

/* Once our Close is out, what still arrives is no longer delivered, so it need not be kept. */
gsize
faye_protocol_write_close (FayeProtocol *self,
                           guint code,
                           const char *reason,
                           guint8 out[FAYE_PROTOCOL_MAX_CONTROL])
{
  if (self->close_sent)
    return 0;
  self->close_sent = TRUE;
  self->close_due = FALSE;
  self->pong_due = FALSE;
  drop_message (self);
  return self->engine->write_close (self, code, reason, out);
}

gsize
faye_protocol_take_reply (FayeProtocol *self, guint8 out[FAYE_PROTOCOL_MAX_CONTROL])
{
  if (self->pong_due)
    {
      self->pong_due = FALSE;
      return faye_protocol_write_pong (self, self->pong, self->pong_size, out);
    }
  if (self->close_due)
    return faye_protocol_write_close (self, self->close_code, self->reason, out);
  return 0;
}

gboolean
faye_protocol_has_reply (FayeProtocol *self)
{
  return self->pong_due || self->close_due;
}

void
faye_protocol_fail (FayeProtocol *self, guint code, const char *reason)
{
  if (self->failed)
    return;
  self->failed = TRUE;
  g_free (self->reason);
  self->reason = g_strdup (reason);
  queue_close (self, code);
  finish (self);
}

gboolean
faye_protocol_is_close_sent (FayeProtocol *self)
{
  return self->close_sent;
}

gboolean
faye_protocol_is_close_received (FayeProtocol *self)
{
  return self->close_received;
}
