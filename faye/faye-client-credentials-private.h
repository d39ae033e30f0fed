/* SPDX-License-Identifier: MIT */

#pragma once

#include "faye/http/faye-head-private.h"
#include "faye/http/faye-url-private.h"

G_BEGIN_DECLS

/*
 * What a client answers to an origin's 401, over all attempts at one origin: Digest rather than
 * Basic (libsoup computes both), the URL's user first, then what the program says.
 */
typedef struct _FayeClientCredentials FayeClientCredentials;

FayeClientCredentials *faye_client_credentials_new (void);
void faye_client_credentials_free (FayeClientCredentials *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FayeClientCredentials, faye_client_credentials_free)

typedef enum
{
  FAYE_CHALLENGE_REFUSED,  /* nothing more to try */
  FAYE_CHALLENGE_ANSWERED, /* faye_client_credentials_write () has an answer */
  FAYE_CHALLENGE_ASK,      /* the program has to answer faye_client_credentials_get_auth () */
} FayeChallenge;

/* Judges the header fields of a 401 to a request for URL. */
FayeChallenge faye_client_credentials_judge (FayeClientCredentials *self,
                                             const FayeUrl *url,
                                             SoupMessageHeaders *headers);

/* The last challenge that could be answered; NULL if there was none. */
SoupAuth *faye_client_credentials_get_auth (FayeClientCredentials *self);

/* The same after a success: NULL too if libsoup, left to itself, would say something else. */
SoupAuth *faye_client_credentials_get_accepted (FayeClientCredentials *self);

/* The value of Authorization for a request of URL; NULL if there is nothing to say. */
char *faye_client_credentials_write (FayeClientCredentials *self, const FayeUrl *url);

G_END_DECLS
