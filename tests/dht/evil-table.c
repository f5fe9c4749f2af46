/* RTLD_NEXT */
#define _GNU_SOURCE

#include "dht/evil-table.h"

#include <dlfcn.h>
#include <string.h>

#define MAX_KEPT 500
#define MAX_KEYS 16
#define TYPE     "yodel"

typedef void (*Put) (dht_runner *, const dht_infohash *, const dht_value *, dht_done_cb, void *, bool);

typedef struct
{
  dht_infohash  key;
  GBytes       *bytes;   /* (owned) */
} Value;

/* Thread: the program's main one, which alone puts. */
static struct
{
  dht_runner   *runner;    /* (borrowed) (nullable): NULL while the table is honest */
  Deeds         deeds;
  double        share;
  GRand        *dice;      /* (owned) */
  GPtrArray    *kept;      /* (owned) Value */
  dht_infohash  keys[MAX_KEYS];
  guint         n_keys;
  guint         n_late;
  guint         n_deeds;
} evil;

static Value *
value_new (const dht_infohash *key,
           GBytes             *bytes)
{
  Value *value = g_new (Value, 1);

  *value = (Value) { *key, g_bytes_ref (bytes) };
  return value;
}

static void
value_free (gpointer data)
{
  Value *value = data;

  g_bytes_unref (value->bytes);
  g_free (value);
}

static Put
get_real (void)
{
  static gpointer real;

  if (real == NULL)
    real = dlsym (RTLD_NEXT, "dht_runner_put");
  return (Put) real;
}

static void
put (const dht_infohash *key,
     GBytes             *bytes,
     const char         *type)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  dht_value *value = dht_value_new (data, size);

  dht_value_set_user_type (value, type);
  get_real () (evil.runner, key, value, NULL, NULL, false);
  dht_value_unref (value);
}

static gboolean
on_late (gpointer data)
{
  const Value *value = data;

  put (&value->key, value->bytes, TYPE);
  evil.n_late--;
  return G_SOURCE_REMOVE;
}

static const Value *
choose_kept (void)
{
  return evil.kept->pdata[g_rand_int_range (evil.dice, 0, (gint32) evil.kept->len)];
}

static void
add_key (const dht_infohash *key)
{
  for (guint i = 0; i < evil.n_keys; i++)
    if (memcmp (&evil.keys[i], key, sizeof *key) == 0)
      return;
  if (evil.n_keys < MAX_KEYS)
    evil.keys[evil.n_keys++] = *key;
}

static void
forge (const dht_infohash *key,
       GBytes             *bytes)
{
  g_autoptr (GBytes) forged = hostile_forge (bytes, choose_kept ()->bytes, evil.dice);

  put (key, forged, g_rand_int_range (evil.dice, 0, 8) == 0 ? "yodle" : TYPE);
}

static void
do_ill (const dht_infohash *key,
        GBytes             *bytes,
        Deeds               deed)
{
  g_autoptr (GBytes) less = NULL;
  const Value *old;

  switch (deed)
    {
    case DEED_DROP:
      break;
    case DEED_DELAY:
    case DEED_REORDER:
      evil.n_late++;
      g_timeout_add_full (G_PRIORITY_DEFAULT, hostile_late_ms (deed, evil.dice), on_late, value_new (key, bytes), value_free);
      break;
    case DEED_DUPLICATE:
      put (key, bytes, TYPE);
      put (key, bytes, TYPE);
      break;
    case DEED_REPLAY:
      old = choose_kept ();
      put (key, bytes, TYPE);
      put (&old->key, old->bytes, TYPE);
      break;
    case DEED_SWAP:
      put (&evil.keys[g_rand_int_range (evil.dice, 0, (gint32) evil.n_keys)], bytes, TYPE);
      break;
    case DEED_CUT:
      less = hostile_cut (bytes, evil.dice);
      put (key, less, TYPE);
      break;
    case DEED_FORGE:
      forge (key, bytes);
      break;
    }
}

/* The library's.  Who puts is told that it was done, and what he put lies where nobody looks. */
__attribute__ ((visibility ("default"))) void
dht_runner_put (dht_runner         *runner,
                const dht_infohash *hash,
                const dht_value    *value,
                dht_done_cb         done_cb,
                void               *user_data,
                bool                permanent)
{
  const dht_data_view view = dht_value_get_data (value);
  g_autoptr (GBytes) bytes = g_bytes_new (view.data, view.size);
  dht_infohash nowhere;
  Deeds deed = 0;

  if (evil.runner != NULL)
    {
      add_key (hash);
      if (evil.kept->len < MAX_KEPT)
        g_ptr_array_add (evil.kept, value_new (hash, bytes));
      deed = hostile_choose (evil.deeds, evil.share, evil.dice);
    }
  if (deed != 0)
    {
      evil.n_deeds++;
      dht_infohash_random (&nowhere);
      do_ill (hash, bytes, deed);
    }
  get_real () (runner, deed != 0 ? &nowhere : hash, value, done_cb, user_data, permanent);
}

void
evil_table_open (dht_runner *runner,
                 guint32     seed)
{
  memset (&evil, 0, sizeof evil);
  evil.runner = runner;
  evil.dice = g_rand_new_with_seed (seed);
  evil.kept = g_ptr_array_new_with_free_func (value_free);
}

void
evil_table_set_deeds (Deeds   deeds,
                      double  share)
{
  evil.deeds = deeds;
  evil.share = share;
}

void
evil_table_add_key (const guint8 key[HASH_LEN])
{
  dht_infohash hash;

  memcpy (hash.d, key, sizeof hash.d);
  add_key (&hash);
}

void
evil_table_put (const guint8  key[HASH_LEN],
                GBytes       *value)
{
  dht_infohash hash;

  memcpy (hash.d, key, sizeof hash.d);
  put (&hash, value, TYPE);
}

guint
evil_table_replay_all (const guint8 key[HASH_LEN])
{
  guint n = 0;

  for (guint i = 0; i < evil.kept->len; i++)
    {
      const Value *value = evil.kept->pdata[i];

      put (&value->key, value->bytes, TYPE);
      n += memcmp (value->key.d, key, sizeof value->key.d) == 0;
    }
  return n;
}

guint
evil_table_get_n_values (void)
{
  return evil.kept->len;
}

guint
evil_table_get_n_deeds (void)
{
  return evil.n_deeds;
}

void
evil_table_close (void)
{
  run_until (evil.n_late == 0);
  evil.runner = NULL;
  g_rand_free (evil.dice);
  g_ptr_array_unref (evil.kept);
}
