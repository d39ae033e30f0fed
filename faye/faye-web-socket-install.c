/* SPDX-License-Identifier: MIT */

#include "faye/faye-web-socket-private.h"

#include "faye/faye-enum-types.h"
#include "faye/faye-message.h"

/* A socket's properties and signals as its class declares them. */

static GParamSpec *properties[FAYE_WEB_SOCKET_N_PROPS];
static guint signals[FAYE_WEB_SOCKET_N_SIGNALS];

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

typedef void (*Handler) (gpointer first, FayeMessage *message, gpointer last);

/* A message handler written in C is called without the message being copied for it: this is what
 * makes a signal cheap. Handlers of other languages get a reference of their own through the
 * generic way. */
static void
marshal_message_va (GClosure *closure,
                    GValue *return_value,
                    gpointer instance,
                    va_list args,
                    gpointer marshal_data,
                    int n_params,
                    GType *param_types)
{
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

#define FLAGS_READ (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)
#define FLAGS_GIVEN (G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS)
#define FLAGS_CONSTRUCT (FLAGS_READ | FLAGS_GIVEN)
#define FLAGS_SETTING (FLAGS_READ | G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY)

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
   * The stream that carries the connection: of a server's end that reads the request itself, or of
   * a client that is connected already.
   *
   * A client speaks the handshake on it at once, TLS or not: what the URL's scheme asks for has to
   * be on it. Nothing is dialled then, no redirect is followed, and no challenge answered.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_STREAM] =
    g_param_spec_object ("stream", NULL, NULL, G_TYPE_IO_STREAM, FLAGS_CONSTRUCT);

  /**
   * FayeWebSocket:protocols:
   *
   * The subprotocols that can be spoken, in order of preference: what a client offers, or what a
   * server chooses from.
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
   * FayeWebSocket:supported-extensions: (getter get_supported_extensions)
   *
   * The extensions that can be used, as a list of [iface@Faye.Extension] objects, in order of
   * preference.
   *
   * What is in the list at construction is added as by [method@Faye.WebSocket.add_extension]. One
   * that cannot be used is told by [signal@Faye.WebSocket::error], before anything is sent; a
   * server's end then answers with 500.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_SUPPORTED_EXTENSIONS] =
    g_param_spec_object ("supported-extensions", NULL, NULL, G_TYPE_LIST_MODEL, FLAGS_CONSTRUCT);

  /**
   * FayeWebSocket:priority: (getter get_priority)
   *
   * The priority of the socket's main-loop sources, such as `G_PRIORITY_DEFAULT`.
   *
   * While a peer floods the socket, its work is done below the priority at which GTK draws,
   * whatever stands here.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_PRIORITY] = g_param_spec_int ("priority",
                                                                NULL,
                                                                NULL,
                                                                G_MININT,
                                                                G_MAXINT,
                                                                G_PRIORITY_DEFAULT,
                                                                FLAGS_CONSTRUCT);

  /**
   * FayeWebSocket:allow-drafts: (getter get_allow_drafts)
   *
   * Whether a server's end also speaks the drafts that came before RFC 6455: `hybi-8`, `hybi-7`,
   * `hixie-76` and `hixie-75`.
   *
   * [property@Faye.WebSocket:version] tells which was spoken. The two hixie drafts carry text only:
   * binary messages, pings and pongs cannot be sent. They have no close codes either, so
   * [signal@Faye.WebSocket::closed] comes with 1005 after their closing handshake; `hixie-75` has
   * no such handshake, so there it comes with 1006 when the client ends the stream, which is no
   * error. A client's end speaks RFC 6455 only.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_ALLOW_DRAFTS] =
    g_param_spec_boolean ("allow-drafts", NULL, NULL, FALSE, FLAGS_CONSTRUCT);
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
   * A longer one ends the connection with code 1009 as soon as a frame's header shows it. A change
   * takes effect for connections that open after it.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_MAX_LENGTH] =
    g_param_spec_uint64 ("max-length",
                         NULL,
                         NULL,
                         1,
                         G_MAXUINT64,
                         FAYE_PROTOCOL_DEFAULT_MAX_LENGTH,
                         FLAGS_SETTING);

  /**
   * FayeWebSocket:ping-interval: (getter get_ping_interval) (setter set_ping_interval)
   *
   * How often to ping the peer, in seconds; 0 is never.
   *
   * To be set before the socket opens.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_PING_INTERVAL] = g_param_spec_double ("ping-interval",
                                                                        NULL,
                                                                        NULL,
                                                                        0,
                                                                        FAYE_WEB_SOCKET_MAX_SECONDS,
                                                                        0,
                                                                        FLAGS_SETTING);

  /**
   * FayeWebSocket:ping-timeout: (getter get_ping_timeout) (setter set_ping_timeout)
   *
   * How long after a ping of [property@Faye.WebSocket:ping-interval] a pong, or any other byte,
   * must have come, in seconds.
   *
   * If none has, the connection is given up with `FAYE_ERROR_TIMED_OUT` and code 1006.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_PING_TIMEOUT] = g_param_spec_double ("ping-timeout",
                                                                       NULL,
                                                                       NULL,
                                                                       0.001,
                                                                       FAYE_WEB_SOCKET_MAX_SECONDS,
                                                                       20,
                                                                       FLAGS_SETTING);

  /**
   * FayeWebSocket:message-timeout: (getter get_message_timeout) (setter set_message_timeout)
   *
   * How long a message may take from its first byte to its last, in seconds; 0 is as long as it
   * likes.
   *
   * A peer that begins a message and does not end it holds up to
   * [property@Faye.WebSocket:max-length] bytes of memory. After this time the connection is ended
   * with `FAYE_ERROR_TIMED_OUT` and code 1008.
   *
   * To be set before the socket opens.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_MESSAGE_TIMEOUT] =
    g_param_spec_double ("message-timeout",
                         NULL,
                         NULL,
                         0,
                         FAYE_WEB_SOCKET_MAX_SECONDS,
                         0,
                         FLAGS_SETTING);

  /**
   * FayeWebSocket:handshake-timeout: (getter get_handshake_timeout) (setter set_handshake_timeout)
   *
   * How long the opening may take, in seconds.
   *
   * For a server's end this is the time until the request is complete, 10 seconds unless set; for a
   * client it is the time for everything from the name's resolution to the response, over all
   * redirects and challenges but without the time that the program takes to answer
   * [signal@Faye.WebSocketClient::authenticate], 30 seconds unless set.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_HANDSHAKE_TIMEOUT] =
    g_param_spec_double ("handshake-timeout",
                         NULL,
                         NULL,
                         0.001,
                         FAYE_WEB_SOCKET_MAX_SECONDS,
                         FAYE_WEB_SOCKET_HANDSHAKE_TIMEOUT,
                         FLAGS_SETTING);

  /**
   * FayeWebSocket:close-timeout: (getter get_close_timeout) (setter set_close_timeout)
   *
   * How long the peer may take to answer a close frame, in seconds.
   *
   * The time is counted from when the last byte before the answer has left. After it the connection
   * is given up with code 1006. At the end of a connection an extension has as long for each
   * message that it has not answered.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_CLOSE_TIMEOUT] = g_param_spec_double ("close-timeout",
                                                                        NULL,
                                                                        NULL,
                                                                        0.001,
                                                                        FAYE_WEB_SOCKET_MAX_SECONDS,
                                                                        10,
                                                                        FLAGS_SETTING);
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
   * The version of the protocol that is spoken, such as `hybi-13`; `NULL` before the socket is
   * open.
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
  properties[FAYE_WEB_SOCKET_PROP_READY_STATE] = g_param_spec_enum ("ready-state",
                                                                    NULL,
                                                                    NULL,
                                                                    FAYE_TYPE_READY_STATE,
                                                                    FAYE_READY_STATE_CONNECTING,
                                                                    FLAGS_READ);

  /**
   * FayeWebSocket:paused: (getter get_paused)
   *
   * Whether reading is paused: see [method@Faye.WebSocket.pause].
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_PROP_PAUSED] =
    g_param_spec_boolean ("paused", NULL, NULL, FALSE, FLAGS_READ);

  /**
   * FayeWebSocket:buffered-amount: (getter get_buffered_amount)
   *
   * How many bytes have been sent that have not left for the kernel yet, the frames' headers
   * included.
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
    return g_signal_new (name,
                         FAYE_TYPE_WEB_SOCKET,
                         G_SIGNAL_RUN_LAST,
                         0,
                         NULL,
                         NULL,
                         marshaller,
                         G_TYPE_NONE,
                         0);
  return g_signal_new (name,
                       FAYE_TYPE_WEB_SOCKET,
                       G_SIGNAL_RUN_LAST,
                       0,
                       NULL,
                       NULL,
                       marshaller,
                       G_TYPE_NONE,
                       1,
                       type);
}

static void
install_life_signals (void)
{
  /**
   * FayeWebSocket::handshake:
   * @self: the socket
   *
   * Emitted on a server's end when a client's request has been read and could be accepted.
   *
   * A handler may look at the request, at its `Origin` before all (RFC 6455, section 10.2), and
   * call [method@Faye.WebSocket.accept] or [method@Faye.WebSocket.refuse]. To do so later it
   * returns `TRUE`; the time until then counts towards [property@Faye.WebSocket:handshake-timeout].
   * If no handler decides, the request is accepted.
   *
   * Returns: `TRUE` to leave the decision to the program, now or later
   *
   * Since: 1.0
   */
  signals[FAYE_WEB_SOCKET_SIGNAL_HANDSHAKE] = g_signal_new ("handshake",
                                                            FAYE_TYPE_WEB_SOCKET,
                                                            G_SIGNAL_RUN_LAST,
                                                            0,
                                                            g_signal_accumulator_true_handled,
                                                            NULL,
                                                            NULL,
                                                            G_TYPE_BOOLEAN,
                                                            0);

  /**
   * FayeWebSocket::open:
   * @self: the socket
   *
   * Emitted when the opening handshake is done. What was sent before this has its place ahead of
   * what is sent from here.
   *
   * Since: 1.0
   */
  signals[FAYE_WEB_SOCKET_SIGNAL_OPEN] = install_signal ("open", G_TYPE_NONE);

  /**
   * FayeWebSocket::error:
   * @self: the socket
   * @error: what happened
   *
   * Emitted when the connection fails, to tell why. [signal@Faye.WebSocket::closed] follows in any
   * case.
   *
   * The error's domain is [error@Faye.Error].
   *
   * Since: 1.0
   */
  signals[FAYE_WEB_SOCKET_SIGNAL_ERROR] = install_signal ("error", G_TYPE_ERROR);

  /**
   * FayeWebSocket::closed:
   * @self: the socket
   * @code: the close code: the peer's, or the one that our end failed the connection with; 1005 if
   * the peer gave none, 1006 if the connection ended without a closing handshake
   * @reason: the reason that goes with it, often empty
   *
   * Emitted once, as the last signal, when the connection is gone or will never be (RFC 6455,
   * section 7.1.4).
   *
   * Since: 1.0
   */
  signals[FAYE_WEB_SOCKET_SIGNAL_CLOSED] = g_signal_new ("closed",
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
  signals[FAYE_WEB_SOCKET_SIGNAL_MESSAGE] = g_signal_new ("message",
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

void
faye_web_socket_install (GObjectClass *object_class)
{
  install_construction ();
  install_settings ();
  install_agreement ();
  faye_web_socket_install_peer (properties);
  install_state ();
  g_object_class_install_properties (object_class, FAYE_WEB_SOCKET_N_PROPS, properties);
  install_life_signals ();
  install_message_signals ();
}
