/* SPDX-License-Identifier: MIT */

#include "tests/api/script.h"

#include <string.h>

/* A server played by hand. */

Script *
script_new (HostKind kind)
{
  Script *script = g_new0 (Script, 1);

  script->host = host_new (kind);
  script->host->bare = TRUE;
  script->raws = g_ptr_array_new_with_free_func ((GDestroyNotify) raw_free);
  return script;
}

void
script_free (Script *script)
{
  g_ptr_array_unref (script->raws);
  host_free (script->host);
  g_free (script);
}

char *
script_next (Script *script)
{
  WAIT_UNTIL (script->host->n_connections > script->raws->len);
  g_assert_cmpuint (script->host->n_connections, ==, script->raws->len + 1);
  script->raw = script->host->raw;
  g_ptr_array_add (script->raws, script->raw);
  return raw_read_head (script->raw);
}

char *
script_answer (Script *script, const char *format, ...)
{
  char *request = script_next (script);
  g_autofree char *response = NULL;
  va_list args;

  va_start (args, format);
  response = g_strdup_vprintf (format, args);
  va_end (args);
  raw_print (script->raw, "HTTP/1.1 %s\r\n", response);
  return request;
}

char *
script_open (Script *script, const char *extra)
{
  char *request = script_next (script);
  g_autofree char *response = raw_make_response (request, extra);

  raw_print (script->raw, "%s", response);
  return request;
}

char *
script_get_field (const char *head, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (head, "\r\n", -1);
  gsize size = strlen (name);
  char *value = NULL;

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_ascii_strncasecmp (lines[i], name, size) == 0 && g_str_has_prefix (lines[i] + size, ": "))
      {
        g_assert_null (value);
        value = g_strdup (lines[i] + size + 2);
      }
  return value;
}

static void
progress_cb (FayeWebSocketClient *client, FayePhase phase, Log *log)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (FAYE_TYPE_PHASE);

  g_assert_cmpint (faye_web_socket_client_get_phase (client), ==, phase);
  g_ptr_array_add (log->lines,
                   g_strconcat ("phase ", g_enum_get_value (klass, phase)->value_nick, NULL));
  if (log->hook != NULL)
    log->hook (log, log->lines->pdata[log->lines->len - 1]);
}

Log *
script_log_phases (gpointer client)
{
  Log *log = log_new (client);

  g_signal_connect (client, "progress", G_CALLBACK (progress_cb), log);
  return log;
}

const char *
script_get_authority (Script *script)
{
  static char authority[64];
  const char *start = strstr (script->host->url, "://") + 3;

  g_strlcpy (authority, start, sizeof authority);
  *strchr (authority, '/') = '\0';
  return authority;
}
