/* SPDX-License-Identifier: MIT */

#include "faye/faye-web-socket-client-private.h"

#include "faye/faye-enum-types.h"

/* A client's properties and signals as its class declares them. */

#define FLAGS_READ (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)
#define FLAGS_CONSTRUCT (FLAGS_READ | G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY)

#define MAX_REDIRECTS 100

static GParamSpec *properties[FAYE_WEB_SOCKET_CLIENT_N_PROPS];
static guint progress_signal;
static guint authenticate_signal;

void
faye_web_socket_client_notify (FayeWebSocketClient *self, FayeWebSocketClientProp prop)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop]);
}

void
faye_web_socket_client_emit_progress (FayeWebSocketClient *self)
{
  g_signal_emit (self, progress_signal, 0, self->phase);
}

gboolean
faye_web_socket_client_emit_authenticate (FayeWebSocketClient *self,
                                          SoupAuth *auth,
                                          gboolean retrying)
{
  gboolean handled = FALSE;

  g_signal_emit (self, authenticate_signal, 0, auth, retrying, &handled);
  return handled;
}

/* The way to the server. */
static void
install_way (void)
{
  /**
   * FayeWebSocketClient:proxy: (getter get_proxy)
   *
   * The proxy to go through; `NULL` for what the desktop's settings say, which are asked anew at
   * each attempt.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_CLIENT_PROP_PROXY] =
    g_param_spec_object ("proxy", NULL, NULL, FAYE_TYPE_PROXY, FLAGS_CONSTRUCT);

  /**
   * FayeWebSocketClient:tls: (getter get_tls)
   *
   * The settings for the TLS of a `wss:` URL; `NULL` for the defaults, which trust what the system
   * trusts.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_CLIENT_PROP_TLS] =
    g_param_spec_object ("tls", NULL, NULL, FAYE_TYPE_TLS, FLAGS_CONSTRUCT);

  /**
   * FayeWebSocketClient:connectable: (getter get_connectable)
   *
   * Whom to dial instead of the URL's host: an address, a name with another port, a service.
   *
   * The URL's host is still what the request names and what a certificate has to name. No proxy is
   * asked, and redirects are followed only as long as they stay with the URL's origin.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_CLIENT_PROP_CONNECTABLE] =
    g_param_spec_object ("connectable", NULL, NULL, G_TYPE_SOCKET_CONNECTABLE, FLAGS_CONSTRUCT);

  /**
   * FayeWebSocketClient:local-address: (getter get_local_address)
   *
   * The address of this machine to connect from; `NULL` to leave it to the system.
   *
   * [property@Faye.WebSocketClient:bound-address] tells which one is in use.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_CLIENT_PROP_LOCAL_ADDRESS] =
    g_param_spec_object ("local-address", NULL, NULL, G_TYPE_SOCKET_ADDRESS, FLAGS_CONSTRUCT);
}

/* What goes into the request, and what is made of a response. */
static void
install_request (void)
{
  /**
   * FayeWebSocketClient:origin: (getter get_origin)
   *
   * The value of the request's `Origin` field, as a browser would send it (RFC 6454); `NULL` for
   * none.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_CLIENT_PROP_ORIGIN] =
    g_param_spec_string ("origin", NULL, NULL, NULL, FLAGS_CONSTRUCT);

  /**
   * FayeWebSocketClient:session: (getter get_session)
   *
   * A session to share with.
   *
   * Its cookies are sent, if it has a [class@Soup.CookieJar], and those of the response are stored
   * there. Its user agent is sent. Credentials that a server accepted from the session are sent
   * too, and those that it accepts from the client are known to the session afterwards. Connections
   * and their settings are not shared. What [property@Faye.WebSocket:headers] holds comes first.
   *
   * To find those credentials, the session is asked what it would send: a message that is cancelled
   * before it is sent, of which [signal@Soup.Session::request-queued] tells. Credentials that the
   * session has for the same realm already are not replaced, and Basic ones that are not ASCII are
   * not shared, which the session would write as Latin-1.
   *
   * The session has to belong to the client's thread. Over a `ws+unix:` URL it shares no more than
   * the user agent.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_CLIENT_PROP_SESSION] =
    g_param_spec_object ("session", NULL, NULL, SOUP_TYPE_SESSION, FLAGS_CONSTRUCT);

  /**
   * FayeWebSocketClient:max-redirects: (getter get_max_redirects)
   *
   * How many redirects to follow; with 0 a redirect is a refusal like any other status.
   *
   * A redirect never leads from `wss:` to `ws:`, nor into or out of a Unix socket. When it leads to
   * another scheme, host or port, then the URL's user, answers to
   * [signal@Faye.WebSocketClient::authenticate], and the fields `Authorization`, `Cookie` and
   * `Proxy-Authorization` of [property@Faye.WebSocket:headers] stay behind. Other fields of the
   * program's go along, as do the subprotocols. With a client certificate or a server name in
   * [property@Faye.WebSocketClient:tls], or a [property@Faye.WebSocketClient:connectable], which are
   * for one server, no redirect leads to another origin.
   *
   * One that may not be followed, and the one after the last, fail with `FAYE_ERROR_REDIRECT`.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_CLIENT_PROP_MAX_REDIRECTS] =
    g_param_spec_uint ("max-redirects", NULL, NULL, 0, MAX_REDIRECTS, 0, FLAGS_CONSTRUCT);
}

/* Where it is. */
static void
install_state (void)
{
  /**
   * FayeWebSocketClient:phase: (getter get_phase)
   *
   * How far connecting has come; after a failure, how far it came.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_CLIENT_PROP_PHASE] =
    g_param_spec_enum ("phase", NULL, NULL, FAYE_TYPE_PHASE, FAYE_PHASE_IDLE, FLAGS_READ);

  /**
   * FayeWebSocketClient:final-url: (getter get_final_url)
   *
   * The URL that is connected to, without user and password: [property@Faye.WebSocket:url], or
   * where redirects led from there; `NULL` before connecting begins.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_CLIENT_PROP_FINAL_URL] =
    g_param_spec_string ("final-url", NULL, NULL, NULL, FLAGS_READ);

  /**
   * FayeWebSocketClient:bound-address: (getter get_bound_address)
   *
   * The address of this end of the connection; `NULL` before there is one, and on a stream that
   * has none.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_CLIENT_PROP_BOUND_ADDRESS] =
    g_param_spec_object ("bound-address", NULL, NULL, G_TYPE_SOCKET_ADDRESS, FLAGS_READ);

  /**
   * FayeWebSocketClient:remote-address: (getter get_remote_address)
   *
   * The address of the other end of the connection, which is the proxy's if there is one; `NULL`
   * before there is a connection, and on a stream that has none.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_CLIENT_PROP_REMOTE_ADDRESS] =
    g_param_spec_object ("remote-address", NULL, NULL, G_TYPE_SOCKET_ADDRESS, FLAGS_READ);
}

/* What came back: to the last attempt, if there were several. */
static void
install_response (void)
{
  /**
   * FayeWebSocketClient:status-code: (getter get_status_code)
   *
   * The HTTP status of the server's response: 101 if it accepted; 0 if no response came.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_CLIENT_PROP_STATUS_CODE] =
    g_param_spec_uint ("status-code", NULL, NULL, 0, 999, 0, FLAGS_READ);

  /**
   * FayeWebSocketClient:response-headers: (getter get_response_headers)
   *
   * The header fields of the server's response; `NULL` if none came.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_CLIENT_PROP_RESPONSE_HEADERS] =
    g_param_spec_boxed ("response-headers", NULL, NULL, SOUP_TYPE_MESSAGE_HEADERS, FLAGS_READ);

  /**
   * FayeWebSocketClient:response-body: (getter get_response_body)
   *
   * The body of a response that refused the handshake, at most the first 64 KiB of it; `NULL` if
   * there was none.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_CLIENT_PROP_RESPONSE_BODY] =
    g_param_spec_boxed ("response-body", NULL, NULL, G_TYPE_BYTES, FLAGS_READ);

  /**
   * FayeWebSocketClient:proxy-status-code: (getter get_proxy_status_code)
   *
   * The HTTP status with which a proxy answered: 2xx if it let the client through, 407 if it wants
   * other credentials; 0 if no HTTP proxy answered.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_CLIENT_PROP_PROXY_STATUS_CODE] =
    g_param_spec_uint ("proxy-status-code", NULL, NULL, 0, 999, 0, FLAGS_READ);

  /**
   * FayeWebSocketClient:proxy-response-headers: (getter get_proxy_response_headers)
   *
   * The header fields with which a proxy answered; `NULL` if no HTTP proxy did.
   *
   * Since: 1.0
   */
  properties[FAYE_WEB_SOCKET_CLIENT_PROP_PROXY_RESPONSE_HEADERS] =
    g_param_spec_boxed ("proxy-response-headers",
                        NULL,
                        NULL,
                        SOUP_TYPE_MESSAGE_HEADERS,
                        FLAGS_READ);
}

static void
install_signals (void)
{
  /**
   * FayeWebSocketClient::progress:
   * @self: the client
   * @phase: what it is at now
   *
   * Emitted when connecting comes to another phase, for a user interface to tell.
   *
   * The phases need not come in order, nor once: a proxy has a name to resolve and TLS of its own,
   * a second address is tried when the first fails, and a redirect begins anew. Those that are not
   * needed do not come. The last is `FAYE_PHASE_DONE`, right before [signal@Faye.WebSocket::open].
   *
   * Since: 1.0
   */
  progress_signal = g_signal_new ("progress",
                                  FAYE_TYPE_WEB_SOCKET_CLIENT,
                                  G_SIGNAL_RUN_LAST,
                                  0,
                                  NULL,
                                  NULL,
                                  NULL,
                                  G_TYPE_NONE,
                                  1,
                                  FAYE_TYPE_PHASE);

  /**
   * FayeWebSocketClient::authenticate:
   * @self: the client
   * @auth: what the server asks for
   * @retrying: whether the server did not accept credentials that were sent
   *
   * Emitted when the server wants credentials (status 401) by Digest or Basic, and those of the URL
   * are not the ones.
   *
   * A handler calls [method@Soup.Auth.authenticate], at once or later, and returns `TRUE`; to give
   * up later it calls [method@Soup.Auth.cancel]. [method@Soup.Auth.get_realm] and
   * [method@Soup.Auth.get_authority] tell for what and for whom: after a redirect that may be
   * another server. [property@Faye.WebSocketClient:response-headers] has the rest of what the
   * server said; the body may still be on its way. The time until the answer does not count towards
   * [property@Faye.WebSocket:handshake-timeout]: a dialog that is taken away has to cancel. If no
   * handler answers, or five answers were not the right ones, the client fails with
   * `FAYE_ERROR_REFUSED`.
   *
   * It is not emitted if [property@Faye.WebSocket:headers] holds an `Authorization`, for a
   * [property@Faye.WebSocket:stream] that was given, nor for a proxy.
   *
   * Returns: `TRUE` if @auth is answered, now or later
   *
   * Since: 1.0
   */
  authenticate_signal = g_signal_new ("authenticate",
                                      FAYE_TYPE_WEB_SOCKET_CLIENT,
                                      G_SIGNAL_RUN_LAST,
                                      0,
                                      g_signal_accumulator_true_handled,
                                      NULL,
                                      NULL,
                                      G_TYPE_BOOLEAN,
                                      2,
                                      SOUP_TYPE_AUTH,
                                      G_TYPE_BOOLEAN);
}

void
faye_web_socket_client_install (GObjectClass *object_class)
{
  install_way ();
  install_request ();
  install_state ();
  install_response ();
  g_object_class_install_properties (object_class, FAYE_WEB_SOCKET_CLIENT_N_PROPS, properties);
  install_signals ();
}
