/* SPDX-License-Identifier: MIT */

#include "faye/ext/faye-deflate-pool-private.h"

/*
 * A source on the context does the trimming. When the context goes first, the source is destroyed
 * with it, and the pool is struck from the table: another context may come to live at the address.
 * That may be on another thread, where a worker has the last reference to the context, so that the
 * source holds the pool's memory. The table's lock guards it and the references.
 */

#define MAX_ITEMS 8
#define TRIM_INTERVAL (5 * G_TIME_SPAN_SECOND)

typedef struct
{
  gpointer item; /* (owned) */
  GDestroyNotify free;
  guint key;
  gboolean is_new; /* since the last trim */
} Item;

struct _FayeDeflatePool
{
  guint refs;
  GMainContext *context; /* (unowned) */
  GSource *source;       /* (owned) */
  Item items[MAX_ITEMS];
  guint n_items;
};

static GMutex table_lock;
static GHashTable
  *table; /* (owned) (nullable) GMainContext → FayeDeflatePool, neither referenced */

/* The order is that of giving, so that the warmest is found first. */
static void
remove_item (FayeDeflatePool *self, guint i)
{
  self->n_items--;
  for (; i < self->n_items; i++)
    self->items[i] = self->items[i + 1];
}

static void
free_item (FayeDeflatePool *self, guint i)
{
  Item item = self->items[i];

  remove_item (self, i);
  item.free (item.item);
}

void
faye_deflate_pool_trim (FayeDeflatePool *self)
{
  for (guint i = self->n_items; i-- > 0;)
    {
      if (!self->items[i].is_new)
        free_item (self, i);
      else
        self->items[i].is_new = FALSE;
    }
}

static gboolean
trim_cb (gpointer data)
{
  FayeDeflatePool *self = data;
  gint64 next = -1;

  faye_deflate_pool_trim (self);
  if (self->n_items > 0)
    next = g_source_get_time (self->source) + TRIM_INTERVAL;
  g_source_set_ready_time (self->source, next);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs source_funcs = { .dispatch = dispatch };

static void
strike (FayeDeflatePool *self)
{
  if (table == NULL || g_hash_table_lookup (table, self->context) != self)
    return;
  g_hash_table_remove (table, self->context);
  if (g_hash_table_size (table) == 0)
    g_clear_pointer (&table, g_hash_table_unref);
}

static void
context_gone_cb (gpointer data)
{
  g_mutex_lock (&table_lock);
  strike (data);
  g_mutex_unlock (&table_lock);
  g_atomic_rc_box_release (data);
}

/* The source is attached outside the lock, which its destruction takes inside the context's. */
static FayeDeflatePool *
pool_new (GMainContext *context)
{
  FayeDeflatePool *self = g_atomic_rc_box_new0 (FayeDeflatePool);

  self->refs = 1;
  self->context = context;
  self->source = g_source_new (&source_funcs, sizeof (GSource));
  g_source_set_static_name (self->source, "faye deflate pool");
  g_source_set_priority (self->source, G_PRIORITY_LOW);
  g_source_set_callback (self->source, trim_cb, g_atomic_rc_box_acquire (self), context_gone_cb);
  g_source_attach (self->source, context);
  return self;
}

static void
pool_free (FayeDeflatePool *self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
  while (self->n_items > 0)
    free_item (self, 0);
  g_atomic_rc_box_release (self);
}

static FayeDeflatePool *
find_pool (GMainContext *context)
{
  FayeDeflatePool *self;

  g_mutex_lock (&table_lock);
  self = table != NULL ? g_hash_table_lookup (table, context) : NULL;
  if (self != NULL)
    self->refs++;
  g_mutex_unlock (&table_lock);
  return self;
}

FayeDeflatePool *
faye_deflate_pool_get (GMainContext *context)
{
  FayeDeflatePool *self;

  if (context == NULL)
    context = g_main_context_default ();
  self = find_pool (context);
  if (self != NULL)
    return self;

  /* Nobody else makes one for this context: this is its thread. */
  self = pool_new (context);
  g_mutex_lock (&table_lock);
  if (table == NULL)
    table = g_hash_table_new (NULL, NULL);
  g_hash_table_replace (table, context, self);
  g_mutex_unlock (&table_lock);
  return self;
}

void
faye_deflate_pool_unref (FayeDeflatePool *self)
{
  gboolean last;

  g_mutex_lock (&table_lock);
  last = --self->refs == 0;
  if (last)
    strike (self);
  g_mutex_unlock (&table_lock);
  if (last)
    pool_free (self);
}

gpointer
faye_deflate_pool_take (FayeDeflatePool *self, guint key)
{
  for (guint i = self->n_items; i-- > 0;)
    if (self->items[i].key == key)
      {
        gpointer item = self->items[i].item;

        remove_item (self, i);
        return item;
      }
  return NULL;
}

void
faye_deflate_pool_give (FayeDeflatePool *self, guint key, gpointer item, GDestroyNotify free)
{
  if (self->n_items == MAX_ITEMS)
    free_item (self, 0);
  self->items[self->n_items++] = (Item){ .item = item, .free = free, .key = key, .is_new = TRUE };
  if (g_source_get_ready_time (self->source) < 0)
    g_source_set_ready_time (self->source, g_get_monotonic_time () + TRIM_INTERVAL);
}

guint
faye_deflate_pool_get_length (FayeDeflatePool *self)
{
  return self->n_items;
}
