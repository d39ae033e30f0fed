/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-head-gate-private.h"

#include "faye/http/faye-http-error-private.h"

#include <stdarg.h>
#include <string.h>

/*
 * A machine that takes one byte at a time, so that the pieces in which a head arrives cannot
 * matter. Each byte is looked at when it comes and once more when its line is complete; nothing is
 * read again.
 */

typedef enum
{
  GATE_START_LINE,
  GATE_FIELDS,
  GATE_DONE,
  GATE_BAD,
} GateState;

struct _FayeHeadGate
{
  gboolean is_request;
  GateState state;
  GString *text;    /* complete lines with their CRLF, then the unfinished one */
  gsize line_start; /* where in TEXT the unfinished line begins */
  gsize total;      /* bytes taken */
  guint fields;
  gboolean seen_cr;
  gboolean seen_empty; /* the one empty line before a request line */
  guint status;
  char *fault; /* (nullable) */
};

FayeHeadGate *
faye_head_gate_new (gboolean is_request)
{
  FayeHeadGate *self = g_new0 (FayeHeadGate, 1);

  self->is_request = is_request;
  self->text = g_string_sized_new (512);
  self->status = SOUP_STATUS_OK;

  return self;
}

void
faye_head_gate_free (FayeHeadGate *self)
{
  g_string_free (self->text, TRUE);
  g_free (self->fault);
  g_free (self);
}

G_GNUC_PRINTF (3, 4)
static void
refuse (FayeHeadGate *self, guint status, const char *format, ...)
{
  va_list args;

  self->state = GATE_BAD;
  self->status = status;
  g_free (self->fault);
  va_start (args, format);
  self->fault = g_strdup_vprintf (format, args);
  va_end (args);
}

static void
refuse_line (FayeHeadGate *self, guint status, const char *what, const char *line)
{
  g_autofree char *excerpt = faye_http_error_excerpt (line);

  refuse (self, status, "%s \"%s\"", what, excerpt);
}

static void
refuse_long_line (FayeHeadGate *self)
{
  gboolean is_request_line = self->is_request && self->state == GATE_START_LINE;

  refuse (self,
          is_request_line ? SOUP_STATUS_REQUEST_URI_TOO_LONG : FAYE_STATUS_FIELDS_TOO_LARGE,
          "Line of more than %d bytes",
          FAYE_HEAD_MAX_LINE);
}

/* "HTTP/" DIGIT "." DIGIT (RFC 9112, section 2.3). */
static gboolean
is_version (const char *text)
{
  return strlen (text) == 8 && g_str_has_prefix (text, "HTTP/") && g_ascii_isdigit (text[5]) &&
         text[6] == '.' && g_ascii_isdigit (text[7]);
}

static gboolean
is_supported_version (const char *text)
{
  return text[5] == '1' && (text[7] == '0' || text[7] == '1');
}

/* method SP request-target SP HTTP-version (RFC 9112, section 3). */
static void
check_request_line (FayeHeadGate *self, const char *line)
{
  const char *method_end = strchrnul (line, ' ');
  const char *target = *method_end ? method_end + 1 : method_end;
  const char *target_end = strchrnul (target, ' ');
  const char *version = *target_end ? target_end + 1 : target_end;

  if (!faye_head_is_token_of_size (line, method_end - line) ||
      !faye_head_is_visible_of_size (target, target_end - target) || !is_version (version))
    refuse_line (self, SOUP_STATUS_BAD_REQUEST, "Malformed request line", line);
  else if (!is_supported_version (version))
    refuse_line (self, SOUP_STATUS_HTTP_VERSION_NOT_SUPPORTED, "Unsupported version", version);
}

static const char *
skip_blanks (const char *text)
{
  return text + strspn (text, " \t");
}

static gsize
trimmed_size (const char *text, const char *end)
{
  while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
    end--;

  return end - text;
}

/* HTTP-version SP status-code [SP reason-phrase] (RFC 9112, section 4, whose last SP some servers
 * leave out). */
static gboolean
is_status_line (const char *line, gsize size)
{
  g_autofree char *version = g_strndup (line, 8);
  const char *code = line + 9;
  const char *reason;

  if (size < 12 || !is_version (version) || !is_supported_version (version) || line[8] != ' ')
    return FALSE;
  if (code[0] < '1' || code[0] > '5' || !g_ascii_isdigit (code[1]) || !g_ascii_isdigit (code[2]))
    return FALSE;
  if (size > 12 && line[12] != ' ')
    return FALSE;

  reason = skip_blanks (line + 12);
  return faye_head_is_value_of_size (reason, trimmed_size (reason, line + size));
}

/* field-name ":" OWS field-value OWS (RFC 9112, section 5). A value may be a secret: messages leave
 * it out. */
static void
check_field (FayeHeadGate *self, const char *line, gsize size)
{
  const char *colon = strchr (line, ':');
  g_autofree char *name = colon ? g_strndup (line, colon - line) : NULL;
  const char *value = colon ? skip_blanks (colon + 1) : NULL;

  if (++self->fields > FAYE_HEAD_MAX_FIELDS)
    refuse (self, FAYE_STATUS_FIELDS_TOO_LARGE, "More than %d header fields", FAYE_HEAD_MAX_FIELDS);
  else if (skip_blanks (line) != line)
    refuse_line (self, SOUP_STATUS_BAD_REQUEST, "Folded header line", line);
  else if (!name || !faye_head_is_token (name))
    refuse_line (self, SOUP_STATUS_BAD_REQUEST, "Malformed header field", name ? name : line);
  else if (!faye_head_is_value_of_size (value, trimmed_size (value, line + size)))
    refuse_line (self, SOUP_STATUS_BAD_REQUEST, "No clean UTF-8 in header field", name);
}

static void
end_empty_line (FayeHeadGate *self)
{
  if (self->state == GATE_FIELDS)
    self->state = GATE_DONE;
  else if (self->is_request && !self->seen_empty)
    self->seen_empty = TRUE; /* RFC 9112, section 2.2: left over after an earlier request */
  else
    refuse (self, SOUP_STATUS_BAD_REQUEST, "Empty line where a head should begin");
}

static void
end_line (FayeHeadGate *self)
{
  const char *line = self->text->str + self->line_start;
  gsize size = self->text->len - self->line_start;

  self->seen_cr = FALSE;
  if (size == 0)
    {
      end_empty_line (self);
      return;
    }

  if (self->state == GATE_FIELDS)
    check_field (self, line, size);
  else if (self->is_request)
    check_request_line (self, line);
  else if (!is_status_line (line, size))
    refuse_line (self, SOUP_STATUS_BAD_REQUEST, "Malformed status line", line);

  if (self->state == GATE_START_LINE)
    self->state = GATE_FIELDS;
  g_string_append (self->text, "\r\n");
  self->line_start = self->text->len;
}

static void
take_byte (FayeHeadGate *self, guint8 c)
{
  if (self->total++ == FAYE_HEAD_MAX_SIZE)
    refuse (self, FAYE_STATUS_FIELDS_TOO_LARGE, "Head of more than %d bytes", FAYE_HEAD_MAX_SIZE);
  else if (self->seen_cr && c == '\n')
    end_line (self);
  else if (self->seen_cr)
    refuse (self, SOUP_STATUS_BAD_REQUEST, "CR without LF");
  else if (c == '\r')
    self->seen_cr = TRUE;
  else if (c == '\n')
    refuse (self, SOUP_STATUS_BAD_REQUEST, "LF without CR");
  else if (g_ascii_iscntrl (c) && c != '\t')
    refuse (self, SOUP_STATUS_BAD_REQUEST, "Control character 0x%02x", c);
  else if (self->text->len - self->line_start == FAYE_HEAD_MAX_LINE)
    refuse_long_line (self);
  else
    g_string_append_c (self->text, (char) c);
}

FayeHeadResult
faye_head_gate_feed (FayeHeadGate *self,
                     const guint8 *data,
                     gsize size,
                     gsize *used,
                     GError **error)
{
  gsize n = 0;

  while (n < size && self->state < GATE_DONE)
    {
      take_byte (self, data[n]);
      if (self->state != GATE_BAD)
        n++;
    }

  *used = n;
  if (self->state == GATE_BAD)
    g_set_error_literal (error, FAYE_HTTP_ERROR, FAYE_HTTP_ERROR_BAD_HEAD, self->fault);
  if (self->state < GATE_DONE)
    return FAYE_HEAD_MORE;
  return self->state == GATE_DONE ? FAYE_HEAD_DONE : FAYE_HEAD_BAD;
}

guint
faye_head_gate_get_status (FayeHeadGate *self)
{
  return self->status;
}

/* The status with which libsoup refuses the head, or 200. */
static guint
parse_into (FayeHeadGate *self, FayeHead *head)
{
  gboolean fine;

  /* libsoup wants the lines without the empty one that ends them. */
  if (self->is_request)
    return soup_headers_parse_request (self->text->str,
                                       (int) self->text->len,
                                       head->headers,
                                       &head->method,
                                       &head->target,
                                       &head->version);

  fine = soup_headers_parse_response (self->text->str,
                                      (int) self->text->len,
                                      head->headers,
                                      &head->version,
                                      &head->status,
                                      &head->reason);
  return fine ? SOUP_STATUS_OK : SOUP_STATUS_BAD_REQUEST;
}

FayeHead *
faye_head_gate_parse (FayeHeadGate *self, GError **error)
{
  g_autoptr (FayeHead) head = g_new0 (FayeHead, 1);

  g_assert (self->state == GATE_DONE);

  head->headers = soup_message_headers_new (self->is_request ? SOUP_MESSAGE_HEADERS_REQUEST
                                                             : SOUP_MESSAGE_HEADERS_RESPONSE);
  self->status = parse_into (self, head);
  if (self->status != SOUP_STATUS_OK)
    {
      g_set_error (error,
                   FAYE_HTTP_ERROR,
                   FAYE_HTTP_ERROR_BAD_HEAD,
                   "Unacceptable head (%s)",
                   soup_status_get_phrase (self->status));
      return NULL;
    }

  return g_steal_pointer (&head);
}
