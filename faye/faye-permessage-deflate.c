/* SPDX-License-Identifier: MIT */

#include "faye/faye-permessage-deflate-private.h"

#include "faye/faye-enum-types.h"

/**
 * FayePermessageDeflate:
 *
 * Compression of messages (RFC 7692), which browsers and most other peers know.
 *
 * ```c
 * g_autoptr (FayePermessageDeflate) deflate = faye_permessage_deflate_new ();
 *
 * faye_web_socket_add_extension (socket, FAYE_EXTENSION (deflate), NULL);
 * ```
 *
 * It is off unless it is added. One object can be given to any number of sockets, which then have
 * the same options; all options are given at construction. What the other end wishes is granted
 * where the options allow it: they are upper bounds.
 *
 * ## What it costs
 *
 * To compress, a connection needs 2^(`max-window-bits` + 2) + 2^(`mem-level` + 9) bytes, 32 KiB
 * with the defaults; to decompress, 2^(window bits of the peer) bytes and about 8 KiB. This memory
 * is taken when a first message needs it. Where the ends agree to take no context over from message
 * to message, it is shared by the connections of a main context.
 *
 * A message that was received is never inflated beyond [property@Faye.WebSocket:max-length],
 * whatever it claims. Large messages are compressed and decompressed in a thread of their own.
 *
 * ## Secrets
 *
 * The length of a compressed message tells what it repeats. A message that holds both a secret and
 * something that an attacker can choose is better sent with `FAYE_COMPRESSION_NEVER`:
 * [method@Faye.Message.with_compression].
 *
 * Since: 1.0
 */

struct _FayePermessageDeflate
{
  GObject parent_instance;

  FayeDeflateOptions options;
};

enum
{
  PROP_0,
  PROP_LEVEL,
  PROP_MEM_LEVEL,
  PROP_STRATEGY,
  PROP_NO_CONTEXT_TAKEOVER,
  PROP_REQUEST_NO_CONTEXT_TAKEOVER,
  PROP_MAX_WINDOW_BITS,
  PROP_REQUEST_MAX_WINDOW_BITS,
  PROP_THRESHOLD,
  PROP_KEEP_LARGER,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void deflate_iface_init (FayeExtensionInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FayePermessageDeflate,
                               faye_permessage_deflate,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FAYE_TYPE_EXTENSION, deflate_iface_init))

static char *
deflate_get_name (FayeExtension *extension)
{
  return g_strdup (FAYE_DEFLATE_NAME);
}

static FayeRsv
deflate_get_rsv (FayeExtension *extension)
{
  return FAYE_RSV_BIT_1;
}

static FayeExtensionSession *
deflate_create_client_session (FayeExtension *extension)
{
  FayePermessageDeflate *self = FAYE_PERMESSAGE_DEFLATE (extension);

  return faye_permessage_deflate_session_new (faye_deflate_session_new_client (&self->options));
}

static FayeExtensionSession *
deflate_create_server_session (FayeExtension *extension, GVariant *offers)
{
  FayePermessageDeflate *self = FAYE_PERMESSAGE_DEFLATE (extension);

  return faye_permessage_deflate_session_new (
    faye_deflate_session_new_server (&self->options, offers));
}

static void
deflate_iface_init (FayeExtensionInterface *iface)
{
  iface->get_name = deflate_get_name;
  iface->get_rsv = deflate_get_rsv;
  iface->create_client_session = deflate_create_client_session;
  iface->create_server_session = deflate_create_server_session;
}

static void
faye_permessage_deflate_get_property (GObject *object, guint prop, GValue *value, GParamSpec *pspec)
{
  FayeDeflateOptions *options = &FAYE_PERMESSAGE_DEFLATE (object)->options;

  switch (prop)
    {
    case PROP_LEVEL:
      g_value_set_int (value, options->level);
      break;
    case PROP_MEM_LEVEL:
      g_value_set_uint (value, options->mem_level);
      break;
    case PROP_STRATEGY:
      g_value_set_enum (value, options->strategy);
      break;
    case PROP_NO_CONTEXT_TAKEOVER:
      g_value_set_boolean (value, options->no_context_takeover);
      break;
    case PROP_REQUEST_NO_CONTEXT_TAKEOVER:
      g_value_set_boolean (value, options->request_no_context_takeover);
      break;
    case PROP_MAX_WINDOW_BITS:
      g_value_set_uint (value, options->max_window_bits);
      break;
    case PROP_REQUEST_MAX_WINDOW_BITS:
      g_value_set_uint (value, options->request_max_window_bits);
      break;
    case PROP_THRESHOLD:
      g_value_set_uint64 (value, options->threshold);
      break;
    case PROP_KEEP_LARGER:
      g_value_set_boolean (value, options->keep_larger);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop, pspec);
    }
}

static void
faye_permessage_deflate_set_property (GObject *object,
                                      guint prop,
                                      const GValue *value,
                                      GParamSpec *pspec)
{
  FayeDeflateOptions *options = &FAYE_PERMESSAGE_DEFLATE (object)->options;

  switch (prop)
    {
    case PROP_LEVEL:
      options->level = g_value_get_int (value);
      break;
    case PROP_MEM_LEVEL:
      options->mem_level = (int) g_value_get_uint (value);
      break;
    case PROP_STRATEGY:
      options->strategy = g_value_get_enum (value);
      break;
    case PROP_NO_CONTEXT_TAKEOVER:
      options->no_context_takeover = g_value_get_boolean (value);
      break;
    case PROP_REQUEST_NO_CONTEXT_TAKEOVER:
      options->request_no_context_takeover = g_value_get_boolean (value);
      break;
    case PROP_MAX_WINDOW_BITS:
      options->max_window_bits = g_value_get_uint (value);
      break;
    case PROP_REQUEST_MAX_WINDOW_BITS:
      options->request_max_window_bits = g_value_get_uint (value);
      break;
    case PROP_THRESHOLD:
      options->threshold = MIN (g_value_get_uint64 (value), G_MAXSIZE);
      break;
    case PROP_KEEP_LARGER:
      options->keep_larger = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop, pspec);
    }
}

#define FLAGS (G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS)

/* How the compressor works, which no peer needs to know. */
static void
install_compressor (void)
{
  /**
   * FayePermessageDeflate:level: (getter get_level)
   *
   * How hard to compress: 1 is fast, 9 is small, 0 does not compress at all, and -1 is zlib's
   * choice, which is 6.
   *
   * The level takes time, not memory.
   *
   * Since: 1.0
   */
  properties[PROP_LEVEL] = g_param_spec_int ("level", NULL, NULL, -1, 9, -1, FLAGS);

  /**
   * FayePermessageDeflate:mem-level: (getter get_mem_level)
   *
   * How much memory to compress with besides the window, from 1 to 9.
   *
   * It takes 2^(`mem-level` + 9) bytes: 1 KiB for 1, 16 KiB for the default of 5, 128 KiB for 8,
   * which is zlib's own, and 256 KiB for 9. With less memory compression is slower and worse, which
   * short messages hardly notice.
   *
   * Since: 1.0
   */
  properties[PROP_MEM_LEVEL] = g_param_spec_uint ("mem-level", NULL, NULL, 1, 9, 5, FLAGS);

  /**
   * FayePermessageDeflate:strategy: (getter get_strategy)
   *
   * What to look for when compressing.
   *
   * Since: 1.0
   */
  properties[PROP_STRATEGY] = g_param_spec_enum ("strategy",
                                                 NULL,
                                                 NULL,
                                                 FAYE_TYPE_DEFLATE_STRATEGY,
                                                 FAYE_DEFLATE_STRATEGY_DEFAULT,
                                                 FLAGS);
}

/* What the handshake agrees on. */
static void
install_agreement (void)
{
  /**
   * FayePermessageDeflate:no-context-takeover: (getter get_no_context_takeover)
   *
   * Whether to compress each message by itself (RFC 7692, section 7.1.1).
   *
   * Messages that resemble each other then become less short, but a connection keeps no compressor
   * between two messages, which saves the memory of [property@Faye.PermessageDeflate:mem-level] and
   * [property@Faye.PermessageDeflate:max-window-bits]. The peer saves its window too.
   *
   * Since: 1.0
   */
  properties[PROP_NO_CONTEXT_TAKEOVER] =
    g_param_spec_boolean ("no-context-takeover", NULL, NULL, FALSE, FLAGS);

  /**
   * FayePermessageDeflate:request-no-context-takeover: (getter get_request_no_context_takeover)
   *
   * Whether to ask the peer to compress each message by itself (RFC 7692, section 7.1.1).
   *
   * It saves this end a window of up to 32 KiB and about 8 KiB more between two messages. A client
   * gives the connection up if the server does not grant it.
   *
   * Since: 1.0
   */
  properties[PROP_REQUEST_NO_CONTEXT_TAKEOVER] =
    g_param_spec_boolean ("request-no-context-takeover", NULL, NULL, FALSE, FLAGS);

  /**
   * FayePermessageDeflate:max-window-bits: (getter get_max_window_bits)
   *
   * How far back to look for repetitions when compressing, as a power of 2 from 9 to 15 (RFC 7692,
   * section 7.1.2).
   *
   * The window takes 2^(`max-window-bits` + 2) bytes: 2 KiB for 9, 16 KiB for the default of 12,
   * 128 KiB for 15. The peer may ask for a smaller one.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_WINDOW_BITS] =
    g_param_spec_uint ("max-window-bits", NULL, NULL, 9, 15, 12, FLAGS);

  /**
   * FayePermessageDeflate:request-max-window-bits: (getter get_request_max_window_bits)
   *
   * The window that the peer is asked to compress with, as a power of 2 from 8 to 15, which is the
   * default and asks for nothing (RFC 7692, section 7.1.2).
   *
   * Decompressing takes 2^(window bits) bytes and about 8 KiB more. A client gives the connection
   * up if the server does not grant it; a server can ask only clients that offer it.
   *
   * Since: 1.0
   */
  properties[PROP_REQUEST_MAX_WINDOW_BITS] =
    g_param_spec_uint ("request-max-window-bits", NULL, NULL, 8, 15, 15, FLAGS);
}

/* Which messages are compressed: RFC 7692, section 6, leaves it to the sender. */
static void
install_choice (void)
{
  /**
   * FayePermessageDeflate:threshold: (getter get_threshold)
   *
   * How long a message must be, in bytes, to be compressed; a shorter one goes as it is (RFC 7692,
   * section 6).
   *
   * `FAYE_COMPRESSION_ALWAYS` compresses a message all the same. If no message is compressed, no
   * memory is taken.
   *
   * Since: 1.0
   */
  properties[PROP_THRESHOLD] =
    g_param_spec_uint64 ("threshold", NULL, NULL, 0, G_MAXUINT64, 1024, FLAGS);

  /**
   * FayePermessageDeflate:keep-larger: (getter get_keep_larger)
   *
   * Whether to send a message in its compressed form even if that is not shorter (RFC 7692, section
   * 6).
   *
   * Otherwise such a message goes as it is, and the compressor forgets what came before it.
   *
   * Since: 1.0
   */
  properties[PROP_KEEP_LARGER] = g_param_spec_boolean ("keep-larger", NULL, NULL, FALSE, FLAGS);
}

static void
faye_permessage_deflate_class_init (FayePermessageDeflateClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = faye_permessage_deflate_get_property;
  object_class->set_property = faye_permessage_deflate_set_property;

  install_compressor ();
  install_agreement ();
  install_choice ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
faye_permessage_deflate_init (FayePermessageDeflate *self)
{
}

/**
 * faye_permessage_deflate_new:
 *
 * Makes the extension with its default options. For others, give its properties to `g_object_new`.
 *
 * Returns: (transfer full): the extension
 *
 * Since: 1.0
 */
FayePermessageDeflate *
faye_permessage_deflate_new (void)
{
  return g_object_new (FAYE_TYPE_PERMESSAGE_DEFLATE, NULL);
}

/**
 * faye_permessage_deflate_get_level:
 * @self: a permessage-deflate extension
 *
 * Tells how hard it compresses.
 *
 * Returns: the level
 *
 * Since: 1.0
 */
int
faye_permessage_deflate_get_level (FayePermessageDeflate *self)
{
  g_return_val_if_fail (FAYE_IS_PERMESSAGE_DEFLATE (self), 0);

  return self->options.level;
}

/**
 * faye_permessage_deflate_get_mem_level:
 * @self: a permessage-deflate extension
 *
 * Tells how much memory it compresses with besides the window.
 *
 * Returns: the level
 *
 * Since: 1.0
 */
guint
faye_permessage_deflate_get_mem_level (FayePermessageDeflate *self)
{
  g_return_val_if_fail (FAYE_IS_PERMESSAGE_DEFLATE (self), 0);

  return (guint) self->options.mem_level;
}

/**
 * faye_permessage_deflate_get_strategy:
 * @self: a permessage-deflate extension
 *
 * Tells what it looks for when compressing.
 *
 * Returns: the strategy
 *
 * Since: 1.0
 */
FayeDeflateStrategy
faye_permessage_deflate_get_strategy (FayePermessageDeflate *self)
{
  g_return_val_if_fail (FAYE_IS_PERMESSAGE_DEFLATE (self), FAYE_DEFLATE_STRATEGY_DEFAULT);

  return (FayeDeflateStrategy) self->options.strategy;
}

/**
 * faye_permessage_deflate_get_no_context_takeover:
 * @self: a permessage-deflate extension
 *
 * Tells whether each message is compressed by itself.
 *
 * Returns: whether it is
 *
 * Since: 1.0
 */
gboolean
faye_permessage_deflate_get_no_context_takeover (FayePermessageDeflate *self)
{
  g_return_val_if_fail (FAYE_IS_PERMESSAGE_DEFLATE (self), FALSE);

  return self->options.no_context_takeover;
}

/**
 * faye_permessage_deflate_get_request_no_context_takeover:
 * @self: a permessage-deflate extension
 *
 * Tells whether the peer is asked to compress each message by itself.
 *
 * Returns: whether it is
 *
 * Since: 1.0
 */
gboolean
faye_permessage_deflate_get_request_no_context_takeover (FayePermessageDeflate *self)
{
  g_return_val_if_fail (FAYE_IS_PERMESSAGE_DEFLATE (self), FALSE);

  return self->options.request_no_context_takeover;
}

/**
 * faye_permessage_deflate_get_max_window_bits:
 * @self: a permessage-deflate extension
 *
 * Tells how far back to look for repetitions, as a power of 2.
 *
 * Returns: the bits
 *
 * Since: 1.0
 */
guint
faye_permessage_deflate_get_max_window_bits (FayePermessageDeflate *self)
{
  g_return_val_if_fail (FAYE_IS_PERMESSAGE_DEFLATE (self), 0);

  return self->options.max_window_bits;
}

/**
 * faye_permessage_deflate_get_request_max_window_bits:
 * @self: a permessage-deflate extension
 *
 * Gets the window that the peer is asked to compress with, as a power of 2.
 *
 * Returns: the bits
 *
 * Since: 1.0
 */
guint
faye_permessage_deflate_get_request_max_window_bits (FayePermessageDeflate *self)
{
  g_return_val_if_fail (FAYE_IS_PERMESSAGE_DEFLATE (self), 0);

  return self->options.request_max_window_bits;
}

/**
 * faye_permessage_deflate_get_threshold:
 * @self: a permessage-deflate extension
 *
 * Tells how long a message must be to be compressed.
 *
 * Returns: the length in bytes
 *
 * Since: 1.0
 */
guint64
faye_permessage_deflate_get_threshold (FayePermessageDeflate *self)
{
  g_return_val_if_fail (FAYE_IS_PERMESSAGE_DEFLATE (self), 0);

  return self->options.threshold;
}

/**
 * faye_permessage_deflate_get_keep_larger:
 * @self: a permessage-deflate extension
 *
 * Tells whether a message that did not become shorter is sent in its compressed form.
 *
 * Returns: whether it is
 *
 * Since: 1.0
 */
gboolean
faye_permessage_deflate_get_keep_larger (FayePermessageDeflate *self)
{
  g_return_val_if_fail (FAYE_IS_PERMESSAGE_DEFLATE (self), FALSE);

  return self->options.keep_larger;
}
