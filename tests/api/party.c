/* SPDX-License-Identifier: MIT */

#include "tests/api/party.h"

#include "faye/io/faye-random-private.h"
#include "tests/io/pairs.h"

#include <string.h>

static void
party_note (Party *party, char *line)
{
  g_autofree char *taken = line;

  g_assert_false (party->is_closed);
  g_string_append_printf (party->log, "%s;", taken);
  party->is_closed = g_str_has_prefix (taken, "closed");
  if (party->hook != NULL)
    party->hook (party, taken);
}

static void
message_cb (gpointer owner, const FayeProtocolEvent *event)
{
  Party *party = owner;
  gsize size = event->size;

  party->n_messages++;
  g_string_truncate (party->last, 0);
  g_string_append_len (party->last, (const char *) event->data, (gssize) size);
  if (event->owned != NULL)
    {
      g_assert_true (event->owned == event->data);
      g_assert_cmpuint (event->owned[size], ==, 0);
      g_free (event->owned);
    }
  if (size <= 64)
    party_note (party, g_strconcat ("message ", party->last->str, NULL));
  else
    party_note (party, g_strdup_printf ("message %" G_GSIZE_FORMAT, size));
}

static void
ping_cb (gpointer owner, const guint8 *payload, gsize size)
{
  party_note (owner, g_strdup_printf ("ping %.*s", (int) size, (const char *) payload));
}

/* The heartbeat's have no text. */
static void
pong_cb (gpointer owner, const guint8 *payload, gsize size)
{
  if (size != 8)
    party_note (owner, g_strdup_printf ("pong %.*s", (int) size, (const char *) payload));
}

static void
failed_cb (gpointer owner, const GError *error)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (FAYE_TYPE_ERROR);
  Party *party = owner;

  g_assert_true (error->domain == FAYE_ERROR);
  g_free (party->error);
  party->error = g_strdup (error->message);
  party_note (party,
              g_strconcat ("failed ", g_enum_get_value (klass, error->code)->value_nick, NULL));
}

static void
closing_cb (gpointer owner)
{
  party_note (owner, g_strdup ("closing"));
}

static void
closed_cb (gpointer owner, guint code, const char *reason)
{
  party_note (owner, g_strdup_printf ("closed %u %s", code, reason));
}

static const FayeConnectionFuncs funcs = {
  .message = message_cb,
  .ping = ping_cb,
  .pong = pong_cb,
  .failed = failed_cb,
  .closing = closing_cb,
  .closed = closed_cb,
};

static void
party_add_pipeline (Party *party)
{
  FayePipeline *pipeline =
    faye_pipeline_new (g_main_context_get_thread_default (), G_PRIORITY_DEFAULT);

  fake_join (&party->fake, pipeline, "fake", FAYE_RSV1);
  faye_connection_set_pipeline (party->connection, pipeline);
}

void
party_open_with (Party *party, FayeRole role, FakeManner manner, const FayeConnectionTimes *times)
{
  static const FayeTransportFuncs no_funcs = { 0 };
  g_autoptr (FayeLoop) loop = NULL;
  g_autoptr (GIOStream) a = NULL;
  FayeTransport *transport;
  FayeProtocol *protocol;
  GIOStream *b;

  memset (party, 0, sizeof *party);
  party->log = g_string_new (NULL);
  party->last = g_string_new (NULL);
  fake_init (&party->fake, 'a', manner);
  loop = faye_loop_get (g_main_context_get_thread_default (), G_PRIORITY_DEFAULT);
  pair_open (PAIR_UNIX, &a, &b);
  party->raw = raw_new (b, role == FAYE_ROLE_SERVER);
  transport = faye_transport_new (loop, a, &no_funcs, NULL);
  protocol = faye_protocol_new (FAYE_VERSION_HYBI_13, role, faye_random_fill);
  party->connection = faye_connection_new (transport, protocol, role, times, &funcs, party);
  party_add_pipeline (party);
  faye_connection_start (party->connection);
}

void
party_open (Party *party, FayeRole role, FakeManner manner, guint close_timeout)
{
  FayeConnectionTimes times = { .close_timeout = 20 * G_USEC_PER_SEC };

  if (close_timeout > 0)
    times.close_timeout = (gint64) close_timeout * 1000;
  party_open_with (party, role, manner, &times);
}

void
party_end (Party *party)
{
  if (party->connection != NULL && !party->is_closed)
    faye_connection_abort (party->connection, NULL);
  g_assert_true (party->is_closed || party->connection == NULL);
  g_clear_pointer (&party->connection, faye_connection_unref);
  fake_clear (&party->fake);
  raw_free (party->raw);
  g_string_free (party->log, TRUE);
  g_string_free (party->last, TRUE);
  g_free (party->error);
}

gboolean
party_send (Party *party, const char *text)
{
  return faye_connection_send (party->connection,
                               TRUE,
                               (const guint8 *) text,
                               strlen (text),
                               NULL,
                               FAYE_COMPRESS_DEFAULT);
}

void
party_receive (Party *party, const char *text)
{
  raw_send_frame (party->raw, 0x81, text, strlen (text));
}
