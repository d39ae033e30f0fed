/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * One WebSocket connection's protocol without its I/O: bytes go in, events come out one at a time,
 * and frames to send are written into the caller's memory. No callback ever runs in here.
 *
 * The caller reads like this:
 *
 *   FayeInput input = { data, size };
 *   while (faye_protocol_next (protocol, &input, &event) != FAYE_PROTOCOL_NEED_MORE)
 *     handle (&event);
 *
 * Payloads are unmasked in place, so the input is writable and an event's data may point into it.
 */

typedef struct _FayeProtocol FayeProtocol;

typedef enum
{
  FAYE_VERSION_HYBI_13, /* RFC 6455 */
  FAYE_VERSION_HYBI_8,
  FAYE_VERSION_HYBI_7,
  FAYE_VERSION_HIXIE_76,
  FAYE_VERSION_HIXIE_75,
} FayeVersion;

typedef enum
{
  FAYE_ROLE_SERVER, /* expects masked frames, sends unmasked ones */
  FAYE_ROLE_CLIENT, /* expects unmasked frames, sends masked ones */
} FayeRole;

typedef enum
{
  FAYE_PROTOCOL_NEED_MORE, /* the input is used up, or the connection is over */
  FAYE_PROTOCOL_MESSAGE,   /* a whole message: text, rsv, data, size, owned */
  FAYE_PROTOCOL_PING,      /* data, size; the pong is ready in faye_protocol_take_reply () */
  FAYE_PROTOCOL_PONG,      /* data, size */
  FAYE_PROTOCOL_CLOSE,     /* the peer's Close: code (1005 if it gave none), data, size = reason */
  FAYE_PROTOCOL_FAILURE,   /* the peer broke a rule: code to close with, data, size = why */
} FayeEventType;

typedef struct
{
  FayeEventType type;
  gboolean text;      /* MESSAGE: text (valid UTF-8 unless an RSV bit is set), else binary */
  guint8 rsv;         /* MESSAGE: RSV bits of the first frame, FAYE_RSV1 … */
  guint code;         /* CLOSE, FAILURE */
  const guint8 *data; /* valid until the next call on the protocol */
  gsize size;
  guint8 *owned; /* MESSAGE: NULL, or the g_malloc block that DATA begins, the caller's to keep
                    and g_free; it then has SIZE + 1 bytes and ends in a NUL */
} FayeProtocolEvent;

/* Unread bytes. faye_protocol_next () moves it forward. */
typedef struct
{
  guint8 *data;
  gsize size;
} FayeInput;

/* What goes around a payload on the wire. The caller writes HEAD, the payload (through
 * faye_mask_copy () with KEY when MASKED), then TAIL. */
typedef struct
{
  guint8 head[16];
  guint head_size;
  guint8 tail[2];
  guint tail_size;
  gboolean masked;
  guint8 key[4];
} FayeFraming;

enum
{
  FAYE_RSV1 = 4,
  FAYE_RSV2 = 2,
  FAYE_RSV3 = 1,
};

/* The longest frame that the protocol writes by itself: a Ping, Pong or Close of 125 bytes,
 * masked. */
#define FAYE_PROTOCOL_MAX_CONTROL 160

#define FAYE_PROTOCOL_DEFAULT_MAX_LENGTH G_GUINT64_CONSTANT (67108863) /* 2^26 − 1 */
#define FAYE_PROTOCOL_DEFAULT_MAX_FRAGMENTS G_GUINT64_CONSTANT (1048576)

/* Fills OUT with N unpredictable bytes (RFC 6455, section 5.3). */
typedef void (*FayeRandomFunc) (guint8 *out, gsize n);

FayeProtocol *faye_protocol_new (FayeVersion version, FayeRole role, FayeRandomFunc random);
void faye_protocol_free (FayeProtocol *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeProtocol, faye_protocol_free)

FayeVersion faye_protocol_get_version (FayeProtocol *self);
const char *faye_version_to_string (FayeVersion version);

/* The hixie drafts have no binary messages, no Ping, no close codes and no extensions. */
gboolean faye_version_is_hixie (FayeVersion version);

/* Limits; G_MAXUINT64 is "unlimited". */
void faye_protocol_set_max_length (FayeProtocol *self, guint64 bytes);
guint64 faye_protocol_get_max_length (FayeProtocol *self);
void faye_protocol_set_max_fragments (FayeProtocol *self, guint64 fragments);

/* The RSV bits that negotiated extensions use. The first frame of a data message may carry them; a
 * message that does is delivered as it came, its UTF-8 unjudged. */
void faye_protocol_set_extension_bits (FayeProtocol *self, guint8 rsv);

/* Receiving. Once CLOSE or FAILURE was returned, or faye_protocol_fail () was called, all
 * further input is used up in silence (after a CLOSE that answers ours, or that we answered:
 * likewise). */
FayeEventType faye_protocol_next (FayeProtocol *self, FayeInput *input, FayeProtocolEvent *event);

/* In the middle of a large payload: memory into which the next bytes can be read directly, at
 * most *SIZE. Report them with faye_protocol_filled (), then call faye_protocol_next () with an
 * empty input. NULL (and 0) at all other times. */
guint8 *faye_protocol_get_area (FayeProtocol *self, gsize *size);
void faye_protocol_filled (FayeProtocol *self, gsize n);

/* How far an unfinished message or frame has come: TRUE between two frames of nothing
 * unfinished. */
gboolean faye_protocol_is_idle (FayeProtocol *self);

/* Sending. All return FALSE or 0 once a Close was written, and where the version cannot express it
 * (binary and Ping on hixie). */
gboolean faye_protocol_frame_message (FayeProtocol *self,
                                      gboolean text,
                                      guint8 rsv,
                                      guint64 size,
                                      FayeFraming *framing);
gsize faye_protocol_write_ping (FayeProtocol *self,
                                const guint8 *payload,
                                gsize size,
                                guint8 out[FAYE_PROTOCOL_MAX_CONTROL]);
gsize faye_protocol_write_pong (FayeProtocol *self,
                                const guint8 *payload,
                                gsize size,
                                guint8 out[FAYE_PROTOCOL_MAX_CONTROL]);
/* CODE 1005 writes a Close without a body. REASON is UTF-8 of at most 123 bytes. */
gsize faye_protocol_write_close (FayeProtocol *self,
                                 guint code,
                                 const char *reason,
                                 guint8 out[FAYE_PROTOCOL_MAX_CONTROL]);

/* The next frame that the protocol itself wants to send: the newest unanswered Ping's Pong, then
 * the Close that answers the peer's or reports a failure. 0 when there is none. */
gsize faye_protocol_take_reply (FayeProtocol *self, guint8 out[FAYE_PROTOCOL_MAX_CONTROL]);
gboolean faye_protocol_has_reply (FayeProtocol *self);

/* The caller found the fault (an extension's, a policy's): nothing more is delivered, and a
 * Close with CODE becomes a reply, unless a Close was written before. */
void faye_protocol_fail (FayeProtocol *self, guint code, const char *reason);

gboolean faye_protocol_is_close_sent (FayeProtocol *self);
gboolean faye_protocol_is_close_received (FayeProtocol *self);

G_END_DECLS
