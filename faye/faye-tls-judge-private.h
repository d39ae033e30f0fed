/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/faye-tls-settings-private.h"

G_BEGIN_DECLS

/*
 * Decides about the certificate of one peer. It stands between a GTlsConnection and the database of
 * trust, so that it sees the chain before anybody follows it: chains that are too long or turn in a
 * circle go no further, and pins are held against it before our own certificate is shown.
 */
#define FAYE_TYPE_TLS_JUDGE (faye_tls_judge_get_type ())
G_DECLARE_FINAL_TYPE (FayeTlsJudge, faye_tls_judge, FAYE, TLS_JUDGE, GTlsDatabase)

/* TLS has to be loaded. NAME is what the certificate has to be for. */
FayeTlsJudge *faye_tls_judge_new (FayeTls *tls, const char *name);

/* Makes the judge CONNECTION's, for as long as that lives. */
void faye_tls_judge_attach (FayeTlsJudge *self, GTlsConnection *connection);

/* After a handshake that succeeded: decides now if it has not been asked, as when a session was
 * resumed. */
gboolean faye_tls_judge_confirm (FayeTlsJudge *self, GTlsConnection *connection);

/* Whether it has said no, and why, in words. */
gboolean faye_tls_judge_has_refused (FayeTlsJudge *self);
char *faye_tls_judge_describe (FayeTlsJudge *self);

const char *faye_tls_judge_get_name (FayeTlsJudge *self);

G_END_DECLS
