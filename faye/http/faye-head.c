/* SPDX-License-Identifier: MIT */

#include "faye/http/faye-head-private.h"

#include <string.h>

/* Heads after parsing, and the small grammar that gate and handshakes share: tokens, values, lists.
 */

void
faye_head_free (FayeHead *self)
{
  g_free (self->method);
  g_free (self->target);
  g_free (self->reason);
  soup_message_headers_unref (self->headers);
  g_free (self);
}

gboolean
faye_head_is_interim (const FayeHead *self)
{
  return SOUP_STATUS_IS_INFORMATIONAL (self->status) &&
         self->status != SOUP_STATUS_SWITCHING_PROTOCOLS;
}

gboolean
faye_head_is_token (const char *text)
{
  return faye_head_is_token_of_size (text, strlen (text));
}

gboolean
faye_head_is_token_of_size (const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isalnum (text[i]) && (text[i] == '\0' || !strchr ("!#$%&'*+-.^_`|~", text[i])))
      return FALSE;

  return size > 0;
}

gboolean
faye_head_is_value (const char *text)
{
  return faye_head_is_value_of_size (text, strlen (text));
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

gboolean
faye_head_is_value_of_size (const char *text, gsize size)
{
  if (size == 0)
    return TRUE;
  if (is_blank (text[0]) || is_blank (text[size - 1]) || !g_utf8_validate_len (text, size, NULL))
    return FALSE;

  for (gsize i = 0; i < size; i++)
    {
      /* U+0080 to U+009F: some readers take U+0085 for the end of a line. */
      gboolean is_c1 = text[i] == '\xc2' && (guchar) text[i + 1] < 0xa0;

      if (is_c1 || (g_ascii_iscntrl (text[i]) && text[i] != '\t'))
        return FALSE;
    }

  return TRUE;
}

gboolean
faye_head_is_visible (const char *text)
{
  return faye_head_is_visible_of_size (text, strlen (text));
}

gboolean
faye_head_is_visible_of_size (const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isgraph (text[i]))
      return FALSE;

  return size > 0;
}

guint
faye_head_count (SoupMessageHeaders *headers, const char *name, const char **value)
{
  SoupMessageHeadersIter iter;
  const char *line_name = NULL;
  const char *line_value = NULL;
  const char *last = NULL;
  guint count = 0;

  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &line_name, &line_value))
    {
      if (g_ascii_strcasecmp (line_name, name) != 0)
        continue;
      last = line_value;
      count++;
    }

  if (value)
    *value = last;
  return count;
}

char *
faye_head_join (SoupMessageHeaders *headers, const char *name)
{
  return g_strdup (soup_message_headers_get_list (headers, name));
}

static gboolean
is_element (const char *text, gsize size, FayeHeadListFlags flags)
{
  const char *slash = (flags & FAYE_HEAD_LIST_PRODUCTS) ? memchr (text, '/', size) : NULL;
  gsize first = slash ? (gsize) (slash - text) : size;

  return faye_head_is_token_of_size (text, first) &&
         (!slash || faye_head_is_token_of_size (slash + 1, size - first - 1));
}

/* Appends the elements of one line; FALSE at the first broken one. */
static gboolean
add_elements (GPtrArray *list, const char *value, FayeHeadListFlags flags)
{
  const char *at = value;

  for (;;)
    {
      const char *comma = strchrnul (at, ',');
      const char *end = comma;

      while (at < end && is_blank (at[0]))
        at++;
      while (at < end && is_blank (end[-1]))
        end--;

      if (at == end && (flags & FAYE_HEAD_LIST_NO_EMPTY))
        return FALSE;
      if (at < end && !is_element (at, end - at, flags))
        return FALSE;
      if (at < end)
        g_ptr_array_add (list, g_strndup (at, end - at));
      if (*comma == '\0')
        return TRUE;
      at = comma + 1;
    }
}

char **
faye_head_get_list (SoupMessageHeaders *headers, const char *name, FayeHeadListFlags flags)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  SoupMessageHeadersIter iter;
  const char *line_name = NULL;
  const char *line_value = NULL;

  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &line_name, &line_value))
    {
      if (g_ascii_strcasecmp (line_name, name) != 0)
        continue;
      if (!add_elements (list, line_value, flags))
        return NULL;
    }

  if (list->len == 0)
    return NULL;
  g_ptr_array_add (list, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

char **
faye_head_get_tokens (SoupMessageHeaders *headers, const char *name)
{
  return faye_head_get_list (headers, name, FAYE_HEAD_LIST_TOKENS);
}

guint
faye_head_list_count (const char *const *list, const char *text)
{
  guint count = 0;

  for (guint i = 0; list && list[i]; i++)
    if (g_ascii_strcasecmp (list[i], text) == 0)
      count++;

  return count;
}
