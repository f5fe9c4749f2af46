#include "net/link.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MS 1e6

typedef struct
{
  gint64  pushed_ns;
  gint64  due_ns;
  guint64 number;
  gsize   size;
  guint8  data[];
} Packet;

/* RFC 8289 */
typedef struct
{
  gboolean dropping;
  gint64   first_above_ns;
  gint64   next_ns;
  guint    count;
  guint    last_count;
} Codel;

struct _Link
{
  LinkDeliver deliver;
  gpointer    user_data;

  double      delay_ms, jitter_ms, loss, duplicate, corrupt;
  double      burst_enter, burst_leave, burst_loss, calm_loss;      /* Gilbert-Elliott */
  double      rate_bps;                                             /* 0: no limit */
  double      queue_max_bytes, queue_max_ms;                        /* 0: not applied */
  double      overhead_bytes, codel_target_ms, codel_interval_ms;
  gboolean    may_reorder, is_normal, has_codel, is_black, has_bursts;

  TunRandom   loss_random, burst_random, jitter_random, duplicate_random, corrupt_random;
  gboolean    in_burst;
  GQueue      queue;                 /* of Packet */
  Packet     *in_service;            /* (owned) (nullable) */
  gint64      served_ns;
  double      queued_bytes;          /* the packet in service included */
  gint64      last_due_ns;
  GTree      *flying;                /* (owned) of Packet, by due time, then number */
  guint64     numbers;
  Codel       codel;
  LinkFigures figures;
  guint64     delays;
};

static int
compare (gconstpointer a,
         gconstpointer b,
         gpointer      data)
{
  const Packet *x = a, *y = b;

  if (x->due_ns != y->due_ns)
    return x->due_ns < y->due_ns ? -1 : 1;
  return x->number < y->number ? -1 : x->number > y->number;
}

Link *
link_new (guint64      seed,
          LinkDeliver  deliver,
          gpointer     user_data)
{
  Link *self = g_new0 (Link, 1);
  TunRandom *streams[] = { &self->loss_random, &self->burst_random, &self->jitter_random,
                           &self->duplicate_random, &self->corrupt_random };

  self->deliver = deliver;
  self->user_data = user_data;
  self->codel_target_ms = 5;
  self->codel_interval_ms = 100;
  self->queue_max_ms = 300;
  self->burst_leave = self->burst_loss = 1;
  self->flying = g_tree_new_full (compare, NULL, NULL, g_free);
  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    {
      streams[i]->state = (seed + i + 1) * G_GUINT64_CONSTANT (0xd1342543de82ef95);
      tun_random (streams[i]);
    }
  return self;
}

void
link_free (Link *self)
{
  g_queue_clear_full (&self->queue, g_free);
  g_free (self->in_service);
  g_tree_unref (self->flying);
  g_free (self);
}

/* Settings */

/* 500kbit, 2mbit, 64k; a time in ms, or with "s" behind it. */
static double
parse_number (const char *text)
{
  static const struct { const char *suffix; double factor; } suffixes[] = {
    { "gbit", 1e9 }, { "mbit", 1e6 }, { "kbit", 1e3 }, { "ms", 1 }, { "kb", 1e3 }, { "k", 1e3 }, { "s", 1e3 },
  };
  char *end;
  double number = g_ascii_strtod (text, &end);

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_ascii_strncasecmp (end, suffixes[i].suffix, strlen (suffixes[i].suffix)) == 0)
      return number * suffixes[i].factor;
  return number;
}

/* ENTER,LEAVE[,LOSS-IN-BURST[,LOSS-OUTSIDE]] in percent; 0 is off. */
static void
set_bursts (Link       *self,
            const char *value)
{
  double numbers[] = { 0, 100, 100, 0 };
  g_auto (GStrv) parts = g_strsplit (value, ",", 4);

  for (guint i = 0; parts[i] != NULL; i++)
    numbers[i] = g_ascii_strtod (parts[i], NULL);
  self->burst_enter = numbers[0] / 100;
  self->burst_leave = numbers[1] / 100;
  self->burst_loss = numbers[2] / 100;
  self->calm_loss = numbers[3] / 100;
  self->has_bursts = numbers[0] > 0 || numbers[3] > 0;
  if (!self->has_bursts)
    self->in_burst = FALSE;
}

gboolean
link_set (Link       *self,
          const char *name,
          const char *value)
{
  const struct { const char *name; double *number; double factor; } numbers[] = {
    { "delay", &self->delay_ms, 1 },            { "jitter", &self->jitter_ms, 1 },
    { "loss", &self->loss, 0.01 },              { "dup", &self->duplicate, 0.01 },
    { "corrupt", &self->corrupt, 0.01 },        { "rate", &self->rate_bps, 1 },
    { "qbytes", &self->queue_max_bytes, 1 },    { "qms", &self->queue_max_ms, 1 },
    { "overhead", &self->overhead_bytes, 1 },   { "target", &self->codel_target_ms, 1 },
    { "interval", &self->codel_interval_ms, 1 },
  };
  const struct { const char *name; gboolean *flag; } flags[] = {
    { "reorder", &self->may_reorder }, { "codel", &self->has_codel }, { "blackout", &self->is_black },
  };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (strcmp (name, numbers[i].name) == 0)
      {
        *numbers[i].number = parse_number (value) * numbers[i].factor;
        return TRUE;
      }
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    if (strcmp (name, flags[i].name) == 0)
      {
        *flags[i].flag = atoi (value) != 0;
        return TRUE;
      }
  if (strcmp (name, "dist") == 0)
    self->is_normal = strcmp (value, "normal") == 0;
  else if (strcmp (name, "ge") == 0)
    set_bursts (self, value);
  else
    return FALSE;
  return TRUE;
}

/* After the serialiser */

/* Draws each time, whatever is set: then packet n's fate depends on the seed and n alone. */
static gboolean
is_lost (Link *self)
{
  double plain = tun_random_unit (&self->loss_random);
  double change = tun_random_unit (&self->burst_random);
  double burst = tun_random_unit (&self->burst_random);
  gboolean lost = plain < self->loss || self->is_black;

  if (!self->has_bursts)
    return lost;
  if (change < (self->in_burst ? self->burst_leave : self->burst_enter))
    self->in_burst = !self->in_burst;
  return lost || burst < (self->in_burst ? self->burst_loss : self->calm_loss);
}

static double
draw_jitter_ms (Link *self)
{
  double u = tun_random_unit (&self->jitter_random);

  if (self->jitter_ms <= 0)
    return 0;
  if (!self->is_normal)
    return (2 * u - 1) * self->jitter_ms;
  return sqrt (-2 * log (u + 1e-300)) * cos (2 * G_PI * tun_random_unit (&self->jitter_random)) * self->jitter_ms;
}

static void
corrupt (Link   *self,
         Packet *packet)
{
  const gsize headers = 28;      /* IPv4 and UDP stay whole, or the kernel would drop it unseen */

  if (tun_random_unit (&self->corrupt_random) < self->corrupt && packet->size > headers)
    packet->data[headers + tun_random (&self->corrupt_random) % (packet->size - headers)] ^=
      (guint8) (1 << (tun_random (&self->corrupt_random) & 7));
}

static void
fly (Link   *self,
     Packet *packet,
     gint64  left_ns)
{
  double waited_ms = (double) (left_ns - packet->pushed_ns) / NS_PER_MS;
  gboolean lost = is_lost (self);
  double extra_ms = MAX (0, draw_jitter_ms (self) + self->delay_ms);
  gboolean twice = tun_random_unit (&self->duplicate_random) < self->duplicate;

  self->delays++;
  self->figures.queue_delay_mean_ms += (waited_ms - self->figures.queue_delay_mean_ms) / (double) self->delays;
  self->figures.queue_delay_max_ms = MAX (self->figures.queue_delay_max_ms, waited_ms);
  corrupt (self, packet);
  if (lost)
    {
      self->figures.dropped_by_loss++;
      g_free (packet);
      return;
    }

  packet->due_ns = left_ns + (gint64) (extra_ms * NS_PER_MS);
  if (!self->may_reorder)
    packet->due_ns = MAX (packet->due_ns, self->last_due_ns);
  self->last_due_ns = packet->due_ns;
  if (twice)
    {
      Packet *copy = g_memdup2 (packet, sizeof *packet + packet->size);

      copy->number = self->numbers++;
      g_tree_insert (self->flying, copy, copy);
    }
  g_tree_insert (self->flying, packet, packet);
}

/* The queue, with CoDel in front of the serialiser (RFC 8289 section 5) */

static gboolean
codel_may_drop (Link   *self,
                Packet *packet,
                gint64  now_ns)
{
  const double one_packet = 1500;

  if (now_ns - packet->pushed_ns < self->codel_target_ms * NS_PER_MS || self->queued_bytes <= one_packet)
    self->codel.first_above_ns = 0;
  else if (self->codel.first_above_ns == 0)
    self->codel.first_above_ns = now_ns + (gint64) (self->codel_interval_ms * NS_PER_MS);
  else
    return now_ns >= self->codel.first_above_ns;
  return FALSE;
}

static gint64
codel_step_ns (Link *self)
{
  return (gint64) (self->codel_interval_ms * NS_PER_MS / sqrt (self->codel.count));
}

static Packet *
codel_drop (Link   *self,
            Packet *packet)
{
  self->queued_bytes -= (double) packet->size;
  self->figures.dropped_by_codel++;
  g_free (packet);
  return g_queue_pop_head (&self->queue);
}

static Packet *
take (Link   *self,
      gint64  now_ns)
{
  Packet *packet = g_queue_pop_head (&self->queue);
  Codel *codel = &self->codel;
  gboolean may_drop;

  if (packet == NULL)
    codel->dropping = FALSE;
  if (packet == NULL || !self->has_codel)
    return packet;

  may_drop = codel_may_drop (self, packet, now_ns);
  if (codel->dropping)
    {
      codel->dropping = may_drop;
      while (codel->dropping && now_ns >= codel->next_ns)
        {
          packet = codel_drop (self, packet);
          codel->count++;
          codel->dropping = packet != NULL && codel_may_drop (self, packet, now_ns);
          codel->next_ns += codel_step_ns (self);
        }
    }
  else if (may_drop)
    {
      guint since = codel->count - codel->last_count;
      gboolean again = since > 1 && now_ns - codel->next_ns < 16 * self->codel_interval_ms * NS_PER_MS;

      packet = codel_drop (self, packet);
      if (packet != NULL)
        codel_may_drop (self, packet, now_ns);
      codel->dropping = TRUE;
      codel->count = codel->last_count = again ? since : 1;
      codel->next_ns = now_ns + codel_step_ns (self);
    }
  return packet;
}

static void
serve (Link   *self,
       gint64  now_ns)
{
  Packet *packet;

  while (self->in_service == NULL && (packet = take (self, now_ns)) != NULL)
    if (self->rate_bps <= 0)
      {
        self->queued_bytes -= (double) packet->size;
        fly (self, packet, MAX (now_ns, packet->pushed_ns));
      }
    else
      {
        self->in_service = packet;
        self->served_ns = MAX (now_ns, packet->pushed_ns) + (gint64) (((double) packet->size + self->overhead_bytes) * 8e9 / self->rate_bps);
      }
}

static gboolean
is_full (Link  *self,
         gsize  size)
{
  return self->rate_bps > 0 &&
         ((self->queue_max_bytes > 0 && self->queued_bytes + (double) size > self->queue_max_bytes) ||
          (self->queue_max_ms > 0 && self->queued_bytes * 8e3 / self->rate_bps > self->queue_max_ms));
}

void
link_push (Link         *self,
           const guint8 *data,
           gsize         size,
           gint64        now_ns)
{
  Packet *packet;

  self->figures.in_packets++;
  self->figures.in_bytes += size;
  if (is_full (self, size))
    {
      self->figures.dropped_by_queue++;
      return;
    }
  packet = g_malloc0 (sizeof *packet + size);
  packet->pushed_ns = now_ns;
  packet->number = self->numbers++;
  packet->size = size;
  memcpy (packet->data, data, size);
  g_queue_push_tail (&self->queue, packet);
  self->queued_bytes += (double) size;
  serve (self, now_ns);
}

gint64
link_advance (Link   *self,
              gint64  now_ns)
{
  GTreeNode *first;

  while (self->in_service != NULL && self->served_ns <= now_ns)
    {
      Packet *packet = g_steal_pointer (&self->in_service);

      self->queued_bytes -= (double) packet->size;
      fly (self, packet, self->served_ns);
      serve (self, self->served_ns);
    }

  while ((first = g_tree_node_first (self->flying)) != NULL)
    {
      Packet *packet = g_tree_node_key (first);

      if (packet->due_ns > now_ns)
        break;
      self->deliver (packet->data, packet->size, self->user_data);
      self->figures.out_packets++;
      self->figures.out_bytes += packet->size;
      g_tree_remove (self->flying, packet);
    }
  return MIN (self->in_service != NULL ? self->served_ns : G_MAXINT64,
              first != NULL ? ((Packet *) g_tree_node_key (first))->due_ns : G_MAXINT64);
}

void
link_take_figures (Link        *self,
                   LinkFigures *figures)
{
  *figures = self->figures;
  figures->queue_bytes = self->queued_bytes;
  figures->rate_bps = self->rate_bps;
  figures->delay_ms = self->delay_ms;
  self->figures = (LinkFigures) { 0 };
  self->delays = 0;
}
