/* SPDX-License-Identifier: MIT */

#include "faye/faye-web-socket-client-private.h"

#include "faye/faye-error-private.h"
#include "faye/faye-waiter-private.h"
#include "faye/faye-web-socket-private.h"

/**
 * FayeWebSocketClient:
 *
 * The client's end of a WebSocket.
 *
 * It begins to connect at the next turn of its main context, so that signal handlers can be
 * connected first. The rest is as [class@Faye.WebSocket] has it.
 *
 * ```c
 * static void
 * open_cb (FayeWebSocket *socket, gpointer user_data)
 * {
 *   faye_web_socket_send_text (socket, "Hello");
 * }
 *
 * FayeWebSocketClient *client = faye_web_socket_client_new ("ws://localhost:8080/", NULL);
 *
 * g_signal_connect (client, "open", G_CALLBACK (open_cb), NULL);
 * ```
 *
 * On the way it is told by [signal@Faye.WebSocketClient::progress] what is being done. If the
 * client does not open, [signal@Faye.WebSocket::error] tells why, and
 * [property@Faye.WebSocketClient:phase] how far it came:
 *
 * - `FAYE_ERROR_INVALID_URL`, `FAYE_ERROR_INVALID_ARGUMENT`: what the program gave cannot be used;
 *   nothing was sent.
 * - `FAYE_ERROR_RESOLVE`: the name of the server, or of the proxy, is not known, or nobody could be
 *   asked.
 * - `FAYE_ERROR_CONNECT`: nobody answers at the server's address.
 * - `FAYE_ERROR_PROXY`: the proxy cannot be reached, refuses, or speaks nonsense;
 *   [property@Faye.WebSocketClient:proxy-status-code] tells what it said.
 * - `FAYE_ERROR_PROXY_AUTHENTICATION`: the proxy wants other credentials.
 * - `FAYE_ERROR_CERTIFICATE`: the certificate is not to be trusted; the message tells why, and
 *   [signal@Faye.Tls::accept-certificate] asks before.
 * - `FAYE_ERROR_TLS`: TLS failed otherwise, or its settings cannot be read.
 * - `FAYE_ERROR_REDIRECT`: the server redirects to where the client may not go, or too often.
 * - `FAYE_ERROR_REFUSED`: the server answered with another status:
 *   [property@Faye.WebSocketClient:status-code], [property@Faye.WebSocketClient:response-headers]
 *   and [property@Faye.WebSocketClient:response-body] tell what it said.
 * - `FAYE_ERROR_HANDSHAKE`: the answer is no WebSocket's.
 * - `FAYE_ERROR_TIMED_OUT`: it took longer than [property@Faye.WebSocket:handshake-timeout].
 *
 * No message of an error holds a password, a cookie, or the path and query of the URL.
 *
 * Since: 1.0
 */

#define HANDSHAKE_TIMEOUT 30 /* seconds */

G_DEFINE_FINAL_TYPE (FayeWebSocketClient, faye_web_socket_client, FAYE_TYPE_WEB_SOCKET)

static void
client_notify_responses (FayeWebSocketClient *self)
{
  g_object_freeze_notify (G_OBJECT (self));
  if (faye_web_socket_client_get_proxy_status_code (self) != 0)
    {
      faye_web_socket_client_notify (self, FAYE_WEB_SOCKET_CLIENT_PROP_PROXY_STATUS_CODE);
      faye_web_socket_client_notify (self, FAYE_WEB_SOCKET_CLIENT_PROP_PROXY_RESPONSE_HEADERS);
    }
  if (faye_web_socket_client_get_status_code (self) != 0)
    {
      faye_web_socket_client_notify (self, FAYE_WEB_SOCKET_CLIENT_PROP_STATUS_CODE);
      faye_web_socket_client_notify (self, FAYE_WEB_SOCKET_CLIENT_PROP_RESPONSE_HEADERS);
      faye_web_socket_client_notify (self, FAYE_WEB_SOCKET_CLIENT_PROP_RESPONSE_BODY);
    }
  if (self->opening != NULL)
    faye_web_socket_client_notify (self, FAYE_WEB_SOCKET_CLIENT_PROP_FINAL_URL);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
opening_progress (gpointer owner, FayePhase phase)
{
  g_autoptr (FayeWebSocketClient) self = g_object_ref (owner);

  self->phase = phase;
  faye_web_socket_client_notify (self, FAYE_WEB_SOCKET_CLIENT_PROP_PHASE);
  if (self->phase == phase && self->failure == NULL)
    faye_web_socket_client_emit_progress (self);
}

/* The socket at the bottom of what may be TLS within TLS; NULL if there is none. */
static GSocketConnection *
find_connection (GIOStream *stream)
{
  g_autoptr (GIOStream) at = stream != NULL ? g_object_ref (stream) : NULL;

  while (G_IS_TLS_CONNECTION (at))
    {
      GIOStream *base = NULL;

      g_object_get (at, "base-io-stream", &base, NULL);
      if (base == NULL)
        return NULL;
      g_object_unref (at);
      at = base;
    }
  return G_IS_SOCKET_CONNECTION (at) ? G_SOCKET_CONNECTION (g_steal_pointer (&at)) : NULL;
}

static void
opening_connected (gpointer owner, GIOStream *stream, gboolean secure)
{
  g_autoptr (FayeWebSocketClient) self = g_object_ref (owner);
  g_autoptr (GSocketConnection) connection = find_connection (stream);

  g_clear_object (&self->bound_address);
  g_clear_object (&self->remote_address);
  if (connection != NULL)
    {
      self->bound_address = g_socket_connection_get_local_address (connection, NULL);
      self->remote_address = g_socket_connection_get_remote_address (connection, NULL);
    }
  g_object_freeze_notify (G_OBJECT (self));
  faye_web_socket_client_notify (self, FAYE_WEB_SOCKET_CLIENT_PROP_BOUND_ADDRESS);
  faye_web_socket_client_notify (self, FAYE_WEB_SOCKET_CLIENT_PROP_REMOTE_ADDRESS);
  if (secure || stream == NULL)
    faye_web_socket_set_peer (FAYE_WEB_SOCKET (self), stream);
  g_object_thaw_notify (G_OBJECT (self));
}

static gboolean
opening_authenticate (gpointer owner, SoupAuth *auth, gboolean retrying)
{
  g_autoptr (FayeWebSocketClient) self = g_object_ref (owner);

  return faye_web_socket_client_emit_authenticate (self, auth, retrying);
}

/* The server's answer will not do (RFC 6455, section 4.1). Takes TRANSPORT. */
static void
client_reject (FayeWebSocketClient *self, FayeTransport *transport, const GError *error)
{
  client_notify_responses (self);
  faye_transport_abort (transport, error);
  faye_transport_unref (transport);
  faye_web_socket_failed (FAYE_WEB_SOCKET (self), error);
}

static void
opening_accepted (gpointer owner,
                  FayeTransport *transport,
                  const char *subprotocol,
                  const char *extensions)
{
  g_autoptr (FayeWebSocket) socket = g_object_ref (owner);
  g_autofree char *agreed = NULL;
  g_autoptr (GError) error = NULL;

  if (!faye_web_socket_judge_extensions (socket, extensions, &agreed, &error))
    {
      client_reject (owner, transport, error);
      return;
    }
  g_object_freeze_notify (G_OBJECT (socket));
  client_notify_responses (owner);
  faye_web_socket_opened (socket,
                          transport,
                          FAYE_ROLE_CLIENT,
                          FAYE_VERSION_HYBI_13,
                          subprotocol,
                          agreed);
  g_object_thaw_notify (G_OBJECT (socket));
  if (faye_web_socket_get_ready_state (socket) == FAYE_READY_STATE_OPEN)
    opening_progress (owner, FAYE_PHASE_DONE);
  faye_web_socket_announce (socket);
}

static void
opening_failed (gpointer owner, const GError *error)
{
  g_autoptr (FayeWebSocket) socket = g_object_ref (owner);

  client_notify_responses (owner);
  faye_web_socket_failed (socket, error);
}

static const FayeClientOpeningFuncs opening_funcs = {
  .progress = opening_progress,
  .connected = opening_connected,
  .authenticate = opening_authenticate,
  .accepted = opening_accepted,
  .failed = opening_failed,
};

/* All that the program gave is judged here, before a byte is sent. */
static FayeClientOpening *
client_create_opening (FayeWebSocketClient *self, GError **error)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (FAYE_WEB_SOCKET (self));
  g_autofree char *extensions = NULL;
  FayeClientWish wish = { .url = priv->url != NULL ? priv->url : "",
                          .protocols = (const char *const *) priv->protocols,
                          .origin = self->origin,
                          .headers = priv->headers,
                          .stream = priv->stream,
                          .connectable = self->connectable,
                          .local_address = self->local_address,
                          .proxy = self->proxy,
                          .tls = self->tls,
                          .session = self->session,
                          .max_redirects = self->max_redirects,
                          .priority = priv->priority };

  if (!faye_web_socket_offer_extensions (FAYE_WEB_SOCKET (self), &extensions, error))
    return NULL;
  wish.extensions = extensions;
  return faye_client_opening_new (priv->loop, &wish, &opening_funcs, self, error);
}

/* Extensions, and who listens to the session, are asked on the way, and may end it all. */
static void
begin_cb (gpointer user_data)
{
  g_autoptr (FayeWebSocketClient) self = g_object_ref (user_data);
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (FAYE_WEB_SOCKET (self));
  g_autoptr (FayeClientOpening) opening = NULL;
  g_autoptr (GError) error = NULL;

  opening = client_create_opening (self, &error);
  if (opening == NULL)
    {
      error = faye_error_from_http (error);
      faye_web_socket_failed (FAYE_WEB_SOCKET (self), error);
      return;
    }
  if (priv->ready_state != FAYE_READY_STATE_CONNECTING)
    return;
  self->opening = g_steal_pointer (&opening);
  faye_client_opening_start (self->opening, (gint64) (priv->handshake_timeout * G_USEC_PER_SEC));
}

static void
client_begin (FayeWebSocket *socket)
{
  FayeWebSocketClient *self = FAYE_WEB_SOCKET_CLIENT (socket);
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (socket);

  faye_web_socket_start (socket);
  faye_timer_start (&self->begin_timer, priv->loop, g_get_monotonic_time (), begin_cb, self);
}

static void
client_cancel (FayeWebSocket *socket, const GError *error)
{
  FayeWebSocketClient *self = FAYE_WEB_SOCKET_CLIENT (socket);

  faye_timer_stop (&self->begin_timer);
  if (self->opening != NULL)
    faye_client_opening_abort (self->opening, error);
  else
    faye_web_socket_failed (socket, error);
}

static void
client_settled (FayeWebSocket *socket, const GError *error)
{
  FayeWebSocketClient *self = FAYE_WEB_SOCKET_CLIENT (socket);

  if (error != NULL)
    {
      self->failure = g_error_copy (error);
      faye_waiter_fail_all (&self->open_waiters, error);
      return;
    }
  while (!g_queue_is_empty (&self->open_waiters))
    {
      g_autoptr (GTask) task = faye_waiter_pop (&self->open_waiters);

      g_task_return_boolean (task, TRUE);
    }
}

static const FayeWebSocketOps client_ops = {
  .begin = client_begin,
  .cancel = client_cancel,
  .settled = client_settled,
  .close_waits = FALSE,
};

static void
faye_web_socket_client_get_property (GObject *object, guint prop, GValue *value, GParamSpec *pspec)
{
  FayeWebSocketClient *self = FAYE_WEB_SOCKET_CLIENT (object);

  switch ((FayeWebSocketClientProp) prop)
    {
    case FAYE_WEB_SOCKET_CLIENT_PROP_ORIGIN:
      g_value_set_string (value, self->origin);
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_PROXY:
      g_value_set_object (value, self->proxy);
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_TLS:
      g_value_set_object (value, self->tls);
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_SESSION:
      g_value_set_object (value, self->session);
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_CONNECTABLE:
      g_value_set_object (value, self->connectable);
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_LOCAL_ADDRESS:
      g_value_set_object (value, self->local_address);
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_MAX_REDIRECTS:
      g_value_set_uint (value, self->max_redirects);
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_PHASE:
      g_value_set_enum (value, self->phase);
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_FINAL_URL:
      g_value_set_string (value, faye_web_socket_client_get_final_url (self));
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_BOUND_ADDRESS:
      g_value_set_object (value, self->bound_address);
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_REMOTE_ADDRESS:
      g_value_set_object (value, self->remote_address);
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_STATUS_CODE:
      g_value_set_uint (value, faye_web_socket_client_get_status_code (self));
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_RESPONSE_HEADERS:
      g_value_set_boxed (value, faye_web_socket_client_get_response_headers (self));
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_RESPONSE_BODY:
      g_value_take_boxed (value, faye_web_socket_client_get_response_body (self));
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_PROXY_STATUS_CODE:
      g_value_set_uint (value, faye_web_socket_client_get_proxy_status_code (self));
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_PROXY_RESPONSE_HEADERS:
      g_value_set_boxed (value, faye_web_socket_client_get_proxy_response_headers (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop, pspec);
    }
}

static void
faye_web_socket_client_set_property (GObject *object,
                                     guint prop,
                                     const GValue *value,
                                     GParamSpec *pspec)
{
  FayeWebSocketClient *self = FAYE_WEB_SOCKET_CLIENT (object);

  switch ((FayeWebSocketClientProp) prop)
    {
    case FAYE_WEB_SOCKET_CLIENT_PROP_ORIGIN:
      self->origin = g_value_dup_string (value);
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_PROXY:
      self->proxy = g_value_dup_object (value);
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_TLS:
      self->tls = g_value_dup_object (value);
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_SESSION:
      self->session = g_value_dup_object (value);
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_CONNECTABLE:
      self->connectable = g_value_dup_object (value);
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_LOCAL_ADDRESS:
      self->local_address = g_value_dup_object (value);
      break;
    case FAYE_WEB_SOCKET_CLIENT_PROP_MAX_REDIRECTS:
      self->max_redirects = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop, pspec);
    }
}

static void
faye_web_socket_client_finalize (GObject *object)
{
  FayeWebSocketClient *self = FAYE_WEB_SOCKET_CLIENT (object);

  faye_timer_stop (&self->begin_timer);
  g_clear_pointer (&self->opening, faye_client_opening_unref);
  g_clear_error (&self->failure);
  g_clear_object (&self->proxy);
  g_clear_object (&self->tls);
  g_clear_object (&self->session);
  g_clear_object (&self->connectable);
  g_clear_object (&self->local_address);
  g_clear_object (&self->bound_address);
  g_clear_object (&self->remote_address);
  g_free (self->origin);
  G_OBJECT_CLASS (faye_web_socket_client_parent_class)->finalize (object);
}

static void
faye_web_socket_client_class_init (FayeWebSocketClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = faye_web_socket_client_finalize;
  object_class->get_property = faye_web_socket_client_get_property;
  object_class->set_property = faye_web_socket_client_set_property;
  FAYE_WEB_SOCKET_CLASS (klass)->ops = &client_ops;

  faye_web_socket_client_install (object_class);
}

static void
faye_web_socket_client_init (FayeWebSocketClient *self)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (FAYE_WEB_SOCKET (self));

  priv->handshake_timeout = HANDSHAKE_TIMEOUT;
  g_queue_init (&self->open_waiters);
}

/**
 * faye_web_socket_client_new:
 * @url: where to connect to: a `ws:`, `wss:` or `ws+unix:` URL (RFC 6455, section 3)
 * @protocols: (nullable) (array zero-terminated=1): the subprotocols to offer, the best first
 *
 * Makes a client, which begins to connect at the next turn of the thread-default main context.
 *
 * A URL or a subprotocol that cannot be used is told by [signal@Faye.WebSocket::error], with
 * `FAYE_ERROR_INVALID_URL` or `FAYE_ERROR_INVALID_ARGUMENT`, before anything is sent.
 *
 * Returns: (transfer full): the client's end of the connection
 *
 * Since: 1.0
 */
FayeWebSocketClient *
faye_web_socket_client_new (const char *url, const char *const *protocols)
{
  g_return_val_if_fail (url != NULL, NULL);

  return g_object_new (FAYE_TYPE_WEB_SOCKET_CLIENT, "url", url, "protocols", protocols, NULL);
}

/**
 * faye_web_socket_client_open_async:
 * @self: a client
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async) (closure user_data): called when the client is open, or will never be
 * @user_data: given to @callback
 *
 * Waits until the client is open, for programs that would rather wait than connect to signals.
 *
 * Cancelling ends the wait, not the attempt: [method@Faye.WebSocket.abort] does that.
 *
 * Since: 1.0
 */
void
faye_web_socket_client_open_async (FayeWebSocketClient *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  FayeReadyState state;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  state = faye_web_socket_get_ready_state (FAYE_WEB_SOCKET (self));
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, faye_web_socket_client_open_async);
  if (self->failure != NULL)
    g_task_return_error (task, g_error_copy (self->failure));
  else if (state == FAYE_READY_STATE_CONNECTING)
    faye_waiter_add (&self->open_waiters, task, 0);
  else
    g_task_return_boolean (task, TRUE);
}

/**
 * faye_web_socket_client_open_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Faye.WebSocketClient.open_async].
 *
 * Fails with the error that [signal@Faye.WebSocket::error] was given, with `FAYE_ERROR_NOT_OPEN` if
 * the program gave the attempt up, or with `G_IO_ERROR_CANCELLED`.
 *
 * Returns: whether the client has opened
 *
 * Since: 1.0
 */
gboolean
faye_web_socket_client_open_finish (FayeWebSocketClient *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
