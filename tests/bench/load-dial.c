/* SPDX-License-Identifier: MIT */

#include "load-socket.h"

#include "load-deflate.h"
#include "load-util.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* How the load client's connections come about: blocking, one after the other. */

#define RESPONSE_MAX 4096
#define CONNECTIONS_PER_SOURCE 16384
#define FIRST_SOURCE 0x7f010001u /* 127.1.0.1 */

static void
send_request (int fd, const char *key)
{
  g_autofree char *extensions = load_deflate_offer ();
  g_autofree char *request = g_strdup_printf ("GET %s HTTP/1.1\r\n"
                                              "Host: %s:%d\r\n"
                                              "Upgrade: websocket\r\n"
                                              "Connection: Upgrade\r\n"
                                              "Sec-WebSocket-Key: %s\r\n"
                                              "Sec-WebSocket-Version: 13\r\n"
                                              "%s\r\n",
                                              load_plan.path,
                                              load_plan.host,
                                              load_plan.port,
                                              key,
                                              extensions);

  if (write (fd, request, strlen (request)) != (gssize) strlen (request))
    load_die ("request not sent: %s", g_strerror (errno));
}

/* What follows the response goes into REST. */
static void
read_response (int fd, const char *accept, GByteArray *rest)
{
  char response[RESPONSE_MAX];
  gsize size = 0;
  char *end = NULL;

  while (end == NULL)
    {
      gssize more = read (fd, response + size, sizeof response - 1 - size);

      if (more <= 0)
        load_die ("no response: %s", more < 0 ? g_strerror (errno) : "closed, or too long");
      size += (gsize) more;
      response[size] = '\0';
      end = strstr (response, "\r\n\r\n");
    }
  if (!g_str_has_prefix (response, "HTTP/1.1 101") || strstr (response, accept) == NULL)
    load_die ("not a valid handshake: %.60s", response);
  if (!load_deflate_is_answered (response))
    load_die ("not the extensions that were offered: %s", response);
  end += strlen ("\r\n\r\n");
  g_byte_array_append (rest, (const guint8 *) end, (guint) (size - (gsize) (end - response)));
}

/* Where connection NUMBER comes from; another place each time, as the last run's ports rest. */
static guint32
source_of (int number)
{
  static guint32 base;

  if (load_plan.mode != LOAD_IDLE && load_plan.mode != LOAD_CONNECT)
    return 0;
  if (base == 0)
    base = FIRST_SOURCE + ((guint32) (load_now () / 1000) & 0x7fff) * 16;
  return base + (guint32) number / CONNECTIONS_PER_SOURCE;
}

/* Connects and shakes hands. The descriptor is non-blocking from here on. */
int
load_dial (int number, GByteArray *rest)
{
  guint32 nonce[4] = { load_random (), load_random (), load_random (), load_random () };
  g_autofree char *key = g_base64_encode ((const guchar *) nonce, sizeof nonce);
  g_autofree char *accept = load_accept_of (key);
  int fd = load_connect (load_plan.host, (guint16) load_plan.port, source_of (number));

  send_request (fd, key);
  read_response (fd, accept, rest);
  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
  return fd;
}
