/* SPDX-License-Identifier: MIT */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The value of Sec-WebSocket-Extensions (RFC 6455, section 9.1) as a list of offers: a token for
 * the name, then parameters.
 *
 * Parameters are a GVariant of type a{sv}, in the order of the header: a flag is the boolean TRUE,
 * a whole number without superfluous digits that fits is an int64, anything else a string; several
 * values of one key are an array of variants (av) in the place of the first. What is in quotes must
 * be a token too, once its escapes are undone, so that no list needs quotes when it is written.
 */
typedef struct
{
  char *name;       /* (owned) */
  GVariant *params; /* (owned) a{sv} */
} FayeExtensionOffer;

/* Limits of ours: more offers, more parameters of one offer, or more of them in all, are refused.
 */
#define FAYE_EXTENSION_HEADER_MAX_ITEMS 64
#define FAYE_EXTENSION_HEADER_MAX_PARAMS 256

typedef enum
{
  FAYE_EXTENSION_ERROR_HEADER,   /* the peer's header breaks the grammar, or a limit */
  FAYE_EXTENSION_ERROR_ANSWER,   /* the peer's answer is not acceptable; the message tells why */
  FAYE_EXTENSION_ERROR_ARGUMENT, /* the program's extension cannot be used; likewise */
} FayeExtensionError;

#define FAYE_EXTENSION_ERROR (faye_extension_error_quark ())
GQuark faye_extension_error_quark (void);

void faye_extension_offer_free (FayeExtensionOffer *offer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeExtensionOffer, faye_extension_offer_free)

/* Parses VALUE (several header lines joined by commas) in linear time. An array of
 * FayeExtensionOffer that owns them, in order; NULL with FAYE_EXTENSION_ERROR_HEADER, whose message
 * has an excerpt of printable ASCII of at most 64 bytes. */
GPtrArray *faye_extension_header_parse (const char *value, GError **error);

/* Appends "name; key; key=8; key=text" to OUT, behind ", " unless OUT is empty. PARAMS is an a{sv};
 * besides the types above it may hold any integer type, and the boolean FALSE, which is left out.
 * FAYE_EXTENSION_ERROR_ARGUMENT (OUT is then as it was) if the name, a key or a value is not
 * a token, or of another type; the message names it. */
gboolean
faye_extension_header_append (GString *out, const char *name, GVariant *params, GError **error);

/* What a message may show of a foreign text: printable ASCII, at most 64 bytes of it. */
char *faye_extension_header_excerpt (const char *text);

/* Whether TEXT may stand for a name, a key or a value. */
gboolean faye_extension_header_is_token (const char *text);

G_END_DECLS
