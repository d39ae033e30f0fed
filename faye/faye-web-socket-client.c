/* SPDX-License-Identifier: MIT */

#include "faye/faye-web-socket-client.h"

#include "faye/faye-client-opening-private.h"
#include "faye/faye-error-private.h"
#include "faye/faye-waiter-private.h"
#include "faye/faye-web-socket-private.h"
#include "faye/io/faye-random-private.h"

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
 * If the server refuses, [signal@Faye.WebSocket::error] comes with `FAYE_ERROR_REFUSED`, and
 * [property@Faye.WebSocketClient:status-code], [property@Faye.WebSocketClient:response-headers] and
 * [property@Faye.WebSocketClient:response-body] tell what it said.
 *
 * Since: 1.0
 */

#define HANDSHAKE_TIMEOUT 30 /* seconds */

struct _FayeWebSocketClient
{
  FayeWebSocket parent_instance;

  char *origin;               /* (owned) (nullable) */
  FayeClientOpening *opening; /* (owned) (nullable) */
  FayeTimer begin_timer;      /* the turn that begins to connect */
  GQueue open_waiters;        /* FayeWaiter */
  GError *failure;            /* (owned) (nullable) why it never opened */
};

enum
{
  PROP_0,
  PROP_ORIGIN,
  PROP_STATUS_CODE,
  PROP_RESPONSE_HEADERS,
  PROP_RESPONSE_BODY,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (FayeWebSocketClient, faye_web_socket_client, FAYE_TYPE_WEB_SOCKET)

static void
client_notify_response (FayeWebSocketClient *self)
{
  if (self->opening == NULL || faye_client_opening_get_response (self->opening) == NULL)
    return;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS_CODE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RESPONSE_HEADERS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RESPONSE_BODY]);
}

/* The server's answer will not do (RFC 6455, section 4.1). Takes TRANSPORT. */
static void
client_reject (FayeWebSocketClient *self, FayeTransport *transport, const GError *error)
{
  client_notify_response (self);
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
  client_notify_response (owner);
  faye_web_socket_opened (socket,
                          transport,
                          FAYE_ROLE_CLIENT,
                          FAYE_VERSION_HYBI_13,
                          subprotocol,
                          agreed);
  g_object_thaw_notify (G_OBJECT (socket));
  faye_web_socket_announce (socket);
}

static void
opening_failed (gpointer owner, const GError *error)
{
  client_notify_response (owner);
  faye_web_socket_failed (owner, error);
}

static const FayeClientOpeningFuncs opening_funcs = {
  .accepted = opening_accepted,
  .failed = opening_failed,
};

/* All that the program gave is judged here, before a byte is sent. */
static FayeClientOpening *
client_create_opening (FayeWebSocketClient *self, GError **error)
{
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (FAYE_WEB_SOCKET (self));
  g_autoptr (FayeUrl) url = faye_url_parse (priv->url != NULL ? priv->url : "", error);
  g_autofree char *extensions = NULL;
  FayeClientHandshake *handshake;

  if (url == NULL || !faye_web_socket_offer_extensions (FAYE_WEB_SOCKET (self), &extensions, error))
    return NULL;
  handshake = faye_client_handshake_new (url,
                                         (const char *const *) priv->protocols,
                                         self->origin,
                                         extensions,
                                         priv->headers,
                                         faye_random_fill,
                                         error);
  if (handshake == NULL)
    return NULL;
  return faye_client_opening_new (priv->loop,
                                  g_steal_pointer (&url),
                                  handshake,
                                  &opening_funcs,
                                  self);
}

static void
begin_cb (gpointer user_data)
{
  g_autoptr (FayeWebSocketClient) self = g_object_ref (user_data);
  FayeWebSocketPrivate *priv = faye_web_socket_get_private (FAYE_WEB_SOCKET (self));
  g_autoptr (GError) error = NULL;

  self->opening = client_create_opening (self, &error);
  if (self->opening == NULL)
    {
      error = faye_error_from_http (error);
      faye_web_socket_failed (FAYE_WEB_SOCKET (self), error);
      return;
    }
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

  switch (prop)
    {
    case PROP_ORIGIN:
      g_value_set_string (value, self->origin);
      break;
    case PROP_STATUS_CODE:
      g_value_set_uint (value, faye_web_socket_client_get_status_code (self));
      break;
    case PROP_RESPONSE_HEADERS:
      g_value_set_boxed (value, faye_web_socket_client_get_response_headers (self));
      break;
    case PROP_RESPONSE_BODY:
      g_value_take_boxed (value, faye_web_socket_client_get_response_body (self));
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

  switch (prop)
    {
    case PROP_ORIGIN:
      self->origin = g_value_dup_string (value);
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
  g_free (self->origin);
  G_OBJECT_CLASS (faye_web_socket_client_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * FayeWebSocketClient:origin: (getter get_origin)
   *
   * The value of the request's `Origin` field, as a browser would send it (RFC 6454); `NULL` for
   * none.
   *
   * Since: 1.0
   */
  properties[PROP_ORIGIN] =
    g_param_spec_string ("origin",
                         NULL,
                         NULL,
                         NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * FayeWebSocketClient:status-code: (getter get_status_code)
   *
   * The HTTP status of the server's response: 101 if it accepted; 0 if no response came.
   *
   * Since: 1.0
   */
  properties[PROP_STATUS_CODE] = g_param_spec_uint ("status-code", NULL, NULL, 0, 999, 0, readable);

  /**
   * FayeWebSocketClient:response-headers: (getter get_response_headers)
   *
   * The header fields of the server's response; `NULL` if none came.
   *
   * Since: 1.0
   */
  properties[PROP_RESPONSE_HEADERS] =
    g_param_spec_boxed ("response-headers", NULL, NULL, SOUP_TYPE_MESSAGE_HEADERS, readable);

  /**
   * FayeWebSocketClient:response-body: (getter get_response_body)
   *
   * The body of a response that refused the handshake, at most the first 64 KiB of it; `NULL` if
   * there was none.
   *
   * Since: 1.0
   */
  properties[PROP_RESPONSE_BODY] =
    g_param_spec_boxed ("response-body", NULL, NULL, G_TYPE_BYTES, readable);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
faye_web_socket_client_class_init (FayeWebSocketClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = faye_web_socket_client_finalize;
  object_class->get_property = faye_web_socket_client_get_property;
  object_class->set_property = faye_web_socket_client_set_property;
  FAYE_WEB_SOCKET_CLASS (klass)->ops = &client_ops;
  install_properties (object_class);
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

/**
 * faye_web_socket_client_get_origin:
 * @self: a client
 *
 * Gets the origin that the request tells.
 *
 * Returns: (nullable): the origin, or `NULL` for none
 *
 * Since: 1.0
 */
const char *
faye_web_socket_client_get_origin (FayeWebSocketClient *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), NULL);

  return self->origin;
}

static const FayeHead *
client_get_response (FayeWebSocketClient *self)
{
  return self->opening != NULL ? faye_client_opening_get_response (self->opening) : NULL;
}

/**
 * faye_web_socket_client_get_status_code:
 * @self: a client
 *
 * Gets the HTTP status of the server's response.
 *
 * Returns: the status, or 0 if no response came
 *
 * Since: 1.0
 */
guint
faye_web_socket_client_get_status_code (FayeWebSocketClient *self)
{
  const FayeHead *response;

  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), 0);

  response = client_get_response (self);
  return response != NULL ? response->status : 0;
}

/**
 * faye_web_socket_client_get_response_headers:
 * @self: a client
 *
 * Gets the header fields of the server's response.
 *
 * Returns: (transfer none) (nullable): the fields, or `NULL` if no response came
 *
 * Since: 1.0
 */
SoupMessageHeaders *
faye_web_socket_client_get_response_headers (FayeWebSocketClient *self)
{
  const FayeHead *response;

  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), NULL);

  response = client_get_response (self);
  return response != NULL ? response->headers : NULL;
}

/**
 * faye_web_socket_client_get_response_body:
 * @self: a client
 *
 * Gets the body of a response that refused the handshake.
 *
 * Returns: (transfer full) (nullable): at most the first 64 KiB of the body, or `NULL` if there was
 * none
 *
 * Since: 1.0
 */
GBytes *
faye_web_socket_client_get_response_body (FayeWebSocketClient *self)
{
  g_return_val_if_fail (FAYE_IS_WEB_SOCKET_CLIENT (self), NULL);

  return self->opening != NULL ? faye_client_opening_get_body (self->opening) : NULL;
}
