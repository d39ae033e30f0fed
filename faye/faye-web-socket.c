/* SPDX-License-Identifier: MIT */

#include "faye/faye-web-socket-private.h"

#include "faye/faye-error.h"
#include "faye/faye-message.h"
#include "faye/http/faye-head-private.h"

/**
 * FayeWebSocket:
 *
 * A WebSocket: the server's end of a connection, and all that both ends share.
 *
 * A server makes one for a request in a handler of its [class@Soup.Server], and so takes the
 * connection over, or for any [class@Gio.IOStream] whose first bytes are still to come. The
 * client's end is [class@Faye.WebSocketClient].
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
 * From the start until [signal@Faye.WebSocket::closed] a socket keeps itself alive, so a program
 * need not hold on to it.
 *
 * All its signals are emitted on the thread-default main context of its construction. It belongs to
 * the thread that runs that context: no function of it may be called from another one.
 * [struct@Faye.Message] can be handed between threads.
 *
 * Since: 1.0
 */

G_DEFINE_TYPE_WITH_PRIVATE (FayeWebSocket, faye_web_socket, G_TYPE_OBJECT)

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
    case FAYE_WEB_SOCKET_PROP_SUPPORTED_EXTENSIONS:
      g_value_set_object (value, priv->extension_list);
      break;
    case FAYE_WEB_SOCKET_PROP_PRIORITY:
      g_value_set_int (value, priv->priority);
      break;
    case FAYE_WEB_SOCKET_PROP_ALLOW_DRAFTS:
      g_value_set_boolean (value, priv->allow_drafts);
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
    case FAYE_WEB_SOCKET_PROP_MESSAGE_TIMEOUT:
      g_value_set_double (value, priv->message_timeout);
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
    case FAYE_WEB_SOCKET_PROP_PAUSED:
      g_value_set_boolean (value, priv->paused);
      break;
    case FAYE_WEB_SOCKET_PROP_REQUEST_HEADERS:
      g_value_set_boxed (value, priv->request_headers);
      break;
    case FAYE_WEB_SOCKET_PROP_PEER_CERTIFICATE:
      g_value_set_object (value, priv->peer.certificate);
      break;
    case FAYE_WEB_SOCKET_PROP_PEER_CERTIFICATE_ERRORS:
      g_value_set_flags (value, priv->peer.errors);
      break;
    case FAYE_WEB_SOCKET_PROP_TLS_PROTOCOL_VERSION:
      g_value_set_enum (value, priv->peer.version);
      break;
    case FAYE_WEB_SOCKET_PROP_TLS_CIPHERSUITE_NAME:
      g_value_set_string (value, priv->peer.ciphersuite);
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
    case FAYE_WEB_SOCKET_PROP_SUPPORTED_EXTENSIONS:
      priv->extension_list = g_value_dup_object (value);
      break;
    case FAYE_WEB_SOCKET_PROP_PRIORITY:
      priv->priority = g_value_get_int (value);
      break;
    case FAYE_WEB_SOCKET_PROP_ALLOW_DRAFTS:
      priv->allow_drafts = g_value_get_boolean (value);
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
    case FAYE_WEB_SOCKET_PROP_MESSAGE_TIMEOUT:
      faye_web_socket_set_message_timeout (self, g_value_get_double (value));
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
  faye_web_socket_add_listed (self);
  faye_web_socket_get_ops (self)->begin (self);
}

/* Reached only when `closed` was emitted, or nothing ever began: a socket at work holds a reference
 * to itself. */
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
  g_clear_object (&priv->extension_list);
  g_clear_pointer (&priv->negotiation, faye_negotiation_free);
  g_clear_error (&priv->extension_fault);
  g_clear_pointer (&priv->request_headers, soup_message_headers_unref);
  faye_tls_peer_clear (&priv->peer);
  g_free (priv->url);
  g_free (priv->method);
  g_free (priv->protocol);
  g_free (priv->extensions);
  g_free (priv->close_reason);
  g_free (priv->unsent_close_reason);
  G_OBJECT_CLASS (faye_web_socket_parent_class)->finalize (object);
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

  faye_web_socket_install (object_class);
}

static void
faye_web_socket_init (FayeWebSocket *self)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (self);

  priv->max_length = FAYE_PROTOCOL_DEFAULT_MAX_LENGTH;
  priv->ping_timeout = 20;
  priv->handshake_timeout = FAYE_WEB_SOCKET_HANDSHAKE_TIMEOUT;
  priv->close_timeout = 10;
  priv->latency = -1;
  g_queue_init (&priv->unsent);
  g_queue_init (&priv->unsent_waiters);
}

/**
 * faye_web_socket_is_web_socket:
 * @request: a request of a SoupServer
 *
 * Tells whether a request asks for a WebSocket, so that a handler can answer others in its own way.
 *
 * It looks at the method and at the `Upgrade` and `Connection` fields only: a request that asks for
 * a WebSocket in a wrong way is one too, and is refused with a fitting status by
 * [ctor@Faye.WebSocket.new].
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
  upgrade = faye_head_get_list (headers, "Upgrade", FAYE_HEAD_LIST_PRODUCTS);
  connection = faye_head_get_tokens (headers, "Connection");
  return faye_head_list_count ((const char *const *) upgrade, "websocket") > 0 &&
         faye_head_list_count ((const char *const *) connection, "upgrade") > 0;
}

/**
 * faye_web_socket_new:
 * @request: a request in a handler of a SoupServer
 * @protocols: (nullable) (array zero-terminated=1): the subprotocols that the server speaks, the
 * best first
 *
 * Takes a request's connection over from its server, and answers the opening handshake at the next
 * turn of the main context.
 *
 * A request that is no proper opening handshake is refused with the status that fits (RFC 6455,
 * section 4.2), and the socket ends with [signal@Faye.WebSocket::error] and
 * [signal@Faye.WebSocket::closed]. Do nothing more with @request.
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
 * @protocols: (nullable) (array zero-terminated=1): the subprotocols that the server speaks, the
 * best first
 *
 * Makes the server's end of a connection over any stream, and reads the HTTP request from it.
 *
 * The stream may be a [class@Gio.SocketConnection] from a [class@Gio.SocketService], a
 * [iface@Gio.TlsServerConnection] on top of one, or anything else with two directions. Nobody else
 * may read from it or write to it.
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
 * Sets a function that gets each message where it lies in memory, and turns
 * [signal@Faye.WebSocket::message] off.
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
