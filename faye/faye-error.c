/* SPDX-License-Identifier: MIT */

#include "faye/faye-error-private.h"

#include "faye/core/faye-close-code-private.h"
#include "faye/ext/faye-extension-header-private.h"
#include "faye/http/faye-http-error-private.h"

/* The error domain, and what the rooms below report in its terms. */

/**
 * faye_error_quark:
 *
 * Gives the domain of the errors in [error@Faye.Error].
 *
 * Returns: the domain
 *
 * Since: 1.0
 */
GQuark
faye_error_quark (void)
{
  /* Spelled out: the formatter takes the dashes of G_DEFINE_QUARK's argument for operators. */
  return g_quark_from_static_string ("faye-error-quark");
}

/*< private >
 * The error that stands for a close code which our end gave the peer. Codes of an application's
 * kind are an extension's: what a program closes with is no error.
 */
FayeError
faye_error_from_close_code (guint code)
{
  switch (code)
    {
    case FAYE_CLOSE_CODE_PROTOCOL_ERROR:
      return FAYE_ERROR_PROTOCOL;
    case FAYE_CLOSE_CODE_INVALID_DATA:
      return FAYE_ERROR_INVALID_DATA;
    case FAYE_CLOSE_CODE_POLICY:
      return FAYE_ERROR_POLICY;
    case FAYE_CLOSE_CODE_TOO_BIG:
      return FAYE_ERROR_TOO_BIG;
    case FAYE_CLOSE_CODE_EXTENSION:
      return FAYE_ERROR_EXTENSION;
    default:
      return code >= 3000 ? FAYE_ERROR_EXTENSION : FAYE_ERROR_INTERNAL;
    }
}

/* CODES has one for each of DOMAIN. */
static GError *
translate (GError *error, GQuark domain, const FayeError *codes)
{
  if (error->domain == domain)
    {
      error->code = codes[error->code];
      error->domain = FAYE_ERROR;
    }
  return error;
}

/*< private >
 * Turns an error of the HTTP room into ours; any other stays what it is.
 */
GError *
faye_error_from_http (GError *error)
{
  static const FayeError codes[] = {
    [FAYE_HTTP_ERROR_INVALID_URL] = FAYE_ERROR_INVALID_URL,
    [FAYE_HTTP_ERROR_INVALID_ARGUMENT] = FAYE_ERROR_INVALID_ARGUMENT,
    [FAYE_HTTP_ERROR_BAD_HEAD] = FAYE_ERROR_HANDSHAKE,
    [FAYE_HTTP_ERROR_HANDSHAKE] = FAYE_ERROR_HANDSHAKE,
    [FAYE_HTTP_ERROR_REFUSED] = FAYE_ERROR_REFUSED,
    [FAYE_HTTP_ERROR_PROXY] = FAYE_ERROR_PROXY,
    [FAYE_HTTP_ERROR_PROXY_AUTHENTICATION] = FAYE_ERROR_PROXY_AUTHENTICATION,
  };

  return translate (error, FAYE_HTTP_ERROR, codes);
}

/*< private >
 * Turns an error of the extensions' room into ours; any other stays what it is.
 */
GError *
faye_error_from_extension (GError *error)
{
  static const FayeError codes[] = {
    [FAYE_EXTENSION_ERROR_HEADER] = FAYE_ERROR_HANDSHAKE,
    [FAYE_EXTENSION_ERROR_ANSWER] = FAYE_ERROR_HANDSHAKE,
    [FAYE_EXTENSION_ERROR_ARGUMENT] = FAYE_ERROR_INVALID_ARGUMENT,
  };

  return translate (error, FAYE_EXTENSION_ERROR, codes);
}
