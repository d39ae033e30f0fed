/* SPDX-License-Identifier: MIT */

#include "faye/faye-tls-judge-private.h"

/* The judge of certificates. */

/* More certificates than any honest chain has. */
#define MAX_CHAIN 20

typedef enum
{
  FAULT_NONE,
  FAULT_CHAIN, /* too long, or a circle */
  FAULT_PIN,   /* no key of the chain is pinned */
} Fault;

struct _FayeTlsJudge
{
  GTlsDatabase parent_instance;

  FayeTls *tls; /* (owned) */
  char *name;   /* (owned) */
  Fault fault;
  GTlsCertificateFlags flags; /* what the verification found */
  gboolean is_verified;       /* FLAGS and FAULT are there */
  gboolean is_decided;
  gboolean is_accepted;
};

G_DEFINE_FINAL_TYPE (FayeTlsJudge, faye_tls_judge, G_TYPE_TLS_DATABASE)

static gboolean
is_too_long (GTlsCertificate *chain)
{
  guint n;

  for (n = 0; chain != NULL && n <= MAX_CHAIN; n++)
    chain = g_tls_certificate_get_issuer (chain);
  return n > MAX_CHAIN;
}

static Fault
judge_find_fault (FayeTlsJudge *self, GTlsCertificate *chain)
{
  FayeTlsMaterial *material = &self->tls->material;

  if (is_too_long (chain))
    return FAULT_CHAIN;
  if (material->pins != NULL &&
      !faye_pins_match (material->pins, chain, material->anchors, MAX_CHAIN))
    return FAULT_PIN;
  return FAULT_NONE;
}

static GTlsDatabase *
judge_get_database (FayeTlsJudge *self)
{
  if (self->tls->material.database != NULL)
    return g_object_ref (self->tls->material.database);
  return g_tls_backend_get_default_database (g_tls_backend_get_default ());
}

/* An error that cannot be overruled is told as G_TLS_CERTIFICATE_GENERIC_ERROR, lest the connection
 * not ask. */
static GTlsCertificateFlags
faye_tls_judge_verify_chain (GTlsDatabase *database,
                             GTlsCertificate *chain,
                             const char *purpose,
                             GSocketConnectable *identity,
                             GTlsInteraction *interaction,
                             GTlsDatabaseVerifyFlags flags,
                             GCancellable *cancellable,
                             GError **error)
{
  FayeTlsJudge *self = FAYE_TLS_JUDGE (database);
  g_autoptr (GTlsDatabase) trust = judge_get_database (self);

  self->is_verified = TRUE;
  self->is_decided = FALSE;
  self->flags = G_TLS_CERTIFICATE_GENERIC_ERROR;
  self->fault = judge_find_fault (self, chain);
  if (self->fault == FAULT_CHAIN)
    return self->flags;
  self->flags = g_tls_database_verify_chain (trust,
                                             chain,
                                             purpose,
                                             identity,
                                             interaction,
                                             flags,
                                             cancellable,
                                             error);
  /* Without a name any certificate would be as good as any other (CVE-2020-13645). */
  if (identity == NULL)
    self->flags |= G_TLS_CERTIFICATE_BAD_IDENTITY;
  return self->fault == FAULT_PIN ? self->flags | G_TLS_CERTIFICATE_GENERIC_ERROR : self->flags;
}

static gboolean
judge_decide (FayeTlsJudge *self, GTlsCertificate *certificate)
{
  gboolean accepted;

  if (self->fault != FAULT_NONE)
    accepted = FALSE;
  else if ((self->flags & self->tls->validation_flags) == 0)
    accepted = TRUE;
  else
    accepted = faye_tls_ask (self->tls, certificate, self->flags);
  self->is_decided = TRUE;
  self->is_accepted = accepted;
  return accepted;
}

/* FLAGS may hold more than the database found, such as what GIO makes of an error of it. */
static gboolean
accept_certificate_cb (GTlsConnection *connection,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags flags,
                       gpointer user_data)
{
  FayeTlsJudge *self = user_data;

  self->flags |= flags;
  return judge_decide (self, certificate);
}

static void
faye_tls_judge_finalize (GObject *object)
{
  FayeTlsJudge *self = FAYE_TLS_JUDGE (object);

  g_clear_object (&self->tls);
  g_free (self->name);
  G_OBJECT_CLASS (faye_tls_judge_parent_class)->finalize (object);
}

static void
faye_tls_judge_class_init (FayeTlsJudgeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = faye_tls_judge_finalize;
  G_TLS_DATABASE_CLASS (klass)->verify_chain = faye_tls_judge_verify_chain;
}

static void
faye_tls_judge_init (FayeTlsJudge *self)
{
  self->flags = G_TLS_CERTIFICATE_GENERIC_ERROR;
}

FayeTlsJudge *
faye_tls_judge_new (FayeTls *tls, const char *name)
{
  FayeTlsJudge *self = g_object_new (FAYE_TYPE_TLS_JUDGE, NULL);

  self->tls = g_object_ref (tls);
  self->name = g_strdup (name);
  return self;
}

void
faye_tls_judge_attach (FayeTlsJudge *self, GTlsConnection *connection)
{
  g_tls_connection_set_database (connection, G_TLS_DATABASE (self));
  g_signal_connect_data (connection,
                         "accept-certificate",
                         G_CALLBACK (accept_certificate_cb),
                         g_object_ref (self),
                         (GClosureNotify) (void (*) (void)) g_object_unref,
                         0);
}

static void
judge_verify_now (FayeTlsJudge *self, GTlsConnection *connection, GTlsCertificate *certificate)
{
  GTlsClientConnection *client = G_TLS_CLIENT_CONNECTION (connection);

  faye_tls_judge_verify_chain (G_TLS_DATABASE (self),
                               certificate,
                               G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER,
                               g_tls_client_connection_get_server_identity (client),
                               g_tls_connection_get_interaction (connection),
                               G_TLS_DATABASE_VERIFY_NONE,
                               NULL,
                               NULL);
}

gboolean
faye_tls_judge_confirm (FayeTlsJudge *self, GTlsConnection *connection)
{
  GTlsCertificate *certificate = g_tls_connection_get_peer_certificate (connection);

  if (certificate == NULL)
    return FALSE;
  if (!self->is_verified)
    judge_verify_now (self, connection, certificate);
  if (!self->is_decided)
    judge_decide (self, certificate);
  return self->is_accepted;
}

gboolean
faye_tls_judge_has_refused (FayeTlsJudge *self)
{
  return self->is_decided && !self->is_accepted;
}

static const char *
describe_flag (GTlsCertificateFlags flag)
{
  switch (flag)
    {
    case G_TLS_CERTIFICATE_UNKNOWN_CA:
      return "its issuer is not trusted";
    case G_TLS_CERTIFICATE_NOT_ACTIVATED:
      return "it is not valid yet";
    case G_TLS_CERTIFICATE_EXPIRED:
      return "it has expired";
    case G_TLS_CERTIFICATE_REVOKED:
      return "it has been revoked";
    case G_TLS_CERTIFICATE_INSECURE:
      return "its algorithm is not secure";
    default:
      return NULL;
    }
}

static void
add_flags (GPtrArray *words, GTlsCertificateFlags flags)
{
  for (guint bit = 1; bit <= G_TLS_CERTIFICATE_GENERIC_ERROR; bit <<= 1)
    {
      const char *word = flags & bit ? describe_flag (bit) : NULL;

      if (word != NULL)
        g_ptr_array_add (words, g_strdup (word));
    }
}

char *
faye_tls_judge_describe (FayeTlsJudge *self)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);

  if (self->flags & G_TLS_CERTIFICATE_BAD_IDENTITY)
    g_ptr_array_add (words, g_strdup_printf ("it is not for “%s”", self->name));
  add_flags (words, self->flags);
  if (self->fault == FAULT_PIN)
    g_ptr_array_add (words, g_strdup ("none of its public keys is pinned"));
  if (self->fault == FAULT_CHAIN)
    g_ptr_array_add (words, g_strdup ("its chain of issuers has no end"));
  if (words->len == 0)
    g_ptr_array_add (words, g_strdup ("it is not valid"));
  g_ptr_array_add (words, NULL);
  return g_strjoinv (", ", (char **) words->pdata);
}

const char *
faye_tls_judge_get_name (FayeTlsJudge *self)
{
  return self->name;
}
