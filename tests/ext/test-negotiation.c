/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-negotiation-private.h"

#include "faye/core/faye-protocol-private.h"
#include "faye/ext/faye-extension-header-private.h"

#include <string.h>

/* What two ends agree on, and that no session is left over. */

/* An extension that does what it is told to, and logs what it is asked. */
typedef struct
{
  const char *name;
  guint8 rsv;
  const char *offers; /* (nullable) as GVariant text, with its type */
  const char *answer; /* (nullable) likewise */
  const char *refusal;
  gboolean refuses; /* to activate, even without a word */
  gboolean declines;
  GString *log;
  guint references;
} Fake;

static void
log_line (Fake *fake, const char *verb, GVariant *params)
{
  g_autofree char *text = params ? g_variant_print (params, FALSE) : g_strdup ("");

  g_string_append_printf (fake->log,
                          "%s%s %s%s%s",
                          fake->log->len > 0 ? "\n" : "",
                          verb,
                          fake->name,
                          params ? " " : "",
                          text);
}

/* Floating now and then, as a foreign program's may be. */
static GVariant *
parse_variant (const char *text)
{
  return text ? g_variant_new_parsed (text) : NULL;
}

static GVariant *
fake_get_offers (gpointer session)
{
  Fake *fake = session;

  return parse_variant (fake->offers);
}

static gboolean
fake_activate (gpointer session, GVariant *params, GError **error)
{
  Fake *fake = session;

  log_line (fake, "activate", params);
  if (fake->refusal)
    g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, fake->refusal);
  return !fake->refusal && !fake->refuses;
}

static GVariant *
fake_get_answer (gpointer session)
{
  Fake *fake = session;
  GVariant *answer = parse_variant (fake->answer);

  return answer ? g_variant_ref_sink (answer) : NULL;
}

static void
fake_outgoing (gpointer session, FayeWork *work)
{
  log_line (session, "outgoing", NULL);
  faye_work_pass (work);
}

static void
fake_close (gpointer session)
{
  log_line (session, "close", NULL);
}

static void
fake_unref_session (gpointer session)
{
  log_line (session, "unref", NULL);
}

static const FayeSessionOps fake_session_ops = {
  .get_offers = fake_get_offers,
  .activate = fake_activate,
  .get_answer = fake_get_answer,
  .incoming = fake_outgoing,
  .outgoing = fake_outgoing,
  .close = fake_close,
  .unref = fake_unref_session,
};

static char *
fake_get_name (gpointer extension)
{
  Fake *fake = extension;

  return g_strdup (fake->name);
}

static guint8
fake_get_rsv (gpointer extension)
{
  Fake *fake = extension;

  return fake->rsv;
}

static FayeSession
fake_create_client_session (gpointer extension)
{
  Fake *fake = extension;

  log_line (fake, fake->declines ? "decline" : "create", NULL);
  return (FayeSession){ &fake_session_ops, fake->declines ? NULL : fake };
}

static FayeSession
fake_create_server_session (gpointer extension, GVariant *offers)
{
  Fake *fake = extension;

  g_assert_cmpstr (g_variant_get_type_string (offers), ==, "aa{sv}");
  log_line (fake, fake->declines ? "decline" : "create", offers);
  return (FayeSession){ &fake_session_ops, fake->declines ? NULL : fake };
}

static gpointer
fake_ref (gpointer extension)
{
  Fake *fake = extension;

  fake->references++;
  return fake;
}

static void
fake_unref (gpointer extension)
{
  Fake *fake = extension;

  g_assert_cmpuint (fake->references, >, 0);
  fake->references--;
}

static const FayeExtensionOps fake_ops = {
  .get_name = fake_get_name,
  .get_rsv = fake_get_rsv,
  .create_client_session = fake_create_client_session,
  .create_server_session = fake_create_server_session,
  .ref = fake_ref,
  .unref = fake_unref,
};

/* A negotiation over up to three fakes. */
typedef struct
{
  FayeNegotiation *negotiation;
  Fake *fakes;
  guint n;
  GString *log;
} Fixture;

static Fixture
fixture_new (Fake *fakes, guint n)
{
  Fixture self = { faye_negotiation_new (), fakes, n, g_string_new (NULL) };

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      fakes[i].log = self.log;
      g_assert_true (faye_negotiation_add (self.negotiation, &fake_ops, &fakes[i], &error));
      g_assert_no_error (error);
      g_assert_cmpuint (fakes[i].references, ==, 1);
    }
  return self;
}

static void
fixture_assert_log (Fixture *self, const char *expected)
{
  g_assert_cmpstr (self->log->str, ==, expected);
  g_string_truncate (self->log, 0);
}

/* EXPECTED is what was still open. */
static void
fixture_end (Fixture *self, const char *expected)
{
  faye_negotiation_free (self->negotiation);
  fixture_assert_log (self, expected);
  for (guint i = 0; i < self->n; i++)
    g_assert_cmpuint (self->fakes[i].references, ==, 0);
  g_string_free (self->log, TRUE);
}

static void
fixture_offer (Fixture *self, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *header = NULL;

  g_assert_true (faye_negotiation_offer (self->negotiation, &header, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (header, ==, expected);
}

static void
fixture_activate (Fixture *self, const char *header)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (faye_negotiation_activate (self->negotiation, header, &error));
  g_assert_no_error (error);
}

static void
fixture_fail (Fixture *self, const char *header, FayeExtensionError code, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (faye_negotiation_activate (self->negotiation, header, &error));
  g_assert_error (error, FAYE_EXTENSION_ERROR, (int) code);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_null (faye_negotiation_take_pipeline (self->negotiation, NULL, 0));
}

static void
fixture_respond (Fixture *self, const char *header, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = NULL;

  g_assert_true (faye_negotiation_respond (self->negotiation, header, &answer, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (answer, ==, expected);
}

static void
fixture_fail_respond (Fixture *self,
                      const char *header,
                      FayeExtensionError code,
                      const char *message)
{
  g_autoptr (GError) error = NULL;
  char *answer = (char *) "unset";

  g_assert_false (faye_negotiation_respond (self->negotiation, header, &answer, &error));
  g_assert_error (error, FAYE_EXTENSION_ERROR, (int) code);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_null (answer);
  g_assert_null (faye_negotiation_take_pipeline (self->negotiation, NULL, 0));
}

static void
refuse_to_add (Fixture *self, Fake *fake, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (faye_negotiation_add (self->negotiation, &fake_ops, fake, &error));
  g_assert_error (error, FAYE_EXTENSION_ERROR, FAYE_EXTENSION_ERROR_ARGUMENT);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_cmpuint (fake->references, ==, 0);
}

static void
test_add (void)
{
  Fake fakes[] = { { .name = "a", .rsv = FAYE_RSV1 | FAYE_RSV2 | FAYE_RSV3 } };
  Fake same = { .name = "a" };
  Fake spaced = { .name = "a b" };
  Fake unnamed = { .name = NULL };
  Fake bits = { .name = "b", .rsv = FAYE_RSV1 | 8 };
  Fixture fixture = fixture_new (fakes, 1);

  refuse_to_add (&fixture, &same, "Extension \"a\" has been added already");
  refuse_to_add (&fixture, &spaced, "Extension \"a b\" has a name that is not a token");
  refuse_to_add (&fixture, &unnamed, "Extension \"\" has a name that is not a token");
  refuse_to_add (&fixture, &bits, "Extension \"b\" uses bits that are no RSV bits: 0x0c");
  fixture_end (&fixture, "");
}

static void
test_none (void)
{
  Fixture client = fixture_new (NULL, 0);
  Fixture server = fixture_new (NULL, 0);

  fixture_offer (&client, NULL);
  fixture_activate (&client, NULL);
  g_assert_null (faye_negotiation_take_pipeline (client.negotiation, NULL, 0));
  fixture_end (&client, "");

  fixture_respond (&server, "a; b, c", NULL);
  g_assert_null (faye_negotiation_take_pipeline (server.negotiation, NULL, 0));
  fixture_end (&server, "");
}

static void
test_none_answered (void)
{
  Fixture fixture = fixture_new (NULL, 0);

  fixture_offer (&fixture, NULL);
  fixture_fail (&fixture,
                "a",
                FAYE_EXTENSION_ERROR_ANSWER,
                "Extension \"a\" is in the answer, but was not offered");
  fixture_end (&fixture, "");
}

#define NO_PARAMS "[@a{sv} {}]"

/* Several offers of one stand together; who has none, or no session, is not heard of again. */
static void
test_offer (void)
{
  Fake fakes[] = {
    { .name = "a", .offers = "[{'x': <1>}, {'y': <'z'>, 'w': <true>}]" },
    { .name = "b" },
    { .name = "c", .declines = TRUE },
    { .name = "d", .offers = "@aa{sv} []" },
    { .name = "e", .offers = NO_PARAMS },
  };
  Fixture fixture = fixture_new (fakes, G_N_ELEMENTS (fakes));

  fixture_offer (&fixture, "a; x=1, a; y=z; w, e");
  fixture_assert_log (&fixture,
                      "create a\ncreate b\nclose b\nunref b\ndecline c\n"
                      "create d\nclose d\nunref d\ncreate e");
  fixture_fail (&fixture,
                "b",
                FAYE_EXTENSION_ERROR_ANSWER,
                "Extension \"b\" is in the answer, but was not offered");
  fixture_assert_log (&fixture, "close e\nunref e\nclose a\nunref a");
  fixture_end (&fixture, "");
}

static void
refuse_to_offer (const char *offers, const char *message)
{
  Fake fakes[] = {
    { .name = "a", .offers = NO_PARAMS },
    { .name = "b", .offers = offers },
    { .name = "c", .offers = NO_PARAMS },
  };
  Fixture fixture = fixture_new (fakes, G_N_ELEMENTS (fakes));
  g_autoptr (GError) error = NULL;
  char *header = (char *) "unset";

  g_assert_false (faye_negotiation_offer (fixture.negotiation, &header, &error));
  g_assert_error (error, FAYE_EXTENSION_ERROR, FAYE_EXTENSION_ERROR_ARGUMENT);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_null (header);
  fixture_assert_log (&fixture, "create a\ncreate b\nclose b\nunref b\nclose a\nunref a");
  fixture_end (&fixture, "");
}

static void
test_unsendable_offer (void)
{
  refuse_to_offer ("[{'x': <true>}, {'y z': <true>}]",
                   "Parameter \"y z\" of extension \"b\" has a name that is not a token");
  refuse_to_offer ("[{'x': <1.5>}]",
                   "Parameter \"x\" of extension \"b\" has a value of type \"d\"");
  refuse_to_offer ("{'x': <1>}", "Extension \"b\" has offers of another type than aa{sv}");
}

static void
message_passed (gpointer owner, FayeWork *work)
{
  g_string_append (owner, "\npassed");
}

static void
push_message (Fixture *self, FayePipeline *pipeline)
{
  static const FayePipelineFuncs funcs = { .passed = message_passed };
  FayeWork work = {
    .direction = FAYE_DIRECTION_OUTGOING,
    .text = TRUE,
    .limit = G_MAXUINT64,
    .payload = { .data = (const guint8 *) "x", .size = 1 },
  };

  faye_pipeline_set_owner (pipeline, &funcs, self->log);
  faye_pipeline_push (pipeline, &work);
}

/* The server decides the order. */
static void
test_activate (void)
{
  Fake fakes[] = {
    { .name = "a", .rsv = FAYE_RSV1, .offers = NO_PARAMS },
    { .name = "b", .rsv = FAYE_RSV2, .offers = NO_PARAMS },
    { .name = "c", .rsv = FAYE_RSV3, .offers = NO_PARAMS },
  };
  Fixture fixture = fixture_new (fakes, G_N_ELEMENTS (fakes));
  FayePipeline *pipeline;

  fixture_offer (&fixture, "a, b, c");
  fixture_assert_log (&fixture, "create a\ncreate b\ncreate c");
  fixture_activate (&fixture, "c; x=1; y=\"z\", a");
  fixture_assert_log (&fixture,
                      "activate c {'x': <int64 1>, 'y': <'z'>}\nactivate a {}\n"
                      "close b\nunref b");
  pipeline = faye_negotiation_take_pipeline (fixture.negotiation, NULL, G_PRIORITY_DEFAULT);
  g_assert_cmpuint (faye_pipeline_get_rsv (pipeline), ==, FAYE_RSV1 | FAYE_RSV3);
  g_assert_null (faye_negotiation_take_pipeline (fixture.negotiation, NULL, 0));
  push_message (&fixture, pipeline);
  fixture_assert_log (&fixture, "outgoing c\noutgoing a\npassed");
  faye_pipeline_unref (pipeline);
  fixture_assert_log (&fixture, "close a\nunref a\nclose c\nunref c");
  fixture_end (&fixture, "");
}

static void
test_unanswered (void)
{
  Fake fakes[] = { { .name = "a", .offers = NO_PARAMS }, { .name = "b", .offers = NO_PARAMS } };
  Fixture fixture = fixture_new (fakes, G_N_ELEMENTS (fakes));

  fixture_offer (&fixture, "a, b");
  fixture_activate (&fixture, NULL);
  g_assert_null (faye_negotiation_take_pipeline (fixture.negotiation, NULL, 0));
  fixture_assert_log (&fixture, "create a\ncreate b\nclose b\nunref b\nclose a\nunref a");
  fixture_end (&fixture, "");
}

/* Neither activated nor taken. */
static void
test_given_up (void)
{
  Fake fakes[] = { { .name = "a", .offers = NO_PARAMS }, { .name = "b", .offers = NO_PARAMS } };
  Fixture offered = fixture_new (fakes, G_N_ELEMENTS (fakes));
  Fixture activated;

  fixture_offer (&offered, "a, b");
  fixture_end (&offered, "create a\ncreate b\nclose b\nunref b\nclose a\nunref a");

  activated = fixture_new (fakes, G_N_ELEMENTS (fakes));
  fixture_offer (&activated, "a, b");
  fixture_activate (&activated, "b");
  fixture_assert_log (&activated, "create a\ncreate b\nactivate b {}\nclose a\nunref a");
  fixture_end (&activated, "close b\nunref b");
}

/* Both were offered, the first was taken before the second is found to be wrong. */
static void
refuse_answer (const char *header, FayeExtensionError code, const char *message)
{
  Fake fakes[] = {
    { .name = "a", .rsv = FAYE_RSV1, .offers = NO_PARAMS },
    { .name = "b", .rsv = FAYE_RSV1 | FAYE_RSV2, .offers = NO_PARAMS },
  };
  Fixture fixture = fixture_new (fakes, G_N_ELEMENTS (fakes));

  fixture_offer (&fixture, "a, b");
  g_string_truncate (fixture.log, 0);
  fixture_fail (&fixture, header, code, message);
  fixture_assert_log (&fixture,
                      code == FAYE_EXTENSION_ERROR_HEADER
                        ? "close b\nunref b\nclose a\nunref a"
                        : "activate a {}\nclose b\nunref b\nclose a\nunref a");
  fixture_end (&fixture, "");
}

static void
test_bad_answers (void)
{
  g_autoptr (GString) many = g_string_new ("a");

  refuse_answer ("a, x-unknown; y",
                 FAYE_EXTENSION_ERROR_ANSWER,
                 "Extension \"x-unknown\" is in the answer, but was not offered");
  refuse_answer ("a, A",
                 FAYE_EXTENSION_ERROR_ANSWER,
                 "Extension \"A\" is in the answer, but was not offered");
  refuse_answer ("a, a; b", FAYE_EXTENSION_ERROR_ANSWER, "Extension \"a\" is in the answer twice");
  refuse_answer ("a, b",
                 FAYE_EXTENSION_ERROR_ANSWER,
                 "Extension \"b\" uses the same RSV bit as \"a\"");
  refuse_answer ("a, b c",
                 FAYE_EXTENSION_ERROR_HEADER,
                 "Unexpected Sec-WebSocket-Extensions \"a, b c\": no separator at byte 5");
  refuse_answer ("",
                 FAYE_EXTENSION_ERROR_HEADER,
                 "Unexpected Sec-WebSocket-Extensions \"\": no extension at byte 0");

  for (guint i = 0; i < FAYE_EXTENSION_HEADER_MAX_ITEMS; i++)
    g_string_append (many, ",a");
  refuse_answer (many->str,
                 FAYE_EXTENSION_ERROR_HEADER,
                 "Unexpected Sec-WebSocket-Extensions "
                 "\"a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a...\": "
                 "more than 64 extensions at byte 128");
}

static void
refuse_to_activate (const char *refusal, const char *header, const char *message)
{
  Fake fakes[] = {
    { .name = "a", .offers = NO_PARAMS },
    { .name = "b", .offers = NO_PARAMS, .refusal = refusal, .refuses = TRUE },
    { .name = "c", .offers = NO_PARAMS },
  };
  Fixture fixture = fixture_new (fakes, G_N_ELEMENTS (fakes));

  fixture_offer (&fixture, "a, b, c");
  fixture_fail (&fixture, header, FAYE_EXTENSION_ERROR_ANSWER, message);
  g_assert_true (
    g_str_has_suffix (fixture.log->str, "close c\nunref c\nclose b\nunref b\nclose a\nunref a"));
  g_assert_null (strstr (fixture.log->str, "activate c"));
  g_string_truncate (fixture.log, 0);
  fixture_end (&fixture, "");
}

static void
test_refused_answer (void)
{
  refuse_to_activate ("Fifteen is too many",
                      "a, b; bits=15; bits=16; x, c",
                      "Extension \"b\" does not take the answer \"b; bits=15; bits=16; x\": "
                      "Fifteen is too many");
  refuse_to_activate (NULL, "b", "Extension \"b\" does not take the answer \"b\"");
}

/* The order of registration, whatever the client's. */
static void
test_respond (void)
{
  Fake fakes[] = {
    { .name = "a", .rsv = FAYE_RSV2, .answer = "{'x': <1>, 'y': <true>}" },
    { .name = "b", .rsv = FAYE_RSV3, .answer = "@a{sv} {}" },
    { .name = "c", .rsv = FAYE_RSV1, .declines = TRUE },
    { .name = "d", .answer = "@a{sv} {}" },
  };
  Fixture fixture = fixture_new (fakes, G_N_ELEMENTS (fakes));
  FayePipeline *pipeline;

  fixture_respond (&fixture, "c; z, b; z=1, x-unknown; b, a, b; z=\"2\", b", "a; x=1; y, b");
  fixture_assert_log (&fixture,
                      "create a [{}]\n"
                      "create b [{'z': <int64 1>}, {'z': <int64 2>}, {}]\n"
                      "decline c [{'z': <true>}]");
  pipeline = faye_negotiation_take_pipeline (fixture.negotiation, NULL, G_PRIORITY_DEFAULT);
  g_assert_cmpuint (faye_pipeline_get_rsv (pipeline), ==, FAYE_RSV2 | FAYE_RSV3);
  push_message (&fixture, pipeline);
  fixture_assert_log (&fixture, "outgoing a\noutgoing b\npassed");
  faye_pipeline_unref (pipeline);
  fixture_assert_log (&fixture, "close b\nunref b\nclose a\nunref a");
  fixture_end (&fixture, "");
}

/* A bit is free for the next one while nobody has got it. */
static void
test_respond_rivals (void)
{
  Fake fakes[] = {
    { .name = "a", .rsv = FAYE_RSV1, .declines = TRUE, .answer = "@a{sv} {}" },
    { .name = "b", .rsv = FAYE_RSV1 | FAYE_RSV2, .answer = "@a{sv} {}" },
    { .name = "c", .rsv = FAYE_RSV2, .answer = "@a{sv} {}" },
    { .name = "d", .rsv = FAYE_RSV3, .answer = "@a{sv} {}" },
  };
  Fixture fixture = fixture_new (fakes, G_N_ELEMENTS (fakes));

  fixture_respond (&fixture, "d, c, b, a", "b, d");
  fixture_assert_log (&fixture, "decline a [{}]\ncreate b [{}]\ncreate d [{}]");
  fixture_end (&fixture, "close d\nunref d\nclose b\nunref b");
}

static void
test_respond_none (void)
{
  Fake fakes[] = { { .name = "a", .declines = TRUE } };
  Fixture absent = fixture_new (fakes, 1);
  Fixture declined;

  fixture_respond (&absent, NULL, NULL);
  fixture_end (&absent, "");

  declined = fixture_new (fakes, 1);
  fixture_respond (&declined, "a, b", NULL);
  g_assert_null (faye_negotiation_take_pipeline (declined.negotiation, NULL, 0));
  fixture_end (&declined, "decline a [{}]");
}

/* Nobody is asked about a broken header. */
static void
test_A37_respond_broken (void)
{
  Fake fakes[] = { { .name = "a", .answer = "@a{sv} {}" } };
  Fixture fixture = fixture_new (fakes, 1);
  g_autoptr (GString) many = g_string_new ("a");

  fixture_fail_respond (&fixture,
                        "a, b=",
                        FAYE_EXTENSION_ERROR_HEADER,
                        "Unexpected Sec-WebSocket-Extensions \"a, b=\": no separator at byte 4");
  for (guint i = 0; i < FAYE_EXTENSION_HEADER_MAX_ITEMS + 1; i++)
    g_string_append (many, ";b");
  fixture_fail_respond (&fixture,
                        many->str,
                        FAYE_EXTENSION_ERROR_HEADER,
                        "Unexpected Sec-WebSocket-Extensions "
                        "\"a;b;b;b;b;b;b;b;b;b;b;b;b;b;b;b;b;b;b;b;b;b;b;b;b;b;b;b;b;b;b...\": "
                        "more than 64 parameters at byte 130");
  fixture_end (&fixture, "");
}

static void
refuse_to_answer (const char *answer, const char *message)
{
  Fake fakes[] = {
    { .name = "a", .answer = "@a{sv} {}" },
    { .name = "b", .answer = answer },
    { .name = "c", .answer = "@a{sv} {}" },
  };
  Fixture fixture = fixture_new (fakes, G_N_ELEMENTS (fakes));

  fixture_fail_respond (&fixture, "a, b, c", FAYE_EXTENSION_ERROR_ARGUMENT, message);
  fixture_assert_log (&fixture,
                      "create a [{}]\ncreate b [{}]\n"
                      "close b\nunref b\nclose a\nunref a");
  fixture_end (&fixture, "");
}

static void
test_unsendable_answer (void)
{
  refuse_to_answer ("{'x': <'y,z'>}",
                    "Parameter \"x\" of extension \"b\" has the value \"y,z\", "
                    "which is not a token");
  refuse_to_answer ("[1]", "Extension \"b\" has parameters of another type than a{sv}");
  refuse_to_answer (NULL, "Extension \"b\" gave no answer");
}

/* Both ends, with what the one writes read by the other. */
static void
test_both_ends (void)
{
  Fake ours[] = {
    { .name = "a", .rsv = FAYE_RSV1, .offers = "[{'k': <[<1>, <'v'>, <true>]>}, {}]" },
    { .name = "b", .rsv = FAYE_RSV2, .offers = NO_PARAMS },
  };
  Fake theirs[] = {
    { .name = "b", .rsv = FAYE_RSV2, .answer = "{'t': <'u'>}" },
    { .name = "a", .rsv = FAYE_RSV1, .answer = "{'k': <[<2>, <3>]>}" },
  };
  Fixture client = fixture_new (ours, G_N_ELEMENTS (ours));
  Fixture server = fixture_new (theirs, G_N_ELEMENTS (theirs));

  fixture_offer (&client, "a; k=1; k=v; k, a, b");
  fixture_respond (&server, "a; k=1; k=v; k, a, b", "b; t=u, a; k=2; k=3");
  fixture_assert_log (&server,
                      "create b [{}]\n"
                      "create a [{'k': <[<int64 1>, <'v'>, <true>]>}, {}]");
  fixture_activate (&client, "b; t=u, a; k=2; k=3");
  fixture_assert_log (&client,
                      "create a\ncreate b\nactivate b {'t': <'u'>}\n"
                      "activate a {'k': <[<int64 2>, <int64 3>]>}");
  fixture_end (&client, "close b\nunref b\nclose a\nunref a");
  fixture_end (&server, "close a\nunref a\nclose b\nunref b");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faye/ext/negotiation/add", test_add);
  g_test_add_func ("/faye/ext/negotiation/none", test_none);
  g_test_add_func ("/faye/ext/negotiation/A40-none-answered", test_none_answered);
  g_test_add_func ("/faye/ext/negotiation/offer", test_offer);
  g_test_add_func ("/faye/ext/negotiation/unsendable-offer", test_unsendable_offer);
  g_test_add_func ("/faye/ext/negotiation/activate", test_activate);
  g_test_add_func ("/faye/ext/negotiation/unanswered", test_unanswered);
  g_test_add_func ("/faye/ext/negotiation/given-up", test_given_up);
  g_test_add_func ("/faye/ext/negotiation/A40-bad-answers", test_bad_answers);
  g_test_add_func ("/faye/ext/negotiation/A40-refused-answer", test_refused_answer);
  g_test_add_func ("/faye/ext/negotiation/respond", test_respond);
  g_test_add_func ("/faye/ext/negotiation/respond-rivals", test_respond_rivals);
  g_test_add_func ("/faye/ext/negotiation/respond-none", test_respond_none);
  g_test_add_func ("/faye/ext/negotiation/A37-respond-broken", test_A37_respond_broken);
  g_test_add_func ("/faye/ext/negotiation/unsendable-answer", test_unsendable_answer);
  g_test_add_func ("/faye/ext/negotiation/both-ends", test_both_ends);
  return g_test_run ();
}
