#include "dht/evil-network.h"

#include <unistd.h>

#include "lib/udp-tap.h"

#define MAX_KEPT 64

typedef struct
{
  int      fd;      /* (owned) where it is late, else (borrowed) */
  guint16  to;
  GBytes  *bytes;   /* (owned) */
} Datagram;

/* Thread: any, under the lock of the tap. */
static struct
{
  guint16    first_port;
  guint      n_ports;
  Deeds      deeds;
  double     share;
  GRand     *dice;      /* (owned) */
  GPtrArray *kept;      /* (owned) Datagram */
  gint       n_deeds;   /* atomic */
  gint       n_late;    /* atomic */
} evil;

static Datagram *
datagram_new (int      fd,
              guint16  to,
              GBytes  *bytes)
{
  Datagram *datagram = g_new (Datagram, 1);

  *datagram = (Datagram) { fd, to, g_bytes_ref (bytes) };
  return datagram;
}

static void
datagram_free (gpointer data)
{
  Datagram *datagram = data;

  g_bytes_unref (datagram->bytes);
  g_free (datagram);
}

static gboolean
on_late (gpointer data)
{
  Datagram *datagram = data;

  udp_tap_send (datagram->fd, datagram->to, datagram->bytes);
  close (datagram->fd);
  g_atomic_int_add (&evil.n_late, -1);
  return G_SOURCE_REMOVE;
}

/* The node may have closed its socket by then. */
static void
send_later (const Datagram *datagram,
            guint           after_ms)
{
  const int fd = dup (datagram->fd);

  if (fd < 0)
    return;
  g_atomic_int_inc (&evil.n_late);
  g_timeout_add_full (G_PRIORITY_DEFAULT, after_ms, on_late, datagram_new (fd, datagram->to, datagram->bytes), datagram_free);
}

static const Datagram *
choose_kept (void)
{
  return evil.kept->pdata[g_rand_int_range (evil.dice, 0, (gint32) evil.kept->len)];
}

/* One that came from there, as all that is replayed: @fd has said something. */
static const Datagram *
choose_kept_of (int fd)
{
  const guint first = (guint) g_rand_int_range (evil.dice, 0, (gint32) evil.kept->len);
  const Datagram *found = NULL;

  for (guint i = 0; found == NULL || found->fd != fd; i++)
    found = evil.kept->pdata[(first + i) % evil.kept->len];
  return found;
}

static void
do_ill (const Datagram *datagram,
        Deeds           deed)
{
  const Datagram *old = choose_kept ();
  g_autoptr (GBytes) other = NULL;

  switch (deed)
    {
    case DEED_DROP:
      break;
    case DEED_DELAY:
    case DEED_REORDER:
      send_later (datagram, hostile_late_ms (deed, evil.dice));
      break;
    case DEED_DUPLICATE:
      udp_tap_send (datagram->fd, datagram->to, datagram->bytes);
      udp_tap_send (datagram->fd, datagram->to, datagram->bytes);
      break;
    case DEED_REPLAY:
      old = choose_kept_of (datagram->fd);
      udp_tap_send (datagram->fd, datagram->to, datagram->bytes);
      udp_tap_send (datagram->fd, old->to, old->bytes);
      break;
    case DEED_SWAP:
      udp_tap_send (datagram->fd, old->to, datagram->bytes);
      break;
    case DEED_CUT:
      other = hostile_cut (datagram->bytes, evil.dice);
      udp_tap_send (datagram->fd, datagram->to, other);
      break;
    case DEED_FORGE:
      other = hostile_forge (datagram->bytes, old->bytes, evil.dice);
      udp_tap_send (datagram->fd, datagram->to, other);
      break;
    }
}

static gboolean
on_datagram (int      fd,
             guint16  to,
             GBytes  *bytes)
{
  const Datagram datagram = { fd, to, bytes };
  Deeds deed;

  if (to < evil.first_port || to >= evil.first_port + evil.n_ports)
    return FALSE;
  if (evil.kept->len == MAX_KEPT)
    g_ptr_array_remove_index_fast (evil.kept, (guint) g_rand_int_range (evil.dice, 0, MAX_KEPT));
  g_ptr_array_add (evil.kept, datagram_new (fd, to, bytes));
  deed = hostile_choose (evil.deeds, evil.share, evil.dice);
  if (deed == 0)
    return FALSE;
  g_atomic_int_inc (&evil.n_deeds);
  do_ill (&datagram, deed);
  return TRUE;
}

void
evil_network_open (guint16 first_port,
                   guint   n_ports,
                   guint32 seed)
{
  evil.first_port = first_port;
  evil.n_ports = n_ports;
  evil.deeds = 0;
  evil.n_deeds = 0;
  evil.dice = g_rand_new_with_seed (seed);
  evil.kept = g_ptr_array_new_with_free_func (datagram_free);
  udp_tap_tamper (on_datagram);
}

void
evil_network_set_deeds (Deeds  deeds,
                        double share)
{
  udp_tap_tamper (NULL);   /* none is under way */
  evil.deeds = deeds;
  evil.share = share;
  udp_tap_tamper (on_datagram);
}

guint
evil_network_get_n_deeds (void)
{
  return (guint) g_atomic_int_get (&evil.n_deeds);
}

void
evil_network_close (void)
{
  udp_tap_tamper (NULL);
  run_until (g_atomic_int_get (&evil.n_late) == 0);
  g_rand_free (evil.dice);
  g_ptr_array_unref (evil.kept);
}
