/* SPDX-License-Identifier: MIT */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Statuses for which libsoup has no name. */
enum
{
  FAYE_STATUS_UPGRADE_REQUIRED = 426,  /* RFC 9110, section 15.5.22 */
  FAYE_STATUS_TOO_MANY_REQUESTS = 429, /* RFC 6585, section 4 */
  FAYE_STATUS_FIELDS_TOO_LARGE = 431,  /* RFC 6585, section 5 */
};

/* A parsed HTTP/1 head, and the grammar of its fields (RFC 9110, section 5). All of it takes linear
 * time. */
typedef struct
{
  char *method; /* NULL in a response */
  char *target; /* NULL in a response; else exactly as it came */
  SoupHTTPVersion version;
  guint status; /* 0 in a request */
  char *reason; /* NULL in a request */
  SoupMessageHeaders *headers;
} FayeHead;

void faye_head_free (FayeHead *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeHead, faye_head_free)

/* Whether it is a response with an interim status, which the final one follows (RFC 9110,
 * section 15.2). 101 is final here: no HTTP comes after it. */
gboolean faye_head_is_interim (const FayeHead *self);

/* Token and field-value grammar: no CR, LF, NUL or other control, no blanks around; values are
 * UTF-8. */
gboolean faye_head_is_token (const char *text);
gboolean faye_head_is_token_of_size (const char *text, gsize size);
gboolean faye_head_is_value (const char *text);
gboolean faye_head_is_value_of_size (const char *text, gsize size);

/* Visible ASCII only, and at least one character of it. */
gboolean faye_head_is_visible (const char *text);
gboolean faye_head_is_visible_of_size (const char *text, gsize size);

/* How many lines the field has; *VALUE (nullable) becomes the last one's, or NULL. */
guint faye_head_count (SoupMessageHeaders *headers, const char *name, const char **value);

/* The values of all its lines joined by ", " (RFC 9110, section 5.3); NULL if it is absent. */
char *faye_head_join (SoupMessageHeaders *headers, const char *name);

typedef enum
{
  FAYE_HEAD_LIST_TOKENS = 0,
  FAYE_HEAD_LIST_PRODUCTS = 1 << 0, /* an element may be token "/" token, as in Upgrade */
  FAYE_HEAD_LIST_NO_EMPTY = 1 << 1, /* an empty element breaks the list; else it is skipped */
} FayeHeadListFlags;

/* All elements of a list field (RFC 9110, section 5.6.1) over all its lines; NULL if it is absent
 * or broken. */
char **faye_head_get_list (SoupMessageHeaders *headers, const char *name, FayeHeadListFlags flags);
char **faye_head_get_tokens (SoupMessageHeaders *headers, const char *name);

/* How often TEXT stands in LIST (nullable), in any case. */
guint faye_head_list_count (const char *const *list, const char *text);

G_END_DECLS
