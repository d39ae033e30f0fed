/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/ext/faye-negotiation-private.h"
#include "faye/faye-connection-private.h"
#include "faye/faye-server-opening-private.h"
#include "faye/faye-tls-peer-private.h"
#include "faye/faye-web-socket.h"
#include "faye/io/faye-timer-private.h"

G_BEGIN_DECLS

/*
 * A socket's insides, shared by its files: faye-web-socket.c is the object, -install.c declares its
 * properties and signals, -properties.c and -peer.c have their accessors, -life.c leads it from
 * its opening to `closed`, -handshake.c has what a server decides, -extensions.c what the two ends
 * agree on, -send.c and -close.c are what a program does with it.
 */

/* How the two ends differ before they are open. */
typedef struct
{
  void (*begin) (FayeWebSocket *self);                        /* at the end of construction */
  void (*cancel) (FayeWebSocket *self, const GError *error);  /* abort during the opening */
  void (*settled) (FayeWebSocket *self, const GError *error); /* open (NULL), or never to be */
  gboolean close_waits; /* a close during the opening waits for its end, instead of cancelling */
} FayeWebSocketOps;

typedef enum
{
  FAYE_WEB_SOCKET_SIGNAL_HANDSHAKE,
  FAYE_WEB_SOCKET_SIGNAL_OPEN,
  FAYE_WEB_SOCKET_SIGNAL_MESSAGE,
  FAYE_WEB_SOCKET_SIGNAL_ERROR,
  FAYE_WEB_SOCKET_SIGNAL_CLOSED,
  FAYE_WEB_SOCKET_SIGNAL_PING_RECEIVED,
  FAYE_WEB_SOCKET_SIGNAL_PONG_RECEIVED,
  FAYE_WEB_SOCKET_N_SIGNALS,
} FayeWebSocketSignal;

typedef enum
{
  FAYE_WEB_SOCKET_PROP_0,
  FAYE_WEB_SOCKET_PROP_REQUEST,
  FAYE_WEB_SOCKET_PROP_STREAM,
  FAYE_WEB_SOCKET_PROP_PROTOCOLS,
  FAYE_WEB_SOCKET_PROP_HEADERS,
  FAYE_WEB_SOCKET_PROP_SUPPORTED_EXTENSIONS,
  FAYE_WEB_SOCKET_PROP_PRIORITY,
  FAYE_WEB_SOCKET_PROP_ALLOW_DRAFTS,
  FAYE_WEB_SOCKET_PROP_MAX_LENGTH,
  FAYE_WEB_SOCKET_PROP_PING_INTERVAL,
  FAYE_WEB_SOCKET_PROP_PING_TIMEOUT,
  FAYE_WEB_SOCKET_PROP_MESSAGE_TIMEOUT,
  FAYE_WEB_SOCKET_PROP_HANDSHAKE_TIMEOUT,
  FAYE_WEB_SOCKET_PROP_CLOSE_TIMEOUT,
  FAYE_WEB_SOCKET_PROP_URL,
  FAYE_WEB_SOCKET_PROP_METHOD,
  FAYE_WEB_SOCKET_PROP_VERSION,
  FAYE_WEB_SOCKET_PROP_PROTOCOL,
  FAYE_WEB_SOCKET_PROP_EXTENSIONS,
  FAYE_WEB_SOCKET_PROP_READY_STATE,
  FAYE_WEB_SOCKET_PROP_PAUSED,
  FAYE_WEB_SOCKET_PROP_REQUEST_HEADERS,
  FAYE_WEB_SOCKET_PROP_PEER_CERTIFICATE,
  FAYE_WEB_SOCKET_PROP_PEER_CERTIFICATE_ERRORS,
  FAYE_WEB_SOCKET_PROP_TLS_PROTOCOL_VERSION,
  FAYE_WEB_SOCKET_PROP_TLS_CIPHERSUITE_NAME,
  FAYE_WEB_SOCKET_PROP_BUFFERED_AMOUNT,
  FAYE_WEB_SOCKET_PROP_CLOSE_CODE,
  FAYE_WEB_SOCKET_PROP_CLOSE_REASON,
  FAYE_WEB_SOCKET_PROP_LATENCY,
  FAYE_WEB_SOCKET_N_PROPS,
} FayeWebSocketProp;

typedef struct
{
  FayeLoop *loop;             /* (owned) */
  FayeServerOpening *opening; /* (owned) (nullable) a server's end, until it is open or refused */
  FayeConnection *connection; /* (owned) (nullable) from open to closed */
  FayeTimer closed_timer;     /* the turn that emits `closed` */
  gboolean started;           /* it holds a reference to itself */
  gboolean asking;            /* a server's end: the request waits for a decision */
  gboolean aborted;           /* the program ended it: its end is no error */
  gboolean paused;
  FayeReadyState ready_state;

  SoupServerMessage *request;  /* (owned) (nullable) only during construction */
  GIOStream *stream;           /* (owned) (nullable) what it was made for */
  char **protocols;            /* (owned) (nullable) */
  SoupMessageHeaders *headers; /* (owned) (nullable) */
  GListModel *extension_list;  /* (owned) (nullable) */
  int priority;
  gboolean allow_drafts;
  guint64 max_length;
  double ping_interval; /* seconds, like the four below */
  double ping_timeout;
  double message_timeout;
  double handshake_timeout;
  double close_timeout;

  FayeNegotiation *negotiation; /* (owned) (nullable) until it is open, if there are extensions */
  GError *extension_fault;      /* (owned) (nullable) what is wrong with extension_list */
  gboolean negotiated;          /* nothing can be added any more */

  char *url;                           /* (owned) (nullable) */
  char *method;                        /* (owned) (nullable) */
  char *protocol;                      /* (owned) (nullable) */
  char *extensions;                    /* (owned) (nullable) */
  const char *version;                 /* (unowned) (nullable) */
  SoupMessageHeaders *request_headers; /* (owned) (nullable) */
  FayeTlsPeer peer;                    /* empty without TLS, and before it is known */
  gint64 latency;                      /* µs: as it was last notified */
  guint close_code;
  char *close_reason; /* (owned) (nullable) */

  GQueue unsent;             /* Unsent: what waits for the opening */
  GQueue unsent_waiters;     /* FayeWaiter: the tasks among them */
  gsize unsent_size;         /* bytes of payload in there */
  guint unsent_close_code;   /* 0 = no close waits */
  char *unsent_close_reason; /* (owned) (nullable) */

  FayeMessageFunc message_func; /* (nullable) */
  gpointer message_data;
  GDestroyNotify message_destroy;
} FayeWebSocketPrivate;

/* The longest timeout that can be set. */
#define FAYE_WEB_SOCKET_MAX_SECONDS 1e9

/* A server's default, in seconds. */
#define FAYE_WEB_SOCKET_HANDSHAKE_TIMEOUT 10

FayeWebSocketPrivate *faye_web_socket_get_private (FayeWebSocket *self);
const FayeWebSocketOps *faye_web_socket_get_ops (FayeWebSocket *self);

/* -install.c */
void faye_web_socket_install (GObjectClass *object_class);
void faye_web_socket_emit (FayeWebSocket *self, FayeWebSocketSignal signal, ...);
void faye_web_socket_notify (FayeWebSocket *self, FayeWebSocketProp prop);

/* -life.c */
extern const FayeWebSocketOps faye_web_socket_server_ops;

/* It keeps itself alive from here to `closed`. */
void faye_web_socket_start (FayeWebSocket *self);
/* The handshake is done: what waited is sent. Takes TRANSPORT. faye_web_socket_announce () has to
 * follow. */
void faye_web_socket_opened (FayeWebSocket *self,
                             FayeTransport *transport,
                             FayeRole role,
                             FayeVersion version,
                             const char *subprotocol,
                             const char *extensions);
/* Emits `open` unless the program was quicker to close, then reading begins. */
void faye_web_socket_announce (FayeWebSocket *self);
/* It will never be open: `error` now, `closed` at the next turn. */
void faye_web_socket_failed (FayeWebSocket *self, const GError *error);
void faye_web_socket_set_request (FayeWebSocket *self,
                                  const char *url,
                                  const char *method,
                                  SoupMessageHeaders *headers);

/* -peer.c */
void faye_web_socket_install_peer (GParamSpec **properties);
/* Reads who the peer is from the TLS of STREAM (nullable), if there is any. */
void faye_web_socket_set_peer (FayeWebSocket *self, GIOStream *stream);

/* -handshake.c */

/* A good request is there: the program decides, or it is accepted. */
void faye_web_socket_ask (FayeWebSocket *self);
/* It was accepted, and the handshake is over. */
void faye_web_socket_accepted (FayeWebSocket *self);

/* -extensions.c */

/* Adds those that were given at construction. */
void faye_web_socket_add_listed (FayeWebSocket *self);
/* A client: what to send, what the server made of it, and how that is to be told. */
gboolean faye_web_socket_offer_extensions (FayeWebSocket *self, char **offers, GError **error);
gboolean faye_web_socket_judge_extensions (FayeWebSocket *self,
                                           const char *answer,
                                           char **agreed,
                                           GError **error);
/* A server's end: what to answer. FALSE: the request has been refused, or is gone. */
gboolean faye_web_socket_answer_extensions (FayeWebSocket *self, char **answer, GError **error);
/* The new connection is given what was agreed on. */
void faye_web_socket_attach_extensions (FayeWebSocket *self);
/* Closes the sessions that came to nothing. */
void faye_web_socket_drop_extensions (FayeWebSocket *self);

/* -send.c */
void faye_web_socket_send_unsent (FayeWebSocket *self);
void faye_web_socket_drop_unsent (FayeWebSocket *self, const GError *error);

G_END_DECLS
