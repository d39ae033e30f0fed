/* SPDX-License-Identifier: MIT */

#include "faye/faye-tls-settings-private.h"

#include "faye/faye-error.h"

/**
 * FayeTls:
 *
 * How a client does TLS: whom it trusts, what it shows of itself, and what it asks of a peer's
 * certificate.
 *
 * Nothing has to be set for servers that the system trusts. All settings are construct properties:
 *
 * ```c
 * g_autoptr (FayeTls) tls = g_object_new (FAYE_TYPE_TLS,
 *                                         "ca-file", "/etc/example/ca.pem",
 *                                         "certificate-file", "client.pem",
 *                                         "key-file", "client.key",
 *                                         NULL);
 * ```
 *
 * One object can serve many connections, those to proxies too. Files are read once, before the
 * first connection is made; one that cannot be read ends the attempt with `FAYE_ERROR_TLS` before
 * anything is dialled, and settings that contradict each other end it with
 * `FAYE_ERROR_INVALID_ARGUMENT`.
 *
 * A certificate that is not accepted ends the attempt with `FAYE_ERROR_CERTIFICATE`, whose message
 * says why. A program that knows better overrules that with [signal@Faye.Tls::accept-certificate],
 * for the connections of this object and no others; no environment variable does.
 *
 * TLS has to be of version 1.2 at least. The ALPN protocol offered is `http/1.1`.
 *
 * Since: 1.0
 */

enum
{
  PROP_0,
  PROP_DATABASE,
  PROP_CA_FILE,
  PROP_CERTIFICATE,
  PROP_CERTIFICATE_FILE,
  PROP_KEY_FILE,
  PROP_PKCS12_FILE,
  PROP_PASSWORD,
  PROP_PKCS11_URI,
  PROP_PRIVATE_KEY_PKCS11_URI,
  PROP_SERVER_NAME,
  PROP_INTERACTION,
  PROP_VALIDATION_FLAGS,
  PROP_PINS,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];
static guint accept_certificate_signal;

G_DEFINE_FINAL_TYPE (FayeTls, faye_tls, G_TYPE_OBJECT)

static void
faye_tls_get_property (GObject *object, guint prop, GValue *value, GParamSpec *pspec)
{
  FayeTls *self = FAYE_TLS (object);

  switch (prop)
    {
    case PROP_DATABASE:
      g_value_set_object (value, self->database);
      break;
    case PROP_CA_FILE:
      g_value_set_string (value, self->ca_file);
      break;
    case PROP_CERTIFICATE:
      g_value_set_object (value, self->certificate);
      break;
    case PROP_CERTIFICATE_FILE:
      g_value_set_string (value, self->certificate_file);
      break;
    case PROP_KEY_FILE:
      g_value_set_string (value, self->key_file);
      break;
    case PROP_PKCS12_FILE:
      g_value_set_string (value, self->pkcs12_file);
      break;
    case PROP_PKCS11_URI:
      g_value_set_string (value, self->pkcs11_uri);
      break;
    case PROP_PRIVATE_KEY_PKCS11_URI:
      g_value_set_string (value, self->private_key_pkcs11_uri);
      break;
    case PROP_SERVER_NAME:
      g_value_set_string (value, self->server_name);
      break;
    case PROP_INTERACTION:
      g_value_set_object (value, self->interaction);
      break;
    case PROP_VALIDATION_FLAGS:
      g_value_set_flags (value, self->validation_flags);
      break;
    case PROP_PINS:
      g_value_set_boxed (value, self->pins);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop, pspec);
    }
}

static void
faye_tls_set_property (GObject *object, guint prop, const GValue *value, GParamSpec *pspec)
{
  FayeTls *self = FAYE_TLS (object);

  switch (prop)
    {
    case PROP_DATABASE:
      self->database = g_value_dup_object (value);
      break;
    case PROP_CA_FILE:
      self->ca_file = g_value_dup_string (value);
      break;
    case PROP_CERTIFICATE:
      self->certificate = g_value_dup_object (value);
      break;
    case PROP_CERTIFICATE_FILE:
      self->certificate_file = g_value_dup_string (value);
      break;
    case PROP_KEY_FILE:
      self->key_file = g_value_dup_string (value);
      break;
    case PROP_PKCS12_FILE:
      self->pkcs12_file = g_value_dup_string (value);
      break;
    case PROP_PASSWORD:
      self->password = g_value_dup_string (value);
      break;
    case PROP_PKCS11_URI:
      self->pkcs11_uri = g_value_dup_string (value);
      break;
    case PROP_PRIVATE_KEY_PKCS11_URI:
      self->private_key_pkcs11_uri = g_value_dup_string (value);
      break;
    case PROP_SERVER_NAME:
      self->server_name = g_value_dup_string (value);
      break;
    case PROP_INTERACTION:
      self->interaction = g_value_dup_object (value);
      break;
    case PROP_VALIDATION_FLAGS:
      self->validation_flags = g_value_get_flags (value);
      break;
    case PROP_PINS:
      self->pins = g_value_dup_boxed (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop, pspec);
    }
}

static void
faye_tls_finalize (GObject *object)
{
  FayeTls *self = FAYE_TLS (object);

  faye_tls_material_clear (&self->material);
  g_mutex_clear (&self->mutex);
  g_clear_object (&self->database);
  g_clear_object (&self->certificate);
  g_clear_object (&self->interaction);
  g_free (self->ca_file);
  g_free (self->certificate_file);
  g_free (self->key_file);
  g_free (self->pkcs12_file);
  g_free (self->password);
  g_free (self->pkcs11_uri);
  g_free (self->private_key_pkcs11_uri);
  g_free (self->server_name);
  g_strfreev (self->pins);
  G_OBJECT_CLASS (faye_tls_parent_class)->finalize (object);
}

#define FLAGS_GIVEN (G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS)
#define FLAGS_CONSTRUCT (G_PARAM_READABLE | FLAGS_GIVEN)

/* Whom to trust. */
static void
install_trust (void)
{
  /**
   * FayeTls:database:
   *
   * The certificate authorities to trust, in place of the system's; `NULL` for the system's.
   *
   * Since: 1.0
   */
  properties[PROP_DATABASE] =
    g_param_spec_object ("database", NULL, NULL, G_TYPE_TLS_DATABASE, FLAGS_CONSTRUCT);

  /**
   * FayeTls:ca-file:
   *
   * The path of a PEM file with the certificate authorities to trust.
   *
   * They take the place of the system's: no other is trusted. It cannot be given together with
   * [property@Faye.Tls:database].
   *
   * Since: 1.0
   */
  properties[PROP_CA_FILE] = g_param_spec_string ("ca-file", NULL, NULL, NULL, FLAGS_CONSTRUCT);

  /**
   * FayeTls:server-name:
   *
   * The name, or the IP address, that the peer's certificate has to carry, in place of the URL's
   * host; a name is also what the peer is asked for (SNI, RFC 6066, section 3).
   *
   * Since: 1.0
   */
  properties[PROP_SERVER_NAME] =
    g_param_spec_string ("server-name", NULL, NULL, NULL, FLAGS_CONSTRUCT);

  /**
   * FayeTls:validation-flags:
   *
   * What is not forgiven a certificate: all there is, unless set.
   *
   * A certificate that only has other things against it is accepted without a question. Take care:
   * one fault can hide another, so that leaving out any flag at all leaves little security. A pin
   * and [signal@Faye.Tls::accept-certificate] are better means against a server whose certificate
   * nobody has signed.
   *
   * Since: 1.0
   */
  properties[PROP_VALIDATION_FLAGS] = g_param_spec_flags ("validation-flags",
                                                          NULL,
                                                          NULL,
                                                          G_TYPE_TLS_CERTIFICATE_FLAGS,
                                                          G_TLS_CERTIFICATE_VALIDATE_ALL,
                                                          FLAGS_CONSTRUCT);

  /**
   * FayeTls:pins:
   *
   * Public keys, one of which the peer's chain has to have; `NULL` for any.
   *
   * A pin is the SHA-256 of a SubjectPublicKeyInfo (RFC 7469, section 2.4): `sha256/` or `sha256//`
   * and its Base64, or the Base64 alone. It may be that of the peer's own key, of an authority that
   * the peer sends with its certificate, or of one in [property@Faye.Tls:ca-file], if it has signed
   * the certificate, directly or through others that were sent. Authorities of the system, or of
   * [property@Faye.Tls:database], that the peer does not send cannot be pinned.
   *
   * Pins come on top of all other checks, and hold even if
   * [signal@Faye.Tls::accept-certificate] accepts the certificate.
   *
   * A text that is no pin ends the attempt with `FAYE_ERROR_INVALID_ARGUMENT`, and so does an empty
   * list, lest it pass for one that holds pins. In JavaScript and Python `NULL` reads as an empty
   * list.
   *
   * Since: 1.0
   */
  properties[PROP_PINS] = g_param_spec_boxed ("pins", NULL, NULL, G_TYPE_STRV, FLAGS_CONSTRUCT);
}

/* Client certificates as files. */
static void
install_files (void)
{
  /**
   * FayeTls:certificate-file:
   *
   * The path of a PEM file with the certificate to show to the peer, the authorities between it and
   * the one that the peer trusts, and, unless [property@Faye.Tls:key-file] has it, the key.
   *
   * Since: 1.0
   */
  properties[PROP_CERTIFICATE_FILE] =
    g_param_spec_string ("certificate-file", NULL, NULL, NULL, FLAGS_CONSTRUCT);

  /**
   * FayeTls:key-file:
   *
   * The path of a PEM file with the key of [property@Faye.Tls:certificate-file].
   *
   * Since: 1.0
   */
  properties[PROP_KEY_FILE] = g_param_spec_string ("key-file", NULL, NULL, NULL, FLAGS_CONSTRUCT);

  /**
   * FayeTls:pkcs12-file:
   *
   * The path of a PKCS#12 file with the certificate to show to the peer, and its key.
   *
   * Since: 1.0
   */
  properties[PROP_PKCS12_FILE] =
    g_param_spec_string ("pkcs12-file", NULL, NULL, NULL, FLAGS_CONSTRUCT);

  /**
   * FayeTls:password:
   *
   * The password of [property@Faye.Tls:pkcs12-file].
   *
   * Since: 1.0
   */
  properties[PROP_PASSWORD] = g_param_spec_string ("password", NULL, NULL, NULL, FLAGS_GIVEN);
}

/* Client certificates of other kinds. */
static void
install_identity (void)
{
  /**
   * FayeTls:certificate:
   *
   * The certificate to show to the peer if it asks for one, with its key.
   *
   * It can instead be given by [property@Faye.Tls:certificate-file],
   * [property@Faye.Tls:pkcs12-file] or [property@Faye.Tls:pkcs11-uri]: only one of the four.
   *
   * Since: 1.0
   */
  properties[PROP_CERTIFICATE] =
    g_param_spec_object ("certificate", NULL, NULL, G_TYPE_TLS_CERTIFICATE, FLAGS_CONSTRUCT);

  /**
   * FayeTls:pkcs11-uri:
   *
   * The URI of a certificate in a token, such as a smart card (RFC 7512), to show to the peer.
   *
   * This is the URI as it was given, with the PIN if it names one: it is not fit for a log.
   *
   * [property@Faye.Tls:interaction] is asked for the PIN, unless the URI names it.
   *
   * Since: 1.0
   */
  properties[PROP_PKCS11_URI] =
    g_param_spec_string ("pkcs11-uri", NULL, NULL, NULL, FLAGS_CONSTRUCT);

  /**
   * FayeTls:private-key-pkcs11-uri:
   *
   * The URI of the key of [property@Faye.Tls:pkcs11-uri], if it is not the same.
   *
   * Since: 1.0
   */
  properties[PROP_PRIVATE_KEY_PKCS11_URI] =
    g_param_spec_string ("private-key-pkcs11-uri", NULL, NULL, NULL, FLAGS_CONSTRUCT);

  /**
   * FayeTls:interaction:
   *
   * What asks the user for PINs and passwords, or for a certificate when the peer wants one and
   * none is set.
   *
   * One that cannot give a PIN has to answer `G_TLS_INTERACTION_FAILED` with an error. GIO takes
   * `G_TLS_INTERACTION_UNHANDLED` for a PIN that is wrong and asks again, without end or until the
   * token is locked, even after the connection was given up.
   *
   * Since: 1.0
   */
  properties[PROP_INTERACTION] =
    g_param_spec_object ("interaction", NULL, NULL, G_TYPE_TLS_INTERACTION, FLAGS_CONSTRUCT);
}

static void
install_signals (void)
{
  /**
   * FayeTls::accept-certificate:
   * @self: the settings
   * @certificate: the peer's certificate
   * @errors: what the verification found
   *
   * Emitted when a certificate has something against it that
   * [property@Faye.Tls:validation-flags] does not forgive, so that the program decides.
   *
   * It comes in the midst of the handshake, on the thread-default main context of the connection,
   * and the answer counts for this one handshake. If no handler returns `TRUE` the connection fails
   * with `FAYE_ERROR_CERTIFICATE`. It is not emitted for a certificate that no pin matches, nor for
   * a chain of issuers without an end: those fail in any case.
   *
   * A program that wants to ask its user returns `FALSE`, and connects anew, accepting that very
   * certificate, when the user has answered.
   *
   * Returns: `TRUE` to accept the certificate
   *
   * Since: 1.0
   */
  accept_certificate_signal = g_signal_new ("accept-certificate",
                                            FAYE_TYPE_TLS,
                                            G_SIGNAL_RUN_LAST,
                                            0,
                                            g_signal_accumulator_true_handled,
                                            NULL,
                                            NULL,
                                            G_TYPE_BOOLEAN,
                                            2,
                                            G_TYPE_TLS_CERTIFICATE,
                                            G_TYPE_TLS_CERTIFICATE_FLAGS);
}

static void
faye_tls_class_init (FayeTlsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = faye_tls_finalize;
  object_class->get_property = faye_tls_get_property;
  object_class->set_property = faye_tls_set_property;
  install_trust ();
  install_files ();
  install_identity ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
  install_signals ();
}

static void
faye_tls_init (FayeTls *self)
{
  g_mutex_init (&self->mutex);
}

gboolean
faye_tls_ask (FayeTls *self, GTlsCertificate *certificate, GTlsCertificateFlags flags)
{
  gboolean accepted = FALSE;

  g_signal_emit (self, accept_certificate_signal, 0, certificate, flags, &accepted);
  return accepted;
}

gboolean
faye_tls_is_for_one_server (FayeTls *self)
{
  return self != NULL && (self->certificate != NULL || self->certificate_file != NULL ||
                          self->pkcs12_file != NULL || self->pkcs11_uri != NULL ||
                          self->server_name != NULL);
}

static gboolean
check_backend (GError **error)
{
  if (g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    return TRUE;
  g_set_error_literal (error,
                       FAYE_ERROR,
                       FAYE_ERROR_TLS,
                       "TLS is not available: glib-networking is not installed");
  return FALSE;
}

gboolean
faye_tls_check (FayeTls *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = NULL;
  g_auto (FayeTlsMaterial) material = { NULL };

  if (!check_backend (error))
    return FALSE;
  if (self == NULL)
    return TRUE;
  locker = g_mutex_locker_new (&self->mutex);
  if (self->is_loaded)
    return TRUE;
  if (!faye_tls_material_load (&material, self, error))
    return FALSE;
  self->material = material;
  material = (FayeTlsMaterial){ NULL };
  self->is_loaded = TRUE;
  return TRUE;
}

/**
 * faye_tls_new:
 *
 * Makes settings that are all at their defaults.
 *
 * Others are given as properties, at construction.
 *
 * Returns: (transfer full): the settings
 *
 * Since: 1.0
 */
FayeTls *
faye_tls_new (void)
{
  return g_object_new (FAYE_TYPE_TLS, NULL);
}
