/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/faye.h"

G_BEGIN_DECLS

/*
 * What the tests of sockets share: waits with a deadline, a record of what a socket emitted, a peer
 * that speaks bytes, and servers of every kind.
 */

/* Turns the thread-default main context until CONDITION holds; fails the test after 20 s. */
#define WAIT_UNTIL(condition)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    GSource *deadline_ = harness_start_deadline (G_STRLOC ": " #condition);                        \
    while (!(condition))                                                                           \
      g_main_context_iteration (g_main_context_get_thread_default (), TRUE);                       \
    harness_stop_deadline (deadline_);                                                             \
  }                                                                                                \
  G_STMT_END

GSource *harness_start_deadline (const char *what);
void harness_stop_deadline (GSource *source);
/* Turns the context for so long: for what must not happen. */
void harness_turn_for (guint ms);

/* The end of an asynchronous call. */
typedef struct
{
  GAsyncResult *result; /* (owned) (nullable) */
  guint n_done;
} Call;
void call_cb (GObject *source, GAsyncResult *result, gpointer call);

/* What a socket emitted, one line a signal: "open", "text hello", "binary 3", "ping x", "pong x",
 * "error timed-out", "closed 1000 bye". Payloads over 64 bytes, and binary ones, are told by their
 * size. */
typedef struct _Log Log;
typedef void (*LogHook) (Log *log, const char *line);
struct _Log
{
  FayeWebSocket *socket; /* (owned) (nullable) */
  GThread *thread;       /* where all signals have to come */
  gpointer alive;        /* NULL once the socket is finalised */
  GPtrArray *lines;      /* (owned) */
  GError *error;         /* (owned) (nullable) the last one */
  guint n_messages;
  gsize n_bytes;
  gboolean is_open;
  gboolean is_closed;
  LogHook hook; /* (nullable) called in each handler, after the line is written */
  gpointer data;
};

/* Takes SOCKET. */
Log *log_new (gpointer socket);
/* Waits for `closed`, which has to be the last line, drops the socket, and waits until it is
 * finalised. */
void log_end (Log *log);
void log_drop (Log *log);
#define ASSERT_LOG(log, ...)                                                                       \
  G_STMT_START                                                                                     \
  {                                                                                                \
    const char *const lines_[] = { __VA_ARGS__, NULL };                                            \
    log_assert (log, lines_, G_STRLOC);                                                            \
  }                                                                                                \
  G_STMT_END
void log_assert (Log *log, const char *const *lines, const char *where);

/* A peer without WebSocket: exact bytes in both directions. */
typedef struct
{
  GIOStream *stream; /* (owned) */
  gboolean masks;    /* it is a client */
  GByteArray *in;    /* (owned) */
  gboolean holds;    /* its stream stays open when the other side has ended */
  gboolean ended;    /* the other side has ended, or the stream is broken */
  gboolean paused;
  gboolean reading;
  gboolean writing;
  GQueue out; /* GBytes */
  GCancellable *cancellable;
  guint8 *buffer; /* (owned) */
} Raw;

/* Takes STREAM. */
Raw *raw_new (GIOStream *stream, gboolean masks);
void raw_free (Raw *raw);
void raw_pause (Raw *raw, gboolean paused);
void raw_send (Raw *raw, gconstpointer data, gsize size);
void raw_print (Raw *raw, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* FIRST is a frame's first byte: FIN, RSV, opcode. */
void raw_send_frame (Raw *raw, guint8 first, gconstpointer payload, gsize size);
GBytes *raw_make_frame (gboolean masked, guint8 first, gconstpointer payload, gsize size);
void raw_send_close (Raw *raw, guint code, const char *reason);
/* Waits. The head up to the empty line; a frame as a line like a log's ("close 1000 bye"). */
char *raw_read_head (Raw *raw);
char *raw_read_frame (Raw *raw);
#define ASSERT_FRAME(raw, expected)                                                                \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *frame_ = raw_read_frame (raw);                                                \
    g_assert_cmpstr (frame_, ==, expected);                                                        \
  }                                                                                                \
  G_STMT_END
/* Closes the stream without a word; RESET makes a TCP connection end with RST. */
void raw_vanish (Raw *raw, gboolean reset);

/* A good request for "/", EXTRA being whole lines, and the answer to its key. */
#define RAW_KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define RAW_ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
void raw_send_request (Raw *raw, const char *extra);
/* Reads a client's request and answers it, EXTRA being whole lines. Returns the request. */
char *raw_answer_request (Raw *raw, const char *extra);
/* The same as text, without sending it. */
char *raw_make_response (const char *request, const char *extra);

typedef enum
{
  HOST_SOUP,
  HOST_SOUP_TLS,
  HOST_RAW,
  HOST_RAW_IPV6,
  HOST_RAW_UNIX,
  HOST_RAW_TLS,
  HOST_BARE, /* connections become a Raw */
  N_HOSTS
} HostKind;

typedef struct _Host Host;
struct _Host
{
  HostKind kind;
  gboolean bare;           /* connections become a Raw, whatever the kind of a raw host */
  SoupServer *soup;        /* (owned) (nullable) */
  GSocketService *service; /* (owned) (nullable) */
  char *url;               /* (owned) "ws://…/" */
  char *dir;               /* (owned) (nullable) of a Unix socket */
  const char *const *protocols;
  SoupMessageHeaders *headers;
  void (*made) (Host *host, Log *log);
  gpointer data;
  Log *server; /* (unowned) the newest */
  Raw *raw;    /* (unowned) the newest of a bare host */
  guint n_connections;
};

Host *host_new (HostKind kind);
void host_free (Host *host);
/* A stream that is connected to it. */
GIOStream *host_dial (Host *host);
const char *host_kind_name (HostKind kind);
void host_trust_certificate (void);

/* Both ends, open. */
typedef struct
{
  Host *host;
  Log *client;
  Log *server;
} Both;

void both_open (Both *both, HostKind kind);
void both_end (Both *both);

/* A server's end on one end of a socket pair, a raw client on the other. */
void served_new (Log **server, Raw **client);
void served_open (Log **server, Raw **client);
/* A client that is connected to a raw server. */
void dialled_new (Host **host, Log **client, Raw **server);
void dialled_open (Host **host, Log **client, Raw **server);

G_END_DECLS
