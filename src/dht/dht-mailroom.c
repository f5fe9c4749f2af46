#define G_LOG_DOMAIN "yodel-dht"

#include "dht/dht-mailroom.h"

#include <string.h>

#include <sodium.h>
#include <yodel/yodel-error.h>

#include "identity/address.h"
#include "rendezvous/mailbox-key.h"

/* Somebody with whom there is a mailbox of its own each way. */
typedef struct
{
  guint8 key[YODEL_ADDRESS_KEY_BYTES];
  guint8 secret[32];
} Pair;

/* Thread: the one that made it. */
struct _YodelDhtMailroom
{
  YodelIdentity *identity;      /* (owned) */
  guint8         key[YODEL_ADDRESS_KEY_BYTES];
  Pair           pairs[YODEL_DHT_MAX_PAIRS];
  guint          n_pairs;
  guint          max_pairs;
  GHashTable    *listeners;     /* (owned) of (owned) YodelDhtMailbox to (owned) YodelDhtListener */
};

static guint
mailbox_hash (gconstpointer data)
{
  guint hash;

  memcpy (&hash, data, sizeof hash);
  return hash;
}

static gboolean
mailbox_equal (gconstpointer a,
               gconstpointer b)
{
  return memcmp (a, b, sizeof (YodelDhtMailbox)) == 0;
}

static GHashTable *
new_mailboxes (GDestroyNotify free_value)
{
  return g_hash_table_new_full (mailbox_hash, mailbox_equal, g_free, free_value);
}

YodelDhtMailroom *
yodel_dht_mailroom_new (YodelIdentity *identity,
                        guint          max_pairs)
{
  YodelDhtMailroom *self = g_new0 (YodelDhtMailroom, 1);

  self->identity = g_object_ref (identity);
  self->max_pairs = MIN (max_pairs, YODEL_DHT_MAX_PAIRS);
  yodel_address_parse (yodel_identity_get_address (identity), self->key, NULL);
  self->listeners = new_mailboxes ((GDestroyNotify) yodel_dht_listener_free);
  return self;
}

void
yodel_dht_mailroom_free (YodelDhtMailroom *self)
{
  g_hash_table_unref (self->listeners);
  g_object_unref (self->identity);
  sodium_memzero (self->pairs, sizeof self->pairs);
  g_free (self);
}

static gboolean
make_pair (YodelDhtMailroom *self,
           const char       *address,
           Pair             *pair)
{
  guint8 agreement_key[32];
  g_autoptr (GBytes) key = NULL;
  g_autoptr (GBytes) secret = NULL;

  if (!yodel_address_parse (address, pair->key, NULL) || !yodel_dht_get_agreement_key (pair->key, agreement_key))
    return FALSE;
  key = g_bytes_new (agreement_key, sizeof agreement_key);
  secret = yodel_identity_agree_with (self->identity, key);
  if (secret == NULL)
    return FALSE;
  memcpy (pair->secret, g_bytes_get_data (secret, NULL), sizeof pair->secret);
  return TRUE;
}

void
yodel_dht_mailroom_set_contacts (YodelDhtMailroom   *self,
                                 const char * const *addresses)
{
  sodium_memzero (self->pairs, sizeof self->pairs);
  self->n_pairs = 0;
  for (guint i = 0; addresses[i] != NULL && self->n_pairs < self->max_pairs; i++)
    if (make_pair (self, addresses[i], &self->pairs[self->n_pairs]))
      self->n_pairs++;
}

static void
attend_to (YodelDhtMailroom      *self,
           YodelDhtNode          *node,
           YodelDhtInbox         *inbox,
           GHashTable            *wanted,
           const YodelDhtMailbox *mailbox,
           gboolean               is_open)
{
  if (!g_hash_table_contains (self->listeners, mailbox))
    g_hash_table_insert (self->listeners, g_memdup2 (mailbox, sizeof *mailbox),
                         yodel_dht_listener_new (node, mailbox, inbox, is_open));
  g_hash_table_add (wanted, g_memdup2 (mailbox, sizeof *mailbox));
}

static gboolean
is_unwanted (gpointer mailbox,
             gpointer listener,
             gpointer wanted)
{
  return !g_hash_table_contains (wanted, mailbox);
}

void
yodel_dht_mailroom_attend (YodelDhtMailroom *self,
                           YodelDhtNode     *node,
                           YodelDhtInbox    *inbox,
                           gint64            unix_s)
{
  g_autoptr (GHashTable) wanted = new_mailboxes (NULL);
  guint32 days[YODEL_MAILBOX_MAX_DAYS];
  const guint n_days = yodel_mailbox_get_days (unix_s, days);
  YodelDhtMailbox mailbox;

  for (guint i = 0; i < n_days; i++)
    {
      yodel_dht_mailbox_make_open (self->key, days[i], &mailbox);
      attend_to (self, node, inbox, wanted, &mailbox, TRUE);
      for (guint j = 0; j < self->n_pairs; j++)
        {
          yodel_dht_mailbox_make_pair (self->pairs[j].secret, self->key, days[i], &mailbox);
          attend_to (self, node, inbox, wanted, &mailbox, FALSE);
        }
    }
  g_hash_table_foreach_remove (self->listeners, is_unwanted, wanted);
}

void
yodel_dht_mailroom_forget (YodelDhtMailroom *self)
{
  g_hash_table_remove_all (self->listeners);
}

static guint32
day_of (gint64 unix_s)
{
  return (guint32) (MAX (unix_s, 0) / YODEL_MAILBOX_DAY_S);
}

void
yodel_dht_mailroom_get_own (YodelDhtMailroom *self,
                            gint64            unix_s,
                            YodelDhtMailbox  *mailbox)
{
  yodel_dht_mailbox_make_open (self->key, day_of (unix_s), mailbox);
}

static const Pair *
find_pair (YodelDhtMailroom *self,
           const guint8      key[YODEL_ADDRESS_KEY_BYTES])
{
  for (guint i = 0; i < self->n_pairs; i++)
    if (memcmp (self->pairs[i].key, key, YODEL_ADDRESS_KEY_BYTES) == 0)
      return &self->pairs[i];
  return NULL;
}

/* A contact may not have us among his, so what opens a call goes to both his mailboxes; what answers
 * goes back the way that the other found. */
guint
yodel_dht_mailroom_choose (YodelDhtMailroom *self,
                           const char       *address,
                           const char       *way,
                           gint64            unix_s,
                           YodelDhtMailbox   mailboxes[2],
                           GError          **error)
{
  guint8 key[YODEL_ADDRESS_KEY_BYTES];
  const Pair *pair;
  guint n = 0;

  if (!yodel_address_parse (address, key, error))
    return 0;
  pair = find_pair (self, key);
  if (pair != NULL)
    yodel_dht_mailbox_make_pair (pair->secret, key, day_of (unix_s), &mailboxes[n++]);
  if (pair == NULL || g_strcmp0 (way, YODEL_DHT_WAY_PAIR) != 0)
    yodel_dht_mailbox_make_open (key, day_of (unix_s), &mailboxes[n++]);
  return n;
}
