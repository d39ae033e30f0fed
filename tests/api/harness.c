/* SPDX-License-Identifier: MIT */

#include "tests/api/harness.h"

#include "tests/io/pairs.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>

/* Waits and logs; the peers and servers are in hosts.c and raw.c. */

static gboolean
too_late_cb (gpointer user_data)
{
  g_error ("Waited in vain: %s", (const char *) user_data);
  return G_SOURCE_REMOVE;
}

GSource *
harness_start_deadline (const char *what)
{
  GSource *source = g_timeout_source_new_seconds (20);

  g_source_set_callback (source, too_late_cb, (gpointer) what, NULL);
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

void
harness_stop_deadline (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static gboolean
set_flag_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

void
harness_turn_for (guint ms)
{
  gboolean over = FALSE;
  g_autoptr (GSource) source = g_timeout_source_new (ms);

  g_source_set_callback (source, set_flag_cb, &over, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  WAIT_UNTIL (over);
}

void
call_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  call->n_done++;
  g_set_object (&call->result, result);
}

static void
log_add (Log *log, char *line)
{
  g_assert_false (log->is_closed);
  g_assert_true (log->thread == g_thread_self ());
  log->is_open = log->is_open || g_str_equal (line, "open");
  log->is_closed = g_str_has_prefix (line, "closed");
  g_ptr_array_add (log->lines, line);
  if (log->hook != NULL)
    log->hook (log, line);
}

static void
open_cb (FayeWebSocket *socket, Log *log)
{
  log_add (log, g_strdup ("open"));
}

static void
message_cb (FayeWebSocket *socket, FayeMessage *message, Log *log)
{
  gsize size = faye_message_get_size (message);
  gboolean text = faye_message_get_kind (message) == FAYE_MESSAGE_KIND_TEXT;

  log->n_messages++;
  log->n_bytes += size;
  if (text && size <= 64)
    log_add (log, g_strconcat ("text ", faye_message_get_text (message), NULL));
  else
    log_add (log, g_strdup_printf ("%s %" G_GSIZE_FORMAT, text ? "text" : "binary", size));
}

static char *
describe (const char *what, GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return g_strdup_printf ("%s %.*s", what, (int) size, data != NULL ? data : "");
}

static void
ping_cb (FayeWebSocket *socket, GBytes *payload, Log *log)
{
  log_add (log, describe ("ping", payload));
}

static void
pong_cb (FayeWebSocket *socket, GBytes *payload, Log *log)
{
  log_add (log, describe ("pong", payload));
}

static void
error_cb (FayeWebSocket *socket, const GError *error, Log *log)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (FAYE_TYPE_ERROR);
  GEnumValue *value;

  g_assert_true (error->domain == FAYE_ERROR);
  value = g_enum_get_value (klass, error->code);
  g_assert_nonnull (value);
  g_clear_error (&log->error);
  log->error = g_error_copy (error);
  log_add (log, g_strconcat ("error ", value->value_nick, NULL));
}

static void
closed_cb (FayeWebSocket *socket, guint code, const char *reason, Log *log)
{
  g_assert_cmpint (faye_web_socket_get_ready_state (socket), ==, FAYE_READY_STATE_CLOSED);
  g_assert_cmpuint (faye_web_socket_get_close_code (socket), ==, code);
  g_assert_cmpstr (faye_web_socket_get_close_reason (socket), ==, reason);
  log_add (log, g_strdup_printf ("closed %u %s", code, reason));
}

Log *
log_new (gpointer socket)
{
  Log *log = g_new0 (Log, 1);

  log->socket = socket;
  log->alive = socket;
  log->thread = g_thread_self ();
  log->lines = g_ptr_array_new_with_free_func (g_free);
  g_object_add_weak_pointer (socket, &log->alive);
  g_signal_connect (socket, "open", G_CALLBACK (open_cb), log);
  g_signal_connect (socket, "message", G_CALLBACK (message_cb), log);
  g_signal_connect (socket, "ping-received", G_CALLBACK (ping_cb), log);
  g_signal_connect (socket, "pong-received", G_CALLBACK (pong_cb), log);
  g_signal_connect (socket, "error", G_CALLBACK (error_cb), log);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), log);
  return log;
}

void
log_drop (Log *log)
{
  g_clear_object (&log->socket);
}

void
log_end (Log *log)
{
  WAIT_UNTIL (log->is_closed);
  log_drop (log);
  WAIT_UNTIL (log->alive == NULL);
  g_ptr_array_unref (log->lines);
  g_clear_error (&log->error);
  g_free (log);
}

void
log_assert (Log *log, const char *const *lines, const char *where)
{
  g_autofree char *expected = g_strjoinv ("\n", (char **) lines);
  g_autoptr (GString) got = g_string_new (NULL);
  guint i;

  for (i = 0; i < log->lines->len; i++)
    g_string_append_printf (got, "%s%s", i > 0 ? "\n" : "", (char *) log->lines->pdata[i]);
  if (!g_str_equal (got->str, expected))
    g_error ("%s: expected\n%s\n---- but got\n%s", where, expected, got->str);
}
