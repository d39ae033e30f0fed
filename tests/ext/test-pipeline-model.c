/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-pipeline-private.h"

#include "tests/ext/fake-session.h"

#include <string.h>

/* Random traffic: three sessions that answer as chance has it, from wherever they may, and an owner
 * that pushes and holds from inside its calls. */

#define IN FAYE_DIRECTION_INCOMING
#define OUT FAYE_DIRECTION_OUTGOING

/* The model: in each direction, what was pushed comes out in that order. */
typedef struct
{
  FayePipeline *pipeline; /* (owned) */
  Fake fakes[3];
  GRand *rand;
  GString *expected[2];
  GString *got[2];
  guint n_pushed;
} Model;

static FakeManner
model_choose (Fake *fake)
{
  Model *model = fake->data;

  return g_rand_int_range (model->rand, FAKE_SYNC, FAKE_LATER + 1);
}

static void
model_answer_some (Model *model)
{
  Fake *fake = &model->fakes[g_rand_int_range (model->rand, 0, 3)];

  if (fake->waiting->len > 0)
    faye_work_pass (
      g_ptr_array_steal_index (fake->waiting,
                               g_rand_int_range (model->rand, 0, (int) fake->waiting->len)));
}

static void
model_during (Fake *fake, FayeWork *work)
{
  Model *model = fake->data;

  if (g_rand_int_range (model->rand, 0, 4) == 0)
    model_answer_some (model);
}

static void
model_push (Model *model)
{
  FayeDirection way = g_rand_int_range (model->rand, 0, 2);
  g_autofree char *text = g_strdup_printf ("%u,", ++model->n_pushed);
  FayeWork work = { .direction = way, .limit = G_MAXUINT64 };

  if (g_rand_int_range (model->rand, 0, 5) == 0)
    {
      g_string_append (model->expected[way], "x");
      faye_pipeline_push_mark (model->pipeline, way, (gpointer) "x");
      return;
    }
  g_string_append (model->expected[way], text);
  work.payload = (FayePayload){ (const guint8 *) text, strlen (text), NULL, NULL };
  faye_pipeline_push (model->pipeline, &work);
  memset (text, '?', strlen (text));
}

static void
model_passed (gpointer data, FayeWork *work)
{
  Model *model = data;
  const FayePayload *payload = &work->payload;
  GString *got = model->got[work->direction];

  /* The letters that sync sessions add are no part of the model. */
  for (gsize i = 0; i < payload->size; i++)
    if (!g_ascii_isalpha (payload->data[i]))
      g_string_append_c (got, (char) payload->data[i]);
  if (g_rand_int_range (model->rand, 0, 6) == 0)
    faye_pipeline_set_held (model->pipeline, work->direction, TRUE);
  if (g_rand_int_range (model->rand, 0, 4) == 0)
    model_answer_some (model);
  if (g_rand_int_range (model->rand, 0, 6) == 0)
    model_push (model);
}

static void
model_marked (gpointer data, FayeDirection direction, gpointer what)
{
  Model *model = data;

  g_string_append (model->got[direction], what);
}

static void
model_failed (gpointer data,
              FayeDirection direction,
              const char *name,
              guint code,
              const char *reason)
{
  g_assert_not_reached ();
}

static const FayePipelineFuncs model_funcs = { model_passed, model_marked, model_failed };

static void
model_init (Model *model, guint32 seed)
{
  memset (model, 0, sizeof *model);
  model->pipeline = faye_pipeline_new (NULL, G_PRIORITY_DEFAULT);
  faye_pipeline_set_owner (model->pipeline, &model_funcs, model);
  model->rand = g_rand_new_with_seed (seed);
  for (guint i = 0; i < 2; i++)
    {
      model->expected[i] = g_string_new (NULL);
      model->got[i] = g_string_new (NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (model->fakes); i++)
    {
      fake_init (&model->fakes[i], (char) ('a' + i), FAKE_CHOICE);
      model->fakes[i].choose = model_choose;
      model->fakes[i].during = model_during;
      model->fakes[i].data = model;
      fake_join (&model->fakes[i], model->pipeline, "some", 0);
    }
}

static void
model_drain (Model *model)
{
  while (faye_pipeline_get_length (model->pipeline, IN) > 0 ||
         faye_pipeline_get_length (model->pipeline, OUT) > 0)
    {
      model_answer_some (model);
      faye_pipeline_set_held (model->pipeline, IN, FALSE);
      faye_pipeline_set_held (model->pipeline, OUT, FALSE);
    }
  faye_pipeline_set_held (model->pipeline, IN, FALSE);
  faye_pipeline_set_held (model->pipeline, OUT, FALSE);
}

static void
model_clear (Model *model)
{
  faye_pipeline_unref (model->pipeline);
  for (guint i = 0; i < G_N_ELEMENTS (model->fakes); i++)
    fake_clear (&model->fakes[i]);
  for (guint i = 0; i < 2; i++)
    {
      g_string_free (model->expected[i], TRUE);
      g_string_free (model->got[i], TRUE);
    }
  g_rand_free (model->rand);
}

static void
check_model (guint32 seed)
{
  Model model;

  model_init (&model, seed);
  for (guint i = 0; i < 300; i++)
    {
      guint what = g_rand_int_range (model.rand, 0, 8);

      if (what < 3)
        model_push (&model);
      else if (what < 7)
        model_answer_some (&model);
      else
        faye_pipeline_set_held (model.pipeline, g_rand_int_range (model.rand, 0, 2), FALSE);
    }
  if (seed % 4 > 0)
    {
      model_drain (&model);
      g_assert_cmpstr (model.got[IN]->str, ==, model.expected[IN]->str);
      g_assert_cmpstr (model.got[OUT]->str, ==, model.expected[OUT]->str);
    }
  g_assert_true (g_str_has_prefix (model.expected[IN]->str, model.got[IN]->str));
  g_assert_true (g_str_has_prefix (model.expected[OUT]->str, model.got[OUT]->str));
  model_clear (&model);
}

static void
test_model (void)
{
  for (guint32 seed = 1; seed <= 400; seed++)
    check_model (seed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/faye/ext/pipeline-model/order", test_model);
  return g_test_run ();
}
