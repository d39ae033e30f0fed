/* SPDX-License-Identifier: MIT */

#include "tests/api/harness.h"

#include "faye/core/faye-protocol-private.h"

#include <string.h>

/* permessage-deflate as a program has it: its properties, and both ends of ours with it. */

static void
test_defaults (void)
{
  FayePermessageDeflate *deflate = faye_permessage_deflate_new ();
  g_autofree char *name = faye_extension_get_name (FAYE_EXTENSION (deflate));

  g_assert_cmpstr (name, ==, "permessage-deflate");
  g_assert_cmpint (faye_extension_get_rsv (FAYE_EXTENSION (deflate)), ==, FAYE_RSV_BIT_1);
  g_assert_cmpint (faye_permessage_deflate_get_level (deflate), ==, -1);
  g_assert_cmpuint (faye_permessage_deflate_get_mem_level (deflate), ==, 5);
  g_assert_cmpint (faye_permessage_deflate_get_strategy (deflate),
                   ==,
                   FAYE_DEFLATE_STRATEGY_DEFAULT);
  g_assert_false (faye_permessage_deflate_get_no_context_takeover (deflate));
  g_assert_false (faye_permessage_deflate_get_request_no_context_takeover (deflate));
  g_assert_cmpuint (faye_permessage_deflate_get_max_window_bits (deflate), ==, 12);
  g_assert_cmpuint (faye_permessage_deflate_get_request_max_window_bits (deflate), ==, 15);
  g_assert_cmpuint (faye_permessage_deflate_get_threshold (deflate), ==, 1024);
  g_assert_false (faye_permessage_deflate_get_keep_larger (deflate));
  g_assert_finalize_object (deflate);
}

/* Each option is set to another value, and read back both ways. */
static void
test_properties (void)
{
  static const struct
  {
    const char *name;
    gint64 value;
  } options[] = {
    { "level", 9 },
    { "mem-level", 1 },
    { "strategy", FAYE_DEFLATE_STRATEGY_FIXED },
    { "no-context-takeover", TRUE },
    { "request-no-context-takeover", TRUE },
    { "max-window-bits", 9 },
    { "request-max-window-bits", 8 },
    { "threshold", 7 },
    { "keep-larger", TRUE },
  };
  FayePermessageDeflate *deflate = g_object_new (FAYE_TYPE_PERMESSAGE_DEFLATE,
                                                 "level",
                                                 9,
                                                 "mem-level",
                                                 1u,
                                                 "strategy",
                                                 FAYE_DEFLATE_STRATEGY_FIXED,
                                                 "no-context-takeover",
                                                 TRUE,
                                                 "request-no-context-takeover",
                                                 TRUE,
                                                 "max-window-bits",
                                                 9u,
                                                 "request-max-window-bits",
                                                 8u,
                                                 "threshold",
                                                 (guint64) 7,
                                                 "keep-larger",
                                                 TRUE,
                                                 NULL);

  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;
      g_auto (GValue) number = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (deflate), options[i].name, &value);
      g_value_init (&number, G_TYPE_INT64);
      g_assert_true (g_value_transform (&value, &number));
      g_assert_cmpint (g_value_get_int64 (&number), ==, options[i].value);
    }
  g_assert_true (faye_permessage_deflate_get_no_context_takeover (deflate));
  g_assert_true (faye_permessage_deflate_get_request_no_context_takeover (deflate));
  g_assert_true (faye_permessage_deflate_get_keep_larger (deflate));
  g_assert_cmpuint (faye_permessage_deflate_get_request_max_window_bits (deflate), ==, 8);
  g_assert_cmpint (faye_permessage_deflate_get_strategy (deflate), ==, FAYE_DEFLATE_STRATEGY_FIXED);
  g_assert_cmpuint (faye_permessage_deflate_get_threshold (deflate), ==, 7);
  g_assert_finalize_object (deflate);
}

static FayePermessageDeflate *
deflate_new (gboolean no_takeover, gboolean request, guint bits, guint request_bits)
{
  return g_object_new (FAYE_TYPE_PERMESSAGE_DEFLATE,
                       "threshold",
                       (guint64) 0,
                       "no-context-takeover",
                       no_takeover,
                       "request-no-context-takeover",
                       request,
                       "max-window-bits",
                       bits,
                       "request-max-window-bits",
                       request_bits,
                       NULL);
}

static void
add (FayeWebSocket *socket, FayePermessageDeflate *deflate)
{
  g_autoptr (GError) error = NULL;

  faye_web_socket_add_extension (socket, FAYE_EXTENSION (deflate), &error);
  g_assert_no_error (error);
}

static void
echo_cb (FayeWebSocket *socket, FayeMessage *message, gpointer user_data)
{
  faye_web_socket_send (socket, message);
}

static void
made_cb (Host *host, Log *log)
{
  if (host->data != NULL)
    add (log->socket, host->data);
  g_signal_connect (log->socket, "message", G_CALLBACK (echo_cb), NULL);
}

/* Takes both options; the server echoes. */
static void
deflated_open (Both *both, FayePermessageDeflate *client, FayePermessageDeflate *server)
{
  both->host = host_new (HOST_RAW);
  both->host->made = made_cb;
  both->host->data = server;
  both->client = log_new (faye_web_socket_client_new (both->host->url, NULL));
  add (both->client->socket, client);
  WAIT_UNTIL (both->client->is_open || both->client->is_closed);
  both->server = both->host->server;
  g_object_unref (client);
  g_object_unref (server);
}

static void
deflated_end (Both *both)
{
  if (!both->client->is_closed)
    faye_web_socket_close (both->client->socket, 1000, "", NULL);
  both_end (both);
}

static GBytes *
make_payload (gsize size)
{
  static const char unit[] = "{\"id\": 12, \"text\": \"Grüße\"}, ";
  guint8 *data = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) unit[i % (sizeof unit - 1)];
  return g_bytes_new_take (data, size);
}

typedef struct
{
  GPtrArray *got; /* FayeMessage */
} Echoes;

static void
echoed_cb (FayeWebSocket *socket, FayeMessage *message, gpointer got)
{
  g_ptr_array_add (got, faye_message_ref (message));
}

/* Sizes on both sides of the threshold, of the window, and of what a thread of its own is for; text
 * that is cut inside a character is binary. */
static void
check_echoes (Both *both)
{
  static const gsize sizes[] = { 0, 1, 29, 290, 5000, 5000, 70000, 600000, 3 };
  g_autoptr (GPtrArray) got = g_ptr_array_new_with_free_func ((GDestroyNotify) faye_message_unref);
  guint i;

  g_signal_connect (both->client->socket, "message", G_CALLBACK (echoed_cb), got);
  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) bytes = make_payload (sizes[i]);
      FayeMessage *message = faye_message_new (FAYE_MESSAGE_KIND_TEXT, bytes, NULL);

      if (message == NULL)
        message = faye_message_new_bytes (bytes);
      g_assert_true (faye_web_socket_send (both->client->socket, message));
      faye_message_unref (message);
    }
  WAIT_UNTIL (got->len == G_N_ELEMENTS (sizes) || both->client->is_closed);
  g_assert_cmpuint (got->len, ==, G_N_ELEMENTS (sizes));
  for (i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) bytes = make_payload (sizes[i]);
      gboolean text = g_utf8_validate_len (g_bytes_get_data (bytes, NULL), sizes[i], NULL);

      g_assert_cmpint (faye_message_get_kind (got->pdata[i]), ==, text ? 0 : 1);
      g_assert_true (g_bytes_equal (faye_message_get_bytes (got->pdata[i]), bytes));
    }
  g_signal_handlers_disconnect_by_data (both->client->socket, got);
}

static void
check_agreement (FayePermessageDeflate *client, FayePermessageDeflate *server, const char *expected)
{
  Both both;

  deflated_open (&both, client, server);
  g_assert_true (both.client->is_open);
  g_assert_cmpstr (faye_web_socket_get_extensions (both.client->socket), ==, expected);
  g_assert_cmpstr (faye_web_socket_get_extensions (both.server->socket), ==, expected);
  check_echoes (&both);
  deflated_end (&both);
}

#define NAME "permessage-deflate"
#define SERVER_ALONE "; server_no_context_takeover"

static void
test_agreements (void)
{
  check_agreement (deflate_new (FALSE, FALSE, 15, 15), deflate_new (FALSE, FALSE, 15, 15), NAME);
  check_agreement (deflate_new (FALSE, FALSE, 12, 15),
                   deflate_new (TRUE, FALSE, 12, 15),
                   NAME SERVER_ALONE "; client_max_window_bits=12");
  check_agreement (deflate_new (FALSE, TRUE, 15, 15),
                   deflate_new (FALSE, FALSE, 15, 15),
                   NAME SERVER_ALONE);
  check_agreement (deflate_new (FALSE, FALSE, 15, 10),
                   deflate_new (FALSE, FALSE, 15, 15),
                   NAME "; server_max_window_bits=10");
  check_agreement (deflate_new (FALSE, FALSE, 15, 15),
                   deflate_new (FALSE, FALSE, 15, 9),
                   NAME "; client_max_window_bits=9");
}

/* Whatever the two ends wish, what one sends the other understands. */
static void
test_grid (void)
{
  static const guint bits[] = { 9, 12, 15 };
  guint i;

  for (i = 0; i < 36; i++)
    {
      guint ours = bits[i % 3];
      guint theirs = bits[i / 3 % 3];
      gboolean one = i & 1;
      gboolean other = (i >> 1) & 1;
      Both both;

      deflated_open (&both,
                     deflate_new (one, other, ours, theirs),
                     deflate_new (other, !one, theirs, ours));
      g_assert_true (both.client->is_open);
      g_assert_true (g_str_has_prefix (faye_web_socket_get_extensions (both.client->socket), NAME));
      check_echoes (&both);
      deflated_end (&both);
    }
}

/* A server that cannot do what is asked declines, and all goes on without. */
static void
test_declined (void)
{
  Both both;

  deflated_open (&both, deflate_new (FALSE, FALSE, 15, 8), deflate_new (FALSE, FALSE, 15, 15));
  g_assert_true (both.client->is_open);
  g_assert_null (faye_web_socket_get_extensions (both.client->socket));
  check_echoes (&both);
  deflated_end (&both);
}

/* A raw client, and a server's end with DEFLATE, which is taken. */
static void
served_deflate_open (Log **server, Raw **raw, FayePermessageDeflate *deflate)
{
  g_autofree char *head = NULL;

  served_new (server, raw);
  add ((*server)->socket, deflate);
  g_object_unref (deflate);
  raw_send_request (*raw, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  head = raw_read_head (*raw);
  g_assert_nonnull (strstr (head, "\r\nSec-WebSocket-Extensions: permessage-deflate"));
}

static void
served_deflate_end (Log *server, Raw *raw)
{
  faye_web_socket_abort (server->socket);
  log_end (server);
  raw_free (raw);
}

/* Sends SIZE bytes; whether they went compressed, and how many bytes that made. */
static gboolean
sent_compressed (Log *server, Raw *raw, gsize size, FayeCompression how, gsize *wire)
{
  g_autoptr (GBytes) bytes = make_payload (size);
  g_autoptr (FayeMessage) plain = faye_message_new_bytes (bytes);
  g_autoptr (FayeMessage) message = faye_message_with_compression (plain, how);
  g_autofree char *line = NULL;
  guint first;

  g_assert_true (faye_web_socket_send (server->socket, message));
  WAIT_UNTIL (raw->in->len > 0);
  first = raw->in->data[0];
  line = raw_read_frame (raw);
  *wire = g_ascii_strtoull (strchr (line, ' '), NULL, 10);
  g_assert_cmpuint (first & ~(FAYE_RSV1 << 4), ==, 0x82);
  return first != 0x82;
}

static void
test_threshold (void)
{
  Log *server;
  Raw *raw;
  gsize wire;

  served_deflate_open (&server, &raw, faye_permessage_deflate_new ());
  g_assert_false (sent_compressed (server, raw, 1023, FAYE_COMPRESSION_DEFAULT, &wire));
  g_assert_cmpuint (wire, ==, 1023);
  g_assert_true (sent_compressed (server, raw, 1024, FAYE_COMPRESSION_DEFAULT, &wire));
  g_assert_cmpuint (wire, <, 100);
  served_deflate_end (server, raw);
}

static void
test_wishes (void)
{
  Log *server;
  Raw *raw;
  gsize wire;

  served_deflate_open (&server, &raw, faye_permessage_deflate_new ());
  g_assert_true (sent_compressed (server, raw, 200, FAYE_COMPRESSION_ALWAYS, &wire));
  g_assert_cmpuint (wire, <, 100);
  g_assert_false (sent_compressed (server, raw, 5000, FAYE_COMPRESSION_NEVER, &wire));
  g_assert_cmpuint (wire, ==, 5000);
  g_assert_true (sent_compressed (server, raw, 5000, FAYE_COMPRESSION_DEFAULT, &wire));
  served_deflate_end (server, raw);
}

/* Sent before it is open, a wish is kept as well. */
static void
test_wish_before_open (void)
{
  g_autoptr (GBytes) bytes = make_payload (5000);
  g_autoptr (FayeMessage) plain = faye_message_new_bytes (bytes);
  g_autoptr (FayeMessage) never = faye_message_with_compression (plain, FAYE_COMPRESSION_NEVER);
  g_autoptr (FayePermessageDeflate) deflate = faye_permessage_deflate_new ();
  g_autofree char *head = NULL;
  Log *server;
  Raw *raw;

  served_new (&server, &raw);
  add (server->socket, deflate);
  faye_web_socket_send (server->socket, never);
  faye_web_socket_send (server->socket, plain);
  raw_send_request (raw, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  head = raw_read_head (raw);
  WAIT_UNTIL (raw->in->len > 0);
  g_assert_cmphex (raw->in->data[0], ==, 0x82);
  ASSERT_FRAME (raw, "binary 5000");
  WAIT_UNTIL (raw->in->len > 0);
  g_assert_cmphex (raw->in->data[0], ==, 0xc2);
  served_deflate_end (server, raw);
}

static void
test_keep_larger (void)
{
  gsize wire;
  guint keep;

  for (keep = 0; keep < 2; keep++)
    {
      Log *server;
      Raw *raw;

      served_deflate_open (&server,
                           &raw,
                           g_object_new (FAYE_TYPE_PERMESSAGE_DEFLATE,
                                         "threshold",
                                         (guint64) 0,
                                         "keep-larger",
                                         keep,
                                         NULL));
      g_assert_cmpint (sent_compressed (server, raw, 1, FAYE_COMPRESSION_DEFAULT, &wire), ==, keep);
      served_deflate_end (server, raw);
    }
}

/* The limit is that of the inflated message: 64 MiB and more in 65 KB. */
static void
test_A20_max_length (void)
{
  g_autoptr (GBytes) bytes = make_payload (300000);
  g_autoptr (FayeMessage) message = faye_message_new_bytes (bytes);
  Both both;

  deflated_open (&both, deflate_new (FALSE, FALSE, 15, 15), deflate_new (FALSE, FALSE, 15, 15));
  faye_web_socket_close (both.client->socket, 1000, "", NULL);
  both_end (&both);

  both.host = host_new (HOST_RAW);
  both.host->made = made_cb;
  both.host->data = deflate_new (FALSE, FALSE, 15, 15);
  both.client = log_new (faye_web_socket_client_new (both.host->url, NULL));
  add (both.client->socket, both.host->data);
  faye_web_socket_set_max_length (both.client->socket, 299999);
  faye_web_socket_send (both.client->socket, message);
  WAIT_UNTIL (both.client->is_closed);
  both.server = both.host->server;
  g_assert_error (both.client->error, FAYE_ERROR, FAYE_ERROR_TOO_BIG);
  g_assert_cmpuint (faye_web_socket_get_close_code (both.client->socket), ==, 1009);
  g_assert_cmpuint (both.client->n_messages, ==, 0);
  WAIT_UNTIL (both.server->is_closed);
  g_assert_cmpuint (faye_web_socket_get_close_code (both.server->socket), ==, 1009);
  g_object_unref (both.host->data);
  both_end (&both);
}

/* The text is judged when it is inflated (RFC 7692, section 6.2; RFC 6455, section 8.1). */
static void
test_text_that_is_none (void)
{
  static const guint8 stored[] = { 0x00, 0x02, 0x00, 0xfd, 0xff, 'a', 0xff, 0x00 };
  Log *server;
  Raw *raw;

  served_deflate_open (&server, &raw, faye_permessage_deflate_new ());
  raw_send_frame (raw, 0xc2, stored, sizeof stored);
  WAIT_UNTIL (server->n_messages == 1);
  raw_send_frame (raw, 0xc1, stored, sizeof stored);
  WAIT_UNTIL (server->is_closed);
  ASSERT_LOG (server,
              "open",
              "binary 2",
              "error invalid-data",
              server->lines->pdata[server->lines->len - 1]);
  g_assert_cmpuint (faye_web_socket_get_close_code (server->socket), ==, 1007);
  log_end (server);
  raw_free (raw);
}

static void
count_func (FayeWebSocket *socket,
            FayeMessageKind kind,
            const guint8 *data,
            gsize size,
            gpointer total)
{
  *(gsize *) total += size;
}

/* The callback gets what the signal would. */
static void
test_message_func (void)
{
  static const guint8 stored[] = { 0x00, 0x02, 0x00, 0xfd, 0xff, 'a', 'b', 0x00 };
  gsize total = 0;
  Log *server;
  Raw *raw;

  served_deflate_open (&server, &raw, faye_permessage_deflate_new ());
  faye_web_socket_set_message_func (server->socket, count_func, &total, NULL);
  raw_send_frame (raw, 0xc1, stored, sizeof stored);
  WAIT_UNTIL (total == 2);
  served_deflate_end (server, raw);
}

/* A socket is dropped while a thread still inflates for it. */
static void
test_F19_aborted_while_inflating (void)
{
  g_autoptr (GBytes) bytes = make_payload (8 << 20);
  g_autoptr (FayeMessage) message = faye_message_new_bytes (bytes);
  Both both;

  deflated_open (&both, deflate_new (FALSE, FALSE, 15, 15), deflate_new (FALSE, FALSE, 15, 15));
  for (guint i = 0; i < 4; i++)
    faye_web_socket_send (both.client->socket, message);
  WAIT_UNTIL (both.server->n_messages == 1);
  faye_web_socket_abort (both.server->socket);
  faye_web_socket_abort (both.client->socket);
  both_end (&both);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add_func ("/faye/api/permessage-deflate/" path, func)
  ADD ("defaults", test_defaults);
  ADD ("properties", test_properties);
  ADD ("agreements", test_agreements);
  ADD ("grid", test_grid);
  ADD ("declined", test_declined);
  ADD ("threshold", test_threshold);
  ADD ("wishes", test_wishes);
  ADD ("wish-before-open", test_wish_before_open);
  ADD ("keep-larger", test_keep_larger);
  ADD ("A20-max-length", test_A20_max_length);
  ADD ("text-that-is-none", test_text_that_is_none);
  ADD ("message-func", test_message_func);
  ADD ("F19-aborted-while-inflating", test_F19_aborted_while_inflating);
  return g_test_run ();
}
