/* SPDX-License-Identifier: MIT */

#include "faye/faye-web-socket-private.h"

#include "faye/faye-enum-types.h"
#include "faye/faye-error.h"
#include "faye/faye-message.h"
#include "faye/http/faye-head-private.h"

#include <string.h>

/**
 * FayeWebSocket:
 *
 * A WebSocket: the server's end of a connection, and all that both ends share.
 *
 * A server makes one for a request in a handler of its [class@Soup.Server], and so takes the connection over, or for any
 * [class@Gio.IOStream] whose first bytes are still to come. The client's end is [class@Faye.WebSocketClient].
 *
 * ```c
 * static void
 * message_cb (FayeWebSocket *socket, FayeMessage *message, gpointer user_data)
 * {
 *   faye_web_socket_send (socket, message);
 * }
 *
 * static void
 * handler (SoupServer *server, SoupServerMessage *request, const char *path,
 *          GHashTable *query, gpointer user_data)
 * {
 *   g_autoptr (FayeWebSocket) socket = faye_web_socket_new (request, NULL);
 *
 *   g_signal_connect (socket, "message", G_CALLBACK (message_cb), NULL);
 * }
 * ```
 *
 * From the start until [signal@Faye.WebSocket::closed] a socket keeps itself alive, so a program need not hold on to it.
 *
 * All its signals are emitted on the thread-default main context of its construction. It belongs to the thread that runs
 * that context: no function of it may be called from another one. [struct@Faye.Message] can be handed between threads.
 *
 * Since: 1.0
 */

G_DEFINE_TYPE_WITH_PRIVATE (FayeWebSocket, faye_web_socket, G_TYPE_OBJECT)

static GParamSpec *properties[FAYE_WEB_SOCKET_N_PROPS];
static guint signals[FAYE_WEB_SOCKET_N_SIGNALS];

FayeWebSocketPrivate *
faye_web_socket_get_private (FayeWebSocket *self)
{
  return faye_web_socket_get_instance_private (self);
}

const FayeWebSocketOps *
faye_web_socket_get_ops (FayeWebSocket *self)
{
  return FAYE_WEB_SOCKET_GET_CLASS (self)->ops;
}

void
faye_web_socket_emit (FayeWebSocket *self, FayeWebSocketSignal signal, ...)
{
  va_list args;

  va_start (args, signal);
  g_signal_emit_valist (self, signals[signal], 0, args);
  va_end (args);
}

void
faye_web_socket_notify (FayeWebSocket *self, FayeWebSocketProp prop)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop]);
}

/* A message handler written in C is called without the message being copied for it: this is what makes a signal cheap.
 * Handlers of other languages get a reference of their own through the generic way. */
static void
marshal_message_va (GClosure *closure,
                    GValue *return_value,
                    gpointer instance,
                    va_list args,
                    gpointer marshal_data,
                    int n_params,
                    GType *param_types)
{
  typedef void (*Handler) (gpointer first, FayeMessage *message, gpointer last);
  GCClosure *c = (GCClosure *) closure;
  Handler handler = (Handler) (marshal_data != NULL ? marshal_data : c->callback);
  FayeMessage *message;
  va_list copy;

  G_VA_COPY (copy, args);
  message = va_arg (copy, FayeMessage *);
  va_end (copy);

  if (G_CCLOSURE_SWAP_DATA (closure))
    handler (closure->data, message, instance);
  else
    handler (instance, message, closure->data);
}

static void
faye_web_socket_get_property (GObject *object, guint prop, GValue *value, GParamSpec *pspec)
{
  FayeWebSocket *self = FAYE_WEB_SOCKET (object);
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  switch ((FayeWebSocketProp) prop)
    {
    case FAYE_WEB_SOCKET_PROP_STREAM:
      g_value_set_object (value, priv->stream);
      break;
    case FAYE_WEB_SOCKET_PROP_PROTOCOLS:
      g_value_set_boxed (value, priv->protocols);
      break;
    case FAYE_WEB_SOCKET_PROP_HEADERS:
      g_value_set_boxed (value, priv->headers);
      break;
    case FAYE_WEB_SOCKET_PROP_PRIORITY:
      g_value_set_int (value, priv->priority);
      break;
    case FAYE_WEB_SOCKET_PROP_MAX_LENGTH:
      g_value_set_uint64 (value, priv->max_length);
      break;
    case FAYE_WEB_SOCKET_PROP_PING_INTERVAL:
      g_value_set_double (value, priv->ping_interval);
      break;
    case FAYE_WEB_SOCKET_PROP_PING_TIMEOUT:
      g_value_set_double (value, priv->ping_timeout);
      break;
    case FAYE_WEB_SOCKET_PROP_HANDSHAKE_TIMEOUT:
      g_value_set_double (value, priv->handshake_timeout);
      break;
    case FAYE_WEB_SOCKET_PROP_CLOSE_TIMEOUT:
      g_value_set_double (value, priv->close_timeout);
      break;
    case FAYE_WEB_SOCKET_PROP_URL:
      g_value_set_string (value, priv->url);
      break;
    case FAYE_WEB_SOCKET_PROP_METHOD:
      g_value_set_string (value, priv->method);
      break;
    case FAYE_WEB_SOCKET_PROP_VERSION:
      g_value_set_static_string (value, priv->version);
      break;
    case FAYE_WEB_SOCKET_PROP_PROTOCOL:
      g_value_set_string (value, priv->protocol);
      break;
    case FAYE_WEB_SOCKET_PROP_EXTENSIONS:
      g_value_set_string (value, priv->extensions);
      break;
    case FAYE_WEB_SOCKET_PROP_READY_STATE:
      g_value_set_enum (value, priv->ready_state);
      break;
    case FAYE_WEB_SOCKET_PROP_REQUEST_HEADERS:
      g_value_set_boxed (value, priv->request_headers);
      break;
    case FAYE_WEB_SOCKET_PROP_BUFFERED_AMOUNT:
      g_value_set_uint64 (value, faye_web_socket_get_buffered_amount (self));
      break;
    case FAYE_WEB_SOCKET_PROP_CLOSE_CODE:
      g_value_set_uint (value, priv->close_code);
      break;
    case FAYE_WEB_SOCKET_PROP_CLOSE_REASON:
      g_value_set_string (value, priv->close_reason);
      break;
    case FAYE_WEB_SOCKET_PROP_LATENCY:
      g_value_set_int64 (value, faye_web_socket_get_latency (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop, pspec);
    }
}

static void
faye_web_socket_set_property (GObject *object, guint prop, const GValue *value, GParamSpec *pspec)
{
  FayeWebSocket *self = FAYE_WEB_SOCKET (object);
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  switch ((FayeWebSocketProp) prop)
    {
    case FAYE_WEB_SOCKET_PROP_REQUEST:
      priv->request = g_value_dup_object (value);
      break;
    case FAYE_WEB_SOCKET_PROP_STREAM:
      priv->stream = g_value_dup_object (value);
      break;
    case FAYE_WEB_SOCKET_PROP_PROTOCOLS:
      priv->protocols = g_value_dup_boxed (value);
      break;
    case FAYE_WEB_SOCKET_PROP_HEADERS:
      priv->headers = g_value_dup_boxed (value);
      break;
    case FAYE_WEB_SOCKET_PROP_PRIORITY:
      priv->priority = g_value_get_int (value);
      break;
    case FAYE_WEB_SOCKET_PROP_URL:
      priv->url = g_value_dup_string (value);
      break;
    case FAYE_WEB_SOCKET_PROP_MAX_LENGTH:
      faye_web_socket_set_max_length (self, g_value_get_uint64 (value));
      break;
    case FAYE_WEB_SOCKET_PROP_PING_INTERVAL:
      faye_web_socket_set_ping_interval (self, g_value_get_double (value));
      break;
    case FAYE_WEB_SOCKET_PROP_PING_TIMEOUT:
      faye_web_socket_set_ping_timeout (self, g_value_get_double (value));
      break;
    case FAYE_WEB_SOCKET_PROP_HANDSHAKE_TIMEOUT:
      faye_web_socket_set_handshake_timeout (self, g_value_get_double (value));
      break;
    case FAYE_WEB_SOCKET_PROP_CLOSE_TIMEOUT:
      faye_web_socket_set_close_timeout (self, g_value_get_double (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop, pspec);
    }
}

static void
faye_web_socket_constructed (GObject *object)
{
  FayeWebSocket *self = FAYE_WEB_SOCKET (object);
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  G_OBJECT_CLASS (faye_web_socket_parent_class)->constructed (object);

  priv->loop = faye_loop_get (context, priv->priority);
  faye_web_socket_get_ops (self)->begin (self);
}

/* Reached only when `closed` was emitted, or nothing ever began: a socket at work holds a reference to itself. */
static void
faye_web_socket_finalize (GObject *object)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (FAYE_WEB_SOCKET (object));

  if (priv->message_destroy != NULL)
    priv->message_destroy (priv->message_data);
  faye_timer_stop (&priv->closed_timer);
  g_clear_pointer (&priv->loop, faye_loop_unref);
  g_clear_object (&priv->request);
  g_clear_object (&priv->stream);
  g_clear_pointer (&priv->protocols, g_strfreev);
  g_clear_pointer (&priv->headers, soup_message_headers_unref);
  g_clear_pointer (&priv->request_headers, soup_message_headers_unref);
  g_free (priv->url);
  g_free (priv->method);
  g_free (priv->protocol);
  g_free (priv->extensions);
  g_free (priv->close_reason);
  g_free (priv->unsent_close_reason);
  G_OBJECT_CLASS (faye_web_socket_parent_class)->finalize (object);
}

#define FLAGS_READ (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)
#define FLAGS_GIVEN (G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS)
#define FLAGS_CONSTRUCT (FLAGS_READ | FLAGS_GIVEN)
#define FLAGS_SETTING (FLAGS_READ | G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY)

#define MAX_SECONDS FAYE_WEB_SOCKET_MAX_SECONDS
#define SERVER_HANDSHAKE_TIMEOUT 10

/* What is given once, at construction. */
static void
install_construction (void)
{
  /**
   * FayeWebSocket:request:
   *
   * The request of a SoupServer whose connection is taken over.
   *
   * It must not have been answered. The socket lets it go as soon as it has the connection.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_REQUEST] =
    g_param_spec_object ("request", NULL, NULL, SOUP_TYPE_SERVER_MESSAGE, FLAGS_GIVEN);

  /**
   * FayeWebSocket:stream: (getter get_stream)
   *
   * The stream that carries the connection: of a server's end that reads the request itself.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_STREAM] =
    g_param_spec_object ("stream", NULL, NULL, G_TYPE_IO_STREAM, FLAGS_CONSTRUCT);

  /**
   * FayeWebSocket:protocols:
   *
   * The subprotocols that can be spoken, in order of preference: what a client offers, or what a server chooses from.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_PROTOCOLS] =
    g_param_spec_boxed ("protocols", NULL, NULL, G_TYPE_STRV, FLAGS_CONSTRUCT);

  /**
   * FayeWebSocket:headers:
   *
   * Header fields to add to the handshake: a client's request, or a server's response.
   *
   * The fields that the handshake itself writes cannot be given.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_HEADERS] =
    g_param_spec_boxed ("headers", NULL, NULL, SOUP_TYPE_MESSAGE_HEADERS, FLAGS_CONSTRUCT);

  /**
   * FayeWebSocket:priority: (getter get_priority)
   *
   * The priority of the socket's main-loop sources, such as `G_PRIORITY_DEFAULT`.
   *
   * While a peer floods the socket, its work is done below the priority at which GTK draws, whatever stands here.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_PRIORITY] =
    g_param_spec_int ("priority", NULL, NULL, G_MININT, G_MAXINT, G_PRIORITY_DEFAULT, FLAGS_CONSTRUCT);
}

/* What can be changed until the socket opens. */
static void
install_settings (void)
{
  /**
   * FayeWebSocket:max-length: (getter get_max_length) (setter set_max_length)
   *
   * The longest message to accept, in bytes over all its fragments, or [const@Faye.UNLIMITED].
   *
   * A longer one ends the connection with code 1009 as soon as a frame's header shows it. A change takes effect for
   * connections that open after it.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_MAX_LENGTH] =
    g_param_spec_uint64 ("max-length", NULL, NULL, 1, G_MAXUINT64, FAYE_PROTOCOL_DEFAULT_MAX_LENGTH, FLAGS_SETTING);

  /**
   * FayeWebSocket:ping-interval: (getter get_ping_interval) (setter set_ping_interval)
   *
   * How often to ping the peer, in seconds; 0 is never.
   *
   * To be set before the socket opens.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_PING_INTERVAL] =
    g_param_spec_double ("ping-interval", NULL, NULL, 0, MAX_SECONDS, 0, FLAGS_SETTING);

  /**
   * FayeWebSocket:ping-timeout: (getter get_ping_timeout) (setter set_ping_timeout)
   *
   * How long after a ping of [property@Faye.WebSocket:ping-interval] a pong, or any other byte, must have come, in seconds.
   *
   * If none has, the connection is given up with `FAYE_ERROR_TIMED_OUT` and code 1006.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_PING_TIMEOUT] =
    g_param_spec_double ("ping-timeout", NULL, NULL, 0.001, MAX_SECONDS, 20, FLAGS_SETTING);

  /**
   * FayeWebSocket:handshake-timeout: (getter get_handshake_timeout) (setter set_handshake_timeout)
   *
   * How long the opening may take, in seconds.
   *
   * For a server's end this is the time until the request is complete, 10 seconds unless set; for a client it is the time for
   * everything from the name's resolution to the response, 30 seconds unless set.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_HANDSHAKE_TIMEOUT] =
    g_param_spec_double ("handshake-timeout", NULL, NULL, 0.001, MAX_SECONDS, SERVER_HANDSHAKE_TIMEOUT, FLAGS_SETTING);

  /**
   * FayeWebSocket:close-timeout: (getter get_close_timeout) (setter set_close_timeout)
   *
   * How long the peer may take to answer a close frame, in seconds.
   *
   * The time is counted from when the last byte before the answer has left. After it the connection is given up with code 1006.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_CLOSE_TIMEOUT] =
    g_param_spec_double ("close-timeout", NULL, NULL, 0.001, MAX_SECONDS, 10, FLAGS_SETTING);
}

/* What the handshake brings. */
static void
install_agreement (void)
{
  /**
   * FayeWebSocket:url: (getter get_url)
   *
   * The URL of the connection.
   *
   * On a server's end it is put together from the request and cannot be given; a client needs it.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_URL] =
    g_param_spec_string ("url", NULL, NULL, NULL, FLAGS_CONSTRUCT);

  /**
   * FayeWebSocket:method: (getter get_method)
   *
   * The method of the handshake's request; `NULL` before it is known.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_METHOD] =
    g_param_spec_string ("method", NULL, NULL, NULL, FLAGS_READ);

  /**
   * FayeWebSocket:version: (getter get_version)
   *
   * The version of the protocol that is spoken, such as `hybi-13`; `NULL` before the socket is open.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_VERSION] =
    g_param_spec_string ("version", NULL, NULL, NULL, FLAGS_READ);

  /**
   * FayeWebSocket:protocol: (getter get_protocol)
   *
   * The subprotocol that was agreed on; `NULL` if there is none.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_PROTOCOL] =
    g_param_spec_string ("protocol", NULL, NULL, NULL, FLAGS_READ);

  /**
   * FayeWebSocket:extensions: (getter get_extensions)
   *
   * The extensions that were agreed on, as in the handshake; `NULL` if there are none.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_EXTENSIONS] =
    g_param_spec_string ("extensions", NULL, NULL, NULL, FLAGS_READ);

  /**
   * FayeWebSocket:request-headers: (getter get_request_headers)
   *
   * The header fields of the handshake's request as a server received them.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_REQUEST_HEADERS] =
    g_param_spec_boxed ("request-headers", NULL, NULL, SOUP_TYPE_MESSAGE_HEADERS, FLAGS_READ);
}

/* What changes as the connection goes on. */
static void
install_state (void)
{
  /**
   * FayeWebSocket:ready-state: (getter get_ready_state)
   *
   * Where the connection stands.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_READY_STATE] =
    g_param_spec_enum ("ready-state",
                       NULL,
                       NULL,
                       FAYE_TYPE_READY_STATE,
                       FAYE_READY_STATE_CONNECTING,
                       FLAGS_READ);

  /**
   * FayeWebSocket:buffered-amount: (getter get_buffered_amount)
   *
   * How many bytes have been sent that have not left for the kernel yet, the frames' headers included.
   *
   * Its changes are not notified.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_BUFFERED_AMOUNT] =
    g_param_spec_uint64 ("buffered-amount", NULL, NULL, 0, G_MAXUINT64, 0, FLAGS_READ);

  /**
   * FayeWebSocket:close-code: (getter get_close_code)
   *
   * The code that the connection ended with (RFC 6455, section 7.4); 0 before that.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_CLOSE_CODE] =
    g_param_spec_uint ("close-code", NULL, NULL, 0, G_MAXUINT, 0, FLAGS_READ);

  /**
   * FayeWebSocket:close-reason: (getter get_close_reason)
   *
   * The reason that the connection ended with; `NULL` before that.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_CLOSE_REASON] =
    g_param_spec_string ("close-reason", NULL, NULL, NULL, FLAGS_READ);

  /**
   * FayeWebSocket:latency: (getter get_latency)
   *
   * The round trip of the last ping that was answered, in µs; -1 if none was.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_LATENCY] =
    g_param_spec_int64 ("latency", NULL, NULL, -1, G_MAXINT64, -1, FLAGS_READ);
}

static guint
install_signal (const char *name, GType type)
{
  GSignalCMarshaller marshaller = NULL;

  if (type == G_TYPE_NONE)
    return g_signal_new (name, FAYE_TYPE_WEB_SOCKET, G_SIGNAL_RUN_LAST, 0, NULL, NULL, marshaller,
                         G_TYPE_NONE, 0);
  return g_signal_new (name, FAYE_TYPE_WEB_SOCKET, G_SIGNAL_RUN_LAST, 0, NULL, NULL, marshaller,
                       G_TYPE_NONE, 1, type);
}

static void
install_life_signals (void)
{
  /**
   * FayeWebSocket::open:
   * @self: the socket
   *
   * Emitted when the opening handshake is done. What was sent before this has its place ahead of what is sent from here.
   *
   * Since: 1.0
   */
  signals[FAYE_WEB_SOCKET_SIGNAL_OPEN] = install_signal ("open", G_TYPE_NONE);

  /**
   * FayeWebSocket::error:
   * @self: the socket
   * @error: what happened
   *
   * Emitted when the connection fails, to tell why. [signal@Faye.WebSocket::closed] follows in any case.
   *
   * The error's domain is [error@Faye.Error].
   *
   * Since: 1.0
   */
  signals[FAYE_WEB_SOCKET_SIGNAL_ERROR] = install_signal ("error", G_TYPE_ERROR);

  /**
   * FayeWebSocket::closed:
   * @self: the socket
   * @code: the close code: the peer's, or the one that our end failed the connection with; 1005 if the peer gave none, 1006 if
   *   the connection ended without a closing handshake
   * @reason: the reason that goes with it, often empty
   *
   * Emitted once, as the last signal, when the connection is gone or will never be (RFC 6455, section 7.1.4).
   *
   * Since: 1.0
   */
  signals[FAYE_WEB_SOCKET_SIGNAL_CLOSED] =
    g_signal_new ("closed",
                  FAYE_TYPE_WEB_SOCKET,
                  G_SIGNAL_RUN_LAST,
                  0,
                  NULL,
                  NULL,
                  NULL,
                  G_TYPE_NONE,
                  2,
                  G_TYPE_UINT,
                  G_TYPE_STRING);
}

static void
install_message_signals (void)
{
  /**
   * FayeWebSocket::message:
   * @self: the socket
   * @message: the message
   *
   * Emitted for every message, in the order in which they were sent.
   *
   * Since: 1.0
   */
  signals[FAYE_WEB_SOCKET_SIGNAL_MESSAGE] =
    g_signal_new ("message",
                  FAYE_TYPE_WEB_SOCKET,
                  G_SIGNAL_RUN_LAST,
                  0,
                  NULL,
                  NULL,
                  g_cclosure_marshal_VOID__BOXED,
                  G_TYPE_NONE,
                  1,
                  FAYE_TYPE_MESSAGE);
  g_signal_set_va_marshaller (signals[FAYE_WEB_SOCKET_SIGNAL_MESSAGE],
                              FAYE_TYPE_WEB_SOCKET,
                              marshal_message_va);

  /**
   * FayeWebSocket::ping-received:
   * @self: the socket
   * @payload: what the ping carried, at most 125 bytes
   *
   * Emitted when the peer pinged. The answer goes out by itself.
   *
   * Since: 1.0
   */
  signals[FAYE_WEB_SOCKET_SIGNAL_PING_RECEIVED] = install_signal ("ping-received", G_TYPE_BYTES);

  /**
   * FayeWebSocket::pong-received:
   * @self: the socket
   * @payload: what the pong carried, at most 125 bytes
   *
   * Emitted when a pong came, whether a ping asked for it or not.
   *
   * Since: 1.0
   */
  signals[FAYE_WEB_SOCKET_SIGNAL_PONG_RECEIVED] = install_signal ("pong-received", G_TYPE_BYTES);
}

static void
faye_web_socket_class_init (FayeWebSocketClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = faye_web_socket_constructed;
  object_class->finalize = faye_web_socket_finalize;
  object_class->get_property = faye_web_socket_get_property;
  object_class->set_property = faye_web_socket_set_property;
  klass->ops = &faye_web_socket_server_ops;

  install_construction ();
  install_settings ();
  install_agreement ();
  install_state ();
  g_object_class_install_properties (object_class, FAYE_WEB_SOCKET_N_PROPS, properties);
  install_life_signals ();
  install_message_signals ();
}

static void
faye_web_socket_init (FayeWebSocket *self)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  priv->max_length = FAYE_PROTOCOL_DEFAULT_MAX_LENGTH;
  priv->ping_timeout = 20;
  priv->handshake_timeout = SERVER_HANDSHAKE_TIMEOUT;
  priv->close_timeout = 10;
  g_queue_init (&priv->unsent);
}

static gboolean
list_has (char **tokens, const char *token)
{
  guint i;

  for (i = 0; tokens != NULL && tokens[i] != NULL; i++)
    if (g_ascii_strcasecmp (tokens[i], token) == 0)
      return TRUE;
  return FALSE;
}

/**
 * faye_web_socket_is_web_socket:
 * @request: a request of a SoupServer
 *
 * Tells whether a request asks for a WebSocket, so that a handler can answer others in its own way.
 *
 * It looks at the method and at the `Upgrade` and `Connection` fields only: a request that asks for a WebSocket in a wrong
 * way is one too, and is refused with a fitting status by [ctor@Faye.WebSocket.new].
 *
 * Returns: whether it does
 *
 * Since: 1.0
 */
gboolean
faye_web_socket_is_web_socket (SoupServerMessage *request)
{
  SoupMessageHeaders *headers;
  g_auto (GStrv) upgrade = NULL;
  g_auto (GStrv) connection = NULL;

  g_return_val_if_fail (SOUP_IS_SERVER_MESSAGE (request), FALSE);

  if (soup_server_message_get_http_version (request) > SOUP_HTTP_1_1 ||
      !g_str_equal (soup_server_message_get_method (request), "GET"))
    return FALSE;
  headers = soup_server_message_get_request_headers (request);
  upgrade = faye_head_get_tokens (headers, "Upgrade");
  connection = faye_head_get_tokens (headers, "Connection");
  return list_has (upgrade, "websocket") && list_has (connection, "upgrade");
}

/**
 * faye_web_socket_new:
 * @request: a request in a handler of a SoupServer
 * @protocols: (nullable) (array zero-terminated=1): the subprotocols that the server speaks, the best first
 *
 * Takes a request's connection over from its server, and answers the opening handshake at the next turn of the main
 * context.
 *
 * A request that is no proper opening handshake is refused with the status that fits (RFC 6455, section 4.2), and the socket
 * ends with [signal@Faye.WebSocket::error] and [signal@Faye.WebSocket::closed]. Do nothing more with @request.
 *
 * Returns: (transfer full): the server's end of the connection
 *
 * Since: 1.0
 */
FayeWebSocket *
faye_web_socket_new (SoupServerMessage *request, const char *const *protocols)
{
  g_return_val_if_fail (SOUP_IS_SERVER_MESSAGE (request), NULL);

  return g_object_new (FAYE_TYPE_WEB_SOCKET, "request", request, "protocols", protocols, NULL);
}

/**
 * faye_web_socket_new_for_stream:
 * @stream: a stream on which a client will send its request
 * @protocols: (nullable) (array zero-terminated=1): the subprotocols that the server speaks, the best first
 *
 * Makes the server's end of a connection over any stream, and reads the HTTP request from it.
 *
 * The stream may be a [class@Gio.SocketConnection] from a [class@Gio.SocketService], a [class@Gio.TlsServerConnection] on top of
 * one, or anything else with two directions. Nobody else may read from it or write to it.
 *
 * Returns: (transfer full): the server's end of the connection
 *
 * Since: 1.0
 */
FayeWebSocket *
faye_web_socket_new_for_stream (GIOStream *stream, const char *const *protocols)
{
  g_return_val_if_fail (G_IS_IO_STREAM (stream), NULL);

  return g_object_new (FAYE_TYPE_WEB_SOCKET, "stream", stream, "protocols", protocols, NULL);
}

/**
 * faye_web_socket_set_message_func: (skip)
 * @self: a socket
 * @func: (nullable): called for each message instead of the signal
 * @user_data: given to @func
 * @destroy: (nullable): frees @user_data
 *
 * Sets a function that gets each message where it lies in memory, and turns [signal@Faye.WebSocket::message] off.
 *
 * For C programs that count nanoseconds: no [struct@Faye.Message] is made.
 *
 * Since: 1.0
 */
void
faye_web_socket_set_message_func (FayeWebSocket *self,
                                  FayeMessageFunc func,
                                  gpointer user_data,
                                  GDestroyNotify destroy)
{
  FayeWebSocketPrivate *priv;
  GDestroyNotify old_destroy;
  gpointer old_data;

  g_return_if_fail (FAYE_IS_WEB_SOCKET (self));

  priv = faye_web_socket_get_private (self);
  old_destroy = priv->message_destroy;
  old_data = priv->message_data;
  priv->message_func = func;
  priv->message_data = user_data;
  priv->message_destroy = destroy;
  if (old_destroy != NULL)
    old_destroy (old_data);
}
