/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/faye-client-opening-private.h"
#include "faye/faye-web-socket-client.h"
#include "faye/io/faye-timer-private.h"

G_BEGIN_DECLS

/* A client's insides: faye-web-socket-client.c is the object and its life, -install.c declares its
 * properties and signals, -properties.c has the accessors. */

typedef enum
{
  FAYE_WEB_SOCKET_CLIENT_PROP_0,
  FAYE_WEB_SOCKET_CLIENT_PROP_ORIGIN,
  FAYE_WEB_SOCKET_CLIENT_PROP_PROXY,
  FAYE_WEB_SOCKET_CLIENT_PROP_TLS,
  FAYE_WEB_SOCKET_CLIENT_PROP_SESSION,
  FAYE_WEB_SOCKET_CLIENT_PROP_CONNECTABLE,
  FAYE_WEB_SOCKET_CLIENT_PROP_LOCAL_ADDRESS,
  FAYE_WEB_SOCKET_CLIENT_PROP_MAX_REDIRECTS,
  FAYE_WEB_SOCKET_CLIENT_PROP_PHASE,
  FAYE_WEB_SOCKET_CLIENT_PROP_FINAL_URL,
  FAYE_WEB_SOCKET_CLIENT_PROP_BOUND_ADDRESS,
  FAYE_WEB_SOCKET_CLIENT_PROP_REMOTE_ADDRESS,
  FAYE_WEB_SOCKET_CLIENT_PROP_STATUS_CODE,
  FAYE_WEB_SOCKET_CLIENT_PROP_RESPONSE_HEADERS,
  FAYE_WEB_SOCKET_CLIENT_PROP_RESPONSE_BODY,
  FAYE_WEB_SOCKET_CLIENT_PROP_PROXY_STATUS_CODE,
  FAYE_WEB_SOCKET_CLIENT_PROP_PROXY_RESPONSE_HEADERS,
  FAYE_WEB_SOCKET_CLIENT_N_PROPS,
} FayeWebSocketClientProp;

struct _FayeWebSocketClient
{
  FayeWebSocket parent_instance;

  char *origin;                    /* (owned) (nullable) */
  FayeProxy *proxy;                /* (owned) (nullable) */
  FayeTls *tls;                    /* (owned) (nullable) */
  SoupSession *session;            /* (owned) (nullable) */
  GSocketConnectable *connectable; /* (owned) (nullable) */
  GSocketAddress *local_address;   /* (owned) (nullable) as it was wished */
  guint max_redirects;

  FayePhase phase;
  GSocketAddress *bound_address;  /* (owned) (nullable) as it is */
  GSocketAddress *remote_address; /* (owned) (nullable) */
  FayeClientOpening *opening;     /* (owned) (nullable) */
  FayeTimer begin_timer;          /* the turn that begins to connect */
  GQueue open_waiters;            /* FayeWaiter */
  GError *failure;                /* (owned) (nullable) why it never opened */
};

/* -install.c */
void faye_web_socket_client_install (GObjectClass *object_class);
void faye_web_socket_client_notify (FayeWebSocketClient *self, FayeWebSocketClientProp prop);
void faye_web_socket_client_emit_progress (FayeWebSocketClient *self);
gboolean faye_web_socket_client_emit_authenticate (FayeWebSocketClient *self,
                                                   SoupAuth *auth,
                                                   gboolean retrying);

G_END_DECLS
