#include "net/nat.h"

#include <arpa/inet.h>
#include <math.h>
#include <string.h>

#define ICMP 1
#define TCP  6
#define UDP  17

#define TCP_IDLE_S  3600
#define ICMP_IDLE_S 30
#define ALL_PORTS   65536

/* One inside endpoint, towards all remote ones that share the mapping. */
typedef struct
{
  guint8  protocol;
  guint16 port;                /* network order, as all of the key */
  guint16 remote_port;         /* 0 where the mapping does not depend on it */
  guint32 address;
  guint32 remote_address;
} Key;

typedef struct
{
  Key         key;
  int         external_port;
  gint64      used_ns;
  GHashTable *allowed;         /* (owned) remote address and port -> gint64 * of last use */
} Mapping;

struct _Nat
{
  NatConfig   config;
  GHashTable *mappings;                  /* (owned) Key -> Mapping */
  Mapping    *external[3][ALL_PORTS];    /* (borrowed) by protocol */
  TunRandom   random;
  int         next_port;
  gint64      others_ns;                 /* when another host takes the next port */
  gint64      bucket_ns;
  double      bucket;
};

/* The parts of a packet that a NAT reads and writes. */
typedef struct
{
  guint8   *ip;
  guint8   *checksum;
  guint8   *source;           /* ports; of an ICMP echo its identifier is both */
  guint8   *destination;
  guint8    protocol;
  gboolean  unchecked;        /* UDP without a checksum */
} View;

static guint
key_hash (gconstpointer data)
{
  const Key *key = data;
  guint64 hash = (guint64) key->address << 32 | (guint32) key->port << 16 | key->remote_port;

  hash = hash * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + key->remote_address * G_GUINT64_CONSTANT (0xc2b2ae3d27d4eb4f) + key->protocol;
  return (guint) (hash ^ hash >> 29 ^ hash >> 47);
}

static gboolean
key_equal (gconstpointer a,
           gconstpointer b)
{
  const Key *x = a, *y = b;

  return x->protocol == y->protocol && x->port == y->port && x->remote_port == y->remote_port &&
         x->address == y->address && x->remote_address == y->remote_address;
}

static guint
get_slot (guint8 protocol)
{
  return protocol == UDP ? 0 : protocol == TCP ? 1 : 2;
}

static gboolean
is_alive (const Nat     *self,
          const Mapping *mapping,
          gint64         now_ns)
{
  double idle_s = mapping->key.protocol == TCP ? TCP_IDLE_S : mapping->key.protocol == ICMP ? ICMP_IDLE_S : self->config.idle_s;

  return (double) (now_ns - mapping->used_ns) < idle_s * 1e9;
}

static void
mapping_free (gpointer data)
{
  Mapping *mapping = data;

  g_hash_table_unref (mapping->allowed);
  g_free (mapping);
}

static void
forget (Nat     *self,
        Mapping *mapping)
{
  self->external[get_slot (mapping->key.protocol)][mapping->external_port] = NULL;
  g_hash_table_remove (self->mappings, &mapping->key);
}

/* Ports */

static gboolean
is_free (Nat    *self,
         guint   slot,
         int     port,
         gint64  now_ns)
{
  Mapping *mapping = self->external[slot][port];

  if (mapping != NULL && !is_alive (self, mapping, now_ns))
    {
      forget (self, mapping);
      mapping = NULL;
    }
  return mapping == NULL;
}

static int
next_in_sequence (Nat *self)
{
  int port = self->next_port;
  int range = self->config.last_port - self->config.first_port + 1;

  self->next_port += self->config.step;
  if (self->next_port > self->config.last_port)
    self->next_port = self->config.first_port + (self->next_port - self->config.last_port - 1) % range;
  return port;
}

/* -1: none is left */
static int
choose_port (Nat    *self,
             guint   slot,
             int     wanted,
             gint64  now_ns)
{
  int first = self->config.first_port;
  int range = self->config.last_port - first + 1;
  int preserved = wanted >= first && wanted <= self->config.last_port ? wanted - first : wanted % range;

  for (int i = 0; i < 4 * range; i++)
    {
      int port = 0;

      switch (self->config.ports)
        {
        case NAT_PORTS_PRESERVED:   port = first + (preserved + i) % range; break;
        case NAT_PORTS_IN_SEQUENCE: port = next_in_sequence (self); break;
        case NAT_PORTS_RANDOM:      port = first + (int) (tun_random (&self->random) % (guint64) range); break;
        }
      if (is_free (self, slot, port, now_ns))
        return port;
    }
  return -1;
}

static void
let_others_take_ports (Nat    *self,
                       gint64  now_ns)
{
  while (self->config.others_per_s > 0 && self->others_ns <= now_ns)
    {
      if (self->config.ports == NAT_PORTS_IN_SEQUENCE && ++self->next_port > self->config.last_port)
        self->next_port = self->config.first_port;
      self->others_ns += (gint64) (-log (1 - tun_random_unit (&self->random)) / self->config.others_per_s * 1e9);
    }
}

/* Mappings and filters */

static gboolean
may_map (Nat    *self,
         gint64  now_ns)
{
  if (self->config.max_mappings > 0 && g_hash_table_size (self->mappings) >= self->config.max_mappings)
    return FALSE;
  if (self->config.new_per_s <= 0)
    return TRUE;

  self->bucket = MIN (self->config.new_per_s, self->bucket + (double) (now_ns - self->bucket_ns) / 1e9 * self->config.new_per_s);
  self->bucket_ns = now_ns;
  if (self->bucket < 1)
    return FALSE;
  self->bucket--;
  return TRUE;
}

static Mapping *
map (Nat       *self,
     const Key *endpoint,
     gint64     now_ns)
{
  Key key = *endpoint;
  Mapping *mapping;
  int port;

  if (self->config.mapping == NAT_ENDPOINT_INDEPENDENT)
    key.remote_address = 0;
  if (self->config.mapping != NAT_ADDRESS_AND_PORT_DEPENDENT)
    key.remote_port = 0;

  mapping = g_hash_table_lookup (self->mappings, &key);
  if (mapping != NULL && !is_alive (self, mapping, now_ns))
    {
      forget (self, mapping);
      mapping = NULL;
    }
  if (mapping == NULL)
    {
      if (!may_map (self, now_ns) || (port = choose_port (self, get_slot (key.protocol), ntohs (key.port), now_ns)) < 0)
        return NULL;
      mapping = g_new0 (Mapping, 1);
      mapping->key = key;
      mapping->external_port = port;
      mapping->allowed = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
      self->external[get_slot (key.protocol)][port] = mapping;
      g_hash_table_insert (self->mappings, &mapping->key, mapping);
    }
  mapping->used_ns = now_ns;
  return mapping;
}

static gint64
permission_key (const Nat *self,
                guint32    address,
                guint16    port)
{
  return (gint64) address << 16 | (self->config.filtering == NAT_ADDRESS_AND_PORT_DEPENDENT ? port : 0);
}

static void
allow (Nat     *self,
       Mapping *mapping,
       guint32  address,
       guint16  port,
       gint64   now_ns)
{
  gint64 key = permission_key (self, address, port);

  if (self->config.filtering != NAT_ENDPOINT_INDEPENDENT)
    g_hash_table_insert (mapping->allowed, g_memdup2 (&key, sizeof key), g_memdup2 (&now_ns, sizeof now_ns));
}

static gboolean
is_allowed (Nat     *self,
            Mapping *mapping,
            guint32  address,
            guint16  port,
            gint64   now_ns)
{
  gint64 key = permission_key (self, address, port);
  gint64 *used_ns;

  if (self->config.filtering == NAT_ENDPOINT_INDEPENDENT)
    return TRUE;
  used_ns = g_hash_table_lookup (mapping->allowed, &key);
  if (used_ns == NULL || (double) (now_ns - *used_ns) >= self->config.idle_s * 1e9)
    return FALSE;
  if (self->config.refreshed_by_inbound)
    *used_ns = now_ns;
  return TRUE;
}

/* Packets */

static guint32
get_32 (const guint8 *at)
{
  guint32 value;

  memcpy (&value, at, sizeof value);
  return value;
}

static guint16
get_16 (const guint8 *at)
{
  guint16 value;

  memcpy (&value, at, sizeof value);
  return value;
}

static gboolean
view_packet (View   *view,
             guint8 *packet,
             gsize   size)
{
  gsize header = size >= 28 ? (packet[0] & 15u) * 4 : 0;
  guint8 *body = packet + header;
  gsize body_bytes = size - header;

  if (size < 28 || packet[0] >> 4 != 4 || header < 20 || header + 8 > size || (packet[6] & 0x3f) != 0 || packet[7] != 0)
    return FALSE;

  *view = (View) { .ip = packet, .protocol = packet[9], .source = body, .destination = body + 2 };
  if (view->protocol == UDP)
    {
      view->checksum = body + 6;
      view->unchecked = get_16 (view->checksum) == 0;
    }
  else if (view->protocol == TCP && body_bytes >= 20)
    view->checksum = body + 16;
  else if (view->protocol == ICMP && (body[0] == 8 || body[0] == 0))
    {
      view->checksum = body + 2;
      view->source = view->destination = body + 4;
    }
  return view->checksum != NULL;
}

/* RFC 1624 */
static void
adjust (guint8  *checksum,
        guint16  before,
        guint16  after)
{
  guint32 sum = (guint16) ~get_16 (checksum) + (guint32) (guint16) ~before + after;
  guint16 result;

  sum = (sum & 0xffff) + (sum >> 16);
  result = (guint16) ~((sum & 0xffff) + (sum >> 16));
  memcpy (checksum, &result, sizeof result);
}

static void
adjust_address (guint8  *checksum,
                guint32  before,
                guint32  after)
{
  adjust (checksum, (guint16) before, (guint16) after);
  adjust (checksum, (guint16) (before >> 16), (guint16) (after >> 16));
}

static void
rewrite (View    *view,
         guint8  *address,
         guint8  *port,
         guint32  new_address,
         guint16  new_port)
{
  adjust_address (view->ip + 10, get_32 (address), new_address);
  if (!view->unchecked)
    {
      if (view->protocol != ICMP)
        adjust_address (view->checksum, get_32 (address), new_address);
      adjust (view->checksum, get_16 (port), new_port);
      if (view->protocol == UDP && get_16 (view->checksum) == 0)
        memset (view->checksum, 0xff, 2);
    }
  memcpy (address, &new_address, sizeof new_address);
  memcpy (port, &new_port, sizeof new_port);
}

static NatVerdict
let_in (Nat    *self,
        View   *view,
        gint64  now_ns)
{
  Mapping *mapping = self->external[get_slot (view->protocol)][ntohs (get_16 (view->destination))];
  guint16 remote_port = view->protocol == ICMP ? 0 : get_16 (view->source);

  if (mapping == NULL || !is_alive (self, mapping, now_ns) ||
      !is_allowed (self, mapping, get_32 (view->ip + 12), remote_port, now_ns))
    return NAT_DROP;
  if (self->config.refreshed_by_inbound)
    mapping->used_ns = now_ns;
  rewrite (view, view->ip + 16, view->destination, mapping->key.address, mapping->key.port);
  return NAT_TO_INSIDE;
}

NatVerdict
nat_from_inside (Nat    *self,
                 guint8 *packet,
                 gsize   size,
                 gint64  now_ns)
{
  gboolean to_self;
  Mapping *mapping;
  View view;
  Key key;

  if (!view_packet (&view, packet, size) || (view.protocol == UDP && self->config.blocks_udp))
    return NAT_DROP;
  let_others_take_ports (self, now_ns);
  to_self = get_32 (packet + 16) == self->config.public_address;
  if (to_self && (!self->config.hairpins || view.protocol == ICMP))
    return NAT_DROP;

  key = (Key) { .protocol = view.protocol, .address = get_32 (packet + 12), .port = get_16 (view.source),
                .remote_address = get_32 (packet + 16), .remote_port = view.protocol == ICMP ? 0 : get_16 (view.destination) };
  mapping = map (self, &key, now_ns);
  if (mapping == NULL)
    return NAT_DROP;
  allow (self, mapping, key.remote_address, key.remote_port, now_ns);
  rewrite (&view, packet + 12, view.source, self->config.public_address, htons ((guint16) mapping->external_port));
  return to_self ? let_in (self, &view, now_ns) : NAT_TO_OUTSIDE;
}

NatVerdict
nat_from_outside (Nat    *self,
                  guint8 *packet,
                  gsize   size,
                  gint64  now_ns)
{
  View view;

  if (!view_packet (&view, packet, size) || (view.protocol == UDP && self->config.blocks_udp) ||
      get_32 (packet + 16) != self->config.public_address)
    return NAT_DROP;
  return let_in (self, &view, now_ns);
}

/* Life */

Nat *
nat_new (const NatConfig *config,
         gint64           now_ns)
{
  Nat *self = g_new0 (Nat, 1);

  self->config = *config;
  self->mappings = g_hash_table_new_full (key_hash, key_equal, NULL, mapping_free);
  self->random.state = config->seed * G_GUINT64_CONSTANT (0xd1342543de82ef95);
  self->next_port = config->first_port + (int) (tun_random (&self->random) % (guint64) (config->last_port - config->first_port + 1));
  self->others_ns = self->bucket_ns = now_ns;
  self->bucket = config->new_per_s;
  return self;
}

void
nat_free (Nat *self)
{
  g_hash_table_unref (self->mappings);
  g_free (self);
}

NatConfig *
nat_get_config (Nat *self)
{
  return &self->config;
}

void
nat_flush (Nat *self)
{
  memset (self->external, 0, sizeof self->external);
  g_hash_table_remove_all (self->mappings);
}

void
nat_sweep (Nat    *self,
           gint64  now_ns)
{
  for (guint slot = 0; slot < G_N_ELEMENTS (self->external); slot++)
    for (int port = 0; port < ALL_PORTS; port++)
      is_free (self, slot, port, now_ns);
}
